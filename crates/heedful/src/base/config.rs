//! Configuration documents: JSON in with paths, JSON out.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{Error, ErrorCode, Result};

/// Reads a configuration: unknown fields are errors, and an error carries the path to it.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    let mut source = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut source).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        let code = match error.classify() {
            serde_json::error::Category::Data => ErrorCode::InvalidConfig,
            _ => ErrorCode::Json,
        };
        located(code, &error.to_string(), path)
    })?;
    source.end().map_err(|error| Error::new(ErrorCode::Json, error.to_string()))?;
    Ok(value)
}

/// The same from a value that is already parsed.
pub(crate) fn from_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        located(ErrorCode::InvalidConfig, &error.into_inner().to_string(), path)
    })
}

/// Gives an error its place. A value that our own constructors refuse keeps its code: their errors
/// come through serde as text, `message at `path` (code)`.
fn located(code: ErrorCode, message: &str, outer: String) -> Error {
    let outer = if outer == "." { String::new() } else { outer };
    let own = ErrorCode::ALL.iter().find_map(|own| {
        let (text, _) = message.split_once(&format!(" ({own})"))?;
        Some((*own, text))
    });
    let Some((code, text)) = own else {
        // A path says more than the line and column of a document that a program may have made.
        let text = match (code, message.rsplit_once(" at line ")) {
            (ErrorCode::InvalidConfig, Some((text, _))) => text,
            _ => message,
        };
        return Error::new(code, text).at(outer);
    };
    match text.rsplit_once(" at `") {
        Some((text, inner)) => {
            let inner = inner.trim_end_matches('`');
            let dot = if outer.is_empty() || inner.is_empty() { "" } else { "." };
            Error::new(code, text).at(format!("{outer}{dot}{inner}"))
        }
        None => Error::new(code, text).at(outer),
    }
}

pub(crate) fn to_json<T: Serialize>(value: &T) -> String {
    // Our configuration types have string keys and finite numbers only, so this cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::metric::Metric;

    #[test]
    fn errors_keep_code_and_path() {
        let read = |text: &str| {
            let error = from_json::<Vec<Metric>>(text).unwrap_err();
            (error.code().as_str(), error.path().to_owned(), error.message().to_owned())
        };
        assert_eq!(read("[\"npz\"]").0, "unknown-name");
        assert_eq!(read("[\"npz\"]").1, "[0]");
        let overlap = r#"[{"scale":"1-5","rule":{"type":"top","boxes":9}}]"#;
        let message = "boxes must be at least one and fewer than the points";
        assert_eq!(read(overlap), ("invalid-argument", "[0].rule.boxes".into(), message.into()));
        assert_eq!(read(r#"[{"scale":"1-5"}]"#).0, "invalid-config");
        assert_eq!(read(r#"[{"scale":"1-5"}]"#).2, "missing field `rule`");
        assert_eq!(read("[").0, "json");
    }
}
