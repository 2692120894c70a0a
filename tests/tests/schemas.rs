//! The JSON Schemas in `docs/schemas` say what the readers say.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

use std::collections::BTreeMap;

use heedful::alert::AlertOptions;
use heedful::behaviour::{Behaviour, Repurchase};
use heedful::cases::{BusinessCalendar, CasePolicy, Facts, Outcomes, Queue};
use heedful::contact::{ContactPolicy, PlanOptions};
use heedful::health::{Health, HealthAgreement, HealthBacktest, Scorecard, ScorecardFit};
use heedful::initiative::Initiative;
use heedful::money::{AvoidableContacts, BusinessCase, Linkage, ValueAtRisk};
use heedful::playbook::Playbooks;
use heedful::pulse::PulseOptions;
use heedful::survey::Survey;
use heedful::{
    Asymmetry, Change, ChangePoints, Confounding, Contrast, CsvOptions, Cusum, Design, Detect,
    Discover, Drivers, Ears, Emerging, Error, Farrington, FunnelCounts, FunnelOptions, Importance,
    Join, Journey, JourneyAnalysis, Keyness, League, MapperOptions, Metric, Propensity,
    ReasonColumns, ReasonRoles, Roles, SampleSize, Scale, Scan, Scoring, SeasonalZ, SentimentFit,
    SentimentOptions, Suppression, Target, Taxonomy, Uncertainty, Watcher, Weighting, WhatIf,
};
use heedful_tests::here;
use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// A validator for each schema, by name.
fn validators() -> BTreeMap<&'static str, Validator> {
    let build = |schema| jsonschema::draft202012::new(&schema).unwrap();
    heedful::schemas().into_iter().map(|(name, schema)| (name, build(schema))).collect()
}

/// What the reader of this type makes of a document, written again.
fn rewritten(name: &str, document: &Value) -> Result<Value, Error> {
    let text = document.to_string();
    macro_rules! by_name {
        ($($name:literal => $type:ident),* $(,)?) => {
            match name {
                $($name => $type::from_json(&text).map(|read| serde_json::from_str(&read.to_json()).unwrap()),)*
                other => panic!("no reader for `{other}`"),
            }
        };
    }
    by_name!(
        "alert_options" => AlertOptions,
        "asymmetry" => Asymmetry,
        "business_calendar" => BusinessCalendar,
        "case_policy" => CasePolicy,
        "avoidable_contacts" => AvoidableContacts,
        "business_case" => BusinessCase,
        "behaviour" => Behaviour,
        "change" => Change,
        "change_points" => ChangePoints,
        "confounding" => Confounding,
        "contact_policy" => ContactPolicy,
        "contrast" => Contrast,
        "csv_options" => CsvOptions,
        "cusum" => Cusum,
        "design" => Design,
        "detect" => Detect,
        "discover" => Discover,
        "drivers" => Drivers,
        "ears" => Ears,
        "emerging" => Emerging,
        "facts" => Facts,
        "farrington" => Farrington,
        "funnel_counts" => FunnelCounts,
        "funnel_options" => FunnelOptions,
        "health" => Health,
        "health_agreement" => HealthAgreement,
        "health_backtest" => HealthBacktest,
        "importance" => Importance,
        "initiative" => Initiative,
        "join" => Join,
        "journey" => Journey,
        "journey_analysis" => JourneyAnalysis,
        "keyness" => Keyness,
        "league" => League,
        "linkage" => Linkage,
        "mapper_options" => MapperOptions,
        "metric" => Metric,
        "outcomes" => Outcomes,
        "plan_options" => PlanOptions,
        "playbooks" => Playbooks,
        "propensity" => Propensity,
        "queue" => Queue,
        "pulse_options" => PulseOptions,
        "reason_columns" => ReasonColumns,
        "reason_roles" => ReasonRoles,
        "repurchase" => Repurchase,
        "roles" => Roles,
        "sample_size" => SampleSize,
        "scale" => Scale,
        "scan" => Scan,
        "scorecard" => Scorecard,
        "scorecard_fit" => ScorecardFit,
        "scoring" => Scoring,
        "seasonal_z" => SeasonalZ,
        "sentiment_fit" => SentimentFit,
        "sentiment_options" => SentimentOptions,
        "suppression" => Suppression,
        "survey" => Survey,
        "target" => Target,
        "taxonomy" => Taxonomy,
        "uncertainty" => Uncertainty,
        "value_at_risk" => ValueAtRisk,
        "watcher" => Watcher,
        "weighting" => Weighting,
        "what_if" => WhatIf,
    )
}

