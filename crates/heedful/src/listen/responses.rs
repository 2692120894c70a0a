//! Responses: a table of columns, and what each column is for.

use serde::Serialize;

use super::column::Column;
use crate::base::config::{self, options};
use crate::base::error::{Error, ErrorCode, Result};

/// Which column is what. Every role but `rating` is optional; attributes need no role.
///
/// ```
/// use heedful::Roles;
/// let roles = Roles::from_json(r#"{"rating": "score", "at": "created"}"#)?;
/// assert_eq!((roles.rating.as_deref(), roles.comment.as_deref()), (Some("score"), None));
/// assert_eq!(Roles::from_json(&roles.to_json())?, roles);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Roles {
    /// The rating; needed for every score.
    pub rating: Option<String>,
    /// When the response was given.
    pub at: Option<String>,
    /// What the customer wrote.
    pub comment: Option<String>,
    /// The person asked.
    pub customer: Option<String>,
    /// The organisation or project the person belongs to.
    pub account: Option<String>,
    /// How much a response counts; not negative.
    pub weight: Option<String>,
    /// `relational` or `transactional`.
    pub kind: Option<String>,
    /// `solicited`, `unsolicited` or `inferred`; a missing value counts as solicited.
    pub signal: Option<String>,
}

options!(
    Roles,
    takes [rating, at, comment, customer, account, weight, kind, signal],
    from Self::default()
);

impl Roles {
    /// Reads roles from JSON: `{"rating": "score", "at": "created"}`.
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }
}

config::written!(Roles, r#"{"rating": "score", "at": "created"}"#);

/// Survey responses in columns of equal length.
///
/// ```
/// use heedful::{Column, Metric, Responses};
///
/// let responses = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 9, 3, 7]))?
///     .with("plan", Column::categories([Some("pro"), Some("free"), None, Some("pro")]))?
///     .rating("score");
/// assert_eq!(responses.score(&Metric::nps())?.value, Some(25.0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Responses {
    rows: usize,
    columns: Vec<(String, Column)>,
    roles: Roles,
    /// Rows stand several times, once for each of their values in this column.
    unfolded: Option<String>,
}

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident),*) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $role(mut self, column: impl Into<String>) -> Self {
            self.roles.$role = Some(column.into());
            self
        })*
    };
}

impl Responses {
    /// No columns, no rows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a column.
    ///
    /// ```
    /// use heedful::{Column, ErrorCode, Responses};
    /// let one = Responses::new().with("score", Column::numbers(vec![10_u8, 3]))?;
    /// assert_eq!((one.len(), one.columns().len()), (2, 1));
    /// let error = one.with("plan", Column::categories([Some("pro")])).unwrap_err();
    /// assert_eq!(error.code(), ErrorCode::LengthMismatch);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `duplicate-column`, or `length-mismatch` where it is not as long as the others.
    pub fn with(mut self, name: impl Into<String>, column: Column) -> Result<Self> {
        let name = name.into();
        if self.column(&name).is_some() {
            return Err(
                Error::new(ErrorCode::DuplicateColumn, "the column is there already").at(name)
            );
        }
        if self.columns.is_empty() {
            self.rows = column.len();
        } else if column.len() != self.rows {
            return Err(Error::new(
                ErrorCode::LengthMismatch,
                format!("the column has {} rows, the table {}", column.len(), self.rows),
            )
            .at(name));
        }
        self.columns.push((name, column));
        Ok(self)
    }

    roles!(
        /// Names the column of the rating.
        rating,
        /// Names the column of the time.
        at,
        /// Names the column of the comment.
        comment,
        /// Names the column of the customer.
        customer,
        /// Names the column of the account.
        account,
        /// Names the column of the weight.
        weight,
        /// Names the column of the kind.
        kind,
        /// Names the column of the signal.
        signal
    );

    /// Sets all roles at once.
    ///
    /// ```
    /// use heedful::{Responses, Roles};
    /// let roles = Roles { rating: Some("score".to_owned()), ..Roles::default() };
    /// assert_eq!(Responses::new().with_roles(roles).roles().rating.as_deref(), Some("score"));
    /// ```
    #[must_use]
    pub fn with_roles(mut self, roles: Roles) -> Self {
        self.roles = roles;
        self
    }

    /// Which column is what.
    #[must_use]
    pub fn roles(&self) -> &Roles {
        &self.roles
    }

    /// How many responses there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are none.
    ///
    /// ```
    /// use heedful::{Column, Responses};
    /// assert!(Responses::new().is_empty());
    /// assert!(!Responses::new().with("score", Column::numbers(vec![10_u8]))?.is_empty());
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The columns in order.
    #[must_use]
    pub fn columns(&self) -> &[(String, Column)] {
        &self.columns
    }

