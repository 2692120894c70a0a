//! How a raw value becomes points from 0 to 100.

use std::collections::BTreeMap;

use serde::Serialize;

use super::reading::Reading;
use crate::base::config::{record, tagged};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::metric::Better;

/// The points of a measure that is as good as it can be.
pub(crate) const FULL: f64 = 100.0;

/// How a raw value becomes points from 0 (as bad as it gets) to 100 (as good as it gets).
///
/// In JSON a name, or an object with one key: `"milestone"`, `{"linear": [[0, 0], [20, 60], [50, 100]]}`.
///
/// ```
/// use heedful::health::Points;
/// let uptime = Points::Linear(vec![[99.0, 0.0], [99.9, 80.0], [100.0, 100.0]]);
/// assert!((uptime.of(99.45).unwrap() - 40.0).abs() < 1e-9);
/// assert_eq!(uptime.of(95.0), Some(0.0)); // beyond the ends the line is level
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive] // measures may come to be read in more ways
pub enum Points {
    /// Steps `[from, points]`: the points of the last step whose `from` is not above the value. Below the first it is 0,
    /// and where less is better the points of the first.
    Thresholds(Vec<[f64; 2]>),
    /// Straight lines between `[value, points]`, level beyond both ends.
    Linear(Vec<[f64; 2]>),
    /// An S-curve, 50 at its middle.
    Logistic(Logistic),
    /// The percentile (mid-rank) among the accounts of this run, within the same value of a column if one is named.
    /// A single account has 50.
    Percentile(Percentile),
    /// Days since a time, which halve the points once each half-life: for a column of times. A time after now has 100.
    Decay(Decay),
    /// A survey score between the ends of its range. The column of its standard error, if there is one, makes the
    /// total uncertain.
    Score(ScoreRange),
    /// 100 where it was reached, 0 where not: a column of truths, of 0 and 1, or of times (reached where not after now).
    Milestone,
    /// The points of each category.
    Categories(BTreeMap<String, f64>),
}

/// An S-curve: `100 / (1 + exp(-steepness · (value - middle)))`, falling where less is better.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Logistic {
    /// The value that has 50 points.
    pub middle: f64,
    /// How steep it is there, above 0: a value 1/steepness away from the middle has 73 or 27 points.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub steepness: f64,
}

/// A percentile among accounts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Percentile {
    /// The column within whose values accounts are compared; all accounts where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
}

/// What time takes away.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Decay {
    /// Days after which half of the points are left, above 0.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub half_life_days: f64,
}

/// The range of a survey score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScoreRange {
    /// The worst score, 0 points: -100 for NPS.
    pub worst: f64,
    /// The best score, 100 points: 100 for NPS.
    pub best: f64,
}

tagged!(Points { Thresholds = "thresholds", Linear = "linear", Logistic = "logistic", Percentile = "percentile", Decay = "decay", Score = "score", Categories = "categories" } Milestone = "milestone");
record!(Logistic { middle, steepness });
record!(Percentile { within = Default::default() });
record!(Decay { half_life_days });
record!(ScoreRange { worst, best });

impl Points {
    /// The points of a number, where the number alone decides them; `None` for categories and percentiles.
    /// For [`Points::Decay`] the number is days.
    #[must_use]
    pub fn of(&self, value: f64) -> Option<f64> {
        self.number(value, Better::Higher)
    }

    fn number(&self, value: f64, better: Better) -> Option<f64> {
        match self {
            Self::Thresholds(steps) => {
                let reached = steps.iter().rev().find(|[from, _]| value >= *from);
                let below = steps.first().filter(|_| better == Better::Lower);
                Some(reached.or(below).map_or(0.0, |[_, points]| *points))
            }
            Self::Linear(knots) => between(&mut knots.iter().copied(), value),
            Self::Logistic(curve) => {
                let sign = if better == Better::Higher { 1.0 } else { -1.0 };
                let odds = sign * curve.steepness * (value - curve.middle);
                Some(FULL / (1.0 + libm::exp(-odds)))
            }
            Self::Decay(decay) => Some(FULL * libm::exp2(-value.max(0.0) / decay.half_life_days)),
            Self::Score(range) => Some(FULL * (value - range.worst) / (range.best - range.worst)),
            Self::Milestone => Some(if value == 0.0 { 0.0 } else { FULL }),
            Self::Percentile(_) | Self::Categories(_) => None,
        }
    }

