use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::base::error::ErrorCode;
use crate::listen::session::{Answer, Context, Session, SessionStatus, StepType, Written};

const RICH: &str = r#"{
    "id": "rich", "version": 3, "kind": "transactional", "languages": ["en", "de"], "metric": "nps",
    "question": {"en": "How likely, {name|friend}?", "de": "Wie wahrscheinlich, {name|Freund}?"},
    "ends": {"low": {"en": "not", "de": "nicht"}, "high": {"en": "very", "de": "sehr"}},
    "reasons": [
        {"bands": ["detractor"], "question": "Why?", "several": true, "shuffle": true, "options": [
            {"id": "price", "text": "Price", "sub": [{"id": "fees", "text": "Fees"}, {"id": "level", "text": "Level"}]},
            {"id": "speed", "text": "Speed"}, {"id": "staff", "text": "Staff"}, {"id": "other", "text": "Other"}]},
        {"bands": ["promoter"], "question": "What is best?", "options": [
            {"id": "quality", "text": "Quality"}, {"id": "speed", "text": "Speed"}]}],
    "follow_up": {"wording": "Tell us more", "bands": {"detractor": "What went wrong?"}, "ratings": {"0": "So bad?"}},
    "questions": [
        {"id": "call", "type": "choice", "wording": "May we call?", "options": [{"id": "yes", "text": "Yes"}, {"id": "no", "text": "No"}],
            "when": {"all": [{"band": ["detractor"]}, {"any": [{"comment_length": {"from": 20}}, {"sentiment": {"to": -0.5}}, {"reason": ["staff", "refund"]}]}]}},
        {"id": "effort", "type": "rating", "metric": "ces", "wording": "Easy?", "when": {"not": {"answer": {"name": "call", "is": ["yes"]}}}},
        {"id": "plan", "type": "text", "wording": "Which plan, {call}?", "when": {"attribute": {"name": "tier", "is": ["gold"]}}},
        {"id": "colours", "type": "choices", "wording": "Which?", "options": [{"id": "red", "text": "Red"}, {"id": "blue", "text": "Blue"}]}],
    "continuation": {"wording": "One more?", "yes": "Yes", "no": "No", "questions": ["colours"]},
    "thanks": {"wording": "Thanks", "bands": {"promoter": {"wording": "Hooray",
        "action": {"type": "review", "text": "Review us", "url": "https://example.com/?r={rating}"}}}},
    "metadata": [{"name": "order", "required": true}, {"name": "tier", "values": ["gold", "silver"]}]
}"#;

fn rich() -> Survey {
    Survey::from_json(RICH).unwrap()
}

fn context() -> Context {
    let attributes = [("order", "7"), ("tier", "gold"), ("secret", "x")];
    Context {
        attributes: attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        customer: Some("c1".to_owned()),
        seed: 5,
        ..Context::default()
    }
}

fn code(result: crate::Result<impl std::fmt::Debug>) -> (ErrorCode, String) {
    let error = result.unwrap_err();
    (error.code(), error.path().to_owned())
}

#[test]
fn texts_in_some_languages_need_their_names() {
    let mut survey = Survey::new("x", Metric::nps(), "How likely?".into(), "Thanks".into());
    survey.thanks.wording = Wording::of([("en", "Thanks"), ("fr", "Merci")]);
    let error = survey.check().unwrap_err();
    assert_eq!(error.path(), "thanks.wording");
    assert!(error.to_string().contains("name `languages`"), "{error}");
    survey.languages = vec!["en".to_owned(), "fr".to_owned()];
    survey.check().unwrap();
}

