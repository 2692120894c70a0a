use proptest::prelude::*;

use super::*;
use crate::Every;
use crate::monitor::baseline::feedback::Feedback;
use crate::monitor::episode::EpisodeStatus;
use crate::stats::Random;

/// Poisson, by counting exponential gaps; exact and slow.
pub(crate) fn poisson(random: &mut Random, mean: f64) -> u64 {
    let (mut sum, mut count) = (0.0, 0);
    loop {
        sum -= (1.0 - random.uniform()).ln();
        if sum > mean {
            return count;
        }
        count += 1;
    }
}

const WEEK: [f64; 7] = [1.2, 1.15, 1.1, 1.05, 1.0, 0.7, 0.8];

fn series(seed: u64, level: f64, days: usize) -> Vec<Option<u64>> {
    let mut random = Random::new(seed);
    (0..days).map(|day| Some(poisson(&mut random, level * WEEK[day % 7]))).collect()
}

/// 2021-01-04, a Monday.
const MONDAY: i32 = 18_631;

fn daily() -> Detect {
    Detect::new(Every::Day).start(MONDAY)
}

#[test]
fn finds_a_spike_and_a_slow_rise() {
    let mut counts = series(1, 20.0, 400);
    counts[300] = Some(60);
    let found = daily().run(&counts, None).unwrap();
    assert_eq!(found.answers[300].alarm, Some(true));
    assert_eq!(found.answers[300].window, Some(1));
    let episode = found.episodes.iter().find(|e| e.raised == MONDAY + 300).unwrap();
    assert_eq!((episode.start, episode.status), (MONDAY + 300, EpisodeStatus::Ended));
    assert!(episode.excess() > 25.0);
    // A quarter more for ten days: no day alone is far off.
    let mut counts = series(2, 30.0, 400);
    for count in &mut counts[300..310] {
        *count = count.map(|c| c + 9);
    }
    let found = daily().run(&counts, None).unwrap();
    let windows: Vec<usize> = found.answers[300..310]
        .iter()
        .filter(|a| a.alarm == Some(true))
        .map(|a| a.window.unwrap())
        .collect();
    assert!(windows.iter().any(|w| *w > 1), "{windows:?}");
}

#[test]
fn a_few_of_many_quiet_periods_alarm() {
    let (mut alarms, mut tests) = (0, 0);
    for seed in 0..60 {
        for level in [0.1, 1.0, 20.0] {
            let counts = series(seed, level, 500);
            let found = daily().run(&counts, None).unwrap();
            tests += found.answers.iter().filter(|a| a.alarm.is_some()).count();
            alarms += found.answers.iter().filter(|a| a.alarm == Some(true)).count();
        }
    }
    let rate = alarms as f64 / tests as f64;
    assert!((0.003..0.012).contains(&rate), "{rate}");
}

#[test]
fn parts_multiply_to_what_is_expected() {
    let found =
        daily().holidays([MONDAY + 100, MONDAY + 465]).run(&series(3, 40.0, 500), None).unwrap();
    for answer in &found.answers[60..] {
        let product = answer.level.unwrap()
            * answer.trend.unwrap()
            * answer.season.unwrap()
            * answer.holiday.unwrap();
        assert!((product / answer.expected.unwrap() - 1.0).abs() < 1e-12);
        let (lower, upper) = answer.bounds(0.01).unwrap();
        assert!(lower < answer.expected.unwrap() && answer.expected.unwrap() < upper);
    }
    assert_ne!(found.answers[465].holiday, Some(1.0));
}

/// Shops: nothing at night, busy at noon, later on Saturdays.
fn hourly(seed: u64, level: f64, weeks: usize) -> Vec<Option<u64>> {
    let mut random = Random::new(seed);
    let mean = |hour: usize| {
        let (day, hour) = (hour / 24 % 7, hour % 24);
        let noon = if day == 5 { 15.0 } else { 12.0 };
        let bell = 2.4 * (-(hour as f64 - noon).powi(2) / 18.0).exp() + 0.02;
        level * WEEK[day] * bell
    };
    (0..weeks * 168).map(|hour| Some(poisson(&mut random, mean(hour)))).collect()
}

