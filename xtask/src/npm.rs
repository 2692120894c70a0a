//! The npm package: assembling it, and testing it as installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::setup::{debian, once};
use crate::shell::{self, Result, find, fresh, output, program, root, run, say, target, tee};
use crate::summary::{Tally, node_test};
use crate::{browser, wasm};

/// An entry point with a module of its own.
struct Entry {
    /// The script that a browser loads first, without its ending.
    script: &'static str,
    /// The feature of `heedful-wasm` that makes the module.
    feature: &'static str,
    /// What the module is called in the package.
    module: &'static str,
    /// Gzipped bytes of everything that is loaded: module, glue and TypeScript's output.
    budget: u64,
}

/// The aims are 150,000 for the main entry and 90,000 for surveys, which they keep, and 350,000 for scores, files and texts
/// together, which `core` does not yet (and it leaves learning to `text`): the budgets are a little above what they have
/// today, so that they grow no further unseen.
const ENTRIES: [Entry; 12] = [
    Entry { script: "index", feature: "scores", module: "heedful.wasm", budget: 147_000 },
    Entry { script: "zoned", feature: "zones", module: "zoned.wasm", budget: 231_000 },
    Entry { script: "read", feature: "read", module: "read.wasm", budget: 118_000 },
    Entry { script: "survey", feature: "survey", module: "survey.wasm", budget: 70_000 },
    Entry { script: "contact", feature: "contact", module: "contact.wasm", budget: 153_500 },
    Entry { script: "text", feature: "text", module: "text.wasm", budget: 313_000 },
    Entry { script: "core", feature: "core", module: "core.wasm", budget: 394_500 },
    Entry { script: "watch", feature: "watch", module: "watch.wasm", budget: 267_000 },
    Entry { script: "why", feature: "why", module: "why.wasm", budget: 191_000 },
    Entry { script: "health", feature: "health", module: "health.wasm", budget: 147_500 },
    Entry { script: "act", feature: "act", module: "act.wasm", budget: 232_500 },
    Entry { script: "money", feature: "money", module: "money.wasm", budget: 98_000 },
];

/// Prints raw, gzipped and brotli sizes of the files named, added up.
const SIZES: &str = "const { gzipSync, brotliCompressSync } = require('node:zlib');
const { readFileSync } = require('node:fs');
const sizes = [(b) => b.length, (b) => gzipSync(b, { level: 9 }).length, (b) => brotliCompressSync(b).length];
const files = process.argv.slice(1).map((path) => readFileSync(path));
console.log(sizes.map((size) => files.reduce((sum, file) => sum + size(file), 0)).join(' '));";

fn sources() -> PathBuf {
    root().join("bindings/wasm")
}

/// A command line tool from the npm packages.
pub fn tool(name: &str) -> Command {
    let ending = if cfg!(windows) { ".cmd" } else { "" };
    program(sources().join("node_modules/.bin").join(format!("{name}{ending}")))
}

fn npm() -> Command {
    let mut npm = program(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.arg("--loglevel=error");
    npm
}

/// Node and the packages that build and test ours.
pub fn packages() -> Result<()> {
    let version = node()?;
    let lock = shell::read(&sources().join("package-lock.json"))?;
    once(&sources().join("node_modules/.heedful-lock"), &format!("{version}\n{lock}"), || {
        say(
            "installing npm packages into bindings/wasm: compiler, optimiser, bundler and browser driver",
        );
        run(npm().current_dir(sources()).args(["ci", "--no-audit", "--no-fund"]))
    })
}

fn node() -> Result<String> {
    if find(&["node"]).is_none() || find(&["npm", "npm.cmd"]).is_none() {
        debian(&["nodejs", "npm"], "Node with npm")?;
    }
    let version = output(program("node").arg("--version"))?;
    let major = version
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok());
    if major.is_some_and(|major| major >= 20) {
        return Ok(version);
    }
    Err(format!(
        "the tests need Node 20 or later and this is {version}: install one by hand (nodejs.org)"
    ))
}

