//! The third wing: what is normal, what departs from it, and who is well.

pub(crate) mod backtest;
pub(crate) mod baseline;
pub(crate) mod behaviour;
pub(crate) mod cadence;
pub(crate) mod change_point;
pub(crate) mod classical;
pub(crate) mod detect;
pub(crate) mod detector;
pub(crate) mod emerging;
pub(crate) mod episode;
pub(crate) mod health;
pub(crate) mod instant;
pub(crate) mod localise;
pub(crate) mod many;
pub(crate) mod method;
pub(crate) mod pulse;

use serde::Serialize;

use crate::base::config::names;

/// Which departures from a baseline are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More than expected.
    #[default]
    Up,
    /// Less than expected.
    Down,
    /// Either.
    Both,
}

names!(Direction { Up = "up", Down = "down", Both = "both" });

impl Direction {
    /// The name: `up`, `down` or `both`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Both => "both",
        }
    }
}
