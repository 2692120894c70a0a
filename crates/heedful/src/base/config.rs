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
        if error.is_data() {
            located(&error.to_string(), path)
        } else {
            Error::new(ErrorCode::Json, error.to_string())
        }
    })?;
    source.end().map_err(|error| Error::new(ErrorCode::Json, error.to_string()))?;
    Ok(value)
}

/// The same from a value that is already parsed.
pub(crate) fn from_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        located(&error.into_inner().to_string(), path)
    })
}

fn located(message: &str, path: String) -> Error {
    // The path says where, so the line of a document that a host made goes; so does the code of a
    // check of ours that the parser carried.
    let mut message = message.rsplit_once(" at line ").map_or(message, |(start, _)| start);
    if let Some((start, code)) = message.strip_suffix(')').and_then(|m| m.rsplit_once(" ("))
        && ErrorCode::ALL.iter().any(|known| known.as_str() == code)
    {
        message = start;
    }
    let error = Error::new(ErrorCode::InvalidConfig, message);
    if path == "." { error } else { error.at(path) }
}

pub(crate) fn to_json<T: Serialize>(value: &T) -> String {
    // Our configuration types have string keys and finite numbers only, so this cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}
