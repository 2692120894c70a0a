use proptest::prelude::*;

use super::*;
use crate::base::error::ErrorCode;

const HOUR: i64 = 3_600_000;
/// Monday, 2026-01-05, noon in UTC.
const NOON: i64 = 1_767_614_400_000;

fn policy(json: &str) -> ContactPolicy {
    ContactPolicy::from_json(json).unwrap()
}

fn ada() -> Candidate {
    let customer = Customer { account: Some("acme".into()), ..Customer::new("ada") };
    Candidate::new(customer, "nps")
}

fn decide(
    policy: &ContactPolicy,
    history: &[Contact],
    candidate: &Candidate,
    now: i64,
) -> (Verdict, Vec<HoldCode>) {
    let decision = policy.decide(history, candidate, now).unwrap();
    (decision.verdict, decision.holds.iter().map(|hold| hold.code).collect())
}

fn later(at: i64, code: HoldCode) -> (Verdict, Vec<HoldCode>) {
    (Verdict::Later { at }, vec![code])
}

fn never(code: HoldCode) -> (Verdict, Vec<HoldCode>) {
    (Verdict::Never, vec![code])
}

fn ask() -> (Verdict, Vec<HoldCode>) {
    (Verdict::Ask { channel: None }, vec![])
}

#[test]
fn noon_is_noon_on_a_monday() {
    assert_eq!(crate::Every::Day.label(20_458), "2026-01-05");
    assert_eq!(NOON, 20_458 * DAY + 12 * HOUR);
}

#[test]
fn the_advised_rules_keep_any_two_surveys_apart() {
    let policy = ContactPolicy::advised();
    let support = |days: i64| Contact {
        kind: Kind::Transactional,
        ..Contact::new("ada", "csat", NOON - days * DAY)
    };
    assert_eq!(decide(&policy, &[support(29)], &ada(), NOON), later(NOON + DAY, HoldCode::Gap));
    assert_eq!(decide(&policy, &[support(30)], &ada(), NOON), ask());
}

#[test]
fn a_relational_gap_does_not_look_at_support_contacts() {
    let policy = policy(
        r#"{"rules": [{"gap": {"days": 180, "of": {"kinds": ["relational"]}, "counts": {"kinds": ["relational"]}}}]}"#,
    );
    let relational = Contact::new("ada", "nps", NOON - 100 * DAY);
    let support = Contact { kind: Kind::Transactional, ..Contact::new("ada", "csat", NOON - DAY) };
    assert_eq!(decide(&policy, std::slice::from_ref(&support), &ada(), NOON), ask());
    let held = later(NOON + 80 * DAY, HoldCode::Gap);
    assert_eq!(decide(&policy, &[relational.clone(), support], &ada(), NOON), held);
    let about_support = Candidate { kind: Kind::Transactional, ..ada() };
    assert_eq!(decide(&policy, std::slice::from_ref(&relational), &about_support, NOON), ask());
    assert_eq!(
        decide(&policy, &[Contact { customer: "bob".into(), ..relational.clone() }], &ada(), NOON),
        ask()
    );
    assert_eq!(decide(&policy, &[relational], &ada(), NOON + 80 * DAY), ask());
}

