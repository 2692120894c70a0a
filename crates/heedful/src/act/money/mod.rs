//! Money: what is at stake, what a better score is worth, and whether a change pays.
//!
//! | module | holds |
//! | --- | --- |
//! | `case` | whether a change pays: the chain from cost to money, simulated |
//! | `contact` | contacts that nobody would have needed, and what they cost |
//! | `linkage` | what a better score does to churn, upsell and referral, and what that is worth |
//! | `linked` | the outcomes that are linked, and assumptions about them |
//! | `panel` | scores and outcomes month by month |
//! | `quantity` | numbers and distributions as data |
//! | `risk` | the value of customers at risk: exposure and expected loss |

pub(crate) mod case;
pub(crate) mod contact;
pub(crate) mod linkage;
pub(crate) mod linked;
pub(super) mod panel;
pub(crate) mod quantity;
pub(crate) mod risk;
