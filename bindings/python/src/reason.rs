//! Taxonomies, mappers and what they find.

use std::sync::{Arc, Mutex};

use heedful::text::{Language, Unit, in_unit};
use heedful::{
    Claim, Classifier, Error, ErrorCode, Labels, MapperOptions, Model, ModelOptions, ReasonColumns,
    ReasonCount, Result, Taxonomy,
};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::guard::{OrRaise, run};
use crate::out::Table;
use crate::responses::Responses;
use crate::table::Input;
use crate::texts::Comments;
use crate::why::Reasons;

/// A taxonomy, checked and in full.
#[pyfunction]
pub(crate) fn taxonomy(py: Python<'_>, json: &str) -> PyResult<String> {
    run(py, || Ok(Taxonomy::from_json(json)?.to_json()))
}

/// A starter taxonomy.
#[pyfunction]
pub(crate) fn taxonomy_preset(
    py: Python<'_>,
    field: &str,
    languages: Vec<String>,
) -> PyResult<String> {
    run(py, || {
        let languages: Vec<Language> =
            languages.iter().map(|code| language(code)).collect::<Result<_>>()?;
        Ok(Taxonomy::preset(field, languages)?.to_json())
    })
}

/// The fields of the starter taxonomies.
#[pyfunction]
pub(crate) fn taxonomy_presets() -> Vec<&'static str> {
    Taxonomy::presets().to_vec()
}

pub(crate) fn language(code: &str) -> Result<Language> {
    code.parse().map_err(|error: Error| error.at("language"))
}

/// Labels as Python lists: for each comment its reasons, or `None` where they are not known.
pub(crate) fn labels(rows: Vec<Option<Vec<String>>>) -> Result<Labels> {
    Labels::sets(rows)
}

/// A callable over batches of texts. What it raises is kept, to be raised again.
struct Callable {
    function: Py<PyAny>,
    reasons: Vec<String>,
    raised: Mutex<Option<PyErr>>,
}

/// Reason, confidence and spans of a claim.
#[derive(FromPyObject)]
enum TextClaim {
    Spanned(String, f64, Vec<(usize, usize)>),
    Plain(String, f64),
}

type TextClaims = Vec<TextClaim>;

impl Classifier for Callable {
    fn reasons(&self) -> Vec<String> {
        self.reasons.clone()
    }

    fn classify(&self, texts: &[&str]) -> Result<Vec<Vec<Claim>>> {
        let failed = |code, message| Error::new(code, message).at("classifier");
        let answer: Result<Vec<TextClaims>> = Python::attach(|py| {
            let answer = self.function.call1(py, (texts.to_vec(),)).map_err(|error| {
                if let Ok(mut raised) = self.raised.lock() {
                    *raised = Some(error);
                }
                failed(ErrorCode::InvalidArgument, "the classifier failed")
            })?;
            answer.extract(py).map_err(|_| {
                let message =
                    "a classifier gives for each text a list of `(reason, confidence, spans)`";
                failed(ErrorCode::ColumnType, message)
            })
        });
        let answer = answer?;
        let claims = |(text, row): (&&str, TextClaims)| {
            let bytes: Vec<usize> =
                text.char_indices().map(|(at, _)| at).chain(std::iter::once(text.len())).collect();
            // Beyond the text, which the core refuses.
            let byte = |at: usize| bytes.get(at).copied().unwrap_or(usize::MAX);
            row.into_iter()
                .map(|claim| match claim {
                    TextClaim::Plain(reason, confidence) => Claim::new(reason, confidence),
                    TextClaim::Spanned(reason, confidence, spans) => {
                        let bytes = |(start, end)| (byte(start), byte(end));
                        Claim { reason, confidence, spans: spans.into_iter().map(bytes).collect() }
                    }
                })
                .collect()
        };
        if answer.len() != texts.len() {
            // The core says how many there are.
            return Ok(vec![Vec::new(); answer.len()]);
        }
        Ok(texts.iter().zip(answer).map(claims).collect())
    }
}

/// A taxonomy prepared to be found in comments.
#[pyclass(frozen, module = "heedful._heedful")]
pub(crate) struct ReasonMapper {
    mapper: heedful::ReasonMapper,
    callable: Option<Arc<Callable>>,
}

