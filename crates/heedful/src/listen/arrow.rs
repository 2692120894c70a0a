//! Arrow arrays and record batches as responses, and back.
//!
//! Numbers, positions in dictionaries and times keep the host's memory. Booleans, dates, decimals, half floats
//! and texts are converted.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types as arrow;
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_buffer::{ArrowNativeType, NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Schema, TimeUnit as ArrowUnit};

use super::column::{Category, Column, Encoder, Keys, Numbers, Texts, Times};
use super::labels::Labels;
use super::responses::{Responses, Roles};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::time::{Clock, DateFormat, DateStream, TimeUnit};

/// Reads record batches of one table, one after the other.
///
/// The values of a dictionary are converted once, however many batches share it. What a date or a text
/// becomes depends on the column's role: the column of the time becomes times, the comment texts, and every
/// other column categories to group by. Times that are texts are read where they can be read in one way only,
/// as ISO 8601 can; blank ones are missing.
///
/// ```
/// # #[cfg(feature = "arrow")] {
/// use std::sync::Arc;
///
/// use arrow_array::{RecordBatch, UInt8Array};
/// use heedful::{ArrowReader, Metric, Roles};
///
/// let ratings = Arc::new(UInt8Array::from(vec![Some(10), None, Some(9)]));
/// let batch = RecordBatch::try_from_iter([("score", ratings as _)]).unwrap();
/// let roles = Roles { rating: Some("score".to_owned()), ..Roles::default() };
/// let score = ArrowReader::new(roles).batch(&batch)?.score(&Metric::nps())?;
/// assert_eq!((score.value, score.missing), (Some(100.0), 1));
/// # }
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct ArrowReader {
    roles: Roles,
    dictionaries: Vec<(String, Dictionary)>,
    /// Reads times that are texts; how many rows of them were read, and what they are.
    dates: DateStream,
    dated: u64,
    clock: Option<Clock>,
}

/// A dictionary that was converted.
#[derive(Debug, Clone)]
struct Dictionary {
    /// Held, so that the same address means the same values.
    array: ArrayRef,
    values: Arc<Vec<Key>>,
}

/// What a column is for, as far as its conversion depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Group,
    Time,
    Text,
}

impl ArrowReader {
    /// A reader whose responses have these roles.
    #[must_use]
    pub fn new(roles: Roles) -> Self {
        Self { roles, ..Self::default() }
    }

    /// Reads times that are texts in this format.
    ///
    /// ```
    /// # #[cfg(feature = "arrow")] {
    /// use std::sync::Arc;
    ///
    /// use arrow_array::{ArrayRef, StringArray};
    /// use heedful::{ArrowReader, Column, Roles};
    ///
    /// let roles = Roles { at: Some("created".to_owned()), ..Roles::default() };
    /// let texts: ArrayRef = Arc::new(StringArray::from(vec!["04/03/2024"]));
    /// let column = ArrowReader::new(roles).date_format("%d/%m/%Y".parse()?).column("created", &texts)?;
    /// let Column::Time(times) = column else { panic!("no times") };
    /// assert_eq!(times.values[0], 1_709_510_400_000); // the fourth of March
    /// # }
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn date_format(mut self, format: DateFormat) -> Self {
        self.dates = DateStream::new(Some(format));
        self
    }

