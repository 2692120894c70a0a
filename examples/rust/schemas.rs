//! Writes the JSON Schema of every configuration type into a folder.
//!
//! `cargo run --features schema --example schemas -- docs/schemas` makes the published ones, as
//! `cargo xtask schemas` does.

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "docs/schemas".into()));
    std::fs::create_dir_all(&folder)?;
    for (name, schema) in heedful::schemas() {
        std::fs::write(folder.join(format!("{name}.json")), format!("{schema:#}\n"))?;
    }
    Ok(())
}
