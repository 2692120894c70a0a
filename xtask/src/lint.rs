//! The checks that are not tests.

use crate::shell::{self, Result, cargo, find, output, program, root, say};
use crate::{examples, imports, licences};

type Check = fn() -> Result<()>;

/// Every check runs, so that one run shows all that is to mend.
pub fn run() -> Result<()> {
    let checks: &[(&str, Check)] = &[
        ("format", format),
        ("clippy", clippy),
        ("documentation", documentation),
        ("imports run one way", imports::check),
        ("every public item has an example", examples::check),
        ("licences of dependencies", licences::check),
        ("advisories", advisories),
        ("no machine's paths", paths),
    ];
    let mut failed = Vec::new();
    for (name, check) in checks {
        say(format!("lint: {name}"));
        if let Err(message) = check() {
            eprintln!("xtask: {message}");
            failed.push(*name);
        }
    }
    if failed.is_empty() {
        say("nothing to mend");
        return Ok(());
    }
    Err(format!("lints failed: {}", failed.join(", ")))
}

fn format() -> Result<()> {
    shell::run(cargo().args(["fmt", "--all", "--check"]))
}

/// With every feature, then the core by itself with none and with each: a feature must not need another one.
fn clippy() -> Result<()> {
    let clippy = |arguments: &[&str]| {
        shell::run(
            cargo()
                .args(["clippy", "--locked", "--quiet"])
                .args(arguments)
                .args(["--", "-D", "warnings"]),
        )
    };
    clippy(&["--workspace", "--all-targets", "--all-features"])?;
    clippy(&["-p", "heedful", "--no-default-features"])?;
    for feature in ["arrow", "parallel", "read", "schema", "zones"] {
        clippy(&["-p", "heedful", "--no-default-features", "--features", feature])?;
    }
    Ok(())
}

fn documentation() -> Result<()> {
    let mut doc = cargo();
    doc.env("RUSTDOCFLAGS", "-D warnings");
    shell::run(doc.args([
        "doc",
        "--locked",
        "--quiet",
        "--no-deps",
        "--all-features",
        "--workspace",
        "--exclude",
        "xtask",
    ]))
}

/// Known vulnerabilities, where the tool is installed and the network lets it fetch the list.
fn advisories() -> Result<()> {
    if find(&["cargo-audit"]).is_none() {
        println!("skipped: cargo-audit is not installed (`cargo install cargo-audit`)");
        return Ok(());
    }
    match output(cargo().args(["audit", "--quiet"])) {
        Err(message) if message.contains("fetch") => {
            println!("skipped: the list of advisories cannot be fetched here");
            Ok(())
        }
        result => result.map(drop),
    }
}

/// A path of somebody's machine in a committed file works nowhere else.
fn paths() -> Result<()> {
    let listed = output(program("git").args(["ls-files", "-z"]))?;
    let mut found = Vec::new();
    for file in listed.split('\0').filter(|file| !file.is_empty()) {
        // What is not text has no lines to check.
        let Ok(text) = std::fs::read_to_string(root().join(file)) else { continue };
        let lines = text.lines().enumerate().filter(|(_, line)| names_a_machine(line));
        found.extend(lines.map(|(index, line)| format!("{file}:{}: {}", index + 1, line.trim())));
    }
    if found.is_empty() {
        Ok(())
    } else {
        Err(format!("paths of one machine:\n{}", found.join("\n")))
    }
}

/// Whether an absolute path under a directory that differs between machines stands in the line.
fn names_a_machine(line: &str) -> bool {
    ["home", "Users", "root", "tmp", "work", "mnt"].iter().any(|directory| {
        let start = format!("/{directory}/");
        line.match_indices(&start).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + start.len()..].chars().next();
            // Inside of a longer path or an address it is an ordinary word.
            before.is_none_or(|c| !c.is_alphanumeric() && !"._-/~})*$".contains(c))
                && after.is_some_and(|c| c.is_alphanumeric() || c == '.' || c == '_')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::names_a_machine;

    #[test]
    fn absolute_paths_are_told_from_relative_ones_and_addresses() {
        for directory in ["home", "root", "tmp"] {
            assert!(names_a_machine(&format!("read(\"/{directory}/x.csv\")")), "{directory}");
            assert!(names_a_machine(&format!("/{directory}/x")), "{directory}");
            assert!(!names_a_machine(&format!("../{directory}/x")), "{directory}");
            assert!(!names_a_machine(&format!("https://example.org/{directory}/x")), "{directory}");
        }
    }
}