impl ReasonMapper {
    fn with(&self, mapper: heedful::ReasonMapper) -> Self {
        Self { mapper, callable: self.callable.clone() }
    }

    pub(crate) fn mapper(&self) -> &heedful::ReasonMapper {
        &self.mapper
    }

    /// What the callable raised goes before what the core made of it.
    pub(crate) fn or_raised<T>(&self, result: PyResult<T>) -> PyResult<T> {
        let raised = self.callable.as_ref().and_then(|c| c.raised.lock().ok()?.take());
        match raised {
            Some(error) if result.is_err() => Err(error),
            _ => result,
        }
    }
}

#[pymethods]
impl ReasonMapper {
    #[new]
    fn new(
        py: Python<'_>,
        taxonomy: &str,
        options: &str,
        classifier: Option<Py<PyAny>>,
        reasons: Vec<String>,
    ) -> PyResult<Self> {
        let mapper = run(py, || {
            heedful::ReasonMapper::with_options(
                Taxonomy::from_json(taxonomy)?,
                MapperOptions::from_json(options)?,
            )
        })?;
        let Some(function) = classifier else { return Ok(Self { mapper, callable: None }) };
        let callable = Arc::new(Callable { function, reasons, raised: Mutex::new(None) });
        let mapper = mapper.with_classifier(callable.clone()).or_raise(py)?;
        Ok(Self { mapper, callable: Some(callable) })
    }

    /// The taxonomy as JSON.
    fn taxonomy(&self) -> String {
        self.mapper.taxonomy().to_json()
    }

    /// A mapper that has learned; with `more` from what it knows.
    fn fit(
        &self,
        py: Python<'_>,
        texts: Vec<String>,
        rows: Vec<Option<Vec<String>>>,
        options: &str,
        more: bool,
    ) -> PyResult<Self> {
        let mapper = run(py, || {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let (labels, options) = (labels(rows)?, ModelOptions::from_json(options)?);
            if more {
                self.mapper.fit_more(&texts, &labels, &options)
            } else {
                self.mapper.fit(&texts, &labels, &options)
            }
        })?;
        Ok(self.with(mapper))
    }

    /// A mapper with a stored model.
    fn with_model(&self, py: Python<'_>, model: &[u8]) -> PyResult<Self> {
        let mapper = run(py, || self.mapper.with_model(Model::from_bytes(model)?))?;
        Ok(self.with(mapper))
    }

    /// The model as bytes.
    fn model<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        Some(PyBytes::new(py, &self.mapper.model()?.to_bytes()))
    }

    /// The most useful comments to label next.
    fn suggest(
        &self,
        py: Python<'_>,
        texts: Vec<String>,
        count: usize,
    ) -> PyResult<Option<Vec<usize>>> {
        run(py, || Ok(self.mapper.suggest(&texts, count)))
    }

    /// What other thresholds of the model would give.
    fn curve(
        &self,
        py: Python<'_>,
        texts: Vec<String>,
        rows: Vec<Option<Vec<String>>>,
    ) -> PyResult<Option<Table>> {
        run(py, || {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let Some(predictions) = self.mapper.predictions(&texts) else { return Ok(None) };
            predictions.curve(&labels(rows)?).map(|table| Some(Table(table)))
        })
    }

    /// The best reason of each text: of the model where there is one, else of the terms. Where `abstain` is set only
    /// those that reach their threshold.
    fn predict(
        &self,
        py: Python<'_>,
        texts: Vec<Option<String>>,
        abstain: bool,
    ) -> PyResult<Vec<Option<String>>> {
        let result = run(py, || {
            // Of a comment that is missing nobody is asked.
            let read: Vec<&str> = texts.iter().flatten().map(String::as_str).collect();
            let mut best = self.mapper.predict(&read, abstain)?.into_iter();
            Ok(texts.iter().map(|text| text.as_ref().and_then(|_| best.next().flatten())).collect())
        });
        self.or_raised(result)
    }

    /// Maps a table by its columns, as JSON.
    fn map(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        needed: Vec<String>,
        columns: &str,
    ) -> PyResult<Mappings> {
        let columns = run(py, || ReasonColumns::from_json(columns))?;
        let roles = serde_json::json!({ "comment": columns.comment }).to_string();
        let input = Input::new(data, Some(needed), &roles)?;
        let result = run(py, || {
            let responses = input.whole()?;
            let mappings = self.mapper.map_responses(&responses, &columns)?;
            Ok(Mappings { mappings, comments: Comments::of(&responses)? })
        });
        self.or_raised(result)
    }

    /// What the lint finds: about terms, and which reasons overlap.
    fn lint(&self, py: Python<'_>, texts: Vec<String>) -> PyResult<(Table, Table)> {
        run(py, || {
            let lint = self.mapper.lint(&texts);
            Ok((Table(lint.to_table()), Table(lint.overlaps_to_table())))
        })
    }
}