    /// A column by name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|(n, _)| n == name).map(|(_, column)| column)
    }

    /// A column that is needed.
    ///
    /// ```
    /// use heedful::{Column, Responses};
    /// let table = Responses::new().with("score", Column::numbers(vec![10_u8]))?;
    /// assert!(table.column("plan").is_none());
    /// assert_eq!(table.require("plan").unwrap_err().path(), "plan");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `missing-column`, with the names there are.
    pub fn require(&self, name: &str) -> Result<&Column> {
        self.column(name).ok_or_else(|| {
            let message = format!("there is no such column: {}", self.listed());
            Error::new(ErrorCode::MissingColumn, message).at(name)
        })
    }

    fn listed(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        format!("the table has {}", names.join(", "))
    }

    /// The column that plays a role.
    pub(crate) fn role<'a>(&'a self, role: &str, name: Option<&'a str>) -> Result<&'a Column> {
        let name = name.ok_or_else(|| {
            let mut message = format!("no column is named as `{role}`");
            if !self.columns.is_empty() {
                message = format!("{message}: {}", self.listed());
            }
            Error::new(ErrorCode::MissingColumn, message).at(role)
        })?;
        self.require(name)
    }

    /// These rows, some of them several times, once for each of their values in a further column.
    ///
    /// # Errors
    /// `duplicate-column` where there is a column of this name.
    pub(crate) fn unfold(
        &self,
        rows: &[Option<usize>],
        name: &str,
        column: Column,
    ) -> Result<Self> {
        let mut table = Self::new().with_roles(self.roles.clone());
        for (name, column) in &self.columns {
            table = table.with(name, column.gather(rows))?;
        }
        Ok(table.with(name, column)?.with_unfolded(name))
    }

    /// Says that rows stand several times, once for each of their values in this column: scores must then be
    /// grouped by it, because a response counts once in each group and more than once in all of them.
    ///
    /// ```
    /// use heedful::{Column, ErrorCode, Metric, Responses};
    /// // The first response gave two reasons.
    /// let table = Responses::new()
    ///     .with("score", Column::numbers(vec![10_u8, 10, 3]))?
    ///     .with("reason", Column::categories(["price", "staff", "price"].map(Some)))?
    ///     .rating("score")
    ///     .with_unfolded("reason");
    /// assert_eq!(table.unfolded(), Some("reason"));
    /// assert_eq!(table.score_by(&Metric::nps(), ["reason"])?.rows[0].score.value, Some(0.0));
    /// assert_eq!(table.score(&Metric::nps()).unwrap_err().code(), ErrorCode::InvalidArgument);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn with_unfolded(mut self, column: impl Into<String>) -> Self {
        self.unfolded = Some(column.into());
        self
    }

    /// The column for whose values rows stand several times.
    #[must_use]
    pub fn unfolded(&self) -> Option<&str> {
        self.unfolded.as_deref()
    }

    /// The rows whose flag is set.
    ///
    /// ```
    /// # use heedful::{Column, Responses};
    /// let table = Responses::new().with("score", Column::numbers(vec![10_u8, 3, 9]))?;
    /// assert_eq!(table.filter(&[true, false, true])?.len(), 2);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `length-mismatch` unless there is a flag for each row.
    pub fn filter(&self, keep: &[bool]) -> Result<Self> {
        if keep.len() != self.rows {
            let message = format!("there are {} flags for {} rows", keep.len(), self.rows);
            return Err(Error::new(ErrorCode::LengthMismatch, message).at("keep"));
        }
        let kept = keep.iter().enumerate().filter(|(_, keep)| **keep);
        let rows: Vec<usize> = kept.map(|(row, _)| row).collect();
        Ok(self.gather(&rows))
    }

    /// These rows in this order.
    pub(crate) fn gather(&self, rows: &[usize]) -> Self {
        let rows: Vec<Option<usize>> = rows.iter().map(|row| Some(*row)).collect();
        let columns = self.columns.iter().map(|(n, c)| (n.clone(), c.gather(&rows))).collect();
        let (roles, unfolded) = (self.roles.clone(), self.unfolded.clone());
        Self { rows: rows.len(), columns, roles, unfolded }
    }

    /// The rows from `start`, sharing the memory.
    ///
    /// ```
    /// use heedful::{Column, Responses};
    /// let table = Responses::new().with("score", Column::numbers(vec![10_u8, 9, 3]))?;
    /// assert_eq!(Responses::concat(&[table.slice(0, 2), table.slice(2, 1)])?, table);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn slice(&self, start: usize, len: usize) -> Self {
        let start = start.min(self.rows);
        let len = len.min(self.rows - start);
        let columns = self.columns.iter().map(|(n, c)| (n.clone(), c.slice(start, len))).collect();
        let (roles, unfolded) = (self.roles.clone(), self.unfolded.clone());
        Self { rows: len, columns, roles, unfolded }
    }

    /// Joins batches with the same columns into one table; roles come from the first.
    ///
    /// # Errors
    /// `missing-column` where a batch lacks a column of the first, `column-type` where a column's
    /// kind differs between batches.
    pub fn concat(batches: &[Self]) -> Result<Self> {
        let Some(first) = batches.first() else { return Ok(Self::new()) };
        if batches.len() == 1 {
            return Ok(first.clone());
        }
        let mut whole = Self::new().with_roles(first.roles.clone());
        whole.unfolded = batches.iter().find_map(|batch| batch.unfolded.clone());
        for (name, _) in &first.columns {
            let parts = batches.iter().map(|b| b.require(name)).collect::<Result<Vec<_>>>()?;
            whole = whole.with(name, Column::concat(&parts).map_err(|e| e.at(name))?)?;
        }
        Ok(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_must_fit() {
        let table = Responses::new().with("a", Column::numbers(vec![1_u8, 2])).unwrap();
        let error = table.clone().with("a", Column::numbers(vec![1_u8, 2])).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::DuplicateColumn, "a"));
        let error = table.clone().with("b", Column::numbers(vec![1_u8])).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::LengthMismatch, "b"));
        let error = table.require("c").unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::MissingColumn, "c"));
        assert_eq!(Responses::concat(&[table.slice(0, 1), table.slice(1, 1)]).unwrap(), table);
    }
}
