//! Which detector tests a series.

use std::ops::Range;

use serde::Serialize;

use super::Direction;
use super::baseline::stream::{Answer, Baseline};
use super::cadence::Cadence;
use super::classical::farrington::Farrington;
use super::classical::moving::{Cusum, Ears, EarsMethod, PeriodReading, SeasonalZ};
use super::detect::Detect;
use crate::base::config::names;
use crate::base::error::{Error, ErrorCode, Result};

/// What tests the periods of a series: the baseline of this library, or a published detector with its published
/// settings at the level asked for. The published ones look for more cases than expected, nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// [`Baseline`](crate::Baseline).
    #[default]
    Baseline,
    /// [`Farrington::new`]; weeks only.
    Farrington,
    /// [`Farrington::noufaily`]; weeks only.
    FarringtonNoufaily,
    /// [`Ears`] C1.
    EarsC1,
    /// C2.
    EarsC2,
    /// C3 as documented.
    EarsC3,
    /// C3 as R's surveillance package computes it.
    EarsC3AsCoded,
    /// [`SeasonalZ`]: the same weekday (and hour) of eight weeks for days and hours, the same seven weeks of five years
    /// for weeks, the same month of five years for months.
    SeasonalZ,
    /// [`Cusum`] of the counts against the baseline and its dispersion, k = 1.04, with the limit that false alarms reach
    /// once in 1 / alpha periods (Siegmund's approximation).
    Cusum,
}

names!(Method {
    Baseline = "baseline",
    Farrington = "farrington",
    FarringtonNoufaily = "farrington_noufaily",
    EarsC1 = "ears_c1",
    EarsC2 = "ears_c2",
    EarsC3 = "ears_c3",
    EarsC3AsCoded = "ears_c3_as_coded",
    SeasonalZ = "seasonal_z",
    Cusum = "cusum",
});

fn refuse<T>(path: &str, message: &str) -> Result<T> {
    Err(Error::new(ErrorCode::InvalidArgument, message).at(path))
}

/// Which earlier periods seasonal z compares with.
fn seasons(every: Cadence) -> Result<SeasonalZ> {
    Ok(match every {
        Cadence::Hour => SeasonalZ::new(24 * 7, 8),
        Cadence::Day => SeasonalZ::new(7, 8),
        Cadence::Week => SeasonalZ::new(52, 5).half_window(3),
        Cadence::Month => SeasonalZ::new(12, 5),
        Cadence::Quarter => SeasonalZ::new(4, 5),
        Cadence::Year => return refuse("every", "years have no season"),
    })
}

impl Method {
    /// Whether its periods have a p-value, without which no false-discovery rate can be controlled.
    pub(super) fn has_p_values(self) -> bool {
        matches!(self, Self::Baseline | Self::Farrington | Self::FarringtonNoufaily)
    }

    /// Refuses periods and directions that a published detector was not made for.
    pub(super) fn check(self, every: Cadence, direction: Direction) -> Result<()> {
        if self == Self::Baseline {
            return Ok(());
        }
        if direction != Direction::Up {
            return refuse("direction", "this method looks for more cases than expected only");
        }
        let weekly = matches!(self, Self::Farrington | Self::FarringtonNoufaily);
        if weekly && every != Cadence::Week {
            return refuse("every", "this method is for weeks");
        }
        if self == Self::SeasonalZ {
            seasons(every)?;
        }
        Ok(())
    }

    /// What a published detector says of the last period that a baseline was told, which said `own` of it; `sum` is what
    /// CUSUM has added up before.
    pub(super) fn latest(
        self,
        settings: &Detect,
        baseline: &Baseline,
        own: Answer,
        sum: &mut f64,
    ) -> Result<Answer> {
        let mut found = if self == Self::Cusum {
            let count = own.observed.map(|observed| observed as u64);
            let dispersion = own.predictive.map(|known| known.dispersion());
            let cusum = Cusum::at_level(settings.alpha);
            let reading = cusum.add(sum, (count, own.expected, dispersion));
            of_reading(&reading, own.period)
        } else {
            let (first, counts) = baseline.history();
            let counts: Vec<Option<u64>> = counts.collect();
            let last = counts.len().saturating_sub(1)..counts.len();
            let answers = self.run(&settings.clone().start_at(first), &counts, None, last)?;
            answers.last().copied().unwrap_or_else(|| Answer::missing(own.period))
        };
        found.enough = found.observed.is_none_or(|observed| observed >= settings.min_cases as f64);
        Ok(found)
    }

