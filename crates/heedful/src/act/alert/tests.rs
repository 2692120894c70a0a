//! Alerts: once, together, and over.

use proptest::prelude::*;

use super::book::Alerts;
use super::happening::{AlertSource, Happening};
use super::options::{AlertOptions, Answered, Storm};
use super::report::AlertStep;
use crate::base::severity::Severity;

const HOUR: i64 = 3_600_000;

fn options() -> AlertOptions {
    AlertOptions::from_json(
        r#"{"rules": [
            {"id": "threat", "reasons": ["legal"], "severity": "critical"},
            {"id": "furious", "at_most": 2, "severity": "high"},
            {"id": "detractor", "at_most": 6}
        ], "storm": {"members": 3, "hours": 2}, "close_after_days": 2}"#,
    )
    .unwrap()
}

fn rated(
    id: &'static str,
    customer: &'static str,
    rating: f64,
    reason: &'static [&'static str],
    at: i64,
) -> Happening {
    let response = Answered {
        rating: Some(rating),
        reasons: reason,
        id: Some(id),
        customer: Some(customer),
        account: Some("acme"),
        ..Answered::at(at)
    };
    options().of_response(&response).unwrap()
}

fn steps(
    alerts: &mut Alerts,
    happenings: Vec<Happening>,
    now: i64,
) -> Vec<(AlertStep, u64, Option<u64>)> {
    let changes = alerts.take(happenings, now);
    changes.iter().map(|change| (change.step, change.id, change.into)).collect()
}

#[test]
fn the_first_rule_that_fits_counts() {
    let rule = |rating, reasons: &'static [&'static str]| {
        let response = Answered { rating, reasons, ..Answered::at(0) };
        options().of_response(&response).map(|seen| (seen.rule, seen.cause, seen.source))
    };
    let is = |rule: &str, cause: &str, source| Some((rule.to_owned(), cause.to_owned(), source));
    assert_eq!(rule(Some(9.0), &["legal"]), is("threat", "legal", AlertSource::Reason));
    assert_eq!(rule(None, &["price", "legal"]), is("threat", "legal", AlertSource::Reason));
    assert_eq!(rule(Some(2.0), &["price"]), is("furious", "price", AlertSource::Rating));
    assert_eq!(rule(Some(6.0), &[]), is("detractor", "detractor", AlertSource::Rating));
    assert_eq!(rule(Some(7.0), &["price"]), None);
    assert_eq!(rule(None, &[]), None);
    assert_eq!(rule(Some(f64::NAN), &[]), None);
}

#[test]
fn a_response_counts_once_and_a_customer_has_one_alert() {
    let mut alerts = Alerts::new(options()).unwrap();
    let first = || rated("r1", "ada", 1.0, &["price"], 0);
    assert_eq!(steps(&mut alerts, vec![first(), first()], 0), [(AlertStep::Opened, 1, None)]);
    let second = rated("r2", "ada", 2.0, &["staff"], HOUR);
    assert_eq!(steps(&mut alerts, vec![second], HOUR), [(AlertStep::Repeated, 1, None)]);
    let other = rated("r3", "bo", 1.0, &["price"], HOUR);
    assert_eq!(steps(&mut alerts, vec![other], HOUR), [(AlertStep::Opened, 2, None)]);
    // Quiet for two days.
    let closed = [(AlertStep::Closed, 1, None), (AlertStep::Closed, 2, None)];
    assert_eq!(steps(&mut alerts, vec![], 49 * HOUR - 1), []);
    assert_eq!(steps(&mut alerts, vec![], 49 * HOUR), closed);
    assert_eq!(alerts, Alerts::from_json(&alerts.to_json()).unwrap());
    // Numbers are not used again.
    let anew = rated("r4", "ada", 1.0, &["price"], 49 * HOUR);
    assert_eq!(steps(&mut alerts, vec![anew], 49 * HOUR)[0].1, 3);
}

