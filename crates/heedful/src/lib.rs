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
pub use interpret::compare::{Comparison, TargetTest};
pub use interpret::contrast::{Contrast, Contrasts, GroupContrast};
pub use interpret::league::{League, Place, Standing, Standings};
pub use interpret::sample_size::{Assumption, ExpectedShares, SamplePlan, SampleSize};
pub use interpret::score::{Rating, Score, Share, Uncertainty};
pub use interpret::segment::{GroupScore, Invalid, MetricOf, Scorer, Scores, Scoring};
pub use interpret::select::{Kind, Repeats, Signal};
pub use interpret::target::{Attainment, Target, TargetStatus};
pub use listen::column::{Category, Clock, Column, Keys, Numbers, Texts, Times};
pub use listen::responses::{Responses, Roles};
