//! How much of the variation of the rating each of several measures explains.

use serde::Serialize;

use super::check_replicates;
use super::shapley::{attribute, coalition_weights};
use crate::base::config::{self, names, record, setters};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::metric::Metric;
use crate::base::table::{Data, Table};
use crate::interpret::columns::intervals;
use crate::interpret::frame::Frame;
use crate::interpret::mention::Mentions;
use crate::interpret::scoring::Scoring;
use crate::listen::responses::Responses;
use crate::stats::poisson::{CellDraw, percentile};
use crate::stats::regression::{
    Design, Fit, cross_products, explained, linear, logistic, proportional_odds,
};
use crate::stats::{Comparison as Test, Interval, Random};

/// Predictors up to which all subsets are fitted: least squares, and models that are iterated.
const MOST_LINEAR: usize = 15;
const MOST_ITERATED: usize = 10;

/// What is explained, and by which model.
///
/// ```
/// use heedful::{Column, Importance, ImportanceModel, Mentions, Metric, Responses};
///
/// // Of 100 who speak of the staff 75 are satisfied, of 100 others 25.
/// let happy = |i: usize| if i < 100 { i < 75 } else { i < 125 };
/// let scores: Vec<u8> = (0..200).map(|i| if happy(i) { 5 } else { 1 }).collect();
/// let table = Responses::new().with("score", Column::numbers(scores))?.rating("score");
/// let said = Mentions::from_lists((0..200).map(|i| if i < 100 { vec!["staff"] } else { vec![] }))?;
/// let run = |model| {
///     let found = Importance::new(Metric::csat()).model(model).replicates(0).run_with(&table, &said)?;
///     Ok::<_, heedful::Error>((found.r_squared, found.rows[0].coefficient.unwrap()))
/// };
/// // Linear: 50 points more, R² the square of the correlation 0.5.
/// let (r_squared, points) = run(ImportanceModel::Linear)?;
/// assert!((r_squared - 0.25).abs() < 1e-9 && (points - 50.0).abs() < 1e-9);
/// // Logistic: odds of 3 to 1 against 1 to 3; McFadden's R² is 1 less the entropy of 3 to 1 in bits. With two bands the
/// // ordinal model is the same.
/// for model in [ImportanceModel::Logistic, ImportanceModel::Ordinal] {
///     let (r_squared, log_odds) = run(model)?;
///     let bits = -(0.75 * 0.75_f64.log2() + 0.25 * 0.25_f64.log2());
///     assert!((r_squared - (1.0 - bits)).abs() < 1e-6 && (log_odds - 9.0_f64.ln()).abs() < 1e-6);
/// }
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ImportanceModel {
    /// The metric's values by least squares; shares of R² (LMG: Lindeman, Merenda and Gold 1980).
    #[default]
    Linear,
    /// Whether the rating lies in the highest band, by logistic regression; shares of McFadden's R².
    Logistic,
    /// The band of the rating by proportional odds; shares of McFadden's R².
    Ordinal,
}

/// Regression importance: how much each predictor explains of the rating, overlap shared out fairly.
///
/// Predictors are columns of numbers (ratings of touchpoints, effort) and reasons (given or not). The
/// importance of one is its Shapley share of R²: the mean over all orders of what it adds to the R² of those
/// before it. Shares are not negative and add up to R². For the linear model that is LMG, as in R's
/// `relaimpo`; for the others the R² is McFadden's, 1 - log-likelihood / that of the intercept alone.
///
/// Responses without a rating or any of the predictors are left out and counted.
///
/// ```
/// use heedful::{Column, Importance, Metric, Responses};
///
/// let staff: Vec<u8> = (0..100).map(|i| 1 + i % 5).collect();
/// let price: Vec<u8> = (0..100).map(|i| 1 + (i / 5) % 5).collect();
/// let score: Vec<u8> = staff.iter().zip(&price).map(|(s, p)| (3 * s + p) / 2).collect();
/// let responses = Responses::new()
///     .with("score", Column::numbers(score))?
///     .with("staff", Column::numbers(staff))?
///     .with("price", Column::numbers(price))?
///     .rating("score");
/// let found = Importance::new(Metric::preset("nps")?).columns(["staff", "price"]).run(&responses)?;
/// assert!(found.rows[0].importance > 3.0 * found.rows[1].importance);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Importance {
    /// What is explained: one metric, no groups or periods.
    scoring: Scoring,
    /// Columns of numbers.
    #[serde(default)]
    columns: Vec<String>,
    /// Least squares, logistic or proportional odds.
    #[serde(default)]
    model: ImportanceModel,
    /// Bootstrap replicates of the linear model's shares; 0 for none.
    #[serde(default = "five_hundred")]
    #[cfg_attr(feature = "schema", schemars(range(max = 100_000)))]
    replicates: u32,
    /// Of the replicates.
    #[serde(default)]
    seed: u64,
}