#[test]
fn hours_of_the_week_have_their_own_level() {
    let settings = Detect::new(Cadence::Hour).start(MONDAY);
    let mut counts = hourly(1, 12.0, 10);
    // As many at midnight as at noon of a usual day.
    counts[9 * 168] = Some(14);
    let found = settings.run(&counts, None).unwrap();
    let noon = &found.answers[9 * 168 - 12];
    assert!((noon.expected.unwrap() / (12.0 * 0.8 * 2.42) - 1.0).abs() < 0.25, "{noon:?}");
    assert_eq!(found.answers[9 * 168].alarm, Some(true));
    let saturday = |hour: usize| found.answers[8 * 168 + 5 * 24 + hour].expected.unwrap();
    assert!(saturday(15) > saturday(12), "{} {}", saturday(15), saturday(12));
    let table = found.to_table();
    assert_eq!(table.columns()[0].data, settings.every.column((0..1680).map(|h| MONDAY * 24 + h)));
    assert_eq!(serde_json::to_value(&table).unwrap()[25]["period"], "2021-01-05T01:00:00");
    // Beginning at another hour is the same series cut.
    let later = Detect::new(Cadence::Hour).start(MONDAY).start_hour(5);
    assert_eq!(later.run(&counts[5..], None).unwrap().answers[0].period, MONDAY * 24 + 5);
    assert!(Detect::new(Cadence::Day).start_hour(5).run(&counts, None).is_err());
    let mut baseline = found.baseline;
    let mut again = Baseline::from_bytes(&baseline.to_bytes()).unwrap();
    assert_eq!(baseline.update(Some(3), None).unwrap(), again.update(Some(3), None).unwrap());
}

#[test]
fn a_few_of_many_quiet_hours_alarm() {
    for level in [0.1, 1.0, 20.0] {
        let (mut alarms, mut tests) = (0, 0);
        for seed in 0..8 {
            let settings = Detect::new(Cadence::Hour).start(MONDAY);
            let found = settings.run(&hourly(100 + seed, level, 12), None).unwrap();
            tests += found.answers.iter().filter(|a| a.alarm.is_some()).count();
            alarms += found.answers.iter().filter(|a| a.alarm == Some(true)).count();
        }
        let rate = alarms as f64 / tests as f64;
        println!("{level} an hour: {rate:.4}");
        assert!(rate < 0.0125, "{level}: {rate}");
    }
}

#[test]
fn the_first_cases_of_what_never_was_are_an_alarm() {
    for days in [40, 80, 400] {
        let mut counts = vec![Some(0); days];
        counts.push(Some(8));
        let found = daily().run(&counts, None).unwrap();
        let last = found.answers.last().unwrap();
        assert_eq!(last.alarm, Some(true), "{days} {last:?}");
    }
}

#[test]
fn a_level_shift_is_accepted_after_a_while() {
    let mut counts = series(4, 20.0, 500);
    counts.extend(series(5, 40.0, 200));
    let found = daily().run(&counts, None).unwrap();
    let alarms = |from: usize| {
        found.answers[from..from + 30].iter().filter(|a| a.alarm == Some(true)).count()
    };
    assert!(alarms(500) > 10, "{}", alarms(500));
    assert!(alarms(670) <= 2, "{}", alarms(670));
}

#[test]
fn a_spike_in_the_past_does_not_hide_the_next() {
    let mut counts = series(6, 10.0, 400);
    for day in [120, 121, 122, 200, 201, 350] {
        counts[day] = Some(45);
    }
    let found = daily().run(&counts, None).unwrap();
    assert_eq!(found.answers[350].alarm, Some(true));
    assert!((found.answers[340].expected.unwrap() / (10.0 * WEEK[340 % 7]) - 1.0).abs() < 0.15);
}

