//! The commands of this repository. `cargo xtask` alone lists them.

mod bench;
mod browser;
mod examples;
mod imports;
mod licences;
mod lint;
mod npm;
mod order;
mod python;
mod rust;
mod setup;
mod shell;
mod summary;
mod wasm;

use std::process::ExitCode;

use shell::Result;

const USAGE: &str = "\
cargo xtask COMMAND

  setup         install what the tests need: Python environment, npm packages, WASM tool chain, Chromium
  test          set up, run every test in every language, print a summary
  test rust     the Rust tests, documentation examples and feature sets
  test python   build the wheel, install it, test what was installed
  test wasm     pack the npm package, install it, test it in node, a bundler and Chromium
  bench         run the benchmarks beside their rivals (arguments are passed on)
  lint          format, clippy, documentation, imports one way, licences, advisories, machine paths
  wheel         build the Python wheel into dist/
  npm           build and pack the npm package into dist/
  docs          build the documentation and say where it is
  schemas       write the JSON Schemas of the configuration types to docs/schemas
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        ["setup"] => setup::everything(),
        ["test"] => test_everything(),
        ["test", "rust"] => summary::run(&[("rust", rust::test)]),
        ["test", "python"] => summary::run(&[("python", python::test)]),
        ["test", "wasm"] => summary::run(&[("wasm", npm::test)]),
        ["bench", passed_on @ ..] => bench::run(passed_on),
        ["lint"] => lint::run(),
        ["wheel"] => python::wheel().map(drop),
        ["npm"] => npm::pack(),
        ["docs"] => rust::docs(),
        ["schemas"] => rust::schemas(),
        _ => Err(format!("there is no command `{}`\n\n{USAGE}", words.join(" "))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn test_everything() -> Result<()> {
    setup::everything()?;
    summary::run(&[("rust", rust::test), ("python", python::test), ("wasm", npm::test)])
}
