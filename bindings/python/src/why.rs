//! What drives a score, why it moved, and journeys.

use std::collections::HashMap;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, GenericListArray, OffsetSizeTrait};
use heedful::{
    ArrowReader, Asymmetry, Change, Column, Confounding, Drivers, Error, ErrorCode, Importance,
    Journey, JourneyAnalysis, JourneyIssue, Key, Mentions, ReasonRoles, Result, Roles, Scan,
    WhatIf, confounded_segments_table, confounding_table, role_changes_table,
};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use crate::guard::{OrRaise, attached, run};
use crate::out::{self, Found, Table};
use crate::responses::Responses;
use crate::table;

/// Which reasons each response gives.
#[pyclass(frozen, module = "heedful._heedful")]
pub(crate) struct Reasons(pub(crate) Mentions);

#[pymethods]
impl Reasons {
    /// Of a column of lists, or of texts in which several are apart by `;`.
    #[new]
    fn new(name: &str, values: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = values.py();
        attached(py, || {
            if let Ok(list) = values.cast::<PyList>()
                && list.iter().any(|row| !(row.is_none() || row.is_instance_of::<PyString>()))
            {
                return of_objects(name, list);
            }
            if let Some(parts) = table::arrays(values, name)?
                && parts.iter().any(is_list)
            {
                return run(py, || of_arrays(name, &parts)).map(Self);
            }
            let column = table::one(name, values)?;
            run(py, || Mentions::from_values(&column).map_err(|e| e.at(name)).map(Self))
        })
    }

    /// One reason for each of these columns, which hold truth values.
    #[staticmethod]
    fn of_flags(py: Python<'_>, responses: &Responses, columns: Vec<String>) -> PyResult<Self> {
        run(py, || Mentions::from_columns(&responses.0, &columns).map(Self))
    }

    /// Of a column of the table.
    #[staticmethod]
    fn of_column(py: Python<'_>, responses: &Responses, name: &str) -> PyResult<Self> {
        run(py, || {
            Mentions::from_values(responses.0.require(name)?).map_err(|e| e.at(name)).map(Self)
        })
    }

    /// The names of the reasons.
    fn names(&self) -> Vec<String> {
        self.0.names().to_vec()
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }
}

/// A list of lists; what is missing mentions nothing.
fn of_objects(name: &str, list: &Bound<'_, PyList>) -> PyResult<Reasons> {
    let py = list.py();
    let unsuitable = |row: usize| {
        let message = "the reasons of a response are a list of texts";
        Error::new(ErrorCode::ColumnType, message).at(name).on_row(row as u64)
    };
    let mut rows: Vec<Vec<String>> = Vec::with_capacity(list.len());
    for (row, value) in list.iter().enumerate() {
        if value.is_none() || value.extract::<f64>().is_ok_and(f64::is_nan) {
            rows.push(Vec::new());
            continue;
        }
        if value.is_instance_of::<PyString>() {
            return Err(unsuitable(row)).or_raise(py);
        }
        let Ok(reasons) = value.try_iter() else { return Err(unsuitable(row)).or_raise(py) };
        let mut own = Vec::new();
        for reason in reasons {
            let reason = reason?;
            if reason.is_none() {
                continue;
            }
            own.push(reason.extract::<String>().map_err(|_| unsuitable(row)).or_raise(py)?);
        }
        rows.push(own);
    }
    run(py, || Mentions::from_lists(rows).map_err(|e| e.at(name)).map(Reasons))
}

fn is_list(array: &ArrayRef) -> bool {
    array.as_list_opt::<i32>().is_some() || array.as_list_opt::<i64>().is_some()
}

/// Arrow's lists of texts.
fn of_arrays(name: &str, parts: &[ArrayRef]) -> Result<Mentions> {
    let mut made = Lists { offsets: vec![0], ..Lists::default() };
    for array in parts {
        match (array.as_list_opt::<i32>(), array.as_list_opt::<i64>()) {
            (Some(lists), _) => made.add(lists),
            (_, Some(lists)) => made.add(lists),
            _ => Err(Error::new(ErrorCode::ColumnType, "lists are mixed with other values")),
        }
        .map_err(|e| e.at(name))?;
    }
    Mentions::new(made.names, &made.offsets, &made.codes)
}

/// Lists of Arrow on their way to mentions.
#[derive(Default)]
struct Lists {
    names: Vec<String>,
    known: HashMap<String, u16>,
    offsets: Vec<u32>,
    codes: Vec<u16>,
}