names!(ImportanceModel { Linear = "linear", Logistic = "logistic", Ordinal = "ordinal" });
record!(Importance { scoring, columns = Default::default(), model = Default::default(), replicates = five_hundred(), seed = Default::default() });

fn five_hundred() -> u32 {
    500
}

/// How much one predictor explains.
///
/// ```
/// use heedful::{Column, Importance, Metric, Responses};
///
/// // Ratings 1 + 4 staff + 2 price; both are 0 or 1, each as often, independently.
/// let (staff, price): (Vec<u8>, Vec<u8>) = (0..40).map(|i| (i % 2, i / 2 % 2)).unzip();
/// let scores: Vec<u8> = staff.iter().zip(&price).map(|(s, p)| 1 + 4 * s + 2 * p).collect();
/// let table = Responses::new()
///     .with("effort", Column::numbers(scores))?
///     .with("staff", Column::numbers(staff))?
///     .with("price", Column::numbers(price))?
///     .rating("effort");
/// let found = Importance::new(Metric::ces()).columns(["staff", "price"]).replicates(0).run(&table)?;
/// let [staff, price] = &found.rows[..] else { panic!("two predictors") };
/// // Variances go with the squares of 4 and 2.
/// assert!((staff.importance - 0.8).abs() < 1e-9 && (price.importance - 0.2).abs() < 1e-9);
/// assert!((staff.coefficient.unwrap() - 4.0).abs() < 1e-9 && (price.performance - 0.5).abs() < 1e-9);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct ImportanceRow {
    /// The column or reason.
    pub name: String,
    /// Its share of R², 0 to 1.
    pub importance: f64,
    /// The same over the sum of all, 0 to 1; `None` where nothing is explained.
    pub relative: Option<f64>,
    /// Percentile interval of the importance; linear model only.
    pub interval: Option<Interval>,
    /// Coefficient in the model with all predictors: points per unit (linear) or log odds; `None` where
    /// they are collinear or separate the bands.
    pub coefficient: Option<f64>,
    /// Its standard error.
    pub standard_error: Option<f64>,
    /// Of no effect beside the others.
    pub p_value: Option<f64>,
    /// Mean of the predictor: its own performance, or how often a reason is given.
    pub performance: f64,
    /// Where it stands among the others.
    pub quadrant: Quadrant,
}

/// Importance against performance (Martilla and James 1977): either is high where it is above the mean of
/// all predictors. Performances compare only where the predictors are on one scale.
///
/// ```
/// use heedful::{Column, Importance, Mentions, Metric, Quadrant, Responses};
///
/// // Speed matters (4 points) and is praised by one in four, the menu hardly matters (1 point) and is praised by most.
/// let (speed, menu) = (|i: usize| i % 4 == 0, |i: usize| i / 4 % 4 != 0);
/// let scores: Vec<u8> = (0..48).map(|i| 1 + 4 * u8::from(speed(i)) + u8::from(menu(i))).collect();
/// let table = Responses::new().with("effort", Column::numbers(scores))?.rating("effort");
/// let said = (0..48).map(|i| [("speed", speed(i)), ("menu", menu(i))].into_iter().filter(|r| r.1).map(|r| r.0));
/// let said = Mentions::from_columns(&table, Vec::<&str>::new()).and(Mentions::from_lists(said))?;
/// let found = Importance::new(Metric::ces()).replicates(0).run_with(&table, &said)?;
/// let quadrants: Vec<_> = found.rows.iter().map(|row| (row.name.as_str(), row.quadrant)).collect();
/// assert_eq!(quadrants, [("speed", Quadrant::Concentrate), ("menu", Quadrant::Overdone)]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quadrant {
    /// Important, performing badly.
    Concentrate,
    /// Important, performing well.
    KeepUp,
    /// Unimportant, performing badly.
    LowPriority,
    /// Unimportant, performing well.
    Overdone,
}

