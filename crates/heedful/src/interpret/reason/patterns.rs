//! Comments counted by what was said of them, so that a bootstrap replicate costs what the number of different
//! answers costs and not the number of comments.

use serde::Serialize;

use super::labels::Labels;
use crate::base::config::{self, options};
use crate::base::sorted::SortedMap;
use crate::stats::poisson::sorted_quantile;
use crate::stats::{Confidence, Interval, IntervalMethod, Random, resample};
use crate::{Error, ErrorCode, Result};

/// How [`Evaluation`](super::evaluate::Evaluation) and [`Agreement`](super::agreement::Agreement) say how sure
/// they are.
///
/// ```
/// use heedful::EvaluateOptions;
/// let options = EvaluateOptions::from_json(r#"{"replicates": 200}"#)?;
/// assert_eq!(options.replicates, 200);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct EvaluateOptions {
    /// Confidence of every interval.
    pub confidence: Confidence,
    /// Bootstrap replicates for the numbers that have no interval in closed form, from 100 to 100,000; 0 for none.
    pub replicates: u32,
    /// Where the bootstrap starts from.
    pub seed: u64,
}

options!(EvaluateOptions, takes [confidence, replicates, seed], from Self::default());

impl Default for EvaluateOptions {
    fn default() -> Self {
        Self { confidence: Confidence::default(), replicates: 1000, seed: 0 }
    }
}

impl EvaluateOptions {
    /// Reads options; unknown fields are errors.
    ///
    /// # Errors
    ///
    /// `json`, `invalid-config` and `invalid-argument` with the path to what is wrong.
    pub fn from_json(text: &str) -> Result<Self> {
        let options: Self = config::read(text)?;
        options.check()?;
        Ok(options)
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.replicates == 0 || (100..=100_000).contains(&self.replicates) {
            return Ok(());
        }
        let message = "replicates must be 0 or lie between 100 and 100000";
        Err(Error::new(ErrorCode::InvalidArgument, message).at("replicates"))
    }
}

config::written!(EvaluateOptions, r#"{}"#);

/// What each coder said of a comment, as numbers into common ids.
pub(super) type Pattern = Vec<Option<Vec<u16>>>;

/// Patterns, and how often each occurs.
type PatternCounts = Vec<(Pattern, u64)>;

/// The ids of all coders, ascending, and how often each pattern occurs, by pattern. Comments for which `keep` says no are left out.
pub(super) fn patterns(
    coders: &[&Labels],
    keep: impl Fn(&Pattern) -> bool,
) -> Result<(Vec<String>, PatternCounts)> {
    let mut ids: Vec<String> = coders.iter().flat_map(|c| c.ids().iter().cloned()).collect();
    ids.sort_unstable();
    ids.dedup();
    let rows = coders.first().map_or(0, |coder| coder.len());
    let translate = |coder: &Labels| -> Vec<u16> {
        let place = |id: &String| ids.binary_search(id).map_or(u16::MAX, |place| place as u16);
        coder.ids().iter().map(place).collect()
    };
    let tables: Vec<Vec<u16>> = coders.iter().map(|coder| translate(coder)).collect();
    for coder in coders {
        if coder.len() != rows {
            let message = format!("one side has {rows} comments, another {}", coder.len());
            return Err(Error::new(ErrorCode::LengthMismatch, message));
        }
    }
    let mut counts: SortedMap<Pattern, u64> = SortedMap::new();
    for row in 0..rows {
        let said = coders.iter().zip(&tables).map(|(coder, table)| {
            let set = coder.row(row)?.iter();
            Some(set.filter_map(|label| table.get(usize::from(*label)).copied()).collect())
        });
        let pattern: Pattern = said.collect();
        if keep(&pattern) {
            *counts.entry(pattern).or_default() += 1;
        }
    }
    Ok((ids, counts.into_iter().collect()))
}

/// Percentile intervals of numbers that follow from how often each pattern occurs; `None` for a number that is not
/// known in more than one of ten replicates.
pub(super) fn bootstrap(
    counts: &[u64],
    options: &EvaluateOptions,
    numbers: impl Fn(&[u64]) -> Vec<Option<f64>>,
) -> Vec<Option<Interval>> {
    let mut random = Random::new(options.seed);
    let mut draws: Vec<Vec<f64>> = Vec::new();
    for _ in 0..options.replicates {
        let Some(replicate) = resample(&mut random, counts) else { break };
        let found = numbers(&replicate);
        draws.resize(found.len(), Vec::new());
        for (draws, found) in draws.iter_mut().zip(found) {
            draws.extend(found);
        }
    }
    let interval = |mut draws: Vec<f64>| {
        let enough = draws.len() as f64 >= 0.9 * f64::from(options.replicates);
        draws.sort_unstable_by(f64::total_cmp);
        let tail = 0.5 * (1.0 - options.confidence.get());
        let bounds = (sorted_quantile(&draws, tail)?, sorted_quantile(&draws, 1.0 - tail)?);
        enough.then(|| Interval::new(bounds, options.confidence, IntervalMethod::Bootstrap))
    };
    draws.into_iter().map(interval).collect()
}
