//! What is told of the episodes that were found.

use std::fmt::Write;

use serde::Serialize;

use super::count::Rows;
use super::{Cell, Detector, SeriesId};
use crate::base::error::Result;
use crate::base::key::Key;
use crate::base::order::{sort_by, sort_by_key};
use crate::base::table::{Data, Table};
use crate::listen::responses::Responses;
use crate::monitor::Direction;
use crate::monitor::cadence::Cadence;
use crate::monitor::episode::{self, Episode};
use crate::monitor::localise::{Attribute, EpisodePlace, Localise};
use crate::stats::distribution::normal_quantile;

/// What departed from its baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AnomalyKind {
    /// The number of responses (or their share).
    Count,
    /// Their score.
    Score,
}

impl AnomalyKind {
    /// The name: `count` or `score`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Score => "score",
        }
    }
}

/// What an episode does to the score of all responses while it lasts, in points: below 0 it lowers the score. Told of
/// counts that are more than expected, and of scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Cost {
    /// The score with the episode less the score without its excess.
    pub points: f64,
    /// 95 % interval.
    pub lower: f64,
    /// See `lower`.
    pub upper: f64,
}

/// An episode of one topic, place or score.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Anomaly {
    /// What departed.
    pub kind: AnomalyKind,
    /// The topic; all responses where `None`.
    pub topic: Option<String>,
    /// Attribute and value; everywhere where `None`.
    pub place: Option<(String, Key)>,
    /// From its estimated start to its last alarm. Of a score, `observed` and `expected` are the score and the
    /// expected one over that time.
    pub episode: Episode,
    /// First days of its start and of its last period, counted from 1970-01-01.
    pub days: (i32, i32),
    /// The number (from 0) of the anomaly that already says it; to be left out of a list for people.
    pub part_of: Option<usize>,
    /// Where the excess lies, strongest first: the smallest descriptions by up to three attributes together.
    pub places: Vec<EpisodePlace>,
    /// What it does to the score; `None` without ratings.
    pub cost: Option<Cost>,
    /// Words and phrases that its comments have more often than those before.
    pub terms: Vec<String>,
    /// Comments that stand for it, different from each other, without names and numbers.
    pub comments: Vec<String>,
    /// The first comments of it, without names and numbers.
    pub earliest: Vec<String>,
    #[serde(skip)]
    pub(super) id: SeriesId,
    #[serde(skip)]
    pub(super) every: Cadence,
}

/// What was found: first what is told, then what another one says already; the latest last alarm first, of one day the
/// strongest.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Anomalies {
    /// The length of a period.
    pub every: Cadence,
    /// First day of the first and of the last period that was judged, counted from 1970-01-01; `None` where none was.
    pub judged: Option<(i32, i32)>,
    /// How many series were watched, scores among them.
    pub series: usize,
    /// The episodes that were raised, went on or ended in the judged periods.
    pub anomalies: Vec<Anomaly>,
}

/// A part that holds this much of the excess of the whole is what the episode is about.
const MOST_OF_IT: f64 = 0.7;

/// An episode of counts that accounts for this much of a change of the score is what the change is about.
const HALF_OF_IT: f64 = 0.5;

impl Anomaly {
    fn is_whole_of(&self, part: &Self) -> (bool, bool) {
        let overlaps = self.kind == part.kind
            && self.episode.direction == part.episode.direction
            && self.episode.start <= part.episode.last
            && part.episode.start <= self.episode.last;
        let (mine, theirs) = (self.id, part.id);
        let by_place = mine.topic == theirs.topic && mine.place.is_none() && theirs.place.is_some();
        let by_topic = mine.topic.is_none()
            && theirs.topic.is_some()
            && (mine.place == theirs.place || mine.place.is_none());
        (overlaps && by_place, overlaps && by_topic)
    }

    /// Another attribute's view of the same topic at the same time.
    fn is_sibling_of(&self, other: &Self) -> bool {
        let (Some(mine), Some(theirs)) = (self.id.place, other.id.place) else { return false };
        self.kind == other.kind
            && self.id.topic == other.id.topic
            && mine.0 != theirs.0
            && self.episode.direction == other.episode.direction
            && self.episode.start <= other.episode.last
            && other.episode.start <= self.episode.last
    }

