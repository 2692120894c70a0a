//! Scores by group and over time.

use serde::Serialize;

use super::score::Score;
use super::scoring::Scoring;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::metric::Metric;
use crate::base::table::{Data, Table};
use crate::base::tally::Tally;
use crate::base::time::Every;
use crate::listen::responses::Responses;

/// The score of one group.
///
/// ```
/// use heedful::{Column, Metric, Responses};
/// let responses = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 3, 9]))?
///     .with("plan", Column::categories([Some("pro"), Some("free"), None]))?
///     .rating("score");
/// let scores = responses.score_by(&Metric::nps(), ["plan"])?;
/// let rows: Vec<_> = scores.rows.iter().map(|row| (row.keys[0].to_string(), row.score.value)).collect();
/// assert_eq!(rows[0], ("free".to_owned(), Some(-100.0)));
/// assert_eq!(rows[2], ("(missing)".to_owned(), Some(100.0)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupScore {
    /// The group's values of the columns in [`Scores::by`], then the first day of the period where
    /// there are periods.
    pub keys: Vec<Key>,
    /// The group was too small to be shown; its score is empty.
    pub suppressed: bool,
    /// The score.
    pub score: Score,
}

/// Scores by group, sorted by metric in the order asked for, then by keys.
///
/// ```
/// use heedful::{Column, Metric, Responses};
/// let responses = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 3]))?
///     .with("plan", Column::categories(["pro", "free"].map(Some)))?
///     .rating("score");
/// let scores = responses.score_by(&Metric::nps(), ["plan"])?;
/// assert_eq!((scores.by[0].as_str(), scores.rows[0].keys[0].to_string()), ("plan", "free".to_owned()));
/// assert_eq!(scores.to_table().len(), 2);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// The columns that made the groups.
    pub by: Vec<String>,
    /// The periods.
    pub every: Option<Every>,
    /// One row for each metric and group.
    pub rows: Vec<GroupScore>,
    /// Whether accounts were looked at.
    #[serde(skip)]
    pub(super) accounts: bool,
}

impl Scores {
    /// The scores as a table.
    ///
    /// Columns: one for each attribute of `by` under its own name; `period` (the first day) where
    /// there are periods; `metric`, `value`, `lower`, `upper`, `standard_error`, `n`, `missing`,
    /// `invalid`, `out_of_range`, `mean`, `effective_n`, `design_effect`; `share_` and the name of
    /// each band (0 to 1); `accounts` (how many rated) where [`Clusters`](crate::Clusters) asks for them; `suppressed`. In a suppressed row all numbers are missing.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.rows.iter();
        let shown = |r: &GroupScore, v: u64| (!r.suppressed).then_some(v);
        for (i, name) in self.by.iter().enumerate() {
            table.keys(name, rows().map(|r| r.keys.get(i).unwrap_or(&Key::Missing)));
        }
        if self.every.is_some() {
            let day = |r: &GroupScore| match r.keys.last() {
                Some(Key::Date(day)) => Some(*day),
                _ => None,
            };
            table.push("period", Data::Date(rows().map(day).collect()));
        }
        table.texts("metric", rows().map(|r| Some(r.score.metric.as_str())));
        table.floats("value", rows().map(|r| r.score.value));
        table.floats("lower", rows().map(|r| r.score.interval.map(|i| i.lower)));
        table.floats("upper", rows().map(|r| r.score.interval.map(|i| i.upper)));
        table.floats("standard_error", rows().map(|r| r.score.standard_error));
        table.ints("n", rows().map(|r| shown(r, r.score.n)));
        table.ints("missing", rows().map(|r| shown(r, r.score.missing)));
        table.ints("invalid", rows().map(|r| shown(r, r.score.invalid)));
        table.ints("out_of_range", rows().map(|r| shown(r, r.score.out_of_range)));
        table.floats("mean", rows().map(|r| r.score.mean));
        table.floats("effective_n", rows().map(|r| (!r.suppressed).then_some(r.score.effective_n)));
        table.floats("design_effect", rows().map(|r| r.score.design_effect));
        let mut bands: Vec<&str> = Vec::new();
        for share in rows().flat_map(|r| &r.score.shares) {
            if !bands.contains(&share.band.as_str()) {
                bands.push(&share.band);
            }
        }
        for band in bands {
            table.floats(&format!("share_{band}"), rows().map(|r| r.score.share(band)));
        }
        if self.accounts {
            let accounts = |r: &GroupScore| r.score.accounts.filter(|_| !r.suppressed);
            table.ints("accounts", rows().map(accounts));
        }
        table.push("suppressed", Data::Bool(rows().map(|r| Some(r.suppressed)).collect()));
        table
    }
}

