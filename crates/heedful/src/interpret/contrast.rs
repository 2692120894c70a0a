//! Each group against all others.

use serde::Serialize;

use super::compare::Comparison;
use super::group::Group;
use super::scoring::Scoring;
use crate::base::config::{self, options};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::metric::Metric;
use crate::base::order::runs;
use crate::base::suppression::Suppression;
use crate::base::table::{Data, Table};
use crate::base::tally::Tally;
use crate::base::time::Every;
use crate::listen::responses::Responses;
use crate::stats::{Adjustment, IntervalMethod};

/// Which groups differ from the rest: each group against all others together.
///
/// Grouped by the column of the kind or the signal, it shows how relational and transactional
/// responses, or reviews and surveys, differ. With periods, a group is compared with the others of
/// the same period. Groups below the scoring's minimum n are not reported but are part of the rest of
/// others; since group and rest give the total away, further groups are hidden where subtraction would
/// uncover one.
///
/// P-values are adjusted together over all rows of the result, since all of them are looked at.
///
/// ```
/// use heedful::{Column, Contrast, Metric, Responses};
///
/// let ratings: Vec<u8> = (0..60).map(|i| if i % 3 == 0 { 3 } else { 9 }).collect();
/// let stores = (0..60).map(|i| Some(["north", "south", "west"][i % 3]));
/// let responses = Responses::new()
///     .with("score", Column::numbers(ratings))?
///     .with("store", Column::categories(stores))?
///     .rating("score");
/// let contrasts = Contrast::new(Metric::nps(), ["store"]).run(&responses)?;
/// let north = &contrasts.rows[0];
/// assert_eq!(north.comparison.difference, Some(-200.0));
/// assert!(north.p_adjusted.unwrap() < 0.01);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(default = "Self::any", deny_unknown_fields, extend("required" = ["scoring"]))
)]
pub struct Contrast {
    /// The groups that are compared with the rest.
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "config::required"))]
    scoring: Scoring,
    /// How p-values are adjusted for how many groups were looked at.
    adjustment: Adjustment,
}

options!(Contrast, needs [scoring], takes [adjustment], from Self::any());

/// A group against the rest.
///
/// ```
/// use heedful::{Column, Contrast, Metric, Responses};
/// let responses = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 9, 8, 3, 2, 9]))?
///     .with("store", Column::categories(["n", "n", "n", "s", "s", "s"].map(Some)))?
///     .rating("score");
/// let contrasts = Contrast::new(Metric::nps(), ["store"]).run(&responses)?;
/// let north = &contrasts.rows[0];
/// let (before, after) = (&north.comparison.before, &north.comparison.after);
/// assert_eq!((after.value.map(f64::round), before.value.map(f64::round)), (Some(67.0), Some(-33.0)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupContrast {
    /// The group's values of the columns in [`Contrasts::by`], then the first day of the period
    /// where there are periods.
    pub keys: Vec<Key>,
    /// The group was too small to be shown; everything about it is empty.
    pub suppressed: bool,
    /// The group (`after`) less the rest (`before`).
    pub comparison: Comparison,
    /// The p-value, adjusted for how many groups were looked at.
    pub p_adjusted: Option<f64>,
}

/// Contrasts, sorted by metric in the order asked for, then by keys.
///
/// ```
/// use heedful::{Column, Contrast, Metric, Responses, Scoring};
/// let responses = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 9, 8, 3, 2, 9]))?
///     .with("store", Column::categories(["n", "n", "n", "s", "s", "s"].map(Some)))?
///     .rating("score");
/// let contrasts = Contrast::of(Scoring::new(Metric::nps()).by(["store"])).run(&responses)?;
/// assert_eq!((contrasts.by.as_slice(), contrasts.rows.len()), (["store".to_owned()].as_slice(), 2));
/// let table = contrasts.to_table();
/// assert!(table.columns().iter().any(|column| column.name == "p_adjusted"));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contrasts {
    /// The columns that made the groups.
    pub by: Vec<String>,
    /// The periods.
    pub every: Option<Every>,
    /// How p-values were adjusted.
    pub adjustment: Adjustment,
    /// One row for each metric and group.
    pub rows: Vec<GroupContrast>,
}

impl Contrast {
    /// What a document changes.
    fn any() -> Self {
        Self::new(Metric::nps(), [""])
    }

    /// One metric on the column in the role `rating`, groups by these columns.
    #[must_use]
    pub fn new<S: Into<String>>(metric: Metric, by: impl IntoIterator<Item = S>) -> Self {
        Self::of(Scoring::new(metric).by(by))
    }

