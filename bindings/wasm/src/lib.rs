//! The WebAssembly modules of the npm package, one for each entry point and feature. The public JavaScript API is the TypeScript in `ts/` over it.
//!
//! One call is one operation: columns come in as arrays, roles and options as JSON, and the answer leaves as
//! JSON. What is dear to prepare lives on between calls: a `Mapper`, and the last reader of feelings. What throws is an error
//! document; anything else that JavaScript catches is a trap, after which the wrapper starts a new instance.

#[cfg(feature = "scores")]
mod input;
#[cfg(feature = "scores")]
pub mod listen;
mod output;
pub mod panic;
#[cfg(feature = "scores")]
pub mod plan;
#[cfg(feature = "read")]
pub mod read;
#[cfg(feature = "text")]
pub mod reason;
#[cfg(feature = "scores")]
pub mod score;
#[cfg(feature = "survey")]
pub mod survey;
#[cfg(feature = "scores")]
mod table;
#[cfg(feature = "scores")]
pub mod tally;
#[cfg(feature = "text")]
pub mod text;
#[cfg(feature = "scores")]
pub mod times;
#[cfg(feature = "scores")]
pub mod weight;

use wasm_bindgen::prelude::*;

/// What every call gives back: a JSON document, or an error as one.
type Answer = Result<String, JsValue>;

/// Sets the panic hook.
#[wasm_bindgen(start)]
pub fn start() {
    panic::remember();
}

/// The version of the engine.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
