//! Money: what is at stake, what a better score is worth, and whether a change pays.
//!
//! | module | holds |
//! | --- | --- |
//! | `case` | whether a change pays: the chain from cost to money, simulated |
//! | `quantity` | numbers and distributions as data |
//! | `risk` | the value of customers at risk: exposure and expected loss |

pub(crate) mod case;
pub(crate) mod quantity;
pub(crate) mod risk;
