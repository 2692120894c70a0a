//! What the score would be if a reason were given less often.

use serde::Serialize;

use super::impact::{mean, spread};
use super::thirty;
use crate::base::config::{self, record, setters};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::metric::Metric;
use crate::base::table::Table;
use crate::base::tally::Tally;
use crate::interpret::frame::{Cells, Frame};
use crate::interpret::mention::Mentions;
use crate::interpret::scoring::Scoring;
use crate::interpret::split::Split;
use crate::listen::responses::Responses;
use crate::stats::{Comparison as Test, Interval};

/// A scenario: some reasons are given this many times as often.
///
/// **Assumptions**, which the data cannot check: of the responses with one of the reasons, a random part
/// (1 - factor) comes to answer as the responses of their segment without any of them do, and nothing else
/// changes. With a factor above 1 a random part of the others comes to answer as those with them do. So an
/// impact that is due to something else (who complains, when) is promised in vain: look at
/// [`Confounding`](crate::Confounding),
/// and take segments within which responses are alike.
///
/// Where a segment has fewer than the minimum n without the reasons (with them, for factors above 1), the
/// rest of all segments stands in; [`WhatIfReport::borrowed`] says how often.
///
/// ```
/// use heedful::{Column, Mentions, Metric, Responses, WhatIf};
///
/// let ratings: Vec<u8> = (0..400).map(|i| if i % 4 == 0 { 2 } else { 9 }).collect();
/// let lists = (0..400).map(|i| if i % 4 == 0 { vec!["price"] } else { vec![] });
/// let responses = Responses::new().with("score", Column::numbers(ratings))?.rating("score");
/// // Complaints about the price halve:
/// let report = WhatIf::new(Metric::nps(), ["price"], 0.5)
///     .run(&responses, &Mentions::from_lists(lists)?)?;
/// assert_eq!((report.score, report.new_score), (Some(50.0), Some(75.0)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WhatIf {
    /// What is scored: one metric, no groups or periods.
    scoring: Scoring,
    /// The reasons that change.
    reasons: Vec<String>,
    /// How many times as often they are given.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    factor: f64,
    /// Columns that make the segments.
    #[serde(default)]
    segments: Vec<String>,
    /// Rated responses that a segment needs as a model.
    #[serde(default = "thirty")]
    minimum_n: u64,
}

/// What a scenario does to one segment.
///
/// ```
/// use heedful::{Column, Mentions, Metric, Responses, WhatIf};
///
/// // Free: half complain of the price (0) and half do not (10). Pro: nobody complains.
/// let table = Responses::new()
///     .with("score", Column::numbers([[0_u8; 40], [10; 40], [10; 40]].concat()))?
///     .with("plan", Column::categories((0..120).map(|i| Some(if i < 80 { "free" } else { "pro" }))))?
///     .rating("score");
/// let said = Mentions::from_lists((0..120).map(|i| if i < 40 { vec!["price"] } else { vec![] }))?;
/// let scenario = WhatIf::new(Metric::nps(), ["price"], 0.5).segments(["plan"]);
/// let [free, pro] = &scenario.run(&table, &said)?.segments[..] else { panic!("two plans") };
/// assert_eq!((free.n, free.affected, free.borrowed), (80, 40, false));
/// // Half of the 40 come to answer as the others on the plan do: from 0 to 50 points, on two thirds of all responses.
/// assert_eq!((free.score, free.new_score), (Some(0.0), Some(50.0)));
/// assert!((free.contribution - 100.0 / 3.0).abs() < 1e-9 && pro.contribution == 0.0);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct WhatIfSegment {
    /// The segment's values of the columns.
    pub keys: Vec<Key>,
    /// Rated responses.
    pub n: u64,
    /// Those with one of the reasons.
    pub affected: u64,
    /// Its score now, in points.
    pub score: Option<f64>,
    /// Its score in the scenario.
    pub new_score: Option<f64>,
    /// What it adds to the change of the whole, in points; the segments add up to it.
    pub contribution: f64,
    /// Too few responses were there as a model, so that all segments' rest stood in.
    pub borrowed: bool,
}