impl Responses {
    /// The score of all responses in one number; [`Scoring`] does more.
    ///
    /// ```
    /// use heedful::{Column, Metric, Responses};
    /// let responses = Responses::new().with("happy", Column::numbers(vec![5_u8, 4, 1]))?.rating("happy");
    /// assert_eq!(responses.score(&Metric::preset("stars")?)?.value, Some(10.0 / 3.0));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`Scoring::run`].
    pub fn score(&self, metric: &Metric) -> Result<Score> {
        let scores = Scoring::new(metric.clone()).run(self)?;
        let row = scores.rows.into_iter().next();
        row.map(|row| row.score).ok_or_else(|| Error::new(ErrorCode::Internal, "no row was made"))
    }

    /// The tally that [`score`](Self::score) scores: comparisons and sample sizes start from it.
    ///
    /// ```
    /// use heedful::{Column, Metric, Responses};
    /// let responses = Responses::new().with("happy", Column::numbers(vec![5_u8, 4, 5]))?.rating("happy");
    /// assert_eq!(responses.tally(&Metric::csat())?.counts(), [0, 0, 0, 1, 2]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`Scoring::run`].
    pub fn tally(&self, metric: &Metric) -> Result<Tally> {
        let groups = Scoring::new(metric.clone()).groups(self)?;
        let group = groups.into_iter().flatten().next();
        group
            .map(|group| group.tally)
            .ok_or_else(|| Error::new(ErrorCode::Internal, "no tally was made"))
    }