    /// The points of what was read, percentiles apart; `None` where the value is missing.
    ///
    /// # Errors
    /// `column-type` for the wrong kind of column, `rating-out-of-range` for a survey score beyond its range,
    /// `unknown-name` for a category that has no points.
    pub(super) fn read(&self, reading: &Reading<'_>, better: Better) -> Result<Option<f64>> {
        match self {
            Self::Categories(points) => {
                let key = reading.key();
                if key == Key::Missing {
                    return Ok(None);
                }
                let found = points.get(&key.to_string()).copied();
                found.map(Some).ok_or_else(|| {
                    let known: Vec<&str> = points.keys().map(String::as_str).collect();
                    let known = known.join("`, `");
                    let message =
                        format!("a category without points, of which `{known}` have some");
                    Error::new(ErrorCode::UnknownName, message)
                })
            }
            Self::Decay(_) => Ok(reading.days_ago()?.and_then(|days| self.number(days, better))),
            Self::Milestone => reading.reached(),
            Self::Score(range) => {
                let Some(value) = reading.number()? else { return Ok(None) };
                let (low, high) = (range.worst.min(range.best), range.worst.max(range.best));
                if !(low..=high).contains(&value) {
                    let message = format!("a score outside of {low} to {high}");
                    return Err(Error::new(ErrorCode::RatingOutOfRange, message));
                }
                Ok(self.number(value, better))
            }
            _ => Ok(reading.number()?.and_then(|value| self.number(value, better))),
        }
    }

    /// Points for each unit of the raw value, where an error of the value becomes one of the points.
    pub(super) fn slope(&self) -> Option<f64> {
        match self {
            Self::Score(range) => Some(FULL / (range.best - range.worst)),
            _ => None,
        }
    }

    /// The raw value nearest to now's that has these points at least, where a number can be named.
    fn raw(&self, points: f64, better: Better) -> Option<f64> {
        match self {
            Self::Thresholds(steps) => {
                let enough = |step: &&[f64; 2]| step[1] >= points;
                match better {
                    Better::Higher => steps.iter().find(enough),
                    Better::Lower => steps.iter().rev().find(enough),
                }
                .map(|[from, _]| *from)
            }
            Self::Linear(knots) => {
                let turned = |knot: &[f64; 2]| [knot[1], knot[0]];
                let highest = match better {
                    Better::Higher => knots.last(),
                    Better::Lower => knots.first(),
                };
                highest.filter(|[_, most]| points <= *most)?;
                match better {
                    Better::Higher => between(&mut knots.iter().map(turned), points),
                    Better::Lower => between(&mut knots.iter().rev().map(turned), points),
                }
            }
            Self::Logistic(curve) => {
                let sign = if better == Better::Higher { 1.0 } else { -1.0 };
                let odds = libm::log(points / (FULL - points));
                Some(curve.middle + sign * odds / curve.steepness).filter(|value| value.is_finite())
            }
            Self::Decay(decay) => Some(decay.half_life_days * libm::log2(FULL / points)),
            Self::Score(range) => Some(range.worst + points / FULL * (range.best - range.worst)),
            Self::Milestone | Self::Percentile(_) | Self::Categories(_) => None,
        }
    }

    /// The points, these or more, that a value has, and the value.
    pub(super) fn reach(&self, points: f64, better: Better) -> (f64, Option<f64>) {
        let raw = self.raw(points, better);
        match (self, raw) {
            (Self::Thresholds(_), Some(value)) => (self.of(value).unwrap_or(points), raw),
            (Self::Milestone, _) => (FULL, None),
            (Self::Categories(categories), _) => {
                let enough = categories.values().copied().filter(|value| *value >= points);
                (enough.fold(FULL, f64::min), None)
            }
            _ => (points, raw),
        }
    }

