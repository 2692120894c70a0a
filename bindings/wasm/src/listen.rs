//! Customer data beside responses, and the response funnel.

use heedful::{
    Error, ErrorCode, Funnel, FunnelCounts, FunnelOptions, Join, Joined, Key, Uncertainty,
};
use js_sys::Array;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::output::answer;
use crate::table::Columns;
use crate::{Answer, input};

/// The column with the numbers of the customer data's rows; no column of a user is called so.
const ROW: &str = "\0row";

/// Joins customer data that has the columns of its key, of its time and the number of each row under this name: for each
/// response the number of its row, and how well the two fit.
///
/// # Errors
/// As for [`Join::run`].
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
        rows: Vec<Key>,
        fit: Joined,
    }
    let run = || {
        let (responses, customers) =
            (input::responses(columns, roles)?, input::responses(customers, theirs)?);
        let fit = Join::from_json(options)?.columns([ROW]).run(&responses, &customers)?;
        let column =
            fit.responses.column(ROW).ok_or_else(|| Error::new(ErrorCode::Internal, "no rows"))?;
        Ok(Found { rows: (0..column.len()).map(|row| column.key(row)).collect(), fit })
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
