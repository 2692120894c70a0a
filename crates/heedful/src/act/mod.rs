//! The last wing: who reacts, by when, what came of it, and what is at stake.

pub(crate) mod alert;
pub(crate) mod case;
pub(crate) mod initiative;
pub(crate) mod money;
pub(crate) mod playbook;
pub(crate) mod queue;
