//! Scorecards: measures, weights, bands and alarms as data.

use std::collections::BTreeSet;

use serde::Serialize;

use super::condition::Condition;
use super::points::{FULL, Points, in_range, invalid, positive};
use crate::base::config::{self, names, record, tagged};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::metric::Better;

/// How the health of an account is made of measures.
///
/// The points of a group are the weighted mean of its measures' points, the total the weighted mean of the groups'. A
/// measure without a value (or whose value is stale) is treated as its [`Missing`] says; a group none of whose measures
/// counts is left out, and the weights of the rest are scaled up.
///
/// ```
/// use heedful::health::Scorecard;
/// let card = Scorecard::from_json(r#"{
///     "name": "subscribers", "version": "2",
///     "groups": [
///         {"id": "use", "weight": 3, "measures": [
///             {"id": "logins", "points": {"linear": [[0, 0], [20, 100]]}},
///             {"id": "last_login", "points": {"decay": {"half_life_days": 14}}}
///         ]},
///         {"id": "voice", "weight": 1, "measures": [
///             {"id": "nps", "points": {"score": {"worst": -100, "best": 100}}, "subjective": true}
///         ]}
///     ]
/// }"#)?;
/// assert_eq!(card.measures().count(), 3);
/// assert_eq!(card.band(76.0).unwrap().name, "green"); // red [0, 51), yellow [51, 76), green [76, 100]
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scorecard {
    /// What it is called.
    pub name: String,
    /// Which edition of the formula it is: results of different versions are not compared.
    #[serde(default)]
    pub version: String,
    /// When the formula was last changed, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<i64>,
    /// The measures in their groups.
    pub groups: Vec<MeasureGroup>,
    /// Bands from the lowest up; each begins at its `from` and ends before the next one's.
    #[serde(default = "red_yellow_green")]
    pub bands: Vec<HealthBand>,
    /// Points beyond an edge that it takes to leave a band, from 0.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub hysteresis: f64,
    /// Rules that raise an alarm beside the total.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<FireAlarm>,
}

/// Measures that are weighed together.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MeasureGroup {
    /// For example `use`.
    pub id: String,
    /// Its share of the total against the other groups', above 0.
    #[serde(default = "one")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub weight: f64,
    /// The measures.
    pub measures: Vec<Measure>,
}

/// One sign of health.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// The column that holds its raw value, and its name in results.
    pub id: String,
    /// Its share of the group against the other measures', above 0.
    #[serde(default = "one")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub weight: f64,
    /// How the raw value becomes points.
    pub points: Points,
    /// Whether more or less of the raw value is better.
    #[serde(default)]
    pub better: Better,
    /// Somebody's opinion rather than what happened.
    #[serde(default)]
    pub subjective: bool,
    /// The column of the time of the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Days after which a value is stale and counts as missing, above 0. Needs `at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh_days: Option<f64>,
    /// The column of the value's standard error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard_error: Option<String>,
    /// What a missing value means.
    #[serde(default)]
    pub missing: Missing,
    /// What it takes to raise the measure by one point against the other measures, above 0: for the cheapest improvement.
    #[serde(default = "one")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub effort: f64,
}

/// What a missing value means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The measure is left out and the weights of the rest are scaled up.
    #[default]
    LeaveOut,
    /// It has 50 points.
    Neutral,
    /// It has 0 points.
    Penalise,
    /// The account has no total.
    Require,
}

/// A band of totals.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HealthBand {
    /// For example `green`.
    pub name: String,
    /// The lowest total in it.
    pub from: f64,
}

/// A rule that raises an alarm beside the total, because a healthy total can hide a problem.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FireAlarm {
    /// For example `no_login_for_30_days`.
    pub id: String,
    /// It fires where all of these hold.
    pub when: Vec<Condition>,
    /// What it does to the total, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<AlarmEffect>,
}

/// What an alarm does to the total.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AlarmEffect {
    /// The total is no higher than this.
    Cap(f64),
    /// The total is this.
    Override(f64),
}

