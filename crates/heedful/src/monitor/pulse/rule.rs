//! What a rule reads of a series, and whether it raises an alert.

use serde::Serialize;

use super::options::{Drop, Level, PulseOptions, PulseRule, Silent, When, Who};
use super::people::{Move, Personal};
use super::series::{KeyContact, View};
use super::window::{Bounds, DAY};
use crate::base::hash::mixed;
use crate::base::key::Key;
use crate::base::kind::Kind;
use crate::base::severity::Severity;
use crate::stats::distribution::normal_cdf;
use crate::stats::interval::MeanPosterior;

/// Half a response for each share (Jeffreys).
const PRIOR: f64 = 0.5;

/// An alert of a [`Pulse`](crate::pulse::Pulse) that was raised or cleared, with its evidence.
///
/// ```
/// use heedful::pulse::{Observation, Pulse, PulseOptions};
/// let rules = r#"{"rules": [{"id": "low", "when": {"average": {"below": 6.5}}}]}"#;
/// let mut pulse = Pulse::new(PulseOptions::from_json(rules)?)?;
/// pulse.observe(&Observation::new("acme", 4.0, 0))?;
/// let raised = pulse.judge(1000)?;
/// assert_eq!(raised[0].explain(), "acme: the average is 4.0 (1 response), below 6.5");
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PulseAlert {
    /// The account, project or contact.
    pub key: Key,
    /// The kind of its responses; `None` where kinds are pooled or not given.
    pub kind: Option<Kind>,
    /// The rule's id.
    pub rule: String,
    /// Raised or cleared.
    pub status: PulseStatus,
    /// The rule's.
    pub severity: Severity,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// When it was raised, in milliseconds since 1970.
    pub raised_at: i64,
    /// What the rule looks at: `average`, `score`, `drop`, `turned`, `repeated` or `silent`.
    pub measure: &'static str,
    /// The average, the score, the points of the drop (positive where worse), the number of customers that turned, the
    /// number of ratings, or the days of silence; `None` where there are no responses.
    pub value: Option<f64>,
    /// The level that was crossed: the one that raises where raised, the one that clears where cleared.
    pub level: f64,
    /// The probability that the true value lies beyond the level, where the rule asks for certainty.
    pub probability: Option<f64>,
    /// Responses in the window.
    pub n: u32,
    /// Responses in the window before.
    pub n_before: u32,
    /// The customers that turned or are silent, in the order of their ids.
    pub customers: Vec<String>,
    /// The rule's level is an upper one.
    #[serde(skip)]
    upper: bool,
}

/// Whether an alert was raised or cleared.
///
/// ```
/// assert_eq!(heedful::pulse::PulseStatus::Cleared.as_str(), "cleared");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PulseStatus {
    /// It begins.
    Raised,
    /// It is over.
    Cleared,
}

impl PulseStatus {
    /// The name: `raised` or `cleared`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Cleared => "cleared",
        }
    }
}

impl PulseAlert {
    /// It in a sentence.
    #[must_use]
    pub fn explain(&self) -> String {
        let Self { key, level, n, .. } = self;
        let no = if self.status == PulseStatus::Cleared { "no longer " } else { "" };
        let Some(value) = self.value else { return format!("{key}: there are no responses left") };
        let responses = if *n == 1 { "1 response".to_owned() } else { format!("{n} responses") };
        let sure = self
            .probability
            .map(|probability| format!(" with a probability of {probability:.2}"))
            .unwrap_or_default();
        match self.measure {
            "turned" => format!("{key}: {} went from the one band to the other", people(value)),
            "repeated" => format!("{key}: {value} ratings in the band, {no}{level} or more"),
            "silent" => {
                format!("{key}: the last answer is {value:.0} days ago, {no}more than {level}")
            }
            "drop" => format!(
                "{key}: the score is {value:.1} points worse than in the window before ({responses} after {}), \
                 {no}{level} or more{sure}",
                self.n_before
            ),
            measure => {
                let side = if self.upper { "above" } else { "below" };
                format!(
                    "{key}: the {measure} is {value:.1} ({responses}), {no}{side} {level}{sure}"
                )
            }
        }
    }
}

