//! Every dependency's licence is one of those we accept.

use serde_json::Value;

use crate::shell::{self, Result, cargo, output, root};

/// The accepted licences, one a line.
const ACCEPTED: &str = "xtask/licences.txt";

pub fn check() -> Result<()> {
    let accepted = shell::read(&root().join(ACCEPTED))?;
    let accepted: Vec<&str> = accepted
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let metadata =
        output(cargo().args(["metadata", "--locked", "--format-version", "1", "--all-features"]))?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| error.to_string())?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let mut refused = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let licence = package["license"].as_str().unwrap_or("none stated");
        if !allowed(licence, &accepted) {
            refused.push(format!("{name}: {licence}"));
        }
    }
    if refused.is_empty() {
        println!("{} packages, every licence accepted", packages.len());
        return Ok(());
    }
    Err(format!("licences that {ACCEPTED} does not accept:\n{}", refused.join("\n")))
}

/// Whether an SPDX expression can be met with the accepted licences alone. `/` is an old spelling of `OR`.
fn allowed(expression: &str, accepted: &[&str]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any(&mut rest, accepted) && rest.is_empty()
}

/// `a OR b`: every branch is read, one must hold.
fn any(words: &mut &[&str], accepted: &[&str]) -> bool {
    let mut holds = all(words, accepted);
    while let ["OR", rest @ ..] = *words {
        *words = rest;
        holds |= all(words, accepted);
    }
    holds
}

/// `a AND b`, which binds tighter.
fn all(words: &mut &[&str], accepted: &[&str]) -> bool {
    let mut holds = one(words, accepted);
    while let ["AND", rest @ ..] = *words {
        *words = rest;
        holds &= one(words, accepted);
    }
    holds
}

/// A licence, with its exception where it has one, or an expression in parentheses.
fn one(words: &mut &[&str], accepted: &[&str]) -> bool {
    match *words {
        ["(", rest @ ..] => {
            *words = rest;
            let holds = any(words, accepted);
            let closed = words.first() == Some(&")");
            *words = words.get(1..).unwrap_or_default();
            holds && closed
        }
        [licence, "WITH", exception, rest @ ..] => {
            *words = rest;
            accepted.contains(&format!("{licence} WITH {exception}").as_str())
        }
        [licence, rest @ ..] => {
            *words = rest;
            accepted.contains(licence)
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::allowed;

    #[test]
    fn expressions_are_read_as_spdx_defines_them() {
        let accepted = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"];
        for good in [
            "MIT",
            "MIT OR GPL-3.0",
            "GPL-3.0/MIT",
            "MIT AND Apache-2.0",
            "GPL-3.0 AND ISC OR MIT",
            "(MIT OR GPL-3.0) AND Apache-2.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
        ] {
            assert!(allowed(good, &accepted), "{good}");
        }
        for bad in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT OR ISC) AND GPL-3.0",
            "MIT WITH Other-exception",
            "(MIT",
            "MIT ISC",
        ] {
            assert!(!allowed(bad, &accepted), "{bad}");
        }
    }
}
