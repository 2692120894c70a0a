use super::*;
use crate::base::metric::Metric;
use crate::interpret::mention::Mentions;
use crate::listen::column::Column;
use crate::listen::responses::Responses;
use crate::stats::Random;

fn journey() -> Journey {
    Journey::from_json(
        r#"{"name": "stay", "stages": [
            {"name": "book", "touchpoints": [{"name": "web", "survey": "after booking"}]},
            {"name": "stay", "touchpoints": [
                {"name": "reception", "reasons": ["staff", "waiting"], "importance": 8, "owner": "front"},
                {"name": "room"}
            ]},
            {"name": "after", "touchpoints": []}
        ]}"#,
    )
    .unwrap()
}

/// Customer, touchpoint, rating.
fn table(rows: &[(u32, &str, Option<u8>)]) -> Responses {
    let ratings: Vec<Option<f64>> = rows.iter().map(|r| r.2.map(f64::from)).collect();
    Responses::new()
        .with("score", Column::optional_numbers(&ratings))
        .unwrap()
        .with("step", Column::categories(rows.iter().map(|r| Some(r.1))))
        .unwrap()
        .with("who", Column::numbers(rows.iter().map(|r| r.0).collect::<Vec<_>>()))
        .unwrap()
        .rating("score")
        .customer("who")
}

fn analysis() -> JourneyAnalysis {
    JourneyAnalysis::new(journey(), Metric::nps()).touchpoint("step").minimum_n(5)
}