fn people(count: f64) -> String {
    if count == 1.0 { "1 customer".to_owned() } else { format!("{count} customers") }
}

/// Where a rule stands for a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) raised: bool,
    /// When it was raised or cleared; [`i64::MIN`] where it never was.
    pub(super) since: i64,
}

impl Standing {
    pub(super) const NEVER: Self = Self { raised: false, since: i64::MIN };

    /// The end of its cool-down.
    pub(super) fn cools_until(&self, rule: &PulseRule) -> i64 {
        if self.raised {
            return i64::MIN;
        }
        self.since.saturating_add(i64::from(rule.cool_down_days) * DAY)
    }
}

/// What a rule says of the state as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Raise,
    Clear,
    /// Between the two levels, or too little is known.
    Stay,
}

/// What a rule read.
struct Seen {
    verdict: Verdict,
    value: f64,
    /// Of lying beyond the level that was looked at: of a rule that stands the one that clears, else the one that raises.
    probability: Option<f64>,
}

impl Seen {
    fn of(raise: bool, clear: bool, value: f64) -> Self {
        let verdict = match (raise, clear) {
            (true, _) => Verdict::Raise,
            (false, true) => Verdict::Clear,
            (false, false) => Verdict::Stay,
        };
        Self { verdict, value, probability: None }
    }

    /// What a rule that asks for certainty read. A rule that does not stand is raised where the value lies beyond the
    /// first level with more than the first probability; one that stands is cleared where that does not hold, and the
    /// value lies beyond the second level with the second probability at most. The other answers change nothing.
    fn certain(
        stands: bool,
        value: f64,
        levels: [f64; 2],
        sure: [f64; 2],
        mut beyond: impl FnMut(f64) -> Option<f64>,
    ) -> Option<Self> {
        let ([raises, clears], [certainty, clear]) = (levels, sure);
        let probability = beyond(if stands { clears } else { raises })?;
        let seen = if stands {
            let clear = probability <= clear && beyond(raises)? <= certainty;
            Self::of(false, clear, value)
        } else {
            Self::of(probability > certainty, false, value)
        };
        Some(Self { probability: Some(probability), ..seen })
    }
}

/// Probabilities that were worked out, by what they were worked out from: of many accounts with few responses each, many
/// have the same counts. Bounded; what comes to a place that is taken takes it.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    asked: Vec<u32>,
    places: Vec<Option<(Box<[u32]>, f64)>>,
}

impl Known {
    const PLACES: usize = 1 << 12;

    /// The probability that a rule asks for at a level, given so many counts.
    fn answer(
        &mut self,
        (rule, level): (usize, f64),
        width: usize,
        count: impl FnOnce(&mut [u32]),
        find: impl FnOnce(&[u32]) -> Option<f64>,
    ) -> Option<f64> {
        let level = level.to_bits();
        self.asked.clear();
        self.asked.extend([rule as u32, level as u32, (level >> 32) as u32]);
        self.asked.resize(3 + width, 0);
        count(self.asked.get_mut(3..).unwrap_or_default());
        let hash = self.asked.iter().fold(0, |hash, word| mixed(hash ^ u64::from(*word)));
        self.places.resize(Self::PLACES, None);
        let place = self.places.get_mut(hash as usize % Self::PLACES)?;
        if let Some((asked, answer)) = place
            && **asked == *self.asked
        {
            return Some(*answer);
        }
        let answer = find(self.asked.get(3..).unwrap_or_default())?;
        *place = Some((self.asked.as_slice().into(), answer));
        Some(answer)
    }
}

/// Rules made ready.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Judge {
    points: Vec<f64>,
    values: Vec<f64>,
    /// The distinct values of points, and which of them each point has.
    classes: Vec<f64>,
    class: Vec<usize>,
    sign: f64,
    rules: Vec<Ready>,
}

/// What of a rule is looked up once.
#[derive(Debug, Clone, PartialEq)]
enum Ready {
    /// The place among the moves.
    Move(usize),
    /// The points of the band.
    Band(Vec<bool>),
    Plain,
}

