//! Rankings that allow for chance.

use serde::Serialize;

mod posterior;

use self::posterior::Posterior;
use super::group::Group;
use super::score::{Sample, Score};
use super::scoring::Scoring;
use crate::base::config::{self, options};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::metric::{Better, Metric};
use crate::base::order::sort_by;
use crate::base::table::{Data, Table};
use crate::base::tally::Tally;
use crate::listen::responses::Responses;
use crate::stats::{BetweenVariance, Interval, IntervalMethod};

/// Ranks of all groups in all draws are kept, four bytes each.
const MOST_RANKS: usize = 1 << 28;

/// Ranks groups (agents, stores) fairly: scores are shrunk towards the mean of all groups by as much
/// as chance moves them, and every rank comes with its interval.
///
/// A group's score y with standard error s is taken to vary around its true score, and true scores
/// around their mean μ with variance τ²: both normal. For a τ, the shrunk score is B μ + (1 - B) y
/// with B = s² / (s² + τ²), so a group with few responses moves far. Neither μ nor τ is known:
/// shrunk scores, intervals and ranks are averages over all that they may be, with flat priors, for
/// τ from 0 to half the metric's range, which no deviation can exceed (D. B. Rubin, "Estimation in
/// parallel randomized experiments", Journal of Educational Statistics 6, 1981; A. Gelman, "Prior
/// distributions for variance parameters in hierarchical models", Bayesian Analysis 1, 2006).
/// [`between`](Self::between) instead takes one estimate of τ as the truth (empirical Bayes), to match
/// numbers made elsewhere; its intervals are too narrow unless there are many groups.
///
/// s² is the variance of a response over the effective number of responses, where each group is given
/// a few pseudo-responses ([`smoothing`](Self::smoothing)) that answer as all groups together do:
/// two happy customers do not have a standard error of 0.
///
/// Intervals of ranks and the probabilities of being among the top and bottom k come from seeded draws
/// of all true scores at once.
///
/// Quick advice: the defaults; set the scoring's minimum n if very small groups should not be listed.
///
/// ```
/// use heedful::{Column, League, Metric, Responses};
///
/// // Ann has two happy customers; Bob's 100 customers are nearly as happy.
/// let (mut ratings, mut agents) = (vec![10_u8; 2], vec![Some("Ann"); 2]);
/// for (agent, promoters) in [("Bob", 85), ("Cid", 40), ("Dot", 15)] {
///     for i in 0..100 {
///         ratings.push(if i < promoters { 9 } else { 5 });
///         agents.push(Some(agent));
///     }
/// }
/// let responses = Responses::new()
///     .with("score", Column::numbers(ratings))?
///     .with("agent", Column::categories(agents))?
///     .rating("score");
/// let standings = League::new(Metric::nps(), ["agent"]).run(&responses)?;
/// let first = &standings.rows[0];
/// assert_eq!((first.keys[0].to_string(), first.score.value), ("Bob".to_owned(), Some(70.0)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(default = "Self::any", deny_unknown_fields, extend("required" = ["scoring"]))
)]
pub struct League {
    /// The groups that are ranked: one metric, no periods.
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "config::required"))]
    scoring: Scoring,
    /// Takes one estimate of the variance between groups as the truth.
    between: Option<BetweenVariance>,
    /// Pseudo-responses in each group's variance.
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    smoothing: f64,
    /// How many count as top and as bottom; 3 or a tenth of the groups where not set.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    k: Option<u64>,
    /// Draws for ranks and probabilities.
    #[cfg_attr(feature = "schema", schemars(range(min = 100, max = 1_000_000)))]
    draws: u32,
    /// Of the draws.
    seed: u64,
}

options!(League, needs [scoring], takes [between, smoothing, k, draws, seed], from Self::any());

fn four_responses() -> f64 {
    4.0
}

fn some_draws() -> u32 {
    4000
}

