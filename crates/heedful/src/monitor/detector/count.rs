//! Rows become counts of series and periods.

use std::borrow::Cow;

use super::{Cell, Detector, KEPT, SeriesId};
use crate::base::error::Result;
use crate::base::key::Key;
use crate::base::time::{Clock, Zone};
use crate::interpret::codes::{Codes, NONE};
use crate::interpret::frame::Frame;
use crate::interpret::mention::Mentions;
use crate::interpret::scoring::Scoring;
use crate::listen::responses::Responses;

/// What is known of each row of a batch.
pub(super) struct Rows<'a> {
    /// `None` where there is no time.
    pub(super) periods: Vec<Option<i32>>,
    pub(super) topics: Cow<'a, Mentions>,
    /// The detector's number of each topic of `topics`.
    pub(super) numbers: Vec<u32>,
    /// The number of each row's value, by attribute.
    pub(super) places: Vec<Vec<u32>>,
}

impl Rows<'_> {
    /// The topics of a row, by the detector's numbers.
    pub(super) fn topics_of(&self, row: usize) -> impl Iterator<Item = u32> + '_ {
        let codes = self.topics.row(row).iter();
        codes.filter_map(|code| self.numbers.get(usize::from(*code)).copied())
    }

    /// Whether a row is of a series.
    pub(super) fn is_of(&self, row: usize, id: SeriesId) -> bool {
        let at = |attribute: u32| {
            self.places.get(attribute as usize).and_then(|codes| codes.get(row).copied())
        };
        id.place.is_none_or(|(attribute, value)| at(attribute) == Some(value))
            && id.topic.is_none_or(|topic| self.topics_of(row).any(|other| other == topic))
    }

    /// The values of a row, by attribute.
    pub(super) fn place(&self, row: usize) -> Vec<u32> {
        self.places.iter().map(|codes| codes.get(row).copied().unwrap_or(NONE)).collect()
    }
}

/// The number of a value, new ones at the end.
fn number<T: PartialEq + Clone>(known: &mut Vec<T>, value: &T) -> u32 {
    let at = known.iter().position(|other| other == value).unwrap_or_else(|| {
        known.push(value.clone());
        known.len() - 1
    });
    u32::try_from(at).unwrap_or(NONE)
}

impl Detector {
    /// Counts the rows of periods that are not judged yet.
    pub(super) fn count<'a>(
        &mut self,
        responses: &Responses,
        reasons: Option<&'a Mentions>,
    ) -> Result<Rows<'a>> {
        let rows = self.rows(responses, reasons)?;
        let points = match &self.watcher.metric {
            Some(metric) => {
                let scoring = Scoring::new(metric.clone());
                let frame = Frame::of(&scoring, responses).map_err(|e| e.at("rating"))?;
                Some((frame.codes.into_owned(), frame.points))
            }
            None => None,
        };
        // Where nothing is judged nothing is to be placed, and most rows are history.
        let placed_from = self.watcher.since.map_or(i32::MIN, |day| {
            let every = self.watcher.every;
            every.index_of_day(day).saturating_sub(every.stretch(KEPT))
        });
        let judged = self.first.map(|_| self.next);
        for (row, period) in rows.periods.iter().enumerate() {
            let Some(period) = *period else { continue };
            if judged.is_some_and(|next| period < next) {
                self.late += 1;
                continue;
            }
            if judged.is_none() {
                self.first = Some(self.first.map_or(period, |first| first.min(period)));
            }
            let point = points.as_ref().and_then(|(codes, points)| {
                let code = usize::from(*codes.get(row)?);
                Some((code, *points))
            });
            let pending = self.pending.entry(period).or_default();
            let mut cells = (period >= placed_from).then(|| self.cells.entry(period).or_default());
            let place = rows.place(row);
            let topics = std::iter::once(None).chain(rows.topics_of(row).map(Some));
            for topic in topics {
                pending.entry(SeriesId { topic, place: None }).or_default().add(point);
                for (attribute, value) in (0_u32..).zip(&place) {
                    let id = SeriesId { topic, place: Some((attribute, *value)) };
                    pending.entry(id).or_default().add(point);
                }
                if let Some(cells) = &mut cells {
                    cells.entry((topic, place.clone())).or_default().add(point);
                }
            }
        }
        if judged.is_none()
            && let Some(first) = self.first
        {
            self.next = first;
        }
        Ok(rows)
    }

    fn rows<'a>(
        &mut self,
        responses: &Responses,
        reasons: Option<&'a Mentions>,
    ) -> Result<Rows<'a>> {
        let every = self.watcher.every;
        let at = responses.roles().at.as_deref();
        let times = responses.role("at", at)?.times(at.unwrap_or_default())?;
        let zone = match &self.watcher.time_zone {
            #[cfg(feature = "zones")]
            Some(name) => Zone::named(name).map_err(|e| e.at("time_zone"))?,
            _ => Zone::utc(),
        };
        let mut clock = zone.clock();
        let mut period = |row: usize, value: i64| {
            let there = times.validity.as_ref().is_none_or(|v| v.is_valid(row));
            there.then(|| {
                let seconds = times.unit.seconds(value);
                every.index_of_second(match times.clock {
                    Clock::Wall => seconds,
                    Clock::Instant => seconds.saturating_add(i64::from(clock.offset(seconds))),
                })
            })
        };
        let periods = times.values.iter().enumerate().map(|(row, value)| period(row, *value));
        let periods = periods.collect();
        let topics = match (reasons, &self.watcher.topic) {
            (Some(reasons), _) => {
                reasons.check(responses)?;
                Cow::Borrowed(reasons)
            }
            (None, Some(column)) => Cow::Owned(Mentions::from_values(responses.require(column)?)?),
            (None, None) => Cow::Owned(Mentions::none(responses.len())),
        };
        let numbers = topics.names().iter().map(|name| number(&mut self.topics, name)).collect();
        let mut places = Vec::with_capacity(self.watcher.by.len());
        for (name, known) in self.watcher.by.iter().zip(&mut self.values) {
            let codes = Codes::of(responses.require(name)?);
            let numbers: Vec<u32> = codes.values.iter().map(|key| number(known, key)).collect();
            let missing = codes.rows.contains(&NONE).then(|| number(known, &Key::Missing));
            let of = |code: &u32| numbers.get(*code as usize).copied().or(missing);
            places.push(codes.rows.iter().map(|code| of(code).unwrap_or(NONE)).collect());
        }
        Ok(Rows { periods, topics, numbers, places })
    }
}

impl Cell {
    /// One response, with the index of its point among so many.
    fn add(&mut self, point: Option<(usize, usize)>) {
        self.count += 1;
        let Some((code, points)) = point else { return };
        if self.points.len() < points {
            self.points.resize(points, 0);
        }
        if let Some(count) = self.points.get_mut(code) {
            *count += 1;
        }
    }
}