    /// The responses of a batch, all of its columns.
    ///
    /// # Errors
    /// `column-type` with the column's name for a type that cannot be one of [`Column`]'s kinds,
    /// `duplicate-column`; with the row (of all batches) `date-invalid`, `date-ambiguous` and `date-mixed` for a
    /// text in the column of the time.
    pub fn batch(&mut self, batch: &RecordBatch) -> Result<Responses> {
        let mut responses = Responses::new().with_roles(self.roles.clone());
        for (field, array) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            responses = responses.with(field.name(), self.column(field.name(), array)?)?;
        }
        Ok(responses)
    }

    /// One column by the name that its role goes by.
    ///
    /// # Errors
    /// `column-type` with the name, and as for [`batch`](Self::batch).
    pub fn column(&mut self, name: &str, array: &ArrayRef) -> Result<Column> {
        let purpose = if self.roles.at.as_deref() == Some(name) {
            Purpose::Time
        } else if self.roles.comment.as_deref() == Some(name) {
            Purpose::Text
        } else {
            Purpose::Group
        };
        let column = match array.as_any_dictionary_opt() {
            Some(dictionary) if purpose == Purpose::Group => {
                let values = self.dictionary(name, dictionary.values());
                values.and_then(|values| category(array, values))
            }
            _ => column(array, purpose),
        };
        let column = column.and_then(|column| match column {
            Column::Text(texts) if purpose == Purpose::Time => self.times(&texts),
            column => Ok(column),
        });
        column.map_err(|error| error.at(name))
    }

    /// Times from texts.
    fn times(&mut self, texts: &Texts) -> Result<Column> {
        let first = self.dated;
        self.dated += texts.len() as u64;
        let read = |(row, text): (u64, Option<&str>)| {
            let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
            let moment = self.dates.read(row, text)?;
            self.clock = Some(moment.kind);
            Ok(Some(moment.millis))
        };
        let millis = (first..).zip(texts.iter()).map(read).collect::<Result<Vec<_>>>()?;
        Ok(Column::Time(Times {
            values: millis.iter().map(|m| m.unwrap_or_default()).collect(),
            validity: Some(millis.iter().map(Option::is_some).collect::<Vec<_>>().into()),
            unit: TimeUnit::Millisecond,
            clock: self.clock.unwrap_or(Clock::Wall),
        }))
    }

    fn dictionary(&mut self, name: &str, array: &ArrayRef) -> Result<Arc<Vec<Key>>> {
        let known = self.dictionaries.iter_mut().find(|(known, _)| known == name);
        if let Some((_, known)) = &known
            && known.array.to_data().ptr_eq(&array.to_data())
        {
            return Ok(Arc::clone(&known.values));
        }
        let column = column(array, Purpose::Group)?;
        let mut values = Arc::new((0..column.len()).map(|i| column.key(i)).collect::<Vec<_>>());
        if let Some((_, known)) = &known
            && known.values == values
        {
            values = Arc::clone(&known.values);
        }
        let now = Dictionary { array: Arc::clone(array), values: Arc::clone(&values) };
        match known {
            Some((_, known)) => *known = now,
            None => self.dictionaries.push((name.to_owned(), now)),
        }
        Ok(values)
    }
}

fn unsuitable(array: &dyn Array) -> Error {
    Error::new(
        ErrorCode::ColumnType,
        format!("a column of type {} cannot be used", array.data_type()),
    )
}

/// The array as the Rust type that its data type promises.
fn typed<T: arrow::ArrowPrimitiveType>(
    array: &dyn Array,
) -> Result<&arrow_array::PrimitiveArray<T>> {
    array.as_primitive_opt::<T>().ok_or_else(|| unsuitable(array))
}

/// The memory of a primitive array and its validity, shared.
fn shared<T: arrow::ArrowPrimitiveType>(
    array: &dyn Array,
) -> Result<(ScalarBuffer<T::Native>, Option<NullBuffer>)> {
    let array = typed::<T>(array)?;
    Ok((array.values().clone(), array.nulls().cloned()))
}

