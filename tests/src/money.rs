//! Runs the vectors of money and initiatives.

use heedful::initiative::Initiative;
use heedful::money::{AvoidableContacts, BusinessCase, Linkage, ValueAtRisk};
use heedful::{Mentions, Result};
use serde_json::{Value, json};

use crate::table;
use crate::why::mentions;

/// The answer to a vector of these functions; `None` for any other.
///
/// # Errors
/// What the core refuses.
#[must_use]
pub fn answer(function: &str, input: &Value, options: &Value) -> Option<Result<Value>> {
    let known = ["value_at_risk", "business_case", "linkage", "avoidable_contacts", "initiative"];
    known.contains(&function).then(|| run(function, input, &options.to_string()))
}

fn run(function: &str, input: &Value, options: &str) -> Result<Value> {
    let rows = || table(&input["table"]);
    let reasons: Option<Mentions> =
        (!input["reasons"].is_null()).then(|| mentions(&input["reasons"])).transpose()?;
    macro_rules! with_reasons {
        ($asked:expr) => {
            match (&$asked, &reasons) {
                (asked, Some(reasons)) => json!(asked.run_with(&rows()?, reasons)?),
                (asked, None) => json!(asked.run(&rows()?)?),
            }
        };
    }
    Ok(match function {
        "business_case" => json!(BusinessCase::from_json(options)?.run()?),
        "linkage" => json!(Linkage::from_json(options)?.run(&rows()?)?),
        "value_at_risk" => with_reasons!(ValueAtRisk::from_json(options)?),
        "avoidable_contacts" => with_reasons!(AvoidableContacts::from_json(options)?),
        _ => with_reasons!(Initiative::from_json(options)?),
    })
}