impl Quadrant {
    fn as_str(self) -> &'static str {
        match self {
            Self::Concentrate => "concentrate",
            Self::KeepUp => "keep_up",
            Self::LowPriority => "low_priority",
            Self::Overdone => "overdone",
        }
    }
}

/// Predictors by importance.
///
/// ```
/// use heedful::{Column, Data, Importance, ImportanceModel, Metric, Responses};
///
/// // The wait explains all; one customer did not say how long it was.
/// let wait: Vec<Option<f64>> = (0..21).map(|i| (i < 20).then_some(f64::from(i % 5))).collect();
/// let scores: Vec<u8> = (0..21).map(|i| 7 - i % 5).collect();
/// let table = Responses::new()
///     .with("effort", Column::numbers(scores))?
///     .with("wait", Column::optional_numbers(&wait))?
///     .rating("effort");
/// let report = Importance::new(Metric::ces()).columns(["wait"]).replicates(0).run(&table)?;
/// assert_eq!((report.model, report.n, report.incomplete), (ImportanceModel::Linear, 20, 1));
/// assert!((report.r_squared - 1.0).abs() < 1e-9);
/// assert_eq!(report.to_table().columns()[0].data, Data::Text(vec![Some("wait".to_owned())]));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct ImportanceReport {
    /// The model.
    pub model: ImportanceModel,
    /// What all predictors explain together, 0 to 1: the sum of the importances.
    pub r_squared: f64,
    /// Responses that the model is fitted to.
    pub n: u64,
    /// Rated responses left out because a predictor is missing.
    pub incomplete: u64,
    /// The predictors in the order asked for.
    pub rows: Vec<ImportanceRow>,
}

/// Rows that are alike, once.
struct Patterns {
    width: usize,
    values: Vec<f64>,
    /// Index of the point.
    points: Vec<usize>,
    weights: Vec<f64>,
    squares: Vec<f64>,
    n: u64,
    incomplete: u64,
}

setters!(Importance {
    /// Columns of numbers that explain: at most 15 predictors with the reasons, 10 for logistic and
    /// ordinal models.
    columns: names,
    /// The model; linear where not set.
    model: ImportanceModel,
    /// Bootstrap replicates, from 100 to 100,000; 500 where not set, 0 for none.
    replicates: u32,
    /// The seed of the replicates.
    seed: u64,
});

impl Importance {
    /// One metric on the column in the role `rating`.
    #[must_use]
    pub fn new(metric: Metric) -> Self {
        Self::of(Scoring::new(metric))
    }

    /// With all options of a scoring of one metric.
    ///
    /// ```
    /// use heedful::{Column, Importance, Invalid, Metric, Responses, Scoring};
    ///
    /// let scores: Vec<u8> = (0..11).map(|i| if i == 10 { 99 } else { i }).collect();
    /// let table = Responses::new()
    ///     .with("score", Column::numbers(scores))?
    ///     .with("effort", Column::numbers((0..11_u8).collect::<Vec<_>>()))?
    ///     .rating("score");
    /// // The 99 is counted apart instead of being an error.
    /// let importance = Importance::of(Scoring::new(Metric::nps()).invalid(Invalid::Count)).columns(["effort"]);
    /// assert_eq!(importance.run(&table)?.n, 10);
    /// assert!(Importance::new(Metric::nps()).columns(["effort"]).run(&table).is_err());
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn of(scoring: Scoring) -> Self {
        Self {
            scoring,
            columns: Vec::new(),
            model: ImportanceModel::default(),
            replicates: five_hundred(),
            seed: 0,
        }
    }