/// Builds the package into `dist/` and holds it to its budget.
pub fn pack() -> Result<()> {
    build()?.1
}

/// Builds the package; also says whether it keeps to its budget.
fn build() -> Result<(PathBuf, Result<()>)> {
    let modules = wasm::modules(&ENTRIES.map(|entry| entry.feature))?;
    let package = target("npm/package");
    let dist = package.join("dist");
    fresh(&dist)?;
    fresh(&dist.join("glue"))?;

    say("compiling the TypeScript");
    run(tool("tsc").arg("--project").arg(sources()).arg("--outDir").arg(&dist))?;
    for (entry, module) in ENTRIES.iter().zip(&modules) {
        let glue = format!("glue/{}.js", wasm::glue(entry.feature));
        shell::copy(&sources().join("ts").join(&glue), &dist.join(&glue))?;
        shell::copy(module, &dist.join(entry.module))?;
    }
    // Starter taxonomies and surveys are files beside the modules, so that a page loads the one it needs.
    for folder in ["taxonomies", "surveys"] {
        fresh(&dist.join(folder))?;
        for file in shell::files(&root().join("crates/heedful/data").join(folder), ".json")? {
            let name = file.file_name().unwrap_or_default();
            shell::copy(&file, &dist.join(folder).join(name))?;
        }
    }
    let scripts = [shell::files(&dist, ".js")?, shell::files(&dist.join("glue"), ".js")?].concat();
    // Comments are for the declarations: the scripts go without.
    run(tool("esbuild")
        .args(["--minify", "--format=esm", "--target=es2022"])
        .args(["--log-level=warning", "--allow-overwrite", "--outdir=.", "--outbase=."])
        .current_dir(&dist)
        .args(&scripts))?;
    for file in ["LICENSE-MIT", "LICENSE-APACHE", "README.md"] {
        let from = root().join(file);
        if from.is_file() {
            shell::copy(&from, &package.join(file))?;
        }
    }
    // The lists of words of the entry for text.
    let vader = root().join("crates/heedful/data/sentiment/LICENSE-VADER");
    shell::copy(&vader, &package.join("LICENSE-VADER"))?;
    // The version is the workspace's, and what only the build needs stays at home.
    shell::copy(&sources().join("package.json"), &package.join("package.json"))?;
    let version = format!("version={}", env!("CARGO_PKG_VERSION"));
    run(npm().current_dir(&package).args(["pkg", "set", &version]))?;
    run(npm().current_dir(&package).args(["pkg", "delete", "devDependencies", "private"]))?;

    let out = root().join("dist");
    std::fs::create_dir_all(&out).map_err(|error| error.to_string())?;
    run(npm().current_dir(&package).args(["pack", "--pack-destination"]).arg(&out))?;
    let within = sizes(&dist).or_else(|over| match wasm::published() {
        Ok(false) => Ok(()), // the budgets are for what is published
        _ => Err(over),
    });
    Ok((out.join(format!("heedful-{}.tgz", env!("CARGO_PKG_VERSION"))), within))
}

/// Prints what each entry loads, and holds it to its budget.
fn sizes(dist: &Path) -> Result<()> {
    println!("{:<20}{:>10}{:>10}{:>10}", "bytes", "raw", "gzip", "brotli");
    let mut over = Vec::new();
    for entry in &ENTRIES {
        let module = measure([dist.join(entry.module).as_path()])?;
        let scripts = loaded(&dist.join(format!("{}.js", entry.script)))?;
        let scripts = measure(scripts.iter().map(PathBuf::as_path))?;
        for (what, [raw, gzip, brotli]) in [("module", module), ("scripts", scripts)] {
            let what = format!("{} {what}", entry.script);
            println!("{what:<20}{raw:>10}{gzip:>10}{brotli:>10}");
        }
        let (total, budget) = (module[1] + scripts[1], entry.budget);
        println!("{}: {total} bytes gzipped (budget {budget})", entry.script);
        if total > budget {
            over.push(format!(
                "{} has {total} bytes gzipped, its budget is {budget}",
                entry.script
            ));
        }
    }
    if over.is_empty() { Ok(()) } else { Err(over.join("; ")) }
}