/// A group in the league.
///
/// ```
/// use heedful::{Column, League, Metric, Responses};
/// # let (mut ratings, mut agents) = (vec![10_u8; 2], vec![Some("Ann"); 2]);
/// # for (agent, promoters) in [("Bob", 85), ("Cid", 40), ("Dot", 15)] {
/// #     for i in 0..100 {
/// #         ratings.push(if i < promoters { 9 } else { 5 });
/// #         agents.push(Some(agent));
/// #     }
/// # }
/// # let responses = Responses::new()
/// #     .with("score", Column::numbers(ratings))?
/// #     .with("agent", Column::categories(agents))?
/// #     .rating("score");
/// // Ann has two happy customers, Bob a hundred that are nearly as happy.
/// let standings = League::new(Metric::nps(), ["agent"]).run(&responses)?;
/// let (bob, ann) = (&standings.rows[0], &standings.rows[1]);
/// assert_eq!((bob.score.value, ann.score.value), (Some(70.0), Some(100.0)));
/// assert!(bob.standing.unwrap().shrunk > ann.standing.unwrap().shrunk);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // a place may come to know more
pub struct Place {
    /// The group's values of the columns in [`Standings::by`].
    pub keys: Vec<Key>,
    /// The group was too small to be shown or ranked; everything about it is empty.
    pub suppressed: bool,
    /// The score as it is.
    pub score: Score,
    /// Where it stands: how it ranks. `None` without rated responses, for fewer than 2 groups, and
    /// where all responses of all groups are alike.
    pub standing: Option<Standing>,
}

/// How a group ranks.
///
/// ```
/// use heedful::{Column, League, Metric, Responses};
/// # let (mut ratings, mut agents) = (vec![10_u8; 2], vec![Some("Ann"); 2]);
/// # for (agent, promoters) in [("Bob", 85), ("Cid", 40), ("Dot", 15)] {
/// #     for i in 0..100 {
/// #         ratings.push(if i < promoters { 9 } else { 5 });
/// #         agents.push(Some(agent));
/// #     }
/// # }
/// # let responses = Responses::new()
/// #     .with("score", Column::numbers(ratings))?
/// #     .with("agent", Column::categories(agents))?
/// #     .rating("score");
/// // Ann has two happy customers, Bob a hundred that are nearly as happy.
/// let standings = League::new(Metric::nps(), ["agent"]).run(&responses)?;
/// let ann = standings.rows[1].standing.unwrap();
/// // Two customers say little: her score is pulled to the others', and her rank is uncertain.
/// assert!(ann.own_weight < 0.9 && ann.shrunk < 100.0);
/// assert!(ann.rank_lower == 1 && ann.rank_upper > 2 && ann.p_top >= ann.p_bottom);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive] // as the place
pub struct Standing {
    /// The shrunk score, in the metric's points.
    pub shrunk: f64,
    /// Interval of the true score, in points, cut to the metric's range.
    pub interval: Interval,
    /// How much of the shrunk score is the group's own, 0 to 1: 1 - B, its mean where τ is not given.
    pub own_weight: f64,
    /// 1 for the best shrunk score; groups with equal ones share the better rank.
    pub rank: u64,
    /// Mean of the true rank over the draws.
    pub expected_rank: f64,
    /// Lower (better) end of the interval of the true rank.
    pub rank_lower: u64,
    /// Upper (worse) end of the interval of the true rank.
    pub rank_upper: u64,
    /// Probability that the true score is one of the best [`Standings::k`].
    pub p_top: f64,
    /// Probability that the true score is one of the worst [`Standings::k`].
    pub p_bottom: f64,
}

/// A league table: ranked groups from the best on, the others after them in the order of their keys.
///
/// ```
/// use heedful::{Column, League, Metric, Responses};
/// # let (mut ratings, mut agents) = (vec![10_u8; 2], vec![Some("Ann"); 2]);
/// # for (agent, promoters) in [("Bob", 85), ("Cid", 40), ("Dot", 15)] {
/// #     for i in 0..100 {
/// #         ratings.push(if i < promoters { 9 } else { 5 });
/// #         agents.push(Some(agent));
/// #     }
/// # }
/// # let responses = Responses::new()
/// #     .with("score", Column::numbers(ratings))?
/// #     .with("agent", Column::categories(agents))?
/// #     .rating("score");
/// // Ann has two happy customers, Bob a hundred that are nearly as happy.
/// let standings = League::new(Metric::nps(), ["agent"]).k(1).run(&responses)?;
/// assert_eq!((standings.k, standings.rows.len()), (1, 4));
/// let p: f64 = standings.rows.iter().filter_map(|row| row.standing).map(|standing| standing.p_top).sum();
/// assert!((p - 1.0).abs() < 1e-9); // somebody is the best
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Standings {
    /// The columns that made the groups.
    pub by: Vec<String>,
    /// Name of the metric.
    pub metric: String,
    /// The mean that scores are shrunk to, in points.
    pub mean: Option<f64>,
    /// Standard deviation of true scores between groups, τ, in points: its mean over all that it may
    /// be. An estimate ([`between`](Self::between)) is 0 where the groups differ no more than by chance;
    /// all then share rank 1.
    pub deviation: Option<f64>,
    /// How τ was estimated; `None` where it was averaged over.
    pub between: Option<BetweenVariance>,
    /// How many count as top and as bottom.
    pub k: u64,
    /// Draws behind ranks and probabilities.
    pub draws: u32,
    /// Their seed.
    pub seed: u64,
    /// One row for each group.
    pub rows: Vec<Place>,
}

