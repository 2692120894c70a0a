//! Drivers: reasons and attributes with their impact on the score.

pub(crate) mod asymmetry;
pub(crate) mod confound;
pub(crate) mod impact;
pub(crate) mod importance;
mod report;
pub(crate) mod role;
pub(crate) mod sets;
pub(crate) mod shapley;
pub(crate) mod what_if;

use serde::Serialize;

pub use report::{
    Contribution, ContributionMethod, Contributions, Driver, DriverReport, DriverSource,
};

use self::impact::{Impact, Levels};
use self::sets::{MOST_EXACT, Sets};
use self::shapley::{Game, Reference};
use super::codes::{Codes, NONE};
use super::compare::Comparison;
use super::flag::truths;
use super::frame::{Cells, Frame};
use super::mention::Mentions;
use super::score::{Score, Uncertainty};
use super::scoring::Scoring;
use crate::base::config::{self, record, setters};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::metric::Metric;
use crate::base::order::sort_by;
use crate::base::tally::Tally;
use crate::listen::responses::Responses;
use crate::stats::poisson::percentile;
use crate::stats::{Adjustment, Comparison as Test, Random};

/// Which reasons and attributes move the score, and by how much.
///
/// The **impact** of a reason, or of a value of an attribute, is leave-one-out, in points: the score of all
/// responses less the score without those that have it. Impacts overlap where responses have several
/// reasons, so they do not add up.
///
/// The **contributions** of reasons share out the overlap fairly and do add up: the Shapley value of the
/// game in which v(S) is the score of the responses all of whose reasons lie in S. Their sum is the score of
/// all less the reference, which is the score of the responses without reasons or, where those are fewer
/// than the minimum n, a declared one ([`reference`](Self::reference)). Coalitions of fewer responses than
/// that then take the reference. Up to 15 reasons are shared out exactly, more by sampled orders
/// ([`orders`](Self::orders)) with their sampling error stated.
///
/// Intervals are linearised (allowing for how many have the reason being as random as how they answer)
/// and bootstrapped ([`replicates`](Self::replicates); percentiles). The p-value of an impact is that of no
/// difference between the responses with and without, adjusted over all candidates.
///
/// An impact describes; it is a cause only as far as nothing else differs. See
/// [`Confounding`](crate::Confounding).
///
/// ```
/// use heedful::{Column, Drivers, Mentions, Metric, Responses};
///
/// let ratings: Vec<u8> = (0..200).map(|i| if i % 4 == 0 { 3 } else { 9 }).collect();
/// let reasons = (0..200).map(|i| if i % 4 == 0 { vec!["price"] } else if i % 4 == 1 { vec!["staff"] } else { vec![] });
/// let mentions = Mentions::from_lists(reasons)?;
/// let responses = Responses::new().with("score", Column::numbers(ratings))?.rating("score");
/// let report = Drivers::new(Metric::nps()).run_with(&responses, &mentions)?;
/// let price = &report.drivers[0];
/// assert_eq!((price.name.as_str(), price.impact), ("price", Some(-50.0)));
/// let shares = report.contributions.unwrap();
/// let sum: f64 = shares.rows.iter().map(|row| row.contribution).sum();
/// assert!((shares.reference + sum - report.score.value.unwrap()).abs() < 1e-9);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Drivers {
    /// What is scored: one metric, no groups or periods.
    scoring: Scoring,
    /// Columns of truth values, one for each reason.
    #[serde(default)]
    reasons: Vec<String>,
    /// Columns whose values are candidates each.
    #[serde(default)]
    attributes: Vec<String>,
    /// Candidates that fewer, or all but fewer, rated responses have are not judged.
    #[serde(default = "thirty")]
    minimum_n: u64,
    /// The score without any reason, where too few responses are without.
    #[serde(default)]
    reference: Option<f64>,
    /// Bootstrap replicates; 0 for none.
    #[serde(default = "thousand")]
    #[cfg_attr(feature = "schema", schemars(range(max = 100_000)))]
    replicates: u32,
    /// Pairs of sampled orders beyond 15 reasons.
    #[serde(default = "some_orders")]
    #[cfg_attr(feature = "schema", schemars(range(min = 2, max = 100_000)))]
    orders: u32,
    /// Of replicates and orders.
    #[serde(default)]
    seed: u64,
    /// How p-values are adjusted for how many candidates were looked at.
    #[serde(default)]
    adjustment: Adjustment,
}