/// A script and everything that it imports.
fn loaded(script: &Path) -> Result<Vec<PathBuf>> {
    let mut scripts = vec![script.to_owned()];
    let mut next = 0;
    while let Some(script) = scripts.get(next).cloned() {
        let text = shell::read(&script)?;
        // Minified: `import{a}from"./b.js"`, `export*from"./b.js"`, `import"./b.js"`. Other texts name no files.
        for part in text.split(['"', '\'', '`']).filter(|part| part.starts_with("./")) {
            let import = script.with_file_name("").join(part.trim_start_matches("./"));
            if part.ends_with(".js") && import.is_file() && !scripts.contains(&import) {
                scripts.push(import);
            }
        }
        next += 1;
    }
    Ok(scripts)
}

fn measure<'a>(files: impl IntoIterator<Item = &'a Path>) -> Result<[u64; 3]> {
    let printed = output(program("node").args(["-e", SIZES]).args(files))?;
    let numbers: Vec<u64> = printed.split(' ').filter_map(|number| number.parse().ok()).collect();
    numbers.try_into().map_err(|_| format!("cannot measure sizes: node printed `{printed}`"))
}

/// The vectors of all languages as one module.
fn vectors() -> Result<String> {
    let folders = ["tests/vectors", "tests/vectors/act"];
    let files = folders.map(|folder| shell::files(&root().join(folder), ".json"));
    let files = files.into_iter().collect::<Result<Vec<_>>>()?.concat();
    let lists = files.iter().map(|file| shell::read(file)).collect::<Result<Vec<_>>>()?;
    Ok(format!("export default [].concat({});\n", lists.join(",")))
}

/// Installs the packed package into a project of its own and tests it there.
pub fn test() -> Result<Tally> {
    let (package, within) = build()?;
    let chromium = browser::chromium()?;
    let project = target("npm/project");
    fresh(&project)?;
    shell::write(&project.join("package.json"), "{ \"private\": true, \"type\": \"module\" }\n")?;
    let tests = sources().join("tests");
    for file in [shell::files(&tests, ".js")?, shell::files(&tests, ".ts")?].concat() {
        shell::copy(&file, &project.join(file.file_name().unwrap_or_default()))?;
    }
    shell::write(&project.join("vectors.js"), &vectors()?)?;
    say("installing the packed package into target/npm/project");
    run(npm()
        .current_dir(&project)
        .args(["install", "--offline", "--no-package-lock", "--no-audit", "--no-fund"])
        .arg(package))?;

    say("node and Chromium against the installed package");
    let (shown, ok) = tee(program("node")
        .current_dir(&project)
        .env("CHROME", chromium)
        .env("HEEDFUL_TOOLS", sources().join("package.json"))
        .env("HEEDFUL_ROOT", root())
        .args(["--test", "--test-reporter=spec"]))?;
    let mut tally = Tally::of_run(node_test(&shown), ok);
    tally.check(within);

    // As a user's strict project would, by both ways of finding a package; the libraries are checked as well.
    for (module, resolution, lib) in [
        ("NodeNext", "NodeNext", "ES2022"),
        ("ESNext", "Bundler", "ES2022,DOM"),
        ("ESNext", "Bundler", "ES2022"),
    ] {
        say(format!("type check of the installed package: {module}, {resolution}, {lib}"));
        tally.check(run(tool("tsc")
            .current_dir(&project)
            .args([
                "--noEmit",
                "--strict",
                "--exactOptionalPropertyTypes",
                "--skipLibCheck",
                "false",
            ])
            .args([
                "--ignoreConfig",
                "--target",
                "ES2022",
                "--module",
                module,
                "--moduleResolution",
                resolution,
            ])
            .args(["--lib", lib, "types.ts"])));
    }
    Ok(tally)
}