    /// Whether an episode of counts accounts for a change of the score at the same time.
    fn moves(&self, score: &Self) -> bool {
        let (Some(mine), Some(theirs)) = (self.cost, score.cost) else { return false };
        (self.kind, score.kind) == (AnomalyKind::Count, AnomalyKind::Score)
            && self.episode.start <= score.episode.last
            && score.episode.start <= self.episode.last
            && mine.points * theirs.points > 0.0
            && mine.points.abs() >= HALF_OF_IT * theirs.points.abs()
    }

    fn excess(&self) -> f64 {
        self.episode.excess().abs()
    }

    /// What it is about: `promotions in state = TX`.
    #[must_use]
    pub fn subject(&self) -> String {
        let mut text = match (self.kind, &self.topic) {
            (AnomalyKind::Count, Some(topic)) => topic.clone(),
            (AnomalyKind::Count, None) => "responses".to_owned(),
            (AnomalyKind::Score, Some(topic)) => format!("score of {topic}"),
            (AnomalyKind::Score, None) => "score".to_owned(),
        };
        if let Some((attribute, value)) = &self.place {
            let _ = write!(text, " in {attribute} = {value}");
        }
        text
    }

    /// The anomaly in a few sentences.
    #[must_use]
    pub fn explain(&self) -> String {
        let Episode { observed, expected, p_value, .. } = self.episode;
        let (from, to) = (self.episode.start, self.episode.last);
        let mut text = self.subject();
        let _ = match self.kind {
            AnomalyKind::Count => write!(text, ": {observed:.0} instead of {expected:.0}"),
            AnomalyKind::Score => write!(text, ": {observed:.1} instead of {expected:.1}"),
        };
        let _ = match from == to {
            true => write!(text, " from {}", self.every.label(from)),
            false => write!(text, " from {} to {}", self.every.label(from), self.every.label(to)),
        };
        let direction = self.episode.direction.as_str();
        let _ = match p_value {
            Some(p) => write!(text, " ({direction}, p {p:.1e})."),
            None => write!(text, " ({direction})."),
        };
        for place in &self.places {
            let values: Vec<String> =
                place.values.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            let (excess, all) = (100.0 * place.of_excess, 100.0 * place.of_all);
            let _ = write!(
                text,
                " {excess:.0} % of the excess and {all:.0} % of all lie in {}.",
                values.join(", ")
            );
        }
        if let Some(cost) = &self.cost {
            let Cost { points, lower, upper } = cost;
            let _ = write!(
                text,
                " It moves the score by {points:+.1} points ({lower:+.1} to {upper:+.1})."
            );
        }
        if !self.terms.is_empty() {
            let _ = write!(text, " Marked by: {}.", self.terms.join(", "));
        }
        text
    }
}

impl Anomalies {
    /// Those that no other one says already.
    pub fn told(&self) -> impl Iterator<Item = &Anomaly> {
        self.anomalies.iter().filter(|anomaly| anomaly.part_of.is_none())
    }

