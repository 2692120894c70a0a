//! Runs the vectors of contact rules, response propensity, pseudonyms and the strength of comments.

use heedful::contact::{Candidate, ContactPolicy, Customer, Histories, PlanOptions};
use heedful::text::CommentStrength;
use heedful::{Metric, Propensity, Result, pseudonym};
use serde_json::{Value, json};

use crate::table;

/// The answer to a vector of these functions; `None` for any other.
///
/// # Errors
/// What the core refuses.
#[must_use]
pub fn answer(function: &str, input: &Value, options: &Value) -> Option<Result<Value>> {
    Some(match function {
        "contact_decide" => decide(input, options),
        "contact_plan" => plan(input, options),
        "contact_replay" => replay(input, options),
        "response_propensity" => propensity(input, options),
        "pseudonym" => Ok(pseudonyms(input, options)),
        "comment_strength" => Ok(strengths(input)),
        _ => return None,
    })
}

fn policy(input: &Value) -> Result<ContactPolicy> {
    ContactPolicy::from_json(&input["policy"].to_string())
}

fn past(input: &Value) -> Result<Histories> {
    match &input["past"] {
        Value::Null => Ok(Histories::new()),
        columns => Histories::from_table(&table(columns)?),
    }
}

fn decide(input: &Value, options: &Value) -> Result<Value> {
    let (policy, past) = (policy(input)?, past(input)?);
    let now = options["now"].as_i64().unwrap_or_default();
    let candidates = Candidate::from_table(&table(&input["candidates"])?)?;
    let decisions = candidates.iter().map(|one| policy.decide_in(&past, one, now));
    Ok(json!(decisions.collect::<Result<Vec<_>>>()?))
}

fn plan(input: &Value, options: &Value) -> Result<Value> {
    // `from` is a word of Python.
    let options = options.to_string().replace("\"start\"", "\"from\"").replace("\"end\"", "\"to\"");
    let candidates = Candidate::from_table(&table(&input["candidates"])?)?;
    let plan =
        policy(input)?.plan(past(input)?, &candidates, &PlanOptions::from_json(&options)?)?;
    Ok(json!(plan.to_table()))
}

fn replay(input: &Value, options: &Value) -> Result<Value> {
    let customers = Customer::from_table(&table(&input["customers"])?)?;
    let past = past(input)?;
    Ok(json!(policy(input)?.replay(past.contacts(), &customers, options["deviation"].as_f64())?))
}

fn propensity(input: &Value, options: &Value) -> Result<Value> {
    let metric = Metric::from_json(&options["metric"].to_string())?;
    let mut options = options.clone();
    options.as_object_mut().map(|options| options.remove("metric"));
    let invitations = table(&input["table"])?.rating("score");
    let found = Propensity::from_json(&options.to_string())?.run(&invitations)?;
    let value = invitations.score(&metric)?.value;
    let mut answer = json!(found);
    answer["cells"] = json!(found.to_table());
    answer["weights"] =
        found.weights.iter().map(|weight| weight.unwrap_or_default()).collect::<Vec<_>>().into();
    answer["value"] = json!(value);
    answer["bounds"] = json!(value.map(|value| found.bounds(&metric, value)));
    Ok(answer)
}

fn texts(list: &Value) -> Vec<Option<&str>> {
    list.as_array().into_iter().flatten().map(Value::as_str).collect()
}

fn pseudonyms(input: &Value, options: &Value) -> Value {
    let key = options["key"].as_str().unwrap_or_default().as_bytes();
    let hidden = texts(&input["ids"]).into_iter().map(|id| id.map(|id| pseudonym(key, id)));
    hidden.collect::<Vec<_>>().into()
}

fn strengths(input: &Value) -> Value {
    json!(CommentStrength::of_all(&texts(&input["texts"])))
}