#[test]
fn rest_after_declining() {
    let policy = policy(r#"{"rules": [{"gap": {"days": 90, "after": ["declined"]}}]}"#);
    let open = Contact::new("ada", "nps", NOON - DAY);
    assert_eq!(decide(&policy, std::slice::from_ref(&open), &ada(), NOON), ask());
    let declined = Contact { outcome: Outcome::Declined, ..open };
    assert_eq!(decide(&policy, &[declined], &ada(), NOON), later(NOON + 89 * DAY, HoldCode::Gap));
}

#[test]
fn a_cap_of_an_account_counts_colleagues() {
    let policy = policy(r#"{"rules": [{"cap": {"at_most": 2, "days": 30, "per": "account"}}]}"#);
    let sent = |customer: &str, days: i64| Contact {
        account: Some("acme".into()),
        ..Contact::new(customer, "nps", NOON - days * DAY)
    };
    assert_eq!(decide(&policy, &[sent("bob", 5)], &ada(), NOON), ask());
    let full = [sent("bob", 5), sent("eve", 20), sent("bob", 40)];
    assert_eq!(decide(&policy, &full, &ada(), NOON), later(NOON + 10 * DAY, HoldCode::Cap));
    let over = [sent("bob", 5), sent("eve", 20), sent("joe", 10)];
    assert_eq!(decide(&policy, &over, &ada(), NOON), later(NOON + 20 * DAY, HoldCode::Cap));
    let alone = Candidate::new(Customer::new("ada"), "nps");
    assert_eq!(decide(&policy, &full, &alone, NOON), ask());
    let none =
        ContactPolicy::from_json(r#"{"rules": [{"cap": {"at_most": 0, "days": 30}}]}"#).unwrap();
    assert_eq!(decide(&none, &[], &ada(), NOON), never(HoldCode::Cap));
}

#[test]
fn what_the_customer_says_comes_first() {
    let policy = ContactPolicy::default();
    let mut candidate = ada();
    candidate.customer.quarantine_until = Some(NOON + HOUR);
    assert_eq!(decide(&policy, &[], &candidate, NOON), later(NOON + HOUR, HoldCode::Quarantine));
    candidate.customer.opted_out = true;
    let both = (Verdict::Never, vec![HoldCode::OptedOut, HoldCode::Quarantine]);
    assert_eq!(decide(&policy, &[], &candidate, NOON), both);
}

#[test]
fn an_event_is_asked_about_once_and_in_time() {
    let policy = policy(
        r#"{"rules": [{"trigger": {"event": "service", "after_days": 1, "within_days": 14, "of": {"surveys": ["nps"]}}}]}"#,
    );
    let at = |days: i64| Candidate { event: Some(("service".into(), NOON - days * DAY)), ..ada() };
    assert_eq!(decide(&policy, &[], &ada(), NOON), never(HoldCode::NoEvent));
    assert_eq!(decide(&policy, &[], &at(0), NOON), later(NOON + DAY, HoldCode::TooEarly));
    assert_eq!(decide(&policy, &[], &at(1), NOON), ask());
    assert_eq!(decide(&policy, &[], &at(15), NOON), never(HoldCode::Expired));
    let asked = [Contact::new("ada", "nps", NOON - 2 * DAY)];
    assert_eq!(decide(&policy, &asked, &at(5), NOON), never(HoldCode::AskedAlready));
    assert_eq!(decide(&policy, &asked, &at(1), NOON), ask());
    let other = Candidate { survey: "csat".into(), ..ada() };
    assert_eq!(decide(&policy, &[], &other, NOON), ask());
}

#[test]
fn a_gap_beyond_the_event_s_time_is_never() {
    let policy = policy(
        r#"{"rules": [{"gap": {"days": 30}}, {"trigger": {"event": "service", "within_days": 14}}]}"#,
    );
    let candidate = Candidate { event: Some(("service".into(), NOON)), ..ada() };
    let recent = [Contact::new("ada", "csat", NOON - DAY)];
    assert_eq!(decide(&policy, &recent, &candidate, NOON), never(HoldCode::Gap));
    let older = [Contact::new("ada", "csat", NOON - 20 * DAY)];
    assert_eq!(decide(&policy, &older, &candidate, NOON), later(NOON + 10 * DAY, HoldCode::Gap));
}

#[test]
fn every_six_months_for_two_weeks() {
    let policy = policy(r#"{"rules": [{"recurring": {"every_days": 182, "within_days": 14}}]}"#);
    let since = |days: i64| {
        let mut candidate = ada();
        candidate.customer.since = Some(NOON - days * DAY);
        candidate
    };
    assert_eq!(decide(&policy, &[], &ada(), NOON), never(HoldCode::SinceUnknown));
    assert_eq!(decide(&policy, &[], &since(10), NOON), later(NOON + 172 * DAY, HoldCode::TooEarly));
    assert_eq!(decide(&policy, &[], &since(185), NOON), ask());
    assert_eq!(decide(&policy, &[], &since(200), NOON), later(NOON + 164 * DAY, HoldCode::Expired));
    let asked = [Contact::new("ada", "nps", NOON - DAY)];
    assert_eq!(
        decide(&policy, &asked, &since(185), NOON),
        later(NOON + 179 * DAY, HoldCode::AskedAlready)
    );
}

#[test]
fn quiet_times_are_those_of_the_customer() {
    let policy = policy(
        r#"{"rules": [{"quiet": {"from": "20:00", "to": "08:00", "days": ["saturday", "sunday"]}}]}"#,
    );
    let mut candidate = ada();
    assert_eq!(decide(&policy, &[], &candidate, NOON), ask());
    // Noon in UTC is 23:00 in Noumea: until 8 o'clock there.
    candidate.customer.zone = Some(Zone::fixed(11 * 3600).unwrap());
    assert_eq!(decide(&policy, &[], &candidate, NOON), later(NOON + 9 * HOUR, HoldCode::Quiet));
    candidate.customer.zone = None;
    // Friday at 21:00: night, then the weekend, then the night before Monday.
    let friday = NOON + 4 * DAY + 9 * HOUR;
    let monday = NOON + 7 * DAY - 4 * HOUR;
    assert_eq!(decide(&policy, &[], &candidate, friday), later(monday, HoldCode::Quiet));
}

#[cfg(feature = "zones")]
#[test]
fn quiet_times_end_by_the_clock_when_it_changes() {
    let policy = policy(r#"{"rules": [{"quiet": {"from": "20:00", "to": "08:00"}}]}"#);
    let mut candidate = ada();
    candidate.customer.zone = Some(Zone::named("Europe/Berlin").unwrap());
    // The night to 2026-03-29 is an hour shorter: 8 o'clock is 6:00 in UTC, after 20:00 at 19:00.
    let evening = 20_540 * DAY + 20 * HOUR;
    assert_eq!(
        decide(&policy, &[], &candidate, evening),
        later(20_541 * DAY + 6 * HOUR, HoldCode::Quiet)
    );
}

#[test]
fn samples_are_the_same_customers_every_time() {
    let sampled = |rate: f64, salt: &str| {
        let policy = policy(&format!(
            r#"{{"rules": [{{"sample": {{"salt": "{salt}", "rate": {rate},
            "segments": [{{"attribute": "tier", "is": ["gold"], "rate": 1}}]}}}}]}}"#
        ));
        (0..2_000)
            .filter(|i| {
                let candidate = Candidate::new(Customer::new(format!("c{i}")), "nps");
                decide(&policy, &[], &candidate, NOON) == ask()
            })
            .collect::<Vec<_>>()
    };
    let quarter = sampled(0.25, "a");
    assert!((420..580).contains(&quarter.len()), "{}", quarter.len()); // 500 with a deviation of 19
    assert_eq!(sampled(0.25, "a"), quarter);
    assert_ne!(sampled(0.25, "b"), quarter);
    let half = sampled(0.5, "a");
    assert!(quarter.iter().all(|customer| half.contains(customer))); // a larger sample holds the smaller one
    let policy = policy(
        r#"{"rules": [{"sample": {"salt": "a", "rate": 0, "segments": [{"attribute": "tier", "is": ["gold"], "rate": 1}]}}]}"#,
    );
    let mut gold = ada();
    assert_eq!(decide(&policy, &[], &gold, NOON), never(HoldCode::NotSampled));
    gold.customer.attributes = vec![("tier".into(), "gold".into())];
    assert_eq!(decide(&policy, &[], &gold, NOON), ask());
    // The draw is part of the contract.
    assert_eq!(
        super::decide::draw(&["a", "nps", "c0"]).to_bits(),
        super::decide::draw(&["a", "nps", "c0"]).to_bits()
    );
}