    /// One row an anomaly: `kind`, `topic`, `attribute`, `value`, `start`, `raised`, `last`, `peak` (first days of
    /// periods), `status`, `direction`, `observed`, `expected`, `excess`, `p_value`, `alarms`, `part_of` (the row
    /// that already says it), `where` (the strongest place), `of_excess`, `cost`, `cost_lower`, `cost_upper`,
    /// `terms`, `comment`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let rows = || self.anomalies.iter();
        let mut table = Table::new();
        table.texts("kind", rows().map(|a| Some(a.kind.as_str())));
        table.texts("topic", rows().map(|a| a.topic.clone()));
        table.texts("attribute", rows().map(|a| a.place.as_ref().map(|p| p.0.clone())));
        table.texts("value", rows().map(|a| a.place.as_ref().map(|p| p.1.to_string())));
        let episodes: Vec<Episode> = rows().map(|a| a.episode).collect();
        episode::columns(&mut table, self.every, &episodes);
        table.ints("part_of", rows().map(|a| a.part_of.map(|row| row as u64)));
        let first = |a: &Anomaly| {
            let values = &a.places.first()?.values;
            let parts: Vec<String> = values.iter().map(|(n, v)| format!("{n} = {v}")).collect();
            Some(parts.join(", "))
        };
        table.push("where", Data::Text(rows().map(first).collect()));
        table.floats("of_excess", rows().map(|a| a.places.first().map(|p| p.of_excess)));
        table.floats("cost", rows().map(|a| a.cost.map(|c| c.points)));
        table.floats("cost_lower", rows().map(|a| a.cost.map(|c| c.lower)));
        table.floats("cost_upper", rows().map(|a| a.cost.map(|c| c.upper)));
        let terms = |a: &Anomaly| (!a.terms.is_empty()).then(|| a.terms.join(", "));
        table.texts("terms", rows().map(terms));
        table.texts("comment", rows().map(|a| a.comments.first().cloned()));
        table
    }
}

/// Of episodes that say the same, one is enough: a topic where it holds most of the excess of all responses, else
/// all responses; a topic as a whole rather than its places; of two attributes' views the stronger.
fn say_once(anomalies: &mut [Anomaly]) {
    let mut covered: Vec<Option<usize>> = vec![None; anomalies.len()];
    for (i, one) in anomalies.iter().enumerate() {
        for (j, other) in anomalies.iter().enumerate() {
            if i == j {
                continue;
            }
            let p = |anomaly: &Anomaly| anomaly.episode.chance();
            let (by_place, by_topic) = other.is_whole_of(one);
            let most =
                |part: &Anomaly, whole: &Anomaly| part.excess() >= MOST_OF_IT * whole.excess();
            let (_, whole_of) = one.is_whole_of(other);
            let said = by_place
                || other.moves(one)
                || (whole_of && one.kind == AnomalyKind::Count && most(other, one))
                || (by_topic && !(one.kind == AnomalyKind::Count && most(one, other)))
                || (one.is_sibling_of(other) && (p(other), j) < (p(one), i));
            if said && let Some(slot) = covered.get_mut(i) {
                slot.get_or_insert(j);
            }
        }
    }
    for (anomaly, part_of) in anomalies.iter_mut().zip(covered) {
        anomaly.part_of = part_of;
    }
}

/// Puts what is told before what another one says already.
fn told_first(anomalies: &mut Vec<Anomaly>) {
    let mut order: Vec<usize> = (0..anomalies.len()).collect();
    let is_part = |at: &usize| anomalies.get(*at).is_some_and(|a| a.part_of.is_some());
    sort_by_key(&mut order, is_part);
    let mut rank = vec![0; order.len()];
    for (new, old) in order.into_iter().enumerate() {
        if let Some(slot) = rank.get_mut(old) {
            *slot = new;
        }
    }
    for anomaly in anomalies.iter_mut() {
        anomaly.part_of = anomaly.part_of.and_then(|old| rank.get(old).copied());
    }
    sort_by_key(anomalies, |anomaly| anomaly.part_of.is_some());
}

/// Ratings: how many, mean and variance of their values.
#[derive(Debug, Clone, Copy)]
struct Ratings {
    n: f64,
    mean: f64,
    variance: f64,
}

impl Ratings {
    fn of(points: &[u64], values: &[f64]) -> Option<Self> {
        let pairs = || points.iter().map(|count| *count as f64).zip(values);
        let n: f64 = pairs().map(|(count, _)| count).sum();
        let mean = pairs().map(|(count, value)| count * value).sum::<f64>() / n;
        let squares = pairs().map(|(count, v)| count * (v - mean) * (v - mean)).sum::<f64>();
        (n > 0.0).then(|| Self { n, mean, variance: squares / n })
    }
}