#[test]
fn more_surveys_are_not_a_spike_but_a_larger_share_is() {
    let mut random = Random::new(7);
    let (mut counts, mut volume) = (Vec::new(), Vec::new());
    for day in 0..300 {
        let n = if day == 250 { 800 } else { 150 + day % 50 };
        let share = if day == 280 { 0.85 } else { 0.7 };
        counts.push(Some(random.binomial(n, share)));
        volume.push(Some(n));
    }
    let found = daily().share().run(&counts, Some(&volume)).unwrap();
    assert_eq!(found.answers[250].alarm, Some(false));
    assert_eq!(found.answers[280].alarm, Some(true));
    assert!(found.answers[280].bounds(0.01).unwrap().1 < found.answers[280].volume.unwrap());
    let error = daily().share().run(&[Some(3)], Some(&[Some(2)])).unwrap_err();
    assert_eq!((error.code(), error.row()), (ErrorCode::InvalidArgument, Some(0)));
    assert!(daily().share().run(&[Some(3)], None).is_err());
}

#[test]
fn feedback_changes_the_baseline() {
    let mut counts = series(8, 20.0, 200);
    counts[199] = Some(60);
    let mut told = Baseline::new(&daily()).unwrap();
    told.learn(&counts, None).unwrap();
    let mut untold = told.clone();
    told.feedback(MONDAY + 199, MONDAY + 199, Feedback::Expected);
    let after = |b: &mut Baseline| b.update(Some(26), None).unwrap();
    // The spike no longer counts as the evidence of the day before.
    assert!(after(&mut told).p_value.unwrap() >= after(&mut untold).p_value.unwrap());
    let mut normal = Baseline::new(&daily()).unwrap();
    normal.learn(&counts, None).unwrap();
    for _ in 0..30 {
        normal.update(Some(60), None).unwrap();
    }
    let mut ruled = normal.clone();
    ruled.feedback(MONDAY + 200, MONDAY + 229, Feedback::FalseAlarm);
    let expected = |b: &mut Baseline| b.update(Some(20), None).unwrap().expected.unwrap();
    assert!(expected(&mut ruled) > expected(&mut normal));
}

#[test]
fn stored_state_is_small_and_goes_on_identically() {
    for (level, share) in [(0.3, false), (20.0, false), (200.0, false), (90.0, true)] {
        let counts = series(9, level, 1200);
        let volume: Vec<Option<u64>> = counts.iter().map(|c| c.map(|c| c * 3 + 5)).collect();
        let settings = if share { daily().share() } else { daily() };
        let mut baseline = Baseline::new(&settings).unwrap();
        let (before, after) = counts.split_at(1130);
        let of = |row: usize| if share { volume[row] } else { None };
        for (row, count) in before.iter().enumerate() {
            baseline.update(*count, of(row)).unwrap();
        }
        baseline.feedback(MONDAY + 400, MONDAY + 402, Feedback::Expected);
        let bytes = baseline.to_bytes();
        assert!(bytes.len() < if share { 5000 } else { 2500 }, "{}", bytes.len());
        let mut from_bytes = Baseline::from_bytes(&bytes).unwrap();
        let mut from_json = Baseline::from_json(&baseline.to_json()).unwrap();
        assert_eq!(from_bytes, baseline);
        for (i, count) in after.iter().enumerate() {
            let answer = baseline.update(*count, of(1130 + i)).unwrap();
            assert_eq!(from_bytes.update(*count, of(1130 + i)).unwrap(), answer);
            assert_eq!(from_json.update(*count, of(1130 + i)).unwrap(), answer);
        }
        for cut in 0..bytes.len().min(400) {
            assert!(Baseline::from_bytes(&bytes[..cut]).is_err());
        }
    }
    assert_eq!(Baseline::from_bytes(&[9]).unwrap_err().code(), ErrorCode::StateVersion);
}

