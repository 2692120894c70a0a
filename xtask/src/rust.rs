//! The Rust side: tests and documentation.

use crate::shell::{Result, cargo, run, say, target, tee};
use crate::summary::{Tally, cargo_test};

/// All tests with every feature on, then the core's own with none: the set that the WASM build has.
pub fn test() -> Result<Tally> {
    let mut tally = Tally::default();
    for arguments in [
        &["test", "--locked", "--workspace", "--all-features", "--no-fail-fast"][..],
        &["test", "--locked", "-p", "heedful", "--no-default-features", "--lib"],
    ] {
        say(format!("cargo {}", arguments.join(" ")));
        let (shown, ok) = tee(cargo().args(arguments))?;
        tally += Tally::of_run(cargo_test(&shown), ok);
    }
    Ok(tally)
}

/// Builds the documentation and says where it is.
pub fn docs() -> Result<()> {
    run(cargo().args(["doc", "--locked", "--no-deps", "--all-features", "-p", "heedful"]))?;
    println!("{}", target("doc/heedful/index.html").display());
    Ok(())
}

/// Writes the JSON Schemas of the configuration types; the tests say when they are behind the code.
pub fn schemas() -> Result<()> {
    let folder = "docs/schemas";
    run(cargo()
        .args(["run", "--locked", "--quiet", "-p", "heedful", "--features", "schema"])
        .args(["--example", "schemas", "--", folder]))?;
    println!("{folder}");
    Ok(())
}
