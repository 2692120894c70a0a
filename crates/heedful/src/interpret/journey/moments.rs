//! Moments that are remembered, that decide, and where customers stop.

use serde::Serialize;

use super::analysis::{Estimate, JourneyAnalysis, estimate};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::metric::Better;
use crate::base::scale::Reading;
use crate::base::sorted::SortedMap;
use crate::base::tally::Tally;
use crate::interpret::codes::{Codes, NONE};
use crate::interpret::compare::Comparison;
use crate::interpret::frame::Frame;
use crate::interpret::mention::Mentions;
use crate::listen::responses::Responses;
use crate::stats::correlation::correlation;
use crate::stats::{Interval, ProportionSample};

/// The peak-end rule (D. Kahneman, B. Fredrickson, C. Schreiber and D. Redelmeier, "When more pain is
/// preferred to less", Psychological Science 4, 1993) tried on the customers who rated both steps and the
/// relation as a whole.
///
/// The rule predicts a customer's overall rating as the mean of the most extreme rating along the way (the
/// farthest from the middle of the scale; of equals the later step) and that of the last step.
///
/// ```
/// use heedful::{Column, Journey, JourneyAnalysis, Mentions, Metric, Responses};
///
/// let journey = Journey::from_json(r#"{"name": "stay", "stages": [{"name": "stay", "touchpoints": [
///     {"name": "reception"}, {"name": "room"}, {"name": "departure"}
/// ]}]}"#)?;
/// let ways = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 7, 6, 5, 0, 7, 9, 9, 9]))?
///     .with("step", Column::categories(["reception", "room", "departure"].repeat(3).into_iter().map(Some)))?
///     .with("who", Column::categories(["a", "a", "a", "b", "b", "b", "c", "c", "c"].map(Some)))?
///     .rating("score")
///     .customer("who");
/// let whole = Responses::new()
///     .with("score", Column::numbers(vec![8_u8, 3, 10]))?
///     .with("who", Column::categories(["a", "b", "c"].map(Some)))?
///     .rating("score")
///     .customer("who");
/// let analysis = JourneyAnalysis::new(journey, Metric::nps()).touchpoint("step");
/// let rule = analysis.moments(&ways, &Mentions::none(9), &whole)?.peak_end.unwrap();
/// // Peak and end: 10 and 6, 0 and 7, 9 and 9. Measured: 8, 3, 10.
/// assert_eq!(rule.n, 3);
/// assert!((rule.predicted.value - (8.0 + 3.5 + 9.0) / 3.0).abs() < 1e-12);
/// assert!((rule.error.value - (0.0 + 0.5 - 1.0) / 3.0).abs() < 1e-12);
/// // Plain means of 7.7, 4 and 9 go with the whole too, though their order is all that they have to tell.
/// assert!(rule.correlation.unwrap() > 0.97 && rule.correlation_of_mean.unwrap() > 0.9);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct PeakEnd {
    /// Customers.
    pub n: u64,
    /// Mean of the predicted overall ratings, in points of the scale.
    pub predicted: Estimate,
    /// Mean of the measured ones.
    pub measured: Estimate,
    /// Predicted less measured, customer by customer.
    pub error: Estimate,
    /// Correlation of predicted and measured ratings.
    pub correlation: Option<f64>,
    /// The same for the plain mean of all steps, to see whether peak and end tell more.
    pub correlation_of_mean: Option<f64>,
}

/// What the outcome at a touchpoint does to the relational score.
///
/// ```
/// use heedful::{Column, Journey, JourneyAnalysis, Mentions, Metric, Responses};
///
/// let journey = Journey::from_json(r#"{"name": "stay", "stages": [{"name": "stay", "touchpoints": [
///     {"name": "reception"}, {"name": "room"}
/// ]}]}"#)?;
/// // 120 customers: the reception varies and does nothing, a bad room (3) turns a promoter into a detractor.
/// let (reception, room) = (|i: usize| [3_u8, 8, 10][i % 3], |i: usize| [3_u8, 8, 10][i / 3 % 3]);
/// let who = |i: usize| Some(format!("customer {i}"));
/// let ways = Responses::new()
///     .with("score", Column::numbers((0..120).flat_map(|i| [reception(i), room(i)]).collect::<Vec<_>>()))?
///     .with("step", Column::categories(["reception", "room"].repeat(120).into_iter().map(Some)))?
///     .with("who", Column::categories((0..240).map(|i| who(i / 2))))?
///     .rating("score")
///     .customer("who");
/// let whole = Responses::new()
///     .with("score", Column::numbers((0..120).map(|i| if room(i) == 3 { 4_u8 } else { 9 }).collect::<Vec<_>>()))?
///     .with("who", Column::categories((0..120).map(who)))?
///     .rating("score")
///     .customer("who");
/// let analysis = JourneyAnalysis::new(journey, Metric::nps()).touchpoint("step");
/// let moments = analysis.moments(&ways, &Mentions::none(240), &whole)?;
/// let [reception, room] = &moments.make_or_break[..] else { panic!("two steps") };
/// assert_eq!((room.swing.difference, room.failure, room.delight), (Some(200.0), Some(-200.0), Some(0.0)));
/// assert_eq!((reception.n, reception.decides, room.decides), (120, false, true));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct MakeOrBreak {
    /// The touchpoint.
    pub touchpoint: String,
    /// Customers with a rating here and a relational one.
    pub n: u64,
    /// Relational score of customers with a good outcome (best band) against those with a bad one (worst
    /// band).
    pub swing: Comparison,
    /// The p-value of the swing, adjusted over the touchpoints; `None` below the minimum n on either side.
    pub p_adjusted: Option<f64>,
    /// What a failure costs: bad outcome less middling, in points; `None` where either is empty.
    pub failure: Option<f64>,
    /// What delight earns: good outcome less middling.
    pub delight: Option<f64>,
    /// Make or break: the swing is told from chance, and a bad outcome goes with a worse relation.
    pub decides: bool,
}

