//! Imports in the core point to an earlier wing or to the ground floor.
//!
//! Read from the source as tokens: every path that starts at `crate`, `super` or `self`, in a `use` or in an
//! expression, nested groups included. Comments, texts and what is only compiled for tests do not count.

use std::collections::BTreeMap;
use std::path::Path;

use crate::shell::{self, Result, root};

const CORE: &str = "crates/heedful/src";
/// The ground floor: `base` stands alone, the others stand on it.
const GROUND: &[&str] = &["base", "stats", "text"];
/// The wings, in the order in which data passes through them.
const WINGS: &[&str] = &["listen", "interpret", "monitor", "act"];
/// The roof may import anything, and nothing below imports the roof.
const ROOF: &[&str] = &["program", "report", "chart", "schema"];

pub fn check() -> Result<()> {
    let core = root().join(CORE);
    let exports = exports(&tokens(&shell::read(&core.join("lib.rs"))?));
    let mut found = Vec::new();
    visit(&core, &mut Vec::new(), &mut |file, module| {
        let text = shell::read(file)?;
        let name = file.strip_prefix(root()).unwrap_or(file).display();
        found.extend(
            violations(&text, module, &exports)
                .into_iter()
                .map(|(line, what)| format!("{name}:{line}: {what}")),
        );
        Ok(())
    })?;
    if found.is_empty() {
        Ok(())
    } else {
        Err(format!("imports that break the order of the house:\n{}", found.join("\n")))
    }
}

/// Calls `each` with every source file and its module path. Not with lib.rs (documentation and re-exports), nor with
/// `tests.rs`, which is compiled for tests alone.
fn visit(
    directory: &Path,
    module: &mut Vec<String>,
    each: &mut impl FnMut(&Path, &[String]) -> Result<()>,
) -> Result<()> {
    for path in shell::files(directory, "")? {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if stem == "tests" {
            continue;
        }
        if path.is_dir() {
            module.push(stem);
            visit(&path, module, each)?;
            module.pop();
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let own = stem != "mod" && !(module.is_empty() && stem == "lib");
            if own {
                module.push(stem);
            }
            if !module.is_empty() {
                each(&path, module)?;
            }
            if own {
                module.pop();
            }
        }
    }
    Ok(())
}

/// What may be imported from `from` (both are modules directly under the root).
fn allowed(from: &str, to: &str) -> bool {
    let wing = |name: &str| WINGS.iter().position(|wing| *wing == name);
    if from == to || ROOF.contains(&from) {
        return true;
    }
    match (wing(from), wing(to)) {
        (Some(from), Some(to)) => to < from,
        (Some(_), None) => GROUND.contains(&to),
        (None, _) => from != "base" && to == "base",
    }
}

/// Lines and descriptions of what a file of `module` imports against the rule.
fn violations(
    text: &str,
    module: &[String],
    exports: &BTreeMap<String, String>,
) -> Vec<(usize, String)> {
    let known = |name: &str| [GROUND, WINGS, ROOF].iter().any(|floor| floor.contains(&name));
    let from = module[0].as_str();
    if !known(from) {
        return vec![(
            1,
            format!("`{from}` has no place in the house: give it one in xtask/src/imports.rs"),
        )];
    }
    let mut found = Vec::new();
    for (line, path) in paths(&tokens(text), module) {
        let Some(first) = path.first() else {
            found.push((line, "the crate's root is imported whole: name what is meant".to_owned()));
            continue;
        };
        match exports.get(first).or_else(|| Some(first).filter(|name| known(name))) {
            Some(to) if allowed(from, to) => {}
            Some(to) => found.push((line, format!("`{from}` imports from `{to}`"))),
            None => found.push((line, format!("`crate::{first}`: in which module is it?"))),
        }
    }
    found
}

/// Where the names that lib.rs re-exports live: `Score` is in `interpret`, say.
fn exports(tokens: &[Token]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.text == "use" {
            let mut leaves = Vec::new();
            tree(tokens, index + 1, &[], &mut leaves);
            for Leaf { path, alias, .. } in leaves {
                let path: Vec<String> =
                    path.into_iter().filter(|word| word != "crate" && word != "self").collect();
                if let ([first, ..], Some(last)) = (path.as_slice(), alias.as_ref().or(path.last()))
                {
                    found.insert(last.clone(), first.clone());
                }
            }
        }
    }
    found
}