#[test]
fn a_detractor_s_way_through() {
    let mut session = Session::start(rich(), context()).unwrap();
    assert_eq!(session.status(), SessionStatus::Open);
    let step = session.step();
    assert_eq!((step.text.as_str(), step.low.as_deref()), ("How likely, friend?", Some("not")));
    assert_eq!((step.points.len(), step.progress, step.required), (11, 0.0, true));

    let step = session.answer("rating", Answer::Rating(0.0)).unwrap();
    assert_eq!((step.id.as_str(), step.kind), ("reasons", StepType::Choices));
    assert_eq!(step.options.last().unwrap().id, "other"); // shuffled, but for the last
    let step =
        session.answer("reasons", Answer::Choices(vec!["staff".into(), "price".into()])).unwrap();
    assert_eq!(step.id, "reasons.price");
    let step = session.answer("reasons.price", Answer::choice("fees")).unwrap();
    assert_eq!((step.id.as_str(), step.text.as_str()), ("comment", "So bad?"));
    assert_eq!(session.status(), SessionStatus::Partial);
    let step = session.answer("comment", Answer::text("  rude ")).unwrap();
    assert_eq!(step.id, "call"); // because of the reason `staff`
    let step = session.answer("call", Answer::choice("yes")).unwrap();
    assert_eq!((step.id.as_str(), step.text.as_str()), ("plan", "Which plan, Yes?"));
    assert_eq!(session.answer("plan", Answer::Skip).unwrap().id, "continue");
    assert_eq!(session.answer("continue", Answer::choice("yes")).unwrap().id, "colours");
    let step = session.answer("colours", Answer::Choices(vec!["red".into()])).unwrap();
    assert_eq!((step.kind, step.text.as_str(), step.progress), (StepType::Thanks, "Thanks", 1.0));

    let response = session.response();
    assert_eq!(response.status, SessionStatus::Complete);
    assert_eq!(response.reasons, ["staff", "price", "fees"]);
    assert_eq!(response.comment.as_deref(), Some("rude"));
    assert_eq!(response.answers.len(), 3);
    assert_eq!(response.orders.len(), 2);
    assert_eq!(response.orders[0].1.len(), 4);
    assert_eq!(response.customer.as_deref(), Some("c1"));
}

#[test]
fn a_promoter_is_sent_to_review_in_their_language() {
    let mut session =
        Session::start(rich(), Context { language: "de-CH".into(), ..context() }).unwrap();
    assert_eq!(session.step().text, "Wie wahrscheinlich, Freund?");
    session.answer("rating", Answer::Rating(10.0)).unwrap();
    session.answer("reasons", Answer::Skip).unwrap();
    session.answer("comment", Answer::Skip).unwrap();
    session.answer("effort", Answer::Rating(6.0)).unwrap();
    session.answer("plan", Answer::text("gold")).unwrap();
    let thanks = session.answer("continue", Answer::choice("no")).unwrap();
    assert_eq!(thanks.text, "Hooray");
    assert_eq!(thanks.action.unwrap().url.as_deref(), Some("https://example.com/?r=10"));
}

#[test]
fn what_the_host_maps_decides_what_comes_next() {
    let asked = |written: Written| {
        let mut session = Session::start(rich(), context()).unwrap();
        session.answer("rating", Answer::Rating(3.0)).unwrap();
        session.answer("reasons", Answer::Skip).unwrap();
        session.answer("comment", Answer::Text(written)).unwrap().id
    };
    let text = || "money back".to_owned();
    assert_eq!(asked(Written { text: text(), ..Written::default() }), "effort");
    assert_eq!(
        asked(Written { text: text(), reasons: vec!["refund".into()], sentiment: None }),
        "call"
    );
    assert_eq!(asked(Written { text: text(), reasons: vec![], sentiment: Some(-0.5) }), "call");
    assert_eq!(asked(Written { text: text(), reasons: vec![], sentiment: Some(0.1) }), "effort");
    assert_eq!(asked(Written { text: "x".repeat(20), ..Written::default() }), "call");
}

