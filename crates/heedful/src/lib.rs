//! Voice-of-customer engine.
#![forbid(unsafe_code)]

mod base;
mod interpret;
mod listen;
pub mod stats;

pub use base::error::{Error, ErrorCode, Result};
pub use base::key::Key;
pub use base::metric::{Band, Better, Metric, Rule};
pub use base::scale::{Invalid, Reading, Scale};
pub use base::suppression::Suppression;
pub use base::table::{Data, Table, TableColumn};
pub use base::tally::Tally;
pub use base::time::{
    DateFormat, DateReader, DateStream, Dates, Every, LocalClock, Moment, TimeKind, TimeUnit, Zone,
};
pub use interpret::score::{Rating, Score, Share, Uncertainty};
pub use interpret::segment::{GroupScore, MetricOf, Scorer, Scores, Scoring};
pub use interpret::select::{Kind, Repeats, Signal};
pub use listen::column::{Category, Clock, Column, Keys, Numbers, Texts, Times};
#[cfg(feature = "read")]
pub use listen::import::{
    Batches, CsvOptions, DatesRead, Encoding, OnError, RatingColumn, Read, Rejected,
};
pub use listen::responses::{Responses, Roles};
