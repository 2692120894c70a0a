//! Result tables: what every host turns into its own kind of data frame.

use std::fmt;
use std::iter::from_fn;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::key::Key;
use super::time::Every;

/// The values of a column; `None` is missing.
///
/// ```
/// use heedful::Data;
/// let days = Data::Date(vec![Some(0), None]);
/// assert_eq!((days.len(), days.is_empty()), (2, false));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive] // lists may come
pub enum Data {
    /// Texts.
    Text(Vec<Option<String>>),
    /// Whole numbers.
    Int(Vec<Option<i64>>),
    /// Numbers, never NaN.
    Float(Vec<Option<f64>>),
    /// True or false.
    Bool(Vec<Option<bool>>),
    /// Days since 1970-01-01.
    Date(Vec<Option<i32>>),
    /// Times of the clock: seconds since 1970-01-01 00:00 in no zone.
    Time(Vec<Option<i64>>),
}

/// A column of a [`Table`].
///
/// ```
/// use heedful::{Column, Metric, Responses};
/// let responses = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 3]))?
///     .with("plan", Column::categories(["pro", "free"].map(Some)))?
///     .rating("score");
/// let table = responses.score_by(&Metric::nps(), ["plan"])?.to_table();
/// let names: Vec<_> = table.columns().iter().take(3).map(|c| (c.name.as_str(), c.given)).collect();
/// assert_eq!(names, [("plan", true), ("metric", false), ("value", false)]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TableColumn {
    /// The name.
    pub name: String,
    /// Whether the name is the user's (an attribute) rather than ours (`standard_error`); hosts
    /// that spell ours in their own case leave the user's alone.
    pub given: bool,
    /// The values.
    pub data: Data,
}

/// A table of results: named columns of equal length.
///
/// `Display` prints it aligned; `Serialize` writes a list of objects, one for each row.
///
/// ```
/// use heedful::{Data, Metric, Responses, Column};
/// let responses = Responses::new().with("score", Column::numbers(vec![10_u8, 3]))?.rating("score");
/// let table = responses.score_by(&Metric::nps(), Vec::<String>::new())?.to_table();
/// assert_eq!((table.len(), table.columns()[1].name.as_str()), (1, "value"));
/// assert_eq!(table.columns()[1].data, Data::Float(vec![Some(0.0)]));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    columns: Vec<TableColumn>,
}

impl Table {
    /// No columns.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a column, as long as those that there are.
    ///
    /// ```
    /// use heedful::{Data, Table, TableColumn};
    /// let n = TableColumn { name: "n".to_owned(), given: false, data: Data::Int(vec![Some(4), None]) };
    /// let table = Table::new().with(n);
    /// assert_eq!((table.len(), table.to_string().as_str()), (2, "n\n4\n-\n"));
    /// ```
    #[must_use]
    pub fn with(mut self, column: TableColumn) -> Self {
        self.columns.push(column);
        self
    }

    /// Adds a column whose name is ours.
    pub(crate) fn push(&mut self, name: &str, data: Data) {
        self.columns.push(TableColumn { name: name.to_owned(), given: false, data });
    }

    /// The same table with other data in a column.
    pub(crate) fn replaced(mut self, name: &str, data: Data) -> Self {
        if let Some(column) = self.columns.iter_mut().find(|column| column.name == name) {
            column.data = data;
        }
        self
    }

    // The columns of all results are built by the same loops, whatever they are taken from, and each column only brings
    // what gives its next value: compiled for each column they would be a tenth of a web page's load.

    /// Adds a column of whole numbers.
    pub(crate) fn ints(&mut self, name: &str, mut values: impl Iterator<Item = Option<u64>>) {
        self.ints_by(name, &mut || values.next());
    }

    fn ints_by(&mut self, name: &str, next: &mut dyn FnMut() -> Option<Option<u64>>) {
        let clip = |v: u64| i64::try_from(v).unwrap_or(i64::MAX);
        self.push(name, Data::Int(from_fn(next).map(|v| v.map(clip)).collect()));
    }

