//! What a failure costs against what delight earns.

use serde::Serialize;

use super::thirty;
use crate::base::config::{self, options, setters};
use crate::base::error::Result;
use crate::base::metric::{Better, Metric};
use crate::base::table::Table;
use crate::base::tally::Tally;
use crate::interpret::columns::intervals;
use crate::interpret::compare::{Comparison, combination, method};
use crate::interpret::frame::{Cells, Frame};
use crate::interpret::mention::Mentions;
use crate::interpret::score::Sample;
use crate::interpret::scoring::Scoring;
use crate::listen::responses::Responses;
use crate::stats::{Adjustment, Interval, IntervalMethod};

/// For each reason what a failure costs against what delight earns: penalty and reward (R. Brandt, "How service
/// marketers can identify value-enhancing service elements", Journal of Services Marketing 2, 1988).
///
/// Responses that speak badly of it (`failures`) and well of it (`delights`) are each compared with those that do not
/// speak of it at all; who does both is left out. **Cost** is how many points the score of the first lies on the bad
/// side of the others, **gain** how many points that of the second lies on the good side. The **asymmetry** is cost less
/// gain: above 0 where failures weigh more than delight.
///
/// The three groups are independent. Intervals and p-values are those of [`Comparison`], for the asymmetry combined from
/// the three score intervals in the same way (MOVER).
///
/// ```
/// use heedful::{Asymmetry, Column, Mentions, Metric, Responses};
///
/// // Who waited is lost, who did not is hardly won.
/// let ratings: Vec<u8> = (0..300).map(|i| [[2, 3], [9, 7], [9, 10]][i % 3][i / 3 % 2]).collect();
/// let (failed, pleased) = (|i| if i % 3 == 0 { vec!["wait"] } else { vec![] }, |i| if i % 3 == 2 { vec!["wait"] } else { vec![] });
/// let responses = Responses::new().with("score", Column::numbers(ratings))?.rating("score");
/// let [failures, delights] =
///     [Mentions::from_lists((0..300).map(failed))?, Mentions::from_lists((0..300).map(pleased))?];
/// let found = Asymmetry::new(Metric::nps()).run(&responses, &failures, &delights)?;
/// let wait = &found.rows[0];
/// assert_eq!((wait.cost, wait.gain, wait.asymmetry), (Some(150.0), Some(50.0), Some(100.0)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(default = "Self::any", deny_unknown_fields, extend("required" = ["scoring"]))
)]
pub struct Asymmetry {
    /// What is scored: one metric, no groups or periods.
    scoring: Scoring,
    /// Rated responses that each of the three groups needs.
    minimum_n: u64,
    /// How p-values are adjusted for how many reasons were looked at.
    adjustment: Adjustment,
}

options!(Asymmetry, needs [scoring], takes [minimum_n, adjustment], from Self::any());
config::written!(Asymmetry, r#"{"scoring": {"metrics": [{"metric": "nps"}]}, "minimum_n": 10}"#);

setters!(Asymmetry {
    /// Rated responses that each of the three groups needs to be judged; 30 where not set.
    minimum_n: u64,
    /// How p-values are adjusted; Benjamini and Hochberg's false-discovery rate where not set.
    adjustment: Adjustment,
});

/// What one reason costs and earns.
///
/// ```
/// use heedful::{Asymmetry, Column, Mentions, Metric, Responses};
///
/// // Two were let down by the delivery, two delighted, and four do not speak of it.
/// let table = Responses::new().with("score", Column::numbers(vec![2_u8, 3, 9, 8, 9, 9, 8, 6]))?;
/// let said = |rows: [usize; 2]| {
///     Mentions::from_lists((0..8).map(|i| if rows.contains(&i) { vec!["delivery"] } else { vec![] }))
/// };
/// let asymmetry = Asymmetry::new(Metric::nps()).minimum_n(1);
/// let report = asymmetry.run(&table.rating("score"), &said([0, 1])?, &said([2, 3])?)?;
/// let delivery = &report.rows[0];
/// // -100 and 50 against the 25 of those who do not speak of it:
/// assert_eq!((delivery.failure.after.value, delivery.failure.before.value), (Some(-100.0), Some(25.0)));
/// assert_eq!((delivery.cost, delivery.gain, delivery.asymmetry), (Some(125.0), Some(25.0), Some(100.0)));
/// // Eight responses are too few to tell.
/// assert!(delivery.interval.unwrap().contains(0.0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct AsymmetryRow {
    /// The reason.
    pub reason: String,
    /// What a failure costs, in points: how far on the bad side of the others their score lies. `None` where a group has
    /// fewer responses than the minimum n.
    pub cost: Option<f64>,
    /// What delight earns.
    pub gain: Option<f64>,
    /// Those who speak badly of it (`after`) against those who do not speak of it (`before`).
    pub failure: Comparison,
    /// Those who speak well of it (`after`) against those who do not speak of it (`before`).
    pub delight: Comparison,
    /// Cost less gain, in points.
    pub asymmetry: Option<f64>,
    /// Its standard error.
    pub standard_error: Option<f64>,
    /// Its interval.
    pub interval: Option<Interval>,
    /// Of a failure costing what delight earns.
    pub p_value: Option<f64>,
    /// The same, adjusted over the reasons.
    pub p_adjusted: Option<f64>,
}

