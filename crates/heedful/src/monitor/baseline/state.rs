//! A baseline as bytes and as JSON.
//!
//! Nothing but settings, counts and feedback is stored: the fit follows from them, to the last bit. Bytes are:
//! version (1), length of the settings and the settings as JSON, first period, fitted rows, rows, for each row its
//! count plus 1 (0: missing) and, where there are volumes, its volume, then feedback; whole numbers in groups of
//! seven bits, the lowest first (LEB128), signed ones folded (zigzag).

use serde::Serialize;

use super::counted::Counted;
use super::feedback::{Feedback, Ruling};
use super::packed::Packed;
use super::stream::Baseline;
use crate::base::config::{self, stored};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json::Json;
use crate::base::state::check_version;
use crate::monitor::detect::Detect;

/// Of JSON; version 1 had counts as lists.
const VERSION: u32 = 2;
/// Of bytes.
const VERSION_OF_BYTES: u64 = 1;

stored!(Document { version, settings, first, fitted_rows, counts, volume = Default::default(), feedback = Default::default() });

fn put(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn fold(value: i32) -> u64 {
    let value = i64::from(value);
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

fn unfold(value: u64) -> Option<i32> {
    i32::try_from((value >> 1).cast_signed() ^ -((value & 1).cast_signed())).ok()
}

/// Takes numbers off the front.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn length(&mut self) -> Option<usize> {
        // What is not there cannot be this long.
        usize::try_from(self.number()?).ok().filter(|length| *length <= self.0.len())
    }
}

/// What is stored of a baseline.
#[derive(Serialize)]
pub(crate) struct Document {
    version: u32,
    settings: Detect,
    first: i32,
    fitted_rows: usize,
    counts: Packed,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    volume: Option<Packed>,
    #[serde(default)]
    feedback: Vec<Ruling>,
}

impl Baseline {
    /// Whether the exposures are more than present and missing.
    fn has_volume(&self) -> bool {
        self.settings.share || self.counted.iter().any(|(_, e)| e > 0.0 && e != 1.0)
    }

