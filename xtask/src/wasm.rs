//! From the crate `heedful-wasm` to optimised modules and their glue.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::setup::debian;
use crate::shell::{
    self, Result, cache, cargo, find, fresh, output, program, root, run, say, target,
};
use crate::{npm, order};

const TARGET: &str = "wasm32-unknown-unknown";
/// What the module may use: supported by every browser of the last years, and on by default in the compiler.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Compiles the standard library along, in its small variant.
const BUILD_STANDARD: &[&str] =
    &["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];

/// How the standard library for the target is had.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standard {
    /// Compiled from source with the module, which is smaller by an eighth: a panic is a bare trap. No input panics, so
    /// the texts of panics are for nobody.
    Built(Compiler),
    /// Installed, where its sources are not at hand.
    Installed,
}

/// Whose sources of the standard library there are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Compiler {
    /// Those of the compiler at work, as rustup's component `rust-src`.
    Own,
    /// Those of Debian's compiler, where rustup cannot download.
    Debian,
}

/// Everything that a build of the module needs beside the npm packages.
pub fn tool_chain() -> Result<()> {
    standard()?;
    bindgen().map(drop)
}

/// Whether the modules are those that are published; with an installed standard library they are larger.
pub fn published() -> Result<bool> {
    Ok(standard()? != Standard::Installed)
}

/// Builds a module for each of the features; the glue goes beside the TypeScript. Returns the optimised modules.
pub fn modules(features: &[&str]) -> Result<Vec<PathBuf>> {
    npm::packages()?;
    let (bindgen, standard) = (bindgen()?, standard()?);
    fresh(&root().join("bindings/wasm/ts/glue"))?;
    features.iter().map(|feature| module(feature, &bindgen, standard)).collect()
}

/// The name of a module's glue. Scores with the time-zone database start behind that of scores without.
pub fn glue(feature: &str) -> &str {
    if feature == "zones" { "scores" } else { feature }
}

fn module(feature: &str, bindgen: &Path, standard: Standard) -> Result<PathBuf> {
    say(format!("building the WASM module `{feature}`"));
    let raw = compile(feature, standard)?;
    let (sources, name) = (root().join("bindings/wasm/ts/glue"), glue(feature));
    let place = if name == feature { sources.clone() } else { target("npm/glue") };
    run(program(bindgen)
        .args([
            "--target",
            "web",
            "--omit-default-module-path",
            // After a trap the wrapper starts a new instance.
            "--experimental-reset-state-function",
            "--out-name",
            name,
            "--out-dir",
        ])
        .arg(&place)
        .arg(raw))?;
    let script = format!("{name}.js");
    if shell::read(&place.join(&script))? != shell::read(&sources.join(&script))? {
        return Err(format!("the module `{feature}` needs another glue than `{name}`"));
    }
    optimised(feature, &place.join(format!("{name}_bg.wasm")))
}

fn compile(feature: &str, standard: Standard) -> Result<PathBuf> {
    // Apart from the other builds: another compiler may be at work here.
    let directory = target("wasm");
    let mut cargo = match standard {
        Standard::Built(Compiler::Debian) => debian_cargo()?,
        _ => cargo(),
    };
    // Messages in the module name source files: they shall not name the builder's directories.
    let home =
        std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| home + "/.cargo"));
    let mut flags = vec![format!("--remap-path-prefix={}=heedful", root().display())];
    flags.extend(home.map(|home| format!("--remap-path-prefix={home}=cargo")));
    if standard != Standard::Installed {
        flags.push("-Zunstable-options -Cpanic=immediate-abort".to_owned());
        // Options that are not stable yet, hence the switch.
        cargo.env("RUSTC_BOOTSTRAP", "1").args(BUILD_STANDARD);
    }
    cargo
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags.join(" "))
        .args([
            "build",
            "--locked",
            "-p",
            "heedful-wasm",
            "--no-default-features",
            "--features",
            feature,
            "--profile",
            "wasm",
            "--target",
            TARGET,
            "--target-dir",
        ])
        .arg(&directory);
    run(&mut cargo)?;
    Ok(directory.join(TARGET).join("wasm/heedful_wasm.wasm"))
}