    /// Adds a column of numbers; what is not finite is missing.
    pub(crate) fn floats(&mut self, name: &str, mut values: impl Iterator<Item = Option<f64>>) {
        self.floats_by(name, &mut || values.next());
    }

    fn floats_by(&mut self, name: &str, next: &mut dyn FnMut() -> Option<Option<f64>>) {
        let known = |v: Option<f64>| v.filter(|v| v.is_finite());
        self.push(name, Data::Float(from_fn(next).map(known).collect()));
    }

    /// Adds a column of truth values.
    pub(crate) fn bools(&mut self, name: &str, values: impl Iterator<Item = Option<bool>>) {
        self.push(name, Data::Bool(values.collect()));
    }

    /// Adds a column of texts.
    pub(crate) fn texts<T: Into<String>>(
        &mut self,
        name: &str,
        values: impl Iterator<Item = Option<T>>,
    ) {
        let mut values = values.map(|v| v.map(Into::into));
        self.texts_by(name, &mut || values.next());
    }

    fn texts_by(&mut self, name: &str, next: &mut dyn FnMut() -> Option<Option<String>>) {
        self.push(name, Data::Text(from_fn(next).collect()));
    }

    /// Adds a column of keys under the user's name, in the narrowest type that holds all of them.
    pub(crate) fn keys<'a>(&mut self, name: &str, mut keys: impl Iterator<Item = &'a Key>) {
        self.keys_by(name, &mut || keys.next());
    }

    fn keys_by<'a>(&mut self, name: &str, next: &mut dyn FnMut() -> Option<&'a Key>) {
        let data = narrowest(&from_fn(next).collect::<Vec<_>>());
        self.columns.push(TableColumn { name: name.to_owned(), given: true, data });
    }

    /// The columns in order.
    ///
    /// ```
    /// let table = heedful::Funnel::new(&heedful::FunnelCounts { invited: 10, ..Default::default() }, Default::default())?.to_table();
    /// assert_eq!((table.columns()[0].name.as_str(), table.len()), ("step", 1));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn columns(&self) -> &[TableColumn] {
        &self.columns
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |c| c.data.len())
    }

    /// Whether there are no rows.
    ///
    /// ```
    /// assert!(heedful::Table::new().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn narrowest(keys: &[&Key]) -> Data {
    let all = |test: fn(&Key) -> bool| keys.iter().all(|k| matches!(k, Key::Missing) || test(k));
    // A column without any value says nothing of its type.
    if all(|_| false) {
        Data::Text(vec![None; keys.len()])
    } else if all(|k| matches!(k, Key::Bool(_))) {
        Data::Bool(
            keys.iter().map(|k| if let Key::Bool(v) = k { Some(*v) } else { None }).collect(),
        )
    } else if all(|k| matches!(k, Key::Date(_))) {
        Data::Date(
            keys.iter().map(|k| if let Key::Date(v) = k { Some(*v) } else { None }).collect(),
        )
    } else if all(|k| matches!(k, Key::Int(_))) {
        Data::Int(keys.iter().map(|k| if let Key::Int(v) = k { Some(*v) } else { None }).collect())
    } else if all(|k| matches!(k, Key::Int(_) | Key::Float(_))) {
        let float = |k: &Key| match k {
            Key::Int(v) => Some(*v as f64),
            Key::Float(v) => Some(*v),
            _ => None,
        };
        Data::Float(keys.iter().map(|k| float(k)).collect())
    } else {
        Data::Text(keys.iter().map(|key| key.known()).collect())
    }
}

/// A time of the clock: `2024-03-07T13:05:00`.
///
/// ```
/// assert_eq!(heedful::time_label(-1), "1969-12-31T23:59:59");
/// ```
#[must_use]
pub fn time_label(seconds: i64) -> String {
    let day = i32::try_from(seconds.div_euclid(86_400)).unwrap_or(i32::MAX);
    let second = seconds.rem_euclid(86_400);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{}T{hour:02}:{minute:02}:{:02}", Every::Day.label(day), second % 60)
}

