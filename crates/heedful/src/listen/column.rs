//! Columns: typed arrays whose memory is shared, never copied, when a host lends it.

use std::borrow::Cow;
use std::hash::BuildHasher;
use std::sync::Arc;

use arrow_buffer::{NullBuffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::time::{Clock, TimeUnit, Zone};

macro_rules! primitives {
    ($(#[$doc:meta])* $name:ident: $($variant:ident($type:ty)),*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive] // hosts may come with further widths
        pub enum $name {
            $(#[doc = concat!("Values of type `", stringify!($type), "`.")] $variant(ScalarBuffer<$type>),)*
        }

        $(impl From<Vec<$type>> for $name {
            fn from(values: Vec<$type>) -> Self {
                Self::$variant(values.into())
            }
        })*

        impl $name {
            /// How many values there are.
            ///
            /// ```
            /// let keys = heedful::Keys::from(vec![0_u8, 1]);
            /// assert_eq!((keys.len(), keys.is_empty()), (2, false));
            /// let numbers = heedful::Numbers::from(vec![0.5, 1.0]);
            /// assert_eq!((numbers.len(), numbers.is_empty()), (2, false));
            /// ```
            #[must_use]
            pub fn len(&self) -> usize {
                match self { $(Self::$variant(values) => values.len(),)* }
            }

            /// Whether there are none.
            ///
            /// ```
            /// assert!(heedful::Keys::from(Vec::<u8>::new()).is_empty());
            /// assert!(heedful::Numbers::from(Vec::<f64>::new()).is_empty());
            /// ```
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            fn slice(&self, start: usize, len: usize) -> Self {
                match self { $(Self::$variant(values) => Self::$variant(values.slice(start, len)),)* }
            }

            fn gather(&self, rows: &[Option<usize>]) -> Self {
                match self {
                    $(Self::$variant(values) => {
                        let pick = |row: &Option<usize>| {
                            row.and_then(|row| values.get(row)).copied().unwrap_or_default()
                        };
                        Self::$variant(rows.iter().map(pick).collect())
                    })*
                }
            }
        }
    };
}

primitives!(
    /// Numbers as they came, of any width.
    Numbers: U8(u8), I8(i8), U16(u16), I16(i16), U32(u32), I32(i32), U64(u64), I64(i64), F32(f32), F64(f64)
);

primitives!(
    /// Positions in a dictionary, of any width.
    Keys: U8(u8), I8(i8), U16(u16), I16(i16), U32(u32), I32(i32), U64(u64), I64(i64)
);

/// Applies a macro-like closure to the typed slice of `Numbers` or `Keys`.
macro_rules! each_type {
    (Numbers, $value:expr, $slice:ident => $body:expr) => {
        match $value {
            $crate::listen::column::Numbers::U8($slice) => $body,
            $crate::listen::column::Numbers::I8($slice) => $body,
            $crate::listen::column::Numbers::U16($slice) => $body,
            $crate::listen::column::Numbers::I16($slice) => $body,
            $crate::listen::column::Numbers::U32($slice) => $body,
            $crate::listen::column::Numbers::I32($slice) => $body,
            $crate::listen::column::Numbers::U64($slice) => $body,
            $crate::listen::column::Numbers::I64($slice) => $body,
            $crate::listen::column::Numbers::F32($slice) => $body,
            $crate::listen::column::Numbers::F64($slice) => $body,
        }
    };
    (Keys, $value:expr, $slice:ident => $body:expr) => {
        match $value {
            $crate::listen::column::Keys::U8($slice) => $body,
            $crate::listen::column::Keys::I8($slice) => $body,
            $crate::listen::column::Keys::U16($slice) => $body,
            $crate::listen::column::Keys::I16($slice) => $body,
            $crate::listen::column::Keys::U32($slice) => $body,
            $crate::listen::column::Keys::I32($slice) => $body,
            $crate::listen::column::Keys::U64($slice) => $body,
            $crate::listen::column::Keys::I64($slice) => $body,
        }
    };
}
pub(crate) use each_type;

/// Conversion to a 64-bit float or index, exact for every value a rating or dictionary can have.
pub(crate) trait Primitive: Copy {
    /// As a float; integers beyond 2^53 lie far outside every scale, so rounding is harmless.
    fn float(self) -> f64;
    /// As a position; negative ones wrap to values beyond any dictionary.
    fn position(self) -> usize;
    /// The same in 32 bits; what does not fit wraps to the greatest.
    fn position_u32(self) -> u32;
    /// The same in 16 bits; what does not fit becomes 32767 or more.
    fn position_u16(self) -> u16;
    /// As an exact integer key where the type is one.
    fn key(self) -> Key;
}

macro_rules! primitive {
    ($($type:ty),*) => {
        $(
            #[expect(clippy::allow_attributes, reason = "one body for types that do and do not need it")]
            impl Primitive for $type {
                #[allow(clippy::cast_lossless, clippy::cast_precision_loss, reason = "see the trait")]
                fn float(self) -> f64 {
                    self as f64
                }

                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see the trait")]
                fn position(self) -> usize {
                    self as usize
                }

                #[inline]
                fn position_u32(self) -> u32 {
                    u32::try_from(self).unwrap_or(u32::MAX)
                }

                #[inline]
                #[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss, reason = "what is negative lies beyond any dictionary")]
                fn position_u16(self) -> u16 {
                    if size_of::<Self>() == 4 {
                        // What vectors without 32-bit unsigned comparison do in one step.
                        return (self as i32).clamp(i16::MIN.into(), i16::MAX.into()) as u16;
                    }
                    u16::try_from(self).unwrap_or(u16::MAX)
                }

                fn key(self) -> Key {
                    i64::try_from(self).map_or_else(|_| Key::Float(self as f64), Key::Int)
                }
            }
        )*
    };
}
primitive!(u8, i8, u16, i16, u32, i32, u64, i64);

macro_rules! primitive_float {
    ($($type:ty),*) => {
        $(impl Primitive for $type {
            fn float(self) -> f64 {
                self.into()
            }

            fn position(self) -> usize {
                usize::MAX // floats are never positions
            }

            fn position_u32(self) -> u32 {
                u32::MAX
            }

            fn position_u16(self) -> u16 {
                u16::MAX
            }

            fn key(self) -> Key {
                let value: f64 = self.into();
                // -0.0 and 0.0 are one group.
                if value.is_nan() { Key::Missing } else { Key::Float(value + 0.0) }
            }
        })*
    };
}
primitive_float!(f32, f64);

/// A dictionary-encoded column: each row holds the position of its value in a list.
///
/// A position beyond the list, or of a value that is [`Key::Missing`], is missing.
///
/// ```
/// use heedful::{Category, Column, Key, Keys};
/// // As a host has it: bytes that point into a list.
/// let plans = Category {
///     keys: Keys::from(vec![0_u8, 1, 0, 2]),
///     validity: None,
///     values: vec![Key::text("pro"), Key::text("free")].into(),
/// };
/// let plans = Column::Category(plans);
/// assert_eq!((plans.key(2), plans.key(3)), (Key::text("pro"), Key::Missing)); // the list has no third
/// assert!(!plans.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    /// Positions in `values`.
    pub keys: Keys,
    /// Which rows have a value; all where `None`.
    pub validity: Option<NullBuffer>,
    /// The values; they may repeat.
    pub values: Arc<Vec<Key>>,
}

impl Category {
    /// The position in `values` of a row's value; `None` where it is missing or there is no such row.
    ///
    /// ```
    /// use heedful::Column;
    /// let Column::Category(plans) = Column::categories([Some("pro"), None, Some("pro")]) else { unreachable!() };
    /// assert_eq!([0, 1, 2].map(|row| plans.position(row)), [Some(0), None, Some(0)]);
    /// ```
    #[must_use]
    pub fn position(&self, row: usize) -> Option<usize> {
        if self.validity.as_ref().is_some_and(|v| row >= v.len() || v.is_null(row)) {
            return None;
        }
        let position = each_type!(Keys, &self.keys, k => k.get(row).map(|k| k.position()))?;
        let value = self.values.get(position);
        value.is_some_and(|value| *value != Key::Missing).then_some(position)
    }
}

/// Times since 1970-01-01T00:00 of their clock.
///
/// ```
/// use heedful::{Clock, Column, Every, Metric, Responses, Scoring, TimeUnit, Times};
/// let days = vec![19_782_i64, 19_813]; // 29 February and 31 March 2024
/// let at = Times {
///     values: days.iter().map(|day| day * 86_400).collect(),
///     validity: None,
///     unit: TimeUnit::Second,
///     clock: Clock::Wall,
/// };
/// let responses = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 3]))?
///     .with("at", Column::Time(at))?
///     .rating("score")
///     .at("at");
/// assert_eq!(Scoring::new(Metric::nps()).every(Every::Month).run(&responses)?.rows.len(), 2);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Times {
    /// Counts of `unit`.
    pub values: ScalarBuffer<i64>,
    /// Which rows have a value; all where `None`.
    pub validity: Option<NullBuffer>,
    /// What is counted.
    pub unit: TimeUnit,
    /// What the times stand for.
    pub clock: Clock,
}

impl Times {
    /// The day of each row since 1970-01-01: of instants in the zone, of wall-clock times as they stand.
    pub(crate) fn days(&self, zone: &Zone) -> Vec<Option<i32>> {
        let mut clock = zone.clock();
        let mut day = |(row, value): (usize, &i64)| {
            let there = self.validity.as_ref().is_none_or(|valid| valid.is_valid(row));
            there.then(|| match self.clock {
                Clock::Wall => self.unit.day(*value),
                Clock::Instant => clock.local_day(self.unit.seconds(*value)),
            })
        };
        self.values.iter().enumerate().map(&mut day).collect()
    }
}

/// Texts in one buffer.
///
/// ```
/// let texts: heedful::Texts = [Some("slow"), None].into_iter().collect();
/// assert_eq!((texts.len(), texts.get(0), texts.get(1)), (2, Some("slow"), None));
/// assert_eq!(texts.iter().flatten().count(), 1);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Texts {
    bytes: Arc<str>,
    offsets: OffsetBuffer<i64>,
    validity: Option<NullBuffer>,
}