impl Judge {
    /// The rules, and what they ask of customers.
    pub(super) fn new(options: &PulseOptions) -> (Self, Personal) {
        let metric = &options.metric;
        let points = metric.scale().points();
        let values = metric.values();
        let mut classes: Vec<f64> = values.to_vec();
        classes.sort_by(f64::total_cmp);
        classes.dedup();
        let class =
            |value: &f64| classes.iter().position(|class| class == value).unwrap_or_default();
        let band = |name: &str| -> Vec<bool> {
            let inside = |place| metric.band(place).is_some_and(|band| band.name == name);
            (0..points.len()).map(inside).collect()
        };
        let mut personal = Personal::default();
        let ready = |rule: &PulseRule| match &rule.when {
            When::Turned(turned) => {
                personal.moves.push(Move { from: band(&turned.from), to: band(&turned.to) });
                Ready::Move(personal.moves.len() - 1)
            }
            When::Repeated(repeated) => Ready::Band(band(&repeated.band)),
            When::Silent(Silent { who: Who::KeyContact, .. }) => {
                personal.contacts = true;
                Ready::Plain
            }
            _ => Ready::Plain,
        };
        let rules = options.rules.iter().map(ready).collect();
        let judge = Self {
            class: values.iter().map(class).collect(),
            points: points.to_vec(),
            values: values.to_vec(),
            sign: options.sign(),
            classes,
            rules,
        };
        (judge, personal)
    }

    /// The mean of values over counts; `None` without any.
    fn mean(values: &[f64], counts: &[u32], n: u32) -> Option<f64> {
        let sum: f64 = values.iter().zip(counts).map(|(v, count)| v * f64::from(*count)).sum();
        (n > 0).then(|| sum / f64::from(n))
    }

    pub(super) fn average(&self, view: &View<'_>) -> Option<f64> {
        Self::mean(&self.points, view.now, view.n)
    }

    /// The scores of the window and of the one before.
    pub(super) fn scores(&self, view: &View<'_>) -> (Option<f64>, Option<f64>) {
        let mean = |counts, n| Self::mean(&self.values, counts, n);
        (mean(view.now, view.n), mean(view.before, view.n_before))
    }

    /// The posterior of the average.
    fn posterior_of_average(&self, counts: &[u32]) -> Option<MeanPosterior> {
        let counts: Vec<f64> = counts.iter().copied().map(f64::from).collect();
        MeanPosterior::new(&self.points, &counts, PRIOR)
    }

    /// How many count alike, for each class.
    fn shares(&self, counts: &[u32], shares: &mut [u32]) {
        for (class, count) in self.class.iter().zip(counts) {
            if let Some(share) = shares.get_mut(*class) {
                *share += count;
            }
        }
    }

    /// The posterior of the score, of the shares of its classes.
    fn posterior(&self, shares: &[u32]) -> Option<MeanPosterior> {
        let shares: Vec<f64> = shares.iter().copied().map(f64::from).collect();
        MeanPosterior::new(&self.classes, &shares, PRIOR)
    }

    fn level(
        level: &Level,
        value: Option<f64>,
        stands: bool,
        mut posterior: impl FnMut(f64) -> Option<f64>,
    ) -> Option<Seen> {
        let value = value?;
        let levels = [level.level(), level.clears_at()];
        let Some(certainty) = level.certainty else {
            // Better is up from here.
            let sign = if level.below.is_some() { 1.0 } else { -1.0 };
            let [raises, clears] = levels.map(|level| sign * level);
            return Some(Seen::of(sign * value < raises, sign * value >= clears, value));
        };
        let sure = [certainty, level.clear_certainty.unwrap_or(certainty)];
        Seen::certain(stands, value, levels, sure, &mut posterior)
    }

