use super::*;
use crate::base::metric::Metric;
use crate::base::time::{Clock, Every, TimeUnit};
use crate::listen::column::{Column, Times};
use crate::monitor::Direction;
use crate::monitor::cadence::Cadence;
use crate::monitor::episode::Episode;
use crate::monitor::method::Method;
use crate::stats::Random;

/// A row: day, topic, state, channel, score, comment.
type Row = (i32, &'static str, &'static str, &'static str, u8, &'static str);

/// 2024-01-01, a Monday.
const START: i32 = 19_723;

fn table(rows: &[Row]) -> Responses {
    let at = Times {
        values: rows.iter().map(|row| i64::from(row.0) * 86_400).collect(),
        validity: None,
        unit: TimeUnit::Second,
        clock: Clock::Wall,
    };
    Responses::new()
        .with("created", Column::Time(at))
        .unwrap()
        .with("reason", Column::categories(rows.iter().map(|row| Some(row.1))))
        .unwrap()
        .with("state", Column::categories(rows.iter().map(|row| Some(row.2))))
        .unwrap()
        .with("channel", Column::categories(rows.iter().map(|row| Some(row.3))))
        .unwrap()
        .with("score", Column::numbers(rows.iter().map(|row| row.4).collect::<Vec<_>>()))
        .unwrap()
        .with("text", Column::texts(rows.iter().map(|row| Some(row.5))))
        .unwrap()
        .at("created")
        .rating("score")
        .comment("text")
}

/// 30 to 50 responses a day; from `spike` on, for three days, twenty more of promotions in Texas, on the web.
fn rows(seed: u64, days: i32, spike: Option<i32>) -> Vec<Row> {
    let mut random = Random::new(seed);
    let mut rows = Vec::new();
    let pick = |random: &mut Random, n: usize| (random.uniform() * n as f64) as usize;
    for day in 0..days {
        for _ in 0..30 + pick(&mut random, 20) {
            let topic = ["promotions", "delivery", "staff", "price"][pick(&mut random, 4)];
            let state = ["TX", "CA", "NY", "WA"][pick(&mut random, 4)];
            let channel = ["web", "store"][pick(&mut random, 2)];
            let score = [10, 9, 9, 8, 3][pick(&mut random, 5)];
            let comment =
                ["fine as always", "good choice of goods", "was helped quickly and kindly"]
                    [pick(&mut random, 3)];
            rows.push((START + day, topic, state, channel, score, comment));
        }
        if spike.is_some_and(|spike| (spike..spike + 3).contains(&day)) {
            for i in 0..20 {
                let comment = [
                    "sales tax was charged on the full price",
                    "they charged sales tax before the discount, mail me at a.b@example.org",
                    "sales tax on the full price although the coupon was valid",
                ][i % 3];
                rows.push((START + day, "promotions", "TX", "web", 1, comment));
            }
        }
    }
    rows
}

fn watcher() -> Watcher {
    Watcher::new(Every::Day).topic("reason").by(["state", "channel"]).metric(Metric::nps())
}

#[test]
fn tells_where_what_it_costs_and_why() {
    let mut detector = Detector::new(watcher()).unwrap();
    let found = detector.run(&table(&rows(1, 120, Some(117))), None).unwrap();
    let told: Vec<&Anomaly> = found.told().collect();
    let first = told.iter().find(|a| a.kind == AnomalyKind::Count).unwrap();
    assert_eq!((first.topic.as_deref(), &first.place), (Some("promotions"), &None), "{told:#?}");
    assert_eq!(first.episode.start, START + 117);
    let place = first.places.first().unwrap();
    let values: Vec<String> = place.values.iter().map(|(a, v)| format!("{a}={v}")).collect();
    assert_eq!(values, ["state=TX", "channel=web"]);
    assert!(place.of_excess > 0.8 && first.places.len() == 1, "{place:?}");
    let cost = first.cost.unwrap();
    // Sixty of some hundred and eighty responses are detractors where half were promoters.
    assert!(cost.points < -20.0 && cost.lower < cost.points && cost.upper < -10.0, "{cost:?}");
    assert!(first.terms.iter().any(|term| term.contains("sales tax")), "{:?}", first.terms);
    assert!(first.comments.iter().all(|text| !text.contains("example.org")));
    assert!(first.comments[0].contains("tax") && first.comments.len() >= 3);
    assert!(first.explain().contains("state = TX, channel = web"), "{}", first.explain());
    // The score of all falls too, which is the same news.
    let score =
        |a: &&Anomaly| a.kind == AnomalyKind::Score && a.topic.is_none() && a.place.is_none();
    let part_of = found.anomalies.iter().find(score).unwrap().part_of.unwrap();
    assert_eq!(found.anomalies[part_of].topic.as_deref(), Some("promotions"));
    assert!(told.len() <= 4, "{}", found.to_table());
}

