//! Roof: the JSON Schemas of the configuration.

use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde_json::Value;

use crate::act::alert::options::AlertOptions;
use crate::act::case::facts::Facts;
use crate::act::case::outcomes::Outcomes;
use crate::act::case::policy::CasePolicy;
use crate::act::initiative::Initiative;
use crate::act::money::case::BusinessCase;
use crate::act::money::contact::AvoidableContacts;
use crate::act::money::linkage::Linkage;
use crate::act::money::risk::ValueAtRisk;
use crate::act::playbook::options::Playbooks;
use crate::act::queue::Queue;
use crate::base::metric::Metric;
use crate::base::scale::Scale;
use crate::base::suppression::Suppression;
use crate::base::time::business::BusinessCalendar;
use crate::interpret::change::Change;
use crate::interpret::contrast::Contrast;
use crate::interpret::design::Design;
use crate::interpret::driver::Drivers;
use crate::interpret::driver::asymmetry::Asymmetry;
use crate::interpret::driver::confound::Confounding;
use crate::interpret::driver::importance::Importance;
use crate::interpret::driver::role::ReasonRoles;
use crate::interpret::driver::what_if::WhatIf;
use crate::interpret::journey::{Journey, JourneyAnalysis};
use crate::interpret::keyness::Keyness;
use crate::interpret::league::League;
use crate::interpret::propensity::Propensity;
use crate::interpret::reason::discover::Discover;
use crate::interpret::reason::mapper::{MapperOptions, ReasonColumns};
use crate::interpret::reason::taxonomy::Taxonomy;
use crate::interpret::sample_size::SampleSize;
use crate::interpret::scan::Scan;
use crate::interpret::score::Uncertainty;
use crate::interpret::scoring::Scoring;
use crate::interpret::sentiment::{SentimentFit, SentimentOptions};
use crate::interpret::target::Target;
use crate::interpret::weight::Weighting;
use crate::listen::contact::{ContactPolicy, PlanOptions};
use crate::listen::funnel::{FunnelCounts, FunnelOptions};
#[cfg(feature = "read")]
use crate::listen::import::CsvOptions;
use crate::listen::join::Join;
use crate::listen::responses::Roles;
use crate::listen::survey::Survey;
use crate::monitor::behaviour::events::Behaviour;
use crate::monitor::behaviour::table::Repurchase;
use crate::monitor::change_point::ChangePoints;
use crate::monitor::classical::farrington::Farrington;
use crate::monitor::classical::moving::{Cusum, Ears, SeasonalZ};
use crate::monitor::detect::Detect;
use crate::monitor::detector::Watcher;
use crate::monitor::emerging::Emerging;
use crate::monitor::health::agreement::HealthAgreement;
use crate::monitor::health::assess::Health;
use crate::monitor::health::backtest::HealthBacktest;
use crate::monitor::health::fit::ScorecardFit;
use crate::monitor::health::scorecard::Scorecard;
use crate::monitor::pulse::options::PulseOptions;

