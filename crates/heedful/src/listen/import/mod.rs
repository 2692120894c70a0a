//! Files of responses: CSV and JSON, in and out.

mod assemble;
mod csv;
mod decode;
mod jsonl;
mod options;
mod rating;
mod read;
mod tool;
mod write;

#[cfg(test)]
mod tests;

pub use assemble::DatesRead;
pub use decode::Encoding;
pub use options::{CsvOptions, OnError, RatingColumn};
pub use read::{Batches, Read, Rejected};
pub use tool::{ColumnGuess, ColumnLeftOut, Preset, Recognised};
