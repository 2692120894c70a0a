//! Every public item of the core is shown by an example.
//!
//! A type, a trait, a constant and a function have one in their own documentation. A method or a constant of a type
//! may also be shown by an example of the type or of another of its methods. Setters (`mut self` to `Self`) need none:
//! they are named by what they set, and `from_json` or the type's example shows them together.

use std::collections::BTreeMap;
use std::path::Path;

use crate::shell::{self, Result, root};

const CORE: &str = "crates/heedful/src";
/// Where examples are still missing: files or folders, from the core's root. This list only gets shorter.
const OPEN: &[&str] = &["monitor"];

struct Item {
    place: String,
    /// The type it belongs to, itself where it is one.
    owner: String,
    name: String,
    example: String,
    member: bool,
    setter: bool,
}

pub fn check() -> Result<()> {
    let core = root().join(CORE);
    let mut items = Vec::new();
    collect(&core, &core, &mut items)?;
    let mut shown: BTreeMap<&str, String> = BTreeMap::new();
    for item in &items {
        shown.entry(&item.owner).or_default().push_str(&item.example);
    }
    let uses = |text: &str, name: &str| {
        [format!(".{name}("), format!("::{name}(")].iter().any(|call| text.contains(call.as_str()))
            || name.chars().all(|c| c.is_uppercase() || c == '_')
                && text.contains(&format!("::{name}"))
    };
    let missing: Vec<String> = items
        .iter()
        .filter(|item| item.example.is_empty() && !item.setter)
        .filter(|item| !(item.member && uses(&shown[item.owner.as_str()], &item.name)))
        .map(|item| format!("{}: `{}`", item.place, item.name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("{} public items without an example:\n{}", missing.len(), missing.join("\n")))
}

fn collect(core: &Path, directory: &Path, items: &mut Vec<Item>) -> Result<()> {
    for path in shell::files(directory, "")? {
        let name = path.strip_prefix(core).unwrap_or(&path).display().to_string();
        let test = path.file_stem().is_some_and(|stem| stem == "tests" || stem == "testing");
        if test || OPEN.contains(&name.replace('\\', "/").as_str()) {
            continue;
        }
        if path.is_dir() {
            collect(core, &path, items)?;
        } else if name.ends_with(".rs") {
            scan(&format!("{CORE}/{name}"), &shell::read(&path)?, items);
        }
    }
    Ok(())
}

/// The public items of a file, with the code in their documentation.
fn scan(file: &str, text: &str, items: &mut Vec<Item>) {
    let (mut owner, mut example) = (String::new(), String::new());
    let (mut code, mut hidden, mut attribute) = (false, false, false);
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let trimmed = line.split(" // ").next().unwrap_or_default().trim();
        if trimmed == "mod tests {" {
            return;
        }
        if let Some(documentation) = trimmed.strip_prefix("///") {
            if documentation.trim_start().starts_with("```") {
                code = !code;
                example.push(' ');
            } else if code {
                example.push_str(documentation);
            }
            continue;
        }
        if trimmed.starts_with("//") {
            continue;
        }
        attribute |= trimmed.starts_with("#[");
        if attribute {
            hidden |= trimmed == "#[doc(hidden)]";
            attribute = !trimmed.ends_with(']');
            continue;
        }
        let item = trimmed.strip_prefix("pub ").and_then(declared);
        if let Some((kind, name)) = item {
            let member = line.starts_with("    ");
            let signature =
                lines[index..].iter().take_while(|line| !line.ends_with(['{', ';', '}']));
            let signature: String = signature.chain(lines.get(index)).copied().collect();
            let setter =
                kind == "fn" && signature.contains("mut self") && signature.contains("Self");
            if !hidden && (kind != "mod") {
                items.push(Item {
                    place: format!("{file}:{}", index + 1),
                    owner: if member { owner.clone() } else { name.to_owned() },
                    name: name.to_owned(),
                    example: std::mem::take(&mut example),
                    member,
                    setter,
                });
            }
        } else if let Some(header) = line.strip_prefix("impl") {
            owner = implemented(header);
        }
        example.clear();
        hidden = false;
    }
}

/// The kind and the name of an item from what follows `pub`.
fn declared(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix("const fn ").map_or(text, |_| &text["const ".len()..]);
    let (kind, rest) = text.split_once(' ')?;
    let known = ["fn", "struct", "enum", "trait", "type", "const"].contains(&kind);
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    known.then_some((kind, &rest[..end]))
}

/// The type of an `impl`, without its parameters.
fn implemented(header: &str) -> String {
    let header = header.rsplit(" for ").next().unwrap_or(header);
    let header = match header.strip_prefix('<') {
        Some(generic) => generic.split_once("> ").map_or(generic, |(_, rest)| rest),
        None => header,
    };
    let name = header.trim_start().rsplit("::").next().unwrap_or_default();
    name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(text: &str) -> Vec<String> {
        let mut items = Vec::new();
        scan("a.rs", text, &mut items);
        items
            .into_iter()
            .filter(|item| item.example.is_empty() && !item.setter)
            .map(|item| format!("{}.{}", item.owner, item.name))
            .collect()
    }

    #[test]
    fn items_and_their_examples_are_found() {
        let text = "/// One.\n///\n/// ```\n/// One::new();\n/// ```\n#[derive(Debug)]\n#[cfg_attr(\n    feature = \"schema\",\n    derive(Schema)\n)]\npub struct One {\n    /// Field.\n    pub field: u8,\n}\n\nimpl<T: Into<u8>> One<T> {\n    /// New.\n    pub fn new() -> Self {}\n\n    /// Sets.\n    pub fn set(mut self) -> Self {}\n\n    pub(crate) fn own() {}\n}\n\n/// Two.\npub enum Two {\n}\n\n/// ```\n/// three();\n/// ```\npub const fn three() {}\n";
        assert_eq!(missing(text), ["One.new", "Two.Two"]);
    }

    #[test]
    fn types_of_impls() {
        assert_eq!(implemented(" One {"), "One");
        assert_eq!(implemented("<T: Into<u8>> Iterator for Two<T> {"), "Two");
    }
}
