//! What departed from what was to be expected: where, what it costs, who says so, and a picture of the series.

use std::fmt::Write;

use heedful::{
    Anomaly, AnomalyKind, Detection, Detector, Every, Mentions, Responses, Result, Watcher,
};

use super::Request;
use super::layout::{count, points, put, shorten};

/// Alarms and comments of each that are shown, and letters of one.
const SHOWN: usize = 6;
const QUOTES: usize = 2;
const LETTERS: usize = 110;
/// Periods and lines of a picture.
const PERIODS: usize = 60;
const LINES: usize = 7;

/// The episodes of topics, segments and scores, at one false alarm a month.
pub(crate) fn alarms(
    out: &mut String,
    request: &Request,
    responses: &Responses,
    reasons: Option<&Mentions>,
) -> Result<()> {
    let every = if request.every == Every::Day { Every::Day } else { Every::Week };
    let watcher = Watcher::new(every)
        .by(request.by.iter().take(8).cloned())
        .metric(request.metric.clone())
        .language(request.language)
        .alarms_per_month(1.0);
    let mut detector = Detector::new(watcher)?;
    let found = detector.run(responses, reasons)?;
    put!(out, "\nAlarms by {every}, of {} series at one false alarm a month", found.series);
    let told: Vec<&Anomaly> = found.told().collect();
    if told.is_empty() {
        put!(out, "  nothing departs from what was to be expected");
    }
    for anomaly in told.iter().take(SHOWN) {
        put!(out, "\n  {}", anomaly.explain());
        if anomaly.kind == AnomalyKind::Count {
            let place = anomaly.place.as_ref().map(|(name, value)| (name.as_str(), value));
            picture(out, &detector.series_of(anomaly.topic.as_deref(), place)?, anomaly);
        }
        for comment in anomaly.comments.iter().take(QUOTES) {
            put!(out, "    \"{}\"", shorten(comment, LETTERS));
        }
    }
    if told.len() > SHOWN {
        put!(out, "\n  and {} more", count((told.len() - SHOWN) as u64));
    }
    Ok(())
}

/// The last periods up to the end of the episode: dots are counts, filled where they alarm, shades what was to be
/// expected.
fn picture(out: &mut String, series: &Detection, anomaly: &Anomaly) {
    let until = |period: i32| period <= anomaly.episode.last;
    let end = series.answers.iter().take_while(|answer| until(answer.period)).count();
    let shown = series.answers.get(end.saturating_sub(PERIODS)..end).unwrap_or_default();
    let bounds = |answer: &heedful::Answer| answer.bounds(0.01).unwrap_or((0.0, 0.0));
    let most = shown
        .iter()
        .map(|answer| answer.observed.unwrap_or(0.0).max(bounds(answer).1))
        .fold(1.0, f64::max);
    let line = |value: f64| (value / most * (LINES - 1) as f64).round();
    for row in (0..LINES).rev() {
        let at = row as f64;
        let mut text = String::new();
        for answer in shown {
            let (lower, upper) = bounds(answer);
            let inside = answer.expected.is_some() && line(lower) <= at && at <= line(upper);
            text.push(match answer.observed {
                Some(observed) if line(observed) == at => {
                    if answer.alarm == Some(true) {
                        '●'
                    } else {
                        '○'
                    }
                }
                _ if inside => '░',
                _ => ' ',
            });
        }
        let label = if row + 1 == LINES { points(most) } else { String::new() };
        put!(out, "    {label:>7} {}", text.trim_end());
    }
}