/// Documents that name every field of every type.
fn documents() -> Vec<(&'static str, Value)> {
    let net = json!({"type": "net", "positive": [9, 10], "negative": [0, 6.5]});
    let scorecard = json!({
        "name": "own", "version": "2", "changed": 1, "hysteresis": 2.0,
        "groups": [{"id": "use", "weight": 2.0, "measures": [
            {"id": "logins", "weight": 1.0, "points": {"linear": [[0.0, 0.0], [20.0, 100.0]]}, "better": "higher",
             "subjective": false, "at": "seen", "fresh_days": 30.0, "missing": "neutral", "effort": 2.0},
            {"id": "nps", "points": {"score": {"worst": -100.0, "best": 100.0}}, "standard_error": "error"},
            {"id": "seen", "points": {"decay": {"half_life_days": 14.0}}},
            {"id": "trained", "points": "milestone"},
            {"id": "plan", "points": {"categories": {"free": 20.0, "pro": 90.0}}},
            {"id": "spend", "points": {"percentile": {"within": "segment"}}},
            {"id": "tickets", "points": {"thresholds": [[0.0, 100.0], [5.0, 20.0]]}, "better": "lower"},
            {"id": "load", "points": {"logistic": {"middle": 3.0, "steepness": 1.0}}},
        ]}],
        "bands": [{"name": "low", "from": 0.0}, {"name": "high", "from": 60.0}],
        "alarms": [{"id": "away", "when": [
            {"column": "seen", "test": {"older_than_days": 30.0}}, {"column": "plan", "test": {"is": ["pro"]}},
            {"column": "nps", "test": {"fell": {"from": 9.0, "to": 6.0}}}, {"column": "note", "test": "missing"},
            {"column": "logins", "test": {"at_least": 1.0}},
        ], "effect": {"cap": 50.0}}],
    });
    let calendar = json!({
        "zone": "Europe/Copenhagen", "holidays": ["2026-12-25"],
        "hours": {
            "monday": [["09:00", "12:00"], ["13:00", "17:00"]], "tuesday": [["09:00", "00:00"]], "wednesday": [],
            "thursday": [], "friday": [], "saturday": [], "sunday": [],
        },
    });
    let whom = json!({
        "reasons": ["price"], "segments": ["s"], "values": ["A"], "touchpoints": ["web"], "tiers": ["0-2"],
    });
    let metric = json!({
        "name": "own", "scale": "0-10", "rule": net, "better": "lower",
        "bands": [{"name": "low", "from": 0, "to": 6}, {"name": "high", "from": 9, "to": 10}],
    });
    let labelled = json!({"points": [0, 0.5, 1], "labels": ["never", null, "always"]});
    let boxes =
        |kind: &str| json!({"scale": labelled, "rule": {"type": kind, "boxes": 1}, "bands": null});
    let weighting = json!({
        "targets": {"region": {"EU": 0.4, "US": 0.5, "null": 0.1}, "age": {"old": 10, "young": 20}},
        "cells": [
            {"keys": {"plan": "pro", "paid": true, "age": 1, "size": 1.5, "sex": null}, "share": 1},
        ],
        "missing": "keep", "cap": 5, "floor": 0.2, "total": 100.0, "tolerance": 1e-12,
        "max_iterations": 50,
    });
    let design =
        json!({"strata": "region", "clusters": "branch", "fpc": "n", "weighting": weighting});
    let scoring = json!({
        "metrics": [{"metric": "nps", "rating": "score"}, {"metric": metric}],
        "by": ["plan"], "every": "month", "time_zone": "Europe/Copenhagen", "rolling": 3,
        "confidence": 0.9, "interval": "adjusted_wald", "minimum_n": 5, "secondary": true,
        "invalid": "count", "repeats": "latest", "kind": "relational", "pool": true,
        "signals": ["solicited", "inferred"], "missing": ["-"], "threads": 2, "clusters": {"value": "revenue"},
        "design": design,
    });
    let nps = json!({"metrics": [{"metric": "nps"}]});
    let journey = json!({
        "name": "stay",
        "stages": [{"name": "arrive", "touchpoints": [{
            "name": "reception", "channel": "desk", "owner": "front", "outcome": "a key at once",
            "importance": 8.5, "survey": "check-in", "reasons": ["staff"],
        }]}],
    });
    let tally = json!({
        "version": 1, "scale": "1-5", "counts": [1, 2, 3, 4, 5], "missing": 1, "invalid": 0,
        "out_of_range": 2, "weights": {"sums": [1, 2, 3, 4, 5], "squares": [1, 2, 3, 4, 5.5]},
    });
    let bought = json!({"r": 0.25, "alpha": 33.5, "a": 0.7, "b": 2.25});
    let which = json!({"surveys": ["nps"], "metrics": ["nps"], "kinds": ["relational"], "touchpoints": ["web"], "channels": ["email"]});
    vec![
        ("business_calendar", calendar.clone()),
        (
            "case_policy",
            json!({
                "calendar": calendar,
                "tiers": [{"name": "0-2", "from": 0.0, "to": 2.0}, {"name": "3-6", "from": 3.0, "to": 6.0}],
                "values": [{"name": "A", "from": 5000.0}, {"name": "B"}],
                "priority": {"A": {"0-2": 1, "3-6": 2}, "B": {"0-2": 2}}, "priority_otherwise": 9,
                "priority_by_severity": {"high": 2, "critical": 1},
                "opens": [whom], "fallback": {"role": "care"}, "fallback_without_contact": {"owner": "bo"},
                "routes": [{"name": "prices", "when": whom, "to": {"role": "sales"}, "contact": false}],
                "due": [
                    {"when": whom, "reply": "at_once", "close": {"business_days": 3}},
                    {"reply": {"business_hours": 4.5}}, {"reply": "next_interaction"},
                ],
                "reminders": [8.0, 1.5], "escalations": [{"after_hours": 4.0, "to": {"owner": "anna"}}],
            }),
        ),
        (
            "facts",
            json!({
                "id": "r1", "response": "r1", "alert": "a1", "severity": "high", "customer": "ada", "account": "acme", "rating": 2.0,
                "reasons": ["price"], "touchpoint": "web", "segment": "s", "value_tier": "A", "value": 5.5, "churn": 0.5,
                "growth": 1.5, "effort": 2.0, "no_contact": true, "at": 5,
            }),
        ),
        ("outcomes", json!({"confidence": 0.9, "speeds": [2.0, 8.0]})),
        (
            "queue",
            json!({
                "by": "value", "hours": 6.0, "recovery": {"chance": 0.5, "half_life_hours": 48.0}, "effort": 1.5,
                "churn": {"0-2": 0.5},
            }),
        ),
        (
            "contact_policy",
            json!({"rules": [
                {"gap": {"days": 90.5, "of": which, "counts": which, "after": ["declined"]}},
                {"cap": {"at_most": 2, "days": 90, "per": "account", "of": which, "counts": which}},
                {"sample": {"salt": "a", "rate": 0.5, "of": which,
                    "segments": [{"attribute": "plan", "is": ["pro"], "rate": 1}]}},
                {"trigger": {"event": "renewal", "after_days": -30, "within_days": 7, "of": which}},
                {"recurring": {"every_days": 180, "within_days": 14, "of": which}},
                {"first_contact": {"days": 30, "of": which}},
                {"quiet": {"from": "20:00", "to": "08:00", "days": ["sunday"], "of": which}},
                {"channels": {"channels": ["email"], "of": which}},
                {"enough": {"margin": 3.5, "of": which}},
                {"reminder": {"after_days": 3, "at_most": 1, "deadline_days": 14, "counted": true, "of": which}},
            ], "priority": ["nps"]}),
        ),
        (
            "plan_options",
            json!({"from": 0, "to": 1, "target": 5, "spread": true, "notice_days": 2, "salt": "a"}),
        ),
        ("propensity", json!({"by": ["plan"], "minimum": 5, "cap": 3.5, "confidence": 0.9})),
        ("survey", serde_json::from_str(&Survey::preset("nps").unwrap().to_json()).unwrap()),
        (
            "discover",
            json!({"language": "en", "words": 2, "minimum_comments": 5, "most": 20, "examples": 3}),
        ),
        (
            "keyness",
            json!({
                "language": "de", "words": 2, "minimum_comments": 5, "most": 20, "examples": 3,
                "alpha": 0.1, "association": 0.5, "adjustment": "holm",
            }),
        ),
        (
            "mapper_options",
            json!({
                "language": "fr", "typos": true, "sentiment": false, "metric": "nps",
                "least_confidence": 0.5,
            }),
        ),
        (
            "reason_columns",
            json!({
                "comment": "text", "clicks": "button", "manual": "code", "separator": "|",
                "touchpoint": "where", "language": "lang",
            }),
        ),
        ("change_points", json!({"alpha": 0.02, "confidence": 0.9, "shortest": 3})),
        ("cusum", json!({"k": 0.5, "h": 4, "dispersion": 1.5})),
        (
            "detect",
            json!({
                "every": "hour", "start": 11_323, "start_hour": 7, "alpha": 0.02, "direction": "up", "share": false,
                "holidays": [1, 2], "min_cases": 2, "memory": 300, "method": "ears_c1",
            }),
        ),
        ("ears", json!({"method": "c3_as_coded", "baseline": 9, "alpha": 0.02})),
        (
            "emerging",
            json!({
                "every": "day", "fdr": 0.02, "since": 19_723, "language": "de", "words": 2,
                "minimum_comments": 4, "known": ["tax"],
            }),
        ),
        (
            "farrington",
            json!({
                "years_back": 4, "half_window": 2, "frequency": 52, "reweight": true,
                "weights_threshold": 2.5, "alpha": 0.02, "trend": true, "trend_p": 0.1, "min_cases": 4,
                "min_cases_weeks": 3, "power": "half", "groups": 10, "left_out": 26,
                "threshold": "nb_plugin",
            }),
        ),
        ("seasonal_z", json!({"season": 7, "seasons": 8, "half_window": 1, "alpha": 0.02})),
        (
            "watcher",
            json!({
                "every": "day", "columns": {"at": "created", "comment": "text", "rating": "score"},
                "topic": "reason", "by": ["state"], "metric": "nps", "time_zone": "Europe/Copenhagen",
                "alarms_per_month": 1.5, "direction": "both", "share": true, "holidays": [3],
                "min_cases": 2, "memory": 400, "since": 19_723, "language": "fr", "redact": ["Anna"],
            }),
        ),
        ("taxonomy", json!({"id": "shop", "language": "en", "reasons": [{"id": "price"}]})),
        ("scale", json!("smileys")),
        ("scale", labelled.clone()),
        ("metric", json!("pmf")),
        ("metric", metric.clone()),
        ("metric", boxes("top")),
        ("metric", boxes("bottom")),
        ("metric", json!({"scale": "1-7", "rule": {"type": "mean"}})),
        ("metric", json!({"scale": "1-7", "rule": {"type": "rescaled"}})),
        ("scoring", json!({"metrics": [{"metric": "csat"}]})),
        ("scoring", scoring.clone()),
        (
            "scoring",
            json!({
                "metrics": [{"metric": "nps", "rating": null}], "clusters": "votes", "every": null,
                "time_zone": {"offset": 3600, "transitions": [[1_711_846_800, 7200]]},
            }),
        ),
        ("contrast", json!({"scoring": {"metrics": [{"metric": "nps"}]}, "adjustment": "holm"})),
        (
            "drivers",
            json!({
                "scoring": nps, "reasons": ["price"], "attributes": ["region"], "minimum_n": 20,
                "reference": 5.5, "replicates": 200, "orders": 100, "seed": 7, "adjustment": "holm",
            }),
        ),
        (
            "change",
            json!({
                "scoring": nps, "by": ["region", "store"], "minimum_n": 20, "reference": 5.5,
                "replicates": 200, "orders": 100, "seed": 7, "adjustment": "holm",
            }),
        ),
        (
            "importance",
            json!({
                "scoring": nps, "columns": ["speed"], "model": "ordinal", "replicates": 200, "seed": 7,
            }),
        ),
        ("reason_roles", json!({"scoring": nps, "adjustment": "holm"})),
        (
            "what_if",
            json!({
                "scoring": nps, "reasons": ["price"], "factor": 0.5, "segments": ["region"],
                "minimum_n": 20,
            }),
        ),
        (
            "behaviour",
            json!({
                "customer": "id", "at": "day", "amount": "price", "time_zone": "Europe/Copenhagen",
                "horizon_days": 30.5, "fanatic_share": 0.1, "sceptic_below": 0.4, "model": bought,
            }),
        ),
        (
            "repurchase",
            json!({
                "purchases": "x", "days_since_last": "silent", "days_known": "age", "horizon_days": 30.5,
                "model": bought,
            }),
        ),
        ("asymmetry", json!({"scoring": nps, "minimum_n": 20, "adjustment": "holm"})),
        (
            "health",
            json!({"account": "id", "stages": [
                {"name": "new", "when": [{"column": "age", "test": {"below": 90.0}}], "scorecard": scorecard},
            ]}),
        ),
        (
            "health_backtest",
            json!({
                "account": "id", "scorecard": scorecard, "outcome": "left", "at": "looked", "confidence": 0.9,
            }),
        ),
        (
            "health_agreement",
            json!({
                "account": "id", "scorecard": scorecard, "manager": "opinion", "weights": "quadratic",
                "confidence": 0.9,
            }),
        ),
        ("scorecard", scorecard),
        (
            "alert_options",
            json!({
                "rules": [{"id": "late", "at_most": 6.0, "at_least": 1.0, "reasons": ["late"], "severity": "high"}],
                "storm": {"members": 3, "hours": 2}, "close_after_days": 7,
            }),
        ),
        (
            "playbooks",
            json!({"ask_gap_days": 60, "playbooks": [
                {"id": "save", "on": {"band": {"from": "green", "to": "yellow"}}, "again_after_days": 30, "steps": [
                    {"id": "call", "kind": "reply", "what": "call", "role": "owner", "due_hours": 24},
                    {"id": "check", "kind": "task", "what": "check", "after": "call", "due_days": 14,
                     "done_when": ["band:green"]}]},
                {"id": "fire", "on": {"alert": {"source": "pulse", "cause": "low", "severity": "high"}},
                 "again_after_days": 0, "steps": [{"id": "look", "what": "look", "kind": "ask"}]},
                {"id": "why", "on": {"rated": {"band": "detractor", "comment": false}}, "again_after_days": 0,
                 "steps": [{"id": "why", "what": "why", "kind": "praise"}]},
            ]}),
        ),
        (
            "pulse_options",
            json!({
                "metric": "csat", "by": "project", "people": true, "id": "r", "key_contact": "key",
                "window": {"days": 90}, "pool": false, "time_zone": "UTC", "invalid": "count", "rules": [
                    {"id": "a", "minimum_n": 5, "cool_down_days": 3, "kind": "relational", "severity": "low", "when":
                        {"average": {"below": 3.5, "clear": 4.0, "certainty": 0.8, "clear_certainty": 0.5}}},
                    {"id": "b", "minimum_n": 1, "cool_down_days": 0, "severity": "medium",
                     "when": {"score": {"above": 3.5}}},
                    {"id": "c", "minimum_n": 1, "cool_down_days": 0, "severity": "medium", "when":
                        {"drop": {"by": 20.0, "clear": 10.0, "certainty": 0.8, "clear_certainty": 0.5}}},
                    {"id": "d", "minimum_n": 1, "cool_down_days": 0, "severity": "medium",
                     "when": {"turned": {"from": "satisfied", "to": "dissatisfied"}}},
                    {"id": "e", "minimum_n": 1, "cool_down_days": 0, "severity": "medium",
                     "when": {"repeated": {"band": "dissatisfied", "times": 3, "clear": 1}}},
                    {"id": "f", "minimum_n": 1, "cool_down_days": 0, "severity": "medium",
                     "when": {"silent": {"days": 90, "who": "anybody"}}},
                ],
            }),
        ),
        (
            "scorecard_fit",
            json!({
                "outcome": "left", "measures": ["logins", "plan"], "better": {"logins": "higher"},
                "groups": {"logins": "use"}, "most": 4, "folds": 10, "non_negative": false, "seed": 7,
                "confidence": 0.9,
            }),
        ),
        (
            "value_at_risk",
            json!({
                "value": "revenue", "churn": null, "band": "band", "at_risk": ["red"],
                "rates": {"red": {"events": 30, "n": 400}, "green": 0.02}, "threshold": 0.4, "by": ["plan"],
                "customer": "id", "share_reasons": true, "silent": 3.0, "confidence": 0.9,
            }),
        ),
        (
            "business_case",
            json!({
                "cost": {"triangular": {"low": 1.0, "mode": 2.0, "high": 4.0}},
                "running_cost": {"uniform": {"low": 1.0, "high": 2.0}},
                "saved": {"lognormal": {"mean": 5.0, "sd": 2.0}},
                "effect": {"normal": {"mean": 0.4, "sd": 0.1}},
                "driver_to_score": {"pert": {"low": 4.0, "mode": 6.0, "high": 9.0}},
                "score_to_behaviour": -0.1, "behaviour_to_money": {"beta": {"a": 2.0, "b": 3.0}},
                "months": 24, "delay_months": 3, "discount": 0.05, "loss_aversion": 2.0, "draws": 1000,
                "seed": 7, "confidence": 0.9,
            }),
        ),
        (
            "linkage",
            json!({
                "score": "nps", "outcomes": [
                    {"column": "left", "worth": -2e6, "assumed": {"score": 10.0, "change": -1.0, "range": [-2.0, -0.5]}},
                    {"column": "bought"},
                ], "unit": "account", "at": "month", "lags": [2, 6], "controls": ["size"], "band": "band",
                "metric": "nps", "minimum_n": 50, "minimum_units": 20, "adjustment": "bonferroni", "confidence": 0.9,
            }),
        ),
        (
            "avoidable_contacts",
            json!({
                "cost": 6.0, "cost_column": "cost", "failure": "again", "failure_reasons": ["bill"],
                "share_reasons": true, "days": 30.0, "confidence": 0.9,
            }),
        ),
        (
            "initiative",
            json!({
                "name": "faster", "target": ["wait"], "effort": 3.0, "start": 1e12, "at": "created",
                "customer": "who", "do_not_contact": "never", "outcome": "rating", "treated": "new",
                "method": "randomised", "controls": ["plan"], "confidence": 0.9,
            }),
        ),
        ("confounding", json!({"scoring": nps, "by": ["region"], "minimum_n": 20})),
        (
            "scan",
            json!({
                "scoring": nps, "attributes": ["region"], "conditions": 3, "minimum_n": 20,
                "level": 0.1,
            }),
        ),
        ("journey", journey.clone()),
        (
            "journey_analysis",
            json!({
                "journey": journey, "scoring": nps, "touchpoint": "step", "intensity": "feeling",
                "measures": ["wait"], "minimum_n": 20, "adjustment": "holm",
            }),
        ),
        (
            "league",
            json!({
                "scoring": {"metrics": [{"metric": "nps"}]}, "between": "dersimonian_laird", "smoothing": 2, "k": 5,
                "draws": 1000, "seed": 7,
            }),
        ),
        (
            "sample_size",
            json!({
                "metric": "nps", "margin": 3, "confidence": 0.9, "power": 0.9, "population": 500,
                "shares": {"promoter": 0.5, "detractor": 0.2},
            }),
        ),
        ("sample_size", json!({"metric": "csat", "difference": 3, "pilot": tally})),
        ("sample_size", json!({"metric": "psat", "n": 300, "shares": [0.2, 0.8]})),
        ("design", design.clone()),
        ("weighting", weighting.clone()),
        ("uncertainty", json!({"confidence": 0.9, "interval": "bayes"})),
        (
            "target",
            json!({
                "value": 40, "name": "industry", "confidence": 0.9, "interval": "wald",
                "likely": 0.7,
            }),
        ),
        (
            "funnel_counts",
            json!({
                "invited": 10, "delivered": 9, "opened": 8, "rated": 7, "gave_reason": 3,
                "commented": null, "declined": 1,
            }),
        ),
        (
            "funnel_options",
            json!({
                "status": "state", "words": {"SENT": "invited"}, "columns": {"opened": "o"},
                "confidence": 0.9,
            }),
        ),
        (
            "join",
            json!({
                "on": "customer", "key": "id", "valid_from": "since", "columns": ["plan"],
                "duplicates": "last", "time_zone": "UTC",
            }),
        ),
        (
            "sentiment_fit",
            json!({
                "sentiment": {"language": "pt-BR", "words": {"lag": -0.5}}, "scale": "0-10", "penalty": 2,
            }),
        ),
        ("sentiment_options", json!({"language": "de", "words": {"nicht schlecht": 0.3}})),
        ("suppression", json!({"minimum_n": 5, "secondary": true})),
        (
            "roles",
            json!({
                "rating": "a", "at": "b", "comment": "c", "customer": "d", "account": "e",
                "weight": "f", "kind": "g", "signal": null,
            }),
        ),
        (
            "csv_options",
            json!({
                "rating": ["a", {"column": "b", "metric": "csat"}, {"column": "c"}],
                "metric": metric, "at": "when", "comment": "why", "customer": "who",
                "account": "firm", "weight": "w", "kind": "k", "signal": "s",
                "attributes": ["plan"], "date_format": "%d/%m/%Y", "delimiter": ";",
                "quote": "'", "encoding": "latin-1", "missing": ["-"], "on_error": "collect",
                "invalid": "count",
            }),
        ),
        ("csv_options", json!({"rating": "a", "attributes": "all", "quote": null})),
        ("csv_options", json!({"rating": {"column": "a"}})),
        ("csv_options", json!({"rating": null})),
    ]
}

