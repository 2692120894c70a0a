//! Stored state: versioned, readable for ever.

use serde::Deserialize;

use super::error::{Error, ErrorCode, Result};

/// Refuses state of a version that is not known before anything else of it is looked at.
pub(crate) fn check_version(text: &str, newest: u32) -> Result<()> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let Versioned { version } = super::config::from_json(text)?;
    if version >= 1 && version <= newest {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::StateVersion,
        format!("stored state has version {version}, this version reads 1 to {newest}"),
    )
    .at("version"))
}
