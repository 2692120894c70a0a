//! From the crate `heedful-wasm` to optimised modules and their glue.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::npm;
use crate::setup::debian;
use crate::shell::{
    self, Result, cache, cargo, find, fresh, output, program, root, run, say, target,
};

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

/// How the standard library for the target is had.
#[derive(Clone, Copy)]
enum Standard {
    /// Installed, as rustup does it.
    Installed,
    /// Compiled from source by Debian's compiler, where rustup cannot download.
    Built,
}

/// Everything that a build of the module needs beside the npm packages.
pub fn tool_chain() -> Result<()> {
    standard()?;
    bindgen().map(drop)
}

/// Builds a module for each of the features; the glue goes beside the TypeScript. Returns the optimised modules.
pub fn modules(features: &[&str]) -> Result<Vec<PathBuf>> {
    npm::packages()?;
    let (bindgen, standard) = (bindgen()?, standard()?);
    let glue = root().join("bindings/wasm/ts/glue");
    fresh(&glue)?;
    features.iter().map(|feature| module(feature, &bindgen, standard, &glue)).collect()
}

fn module(feature: &str, bindgen: &Path, standard: Standard, glue: &Path) -> Result<PathBuf> {
    say(format!("building the WASM module `{feature}`"));
    let raw = compile(feature, standard)?;
    run(program(bindgen)
        .args([
            "--target",
            "web",
            "--omit-default-module-path",
            // After a trap the wrapper starts a new instance.
            "--experimental-reset-state-function",
            "--out-name",
            feature,
            "--out-dir",
        ])
        .arg(glue)
        .arg(raw))?;
    optimised(feature, &glue.join(format!("{feature}_bg.wasm")))
}

fn compile(feature: &str, standard: Standard) -> Result<PathBuf> {
    // Apart from the other builds: another compiler may be at work here.
    let directory = target("wasm");
    let mut cargo = match standard {
        Standard::Installed => cargo(),
        Standard::Built => debian_cargo()?,
    };
    // Messages in the module name source files: they shall not name the builder's directories.
    let home =
        std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| home + "/.cargo"));
    let mut flags = vec![format!("--remap-path-prefix={}=heedful", root().display())];
    flags.extend(home.map(|home| format!("--remap-path-prefix={home}=cargo")));
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
    run(npm::tool("wasm-opt")
        .args([
            // The lowest addresses are the end of the stack, which no pointer of ours has.
            "--low-memory-unused",
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
        .arg(&result))?;
    shell::copy(module, &input)?;
    Ok(result)
}

fn standard() -> Result<Standard> {
    if installed() {
        return Ok(Standard::Installed);
    }
    if find(&["rustup"]).is_some() {
        say(format!("adding the target {TARGET} with rustup: the npm package is compiled for it"));
        if output(program("rustup").args(["target", "add", TARGET])).is_ok() && installed() {
            return Ok(Standard::Installed);
        }
        say(
            "rustup could not add it: taking Debian's compiler, which has the sources of the standard library",
        );
    }
    if debian_sources() {
        return Ok(Standard::Built);
    }
    debian(&["cargo-web", "rust-web-src", "rustc-web"], &format!("a compiler for {TARGET}"))?;
    if debian_sources() {
        Ok(Standard::Built)
    } else {
        Err(format!("there is still no compiler for {TARGET}"))
    }
}

fn installed() -> bool {
    let libraries = output(program("rustc").args(["--print", "target-libdir", "--target", TARGET]));
    libraries.is_ok_and(|path| {
        shell::files(Path::new(&path), ".rlib").is_ok_and(|files| !files.is_empty())
    })
}

fn debian_sources() -> bool {
    ["/usr/bin/cargo", "/usr/bin/rustc", "/usr/lib/rustlib/src/rust/library/Cargo.lock"]
        .iter()
        .all(|path| Path::new(path).is_file())
}

/// Debian's cargo, building the standard library along: an unstable option, hence the switch.
fn debian_cargo() -> Result<Command> {
    let path = std::env::var("PATH").map_err(|error| error.to_string())?;
    let sysroot = output(program("rustc").args(["--print", "sysroot"]))?;
    let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let bundled = Path::new(&sysroot).join("lib/rustlib").join(host).join("bin/rust-lld");
    let linker = if bundled.is_file() { bundled } else { PathBuf::from("/usr/bin/rust-lld") };
    let mut cargo = program("/usr/bin/cargo");
    cargo
        .env("PATH", format!("/usr/bin:{path}"))
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
        .env_remove("RUSTC")
        .arg("-Zbuild-std=std,panic_abort");
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