    /// The most points that any value has.
    pub(super) fn most(&self) -> f64 {
        let most = |pairs: &[[f64; 2]]| pairs.iter().map(|[_, y]| *y).fold(0.0, f64::max);
        match self {
            Self::Thresholds(pairs) | Self::Linear(pairs) => most(pairs),
            Self::Categories(points) => points.values().copied().fold(0.0, f64::max),
            _ => FULL,
        }
    }

    /// # Errors
    /// `invalid-argument` with a path.
    pub(super) fn check(&self, better: Better) -> Result<()> {
        self.check_inside(better).map_err(|error| error.below(self.kind()))
    }

    /// What they are called in JSON.
    const fn kind(&self) -> &'static str {
        match self {
            Self::Thresholds(_) => "thresholds",
            Self::Linear(_) => "linear",
            Self::Logistic(_) => "logistic",
            Self::Percentile(_) => "percentile",
            Self::Decay(_) => "decay",
            Self::Score(_) => "score",
            Self::Milestone => "milestone",
            Self::Categories(_) => "categories",
        }
    }

    fn check_inside(&self, better: Better) -> Result<()> {
        match self {
            Self::Thresholds(pairs) | Self::Linear(pairs) => pairs_are_in_order(pairs, better),
            Self::Logistic(curve) => {
                finite(curve.middle, "middle")?;
                positive(curve.steepness, "steepness")
            }
            Self::Decay(decay) => positive(decay.half_life_days, "half_life_days"),
            Self::Score(ScoreRange { worst, best }) => {
                finite(*worst, "worst")?;
                finite(*best, "best")?;
                if worst == best {
                    return Err(invalid("the worst and the best score are the same"));
                }
                Ok(())
            }
            Self::Categories(points) if points.is_empty() => {
                Err(invalid("there are no categories"))
            }
            Self::Categories(points) => {
                points.iter().try_for_each(|(name, value)| in_range(*value).map_err(|e| e.at(name)))
            }
            Self::Percentile(_) | Self::Milestone => Ok(()),
        }
    }
}

pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidArgument, message)
}

pub(crate) fn positive(value: f64, path: &str) -> Result<()> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(invalid(format!("{value} is not a number above 0")).at(path))
}

fn finite(value: f64, path: &str) -> Result<()> {
    if value.is_finite() { Ok(()) } else { Err(invalid("not a finite number").at(path)) }
}

pub(super) fn in_range(points: f64) -> Result<()> {
    if (0.0..=FULL).contains(&points) {
        return Ok(());
    }
    Err(invalid(format!("{points} is not within 0 to 100 points")))
}

/// Values rise, and points never run against the declared direction.
fn pairs_are_in_order(pairs: &[[f64; 2]], better: Better) -> Result<()> {
    if pairs.is_empty() {
        return Err(invalid("there are no points"));
    }
    for (place, [value, points]) in pairs.iter().enumerate() {
        finite(*value, &format!("[{place}]"))?;
        in_range(*points).map_err(|error| error.at(format!("[{place}]")))?;
    }
    for (place, two) in pairs.windows(2).enumerate() {
        let [[x, y], [next_x, next_y]] = two else { continue };
        let path = format!("[{}]", place + 1);
        if !(next_x > x) {
            return Err(invalid("values must rise from one to the next").at(path));
        }
        let against = if better == Better::Higher { next_y < y } else { next_y > y };
        if against {
            let direction = if better == Better::Higher { "fall" } else { "rise" };
            let message = format!("points {direction} although `better` says otherwise");
            return Err(invalid(message).at(path));
        }
    }
    Ok(())
}

/// Straight lines between pairs whose first numbers rise.
fn between(pairs: &mut dyn Iterator<Item = [f64; 2]>, value: f64) -> Option<f64> {
    let mut before: Option<[f64; 2]> = None;
    for [next_x, next_y] in pairs {
        if !(next_x <= value) {
            let Some([x, y]) = before else { return Some(next_y) };
            return Some(y + (next_y - y) * (value - x) / (next_x - x));
        }
        before = Some([next_x, next_y]);
    }
    before.map(|[_, y]| y)
}
