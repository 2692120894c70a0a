use proptest::prelude::*;

use super::desk::Desk;
use super::event::{CaseEvent, CaseOutcome, CaseState, EffectKind};
use super::facts::Facts;
use super::model::{Case, DutyKind};
use super::policy::{Assignee, CasePolicy, Due};
use crate::base::error::ErrorCode;
use crate::base::severity::Severity;
use crate::listen::column::Column;
use crate::listen::responses::Responses;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// 2026-01-05, nine o'clock.
const MONDAY: i64 = 1_767_571_200_000 + 9 * HOUR;

fn policy() -> CasePolicy {
    CasePolicy::from_json(
        r#"{
            "values": [{"name": "A", "from": 50000}, {"name": "B", "from": 5000}, {"name": "C"}],
            "priority": {"A": {"0-2": 1, "3-4": 1, "5-6": 2}, "B": {"0-2": 2, "3-4": 3, "5-6": 4}},
            "routes": [
                {"name": "prices", "when": {"reasons": ["price"]}, "to": {"role": "representative"}},
                {"name": "key", "when": {"values": ["A"]}, "to": {"owner": "anna"}},
                {"name": "quality", "when": {"reasons": ["product"]}, "to": {"role": "product"}, "contact": false}
            ],
            "fallback": {"role": "care"},
            "due": [
                {"when": {"touchpoints": ["delivery"], "tiers": ["0-2"]}, "reply": "at_once"},
                {"when": {"touchpoints": ["branch"]}, "reply": "next_interaction"},
                {"when": {"values": ["A"]}, "reply": {"business_hours": 4}, "close": {"business_days": 5}}
            ],
            "reminders": [4, 1],
            "escalations": [{"to": {"role": "head"}}, {"after_hours": 8, "to": {"owner": "ceo"}}]
        }"#,
    )
    .unwrap()
}

fn facts(rating: f64) -> Facts {
    Facts { rating: Some(rating), customer: Some("ada".to_owned()), ..Facts::new("r1") }
}

fn opened(facts: Facts) -> Case {
    policy().open(facts, MONDAY).unwrap().case
}

fn code(case: &Case, event: &CaseEvent) -> ErrorCode {
    let before = case.clone();
    let code = policy().apply(case, event, None, MONDAY + DAY).unwrap_err().code();
    assert_eq!(*case, before);
    code
}

#[test]
fn priority_is_value_by_rating() {
    let policy = policy();
    let priority = |rating, value| policy.priority(&Facts { value, ..facts(rating) });
    assert_eq!(priority(4.0, Some(50_000.0)), 1);
    assert_eq!(priority(4.0, Some(49_999.0)), 3);
    assert_eq!(priority(4.0, Some(10.0)), 5); // C is not in the matrix
    assert_eq!(priority(4.0, None), 5);
    assert_eq!(priority(9.0, Some(50_000.0)), 5);
    let plain = CasePolicy::default();
    let by_name = |tier: &str, rating| {
        plain.priority(&Facts { value_tier: Some(tier.to_owned()), ..facts(rating) })
    };
    assert_eq!([by_name("A", 0.0), by_name("B", 3.0), by_name("C", 6.0)], [1, 3, 5]);
    assert_eq!(by_name("D", 0.0), 6);
    assert_eq!(plain.priority(&Facts { value: Some(1e9), ..facts(0.0) }), 6);
}

