//! A plan over a million histories, timed: `cargo run --release --example contact_scale`.
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::time::Instant;

use heedful::Result;
use heedful::contact::{Candidate, Contact, ContactPolicy, Customer, Histories, PlanOptions};

const CUSTOMERS: usize = 1_000_000;
const DAY: i64 = 86_400_000;

fn main() -> Result<()> {
    let from = 1_767_600_000_000;
    let policy = ContactPolicy::from_json(
        r#"{"rules": [
            {"gap": {"days": 180, "of": {"kinds": ["relational"]}, "counts": {"kinds": ["relational"]}}},
            {"gap": {"days": 270, "after": ["declined"]}},
            {"cap": {"at_most": 3, "days": 90, "per": "account"}},
            {"sample": {"salt": "2026", "rate": 0.5}},
            {"quiet": {"from": "20:00", "to": "08:00", "days": ["saturday", "sunday"]}},
            {"reminder": {"after_days": 3, "at_most": 1, "deadline_days": 14}}
        ]}"#,
    )?;
    let started = Instant::now();
    let account = |number: usize| Some(format!("a{}", number / 4));
    // One past contact for each customer, 1 to 400 days ago.
    let histories: Histories = (0..CUSTOMERS)
        .map(|number| {
            let days = i64::try_from(number % 400).unwrap_or(0) + 1;
            let contact = Contact::new(format!("c{number}"), "nps", from - days * DAY);
            Contact { account: account(number), ..contact }
        })
        .collect();
    let candidates: Vec<Candidate> = (0..CUSTOMERS)
        .map(|number| {
            let customer = Customer::new(format!("c{number}"));
            Candidate::new(Customer { account: account(number), ..customer }, "nps")
        })
        .collect();
    println!("{CUSTOMERS} histories and candidates made in {:.2?}", started.elapsed());
    let (started, worked) = (Instant::now(), processor());
    let plan = policy.plan(histories, &candidates, &PlanOptions::new(from, from + 7 * DAY))?;
    println!(
        "planned in {:.2?}: {} invitations, {} left out",
        started.elapsed(),
        plan.invitations.len(),
        plan.left_out.len()
    );
    // Where the system tells.
    if let (Some(from), Some(to)) = (worked, processor()) {
        println!("of which {:.2} s of processor time", to - from);
    }
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        status.lines().filter(|line| line.starts_with("VmHWM")).for_each(|line| println!("{line}"));
    }
    Ok(())
}

/// Seconds that the processor worked for this process.
fn processor() -> Option<f64> {
    let nanoseconds = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    Some(nanoseconds.split(' ').next()?.parse::<f64>().ok()? / 1e9)
}