#[test]
fn a_storm_is_one_alert_with_its_members() {
    let mut alerts = Alerts::new(options()).unwrap();
    let late = |id, customer, at| rated(id, customer, 3.0, &["late"], at);
    let found = steps(
        &mut alerts,
        vec![
            late("r1", "ada", 0),
            late("r2", "bo", HOUR),
            rated("r3", "cy", 3.0, &["price"], HOUR), // another cause
            late("r4", "di", 2 * HOUR),
            late("r5", "ed", 4 * HOUR),
            late("r6", "fay", 7 * HOUR), // too long after
        ],
        7 * HOUR,
    );
    let expected = [
        (AlertStep::Opened, 1, None),
        (AlertStep::Opened, 2, None),
        (AlertStep::Opened, 3, None),
        (AlertStep::Merged, 2, Some(1)),
        (AlertStep::Joined, 1, None),
        (AlertStep::Joined, 1, None),
        (AlertStep::Opened, 4, None),
    ];
    assert_eq!(found, expected);
    let storm = alerts.open().next().unwrap();
    let who: Vec<&str> = storm.members.iter().map(|member| &*member.first.customers[0]).collect();
    assert_eq!(who, ["ada", "bo", "di", "ed"]);
    // A stored book goes on alike.
    let mut again = Alerts::from_json(&alerts.to_json()).unwrap();
    assert_eq!(again, alerts);
    let next = || vec![late("r7", "bo", 8 * HOUR)];
    assert_eq!(steps(&mut again, next(), 8 * HOUR), steps(&mut alerts, next(), 8 * HOUR));
    assert_eq!(alerts.forget("bo"), 1);
    assert!(!alerts.to_json().contains("bo"));
    let without = AlertOptions { storm: None, ..options() };
    let mut alone = Alerts::new(without).unwrap();
    alone.take((0..9).map(|i| late("r", ["a", "b", "c", "d", "e", "f", "g", "h", "i"][i], 0)), 0);
    assert_eq!(alone.open().count(), 9);
}

#[test]
fn a_change_in_a_great_storm_is_as_small_as_in_a_small_one() {
    let mut alerts = Alerts::new(options()).unwrap();
    let late = |i: i64| Happening {
        customers: vec![format!("customer-{i:05}")],
        cause: "late".to_owned(),
        ..Happening::new(AlertSource::Reason, "late", i, "said `late`")
    };
    let mut sizes = Vec::new();
    for i in 0..20_000 {
        let changes = alerts.take([late(i)], i);
        sizes.push(serde_json::to_string(&changes).unwrap().len());
    }
    let (first, last) = (sizes[3], sizes[19_999]);
    assert!(last < first + 30, "{first} and {last}");
    assert_eq!(alerts.get(1).unwrap().members.len(), 20_000);
    // What comes again finds its place.
    let again = alerts.take([late(7)], 20_000).remove(0);
    assert_eq!((again.step, again.times), (AlertStep::Repeated, 20_001));
    let closed = alerts.take([], 3 * 24 * HOUR).remove(0);
    assert_eq!(closed.closed.unwrap().members[7].times, 2);
}

#[test]
fn a_storm_is_of_one_reason_whatever_rule_saw_it() {
    let mut alerts = Alerts::new(options()).unwrap();
    // By a rule for the reason, for the lowest ratings, and for all low ratings; the earliest comes last.
    let seen = vec![
        rated("r1", "ada", 9.0, &["legal"], 2 * HOUR),
        rated("r2", "bo", 1.0, &["price"], HOUR),
        rated("r3", "cy", 5.0, &["price"], HOUR),
        Happening {
            cause: "price".to_owned(),
            response: Some("r4".to_owned()),
            ..Happening::new(AlertSource::Reason, "dear", 0, "said `price`")
        },
    ];
    alerts.take(seen, 2 * HOUR);
    let open: Vec<_> =
        alerts.open().map(|a| (a.cause.as_str(), a.members.len(), a.opened)).collect();
    assert_eq!(open, [("legal", 1, 2 * HOUR), ("price", 3, 0)]);
    // What a pulse sees under the same name is another thing.
    let pulse = Happening::new(AlertSource::Pulse, "price", HOUR, "low");
    assert_eq!(steps(&mut alerts, vec![pulse], 2 * HOUR), [(AlertStep::Opened, 4, None)]);
}

#[test]
fn what_was_closed_is_not_opened_again_by_the_same_rows() {
    let mut alerts = Alerts::new(options()).unwrap();
    let row = || vec![rated("r1", "ada", 1.0, &["price"], 0)];
    assert_eq!(steps(&mut alerts, row(), 48 * HOUR - 1), [(AlertStep::Opened, 1, None)]);
    assert_eq!(steps(&mut alerts, row(), 48 * HOUR), [(AlertStep::Closed, 1, None)]);
    assert_eq!(steps(&mut alerts, row(), 49 * HOUR), []);
}