record!(Drivers { scoring, reasons = Default::default(), attributes = Default::default(), minimum_n = thirty(), reference = Default::default(), replicates = thousand(), orders = some_orders(), seed = Default::default(), adjustment = Default::default() });

pub(crate) fn thirty() -> u64 {
    30
}

pub(crate) fn thousand() -> u32 {
    1000
}

fn some_orders() -> u32 {
    500
}

/// The most replicates of any analysis here.
pub(crate) const MOST_REPLICATES: u32 = 100_000;

setters!(Drivers {
    /// Columns of truth values, one for each reason, for [`run`](Self::run).
    reasons: names,
    /// Columns each of whose values is a candidate too.
    attributes: names,
    /// Candidates that fewer rated responses have, or that all but fewer have, are counted but not judged,
    /// and coalitions with fewer take a declared reference; 30 where not set.
    minimum_n: u64,
    /// The score that a response without any reason is taken to have, in points, where too few are
    /// without.
    reference: some f64,
    /// Bootstrap replicates, from 100 to 100,000; 1,000 where not set, 0 for none.
    replicates: u32,
    /// Pairs of orders that are sampled beyond 15 reasons, at least 2; 500 where not set.
    orders: u32,
    /// The seed of replicates and orders.
    seed: u64,
    /// How p-values are adjusted; Benjamini and Hochberg's false-discovery rate where not set.
    adjustment: Adjustment,
});

impl Drivers {
    /// One metric on the column in the role `rating`.
    #[must_use]
    pub fn new(metric: Metric) -> Self {
        Self::of(Scoring::new(metric))
    }

