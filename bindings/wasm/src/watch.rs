//! Series watched: one by itself, or all topics, places and scores of responses.

use heedful::alert::{Happening, Severity};
use heedful::{
    Anomalies, Anomaly, Detect, Detection, Emerging, Episode, Error, ErrorCode, Feedback, Key,
    Result, Watcher,
};
use js_sys::{Array, Float64Array};
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::prelude::*;

use crate::Answer;
use crate::input::{mentions, responses};
use crate::key::key;
use crate::output::{answer, document, failure};
use crate::table::Columns;

/// A series with its episodes and its chart.
#[derive(Serialize)]
struct Detected {
    rows: Columns,
    episodes: Columns,
    chart: Value,
}

impl Detected {
    fn new(found: &Detection, title: &str) -> Self {
        Self {
            rows: Columns(found.to_table()),
            episodes: Columns(found.episodes_table()),
            chart: found.to_chart(title),
        }
    }
}

/// Tests a series, in which NaN is missing.
///
/// # Errors
/// As for [`Detect::run`].
#[wasm_bindgen]
pub fn detect(counts: &Float64Array, volume: Option<Float64Array>, options: &str) -> Answer {
    let run = || {
        let volume = volume.map(|volume| whole(&volume, "volume")).transpose()?;
        let found =
            Detect::from_json(options)?.run(&whole(counts, "counts")?, volume.as_deref())?;
        Ok(Detected::new(&found, ""))
    };
    answer(run())
}

fn whole(values: &Float64Array, path: &str) -> Result<Vec<Option<u64>>> {
    let count = |(row, value): (u64, f64)| {
        if value.is_nan() {
            return Ok(None);
        }
        if !((0.0..9.1e15).contains(&value) && value.fract() == 0.0) {
            let message = "a count is a whole number of at least 0";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at(path).on_row(row));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number that is not negative"
        )]
        Ok(Some(value as u64))
    };
    (0..).zip(values.to_vec()).map(count).collect()
}

/// Words and phrases that rise: a table.
///
/// # Errors
/// As for [`Emerging::run`].
#[wasm_bindgen]
pub fn emerging(columns: &Array, roles: &str, options: &str) -> Answer {
    let run = || Emerging::from_json(options)?.run(&responses(columns, roles)?);
    answer(run().map(|found| Columns(found.to_table())))
}

/// Watches the series of tables. It lives in the module until it is freed.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Detector(heedful::Detector);

/// What was found, each in words too.
#[derive(Serialize)]
struct Found {
    sentences: Vec<String>,
    /// Of each the periods of its start, first alarm, last and peak: first days, or hours.
    periods: Vec<[String; 4]>,
    /// What alerts take.
    happenings: Vec<Happening>,
    found: Anomalies,
}

#[wasm_bindgen]
impl Detector {
    /// A detector that has seen nothing.
    ///
    /// # Errors
    /// As for [`heedful::Detector::new`].
    #[wasm_bindgen(constructor)]
    pub fn new(watcher: &str) -> Result<Self, JsValue> {
        let made = Watcher::from_json(watcher).and_then(heedful::Detector::new);
        made.map(Self).map_err(|error| failure(&error))
    }

    /// A stored detector.
    ///
    /// # Errors
    /// As for [`heedful::Detector::from_json`].
    pub fn stored(text: &str) -> Result<Self, JsValue> {
        heedful::Detector::from_json(text).map(Self).map_err(|error| failure(&error))
    }

    /// The detector as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// Its settings.
    #[must_use]
    pub fn watcher(&self) -> Array {
        document(self.0.watcher())
    }

    /// Rows of periods that had been judged when they came.
    #[must_use]
    pub fn late(&self) -> f64 {
        self.0.late() as f64
    }

    /// Takes a table in and judges all of it, or what is over.
    ///
    /// # Errors
    /// As for [`heedful::Detector::update`].
    pub fn take(
        &mut self,
        columns: &Array,
        roles: &str,
        reasons: Option<Array>,
        history: bool,
        through: Option<i32>,
    ) -> Answer {
        let mut run = || {
            let table = responses(columns, roles)?;
            let reasons = reasons.as_ref().map(mentions).transpose()?;
            let found = match history {
                true => self.0.run(&table, reasons.as_ref())?,
                false => self.0.update(&table, reasons.as_ref(), through)?,
            };
            let periods = |anomaly: &Anomaly| {
                let Episode { start, raised, last, peak, .. } = anomaly.episode;
                [start, raised, last, peak].map(|period| found.every.label(period))
            };
            Ok(Found {
                sentences: found.anomalies.iter().map(Anomaly::explain).collect(),
                periods: found.anomalies.iter().map(periods).collect(),
                happenings: Happening::of_anomalies(&found, Severity::default()),
                found,
            })
        };
        answer(run())
    }

    /// What a person said of the days of a series, which is a topic, and an attribute with a value.
    ///
    /// # Errors
    /// As for [`heedful::Detector::feedback`].
    pub fn feedback(
        &mut self,
        said: &str,
        topic: Option<String>,
        place: Option<Array>,
        first: i32,
        last: i32,
    ) -> Result<(), JsValue> {
        let place = place.map(named);
        let place = place.as_ref().map(|(attribute, value)| (attribute.as_str(), value));
        let mut run = || {
            let said: Feedback = said.parse()?;
            self.0.feedback(topic.as_deref(), place, first..=last, said)
        };
        run().map_err(|error| failure(&error))
    }

    /// A series by itself, as [`detect`].
    ///
    /// # Errors
    /// As for [`heedful::Detector::series_of`].
    pub fn series(&self, topic: Option<String>, place: Option<Array>, title: &str) -> Answer {
        let place = place.map(named);
        let place = place.as_ref().map(|(attribute, value)| (attribute.as_str(), value));
        answer(self.0.series_of(topic.as_deref(), place).map(|found| Detected::new(&found, title)))
    }
}

/// An attribute and its value.
fn named(place: Array) -> (String, Key) {
    (place.get(0).as_string().unwrap_or_default(), key(place.get(1)))
}
