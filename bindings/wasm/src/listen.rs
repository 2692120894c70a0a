//! Customer data beside responses, and the response funnel.

use heedful::{Funnel, FunnelCounts, FunnelOptions, Join, Joined, Uncertainty};
use js_sys::Array;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::output::answer;
use crate::table::Columns;
use crate::{Answer, input};

/// Joins customer data: for each response the number of its row, and how well the two fit.
///
/// # Errors
/// As for [`Join::find`].
#[wasm_bindgen]
pub fn join(
    columns: &Array,
    roles: &str,
    customers: &Array,
    theirs: &str,
    options: &str,
) -> Answer {
    #[derive(Serialize)]
    struct Found {
        rows: Vec<Option<usize>>,
        fit: Joined,
    }
    let run = || {
        let (responses, customers) =
            (input::responses(columns, roles)?, input::responses(customers, theirs)?);
        let mut fit = Join::from_json(options)?.find(&responses, &customers)?;
        Ok(Found { rows: std::mem::take(&mut fit.rows), fit })
    };
    answer(run())
}

/// The funnel of a table with a row for each invitation: a table.
///
/// # Errors
/// As for [`FunnelOptions::run`].
#[wasm_bindgen]
pub fn funnel(columns: &Array, roles: &str, options: &str) -> Answer {
    let run = || FunnelOptions::from_json(options)?.run(&input::responses(columns, roles)?);
    answer(run().map(|funnel| Columns(funnel.to_table())))
}

/// The funnel of counts: a table.
///
/// # Errors
/// As for [`Funnel::new`].
#[wasm_bindgen]
pub fn funnel_counts(counts: &str, uncertainty: &str) -> Answer {
    let run = || {
        let confidence = Uncertainty::from_json(uncertainty)?.confidence;
        Funnel::new(&FunnelCounts::from_json(counts)?, confidence)
    };
    answer(run().map(|funnel| Columns(funnel.to_table())))
}