    /// With all options of a scoring of one metric: filters, confidence, invalid ratings. No groups,
    /// periods, clusters or designs.
    ///
    /// ```
    /// use heedful::{Column, Drivers, Invalid, Mentions, Metric, Responses, Scoring};
    ///
    /// let table = Responses::new().with("score", Column::numbers(vec![10_u8, 9, 99, 0]))?.rating("score");
    /// let said = Mentions::from_lists([vec![], vec![], vec!["app"], vec!["app"]])?;
    /// let scoring = Scoring::new(Metric::nps()).invalid(Invalid::Count);
    /// let report = Drivers::of(scoring).minimum_n(1).replicates(0).run_with(&table, &said)?;
    /// // Only one of the two who speak of the app gave a rating that is on the scale.
    /// assert_eq!((report.drivers[0].n, report.score.n), (1, 3));
    /// assert!((report.drivers[0].impact.unwrap() - (100.0 / 3.0 - 100.0)).abs() < 1e-9);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn of(scoring: Scoring) -> Self {
        Self {
            scoring,
            reasons: Vec::new(),
            attributes: Vec::new(),
            minimum_n: thirty(),
            reference: None,
            replicates: thousand(),
            orders: some_orders(),
            seed: 0,
            adjustment: Adjustment::default(),
        }
    }

    /// Reads options from JSON: `{"scoring": {"metrics": [{"metric": "nps"}]}, "attributes": ["region"]}`
    /// with the names of the setters here.
    ///
    /// ```
    /// use heedful::{Drivers, Metric};
    ///
    /// let text = r#"{"scoring": {"metrics": [{"metric": "nps"}]}, "attributes": ["region"], "minimum_n": 50}"#;
    /// assert_eq!(Drivers::from_json(text)?, Drivers::new(Metric::nps()).attributes(["region"]).minimum_n(50));
    /// assert_eq!(Drivers::from_json(&text.replace("50", "-1")).unwrap_err().path(), "minimum_n");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// The drivers of a table whose reasons are columns.
    ///
    /// ```
    /// use heedful::{Column, Drivers, Metric, Responses};
    ///
    /// // Reasons as columns of 0 and 1.
    /// let table = Responses::new()
    ///     .with("score", Column::numbers(vec![10_u8, 10, 10, 0]))?
    ///     .with("price", Column::numbers(vec![0_u8, 0, 0, 1]))?
    ///     .with("staff", Column::numbers(vec![0_u8, 1, 1, 0]))?
    ///     .rating("score");
    /// let report = Drivers::new(Metric::nps()).reasons(["price", "staff"]).minimum_n(1).run(&table)?;
    /// // 50 points in all, 100 without the price, 0 without the staff.
    /// let impacts: Vec<_> = report.drivers.iter().map(|d| (d.name.as_str(), d.impact)).collect();
    /// assert_eq!(impacts, [("price", Some(-50.0)), ("staff", Some(50.0))]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`run_with`](Self::run_with), and those of
    /// [`Mentions::from_columns`](Mentions::from_columns).
    pub fn run(&self, responses: &Responses) -> Result<DriverReport> {
        if self.reasons.len() > MOST_EXACT {
            let mentions = Mentions::from_columns(responses, &self.reasons)?;
            return self.run_with(responses, &mentions);
        }
        self.check()?;
        let flags = |name: &String| truths(responses.require(name)?).map_err(|e| e.at(name));
        let flags = self.reasons.iter().map(flags).collect::<Result<Vec<_>>>()?;
        let names = self.reasons.iter().map(String::as_str);
        self.analyse(responses, names.collect(), &Sets::of_flags(&flags, responses.len()))
    }

    /// The drivers of a table with the reasons of each response.
    ///
    /// # Errors
    /// As for [`Scoring::run`]; `length-mismatch` where reasons and responses differ in rows,
    /// `invalid-argument` for options out of range.
    pub fn run_with(&self, responses: &Responses, mentions: &Mentions) -> Result<DriverReport> {
        self.check()?;
        mentions.check(responses)?;
        let mut players: Vec<u16> = (0_u16..).zip(mentions.names()).map(|(code, _)| code).collect();
        if players.len() > MOST_EXACT {
            let counts = mentions.counts();
            players.retain(|code| counts.get(usize::from(*code)).is_some_and(|count| *count > 0));
        }
        let name = |code: &u16| mentions.names().get(usize::from(*code)).map(String::as_str);
        let names = players.iter().filter_map(name).collect();
        self.analyse(responses, names, &Sets::of(mentions, &players))
    }

    fn analyse(
        &self,
        responses: &Responses,
        reasons: Vec<&str>,
        sets: &Sets,
    ) -> Result<DriverReport> {
        let frame = Frame::of(&self.scoring, responses)?;
        let stated = self.scoring.stated();
        let counted = sets.count(&frame);
        let (with, all) = sets.by_player(&frame, &counted);
        let score = Score::from_tally(&frame.with_unrated(all.clone()), frame.metric, stated)?;
        let mut random = Random::new(self.seed);

        let named = reasons.iter().zip(with.iter().cloned());
        let mut candidates: Vec<(DriverSource, String, Key, Tally)> = named
            .map(|(name, tally)| (DriverSource::Reason, (*name).to_owned(), Key::Missing, tally))
            .collect();
        for name in &self.attributes {
            let codes = Codes::of(responses.require(name)?);
            let mut values: Vec<(Key, Tally)> =
                codes.values.iter().cloned().zip(code_tallies(&frame, &codes)).collect();
            sort_by(&mut values, |a, b| a.0.cmp(&b.0));
            let found = values.into_iter();
            candidates.extend(
                found.map(|(key, tally)| (DriverSource::Attribute, name.clone(), key, tally)),
            );
        }
        let levels = Levels::of(frame.metric);
        let mut drivers = Vec::with_capacity(candidates.len());
        for (source, name, key, tally) in candidates {
            let value = (source == DriverSource::Attribute).then_some(key);
            let mut driver = self.driver(source, name, &tally, &all, frame.metric, stated)?;
            if driver.impact.is_some() && self.replicates > 0 {
                let without = all.less(&tally);
                driver.bootstrap = Impact::bootstrap(
                    &tally,
                    &without,
                    &levels,
                    self.replicates,
                    stated.confidence,
                    &mut random,
                );
            }
            driver.value = value;
            drivers.push(driver);
        }
        let p_values: Vec<Option<f64>> = drivers.iter().map(|d| d.p_value).collect();
        for (driver, adjusted) in drivers.iter_mut().zip(self.adjustment.adjust(&p_values)) {
            driver.p_adjusted = adjusted;
        }
        let size = |driver: &Driver| driver.impact.map_or(-1.0, f64::abs);
        sort_by(&mut drivers, |a, b| size(b).total_cmp(&size(a)));

        let game =
            Game::new(sets, &counted, frame.metric, Reference::Responses, self.minimum_n.max(1));
        let contributions = self.contributions(game, &reasons, &with, &mut random);
        Ok(DriverReport { score, drivers, contributions, adjustment: self.adjustment })
    }

    fn driver(
        &self,
        source: DriverSource,
        name: String,
        with: &Tally,
        all: &Tally,
        metric: &Metric,
        stated: Uncertainty,
    ) -> Result<Driver> {
        let without = all.less(with);
        let enough = with.n().min(without.n()) >= self.minimum_n.max(1);
        let impact = Impact::of(with, &without, metric, stated.confidence).filter(|_| enough);
        let comparison = Comparison::of(&without, with, metric, stated)?;
        Ok(Driver {
            source,
            name,
            value: None,
            n: with.n(),
            share: share(with, all),
            with: comparison.after.value.filter(|_| enough),
            without: comparison.before.value.filter(|_| enough),
            impact: impact.map(|i| i.value),
            standard_error: impact.map(|i| i.standard_error),
            interval: impact.and_then(|i| i.interval),
            bootstrap: None,
            p_value: comparison.p_value.filter(|_| impact.is_some()),
            p_adjusted: None,
        })
    }

    /// Shares of the distance from the reference; `None` without reasons, and where too few responses are
    /// without reasons and no reference is declared.
    fn contributions(
        &self,
        mut game: Game<'_>,
        reasons: &[&str],
        with: &[Tally],
        random: &mut Random,
    ) -> Option<Contributions> {
        if with.iter().all(|tally| tally.n() == 0) {
            return None;
        }
        let without = game.without();
        let declared = without < self.minimum_n.max(1);
        if declared {
            game = game.referred_to(self.reference?);
        }
        let found = game.solve(self.orders, random)?;
        let mut replicates = game.replicates(self.replicates, random);
        let confidence = self.scoring.stated().confidence;
        let mut rows = Vec::new();
        for (i, (name, tally)) in reasons.iter().zip(with).enumerate() {
            if tally.n() == 0 {
                continue;
            }
            let (contribution, standard_error) =
                (*found.shares.get(i)?, *found.standard_errors.get(i)?);
            let test = Test::wald(contribution, standard_error, confidence);
            rows.push(Contribution {
                name: (*name).to_owned(),
                n: tally.n(),
                contribution,
                standard_error: Some(standard_error),
                interval: test.map(|t| t.interval),
                bootstrap: replicates.get_mut(i).and_then(|list| percentile(list, confidence)),
                sampling_error: found.sampling_errors.as_ref().and_then(|e| e.get(i).copied()),
                p_value: test.and_then(|t| t.p_value),
                p_adjusted: None,
            });
        }
        let p_values: Vec<Option<f64>> = rows.iter().map(|row| row.p_value).collect();
        for (row, adjusted) in rows.iter_mut().zip(self.adjustment.adjust(&p_values)) {
            row.p_adjusted = adjusted;
        }
        let method = if reasons.len() <= MOST_EXACT {
            ContributionMethod::Exact
        } else {
            ContributionMethod::Sampled
        };
        Some(Contributions {
            reference: found.reference,
            reference_n: without,
            declared,
            method,
            rows,
        })
    }

    fn check(&self) -> Result<()> {
        let bad = |path: &str, message: &str| {
            Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
        };
        check_replicates(self.replicates)?;
        if !(2..=100_000).contains(&self.orders) {
            return bad("orders", "pairs of orders are from 2 to 100000");
        }
        let metric = self.scoring.metrics().next();
        if let Some((reference, metric)) = self.reference.zip(metric) {
            let (lowest, highest) = metric.range();
            if !(reference >= lowest && reference <= highest) {
                return bad("reference", "the reference lies outside of the metric's range");
            }
        }
        Ok(())
    }
}

