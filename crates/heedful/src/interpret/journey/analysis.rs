//! What customers say at each touchpoint.

use serde::Serialize;

use super::Journey;
use crate::base::config::{self, record, setters};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::metric::Metric;
use crate::base::sorted::SortedSet;
use crate::base::table::Table;
use crate::base::tally::Tally;
use crate::interpret::columns::intervals;
use crate::interpret::driver::{reason_tallies, thirty};
use crate::interpret::frame::Frame;
use crate::interpret::mention::Mentions;
use crate::interpret::score::Score;
use crate::interpret::scoring::Scoring;
use crate::listen::responses::Responses;
use crate::stats::correlation::correlation;
use crate::stats::distribution::t_sf;
use crate::stats::{Adjustment, Confidence, Interval, MeanSample};

/// How responses attach to the touchpoints of a journey, and what is measured there.
///
/// A response belongs to the touchpoint that its [`touchpoint`](Self::touchpoint) column names, and to every
/// one that its reasons speak of ([`run_with`](Self::run_with)): several for one comment, with or without a
/// rating.
///
/// ```
/// use heedful::{Column, Journey, JourneyAnalysis, Metric, Responses};
///
/// let journey = Journey::from_json(r#"{"name": "stay", "stages": [
///     {"name": "arrive", "touchpoints": [{"name": "reception"}]},
///     {"name": "sleep", "touchpoints": [{"name": "room"}]}
/// ]}"#)?;
/// let responses = Responses::new()
///     .with("score", Column::numbers(vec![9_u8, 3, 10, 2]))?
///     .with("step", Column::categories(["reception", "room", "reception", "room"].map(Some)))?
///     .with("feeling", Column::numbers(vec![0.5, -0.8, 0.7, -0.6]))?
///     .rating("score");
/// let report = JourneyAnalysis::new(journey, Metric::nps())
///     .touchpoint("step")
///     .intensity("feeling")
///     .run(&responses)?;
/// let room = &report.touchpoints[1];
/// assert_eq!(room.score.as_ref().unwrap().value, Some(-100.0));
/// // Half of all responses speak of it, with 0.7 of bad feeling on average.
/// assert!((room.negative.unwrap().impact - 0.35).abs() < 1e-12);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct JourneyAnalysis {
    /// The journey.
    pub(super) journey: Journey,
    /// What is scored: one metric, no groups or periods.
    pub(super) scoring: Scoring,
    /// The column of the touchpoint.
    #[serde(default)]
    pub(super) touchpoint: Option<String>,
    /// The column of the strength of feeling: above 0 good, below 0 bad.
    #[serde(default)]
    pub(super) intensity: Option<String>,
    /// Columns of numbers that are averaged at each step: effort, minutes spent, first reply time, errors.
    #[serde(default)]
    pub(super) measures: Vec<String>,
    /// Responses that a touchpoint needs to be judged.
    #[serde(default = "thirty")]
    pub(super) minimum_n: u64,
    /// How p-values are adjusted for how many touchpoints were looked at.
    #[serde(default)]
    pub(super) adjustment: Adjustment,
}

/// A mean with how sure it is.
///
/// ```
/// use heedful::{Column, Journey, JourneyAnalysis, Metric, Responses};
///
/// let journey = Journey::from_json(r#"{"name": "help", "stages": [
///     {"name": "ask", "touchpoints": [{"name": "hotline"}, {"name": "chat"}]}
/// ]}"#)?;
/// let table = Responses::new()
///     .with("step", Column::categories(["hotline", "hotline", "hotline", "chat"].map(Some)))?
///     .with("minutes", Column::numbers(vec![3.0, 4.0, 8.0, 2.0]))?;
/// let report = JourneyAnalysis::new(journey, Metric::nps()).touchpoint("step").measures(["minutes"]).run(&table)?;
/// let [hotline, chat] = [0, 1].map(|i| report.touchpoints[i].measures[0].mean.unwrap());
/// assert_eq!((hotline.n, hotline.value), (3, 5.0));
/// // 5 plus and minus 4.303 (t of 2 degrees of freedom) times the root of 7 / 3.
/// let interval = hotline.interval.unwrap();
/// assert!((interval.upper - (5.0 + 4.302_653 * (7.0_f64 / 3.0).sqrt())).abs() < 1e-4);
/// assert_eq!((chat.value, chat.interval), (2.0, None)); // one response says nothing of its spread
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// Responses.
    pub n: u64,
    /// Their mean.
    pub value: f64,
    /// t interval; `None` for fewer than 2 responses.
    pub interval: Option<Interval>,
}

