//! Money: what is at stake, what a better score is worth, and whether a change pays; and what a change did.

use heedful::initiative::Initiative;
use heedful::money::{AvoidableContacts, BusinessCase, Linkage, ValueAtRisk};
use heedful::{Error, ErrorCode, Result};
use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::Answer;
use crate::input::{mentions, responses};
use crate::output::{document, failure};

/// Answers a question about a table, given as an array of its columns, with the reasons of its rows where there are any.
///
/// # Errors
/// Those of the analysis that is asked for.
#[wasm_bindgen]
pub fn money(question: &str, columns: &Array, reasons: Option<Array>, options: &str) -> Answer {
    ask(question, columns, reasons.as_ref(), options).map_err(|error| failure(&error))
}

fn ask(question: &str, columns: &Array, reasons: Option<&Array>, options: &str) -> Result<Array> {
    let table = responses(columns, "{}")?;
    let reasons = reasons.map(mentions).transpose()?;
    macro_rules! with_reasons {
        ($asked:ident) => {{
            let asked = $asked::from_json(options)?;
            match &reasons {
                Some(reasons) => document(&asked.run_with(&table, reasons)?),
                None => document(&asked.run(&table)?),
            }
        }};
    }
    Ok(match question {
        "value_at_risk" => with_reasons!(ValueAtRisk),
        "avoidable_contacts" => with_reasons!(AvoidableContacts),
        "initiative" => with_reasons!(Initiative),
        "linkage" => document(&Linkage::from_json(options)?.run(&table)?),
        "business_case" => document(&BusinessCase::from_json(options)?.run()?),
        _ => return Err(Error::new(ErrorCode::Internal, "there is no such question")),
    })
}