config::written!(
    Drivers,
    r#"{"scoring": {"metrics": [{"metric": "nps"}]}, "attributes": ["region"], "seed": 7}"#
);

pub(crate) fn check_replicates(replicates: u32) -> Result<()> {
    if replicates == 0 || (100..=MOST_REPLICATES).contains(&replicates) {
        return Ok(());
    }
    let message = "replicates are 0 or from 100 to 100000";
    Err(Error::new(ErrorCode::InvalidArgument, message).at("replicates"))
}

/// The tally of the responses that mention each reason.
pub(crate) fn reason_tallies(frame: &Frame<'_>, mentions: &Mentions) -> Vec<Tally> {
    let mut cells = Cells::new(mentions.names().len(), frame);
    let points = frame.points;
    for (row, (reasons, code)) in mentions.iter().zip(frame.codes.iter()).enumerate() {
        let code = usize::from(*code);
        if code < points {
            for reason in reasons {
                cells.add(usize::from(*reason), code, row);
            }
        }
    }
    cells.tallies()
}

/// The tally of each value of a column.
pub(crate) fn code_tallies(frame: &Frame<'_>, codes: &Codes) -> Vec<Tally> {
    let mut cells = Cells::new(codes.values.len(), frame);
    for (row, code) in frame.rated() {
        if let Some(value) = codes.rows.get(row).filter(|value| **value != NONE) {
            cells.add(*value as usize, code, row);
        }
    }
    cells.tallies()
}

