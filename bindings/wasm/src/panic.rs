//! What is left of a panic: the module traps, and the wrapper asks what happened before it drops the instance.

use std::sync::Mutex;

use wasm_bindgen::prelude::*;

static LAST: Mutex<Option<String>> = Mutex::new(None);

/// Installs the hook that keeps the message of a panic.
pub(crate) fn remember() {
    std::panic::set_hook(Box::new(|info| {
        if let Ok(mut last) = LAST.lock() {
            *last = Some(info.to_string());
        }
    }));
}

/// The message of the panic that stopped this instance.
#[wasm_bindgen]
#[must_use]
pub fn last_panic() -> Option<String> {
    LAST.lock().ok().and_then(|mut last| last.take())
}
