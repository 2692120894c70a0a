//! Playbooks: what starts them, whose turn it is, and who is not asked twice.

use super::HOUR;
use super::options::Playbooks;
use super::run::{EffectKind, Run, RunChange, RunEvent, StepDone};
use super::trigger::{Past, Trigger};
use crate::base::error::{ErrorCode, Result};

const DAY: i64 = 24 * HOUR;

fn books() -> Playbooks {
    Playbooks::from_json(
        r#"{"ask_gap_days": 60, "playbooks": [
            {"id": "save", "on": {"band": {"from": "green", "to": "yellow"}}, "again_after_days": 30, "steps": [
                {"id": "call", "kind": "reply", "what": "call", "role": "owner", "due_hours": 24},
                {"id": "check", "what": "check", "after": "call", "due_days": 14, "done_when": ["band:green"]}]},
            {"id": "ask", "on": {"rated": {"band": "detractor", "comment": false}}, "steps": [
                {"id": "why", "kind": "ask", "what": "what happened?", "done_when": ["answered"]}]},
            {"id": "advocate", "on": {"rated": {"band": "promoter"}}, "steps": [
                {"id": "praise", "kind": "praise", "what": "well done"},
                {"id": "review", "kind": "ask", "what": "a review"},
                {"id": "refer", "kind": "ask", "what": "a friend", "after": "review"}]},
            {"id": "fire", "on": {"alert": {"source": "pulse", "severity": "high"}}, "steps": [
                {"id": "look", "what": "look", "due_hours": 2}]}
        ]}"#,
    )
    .unwrap()
}

fn start(json: &str, past: &Past, now: i64) -> Vec<RunChange> {
    books().start(&Trigger::from_json(json).unwrap(), past, now)
}

fn advance(run: &Run, event: &RunEvent, now: i64) -> Result<RunChange> {
    books().advance(run, event, &Past::default(), now)
}

fn kinds(change: &RunChange) -> Vec<(EffectKind, &str)> {
    change.effects.iter().map(|effect| (effect.kind, effect.step.as_str())).collect()
}

fn done(step: &str, human: bool) -> RunEvent {
    RunEvent::Done(StepDone { step: step.to_owned(), by: Some("bo".to_owned()), human })
}