    /// Reads options from JSON with the names of the setters here.
    ///
    /// ```
    /// use heedful::{Importance, ImportanceModel, Metric};
    ///
    /// let text = r#"{"scoring": {"metrics": [{"metric": "nps"}]}, "columns": ["effort"], "model": "ordinal"}"#;
    /// let expected = Importance::new(Metric::nps()).columns(["effort"]).model(ImportanceModel::Ordinal);
    /// assert_eq!(Importance::from_json(text)?, expected);
    /// assert_eq!(Importance::from_json(&text.replace("ordinal", "cubic")).unwrap_err().path(), "model");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// The importance of columns.
    ///
    /// # Errors
    /// As for [`run_with`](Self::run_with).
    pub fn run(&self, responses: &Responses) -> Result<ImportanceReport> {
        self.run_with(responses, &Mentions::none(responses.len()))
    }

    /// The importance of columns and reasons.
    ///
    /// ```
    /// use heedful::{Column, ErrorCode, Importance, Mentions, Metric, Responses};
    ///
    /// // Effort is a column, "staff" a reason: both are predictors, columns first.
    /// let table = Responses::new()
    ///     .with("score", Column::numbers((0..20_u8).map(|i| 10 - i % 4).collect::<Vec<_>>()))?
    ///     .with("effort", Column::numbers((0..20_u8).map(|i| i % 4).collect::<Vec<_>>()))?
    ///     .rating("score");
    /// let said = Mentions::from_lists((0..20).map(|i| if i % 5 == 0 { vec!["staff"] } else { vec![] }))?;
    /// let found = Importance::new(Metric::nps()).columns(["effort"]).run_with(&table, &said)?;
    /// let names: Vec<_> = found.rows.iter().map(|row| (row.name.as_str(), row.performance)).collect();
    /// assert_eq!(names, [("effort", 1.5), ("staff", 0.2)]);
    /// let error = Importance::new(Metric::nps()).run_with(&table, &Mentions::none(20)).unwrap_err();
    /// assert_eq!(error.code(), ErrorCode::InvalidArgument); // no predictors
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`Scoring::run`]; `column-type` for a column that holds no numbers; `invalid-argument` for
    /// no predictors or too many, and for a metric without bands where these are explained; `too-few`
    /// where no more complete responses than predictors are left.
    pub fn run_with(&self, responses: &Responses, mentions: &Mentions) -> Result<ImportanceReport> {
        check_replicates(self.replicates)?;
        mentions.check(responses)?;
        let names: Vec<&String> = self.columns.iter().chain(mentions.names()).collect();
        let most = if self.model == ImportanceModel::Linear { MOST_LINEAR } else { MOST_ITERATED };
        if names.is_empty() || names.len() > most {
            let message = format!("from 1 to {most} predictors, got {}", names.len());
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("columns"));
        }
        let frame = Frame::of(&self.scoring, responses)?;
        let patterns = self.patterns(&frame, responses, mentions)?;
        if patterns.n <= names.len() as u64 + 1 {
            let message = "there are too few responses with a rating and all predictors";
            return Err(Error::new(ErrorCode::TooFew, message).at("columns"));
        }
        let confidence = self.scoring.stated().confidence;
        let bands = (self.model != ImportanceModel::Linear)
            .then(|| bands(frame.metric, &patterns))
            .transpose()?;
        let design = patterns.design(&patterns.weights);
        let response = patterns.response(frame.metric);
        let fit = |design: Design<'_>| match (&bands, self.model) {
            (Some((bands, count)), ImportanceModel::Ordinal) => {
                proportional_odds(design, bands, *count)
            }
            (Some((bands, count)), _) => {
                let highest: Vec<bool> = bands.iter().map(|band| band + 1 == *count).collect();
                logistic(design, &highest)
            }
            (None, _) => linear(design, &response, patterns.n as f64),
        };
        let shares = if bands.is_some() {
            pseudo_r_squared(design, fit)?
        } else {
            explained(&cross_products(design, &response).0)
        };
        let width = names.len();
        let weights = coalition_weights(width);
        let importances = attribute(&shares, width, &weights);
        let r_squared = shares.last().copied().unwrap_or_default();
        let mut replicates = if bands.is_some() {
            vec![Vec::new(); width]
        } else {
            self.draw(&patterns, &response, &weights)
        };
        let full = fit(design);
        let means = patterns.means();
        let typical = |list: &[f64]| list.iter().sum::<f64>() / width as f64;
        let (usual_importance, usual_mean) = (typical(&importances), typical(&means));
        let mut rows = Vec::with_capacity(width);
        for (i, name) in names.into_iter().enumerate() {
            let importance = importances.get(i).copied().unwrap_or_default();
            let performance = means.get(i).copied().unwrap_or_default();
            // Intercept or thresholds come first.
            let pick = |list: fn(&Fit) -> &Vec<f64>| {
                full.as_ref().and_then(|fit| list(fit).iter().rev().nth(width - 1 - i).copied())
            };
            let (coefficient, standard_error) =
                (pick(|fit| &fit.coefficients), pick(|fit| &fit.standard_errors));
            let df = if bands.is_some() {
                f64::INFINITY
            } else {
                patterns.n as f64 - width as f64 - 1.0
            };
            let test = coefficient.zip(standard_error);
            rows.push(ImportanceRow {
                name: name.clone(),
                importance,
                relative: (r_squared > 0.0).then(|| importance / r_squared),
                interval: replicates.get_mut(i).and_then(|list| percentile(list, confidence)),
                coefficient,
                standard_error,
                p_value: test.and_then(|(c, e)| Test::t(c, e, df, confidence)?.p_value),
                performance,
                quadrant: match (importance > usual_importance, performance > usual_mean) {
                    (true, false) => Quadrant::Concentrate,
                    (true, true) => Quadrant::KeepUp,
                    (false, false) => Quadrant::LowPriority,
                    (false, true) => Quadrant::Overdone,
                },
            });
        }
        let Patterns { n, incomplete, .. } = patterns;
        Ok(ImportanceReport { model: self.model, r_squared, n, incomplete, rows })
    }

    fn patterns(
        &self,
        frame: &Frame<'_>,
        responses: &Responses,
        mentions: &Mentions,
    ) -> Result<Patterns> {
        let mut columns = Vec::new();
        for name in &self.columns {
            let column = responses.require(name)?;
            let value = |row| column.float(row).map_err(|e| e.at(name));
            columns.push((0..responses.len()).map(value).collect::<Result<Vec<_>>>()?);
        }
        let width = columns.len() + mentions.names().len();
        let mut known: hashbrown::HashMap<Vec<u64>, usize> = hashbrown::HashMap::new();
        let mut found = Patterns {
            width,
            values: Vec::new(),
            points: Vec::new(),
            weights: Vec::new(),
            squares: Vec::new(),
            n: 0,
            incomplete: 0,
        };
        let mut x = Vec::with_capacity(width);
        let mut key = Vec::with_capacity(width + 1);
        for (row, point) in frame.rated() {
            x.clear();
            x.extend(columns.iter().filter_map(|c| c.get(row).copied().flatten()));
            if x.len() < columns.len() {
                found.incomplete += 1;
                continue;
            }
            x.resize(width, 0.0);
            for reason in mentions.row(row) {
                if let Some(flag) = x.get_mut(columns.len() + usize::from(*reason)) {
                    *flag = 1.0;
                }
            }
            key.clear();
            key.push(point as u64);
            key.extend(x.iter().map(|value| (value + 0.0).to_bits()));
            let place = match known.get(&key) {
                Some(place) => *place,
                None => {
                    let place = found.points.len();
                    known.insert(key.clone(), place);
                    found.values.extend_from_slice(&x);
                    found.points.push(point);
                    found.weights.push(0.0);
                    found.squares.push(0.0);
                    place
                }
            };
            let weight = frame.weight(row);
            if let (Some(sum), Some(square)) =
                (found.weights.get_mut(place), found.squares.get_mut(place))
            {
                *sum += weight;
                *square += weight * weight;
            }
            found.n += 1;
        }
        Ok(found)
    }

    fn draw(&self, patterns: &Patterns, response: &[f64], weights: &[f64]) -> Vec<Vec<f64>> {
        let mut random = Random::new(self.seed);
        let cells = patterns.weights.iter().zip(&patterns.squares);
        let draws: Vec<CellDraw> =
            cells.map(|(mass, squares)| CellDraw::new(*mass, *squares)).collect();
        let mut lists = vec![Vec::new(); patterns.width];
        for _ in 0..self.replicates {
            let drawn: Vec<f64> = draws.iter().map(|draw| draw.draw(&mut random)).collect();
            let shares = explained(&cross_products(patterns.design(&drawn), response).0);
            for (list, share) in lists.iter_mut().zip(attribute(&shares, patterns.width, weights)) {
                if share.is_finite() {
                    list.push(share);
                }
            }
        }
        lists
    }
}