impl Texts {
    /// The text of a row; `None` where it is missing or there is no such row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&str> {
        if self.validity.as_ref().is_some_and(|v| row >= v.len() || v.is_null(row)) {
            return None;
        }
        let start = usize::try_from(*self.offsets.get(row)?).ok()?;
        let end = usize::try_from(*self.offsets.get(row + 1)?).ok()?;
        self.bytes.get(start..end)
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are no rows.
    ///
    /// ```
    /// assert!(std::iter::empty::<Option<&str>>().collect::<heedful::Texts>().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        (0..self.len()).map(|row| self.get(row))
    }
}

impl<T: AsRef<str>> FromIterator<Option<T>> for Texts {
    fn from_iter<I: IntoIterator<Item = Option<T>>>(texts: I) -> Self {
        let mut builder = TextsBuilder::default();
        for text in texts {
            builder.push(text.as_ref().map(AsRef::as_ref));
        }
        builder.finish()
    }
}

/// Builds [`Texts`] row by row in one buffer.
#[derive(Debug)]
pub(crate) struct TextsBuilder {
    bytes: String,
    offsets: Vec<i64>,
    present: NullBufferBuilder,
}

impl Default for TextsBuilder {
    fn default() -> Self {
        Self { bytes: String::new(), offsets: vec![0], present: NullBufferBuilder::new(0) }
    }
}

