//! What drives a score, why it moved, and journeys.
//!
//! All questions have one form: one or two tables, each with its roles and the reasons of its rows, and options.

use heedful::{
    Asymmetry, Change, ChangeReport, Confounding, Drivers, Error, ErrorCode, Importance, Journey,
    JourneyAnalysis, JourneyIssue, JourneyReport, Mentions, ReasonRoles, Responses, Result, Scan,
    ScanReport, WhatIf,
};
use js_sys::Array;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::Answer;
use crate::input::{cast, defect, mentions, responses};
use crate::output::{document, failure};

/// Answers a question about tables: each an array of its columns, its roles, and its reasons (names, where the codes
/// of each row end, codes).
///
/// # Errors
/// Those of the analysis that is asked for.
#[wasm_bindgen]
pub fn why(question: &str, tables: &Array, options: &str, earlier: &str) -> Answer {
    let run = || {
        let sides = tables.iter().map(Side::new).collect::<Result<Vec<_>>>()?;
        match question {
            "journey" => journey(options),
            "journey_differences" => {
                let (new, old) = (Journey::from_json(options)?, Journey::from_json(earlier)?);
                Ok(document(&new.differences(&old)))
            }
            question => ask(question, &sides, options, earlier),
        }
    };
    run().map_err(|error| failure(&error))
}

/// A table and the reasons of its rows.
struct Side {
    responses: Responses,
    mentions: Mentions,
}

impl Side {
    fn new(parts: JsValue) -> Result<Self> {
        let parts: Array = cast(parts)?;
        let roles = parts.get(1).as_string().ok_or_else(defect)?;
        let reasons = Array::of3(&parts.get(2), &parts.get(3), &parts.get(4));
        Ok(Self {
            responses: responses(&cast(parts.get(0))?, &roles)?,
            mentions: mentions(&reasons)?,
        })
    }

    fn pair(&self) -> (&Responses, &Mentions) {
        (&self.responses, &self.mentions)
    }

    /// Whether anything tells the reasons of its rows.
    fn has_reasons(&self) -> bool {
        !self.mentions.names().is_empty()
    }
}

fn ask(question: &str, sides: &[Side], options: &str, earlier: &str) -> Result<Array> {
    let first = sides.first().ok_or_else(defect)?;
    let second = || sides.get(1).ok_or_else(defect);
    let (table, mentions) = first.pair();
    Ok(match question {
        "drivers" => document(&Drivers::from_json(options)?.run_with(table, mentions)?),
        "importance" => document(&Importance::from_json(options)?.run_with(table, mentions)?),
        "roles" => document(&ReasonRoles::from_json(options)?.run(table, mentions)?),
        "role_changes" => {
            document(&ReasonRoles::from_json(options)?.compare(first.pair(), second()?.pair())?)
        }
        "asymmetry" => {
            let delights = &second()?.mentions;
            document(&Asymmetry::from_json(options)?.run(table, mentions, delights)?)
        }
        "confounding" => document(&Confounding::from_json(options)?.run(table, mentions)?),
        "what_if" => document(&WhatIf::from_json(options)?.run(table, mentions)?),
        "change" => {
            let (change, after) = (Change::from_json(options)?, second()?);
            let report = if first.has_reasons() || after.has_reasons() {
                change.run_with(first.pair(), after.pair())?
            } else {
                change.run(table, &after.responses)?
            };
            let sentences = report.sentences();
            document(&Told { report, sentences })
        }
        "scan" => {
            let scan = Scan::from_json(options)?;
            let report = match sides.get(1) {
                Some(after) => scan.run_change(table, &after.responses)?,
                None => scan.run(table)?,
            };
            let sentences = report.sentences();
            document(&Scanned { report, sentences })
        }
        "journey_run" => {
            let analysis = JourneyAnalysis::from_json(options)?;
            let report = if first.has_reasons() {
                analysis.run_with(table, mentions)?
            } else {
                analysis.run(table)?
            };
            let issues = analysis.journey().lint_with(&report);
            document(&Walked { report: &report, issues: told(&issues) })
        }
        "journey_moments" => {
            let analysis = JourneyAnalysis::from_json(options)?;
            document(&analysis.moments(table, mentions, &second()?.responses)?)
        }
        "journey_views" => {
            document(&JourneyAnalysis::from_json(options)?.views(first.pair(), second()?.pair())?)
        }
        "journey_compare" => {
            let analysis = JourneyAnalysis::from_json(options)?;
            let old = Journey::from_json(earlier)?;
            document(&analysis.compare(&old, first.pair(), second()?.pair())?)
        }
        _ => return Err(Error::new(ErrorCode::Internal, "there is no such question")),
    })
}

/// A journey, checked and in full, with what is missing from it.
fn journey(definition: &str) -> Result<Array> {
    #[derive(Serialize)]
    struct Checked<'a> {
        journey: &'a Journey,
        issues: Vec<Issue<'a>>,
    }
    let journey = Journey::from_json(definition)?;
    let issues = journey.lint();
    Ok(document(&Checked { journey: &journey, issues: told(&issues) }))
}

#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    report: ChangeReport,
    sentences: Vec<String>,
}

#[derive(Serialize)]
struct Scanned {
    #[serde(flatten)]
    report: ScanReport,
    sentences: Vec<String>,
}

#[derive(Serialize)]
struct Walked<'a> {
    #[serde(flatten)]
    report: &'a JourneyReport,
    issues: Vec<Issue<'a>>,
}

/// A problem with its sentence.
#[derive(Serialize)]
struct Issue<'a> {
    #[serde(flatten)]
    issue: &'a JourneyIssue,
    sentence: &'static str,
}

fn told(issues: &[JourneyIssue]) -> Vec<Issue<'_>> {
    issues.iter().map(|issue| Issue { issue, sentence: issue.problem.sentence() }).collect()
}