impl Data {
    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(v) => v.len(),
            Self::Int(v) => v.len(),
            Self::Float(v) => v.len(),
            Self::Bool(v) => v.len(),
            Self::Date(v) => v.len(),
            Self::Time(v) => v.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn cell(&self, row: usize) -> String {
        match self {
            Self::Text(v) => v.get(row).cloned().flatten(),
            Self::Int(v) => v.get(row).copied().flatten().map(|v| v.to_string()),
            Self::Float(v) => v.get(row).copied().flatten().map(|v| format!("{v:.2}")),
            Self::Bool(v) => v.get(row).copied().flatten().map(|v| v.to_string()),
            Self::Date(v) => v.get(row).copied().flatten().map(|v| Every::Day.label(v)),
            Self::Time(v) => v.get(row).copied().flatten().map(time_label),
        }
        .unwrap_or_else(|| "-".to_owned())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells: Vec<Vec<String>> = self
            .columns
            .iter()
            .map(|c| {
                std::iter::once(c.name.clone())
                    .chain((0..self.len()).map(|row| c.data.cell(row)))
                    .collect()
            })
            .collect();
        let widths: Vec<usize> =
            cells.iter().map(|c| c.iter().map(|s| s.chars().count()).max().unwrap_or(0)).collect();
        for row in 0..=self.len() {
            let mut line = String::new();
            for ((column, cells), width) in self.columns.iter().zip(&cells).zip(&widths) {
                let cell = cells.get(row).map_or("", String::as_str);
                let padding = " ".repeat(width - cell.chars().count().min(*width));
                if !line.is_empty() {
                    line.push_str("  ");
                }
                let left = !matches!(column.data, Data::Int(_) | Data::Float(_));
                let (before, after) = if left { ("", &*padding) } else { (&*padding, "") };
                line.extend([before, cell, after]);
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Row<'a>(&'a Table, usize);

        impl Serialize for Row<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(Some(self.0.columns.len()))?;
                for TableColumn { name, data, .. } in &self.0.columns {
                    map.serialize_key(name)?;
                    match data {
                        Data::Text(v) => map.serialize_value(&v.get(self.1))?,
                        Data::Int(v) => map.serialize_value(&v.get(self.1))?,
                        Data::Float(v) => map.serialize_value(&v.get(self.1))?,
                        Data::Bool(v) => map.serialize_value(&v.get(self.1))?,
                        Data::Date(v) => {
                            let day = v.get(self.1).copied().flatten();
                            map.serialize_value(&day.map(|day| Every::Day.label(day)))?;
                        }
                        Data::Time(v) => {
                            let time = v.get(self.1).copied().flatten();
                            map.serialize_value(&time.map(time_label))?;
                        }
                    }
                }
                map.end()
            }
        }

        let mut rows = serializer.serialize_seq(Some(self.len()))?;
        for row in 0..self.len() {
            rows.serialize_element(&Row(self, row))?;
        }
        rows.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new();
        let keys = [Key::text("pro"), Key::Missing];
        table.keys("plan", keys.iter());
        table.ints("n", [Some(12), Some(3)].into_iter());
        table.floats("value", [Some(25.0), Some(f64::NAN)].into_iter());
        table.push("period", Data::Date(vec![Some(0), None]));
        table
    }

    #[test]
    fn prints_aligned() {
        assert_eq!(
            table().to_string(),
            "plan   n  value  period\npro   12  25.00  1970-01-01\n-      3      -  -\n"
        );
    }

    #[test]
    fn json_is_rows_without_nan() {
        assert_eq!(
            serde_json::to_string(&table()).unwrap(),
            r#"[{"plan":"pro","n":12,"value":25.0,"period":"1970-01-01"},{"plan":null,"n":3,"value":null,"period":null}]"#
        );
    }
}
