//! What is normal for a series at a time, learned from its past.
//!
//! A count is expected to be
//!
//! level x trend x time of year x weekday (and hour) x holiday (x volume),
//!
//! and to vary as a negative binomial count whose variance is φ times its mean; a share as a beta-binomial one.
//! Trend and time of year are fitted on blocks (weeks of days and hours), weekday, hour and holiday factors in closed
//! form, past anomalies down-weighted; the level follows the series where its past says that levels move. Between
//! fits a period costs a handful of operations and one or two tail probabilities.

pub(crate) mod calendar;
pub(crate) mod counted;
mod evidence;
pub(crate) mod feedback;
mod fit;
mod level;
pub(crate) mod model;
mod packed;
pub(crate) mod score;
mod smooth;
pub(crate) mod state;
pub(crate) mod stream;
mod thinned;
