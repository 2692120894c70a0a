//! Files of responses: CSV and JSON Lines.

mod assemble;
mod csv;
mod decode;
mod jsonl;
mod options;
mod rating;
mod read;

#[cfg(test)]
mod tests;

pub use assemble::DatesRead;
pub use decode::Encoding;
pub use options::{CsvOptions, OnError, RatingColumn};
pub use read::{Batches, Read, Rejected};