/// One side of what is felt at a touchpoint.
///
/// ```
/// use heedful::{Column, Journey, JourneyAnalysis, Mentions, Metric, Responses};
///
/// let journey = Journey::from_json(r#"{"name": "stay", "stages": [
///     {"name": "stay", "touchpoints": [{"name": "room"}, {"name": "breakfast"}]}
/// ]}"#)?;
/// // Three comments, with how strong their feeling is.
/// let table = Responses::new().with("feeling", Column::numbers(vec![0.9, -0.4, -0.8]))?;
/// let said = Mentions::from_lists([vec!["room", "breakfast"], vec!["room"], vec!["breakfast"]])?;
/// let report = JourneyAnalysis::new(journey, Metric::nps()).intensity("feeling").run_with(&table, &said)?;
/// let breakfast = &report.touchpoints[1];
/// let (good, bad) = (breakfast.positive.unwrap(), breakfast.negative.unwrap());
/// assert_eq!((good.n, good.intensity, bad.n, bad.intensity), (1, 0.9, 1, 0.8));
/// // One of the three each: peaks do not cancel.
/// assert!((good.impact - 0.3).abs() < 1e-12 && (bad.impact - 0.8 / 3.0).abs() < 1e-12);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TouchpointFeeling {
    /// Responses that feel so.
    pub n: u64,
    /// Mean strength of these, without sign; 0 where there are none.
    pub intensity: f64,
    /// Frequency among all attached responses of the journey × intensity: where it lies on the impact map.
    pub impact: f64,
    /// Wald interval of the impact, from 0.
    pub interval: Option<Interval>,
}

/// A measure at a touchpoint.
///
/// ```
/// use heedful::{Column, Journey, JourneyAnalysis, Metric, Responses};
///
/// let journey = Journey::from_json(r#"{"name": "help", "stages": [
///     {"name": "ask", "touchpoints": [{"name": "hotline"}, {"name": "chat"}]}
/// ]}"#)?;
/// // Who waits 2 minutes is a promoter, who waits 10 a detractor; nobody came by chat.
/// let minutes: Vec<u8> = (0..40).map(|i| [2, 10][i % 2]).collect();
/// let table = Responses::new()
///     .with("score", Column::numbers((0..40).map(|i| [9, 3][i % 2]).collect::<Vec<u8>>()))?
///     .with("step", Column::categories([Some("hotline"); 40]))?
///     .with("minutes", Column::numbers(minutes))?
///     .rating("score");
/// let report = JourneyAnalysis::new(journey, Metric::nps()).touchpoint("step").measures(["minutes"]).run(&table)?;
/// let [hotline, chat] = [0, 1].map(|i| &report.touchpoints[i].measures[0]);
/// assert_eq!((hotline.measure.as_str(), hotline.mean.unwrap().value), ("minutes", 6.0));
/// assert!((hotline.correlation.unwrap() + 1.0).abs() < 1e-9);
/// assert_eq!((chat.mean, chat.correlation), (None, None));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeasureAt {
    /// The column.
    pub measure: String,
    /// Its mean; `None` without values.
    pub mean: Option<Estimate>,
    /// Pearson's correlation with the score's values at this touchpoint, -1 to 1; `None` for fewer than the
    /// minimum n of pairs and where either does not vary. A measure that goes with the score before anybody
    /// answers a survey warns early.
    pub correlation: Option<f64>,
    /// Of no correlation (t test).
    pub p_value: Option<f64>,
    /// The same, adjusted over all measures and touchpoints.
    pub p_adjusted: Option<f64>,
}

