//! The last wing: who reacts, by when, and what came of it.

pub(crate) mod alert;
pub(crate) mod playbook;
pub(crate) mod case;
pub(crate) mod queue;