impl Lists {
    fn add<O: OffsetSizeTrait>(&mut self, lists: &GenericListArray<O>) -> Result<()> {
        let too_many = |_| Error::new(ErrorCode::InvalidArgument, "there are too many reasons");
        let values = ArrowReader::new(Roles::default()).column("", lists.values())?;
        let Column::Category(values) = values else {
            let message = "the reasons of a response are a list of texts";
            return Err(Error::new(ErrorCode::ColumnType, message));
        };
        let mut code_of = Vec::with_capacity(values.values.len());
        for key in values.values.iter() {
            code_of.push(match key {
                Key::Missing => None,
                key => {
                    let text = key.to_string();
                    let next = u16::try_from(self.names.len()).map_err(too_many)?;
                    Some(*self.known.entry(text.clone()).or_insert_with(|| {
                        self.names.push(text);
                        next
                    }))
                }
            });
        }
        let ends = lists.value_offsets();
        for (row, pair) in ends.windows(2).enumerate() {
            let [start, end] = pair else { continue };
            if lists.is_valid(row) {
                let places = start.as_usize()..end.as_usize();
                let code = |at| values.position(at).and_then(|p| code_of.get(p).copied().flatten());
                self.codes.extend(places.filter_map(code));
            }
            self.offsets.push(u32::try_from(self.codes.len()).map_err(too_many)?);
        }
        Ok(())
    }
}

/// Runs an analysis of responses, and of their reasons where they are known.
macro_rules! with_reasons {
    ($asked:expr, $responses:expr, $reasons:expr) => {{
        let asked = &$asked;
        match $reasons {
            Some(reasons) => asked.run_with(&$responses.0, &reasons.0)?,
            None => asked.run(&$responses.0)?,
        }
    }};
}
pub(crate) use with_reasons;

pub(crate) fn mentions(reasons: Option<&Reasons>, responses: &Responses) -> Mentions {
    reasons.map_or_else(|| Mentions::none(responses.0.len()), |reasons| reasons.0.clone())
}

/// Drivers: a table of them, and one of contributions where there are any. Without reasons those of the options are
/// columns of the table.
#[pyfunction]
pub(crate) fn drivers(
    py: Python<'_>,
    responses: &Responses,
    reasons: Option<&Reasons>,
    options: &str,
) -> PyResult<Found> {
    run(py, || {
        let found = with_reasons!(Drivers::from_json(options)?, responses, reasons);
        let shares = found.contributions.iter().map(|shares| shares.to_table());
        out::found(&found, std::iter::once(found.to_table()).chain(shares))
    })
}

/// What ratings of steps and reasons explain of the score.
#[pyfunction]
pub(crate) fn importance(
    py: Python<'_>,
    responses: &Responses,
    reasons: Option<&Reasons>,
    options: &str,
) -> PyResult<Found> {
    run(py, || {
        let mentions = mentions(reasons, responses);
        let found = Importance::from_json(options)?.run_with(&responses.0, &mentions)?;
        out::found(&found, [found.to_table()])
    })
}

/// The role of each reason.
#[pyfunction]
pub(crate) fn roles(
    py: Python<'_>,
    responses: &Responses,
    reasons: &Reasons,
    options: &str,
) -> PyResult<Found> {
    run(py, || {
        let found = ReasonRoles::from_json(options)?.run(&responses.0, &reasons.0)?;
        out::found(&found, [found.to_table()])
    })
}

/// How roles changed.
#[pyfunction]
pub(crate) fn role_changes(
    py: Python<'_>,
    before: (PyRef<'_, Responses>, PyRef<'_, Reasons>),
    after: (PyRef<'_, Responses>, PyRef<'_, Reasons>),
    options: &str,
) -> PyResult<Found> {
    let (before, after) = ((&before.0.0, &before.1.0), (&after.0.0, &after.1.0));
    run(py, || {
        let found = ReasonRoles::from_json(options)?.compare(before, after)?;
        out::found(&found, [role_changes_table(&found)])
    })
}

/// What failures cost and delight earns.
#[pyfunction]
pub(crate) fn asymmetry(
    py: Python<'_>,
    responses: &Responses,
    failures: &Reasons,
    delights: &Reasons,
    options: &str,
) -> PyResult<Found> {
    run(py, || {
        let asymmetry = Asymmetry::from_json(options)?;
        let found = asymmetry.run(&responses.0, &failures.0, &delights.0)?;
        out::found(&found, [found.to_table()])
    })
}

/// Reasons within segments: a table of reasons, and one of their segments.
#[pyfunction]
pub(crate) fn confounding(
    py: Python<'_>,
    responses: &Responses,
    reasons: &Reasons,
    options: &str,
) -> PyResult<Found> {
    run(py, || {
        let found = Confounding::from_json(options)?.run(&responses.0, &reasons.0)?;
        let tables = [confounding_table(&found), confounded_segments_table(&found)];
        out::found(&found, tables)
    })
}

/// A scenario: a table of its segments.
#[pyfunction]
pub(crate) fn what_if(
    py: Python<'_>,
    responses: &Responses,
    reasons: &Reasons,
    options: &str,
) -> PyResult<Found> {
    run(py, || {
        let found = WhatIf::from_json(options)?.run(&responses.0, &reasons.0)?;
        out::found(&found, [found.to_table()])
    })
}