#[test]
fn what_does_not_fit_changes_nothing() {
    let mut session = Session::start(rich(), context()).unwrap();
    let refused = [
        ("comment", Answer::text("x"), ErrorCode::WrongStep, "step"),
        ("rating", Answer::Skip, ErrorCode::AnswerRequired, "answer"),
        ("rating", Answer::Rating(11.0), ErrorCode::RatingOutOfRange, "answer.rating"),
        ("rating", Answer::Rating(6.9), ErrorCode::RatingInvalid, "answer.rating"),
        ("rating", Answer::Rating(f64::NAN), ErrorCode::RatingInvalid, "answer.rating"),
        ("rating", Answer::text("9"), ErrorCode::AnswerInvalid, "answer"),
    ];
    let before = session.clone();
    for (step, answer, expected, path) in refused {
        assert_eq!(code(session.answer(step, answer)), (expected, path.to_owned()));
    }
    assert_eq!(session, before);
    session.answer("rating", Answer::Rating(9.0)).unwrap();
    let before = session.clone();
    for (choices, path) in
        [(vec!["prize"], 0), (vec!["speed", "speed"], 1), (vec!["speed", "quality"], 1)]
    {
        let answer = Answer::Choices(choices.into_iter().map(str::to_owned).collect());
        let expected = (ErrorCode::AnswerInvalid, format!("answer.choices[{path}]"));
        assert_eq!(code(session.answer("reasons", answer)), expected);
    }
    assert_eq!(session, before);
}

#[test]
fn declining_is_a_result_and_can_be_taken_back() {
    let mut session = Session::start(rich(), context()).unwrap();
    assert_eq!(session.decline().kind, StepType::Thanks);
    assert_eq!(session.response().status, SessionStatus::Declined);
    assert_eq!(session.back().id, "rating");
    session.answer("rating", Answer::Rating(7.0)).unwrap();
    session.decline();
    let response = session.response();
    assert_eq!(
        (response.status, response.rating, response.declined),
        (SessionStatus::Partial, Some(7.0), true)
    );
    assert_eq!(code(session.answer("comment", Answer::Skip)).0, ErrorCode::WrongStep);
}

#[test]
fn going_back_shows_what_was_answered() {
    let mut session = Session::start(rich(), context()).unwrap();
    session.answer("rating", Answer::Rating(2.0)).unwrap();
    session.answer("reasons", Answer::choice("speed")).unwrap();
    assert_eq!(session.back().previous, Some(Answer::choice("speed")));
    assert_eq!(session.back().previous, Some(Answer::Rating(2.0)));
    assert_eq!(session.back().id, "rating"); // there is nothing before
    let step = session.answer("rating", Answer::Rating(9.0)).unwrap();
    assert_eq!((step.id.as_str(), step.options.len()), ("reasons", 2)); // the buttons of a promoter
}

#[test]
fn anonymous_surveys_keep_nobody() {
    let mut survey = rich();
    survey.anonymous = true;
    let response = Session::start(survey, context()).unwrap().response();
    assert_eq!((response.customer, response.account), (None, None));
    let names: Vec<_> = response.attributes.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["order", "tier"]);
}

#[test]
fn declared_attributes_are_checked() {
    let started = |attributes: &[(&str, &str)]| {
        let attributes =
            attributes.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        code(Session::start(rich(), Context { attributes, ..Context::default() }))
    };
    assert_eq!(started(&[]), (ErrorCode::AnswerRequired, "attributes.order".into()));
    let wrong = started(&[("order", "1"), ("tier", "tin")]);
    assert_eq!(wrong, (ErrorCode::AnswerInvalid, "attributes.tier".into()));
}

#[test]
fn state_belongs_to_its_survey() {
    let mut session = Session::start(rich(), context()).unwrap();
    session.answer("rating", Answer::Rating(2.0)).unwrap();
    let state = session.to_json();
    assert_eq!(Session::from_json(rich(), &state).unwrap(), session);
    let newer = Survey { version: 4, ..rich() };
    assert_eq!(code(Session::from_json(newer, &state)), (ErrorCode::WrongStep, "survey".into()));
    let other = state.replace("\"rating\":2.0", "\"rating\":2.5");
    assert_eq!(
        code(Session::from_json(rich(), &other)),
        (ErrorCode::RatingInvalid, "given[0]".into())
    );
    let newer = state.replace("\"version\":1", "\"version\":9");
    assert_eq!(code(Session::from_json(rich(), &newer)).0, ErrorCode::StateVersion);
}