/// What each reason costs and earns.
///
/// ```
/// use heedful::{Asymmetry, Column, Data, Mentions, Metric, Responses};
///
/// let table = Responses::new().with("score", Column::numbers(vec![0_u8, 7, 10]))?.rating("score");
/// let failures = Mentions::from_lists([vec!["price"], vec![], vec![]])?;
/// let delights = Mentions::from_lists([vec![], vec![], vec!["staff"]])?;
/// let report = Asymmetry::new(Metric::nps()).minimum_n(1).run(&table, &failures, &delights)?;
/// let names: Vec<_> = report.rows.iter().map(|row| row.reason.as_str()).collect();
/// assert_eq!(names, ["price", "staff"]);
/// // Nobody praises the price and nobody blames the staff: one side of each is unknown.
/// assert_eq!((report.rows[0].gain, report.rows[1].cost), (None, None));
/// assert_eq!(report.to_table().columns()[1].data, Data::Int(vec![Some(1), Some(0)])); // `failures`
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct AsymmetryReport {
    /// How intervals and p-values were made.
    pub method: IntervalMethod,
    /// The reasons of the failures, then those that delight only.
    pub rows: Vec<AsymmetryRow>,
    /// 1 where a lower score is worse, else -1.
    #[serde(skip)]
    worse: f64,
}

impl Asymmetry {
    /// One metric on the column in the role `rating`.
    #[must_use]
    pub fn new(metric: Metric) -> Self {
        Self::of(Scoring::new(metric))
    }

    /// With all options of a scoring of one metric.
    ///
    /// ```
    /// use heedful::{Asymmetry, Column, Invalid, Mentions, Metric, Responses, Scoring};
    ///
    /// // 99 stands for no answer here, and is counted apart.
    /// let table = Responses::new().with("score", Column::numbers(vec![0_u8, 99, 9, 10]))?.rating("score");
    /// let [failures, delights] =
    ///     [0, 3].map(|row| Mentions::from_lists((0..4).map(|i| if i == row { vec!["app"] } else { vec![] })));
    /// let scoring = Scoring::new(Metric::nps()).invalid(Invalid::Count);
    /// let found = Asymmetry::of(scoring).minimum_n(1).run(&table, &failures?, &delights?)?;
    /// assert_eq!((found.rows[0].cost, found.rows[0].gain), (Some(200.0), Some(0.0)));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn of(scoring: Scoring) -> Self {
        Self { scoring, minimum_n: thirty(), adjustment: Adjustment::default() }
    }

    /// What a document changes.
    fn any() -> Self {
        Self::new(Metric::nps())
    }

    /// Reads options from JSON with the names of the setters here, and `scoring`.
    ///
    /// ```
    /// use heedful::{Asymmetry, Metric};
    ///
    /// let text = r#"{"scoring": {"metrics": [{"metric": "csat"}]}, "minimum_n": 50}"#;
    /// assert_eq!(Asymmetry::from_json(text)?, Asymmetry::new(Metric::csat()).minimum_n(50));
    /// assert_eq!(Asymmetry::from_json(&text.replace("50", "-1")).unwrap_err().path(), "minimum_n");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Each reason that responses speak of badly or well.
    ///
    /// # Errors
    /// As for [`Scoring::run`]; `length-mismatch` where reasons and responses differ in rows.
    pub fn run(
        &self,
        responses: &Responses,
        failures: &Mentions,
        delights: &Mentions,
    ) -> Result<AsymmetryReport> {
        failures.check(responses)?;
        delights.check(responses)?;
        let frame = Frame::of(&self.scoring, responses)?;
        let stated = self.scoring.stated();
        let method = method(frame.metric, stated, &[IntervalMethod::Wald])?;
        let worse = match frame.metric.better() {
            Better::Higher => 1.0,
            Better::Lower => -1.0,
        };
        let new = delights.names().iter().filter(|name| failures.code(name).is_none());
        let mut rows = Vec::new();
        for reason in failures.names().iter().chain(new) {
            let [others, bad, good] = groups(
                &frame,
                [failures.code(reason), delights.code(reason)],
                [failures, delights],
            );
            let enough = |n: &u64| *n >= self.minimum_n.max(1);
            let failure = Comparison::of(&others, &bad, frame.metric, stated)?;
            let delight = Comparison::of(&others, &good, frame.metric, stated)?;
            let judged = |groups: [u64; 2]| groups.iter().all(enough);
            let cost = failure.difference.filter(|_| judged([others.n(), bad.n()]));
            let gain = delight.difference.filter(|_| judged([others.n(), good.n()]));
            let samples =
                [&others, &bad, &good].map(|tally| Sample::new(tally, frame.metric, None));
            let [others, bad, good] = &samples;
            let parts = [(2.0 * worse, others), (-worse, bad), (-worse, good)];
            let found = cost
                .and(gain)
                .and_then(|_| combination(parts, frame.metric, method, stated.confidence));
            rows.push(AsymmetryRow {
                reason: reason.clone(),
                cost: cost.map(|d| -worse * d),
                gain: gain.map(|d| worse * d),
                failure,
                delight,
                asymmetry: cost.zip(gain).map(|(bad, good)| -worse * (bad + good)),
                standard_error: found.map(|f| f.standard_error),
                interval: found.map(|f| f.interval),
                p_value: found.and_then(|f| f.p_value),
                p_adjusted: None,
            });
        }
        let p_values: Vec<Option<f64>> = rows.iter().map(|row| row.p_value).collect();
        for (row, adjusted) in rows.iter_mut().zip(self.adjustment.adjust(&p_values)) {
            row.p_adjusted = adjusted;
        }
        Ok(AsymmetryReport { method, rows, worse })
    }
}