/// `wasm-opt`, unless the same module was optimised before: it takes its time.
fn optimised(feature: &str, module: &Path) -> Result<PathBuf> {
    let directory = target("npm");
    std::fs::create_dir_all(&directory).map_err(|error| error.to_string())?;
    let (input, result) = (
        directory.join(format!("{feature}-input.wasm")),
        directory.join(format!("{feature}.wasm")),
    );
    let bytes = |path: &Path| std::fs::read(path).unwrap_or_default();
    if result.is_file() && bytes(&input) == bytes(module) {
        return Ok(result);
    }
    let _ = std::fs::remove_file(&input);
    say("optimising the module for size");
    let small = directory.join(format!("{feature}-small.wasm"));
    run(npm::tool("wasm-opt")
        .args([
            // The lowest addresses are the end of the stack, which no pointer of ours has.
            "--low-memory-unused",
            // Zeros cost a compressor nothing; the headers of the parts between them do.
            "--skip-pass=memory-packing",
            "--flatten",
            "--rereloop",
            "-Oz",
            "-Oz",
            "--strip-debug",
            "--strip-producers",
            "--strip-target-features",
        ])
        .args(FEATURES)
        .arg(module)
        .arg("-o")
        .arg(&small))?;
    let named =
        order::named(&bytes(&small)).ok_or("the module that wasm-opt wrote cannot be read")?;
    std::fs::write(&small, named).map_err(|error| error.to_string())?;
    run(npm::tool("wasm-opt")
        .args(["--reorder-functions-by-name", "--strip-debug"])
        .args(FEATURES)
        .arg(&small)
        .arg("-o")
        .arg(&result))?;
    shell::copy(module, &input)?;
    Ok(result)
}

fn standard() -> Result<Standard> {
    let built = || match (own_sources(), debian_sources()) {
        (true, _) => Some(Standard::Built(Compiler::Own)),
        (_, true) => Some(Standard::Built(Compiler::Debian)),
        _ => None,
    };
    if let Some(built) = built() {
        return Ok(built);
    }
    let rustup = |what: &[&str], why: &str| {
        if find(&["rustup"]).is_none() {
            return false;
        }
        say(format!("adding {} with rustup: {why}", what.last().copied().unwrap_or_default()));
        output(program("rustup").args(what)).is_ok()
    };
    if rustup(&["component", "add", "rust-src"], "the npm package is smaller with it")
        && own_sources()
    {
        return Ok(Standard::Built(Compiler::Own));
    }
    if installed()
        || rustup(&["target", "add", TARGET], "the npm package is compiled for it") && installed()
    {
        say(
            "there are no sources of the standard library: the modules get larger than the published ones",
        );
        return Ok(Standard::Installed);
    }
    debian(&["cargo-web", "rust-web-src", "rustc-web"], &format!("a compiler for {TARGET}"))?;
    built().ok_or_else(|| format!("there is still no compiler for {TARGET}"))
}

fn installed() -> bool {
    let libraries = output(program("rustc").args(["--print", "target-libdir", "--target", TARGET]));
    libraries.is_ok_and(|path| {
        shell::files(Path::new(&path), ".rlib").is_ok_and(|files| !files.is_empty())
    })
}

fn own_sources() -> bool {
    output(program("rustc").args(["--print", "sysroot"])).is_ok_and(|path| {
        Path::new(&path).join("lib/rustlib/src/rust/library/Cargo.lock").is_file()
    })
}

fn debian_sources() -> bool {
    ["/usr/bin/cargo", "/usr/bin/rustc", "/usr/lib/rustlib/src/rust/library/Cargo.lock"]
        .iter()
        .all(|path| Path::new(path).is_file())
}

/// Debian's cargo.
fn debian_cargo() -> Result<Command> {
    let path = std::env::var("PATH").map_err(|error| error.to_string())?;
    let sysroot = output(program("rustc").args(["--print", "sysroot"]))?;
    let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let bundled = Path::new(&sysroot).join("lib/rustlib").join(host).join("bin/rust-lld");
    let linker = if bundled.is_file() { bundled } else { PathBuf::from("/usr/bin/rust-lld") };
    let mut cargo = program("/usr/bin/cargo");
    cargo
        .env("PATH", format!("/usr/bin:{path}"))
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
        .env_remove("RUSTC");
    Ok(cargo)
}

/// The command line tool of exactly the version that the crate was compiled with.
fn bindgen() -> Result<PathBuf> {
    let version = locked("wasm-bindgen")?;
    let directory = cache()?.join(format!("wasm-bindgen-{version}"));
    let tool = directory.join("bin").join(format!("wasm-bindgen{}", std::env::consts::EXE_SUFFIX));
    if !tool.is_file() {
        let place = directory.display();
        say(format!(
            "installing wasm-bindgen {version} into {place}: it writes the glue (some minutes, once)"
        ));
        let install = |how: &[&str]| {
            let mut install = cargo();
            install.env_remove("CARGO_TARGET_DIR").args(["install", "--quiet"]).args(how);
            let package = ["wasm-bindgen-cli", "--version", &version, "--root"];
            run(install.args(package).arg(&directory))
        };
        // A mirror may lack a version that its authors locked; the next compatible ones do as well.
        install(&["--locked"]).or_else(|_| {
            say("not with the versions its authors locked; trying with those this registry has");
            install(&[])
        })?;
    }
    Ok(tool)
}

/// The version of `package` in Cargo.lock.
fn locked(package: &str) -> Result<String> {
    let lock = shell::read(&root().join("Cargo.lock"))?;
    let mut lines = lock.lines();
    lines
        .find(|line| *line == format!("name = \"{package}\""))
        .and_then(|_| lines.next()?.strip_prefix("version = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .ok_or_else(|| format!("Cargo.lock does not list {package}"))
}