fn column(array: &ArrayRef, purpose: Purpose) -> Result<Column> {
    macro_rules! numbers {
        ($type:ident, $variant:ident) => {{
            let (values, validity) = shared::<arrow::$type>(array)?;
            Ok(Column::Number(Numbers::$variant(values), validity))
        }};
    }
    macro_rules! texts {
        ($array:expr) => {{
            let array = $array.ok_or_else(|| unsuitable(array))?;
            Ok(match purpose {
                Purpose::Text | Purpose::Time => Column::Text(array.iter().collect()),
                Purpose::Group => array.iter().collect::<Labels>().finish(),
            })
        }};
    }
    match array.data_type() {
        DataType::UInt8 => numbers!(UInt8Type, U8),
        DataType::Int8 => numbers!(Int8Type, I8),
        DataType::UInt16 => numbers!(UInt16Type, U16),
        DataType::Int16 => numbers!(Int16Type, I16),
        DataType::UInt32 => numbers!(UInt32Type, U32),
        DataType::Int32 => numbers!(Int32Type, I32),
        DataType::UInt64 => numbers!(UInt64Type, U64),
        DataType::Int64 => numbers!(Int64Type, I64),
        DataType::Float32 => numbers!(Float32Type, F32),
        DataType::Float64 => numbers!(Float64Type, F64),
        DataType::Float16 => {
            let (values, validity) = shared::<arrow::Float16Type>(array)?;
            let values = values.iter().map(|v| v.to_f32()).collect::<Vec<_>>();
            Ok(Column::Number(values.into(), validity))
        }
        DataType::Decimal32(..) => decimals::<arrow::Decimal32Type>(array),
        DataType::Decimal64(..) => decimals::<arrow::Decimal64Type>(array),
        DataType::Decimal128(..) => decimals::<arrow::Decimal128Type>(array),
        DataType::Decimal256(..) => decimals::<arrow::Decimal256Type>(array),
        DataType::Boolean => {
            let array = array.as_boolean_opt().ok_or_else(|| unsuitable(array))?;
            Ok(Column::Category(Category {
                keys: Keys::U8(array.values().iter().map(u8::from).collect()),
                validity: array.nulls().cloned(),
                values: Arc::new(vec![Key::Bool(false), Key::Bool(true)]),
            }))
        }
        DataType::Utf8 => texts!(array.as_string_opt::<i32>()),
        DataType::LargeUtf8 => texts!(array.as_string_opt::<i64>()),
        DataType::Utf8View => texts!(array.as_string_view_opt()),
        DataType::Timestamp(unit, zone) => {
            let (unit, (values, validity)) = match unit {
                ArrowUnit::Second => {
                    (TimeUnit::Second, shared::<arrow::TimestampSecondType>(array)?)
                }
                ArrowUnit::Millisecond => {
                    (TimeUnit::Millisecond, shared::<arrow::TimestampMillisecondType>(array)?)
                }
                ArrowUnit::Microsecond => {
                    (TimeUnit::Microsecond, shared::<arrow::TimestampMicrosecondType>(array)?)
                }
                ArrowUnit::Nanosecond => {
                    (TimeUnit::Nanosecond, shared::<arrow::TimestampNanosecondType>(array)?)
                }
            };
            let clock = if zone.is_some() { Clock::Instant } else { Clock::Wall };
            Ok(Column::Time(Times { values, validity, unit, clock }))
        }
        DataType::Date32 => {
            let (values, validity) = shared::<arrow::Date32Type>(array)?;
            Ok(dates(values.iter().copied(), validity, purpose))
        }
        DataType::Date64 => {
            let (values, validity) = shared::<arrow::Date64Type>(array)?;
            let days = values.iter().map(|v| TimeUnit::Millisecond.day(*v));
            Ok(dates(days, validity, purpose))
        }
        DataType::Dictionary(..) if purpose == Purpose::Group => {
            let dictionary = array.as_any_dictionary_opt().ok_or_else(|| unsuitable(array))?;
            let values = column(dictionary.values(), purpose)?;
            category(array, Arc::new((0..values.len()).map(|i| values.key(i)).collect()))
        }
        DataType::Dictionary(..) => decoded(array, purpose),
        DataType::Null => Ok(all_missing(array.len(), purpose)),
        _ => Err(unsuitable(array)),
    }
}

