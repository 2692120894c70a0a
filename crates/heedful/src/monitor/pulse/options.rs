//! What a pulse is of, over which window, and when it raises: all data.

use serde::Serialize;

use crate::base::config::{self, names, options, setters, tagged};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::kind::Kind;
use crate::base::metric::{Better, Metric};
use crate::base::scale::Invalid;
use crate::base::severity::Severity;
use crate::base::time::Zone;
use crate::stats::interval::MeanPosterior;

/// What a [`Pulse`](crate::pulse::Pulse) is of, over which window, and which rules raise alerts.
///
/// ```
/// use heedful::pulse::PulseOptions;
/// let options = PulseOptions::from_json(r#"{
///     "metric": "nps", "by": "account",
///     "rules": [
///         {"id": "low_average", "when": {"average": {"below": 6.5, "clear": 7}}, "minimum_n": 5},
///         {"id": "low_nps", "when": {"score": {"below": 45, "certainty": 0.8}}, "severity": "high"},
///         {"id": "falling", "when": {"drop": {"by": 20}}, "minimum_n": 10, "cool_down_days": 30},
///         {"id": "lost_promoter", "when": {"turned": {"from": "promoter", "to": "detractor"}}},
///         {"id": "again_and_again", "when": {"repeated": {"band": "detractor", "times": 3}}},
///         {"id": "gone_quiet", "when": {"silent": {"days": 120}}}
///     ]
/// }"#)?;
/// assert_eq!(options.rules.len(), 6);
/// let error = PulseOptions::from_json(r#"{"rules": [{"id": "x", "when": {"average": {"below": 7, "clear": 6}}}]}"#);
/// assert_eq!(error.unwrap_err().path(), "rules[0].when.average.clear");
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct PulseOptions {
    /// How ratings become a score; NPS where not set.
    pub metric: Metric,
    /// The column whose values are watched: accounts, projects, contacts.
    pub by: String,
    /// The keys are customers themselves: forgetting a customer takes out the key.
    pub people: bool,
    /// The column of the response's id; an id counts once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The column that says whether the customer is a key contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_contact: Option<String>,
    /// How far back the score looks.
    pub window: PulseWindow,
    /// Counts relational and transactional responses together; apart where not set.
    pub pool: bool,
    /// In which days begin; UTC where not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<Zone>,
    /// What happens to ratings that are not on the scale.
    pub invalid: Invalid,
    /// When alerts are raised and cleared.
    pub rules: Vec<PulseRule>,
}

options!(
    PulseOptions,
    takes [metric, by, people, id, key_contact, window, pool, time_zone, invalid, rules],
    from Self::default()
);

config::written!(PulseOptions of pulse, r#"{"rules": [{"id": "low", "when": {"score": {"below": 45}}}]}"#);

setters!(PulseOptions {
    /// The column whose values are watched is of customers.
    people: bool,
    /// How far back the score looks.
    window: PulseWindow,
    /// Counts relational and transactional responses together.
    pool: bool,
    /// In which days begin.
    time_zone: some Zone,
    /// What happens to ratings that are not on the scale.
    invalid: Invalid,
    /// The column of the response's id.
    id: name,
    /// The column that says whether the customer is a key contact.
    key_contact: name,
});

impl Default for PulseOptions {
    /// NPS of accounts.
    fn default() -> Self {
        Self::new(Metric::nps())
    }
}

/// How far back a pulse looks: calendar months or days, the current day included.
///
/// Six months on 15 July are the days from 16 January to 15 July; on 31 August they begin on 1 March.
///
/// ```
/// use heedful::pulse::{PulseOptions, PulseWindow};
/// let options = PulseOptions::from_json(r#"{"window": {"days": 90}}"#)?;
/// assert_eq!(options.window, PulseWindow::Days(90));
/// assert_eq!(PulseOptions::from_json("{}")?.window, PulseWindow::Months(6));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PulseWindow {
    /// Calendar months, 1 to 120.
    Months(u32),
    /// Days, 1 to 3660.
    Days(u32),
}

impl Default for PulseWindow {
    fn default() -> Self {
        Self::Months(6)
    }
}

tagged!(PulseWindow { Months = "months", Days = "days" });

