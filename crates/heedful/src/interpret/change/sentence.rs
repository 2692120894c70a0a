//! Findings in words, made from the numbers.

use super::{ChangeReport, Cohorts, Effect, ReasonChange, SegmentChange, SegmentStatus};
use crate::base::key::Key;
use crate::base::order::sort_by;
use crate::stats::{Confidence, Interval};

/// `3.4 points`, of the size of a number.
fn points(value: f64) -> String {
    let size = one_decimal(value.abs());
    if size == "1.0" { "1 point".to_owned() } else { format!("{size} points") }
}

/// One decimal, and never `-0.0`.
fn one_decimal(value: f64) -> String {
    let text = format!("{value:.1}");
    if text == "-0.0" { "0.0".to_owned() } else { text }
}

fn percent(share: f64) -> String {
    let share = 100.0 * share;
    if share > 0.0 && share < 9.95 { format!("{share:.1} %") } else { format!("{share:.0} %") }
}

fn added(value: f64) -> String {
    let verb = if value < 0.0 { "took away" } else { "added" };
    format!("{verb} {}", points(value))
}

fn between(interval: Option<Interval>) -> String {
    interval.map_or_else(String::new, |i| {
        let confidence = 100.0 * i.confidence;
        format!(
            " ({confidence:.0} % interval {} to {})",
            one_decimal(i.lower),
            one_decimal(i.upper)
        )
    })
}

fn label(by: &[String], keys: &[Key]) -> String {
    let parts = by.iter().zip(keys).map(|(name, key)| format!("{name} {key}"));
    parts.collect::<Vec<_>>().join(", ")
}

/// The most sentences about effects.
const MOST: usize = 5;

impl ChangeReport {
    /// What happened in plain English: the difference first, then the greatest effects that are told from
    /// chance after correction, at most five, then what is to be warned of.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let confidence = Confidence::new(self.confidence).unwrap_or_default();
        let mut sentences = vec![self.headline()];
        let mut found: Vec<(f64, String)> = Vec::new();
        for row in &self.segments {
            let name = label(&self.by, &row.keys);
            // The rate of a segment that holds others is told by these.
            if row.finest && row.rate.stands_out(confidence) {
                found.push((row.rate.value, rate(row, &name)));
            }
            if row.mix.stands_out(confidence) {
                found.push((row.mix.value, mix(row, &name)));
            }
        }
        if let Some(reasons) = &self.reasons {
            let rows = reasons.rows.iter().filter(|row| row.effect.stands_out(confidence));
            found.extend(rows.map(|row| (row.effect.value, reason(row))));
        }
        if let Some(cohorts) = &self.cohorts {
            let mut say = |effect: &Effect, sentence: fn(&Cohorts) -> String| {
                if effect.stands_out(confidence) {
                    found.push((effect.value, sentence(cohorts)));
                }
            };
            say(&cohorts.staying, staying);
            say(&cohorts.joining, joining);
            say(&cohorts.leaving, leaving);
        }
        sort_by(&mut found, |a, b| b.0.abs().total_cmp(&a.0.abs()));
        if found.is_empty() {
            sentences.push("No single part of the change can be told from chance.".to_owned());
        }
        sentences.extend(found.into_iter().take(MOST).map(|(_, sentence)| sentence));
        sentences.extend(self.warnings.iter().map(|warning| warning.sentence().to_owned()));
        sentences
    }

    fn headline(&self) -> String {
        let comparison = &self.comparison;
        let values = comparison.before.value.zip(comparison.after.value);
        let (Some(difference), Some((before, after))) = (comparison.difference, values) else {
            return "There are no ratings to compare.".to_owned();
        };
        let told = comparison.interval.is_some_and(|i| !i.contains(0.0));
        let name = comparison.metric.to_uppercase();
        let from_to = format!("from {} to {}", one_decimal(before), one_decimal(after));
        let interval = between(comparison.interval);
        let verb = if difference < 0.0 { "fell" } else { "rose" };
        let chance = if told { "" } else { ", which can be chance" };
        format!("{name} {verb} by {}, {from_to}{interval}{chance}.", points(difference))
    }
}

fn rate(row: &SegmentChange, name: &str) -> String {
    let (before, after) = (row.before.unwrap_or_default(), row.after.unwrap_or_default());
    let verb = if after < before { "fell" } else { "rose" };
    format!(
        "{name} {}{}: its own score {verb} from {} to {}.",
        added(row.rate.value),
        between(row.rate.interval),
        one_decimal(before),
        one_decimal(after)
    )
}

fn mix(row: &SegmentChange, name: &str) -> String {
    let how = match row.status {
        SegmentStatus::New => "it is new".to_owned(),
        SegmentStatus::Vanished => "it is gone".to_owned(),
        SegmentStatus::Continuing => format!(
            "its share went from {} to {}",
            percent(row.share_before.unwrap_or_default()),
            percent(row.share_after.unwrap_or_default())
        ),
    };
    format!("{name} {} by its weight{}: {how}.", added(row.mix.value), between(row.mix.interval))
}

fn reason(row: &ReasonChange) -> String {
    format!(
        "The reason {} {}{}: {} gave it before, {} after.",
        row.reason,
        added(row.effect.value),
        between(row.effect.interval),
        percent(row.share_before),
        percent(row.share_after)
    )
}

fn staying(cohorts: &Cohorts) -> String {
    format!(
        "Customers who answered both times {}{}: their score went from {} to {}.",
        added(cohorts.staying.value),
        between(cohorts.staying.interval),
        one_decimal(cohorts.stayers_before.unwrap_or_default()),
        one_decimal(cohorts.stayers_after.unwrap_or_default())
    )
}

fn joining(cohorts: &Cohorts) -> String {
    format!(
        "Customers who are new {}{}: they score {}, the others {}.",
        added(cohorts.joining.value),
        between(cohorts.joining.interval),
        one_decimal(cohorts.joiners_after.unwrap_or_default()),
        one_decimal(cohorts.stayers_after.unwrap_or_default())
    )
}

fn leaving(cohorts: &Cohorts) -> String {
    format!(
        "Customers who no longer answer {} by leaving{}: they had scored {}, the others {}.",
        added(cohorts.leaving.value),
        between(cohorts.leaving.interval),
        one_decimal(cohorts.leavers_before.unwrap_or_default()),
        one_decimal(cohorts.stayers_before.unwrap_or_default())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(points(-1.0), "1 point");
        assert_eq!(points(3.26), "3.3 points");
        assert_eq!(one_decimal(-0.04), "0.0");
        assert_eq!(
            (percent(0.0), percent(0.034), percent(0.42)),
            ("0 %".into(), "3.4 %".into(), "42 %".into())
        );
    }
}