/// What a scenario does to the score.
///
/// ```
/// use heedful::{Column, Data, Mentions, Metric, Responses, WhatIf};
///
/// // Everybody on the free plan complains, so the rest of all customers stands in as the model.
/// let table = Responses::new()
///     .with("score", Column::numbers([[0_u8; 50], [10; 50]].concat()))?
///     .with("plan", Column::categories((0..100).map(|i| Some(if i < 50 { "free" } else { "pro" }))))?
///     .rating("score");
/// let said = Mentions::from_lists((0..100).map(|i| if i < 50 { vec!["price"] } else { vec![] }))?;
/// let report = WhatIf::new(Metric::nps(), ["price"], 0.0).segments(["plan"]).run(&table, &said)?;
/// assert_eq!((report.score, report.new_score, report.change), (Some(0.0), Some(100.0), Some(100.0)));
/// assert_eq!((report.affected, report.borrowed), (50, 1));
/// let table = report.to_table();
/// assert_eq!((table.columns()[0].name.as_str(), table.columns()[1].name.as_str()), ("plan", "n"));
/// assert_eq!(table.columns()[2].data, Data::Int(vec![Some(50), Some(0)])); // `affected`
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct WhatIfReport {
    /// The score now, in points.
    pub score: Option<f64>,
    /// The score in the scenario.
    pub new_score: Option<f64>,
    /// Interval of the score in the scenario: the uncertainty of the sample under the assumptions.
    pub interval: Option<Interval>,
    /// The new score less the old one.
    pub change: Option<f64>,
    /// Standard error of the change.
    pub change_standard_error: Option<f64>,
    /// Interval of the change.
    pub change_interval: Option<Interval>,
    /// Rated responses with one of the reasons.
    pub affected: u64,
    /// Segments whose model is that of all segments.
    pub borrowed: u64,
    /// The columns that made the segments.
    pub by: Vec<String>,
    /// The segments in the order of their keys.
    pub segments: Vec<WhatIfSegment>,
}

setters!(WhatIf {
    /// The columns that make the segments whose rest the affected become like; all are one where not set.
    segments: names,
    /// Rated responses that a segment needs as a model, at least 1; 30 where not set.
    minimum_n: u64,
});

record!(WhatIf { scoring, reasons, factor, segments = Default::default(), minimum_n = thirty() });

impl WhatIf {
    /// The reasons are given `factor` times as often: 0.5 halves them, 0 ends them.
    #[must_use]
    pub fn new<S: Into<String>>(
        metric: Metric,
        reasons: impl IntoIterator<Item = S>,
        factor: f64,
    ) -> Self {
        Self::of(Scoring::new(metric), reasons, factor)
    }