#[test]
fn broken_surveys_say_where() {
    let broken = [
        (r#""id": "rich""#, r#""id": " ""#, "id"),
        (r#"["en", "de"]"#, r#"["fi"]"#, "question"),
        (r#"["en", "de"]"#, r#"["en", "en"]"#, "languages[1]"),
        (r#""bands": ["promoter"]"#, r#""bands": ["fan"]"#, "reasons[1].bands[0]"),
        (r#"{"0": "So bad?"}"#, r#"{"0.5": "So bad?"}"#, "follow_up.ratings.0.5"),
        (r#"{"id": "quality""#, r#"{"id": "speed""#, "reasons[1].options[1]"),
        (r#""id": "effort""#, r#""id": "rating""#, "questions[1].id"),
        (r#""metric": "ces", "wording""#, r#""wording""#, "questions[1].metric"),
        (r#""type": "text", "wording""#, r#""type": "choice", "wording""#, "questions[2].options"),
        (r#""questions": ["colours"]"#, r#""questions": ["shapes"]"#, "continuation.questions[0]"),
        (
            r#"{"comment_length": {"from": 20}}"#,
            r#"{"rating": {"from": 5, "to": 2}}"#,
            "questions[0].when",
        ),
        (
            r#"{"name": "call", "is": ["yes"]}"#,
            r#"{"name": "call", "is": ["maybe"]}"#,
            "questions[1].when",
        ),
        (r#""promoter": {"wording""#, r#""fan": {"wording""#, "thanks.bands.fan"),
    ];
    for (from, to, path) in broken {
        assert!(RICH.contains(from), "{from}");
        let (code, at) = code(Survey::from_json(&RICH.replacen(from, to, 1)));
        assert_eq!((code, at.as_str()), (ErrorCode::InvalidArgument, path), "{to}");
    }
    let unknown = RICH.replacen(r#""metric": "nps""#, r#""metrik": "nps""#, 1);
    assert_eq!(code(Survey::from_json(&unknown)), (ErrorCode::InvalidConfig, "metrik".into()));
}

#[test]
fn presets_are_whole() {
    for name in Survey::presets() {
        let survey = Survey::preset(name).unwrap();
        assert_eq!((survey.id.as_str(), survey.metric.name()), (name, name));
        assert_eq!(survey.languages, ["en", "de", "fr", "es", "da", "fi"]);
        assert_eq!(survey.lint().unwrap(), [], "{name}");
        assert_eq!(Survey::from_json(&survey.to_json()).unwrap(), survey);
    }
    assert_eq!(code(Survey::preset("nsp")).0, ErrorCode::UnknownName);
}

#[test]
fn the_lint_finds_each_thing() {
    let mut survey = rich();
    let codes = |survey: &Survey| {
        survey.lint().unwrap().into_iter().map(|f| (f.code, f.path)).collect::<Vec<_>>()
    };
    assert!(
        codes(&survey).iter().all(|(code, _)| *code == FindingCode::MissingTranslation
            || *code == FindingCode::UnknownPipe),
        "{:?}",
        codes(&survey)
    );
    survey.follow_up.as_mut().unwrap().required = true;
    survey.questions[1].metric = Some(Metric::preset("enps").unwrap());
    survey.questions[3].when = Some(Condition::Rating(Within { from: Some(10.5), to: None }));
    survey.reasons[0].options.rotate_right(1); // `other` first
    survey.reasons[1].question = Wording::of([("en", "What, {nickname}?")]);
    for id in 0..9 {
        let question = Question {
            id: format!("q{id}"),
            kind: QuestionType::Text,
            when: None,
            ..survey.questions[2].clone()
        };
        survey.questions.push(question);
    }
    let found = codes(&survey);
    for expected in [
        (FindingCode::TooLong, "questions"),
        (FindingCode::CompetingRatings, "questions[1].metric"),
        (FindingCode::UnanswerableCondition, "questions[3].when"),
        (FindingCode::MissingTranslation, "reasons[1].question"),
        (FindingCode::BiasedOrder, "reasons[0].options"),
        (FindingCode::RequiredComment, "follow_up.required"),
        (FindingCode::UnknownPipe, "reasons[1].question"),
    ] {
        assert!(found.contains(&(expected.0, expected.1.to_owned())), "{expected:?} in {found:?}");
    }
}

#[test]
fn every_path_can_be_walked_and_every_step_is_in_one() {
    let survey = rich();
    let paths = &*RICH_PATHS;
    for path in paths {
        let context = Context { attributes: path.attributes.clone(), ..Context::default() };
        let mut session = Session::start(survey.clone(), context).unwrap();
        for ((step, answer), shown) in path.answers.iter().zip(&path.steps) {
            assert_eq!(session.step().id, *shown);
            session.answer(step, answer.clone()).unwrap();
        }
        assert_eq!(session.status(), SessionStatus::Complete);
    }
    for step in [
        "rating",
        "reasons",
        "reasons.price",
        "comment",
        "call",
        "effort",
        "plan",
        "continue",
        "colours",
    ] {
        assert!(paths.iter().any(|path| path.steps.iter().any(|shown| shown == step)), "{step}");
    }
}

/// Some answer to any step, from numbers.
fn any_answer(session: &Session, draw: u32) -> Answer {
    let step = session.step();
    let pick = draw as usize;
    if !step.required && draw.is_multiple_of(5) {
        return Answer::Skip;
    }
    match step.kind {
        StepType::Rating => Answer::Rating(step.points[pick % step.points.len()].value),
        StepType::Choice => Answer::choice(step.options[pick % step.options.len()].id.clone()),
        StepType::Choices => {
            let chosen = step.options.iter().enumerate().filter(|(i, _)| draw >> i & 1 == 1);
            Answer::Choices(chosen.map(|(_, option)| option.id.clone()).collect())
        }
        StepType::Text => Answer::text("y".repeat(pick % 40)),
        StepType::Thanks => Answer::Skip,
    }
}

static RICH_PATHS: LazyLock<Vec<Path>> = LazyLock::new(|| rich().paths().unwrap());

proptest! {
    #[test]
    fn any_answers_end_in_a_listed_path_and_survive_interruption(draws in prop::collection::vec(any::<u32>(), 30)) {
        let survey = rich();
        let mut session = Session::start(survey.clone(), context()).unwrap();
        let mut resumed = session.clone();
        let mut progress = 0.0;
        for draw in draws {
            let step = session.step();
            if step.kind == StepType::Thanks {
                break;
            }
            prop_assert!((progress..=1.0).contains(&step.progress) || step.progress < progress);
            progress = step.progress;
            let answer = any_answer(&session, draw);
            session.answer(&step.id, answer.clone()).unwrap();
            // Going back and giving the same answer changes nothing.
            if draw.is_multiple_of(3) {
                session.back();
                session.answer(&step.id, answer.clone()).unwrap();
            }
            resumed = Session::from_json(survey.clone(), &resumed.to_json()).unwrap();
            resumed.answer(&step.id, answer).unwrap();
            prop_assert_eq!(resumed.response(), session.response());
        }
        prop_assert_eq!(session.step().kind, StepType::Thanks);
        let response = session.response();
        let mut steps = response.asked;
        steps.push("thanks".to_owned());
        prop_assert!(RICH_PATHS.iter().any(|path| path.steps == steps && path.band == response.band), "{steps:?}");
    }
}