/// When an alert is raised and cleared.
///
/// ```
/// use heedful::pulse::{Level, PulseRule, When};
/// let rule = PulseRule::new("low_average", When::Average(Level::below(6.5).clear(7.0))).minimum_n(5);
/// assert_eq!((rule.minimum_n, rule.cool_down_days), (5, 0));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PulseRule {
    /// Its name in alerts.
    pub id: String,
    /// What must hold.
    pub when: When,
    /// Fewer responses in the window (in both windows for a drop) change nothing, at least 1.
    #[cfg_attr(feature = "schema", serde(default = "least"), schemars(range(min = 1)))]
    pub minimum_n: u32,
    /// Days after an alert was cleared in which it is not raised again.
    #[cfg_attr(feature = "schema", serde(default))]
    pub cool_down_days: u32,
    /// Looks at responses of one kind only, where kinds are apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", serde(default))]
    pub kind: Option<Kind>,
    /// How bad it is.
    #[cfg_attr(feature = "schema", serde(default))]
    pub severity: Severity,
}

#[cfg(feature = "schema")]
fn least() -> u32 {
    1
}

options!(
    PulseRule,
    needs [id, when],
    takes [minimum_n, cool_down_days, kind, severity],
    from Self::new("", When::Average(Level::default()))
);

setters!(PulseRule {
    /// Fewer responses in the window change nothing.
    minimum_n: u32,
    /// Days after an alert was cleared in which it is not raised again.
    cool_down_days: u32,
    /// Looks at responses of one kind only.
    kind: some Kind,
    /// How bad it is.
    severity: Severity,
});

impl PulseRule {
    /// A rule that one response suffices for, without a cool-down.
    pub fn new(id: impl Into<String>, when: When) -> Self {
        Self {
            id: id.into(),
            when,
            minimum_n: 1,
            cool_down_days: 0,
            kind: None,
            severity: Severity::default(),
        }
    }
}

/// What must hold for an alert. In JSON an object with one key.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive] // further rules may come
pub enum When {
    /// The average rating in the window.
    Average(Level),
    /// The score in the window, in the metric's points.
    Score(Level),
    /// The score in the window is worse than that of the window before, which ends where this one begins.
    Drop(Drop),
    /// The last two ratings of a customer went from one band to another: a promoter became a detractor.
    Turned(Turned),
    /// So many ratings in a band within the window, by whomever.
    Repeated(Repeated),
    /// Nobody, or a key contact, has answered for some time.
    Silent(Silent),
}

tagged!(When {
    Average = "average",
    Score = "score",
    Drop = "drop",
    Turned = "turned",
    Repeated = "repeated",
    Silent = "silent",
});

/// A level that raises, one that clears, and how certain it must be.
///
/// Without `certainty` an alert is raised where the value lies beyond the level and cleared where it is back at `clear`
/// or better. With `certainty` it is raised where the probability that the true value lies beyond the level exceeds
/// `certainty`, and cleared where the probability that it lies beyond `clear` is `clear_certainty` at most. Between the
/// two nothing changes.
///
/// The probability is that of a posterior: shares of the points that count differently (three for NPS) are Dirichlet
/// with half a response each before any came; the exact mean and variance of their score are matched by a beta
/// distribution on the range of the metric.
///
/// ```
/// use heedful::pulse::Level;
/// let level = Level::below(45.0).clear(50.0).certainty(0.8).clear_certainty(0.6);
/// assert_eq!((level.below, level.above), (Some(45.0), None));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Level {
    /// Raises below this. Either this or `above`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// Raises above this: for metrics of which less is better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// Clears at this or better; the level that raises where not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear: Option<f64>,
    /// Raises where the probability exceeds this, between 0 and 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certainty: Option<f64>,
    /// Clears where the probability is this at most; `certainty` where not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear_certainty: Option<f64>,
}

options!(Level, takes [below, above, clear, certainty, clear_certainty], from Self::default());

setters!(Level {
    /// Clears at this or better.
    clear: some f64,
    /// Raises where the probability exceeds this.
    certainty: some f64,
    /// Clears where the probability is this at most.
    clear_certainty: some f64,
});