    /// The groups of a scoring, with all its options. Intervals: `score` or `wald` for nets and
    /// shares, `t` or `wald` for means.
    ///
    /// ```
    /// use heedful::{Contrast, Metric, Scoring};
    /// let scoring = Scoring::new(Metric::nps()).by(["store"]);
    /// assert_eq!(Contrast::of(scoring), Contrast::new(Metric::nps(), ["store"]));
    /// ```
    #[must_use]
    pub fn of(scoring: Scoring) -> Self {
        Self { scoring, adjustment: Adjustment::default() }
    }

    /// Reads options from JSON: `{"scoring": {"metrics": [{"metric": "nps"}], "by": ["store"]},
    /// "adjustment": "holm"}`.
    ///
    /// ```
    /// use heedful::{Contrast, Metric};
    /// let json = r#"{"scoring": {"metrics": [{"metric": "nps"}], "by": ["store"]}}"#;
    /// assert_eq!(Contrast::from_json(json)?, Contrast::new(Metric::nps(), ["store"]));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// How p-values are adjusted; Benjamini and Hochberg's false-discovery rate where not set.
    ///
    /// ```
    /// use heedful::stats::Adjustment;
    /// use heedful::{Column, Contrast, Metric, Responses};
    /// let responses = Responses::new()
    ///     .with("score", Column::numbers([[10_u8, 9, 8, 3], [6, 5, 9, 0]].concat().repeat(5)))?
    ///     .with("store", Column::categories(["a", "a", "b", "c"].repeat(10).into_iter().map(Some)))?
    ///     .rating("score");
    /// let contrast = Contrast::new(Metric::nps(), ["store"]).adjustment(Adjustment::Bonferroni);
    /// let row = &contrast.run(&responses)?.rows[0];
    /// let p = row.comparison.p_value.unwrap();
    /// assert_eq!(row.p_adjusted, Some((3.0 * p).min(1.0)));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn adjustment(mut self, adjustment: Adjustment) -> Self {
        self.adjustment = adjustment;
        self
    }

    /// Compares the groups of a table.
    ///
    /// # Errors
    /// As for [`Scoring::run`], and `invalid-argument` where nothing makes groups or the interval
    /// method cannot compare.
    pub fn run(&self, responses: &Responses) -> Result<Contrasts> {
        // Group and rest add up to the total, from which a single hidden group could be had.
        let hiding = Suppression { secondary: true, ..self.scoring.hiding() };
        let scoring = self.scoring.clone().suppression(hiding);
        if scoring.columns().is_empty() {
            let message = "there are no groups to compare: name columns in `by`";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("by"));
        }
        let mut rows = Vec::new();
        for (metric, groups) in scoring.metrics().zip(scoring.groups(responses)?) {
            let rests = rests(&groups, metric, scoring.periods().is_some())?;
            for (group, rest) in groups.into_iter().zip(rests) {
                let nothing = || Tally::new(metric.scale().clone());
                let (rest, own) =
                    if group.hidden { (nothing(), nothing()) } else { (rest, group.tally) };
                rows.push(GroupContrast {
                    keys: group.keys,
                    suppressed: group.hidden,
                    comparison: Comparison::of(&rest, &own, metric, scoring.stated())?,
                    p_adjusted: None,
                });
            }
        }
        let p_values: Vec<Option<f64>> = rows.iter().map(|r| r.comparison.p_value).collect();
        for (row, adjusted) in rows.iter_mut().zip(self.adjustment.adjust(&p_values)) {
            row.p_adjusted = adjusted;
        }
        Ok(Contrasts {
            by: scoring.columns().to_vec(),
            every: scoring.periods(),
            adjustment: self.adjustment,
            rows,
        })
    }
}

config::written!(
    Contrast,
    r#"{"scoring": {"metrics": [{"metric": "nps"}]}, "adjustment": "holm"}"#
);

/// For each group the others of its period merged: those before it and those after it, so that
/// nothing is lost to subtraction.
fn rests(groups: &[Group], metric: &Metric, periods: bool) -> Result<Vec<Tally>> {
    let period = |at: usize| groups.get(at).and_then(|group| group.keys.last()).filter(|_| periods);
    let families = runs(groups.len(), &|a, b| period(a).cmp(&period(b)));
    let mut rests = vec![Tally::new(metric.scale().clone()); groups.len()];
    for family in families {
        let forward = family.iter();
        merge_along(forward, groups, &mut rests, metric)?;
        merge_along(family.iter().rev(), groups, &mut rests, metric)?;
    }
    Ok(rests)
}

