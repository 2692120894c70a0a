//! A detector as JSON: settings, counts and episodes; no comment and no customer.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Cell, Cells, Detector, Series, SeriesId, Watcher};
use crate::base::config::{self, Config, Needed, Object, stored, tagged};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json::Json;
use crate::base::key::Key;
use crate::base::state::check_version;
use crate::monitor::baseline::score::ScoreBaseline;
use crate::monitor::baseline::state::Document;
use crate::monitor::baseline::stream::Baseline;
use crate::monitor::episode::Episodes;

/// Version 1 had counts as lists.
const VERSION: u32 = 2;

/// A key with its type.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum StoredKey {
    Bool(bool),
    Int(i64),
    Float(f64),
    Date(i32),
    Text(String),
    Missing,
}

tagged!(StoredKey { Bool = "bool", Int = "int", Float = "float", Date = "date", Text = "text" } Missing = "missing");
stored!(StoredSeries { id, baseline, score = Default::default(), episodes, score_episodes, sum = 0.0 });
stored!(Stored { version, watcher, topics, values, first = None, next, late, series, pending, cells });

impl Config for StoredCell {
    fn read(json: &Json) -> Result<Self> {
        let (mut topic, mut place) = (None, Needed(None));
        let mut object = Object::of(json)?;
        object.takes("topic", &mut topic);
        object.needs("place", &mut place);
        object.finish_state()?;
        Ok(Self { topic, place: place.value()?, cell: Cell::read(json)? })
    }
}

impl StoredKey {
    fn of(key: &Key) -> Self {
        match key {
            Key::Bool(value) => Self::Bool(*value),
            Key::Int(value) => Self::Int(*value),
            Key::Float(value) => Self::Float(*value),
            Key::Date(value) => Self::Date(*value),
            Key::Text(value) => Self::Text(value.to_string()),
            Key::Missing => Self::Missing,
        }
    }

    fn key(self) -> Key {
        match self {
            Self::Bool(value) => Key::Bool(value),
            Self::Int(value) => Key::Int(value),
            Self::Float(value) => Key::Float(value),
            Self::Date(value) => Key::Date(value),
            Self::Text(value) => Key::text(&value),
            Self::Missing => Key::Missing,
        }
    }
}

#[derive(Serialize)]
struct StoredSeries {
    id: SeriesId,
    baseline: Document,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    score: Option<ScoreBaseline>,
    episodes: Episodes,
    score_episodes: Episodes,
    #[serde(default, skip_serializing_if = "is_nothing")]
    sum: f64,
}

fn is_nothing(sum: &f64) -> bool {
    *sum == 0.0
}

#[derive(Serialize)]
struct StoredCell {
    topic: Option<u32>,
    place: Vec<u32>,
    #[serde(flatten)]
    cell: Cell,
}

#[derive(Serialize)]
struct Stored {
    version: u32,
    watcher: Watcher,
    topics: Vec<String>,
    values: Vec<Vec<StoredKey>>,
    first: Option<i32>,
    next: i32,
    late: u64,
    series: Vec<StoredSeries>,
    pending: Vec<(i32, Vec<(SeriesId, Cell)>)>,
    cells: Vec<(i32, Vec<StoredCell>)>,
}

impl Detector {
    /// The detector as JSON: settings, counts of periods, episodes. There are no comments and no customers in it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let series = self.series.iter().map(|(id, series)| StoredSeries {
            id: *id,
            baseline: series.baseline.document(),
            score: series.score.clone(),
            episodes: series.episodes.clone(),
            score_episodes: series.score_episodes.clone(),
            sum: series.sum,
        });
        let pending = self.pending.iter().map(|(period, cells)| {
            (*period, cells.iter().map(|(id, cell)| (*id, cell.clone())).collect())
        });
        let cells = self.cells.iter().map(|(period, cells)| {
            let stored = cells.iter().map(|((topic, place), cell)| StoredCell {
                topic: *topic,
                place: place.clone(),
                cell: cell.clone(),
            });
            (*period, stored.collect())
        });
        config::to_json(&Stored {
            version: VERSION,
            watcher: self.watcher.clone(),
            topics: self.topics.clone(),
            values: self.values.iter().map(|v| v.iter().map(StoredKey::of).collect()).collect(),
            first: self.first,
            next: self.next,
            late: self.late,
            series: series.collect(),
            pending: pending.collect(),
            cells: cells.collect(),
        })
    }

    /// Reads what [`to_json`](Self::to_json) wrote; the detector goes on exactly as the stored one would have.
    ///
    /// # Errors
    /// [`ErrorCode::StateVersion`] for a later version, [`ErrorCode::Json`] and [`ErrorCode::InvalidConfig`] for
    /// what is no detector.
    pub fn from_json(text: &str) -> Result<Self> {
        check_version(&Json::parse(text)?, VERSION)?;
        let stored: Stored = config::read(text)?;
        let mut detector = Self::new(stored.watcher)?;
        if stored.values.len() != detector.watcher.by.len() {
            let message = "there are not as many lists of values as attributes";
            return Err(Error::new(ErrorCode::InvalidConfig, message).at("values"));
        }
        let keys = |values: Vec<StoredKey>| values.into_iter().map(StoredKey::key).collect();
        detector.values = stored.values.into_iter().map(keys).collect();
        detector.topics = stored.topics;
        (detector.first, detector.next) = (stored.first, stored.next);
        detector.late = stored.late;
        for one in stored.series {
            let series = Series {
                baseline: Baseline::restored(one.baseline)?,
                score: one.score,
                episodes: one.episodes,
                score_episodes: one.score_episodes,
                sum: one.sum,
            };
            detector.series.insert(one.id, series);
        }
        let by_id = |cells: Vec<(SeriesId, Cell)>| cells.into_iter().collect::<BTreeMap<_, _>>();
        detector.pending =
            stored.pending.into_iter().map(|(period, cells)| (period, by_id(cells))).collect();
        let by_place = |cells: Vec<StoredCell>| {
            cells.into_iter().map(|c| ((c.topic, c.place), c.cell)).collect()
        };
        detector.cells = stored
            .cells
            .into_iter()
            .map(|(period, cells)| (period, by_place(cells)))
            .collect::<Cells>();
        Ok(detector)
    }
}