impl League {
    /// What a document changes.
    fn any() -> Self {
        Self::new(Metric::nps(), [""])
    }

    /// One metric on the column in the role `rating`, groups by these columns.
    #[must_use]
    pub fn new<S: Into<String>>(metric: Metric, by: impl IntoIterator<Item = S>) -> Self {
        Self::of(Scoring::new(metric).by(by))
    }

    /// The groups of a scoring, with all its options: one metric, no periods. Its confidence is that
    /// of all intervals; groups below its minimum n are neither shown nor ranked.
    ///
    /// ```
    /// use heedful::{League, Metric, Scoring};
    /// let scoring = Scoring::new(Metric::nps()).by(["agent"]);
    /// assert_eq!(League::of(scoring), League::new(Metric::nps(), ["agent"]));
    /// ```
    #[must_use]
    pub fn of(scoring: Scoring) -> Self {
        Self {
            scoring,
            between: None,
            smoothing: four_responses(),
            k: None,
            draws: some_draws(),
            seed: 0,
        }
    }

    /// Reads options from JSON: `{"scoring": {"metrics": [{"metric": "nps"}], "by": ["agent"]},
    /// "k": 5}` with the names of the setters here.
    ///
    /// ```
    /// use heedful::stats::BetweenVariance;
    /// use heedful::{League, Metric};
    /// let json = r#"{"scoring": {"metrics": [{"metric": "nps"}], "by": ["agent"]}, "between": "paule_mandel",
    ///     "smoothing": 2, "k": 5, "draws": 1000, "seed": 7}"#;
    /// let league = League::new(Metric::nps(), ["agent"]).between(BetweenVariance::PauleMandel);
    /// assert_eq!(League::from_json(json)?, league.smoothing(2.0).k(5).draws(1000).seed(7));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Takes this estimate of the variance between groups as the truth. Where not set, all that it may
    /// be is averaged over, which keeps intervals honest with few groups.
    ///
    /// ```
    /// use heedful::stats::BetweenVariance;
    /// use heedful::{Column, League, Metric, Responses};
    /// // Two agents of whom nobody can tell a difference.
    /// let responses = Responses::new()
    ///     .with("score", Column::numbers([10_u8, 9, 3, 8].repeat(4)))?
    ///     .with("agent", Column::categories([["Ann"; 8], ["Bob"; 8]].concat().into_iter().map(Some)))?
    ///     .rating("score");
    /// let league = League::new(Metric::nps(), ["agent"]);
    /// assert!(league.run(&responses)?.deviation.unwrap() > 0.0);
    /// let estimated = league.between(BetweenVariance::PauleMandel).run(&responses)?;
    /// assert_eq!(estimated.deviation, Some(0.0)); // as if it were sure that there is none
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn between(mut self, between: BetweenVariance) -> Self {
        self.between = Some(between);
        self
    }

    /// Pseudo-responses in each group's variance, more than 0; 4 where not set.
    #[must_use]
    pub fn smoothing(mut self, responses: f64) -> Self {
        self.smoothing = responses;
        self
    }

    /// How many count as top and as bottom. Where not set, 3 or a tenth of the ranked groups,
    /// whichever is more, but not more than half of them.
    #[must_use]
    pub fn k(mut self, k: u64) -> Self {
        self.k = Some(k);
        self
    }

    /// Draws for ranks and probabilities, 100 to a million; 4000 where not set, by which
    /// probabilities are good to ± 0.016.
    #[must_use]
    pub fn draws(mut self, draws: u32) -> Self {
        self.draws = draws;
        self
    }