record!(Scorecard { name, version = Default::default(), changed = Default::default(), groups, bands = red_yellow_green(), hysteresis = Default::default(), alarms = Default::default() });
record!(MeasureGroup { id, weight = one(), measures });
record!(Measure { id, weight = one(), points, better = Default::default(), subjective = Default::default(), at = Default::default(), fresh_days = Default::default(), standard_error = Default::default(), missing = Default::default(), effort = one() });
names!(Missing { LeaveOut = "leave_out", Neutral = "neutral", Penalise = "penalise", Require = "require" });
record!(HealthBand { name, from });
record!(FireAlarm { id, when, effect = Default::default() });
tagged!(AlarmEffect { Cap = "cap", Override = "override" });

fn one() -> f64 {
    1.0
}

/// The field's bands: red [0, 51), yellow [51, 76), green [76, 100].
fn red_yellow_green() -> Vec<HealthBand> {
    let band = |(name, from): (&str, f64)| HealthBand { name: name.to_owned(), from };
    [("red", 0.0), ("yellow", 51.0), ("green", 76.0)].map(band).to_vec()
}

impl Measure {
    /// A measure of weight 1, more of which is better.
    pub fn new(id: impl Into<String>, points: Points) -> Self {
        Self {
            id: id.into(),
            weight: 1.0,
            points,
            better: Better::Higher,
            subjective: false,
            at: None,
            fresh_days: None,
            standard_error: None,
            missing: Missing::LeaveOut,
            effort: 1.0,
        }
    }

    fn check(&self) -> Result<()> {
        positive(self.weight, "weight")?;
        positive(self.effort, "effort")?;
        self.points.check(self.better).map_err(|error| error.below("points"))?;
        match (self.fresh_days, &self.at) {
            (Some(days), Some(_)) => positive(days, "fresh_days")?,
            (Some(_), None) => {
                let message = "freshness needs the column of the time: name it in `at`";
                return Err(invalid(message).at("fresh_days"));
            }
            _ => {}
        }
        if self.standard_error.is_some() && self.points.slope().is_none() {
            let message = "only points of the kind `score` take a standard error";
            return Err(invalid(message).at("standard_error"));
        }
        Ok(())
    }
}

impl MeasureGroup {
    /// A group.
    pub fn new(id: impl Into<String>, weight: f64, measures: Vec<Measure>) -> Self {
        Self { id: id.into(), weight, measures }
    }
}