/// Every path that starts at the crate's root or is relative to `module`, resolved from the root, with its line.
fn paths(tokens: &[Token], module: &[String]) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    // One entry for each open brace: whether it opened a module.
    let mut braces: Vec<bool> = Vec::new();
    let mut here = module.to_vec();
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        let text =
            |offset: usize| tokens.get(index + offset).map_or("", |token| token.text.as_str());
        match token.text.as_str() {
            "#" if text(1) == "[" => {
                let end = closing(tokens, index + 1);
                index = if for_tests(&tokens[index..end]) { item_end(tokens, end) } else { end };
                continue;
            }
            "{" => {
                let opens = index >= 2 && tokens[index - 2].text == "mod";
                if opens {
                    here.push(tokens[index - 1].text.clone());
                }
                braces.push(opens);
            }
            "}" => {
                let closes = braces.pop();
                if closes == Some(true) {
                    here.pop();
                }
            }
            "crate" | "super" | "self" => {
                let after_path = index > 0
                    && matches!(tokens[index - 1].text.as_str(), "::" | "in" | "(")
                    && text(1) != "::";
                let in_use = index > 0 && tokens[index - 1].text == "use";
                if !after_path && (text(1) == "::" || in_use) {
                    let mut leaves = Vec::new();
                    index = tree(tokens, index, &[], &mut leaves);
                    for leaf in leaves {
                        if let Some(path) = resolve(&leaf.path, &here) {
                            found.push((leaf.line, path));
                        }
                    }
                    continue;
                }
            }
            _ => {}
        }
        index += 1;
    }
    found
}

/// The path seen from the crate's root.
fn resolve(path: &[String], here: &[String]) -> Option<Vec<String>> {
    let mut base = here.to_vec();
    let mut rest = path;
    while let [first, tail @ ..] = rest {
        match first.as_str() {
            "crate" => base.clear(),
            "super" => drop(base.pop()?),
            "self" => {}
            _ => break,
        }
        rest = tail;
    }
    base.extend(rest.iter().cloned());
    Some(base)
}

struct Leaf {
    line: usize,
    path: Vec<String>,
    alias: Option<String>,
}

/// Reads `a::b::{c, d::*}` from `index` on; a leaf for each branch. Returns where it ends.
fn tree(tokens: &[Token], mut index: usize, prefix: &[String], leaves: &mut Vec<Leaf>) -> usize {
    let mut path = prefix.to_vec();
    let line = tokens.get(index).map_or(0, |token| token.line);
    loop {
        match tokens.get(index).map(|token| token.text.as_str()) {
            Some("{") => {
                index += 1;
                while let Some(token) = tokens.get(index).filter(|token| token.text != "}") {
                    // Every branch moves on by at least one token, whatever stands there.
                    let next =
                        if token.text == "," { index } else { tree(tokens, index, &path, leaves) };
                    index = next.max(index + 1);
                }
                return index + 1;
            }
            Some("*") => index += 1,
            Some(word) if is_word(word) => {
                path.push(word.to_owned());
                index += 1;
                if tokens.get(index).is_some_and(|token| token.text == "::") {
                    index += 1;
                    continue;
                }
            }
            _ => {}
        }
        let mut alias = None;
        if tokens.get(index).is_some_and(|token| token.text == "as") {
            alias = tokens.get(index + 1).map(|token| token.text.clone());
            index += 2;
        }
        leaves.push(Leaf { line, path, alias });
        return index;
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The index after the bracket that closes the one at `open`.
fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "[" | "{" | "(" => depth += 1,
            "]" | "}" | ")" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    tokens.len()
}

/// `#[cfg(test)]` or `#[cfg(all(test, ...))]`: without `not` and `any`, the item is there in tests alone.
fn for_tests(attribute: &[Token]) -> bool {
    let has = |word: &str| attribute.iter().any(|token| token.text == word);
    attribute.get(2).is_some_and(|token| token.text == "cfg")
        && has("test")
        && !has("not")
        && !has("any")
}

/// The index after the item that starts at `index`: past its block, or past its semicolon.
fn item_end(tokens: &[Token], mut index: usize) -> usize {
    while let Some(token) = tokens.get(index) {
        match token.text.as_str() {
            ";" => return index + 1,
            "{" => return closing(tokens, index),
            "[" | "(" => index = closing(tokens, index),
            _ => index += 1,
        }
    }
    index
}

#[derive(Debug)]
struct Token {
    line: usize,
    text: String,
}

/// Words, `::` and single signs; comments and literals are left out.
fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or('\0');
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut found, mut index, mut line) = (Vec::new(), 0, 1);
    while index < chars.len() {
        let start = index;
        match at(index) {
            '/' if at(index + 1) == '/' => {
                while index < chars.len() && at(index) != '\n' {
                    index += 1;
                }
            }
            '/' if at(index + 1) == '*' => {
                let mut depth = 0;
                loop {
                    match (at(index), at(index + 1)) {
                        ('/', '*') => (depth, index) = (depth + 1, index + 2),
                        ('*', '/') => (depth, index) = (depth - 1, index + 2),
                        _ => index += 1,
                    }
                    if depth == 0 || index >= chars.len() {
                        break;
                    }
                }
            }
            '"' => index = text_end(&chars, index),
            // A character or a lifetime: only the former is closed.
            '\'' => {
                if at(index + 1) == '\\' {
                    index += 3;
                    while index < chars.len() && at(index) != '\'' {
                        index += 1;
                    }
                    index += 1;
                } else {
                    index += if at(index + 2) == '\'' { 3 } else { 1 };
                }
            }
            c if word(c) => {
                while word(at(index)) {
                    index += 1;
                }
                let prefix: String = chars[start..index].iter().collect();
                let raw = matches!(prefix.as_str(), "r" | "br" | "cr");
                let hashes = (index..).take_while(|i| at(*i) == '#').count();
                if raw && at(index + hashes) == '"' {
                    index = raw_end(&chars, index + hashes, hashes);
                } else if raw && hashes == 1 {
                    index += 1; // a raw identifier: the word after it is the name
                } else {
                    found.push(Token { line, text: prefix });
                }
            }
            ':' if at(index + 1) == ':' => {
                found.push(Token { line, text: "::".to_owned() });
                index += 2;
            }
            c => {
                if !c.is_whitespace() {
                    found.push(Token { line, text: c.to_string() });
                }
                index += 1;
            }
        }
        line += chars[start..index.min(chars.len())].iter().filter(|c| **c == '\n').count();
    }
    found
}

