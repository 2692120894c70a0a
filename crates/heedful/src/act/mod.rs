//! The last wing: who reacts, by when, and what came of it.

pub(crate) mod case;
pub(crate) mod queue;
