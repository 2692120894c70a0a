//! When a score changed its level for good, by how much, and between which dates.

use serde::Serialize;

use crate::base::config::{self, options, stored, written};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::order::sort_by;
use crate::base::table::Table;
use crate::stats::distribution::{normal_quantile, normal_sf};

/// A score of one period with its standard error, which must be positive.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PeriodScore {
    /// The score, in points.
    pub value: f64,
    /// Its sampling error.
    pub standard_error: f64,
}

/// A change of level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ChangePoint {
    /// The first period (row, from 0) of the new level, the likeliest one.
    pub row: usize,
    /// The first and the last period that it may be, with the wanted confidence.
    pub earliest: usize,
    /// See `earliest`.
    pub latest: usize,
    /// Level before and after, up to the neighbouring changes.
    pub before: f64,
    /// See `before`.
    pub after: f64,
    /// Standard error of the change.
    pub standard_error: f64,
    /// Chance of a change that looks as large somewhere, if there were none.
    pub p_value: f64,
}

stored!(PeriodScore { value, standard_error });

impl ChangePoint {
    /// By how many points the level changed.
    #[must_use]
    pub fn change(&self) -> f64 {
        self.after - self.before
    }

    /// The interval of the change, given its date, in points.
    #[must_use]
    pub fn interval(&self, confidence: f64) -> (f64, f64) {
        let margin = normal_quantile(0.5 + 0.5 * confidence) * self.standard_error;
        (self.change() - margin, self.change() + margin)
    }
}

/// Finds changes of level by splitting where the likelihood gains most, again and again (binary segmentation:
/// Scott and Knott 1974), as long as a split is significant over all places where it could be.
///
/// Each score is taken for normal around its level with its own sampling error; dates come from the likelihood of
/// each place, as shares of the whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangePoints {
    #[serde(default = "percent")]
    alpha: f64,
    #[serde(default = "usual")]
    confidence: f64,
    #[serde(default = "two")]
    shortest: usize,
}

fn percent() -> f64 {
    0.01
}

fn usual() -> f64 {
    0.95
}

fn two() -> usize {
    2
}

impl Default for ChangePoints {
    fn default() -> Self {
        Self { alpha: percent(), confidence: usual(), shortest: two() }
    }
}

/// Running sums of weight and weighted score.
struct Sums {
    weight: Vec<f64>,
    score: Vec<f64>,
}

impl Sums {
    /// Weight and mean of the rows in a range.
    fn of(&self, from: usize, to: usize) -> (f64, f64) {
        let at = |sums: &[f64], i: usize| sums.get(i).copied().unwrap_or(0.0);
        let weight = at(&self.weight, to) - at(&self.weight, from);
        let score = at(&self.score, to) - at(&self.score, from);
        (weight, if weight > 0.0 { score / weight } else { 0.0 })
    }

    /// Squared z of a split.
    fn gain(&self, from: usize, split: usize, to: usize) -> f64 {
        let ((a, left), (b, right)) = (self.of(from, split), self.of(split, to));
        if a > 0.0 && b > 0.0 { (left - right) * (left - right) / (1.0 / a + 1.0 / b) } else { 0.0 }
    }
}

impl ChangePoints {
    /// Changes significant at 1 %, dates with 95 % confidence, levels of two periods at least.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the settings.
    ///
    /// # Errors
    /// [`ErrorCode::Json`] and [`ErrorCode::InvalidConfig`], with the path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// The level at which a change counts.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// Periods that a level lasts at least.
    #[must_use]
    pub fn shortest(mut self, periods: usize) -> Self {
        self.shortest = periods;
        self
    }

    /// The changes in order of time; a missing score is passed over.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] for a score that is not finite, a standard error that is not positive, or
    /// settings out of range.
    pub fn run(&self, scores: &[Option<PeriodScore>]) -> Result<Vec<ChangePoint>> {
        let refuse = |message: &str| Error::new(ErrorCode::InvalidArgument, message);
        let sane = |share: f64| share > 0.0 && share < 1.0;
        if !sane(self.alpha) || !sane(self.confidence) || self.shortest == 0 {
            return Err(refuse("alpha and confidence must lie between 0 and 1"));
        }
        let mut sums = Sums { weight: vec![0.0], score: vec![0.0] };
        let (mut weight, mut total) = (0.0, 0.0);
        for (row, score) in scores.iter().enumerate() {
            if let Some(PeriodScore { value, standard_error }) = score {
                if !(value.is_finite() && *standard_error > 0.0 && standard_error.is_finite()) {
                    let message = "scores must be finite, with positive standard errors";
                    return Err(refuse(message).on_row(row as u64));
                }
                let w = 1.0 / (standard_error * standard_error);
                weight += w;
                total += w * value;
            }
            sums.weight.push(weight);
            sums.score.push(total);
        }
        let mut splits = vec![0, scores.len()];
        let mut queue = vec![(0, scores.len())];
        while let Some((from, to)) = queue.pop() {
            let Some((split, p_value)) = self.best(&sums, from, to) else { continue };
            if p_value <= self.alpha {
                splits.push(split);
                queue.extend([(from, split), (split, to)]);
            }
        }
        splits.sort_unstable();
        let triples = splits.windows(3).filter_map(|w| <[usize; 3]>::try_from(w).ok());
        Ok(triples.filter_map(|[from, split, to]| self.describe(&sums, from, split, to)).collect())
    }