#[test]
fn channels_margins_and_first_days() {
    let policy = policy(
        r#"{"rules": [
        {"channels": {"channels": ["in_app", "email"], "of": {"touchpoints": ["support"]}}},
        {"enough": {"margin": 3, "of": {"surveys": ["nps"]}}},
        {"first_contact": {"days": 30, "of": {"kinds": ["relational"]}}}]}"#,
    );
    let mut candidate = Candidate { touchpoint: Some("support".into()), ..ada() };
    candidate.customer.since = Some(NOON - 30 * DAY);
    assert_eq!(
        decide(&policy, &[], &candidate, NOON).0,
        Verdict::Ask { channel: Some("in_app".into()) }
    );
    candidate.customer.channels = vec!["email".into()];
    assert_eq!(
        decide(&policy, &[], &candidate, NOON).0,
        Verdict::Ask { channel: Some("email".into()) }
    );
    candidate.customer.channels = vec!["phone".into()];
    assert_eq!(decide(&policy, &[], &candidate, NOON), never(HoldCode::NoChannel));
    candidate.customer.channels.clear();
    candidate.margin = Some(3.0);
    assert_eq!(decide(&policy, &[], &candidate, NOON), never(HoldCode::Enough));
    candidate.margin = Some(3.1);
    candidate.customer.since = Some(NOON - 29 * DAY);
    assert_eq!(decide(&policy, &[], &candidate, NOON), later(NOON + DAY, HoldCode::FirstContact));
}