#[test]
fn a_journey_is_checked_and_linted() {
    let problems: Vec<JourneyProblem> = journey().lint().iter().map(|i| i.problem).collect();
    assert_eq!(
        problems,
        [
            JourneyProblem::ImportantWithoutSurvey,
            JourneyProblem::ImportantWithoutOutcome,
            JourneyProblem::EmptyStage
        ]
    );
    let report = analysis().run(&table(&[(1, "room", Some(9)), (2, "spa", None)])).unwrap();
    assert_eq!((report.attached, report.unattached), (1, 1));
    let issues = journey().lint_with(&report);
    let last = issues.last().unwrap();
    assert_eq!(last.problem, JourneyProblem::UnknownTouchpoint);
    assert_eq!(last.touchpoint.as_deref(), Some("spa"));
    assert!(issues.iter().any(|i| i.problem == JourneyProblem::SurveyWithoutResponses));
    assert_eq!(Journey::from_json(&journey().to_json()).unwrap(), journey());
    for (text, path) in [
        (r#"{"name": "a", "stages": [{"name": " "}]}"#, "stages[0].name"),
        (r#"{"name": "a", "stages": [{"name": "b"}, {"name": "b"}]}"#, "stages[1].name"),
        (
            r#"{"name": "a", "stages": [{"name": "b", "touchpoints": [{"name": "x", "reasons": ["y"]}, {"name": "y"}]}]}"#,
            "stages[0].touchpoints[1].name",
        ),
        (
            r#"{"name": "a", "stages": [{"name": "b", "touchpoints": [{"name": "x", "importance": 11}]}]}"#,
            "stages[0].touchpoints[0].importance",
        ),
        (r#"{"name": "a", "stages": [{"name": "b", "touch": []}]}"#, "stages[0].touch"),
    ] {
        assert_eq!(Journey::from_json(text).unwrap_err().path(), path);
    }
}

#[test]
fn a_comment_speaks_of_several_touchpoints() {
    let responses = Responses::new()
        .with("feeling", Column::optional_numbers(&[Some(0.8), Some(-0.4), Some(-0.6), None]))
        .unwrap();
    let lists = [vec!["staff", "room"], vec!["waiting"], vec!["staff", "waiting"], vec!["parking"]];
    let mentions = Mentions::from_lists(lists).unwrap();
    let analysis = JourneyAnalysis::new(journey(), Metric::nps()).intensity("feeling");
    let report = analysis.run_with(&responses, &mentions).unwrap();
    let reception = &report.touchpoints[1];
    assert_eq!((report.attached, reception.n), (3, 3));
    assert!(reception.score.is_none());
    let (good, bad) = (reception.positive.unwrap(), reception.negative.unwrap());
    assert!((good.impact - 0.8 / 3.0).abs() < 1e-12 && (bad.impact - 1.0 / 3.0).abs() < 1e-12);
    assert!((bad.intensity - 0.5).abs() < 1e-12 && bad.n == 2);
    assert_eq!(report.to_table().len(), 3);
    assert_eq!(analysis.run(&responses).unwrap_err().path(), "touchpoint");
}

#[test]
fn measures_warn_where_they_go_with_the_score() {
    let mut random = Random::new(6);
    let (mut rows, mut waits, mut shoes) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..200 {
        let wait = 20.0 * random.uniform();
        let score = (10.0 - 0.4 * wait + random.normal()).round().clamp(0.0, 10.0) as u8;
        rows.push((i, "reception", Some(score)));
        waits.push(wait);
        shoes.push(36.0 + (10.0 * random.uniform()).floor());
    }
    let table = table(&rows)
        .with("wait", Column::numbers(waits))
        .unwrap()
        .with("shoes", Column::numbers(shoes))
        .unwrap();
    let report = analysis().measures(["wait", "shoes"]).run(&table).unwrap();
    let [wait, shoes] = &report.touchpoints[1].measures[..] else { panic!("two") };
    assert!(wait.correlation.unwrap() < -0.6 && wait.p_adjusted.unwrap() < 1e-9);
    assert!(shoes.p_adjusted.unwrap() > 0.01);
    assert!(wait.mean.unwrap().interval.unwrap().contains(10.0));
    assert!(report.touchpoints[0].measures[0].mean.is_none());
}

#[test]
fn peaks_ends_and_gaps_of_three_customers() {
    // Peak and end: 10 and 6 are 8; 0 and 7 are 3.5; 9 alone is 9.
    let steps = [
        (1, "web", Some(10)),
        (1, "reception", Some(7)),
        (1, "room", Some(6)),
        (2, "web", Some(5)),
        (2, "reception", Some(0)),
        (2, "room", Some(7)),
        (3, "web", Some(9)),
    ];
    let whole = table(&[(1, "", Some(8)), (2, "", Some(3)), (3, "", Some(10))]);
    let table = table(&steps);
    let none = Mentions::none(steps.len());
    let moments = analysis().moments(&table, &none, &whole).unwrap();
    let rule = moments.peak_end.unwrap();
    assert_eq!(rule.n, 3);
    assert!((rule.predicted.value - 20.5 / 3.0).abs() < 1e-12);
    assert!((rule.error.value - (0.0 + 0.5 - 1.0) / 3.0).abs() < 1e-12);
    assert!(rule.correlation.unwrap() > 0.97);
    let gaps: Vec<(u64, u64)> = moments.gaps.iter().map(|g| (g.reached, g.continued)).collect();
    assert_eq!(gaps, [(3, 2), (2, 2)]);
    assert!((moments.gaps[0].stopped.unwrap() - 1.0 / 3.0).abs() < 1e-12);
    let error = analysis().moments(&table, &none, &Responses::new()).unwrap_err();
    assert_eq!(error.code().as_str(), "missing-column");
}

#[test]
fn the_touchpoint_that_decides_is_told() {
    let mut random = Random::new(3);
    let (mut steps, mut whole) = (Vec::new(), Vec::new());
    for who in 0..600 {
        let (web, room) = ((random.uniform() * 11.0) as u8, (random.uniform() * 11.0) as u8);
        steps.push((who, "web", Some(web)));
        steps.push((who, "room", Some(room)));
        // Only bad rooms hurt.
        let mean = if room <= 6 { 5.0 } else { 8.5 };
        whole.push((who, "", Some((mean + 1.5 * random.normal()).round().clamp(0.0, 10.0) as u8)));
    }
    let (table, whole) = (table(&steps), table(&whole));
    let moments = analysis().moments(&table, &Mentions::none(steps.len()), &whole).unwrap();
    let decides: Vec<bool> = moments.make_or_break.iter().map(|m| m.decides).collect();
    assert_eq!(decides, [false, false, true]);
    let room = &moments.make_or_break[2];
    assert!(room.failure.unwrap() < -60.0 && room.delight.unwrap().abs() < 25.0, "{room:?}");
}

#[test]
fn views_and_versions_are_compared() {
    let rows = |rating: u8| -> Vec<(u32, &'static str, Option<u8>)> {
        (0..40).map(|i| (i, "room", Some(if i % 4 == 0 { 8 } else { rating }))).collect()
    };
    let (bad, good) = (table(&rows(3)), table(&rows(9)));
    let none = Mentions::none(40);
    let gaps = analysis().views((&bad, &none), (&good, &none)).unwrap();
    assert_eq!((gaps[2].touchpoint.as_str(), gaps[2].gap.difference), ("room", Some(-150.0)));
    assert!(gaps[2].p_adjusted.unwrap() < 1e-6 && gaps[0].p_adjusted.is_none());
    let mut later = journey();
    let mut room = later.stages[1].touchpoints.pop().unwrap();
    room.owner = Some("housekeeping".to_owned());
    later.stages[2].touchpoints.push(room);
    later.stages[0].touchpoints[0].name = "app".to_owned();
    let analysis = JourneyAnalysis { journey: later, ..analysis() };
    let change = analysis.compare(&journey(), (&bad, &none), (&good, &none)).unwrap();
    let name = |name: &str| name.to_owned();
    assert_eq!(
        change.differences,
        [
            JourneyDifference::Added { touchpoint: name("app") },
            JourneyDifference::Moved {
                touchpoint: name("room"),
                from: name("stay"),
                to: name("after")
            },
            JourneyDifference::Redefined { touchpoint: name("room"), fields: vec!["owner"] },
            JourneyDifference::Removed { touchpoint: name("web") },
        ]
    );
    assert_eq!(change.steps.len(), 2);
    assert_eq!(change.steps[1].comparison.difference, Some(150.0));
}