    fn places(&self, from: usize, to: usize) -> std::ops::RangeInclusive<usize> {
        from + self.shortest..=to.saturating_sub(self.shortest)
    }

    /// The best split of a stretch, and its p-value over all splits.
    fn best(&self, sums: &Sums, from: usize, to: usize) -> Option<(usize, f64)> {
        let gains = self.places(from, to).map(|split| (split, sums.gain(from, split, to)));
        let (split, gain) = gains.max_by(|a, b| a.1.total_cmp(&b.1))?;
        let places = self.places(from, to).count() as f64;
        Some((split, (2.0 * normal_sf(libm::sqrt(gain)) * places).min(1.0)))
    }

    fn describe(&self, sums: &Sums, from: usize, split: usize, to: usize) -> Option<ChangePoint> {
        // Within its stretch, the likelihood of each place as a share of all.
        let best = sums.gain(from, split, to);
        let shares: Vec<(usize, f64)> = self
            .places(from, to)
            .map(|place| (place, libm::exp(0.5 * (sums.gain(from, place, to) - best))))
            .collect();
        let whole: f64 = shares.iter().map(|(_, share)| share).sum();
        let mut ranked = shares;
        sort_by(&mut ranked, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let (mut sum, mut earliest, mut latest) = (0.0, split, split);
        for (place, share) in ranked {
            if sum >= self.confidence * whole {
                break;
            }
            sum += share;
            (earliest, latest) = (earliest.min(place), latest.max(place));
        }
        let ((a, before), (b, after)) = (sums.of(from, split), sums.of(split, to));
        let places = self.places(from, to).count() as f64;
        Some(ChangePoint {
            row: split,
            earliest,
            latest,
            before,
            after,
            standard_error: libm::sqrt(1.0 / a + 1.0 / b),
            p_value: (2.0 * normal_sf(libm::sqrt(best)) * places).min(1.0),
        })
    }
}

options!(ChangePoints, takes [alpha, confidence, shortest], from Self::default());
written!(ChangePoints, r#"{"alpha": 0.001, "shortest": 3}"#);

/// One row a change: `row`, `earliest`, `latest`, `before`, `after`, `change`, `standard_error`, `p_value`.
#[must_use]
pub fn change_points_table(changes: &[ChangePoint]) -> Table {
    let mut table = Table::new();
    table.ints("row", changes.iter().map(|c| Some(c.row as u64)));
    table.ints("earliest", changes.iter().map(|c| Some(c.earliest as u64)));
    table.ints("latest", changes.iter().map(|c| Some(c.latest as u64)));
    table.floats("before", changes.iter().map(|c| Some(c.before)));
    table.floats("after", changes.iter().map(|c| Some(c.after)));
    table.floats("change", changes.iter().map(|c| Some(c.change())));
    table.floats("standard_error", changes.iter().map(|c| Some(c.standard_error)));
    table.floats("p_value", changes.iter().map(|c| Some(c.p_value)));
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Random;

    fn scores(seed: u64, levels: &[(usize, f64)]) -> Vec<Option<PeriodScore>> {
        let mut random = Random::new(seed);
        let mut scores = Vec::new();
        for (periods, level) in levels {
            for i in 0..*periods {
                let standard_error = 3.0 + (i % 3) as f64;
                let value = level + standard_error * random.normal();
                scores.push((i % 11 != 7).then_some(PeriodScore { value, standard_error }));
            }
        }
        scores
    }

    #[test]
    fn dates_and_sizes_are_right() {
        let (mut covered, mut found) = (0, 0);
        for seed in 0..100 {
            let changes =
                ChangePoints::new().run(&scores(seed, &[(40, 20.0), (30, 14.0)])).unwrap();
            let Some(change) = changes.first() else { continue };
            found += 1;
            covered += usize::from((change.earliest..=change.latest).contains(&40));
            assert!((change.change() + 6.0).abs() < 5.0, "{change:?}");
        }
        assert!(found > 90 && covered * 100 >= found * 90, "{covered} of {found}");
        let two =
            ChangePoints::new().run(&scores(3, &[(30, 10.0), (25, 30.0), (25, 5.0)])).unwrap();
        let near = |row: usize, place: usize| row.abs_diff(place) <= 2;
        assert!(two.len() == 2 && near(two[0].row, 30) && near(two[1].row, 55), "{two:?}");
    }

    #[test]
    fn nothing_is_found_in_nothing() {
        let runs = 200;
        let found: usize = (0..runs)
            .map(|seed| ChangePoints::new().run(&scores(seed, &[(60, 20.0)])).unwrap().len())
            .sum();
        assert!(found <= 6, "{found}");
        assert!(ChangePoints::new().run(&[]).unwrap().is_empty());
        let bad = Some(PeriodScore { value: 1.0, standard_error: 0.0 });
        assert_eq!(ChangePoints::new().run(&[bad]).unwrap_err().row(), Some(0));
    }
}
