//! The WebAssembly modules of the npm package, one for each entry point and feature. The public JavaScript API is the TypeScript in `ts/` over it.
//!
//! One call is one operation: columns come in as arrays, roles and options as JSON, and the answer leaves as
//! JSON with its numbers beside it. What is dear to prepare lives on between calls: a `Mapper`, and the last reader of feelings; and what goes on from call to
//! call: a `Detector`, a `Pulse`, `Alerts`, a `Desk`. What throws is an error
//! document; anything else that JavaScript catches is a trap, after which the wrapper starts a new instance.

#[cfg(feature = "act")]
pub mod act;
#[cfg(feature = "comments")]
pub mod classifier;
#[cfg(feature = "contact")]
pub mod contact;
#[cfg(feature = "act")]
pub mod desk;
#[cfg(feature = "health")]
pub mod health;
#[cfg(feature = "tables")]
mod input;
// Of tables, and of the groups of comments.
#[cfg(any(feature = "tables", feature = "text"))]
mod key;
#[cfg(feature = "read")]
pub mod listen;
#[cfg(feature = "money")]
pub mod money;
mod output;
#[cfg(feature = "scores")]
pub mod plan;
#[cfg(feature = "read")]
pub mod read;
#[cfg(feature = "comments")]
pub mod reason;
#[cfg(feature = "scores")]
pub mod score;
#[cfg(feature = "text")]
pub mod study;
#[cfg(feature = "survey")]
pub mod survey;
#[cfg(feature = "columns")]
mod table;
#[cfg(feature = "scores")]
pub mod tally;
#[cfg(feature = "comments")]
pub mod text;
#[cfg(feature = "times")]
pub mod times;
#[cfg(feature = "watch")]
pub mod watch;
#[cfg(feature = "scores")]
pub mod weight;
#[cfg(feature = "why")]
pub mod why;

use js_sys::Array;
use wasm_bindgen::prelude::*;

/// What every call gives back: a document, or an error as one.
type Answer = Result<Array, JsValue>;

/// Whether the time-zone database is in the module; otherwise the host supplies the offsets.
#[cfg(feature = "scores")]
#[wasm_bindgen]
#[must_use]
pub fn bundled_zones() -> bool {
    cfg!(feature = "zones")
}

/// The version of the engine.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