    fn drop(&self, drop: &Drop, view: &View<'_>, stands: bool) -> Option<Seen> {
        let (now, before) = self.scores(view);
        let worse = self.sign * (before? - now?);
        let levels = [drop.by, drop.clears_at()];
        let Some(certainty) = drop.certainty else {
            let [raises, clears] = levels;
            return Some(Seen::of(worse >= raises, worse < clears, worse));
        };
        let posterior = |counts| {
            let mut shares = vec![0; self.classes.len()];
            self.shares(counts, &mut shares);
            self.posterior(&shares)
        };
        let (now, before) = (posterior(view.now)?, posterior(view.before)?);
        let mean = self.sign * (before.mean - now.mean);
        let deviation = (before.variance + now.variance).sqrt();
        let more_than = |by: f64| Some(normal_cdf((mean - by) / deviation));
        let sure = [certainty, drop.clear_certainty.unwrap_or(certainty)];
        Seen::certain(stands, worse, levels, sure, more_than)
    }

    fn silent(silent: Silent, view: &View<'_>, now: i64) -> Option<Seen> {
        let last = match silent.who {
            Who::Anybody => view.last?.0,
            Who::KeyContact => view.series.contacts.iter().map(|contact| contact.last).min()?,
        };
        let raise = is_silent(silent, last, now);
        Some(Seen::of(raise, !raise, now.saturating_sub(last) as f64 / DAY as f64))
    }

    /// `None` where nothing can be said.
    fn see(
        &self,
        (place, rule, ready): (usize, &PulseRule, &Ready),
        view: &View<'_>,
        now: i64,
        known: &mut Known,
    ) -> Option<Seen> {
        let View { now: counts, n, n_before, .. } = *view;
        let enough = n >= rule.minimum_n;
        let stands = view.is_raised(place);
        match (&rule.when, ready) {
            (When::Average(level), _) if enough => {
                Self::level(level, self.average(view), stands, |at| {
                    known.answer(
                        (place, at),
                        counts.len(),
                        |to| to.copy_from_slice(counts),
                        |counts| Some(level.beyond(&self.posterior_of_average(counts)?, at)),
                    )
                })
            }
            (When::Score(level), _) if enough => {
                let score = Self::mean(&self.values, counts, n);
                Self::level(level, score, stands, |at| {
                    known.answer(
                        (place, at),
                        self.classes.len(),
                        |to| self.shares(counts, to),
                        |shares| Some(level.beyond(&self.posterior(shares)?, at)),
                    )
                })
            }
            (When::Drop(drop), _) if enough && n_before >= rule.minimum_n => {
                self.drop(drop, view, stands)
            }
            (When::Turned(_), Ready::Move(place)) => {
                let moved = view.moved.get(*place).copied()?;
                Some(Seen::of(moved > 0, moved == 0, f64::from(moved)))
            }
            (When::Repeated(repeated), Ready::Band(band)) if enough => {
                let inside = counts.iter().zip(band).filter(|(_, inside)| **inside);
                let times: u32 = inside.map(|(count, _)| *count).sum();
                let clear = repeated.clear.unwrap_or(repeated.times - 1);
                Some(Seen::of(times >= repeated.times, times <= clear, f64::from(times)))
            }
            (When::Silent(silent), _) => Self::silent(*silent, view, now),
            _ => None,
        }
    }

