//! Playbooks: what starts them, whose turn it is, and who is not asked twice.

use super::HOUR;
use super::options::Playbooks;
use super::run::{EffectKind, Run, RunChange, RunEvent, StepDone};
use super::trigger::{Past, Trigger};
use crate::base::error::ErrorCode;

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
    let code = |event: &RunEvent| books().advance(&run, event, 1).unwrap_err().code();
    assert_eq!(code(&done("check", true)), ErrorCode::WrongStep);
    assert_eq!(code(&done("call", false)), ErrorCode::InvalidArgument);
    assert_eq!(code(&done("dance", true)), ErrorCode::UnknownName);
    // What does not happen changes nothing; what is late is told once.
    assert_eq!(
        books().advance(&run, &RunEvent::Happened("band:green".into()), 1).unwrap().run,
        run
    );
    assert!(books().advance(&run, &RunEvent::Tick, DAY).unwrap().effects.is_empty());
    let late = books().advance(&run, &RunEvent::Tick, DAY + 1).unwrap();
    assert_eq!(kinds(&late), [(EffectKind::Overdue, "call")]);
    assert!(books().advance(&late.run, &RunEvent::Tick, DAY + 2).unwrap().effects.is_empty());
    let next = books().advance(&late.run, &done("call", true), 2 * DAY).unwrap();
    assert_eq!(kinds(&next), [(EffectKind::Do, "check")]);
    assert_eq!(next.effects[0].due, Some(16 * DAY));
    let stored = Run::from_json(&next.run.to_json()).unwrap();
    let end = books().advance(&stored, &RunEvent::Happened("band:green".into()), 3 * DAY).unwrap();
    assert_eq!((kinds(&end), end.run.ended), (vec![(EffectKind::Ended, "")], Some(3 * DAY)));
    assert_eq!(
        books().advance(&end.run, &done("check", true), 4 * DAY).unwrap_err().code(),
        ErrorCode::WrongStep
    );
    let stopped = books().advance(&next.run, &RunEvent::Stop, 3 * DAY).unwrap();
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
    let soon = books().advance(&first.run, &done("review", false), 59 * DAY).unwrap();
    assert_eq!(kinds(&soon), [(EffectKind::Skipped, "refer"), (EffectKind::Ended, "")]);
    assert_eq!(soon.effects[0].why, Some("asked_recently"));
    let later = books().advance(&first.run, &done("review", false), 60 * DAY).unwrap();
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
