//! The comments of an episode: those that stand for it, the first ones, and the words that mark it.

use std::collections::BTreeSet;

use super::Detector;
use super::anomaly::Anomaly;
use super::count::Rows;
use crate::base::error::Result;
use crate::base::key::Key;
use crate::interpret::keyness::Keyness;
use crate::listen::column::Column;
use crate::listen::responses::Responses;
use crate::text::Redactor;

/// Comments that stand for an episode, and how many of the first ones are shown.
const SHOWN: usize = 5;
const FIRST: usize = 3;
/// Terms that mark it.
const TERMS: usize = 5;
/// Periods before an episode whose comments its own are compared with, and how many comments at most.
const BEFORE: i32 = 56;
const MOST: usize = 3000;

impl Detector {
    /// Adds what the comments among these rows say of an anomaly.
    pub(super) fn evidence(
        &self,
        anomaly: &mut Anomaly,
        responses: &Responses,
        rows: &Rows<'_>,
    ) -> Result<()> {
        let Some(name) = responses.roles().comment.as_deref() else { return Ok(()) };
        let column = responses.require(name)?;
        let (start, last) = (anomaly.episode.start, anomaly.episode.last);
        let mut now: Vec<(i32, String)> = Vec::new();
        let mut before: Vec<(i32, String)> = Vec::new();
        for (row, period) in rows.periods.iter().enumerate() {
            let Some(period) = *period else { continue };
            if period > last
                || period < start.saturating_sub(self.watcher.every.stretch(BEFORE))
                || !rows.is_of(row, anomaly.id)
            {
                continue;
            }
            let Some(text) = comment(column, row) else { continue };
            if period >= start { now.push((period, text)) } else { before.push((period, text)) }
        }
        if now.is_empty() {
            return Ok(());
        }
        now.sort();
        before.sort();
        let comments: Vec<&str> = now
            .iter()
            .take(MOST)
            .chain(before.iter().rev().take(MOST))
            .map(|(_, text)| text.as_str())
            .collect();
        let during = now.len().min(MOST);
        let groups: Vec<Key> = (0..comments.len()).map(|i| Key::Bool(i < during)).collect();
        let keyness =
            Keyness { minimum_comments: 3, most: TERMS, ..Keyness::new(self.watcher.language) };
        let keywords = keyness.run(&comments, &groups)?;
        let marking = keywords.rows.into_iter().filter(|k| k.group == Key::Bool(true));
        anomaly.terms = marking.map(|keyword| keyword.term).take(TERMS).collect();
        let mut redactor = Redactor::new(&self.watcher.redact);
        let mut shown = |texts: Vec<&String>| -> Vec<String> {
            texts.into_iter().map(|text| redactor.redact(text)).collect()
        };
        let marked = |text: &str| {
            let folded = text.to_lowercase();
            anomaly.terms.iter().any(|term| folded.contains(term.as_str()))
        };
        // The usual comments go on beside those of the episode: its terms tell them apart.
        let mut first: Vec<&String> =
            now.iter().map(|(_, text)| text).filter(|text| marked(text)).take(FIRST).collect();
        if first.is_empty() {
            first = now.iter().take(FIRST).map(|(_, text)| text).collect();
        }
        anomaly.earliest = shown(first);
        anomaly.comments = shown(different(&now, &anomaly.terms));
        Ok(())
    }
}

/// What a customer wrote; blank is nothing.
pub(crate) fn comment(column: &Column, row: usize) -> Option<String> {
    match column {
        Column::Text(texts) => texts.get(row).map(str::to_owned),
        _ => match column.key(row) {
            Key::Text(text) => Some(text.to_string()),
            _ => None,
        },
    }
    .filter(|text| !text.trim().is_empty())
}

/// Comments with many of the terms, each different from those chosen before it.
fn different<'a>(comments: &'a [(i32, String)], terms: &[String]) -> Vec<&'a String> {
    struct Candidate<'a> {
        text: &'a String,
        words: BTreeSet<String>,
        worth: f64,
    }
    let mut candidates: Vec<Candidate<'a>> = comments
        .iter()
        .take(MOST)
        .map(|(_, text)| {
            let folded = text.to_lowercase();
            let words: BTreeSet<String> = folded
                .split(|c: char| !c.is_alphanumeric())
                .filter(|w| w.len() > 2)
                .map(str::to_owned)
                .collect();
            let marks = terms.iter().filter(|term| folded.contains(term.as_str())).count() as f64;
            // Neither two words nor a novel is what a person wants to read.
            let length = words.len() as f64;
            let readable = (length / 6.0).min(1.0) * (40.0 / length.max(40.0));
            Candidate { text, words, worth: marks + readable }
        })
        .collect();
    let mut chosen: Vec<&'a String> = Vec::new();
    while chosen.len() < SHOWN {
        let best = candidates
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.worth.total_cmp(&b.1.worth).then(b.0.cmp(&a.0)));
        let Some((at, _)) = best.filter(|(_, candidate)| candidate.worth > 0.0) else { break };
        let picked = candidates.swap_remove(at);
        for other in &mut candidates {
            let common = picked.words.intersection(&other.words).count() as f64;
            let all = picked.words.union(&other.words).count().max(1) as f64;
            let alike = common / all;
            other.worth = if alike > 0.8 { 0.0 } else { other.worth * (1.0 - alike) };
        }
        chosen.push(picked.text);
    }
    chosen
}
