//! Protecting the people who answer: pseudonyms, and forgetting them.

use super::column::Column;
use super::responses::Responses;
use crate::base::error::Result;
use crate::base::key::Key;

/// A name for a customer that nobody can undo without the key: 32 hexadecimal digits, half of the HMAC-SHA-256 (RFC
/// 2104) of the id. The same id and key always give the same pseudonym; another key gives others, which cannot be joined
/// with them.
///
/// Keep the key apart from the data: with it a list of ids can be tried.
///
/// ```
/// let ada = heedful::pseudonym(b"a key of at least 16 bytes", "ada@example.com");
/// assert_eq!(ada.len(), 32);
/// assert_eq!(ada, heedful::pseudonym(b"a key of at least 16 bytes", "ada@example.com"));
/// assert_ne!(ada, heedful::pseudonym(b"another key of 16 bytes", "ada@example.com"));
/// ```
#[cfg(feature = "pseudonyms")]
#[must_use]
pub fn pseudonym(key: &[u8], id: &str) -> String {
    use std::fmt::Write;

    use hmac::{Hmac, KeyInit, Mac};

    // A key of any length is allowed.
    let Ok(mut hash) = Hmac::<sha2::Sha256>::new_from_slice(key) else { return String::new() };
    hash.update(id.as_bytes());
    let bytes = hash.finalize().into_bytes();
    bytes.iter().take(16).fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Responses {
    /// Forgets customers: in their rows the customer's id and everything written (the comment, and every column of
    /// texts) become missing, as do the columns named in `also`. Ratings, times and other attributes stay, so that
    /// counts and scores do not change. Gives the table and the number of rows that were changed.
    ///
    /// ```
    /// use heedful::{Column, Metric, Responses};
    /// let responses = Responses::new()
    ///     .with("score", Column::numbers(vec![10_u8, 3]))?
    ///     .with("who", Column::categories([Some("ada"), Some("bo")]))?
    ///     .with("why", Column::texts([Some("I am Ada"), Some("slow")]))?
    ///     .rating("score")
    ///     .customer("who")
    ///     .comment("why");
    /// let (left, rows) = responses.forget(["ada"], &[])?;
    /// assert_eq!((left.to_csv().as_str(), rows), ("score,who,why\n10,,\n3,bo,slow\n", 1));
    /// assert_eq!(left.score(&Metric::nps())?, responses.score(&Metric::nps())?);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `missing-column` where no column has the role `customer`, or for a column of `also` that is not there.
    pub fn forget<S: AsRef<str>>(
        &self,
        customers: impl IntoIterator<Item = S>,
        also: &[&str],
    ) -> Result<(Self, u64)> {
        let customer = self.role("customer", self.roles().customer.as_deref())?;
        also.iter().try_for_each(|name| self.require(name).map(|_| ()))?;
        let gone: hashbrown::HashSet<String> =
            customers.into_iter().map(|id| id.as_ref().to_owned()).collect();
        let forgotten = |row: usize| match customer.key(row) {
            Key::Missing => false,
            key => gone.contains(&key.to_string()),
        };
        let rows: Vec<bool> = (0..self.len()).map(forgotten).collect();
        let kept: Vec<Option<usize>> =
            rows.iter().enumerate().map(|(row, gone)| (!gone).then_some(row)).collect();
        let roles = self.roles();
        let mut left = Self::new().with_roles(roles.clone());
        for (name, column) in self.columns() {
            let role = |role: &Option<String>| role.as_ref() == Some(name);
            let personal = role(&roles.customer)
                || role(&roles.comment)
                || matches!(column, Column::Text(_))
                || also.contains(&name.as_str());
            let column = if personal { scrubbed(column, &kept) } else { column.clone() };
            left = left.with(name, column)?;
        }
        Ok((left, rows.iter().filter(|gone| **gone).count() as u64))
    }
}

/// The column without the values of rows that are `None`, and without any trace of them in its dictionary.
fn scrubbed(column: &Column, kept: &[Option<usize>]) -> Column {
    match column {
        Column::Category(_) => {
            let keys = kept.iter().map(|row| row.map_or(Key::Missing, |row| column.key(row)));
            let mut encoder = super::column::Encoder::default();
            keys.for_each(|key| encoder.push_key(&key));
            Column::Category(encoder.finish())
        }
        _ => column.gather(kept),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::error::ErrorCode;

    /// RFC 4231, test case 2.
    #[cfg(feature = "pseudonyms")]
    #[test]
    fn a_pseudonym_is_half_of_the_hash() {
        let known = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert!(known.starts_with(&pseudonym(b"Jefe", "what do ya want for nothing?")));
    }

    #[test]
    fn nothing_of_a_customer_is_left_in_memory() {
        let table = Responses::new()
            .with("score", Column::numbers(vec![10_u8, 3]))
            .and_then(|t| t.with("who", Column::categories([Some("ada"), Some("bo")])))
            .and_then(|t| t.with("mail", Column::categories([Some("ada@example.com"), None])))
            .and_then(|t| t.with("why", Column::texts([Some("ask ada"), Some("slow")])))
            .unwrap()
            .rating("score")
            .customer("who");
        let (left, rows) = table.forget(["ada", "nobody"], &["mail"]).unwrap();
        assert_eq!((rows, left.len()), (1, 2));
        assert!(!format!("{left:?}").contains("ada"), "{left:?}");
        assert_eq!(left.column("score"), table.column("score"));
        let error = table.forget(["ada"], &["phone"]).unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::MissingColumn, "phone"));
    }
}