/// What is known of a touchpoint.
///
/// ```
/// use heedful::{Column, Journey, JourneyAnalysis, Metric, Responses};
///
/// let journey = Journey::from_json(r#"{"name": "stay", "stages": [
///     {"name": "arrive", "touchpoints": [{"name": "reception", "importance": 8}]},
///     {"name": "sleep", "touchpoints": [{"name": "room"}]}
/// ]}"#)?;
/// let table = Responses::new()
///     .with("score", Column::optional_numbers(&[Some(9.0), Some(2.0), None, Some(10.0)]))?
///     .with("step", Column::categories(["room", "room", "room", "reception"].map(Some)))?
///     .rating("score");
/// let report = JourneyAnalysis::new(journey, Metric::nps()).touchpoint("step").run(&table)?;
/// let [reception, room] = &report.touchpoints[..] else { panic!("two steps") };
/// assert_eq!((reception.stage.as_str(), reception.importance), ("arrive", Some(8.0)));
/// // Three of four responses belong to the room, two with a rating.
/// assert_eq!((room.n, room.frequency), (3, Some(0.75)));
/// let score = room.score.as_ref().unwrap();
/// assert_eq!((score.n, score.value), (2, Some(0.0)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct TouchpointResult {
    /// Its stage.
    pub stage: String,
    /// Its name.
    pub touchpoint: String,
    /// How much it matters, as the company sees it.
    pub importance: Option<f64>,
    /// Responses that belong to it, rated or not.
    pub n: u64,
    /// Their share among all that belong to any touchpoint, 0 to 1.
    pub frequency: Option<f64>,
    /// Its score; `None` where the table has no ratings.
    pub score: Option<Score>,
    /// Good feeling, kept apart from bad so that peaks do not cancel; `None` without intensities.
    pub positive: Option<TouchpointFeeling>,
    /// Bad feeling.
    pub negative: Option<TouchpointFeeling>,
    /// The measures in the order asked for.
    pub measures: Vec<MeasureAt>,
}

/// A journey with what customers say along it.
///
/// ```
/// use heedful::{Column, Data, Journey, JourneyAnalysis, Metric, Responses};
///
/// let journey = Journey::from_json(r#"{"name": "stay", "stages": [
///     {"name": "stay", "touchpoints": [{"name": "reception"}, {"name": "room"}]}
/// ]}"#)?;
/// let steps = [Some("room"), Some("spa"), None, Some("room")];
/// let table = Responses::new()
///     .with("score", Column::numbers(vec![9_u8, 9, 9, 7]))?
///     .with("step", Column::categories(steps))?
///     .rating("score");
/// let report = JourneyAnalysis::new(journey, Metric::nps()).touchpoint("step").run(&table)?;
/// assert_eq!((report.attached, report.unattached, &report.unknown[..]), (2, 2, &["spa".to_owned()][..]));
/// let table = report.to_table();
/// let column = |name: &str| table.columns().iter().find(|c| c.name == name).map(|c| c.data.clone());
/// assert_eq!(column("n"), Some(Data::Int(vec![Some(0), Some(2)])));
/// assert_eq!(column("score"), Some(Data::Float(vec![None, Some(50.0)])));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct JourneyReport {
    /// Name of the journey.
    pub journey: String,
    /// Responses that belong to a touchpoint.
    pub attached: u64,
    /// Responses that belong to none.
    pub unattached: u64,
    /// Values of the touchpoint column that the journey does not have, sorted.
    pub unknown: Vec<String>,
    /// What it takes to be judged.
    pub minimum_n: u64,
    /// The touchpoints in order.
    pub touchpoints: Vec<TouchpointResult>,
}

