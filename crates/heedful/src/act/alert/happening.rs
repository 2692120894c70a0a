//! What was seen, in one form.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::base::config::{self, names, stored};
use crate::base::error::Result;
use crate::base::severity::Severity;
use crate::base::sorted::SortedMap;
use crate::monitor::detector::{Anomalies, Anomaly};
use crate::monitor::episode::EpisodeStatus;
use crate::monitor::health::report::HealthReport;
use crate::monitor::pulse::rule::{PulseAlert, PulseStatus};

/// Milliseconds in a day.
const DAY: i64 = 86_400_000;

/// What saw it.
///
/// ```
/// use heedful::alert::AlertSource;
/// assert_eq!(AlertSource::Health.as_str(), "health");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive] // more may come to see
pub enum AlertSource {
    /// A rating.
    #[default]
    Rating,
    /// A reason that was chosen or found.
    Reason,
    /// The rolling score of an account.
    Pulse,
    /// An alarm of a scorecard.
    Health,
    /// A departure from a baseline.
    Anomaly,
}

names!(AlertSource {
    Rating = "rating",
    Reason = "reason",
    Pulse = "pulse",
    Health = "health",
    Anomaly = "anomaly",
});

impl AlertSource {
    /// The name: `rating`, `reason`, `pulse`, `health` or `anomaly`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rating => "rating",
            Self::Reason => "reason",
            Self::Pulse => "pulse",
            Self::Health => "health",
            Self::Anomaly => "anomaly",
        }
    }
}

/// Something that may become an alert, or end one. There is no comment in it.
///
/// ```
/// use heedful::alert::{AlertSource, Happening, Severity};
/// let mut outage = Happening::new(AlertSource::Anomaly, "outage", 1_767_614_400_000, "logins fail");
/// outage.severity = Severity::Critical;
/// assert_eq!((outage.cause.as_str(), outage.over), ("outage", false));
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Happening {
    /// What saw it.
    pub source: AlertSource,
    /// The rule or alarm, or what the anomaly is of.
    pub rule: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// How bad it is.
    pub severity: Severity,
    /// The account, project or contact.
    pub subject: Option<String>,
    /// The customers it is about.
    pub customers: Vec<String>,
    /// The response.
    pub response: Option<String>,
    /// What it has in common with others of one storm: a reason, a rule.
    pub cause: String,
    /// It says that what was seen before is over.
    pub over: bool,
    /// Why, in a sentence.
    pub why: String,
    /// The numbers behind it, by name.
    pub evidence: BTreeMap<String, f64>,
}

stored!(
    Happening,
    needs [source, rule, at],
    takes [severity, subject, customers, response, cause, over, why, evidence],
    from Self::default()
);

impl Happening {
    /// A happening about nobody in particular, whose cause is its rule.
    pub fn new(
        source: AlertSource,
        rule: impl Into<String>,
        at: i64,
        why: impl Into<String>,
    ) -> Self {
        let rule = rule.into();
        Self { source, cause: rule.clone(), rule, at, why: why.into(), ..Self::default() }
    }

