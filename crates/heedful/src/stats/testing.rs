//! Reference numbers for tests.

/// One file of R's reference numbers beside the repository, or `None` with a message where it is missing.
pub(crate) fn reference(file: &str) -> Option<serde_json::Value> {
    let path = format!("{}/../../../shared/data/stats_ref/{file}", env!("CARGO_MANIFEST_DIR"));
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).expect("reference files are JSON")),
        Err(error) => {
            println!("skipped: {path}: {error}");
            None
        }
    }
}