    /// The seed of the draws; 0 where not set. The same seed gives the same league everywhere.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Ranks the groups of a table.
    ///
    /// ```
    /// use heedful::{Column, League, Metric, Responses};
    /// let responses = Responses::new()
    ///     .with("score", Column::numbers([[10_u8, 9, 10, 9], [9, 3, 6, 0]].concat().repeat(10)))?
    ///     .with("agent", Column::categories([["Ann"; 4], ["Bob"; 4]].concat().repeat(10).into_iter().map(Some)))?
    ///     .rating("score");
    /// let standings = League::new(Metric::nps(), ["agent"]).run(&responses)?;
    /// let first = standings.rows[0].standing.unwrap();
    /// assert_eq!((standings.rows[0].keys[0].to_string().as_str(), first.rank), ("Ann", 1));
    /// assert!(first.shrunk < 100.0 && first.p_top > 0.99);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`Scoring::run`], and `invalid-argument` for options out of range and a scoring of
    /// several metrics, of periods, or without groups.
    pub fn run(&self, responses: &Responses) -> Result<Standings> {
        let metric = self.check()?;
        let groups = self.scoring.groups(responses)?.into_iter().next().unwrap_or_default();
        let ranked: Vec<(usize, Estimate)> =
            smoothed(&groups, metric, self.smoothing).unwrap_or_default();
        let estimates: Vec<(f64, f64)> = ranked.iter().map(|(_, e)| (e.value, e.squared)).collect();
        // Also says whether there is anything to rank.
        let tau2 = self.between.unwrap_or_default().estimate(&estimates);
        let k = self.k.unwrap_or_else(|| default_k(ranked.len()));

        let mut standings: Vec<Option<Standing>> = vec![None; groups.len()];
        let (mut mean, mut deviation) = (None, None);
        if let Some(tau2) = tau2 {
            let (lowest, highest) = metric.range();
            let posterior = match self.between {
                Some(_) => Posterior::given(&estimates, tau2),
                None => Posterior::integrated(&estimates, 0.5 * (highest - lowest)),
            };
            let found = self.standings(&posterior, metric, k)?;
            for ((at, _), standing) in ranked.iter().zip(found) {
                if let Some(slot) = standings.get_mut(*at) {
                    *slot = Some(standing);
                }
            }
            mean = Some(posterior.mean());
            deviation = Some(posterior.deviation());
        }
        let mut rows = Vec::new();
        for (Group { keys, tally, hidden }, standing) in groups.into_iter().zip(standings) {
            let shown = if hidden { Tally::new(metric.scale().clone()) } else { tally };
            let score = Score::from_tally(&shown, metric, self.scoring.stated())?;
            rows.push(Place { keys, suppressed: hidden, score, standing });
        }
        let rank = |row: &Place| row.standing.map_or(u64::MAX, |s| s.rank);
        sort_by(&mut rows, |a, b| rank(a).cmp(&rank(b)));
        Ok(Standings {
            by: self.scoring.columns().to_vec(),
            metric: metric.name().to_owned(),
            mean,
            deviation,
            between: self.between,
            k,
            draws: self.draws,
            seed: self.seed,
            rows,
        })
    }

    /// The one metric.
    fn check(&self) -> Result<&Metric> {
        let bad = |path: &str, message: &str| {
            Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
        };
        let mut metrics = self.scoring.metrics();
        let (Some(metric), None) = (metrics.next(), metrics.next()) else {
            return bad("metrics", "a league ranks by one metric");
        };
        if self.scoring.columns().is_empty() {
            return bad("by", "there are no groups to rank: name columns in `by`");
        }
        if self.scoring.periods().is_some() {
            return bad("every", "a league has no periods");
        }
        if !(self.smoothing > 0.0 && self.smoothing.is_finite()) {
            return bad("smoothing", "must be finite and greater than 0");
        }
        if self.k == Some(0) {
            return bad("k", "must be at least 1");
        }
        if !(100..=1_000_000).contains(&self.draws) {
            return bad("draws", "must lie between 100 and 1000000");
        }
        Ok(metric)
    }

