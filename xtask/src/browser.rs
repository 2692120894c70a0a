//! The browser that the WASM tests run in.

use std::path::PathBuf;

use crate::setup::debian;
use crate::shell::{Result, find};

const NAMES: &[&str] =
    &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// The browser named in `CHROME`, or the one on `PATH`, or Debian's.
pub fn chromium() -> Result<PathBuf> {
    if let Some(asked) = std::env::var_os("CHROME").map(PathBuf::from) {
        return if asked.is_file() {
            Ok(asked)
        } else {
            Err(format!("CHROME names {}: no such file", asked.display()))
        };
    }
    if let Some(found) = find(NAMES) {
        return Ok(found);
    }
    let bundle = PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
    if cfg!(target_os = "macos") && bundle.is_file() {
        return Ok(bundle);
    }
    debian(
        &["chromium"],
        "Chromium, in which the npm package is tested (or name a Chrome in CHROME),",
    )?;
    find(NAMES).ok_or_else(|| "chromium was installed but is not on PATH".to_owned())
}