/// Who does not speak of a reason, who does badly, and who does well.
fn groups(
    frame: &Frame<'_>,
    [failure, delight]: [Option<u16>; 2],
    [failures, delights]: [&Mentions; 2],
) -> [Tally; 3] {
    let mut cells = Cells::new(3, frame);
    for (row, code) in frame.rated() {
        let speaks = |mentions: &Mentions, reason: Option<u16>| {
            reason.is_some_and(|reason| mentions.row(row).contains(&reason))
        };
        match (speaks(failures, failure), speaks(delights, delight)) {
            (false, false) => cells.add(0, code, row),
            (true, false) => cells.add(1, code, row),
            (false, true) => cells.add(2, code, row),
            (true, true) => {}
        }
    }
    let mut tallies = cells.tallies().into_iter();
    [0, 1, 2].map(|_| tallies.next().unwrap_or_else(|| Tally::new(frame.metric.scale().clone())))
}

impl AsymmetryReport {
    /// The reasons as a table.
    ///
    /// Columns: `reason`; `failures`, `delights`, `others` (rated responses); `cost`, `cost_lower`, `cost_upper`,
    /// `gain`, `gain_lower`, `gain_upper`, `asymmetry`, `lower`, `upper` (points); `p_value`, `p_adjusted` (of the
    /// asymmetry).
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.rows.iter();
        table.texts("reason", rows().map(|r| Some(r.reason.as_str())));
        table.ints("failures", rows().map(|r| Some(r.failure.after.n)));
        table.ints("delights", rows().map(|r| Some(r.delight.after.n)));
        table.ints("others", rows().map(|r| Some(r.failure.before.n)));
        let mut side =
            |name: &str, sign: f64, pick: fn(&AsymmetryRow) -> (Option<f64>, &Comparison)| {
                table.floats(name, rows().map(|r| pick(r).0));
                let interval = |(value, comparison): (Option<f64>, &Comparison)| {
                    value.and(comparison.interval).map(|i| i.scaled(sign))
                };
                intervals(&mut table, &format!("{name}_"), rows().map(|r| interval(pick(r))));
            };
        side("cost", -self.worse, |r| (r.cost, &r.failure));
        side("gain", self.worse, |r| (r.gain, &r.delight));
        table.floats("asymmetry", rows().map(|r| r.asymmetry));
        intervals(&mut table, "", rows().map(|r| r.interval));
        table.floats("p_value", rows().map(|r| r.p_value));
        table.floats("p_adjusted", rows().map(|r| r.p_adjusted));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listen::column::Column;