#[test]
fn what_is_over_is_closed_when_all_of_it_is() {
    let mut alerts = Alerts::new(options()).unwrap();
    let low = |account: &str, over| Happening {
        subject: Some(account.to_owned()),
        over,
        ..Happening::new(AlertSource::Pulse, "low", 0, "low")
    };
    // What was never raised is not closed.
    assert_eq!(steps(&mut alerts, vec![low("a", true)], 0), []);
    alerts.take(["a", "b", "c"].map(|account| low(account, false)), 0);
    assert_eq!(alerts.open().count(), 1);
    assert_eq!(steps(&mut alerts, vec![low("a", true), low("b", true)], 0), []);
    assert_eq!(steps(&mut alerts, vec![low("c", true)], 0), [(AlertStep::Closed, 1, None)]);
}

#[test]
fn what_gets_worse_makes_its_alert_worse() {
    let mut alerts = Alerts::new(options()).unwrap();
    let low = |severity| Happening {
        subject: Some("acme".to_owned()),
        severity,
        ..Happening::new(AlertSource::Anomaly, "outage", 0, "logins fail")
    };
    for (severity, worst) in [
        (Severity::Medium, Severity::Medium),
        (Severity::Critical, Severity::Critical),
        (Severity::Low, Severity::Critical),
    ] {
        assert_eq!(alerts.take([low(severity)], 0)[0].severity, worst);
    }
}

#[test]
fn refuses_what_is_wrong_with_its_place() {
    for (json, path) in [
        (r#"{"close_after_days": 0}"#, "close_after_days"),
        (r#"{"storm": {"members": 1, "hours": 1}}"#, "storm"),
        (r#"{"rules": [{"id": "a"}, {"id": "a"}]}"#, "rules[1].id"),
        (r#"{"rules": [{"id": "a", "at_least": 5, "at_most": 2}]}"#, "rules[0]"),
        (r#"{"rules": [{"id": "a", "at_mots": 1}]}"#, "rules[0].at_mots"),
    ] {
        assert_eq!(AlertOptions::from_json(json).unwrap_err().path(), path, "{json}");
    }
    assert_eq!(AlertOptions::from_json(r#"{"storm": null}"#).unwrap().storm, None);
    assert_eq!(AlertOptions::default().storm, Some(Storm { members: 5, hours: 24 }));
}

fn some_happening() -> impl Strategy<Value = Happening> {
    let who = || prop::sample::select(vec!["ada", "bo", "cy", "di"]);
    let source = prop::sample::select(vec![
        AlertSource::Rating,
        AlertSource::Reason,
        AlertSource::Pulse,
        AlertSource::Health,
    ]);
    let about = (prop::option::of(prop::sample::select(vec!["acme", "ada"])), 0..80_i64);
    (source, prop::collection::vec(who(), 0..3), about, any::<bool>(), 0..40_u32).prop_map(
        |(source, mut customers, (subject, hours), over, number)| {
            customers.dedup();
            let first = customers.first().copied().unwrap_or("nobody");
            Happening {
                subject: subject.map(str::to_owned),
                response: Some(format!("response-of-{first}-{number}")),
                customers: customers.into_iter().map(str::to_owned).collect(),
                cause: "late".to_owned(),
                over: over && source != AlertSource::Rating,
                ..Happening::new(source, "low", hours * HOUR, "it is low")
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Of a forgotten customer nothing is left: no id, no response, nothing that is about the customer. All else goes on.
    #[test]
    fn nothing_is_left_of_who_is_forgotten(
        seen in prop::collection::vec(some_happening(), 0..40),
        later in prop::collection::vec(some_happening(), 0..10),
    ) {
        let mut alerts = Alerts::new(options()).unwrap();
        for happening in seen {
            let now = happening.at;
            alerts.take([happening], now);
        }
        let others = |alerts: &Alerts| {
            let members = alerts.open().flat_map(|alert| &alert.members);
            members.filter(|m| m.first.subject.as_deref() != Some("ada")).count()
        };
        let (before, known) = (others(&alerts), alerts.to_json().contains("ada"));
        prop_assert_eq!(alerts.forget("ada") > 0, known);
        prop_assert!(!alerts.to_json().contains("ada"), "{}", alerts.to_json());
        prop_assert_eq!(others(&alerts), before);
        prop_assert_eq!(alerts.forget("ada"), 0);
        let mut stored = Alerts::from_json(&alerts.to_json()).unwrap();
        prop_assert_eq!(&stored, &alerts);
        prop_assert_eq!(stored.take(later.clone(), 80 * HOUR), alerts.take(later, 80 * HOUR));
    }
}
