//! Many series at once: false discoveries controlled for each period, nothing reported twice.

use serde::Serialize;

use super::baseline::stream::{Answer, Baseline};
use super::cadence::Cadence;
use super::detect::Detect;
use super::episode::{Episode, Episodes};
use crate::base::config::record;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::order::sort_by;
use crate::base::table::{Data, Table};
use crate::stats::Adjustment;

/// A series and its place in a hierarchy: topic; topic and state; topic, state and channel. A series whose path
/// begins with another's path is part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedSeries {
    /// The path.
    pub path: Vec<Key>,
    /// A count for each period, `None` where it is missing; all series begin together.
    pub counts: Vec<Option<u64>>,
    /// The volume of each count.
    pub volume: Option<Vec<Option<u64>>>,
}

/// Watches many series with one false-discovery rate for each period (Benjamini and Hochberg 1995).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Watch {
    detect: Detect,
    fdr: f64,
}

/// An episode of one of many series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WatchFinding {
    /// The series.
    pub path: Vec<Key>,
    /// The episode.
    pub episode: Episode,
    /// The series whose episode already says it; to be left out of a list for people.
    pub part_of: Option<Vec<Key>>,
}

/// A part that holds this much of the excess of the whole is what the episode is about.
const MOST_OF_IT: f64 = 0.7;

record!(Watch { detect, fdr });

impl Watch {
    /// Watches by these settings, of which alpha is not used, at a false-discovery rate.
    #[must_use]
    pub fn new(detect: Detect, fdr: f64) -> Self {
        Self { detect, fdr }
    }

    /// Goes through the periods from row `from` on (earlier ones are learned only) and gives the episodes of all
    /// series, by the period of their first alarm, then by path.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] for a rate outside 0..1 and for what [`Detect::run`] refuses;
    /// [`ErrorCode::LengthMismatch`] for series of different lengths.
    pub fn run(&self, series: &[NamedSeries], from: usize) -> Result<Vec<WatchFinding>> {
        if !(self.fdr > 0.0 && self.fdr < 1.0) {
            let message = "a false-discovery rate must lie between 0 and 1";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("fdr"));
        }
        let periods = series.first().map_or(0, |s| s.counts.len());
        let same = |s: &NamedSeries| {
            s.counts.len() == periods && s.volume.as_ref().is_none_or(|v| v.len() == periods)
        };
        if !series.iter().all(same) {
            let message = "series differ in length";
            return Err(Error::new(ErrorCode::LengthMismatch, message));
        }
        let from = from.min(periods);
        let mut watched = Vec::with_capacity(series.len());
        for one in series {
            let mut baseline = Baseline::new(&self.detect)?;
            let volume = one.volume.as_ref().and_then(|volume| volume.get(..from));
            baseline.learn(one.counts.get(..from).unwrap_or(&[]), volume)?;
            watched.push((one, baseline, Episodes::new(self.detect.every)));
        }
        let mut answers: Vec<Answer> = Vec::with_capacity(series.len());
        for row in from..periods {
            answers.clear();
            for (one, baseline, _) in &mut watched {
                let count = one.counts.get(row).copied().flatten();
                let volume = one.volume.as_ref().and_then(|v| v.get(row).copied().flatten());
                answers.push(baseline.update(count, volume)?);
            }
            let p_values: Vec<Option<f64>> = answers.iter().map(|a| a.p_value).collect();
            let adjusted = Adjustment::BenjaminiHochberg.adjust(&p_values);
            for ((answer, q), (_, _, episodes)) in
                answers.iter_mut().zip(adjusted).zip(&mut watched)
            {
                answer.decide(q.map(|q| q <= self.fdr));
                episodes.update(answer);
            }
        }
        let mut findings: Vec<WatchFinding> = Vec::new();
        for (one, _, episodes) in watched {
            for episode in episodes.finish() {
                findings.push(WatchFinding { path: one.path.clone(), episode, part_of: None });
            }
        }
        sort_by(&mut findings, |a, b| {
            (a.episode.raised, &a.path).cmp(&(b.episode.raised, &b.path))
        });
        say_once(&mut findings);
        Ok(findings)
    }
}

