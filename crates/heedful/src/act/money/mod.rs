//! Money: what is at stake, what a better score is worth, and whether a change pays.
//!
//! | module | holds |
//! | --- | --- |
//! | `risk` | the value of customers at risk: exposure and expected loss |

pub(crate) mod risk;