#[test]
fn committed_schemas_are_those_of_the_code() {
    let folder = here().join("../docs/schemas");
    let mut committed: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    committed.sort();
    let names: Vec<String> =
        heedful::schemas().iter().map(|(name, _)| format!("{name}.json")).collect();
    assert_eq!(
        committed, names,
        "docs/schemas: run `cargo xtask schemas`, remove what is left over"
    );
    for (name, schema) in heedful::schemas() {
        let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        let same = text.replace("\r\n", "\n") == format!("{schema:#}\n");
        assert!(
            same,
            "docs/schemas/{name}.json is not what the code says: run `cargo xtask schemas`"
        );
    }
}

#[test]
fn schemas_are_sound() {
    for (name, schema) in heedful::schemas() {
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        assert!(schema["title"].is_string() && schema["description"].is_string(), "{name}");
        assert!(schema.get("$id").is_none(), "{name}");
    }
}

#[test]
fn what_is_accepted_validates() {
    let validators = validators();
    let mut documents = documents();
    for name in validators.keys() {
        assert!(documents.iter().any(|(other, _)| other == name), "no document for {name}");
    }
    for preset in Metric::presets() {
        let metric = Metric::preset(preset).unwrap();
        documents.push(("metric", json!(preset)));
        documents.push(("metric", serde_json::from_str(&metric.to_json()).unwrap()));
        documents.push(("scale", serde_json::to_value(metric.scale()).unwrap()));
    }
    documents.push(("csv_options", serde_json::from_str(&CsvOptions::new().to_json()).unwrap()));
    let size = SampleSize::new(Metric::nps()).margin(5.0);
    documents.push(("sample_size", serde_json::from_str(&size.to_json()).unwrap()));
    documents.push(("target", serde_json::from_str(&Target::new(1.0).to_json()).unwrap()));
    for (name, document) in documents {
        // What `to_json` writes names every field, is read as the same again, and validates as well.
        let written = rewritten(name, &document)
            .unwrap_or_else(|error| panic!("{name}: {document}: {error}"));
        assert_eq!(rewritten(name, &written).unwrap(), written, "{name}");
        for document in [document, written] {
            let problems: Vec<String> =
                validators[name].iter_errors(&document).map(|e| e.to_string()).collect();
            assert!(problems.is_empty(), "{name}: {document}: {problems:?}");
        }
    }
}

