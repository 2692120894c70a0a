//! Voice-of-customer engine.
#![forbid(unsafe_code)]

mod base;
mod interpret;
mod listen;
pub mod stats;

pub use base::error::{Error, ErrorCode, Result};
pub use base::key::Key;
pub use base::metric::{Band, Better, Metric, Rule};
pub use base::scale::{Reading, Scale};
pub use base::suppression::Suppression;
pub use base::table::{Data, Table, TableColumn};
pub use base::tally::Tally;
pub use base::time::{Every, LocalClock, TimeUnit, Zone};
pub use interpret::score::{Rating, Score, Share, Uncertainty};
pub use interpret::segment::{GroupScore, Invalid, MetricOf, Scorer, Scores, Scoring};
pub use interpret::select::{Kind, Repeats, Signal};
#[cfg(feature = "arrow")]
pub use listen::arrow::ArrowReader;
pub use listen::column::{Category, Clock, Column, Keys, Numbers, Texts, Times};
pub use listen::responses::{Responses, Roles};
