//! Comments in, feelings out.

use heedful::text::{Unit, in_unit};
use heedful::{Column, Error, ErrorCode, Key, Result, Sentiment, SentimentOptions};
use pyo3::prelude::*;

use crate::guard::run;
use crate::out::Table;
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
        let Column::Text(texts) = Column::texts(comments.0.iter().map(Option::as_deref)) else {
            return Err(Error::new(ErrorCode::Internal, "texts are no texts"));
        };
        let feelings = sentiment.read_all(&texts);
        let in_characters =
            |table| Table(in_unit(table, Unit::Characters, |row| comments.0.get(row)?.as_deref()));
        Ok((
            Table(feelings.to_table()),
            in_characters(feelings.clauses_to_table()),
            in_characters(feelings.emotions_to_table()),
        ))
    })
}