/// Decimals as the nearest floats.
fn decimals<T: arrow::DecimalType>(array: &dyn Array) -> Result<Column> {
    let array = typed::<T>(array)?;
    // A quotient of two integers that a float holds exactly is rounded once.
    let divisor =
        u8::try_from(array.scale()).ok().filter(|s| *s <= 22).map(|s| 10_f64.powi(i32::from(s)));
    let value = |row: usize, value: &T::Native| match (value.to_i64(), divisor) {
        (Some(units), Some(divisor)) if units.unsigned_abs() <= 1 << 53 => units as f64 / divisor,
        _ if array.is_null(row) => f64::NAN,
        _ => array.value_as_string(row).parse().unwrap_or(f64::NAN),
    };
    let values: Vec<f64> = array.values().iter().enumerate().map(|(i, v)| value(i, v)).collect();
    Ok(Column::Number(values.into(), array.nulls().cloned()))
}

fn dates(
    days: impl Iterator<Item = i32>,
    validity: Option<NullBuffer>,
    purpose: Purpose,
) -> Column {
    if purpose == Purpose::Time {
        let values = days.map(|day| i64::from(day) * 86_400).collect();
        return Column::Time(Times {
            values,
            validity,
            unit: TimeUnit::Second,
            clock: Clock::Wall,
        });
    }
    let mut encoder = Encoder::default();
    for (row, day) in days.enumerate() {
        let valid = validity.as_ref().is_none_or(|v| v.is_valid(row));
        encoder.push_key(&if valid { Key::Date(day) } else { Key::Missing });
    }
    Column::Category(encoder.finish())
}

fn all_missing(rows: usize, purpose: Purpose) -> Column {
    match purpose {
        Purpose::Time => Column::Time(Times {
            values: vec![0; rows].into(),
            validity: Some(NullBuffer::new_null(rows)),
            unit: TimeUnit::Second,
            clock: Clock::Wall,
        }),
        Purpose::Text => Column::texts(vec![None::<&str>; rows]),
        Purpose::Group => Column::Category(Category {
            keys: Keys::U8(vec![0; rows].into()),
            validity: Some(NullBuffer::new_null(rows)),
            values: Arc::default(),
        }),
    }
}

/// A dictionary-encoded array over values that are converted already.
fn category(array: &ArrayRef, values: Arc<Vec<Key>>) -> Result<Column> {
    macro_rules! keys {
        ($type:ident, $variant:ident) => {{
            let dictionary = array.as_dictionary_opt::<arrow::$type>();
            let keys = dictionary.ok_or_else(|| unsuitable(array))?.keys();
            (Keys::$variant(keys.values().clone()), keys.nulls().cloned())
        }};
    }
    let DataType::Dictionary(key, _) = array.data_type() else { return Err(unsuitable(array)) };
    let (keys, validity) = match **key {
        DataType::UInt8 => keys!(UInt8Type, U8),
        DataType::Int8 => keys!(Int8Type, I8),
        DataType::UInt16 => keys!(UInt16Type, U16),
        DataType::Int16 => keys!(Int16Type, I16),
        DataType::UInt32 => keys!(UInt32Type, U32),
        DataType::Int32 => keys!(Int32Type, I32),
        DataType::UInt64 => keys!(UInt64Type, U64),
        DataType::Int64 => keys!(Int64Type, I64),
        _ => return Err(unsuitable(array)),
    };
    Ok(Column::Category(Category { keys, validity, values }))
}

