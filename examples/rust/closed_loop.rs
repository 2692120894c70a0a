//! A day of responses becomes alerts, cases, a queue, escalations and outcomes: `cargo run --example closed_loop`.
#![expect(clippy::print_stdout, reason = "an example prints")]

use heedful::alert::{AlertOptions, Alerts, Answered};
use heedful::cases::{
    CaseEffect, CaseEvent, CaseOutcome, CasePolicy, Desk, Due, Facts, Outcomes, Queue, Recovery,
};
use heedful::{Column, Key, Metric, Responses, Result};

const HOUR: i64 = 3_600_000;
/// Monday, 5 January 2026, nine o'clock in Copenhagen.
const MORNING: i64 = 1_767_600_000_000;

const POLICY: &str = r#"{
    "calendar": {"zone": "Europe/Copenhagen", "holidays": ["2026-01-06"]},
    "values": [{"name": "A", "from": 50000}, {"name": "B", "from": 5000}, {"name": "C"}],
    "priority": {
        "A": {"0-2": 1, "3-4": 1, "5-6": 2},
        "B": {"0-2": 1, "3-4": 2, "5-6": 3},
        "C": {"0-2": 2, "3-4": 3, "5-6": 3}
    },
    "opens": [{"tiers": ["0-2", "3-4", "5-6"]}, {"reasons": ["safety"]}],
    "routes": [
        {"name": "storms", "when": {"touchpoints": ["storm"]}, "to": {"role": "head of deliveries"}},
        {"name": "safety first", "when": {"reasons": ["safety"]}, "to": {"role": "product"}},
        {"name": "prices", "when": {"reasons": ["price"]}, "to": {"role": "representative"}},
        {"name": "key accounts", "when": {"values": ["A"]}, "to": {"owner": "anna"}}
    ],
    "fallback": {"role": "customer care"},
    "fallback_without_contact": {"role": "analyst"},
    "due": [
        {"when": {"touchpoints": ["storm"]}, "reply": {"business_hours": 2}},
        {"when": {"touchpoints": ["delivery"], "tiers": ["0-2"]}, "reply": "at_once", "close": {"business_days": 1}},
        {"when": {"touchpoints": ["branch"]}, "reply": "next_interaction"},
        {"when": {"values": ["A"]}, "reply": {"business_hours": 4}}
    ],
    "reminders": [4],
    "escalations": [{"to": {"role": "head of care"}}, {"after_hours": 8, "to": {"owner": "the director"}}]
}"#;

/// What raises an alert; three of one reason within eight hours are one storm.
const ALERTS: &str = r#"{
    "rules": [
        {"id": "safety", "reasons": ["safety"], "severity": "critical"},
        {"id": "furious", "at_most": 2, "severity": "high"},
        {"id": "unhappy", "at_most": 6}
    ],
    "storm": {"members": 3, "hours": 8}
}"#;

/// What a survey brought in: id, customer, rating, reasons, touchpoint, money, probability of leaving, growth, asked not
/// to be contacted.
type Row = (&'static str, &'static str, f64, &'static str, &'static str, f64, f64, f64, bool);

const ROWS: &[Row] = &[
    ("r1", "ada", 1.0, "delivery", "delivery", 900.0, 0.5, 0.0, false),
    ("r2", "bea", 9.0, "staff", "branch", 4_000.0, 0.02, 0.0, false),
    ("r3", "cem", 4.0, "price", "web", 80_000.0, 0.2, 0.0, false),
    ("r4", "dov", 6.0, "staff", "branch", 20_000.0, 0.1, 3_000.0, false),
    ("r5", "eve", 0.0, "price;staff", "web", 3_000.0, 0.6, 0.0, true),
    ("r6", "fay", 8.0, "safety", "web", 60_000.0, 0.05, 0.0, false),
    ("r7", "gil", 5.0, "", "delivery", 70_000.0, 0.15, 6_000.0, false),
    ("r8", "hal", 2.0, "staff", "web", 1_000.0, 0.5, 0.0, false),
    ("r9", "ian", 4.0, "delivery", "delivery", 2_000.0, 0.2, 0.0, false),
    ("r10", "jan", 6.0, "delivery", "delivery", 800.0, 0.1, 0.0, false),
];

fn responses() -> Result<Responses> {
    let text = |of: fn(&Row) -> &'static str| Column::texts(ROWS.iter().map(|row| Some(of(row))));
    let number = |of: fn(&Row) -> f64| Column::numbers(ROWS.iter().map(of).collect::<Vec<f64>>());
    Responses::new()
        .with("id", text(|row| row.0))?
        .with("customer", text(|row| row.1))?
        .with("rating", number(|row| row.2))?
        .with("reasons", text(|row| row.3))?
        .with("touchpoint", text(|row| row.4))?
        .with("value", number(|row| row.5))?
        .with("churn", number(|row| row.6))?
        .with("growth", number(|row| row.7))?
        .with("no_contact", text(|row| if row.8 { "true" } else { "false" }))
}

