//! Tables as JSON documents.

use heedful::{Data, Every, Table, time_label};
use serde::Serialize;
use serde::ser::Serializer;

/// A table by columns: `[{"name": ..., "given": ..., "values": [...]}, ...]`, dates as `2024-03-01`.
#[derive(Debug)]
pub(crate) struct Columns(pub(crate) Table);

impl Serialize for Columns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Column<'a> {
            name: &'a str,
            given: bool,
            values: Values<'a>,
        }
        serializer.collect_seq(self.0.columns().iter().map(|column| Column {
            name: &column.name,
            given: column.given,
            values: Values(&column.data),
        }))
    }
}

struct Values<'a>(&'a Data);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Data::Text(values) => values.serialize(serializer),
            Data::Int(values) => values.serialize(serializer),
            Data::Float(values) => values.serialize(serializer),
            Data::Bool(values) => values.serialize(serializer),
            Data::Date(days) => {
                serializer.collect_seq(days.iter().map(|day| day.map(|day| Every::Day.label(day))))
            }
            Data::Time(times) => {
                serializer.collect_seq(times.iter().map(|time| time.map(time_label)))
            }
            _ => Err(serde::ser::Error::custom("a kind of data that this version does not know")),
        }
    }
}