/// The JSON Schema (draft 2020-12) of every configuration that is a document of its own, by the name
/// of its type in snake case, sorted.
///
/// A schema describes what `from_json` takes, with unknown fields refused, defaults and ranges. It
/// cannot say how fields bear on each other (bands that overlap, `rolling` without `every`): the
/// reader and `run` check that. The types that documents are made of are under `$defs`; each
/// configuration type also implements `schemars::JsonSchema`, to become part of a schema of yours.
///
/// ```
/// let schemas = heedful::schemas();
/// let (_, scoring) = schemas.iter().find(|(name, _)| *name == "scoring").unwrap();
/// assert_eq!(scoring["additionalProperties"], false);
/// assert_eq!(scoring["properties"]["minimum_n"]["default"], 0);
/// ```
#[must_use]
pub fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("alert_options", of::<AlertOptions>()),
        ("asymmetry", of::<Asymmetry>()),
        ("avoidable_contacts", of::<AvoidableContacts>()),
        ("behaviour", of::<Behaviour>()),
        ("business_calendar", of::<BusinessCalendar>()),
        ("business_case", of::<BusinessCase>()),
        ("case_policy", of::<CasePolicy>()),
        ("change", of::<Change>()),
        ("change_points", of::<ChangePoints>()),
        ("confounding", of::<Confounding>()),
        ("contact_policy", of::<ContactPolicy>()),
        ("contrast", of::<Contrast>()),
        #[cfg(feature = "read")]
        ("csv_options", of::<CsvOptions>()),
        ("cusum", of::<Cusum>()),
        ("design", of::<Design>()),
        ("detect", of::<Detect>()),
        ("discover", of::<Discover>()),
        ("drivers", of::<Drivers>()),
        ("ears", of::<Ears>()),
        ("emerging", of::<Emerging>()),
        ("facts", of::<Facts>()),
        ("farrington", of::<Farrington>()),
        ("funnel_counts", of::<FunnelCounts>()),
        ("funnel_options", of::<FunnelOptions>()),
        ("health", of::<Health>()),
        ("health_agreement", of::<HealthAgreement>()),
        ("health_backtest", of::<HealthBacktest>()),
        ("importance", of::<Importance>()),
        ("initiative", of::<Initiative>()),
        ("join", of::<Join>()),
        ("journey", of::<Journey>()),
        ("journey_analysis", of::<JourneyAnalysis>()),
        ("keyness", of::<Keyness>()),
        ("league", of::<League>()),
        ("linkage", of::<Linkage>()),
        ("mapper_options", of::<MapperOptions>()),
        ("metric", of::<Metric>()),
        ("outcomes", of::<Outcomes>()),
        ("plan_options", of::<PlanOptions>()),
        ("playbooks", of::<Playbooks>()),
        ("propensity", of::<Propensity>()),
        ("pulse_options", of::<PulseOptions>()),
        ("queue", of::<Queue>()),
        ("reason_columns", of::<ReasonColumns>()),
        ("reason_roles", of::<ReasonRoles>()),
        ("repurchase", of::<Repurchase>()),
        ("roles", of::<Roles>()),
        ("sample_size", of::<SampleSize>()),
        ("scale", of::<Scale>()),
        ("scan", of::<Scan>()),
        ("scorecard", of::<Scorecard>()),
        ("scorecard_fit", of::<ScorecardFit>()),
        ("scoring", of::<Scoring>()),
        ("seasonal_z", of::<SeasonalZ>()),
        ("sentiment_fit", of::<SentimentFit>()),
        ("sentiment_options", of::<SentimentOptions>()),
        ("suppression", of::<Suppression>()),
        ("survey", of::<Survey>()),
        ("target", of::<Target>()),
        ("taxonomy", of::<Taxonomy>()),
        ("uncertainty", of::<Uncertainty>()),
        ("value_at_risk", of::<ValueAtRisk>()),
        ("watcher", of::<Watcher>()),
        ("weighting", of::<Weighting>()),
        ("what_if", of::<WhatIf>()),
    ]
}

fn of<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12()
        .with_transform(RecursiveTransform(describe))
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

/// Descriptions come from the documentation of the crate: what is only for Rust goes.
fn describe(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = plain(text);
    }
}

/// A documentation comment without its examples and sections, and with links as their text alone.
fn plain(documentation: &str) -> String {
    let prose = documentation.split("\n```").next().unwrap_or_default();
    let prose = prose.split("\n# ").next().unwrap_or_default().trim_end();
    let mut parts = prose.split("[`");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push('`');
        match part.split_once("`]") {
            Some((text, rest)) => {
                plain.push_str(text);
                plain.push('`');
                let target = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
                plain.push_str(target.map_or(rest, |(_, rest)| rest));
            }
            None => plain.push_str(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted() {
        assert!(schemas().is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn descriptions_are_for_readers_of_json() {
        assert_eq!(
            plain("See [`by`](Self::by) and [`Metric`], not [this].\n\n```\nlet x;\n```\nmore"),
            "See `by` and `Metric`, not [this]."
        );
        assert_eq!(plain("Text.\n\n# Errors\nNone."), "Text.");
        for (name, schema) in schemas() {
            let text = schema.to_string();
            assert!(!text.contains("Self::") && !text.contains("let "), "{name}: {text}");
        }
    }
}