impl Level {
    /// Raises below this.
    #[must_use]
    pub fn below(level: f64) -> Self {
        Self { below: Some(level), ..Self::default() }
    }

    /// Raises above this.
    #[must_use]
    pub fn above(level: f64) -> Self {
        Self { above: Some(level), ..Self::default() }
    }

    /// The level that raises.
    pub(super) fn level(&self) -> f64 {
        self.below.or(self.above).unwrap_or_default()
    }

    /// The level that clears.
    pub(super) fn clears_at(&self) -> f64 {
        self.clear.unwrap_or(self.level())
    }

    /// The probability of lying beyond a level.
    pub(super) fn beyond(&self, posterior: &MeanPosterior, level: f64) -> f64 {
        let (below, above) = posterior.tails(level);
        if self.below.is_some() { below } else { above }
    }

    fn check(&self) -> Result<()> {
        if self.below.is_some() == self.above.is_some() {
            return Err(bad("either `below` or `above` is needed"));
        }
        finite(self.level(), if self.below.is_some() { "below" } else { "above" })?;
        let gap = match self.below {
            Some(below) => self.clears_at() - below,
            None => self.level() - self.clears_at(),
        };
        if !(gap >= 0.0 && gap.is_finite()) {
            return Err(bad(
                "an alert is cleared where it is better than the level that raises it",
            )
            .at("clear"));
        }
        certainties(self.certainty, self.clear_certainty)
    }
}

/// A score that is worse than before.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Drop {
    /// Raises where the score is worse by this many points or more, above 0.
    pub by: f64,
    /// Clears where it is worse by less than this; `by` where not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear: Option<f64>,
    /// Raises where the probability of a drop by more than `by` exceeds this: the two posteriors' means and variances,
    /// taken as normal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certainty: Option<f64>,
    /// Clears where the probability is this at most; `certainty` where not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear_certainty: Option<f64>,
}

options!(Drop, needs [by], takes [clear, certainty, clear_certainty], from Self::default());

impl Drop {
    /// A drop by this many points.
    #[must_use]
    pub fn by(points: f64) -> Self {
        Self { by: points, ..Self::default() }
    }

    pub(super) fn clears_at(&self) -> f64 {
        self.clear.unwrap_or(self.by)
    }

    fn check(&self) -> Result<()> {
        if !(self.by > 0.0 && self.by.is_finite()) {
            return Err(bad("a drop is above 0").at("by"));
        }
        if !(self.clears_at() <= self.by) {
            return Err(bad("a drop is cleared where it is smaller").at("clear"));
        }
        certainties(self.certainty, self.clear_certainty)
    }
}

/// Bands that a customer went from and to. Cleared by the customer's next rating, or when one of the two is no longer
/// remembered (two windows).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Turned {
    /// The band of the rating before.
    pub from: String,
    /// The band of the last rating.
    pub to: String,
}

options!(Turned, needs [from, to], takes [], from Self::default());

/// Ratings in a band.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Repeated {
    /// The band.
    pub band: String,
    /// Raises at so many, at least 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub times: u32,
    /// Clears at so many or fewer; one less than `times` where not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear: Option<u32>,
}

options!(Repeated, needs [band, times], takes [clear], from Self::default());

/// No answer for some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Silent {
    /// Raises where the last answer is more than so many days (of 24 hours) ago, at least 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub days: u32,
    /// Whose answers are missed.
    #[cfg_attr(feature = "schema", serde(default))]
    pub who: Who,
}

options!(Silent, needs [days], takes [who], from Self::default());

/// Whose answers are missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Those of any one customer who was a key contact in the last answer.
    #[default]
    KeyContact,
    /// Anybody's of the account.
    Anybody,
}

names!(Who { KeyContact = "key_contact", Anybody = "anybody" });

fn bad(message: &str) -> Error {
    Error::new(ErrorCode::InvalidArgument, message)
}

fn finite(value: f64, path: &str) -> Result<()> {
    if value.is_finite() { Ok(()) } else { Err(bad("not a finite number").at(path)) }
}