/// The documents that the runner of the vectors makes of a vector's options.
fn documents_of(function: &str, options: &Value) -> Vec<(&'static str, Value)> {
    let mut rest = options.as_object().unwrap().clone();
    match function {
        "score" | "score_table" | "trend" | "contrast" | "league" => {
            let mut own = Map::new();
            for option in ["between", "smoothing", "k", "draws", "seed"] {
                own.extend(rest.remove_entry(option));
            }
            let mut roles = json!({});
            for role in ["rating", "at", "weight"] {
                if let Some(column) = rest.remove(role) {
                    roles[role] = column;
                }
            }
            if let Some(metric) = rest.remove("metric") {
                rest.insert("metrics".to_owned(), json!([{ "metric": metric }]));
            }
            let scoring = Value::Object(rest);
            if function == "contrast" {
                return vec![("roles", roles), ("contrast", json!({ "scoring": scoring }))];
            }
            if function == "league" {
                own.insert("scoring".to_owned(), scoring);
                return vec![("roles", roles), ("league", Value::Object(own))];
            }
            vec![("roles", roles), ("scoring", scoring)]
        }
        "compare" => {
            let metric = rest.remove("metric").unwrap();
            vec![("metric", metric), ("uncertainty", Value::Object(rest))]
        }
        "detect" | "detector" | "emerging" => {
            // Days are written out there.
            for option in ["start", "since", "holidays"] {
                rest.remove(option);
            }
            let name = if function == "detector" { "watcher" } else { function };
            let known = ["detect", "emerging", "watcher"].into_iter().find(|known| *known == name);
            vec![(known.unwrap(), Value::Object(rest))]
        }
        "read_csv" => {
            rest.remove("every");
            vec![("csv_options", Value::Object(rest))]
        }
        "weight" => vec![("weighting", Value::Object(rest))],
        "sample_size" => vec![("sample_size", Value::Object(rest))],
        "join" => {
            rest.remove("at");
            vec![("join", Value::Object(rest))]
        }
        "funnel" => {
            for role in ["rating", "comment", "signal_column"] {
                rest.remove(role);
            }
            vec![("funnel_options", Value::Object(rest))]
        }
        "target" => {
            let metric = rest.remove("metric").unwrap();
            vec![("metric", metric), ("target", Value::Object(rest))]
        }
        "keywords" => vec![("keyness", Value::Object(rest))],
        "avoidable_contacts" => vec![("avoidable_contacts", Value::Object(rest))],
        "business_case" => vec![("business_case", Value::Object(rest))],
        "initiative" => vec![("initiative", Value::Object(rest))],
        "linkage" => vec![("linkage", Value::Object(rest))],
        "value_at_risk" => vec![("value_at_risk", Value::Object(rest))],
        // Of what asks about comments the taxonomy is a document, of what asks why the metric; the rest are arguments of
        // the call.
        "agreement" | "discover" | "evaluate" | "fit_sentiment" | "labels" | "lint" | "map"
        | "predict" | "redact" | "score_by_reason" | "sentiment" | "split" | "stems" | "tokens"
        | "totals" => {
            rest.remove("taxonomy").map(|taxonomy| ("taxonomy", taxonomy)).into_iter().collect()
        }
        // What is asked of a table by a document of its own.
        "behaviour" => vec![("behaviour", Value::Object(rest))],
        "fit_scorecard" => vec![("scorecard_fit", Value::Object(rest))],
        "repurchase" => vec![("repurchase", Value::Object(rest))],
        // Their documents are others (a scorecard, a policy), which are checked as such.
        "backtest" | "comment_strength" | "contact_decide" | "contact_plan" | "contact_replay"
        | "health" | "health_agreement" | "pseudonym" | "pulse" => Vec::new(),
        "asymmetry"
        | "confounding"
        | "drivers"
        | "explain_change"
        | "importance"
        | "journey_compare"
        | "journey_lint"
        | "journey_moments"
        | "journey_run"
        | "journey_views"
        | "reason_roles"
        | "response_propensity"
        | "role_changes"
        | "scan"
        | "what_if" => rest.remove("metric").map(|metric| ("metric", metric)).into_iter().collect(),
        other => panic!("no documents for `{other}`"),
    }
}

