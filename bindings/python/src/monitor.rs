//! Series of counts, watched.

use heedful::alert::{Happening, Severity};
use heedful::{Anomaly, Detect, Emerging, Feedback, Key, Mentions, Watcher};
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::cells;
use crate::guard::{Held, OrRaise, run};
use crate::out::{self, Table};
use crate::table::{Input, tabular};

/// A table of periods, one of episodes, and a chart as JSON.
#[pyfunction]
pub(crate) fn detect(
    py: Python<'_>,
    counts: Vec<Option<u64>>,
    volume: Option<Vec<Option<u64>>>,
    options: &str,
) -> PyResult<(Table, Table, String)> {
    run(py, || {
        let found = Detect::from_json(options)?.run(&counts, volume.as_deref())?;
        Ok((Table(found.to_table()), Table(found.episodes_table()), found.to_chart("").to_string()))
    })
}

/// Words and phrases that rise.
#[pyfunction]
pub(crate) fn emerging(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: Vec<String>,
    roles: &str,
    options: &str,
) -> PyResult<Table> {
    let emerging = run(py, || Emerging::from_json(options))?;
    tabular(py, data, columns, roles, |table| Ok(emerging.run(table)?.to_table()))
}

/// Watches the series of a table.
#[pyclass(frozen, module = "heedful._heedful")]
pub(crate) struct Detector(Held<heedful::Detector>);

/// Topic, attribute and value that name a series.
type Name<'py> = (Option<String>, Option<(String, Bound<'py, PyAny>)>);

fn place(name: &Name<'_>) -> PyResult<Option<(String, Key)>> {
    let Some((attribute, value)) = &name.1 else { return Ok(None) };
    let py = value.py();
    let keys = cells::keys(&PyList::new(py, [value])?).or_raise(py)?;
    Ok(keys.into_iter().next().map(|key| (attribute.clone(), key)))
}

#[pymethods]
impl Detector {
    #[new]
    fn new(py: Python<'_>, watcher: &str) -> PyResult<Self> {
        Held::new(py, || heedful::Detector::new(Watcher::from_json(watcher)?)).map(Self)
    }

    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<Self> {
        Held::new(py, || heedful::Detector::from_json(text)).map(Self)
    }

    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        self.0.with(py, |detector| Ok(detector.to_json()))
    }

    /// The settings as JSON.
    fn watcher(&self, py: Python<'_>) -> PyResult<String> {
        self.0.with(py, |detector| Ok(detector.watcher().to_json()))
    }

    /// Series that are watched, and rows that came too late.
    fn counts(&self, py: Python<'_>) -> PyResult<(usize, u64)> {
        self.0.with(py, |detector| Ok((detector.series(), detector.late())))
    }

    /// What was found as JSON, each in words, as a table, and as what happened for alerts. `history` judges everything, the
    /// last period included.
    #[expect(clippy::too_many_arguments, reason = "what the other side has to say")]
    fn take(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        columns: Vec<String>,
        roles: &str,
        reasons: Option<Vec<Vec<String>>>,
        history: bool,
        through: Option<i32>,
    ) -> PyResult<(String, Vec<String>, Table, String)> {
        let input = Input::new(data, Some(columns), roles)?;
        self.0.with(py, |detector| {
            let responses = input.whole()?;
            let reasons = reasons.map(Mentions::from_lists).transpose()?;
            let found = if history {
                detector.run(&responses, reasons.as_ref())?
            } else {
                detector.update(&responses, reasons.as_ref(), through)?
            };
            let words = found.anomalies.iter().map(Anomaly::explain).collect();
            let happenings = out::json(&Happening::of_anomalies(&found, Severity::default()))?;
            Ok((out::json(&found)?, words, Table(found.to_table()), happenings))
        })
    }

    /// What a person said of the days of a series.
    fn feedback(
        &self,
        py: Python<'_>,
        name: Name<'_>,
        days: (i32, i32),
        feedback: &str,
    ) -> PyResult<()> {
        let (topic, place) = (name.0.clone(), place(&name)?);
        let feedback: Feedback = feedback.parse().or_raise(py)?;
        self.0.with(py, |detector| {
            let place = place.as_ref().map(|(attribute, value)| (attribute.as_str(), value));
            detector.feedback(topic.as_deref(), place, days.0..=days.1, feedback)
        })
    }

    /// A series by itself: as `detect`.
    fn series(
        &self,
        py: Python<'_>,
        name: Name<'_>,
        title: &str,
    ) -> PyResult<(Table, Table, String)> {
        let (topic, place) = (name.0.clone(), place(&name)?);
        self.0.with(py, |detector| {
            let place = place.as_ref().map(|(attribute, value)| (attribute.as_str(), value));
            let found = detector.series_of(topic.as_deref(), place)?;
            let chart = found.to_chart(title).to_string();
            Ok((Table(found.to_table()), Table(found.episodes_table()), chart))
        })
    }
}