    /// Compact bytes: about one to two for each count remembered. See [`from_bytes`](Self::from_bytes).
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(2 * self.counted.len() + 200);
        let settings = config::to_json(&self.settings);
        put(&mut bytes, VERSION_OF_BYTES);
        put(&mut bytes, settings.len() as u64);
        bytes.extend(settings.as_bytes());
        put(&mut bytes, fold(self.first));
        put(&mut bytes, self.fitted_rows as u64);
        put(&mut bytes, u64::from(self.has_volume()));
        put(&mut bytes, self.counted.len() as u64);
        let has_volume = self.has_volume();
        for (count, exposure) in self.counted.iter() {
            let missing = !(exposure > 0.0);
            put(&mut bytes, if missing { 0 } else { count as u64 + 1 });
            if has_volume && !missing {
                put(&mut bytes, exposure as u64);
            }
        }
        put(&mut bytes, self.rulings.len() as u64);
        for ruling in &self.rulings {
            put(&mut bytes, fold(ruling.from));
            put(&mut bytes, fold(ruling.to));
            put(&mut bytes, u64::from(ruling.feedback == Feedback::FalseAlarm));
        }
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; the baseline goes on exactly as the stored one would have.
    ///
    /// # Errors
    /// [`ErrorCode::StateVersion`] for bytes of a later version, [`ErrorCode::InvalidConfig`] for others that are
    /// no baseline.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader(bytes);
        let broken = || Error::new(ErrorCode::InvalidConfig, "the bytes are no stored baseline");
        let version = reader.number().ok_or_else(broken)?;
        if version != VERSION_OF_BYTES {
            let message = format!("stored state has version {version}, this version reads 1");
            return Err(Error::new(ErrorCode::StateVersion, message));
        }
        let length = reader.length().ok_or_else(broken)?;
        let (settings, rest) = reader.0.split_at_checked(length).ok_or_else(broken)?;
        let settings = std::str::from_utf8(settings).map_err(|_| broken())?;
        let settings = Detect::from_json(settings)?;
        let document = Self::rows(settings, Reader(rest)).ok_or_else(broken)?;
        Self::restored(document)
    }

    fn rows(settings: Detect, mut reader: Reader<'_>) -> Option<Document> {
        let first = unfold(reader.number()?)?;
        let fitted_rows = usize::try_from(reader.number()?).ok()?;
        let has_volume = reader.number()? == 1;
        let rows = reader.length()?;
        let mut counts = Vec::with_capacity(rows);
        let mut volume = Vec::with_capacity(if has_volume { rows } else { 0 });
        for _ in 0..rows {
            let count = reader.number()?.checked_sub(1);
            counts.push(count);
            if has_volume {
                volume.push(Some(if count.is_some() { reader.number()? } else { 0 }));
            }
        }
        let mut feedback = Vec::new();
        for _ in 0..reader.length()? {
            let (from, to) = (unfold(reader.number()?)?, unfold(reader.number()?)?);
            let false_alarm = reader.number()? == 1;
            let said = if false_alarm { Feedback::FalseAlarm } else { Feedback::Expected };
            feedback.push(Ruling { from, to, feedback: said });
        }
        let (counts, volume) = (Packed(counts), has_volume.then_some(Packed(volume)));
        Some(Document { version: VERSION, settings, first, fitted_rows, counts, volume, feedback })
    }

    /// The same as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        config::to_json(&self.document())
    }

    pub(crate) fn document(&self) -> Document {
        Document {
            version: VERSION,
            settings: self.settings.clone(),
            first: self.first,
            fitted_rows: self.fitted_rows,
            counts: Packed(self.history().1.collect()),
            volume: self.has_volume().then(|| Packed(self.volumes().collect())),
            feedback: self.rulings.clone(),
        }
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// [`ErrorCode::StateVersion`] for a later version, [`ErrorCode::Json`] and [`ErrorCode::InvalidConfig`] for
    /// what is no baseline.
    pub fn from_json(text: &str) -> Result<Self> {
        check_version(&Json::parse(text)?, VERSION)?;
        Self::restored(config::read(text)?)
    }

    pub(crate) fn restored(document: Document) -> Result<Self> {
        let mut baseline = Self::new(&document.settings)?;
        baseline.first = document.first;
        baseline.rulings = document.feedback;
        for (row, count) in document.counts.0.iter().enumerate() {
            let volume = document.volume.as_ref().and_then(|volume| *volume.0.get(row)?);
            let (count, exposure) = baseline.checked(*count, volume)?;
            baseline.counted.push(count, exposure);
        }
        baseline.fitted_rows = document.fitted_rows.min(baseline.counted.len());
        baseline.replay();
        Ok(baseline)
    }

    /// The fit and what came after it.
    fn replay(&mut self) {
        let rows = self.fitted_rows;
        let fitted = if rows > 0 { self.fit_rows(rows) } else { None };
        self.fitted = fitted.map(|mut fitted| {
            self.go_on(&mut fitted, rows);
            fitted
        });
    }

    /// Adds what another node counted of the same series: counts (and volumes) of a period add up, then the
    /// baseline is fitted anew.
    ///
    /// # Errors
    /// [`ErrorCode::ScaleMismatch`] for other settings.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.settings.kind_of() != other.settings.kind_of() {
            let message = "baselines with different settings do not add up";
            return Err(Error::new(ErrorCode::ScaleMismatch, message));
        }
        let volumes = self.has_volume() || other.has_volume();
        let first = self.first.min(other.first);
        let last = self.next_period().max(other.next_period());
        let mut counted = Counted::default();
        for at in first..last {
            let one = |b: &Self| {
                let row = usize::try_from(i64::from(at) - i64::from(b.first)).ok();
                row.and_then(|row| b.counted.get(row)).unwrap_or((0.0, 0.0))
            };
            let ((count, exposure), (more, further)) = (one(self), one(other));
            let exposure = if volumes { exposure + further } else { exposure.max(further) };
            counted.push(count + more, exposure);
        }
        let rulings = other.rulings.iter().filter(|ruling| !self.rulings.contains(ruling));
        let rulings: Vec<Ruling> = rulings.copied().collect();
        self.rulings.extend(rulings);
        (self.first, self.counted) = (first, counted);
        self.refit();
        Ok(())
    }
}