/// Dictionary-encoded texts or times, row by row.
fn decoded(array: &ArrayRef, purpose: Purpose) -> Result<Column> {
    let dictionary = array.as_any_dictionary_opt().ok_or_else(|| unsuitable(array))?;
    let values = column(dictionary.values(), purpose)?;
    let positions = (0..values.len() as i64).map(Key::Int).collect();
    let positions = category(array, Arc::new(positions))?;
    let row = |row: usize| match positions.key(row) {
        Key::Int(position) => usize::try_from(position).ok(),
        _ => None,
    };
    let rows = (0..positions.len()).map(row);
    match &values {
        Column::Text(texts) => Ok(Column::texts(rows.map(|row| texts.get(row?)))),
        Column::Time(times) => {
            let at = rows.map(|row| match values.key(row?) {
                Key::Int(value) => Some(value),
                _ => None,
            });
            let at: Vec<Option<i64>> = at.collect();
            Ok(Column::Time(Times {
                values: at.iter().map(|v| v.unwrap_or_default()).collect(),
                validity: Some(at.iter().map(Option::is_some).collect::<Vec<_>>().into()),
                ..times.clone()
            }))
        }
        _ => category(array, Arc::new((0..values.len()).map(|i| values.key(i)).collect())),
    }
}

impl Responses {
    /// The responses of one record batch; [`ArrowReader`] reads a stream of them.
    ///
    /// # Errors
    /// As for [`ArrowReader::batch`].
    pub fn from_record_batch(batch: &RecordBatch, roles: Roles) -> Result<Self> {
        ArrowReader::new(roles).batch(batch)
    }

    /// All columns as a record batch: numbers and times share their memory, categories of texts become
    /// dictionaries with 32-bit keys, other categories plain arrays.
    ///
    /// ```
    /// # #[cfg(feature = "arrow")] {
    /// use heedful::{Column, Responses};
    /// let responses = Responses::new().with("score", Column::numbers(vec![10_u8, 9]))?.rating("score");
    /// let batch = responses.to_record_batch()?;
    /// assert_eq!(Responses::from_record_batch(&batch, responses.roles().clone())?, responses);
    /// # }
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `internal`, which would be a defect.
    pub fn to_record_batch(&self) -> Result<RecordBatch> {
        let arrays = self.columns().iter().map(|(_, column)| to_array(column));
        let arrays = arrays.collect::<Result<Vec<ArrayRef>>>()?;
        let names = self.columns().iter().map(|(name, _)| name.as_str());
        batch_of(names.zip(arrays), self.len())
    }
}

/// A batch of nullable columns.
fn batch_of<'a>(
    columns: impl Iterator<Item = (&'a str, ArrayRef)>,
    rows: usize,
) -> Result<RecordBatch> {
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns
        .map(|(name, array)| (Field::new(name, array.data_type().clone(), true), array))
        .unzip();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let schema = Arc::new(Schema::new(fields));
    RecordBatch::try_new_with_options(schema, arrays, &options).map_err(|e| defect(&e))
}

fn defect(error: &arrow_schema::ArrowError) -> Error {
    Error::new(ErrorCode::Internal, error.to_string())
}

fn to_array(column: &Column) -> Result<ArrayRef> {
    use arrow_array::{LargeStringArray, PrimitiveArray};

    fn primitive<T: arrow::ArrowPrimitiveType>(
        values: &ScalarBuffer<T::Native>,
        validity: Option<&NullBuffer>,
    ) -> Result<PrimitiveArray<T>> {
        PrimitiveArray::try_new(values.clone(), validity.cloned()).map_err(|e| defect(&e))
    }

    Ok(match column {
        Column::Number(numbers, validity) => {
            let v = validity.as_ref();
            match numbers {
                Numbers::U8(n) => Arc::new(primitive::<arrow::UInt8Type>(n, v)?) as ArrayRef,
                Numbers::I8(n) => Arc::new(primitive::<arrow::Int8Type>(n, v)?),
                Numbers::U16(n) => Arc::new(primitive::<arrow::UInt16Type>(n, v)?),
                Numbers::I16(n) => Arc::new(primitive::<arrow::Int16Type>(n, v)?),
                Numbers::U32(n) => Arc::new(primitive::<arrow::UInt32Type>(n, v)?),
                Numbers::I32(n) => Arc::new(primitive::<arrow::Int32Type>(n, v)?),
                Numbers::U64(n) => Arc::new(primitive::<arrow::UInt64Type>(n, v)?),
                Numbers::I64(n) => Arc::new(primitive::<arrow::Int64Type>(n, v)?),
                Numbers::F32(n) => Arc::new(primitive::<arrow::Float32Type>(n, v)?),
                Numbers::F64(n) => Arc::new(primitive::<arrow::Float64Type>(n, v)?),
            }
        }
        Column::Time(times) => {
            let v = times.validity.as_ref();
            let zone = (times.clock == Clock::Instant).then_some("UTC");
            let n = &times.values;
            macro_rules! stamps {
                ($type:ident) => {
                    Arc::new(primitive::<arrow::$type>(n, v)?.with_timezone_opt(zone))
                };
            }
            match times.unit {
                TimeUnit::Second => stamps!(TimestampSecondType) as ArrayRef,
                TimeUnit::Millisecond => stamps!(TimestampMillisecondType),
                TimeUnit::Microsecond => stamps!(TimestampMicrosecondType),
                TimeUnit::Nanosecond => stamps!(TimestampNanosecondType),
            }
        }
        Column::Text(texts) => Arc::new(texts.iter().collect::<LargeStringArray>()),
        Column::Category(category) => categories(column, category)?,
    })
}