    /// Answers of the published detectors of the periods in `rows`.
    pub(super) fn run(
        self,
        settings: &Detect,
        counts: &[Option<u64>],
        volume: Option<&[Option<u64>]>,
        rows: Range<usize>,
    ) -> Result<Vec<Answer>> {
        self.check(settings.every, settings.direction)?;
        let with_volume = matches!(self, Self::Farrington | Self::FarringtonNoufaily | Self::Cusum);
        if volume.is_some() && !with_volume || settings.share {
            return refuse("volume", "this method takes counts alone");
        }
        let alpha = settings.alpha;
        let first = settings.first_period();
        let answers = |readings: &[PeriodReading]| {
            let wanted = readings.get(rows.clone()).unwrap_or_default();
            Ok(wanted
                .iter()
                .map(|reading| of_reading(reading, period(first, reading.row)))
                .collect())
        };
        let ears = |method| answers(&Ears::new(method).alpha(alpha).run(counts)?);
        match self {
            Self::Baseline => Ok(Vec::new()),
            Self::Farrington | Self::FarringtonNoufaily => {
                let farrington = if self == Self::Farrington {
                    Farrington::new()
                } else {
                    Farrington::noufaily()
                };
                weeks(&farrington.alpha(alpha), first, counts, volume, rows)
            }
            Self::EarsC1 => ears(EarsMethod::C1),
            Self::EarsC2 => ears(EarsMethod::C2),
            Self::EarsC3 => ears(EarsMethod::C3),
            Self::EarsC3AsCoded => ears(EarsMethod::C3AsCoded),
            Self::SeasonalZ => answers(&seasons(settings.every)?.alpha(alpha).run(counts)?),
            Self::Cusum => {
                let known = settings.clone().method(Self::Baseline).run(counts, volume)?.answers;
                let periods = counts.iter().zip(&known).map(|(count, answer)| {
                    (*count, answer.expected, answer.predictive.map(|known| known.dispersion()))
                });
                answers(&Cusum::at_level(alpha).sums(periods))
            }
        }
    }
}

fn period(first: i32, row: usize) -> i32 {
    first.saturating_add(i32::try_from(row).unwrap_or(i32::MAX))
}

fn weeks(
    method: &Farrington,
    first: i32,
    counts: &[Option<u64>],
    volume: Option<&[Option<u64>]>,
    rows: Range<usize>,
) -> Result<Vec<Answer>> {
    let population: Option<Vec<f64>> =
        volume.map(|volume| volume.iter().map(|v| v.map_or(f64::NAN, |v| v as f64)).collect());
    let weeks = method.run(counts, Some(first), population.as_deref(), rows)?;
    let answers = weeks.into_iter().map(|week| Answer {
        observed: week.observed,
        expected: week.expected,
        p_value: week.p_value,
        strength: week.p_value.map(|p| libm::log10(p.max(f64::MIN_POSITIVE)).abs()),
        alarm: week.alarm,
        direction: (week.alarm == Some(true)).then_some(Direction::Up),
        window: week.p_value.map(|_| 1),
        limits: week.lower.zip(week.upper),
        enough: true,
        ..Answer::missing(period(first, week.row))
    });
    Ok(answers.collect())
}

fn of_reading(reading: &PeriodReading, period: i32) -> Answer {
    Answer {
        observed: reading.observed,
        expected: reading.expected,
        strength: reading.strength,
        alarm: reading.alarm,
        direction: (reading.alarm == Some(true)).then_some(Direction::Up),
        window: reading.upper.map(|_| 1),
        limits: reading.upper.map(|upper| (0.0, upper)),
        enough: true,
        ..Answer::missing(period)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Every;

    #[test]
    fn published_detectors_answer_as_by_themselves() {
        let counts: Vec<Option<u64>> =
            (0..330).map(|week| Some(if week == 329 { 40 } else { 5 + week % 3 })).collect();
        let settings = Detect::new(Every::Week).start(11_323).method(Method::FarringtonNoufaily);
        let found = settings.run(&counts, None).unwrap();
        let week = Farrington::noufaily()
            .run(&counts, Some(Every::Week.index_of_day(11_323)), None, 329..330)
            .unwrap()[0];
        let last = found.answers.last().unwrap();
        assert_eq!((last.p_value, last.alarm), (week.p_value, Some(true)));
        assert_eq!(last.bounds(0.01).map(|b| b.1), week.upper);
        assert_eq!(found.episodes.len(), 1);
        let others =
            [Method::EarsC1, Method::EarsC2, Method::EarsC3, Method::SeasonalZ, Method::Cusum];
        for method in others {
            let found = Detect::new(Every::Week).method(method).run(&counts, None).unwrap();
            assert_eq!(found.answers.last().unwrap().alarm, Some(true), "{method:?}");
        }
        let daily = Detect::new(Every::Day).method(Method::Farrington);
        assert_eq!(daily.run(&counts, None).unwrap_err().path(), "every");
        let down = Detect::new(Every::Week).method(Method::EarsC1).direction(Direction::Both);
        assert_eq!(down.run(&counts, None).unwrap_err().path(), "direction");
    }
}