fn certainties(raise: Option<f64>, clear: Option<f64>) -> Result<()> {
    match (raise, clear) {
        (None, Some(_)) => Err(bad("needs `certainty`").at("clear_certainty")),
        (Some(p), _) if !(p > 0.0 && p < 1.0) => {
            Err(bad("a probability between 0 and 1").at("certainty"))
        }
        (Some(p), Some(q)) if !(q >= 0.0 && q <= p) => {
            Err(bad("a probability from 0 to `certainty`").at("clear_certainty"))
        }
        _ => Ok(()),
    }
}

impl PulseOptions {
    /// Accounts (the column `account`), six calendar months, relational and transactional apart, no rules.
    #[must_use]
    pub fn new(metric: Metric) -> Self {
        Self {
            metric,
            by: "account".to_owned(),
            people: false,
            id: None,
            key_contact: None,
            window: PulseWindow::default(),
            pool: false,
            time_zone: None,
            invalid: Invalid::default(),
            rules: Vec::new(),
        }
    }

    /// The column whose values are watched.
    #[must_use]
    pub fn by(mut self, column: impl Into<String>) -> Self {
        self.by = column.into();
        self
    }

    /// Adds a rule.
    #[must_use]
    pub fn rule(mut self, rule: PulseRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Reads options from JSON with the fields of this type.
    ///
    /// # Errors
    /// `json`; `invalid-config` and `invalid-argument` with a path; `duplicate-key` for two rules of one name.
    pub fn from_json(text: &str) -> Result<Self> {
        let options: Self = config::read(text)?;
        options.check()?;
        Ok(options)
    }

    pub(super) fn check(&self) -> Result<()> {
        let fits = match self.window {
            PulseWindow::Months(months) => (1..=120).contains(&months),
            PulseWindow::Days(days) => (1..=3660).contains(&days),
        };
        if !fits {
            return Err(bad("a window is 1 to 120 months or 1 to 3660 days long").at("window"));
        }
        for (place, rule) in self.rules.iter().enumerate() {
            let path = format!("rules[{place}]");
            if rule.id.is_empty() {
                return Err(bad("a name is empty").at(format!("{path}.id")));
            }
            if self.rules.iter().take(place).any(|other| other.id == rule.id) {
                let message = format!("`{}` is there twice", rule.id);
                return Err(Error::new(ErrorCode::DuplicateKey, message).at(format!("{path}.id")));
            }
            if rule.minimum_n == 0 {
                return Err(bad("at least 1").at(format!("{path}.minimum_n")));
            }
            if rule.kind.is_some() && self.pool {
                let message = "a rule of one kind needs the kinds apart";
                return Err(bad(message).at(format!("{path}.kind")));
            }
            self.check_when(&rule.when).map_err(|error| error.below(&format!("{path}.when")))?;
        }
        Ok(())
    }

    fn check_when(&self, when: &When) -> Result<()> {
        let band = |name: &str, path: &str| {
            if self.metric.bands().iter().any(|band| band.name == name) {
                return Ok(());
            }
            let known: Vec<&str> = self.metric.bands().iter().map(|b| b.name.as_str()).collect();
            let message = format!("no band is called `{name}`: known are {}", known.join(", "));
            Err(Error::new(ErrorCode::UnknownName, message).at(path))
        };
        match when {
            When::Average(level) => level.check().map_err(|error| error.below("average")),
            When::Score(level) => level.check().map_err(|error| error.below("score")),
            When::Drop(drop) => drop.check().map_err(|error| error.below("drop")),
            When::Turned(turned) => {
                band(&turned.from, "turned.from")?;
                band(&turned.to, "turned.to")
            }
            When::Repeated(repeated) => {
                if repeated.times == 0
                    || repeated.clear.is_some_and(|clear| clear >= repeated.times)
                {
                    return Err(bad("raised at 1 or more, and cleared at fewer").at("repeated"));
                }
                band(&repeated.band, "repeated.band")
            }
            When::Silent(silent) if silent.days == 0 => Err(bad("at least 1").at("silent.days")),
            When::Silent(_) => Ok(()),
        }
    }

    /// 1 where more is better, -1 where less is.
    pub(super) fn sign(&self) -> f64 {
        if self.metric.better() == Better::Higher { 1.0 } else { -1.0 }
    }
}