fn text_end(chars: &[char], mut index: usize) -> usize {
    index += 1;
    while index < chars.len() && chars[index] != '"' {
        index += if chars[index] == '\\' { 2 } else { 1 };
    }
    index + 1
}

fn raw_end(chars: &[char], quote: usize, hashes: usize) -> usize {
    let mut index = quote + 1;
    while index < chars.len() {
        let closed =
            chars[index] == '"' && (1..=hashes).all(|i| chars.get(index + i) == Some(&'#'));
        if closed {
            return index + hashes + 1;
        }
        index += 1;
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(module: &str, text: &str) -> Vec<String> {
        let exports = exports(&tokens(
            "//! docs\nmod listen;\npub use base::error::{Error, Result};\npub use crate::interpret::score::{Score, self as scoring};\npub use act::Alert as Alarm;",
        ));
        let module: Vec<String> = module.split("::").map(str::to_owned).collect();
        violations(text, &module, &exports)
            .into_iter()
            .map(|(line, what)| format!("{line}: {what}"))
            .collect()
    }

    #[test]
    fn earlier_wings_and_the_ground_floor_may_be_imported() {
        assert!(broken("interpret::score", "use crate::{base::scale::Scale, listen::table, stats};\nuse super::trend;\nuse crate::Error;").is_empty());
        assert!(broken("stats::tests", "use crate::base::error::Error; fn f() -> crate::Result<()> { super::interval::wilson() }").is_empty());
        assert!(broken("report", "use crate::{act, monitor::pulse::*, chart};").is_empty());
        assert!(
            broken(
                "base::error",
                "pub(crate) fn f() {} pub(in crate::base) fn g() {} pub(super) fn h() {}"
            )
            .is_empty()
        );
    }

    #[test]
    fn later_wings_may_not() {
        assert_eq!(
            broken("listen::table", "\nuse crate::{base, interpret::{score, segment::*}};"),
            ["2: `listen` imports from `interpret`", "2: `listen` imports from `interpret`"]
        );
        assert_eq!(
            broken("interpret", "fn f() { let x = crate::monitor::pulse::new(); }").len(),
            1
        );
        assert_eq!(broken("base::tally", "use crate::stats;"), ["1: `base` imports from `stats`"]);
        assert_eq!(broken("stats", "use crate::text;").len(), 1);
        assert_eq!(broken("act::case", "use crate::report;"), ["1: `act` imports from `report`"]);
    }

    #[test]
    fn the_ways_around_are_seen() {
        // by `super`, from an inline module, by a re-export, by another name, through the root
        assert_eq!(broken("listen::table", "use super::super::act;").len(), 1);
        assert_eq!(broken("listen", "mod inner { fn f() { super::super::act::x() } }").len(), 1);
        assert_eq!(broken("listen", "use super::act;").len(), 1);
        assert_eq!(broken("listen", "use crate::Score;"), ["1: `listen` imports from `interpret`"]);
        assert_eq!(broken("listen", "use crate::scoring;").len(), 1);
        assert_eq!(broken("monitor", "use crate::Alarm;").len(), 1);
        assert_eq!(broken("listen", "use crate as c;").len(), 1);
        assert_eq!(broken("listen", "use crate::{self as c, base};").len(), 1);
        assert_eq!(broken("listen", "use super as up;").len(), 1);
        assert_eq!(broken("listen", "use crate::*;").len(), 1);
        assert_eq!(broken("listen", "macro_rules! m { () => { $crate::act::x() } }").len(), 1);
        assert_eq!(broken("base", "use crate::nowhere::X;").len(), 1);
        assert_eq!(broken("attic", "").len(), 1);
    }

    #[test]
    fn tests_comments_and_texts_do_not_count() {
        let text = r##"
            //! [`crate::act`]
            /* crate::act::x /* nested */ crate::act::x */
            const A: &str = "crate::act::x"; const B: &str = r#"crate::act::"x"#; const C: char = '"';
            fn f<'a>(x: &'a str) -> char { '\'' }
            #[cfg(test)] use crate::act;
            #[cfg(all(test, feature = "read"))] #[path = "x.rs"] mod other { use crate::act; }
            #[cfg(test)] mod tests { use crate::{act, report}; mod deep { use crate::act; } }
            use crate::base;
        "##;
        assert!(broken("listen", text).is_empty());
        let after = "#[cfg(test)] mod tests { }\n#[cfg(not(test))]\nuse crate::act;";
        assert_eq!(broken("listen", after), ["3: `listen` imports from `act`"]);
    }
}