setters!(JourneyAnalysis {
    /// The column that names the touchpoint of a response.
    touchpoint: name,
    /// The column of the strength of feeling: above 0 good, below 0 bad, 0 neither; in any unit.
    intensity: name,
    /// Columns of numbers that are averaged at each step: effort, minutes spent, first reply time, error rate.
    measures: names,
    /// Responses that a touchpoint needs to be judged; 30 where not set.
    minimum_n: u64,
    /// How p-values are adjusted; Benjamini and Hochberg's false-discovery rate where not set.
    adjustment: Adjustment,
});

record!(JourneyAnalysis { journey, scoring, touchpoint = Default::default(), intensity = Default::default(), measures = Default::default(), minimum_n = thirty(), adjustment = Default::default() });

impl JourneyAnalysis {
    /// A journey scored by one metric on the column in the role `rating`.
    #[must_use]
    pub fn new(journey: Journey, metric: Metric) -> Self {
        Self::of(journey, Scoring::new(metric))
    }

    /// With all options of a scoring of one metric.
    ///
    /// ```
    /// use heedful::{Column, Invalid, Journey, JourneyAnalysis, Metric, Responses, Scoring};
    ///
    /// let journey = Journey::from_json(r#"{"name": "visit", "stages": [
    ///     {"name": "pay", "touchpoints": [{"name": "checkout"}]}
    /// ]}"#)?;
    /// let table = Responses::new()
    ///     .with("score", Column::numbers(vec![99_u8, 10]))?
    ///     .with("step", Column::categories(["checkout"; 2].map(Some)))?
    ///     .rating("score");
    /// // The 99 belongs to the touchpoint, but is no rating.
    /// let analysis = JourneyAnalysis::of(journey, Scoring::new(Metric::nps()).invalid(Invalid::Count)).touchpoint("step");
    /// let checkout = analysis.run(&table)?.touchpoints.remove(0);
    /// assert_eq!((checkout.n, checkout.score.unwrap().n), (2, 1));
    /// assert_eq!(analysis.journey().name, "visit");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn of(journey: Journey, scoring: Scoring) -> Self {
        Self {
            journey,
            scoring,
            touchpoint: None,
            intensity: None,
            measures: Vec::new(),
            minimum_n: thirty(),
            adjustment: Adjustment::default(),
        }
    }

    /// Reads options from JSON with the names of the setters here, and `journey` and `scoring`.
    ///
    /// ```
    /// use heedful::{Journey, JourneyAnalysis, Metric};
    ///
    /// let journey = r#"{"name": "stay", "stages": [{"name": "sleep", "touchpoints": [{"name": "room"}]}]}"#;
    /// let text = format!(r#"{{"journey": {journey}, "scoring": {{"metrics": [{{"metric": "nps"}}]}}, "touchpoint": "step"}}"#);
    /// let read = JourneyAnalysis::from_json(&text)?;
    /// assert_eq!(read, JourneyAnalysis::new(Journey::from_json(journey)?, Metric::nps()).touchpoint("step"));
    /// assert_eq!(JourneyAnalysis::from_json(&text.replace("touchpoint\": \"step", "step\": \"room")).unwrap_err().path(), "step");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// The journey.
    #[must_use]
    pub fn journey(&self) -> &Journey {
        &self.journey
    }

    /// What responses say at each touchpoint that their column names.
    ///
    /// # Errors
    /// As for [`Scoring::run`] where there are ratings; `missing-column` where no column of touchpoints is
    /// named; `column-type` for intensities and measures that are no numbers; those of
    /// [`Journey::check`](Journey::check).
    pub fn run(&self, responses: &Responses) -> Result<JourneyReport> {
        if self.touchpoint.is_none() {
            let message =
                "no column names the touchpoint: set it, or give the reasons of responses";
            return Err(Error::new(ErrorCode::MissingColumn, message).at("touchpoint"));
        }
        self.run_with(responses, &Mentions::none(responses.len()))
    }

    /// The same with the reasons of each response, which may speak of several touchpoints.
    ///
    /// ```
    /// use heedful::{Journey, JourneyAnalysis, Mentions, Metric, Responses, Column};
    ///
    /// // Reasons stand for the touchpoint that claims them.
    /// let journey = Journey::from_json(r#"{"name": "stay", "stages": [{"name": "stay", "touchpoints": [
    ///     {"name": "reception", "reasons": ["staff", "waiting"]}, {"name": "room"}
    /// ]}]}"#)?;
    /// let table = Responses::new().with("score", Column::numbers(vec![9_u8, 3, 8]))?.rating("score");
    /// let said = Mentions::from_lists([vec!["staff", "room"], vec!["waiting", "staff"], vec!["parking"]])?;
    /// let report = JourneyAnalysis::new(journey, Metric::nps()).run_with(&table, &said)?;
    /// let n: Vec<u64> = report.touchpoints.iter().map(|touchpoint| touchpoint.n).collect();
    /// assert_eq!((n, report.attached, report.unattached), (vec![2, 1], 2, 1));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`run`](Self::run); `length-mismatch` where reasons and responses differ in rows.
    pub fn run_with(&self, responses: &Responses, mentions: &Mentions) -> Result<JourneyReport> {
        let (steps, unknown) = self.attach(responses, mentions)?;
        let frame = self.frame(responses)?;
        let stated = self.scoring.stated();
        let numbers = |name: &String| -> Result<Vec<Option<f64>>> {
            let column = responses.require(name)?;
            (0..column.len()).map(|row| column.float(row).map_err(|e| e.at(name))).collect()
        };
        let feelings = self.intensity.as_ref().map(numbers).transpose()?;
        let measures = self.measures.iter().map(numbers).collect::<Result<Vec<_>>>()?;
        let tallies = frame.as_ref().map(|frame| reason_tallies(frame, &steps));
        let attached = steps.iter().filter(|row| !row.is_empty()).count() as u64;
        let mut touchpoints = Vec::new();
        for (place, (stage, step)) in self.journey.steps().enumerate() {
            let code = u16::try_from(place).unwrap_or(u16::MAX);
            let rows: Vec<usize> = steps
                .iter()
                .enumerate()
                .filter(|(_, row)| row.contains(&code))
                .map(|(row, _)| row)
                .collect();
            let tally = tallies.as_ref().and_then(|tallies| tallies.get(place));
            let score = match (tally, &frame) {
                (Some(tally), Some(frame)) => Some(Score::from_tally(tally, frame.metric, stated)?),
                _ => None,
            };
            let felt = |sign: f64| {
                let own = feelings.as_ref()?.as_slice();
                let strengths = rows.iter().filter_map(|row| own.get(*row).copied().flatten());
                let strengths =
                    strengths.map(|v| sign * v).filter(|v| *v > 0.0).collect::<Vec<_>>();
                Some(TouchpointFeeling::of(&strengths, attached, stated.confidence))
            };
            let measured = measures.iter().zip(&self.measures);
            let measured = measured.map(|(values, name)| {
                self.measure(name, values, &rows, frame.as_ref(), stated.confidence)
            });
            touchpoints.push(TouchpointResult {
                stage: stage.name.clone(),
                touchpoint: step.name.clone(),
                importance: step.importance,
                n: rows.len() as u64,
                frequency: (attached > 0).then(|| rows.len() as f64 / attached as f64),
                score,
                positive: felt(1.0),
                negative: felt(-1.0),
                measures: measured.collect(),
            });
        }
        let mut all: Vec<&mut MeasureAt> =
            touchpoints.iter_mut().flat_map(|t| &mut t.measures).collect();
        let p_values: Vec<Option<f64>> = all.iter().map(|m| m.p_value).collect();
        for (measure, adjusted) in all.iter_mut().zip(self.adjustment.adjust(&p_values)) {
            measure.p_adjusted = adjusted;
        }
        Ok(JourneyReport {
            journey: self.journey.name.clone(),
            attached,
            unattached: responses.len() as u64 - attached,
            unknown,
            minimum_n: self.minimum_n,
            touchpoints,
        })
    }

    /// The ratings, where the table has any.
    pub(super) fn frame<'a>(&'a self, responses: &'a Responses) -> Result<Option<Frame<'a>>> {
        let declared = self.scoring.metrics.iter().any(|of| of.rating.is_some());
        let rated = declared || responses.roles().rating.is_some();
        rated.then(|| Frame::of(&self.scoring, responses)).transpose()
    }

    /// The places of the touchpoints that each row belongs to, and the names that belong to none.
    pub(super) fn attach(
        &self,
        responses: &Responses,
        mentions: &Mentions,
    ) -> Result<(Mentions, Vec<String>)> {
        self.journey.check()?;
        mentions.check(responses)?;
        let column = self.touchpoint.as_ref().map(|name| responses.require(name)).transpose()?;
        let place = |name: &str| self.journey.place(name).and_then(|p| u16::try_from(p).ok());
        let of_reason: Vec<Option<u16>> = mentions.names().iter().map(|n| place(n)).collect();
        let mut unknown = SortedSet::new();
        let mut offsets = vec![0_u32];
        let mut codes = Vec::new();
        let category = column.map(|column| column.to_category());
        let of_value: Vec<Option<u16>> = category
            .iter()
            .flat_map(|category| category.values.iter())
            .map(|key| match key {
                Key::Missing => None,
                key => place(&key.to_string()),
            })
            .collect();
        for row in 0..responses.len() {
            if let Some((category, position)) =
                category.as_ref().and_then(|c| Some((c, c.position(row)?)))
            {
                match of_value.get(position).copied().flatten() {
                    Some(place) => codes.push(place),
                    None => {
                        unknown.extend(category.values.get(position).map(ToString::to_string));
                    }
                }
            }
            let spoken = mentions.row(row).iter();
            codes.extend(spoken.filter_map(|c| of_reason.get(usize::from(*c)).copied().flatten()));
            offsets.push(u32::try_from(codes.len()).unwrap_or(u32::MAX));
        }
        let names = self.journey.touchpoints().map(|t| t.name.clone()).collect();
        Ok((Mentions::new(names, &offsets, &codes)?, unknown.into_iter().collect()))
    }

    fn measure(
        &self,
        name: &str,
        values: &[Option<f64>],
        rows: &[usize],
        frame: Option<&Frame<'_>>,
        confidence: Confidence,
    ) -> MeasureAt {
        let known: Vec<(usize, f64)> = rows
            .iter()
            .filter_map(|row| Some((*row, values.get(*row).copied().flatten()?)))
            .collect();
        let list: Vec<f64> = known.iter().map(|(_, value)| *value).collect();
        let pairs: Vec<(f64, f64)> = frame
            .into_iter()
            .flat_map(|frame| {
                known.iter().filter_map(|(row, value)| {
                    let code = frame.codes.get(*row).map(|code| usize::from(*code))?;
                    Some((*value, frame.metric.value(code)?))
                })
            })
            .collect();
        let enough = pairs.len() as u64 >= self.minimum_n.max(3);
        let correlation = correlation(&pairs).filter(|_| enough);
        let df = pairs.len() as f64 - 2.0;
        let p_value = correlation.map(|r| {
            let t = r.abs() * libm::sqrt(df / (1.0 - r * r));
            if t.is_finite() { 2.0 * t_sf(t, df) } else { 0.0 }
        });
        MeasureAt {
            measure: name.to_owned(),
            mean: estimate(&list, confidence),
            correlation,
            p_value,
            p_adjusted: None,
        }
    }
}

