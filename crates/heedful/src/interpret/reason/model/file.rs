//! Stored models: bytes that every later version reads.
//!
//! Eight bytes that say what it is, the version (4 bytes), the length of a header (4 bytes), the header (JSON), then for each feature its
//! key (the distance from the one before, in groups of seven bits), for each feature its worth, shift and weights, and for
//! each reason the counts of its held-out margins (in groups of seven bits). All numbers little-endian.

use serde::Serialize;

use super::calibrate::{BINS, Margins};
use super::options::{Aim, Recipe};
use super::rows::{MOST_SHIFT, Rows};
use super::train::Shape;
use super::{Features, Index, Model, calibrations};
use crate::base::config::{self, options};
use crate::interpret::reason::labels;
use crate::text::Language;
use crate::{Error, ErrorCode, Result};

const MAGIC: &[u8; 8] = b"heedfulM";
const VERSION: u32 = 1;

#[derive(Default, Serialize)]
struct Header {
    language: Language,
    recipe: Recipe,
    comments: u64,
    reasons: Vec<Reason>,
    features: usize,
    unit: f64,
}

options!(
    Header,
    needs [language, recipe, comments, reasons, features, unit],
    takes [],
    from Self::default()
);

#[derive(Serialize)]
struct Reason {
    id: String,
    bias: f64,
    aim: Aim,
}

options!(Reason, needs [id, bias, aim], takes [], from Self { id: String::new(), bias: 0.0, aim: Aim::F1 });

fn broken() -> Error {
    Error::new(ErrorCode::InvalidArgument, "the bytes are not a whole model")
}