#[test]
fn batches_and_order_of_rows_change_nothing() {
    let all = rows(2, 100, Some(90));
    let mut whole = Detector::new(watcher()).unwrap();
    let at_once = whole.run(&table(&all), None).unwrap();
    let mut shuffled = all.clone();
    let mut random = Random::new(3);
    for i in (1..shuffled.len()).rev() {
        shuffled.swap(i, (random.uniform() * (i + 1) as f64) as usize);
    }
    let again = Detector::new(watcher()).unwrap().run(&table(&shuffled), None).unwrap();
    let key = |a: &Anomaly| (a.subject(), a.episode, a.part_of, a.places.clone(), a.cost);
    let keys = |found: &Anomalies| found.anomalies.iter().map(key).collect::<Vec<_>>();
    assert_eq!(keys(&at_once), keys(&again));

    let mut parts = Detector::new(watcher()).unwrap();
    let mut stored = Detector::new(watcher()).unwrap();
    let mut last = None;
    // Cut within days too.
    for batch in all.chunks(701) {
        parts.update(&table(batch), None, None).unwrap();
        stored = Detector::from_json(&stored.to_json()).unwrap();
        stored.update(&table(batch), None, None).unwrap();
    }
    for detector in [&mut parts, &mut stored] {
        last = Some(detector.update(&table(&[]), None, Some(START + 99)).unwrap());
    }
    assert_eq!(parts.to_json(), stored.to_json());
    assert_eq!(parts.late(), 0);
    let of = |d: &Detector| d.series_of(Some("promotions"), None).unwrap().answers;
    assert_eq!(of(&whole), of(&parts));
    // What goes on at the end is told by both.
    let open = |found: &Anomalies| {
        let recent = found.anomalies.iter().filter(|a| a.episode.last == START + 99);
        recent.map(|a| (a.subject(), a.episode)).collect::<Vec<_>>()
    };
    assert_eq!(open(&at_once), open(&last.unwrap()));
}

#[test]
fn long_history_is_placed_only_where_it_is_judged() {
    let since = START + 180;
    let table = table(&rows(4, 200, Some(190)));
    let mut detector = Detector::new(watcher().since(since)).unwrap();
    detector.count(&table, None).unwrap();
    assert_eq!(detector.pending.keys().next(), Some(&START));
    assert_eq!(detector.cells.keys().next(), Some(&(since - KEPT)));
    let found = Detector::new(watcher().since(since)).unwrap().run(&table, None).unwrap();
    let told = found.anomalies.iter().find(|one| one.topic.as_deref() == Some("promotions"));
    assert!(!told.unwrap().places.is_empty(), "{told:?}");
}

#[test]
fn a_quiet_year_raises_about_as_many_alarms_as_asked() {
    let mut raised = 0;
    for seed in 10..14 {
        let mut detector = Detector::new(watcher().alarms_per_month(2.0)).unwrap();
        let found = detector.run(&table(&rows(seed, 365, None)), None).unwrap();
        raised += found.anomalies.len();
    }
    let per_month = raised as f64 / 48.0;
    println!("{per_month:.2} alarms a month at 2 asked for");
    assert!(per_month <= 2.5, "{per_month}");
}