config::written!(
    JourneyAnalysis,
    r#"{"journey": {"name": "stay", "stages": [{"name": "arrive", "touchpoints": [{"name": "desk"}]}]}, "scoring": {"metrics": [{"metric": "nps"}]}}"#
);

/// Mean with t interval; `None` without values.
pub(super) fn estimate(values: &[f64], confidence: Confidence) -> Option<Estimate> {
    let n = values.len() as f64;
    if values.is_empty() {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    let sample = MeanSample::new(mean, squares / (n - 1.0).max(1.0), n)?;
    Some(Estimate { n: values.len() as u64, value: mean, interval: sample.t(confidence) })
}

impl TouchpointFeeling {
    /// The impact is the mean over all attached responses of the strength, 0 where nothing is felt here.
    fn of(strengths: &[f64], attached: u64, confidence: Confidence) -> Self {
        let (n, all) = (strengths.len() as f64, attached as f64);
        let sum: f64 = strengths.iter().sum();
        let squares: f64 = strengths.iter().map(|v| v * v).sum();
        let impact = if n > 0.0 { sum / all } else { 0.0 };
        let variance = (squares / all - impact * impact).max(0.0);
        let interval = Interval::wald(impact, libm::sqrt(variance / all), confidence);
        Self {
            n: strengths.len() as u64,
            intensity: if n > 0.0 { sum / n } else { 0.0 },
            impact,
            interval: interval.map(|i| Interval { lower: i.lower.max(0.0), ..i }),
        }
    }
}

impl JourneyReport {
    /// The touchpoints as a table.
    ///
    /// Columns: `stage`, `touchpoint`, `importance`, `n`, `frequency` (0 to 1), `score`, `lower`, `upper`,
    /// `rated`; `positive_n`, `positive_intensity`, `positive_impact`, the same for `negative`; `mean_` and
    /// `correlation_` with the name of each measure.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.touchpoints.iter();
        table.texts("stage", rows().map(|r| Some(r.stage.as_str())));
        table.texts("touchpoint", rows().map(|r| Some(r.touchpoint.as_str())));
        table.floats("importance", rows().map(|r| r.importance));
        table.ints("n", rows().map(|r| Some(r.n)));
        table.floats("frequency", rows().map(|r| r.frequency));
        table.floats("score", rows().map(|r| r.score.as_ref()?.value));
        intervals(&mut table, "", rows().map(|r| r.score.as_ref()?.interval));
        table.ints("rated", rows().map(|r| r.score.as_ref().map(|s| s.n)));
        let mut felt = |name: &str, pick: fn(&TouchpointResult) -> Option<TouchpointFeeling>| {
            table.ints(&format!("{name}_n"), rows().map(|r| pick(r).map(|f| f.n)));
            let intensities = rows().map(|r| pick(r).map(|f| f.intensity));
            table.floats(&format!("{name}_intensity"), intensities);
            table.floats(&format!("{name}_impact"), rows().map(|r| pick(r).map(|f| f.impact)));
        };
        felt("positive", |r| r.positive);
        felt("negative", |r| r.negative);
        let names = self.touchpoints.first().map(|r| r.measures.len()).unwrap_or_default();
        for i in 0..names {
            let at = |r: &TouchpointResult| r.measures.get(i).cloned();
            let name = self.touchpoints.first().and_then(at).map(|m| m.measure).unwrap_or_default();
            let means = rows().map(|r| at(r)?.mean.map(|mean| mean.value));
            table.floats(&format!("mean_{name}"), means);
            table.floats(&format!("correlation_{name}"), rows().map(|r| at(r)?.correlation));
        }
        table
    }
}

/// The tally of each touchpoint; empty ones where the table has no ratings.
pub(super) fn tallies(
    analysis: &JourneyAnalysis,
    responses: &Responses,
    mentions: &Mentions,
) -> Result<Vec<Tally>> {
    let (steps, _) = analysis.attach(responses, mentions)?;
    let frame = Frame::of(&analysis.scoring, responses)?;
    Ok(reason_tallies(&frame, &steps))
}