fn categories(column: &Column, category: &Category) -> Result<ArrayRef> {
    use arrow_array::{BooleanArray, Date32Array, DictionaryArray, Float64Array, StringArray};
    use arrow_array::{Int32Array, Int64Array};

    let values = &category.values;
    let all = |test: fn(&Key) -> bool| values.iter().all(|k| *k == Key::Missing || test(k));
    let rows = || (0..column.len()).map(|row| column.key(row));
    if values.is_empty() || all(|k| matches!(k, Key::Text(_))) {
        let position = |row| category.position(row).and_then(|p| i32::try_from(p).ok());
        let keys: Int32Array = (0..column.len()).map(position).collect();
        let texts = values.iter().map(|k| if let Key::Text(t) = k { Some(&**t) } else { None });
        let texts: StringArray = texts.collect();
        let dictionary = DictionaryArray::<arrow::Int32Type>::try_new(keys, Arc::new(texts));
        return Ok(Arc::new(dictionary.map_err(|e| defect(&e))?));
    }
    Ok(if all(|k| matches!(k, Key::Bool(_))) {
        let rows = rows().map(|k| if let Key::Bool(v) = k { Some(v) } else { None });
        Arc::new(rows.collect::<BooleanArray>()) as ArrayRef
    } else if all(|k| matches!(k, Key::Int(_))) {
        let rows = rows().map(|k| if let Key::Int(v) = k { Some(v) } else { None });
        Arc::new(rows.collect::<Int64Array>())
    } else if all(|k| matches!(k, Key::Date(_))) {
        let rows = rows().map(|k| if let Key::Date(v) = k { Some(v) } else { None });
        Arc::new(rows.collect::<Date32Array>())
    } else if all(|k| matches!(k, Key::Int(_) | Key::Float(_))) {
        let rows = rows().map(|k| match k {
            Key::Int(v) => Some(v as f64),
            Key::Float(v) => Some(v),
            _ => None,
        });
        Arc::new(rows.collect::<Float64Array>())
    } else {
        let rows = rows().map(|key| key.known());
        Arc::new(rows.collect::<StringArray>())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{
        BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Int8Array, Int16Array,
        LargeStringArray, ListArray, NullArray, StringArray, StringViewArray,
        TimestampMillisecondArray, UInt8Array,
    };

    fn read(array: impl Array + 'static) -> Column {
        ArrowReader::default().column("c", &(Arc::new(array) as ArrayRef)).unwrap()
    }

    fn keys(column: &Column) -> Vec<Key> {
        (0..column.len()).map(|row| column.key(row)).collect()
    }

    #[test]
    fn numbers_keys_and_times_keep_their_memory() {
        let numbers = UInt8Array::from(vec![Some(1), None, Some(3), Some(4)]).slice(1, 3);
        let Column::Number(Numbers::U8(values), Some(validity)) = read(numbers.clone()) else {
            panic!("numbers")
        };
        assert_eq!(values.as_ptr(), numbers.values().as_ptr());
        assert_eq!((values.len(), validity.null_count()), (3, 1));

        let dictionary: DictionaryArray<arrow::Int16Type> = ["b", "a", "b"].into_iter().collect();
        let Column::Category(category) = read(dictionary.clone()) else { panic!("category") };
        let Keys::I16(positions) = &category.keys else { panic!("keys") };
        assert_eq!(positions.as_ptr(), dictionary.keys().values().as_ptr());

        let stamps = TimestampMillisecondArray::from(vec![0, 5]).with_timezone("+01:00");
        let Column::Time(times) = read(stamps.clone()) else { panic!("times") };
        assert_eq!(times.values.as_ptr(), stamps.values().as_ptr());
        assert_eq!((times.unit, times.clock), (TimeUnit::Millisecond, Clock::Instant));
    }

    #[test]
    fn every_text_type_reads_alike() {
        let texts = [Some("b"), None, Some("é")];
        let expected = [Key::text("b"), Key::Missing, Key::text("é")];
        assert_eq!(keys(&read(StringArray::from(texts.to_vec()))), expected);
        assert_eq!(keys(&read(LargeStringArray::from(texts.to_vec()))), expected);
        assert_eq!(keys(&read(StringViewArray::from(texts.to_vec()))), expected);
        let roles = Roles { comment: Some("c".to_owned()), ..Roles::default() };
        let dictionary: DictionaryArray<arrow::Int16Type> = texts.into_iter().collect();
        for array in [Arc::new(StringArray::from(texts.to_vec())) as ArrayRef, Arc::new(dictionary)]
        {
            let column = ArrowReader::new(roles.clone()).column("c", &array).unwrap();
            assert_eq!(column, Column::texts(texts));
        }
    }

    #[test]
    fn times_that_are_texts_are_read_where_they_have_one_meaning() {
        let reader = || ArrowReader::new(Roles { at: Some("c".to_owned()), ..Roles::default() });
        let texts =
            [Some("2024-03-04T05:06:07.5+01:00"), None, Some(" "), Some("2024-12-25T00:00Z")];
        let expected = [Some(1_709_525_167_500), None, None, Some(1_735_084_800_000)];
        let dictionary: DictionaryArray<arrow::Int16Type> = texts.into_iter().collect();
        for array in [
            Arc::new(StringArray::from(texts.to_vec())) as ArrayRef,
            Arc::new(StringViewArray::from(texts.to_vec())),
            Arc::new(dictionary),
        ] {
            let column = reader().column("c", &array).unwrap();
            let Column::Time(times) = &column else { panic!("times") };
            assert_eq!((times.unit, times.clock), (TimeUnit::Millisecond, Clock::Instant));
            assert_eq!(keys(&column), expected.map(|m| m.map_or(Key::Missing, Key::Int)));
        }
        // Rows are counted and clocks remembered from batch to batch.
        let mut batches = reader();
        let mut batch = |text: &str| {
            let array = Arc::new(StringArray::from(vec!["2024-03-04", text])) as ArrayRef;
            let error = batches.column("c", &array).map(drop).unwrap_err();
            (error.code(), error.row(), error.path().to_owned())
        };
        assert_eq!(batch("04/03/2024"), (ErrorCode::DateAmbiguous, Some(1), "c".to_owned()));
        assert_eq!(batch("soon"), (ErrorCode::DateInvalid, Some(3), "c".to_owned()));
        assert_eq!(batch("2024-03-04T00:00Z"), (ErrorCode::DateMixed, Some(5), "c".to_owned()));
    }

    #[test]
    fn what_is_converted_keeps_its_meaning() {
        let flags = read(BooleanArray::from(vec![Some(true), None]));
        assert_eq!(keys(&flags), [Key::Bool(true), Key::Missing]);
        let decimals = Decimal128Array::from(vec![Some(1050), None, Some(9_007_199_254_740_993)])
            .with_precision_and_scale(30, 2)
            .unwrap();
        let decimals = read(decimals);
        assert_eq!(decimals.float(0).unwrap(), Some(10.5));
        assert_eq!(decimals.float(1).unwrap(), None);
        assert_eq!(decimals.float(2).unwrap(), Some(90_071_992_547_409.93));
        let days = Date32Array::from(vec![Some(19_000), None]);
        assert_eq!(keys(&read(days.clone())), [Key::Date(19_000), Key::Missing]);
        let roles = Roles { at: Some("c".to_owned()), ..Roles::default() };
        let at =
            ArrowReader::new(roles.clone()).column("c", &(Arc::new(days) as ArrayRef)).unwrap();
        assert_eq!(keys(&at), [Key::Int(19_000 * 86_400), Key::Missing]);
        assert_eq!(keys(&read(NullArray::new(2))), [Key::Missing, Key::Missing]);
        let none = ArrowReader::new(roles).column("c", &(Arc::new(NullArray::new(2)) as ArrayRef));
        assert_eq!(keys(&none.unwrap()), [Key::Missing, Key::Missing]);
    }

    #[test]
    fn dictionaries_may_hold_nulls_and_are_converted_once() {
        let values = Arc::new(StringArray::from(vec![Some("a"), None]));
        let array = |keys: Vec<Option<i8>>| {
            let keys = Int8Array::from(keys);
            Arc::new(DictionaryArray::new(keys, values.clone())) as ArrayRef
        };
        let mut reader = ArrowReader::default();
        let first = reader.column("c", &array(vec![Some(0), Some(1), None])).unwrap();
        assert_eq!(keys(&first), [Key::text("a"), Key::Missing, Key::Missing]);
        let second = reader.column("c", &array(vec![Some(0)])).unwrap();
        let copied = Arc::new(StringArray::from(vec![Some("a"), None]));
        let third = DictionaryArray::new(Int8Array::from(vec![0]), copied);
        let third = reader.column("c", &(Arc::new(third) as ArrayRef)).unwrap();
        for other in [&second, &third] {
            let (Column::Category(a), Column::Category(b)) = (&first, other) else {
                panic!("categories")
            };
            assert!(Arc::ptr_eq(&a.values, &b.values));
        }
    }

    #[test]
    fn other_types_are_refused_by_name() {
        let lists = ListArray::from_iter_primitive::<arrow::Int32Type, _, _>([Some([Some(1)])]);
        let error = ArrowReader::default().column("c", &(Arc::new(lists) as ArrayRef)).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::ColumnType, "c"));
    }

    #[test]
    fn responses_go_out_as_they_came() {
        let texts: DictionaryArray<arrow::Int32Type> =
            [Some("a"), None, Some("a")].into_iter().collect();
        let columns: [(&str, ArrayRef); 5] = [
            ("number", Arc::new(Int16Array::from(vec![Some(1), None, Some(3)]))),
            ("text", Arc::new(texts)),
            ("flag", Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]))),
            ("day", Arc::new(Date32Array::from(vec![Some(1), None, Some(1)]))),
            ("at", Arc::new(TimestampMillisecondArray::from(vec![1, 2, 3]).with_timezone("UTC"))),
        ];
        let nullable = columns.map(|(name, array)| (name, array, true));
        let batch = RecordBatch::try_from_iter_with_nullable(nullable).unwrap();
        let responses = Responses::from_record_batch(&batch, Roles::default()).unwrap();
        assert_eq!(responses.to_record_batch().unwrap(), batch);
        assert_eq!(Responses::new().to_record_batch().unwrap().num_rows(), 0);
    }
}