    /// Looks at a series by every rule. Gives the rules that changed, by place, and tells of them.
    pub(super) fn judge(
        &self,
        rules: &[PulseRule],
        personal: &Personal,
        view: &View<'_>,
        bounds: &Bounds,
        known: &mut Known,
        alerts: &mut Vec<PulseAlert>,
    ) -> Vec<(usize, Standing)> {
        let View { series, .. } = view;
        let mut changed = Vec::new();
        for (place, (rule, ready)) in rules.iter().zip(&self.rules).enumerate() {
            if rule.kind.is_some() && rule.kind != series.kind {
                continue;
            }
            let seen = self.see((place, rule, ready), view, bounds.now, known);
            let verdict = match &seen {
                Some(seen) => seen.verdict,
                // What nobody speaks of any more is over.
                None if view.n == 0 => Verdict::Clear,
                None => Verdict::Stay,
            };
            let cools_until = || view.standing(place).cools_until(rule);
            let raised = match (view.is_raised(place), verdict) {
                (false, Verdict::Raise) if bounds.now >= cools_until() => true,
                (true, Verdict::Clear) => false,
                _ => continue,
            };
            changed.push((place, Standing { raised, since: bounds.now }));
            let raised_at = if raised { bounds.now } else { view.standing(place).since };
            let customers =
                if raised { named(rule, ready, personal, view, bounds.now) } else { Vec::new() };
            let (measure, level) = told(&rule.when, raised);
            alerts.push(PulseAlert {
                key: series.key.clone(),
                kind: series.kind,
                rule: rule.id.clone(),
                status: if raised { PulseStatus::Raised } else { PulseStatus::Cleared },
                severity: rule.severity,
                at: bounds.now,
                raised_at,
                measure,
                value: seen.as_ref().map(|seen| seen.value),
                level,
                probability: seen.and_then(|seen| seen.probability),
                n: view.n,
                n_before: view.n_before,
                customers,
                upper: matches!(
                    rule.when,
                    When::Average(Level { above: Some(_), .. })
                        | When::Score(Level { above: Some(_), .. })
                ),
            });
        }
        changed
    }

    /// The next moment at which time alone may change what a rule says: the end of a silence or of a cool-down.
    pub(super) fn next(rules: &[PulseRule], view: &View<'_>, now: i64) -> Option<i64> {
        let View { series, .. } = view;
        let of = |(place, rule): (usize, &PulseRule)| {
            let cools = (rule.cool_down_days > 0)
                .then(|| view.standing(place).cools_until(rule))
                .filter(|until| *until > now);
            let When::Silent(silent) = &rule.when else { return cools };
            let ends = |last: i64| last.saturating_add(i64::from(silent.days) * DAY + 1);
            let silence = match silent.who {
                Who::Anybody => view.last.map(|(last, _)| ends(last)).filter(|at| *at > now),
                Who::KeyContact => {
                    let contacts =
                        series.contacts.iter().map(|KeyContact { last, .. }| ends(*last));
                    contacts.filter(|at| *at > now).min()
                }
            };
            match (cools, silence) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            }
        };
        rules.iter().enumerate().filter_map(of).min()
    }
}

fn is_silent(silent: Silent, last: i64, now: i64) -> bool {
    now.saturating_sub(last) > i64::from(silent.days) * DAY
}

/// The customers for whom a rule raises an alert, in the order of their ids.
fn named(
    rule: &PulseRule,
    ready: &Ready,
    personal: &Personal,
    view: &View<'_>,
    now: i64,
) -> Vec<String> {
    let mut customers: Vec<String> = match (ready, &rule.when) {
        (Ready::Move(place), _) => {
            let Some(of) = personal.moves.get(*place) else { return Vec::new() };
            let many = view.moved.get(*place).copied().unwrap_or_default();
            let names = view.names(|person| of.holds(person), many);
            names.into_iter().map(str::to_owned).collect()
        }
        (_, When::Silent(silent)) if silent.who == Who::KeyContact => {
            let contacts = view.series.contacts.iter();
            let silent = contacts.filter(|contact| is_silent(*silent, contact.last, now));
            silent.filter_map(|contact| view.name(contact.customer)).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    };
    customers.sort_unstable();
    customers
}

/// What a rule looks at, and the level that was crossed.
fn told(when: &When, raised: bool) -> (&'static str, f64) {
    let pick = |raises: f64, clears: f64| if raised { raises } else { clears };
    match when {
        When::Average(level) => ("average", pick(level.level(), level.clears_at())),
        When::Score(level) => ("score", pick(level.level(), level.clears_at())),
        When::Drop(drop) => ("drop", pick(drop.by, drop.clears_at())),
        When::Turned(_) => ("turned", 1.0),
        When::Repeated(repeated) => {
            let clear = repeated.clear.map_or(repeated.times, |clear| clear + 1);
            ("repeated", pick(f64::from(repeated.times), f64::from(clear)))
        }
        When::Silent(silent) => ("silent", f64::from(silent.days)),
    }
}
