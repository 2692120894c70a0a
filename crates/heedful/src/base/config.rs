//! Configuration documents: JSON in with paths, JSON out.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{Error, ErrorCode, Result};
use super::json::Json;
use super::reader::Reader;

/// Reads a configuration: unknown fields are errors, and an error carries the path to it.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    let document: Json = serde_json::from_str(text)
        .map_err(|error| Error::new(ErrorCode::Json, error.to_string()))?;
    T::deserialize(Reader(&document)).map_err(|problem| located(&problem.message, problem.path))
}

/// Gives an error its place. A value that our own constructors refuse keeps its code: their errors
/// come through serde as text, `message at `path` (code)`.
fn located(message: &str, outer: String) -> Error {
    let own = ErrorCode::ALL.iter().find_map(|own| {
        let (text, _) = message.split_once(&format!(" ({own})"))?;
        Some((*own, text))
    });
    let Some((code, text)) = own else {
        return Error::new(ErrorCode::InvalidConfig, message).at(outer);
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
    use serde::Deserialize;

    use super::*;
    use crate::base::metric::Metric;

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        list: Vec<Inner>,
        #[serde(default)]
        pair: Option<[f64; 2]>,
        #[serde(default)]
        unit: (),
    }

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(rename_all = "snake_case", deny_unknown_fields)]
    enum Inner {
        Plain,
        Wrapped(u8),
        Named { at: i64 },
        Both(bool, String),
    }

    #[test]
    fn reads_every_shape_that_the_derived_code_asks_for() {
        let text = r#"{"list": ["plain", {"wrapped": 3}, {"named": {"at": -1}}, {"both": [true, "x"]}],
            "pair": [1, 2.5], "unit": null}"#;
        let list = vec![
            Inner::Plain,
            Inner::Wrapped(3),
            Inner::Named { at: -1 },
            Inner::Both(true, "x".to_owned()),
        ];
        let expected = Outer { list, pair: Some([1.0, 2.5]), unit: () };
        assert_eq!(from_json::<Outer>(text).unwrap(), expected);
        assert_eq!(from_json::<Outer>(r#"{"list": [], "pair": null}"#).unwrap().pair, None);
    }

    #[test]
    fn an_error_says_where() {
        let cases = [
            (r#"{"list": [], "pear": 1}"#, "pear", "unknown field `pear`, expected one of"),
            (
                r#"{"list": [], "pair": [1]}"#,
                "pair",
                "invalid length 1, expected an array of length 2",
            ),
            (r#"{"list": [], "pair": [1, 2, 3]}"#, "pair", "fewer elements"),
            (r#"{"list": [], "pair": [1, "2"]}"#, "pair[1]", "expected f64, found the text `2`"),
            (r#"{"list": ["plain", "plane"]}"#, "list[1]", "unknown variant `plane`"),
            (r#"{"list": [{"named": {"at": 1, "on": 2}}]}"#, "list[0].named.on", "unknown field"),
            (r#"{"list": [{"named": {"at": 0.5}}]}"#, "list[0].named.at", "found the number 0.5"),
            (
                r#"{"list": [{"wrapped": 300}]}"#,
                "list[0].wrapped",
                "expected u8, found the number 300",
            ),
            (r#"{"list": [{"wrapped": 1, "plain": null}]}"#, "list[0]", "expected"),
            (r#"{"list": [{"both": [true]}]}"#, "list[0].both", "invalid length 1"),
            (r#"{"list": {}}"#, "list", "expected a sequence, found an object"),
            (r#"{"list": null}"#, "list", "found null"),
            ("{}", "", "missing field `list`"),
            ("[]", "", "expected"),
        ];
        for (text, path, message) in cases {
            let error = from_json::<Outer>(text).unwrap_err();
            assert_eq!((error.code(), error.path()), (ErrorCode::InvalidConfig, path), "{text}");
            assert!(error.message().contains(message), "{text}: {}", error.message());
        }
        for text in ["{", "{} {}", "", "nul"] {
            assert_eq!(from_json::<Outer>(text).unwrap_err().code(), ErrorCode::Json, "{text}");
        }
    }

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
