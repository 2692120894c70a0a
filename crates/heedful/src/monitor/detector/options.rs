//! What is watched, and at what rate of false alarms.

use serde::Serialize;

use crate::base::config::{self, options};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::metric::Metric;
use crate::listen::responses::Roles;
use crate::monitor::Direction;
use crate::monitor::cadence::Cadence;
use crate::monitor::method::Method;
use crate::text::Language;

/// What a [`Detector`](crate::Detector) watches.
///
/// Quick advice: the topic's column or reasons, two or three attributes in `by`, and `alarms_per_month`.
///
/// ```
/// use heedful::{Every, Metric, Watcher};
/// let watcher = Watcher::new(Every::Day).topic("reason").by(["state", "channel"]).metric(Metric::nps());
/// assert_eq!(Watcher::from_json(&watcher.to_json())?, watcher);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Watcher {
    /// The length of a period.
    pub(crate) every: Cadence,
    /// Which column is what, for tables that come without roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) columns: Option<Roles>,
    /// The column of the topic; topics can be given as reasons instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) topic: Option<String>,
    /// The attributes by whose values topics and totals are watched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) by: Vec<String>,
    /// The metric of the rating: its score is watched, and what an episode costs is told in its points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) metric: Option<Metric>,
    /// The zone in which times with a zone fall on days; UTC where not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) time_zone: Option<String>,
    /// False alarms a month, of all series together; 2 where neither rate is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) alarms_per_month: Option<f64>,
    /// The false-discovery rate of each period instead (Benjamini and Hochberg 1995).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fdr: Option<f64>,
    /// Which departures of counts alarm; scores alarm both ways.
    #[serde(default)]
    pub(crate) direction: Direction,
    /// What tests counts; scores always have the baseline of this library.
    #[serde(default)]
    pub(crate) method: Method,
    /// Whether topics are shares of all responses in their place, so that more surveys are no news.
    #[serde(default)]
    pub(crate) share: bool,
    /// Holidays, as days since 1970-01-01.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) holidays: Vec<i32>,
    /// Silence where the evidence holds fewer cases.
    #[serde(default)]
    pub(crate) min_cases: u64,
    /// How many periods are remembered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) memory: Option<usize>,
    /// Periods before that of this day (since 1970-01-01) are learned and not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<i32>,
    /// The language of the comments, for the terms that mark an episode.
    #[serde(default)]
    pub(crate) language: Language,
    /// Words that are taken out of quoted comments, beside addresses and numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) redact: Vec<String>,
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $kind:ty => $made:expr),* $(,)?) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $name(mut self, $name: $kind) -> Self {
            self.$name = $made;
            self
        })*
    };
}

impl Watcher {
    /// Watches the number of responses, at two false alarms a month.
    #[must_use]
    pub fn new(every: impl Into<Cadence>) -> Self {
        Self {
            every: every.into(),
            columns: None,
            topic: None,
            by: Vec::new(),
            metric: None,
            time_zone: None,
            alarms_per_month: None,
            fdr: None,
            direction: Direction::Up,
            method: Method::Baseline,
            share: false,
            holidays: Vec::new(),
            min_cases: 0,
            memory: None,
            since: None,
            language: Language::default(),
            redact: Vec::new(),
        }
    }

    setters!(
        /// Which column is what, for tables that come without roles.
        columns: Roles => Some(columns),
        /// The column of the topic.
        topic: &str => Some(topic.to_owned()),
        /// Which departures of counts alarm.
        direction: Direction => direction,
        /// What tests counts: the baseline, or a published detector at the level that each of so many series has. CUSUM
        /// begins to add up with the first period that is judged.
        method: Method => method,
        /// Topics are shares of all responses in their place.
        share: bool => share,
        /// Silence where the evidence holds fewer cases.
        min_cases: u64 => min_cases,
        /// How many periods are remembered.
        memory: usize => Some(memory),
        /// The first day that is judged, counted from 1970-01-01.
        since: i32 => Some(since),
        /// The language of the comments.
        language: Language => language,
        /// False alarms a month, of all series together.
        alarms_per_month: f64 => Some(alarms_per_month),
        /// The false-discovery rate of each period.
        fdr: f64 => Some(fdr),
        /// The zone in which times with a zone fall on days: an IANA name.
        time_zone: &str => Some(time_zone.to_owned()),
        /// The metric of the rating.
        metric: Metric => Some(metric),
    );

    /// The attributes by whose values is watched, eight at most.
    #[must_use]
    pub fn by<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.by = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Holidays, as days since 1970-01-01, past and future.
    #[must_use]
    pub fn holidays(mut self, days: impl IntoIterator<Item = i32>) -> Self {
        self.holidays = days.into_iter().collect();
        self
    }

    /// Reads the settings.
    ///
    /// # Errors
    /// [`ErrorCode::Json`] and [`ErrorCode::InvalidConfig`], with the path; [`ErrorCode::InvalidArgument`] for
    /// what is out of range.
    pub fn from_json(text: &str) -> Result<Self> {
        let watcher: Self = config::read(text)?;
        watcher.check()?;
        Ok(watcher)
    }

    /// The settings as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        config::to_json(self)
    }

    pub(super) fn check(&self) -> Result<()> {
        let refuse = |path: &str, message: &str| {
            Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
        };
        if self.fdr.is_some() && self.alarms_per_month.is_some() {
            return refuse("fdr", "a false-discovery rate or alarms a month, not both");
        }
        if self.fdr.is_some_and(|rate| !(rate > 0.0 && rate < 1.0)) {
            return refuse("fdr", "a false-discovery rate must lie between 0 and 1");
        }
        if self.alarms_per_month.is_some_and(|rate| !(rate > 0.0 && rate <= 10_000.0)) {
            return refuse("alarms_per_month", "alarms a month must be positive, 10000 at most");
        }
        if self.by.len() > 8 {
            return refuse("by", "eight attributes at most");
        }
        if self.memory.is_some_and(|memory| !(30..=100_000).contains(&memory)) {
            return refuse("memory", "memory must be 30 to 100000 periods");
        }
        self.method.check(self.every, self.direction)?;
        if self.share && self.method != Method::Baseline {
            return refuse("share", "this method takes counts alone");
        }
        if self.fdr.is_some() && !self.method.has_p_values() {
            return refuse("fdr", "this method has no p-values: ask for alarms a month");
        }
        Ok(())
    }
}

options!(
    Watcher,
    needs [every],
    takes [
        columns, topic, by, metric, time_zone, alarms_per_month, fdr, direction, method, share, holidays, min_cases, memory,
        since, language, redact
    ],
    from Self::new(Cadence::Day)
);
