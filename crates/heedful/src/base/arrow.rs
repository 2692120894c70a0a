//! Result tables as Arrow record batches.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, RecordBatchOptions,
    StringArray, TimestampSecondArray,
};
use arrow_schema::{Field, Schema};

use super::error::{Error, ErrorCode, Result};
use super::table::{Data, Table};

impl Table {
    /// The table as one record batch: texts as utf8, whole numbers as int64, numbers as float64, bools, and days
    /// as date32. Every column may hold nulls.
    ///
    /// ```
    /// use heedful::{Column, Metric, Responses};
    /// let responses = Responses::new().with("score", Column::numbers(vec![10_u8, 3, 9, 9]))?.rating("score");
    /// let batch = responses.score_by(&Metric::nps(), Vec::<String>::new())?.to_table().to_record_batch()?;
    /// assert_eq!((batch.num_rows(), batch.schema().field(1).name().as_str()), (1, "value"));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `internal`, which would be a defect.
    pub fn to_record_batch(&self) -> Result<RecordBatch> {
        let arrays: Vec<ArrayRef> = self.columns().iter().map(|c| array(&c.data)).collect();
        let fields = self.columns().iter().zip(&arrays);
        let fields = fields.map(|(c, array)| Field::new(&c.name, array.data_type().clone(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let options = RecordBatchOptions::new().with_row_count(Some(self.len()));
        RecordBatch::try_new_with_options(schema, arrays, &options)
            .map_err(|error| Error::new(ErrorCode::Internal, error.to_string()))
    }
}

fn array(data: &Data) -> ArrayRef {
    match data {
        Data::Text(values) => {
            Arc::new(values.iter().map(Option::as_deref).collect::<StringArray>())
        }
        Data::Int(values) => Arc::new(Int64Array::from_iter(values)),
        Data::Float(values) => Arc::new(Float64Array::from_iter(values)),
        Data::Bool(values) => Arc::new(values.iter().copied().collect::<BooleanArray>()),
        Data::Date(values) => Arc::new(Date32Array::from_iter(values)),
        Data::Time(values) => Arc::new(TimestampSecondArray::from_iter(values)),
    }
}

#[cfg(test)]
mod tests {
    use arrow_schema::DataType;

    use super::*;

    #[test]
    fn types_and_nulls_arrive() {
        let mut table = Table::new();
        table.texts("plan", [Some("pro"), None].into_iter());
        table.ints("n", [Some(3), None].into_iter());
        table.push("period", Data::Date(vec![None, Some(1)]));
        let batch = table.to_record_batch().unwrap();
        let types: Vec<_> = batch.schema().fields().iter().map(|f| f.data_type().clone()).collect();
        assert_eq!(types, [DataType::Utf8, DataType::Int64, DataType::Date32]);
        assert!(batch.columns().iter().all(|c| c.null_count() == 1));
        assert_eq!(Table::new().to_record_batch().unwrap().num_rows(), 0);
    }
}
