//! The WebAssembly module of the npm package. The public JavaScript API is the TypeScript in `ts/` over it.

use wasm_bindgen::prelude::*;

/// The version of the engine.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