/// Adds to each rest all groups that come earlier on the way.
fn merge_along<'a>(
    way: impl Iterator<Item = &'a usize>,
    groups: &[Group],
    rests: &mut [Tally],
    metric: &Metric,
) -> Result<()> {
    let mut passed = Tally::new(metric.scale().clone());
    for at in way {
        if let (Some(rest), Some(group)) = (rests.get_mut(*at), groups.get(*at)) {
            rest.merge(&passed)?;
            passed.merge(&group.tally)?;
        }
    }
    Ok(())
}

impl Contrasts {
    /// The contrasts as a table.
    ///
    /// Columns: one for each attribute of `by` under its own name; `period` (the first day) where
    /// there are periods; `metric`, `value` and `n` of the group, `rest` and `rest_n`; `difference`
    /// (group less rest), `lower`, `upper`, `standard_error`, `p_value`, `p_adjusted`, `method`;
    /// `suppressed`. In a suppressed row all numbers are missing.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.rows.iter();
        let compared = || self.rows.iter().map(|r| &r.comparison);
        let shown = |r: &GroupContrast, v: u64| (!r.suppressed).then_some(v);
        for (i, name) in self.by.iter().enumerate() {
            table.keys(name, rows().map(|r| r.keys.get(i).unwrap_or(&Key::Missing)));
        }
        if self.every.is_some() {
            let day = |r: &GroupContrast| match r.keys.last() {
                Some(Key::Date(day)) => Some(*day),
                _ => None,
            };
            table.push("period", Data::Date(rows().map(day).collect()));
        }
        table.texts("metric", compared().map(|c| Some(c.metric.as_str())));
        table.floats("value", compared().map(|c| c.after.value));
        table.ints("n", rows().map(|r| shown(r, r.comparison.after.n)));
        table.floats("rest", compared().map(|c| c.before.value));
        table.ints("rest_n", rows().map(|r| shown(r, r.comparison.before.n)));
        table.floats("difference", compared().map(|c| c.difference));
        table.floats("lower", compared().map(|c| c.interval.map(|i| i.lower)));
        table.floats("upper", compared().map(|c| c.interval.map(|i| i.upper)));
        table.floats("standard_error", compared().map(|c| c.standard_error));
        table.floats("p_value", compared().map(|c| c.p_value));
        table.floats("p_adjusted", rows().map(|r| r.p_adjusted));
        table.texts(
            "method",
            compared().map(|c: &Comparison| Some(IntervalMethod::as_str(c.method))),
        );
        table.push("suppressed", Data::Bool(rows().map(|r| Some(r.suppressed)).collect()));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Clock;
    use crate::base::time::TimeUnit;
    use crate::interpret::score::Uncertainty;
    use crate::listen::column::{Column, Times};
    use proptest::prelude::*;

    fn responses(rows: &[(u8, u8, u8)]) -> Responses {
        let text = |v: u8| Some(format!("g{v}"));
        Responses::new()
            .with("score", Column::numbers(rows.iter().map(|r| r.0).collect::<Vec<_>>()))
            .unwrap()
            .with("store", Column::categories(rows.iter().map(|r| text(r.1))))
            .unwrap()
            .with("weight", Column::numbers(rows.iter().map(|r| r.2).collect::<Vec<_>>()))
            .unwrap()
            .rating("score")
    }

    /// The rest as the slow twin counts it: row by row.
    fn rest(rows: &[(u8, u8, u8)], store: &str, metric: &Metric, weighted: bool) -> Tally {
        let mut tally = Tally::new(metric.scale().clone());
        for (rating, group, weight) in rows {
            if format!("g{group}") != store {
                let rating = f64::from(*rating);
                if weighted {
                    tally.observe_weighted(rating, f64::from(*weight)).unwrap();
                } else {
                    tally.observe(rating);
                }
            }
        }
        tally
    }

    proptest! {
        #[test]
        fn the_rest_is_everybody_else(
            rows in prop::collection::vec((0..=10_u8, 0..5_u8, 1..4_u8), 1..60),
            weighted: bool,
        ) {
            let metric = Metric::nps();
            let table = responses(&rows);
            let table = if weighted { table.weight("weight") } else { table };
            let found = Contrast::new(metric.clone(), ["store"]).run(&table).unwrap();
            for row in &found.rows {
                let store = row.keys[0].to_string();
                let before = rest(&rows, &store, &metric, weighted);
                let score =
                    crate::Score::from_tally(&before, &metric, Uncertainty::default()).unwrap();
                prop_assert_eq!(score.n, row.comparison.before.n);
                prop_assert_eq!(score.value, row.comparison.before.value);
                prop_assert_eq!(row.comparison.p_value.is_some(), row.p_adjusted.is_some());
                if let Some((p, adjusted)) = row.comparison.p_value.zip(row.p_adjusted) {
                    prop_assert!(adjusted >= p);
                }
            }
            // The order of responses makes no difference (weights are whole numbers, sums exact).
            let mut turned = rows.clone();
            turned.reverse();
            let table = responses(&turned);
            let table = if weighted { table.weight("weight") } else { table };
            prop_assert_eq!(Contrast::new(metric, ["store"]).run(&table).unwrap(), found);
        }
    }