    fn standings(&self, posterior: &Posterior, metric: &Metric, k: u64) -> Result<Vec<Standing>> {
        let confidence = self.scoring.stated().confidence;
        let draws = self.draws as usize;
        let better = metric.better();
        let groups = posterior.true_scores();
        if groups.len().checked_mul(draws).is_none_or(|size| size > MOST_RANKS) {
            return Err(Error::new(
                ErrorCode::InvalidArgument,
                format!("{draws} draws are too many for {} groups", groups.len()),
            )
            .at("draws"));
        }
        let ranks = posterior.ranks(better, draws, self.seed);
        let last = groups.len() as u64;
        let (lowest, highest) = metric.range();
        let mut standings = Vec::new();
        for (group, ranks) in groups.iter().zip(&ranks) {
            // How often it has each rank.
            let mut times = vec![0_usize; groups.len() + 1];
            for rank in ranks {
                if let Some(times) = times.get_mut(*rank as usize) {
                    *times += 1;
                }
            }
            let share = |keep: &dyn Fn(u64) -> bool| {
                let kept = (0..).zip(&times).filter(|(rank, _)| keep(*rank));
                kept.map(|(_, times)| times).sum::<usize>() as f64 / draws as f64
            };
            let skipped = (confidence.tail() * draws as f64) as usize;
            // The rank at this place of all draws in order.
            let end = |at: usize| {
                let upto = times.iter().scan(0, |sum, times| {
                    *sum += times;
                    Some(*sum)
                });
                (0..).zip(upto).find(|(_, upto)| *upto > at).map_or(0, |(rank, _)| rank)
            };
            let half = confidence.z() * libm::sqrt(group.variance);
            let bounds = ((group.shrunk - half).max(lowest), (group.shrunk + half).min(highest));
            let ahead = groups.iter().filter(|o| is_better(o.shrunk, group.shrunk, better));
            standings.push(Standing {
                shrunk: group.shrunk,
                interval: Interval::new(bounds, confidence, IntervalMethod::Bayes),
                own_weight: group.own_weight,
                rank: 1 + ahead.count() as u64,
                expected_rank: ranks.iter().map(|r| f64::from(*r)).sum::<f64>() / draws as f64,
                rank_lower: end(skipped),
                rank_upper: end((draws - 1).saturating_sub(skipped)),
                p_top: share(&|rank| rank <= k),
                p_bottom: share(&|rank| rank + k > last),
            });
        }
        Ok(standings)
    }
}

config::written!(
    League,
    r#"{"scoring": {"metrics": [{"metric": "nps"}]}, "between": "paule_mandel", "k": 5}"#
);

fn is_better(a: f64, b: f64, better: Better) -> bool {
    match better {
        Better::Higher => a > b,
        Better::Lower => a < b,
    }
}

fn default_k(ranked: usize) -> u64 {
    ranked.div_ceil(10).max(3).min(ranked / 2).max(1) as u64
}

/// A group's score with its squared standard error.
#[derive(Debug, Clone, Copy)]
struct Estimate {
    value: f64,
    squared: f64,
}

/// Scores of the groups that are shown and rated, by position, with errors from smoothed variances.
fn smoothed(groups: &[Group], metric: &Metric, smoothing: f64) -> Option<Vec<(usize, Estimate)>> {
    let values = metric.values();
    let shown = || groups.iter().enumerate().filter(|(_, group)| !group.hidden);
    let mut pooled = vec![0.0; values.len()];
    for (_, group) in shown() {
        for (sum, mass) in pooled.iter_mut().zip(group.tally.masses()) {
            *sum += mass;
        }
    }
    let total: f64 = pooled.iter().sum();
    if !(total > 0.0) {
        return None;
    }
    let mut estimates = Vec::new();
    for (at, group) in shown() {
        let sample = Sample::new(&group.tally, metric, None);
        let Some(value) = sample.value.filter(|_| sample.size > 0.0) else { continue };
        let masses = || {
            let both = sample.effective.iter().zip(&pooled);
            values.iter().zip(both.map(|(own, all)| own + smoothing * all / total))
        };
        let mass = sample.size + smoothing;
        let mean = masses().map(|(v, m)| v * m).sum::<f64>() / mass;
        let spread: f64 = masses().map(|(v, m)| m * (v - mean) * (v - mean)).sum();
        estimates.push((at, Estimate { value, squared: spread / mass / sample.size }));
    }
    Some(estimates)
}