/// Of episodes of a whole and its part that overlap, one is enough: the part where it holds most of the excess,
/// else the whole.
fn say_once(findings: &mut [WatchFinding]) {
    let mut covered: Vec<Option<Vec<Key>>> = vec![None; findings.len()];
    for (i, whole) in findings.iter().enumerate() {
        let overlaps = |part: &&WatchFinding| {
            part.path.len() > whole.path.len()
                && part.path.starts_with(&whole.path)
                && part.episode.direction == whole.episode.direction
                && part.episode.start <= whole.episode.last
                && whole.episode.start <= part.episode.last
        };
        let size = |f: &WatchFinding| f.episode.excess().abs();
        let parts: Vec<&WatchFinding> = findings.iter().filter(overlaps).collect();
        let Some(largest) = parts.iter().max_by(|a, b| size(a).total_cmp(&size(b))) else {
            continue;
        };
        if size(largest) >= MOST_OF_IT * size(whole) {
            if let Some(slot) = covered.get_mut(i) {
                *slot = Some(largest.path.clone());
            }
            continue;
        }
        for (part, slot) in findings.iter().zip(&mut covered) {
            if overlaps(&part) && slot.is_none() {
                *slot = Some(whole.path.clone());
            }
        }
    }
    for (finding, part_of) in findings.iter_mut().zip(covered) {
        finding.part_of = part_of;
    }
}

/// One row a finding: `series` (its path joined), `part_of`, then the columns of an episode.
#[must_use]
pub fn findings_table(every: impl Into<Cadence>, findings: &[WatchFinding]) -> Table {
    let join = |path: &[Key]| path.iter().map(Key::to_string).collect::<Vec<_>>().join(" / ");
    let mut table = Table::new();
    table.push("series", Data::Text(findings.iter().map(|f| Some(join(&f.path))).collect()));
    let part_of = findings.iter().map(|f| f.part_of.as_deref().map(join)).collect();
    table.push("part_of", Data::Text(part_of));
    let episodes: Vec<Episode> = findings.iter().map(|f| f.episode).collect();
    super::episode::columns(&mut table, every.into(), &episodes);
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Every;
    use crate::monitor::detect::tests::poisson;
    use crate::stats::Random;

    #[test]
    fn says_where_once_and_little_else() {
        let mut random = Random::new(3);
        let states = ["TX", "CA", "NY", "WA", "OR"];
        let mut series: Vec<NamedSeries> = Vec::new();
        for topic in ["promotions", "delivery", "staff"] {
            let mut total = vec![0; 260];
            for state in states {
                let counts: Vec<u64> = (0..260)
                    .map(|day| {
                        let spike =
                            topic == "promotions" && state == "TX" && (240..244).contains(&day);
                        poisson(&mut random, if spike { 40.0 } else { 6.0 })
                    })
                    .collect();
                for (sum, count) in total.iter_mut().zip(&counts) {
                    *sum += count;
                }
                series.push(NamedSeries {
                    path: vec![topic.into(), state.into()],
                    counts: counts.into_iter().map(Some).collect(),
                    volume: None,
                });
            }
            let counts = total.into_iter().map(Some).collect();
            series.push(NamedSeries { path: vec![topic.into()], counts, volume: None });
        }
        let watch = Watch::new(Detect::new(Every::Day).start(18_631), 0.05);
        let findings = watch.run(&series, 200).unwrap();
        let told: Vec<&WatchFinding> = findings.iter().filter(|f| f.part_of.is_none()).collect();
        let tx = vec![Key::text("promotions"), Key::text("TX")];
        let found = told.iter().find(|f| f.path == tx).unwrap();
        assert_eq!(found.episode.start, 18_631 + 240);
        let whole = findings.iter().find(|f| f.path.len() == 1 && f.path[0] == tx[0]);
        assert_eq!(whole.unwrap().part_of.as_ref(), Some(&tx));
        assert!(told.len() <= 4, "{}", findings_table(Every::Day, &findings));
        assert!(Watch::new(Detect::new(Every::Day), 0.0).run(&series, 0).is_err());
    }
}
