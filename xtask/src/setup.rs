//! Installing what the tests need. Everything is said before it happens, and nothing happens twice.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::shell::{self, Result, find, output, program, run, say};
use crate::{browser, npm, python, wasm};

/// Everything that any test needs.
pub fn everything() -> Result<()> {
    python::environment()?;
    npm::packages()?;
    wasm::tool_chain()?;
    browser::chromium()?;
    say("everything the tests need is here");
    Ok(())
}

/// Installs Debian packages where that is possible, and otherwise says what to install by hand.
pub fn debian(packages: &[&str], why: &str) -> Result<()> {
    let names = packages.join(" ");
    if find(&["apt-get"]).is_none() {
        return Err(format!("{why} is missing: install it by hand (on Debian: {names})"));
    }
    if output(program("id").arg("-u"))? != "0" {
        return Err(format!(
            "{why} is missing: run `sudo apt-get update && sudo apt-get install {names}`"
        ));
    }
    say(format!("installing {names} with apt-get: {why}"));
    static UPDATED: AtomicBool = AtomicBool::new(false);
    let apt = || {
        let mut apt = program("apt-get");
        // Another installation may be under way: wait for it.
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(["-qq", "-o", "DPkg::Lock::Timeout=600"]);
        apt
    };
    // A fresh machine has no package lists, and old lists name files that are gone.
    if !UPDATED.swap(true, Ordering::Relaxed) {
        run(apt().arg("update"))?;
    }
    run(apt().args(["install", "-y", "--no-install-recommends"]).args(packages))
}

/// Does `work` unless it was done for the same `wanted` before: the stamp is a copy of what was asked for.
pub fn once(stamp: &Path, wanted: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    if std::fs::read_to_string(stamp).is_ok_and(|done| done == wanted) {
        return Ok(());
    }
    let _ = std::fs::remove_file(stamp); // so that an interrupted run is not taken for a finished one
    work()?;
    shell::write(stamp, wanted)
}