fn tell(when: &str, effects: &[CaseEffect]) {
    for effect in effects {
        let to = effect.to.as_ref().and_then(|to| to.owner().or(to.role())).unwrap_or("nobody");
        let duty = effect.duty.as_deref().unwrap_or("");
        println!("  {when}: {} of {} to {to} {duty}", effect.kind.as_str(), effect.case);
    }
}

/// What the responses raise: each thing once, and those of one reason together.
fn raised() -> Result<Alerts> {
    let mut alerts = Alerts::new(AlertOptions::from_json(ALERTS)?)?;
    let rules = alerts.options().clone();
    let seen = ROWS.iter().filter_map(|row| {
        let reasons: Vec<&str> = row.3.split(';').filter(|reason| !reason.is_empty()).collect();
        rules.of_response(&Answered {
            rating: Some(row.2),
            reasons: &reasons,
            id: Some(row.0),
            customer: Some(row.1),
            ..Answered::at(MORNING)
        })
    });
    alerts.take(seen, MORNING);
    Ok(alerts)
}

fn main() -> Result<()> {
    let mut desk = Desk::new(CasePolicy::from_json(POLICY)?)?;
    println!("Monday morning: {} responses", ROWS.len());
    for facts in Facts::from_table(&responses()?, None)? {
        tell("9:00", &desk.observe(facts, MORNING)?);
    }

    let alerts = raised()?;
    println!("\nAlerts, of which a storm is a case of its own:\n{}", alerts.to_table());
    for storm in alerts.open().filter(|alert| alert.is_storm()) {
        let facts = Facts {
            alert: Some(storm.id.to_string()),
            reasons: vec![storm.cause.clone()],
            touchpoint: Some("storm".to_owned()),
            effort: Some(2.0),
            ..Facts::new(format!("alert {}", storm.id))
        };
        tell("9:00", &desk.open(facts, MORNING)?);
    }
    println!("\n{}", desk.to_table(MORNING));

    // Four hours of work before noon, by what an hour is expected to save.
    let queue = Queue::by_value(Recovery { chance: 0.5, half_life_hours: 48.0 }).hours(4.0);
    let report = queue.run(&desk, MORNING + HOUR)?;
    println!("{}", report.to_table());
    println!(
        "{} cases in {} hours save {:.0}; {} are left, at a cost of {:.0}; {} not to be contacted\n",
        report.rows.len() as u64 - report.undone,
        report.used,
        report.saved,
        report.undone,
        report.undone_cost,
        report.without_contact,
    );

    let promise =
        CaseEvent::Promise { what: "credit note".to_owned(), due: Due::BusinessHours(2.0) };
    let mut now = MORNING + HOUR;
    for row in report.rows.iter().filter(|row| row.done) {
        now += HOUR / 2;
        desk.apply(&row.case, &CaseEvent::Reply, Some("bo"), now)?;
    }
    tell("promised", &desk.apply("r3", &promise, Some("bo"), now)?);

    println!("What nobody did, by the end of Wednesday (Tuesday was a holiday):");
    tell("by Wednesday", &desk.tick(MORNING + 56 * HOUR)?);

    // The desk goes to where the next shift reads it.
    let mut desk = Desk::from_json(&desk.to_json())?;
    let thursday = MORNING + 72 * HOUR;
    let refused =
        desk.apply("r3", &CaseEvent::Close { outcome: CaseOutcome::Recovered }, None, thursday);
    println!(
        "\nClosing with an open promise: {}",
        refused.err().map_or(String::new(), |e| e.to_string())
    );
    desk.apply("r3", &CaseEvent::Keep { what: "credit note".to_owned() }, Some("bo"), thursday)?;
    for (case, outcome, again) in [
        ("r3", CaseOutcome::Recovered, 8.0),
        ("r7", CaseOutcome::Recovered, 9.0),
        ("r1", CaseOutcome::Lost, 1.0),
        ("r8", CaseOutcome::NoContact, 3.0),
    ] {
        desk.apply(case, &CaseEvent::Close { outcome }, Some("bo"), thursday)?;
        desk.apply(case, &CaseEvent::Rated { rating: again }, None, thursday + HOUR)?;
    }
    let outcomes = Outcomes::default().run(&desk, thursday + HOUR)?;
    println!("\n{}", outcomes.to_table());
    println!(
        "recovered {} of {}, replied in time {} of {}, median reply after {} business hours",
        outcomes.recovery.count,
        outcomes.recovery.n,
        outcomes.replied_in_time.count,
        outcomes.replied_in_time.n,
        shown(outcomes.reply_hours),
    );
    let again = desk.to_responses(thursday)?.score_by(&Metric::nps(), ["outcome"])?;
    for row in again.rows.iter().filter(|row| row.keys.first() != Some(&Key::Missing)) {
        println!(
            "asked again, {}: NPS {}",
            row.keys.first().unwrap_or(&Key::Missing),
            shown(row.score.value)
        );
    }

    println!(
        "\nForgetting ada: {} case, of which a count stays: {}",
        desk.forget("ada"),
        desk.forgotten().values().sum::<u64>()
    );
    Ok(())
}

fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "unknown".to_owned(), |value| value.to_string())
}