#[test]
fn each_trigger_starts_its_own() {
    let none = Past::default();
    let started = |json: &str| -> Vec<String> {
        start(json, &none, 0).into_iter().map(|change| change.run.playbook).collect()
    };
    assert_eq!(started(r#"{"happened": {"band": {"from": "green", "to": "yellow"}}}"#), ["save"]);
    assert!(started(r#"{"happened": {"band": {"from": "yellow", "to": "green"}}}"#).is_empty());
    assert_eq!(started(r#"{"happened": {"rated": {"band": "detractor"}}}"#), ["ask"]);
    assert!(
        started(r#"{"happened": {"rated": {"band": "detractor", "comment": true}}}"#).is_empty()
    );
    let alert = |source: &str, severity: &str| {
        started(&format!(
            r#"{{"happened": {{"alert": {{"source": "{source}", "severity": "{severity}"}}}}}}"#
        ))
    };
    assert_eq!(alert("pulse", "critical"), ["fire"]);
    assert!(alert("pulse", "medium").is_empty() && alert("health", "critical").is_empty());
}

#[test]
fn a_run_goes_step_by_step_and_refuses_what_is_not_its_turn() {
    let yellow = r#"{"happened": {"band": {"from": "green", "to": "yellow"}}, "subject": "acme", "customer": "ada"}"#;
    let run = start(yellow, &Past::default(), 0).remove(0).run;
    let code = |event: &RunEvent| advance(&run, event, 1).unwrap_err().code();
    assert_eq!(code(&done("check", true)), ErrorCode::WrongStep);
    assert_eq!(code(&done("call", false)), ErrorCode::InvalidArgument);
    assert_eq!(code(&done("dance", true)), ErrorCode::UnknownName);
    // What does not happen changes nothing; what is late is told once.
    assert_eq!(advance(&run, &RunEvent::Happened("band:green".into()), 1).unwrap().run, run);
    assert!(advance(&run, &RunEvent::Tick, DAY).unwrap().effects.is_empty());
    let late = advance(&run, &RunEvent::Tick, DAY + 1).unwrap();
    assert_eq!(kinds(&late), [(EffectKind::Overdue, "call")]);
    assert!(advance(&late.run, &RunEvent::Tick, DAY + 2).unwrap().effects.is_empty());
    let next = advance(&late.run, &done("call", true), 2 * DAY).unwrap();
    assert_eq!(kinds(&next), [(EffectKind::Do, "check")]);
    assert_eq!(next.effects[0].due, Some(16 * DAY));
    let stored = Run::from_json(&next.run.to_json()).unwrap();
    let end = advance(&stored, &RunEvent::Happened("band:green".into()), 3 * DAY).unwrap();
    assert_eq!((kinds(&end), end.run.ended), (vec![(EffectKind::Ended, "")], Some(3 * DAY)));
    assert_eq!(
        advance(&end.run, &done("check", true), 4 * DAY).unwrap_err().code(),
        ErrorCode::WrongStep
    );
    let stopped = advance(&next.run, &RunEvent::Stop, 3 * DAY).unwrap();
    assert_eq!(kinds(&stopped), [(EffectKind::Skipped, "check"), (EffectKind::Ended, "")]);
}

#[test]
fn business_time_is_that_of_the_calendar() {
    // 2026-01-02 is a Friday; the Monday after is a holiday where the calendar says so.
    let friday_at_four = 1_767_369_600_000;
    let due = |calendar: &str, span: &str| {
        let json = format!(
            r#"{{{calendar} "playbooks": [{{"id": "a", "on": {{"band": {{}}}},
                "steps": [{{"id": "x", "what": "", {span}}}]}}]}}"#
        );
        let trigger = Trigger::from_json(r#"{"happened": {"band": {}}}"#).unwrap();
        let books = Playbooks::from_json(&json).unwrap();
        let due = books.start(&trigger, &Past::default(), friday_at_four)[0].run.steps[0].due;
        due.map(|due| (due - friday_at_four) / HOUR)
    };
    let holiday = r#""calendar": {"holidays": ["2026-01-05"]},"#;
    assert_eq!(due("", r#""due_business_hours": 2"#), Some(66)); // Monday at ten
    assert_eq!(due(holiday, r#""due_business_hours": 2"#), Some(90));
    assert_eq!(due("", r#""due_business_days": 1"#), Some(72));
    assert_eq!(due(holiday, r#""due_business_days": 1"#), Some(96));
    assert_eq!(due(holiday, r#""due_days": 1"#), Some(24));
}

#[test]
fn nobody_is_asked_twice() {
    let promoter =
        r#"{"happened": {"rated": {"band": "promoter"}}, "customer": "ada", "employee": "bo"}"#;
    let first = start(promoter, &Past::default(), 0).remove(0);
    assert_eq!(kinds(&first), [(EffectKind::Praise, "praise"), (EffectKind::Ask, "review")]);
    assert_eq!(first.effects[0].to.as_deref(), Some("bo"));
    assert_eq!(first.run.asked, Some(0));
    let soon = advance(&first.run, &done("review", false), 59 * DAY).unwrap();
    assert_eq!(kinds(&soon), [(EffectKind::Skipped, "refer"), (EffectKind::Ended, "")]);
    assert_eq!(soon.effects[0].why, Some("asked_recently"));
    let later = advance(&first.run, &done("review", false), 60 * DAY).unwrap();
    assert_eq!(kinds(&later), [(EffectKind::Ask, "refer")]);
    // Asked by another playbook, or already under way.
    let past = Past::from_json(r#"{"asked": 0, "started": {"save": 0}}"#).unwrap();
    let nobody = r#"{"happened": {"rated": {"band": "promoter"}}, "customer": "ada"}"#;
    let skipped = start(nobody, &past, DAY).remove(0);
    let all = [EffectKind::Skipped, EffectKind::Skipped, EffectKind::Skipped, EffectKind::Ended];
    assert_eq!(skipped.effects.iter().map(|effect| effect.kind).collect::<Vec<_>>(), all);
    let yellow = r#"{"happened": {"band": {"from": "green", "to": "yellow"}}}"#;
    assert!(start(yellow, &past, 29 * DAY).is_empty());
    assert_eq!(start(yellow, &past, 30 * DAY).len(), 1);
}

#[test]
fn nor_by_two_runs_under_way_or_where_nobody_may() {
    let books = Playbooks::from_json(
        r#"{"ask_gap_days": 60, "playbooks": [
            {"id": "advocate", "on": {"rated": {"band": "promoter"}}, "steps": [
                {"id": "thank", "kind": "reply", "what": "thank"},
                {"id": "review", "kind": "ask", "what": "a review", "after": "thank"}]},
            {"id": "grow", "on": {"band": {"to": "green"}}, "steps": [
                {"id": "look", "what": "look"},
                {"id": "upsell", "kind": "ask", "what": "more seats", "after": "look"}]}
        ]}"#,
    )
    .unwrap();
    let start = |json: &str, past: &Past| {
        books.start(&Trigger::from_json(json).unwrap(), past, 0).remove(0)
    };
    let none = Past::default();
    let promoter =
        start(r#"{"happened": {"rated": {"band": "promoter"}}, "customer": "ada"}"#, &none);
    let green = start(r#"{"happened": {"band": {"to": "green"}}, "customer": "ada"}"#, &none);
    let asked = books.advance(&promoter.run, &done("thank", true), &none, DAY).unwrap();
    assert_eq!(kinds(&asked), [(EffectKind::Ask, "review")]);
    let past = Past { asked: asked.run.asked, ..Past::default() };
    let looked = books.advance(&green.run, &done("look", true), &past, 2 * DAY).unwrap();
    assert_eq!(kinds(&looked), [(EffectKind::Skipped, "upsell"), (EffectKind::Ended, "")]);
    assert_eq!((looked.effects[0].why, looked.run.asked), (Some("asked_recently"), Some(DAY)));
    // An earlier ask told late does not undo a later one.
    let old = Past { asked: Some(-9 * DAY), ..Past::default() };
    assert_eq!(books.advance(&asked.run, &RunEvent::Tick, &old, 3 * DAY).unwrap().run, asked.run);
    // Who asks not to be contacted is neither asked nor answered, in steps that are open and in those to come.
    let silent = Past { no_contact: true, ..Past::default() };
    let stopped = books.advance(&promoter.run, &RunEvent::Tick, &silent, DAY).unwrap();
    let skipped =
        [(EffectKind::Skipped, "thank"), (EffectKind::Skipped, "review"), (EffectKind::Ended, "")];
    assert_eq!(kinds(&stopped), skipped);
    assert_eq!(stopped.effects[1].why, Some("no_contact"));
    let never = start(r#"{"happened": {"band": {"to": "green"}}, "customer": "ada"}"#, &silent);
    assert_eq!(kinds(&never), [(EffectKind::Do, "look")]);
    // Once told is enough, also for a run that was stored.
    let stored = Run::from_json(&never.run.to_json()).unwrap();
    let looked = books.advance(&stored, &done("look", true), &none, DAY).unwrap();
    assert_eq!(kinds(&looked), [(EffectKind::Skipped, "upsell"), (EffectKind::Ended, "")]);
}

#[test]
fn nothing_is_left_of_who_is_forgotten() {
    let promoter = r#"{"happened": {"rated": {"band": "promoter"}}, "subject": "ada", "customer": "ada", "employee": "bo"}"#;
    let run = start(promoter, &Past::default(), 0).remove(0).run;
    // The customer did what was asked.
    let by = StepDone { step: "review".to_owned(), by: Some("ada".to_owned()), human: true };
    let mut run = advance(&run, &RunEvent::Done(by), DAY).unwrap().run;
    assert!(run.forget("ada") && !run.forget("ada"));
    assert!(!run.to_json().contains("ada") && run.to_json().contains("\"bo\""));
}

#[test]
fn a_late_event_starts_what_has_no_limit() {
    let past = Past::from_json(r#"{"started": {"ask": 5, "save": 5}}"#).unwrap();
    assert_eq!(start(r#"{"happened": {"rated": {"band": "detractor"}}}"#, &past, 0).len(), 1);
    let yellow = r#"{"happened": {"band": {"from": "green", "to": "yellow"}}}"#;
    assert!(start(yellow, &past, 0).is_empty());
}

#[test]
fn refuses_what_is_wrong_with_its_place() {
    let steps = |steps: &str| {
        let json = format!(
            r#"{{"playbooks": [{{"id": "a", "on": {{"band": {{}}}}, "steps": {steps}}}]}}"#
        );
        Playbooks::from_json(&json).unwrap_err().path().to_owned()
    };
    assert_eq!(steps("[]"), "playbooks[0].steps");
    assert_eq!(steps(r#"[{"id": "x", "what": "", "after": "y"}]"#), "playbooks[0].steps[0].after");
    assert_eq!(
        steps(r#"[{"id": "x", "what": ""}, {"id": "x", "what": ""}]"#),
        "playbooks[0].steps[1].id"
    );
    assert_eq!(
        steps(r#"[{"id": "x", "what": "", "due_hours": 1, "due_days": 1}]"#),
        "playbooks[0].steps[0].due_days"
    );
    assert_eq!(
        steps(r#"[{"id": "x", "what": "", "due_hours": 1, "due_business_hours": 1}]"#),
        "playbooks[0].steps[0].due_business_hours"
    );
    assert_eq!(
        steps(r#"[{"id": "x", "what": "", "kind": "dance"}]"#),
        "playbooks[0].steps[0].kind"
    );
}