    /// The score of each group: `responses.score_by(&Metric::nps(), ["plan"])?`.
    ///
    /// ```
    /// use heedful::{Column, Metric, Responses};
    /// let responses = Responses::new()
    ///     .with("score", Column::numbers(vec![10_u8, 3]))?
    ///     .with("plan", Column::categories([Some("pro"), None]))?
    ///     .rating("score");
    /// let scores = responses.score_by(&Metric::nps(), ["plan"])?;
    /// assert_eq!(scores.rows[1].keys[0], heedful::Key::Missing); // a group of its own, last
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`Scoring::run`].
    pub fn score_by<S: Into<String>>(
        &self,
        metric: &Metric,
        by: impl IntoIterator<Item = S>,
    ) -> Result<Scores> {
        Scoring::new(metric.clone()).by(by).run(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::error::ErrorCode;
    use crate::base::scale::Invalid;
    use crate::base::time::Clock;
    use crate::base::time::TimeUnit;
    use crate::interpret::score::Uncertainty;
    use crate::interpret::scorer::Scorer;
    use crate::listen::column::Column;
    use crate::listen::column::Times;

    fn table() -> Responses {
        let days = [0_i64, 0, 40, 40, 70, 0];
        let valid: Vec<bool> = vec![true, true, true, true, true, false];
        Responses::new()
            .with(
                "score",
                Column::optional_numbers(&[
                    Some(10.0),
                    Some(0.0),
                    Some(9.0),
                    None,
                    Some(8.0),
                    Some(3.0),
                ]),
            )
            .unwrap()
            .with("plan", Column::categories(["a", "b", "a", "a", "b", "b"].map(Some)))
            .unwrap()
            .with(
                "when",
                Column::Time(Times {
                    values: days.map(|d| d * 86_400).to_vec().into(),
                    validity: Some(valid.into()),
                    unit: TimeUnit::Second,
                    clock: Clock::Wall,
                }),
            )
            .unwrap()
            .rating("score")
            .at("when")
    }

    fn summary(scores: &Scores) -> Vec<(String, u64, Option<f64>)> {
        let name =
            |r: &GroupScore| r.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        scores.rows.iter().map(|r| (name(r), r.score.n, r.score.value)).collect()
    }

    #[test]
    fn groups_and_periods_with_empty_ones() {
        let scores = Scoring::new(Metric::nps()).every(Every::Month).run(&table()).unwrap();
        let row = |name: &str, n, value| (name.to_owned(), n, value);
        assert_eq!(
            summary(&scores),
            [
                row("1970-01-01", 2, Some(0.0)),
                row("1970-02-01", 1, Some(100.0)),
                row("1970-03-01", 1, Some(0.0)),
                row("(missing)", 1, Some(-100.0)),
            ]
        );
        let by =
            Scoring::new(Metric::nps()).by(["plan"]).every(Every::Month).run(&table()).unwrap();
        assert_eq!(
            summary(&by),
            [
                row("a 1970-01-01", 1, Some(100.0)),
                row("a 1970-02-01", 1, Some(100.0)),
                row("a 1970-03-01", 0, None),
                row("b 1970-01-01", 1, Some(-100.0)),
                row("b 1970-02-01", 0, None),
                row("b 1970-03-01", 1, Some(0.0)),
                row("b (missing)", 1, Some(-100.0)),
            ]
        );
        let rolling =
            Scoring::new(Metric::nps()).every(Every::Month).rolling(2).run(&table()).unwrap();
        let n: Vec<u64> = rolling.rows.iter().map(|r| r.score.n).collect();
        assert_eq!(n, [2, 3, 2, 1]);
    }

    #[test]
    fn batches_equal_the_whole() {
        let scoring = Scoring::new(Metric::nps()).by(["plan"]).every(Every::Month);
        let whole = scoring.run(&table()).unwrap();
        for cut in 0..=6 {
            let mut scorer = Scorer::new(scoring.clone());
            scorer.observe(&table().slice(0, cut)).unwrap();
            scorer.observe(&table().slice(cut, 6)).unwrap();
            assert_eq!(scorer.finish().unwrap(), whole);
        }
    }

    #[test]
    fn a_bad_rating_is_named_or_counted() {
        let bad = Responses::new()
            .with("score", Column::numbers(vec![10.0, 11.0, 6.9, f64::INFINITY]))
            .unwrap()
            .rating("score");
        let mut scorer = Scorer::new(Scoring::new(Metric::nps()));
        scorer.observe(&bad.slice(0, 1)).unwrap();
        let error = scorer.observe(&bad.slice(1, 3)).unwrap_err();
        assert_eq!(
            (error.code(), error.path(), error.row()),
            (ErrorCode::RatingOutOfRange, "score", Some(1))
        );
        let counted = Scoring::new(Metric::nps()).invalid(Invalid::Count).run(&bad).unwrap();
        let score = &counted.rows[0].score;
        assert_eq!((score.n, score.invalid, score.out_of_range), (1, 1, 2));
    }

    #[test]
    fn small_groups_are_hidden_with_everything_they_know() {
        let scores = Scoring::new(Metric::nps()).by(["plan"]).minimum_n(3).run(&table()).unwrap();
        let flags: Vec<bool> = scores.rows.iter().map(|r| r.suppressed).collect();
        assert_eq!(flags, [true, false]);
        assert_eq!((scores.rows[0].score.n, scores.rows[0].score.value), (0, None));
        let text = serde_json::to_string(&scores.to_table()).unwrap();
        assert!(text.contains(r#""plan":"a","metric":"nps","value":null,"lower":null"#), "{text}");
        assert!(text.contains(r#""n":null"#));
    }

    #[test]
    fn declared_words_are_missing() {
        let words = Responses::new()
            .with("score", Column::categories(["9", "NA", "n.a.", "", "N/A"].map(Some)))
            .unwrap()
            .rating("score");
        let error = words.score(&Metric::nps()).unwrap_err();
        assert_eq!((error.code(), error.row()), (ErrorCode::RatingInvalid, Some(2)));
        let scores =
            Scoring::new(Metric::nps()).missing(["n.a.", "NA", "N/A"]).run(&words).unwrap();
        assert_eq!((scores.rows[0].score.n, scores.rows[0].score.missing), (1, 4));
    }

    #[test]
    fn an_attribute_must_not_hide_a_result() {
        let table = Responses::new()
            .with("score", Column::numbers(vec![9_u8]))
            .unwrap()
            .with("n", Column::numbers(vec![1_u8]))
            .unwrap()
            .rating("score");
        let error = table.score_by(&Metric::nps(), ["n"]).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::DuplicateColumn, "n"));
        let scores =
            Scoring::new(Metric::nps()).by(["when"]).run(&super::tests::table()).unwrap_err();
        assert_eq!((scores.code(), scores.path()), (ErrorCode::ColumnType, "when"));
    }

    #[test]
    fn options_are_checked() {
        let error = Scoring::new(Metric::nps()).rolling(2).run(&table()).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::InvalidArgument, "rolling"));
        let error = Scoring::new(Metric::nps()).by(["nope"]).run(&table()).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::MissingColumn, "nope"));
        let error = Scoring::from_json(r#"{"metrics":[{"metric":"nps"}],"bye":[]}"#).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::InvalidConfig, "bye"));
        let error = Scoring::from_json(r#"{"metrics":[{"metric":"np"}]}"#).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::UnknownName, "metrics[0].metric"));
        let json =
            r#"{"metrics":[{"metric":"nps","rating":"score"}],"by":["plan"],"confidence":0.9}"#;
        assert_eq!(Scoring::from_json(json).unwrap().run(&table()).unwrap().rows.len(), 2);
    }

    #[test]
    fn weights_count() {
        let weighted =
            table().with("w", Column::numbers(vec![2_u8, 1, 1, 1, 1, 1])).unwrap().weight("w");
        let score = weighted.score(&Metric::nps()).unwrap();
        let tally = weighted.tally(&Metric::nps()).unwrap();
        let again = Score::from_tally(&tally, &Metric::nps(), Uncertainty::default()).unwrap();
        assert_eq!(score, again);
        // Promoters weigh 2 + 1, detractors 1 + 1, passives 1.
        assert!((score.value.unwrap() - 100.0 / 6.0).abs() < 1e-12);
        let bad = table()
            .with("w", Column::numbers(vec![1.0, 1.0, -1.0, 1.0, 1.0, 1.0]))
            .unwrap()
            .weight("w");
        let error = bad.score(&Metric::nps()).unwrap_err();
        assert_eq!(
            (error.code(), error.path(), error.row()),
            (ErrorCode::WeightInvalid, "w", Some(2))
        );
    }
}