impl Scorecard {
    /// A scorecard with the usual bands: red from 0, yellow from 51, green from 76.
    ///
    /// # Errors
    /// `invalid-argument` with a path to what is wrong, `duplicate-key` for a measure, a group, a band or an alarm that is
    /// there twice.
    ///
    /// ```
    /// use heedful::health::{Measure, MeasureGroup, Points, Scorecard};
    /// let logins = Measure::new("logins", Points::Linear(vec![[0.0, 0.0], [20.0, 100.0]]));
    /// let card = Scorecard::new("small", vec![MeasureGroup::new("use", 1.0, vec![logins.clone()])])?;
    /// assert_eq!(card.name, "small");
    /// let twice = Scorecard::new("twice", vec![MeasureGroup::new("use", 1.0, vec![logins.clone(), logins])]);
    /// assert_eq!(twice.unwrap_err().code().as_str(), "duplicate-key");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    pub fn new(name: impl Into<String>, groups: Vec<MeasureGroup>) -> Result<Self> {
        let card = Self {
            name: name.into(),
            version: String::new(),
            changed: None,
            groups,
            bands: red_yellow_green(),
            hysteresis: 0.0,
            alarms: Vec::new(),
        };
        card.check()?;
        Ok(card)
    }

    /// Reads a scorecard from JSON with the fields of this type.
    ///
    /// # Errors
    /// `json`, `invalid-config` with a path, or as [`Scorecard::new`].
    pub fn from_json(text: &str) -> Result<Self> {
        let card: Self = config::read(text)?;
        card.check()?;
        Ok(card)
    }

    /// The scorecard as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        config::to_json(self)
    }

    /// Every measure with its group, in order.
    pub fn measures(&self) -> impl Iterator<Item = (&MeasureGroup, &Measure)> {
        self.groups.iter().flat_map(|group| group.measures.iter().map(move |m| (group, m)))
    }

    /// The band of a total, hysteresis aside; `None` for one that is not a number from 0 to 100.
    #[must_use]
    pub fn band(&self, total: f64) -> Option<&HealthBand> {
        if !(0.0..=FULL).contains(&total) {
            return None;
        }
        self.bands.iter().rev().find(|band| total >= band.from)
    }

    /// # Errors
    /// As [`Scorecard::new`].
    pub(crate) fn check(&self) -> Result<()> {
        unique("groups", self.groups.iter().map(|group| &group.id))?;
        unique("measures", self.measures().map(|(_, measure)| &measure.id))?;
        unique("bands", self.bands.iter().map(|band| &band.name))?;
        unique("alarms", self.alarms.iter().map(|alarm| &alarm.id))?;
        for (i, group) in self.groups.iter().enumerate() {
            let path = format!("groups[{i}]");
            positive(group.weight, "weight").map_err(|error| error.below(&path))?;
            if group.measures.is_empty() {
                return Err(invalid("the group has no measures").at(path));
            }
            for (j, measure) in group.measures.iter().enumerate() {
                let path = format!("{path}.measures[{j}]");
                measure.check().map_err(|error| error.below(&path))?;
            }
        }
        if self.groups.is_empty() {
            return Err(invalid("a scorecard needs a measure").at("groups"));
        }
        self.check_bands()?;
        for (i, alarm) in self.alarms.iter().enumerate() {
            let path = format!("alarms[{i}]");
            if alarm.when.is_empty() {
                return Err(invalid("an alarm needs a condition").at(path));
            }
            for (j, condition) in alarm.when.iter().enumerate() {
                condition.check().map_err(|error| error.below(&format!("{path}.when[{j}]")))?;
            }
            if let Some(AlarmEffect::Cap(at) | AlarmEffect::Override(at)) = alarm.effect {
                in_range(at).map_err(|error| error.at(format!("{path}.effect")))?;
            }
        }
        Ok(())
    }

    fn check_bands(&self) -> Result<()> {
        if self.bands.first().is_none_or(|band| band.from != 0.0) {
            return Err(invalid("the lowest band begins at 0").at("bands[0].from"));
        }
        let last = self.bands.last().map_or(0.0, |band| band.from);
        let mut narrowest = FULL - last;
        for (i, two) in self.bands.windows(2).enumerate() {
            let [band, next] = two else { continue };
            if !(next.from > band.from && next.from <= FULL) {
                let message = "bands begin one after the other, within 0 to 100";
                return Err(invalid(message).at(format!("bands[{}].from", i + 1)));
            }
            narrowest = narrowest.min(next.from - band.from);
        }
        // A wider margin could hold an account in a band that it has passed through. (A band of 100 alone has no width.)
        if !(self.hysteresis == 0.0 || (self.hysteresis > 0.0 && self.hysteresis < narrowest)) {
            let message =
                format!("hysteresis must be from 0 and less than the narrowest band, {narrowest}");
            return Err(invalid(message).at("hysteresis"));
        }
        Ok(())
    }
}

/// # Errors
/// `duplicate-key` for a name that is there twice, `invalid-argument` for an empty one.
pub(crate) fn unique<'a>(path: &str, ids: impl Iterator<Item = &'a String>) -> Result<()> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if id.is_empty() {
            return Err(invalid("a name is empty").at(path));
        }
        if !seen.insert(id) {
            return Err(
                Error::new(ErrorCode::DuplicateKey, format!("`{id}` is there twice")).at(path)
            );
        }
    }
    Ok(())
}
