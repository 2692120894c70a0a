//! The band of every response.

use super::count::Coder;
use super::scorer::first_off_scale;
use crate::base::error::Result;
use crate::base::key::Key;
use crate::base::metric::Metric;
use crate::base::scale::{MISSING, Reading};
use crate::listen::responses::Responses;

impl Responses {
    /// The name of each response's band by a metric, missing where it has no rating: groups to compare what people
    /// in them write. `rating` names a column; the one with that role where it is `None`.
    ///
    /// ```
    /// use heedful::{Column, Key, Metric, Responses};
    /// let ratings = Column::optional_numbers(&[Some(10.0), None, Some(3.0)]);
    /// let responses = Responses::new().with("score", ratings)?.rating("score");
    /// let bands = responses.bands(&Metric::nps(), None)?;
    /// assert_eq!(bands, [Key::text("promoter"), Key::Missing, Key::text("detractor")]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `missing-column`; `column-type` for times; `rating-invalid` and `rating-out-of-range` with the row.
    pub fn bands(&self, metric: &Metric, rating: Option<&str>) -> Result<Vec<Key>> {
        let name = rating.or(self.roles().rating.as_deref());
        let column = self.role("rating", name)?;
        let at = name.unwrap_or("rating");
        let missing = MISSING.map(str::to_owned);
        let coder = Coder::new(column, metric.scale(), &missing).map_err(|e| e.at(at))?;
        first_off_scale(&coder, column, metric, None).map_err(|e| e.at(at))?;
        let band = |row| match coder.reading(row) {
            Reading::Point(index) => {
                metric.band(index).map_or(Key::Missing, |band| Key::text(&*band.name))
            }
            _ => Key::Missing,
        };
        Ok((0..self.len()).map(band).collect())
    }
}