#[test]
fn reminders_follow_an_open_invitation() {
    let policy = policy(
        r#"{"rules": [{"gap": {"days": 30}}, {"reminder": {"after_days": 3, "at_most": 1, "deadline_days": 10}}]}"#,
    );
    let reminder = Candidate { reminder: true, ..ada() };
    let sent = |days: i64| Contact::new("ada", "nps", NOON - days * DAY);
    assert_eq!(decide(&policy, &[], &reminder, NOON), never(HoldCode::NothingOpen));
    assert_eq!(
        decide(&policy, &[sent(1)], &reminder, NOON),
        later(NOON + 2 * DAY, HoldCode::TooEarly)
    );
    assert_eq!(decide(&policy, &[sent(4)], &reminder, NOON), ask()); // the gap does not apply
    assert_eq!(decide(&policy, &[sent(10)], &reminder, NOON), never(HoldCode::Expired));
    let again = [sent(6), Contact { reminder: true, ..sent(3) }];
    assert_eq!(decide(&policy, &again, &reminder, NOON), never(HoldCode::RemindedEnough));
    let answered = [Contact { outcome: Outcome::Answered, ..sent(4) }];
    assert_eq!(decide(&policy, &answered, &reminder, NOON), never(HoldCode::NothingOpen));
    // Reminders do not count for the gap unless that is asked for.
    let old = [sent(40), Contact { reminder: true, ..sent(20) }];
    assert_eq!(decide(&policy, &old, &ada(), NOON), ask());
    let counted = ContactPolicy::from_json(
        &policy.to_json().replace("\"counted\":false", "\"counted\":true"),
    )
    .unwrap();
    assert_eq!(decide(&counted, &old, &ada(), NOON), later(NOON + 10 * DAY, HoldCode::Gap));
    let unforeseen = ContactPolicy::default();
    assert_eq!(decide(&unforeseen, &[sent(4)], &reminder, NOON), never(HoldCode::NoReminders));
}

