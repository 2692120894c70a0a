//! Stored state: versioned, readable for ever.

use super::config::Object;
use super::error::{Error, ErrorCode, Result};
use super::json::Json;

/// Refuses state of a version that is not known before anything else of it is looked at.
pub(crate) fn check_version(json: &Json, newest: u32) -> Result<()> {
    let mut version = 0_u32;
    let mut object = Object::of(json)?;
    object.needs("version", &mut version);
    object.finish_state()?;
    if version >= 1 && version <= newest {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::StateVersion,
        format!("stored state has version {version}, this version reads 1 to {newest}"),
    )
    .at("version"))
}