config::written!(
    Importance,
    r#"{"scoring": {"metrics": [{"metric": "nps"}]}, "columns": ["speed"], "model": "ordinal"}"#
);

impl Patterns {
    fn design<'a>(&'a self, weights: &'a [f64]) -> Design<'a> {
        Design { values: &self.values, width: self.width, weights }
    }

    fn response(&self, metric: &Metric) -> Vec<f64> {
        let value = |point: &usize| metric.value(*point).unwrap_or_default();
        self.points.iter().map(value).collect()
    }

    fn means(&self) -> Vec<f64> {
        let mut means = vec![0.0; self.width];
        for (row, weight) in self.values.chunks(self.width.max(1)).zip(&self.weights) {
            for (mean, value) in means.iter_mut().zip(row) {
                *mean += weight * value;
            }
        }
        let mass: f64 = self.weights.iter().sum();
        means.iter_mut().for_each(|mean| *mean /= mass);
        means
    }
}

/// The number of each pattern's band among the bands that occur, and how many occur.
fn bands(metric: &Metric, patterns: &Patterns) -> Result<(Vec<usize>, usize)> {
    let place = |point: &usize| {
        let band = metric.band(*point)?;
        metric.bands().iter().position(|other| other.name == band.name)
    };
    let all: Option<Vec<usize>> = patterns.points.iter().map(place).collect();
    let all = all.ok_or_else(|| {
        let message = format!("the bands of {} do not hold every point", metric.name());
        Error::new(ErrorCode::InvalidArgument, message).at("model")
    })?;
    let mut seen: Vec<usize> = all.clone();
    seen.sort_unstable();
    seen.dedup();
    if seen.len() < 2 {
        return Err(Error::new(ErrorCode::TooFew, "all ratings lie in one band").at("model"));
    }
    let dense = all.iter().map(|band| seen.partition_point(|other| other < band)).collect();
    Ok((dense, seen.len()))
}