#[test]
fn a_plan_keeps_the_rules_among_its_own_invitations() {
    let policy = policy(
        r#"{"rules": [{"cap": {"at_most": 1, "days": 30, "per": "account"}}, {"gap": {"days": 60}},
        {"reminder": {"after_days": 3, "at_most": 1, "deadline_days": 10}}], "priority": ["csat"]}"#,
    );
    let person = |id: usize, account: usize, survey: &str| {
        let account = Some(format!("a{account}"));
        Candidate::new(Customer { account, ..Customer::new(format!("c{id}")) }, survey)
    };
    let mut candidates: Vec<Candidate> = (0..40).map(|i| person(i, i / 4, "nps")).collect();
    candidates.push(person(0, 0, "csat"));
    let options = PlanOptions { notice_days: Some(1), ..PlanOptions::new(NOON, NOON + 20 * DAY) };
    let plan = policy.plan(Histories::new(), &candidates, &options).unwrap();
    assert_eq!(plan.invitations.len(), 10); // one of each account
    assert_eq!(plan.left_out.len(), 31);
    assert!(plan.invitations.iter().any(|i| i.candidate == 40)); // the more important survey got the first account
    assert!(
        plan.left_out
            .iter()
            .all(|left| left.hold.as_ref().unwrap().code == HoldCode::Cap || left.candidate == 0)
    );
    let first = &plan.invitations[0];
    assert_eq!(
        (first.notice, first.reminder, first.deadline),
        (Some(NOON - DAY), Some(NOON + 3 * DAY), Some(NOON + 10 * DAY))
    );
    assert_eq!(plan.to_table().len(), 41);
    // The same candidates in another order get the same invitations.
    let mut turned = candidates.clone();
    turned.reverse();
    let other = policy.plan(Histories::new(), &turned, &options).unwrap();
    let asked = |plan: &Plan, of: &[Candidate]| {
        let mut asked: Vec<_> =
            plan.invitations.iter().map(|i| (of[i.candidate].customer.id.clone(), i.at)).collect();
        asked.sort();
        asked
    };
    assert_eq!(asked(&other, &turned), asked(&plan, &candidates));
}