#[test]
fn settings_that_do_not_go_together_are_refused() {
    let both = Watcher::new(Every::Day).fdr(0.05).alarms_per_month(2.0);
    assert_eq!(Detector::new(both).unwrap_err().path(), "fdr");
    assert!(Detector::new(Watcher::new(Every::Day).fdr(1.5)).is_err());
    let missing = Detector::new(watcher()).unwrap().run(&Responses::new(), None).unwrap_err();
    assert_eq!(missing.code(), ErrorCode::MissingColumn);
    assert_eq!(
        Detector::from_json(r#"{"version": 9}"#).unwrap_err().code(),
        ErrorCode::StateVersion
    );
    let detector = Detector::new(watcher()).unwrap();
    assert!(detector.series_of(Some("nothing"), None).is_err());
}

#[test]
fn shares_are_out_of_the_responses_of_their_place() {
    // Ten times the surveys on one day: no news for shares, but for counts.
    let mut all = rows(5, 80, None);
    let day: Vec<Row> = all.iter().filter(|row| row.0 == START + 79).copied().collect();
    for _ in 0..9 {
        all.extend(&day);
    }
    let topics = |found: &Anomalies| found.anomalies.iter().filter(|a| a.topic.is_some()).count();
    let counts = Detector::new(watcher()).unwrap().run(&table(&all), None).unwrap();
    let mut shares = Detector::new(watcher().share(true)).unwrap();
    let found = shares.run(&table(&all), None).unwrap();
    assert!(topics(&counts) > 3);
    let last_day = |a: &&Anomaly| a.episode.last == START + 79 && a.kind == AnomalyKind::Count;
    let spoken = found.anomalies.iter().filter(last_day).filter(|a| a.topic.is_some()).count();
    assert!(spoken <= 2, "{}", found.to_table());
}

/// A shop in Nevada opens on day 90, with ten responses a day; on day 101 fifteen more are of promotions.
fn with_opening(seed: u64, burst: bool) -> Vec<Row> {
    let mut all = rows(seed, 111, None);
    let mut random = Random::new(seed + 500);
    let mut pick = |n: usize| (random.uniform() * n as f64) as usize;
    for day in 90..111 {
        for _ in 0..7 + pick(7) {
            let topic = ["promotions", "delivery", "staff", "price"][pick(4)];
            all.push((START + day, topic, "NV", ["web", "store"][pick(2)], 9, "fine as always"));
        }
        if burst && day == 101 {
            all.extend([(START + day, "promotions", "NV", "web", 2, "charged twice"); 15]);
        }
    }
    all
}

#[test]
fn a_new_place_is_judged_in_the_light_of_the_whole() {
    let counts = |found: &Anomalies| -> Vec<(String, i32)> {
        let new = found.anomalies.iter().filter(|a| a.kind == AnomalyKind::Count);
        let new = new.filter(|a| a.place.as_ref().is_some_and(|place| place.1 == Key::text("NV")));
        new.map(|a| (a.subject(), a.episode.raised - START)).collect()
    };
    let (mut seen, mut false_alarms) = (0, 0);
    for seed in 0..10 {
        let mut detector = Detector::new(watcher()).unwrap();
        let found = counts(&detector.run(&table(&with_opening(seed, true)), None).unwrap());
        seen += usize::from(found.contains(&("promotions in state = NV".to_owned(), 101)));
        let quiet = Detector::new(watcher()).unwrap().run(&table(&with_opening(seed, false)), None);
        false_alarms += counts(&quiet.unwrap()).len();
    }
    println!("{seen} of 10 bursts, {false_alarms} false alarms in ten openings");
    assert!(seen >= 9, "{seen}");
    // Five series of thirty days at a level for two a month of all seventy.
    assert!(false_alarms <= 3, "{false_alarms}");
}

/// A published detector within the detector alarms where it does by itself, at the level of so many series.
fn judges_as_by_itself(every: Every, method: Method, rows: &[Row], split: i32) {
    let days = if every == Every::Week { 7 } else { 1 };
    let end = rows.last().unwrap().0;
    let rate = 20.0;
    let watcher = Watcher::new(every).topic("reason").method(method).alarms_per_month(rate);
    let mut detector = Detector::new(watcher).unwrap();
    let found = detector.run(&table(rows), None).unwrap();
    assert_eq!(detector.series(), 5);
    // The number of series is known from the first day on.
    let level = rate / Cadence::from(every).per_month() / 5.0;
    for topic in [None, Some("promotions"), Some("delivery"), Some("staff"), Some("price")] {
        let mut counts = vec![Some(0); ((end - START) / days + 1) as usize];
        for row in rows.iter().filter(|row| topic.is_none_or(|topic| topic == row.1)) {
            *counts[((row.0 - START) / days) as usize].as_mut().unwrap() += 1;
        }
        let alone = Detect::new(every).start(START).method(method).alpha(level.min(0.25));
        let alone = alone.run(&counts, None).unwrap().episodes;
        let series = |a: &&Anomaly| a.topic.as_deref() == topic && a.place.is_none();
        let mut told: Vec<_> = found.anomalies.iter().filter(series).collect();
        told.sort_by_key(|anomaly| anomaly.episode.raised);
        let of = |episode: &Episode| (episode.raised, episode.last, episode.alarms);
        let told: Vec<_> = told.iter().map(|anomaly| of(&anomaly.episode)).collect();
        assert_eq!(told, alone.iter().map(of).collect::<Vec<_>>(), "{method:?} {topic:?}");
    }
    assert!(!found.anomalies.is_empty(), "{method:?}");
    let none = |anomaly: &Anomaly| anomaly.episode.p_value.is_none();
    assert!(found.anomalies.iter().all(|anomaly| none(anomaly) != method.has_p_values()));
    // Half of it, stored and read, goes on the same.
    let (before, after) = rows.split_at(rows.partition_point(|row| row.0 < START + split));
    let mut first = Detector::new(detector.watcher().clone()).unwrap();
    let early = first.run(&table(before), None).unwrap().anomalies.len();
    let mut second = Detector::from_json(&first.to_json()).unwrap();
    let late = second.update(&table(after), None, Some(end)).unwrap().anomalies.len();
    assert!((found.anomalies.len()..=found.anomalies.len() + 5).contains(&(early + late)));
    let sums = |detector: &Detector| detector.series.values().map(|s| s.sum).collect::<Vec<_>>();
    assert_eq!(sums(&second), sums(&detector), "{method:?}");
}

#[test]
fn published_detectors_judge_as_by_themselves() {
    let rows_of_days = rows(5, 150, Some(140));
    let methods =
        [Method::EarsC1, Method::EarsC2, Method::EarsC3, Method::SeasonalZ, Method::Cusum];
    for method in methods {
        judges_as_by_itself(Every::Day, method, &rows_of_days, 70);
    }
    let rows_of_weeks: Vec<Row> = rows(6, 7 * 290, Some(7 * 280)).into_iter().step_by(4).collect();
    for method in [Method::Farrington, Method::FarringtonNoufaily] {
        judges_as_by_itself(Every::Week, method, &rows_of_weeks, 7 * 270);
    }
}

#[test]
fn a_method_is_for_what_it_was_published_for() {
    let refused = |watcher: Watcher| Detector::new(watcher).unwrap_err().path().to_owned();
    let days = || Watcher::new(Every::Day);
    assert_eq!(refused(days().method(Method::Farrington)), "every");
    assert_eq!(refused(days().method(Method::EarsC1).direction(Direction::Both)), "direction");
    assert_eq!(refused(days().method(Method::Cusum).share(true)), "share");
    assert_eq!(refused(days().method(Method::Cusum).fdr(0.1)), "fdr");
    let weeks = Watcher::new(Every::Week).method(Method::FarringtonNoufaily).fdr(0.1);
    assert_eq!(Watcher::from_json(&weeks.to_json()).unwrap(), weeks);
    assert!(Detector::new(weeks).is_ok());
}