impl Detector {
    /// The episodes of all series that alarmed or ended from one period to another.
    pub(super) fn found(&mut self, from: i32, last: i32) -> Anomalies {
        let every = self.watcher.every;
        let series = self.series();
        let judged = (self.first.is_some() && from <= last)
            .then(|| (every.first_day(from), every.first_day(last)));
        let mut anomalies = Vec::new();
        let (topics, by, values) = (&self.topics, &self.watcher.by, &self.values);
        for (id, one) in &mut self.series {
            let counts = one.episodes.take().into_iter().map(|e| (AnomalyKind::Count, e));
            let scores = one.score_episodes.take().into_iter().map(|e| (AnomalyKind::Score, e));
            for (kind, episode) in counts.chain(scores) {
                let ended = episode.status == episode::EpisodeStatus::Ended;
                if episode.last < from && !ended {
                    continue;
                }
                let place = id.place.and_then(|(attribute, value)| {
                    let value = values.get(attribute as usize)?.get(value as usize)?;
                    Some((by.get(attribute as usize)?.clone(), value.clone()))
                });
                anomalies.push(Anomaly {
                    kind,
                    topic: id.topic.and_then(|topic| topics.get(topic as usize).cloned()),
                    place,
                    days: (every.first_day(episode.start), every.first_day(episode.last)),
                    episode,
                    part_of: None,
                    places: Vec::new(),
                    cost: None,
                    terms: Vec::new(),
                    comments: Vec::new(),
                    earliest: Vec::new(),
                    id: *id,
                    every,
                });
            }
        }
        sort_by(&mut anomalies, |a, b| {
            let day = b.episode.last.cmp(&a.episode.last);
            let p = || a.episode.chance().total_cmp(&b.episode.chance());
            let name = || (a.kind, &a.topic, &a.place).cmp(&(b.kind, &b.topic, &b.place));
            day.then_with(p).then_with(name)
        });
        Anomalies { every, judged, series, anomalies }
    }

    /// Adds place, cost and evidence.
    pub(super) fn told(
        &self,
        mut found: Anomalies,
        responses: &Responses,
        rows: &Rows<'_>,
    ) -> Result<Anomalies> {
        for anomaly in &mut found.anomalies {
            if anomaly.kind == AnomalyKind::Score {
                self.mean_score(anomaly);
            }
            anomaly.cost = self.cost(anomaly);
        }
        say_once(&mut found.anomalies);
        told_first(&mut found.anomalies);
        for anomaly in found.anomalies.iter_mut().filter(|anomaly| anomaly.part_of.is_none()) {
            if anomaly.kind == AnomalyKind::Count && anomaly.episode.direction == Direction::Up {
                anomaly.places = self.places(anomaly)?;
            }
            self.evidence(anomaly, responses, rows)?;
        }
        Ok(found)
    }

    /// Adds up the cells of a series from one period to another.
    fn sum(&self, id: SeriesId, periods: std::ops::RangeInclusive<i32>) -> Cell {
        let mut sum = Cell::default();
        let wanted = |topic: Option<u32>, place: &[u32]| {
            let at = |attribute: u32| place.get(attribute as usize).copied();
            topic == id.topic && id.place.is_none_or(|(a, value)| at(a) == Some(value))
        };
        for cells in self.cells.range(periods).map(|(_, cells)| cells) {
            for ((topic, place), cell) in cells {
                if wanted(*topic, place) {
                    sum.merge(cell);
                }
            }
        }
        sum
    }

    /// Sums of values become scores.
    fn mean_score(&self, anomaly: &mut Anomaly) {
        let Some(metric) = &self.watcher.metric else { return };
        let Episode { start, last, .. } = anomaly.episode;
        let rated = Ratings::of(&self.sum(anomaly.id, start..=last).points, metric.values());
        if let Some(rated) = rated {
            anomaly.episode.observed /= rated.n;
            anomaly.episode.expected /= rated.n;
        }
    }