impl TextsBuilder {
    /// Adds a row.
    #[inline]
    pub(crate) fn push(&mut self, text: Option<&str>) {
        self.bytes.push_str(text.unwrap_or_default());
        self.offsets.push(i64::try_from(self.bytes.len()).unwrap_or(i64::MAX));
        self.present.append(text.is_some());
    }

    /// The finished column.
    pub(crate) fn finish(mut self) -> Texts {
        Texts {
            bytes: self.bytes.into(),
            offsets: OffsetBuffer::new(self.offsets.into()),
            validity: self.present.finish(),
        }
    }
}

/// A column of [`Responses`](crate::Responses).
///
/// ```
/// use heedful::Column;
/// assert!(matches!(Column::texts([Some("too slow")]), Column::Text(_)));
/// assert_eq!(Column::categories([Some("pro"), None]).len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive] // lists of reasons will be a kind of their own
pub enum Column {
    /// Numbers and which rows have one; a float that is NaN is missing as well.
    Number(Numbers, Option<NullBuffer>),
    /// Few different values: attributes, labels.
    Category(Category),
    /// Times.
    Time(Times),
    /// Many different texts: comments, ids.
    Text(Texts),
}

impl Column {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Number(values, _) => values.len(),
            Self::Category(category) => category.keys.len(),
            Self::Time(times) => times.values.len(),
            Self::Text(texts) => texts.len(),
        }
    }

    /// Whether there are no rows.
    ///
    /// ```
    /// assert!(heedful::Column::numbers(Vec::<u8>::new()).is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The kind in words, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Number(..) => "numbers",
            Self::Category(_) => "categories",
            Self::Time(_) => "times",
            Self::Text(_) => "texts",
        }
    }

    /// Numbers, all present.
    ///
    /// ```
    /// let column = heedful::Column::numbers(vec![10_u8, 9]);
    /// assert_eq!((column.len(), column.key(0)), (2, heedful::Key::Int(10)));
    /// ```
    pub fn numbers(values: impl Into<Numbers>) -> Self {
        Self::Number(values.into(), None)
    }

    /// Numbers, some missing.
    ///
    /// ```
    /// use heedful::{Column, Key};
    /// assert_eq!(Column::optional_numbers(&[Some(7.5), None]).key(1), Key::Missing);
    /// ```
    #[must_use]
    pub fn optional_numbers(values: &[Option<f64>]) -> Self {
        let validity = values
            .iter()
            .any(Option::is_none)
            .then(|| NullBuffer::from(values.iter().map(Option::is_some).collect::<Vec<_>>()));
        let values: Vec<f64> = values.iter().map(|v| v.unwrap_or_default()).collect();
        Self::Number(values.into(), validity)
    }

    /// Texts as categories, encoded in order of first appearance.
    ///
    /// ```
    /// use heedful::{Column, Key};
    /// let plans = Column::categories([Some("pro"), None]);
    /// assert_eq!((plans.key(0), plans.key(1)), (Key::text("pro"), Key::Missing));
    /// ```
    pub fn categories<T: AsRef<str>>(values: impl IntoIterator<Item = Option<T>>) -> Self {
        let mut encoder = Encoder::default();
        for value in values {
            encoder.push(value.as_ref().map(AsRef::as_ref));
        }
        Self::Category(encoder.finish())
    }

    /// Texts.
    ///
    /// ```
    /// let comments = heedful::Column::texts([Some("too slow"), None]);
    /// assert_eq!(comments.key(0).to_string(), "too slow");
    /// ```
    pub fn texts<T: AsRef<str>>(values: impl IntoIterator<Item = Option<T>>) -> Self {
        Self::Text(values.into_iter().collect())
    }

    /// The value of a row as a key of a group.
    #[must_use]
    pub fn key(&self, row: usize) -> Key {
        let valid =
            |v: &Option<NullBuffer>| v.as_ref().is_none_or(|v| row < v.len() && v.is_valid(row));
        match self {
            Self::Number(values, validity) if valid(validity) => {
                each_type!(Numbers, values, v => v.get(row).map_or(Key::Missing, |v| v.key()))
            }
            Self::Category(c) if valid(&c.validity) => {
                let position = each_type!(Keys, &c.keys, k => k.get(row).map(|k| k.position()));
                position.and_then(|p| c.values.get(p)).cloned().unwrap_or(Key::Missing)
            }
            Self::Time(times) if valid(&times.validity) => {
                times.values.get(row).map_or(Key::Missing, |v| Key::Int(*v))
            }
            Self::Text(texts) => texts.get(row).map_or(Key::Missing, Key::text),
            _ => Key::Missing,
        }
    }

    /// The value of a row as a text, not copied where it is one; `None` where it is missing.
    pub(crate) fn text(&self, row: usize) -> Option<Cow<'_, str>> {
        let key = match self {
            Self::Text(texts) => return texts.get(row).map(Cow::Borrowed),
            Self::Category(category) => match category.values.get(category.position(row)?)? {
                Key::Text(text) => return Some(Cow::Borrowed(text)),
                key => key.clone(),
            },
            _ => self.key(row),
        };
        (key != Key::Missing).then(|| Cow::Owned(key.to_string()))
    }

    /// The times that the column, of this name, holds.
    ///
    /// # Errors
    /// `column-type` where it holds anything else.
    pub(crate) fn times(&self, name: &str) -> Result<&Times> {
        match self {
            Self::Time(times) => Ok(times),
            other => Err(Error::new(
                ErrorCode::ColumnType,
                format!(
                    "the column holds {}, not times: convert it, or read the file with this column as the time",
                    other.kind()
                ),
            )
            .at(name)),
        }
    }

    /// The value of a row as a number; `None` where it is missing.
    ///
    /// # Errors
    /// `column-type` where the column does not hold numbers.
    pub(crate) fn float(&self, row: usize) -> Result<Option<f64>> {
        match self {
            Self::Number(values, validity) => {
                if validity.as_ref().is_some_and(|v| row >= v.len() || v.is_null(row)) {
                    return Ok(None);
                }
                let value = each_type!(Numbers, values, v => v.get(row).map(|v| v.float()));
                Ok(value.filter(|v| !v.is_nan()))
            }
            Self::Category(_) => match self.key(row) {
                Key::Missing => Ok(None),
                Key::Int(value) => Ok(Some(value as f64)),
                Key::Float(value) => Ok(Some(value)),
                _ => Err(Error::new(ErrorCode::ColumnType, "the column does not hold numbers")),
            },
            other => Err(Error::new(
                ErrorCode::ColumnType,
                format!("the column holds {}, not numbers", other.kind()),
            )),
        }
    }

    /// The rows from `start`, without copying; `len` is cut to what there is.
    ///
    /// ```
    /// use heedful::Column;
    /// assert_eq!(Column::numbers(vec![1_u8, 2, 3]).slice(1, 5), Column::numbers(vec![2_u8, 3]));
    /// ```
    #[must_use]
    pub fn slice(&self, start: usize, len: usize) -> Self {
        let start = start.min(self.len());
        let len = len.min(self.len() - start);
        let nulls = |v: &Option<NullBuffer>| v.as_ref().map(|v| v.slice(start, len));
        match self {
            Self::Number(values, validity) => {
                Self::Number(values.slice(start, len), nulls(validity))
            }
            Self::Category(c) => Self::Category(Category {
                keys: c.keys.slice(start, len),
                validity: nulls(&c.validity),
                values: Arc::clone(&c.values),
            }),
            Self::Time(t) => Self::Time(Times {
                values: t.values.slice(start, len),
                validity: nulls(&t.validity),
                ..t.clone()
            }),
            Self::Text(t) => Self::Text(Texts {
                bytes: Arc::clone(&t.bytes),
                offsets: t.offsets.slice(start, len),
                validity: nulls(&t.validity),
            }),
        }
    }

    /// The values of these rows in this order; missing where there is no row.
    pub(crate) fn gather(&self, rows: &[Option<usize>]) -> Self {
        let nulls = |validity: &Option<NullBuffer>| {
            let has = |row: usize| {
                row < self.len() && validity.as_ref().is_none_or(|validity| validity.is_valid(row))
            };
            present(rows.iter().map(|row| row.is_some_and(has)))
        };
        match self {
            Self::Number(values, validity) => Self::Number(values.gather(rows), nulls(validity)),
            Self::Category(category) => Self::Category(Category {
                keys: category.keys.gather(rows),
                validity: nulls(&category.validity),
                values: Arc::clone(&category.values),
            }),
            Self::Time(times) => {
                let pick = |row: &Option<usize>| {
                    row.and_then(|row| times.values.get(row)).copied().unwrap_or_default()
                };
                Self::Time(Times {
                    values: rows.iter().map(pick).collect(),
                    validity: nulls(&times.validity),
                    ..times.clone()
                })
            }
            Self::Text(texts) => {
                Self::Text(rows.iter().map(|row| row.and_then(|row| texts.get(row))).collect())
            }
        }
    }

    /// Joins parts of one column into one; kinds are kept where all parts agree.
    ///
    /// # Errors
    /// `column-type` where the parts are of kinds that do not go together.
    pub(crate) fn concat(parts: &[&Self]) -> Result<Self> {
        if let [only] = parts {
            return Ok((*only).clone());
        }
        let first =
            parts.first().ok_or_else(|| Error::new(ErrorCode::TooFew, "no parts to join"))?;
        let rows = || parts.iter().flat_map(|part| (0..part.len()).map(move |row| (*part, row)));
        if let Self::Time(first) = first {
            let times =
                || parts.iter().filter_map(|p| if let Self::Time(t) = p { Some(t) } else { None });
            // A part without any time goes with every clock.
            let empty = |t: &Times| t.validity.as_ref().is_some_and(|v| v.null_count() == v.len());
            let model = times().find(|t| !empty(t)).unwrap_or(first);
            let fits = |t: &Times| empty(t) || (t.unit == model.unit && t.clock == model.clock);
            if times().filter(|t| fits(t)).count() < parts.len() {
                return Err(Error::new(
                    ErrorCode::ColumnType,
                    "times differ in unit or clock between parts",
                ));
            }
            let keys: Vec<Key> = rows().map(|(part, row)| part.key(row)).collect();
            let validity = present(keys.iter().map(|k| *k != Key::Missing));
            let values = keys.iter().map(|k| if let Key::Int(v) = k { *v } else { 0 }).collect();
            return Ok(Self::Time(Times { values, validity, ..model.clone() }));
        }
        if parts.iter().all(|p| matches!(p, Self::Number(..))) {
            let same_u8: Option<Vec<&ScalarBuffer<u8>>> = parts
                .iter()
                .map(|p| if let Self::Number(Numbers::U8(v), _) = p { Some(v) } else { None })
                .collect();
            let validity = present(parts.iter().flat_map(|part| {
                let Self::Number(_, v) = part else { return Vec::new() };
                (0..part.len()).map(|row| v.as_ref().is_none_or(|v| v.is_valid(row))).collect()
            }));
            if let Some(slices) = same_u8 {
                let values: Vec<u8> = slices.iter().flat_map(|s| s.iter().copied()).collect();
                return Ok(Self::Number(values.into(), validity));
            }
            let values = rows()
                .map(|(part, row)| Ok(part.float(row)?.unwrap_or(f64::NAN)))
                .collect::<Result<Vec<f64>>>()?;
            return Ok(Self::Number(values.into(), validity));
        }
        if parts.iter().any(|p| matches!(p, Self::Text(_))) && parts.iter().all(|p| p.is_text()) {
            // A part with few rows may hold categories of the same texts.
            return Ok(Self::Text(rows().map(|(part, row)| part.text(row)).collect()));
        }
        let mut encoder = Encoder::default();
        for part in parts {
            let Self::Category(category) = part else {
                (0..part.len()).for_each(|row| encoder.push_key(&part.key(row)));
                continue;
            };
            // Each value of a dictionary is looked up once, not once for each row.
            let places: Vec<Option<u32>> =
                category.values.iter().map(|value| encoder.place(value)).collect();
            for row in 0..part.len() {
                let position = category.position(row);
                encoder.push_position(position.and_then(|p| places.get(p).copied().flatten()));
            }
        }
        Ok(Self::Category(encoder.finish()))
    }

    fn is_text(&self) -> bool {
        match self {
            Self::Text(_) => true,
            Self::Category(category) => {
                category.values.iter().all(|key| matches!(key, Key::Text(_) | Key::Missing))
            }
            _ => false,
        }
    }

    /// The column as categories: itself where it is one, else every distinct value becomes one.
    pub(crate) fn to_category(&self) -> Cow<'_, Category> {
        if let Self::Category(category) = self {
            return Cow::Borrowed(category);
        }
        let mut encoder = Encoder::default();
        if let Self::Text(texts) = self {
            texts.iter().for_each(|text| encoder.push(text));
        } else {
            (0..self.len()).for_each(|row| encoder.push_key(&self.key(row)));
        }
        Cow::Owned(encoder.finish())
    }
}