/// Why a score moved: in sentences, as a table of segments, and as one of reasons where they are known.
#[pyfunction]
pub(crate) fn explain_change(
    py: Python<'_>,
    before: (PyRef<'_, Responses>, Option<PyRef<'_, Reasons>>),
    after: (PyRef<'_, Responses>, Option<PyRef<'_, Reasons>>),
    options: &str,
) -> PyResult<(String, Vec<String>, Vec<Table>)> {
    let (first, second) = (&before.0.0, &after.0.0);
    let mentions = before.1.as_deref().zip(after.1.as_deref()).map(|(a, b)| (&a.0, &b.0));
    run(py, || {
        let change = Change::from_json(options)?;
        let found = match mentions {
            Some((a, b)) => change.run_with((first, a), (second, b))?,
            None => change.run(first, second)?,
        };
        let reasons = found.reasons.iter().map(|reasons| Table(reasons.to_table()));
        let tables = std::iter::once(Table(found.to_table())).chain(reasons).collect();
        Ok((out::json(&found)?, found.sentences(), tables))
    })
}

/// Segments that stand out, or changed otherwise than the rest: in sentences and as a table.
#[pyfunction]
pub(crate) fn scan(
    py: Python<'_>,
    responses: &Responses,
    before: Option<&Responses>,
    options: &str,
) -> PyResult<(String, Vec<String>, Vec<Table>)> {
    run(py, || {
        let scan = Scan::from_json(options)?;
        let found = match before {
            Some(before) => scan.run_change(&before.0, &responses.0)?,
            None => scan.run(&responses.0)?,
        };
        Ok((out::json(&found)?, found.sentences(), vec![Table(found.to_table())]))
    })
}

/// A journey, checked and in full, with what is missing from it.
#[pyfunction]
pub(crate) fn journey(py: Python<'_>, json: &str) -> PyResult<(String, String)> {
    run(py, || {
        let journey = Journey::from_json(json)?;
        Ok((journey.to_json(), out::json(&issues(&journey.lint()))?))
    })
}

/// What is declared otherwise than in an earlier version.
#[pyfunction]
pub(crate) fn journey_differences(
    py: Python<'_>,
    journey: &str,
    earlier: &str,
) -> PyResult<String> {
    run(py, || {
        let (journey, earlier) = (Journey::from_json(journey)?, Journey::from_json(earlier)?);
        out::json(&journey.differences(&earlier))
    })
}

/// What responses say along a journey, and what is missing from it.
#[pyfunction]
pub(crate) fn journey_run(
    py: Python<'_>,
    responses: &Responses,
    reasons: Option<&Reasons>,
    options: &str,
) -> PyResult<(String, String, Vec<Table>)> {
    run(py, || {
        let analysis = JourneyAnalysis::from_json(options)?;
        let found = with_reasons!(analysis, responses, reasons);
        let issues = analysis.journey().lint_with(&found);
        Ok((out::json(&found)?, out::json(&self::issues(&issues))?, vec![Table(found.to_table())]))
    })
}

/// Peaks and ends, moments that make or break, and gaps.
#[pyfunction]
pub(crate) fn journey_moments(
    py: Python<'_>,
    responses: &Responses,
    reasons: Option<&Reasons>,
    relational: &Responses,
    options: &str,
) -> PyResult<String> {
    run(py, || {
        let mentions = mentions(reasons, responses);
        let analysis = JourneyAnalysis::from_json(options)?;
        out::json(&analysis.moments(&responses.0, &mentions, &relational.0)?)
    })
}

/// The same steps seen by customers and by the company.
#[pyfunction]
pub(crate) fn journey_views(
    py: Python<'_>,
    customers: (PyRef<'_, Responses>, Option<PyRef<'_, Reasons>>),
    company: (PyRef<'_, Responses>, Option<PyRef<'_, Reasons>>),
    options: &str,
) -> PyResult<String> {
    let [first, second] = [&customers, &company]
        .map(|(responses, reasons)| (&responses.0, mentions(reasons.as_deref(), responses)));
    run(py, || {
        let analysis = JourneyAnalysis::from_json(options)?;
        out::json(&analysis.views((first.0, &first.1), (second.0, &second.1))?)
    })
}

/// A journey against an earlier version of itself.
#[pyfunction]
pub(crate) fn journey_compare(
    py: Python<'_>,
    earlier: &str,
    before: (PyRef<'_, Responses>, Option<PyRef<'_, Reasons>>),
    after: (PyRef<'_, Responses>, Option<PyRef<'_, Reasons>>),
    options: &str,
) -> PyResult<String> {
    let [first, second] = [&before, &after]
        .map(|(responses, reasons)| (&responses.0, mentions(reasons.as_deref(), responses)));
    run(py, || {
        let analysis = JourneyAnalysis::from_json(options)?;
        let earlier = Journey::from_json(earlier)?;
        out::json(&analysis.compare(&earlier, (first.0, &first.1), (second.0, &second.1))?)
    })
}

/// A problem with its sentence.
#[derive(serde::Serialize)]
struct Issue<'a> {
    #[serde(flatten)]
    issue: &'a JourneyIssue,
    sentence: &'static str,
}

fn issues(found: &[JourneyIssue]) -> Vec<Issue<'_>> {
    found.iter().map(|issue| Issue { issue, sentence: issue.problem.sentence() }).collect()
}