    /// Reads a list of happenings: objects with the fields of this type, of which `source`, `rule` and `at` are needed.
    /// Fields that are not known are ignored.
    ///
    /// ```
    /// use heedful::alert::Happening;
    /// let list = Happening::list_from_json(r#"[{"source": "anomaly", "rule": "outage", "at": 0}]"#)?;
    /// assert_eq!(list[0].rule, "outage");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn list_from_json(text: &str) -> Result<Vec<Self>> {
        let mut list: Vec<Self> = config::read(text)?;
        for happening in &mut list {
            if happening.cause.is_empty() {
                happening.cause.clone_from(&happening.rule);
            }
        }
        Ok(list)
    }

    /// Alerts of a pulse, raised and cleared.
    ///
    /// ```
    /// use heedful::alert::Happening;
    /// use heedful::pulse::{Observation, Pulse, PulseOptions};
    /// let rules = r#"{"rules": [{"id": "low", "when": {"score": {"below": 0}}}]}"#;
    /// let mut pulse = Pulse::new(PulseOptions::from_json(rules)?)?;
    /// pulse.observe(&Observation::new("acme", 2.0, 0))?;
    /// let seen = Happening::of_pulse(&pulse.judge(1000)?);
    /// assert_eq!((seen[0].subject.as_deref(), seen[0].evidence["value"]), (Some("acme"), -100.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn of_pulse(alerts: &[PulseAlert]) -> Vec<Self> {
        let of = |alert: &PulseAlert| {
            let kind = alert.kind.map(|kind| format!(":{}", kind.as_str())).unwrap_or_default();
            let numbers = [
                ("value", alert.value),
                ("level", Some(alert.level)),
                ("probability", alert.probability),
                ("n", Some(f64::from(alert.n))),
                ("n_before", Some(f64::from(alert.n_before))),
            ];
            Self {
                severity: alert.severity,
                subject: Some(alert.key.to_string()),
                customers: alert.customers.clone(),
                over: alert.status == PulseStatus::Cleared,
                evidence: evidence(numbers),
                ..Self::new(
                    AlertSource::Pulse,
                    alert.rule.clone() + &kind,
                    alert.at,
                    alert.explain(),
                )
            }
        };
        alerts.iter().map(of).collect()
    }

    /// Alarms that fire, account by account, and those that no longer do of what the last look gave.
    ///
    /// ```
    /// use heedful::alert::{Happening, Severity};
    /// use heedful::health::{Health, Scorecard};
    /// use heedful::{Column, Responses};
    /// let card = Scorecard::from_json(r#"{"name": "use", "groups": [
    ///     {"id": "use", "measures": [{"id": "logins", "points": {"linear": [[0, 0], [20, 100]]}}]}],
    ///     "alarms": [{"id": "idle", "when": [{"column": "logins", "test": {"below": 1}}]}]}"#)?;
    /// let look = |logins: u8| {
    ///     let table = Responses::new().with("account", Column::categories([Some("acme")]))?;
    ///     Health::new(card.clone(), "account").run(&table.with("logins", Column::numbers(vec![logins]))?, 0, None)
    /// };
    /// let idle = Happening::of_health(&look(0)?, &[], Severity::High);
    /// assert_eq!((idle[0].rule.as_str(), idle[0].over), ("idle", false));
    /// assert!(Happening::of_health(&look(5)?, &idle, Severity::High)[0].over);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn of_health(report: &HealthReport, before: &[Self], severity: Severity) -> Vec<Self> {
        let mut fired: SortedMap<&str, Vec<&String>> = SortedMap::new();
        for seen in before.iter().filter(|seen| seen.source == AlertSource::Health && !seen.over) {
            if let Some(account) = &seen.subject {
                fired.entry(account).or_default().push(&seen.rule);
            }
        }
        let mut all = Vec::new();
        for account in &report.accounts {
            let of = |alarm: &String, over: bool| {
                let no = if over { "no longer " } else { "" };
                let why = format!("{}: the alarm `{alarm}` {no}fires", account.account);
                Self {
                    severity,
                    subject: Some(account.account.clone()),
                    over,
                    evidence: evidence([("total", account.total)]),
                    ..Self::new(AlertSource::Health, alarm.as_str(), report.now, why)
                }
            };
            all.extend(account.alarms.iter().map(|alarm| of(alarm, false)));
            let known = fired.get(account.account.as_str()).into_iter().flatten();
            let ended = known.filter(|alarm| !account.alarms.contains(alarm));
            all.extend(ended.map(|alarm| of(alarm, true)));
        }
        all
    }

    /// Anomalies, but for those that another one says already. Their subject is the place, their cause the topic.
    ///
    /// ```
    /// use heedful::alert::{Happening, Severity};
    /// use heedful::{Column, Detector, Every, Responses, Times, Watcher};
    /// let days = (0..60_i64).flat_map(|day| vec![day * 86_400; if day == 58 { 90 } else { 20 }]);
    /// let times = Times {
    ///     values: days.collect::<Vec<_>>().into(),
    ///     validity: None,
    ///     unit: heedful::TimeUnit::Second,
    ///     clock: heedful::Clock::Wall,
    /// };
    /// let table = Responses::new().with("at", Column::Time(times))?.at("at");
    /// let found = Detector::new(Watcher::new(Every::Day))?.run(&table, None)?;
    /// let seen = Happening::of_anomalies(&found, Severity::Critical);
    /// assert_eq!((seen[0].cause.as_str(), seen[0].evidence["observed"] > 60.0), ("all", true));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn of_anomalies(found: &Anomalies, severity: Severity) -> Vec<Self> {
        let of = |anomaly: &Anomaly| {
            let topic = anomaly.topic.clone().unwrap_or_else(|| "all".to_owned());
            let place = anomaly.place.as_ref().map(|(name, value)| format!("{name} = {value}"));
            let episode = &anomaly.episode;
            let numbers = [
                ("observed", Some(episode.observed)),
                ("expected", Some(episode.expected)),
                ("p_value", episode.p_value),
                ("points", anomaly.cost.map(|cost| cost.points)),
            ];
            // One episode is one alert: its start tells it from the next.
            let rule = format!("{topic}:{}:{}", episode.direction.as_str(), anomaly.days.0);
            Self {
                severity,
                subject: place,
                cause: topic,
                over: episode.status == EpisodeStatus::Ended,
                evidence: evidence(numbers),
                ..Self::new(
                    AlertSource::Anomaly,
                    rule,
                    i64::from(anomaly.days.1) * DAY,
                    anomaly.explain(),
                )
            }
        };
        found.anomalies.iter().filter(|anomaly| anomaly.part_of.is_none()).map(of).collect()
    }
}

fn evidence<const N: usize>(numbers: [(&str, Option<f64>); N]) -> BTreeMap<String, f64> {
    numbers.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
