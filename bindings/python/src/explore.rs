//! How good a mapping is, telling words, topics, and texts without names and numbers.

use heedful::text::{Language, Redactor, Unit, in_unit};
use heedful::{
    Agreement, Discover, EvaluateOptions, Evaluation, Key, Keyness, Metric, Responses, Result,
    Split,
};
use pyo3::prelude::*;

use crate::guard::run;
use crate::out::{self, Table};
use crate::reason::{ReasonMapper, labels, language};
use crate::table::Input;
use crate::texts::Comments;

/// The reasons of each comment; `None` where they are not known.
type Rows = Vec<Option<Vec<String>>>;

/// What is known against what was found: all of it as JSON, the agreement as JSON, and tables of the quality by
/// reason, the agreement by reason and the confusion.
#[pyfunction]
pub(crate) fn evaluate(
    py: Python<'_>,
    gold: Rows,
    predicted: Rows,
    options: &str,
) -> PyResult<(String, String, Table, Table, Option<Table>)> {
    run(py, || {
        let options = EvaluateOptions::from_json(options)?;
        let (known, found) = (labels(gold)?, labels(predicted)?);
        let quality = Evaluation::of(&known, &found, &options)?;
        let agreement = Agreement::of(&[&known, &found], &options)?;
        let confusion = quality.confusion.as_ref().map(|confusion| Table(confusion.to_table()));
        Ok((
            out::json(&quality)?,
            out::json(&agreement)?,
            Table(quality.to_table()),
            Table(agreement.to_table()),
            confusion,
        ))
    })
}

/// How well coders agree: all of it as JSON, and a table by reason.
#[pyfunction]
pub(crate) fn agreement(
    py: Python<'_>,
    coders: Vec<Rows>,
    options: &str,
) -> PyResult<(String, Table)> {
    run(py, || {
        let coders: Vec<_> = coders.into_iter().map(labels).collect::<Result<_>>()?;
        let options = EvaluateOptions::from_json(options)?;
        let agreement = Agreement::of(&coders.iter().collect::<Vec<_>>(), &options)?;
        Ok((out::json(&agreement)?, Table(agreement.to_table())))
    })
}

/// Rows to learn from and rows to measure on.
#[pyfunction]
pub(crate) fn split(
    py: Python<'_>,
    texts: Vec<String>,
    rows: Rows,
    share: f64,
    seed: u64,
) -> PyResult<(Vec<usize>, Vec<usize>)> {
    run(py, || {
        let split = Split::new(&texts, &labels(rows)?, share, seed)?;
        Ok((split.train, split.test))
    })
}

/// What makes the groups of rows: a column, or the bands of a metric's ratings.
struct Grouping {
    by: Option<String>,
    metric: Option<Metric>,
}

impl Grouping {
    fn new(by: Option<String>, metric: Option<&str>) -> Result<Self> {
        Ok(Self { by, metric: metric.map(Metric::from_json).transpose()? })
    }

    /// The group of each row; none where there are no groups.
    fn keys(&self, responses: &Responses) -> Result<Vec<Key>> {
        match (&self.metric, &self.by) {
            (Some(metric), _) => responses.bands(metric, None),
            (None, Some(by)) => {
                let column = responses.require(by)?;
                Ok((0..column.len()).map(|row| column.key(row)).collect())
            }
            (None, None) => Ok(Vec::new()),
        }
    }
}

/// The comments that are there, and where each stands.
fn written(comments: &Comments) -> (Vec<&str>, Vec<usize>) {
    let rows = comments.0.iter().enumerate();
    rows.filter_map(|(row, text)| Some((text.as_deref()?, row))).unzip()
}