/// The reasons of the rows of a table.
#[pyclass(frozen, module = "heedful._heedful")]
pub(crate) struct Mappings {
    mappings: heedful::Mappings,
    comments: Comments,
}

impl Mappings {
    fn in_characters(&self, table: heedful::Table) -> Table {
        Table(in_unit(table, Unit::Characters, |row| self.comments.0.get(row)?.as_deref()))
    }
}

#[pymethods]
impl Mappings {
    /// One row for each mapping.
    fn table(&self) -> Table {
        self.in_characters(self.mappings.to_table())
    }

    /// One row for each span.
    fn spans(&self) -> Table {
        self.in_characters(self.mappings.spans_to_table())
    }

    /// One row for each reason.
    fn totals(&self) -> Table {
        Table(self.mappings.totals_to_table())
    }

    /// Rows whose click and text disagree: row, clicked, read; and how many were compared.
    fn disagreements(&self) -> (Vec<(usize, String, String)>, usize) {
        let each = self.mappings.disagreements();
        let each = each.map(|d| (d.row, d.clicked.to_owned(), d.read.to_owned())).collect();
        (each, self.mappings.compared())
    }

    /// Rows with a comment in which nothing was found.
    fn unmapped(&self) -> Vec<usize> {
        self.mappings.unmapped().collect()
    }

    /// The same at a level of the tree.
    fn at_level(&self, level: u32) -> Self {
        Self { mappings: self.mappings.at_level(level), comments: self.comments.clone() }
    }

    /// The row and the reason of each mapping, main ones only where asked; rows without a reason stand once.
    fn rows(&self, main: bool) -> (Vec<usize>, Vec<Option<String>>) {
        let take = if main { 1 } else { usize::MAX };
        let mut all = (Vec::new(), Vec::new());
        for row in 0..self.mappings.rows() {
            let mut reasons: Vec<_> =
                self.mappings.row(row).take(take).map(|m| Some(m.id.to_owned())).collect();
            if reasons.is_empty() {
                reasons.push(None);
            }
            all.0.extend(std::iter::repeat_n(row, reasons.len()));
            all.1.extend(reasons);
        }
        all
    }

    /// The reasons of each row; `None` where there is neither comment nor click.
    fn sets(&self, py: Python<'_>) -> PyResult<Vec<Option<Vec<String>>>> {
        run(py, || {
            let labels = self.mappings.labels(ReasonCount::Mentions)?;
            let ids = |row| Some(labels.names(row)?.into_iter().map(str::to_owned).collect());
            Ok((0..labels.len()).map(ids).collect())
        })
    }

    /// The reasons of each row, to be looked at as drivers.
    fn mentions(&self, py: Python<'_>) -> PyResult<Reasons> {
        run(py, || self.mappings.mentions().map(Reasons))
    }

    /// The reasons that each row speaks of badly, and those that it speaks of well.
    fn felt(&self, py: Python<'_>) -> PyResult<(Reasons, Reasons)> {
        run(py, || self.mappings.felt().map(|[bad, good]| (Reasons(bad), Reasons(good))))
    }

    /// The table with a column of reasons.
    fn attach(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        roles: &str,
        name: &str,
        main: bool,
    ) -> PyResult<Responses> {
        let input = Input::new(data, None, roles)?;
        run(py, || {
            let count = if main { ReasonCount::Main } else { ReasonCount::Mentions };
            self.mappings.attach(&input.whole()?, name, count).map(Responses)
        })
    }
}
