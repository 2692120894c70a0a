//! Cases: somebody owes a customer a reaction by a time.
//!
//! | module | holds |
//! | --- | --- |
//! | `policy` | priorities, routes, due times, reminders and escalations as data |
//! | `facts` | what a case is about, also from tables |
//! | `event` | what happens to a case, and what follows from it |
//! | `model` | the case with its duties and its trail |
//! | `transition` | `(case, event, now) -> case + effects` |
//! | `cases` | the cases of a desk, by id, by customer, by what happens next |
//! | `desk` | many cases |
//! | `state` | a desk as JSON |
//! | `outcomes` | what came of cases |

mod cases;
pub(crate) mod desk;
pub(crate) mod event;
pub(crate) mod facts;
pub(crate) mod model;
pub(crate) mod outcomes;
pub(crate) mod policy;
mod state;
#[cfg(test)]
mod tests;
mod transition;