    /// With all options of a scoring of one metric.
    ///
    /// ```
    /// use heedful::{Column, Invalid, Mentions, Metric, Responses, Scoring, WhatIf};
    ///
    /// let table = Responses::new().with("score", Column::numbers(vec![99_u8, 0, 10, 10]))?.rating("score");
    /// let said = Mentions::from_lists([vec!["price"], vec!["price"], vec![], vec![]])?;
    /// let scoring = Scoring::new(Metric::nps()).invalid(Invalid::Count);
    /// let report = WhatIf::of(scoring, ["price"], 0.0).minimum_n(1).run(&table, &said)?;
    /// assert_eq!((report.affected, report.new_score), (1, Some(100.0)));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn of<S: Into<String>>(
        scoring: Scoring,
        reasons: impl IntoIterator<Item = S>,
        factor: f64,
    ) -> Self {
        let reasons = reasons.into_iter().map(Into::into).collect();
        Self { scoring, reasons, factor, segments: Vec::new(), minimum_n: thirty() }
    }

    /// Reads options from JSON: `{"scoring": {"metrics": [{"metric": "nps"}]}, "reasons": ["price"],
    /// "factor": 0.5}` with the names of the setters here.
    ///
    /// ```
    /// use heedful::{Metric, WhatIf};
    ///
    /// let text = r#"{"scoring": {"metrics": [{"metric": "nps"}]}, "reasons": ["price"], "factor": 0.5}"#;
    /// assert_eq!(WhatIf::from_json(text)?, WhatIf::new(Metric::nps(), ["price"], 0.5));
    /// assert_eq!(WhatIf::from_json(&text.replace("0.5", "true")).unwrap_err().path(), "factor");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// What the scenario does.
    ///
    /// # Errors
    /// As for [`Scoring::run`]; `unknown-name` for a reason that does not exist; `invalid-argument` for a
    /// factor that is negative, not finite, or asks for more responses with the reasons than there are;
    /// `too-few` where nobody could be a model.
    pub fn run(&self, responses: &Responses, mentions: &Mentions) -> Result<WhatIfReport> {
        mentions.check(responses)?;
        let bad = |message: &str| Err(Error::new(ErrorCode::InvalidArgument, message).at("factor"));
        if !(self.factor >= 0.0 && self.factor.is_finite()) {
            return bad("a factor is a finite number of at least 0");
        }
        let reason = |(i, name): (usize, &String)| {
            mentions.require(name).map_err(|e| e.at(format!("reasons[{i}]")))
        };
        let reasons = self.reasons.iter().enumerate().map(reason).collect::<Result<Vec<_>>>()?;
        let frame = Frame::of(&self.scoring, responses)?;
        let metric = frame.metric;
        let split = Split::of(responses, &self.segments)?;
        let mut cells = Cells::new(2 * split.len(), &frame);
        for (row, code) in frame.rated() {
            let affected = mentions.row(row).iter().any(|code| reasons.contains(code));
            cells.add(2 * split.group(row) + usize::from(affected), code, row);
        }
        let tallies = cells.tallies();
        let sides: Vec<(&Tally, &Tally)> =
            tallies.chunks(2).filter_map(|pair| Some((pair.first()?, pair.get(1)?))).collect();
        let everyone = |side: fn(&(&Tally, &Tally)) -> Tally| {
            let mut sum = Tally::new(metric.scale().clone());
            sides.iter().try_for_each(|pair| sum.merge(&side(pair)))?;
            Ok::<Tally, Error>(sum)
        };
        let rests = everyone(|(rest, _)| (*rest).clone())?;
        let affected = everyone(|(_, affected)| (*affected).clone())?;
        let mut all = rests.clone();
        all.merge(&affected)?;
        let shrinks = self.factor <= 1.0;
        let (moving, models) = if shrinks { (&affected, &rests) } else { (&rests, &affected) };
        let Some((mass, score)) = mean(&all, metric) else {
            return Ok(WhatIfReport::nothing(&self.segments));
        };
        let model = if moving.n() == 0 || (self.factor - 1.0).abs() <= 0.0 {
            None
        } else if models.n() < self.minimum_n.max(1) {
            let message = "there are too few responses that the others could become like";
            return Err(Error::new(ErrorCode::TooFew, message).at("reasons"));
        } else {
            mean(models, metric).map(|(_, mean)| mean)
        };

        // Segment by segment: the part of `from` that moves, and where to.
        let mut new_score = score;
        let mut segments = Vec::new();
        let mut lent = 0.0;
        for (rest, hit) in &sides {
            let (from, to) = if shrinks { (hit, rest) } else { (rest, hit) };
            let own = mean(to, metric).filter(|_| to.n() >= self.minimum_n.max(1));
            let borrowed = own.is_none() && from.n() > 0 && model.is_some();
            let mass_of = |tally: &Tally| tally.masses().iter().sum::<f64>();
            let part = if shrinks {
                1.0 - self.factor
            } else {
                (self.factor - 1.0) * mass_of(hit) / mass_of(rest).max(f64::MIN_POSITIVE)
            };
            if part > 1.0 && mass_of(hit) > 0.0 {
                return bad("a segment has not so many responses as the factor asks for");
            }
            let target = own.map(|(_, mean)| mean).or(model);
            let moved = match (mean(from, metric), target) {
                (Some((mass, mean)), Some(target)) => part * mass * (target - mean),
                _ => 0.0,
            };
            if borrowed {
                lent += part * mass_of(from);
            }
            new_score += moved / mass;
            segments.push((rest, hit, part, target, borrowed, moved));
        }
        // The influence of a response on the new score and on its change.
        let model_mass: f64 = models.masses().iter().sum();
        let (mut level_spread, mut change_spread) = (0.0, 0.0);
        let change = new_score - score;
        for (rest, hit, part, target, borrowed, _) in &segments {
            let (from, to) = if shrinks { (hit, rest) } else { (rest, hit) };
            let mass_of = |tally: &Tally| tally.masses().iter().sum::<f64>();
            let (from_mean, to_mean) =
                (mean(from, metric).map_or(0.0, |m| m.1), mean(to, metric).map_or(0.0, |m| m.1));
            let target = target.unwrap_or(from_mean);
            let carried = if *borrowed || mass_of(to) <= 0.0 {
                0.0
            } else {
                part * mass_of(from) / mass_of(to)
            };
            // Those that move: a part of them counts as the target. With a factor above 1 the part itself
            // depends on how many there are on either side: one more with the reasons moves (factor - 1) of
            // the others, and the others' number does not matter but through their mean.
            let (from_shift, to_shift) = if shrinks {
                (0.0, 0.0)
            } else {
                (-part * (target - from_mean), (self.factor - 1.0) * (target - from_mean))
            };
            let own_model = |x: f64| if *borrowed { 0.0 } else { carried * (x - to_mean) };
            // Responses that serve as everybody's model carry a little of each segment that borrows.
            let lend = |x: f64| match model {
                Some(model) if lent > 0.0 => lent / model_mass * (x - model),
                _ => 0.0,
            };
            let moved_by = |x: f64| part * (target - x) + from_shift;
            let carries = |x: f64| own_model(x) + lend(x) + to_shift;
            change_spread += spread(from, metric, |x| moved_by(x) - change);
            change_spread += spread(to, metric, |x| carries(x) - change);
            level_spread += spread(from, metric, |x| x + moved_by(x) - new_score);
            level_spread += spread(to, metric, |x| x + carries(x) - new_score);
        }
        let confidence = self.scoring.stated().confidence;
        let error = libm::sqrt(change_spread) / mass;
        let interval = Interval::wald(new_score, libm::sqrt(level_spread) / mass, confidence);
        let (lowest, highest) = metric.range();
        let cut =
            |i: Interval| Interval { lower: i.lower.max(lowest), upper: i.upper.min(highest), ..i };
        let segments: Vec<WhatIfSegment> = segments
            .into_iter()
            .zip(split.keys())
            .map(|((rest, hit, _, _, borrowed, moved), keys)| {
                let mut own = (*rest).clone();
                let merged = own.merge(hit);
                let now = merged.ok().and_then(|()| mean(&own, metric));
                WhatIfSegment {
                    keys: keys.clone(),
                    n: own.n(),
                    affected: hit.n(),
                    score: now.map(|(_, mean)| mean),
                    new_score: now.map(|(mass, mean)| mean + moved / mass),
                    contribution: moved / mass,
                    borrowed,
                }
            })
            .collect();
        Ok(WhatIfReport {
            score: Some(score),
            new_score: Some(new_score),
            interval: interval.map(cut),
            change: Some(change),
            change_standard_error: Some(error),
            change_interval: Test::wald(change, error, confidence).map(|t| t.interval),
            affected: affected.n(),
            borrowed: segments.iter().filter(|s| s.borrowed).count() as u64,
            by: self.segments.clone(),
            segments,
        })
    }
}