/// The joint distribution of true scores given the data.
/// The mean of true scores, and its variance.
/// Variance of the true score, with that of the mean.
/// Variance given the mean.
/// The rank (from 1 for the best) of each group in each draw. Where true scores are equal, as
/// without variance between groups, chance decides.
impl Standings {
    /// The league as a table.
    ///
    /// Columns: one for each attribute of `by` under its own name; `metric`; `rank`, `rank_lower`,
    /// `rank_upper`, `expected_rank`, `p_top`, `p_bottom`; `shrunk`, `shrunk_lower`, `shrunk_upper`,
    /// `own_weight`; `value`, `lower`, `upper`, `n` of the score as it is; `suppressed`. In a
    /// suppressed row all numbers are missing.
    ///
    /// ```
    /// use heedful::{Column, League, Metric, Responses};
    /// let responses = Responses::new()
    ///     .with("score", Column::numbers([10_u8, 9, 3, 0].repeat(5)))?
    ///     .with("agent", Column::categories(["Ann", "Ann", "Bob", "Bob"].repeat(5).into_iter().map(Some)))?
    ///     .rating("score");
    /// let table = League::new(Metric::nps(), ["agent"]).run(&responses)?.to_table();
    /// assert_eq!((table.columns()[0].name.as_str(), table.columns()[2].name.as_str()), ("agent", "rank"));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.rows.iter();
        for (i, name) in self.by.iter().enumerate() {
            table.keys(name, rows().map(|r| r.keys.get(i).unwrap_or(&Key::Missing)));
        }
        table.texts("metric", rows().map(|_| Some(self.metric.as_str())));
        let standing = || rows().map(|r| r.standing);
        table.ints("rank", standing().map(|s| s.map(|s| s.rank)));
        table.ints("rank_lower", standing().map(|s| s.map(|s| s.rank_lower)));
        table.ints("rank_upper", standing().map(|s| s.map(|s| s.rank_upper)));
        table.floats("expected_rank", standing().map(|s| s.map(|s| s.expected_rank)));
        table.floats("p_top", standing().map(|s| s.map(|s| s.p_top)));
        table.floats("p_bottom", standing().map(|s| s.map(|s| s.p_bottom)));
        table.floats("shrunk", standing().map(|s| s.map(|s| s.shrunk)));
        table.floats("shrunk_lower", standing().map(|s| s.map(|s| s.interval.lower)));
        table.floats("shrunk_upper", standing().map(|s| s.map(|s| s.interval.upper)));
        table.floats("own_weight", standing().map(|s| s.map(|s| s.own_weight)));
        table.floats("value", rows().map(|r| r.score.value));
        table.floats("lower", rows().map(|r| r.score.interval.map(|i| i.lower)));
        table.floats("upper", rows().map(|r| r.score.interval.map(|i| i.upper)));
        table.ints("n", rows().map(|r| (!r.suppressed).then_some(r.score.n)));
        table.push("suppressed", Data::Bool(rows().map(|r| Some(r.suppressed)).collect()));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listen::column::Column;
    use crate::stats::{Confidence, test};
    use proptest::prelude::*;

    fn thumbs() -> Metric {
        Metric::preset("thumbs").unwrap()
    }

    /// Groups of (up, down), named a, b, c ...
    fn responses(groups: &[(u32, u32)]) -> Responses {
        let rows = groups.iter().zip('a'..).flat_map(|((up, down), name)| {
            (0..up + down).map(move |i| (u8::from(i < *up), name.to_string()))
        });
        let (ratings, names): (Vec<u8>, Vec<String>) = rows.unzip();
        Responses::new()
            .with("thumb", Column::numbers(ratings))
            .unwrap()
            .with("agent", Column::categories(names.into_iter().map(Some)))
            .unwrap()
            .rating("thumb")
    }

    fn league(groups: &[(u32, u32)]) -> Standings {
        League::new(thumbs(), ["agent"]).run(&responses(groups)).unwrap()
    }

    fn estimated() -> League {
        League::new(thumbs(), ["agent"]).between(BetweenVariance::PauleMandel)
    }