/// Share of the mass of `all` that is in `part`, 0 to 1.
pub(crate) fn share(part: &Tally, all: &Tally) -> Option<f64> {
    let whole: f64 = all.masses().iter().sum();
    (whole > 0.0).then(|| part.masses().iter().sum::<f64>() / whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listen::column::Column;

    fn table() -> (Responses, Mentions) {
        let mut random = Random::new(9);
        let (mut ratings, mut lists, mut regions) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..3000 {
            let reasons: Vec<&str> = ["price", "staff", "speed"]
                .into_iter()
                .filter(|_| random.uniform() < 0.2)
                .collect();
            let base = 8.0 - 2.0 * f64::from(u8::from(reasons.contains(&"price")));
            let north = random.uniform() < 0.3;
            let base = base - f64::from(u8::from(north));
            ratings.push((base + 2.0 * random.normal()).clamp(0.0, 10.0).round());
            lists.push(reasons);
            regions.push(Some(if north { "north" } else { "south" }));
        }
        let responses = Responses::new()
            .with("score", Column::numbers(ratings))
            .unwrap()
            .with("region", Column::categories(regions))
            .unwrap()
            .rating("score");
        (responses, Mentions::from_lists(lists).unwrap())
    }

    /// The score of a report says of every row what became of it, as that of a scoring.
    #[test]
    fn ratings_that_are_none_are_counted() {
        use crate::base::scale::Invalid;
        use crate::interpret::change::Change;

        let ratings = Column::Number(
            vec![9.0, 12.0, 6.5, 3.0, 8.0].into(),
            Some(vec![true, true, true, true, false].into()),
        );
        let table = Responses::new().with("score", ratings).unwrap().rating("score");
        let scoring = || Scoring::new(Metric::nps()).invalid(Invalid::Count);
        let whole = scoring().run(&table).unwrap().rows.remove(0).score;
        assert_eq!((whole.n, whole.missing, whole.invalid, whole.out_of_range), (2, 1, 1, 1));
        let mentions = Mentions::none(5);
        let report = Drivers::of(scoring()).replicates(0).run_with(&table, &mentions).unwrap();
        assert_eq!(report.score, whole);
        let change = Change::of(scoring()).run(&table, &table).unwrap();
        assert_eq!((change.comparison.before, change.comparison.after), (whole.clone(), whole));
    }

    #[test]
    fn finds_what_was_put_in() {
        let (responses, mentions) = table();
        let drivers = Drivers::new(Metric::nps()).attributes(["region"]).minimum_n(20);
        let report = drivers.run_with(&responses, &mentions).unwrap();
        let found = |name: &str| report.drivers.iter().find(|d| d.name == name).unwrap();
        let price = found("price");
        assert!(price.impact.unwrap() < -5.0 && price.p_adjusted.unwrap() < 1e-9);
        assert!(found("staff").p_adjusted.unwrap() > 0.01);
        for driver in &report.drivers {
            let (a, b) = (driver.interval.unwrap(), driver.bootstrap.unwrap());
            assert!((a.lower - b.lower).abs() < 0.2 * a.width(), "{driver:?}");
            assert!((a.upper - b.upper).abs() < 0.2 * a.width(), "{driver:?}");
        }
        // Leave-one-out by its definition.
        let keep: Vec<bool> = (0..mentions.len())
            .map(|row| !mentions.row(row).contains(&mentions.code("price").unwrap()))
            .collect();
        let rest = responses.filter(&keep).unwrap().score(&Metric::nps()).unwrap();
        let impact = report.score.value.unwrap() - rest.value.unwrap();
        assert!((price.impact.unwrap() - impact).abs() < 1e-10);
        assert_eq!(report.to_table().len(), 5);
        let shares = report.contributions.as_ref().unwrap();
        assert_eq!(shares.method, ContributionMethod::Exact);
        assert!(!shares.declared && shares.to_table().len() == 3);
        let sum: f64 = shares.rows.iter().map(|r| r.contribution).sum();
        assert!((shares.reference + sum - report.score.value.unwrap()).abs() < 1e-9);
        assert_eq!(drivers.run_with(&responses, &mentions).unwrap(), report);
    }

    #[test]
    fn columns_and_lists_agree_across_bytes_and_blocks() {
        let mut random = Random::new(21);
        let rows = 9000;
        let names: Vec<String> = (0..12).map(|i| format!("r{i}")).collect();
        let ratings: Vec<u8> = (0..rows).map(|_| (11.0 * random.uniform()) as u8).collect();
        let mut table =
            Responses::new().with("score", Column::numbers(ratings)).unwrap().rating("score");
        for name in &names {
            let flags: Vec<u8> = (0..rows).map(|_| u8::from(random.uniform() < 0.1) * 3).collect();
            table = table.with(name, Column::numbers(flags)).unwrap();
        }
        let drivers = Drivers::new(Metric::nps()).reasons(names.clone()).replicates(0);
        let mentions = Mentions::from_columns(&table, &names).unwrap();
        let by_columns = drivers.run(&table).unwrap();
        assert_eq!(by_columns, drivers.run_with(&table, &mentions).unwrap());
        let driver = by_columns.drivers.iter().find(|d| d.name == "r11").unwrap();
        assert_eq!(driver.n, mentions.counts()[11]);
    }

    #[test]
    fn a_reference_is_needed_where_everybody_has_a_reason() {
        let responses = Responses::new()
            .with("score", Column::numbers([9_u8, 2, 9, 3].repeat(20)))
            .unwrap()
            .rating("score");
        let four = [&["a"][..], &["b"], &["a", "b"], &["b"]];
        let lists = four.repeat(20).into_iter().map(<[&str]>::to_vec);
        let mentions = Mentions::from_lists(lists).unwrap();
        let drivers = Drivers::new(Metric::nps()).minimum_n(10).replicates(0);
        let report = drivers.run_with(&responses, &mentions).unwrap();
        assert!(report.contributions.is_none());
        let report = drivers.reference(20.0).run_with(&responses, &mentions).unwrap();
        let shares = report.contributions.unwrap();
        assert!(shares.declared);
        // v: none 20, a 100, b -100, both 0.
        let found: Vec<f64> = shares.rows.iter().map(|r| r.contribution).collect();
        assert!((found[0] - 90.0).abs() < 1e-12 && (found[1] + 110.0).abs() < 1e-12, "{found:?}");
        // `b` is left by 20 of 80: its impact stands; a minimum of 30 hides it.
        let report = Drivers::new(Metric::nps()).run_with(&responses, &mentions).unwrap();
        assert!(report.drivers.iter().any(|d| d.name == "b" && d.impact.is_none()));
    }

    #[test]
    fn options_are_checked() {
        let (responses, mentions) = table();
        let run = |drivers: Drivers| {
            let error = drivers.run_with(&responses, &mentions).unwrap_err();
            (error.code(), error.path().to_owned())
        };
        let new = || Drivers::new(Metric::nps());
        let bad = ErrorCode::InvalidArgument;
        assert_eq!(run(new().replicates(5)), (bad, "replicates".to_owned()));
        assert_eq!(run(new().orders(0)), (bad, "orders".to_owned()));
        assert_eq!(run(new().reference(101.0)), (bad, "reference".to_owned()));
        let grouped = Drivers::of(Scoring::new(Metric::nps()).by(["region"]));
        assert_eq!(run(grouped), (bad, "scoring".to_owned()));
        assert_eq!(run(new().attributes(["nope"])), (ErrorCode::MissingColumn, "nope".to_owned()));
        let short = Mentions::none(3);
        let error = new().run_with(&responses, &short).unwrap_err();
        assert_eq!(error.code(), ErrorCode::LengthMismatch);
        let json = r#"{"scoring": {"metrics": [{"metric": "nps"}]}, "minimum_m": 3}"#;
        assert_eq!(Drivers::from_json(json).unwrap_err().path(), "minimum_m");
    }
}