    /// The excess of responses, or their changed score, in the score of all.
    fn cost(&self, anomaly: &Anomaly) -> Option<Cost> {
        let values = self.watcher.metric.as_ref()?.values();
        let Episode { start, last, observed, expected, .. } = anomaly.episode;
        let of = |id: SeriesId| Ratings::of(&self.sum(id, start..=last).points, values);
        let all = of(SeriesId { topic: None, place: None })?;
        let own = of(anomaly.id)?;
        let (points, variance) = match anomaly.kind {
            AnomalyKind::Count => {
                let whole = anomaly.id == (SeriesId { topic: None, place: None });
                if whole || anomaly.episode.direction == Direction::Down || !(observed > 0.0) {
                    return None;
                }
                // Without the episode there would be the expected ones of its n responses, with the score they had.
                let before = start.saturating_sub(self.watcher.every.stretch(KEPT_BEFORE))
                    ..=start.saturating_sub(1);
                let usual =
                    Ratings::of(&self.sum(anomaly.id, before).points, values).unwrap_or(own);
                let expected = own.n * expected / observed;
                let n = all.n - own.n + expected;
                if !(n > 0.0) {
                    return None;
                }
                let sum = all.n * all.mean - own.n * own.mean + expected * usual.mean;
                let without = sum / n;
                let off = usual.mean - without;
                let phi = self.series.get(&anomaly.id).map_or(1.0, |s| s.baseline.dispersion());
                let of_own = own.n * own.variance;
                let of_usual = expected * expected * usual.variance / usual.n;
                let of_count = off * off * phi * expected;
                let share = (all.n - n) / all.n;
                let of_rest = share * share * all.variance / n;
                let variance = (of_own + of_usual + of_count) / (all.n * all.n) + of_rest;
                (all.mean - without, variance)
            }
            AnomalyKind::Score => {
                let share = own.n / all.n;
                (share * (observed - expected), share * share * own.variance / own.n)
            }
        };
        let margin = normal_quantile(0.975) * libm::sqrt(variance);
        Some(Cost { points, lower: points - margin, upper: points + margin })
    }

    /// Where the excess lies, of the attributes that the series has not fixed.
    fn places(&self, anomaly: &Anomaly) -> Result<Vec<EpisodePlace>> {
        if self.watcher.by.is_empty() {
            return Ok(Vec::new());
        }
        let Episode { start, last, expected, .. } = anomaly.episode;
        let mut cells = crate::monitor::localise::Cells::default();
        let mut before = 0.0;
        let id = anomaly.id;
        let fixed = id.place.map_or(u32::MAX, |(attribute, _)| attribute);
        for (period, of_period) in
            self.cells.range(start.saturating_sub(self.watcher.every.stretch(KEPT_BEFORE))..=last)
        {
            for ((topic, place), cell) in of_period {
                let at = |attribute: u32| place.get(attribute as usize).copied();
                let inside =
                    *topic == id.topic && id.place.is_none_or(|(a, value)| at(a) == Some(value));
                if !inside {
                    continue;
                }
                let free = (0_u32..).zip(place).filter(|(a, _)| *a != fixed);
                let counts = cells.entry(free.map(|(_, value)| *value).collect()).or_default();
                if *period >= start {
                    counts.0 += cell.count as f64;
                } else {
                    counts.1 += cell.count as f64;
                    before += cell.count as f64;
                }
            }
        }
        if !(before > 0.0 && expected > 0.0) {
            return Ok(Vec::new());
        }
        let attribute = |(name, values): (&String, &Vec<Key>)| Attribute {
            name: name.clone(),
            codes: Vec::new(),
            values: values.clone(),
        };
        let named = self.watcher.by.iter().zip(&self.values);
        let free = (0_u32..).zip(named).filter(|(a, _)| *a != fixed);
        let attributes = free.map(|(_, named)| attribute(named)).collect();
        Localise::new(attributes).search(cells, expected / before)
    }
}

/// Periods before an episode that its places are compared with.
const KEPT_BEFORE: i32 = 56;

impl Cell {
    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        if self.points.len() < other.points.len() {
            self.points.resize(other.points.len(), 0);
        }
        for (mine, theirs) in self.points.iter_mut().zip(&other.points) {
            *mine += theirs;
        }
    }
}