#[test]
fn counts_of_two_nodes_add_up() {
    let (a, b) = (series(10, 6.0, 300), series(11, 9.0, 300));
    let learned = |counts: &[Option<u64>]| {
        let mut baseline = Baseline::new(&daily()).unwrap();
        baseline.learn(counts, None).unwrap();
        baseline
    };
    let sum: Vec<Option<u64>> =
        a.iter().zip(&b).map(|(a, b)| Some(a.unwrap() + b.unwrap())).collect();
    let mut merged = learned(&a);
    merged.merge(&learned(&b)).unwrap();
    assert_eq!(merged, learned(&sum));
    let other = Baseline::new(&Detect::new(Every::Week)).unwrap();
    assert_eq!(merged.merge(&other).unwrap_err().code(), ErrorCode::ScaleMismatch);
}

#[test]
fn settings_read_as_they_were_written() {
    let settings = daily().alpha(0.002).direction(Direction::Both).holidays([3, 4]).min_cases(5);
    assert_eq!(Detect::from_json(&config::to_json(&settings)).unwrap(), settings);
    let error = Detect::from_json(r#"{"every": "day", "alpha": 0.7}"#).unwrap_err();
    assert_eq!(error.path(), "alpha");
    assert!(Detect::from_json(r#"{"every": "day", "alfa": 0.7}"#).is_err());
}

fn any_count() -> impl Strategy<Value = Option<u64>> {
    prop_oneof![
        1 => Just(None),
        6 => (0_u64..20).prop_map(Some),
        1 => (0_u64..1000).prop_map(Some),
        1 => (0_u64..=1 << 53).prop_map(Some),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_number_is_nan_and_later_periods_change_nothing(
        counts in prop::collection::vec(any_count(), 0..160),
        cut in 0_usize..160,
        weekly in any::<bool>(),
    ) {
        let every = if weekly { Every::Week } else { Every::Day };
        let settings = Detect::new(every).start(MONDAY).direction(Direction::Both);
        let found = settings.run(&counts, None).unwrap();
        for answer in &found.answers {
            for p in [answer.p_value, answer.expected, answer.strength, answer.level, answer.season] {
                prop_assert!(p.is_none_or(f64::is_finite), "{answer:?}");
            }
            prop_assert!(answer.p_value.is_none_or(|p| (0.0..=1.0).contains(&p)));
        }
        let cut = cut.min(counts.len());
        let shorter = settings.run(&counts[..cut], None).unwrap();
        prop_assert_eq!(&shorter.answers[..], &found.answers[..cut]);
    }

    #[test]
    fn a_shift_by_whole_weeks_changes_no_alarm(seed in 0_u64..1000, weeks in 1_i32..300) {
        // Less than a year: no time of year is fitted yet.
        let counts = series(seed, 12.0, 200);
        let here = daily().run(&counts, None).unwrap();
        let there = daily().start(MONDAY + 7 * weeks).run(&counts, None).unwrap();
        for (a, b) in here.answers.iter().zip(&there.answers) {
            prop_assert_eq!(a.alarm, b.alarm);
            prop_assert!((a.p_value.unwrap_or(0.0) - b.p_value.unwrap_or(0.0)).abs() < 1e-6);
        }
    }

    #[test]
    fn twice_the_volume_in_another_unit_changes_nothing(seed in 0_u64..1000) {
        let counts = series(seed, 12.0, 120);
        let volume = |scale: u64| -> Vec<Option<u64>> {
            (0..120).map(|day| Some(scale * (100 + day % 9))).collect()
        };
        let one = daily().run(&counts, Some(&volume(1))).unwrap();
        let other = daily().run(&counts, Some(&volume(1000))).unwrap();
        for (a, b) in one.answers.iter().zip(&other.answers) {
            prop_assert_eq!(a.alarm, b.alarm);
            prop_assert!((a.p_value.unwrap_or(0.0) - b.p_value.unwrap_or(0.0)).abs() < 1e-6);
        }
    }
}