/// McFadden's R² of each subset of the predictors, by the subset's bits.
fn pseudo_r_squared(
    design: Design<'_>,
    fit: impl Fn(Design<'_>) -> Option<Fit>,
) -> Result<Vec<f64>> {
    let likelihood = |set: usize| {
        let keep: Vec<bool> = (0..design.width).map(|i| set >> i & 1 == 1).collect();
        let values = design.select(&keep);
        let width = set.count_ones() as usize;
        let found = fit(Design { values: &values, width, weights: design.weights });
        found.map(|fit| fit.fit).ok_or_else(|| {
            let message = "predictors are collinear or separate the bands, so that there is no fit";
            Error::new(ErrorCode::NoConvergence, message).at("columns")
        })
    };
    let null = likelihood(0)?;
    (0..1 << design.width).map(|set| Ok((1.0 - likelihood(set)? / null).max(0.0))).collect()
}

impl ImportanceReport {
    /// The importances as a table.
    ///
    /// Columns: `name`, `importance`, `relative` (0 to 1), `lower`, `upper` (of the importance),
    /// `coefficient`, `standard_error`, `p_value`, `performance`, `quadrant`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.rows.iter();
        table.texts("name", rows().map(|r| Some(r.name.as_str())));
        table.floats("importance", rows().map(|r| Some(r.importance)));
        table.floats("relative", rows().map(|r| r.relative));
        intervals(&mut table, "", rows().map(|r| r.interval));
        table.floats("coefficient", rows().map(|r| r.coefficient));
        table.floats("standard_error", rows().map(|r| r.standard_error));
        table.floats("p_value", rows().map(|r| r.p_value));
        table.floats("performance", rows().map(|r| Some(r.performance)));
        let quadrants = rows().map(|r| Some(r.quadrant.as_str().to_owned()));
        table.push("quadrant", Data::Text(quadrants.collect()));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listen::column::Column;
    use crate::stats::testing::reference;

    #[test]
    fn lmg_agrees_with_rs_relaimpo_2_2_7() {
        let Some(r) = reference("driver_importance.json") else { return };
        let list = |v: &serde_json::Value| -> Vec<f64> {
            v.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
        };
        let names = ["speed", "price", "support", "design", "docs"];
        let columns: Vec<Vec<f64>> = names.iter().map(|name| list(&r["x"][name])).collect();
        let (y, weights) = (list(&r["y"]), list(&r["weights"]));
        let values: Vec<f64> =
            (0..y.len()).flat_map(|row| columns.iter().map(move |c| c[row])).collect();
        let ones = vec![1.0; y.len()];
        for (weights, expected) in [(&ones, &r["lmg"]), (&weights, &r["weighted"]["lmg"])] {
            let design = Design { values: &values, width: 5, weights };
            let shares = explained(&cross_products(design, &y).0);
            let lmg = attribute(&shares, 5, &coalition_weights(5));
            for (name, share) in names.iter().zip(&lmg) {
                let expected = expected[*name].as_f64().unwrap();
                assert!((share - expected).abs() < 1e-13, "{name}: {share} is not {expected}");
            }
            assert!((lmg.iter().sum::<f64>() - shares[31]).abs() < 1e-14);
        }
    }

    fn table() -> Responses {
        let mut random = Random::new(4);
        let mut rows = [Vec::new(), Vec::new(), Vec::new()];
        for row in 0..400 {
            let (a, b) = ((random.uniform() * 5.0).ceil(), (random.uniform() * 5.0).ceil());
            let score = (1.3 * a + 0.4 * b + 2.0 * random.normal()).round().clamp(0.0, 10.0);
            rows[0].push(Some(score));
            rows[1].push(Some(a));
            rows[2].push((row % 40 != 0).then_some(b));
        }
        let [score, a, b] = rows;
        Responses::new()
            .with("score", Column::optional_numbers(&score))
            .unwrap()
            .with("a", Column::optional_numbers(&a))
            .unwrap()
            .with("b", Column::optional_numbers(&b))
            .unwrap()
            .rating("score")
    }

    #[test]
    fn every_model_finds_the_stronger_predictor_and_adds_up() {
        for model in [ImportanceModel::Linear, ImportanceModel::Logistic, ImportanceModel::Ordinal]
        {
            let importance =
                Importance::new(Metric::nps()).columns(["a", "b"]).model(model).replicates(100);
            let found = importance.run(&table()).unwrap();
            assert_eq!((found.n, found.incomplete), (390, 10));
            let sum: f64 = found.rows.iter().map(|r| r.importance).sum();
            assert!((sum - found.r_squared).abs() < 1e-12);
            let [a, b] = &found.rows[..] else { panic!("two rows") };
            assert!(a.importance > 2.0 * b.importance && b.importance > 0.0, "{found:?}");
            assert!(a.coefficient.unwrap() > 0.0 && a.p_value.unwrap() < 1e-6);
            assert_eq!(a.interval.is_some(), model == ImportanceModel::Linear);
            assert_eq!(found.to_table().len(), 2);
        }
    }

    #[test]
    fn reasons_are_predictors_too() {
        let lists = (0..400).map(|i| if i % 3 == 0 { vec!["x"] } else { vec![] });
        let mentions = Mentions::from_lists(lists).unwrap();
        let importance = Importance::new(Metric::nps()).columns(["a"]).replicates(0);
        let found = importance.run_with(&table(), &mentions).unwrap();
        assert_eq!(found.rows[1].name, "x");
        assert!((found.rows[1].performance - 134.0 / 400.0).abs() < 1e-12);
        let error = Importance::new(Metric::nps()).run(&table()).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::InvalidArgument, "columns"));
        let mean = Metric::preset("acsi").unwrap().with_bands(Vec::new());
        if let Ok(metric) = mean {
            let ordinal = Importance::new(metric).columns(["a"]).model(ImportanceModel::Ordinal);
            assert!(ordinal.run(&table()).is_err());
        }
    }
}