/// A company asks all its people: who looked at all contacts of the account for each of them would not come to an end.
#[test]
fn one_account_may_be_very_large() {
    let policy = policy(r#"{"rules": [{"cap": {"at_most": 2, "days": 30, "per": "account"}}]}"#);
    let account = || Some("acme".to_owned());
    let person = |id: i64| Customer { account: account(), ..Customer::new(format!("c{id}")) };
    let people: Vec<Candidate> = (0..100_000).map(|id| Candidate::new(person(id), "nps")).collect();
    let asked =
        |id| Contact { account: account(), ..Contact::new(format!("c{id}"), "nps", id - DAY) };
    let past: Vec<Contact> = (0..100_000).map(asked).collect();
    let first = policy.decide(&past, &people[0], 0).unwrap();
    let plan = policy.plan(past.into_iter().collect(), &people, &PlanOptions::new(0, DAY)).unwrap();
    assert_eq!(plan.left_out.len(), 100_000);
    let second_latest = 99_998 - DAY;
    assert_eq!(first.verdict, Verdict::Later { at: second_latest + 30 * DAY });
    assert!(plan.left_out.iter().all(|left| left.next == Some(second_latest + 30 * DAY)));
}

#[test]
fn a_plan_spreads_and_stops_at_its_target() {
    let candidates: Vec<Candidate> =
        (0..100).map(|i| Candidate::new(Customer::new(format!("c{i}")), "nps")).collect();
    let options =
        PlanOptions { spread: true, target: Some(70), ..PlanOptions::new(NOON, NOON + 7 * DAY) };
    let plan = ContactPolicy::default().plan(Histories::new(), &candidates, &options).unwrap();
    for day in 0..7 {
        assert_eq!(plan.invitations.iter().filter(|i| i.at == NOON + day * DAY).count(), 10);
    }
    assert_eq!(plan.left_out.len(), 30);
    assert!(plan.left_out.iter().all(|left| left.hold.is_none()));
    let upside_down = PlanOptions::new(NOON, NOON);
    let error = ContactPolicy::default().plan(Histories::new(), &[], &upside_down).unwrap_err();
    assert_eq!((error.code(), error.path()), (ErrorCode::InvalidArgument, "to"));
}

#[test]
fn a_replay_counts_what_would_have_been() {
    let mut past = Vec::new();
    for customer in 0..10 {
        for month in 0..6 {
            let at = NOON + month * 30 * DAY;
            let outcome = if month == 0 { Outcome::Answered } else { Outcome::Open };
            past.push(Contact { outcome, ..Contact::new(format!("c{customer}"), "nps", at) });
        }
    }
    let policy = policy(r#"{"rules": [{"gap": {"days": 60}}]}"#);
    let replay = policy.replay(&past, &[], Some(70.0)).unwrap();
    assert_eq!((replay.sent, replay.answered), (30, 10));
    assert_eq!(replay.refused, [(HoldCode::Gap, 30)]);
    let survey = &replay.surveys[0];
    assert_eq!((survey.was_sent, survey.was_answered), (60, 10));
    assert!((survey.margin.unwrap() - 1.959_963_984_540_054 * 70.0 / 10_f64.sqrt()).abs() < 1e-9);
}

#[test]
fn broken_policies_say_where() {
    for (json, path) in [
        (r#"{"rules": [{"gap": {"days": -1}}]}"#, "rules[0].gap.days"),
        (r#"{"rules": [{"sample": {"salt": "", "rate": 2}}]}"#, "rules[0].sample.rate"),
        (
            r#"{"rules": [{"recurring": {"every_days": 0, "within_days": 1}}]}"#,
            "rules[0].recurring.every_days",
        ),
        (r#"{"rules": [{"quiet": {"from": "25:00", "to": "08:00"}}]}"#, "rules[0].quiet.from"),
        (r#"{"rules": [{"gap": {"dayz": 1}}]}"#, "rules[0].gap.dayz"),
    ] {
        assert_eq!(ContactPolicy::from_json(json).unwrap_err().path(), path);
    }
}

/// A rule of any kind.
fn any_rule() -> impl Strategy<Value = ContactRule> {
    let days = 1..60_u32;
    prop_oneof![
        days.clone().prop_map(|d| format!(r#"{{"gap": {{"days": {d}}}}}"#)),
        (days.clone(), 1..4_u32).prop_map(|(d, k)| format!(
            r#"{{"cap": {{"days": {d}, "at_most": {k}, "per": "account"}}}}"#
        )),
        (0..4_u32).prop_map(|r| format!(r#"{{"sample": {{"salt": "s", "rate": 0.{r}5}}}}"#)),
        (days.clone(), days.clone()).prop_map(|(d, w)| format!(
            r#"{{"trigger": {{"event": "e", "after_days": {d}, "within_days": {w}}}}}"#
        )),
        days.clone().prop_map(|d| format!(r#"{{"first_contact": {{"days": {d}}}}}"#)),
        (0..24_u32, 0..24_u32).prop_map(|(a, b)| format!(
            r#"{{"quiet": {{"from": "{a:02}:00", "to": "{b:02}:30", "days": ["sunday"]}}}}"#
        )),
        (days, 1..30_u32).prop_map(|(d, w)| format!(
            r#"{{"recurring": {{"every_days": {d}, "within_days": {w}}}}}"#
        )),
    ]
    .prop_map(|json| policy(&format!(r#"{{"rules": [{json}]}}"#)).rules.remove(0))
}

fn any_history() -> impl Strategy<Value = Vec<Contact>> {
    let contact = (0..3_u32, -90..20_i64, 0..3_usize).prop_map(|(who, days, outcome)| Contact {
        account: Some("acme".into()),
        outcome: [Outcome::Open, Outcome::Answered, Outcome::Declined][outcome],
        ..Contact::new(["ada", "bob", "eve"][who as usize], "nps", NOON + days * DAY)
    });
    prop::collection::vec(contact, 0..12)
}

fn known() -> Candidate {
    let mut candidate = Candidate { event: Some(("e".into(), NOON - 20 * DAY)), ..ada() };
    candidate.customer.since = Some(NOON - 100 * DAY);
    candidate
}

proptest! {
    #[test]
    fn a_rule_more_never_allows_more(
        rules in prop::collection::vec(any_rule(), 0..4), more in any_rule(), history in any_history(), hours in 0..1000_i64,
    ) {
        let now = NOON + hours * HOUR;
        let few = ContactPolicy { rules, priority: vec![] };
        let mut many = few.clone();
        many.rules.push(more);
        let (few, many) = (decide(&few, &history, &known(), now).0, decide(&many, &history, &known(), now).0);
        match (&few, &many) {
            (Verdict::Never, _) => prop_assert_eq!(&many, &Verdict::Never),
            (Verdict::Later { at }, Verdict::Later { at: later }) => prop_assert!(later >= at),
            (Verdict::Later { .. }, Verdict::Ask { .. }) => prop_assert!(false, "{few:?} {many:?}"),
            _ => {}
        }
    }

    /// Whether contacts are looked up or gone through makes no difference, and a cap is a count.
    #[test]
    fn a_cap_counts_what_is_in_its_window(
        contacts in prop::collection::vec((0..3_usize, 0..3_usize, 0..2_usize, -40..10_i64, any::<bool>(), any::<bool>()), 0..30),
        (per, most, days, forgotten) in (0..3_usize, 0..6_usize, 1..40_i64, any::<bool>()),
    ) {
        let who = ["ada", "bob", "eve"];
        let of = |place: usize| (place > 0).then(|| format!("group {place}"));
        let past: Vec<Contact> = contacts.into_iter().map(|(id, account, household, day, reminder, other)| Contact {
            account: of(account),
            household: of(household),
            reminder,
            ..Contact::new(who[id], if other { "csat" } else { "nps" }, NOON + day * DAY)
        }).collect();
        let mut histories = Histories::from_iter(past);
        if forgotten {
            histories.forget("bob");
        }
        let past = histories.contacts().to_vec();
        let name = ["customer", "account", "household"][per];
        let policy = policy(&format!(
            r#"{{"rules": [{{"cap": {{"days": {days}, "at_most": {most}, "per": "{name}", "counts": {{"surveys": ["nps"]}}}}}}]}}"#
        ));
        for account in 0..3 {
            let customer = Customer { account: of(account), household: of(1), ..Customer::new("ada") };
            let candidate = Candidate::new(customer, "nps");
            let decision = policy.decide_in(&histories, &candidate, NOON).unwrap();
            prop_assert_eq!(&decision, &policy.decide(&past, &candidate, NOON).unwrap());
            let mut times: Vec<i64> = past.iter().filter(|contact| {
                let same = match per {
                    0 => contact.customer == "ada",
                    1 => account > 0 && contact.account == of(account),
                    _ => contact.household == of(1),
                };
                same && !contact.reminder && contact.survey == "nps" && NOON < contact.at + days * DAY
            }).map(|contact| contact.at).collect();
            times.sort_unstable();
            let until = (times.len() >= most).then(|| (most > 0).then(|| times[times.len() - most] + days * DAY));
            prop_assert_eq!(decision.holds.first().map(|hold| hold.until), until);
        }
    }

    #[test]
    fn the_next_time_is_the_first_at_which_asking_is_allowed(
        rules in prop::collection::vec(any_rule(), 1..4), history in any_history(), hours in 0..1000_i64,
    ) {
        // The slow twin: hour by hour (every rule starts and ends on the half hour).
        let now = NOON + hours * HOUR;
        let policy = ContactPolicy { rules, priority: vec![] };
        let asks = |at: i64| matches!(decide(&policy, &history, &known(), at).0, Verdict::Ask { .. });
        let half_hours = (1..200 * 48).map(|step| now + step * HOUR / 2);
        let verdict = decide(&policy, &history, &known(), now).0;
        match verdict {
            Verdict::Ask { .. } => prop_assert!(asks(now)),
            Verdict::Later { at } => {
                prop_assert!(asks(at));
                prop_assert!(half_hours.take_while(|t| *t < at).step_by(7).all(|t| !asks(t)));
            }
            Verdict::Never => prop_assert!(half_hours.step_by(37).all(|t| !asks(t))),
        }
    }
}
