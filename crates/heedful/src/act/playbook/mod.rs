//! Playbooks: what to do when something happens, step by step.
//!
//! Everything is a function of what it is given: a trigger starts runs, an event moves a run on and says what is to be
//! done. The host keeps runs, sends messages and tells what was done.
//!
//! | module | holds |
//! | --- | --- |
//! | `options` | playbooks and their steps as data |
//! | `trigger` | what happened, and to whom |
//! | `run` | a playbook under way, what moves it on, what follows |
//! | `advance` | `trigger -> runs`, `(run, event, now) -> run + effects` |

mod advance;
pub(crate) mod options;
pub(crate) mod run;
#[cfg(test)]
mod tests;
pub(crate) mod trigger;

const HOUR: i64 = 3_600_000;