#[test]
fn options_of_the_vectors_validate() {
    let validators = validators();
    let mut seen = 0;
    for entry in std::fs::read_dir(here().join("vectors")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let vectors: Vec<Value> =
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for vector in vectors {
            // A schema may refuse what reader or run refuse, for the same options.
            let code = vector["error"]["code"].as_str();
            let refused = code.is_some_and(|code| {
                ["invalid-argument", "invalid-config", "unknown-name"].contains(&code)
            });
            for (name, document) in
                documents_of(vector["function"].as_str().unwrap(), &vector["options"])
            {
                let valid = validators[name].is_valid(&document);
                assert!(valid || refused, "{}: {name}: {document}", vector["id"]);
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "only {seen} documents were found");
}

/// Every document that differs from this one in one place: another value, a field less, or a field
/// more.
fn changed(document: &Value) -> Vec<Value> {
    let others = [
        json!(null),
        json!(true),
        json!(1),
        json!(-1),
        json!(1.5),
        json!("zzz"),
        json!([]),
        json!({}),
        json!([1.5]),
        json!(["zzz"]),
        json!([["zzz"]]),
        json!({"zzz": 1.5}),
        json!({"zzz": "zzz"}),
    ];
    let mut found: Vec<Value> = others.into_iter().filter(|other| other != document).collect();
    match document {
        Value::Object(fields) => {
            for (key, value) in fields {
                for value in changed(value) {
                    let mut fields = fields.clone();
                    fields.insert(key.clone(), value);
                    found.push(Value::Object(fields));
                }
                let mut fields = fields.clone();
                fields.remove(key);
                found.push(Value::Object(fields));
            }
            let mut fields = fields.clone();
            fields.insert("zzz".to_owned(), json!(1));
            found.push(Value::Object(fields));
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                for item in changed(item) {
                    let mut items = items.clone();
                    items[i] = item;
                    found.push(Value::Array(items));
                }
            }
        }
        _ => {}
    }
    found
}

#[test]
fn what_is_refused_for_its_shape_does_not_validate() {
    let validators = validators();
    let (mut refused, mut wrong) = (0, Vec::new());
    for (name, document) in documents() {
        for changed in changed(&document) {
            let valid = validators[name].is_valid(&changed);
            // Names of steps, causes and bands that stand elsewhere in the document, which no schema can look up.
            let looked_up = ["playbooks", "pulse_options"].contains(&name);
            match rewritten(name, &changed).err().map(|error| error.code().as_str()) {
                Some("unknown-name") if looked_up => {}
                Some("invalid-config" | "unknown-name") if valid => {
                    wrong.push(format!("{name}: the schema takes {changed}"));
                }
                Some("invalid-config" | "unknown-name") => refused += 1,
                // The schema may be stricter: ranges that `run` checks, lists in the place of objects.
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{} taken, {refused} refused:\n{}", wrong.len(), wrong.join("\n"));
    assert!(refused > 1000, "only {refused} documents were refused");
}