/// Customers who stop between a step and the rest of the journey.
///
/// ```
/// use heedful::{Column, Journey, JourneyAnalysis, Mentions, Metric, Responses};
///
/// let journey = Journey::from_json(r#"{"name": "order", "stages": [{"name": "order", "touchpoints": [
///     {"name": "shop"}, {"name": "cart"}, {"name": "parcel"}
/// ]}]}"#)?;
/// // Ann goes all the way, Bob leaves after the cart, Cid skips the cart, Dot leaves after the shop.
/// let rows = [("ann", "shop"), ("ann", "cart"), ("ann", "parcel"), ("bob", "shop"), ("bob", "cart"), ("cid", "shop"), ("cid", "parcel"), ("dot", "shop")];
/// let ways = Responses::new()
///     .with("score", Column::numbers(vec![8_u8; 8]))?
///     .with("step", Column::categories(rows.map(|row| Some(row.1))))?
///     .with("who", Column::categories(rows.map(|row| Some(row.0))))?
///     .rating("score")
///     .customer("who");
/// let analysis = JourneyAnalysis::new(journey, Metric::nps()).touchpoint("step");
/// let gaps = analysis.moments(&ways, &Mentions::none(8), &ways)?.gaps;
/// let found: Vec<_> = gaps.iter().map(|gap| (gap.touchpoint.as_str(), gap.reached, gap.continued)).collect();
/// assert_eq!(found, [("shop", 4, 3), ("cart", 2, 1)]);
/// assert_eq!(gaps[0].stopped, Some(0.25));
/// assert!(gaps[0].interval.unwrap().contains(0.25));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct JourneyGap {
    /// The touchpoint after which they stop.
    pub touchpoint: String,
    /// Customers who were seen here.
    pub reached: u64,
    /// Those of them who were seen at any later touchpoint.
    pub continued: u64,
    /// Share that stopped, 0 to 1; `None` where nobody was seen.
    pub stopped: Option<f64>,
    /// Its Wilson interval.
    pub interval: Option<Interval>,
}

/// What the way of each customer shows.
///
/// ```
/// use heedful::{Column, Journey, JourneyAnalysis, Mentions, Metric, Responses};
///
/// let journey = Journey::from_json(r#"{"name": "visit", "stages": [{"name": "visit", "touchpoints": [
///     {"name": "shop"}, {"name": "checkout"}
/// ]}]}"#)?;
/// let table = Responses::new()
///     .with("score", Column::numbers(vec![9_u8, 2]))?
///     .with("step", Column::categories(["shop", "checkout"].map(Some)))?
///     .with("who", Column::categories(["ann", "bob"].map(Some)))?
///     .rating("score")
///     .customer("who");
/// let moments = JourneyAnalysis::new(journey, Metric::nps())
///     .touchpoint("step")
///     .moments(&table, &Mentions::none(2), &table)?;
/// // Two customers are too few for the rule of peak and end; after the last step nobody can stop.
/// assert_eq!((moments.peak_end, moments.make_or_break.len(), moments.gaps.len()), (None, 2, 1));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct JourneyMoments {
    /// Peak and end against the relation as a whole; `None` for fewer than 3 customers with both.
    pub peak_end: Option<PeakEnd>,
    /// The touchpoints in order.
    pub make_or_break: Vec<MakeOrBreak>,
    /// The touchpoints in order but the last.
    pub gaps: Vec<JourneyGap>,
}

/// The way of a customer. Of many touchpoints each customer meets a few.
#[derive(Debug, Clone, Default)]
struct Way {
    /// The touchpoints at which the customer was seen, in order, each with the latest rating there (index of the point).
    steps: Vec<(usize, Option<usize>)>,
    overall: Option<usize>,
}

