//! The Python side: environment, wheel, and tests of the installed wheel.

use std::fs::File;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::process::Command;

use zip::result::ZipResult;
use zip::{ZipArchive, ZipWriter};

use crate::setup::{debian, once};
use crate::shell::{self, Result, find, fresh, output, program, root, run, say, target, tee};
use crate::summary::{Tally, pytest};

/// Bytes of the wheel.
const BUDGET: u64 = 3_000_000;

/// From 10 on the level is by Zopfli: this many rounds more than 9.
const ZOPFLI: i64 = 20;

fn venv() -> PathBuf {
    root().join(".venv")
}

/// The interpreter of the environment.
pub fn python() -> Command {
    program(interpreter())
}

fn interpreter() -> PathBuf {
    venv().join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

/// The environment with everything the tests need.
pub fn environment() -> Result<()> {
    let host = host()?;
    let version =
        output(program(&host).args(["-c", "import sys; print(*sys.version_info[:3], sep='.')"]))?;
    once(&venv().join("heedful-interpreter"), &format!("{} {version}", host.display()), || {
        say(format!("making .venv with Python {version}: the wheel is installed and tested there"));
        let make = || run(program(&host).args(["-m", "venv", "--clear"]).arg(venv()));
        // Debian ships the interpreter without what `venv` needs.
        make().or_else(|_| debian(&["python3-venv"], "Python's venv module").and_then(|()| make()))
    })?;
    requirements("requirements-dev.txt", "the tests of the wheel need it")
}

/// The environment with the benchmarks' rivals as well.
pub fn bench_environment() -> Result<()> {
    environment()?;
    requirements("requirements-bench.txt", "the benchmarks compare against it")
}

fn requirements(file: &str, why: &str) -> Result<()> {
    let path = root().join("bindings/python").join(file);
    once(&venv().join(format!("heedful-{file}")), &shell::read(&path)?, || {
        say(format!("installing bindings/python/{file} into .venv: {why}"));
        run(python()
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
            .arg(&path))
    })
}

fn host() -> Result<PathBuf> {
    let asked = std::env::var_os("PYTHON").map(PathBuf::from);
    let host = match asked.or_else(|| find(&["python3", "python"])) {
        Some(host) => host,
        None => {
            debian(&["python3", "python3-venv"], "Python")?;
            find(&["python3"]).ok_or("Python was installed but is not on PATH")?
        }
    };
    let check = "import sys; sys.exit(sys.version_info < (3, 11))";
    if program(&host).args(["-c", check]).status().is_ok_and(|status| status.success()) {
        return Ok(host);
    }
    Err(format!(
        "the tests need Python 3.11 or later and {} is older: name one in PYTHON",
        host.display()
    ))
}

/// Builds the wheel into `dist/` and holds it to its budget.
pub fn wheel() -> Result<PathBuf> {
    environment()?;
    let dist = root().join("dist");
    std::fs::create_dir_all(&dist).map_err(|error| error.to_string())?;
    for old in shell::files(&dist, ".whl")? {
        std::fs::remove_file(&old).map_err(|error| error.to_string())?;
    }
    say("building the wheel");
    let mut maturin = python();
    maturin
        .current_dir(root().join("bindings/python"))
        .args(["-m", "maturin", "build", "--profile", "wheel", "--locked"])
        .arg("--interpreter")
        .arg(interpreter())
        .arg("--out")
        .arg(&dist);
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        // Rust links with LLD here, which keeps one of several functions that came out alike, and puts similar ones side by
        // side, which packs 4 % tighter.
        maturin.args(["--", "-C", "link-arg=-Wl,--icf=all,--bp-compression-sort=both"]);
    }
    run(&mut maturin)?;
    let wheel = shell::files(&dist, ".whl")?.pop().ok_or("maturin left no wheel in dist/")?;
    pack(&wheel).map_err(|error| format!("{}: {error}", wheel.display()))?;
    let size = std::fs::metadata(&wheel).map_err(|error| error.to_string())?.len();
    println!("{}: {} kB (budget {} kB)", relative(&wheel).display(), size / 1000, BUDGET / 1000);
    if size > BUDGET {
        return Err(format!("the wheel has {size} bytes, its budget is {BUDGET}"));
    }
    Ok(wheel)
}

/// Packs the files of a wheel again as tightly as its format allows: 3 % less to download than what maturin writes.
fn pack(wheel: &Path) -> ZipResult<()> {
    let mut files = ZipArchive::new(File::open(wheel)?)?;
    let mut packed = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..files.len() {
        let mut file = files.by_index(at)?;
        let options = file.options().compression_level(Some(ZOPFLI));
        packed.start_file(file.name()?.into_owned(), options)?;
        io::copy(&mut file, &mut packed)?;
    }
    std::fs::write(wheel, packed.finish()?.into_inner())?;
    Ok(())
}

/// Installs the wheel in place of the one that was there.
pub fn install(wheel: &Path) -> Result<()> {
    say("installing the wheel into .venv");
    let flags = [
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--force-reinstall",
        "--no-deps",
        "--no-index",
    ];
    run(python().args(["-m", "pip"]).args(flags).arg(wheel))
}

/// Builds and installs the wheel and tests what was installed.
pub fn test() -> Result<Tally> {
    install(&wheel()?)?;
    let tests = root().join("bindings/python");
    say("pytest against the installed wheel");
    let (shown, ok) = tee(python().current_dir(&tests).args(["-m", "pytest", "-q"]))?;
    let mut tally = Tally::of_run(pytest(&shown), ok);

    // The checkers read the installed package: they run where the sources cannot be imported by accident.
    let elsewhere = target("python");
    fresh(&elsewhere)?;
    let config = tests.join("pyproject.toml");
    say("stubtest: the stubs say what the built module has");
    tally.check(run(python()
        .current_dir(&elsewhere)
        .args(["-m", "mypy.stubtest", "heedful", "--allowlist"])
        .arg(tests.join("stubtest-allowlist.txt"))));
    say("mypy: what a user's type checker infers");
    let cache = target("mypy");
    let mut mypy = python();
    mypy.current_dir(&elsewhere)
        .args(["-m", "mypy", "--config-file"])
        .arg(config)
        .arg("--cache-dir")
        .arg(cache);
    tally.check(run(mypy.arg(tests.join("tests/typing_api.py"))));
    Ok(tally)
}

fn relative(path: &Path) -> &Path {
    path.strip_prefix(root()).unwrap_or(path)
}