#[test]
fn severe_alerts_are_urgent_whatever_the_matrix_says() {
    let of = |policy: &CasePolicy, severity, rating, tier: Option<&str>| {
        policy.priority(&Facts {
            severity,
            rating,
            value_tier: tier.map(str::to_owned),
            ..Facts::new("a1")
        })
    };
    let plain = CasePolicy::default();
    let all = [
        None,
        Some(Severity::Low),
        Some(Severity::Medium),
        Some(Severity::High),
        Some(Severity::Critical),
    ];
    assert_eq!(all.map(|severity| of(&plain, severity, None, None)), [6, 6, 6, 6, 1]);
    assert_eq!(all.map(|severity| of(&plain, severity, Some(3.0), Some("A"))), [2, 2, 2, 2, 1]);
    let said =
        CasePolicy::from_json(r#"{"priority_by_severity": {"medium": 3, "high": 4}}"#).unwrap();
    // What holds for medium ones holds for worse ones, too.
    assert_eq!(all.map(|severity| of(&said, severity, None, None)), [6, 6, 3, 3, 3]);
    assert_eq!(all.map(|severity| of(&said, severity, Some(0.0), Some("A"))), [1; 5]);
    let off = plain.clone().priority_by_severity([]);
    assert_eq!(off, CasePolicy::from_json(r#"{"priority_by_severity": {}}"#).unwrap());
    assert_eq!(of(&off, Some(Severity::Critical), None, None), 6);
    assert_eq!(plain, plain.clone().priority_by_severity([(Severity::Critical, 1)]));
}

#[test]
fn severities_come_from_tables() {
    let table = |severity: &str| {
        let table = Responses::new().with("id", Column::texts([Some("r1"), Some("r2")])).unwrap();
        table.with("severity", Column::texts([None, Some(severity)])).unwrap()
    };
    let found = Facts::from_table(&table("high"), None).unwrap();
    assert_eq!([found[0].severity, found[1].severity], [None, Some(Severity::High)]);
    let error = Facts::from_table(&table("worst"), None).unwrap_err();
    assert_eq!((error.path(), error.row()), ("severity", Some(1)));
}

#[test]
fn overlaps_go_by_declared_order() {
    let both = Facts { value: Some(60_000.0), reasons: vec!["price".to_owned()], ..facts(1.0) };
    let case = opened(both.clone());
    assert_eq!(case.route.as_deref(), Some("prices"));
    assert_eq!(case.assignee, Some(Assignee::Role("representative".to_owned())));
    let key = Facts { reasons: vec!["prices".to_owned()], ..both };
    assert_eq!(opened(key).assignee, Some(Assignee::Owner("anna".to_owned())));
    let other = opened(facts(1.0));
    assert_eq!((other.assignee, other.route), (Some(Assignee::Role("care".to_owned())), None));
}

#[test]
fn due_times_are_those_of_touchpoint_and_tier() {
    let delivery = |rating| Facts { touchpoint: Some("delivery".to_owned()), ..facts(rating) };
    assert_eq!(opened(delivery(2.0)).next_due(), Some(MONDAY));
    assert_eq!(opened(delivery(3.0)).next_due(), Some(MONDAY + 2 * DAY));
    let key = opened(Facts { value: Some(60_000.0), ..facts(5.0) });
    assert_eq!(key.next_due(), Some(MONDAY + 4 * HOUR));
    assert_eq!(key.duties[1].due, Some(MONDAY + 7 * DAY));

    let branch = opened(Facts { touchpoint: Some("branch".to_owned()), ..facts(5.0) });
    assert_eq!((branch.next_due(), branch.next_tick()), (None, None));
    let there =
        policy().apply(&branch, &CaseEvent::Interaction, None, MONDAY + 9 * DAY).unwrap().case;
    assert_eq!(there.next_due(), Some(MONDAY + 9 * DAY));
    assert!(there.is_overdue(MONDAY + 9 * DAY + 1));
}

#[test]
fn reminders_come_before_and_escalations_after() {
    let mut desk = Desk::new(policy()).unwrap();
    desk.open(facts(3.0), MONDAY).unwrap();
    let due = MONDAY + 2 * DAY; // Wednesday at nine
    let times = [due - DAY + 4 * HOUR, due - DAY + 7 * HOUR, due, due + 8 * HOUR];
    let kinds = [
        EffectKind::Reminder,
        EffectKind::Reminder,
        EffectKind::Escalation,
        EffectKind::Escalation,
    ];
    for (at, kind) in times.into_iter().zip(kinds) {
        assert_eq!(desk.next_tick(), Some(at));
        assert!(desk.tick(at - 1).unwrap().is_empty());
        let effects = desk.tick(at).unwrap();
        assert_eq!((effects.len(), effects[0].kind, effects[0].due), (1, kind, Some(due)));
    }
    assert_eq!(desk.next_tick(), None);
    let last = desk.case("r1").unwrap().trail.last().unwrap();
    assert_eq!(last.event, CaseEvent::Escalate { duty: "reply".to_owned(), step: 2 });

    // An answer in time ends both.
    let mut desk = Desk::new(policy()).unwrap();
    desk.open(facts(3.0), MONDAY).unwrap();
    desk.apply("r1", &CaseEvent::Reply, Some("bo"), MONDAY + HOUR).unwrap();
    assert_eq!(desk.next_tick(), None);
    assert!(!desk.case("r1").unwrap().is_overdue(MONDAY + 90 * DAY));
}

#[test]
fn promises_are_duties() {
    let policy = policy();
    let case = opened(facts(3.0));
    let promise = CaseEvent::Promise { what: "refund".to_owned(), due: Due::BusinessHours(8.0) };
    let promised = policy.apply(&case, &promise, Some("bo"), MONDAY).unwrap().case;
    assert_eq!(promised.state, CaseState::InProgress);
    assert_eq!(promised.next_due(), Some(MONDAY + 8 * HOUR));
    assert_eq!(code(&promised, &promise), ErrorCode::IllegalTransition);
    let close = CaseEvent::Close { outcome: CaseOutcome::Recovered };
    assert_eq!(code(&promised, &close), ErrorCode::IllegalTransition);
    let keep = |what: &str| CaseEvent::Keep { what: what.to_owned() };
    assert_eq!(code(&promised, &keep("visit")), ErrorCode::IllegalTransition);
    let kept = policy.apply(&promised, &keep("refund"), Some("bo"), MONDAY + HOUR).unwrap().case;
    assert!(kept.duties.iter().any(|duty| duty.kind == DutyKind::Promise && duty.kept));
    let closed = policy.apply(&kept, &close, Some("bo"), MONDAY + HOUR).unwrap().case;
    assert_eq!((closed.next_due(), closed.first_reply()), (None, None));
    let reopened = policy.apply(&closed, &CaseEvent::Reopen, None, MONDAY + DAY).unwrap().case;
    assert_eq!((reopened.outcome, reopened.reopened), (None, 1));
    assert_eq!(reopened.next_due(), Some(MONDAY + 3 * DAY));
}

#[test]
fn who_asked_not_to_be_contacted_is_counted_and_left_alone() {
    let policy = policy();
    let quiet = |reasons: &[&str]| Facts {
        no_contact: true,
        value: Some(60_000.0),
        reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
        ..facts(0.0)
    };
    let case = opened(quiet(&["price", "product"]));
    assert_eq!(
        (case.route.as_deref(), case.next_due(), case.next_tick()),
        (Some("quality"), None, None)
    );
    assert_eq!(opened(quiet(&["price"])).assignee, None);
    assert_eq!(code(&case, &CaseEvent::Reply), ErrorCode::IllegalTransition);

    let asked = policy.apply(&opened(facts(1.0)), &CaseEvent::OptOut, None, MONDAY).unwrap().case;
    assert_eq!((asked.no_contact, asked.assignee.clone(), asked.next_tick()), (true, None, None));
    assert_eq!(code(&asked, &CaseEvent::OptOut), ErrorCode::IllegalTransition);
    let refused = policy.apply(&asked, &CaseEvent::Reply, None, MONDAY).unwrap_err();
    assert!(refused.to_string().contains("asks not to be contacted"), "{refused}");
}

#[test]
fn waiting_ends_by_itself_or_with_the_customer() {
    let policy = policy();
    let begun = policy.apply(&opened(facts(5.0)), &CaseEvent::Reply, None, MONDAY).unwrap().case;
    let wait = CaseEvent::Wait { until: Some(MONDAY + DAY) };
    let waiting = policy.apply(&begun, &wait, None, MONDAY).unwrap().case;
    assert_eq!(waiting.state, CaseState::Waiting);
    let step = policy.tick(&waiting, MONDAY + DAY).unwrap();
    assert_eq!(
        (step.case.state, step.effects[0].kind),
        (CaseState::InProgress, EffectKind::Resumed)
    );
    let back = policy.apply(&waiting, &CaseEvent::Interaction, None, MONDAY + 1).unwrap().case;
    assert_eq!((back.state, back.next_tick()), (CaseState::InProgress, None));
    assert_eq!(code(&waiting, &wait), ErrorCode::IllegalTransition);
    assert_eq!(code(&opened(facts(5.0)), &wait), ErrorCode::IllegalTransition);
}

#[test]
fn the_past_does_not_come_back() {
    let case = opened(facts(5.0));
    let error = policy().apply(&case, &CaseEvent::Start, None, MONDAY - 1).unwrap_err();
    assert_eq!((error.code(), error.path()), (ErrorCode::InvalidArgument, "now"));
    for own in [CaseEvent::Open, CaseEvent::Resume] {
        assert_eq!(code(&case, &own), ErrorCode::IllegalTransition);
    }
}

#[test]
fn broken_policies_say_where() {
    for (text, path) in [
        (
            r#"{"tiers": [{"name": "a", "from": 0, "to": 3}, {"name": "b", "from": 3, "to": 4}]}"#,
            "tiers[1]",
        ),
        (r#"{"tiers": [{"name": "a", "from": 3, "to": 0}]}"#, "tiers[0]"),
        (r#"{"values": [{"name": "B", "from": 1}, {"name": "A", "from": 5}]}"#, "values"),
        (r#"{"priority": {"Z": {"0-2": 1}}}"#, "priority"),
        (r#"{"priority": {"A": {"7-8": 1}}}"#, "priority.A"),
        (r#"{"priority_by_severity": {"worst": 1}}"#, "priority_by_severity.worst"),
        (r#"{"priority_by_severity": {"high": -1}}"#, "priority_by_severity.high"),
        (r#"{"routes": [{"name": "x", "to": {"team": "y"}}]}"#, "routes[0].to"),
        (
            r#"{"routes": [{"name": "x", "when": {"tiers": ["7"]}, "to": {"role": "y"}}]}"#,
            "routes[0].when.tiers",
        ),
        (r#"{"due": [{"reply": {"at": 5}}]}"#, "due[0].reply"),
        (r#"{"due": [{"reply": {"business_hours": -1}}]}"#, "due[0].reply"),
        (r#"{"due": [{"reply": "soon"}]}"#, "due[0].reply"),
        (r#"{"reminders": [1, 4]}"#, "reminders"),
        (
            r#"{"escalations": [{"after_hours": -1, "to": {"role": "y"}}]}"#,
            "escalations[0].after_hours",
        ),
        (r#"{"calendar": {"hours": {}}}"#, "calendar.hours"),
        (r#"{"colour": 1}"#, "colour"),
    ] {
        assert_eq!(CasePolicy::from_json(text).unwrap_err().path(), path, "{text}");
    }
}

/// What may happen, with the hours before it.
fn events() -> impl Strategy<Value = Vec<(i64, Option<CaseEvent>)>> {
    let name = prop::sample::select(vec!["refund", "visit"]).prop_map(str::to_owned);
    let role = |name: &str| Assignee::Role(name.to_owned());
    let event = prop_oneof![
        2 => Just(None), // a tick
        1 => Just(Some(CaseEvent::Start)),
        2 => Just(Some(CaseEvent::Reply)),
        1 => prop::option::of(MONDAY..MONDAY + 30 * DAY).prop_map(|until| Some(CaseEvent::Wait { until })),
        1 => Just(Some(CaseEvent::Interaction)),
        1 => name.clone().prop_map(|remedy| Some(CaseEvent::Remedy { remedy, cost: Some(5.0) })),
        2 => (name.clone(), 0..20_u32).prop_map(|(what, days)| Some(CaseEvent::Promise { what, due: Due::BusinessDays(days) })),
        2 => name.clone().prop_map(|what| Some(CaseEvent::Keep { what })),
        1 => name.prop_map(|what| Some(CaseEvent::Withdraw { what })),
        2 => Just(Some(CaseEvent::Close { outcome: CaseOutcome::Lost })),
        2 => Just(Some(CaseEvent::Reopen)),
        1 => Just(Some(CaseEvent::OptOut)),
        1 => Just(Some(CaseEvent::Rated { rating: 9.0 })),
        1 => Just(Some(CaseEvent::Assign { to: role("second line") })),
        1 => Just(Some(CaseEvent::Open)),
    ];
    prop::collection::vec((0..30_i64, event), 0..30)
}

fn some_facts() -> impl Strategy<Value = Facts> {
    let reason = prop::sample::select(vec!["price", "product", "staff"]);
    let touchpoint = prop::sample::select(vec!["delivery", "branch", "web"]);
    (0..11_u8, reason, touchpoint, prop::option::of(0.0..100_000.0), any::<bool>()).prop_map(
        |(rating, reason, touchpoint, value, no_contact)| Facts {
            reasons: vec![reason.to_owned()],
            touchpoint: Some(touchpoint.to_owned()),
            value,
            no_contact,
            response: Some("response-77".to_owned()),
            account: Some("acme".to_owned()),
            ..facts(f64::from(rating))
        },
    )
}

/// Who speaks with customers under [`policy`].
fn speaks(to: Option<&Assignee>) -> bool {
    to.is_some_and(|to| *to != Assignee::Role("product".to_owned()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever happens, the trail tells it, and who follows the trail gets the same case.
    #[test]
    fn a_case_never_skips_its_trail(facts in some_facts(), events in events()) {
        let policy = policy();
        let mut now = MONDAY;
        let mut case = policy.open(facts.clone(), now).unwrap().case;
        let mut told = 1;
        let mut routed = true;
        for (hours, event) in events {
            now += hours * HOUR;
            let before = case.clone();
            let step = match &event {
                None => policy.tick(&case, now),
                Some(event) => policy.apply(&case, event, Some("bo"), now),
            };
            prop_assert_eq!(&case, &before);
            let Ok(step) = step else {
                prop_assert_eq!(step.unwrap_err().code() == ErrorCode::InvalidArgument, matches!(event, Some(CaseEvent::Wait { until: Some(until) }) if until < now && before.state == CaseState::InProgress));
                continue;
            };
            // A tick enters one line for each effect, an event one line.
            told += if event.is_none() { step.effects.len() } else { 1 };
            prop_assert_eq!(step.case.trail.len(), told);
            prop_assert_eq!(&step.case.trail[..before.trail.len()], &before.trail[..]);
            let last = step.case.trail.last().unwrap();
            prop_assert_eq!(last.state, step.case.state);
            if step.case != before {
                prop_assert!(step.case.trail.len() > before.trail.len());
            }
            if step.case.is_open() {
                prop_assert_eq!(step.case.outcome, None);
            } else {
                prop_assert!(step.case.duties.iter().all(|duty| !duty.is_open()));
            }
            // Without contact nobody is reminded of anything, and no route leads to who speaks with customers.
            routed &= !matches!(event, Some(CaseEvent::Assign { .. }));
            if step.case.no_contact {
                prop_assert_eq!(step.case.next_due(), None);
                prop_assert!(!routed || !speaks(step.case.assignee.as_ref()));
                prop_assert!(step.effects.iter().all(|effect| effect.duty.is_none()));
            }
            case = step.case;
        }
        let mut again = policy.open(facts, MONDAY).unwrap().case;
        for entry in case.trail.iter().skip(1) {
            again = match entry.event {
                CaseEvent::Remind { .. } | CaseEvent::Escalate { .. } | CaseEvent::Resume => {
                    if again.trail.len() > case.trail.iter().position(|e| e == entry).unwrap() {
                        continue;
                    }
                    policy.tick(&again, entry.at).unwrap().case
                }
                _ => policy.apply(&again, &entry.event, entry.by.as_deref(), entry.at).unwrap().case,
            };
        }
        prop_assert_eq!(again, case);
    }

    /// Stored and read again it is the same; and of a forgotten customer nothing is left.
    #[test]
    fn desks_are_stored_and_forget(all in prop::collection::vec((some_facts(), events()), 1..4)) {
        let mut desk = Desk::new(policy()).unwrap();
        for (i, (facts, events)) in all.into_iter().enumerate() {
            let id = format!("response-77-{i}");
            desk.open(Facts { id: id.clone(), ..facts }, MONDAY).unwrap();
            let mut now = MONDAY;
            for (hours, event) in events {
                now += hours * HOUR;
                let _ = event.map(|event| desk.apply(&id, &event, Some("bo"), now));
            }
        }
        desk.tick(MONDAY + 40 * DAY).unwrap();
        let text = desk.to_json();
        let read = Desk::from_json(&text).unwrap();
        prop_assert_eq!(&read, &desk);
        prop_assert_eq!(read.to_json(), text);
        let count = desk.cases().count() as u64;
        prop_assert_eq!(desk.forget("ada"), count);
        let left = desk.to_json();
        for trace in ["ada", "response-77", "acme", "refund"] {
            prop_assert!(!left.contains(trace));
        }
        prop_assert_eq!(desk.forgotten().values().sum::<u64>(), count);
    }

    /// How often the clock ticks makes no difference.
    #[test]
    fn ticks_may_be_rare(facts in some_facts(), ticks in prop::collection::btree_set(0..900_i64, 0..40)) {
        let policy = policy();
        let end = MONDAY + 900 * HOUR;
        let opened = policy.open(facts, MONDAY).unwrap().case;
        let at_once = policy.tick(&opened, end).unwrap().effects;
        let mut case = opened;
        let mut effects = Vec::new();
        for at in ticks.into_iter().map(|hours| MONDAY + hours * HOUR).chain([end]) {
            let step = policy.tick(&case, at).unwrap();
            case = step.case;
            effects.extend(step.effects);
        }
        prop_assert_eq!(effects, at_once);
    }

    /// What is found by customer and by time is what a look at every case finds.
    #[test]
    fn desks_find_what_is_there(events in prop::collection::vec((0..6_u8, 0..3_u8, some_facts(), events()), 1..8)) {
        let mut desk = Desk::new(policy()).unwrap();
        let mut now = MONDAY;
        for (id, customer, facts, events) in events {
            let id = format!("r{id}");
            let customer = (customer > 0).then(|| format!("c{customer}"));
            desk.open(Facts { id: id.clone(), customer, ..facts }, now).unwrap();
            for (hours, event) in events {
                now += hours * HOUR;
                let due: Vec<Case> =
                    desk.cases().filter(|case| case.next_tick().is_some_and(|at| at <= now)).cloned().collect();
                prop_assert_eq!(desk.next_tick(), desk.cases().filter_map(Case::next_tick).min());
                let told = match event {
                    Some(event) => {
                        let _ = desk.apply(&id, &event, None, now);
                        continue;
                    }
                    None => desk.tick(now).unwrap(),
                };
                let policy = desk.policy().clone();
                let wanted = due.iter().flat_map(|case| policy.tick(case, now).unwrap().effects);
                prop_assert_eq!(told, wanted.collect::<Vec<_>>());
            }
        }
        for customer in ["c1", "c2", "c3"] {
            let own = desk.cases().filter(|case| case.facts.customer.as_deref() == Some(customer)).count();
            let before = desk.cases().count();
            prop_assert_eq!(desk.forget(customer), own as u64);
            prop_assert_eq!(desk.cases().count(), before - own);
        }
        prop_assert_eq!(desk.next_tick(), desk.cases().filter_map(Case::next_tick).min());
        prop_assert_eq!(Desk::from_json(&desk.to_json()).unwrap(), desk);
    }

    /// Desks merge like counts: the order does not matter.
    #[test]
    fn desks_merge_in_any_order(events in prop::collection::vec(events(), 3)) {
        let mut opened = Desk::new(policy()).unwrap();
        opened.open(facts(2.0), MONDAY).unwrap();
        let desks: Vec<Desk> = events.into_iter().enumerate().map(|(i, events)| {
            let mut desk = opened.clone();
            desk.open(Facts { id: format!("own {i}"), ..facts(4.0) }, MONDAY).unwrap();
            let mut now = MONDAY;
            for (hours, event) in events {
                now += hours * HOUR;
                let _ = event.map(|event| desk.apply("r1", &event, Some("bo"), now));
            }
            desk
        }).collect();
        let merged = |order: [usize; 3]| {
            let mut all = desks[order[0]].clone();
            all.merge(&desks[order[1]]).unwrap();
            all.merge(&desks[order[2]]).unwrap();
            all
        };
        let mut right = desks[1].clone();
        right.merge(&desks[2]).unwrap();
        let mut grouped = desks[0].clone();
        grouped.merge(&right).unwrap();
        prop_assert_eq!(&merged([0, 1, 2]), &merged([2, 1, 0]));
        prop_assert_eq!(&merged([0, 1, 2]), &grouped);
        prop_assert_eq!(merged([0, 1, 2]).cases().count(), 4);
    }
}

#[test]
fn who_asked_once_is_not_routed_to_contact_by_a_later_case() {
    let of = |id: &str, customer: &str, no_contact| Facts {
        id: id.to_owned(),
        customer: Some(customer.to_owned()),
        no_contact,
        ..facts(1.0)
    };
    let mut desk = Desk::new(policy()).unwrap();
    let without = |desk: &Desk| {
        let quiet = desk.cases().filter(|case| case.no_contact);
        quiet.map(|case| case.id().to_owned()).collect::<Vec<_>>()
    };
    // By word of the host, by facts, by an event of one case, and by facts of somebody content.
    desk.open(of("a1", "ada", false), MONDAY).unwrap();
    desk.opt_out("ada", MONDAY).unwrap();
    desk.open(of("a2", "ada", false), MONDAY + HOUR).unwrap();
    desk.open(of("b1", "bo", false), MONDAY).unwrap();
    desk.apply("b1", &CaseEvent::Start, None, MONDAY + 3 * HOUR).unwrap();
    let effects = desk.open(of("b2", "bo", true), MONDAY + 2 * HOUR).unwrap();
    assert_eq!(effects.len(), 2, "b1 is routed anew");
    desk.open(of("c1", "cy", false), MONDAY).unwrap();
    desk.open(of("c2", "cy", false), MONDAY).unwrap();
    desk.apply("c1", &CaseEvent::OptOut, None, MONDAY + HOUR).unwrap();
    let content = Facts { rating: Some(10.0), ..of("d0", "di", true) };
    assert!(desk.observe(content, MONDAY).unwrap().is_empty());
    desk.open(of("e1", "ed", false), MONDAY).unwrap();
    let mut stored = Desk::from_json(&desk.to_json()).unwrap();
    stored.open(of("d1", "di", false), MONDAY + HOUR).unwrap();
    assert_eq!(without(&stored), ["a1", "a2", "b1", "b2", "c1", "c2", "d1"]);
    for case in stored.cases().filter(|case| case.no_contact) {
        assert_eq!(case.next_due(), None);
        assert_ne!(case.assignee, stored.case("e1").unwrap().assignee);
    }
    // They count, they may change their mind, and nothing of them is left when they are forgotten.
    assert_eq!(stored.cases().count(), 8);
    assert!(stored.opt_in("ada"));
    stored.open(of("a3", "ada", false), MONDAY + DAY).unwrap();
    assert!(!stored.case("a3").unwrap().no_contact);
    let mut other = Desk::new(policy()).unwrap();
    other.merge(&desk).unwrap();
    other.forget("di");
    assert!(!other.to_json().contains("\"di\"") && other.to_json().contains("\"bo\""));
}

#[test]
fn desks_of_other_policies_do_not_merge() {
    let mut desk = Desk::new(policy()).unwrap();
    let other = Desk::new(CasePolicy::default()).unwrap();
    assert_eq!(desk.merge(&other).unwrap_err().code(), ErrorCode::ScaleMismatch);
    let unknown = desk.apply("none", &CaseEvent::Start, None, 0).unwrap_err();
    assert_eq!((unknown.code(), unknown.path()), (ErrorCode::UnknownName, "case"));
    let newer = desk.to_json().replace("\"version\":1", "\"version\":9");
    assert_eq!(Desk::from_json(&newer).unwrap_err().code(), ErrorCode::StateVersion);
}