fn present(rows: impl Iterator<Item = bool>) -> Option<NullBuffer> {
    let rows: Vec<bool> = rows.collect();
    rows.contains(&false).then(|| NullBuffer::from(rows))
}

/// Builds a [`Category`] value by value, in order of first appearance.
#[derive(Debug)]
pub(crate) struct Encoder {
    keys: Vec<u32>,
    present: NullBufferBuilder,
    values: Vec<Key>,
    /// Hash and position of each text; the text itself is in `values`.
    texts: HashTable<(u32, u32)>,
    hasher: DefaultHashBuilder,
    others: HashMap<Key, u32>,
    last: Option<u32>,
}

impl Default for Encoder {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            present: NullBufferBuilder::new(0),
            values: Vec::new(),
            texts: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            others: HashMap::new(),
            last: None,
        }
    }
}

impl Encoder {
    /// Adds a row.
    pub(crate) fn push(&mut self, text: Option<&str>) {
        let position = text.map(|text| self.place_of_text(text));
        self.push_position(position);
    }

    /// The position of a text, new or known.
    fn place_of_text(&mut self, text: &str) -> u32 {
        let is = |values: &[Key], position: u32| matches!(values.get(position as usize), Some(Key::Text(known)) if **known == *text);
        // Files are often sorted by an attribute: the last value is looked at first.
        if let Some(last) = self.last.filter(|last| is(&self.values, *last)) {
            return last;
        }
        // Half of the hash is kept, so that a table of many texts is rarely followed to a text that
        // is another, and grows without looking at any.
        #[expect(clippy::cast_possible_truncation, reason = "the lower half")]
        let hash = self.hasher.hash_one(text) as u32;
        let whole = |half: u32| u64::from(half) << 32 | u64::from(half);
        let next = self.next();
        let entry = self.texts.entry(
            whole(hash),
            |known| known.0 == hash && is(&self.values, known.1),
            |known| whole(known.0),
        );
        match entry {
            Entry::Occupied(known) => known.get().1,
            Entry::Vacant(place) => {
                place.insert((hash, next));
                self.values.push(Key::text(text));
                next
            }
        }
    }