    #[test]
    fn two_groups_are_each_others_rest() {
        let rows: Vec<(u8, u8, u8)> = (0..40).map(|i| (i % 11, i % 2, 1)).collect();
        let found = Contrast::new(Metric::nps(), ["store"]).run(&responses(&rows)).unwrap();
        let [a, b] = &found.rows[..] else { panic!("two groups") };
        assert_eq!(a.comparison.before, b.comparison.after);
        assert_eq!(a.comparison.p_value, b.comparison.p_value);
        // The larger of two equal p-values is adjusted by 2/2.
        assert_eq!(a.p_adjusted, a.comparison.p_value);
        let holm = Contrast::new(Metric::nps(), ["store"]).adjustment(Adjustment::Bonferroni);
        let holm = holm.run(&responses(&rows)).unwrap();
        assert_eq!(holm.rows[0].p_adjusted, a.comparison.p_value.map(|p| (2.0 * p).min(1.0)));
    }

    #[test]
    fn periods_are_compared_within() {
        let rows = [(10, 0, 1), (0, 1, 1), (9, 0, 1), (8, 1, 1), (3, 2, 1)];
        let times = Times {
            values: [0_i64, 0, 40, 40, 40].map(|d| d * 86_400).to_vec().into(),
            validity: None,
            unit: TimeUnit::Second,
            clock: Clock::Wall,
        };
        let table = responses(&rows).with("when", Column::Time(times)).unwrap().at("when");
        let scoring = Scoring::new(Metric::nps()).by(["store"]).every(Every::Month);
        let found = Contrast::of(scoring).run(&table).unwrap();
        let differences: Vec<_> = found.rows.iter().map(|r| r.comparison.difference).collect();
        // g0 in January and February, then g1, g2 (who has no January).
        let expected = [Some(200.0), Some(150.0), Some(-200.0), Some(0.0), None, Some(-150.0)];
        assert_eq!(differences, expected);
        let table = serde_json::to_value(found.to_table()).unwrap();
        assert_eq!(table[0]["period"], "1970-01-01");
        assert_eq!((&table[1]["rest"], &table[1]["rest_n"]), (&(-50.0).into(), &2.into()));
    }

    #[test]
    fn hidden_groups_say_nothing_but_count_in_the_rest() {
        let rows = [(10, 0, 1), (0, 1, 1), (9, 0, 1), (8, 1, 1), (3, 2, 1), (7, 0, 1)];
        let scoring = Scoring::new(Metric::nps()).by(["store"]).minimum_n(2);
        let found = Contrast::of(scoring).run(&responses(&rows)).unwrap();
        // The total less g0 and g1 would be g2, so g1 is hidden too.
        let hidden: Vec<bool> = found.rows.iter().map(|r| r.suppressed).collect();
        assert_eq!(hidden, [false, true, true]);
        assert_eq!(found.rows[0].comparison.before.n, 3);
        let table = serde_json::to_string(&found.to_table()).unwrap();
        let hidden = r#"{"store":"g2","metric":"nps","value":null,"n":null,"rest":null,"rest_n":null,"difference":null,"lower":null,"upper":null,"standard_error":null,"p_value":null,"p_adjusted":null,"method":"score","suppressed":true}"#;
        assert!(table.contains(hidden), "{table}");
    }

    #[test]
    fn options_are_checked() {
        let error = Contrast::of(Scoring::new(Metric::nps())).run(&responses(&[(1, 1, 1)]));
        assert_eq!(error.unwrap_err().path(), "by");
        let json =
            r#"{"scoring":{"metrics":[{"metric":"nps"}],"by":["store"]},"adjustment":"holm"}"#;
        let found = Contrast::from_json(json).unwrap().run(&responses(&[(1, 1, 1)])).unwrap();
        assert_eq!(found.adjustment, Adjustment::Holm);
        // One group has no rest.
        assert_eq!(found.rows[0].comparison.difference, None);
        assert_eq!(
            Contrast::from_json(r#"{"scoring":{"metric":1}}"#).unwrap_err().path(),
            "scoring.metric"
        );
    }
}
