//! Comments in, feelings out.

use heedful::text::{CommentStrength, Lexer, Unit, in_unit};
use heedful::{
    Column, Error, ErrorCode, Key, Result, Sentiment, SentimentFit, SentimentOptions, Texts,
};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::guard::run;
use crate::out::Table;
use crate::reason::language;
use crate::table::Input;

/// A column of texts.
#[derive(Debug, Clone)]
pub(crate) struct Comments(pub(crate) Vec<Option<String>>);

impl Comments {
    /// The column with the role of the comment.
    pub(crate) fn of(responses: &heedful::Responses) -> Result<Self> {
        let Some(name) = &responses.roles().comment else {
            let message = "no column is named as `comment`";
            return Err(Error::new(ErrorCode::MissingColumn, message).at("comment"));
        };
        Self::column(responses, name)
    }

    pub(crate) fn column(responses: &heedful::Responses, name: &str) -> Result<Self> {
        let column = responses.require(name)?;
        let text = |row| match column.key(row) {
            Key::Text(text) => Ok(Some(text.to_string())),
            Key::Missing => Ok(None),
            _ => Err(Error::new(ErrorCode::ColumnType, "the column holds no texts").at(name)),
        };
        match column {
            Column::Text(texts) => {
                Ok(Self(texts.iter().map(|text| text.map(str::to_owned)).collect()))
            }
            _ => (0..column.len()).map(text).collect::<Result<_>>().map(Self),
        }
    }
}

/// The feelings of the comments of a table: by comment, by clause, by emotion.
#[pyfunction]
pub(crate) fn sentiment(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    roles: &str,
    options: &str,
) -> PyResult<(Table, Table, Table)> {
    let input = Input::new(data, Some(columns), roles)?;
    run(py, || {
        let mut sentiment = Sentiment::new(SentimentOptions::from_json(options)?)?;
        let comments = Comments::of(&input.whole()?)?;
        let feelings = sentiment.read_all(&texts(&comments.0));
        let in_characters =
            |table| Table(in_unit(table, Unit::Characters, |row| comments.0.get(row)?.as_deref()));
        Ok((
            Table(feelings.to_table()),
            in_characters(feelings.clauses_to_table()),
            in_characters(feelings.emotions_to_table()),
        ))
    })
}

/// How much the comments of a table say.
#[pyfunction]
pub(crate) fn comment_strength(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    roles: &str,
) -> PyResult<Table> {
    let input = Input::new(data, Some(columns), roles)?;
    run(py, || Ok(Table(CommentStrength::of_all(&Comments::of(&input.whole()?)?.0))))
}

/// The tokens of texts.
#[pyfunction]
pub(crate) fn tokens(py: Python<'_>, texts: Vec<Option<String>>, code: &str) -> PyResult<Table> {
    run(py, || {
        let table = Lexer::new(language(code)?).read_all(&texts);
        Ok(Table(in_unit(table, Unit::Characters, |row| texts.get(row)?.as_deref())))
    })
}

/// Sentiment that was learned from ratings.
#[pyclass(frozen, module = "heedful._heedful")]
pub(crate) struct SentimentModel(heedful::SentimentModel);

/// What the comments are in the form of the core.
fn texts(comments: &[Option<String>]) -> Texts {
    comments.iter().map(Option::as_deref).collect()
}

#[pymethods]
impl SentimentModel {
    #[staticmethod]
    fn fit(
        py: Python<'_>,
        comments: Vec<Option<String>>,
        ratings: Vec<Option<f64>>,
        options: &str,
    ) -> PyResult<Self> {
        run(py, || SentimentFit::from_json(options)?.run(&texts(&comments), &ratings).map(Self))
    }

    /// Predictions for comments that were held out in turn, and their correlation with the ratings.
    #[staticmethod]
    fn cross_validate(
        py: Python<'_>,
        comments: Vec<Option<String>>,
        ratings: Vec<Option<f64>>,
        options: &str,
        folds: u32,
    ) -> PyResult<(Vec<Option<f64>>, u64, Option<f64>)> {
        run(py, || {
            let fit = SentimentFit::from_json(options)?;
            let held = fit.cross_validate(&texts(&comments), &ratings, folds)?;
            Ok((held.predicted, held.n, held.correlation))
        })
    }

    #[staticmethod]
    fn from_bytes(py: Python<'_>, bytes: &[u8]) -> PyResult<Self> {
        run(py, || heedful::SentimentModel::from_bytes(bytes).map(Self))
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.to_bytes())
    }

    fn comments(&self) -> u64 {
        self.0.comments()
    }

    fn top_words(&self, most: usize) -> Table {
        Table(self.0.top_words(most))
    }

    fn values(&self, py: Python<'_>, comments: Vec<Option<String>>) -> PyResult<Vec<Option<f64>>> {
        run(py, || Ok(self.0.reader()?.values(&texts(&comments))))
    }
}