config::written!(
    WhatIf,
    r#"{"scoring": {"metrics": [{"metric": "nps"}]}, "reasons": ["price"], "factor": 0.5}"#
);

impl WhatIfReport {
    fn nothing(by: &[String]) -> Self {
        Self {
            score: None,
            new_score: None,
            interval: None,
            change: None,
            change_standard_error: None,
            change_interval: None,
            affected: 0,
            borrowed: 0,
            by: by.to_vec(),
            segments: Vec::new(),
        }
    }

    /// The segments as a table.
    ///
    /// Columns: one for each of `by` under its own name; `n`, `affected`, `score`, `new_score`,
    /// `contribution` (points), `borrowed`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.segments.iter();
        for (i, name) in self.by.iter().enumerate() {
            table.keys(name, rows().map(|r| r.keys.get(i).unwrap_or(&Key::Missing)));
        }
        table.ints("n", rows().map(|r| Some(r.n)));
        table.ints("affected", rows().map(|r| Some(r.affected)));
        table.floats("score", rows().map(|r| r.score));
        table.floats("new_score", rows().map(|r| r.new_score));
        table.floats("contribution", rows().map(|r| Some(r.contribution)));
        table.bools("borrowed", rows().map(|r| Some(r.borrowed)));
        table
    }
}