impl Model {
    /// The model as bytes, to be stored and read by [`from_bytes`](Self::from_bytes) in this and every later version.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let reasons = self.ids.iter().zip(&self.bias).zip(&self.aims);
        let header = Header {
            language: self.shape.language,
            recipe: self.shape.recipe,
            comments: self.comments,
            reasons: reasons
                .map(|((id, bias), aim)| Reason { id: id.clone(), bias: *bias, aim: *aim })
                .collect(),
            features: self.features.keys.len(),
            unit: self.unit,
        };
        let header = config::to_json(&header);
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend((header.len() as u32).to_le_bytes());
        bytes.extend(header.as_bytes());
        // By key: then the distances are small.
        let mut order: Vec<(u32, usize)> = self.features.keys.iter().copied().zip(0..).collect();
        order.sort_unstable();
        let mut before = 0;
        for (key, _) in &order {
            write_number(&mut bytes, key - before);
            before = *key;
        }
        bytes.extend(order.iter().map(|(_, place)| self.rows.head(*place).0));
        bytes.extend(order.iter().map(|(_, place)| self.rows.head(*place).1));
        for (_, place) in &order {
            bytes.extend(self.rows.bytes(*place).map(i8::cast_unsigned));
        }
        for margins in &self.margins {
            for count in margins.with.iter().chain(&margins.without) {
                write_number(&mut bytes, *count);
            }
        }
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    ///
    /// `state-version` for a version that this one cannot read, `invalid-argument` for bytes that are no model or
    /// not the whole of one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut rest = Rest(bytes);
        if rest.take(MAGIC.len())? != MAGIC {
            return Err(broken());
        }
        let version = rest.word()?;
        if !(1..=VERSION).contains(&version) {
            let message =
                format!("the model has version {version}, this version reads 1 to {VERSION}");
            return Err(Error::new(ErrorCode::StateVersion, message));
        }
        let length = rest.word()? as usize;
        let header = std::str::from_utf8(rest.take(length)?).map_err(|_| broken())?;
        let header: Header = config::read(header).map_err(|_| broken())?;
        let count = header.features;
        let labels = header.reasons.len();
        let ascending = header.reasons.is_sorted_by(|a, b| a.id < b.id);
        let finite = header.reasons.iter().all(|r| r.bias.is_finite() && r.aim.check().is_ok());
        let [_, longest] = header.recipe.grams;
        // Every feature takes at least three bytes: nothing is reserved for more than the bytes can hold.
        if !(ascending && finite && header.unit > 0.0 && header.unit.is_finite())
            || labels > labels::MOST
            || count > bytes.len()
            || longest > 8
            || header.recipe.window > 32
        {
            return Err(broken());
        }
        let mut keys = Vec::with_capacity(count);
        let mut before = 0_u32;
        for place in 0..count {
            let distance = rest.number()?;
            if place > 0 && distance == 0 {
                return Err(broken());
            }
            before = before.checked_add(distance).ok_or_else(broken)?;
            keys.push(before);
        }
        let worth = rest.take(count)?;
        let shifts = rest.take(count)?;
        if shifts.iter().any(|shift| *shift > MOST_SHIFT) {
            return Err(broken());
        }
        let stored = rest.take(count.checked_mul(labels).ok_or_else(broken)?)?;
        let mut stored = stored.chunks_exact(labels.max(1));
        let heads = keys.iter().zip(worth).zip(shifts);
        let mut sorted: Vec<(u8, u32, u8, &[u8])> = heads
            .map(|((key, worth), shift)| (*worth, *key, *shift, stored.next().unwrap_or_default()))
            .collect();
        sorted.sort_unstable_by_key(|(worth, key, ..)| (*worth, *key));
        let mut features = Features::default();
        let mut rows = Rows::new(labels, count);
        for (worth, key, shift, weights) in sorted {
            features.keys.push(key);
            features.worth.push(worth);
            rows.push(worth, shift, weights.iter().map(|weight| weight.cast_signed()));
        }
        let mut margins = Vec::with_capacity(labels);
        for _ in 0..labels {
            let mut side = || (0..BINS).map(|_| rest.number()).collect::<Result<Vec<u32>>>();
            margins.push(Margins { with: side()?, without: side()? });
        }
        if !rest.0.is_empty() {
            return Err(broken());
        }
        let aims: Vec<Aim> = header.reasons.iter().map(|reason| reason.aim).collect();
        Ok(Self {
            shape: Shape { language: header.language, recipe: header.recipe },
            comments: header.comments,
            index: Index::new(&features.keys),
            calibrations: calibrations(&margins, &aims),
            bias: header.reasons.iter().map(|reason| reason.bias).collect(),
            ids: header.reasons.into_iter().map(|reason| reason.id).collect(),
            unit: header.unit,
            features,
            rows,
            margins,
            aims,
        })
    }
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
fn write_number(bytes: &mut Vec<u8>, number: u32) {
    let mut rest = number;
    while rest >= 0x80 {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
}

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or_else(broken)?;
        self.0 = rest;
        Ok(taken)
    }

    fn word(&mut self) -> Result<u32> {
        let bytes = self.take(4)?.try_into().map_err(|_| broken())?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn number(&mut self) -> Result<u32> {
        let mut number = 0_u32;
        for shift in (0..35).step_by(7) {
            let byte = self.take(1)?.first().copied().unwrap_or_default();
            let part = u32::from(byte & 0x7f);
            if part.leading_zeros() < shift {
                return Err(broken());
            }
            number |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(broken())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interpret::reason::model::tests::example;
    use crate::stats::Random;

    #[test]
    fn what_is_read_is_what_was_written() {
        let model = example();
        let bytes = model.to_bytes();
        let same = Model::from_bytes(&bytes).unwrap();
        assert_eq!(same.to_bytes(), bytes);
        let texts = ["the parcel came late", "too dear", "what a lovely day"];
        assert_eq!(same.predict(&texts), model.predict(&texts));
    }

    #[test]
    fn broken_bytes_are_refused() {
        let bytes = example().to_bytes();
        for end in (0..bytes.len()).step_by(97).chain(bytes.len() - 700..bytes.len()) {
            assert!(Model::from_bytes(&bytes[..end]).is_err(), "{end}");
        }
        assert!(Model::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
        let mut newer = bytes.clone();
        newer[8] = 2;
        assert_eq!(Model::from_bytes(&newer).unwrap_err().code(), ErrorCode::StateVersion);
        // Whatever is read from damaged bytes must be harmless.
        let mut random = Random::new(3);
        for _ in 0..150 {
            let mut damaged = bytes.clone();
            let at = (random.word() % damaged.len() as u64) as usize;
            damaged[at] = random.word() as u8;
            if let Ok(model) = Model::from_bytes(&damaged) {
                assert_eq!(model.predict(&["the parcel came late again"]).len(), 1);
            }
        }
    }
}