    /// Responses of three groups by counts of points: others, failures, delights.
    fn table(groups: [&[(u8, usize)]; 3]) -> (Responses, [Mentions; 2]) {
        let each = groups.into_iter().enumerate();
        let rows: Vec<(usize, u8)> = each
            .flat_map(|(g, counts)| counts.iter().flat_map(move |(v, n)| vec![(g, *v); *n]))
            .collect();
        let scores: Vec<u8> = rows.iter().map(|(_, score)| *score).collect();
        let responses =
            Responses::new().with("score", Column::numbers(scores)).unwrap().rating("score");
        let of = |group: usize| {
            let list = |(g, _): &(usize, u8)| if *g == group { vec!["it"] } else { vec![] };
            Mentions::from_lists(rows.iter().map(list)).unwrap()
        };
        (responses, [of(1), of(2)])
    }

    #[test]
    fn the_interval_is_that_of_three_score_intervals() {
        let (responses, [bad, good]) = table([
            &[(10, 60), (7, 30), (2, 10)],
            &[(10, 10), (7, 20), (2, 50)],
            &[(10, 50), (7, 8), (2, 2)],
        ]);
        let report = Asymmetry::new(Metric::nps()).run(&responses, &bad, &good).unwrap();
        let it = &report.rows[0];
        let (others, failed, pleased) = (50.0, -50.0, 80.0);
        assert_eq!((it.cost, it.gain), (Some(others - failed), Some(pleased - others)));
        assert!((it.asymmetry.unwrap() - 70.0).abs() < 1e-12);
        // Zou, Huang and Zhang (2009) from the three intervals as they are shown.
        let ends = |score: &crate::Score| (score.value.unwrap(), score.interval.unwrap());
        let ((o, oi), (f, fi), (p, pi)) =
            (ends(&it.failure.before), ends(&it.failure.after), ends(&it.delight.after));
        let length = |parts: [f64; 3]| parts.iter().map(|x| x * x).sum::<f64>().sqrt();
        let below = length([2.0 * (o - oi.lower), fi.upper - f, pi.upper - p]);
        let above = length([2.0 * (oi.upper - o), f - fi.lower, p - pi.lower]);
        let interval = it.interval.unwrap();
        assert!((interval.lower - (70.0 - below)).abs() < 1e-9, "{interval:?}");
        assert!((interval.upper - (70.0 + above)).abs() < 1e-9, "{interval:?}");
        assert!(it.p_value.unwrap() < 0.05 && interval.lower > 0.0);
        assert_eq!((report.to_table().len(), report.method), (1, IntervalMethod::Score));
        // Costs are read from the bad side on, gains from the good side, whichever that is.
        let effort = Metric::ces();
        let (responses, [bad, good]) =
            table([&[(4, 20), (5, 20)], &[(2, 20), (3, 20)], &[(6, 20), (5, 20)]]);
        let report = Asymmetry::new(effort).minimum_n(1).run(&responses, &bad, &good).unwrap();
        let it = &report.rows[0];
        assert_eq!((it.cost, it.gain, it.asymmetry), (Some(2.0), Some(1.0), Some(1.0)));
        assert_eq!(report.method, IntervalMethod::T);
    }

    #[test]
    fn who_says_both_is_left_out_and_too_few_are_not_judged() {
        let ratings = Column::numbers([9_u8, 3, 9, 3].repeat(20));
        let responses = Responses::new().with("score", ratings).unwrap().rating("score");
        let lists = |some: [&'static [&'static str]; 4]| {
            Mentions::from_lists((0..80).map(|i| some[i % 4].to_vec())).unwrap()
        };
        let bad = lists([&["a"], &["a"], &[], &[]]);
        let good = lists([&["a"], &[], &["b"], &[]]);
        let asymmetry = Asymmetry::new(Metric::nps());
        let report = asymmetry.clone().minimum_n(20).run(&responses, &bad, &good).unwrap();
        let found = |name: &str| report.rows.iter().find(|row| row.reason == name).unwrap();
        assert_eq!((found("a").failure.after.n, found("a").delight.after.n), (20, 0));
        assert_eq!((found("a").cost, found("a").gain), (Some(100.0), None));
        assert!(found("b").cost.is_none() && (found("b").gain.unwrap() - 400.0 / 3.0).abs() < 1e-9);
        let few = asymmetry.run(&responses, &bad, &good).unwrap();
        assert!(few.rows.iter().all(|row| row.cost.is_none() && row.p_value.is_none()));
        let error = Asymmetry::from_json(r#"{"minimum_n": 3}"#).unwrap_err();
        assert_eq!(error.code(), crate::ErrorCode::InvalidConfig);
    }
}