    fn place<'a>(standings: &'a Standings, name: &str) -> &'a Place {
        standings.rows.iter().find(|r| r.keys[0] == Key::text(name)).unwrap()
    }

    #[track_caller]
    fn close(actual: f64, expected: f64, tolerance: f64) {
        assert!((actual - expected).abs() <= tolerance, "{actual:e} is not {expected:e}");
    }

    #[test]
    fn agrees_with_the_slow_twin() {
        let groups = [(8.0, 2.0), (45.0, 55.0), (3.0, 0.0), (20.0, 5.0), (1.0, 6.0)];
        let counts = groups.map(|(up, down)| (up as u32, down as u32));
        let found = estimated().run(&responses(&counts)).unwrap();
        // All again on shares, in other words: posterior by precision-weighted averages, τ² by bisection.
        let (up, all) = groups.iter().fold((0.0, 0.0), |s, g| (s.0 + g.0, s.1 + g.0 + g.1));
        let estimates = groups.map(|(u, d)| {
            let p = (u + 4.0 * up / all) / (u + d + 4.0);
            (u / (u + d), p * (1.0 - p) / (u + d))
        });
        let at = |tau2: f64| {
            let w = estimates.map(|e| 1.0 / (e.1 + tau2));
            let mean =
                estimates.iter().zip(w).map(|(e, w)| e.0 * w).sum::<f64>() / w.iter().sum::<f64>();
            let q: f64 = estimates.iter().zip(w).map(|(e, w)| w * (e.0 - mean).powi(2)).sum();
            (mean, 1.0 / w.iter().sum::<f64>(), q)
        };
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            if at(middle).2 > 4.0 { low = middle } else { high = middle }
        }
        let (mean, mean_variance, _) = at(low);
        close(found.mean.unwrap(), 100.0 * mean, 1e-9);
        close(found.deviation.unwrap(), 100.0 * low.sqrt(), 1e-9);
        for ((value, squared), name) in estimates.iter().zip('a'..) {
            let standing = place(&found, &name.to_string()).standing.unwrap();
            let precision = 1.0 / squared + 1.0 / low;
            let shrunk = (value / squared + mean / low) / precision;
            close(standing.shrunk, 100.0 * shrunk, 1e-9);
            let error = 1.0 / precision + (1.0 / low / precision).powi(2) * mean_variance;
            let upper = 100.0 * (shrunk + 1.959_963_984_540_054 * error.sqrt());
            close(standing.interval.upper, upper.min(100.0), 1e-8);
        }
    }

    #[test]
    fn two_groups_by_the_normal_distribution() {
        let table = responses(&[(70, 30), (12, 13)]);
        let found = estimated().draws(100_000).seed(3).run(&table).unwrap();
        assert_eq!(found.k, 1);
        let (a, b) = (place(&found, "a").standing.unwrap(), place(&found, "b").standing.unwrap());
        let tau2 = found.deviation.unwrap().powi(2);
        // Given the mean, a true score has variance (1 - B) s² = B τ²; the mean adds its own.
        let [keep_a, keep_b] = [a, b].map(|s| 1.0 - s.own_weight);
        let squared = |keep: f64| tau2 * keep / (1.0 - keep);
        let mean = 1.0 / (1.0 / (squared(keep_a) + tau2) + 1.0 / (squared(keep_b) + tau2));
        let variance = tau2 * (keep_a + keep_b) + (keep_a - keep_b).powi(2) * mean;
        let p = test::Comparison::wald(a.shrunk - b.shrunk, variance.sqrt(), Confidence::default());
        let expected = 1.0 - 0.5 * p.unwrap().p_value.unwrap();
        close(a.p_top, expected, 4.0 * (expected * (1.0 - expected) / 1e5).sqrt());
        assert_eq!((a.p_top, a.p_bottom), (b.p_bottom, b.p_top));
        close(a.expected_rank, 2.0 - a.p_top, 1e-12);
    }

    #[test]
    fn two_happy_customers_are_no_proof() {
        let found = league(&[(2, 0), (85, 15), (40, 60), (20, 80), (50, 50)]);
        assert_eq!(found.rows[0].keys, [Key::text("b")]);
        let lucky = place(&found, "a").standing.unwrap();
        assert!(lucky.own_weight < 0.5 && lucky.shrunk < 85.0, "{lucky:?}");
        assert!(lucky.rank_lower == 1 && lucky.rank_upper >= 4, "{lucky:?}");
        assert_eq!(place(&found, "a").score.value, Some(100.0));
    }

    #[test]
    fn groups_that_differ_by_chance_alone_share_the_first_rank() {
        let found = estimated().run(&responses(&[(10, 10), (11, 9), (10, 10), (9, 11)])).unwrap();
        assert_eq!(found.deviation, Some(0.0));
        for row in &found.rows {
            let s = row.standing.unwrap();
            assert_eq!((s.rank, s.rank_lower, s.rank_upper), (1, 1, 4));
            close(s.p_top, 0.5, 0.035);
            close(s.shrunk, found.mean.unwrap(), 1e-12);
        }
        let names: Vec<String> = found.rows.iter().map(|r| r.keys[0].to_string()).collect();
        assert_eq!(names, ["a", "b", "c", "d"]);
    }

    #[test]
    fn what_cannot_be_ranked_comes_last() {
        let one = league(&[(3, 4)]);
        assert_eq!((one.rows[0].standing, one.mean, one.rows[0].score.n), (None, None, 7));
        assert_eq!(league(&[(3, 0), (4, 0)]).rows[0].standing, None);
        let scoring = Scoring::new(thumbs()).by(["agent"]).minimum_n(5);
        let table = responses(&[(2, 0), (85, 15), (40, 60)]);
        let found = League::of(scoring).run(&table).unwrap();
        let names: Vec<String> = found.rows.iter().map(|r| r.keys[0].to_string()).collect();
        assert_eq!(names, ["b", "c", "a"]);
        let text = serde_json::to_string(&found.to_table()).unwrap();
        assert!(text.contains(r#"{"agent":"a","metric":"thumbs","rank":null"#), "{text}");
        assert!(text.contains(r#""n":null,"suppressed":true"#), "{text}");
        // Who is hidden leaves no trace in the others.
        let without = league(&[(0, 0), (85, 15), (40, 60)]);
        assert_eq!(without.rows[0].standing, found.rows[0].standing);
    }

    #[test]
    fn options_are_checked() {
        let table = responses(&[(1, 1)]);
        let path = |league: League| league.run(&table).unwrap_err().path().to_owned();
        let league = || League::new(thumbs(), ["agent"]);
        assert_eq!(path(league().smoothing(0.0)), "smoothing");
        assert_eq!(path(league().smoothing(f64::NAN)), "smoothing");
        assert_eq!(path(league().draws(99)), "draws");
        assert_eq!(path(league().k(0)), "k");
        assert_eq!(path(League::of(Scoring::new(thumbs()))), "by");
        assert_eq!(path(League::of(Scoring::of([]).by(["agent"]))), "metrics");
        let json = r#"{"scoring":{"metrics":[{"metric":"thumbs"}],"by":["agent"]},"between":"dersimonian_laird","k":2,"draws":500,"seed":9}"#;
        let found = League::from_json(json).unwrap().run(&table).unwrap();
        assert_eq!((found.k, found.draws, found.seed), (2, 500, 9));
        assert_eq!([2, 5, 7, 40, 41].map(default_k), [1, 2, 3, 4, 5]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn laws(groups in prop::collection::vec((0..30_u32, 0..30_u32), 2..8)) {
            let table = responses(&groups);
            let higher = League::new(thumbs(), ["agent"]).draws(200);
            let found = higher.run(&table).unwrap();
            let ranked: Vec<Standing> = found.rows.iter().filter_map(|r| r.standing).collect();
            if !ranked.is_empty() {
                let k = (found.k as f64).min(ranked.len() as f64);
                prop_assert!((ranked.iter().map(|s| s.p_top).sum::<f64>() - k).abs() < 1e-9);
                prop_assert!((ranked.iter().map(|s| s.p_bottom).sum::<f64>() - k).abs() < 1e-9);
                let places = ranked.len() as f64;
                let sum = places * (places + 1.0) / 2.0;
                prop_assert!((ranked.iter().map(|s| s.expected_rank).sum::<f64>() - sum).abs() < 1e-9);
            }
            for row in &found.rows {
                if let Some(s) = row.standing {
                    prop_assert!(s.interval.lower <= s.shrunk && s.shrunk <= s.interval.upper);
                    prop_assert!(s.rank_lower <= s.rank_upper);
                    prop_assert!(s.own_weight > 0.0 && s.own_weight < 1.0);
                }
            }
            // With one τ, between the group's score and the mean.
            let one = estimated().run(&table).unwrap();
            for row in &one.rows {
                if let Some((s, value)) = row.standing.zip(row.score.value) {
                    let mean = one.mean.unwrap();
                    let (low, high) = (value.min(mean), value.max(mean));
                    prop_assert!(low - 1e-9 <= s.shrunk && s.shrunk <= high + 1e-9);
                }
            }
            // Where less is better, the same draws in the opposite order.
            let lower = thumbs().with_better(Better::Lower);
            let turned = League::new(lower, ["agent"]).draws(200).run(&table).unwrap();
            for row in &found.rows {
                let other = turned.rows.iter().find(|r| r.keys == row.keys).unwrap();
                if let Some((a, b)) = row.standing.zip(other.standing) {
                    prop_assert_eq!((a.p_top, a.shrunk), (b.p_bottom, b.shrunk));
                    prop_assert_eq!(a.rank_lower + b.rank_upper, ranked.len() as u64 + 1);
                }
            }
        }
    }
}
