//! Running other programs, and where things are.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Every failure of a command is a sentence for the person at the terminal.
pub type Result<T> = std::result::Result<T, String>;

/// The repository root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository")
}

/// A path under `target/`, where every intermediate result goes.
pub fn target(path: &str) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), PathBuf::from)
        .join(path)
}

/// A program that starts in the repository root, with a working directory and environment like those of a terminal.
pub fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root());
    // What `cargo run` sets for xtask is not meant for the programs xtask starts.
    for (key, _) in std::env::vars_os() {
        let key = key.to_string_lossy();
        if key.starts_with("CARGO_PKG_")
            || key.starts_with("CARGO_MANIFEST_")
            || key == "LD_LIBRARY_PATH"
        {
            command.env_remove(key.as_ref());
        }
    }
    command
}

pub fn cargo() -> Command {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// What is about to happen and why: said before it happens.
pub fn say(message: impl std::fmt::Display) {
    println!("==> {message}");
}

/// Runs to the end with the output shown; fails when the program does.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", line(command))) }
}

/// Runs to the end and returns what it printed, trimmed; fails when the program does.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.output().map_err(|error| cannot_start(command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(format!(
        "`{}` failed ({})\n{}",
        line(command),
        output.status,
        String::from_utf8_lossy(&output.stderr)
    ))
}

/// Runs to the end with the output shown and returned, and whether the program succeeded.
pub fn tee(command: &mut Command) -> Result<(String, bool)> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|error| cannot_start(command, &error))?;
    let mut seen = String::new();
    let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped"));
    let mut bytes = Vec::new();
    while lines.read_until(b'\n', &mut bytes).map_err(|error| error.to_string())? > 0 {
        // A reader that closed our output early (`| head`) does not stop the tests.
        let _ = std::io::stdout().write_all(&bytes);
        seen.push_str(&String::from_utf8_lossy(&bytes));
        bytes.clear();
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    Ok((seen, status.success()))
}

/// The first of `names` that is an executable on `PATH`.
pub fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names.iter().find_map(|name| {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        directories.iter().map(|directory| directory.join(&file)).find(|path| path.is_file())
    })
}

/// Where tools that outlive a clone are kept, so that the next clone is quick.
pub fn cache() -> Result<PathBuf> {
    let variable =
        |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let directory = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Caches"))
    } else {
        variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")))
    };
    Ok(directory.ok_or("no home directory to keep tools in: set HOME")?.join("heedful"))
}

pub fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))
}

pub fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    std::fs::write(path, content)
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}

pub fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::copy(from, to)
        .map(drop)
        .map_err(|error| format!("cannot copy {} to {}: {error}", from.display(), to.display()))
}

/// An empty directory at `path`, whatever was there before.
pub fn fresh(path: &Path) -> Result<()> {
    if path.exists() {
        std::fs::remove_dir_all(path)
            .map_err(|error| format!("cannot remove {}: {error}", path.display()))?;
    }
    std::fs::create_dir_all(path)
        .map_err(|error| format!("cannot make {}: {error}", path.display()))
}

/// The files directly in `directory` whose name ends in `ending`, sorted.
pub fn files(directory: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(directory)
        .map_err(|error| format!("cannot read {}: {error}", directory.display()))?;
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    found.sort();
    Ok(found)
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    format!("cannot start `{}`: {error}", command.get_program().to_string_lossy())
}