/// The telling words of each group.
#[pyfunction]
pub(crate) fn keywords(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    roles: &str,
    by: String,
    metric: Option<&str>,
    options: &str,
) -> PyResult<Table> {
    let (keyness, grouping) =
        run(py, || Ok((Keyness::from_json(options)?, Grouping::new(Some(by.clone()), metric)?)))?;
    let input = Input::new(data, Some(columns), roles)?;
    run(py, || {
        let responses = input.whole()?;
        let comments = Comments::of(&responses)?;
        let keys = grouping.keys(&responses)?;
        let (texts, places) = written(&comments);
        let groups: Vec<Key> = places.iter().filter_map(|row| keys.get(*row).cloned()).collect();
        let mut found = keyness.run(&texts, &groups)?;
        found.by = by;
        for row in found.rows.iter_mut().flat_map(|keyword| &mut keyword.examples) {
            *row = places.get(*row).copied().unwrap_or(*row);
        }
        Ok(Table(found.to_table()))
    })
}

/// The comments of a table.
#[pyfunction]
pub(crate) fn comments(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    roles: &str,
) -> PyResult<Vec<Option<String>>> {
    let input = Input::new(data, Some(columns), roles)?;
    run(py, || Ok(Comments::of(&input.whole()?)?.0))
}

/// Topics: all of it as JSON, each as a reason in JSON, and tables of the topics and of homogeneity by group.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "what the other side has to say")]
pub(crate) fn discover(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    roles: &str,
    known: Option<&ReasonMapper>,
    within: Option<&str>,
    by: Option<String>,
    metric: Option<&str>,
    options: &str,
) -> PyResult<(String, Vec<String>, Table, Table)> {
    let (discover, grouping) =
        run(py, || Ok((Discover::from_json(options)?, Grouping::new(by, metric)?)))?;
    let input = Input::new(data, Some(columns), roles)?;
    let found = run(py, || {
        let responses = input.whole()?;
        let comments = Comments::of(&responses)?;
        let keys = grouping.keys(&responses)?;
        let (texts, places) = written(&comments);
        let groups: Vec<Key> = places.iter().filter_map(|row| keys.get(*row).cloned()).collect();
        let mut found = match known {
            Some(known) => discover.run_known(&texts, known.mapper(), within, &groups)?,
            None => discover.run_grouped(&texts, &groups)?,
        };
        let topics = found.topics.iter_mut();
        let lists = topics.flat_map(|t| [&mut t.rows, &mut t.representative, &mut t.diverse]);
        for row in lists.chain([&mut found.rest]).flatten() {
            *row = places.get(*row).copied().unwrap_or(*row);
        }
        let reason = |topic: &heedful::Topic| {
            out::json(&topic.to_reason(topic.name.as_str(), discover.language))
        };
        let reasons = found.topics.iter().map(reason).collect::<Result<_>>()?;
        let tables = (Table(found.to_table()), Table(found.groups_to_table()));
        Ok((out::json(&found)?, reasons, tables.0, tables.1))
    });
    match known {
        Some(known) => known.or_raised(found),
        None => found,
    }
}

/// The language of each text and how sure that is, of those named or of all, as a table.
#[pyfunction]
pub(crate) fn detect_language(
    py: Python<'_>,
    texts: Vec<Option<String>>,
    among: Option<Vec<String>>,
) -> PyResult<Table> {
    run(py, || {
        let code = |code: &String| language(code).map_err(|error| error.at("among"));
        let among = among.as_ref().map(|codes| codes.iter().map(code).collect());
        let among: Option<Vec<Language>> = among.transpose()?;
        let texts = texts.iter().map(Option::as_deref);
        Ok(Table(Language::detect_all(texts, among.as_deref())))
    })
}

/// Texts without what identifies persons, and a table of what was taken out.
#[pyfunction]
pub(crate) fn redact(
    py: Python<'_>,
    texts: Vec<Option<String>>,
    names: Vec<String>,
) -> PyResult<(Vec<Option<String>>, Table)> {
    run(py, || {
        let redacted = Redactor::new(names).redact_all(&texts);
        let spans =
            in_unit(redacted.to_table(), Unit::Characters, |row| texts.get(row)?.as_deref());
        Ok((redacted.texts, Table(spans)))
    })
}