impl Way {
    fn meet(&mut self, step: usize, rating: Option<usize>) {
        match self.steps.binary_search_by_key(&step, |(known, _)| *known) {
            Ok(place) => {
                if let Some((_, known)) = self.steps.get_mut(place) {
                    *known = rating.or(*known);
                }
            }
            Err(place) => self.steps.insert(place, (step, rating)),
        }
    }
}

impl JourneyAnalysis {
    /// What ways show: peaks and ends, moments that make or break, gaps. `relational` holds one rating of
    /// the relation by the same metric for each customer (of several the last row counts); both tables name
    /// their customers. At a touchpoint too the last row of a customer counts.
    ///
    /// ```
    /// use heedful::{Column, ErrorCode, Journey, JourneyAnalysis, Mentions, Metric, Responses};
    ///
    /// let journey = Journey::from_json(r#"{"name": "visit", "stages": [{"name": "visit", "touchpoints": [
    ///     {"name": "shop"}, {"name": "checkout"}
    /// ]}]}"#)?;
    /// let table = |scores: Vec<u8>, steps: [&str; 3]| {
    ///     let table = Responses::new().with("score", Column::numbers(scores))?;
    ///     let table = table.with("step", Column::categories(steps.map(Some)))?;
    ///     table.with("who", Column::categories(["ann", "ann", "bob"].map(Some)))
    /// };
    /// let ways = table(vec![3, 9, 9], ["shop", "shop", "checkout"])?.rating("score");
    /// let whole = table(vec![0, 10, 9], [""; 3])?.rating("score").customer("who");
    /// let analysis = JourneyAnalysis::new(journey, Metric::nps()).touchpoint("step").minimum_n(1);
    /// let error = analysis.moments(&ways, &Mentions::none(3), &whole).unwrap_err();
    /// assert_eq!(error.code(), ErrorCode::MissingColumn); // who went this way?
    /// let moments = analysis.moments(&ways.customer("who"), &Mentions::none(3), &whole)?;
    /// // Of several ratings the last counts: Ann was content with the shop, and is a promoter.
    /// let shop = &moments.make_or_break[0];
    /// assert_eq!((shop.n, shop.swing.after.value), (1, Some(100.0)));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`run`](Self::run); `missing-column` where a table does not name its customers or ratings.
    pub fn moments(
        &self,
        responses: &Responses,
        mentions: &Mentions,
        relational: &Responses,
    ) -> Result<JourneyMoments> {
        let (steps, _) = self.attach(responses, mentions)?;
        let frame = Frame::of(&self.scoring, responses)?;
        let overall = Frame::of(&self.scoring, relational)?;
        let mut known: SortedMap<Key, usize> = Default::default();
        let mut ways: Vec<Way> = Vec::new();
        let mut number = |table: &Responses| -> Result<Vec<Option<usize>>> {
            let name = table.roles().customer.as_deref();
            let codes = Codes::of(table.role("customer", name)?);
            let places: Vec<usize> = codes
                .values
                .into_iter()
                .map(|key| {
                    *known.entry(key).or_insert_with(|| {
                        ways.push(Way::default());
                        ways.len() - 1
                    })
                })
                .collect();
            let place = |code: &u32| places.get(*code as usize).copied().filter(|_| *code != NONE);
            Ok(codes.rows.iter().map(place).collect())
        };
        let (walkers, answerers) = (number(responses)?, number(relational)?);
        let rating = |frame: &Frame<'_>, row: usize| {
            let code = frame.codes.get(row).map(|code| usize::from(*code));
            code.filter(|code| *code < frame.points)
        };
        for (row, (customer, touched)) in walkers.iter().zip(steps.iter()).enumerate() {
            let Some(way) = customer.and_then(|place| ways.get_mut(place)) else { continue };
            for step in touched {
                way.meet(usize::from(*step), rating(&frame, row));
            }
        }
        for (row, customer) in answerers.iter().enumerate() {
            if let Some(way) = customer.and_then(|place| ways.get_mut(place)) {
                way.overall = rating(&overall, row).or(way.overall);
            }
        }
        Ok(JourneyMoments {
            peak_end: self.peak_end(&ways, &frame),
            make_or_break: self.make_or_break(&ways, &frame, steps.names())?,
            gaps: self.gaps(&ways, steps.names()),
        })
    }

    fn peak_end(&self, ways: &[Way], frame: &Frame<'_>) -> Option<PeakEnd> {
        let scale = frame.metric.scale();
        let points = scale.points();
        let middle = 0.5 * (scale.min() + scale.max());
        let mut predicted = Vec::new();
        let mut measured = Vec::new();
        let mut means = Vec::new();
        for way in ways {
            let ratings: Vec<f64> =
                way.steps.iter().filter_map(|(_, point)| points.get((*point)?).copied()).collect();
            let overall = way.overall.and_then(|point| points.get(point).copied());
            let (Some(end), Some(overall)) = (ratings.last(), overall) else { continue };
            let far = |v: &f64| (v - middle).abs();
            let peak = ratings.iter().max_by(|a, b| far(a).total_cmp(&far(b)))?;
            predicted.push(0.5 * (peak + end));
            measured.push(overall);
            means.push(ratings.iter().sum::<f64>() / ratings.len() as f64);
        }
        if measured.len() < 3 {
            return None;
        }
        let confidence = self.scoring.stated().confidence;
        let pairs = |list: &[f64]| -> Vec<(f64, f64)> {
            list.iter().copied().zip(measured.iter().copied()).collect()
        };
        let errors: Vec<f64> = predicted.iter().zip(&measured).map(|(p, m)| p - m).collect();
        Some(PeakEnd {
            n: measured.len() as u64,
            predicted: estimate(&predicted, confidence)?,
            measured: estimate(&measured, confidence)?,
            error: estimate(&errors, confidence)?,
            correlation: correlation(&pairs(&predicted)),
            correlation_of_mean: correlation(&pairs(&means)),
        })
    }

    fn make_or_break(
        &self,
        ways: &[Way],
        frame: &Frame<'_>,
        names: &[String],
    ) -> Result<Vec<MakeOrBreak>> {
        let metric = frame.metric;
        let bands = metric.bands();
        let ends = bands.first().zip(bands.last()).filter(|_| bands.len() > 1);
        let (lowest, highest) = ends.ok_or_else(|| {
            let message = format!("{} has fewer than 2 bands", metric.name());
            Error::new(ErrorCode::InvalidArgument, message).at("scoring.metrics")
        })?;
        let (worst, best) = match metric.better() {
            Better::Higher => (lowest, highest),
            Better::Lower => (highest, lowest),
        };
        // Bad, middling and good outcomes of each touchpoint, by the relational rating.
        let three = || [0, 1, 2].map(|_| Tally::new(metric.scale().clone()));
        let mut outcomes: Vec<[Tally; 3]> = names.iter().map(|_| three()).collect();
        for way in ways {
            let Some(overall) = way.overall else { continue };
            for (place, own) in &way.steps {
                let Some(own) = *own else { continue };
                let outcome = match metric.band(own).map(|band| &band.name) {
                    Some(name) if *name == worst.name => 0,
                    Some(name) if *name == best.name => 2,
                    _ => 1,
                };
                if let Some(tally) = outcomes.get_mut(*place).and_then(|o| o.get_mut(outcome)) {
                    tally.count(Reading::Point(overall), 1, None);
                }
            }
        }
        let pairs = names.iter().zip(&outcomes);
        let pairs = pairs.map(|(name, [bad, _, good])| (name.as_str(), bad, good)).collect();
        let stated = self.scoring.stated();
        let worse = match metric.better() {
            Better::Higher => 1.0,
            Better::Lower => -1.0,
        };
        let mut found = Vec::new();
        for ((touchpoint, swing, p_adjusted), [bad, middling, good]) in
            self.compared(pairs)?.into_iter().zip(&outcomes)
        {
            let less = |side: &Tally| -> Result<Option<f64>> {
                Ok(Comparison::of(middling, side, metric, stated)?.difference)
            };
            let told = p_adjusted.is_some_and(|p| p < 1.0 - stated.confidence.get());
            found.push(MakeOrBreak {
                n: bad.n() + middling.n() + good.n(),
                failure: less(bad)?,
                delight: less(good)?,
                decides: told && swing.difference.is_some_and(|d| worse * d > 0.0),
                touchpoint,
                swing,
                p_adjusted,
            });
        }
        Ok(found)
    }

    fn gaps(&self, ways: &[Way], names: &[String]) -> Vec<JourneyGap> {
        let confidence = self.scoring.stated().confidence;
        let last = names.len().saturating_sub(1);
        // Reached, and gone on from.
        let mut counts = vec![(0_u64, 0_u64); names.len()];
        for way in ways {
            for (at, (place, _)) in way.steps.iter().enumerate() {
                let Some((reached, continued)) = counts.get_mut(*place) else { continue };
                *reached += 1;
                *continued += u64::from(at + 1 < way.steps.len());
            }
        }
        let gap = |(name, (reached, continued)): (&String, (u64, u64))| {
            let stopped = (reached - continued) as f64;
            let sample = ProportionSample::new(stopped, reached as f64);
            JourneyGap {
                touchpoint: name.clone(),
                reached,
                continued,
                stopped: sample.map(|s| s.value()),
                interval: sample.map(|s| s.score(confidence)),
            }
        };
        names.iter().zip(counts).take(last).map(gap).collect()
    }
}