    /// Adds a row that is not a text, or may not be.
    pub(crate) fn push_key(&mut self, key: &Key) {
        let position = self.place(key);
        self.push_position(position);
    }

    /// The position of a key, new or known; `None` for missing.
    fn place(&mut self, key: &Key) -> Option<u32> {
        match key {
            Key::Missing => None,
            Key::Text(text) => Some(self.place_of_text(text)),
            key => {
                let next = self.next();
                let position = *self.others.entry(key.clone()).or_insert(next);
                if position == next {
                    self.values.push(key.clone());
                }
                Some(position)
            }
        }
    }

    fn next(&self) -> u32 {
        u32::try_from(self.values.len()).unwrap_or(u32::MAX)
    }

    fn push_position(&mut self, position: Option<u32>) {
        self.keys.push(position.unwrap_or_default());
        self.present.append(position.is_some());
        if position.is_some() {
            self.last = position;
        }
    }

    /// How many different values there are.
    #[cfg(any(feature = "arrow", feature = "read"))]
    pub(crate) fn distinct(&self) -> usize {
        self.values.len()
    }

    /// How many rows there are.
    #[cfg(any(feature = "arrow", feature = "read"))]
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The finished column.
    pub(crate) fn finish(mut self) -> Category {
        Category {
            keys: Keys::U32(self.keys.into()),
            validity: self.present.finish(),
            values: Arc::new(self.values),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_keep_missing_apart() {
        let column = Column::categories([Some("b"), None, Some("a"), Some("b")]);
        let keys: Vec<Key> = (0..5).map(|row| column.key(row)).collect();
        let text = Key::text;
        assert_eq!(keys, [text("b"), Key::Missing, text("a"), text("b"), Key::Missing]);
        assert_eq!(column.slice(2, 9).len(), 2);
        assert_eq!(column.slice(2, 1).key(0), text("a"));
    }

    #[test]
    fn parts_join_to_the_whole() {
        let whole = Column::optional_numbers(&[Some(1.0), None, Some(2.5)]);
        let parts = [whole.slice(0, 1), whole.slice(1, 2)];
        let joined = Column::concat(&[&parts[0], &parts[1]]).unwrap();
        for row in 0..3 {
            assert_eq!(joined.float(row).unwrap(), whole.float(row).unwrap());
        }
        let texts = Column::texts([Some("a"), None, Some("é")]);
        let joined = Column::concat(&[&texts.slice(0, 2), &texts.slice(2, 1)]).unwrap();
        assert_eq!(joined, texts);
        let some = Column::categories([Some("a"), None]);
        assert_eq!(Column::concat(&[&some, &texts.slice(2, 1)]).unwrap(), texts);
    }

    #[test]
    fn numbers_are_keys() {
        let column = Column::numbers(vec![1.5, -0.0, f64::NAN]);
        assert_eq!(column.key(0), Key::Float(1.5));
        assert_eq!(column.key(1), Key::Float(0.0));
        assert_eq!(column.key(2), Key::Missing);
        assert_eq!(Column::numbers(vec![u64::MAX]).key(0), Key::Float(u64::MAX as f64));
    }
}
