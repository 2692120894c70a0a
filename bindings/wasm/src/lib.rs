//! The WebAssembly module of the npm package. The public JavaScript API is the TypeScript in `ts/` over it.
//!
//! One call is one operation: a description of the table and the options come in as JSON, columns of numbers
//! as typed arrays beside it, and the answer leaves as JSON. Nothing lives on between calls, so there is
//! nothing for JavaScript to free. What throws is an error document ([`output::failure`]); anything else
//! that JavaScript catches is a trap, after which the wrapper starts the module anew.

mod input;
mod output;
pub mod panic;
pub mod score;

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
