//! Which tool wrote a JSON file, and its records.

use super::{Layout, Preset, Seen};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json::Json;

/// The records of a JSON file, whatever it wraps them in: one document or one on each line, an array or an object, or
/// what a webhook puts around a response. The layout is told where a preset is asked for.
///
/// # Errors
/// `json` where the text is neither a document nor lines of documents, or holds anything but objects.
pub(in super::super) fn documents(
    text: &str,
    asked: Option<Preset>,
) -> Result<(Vec<Json>, Option<Layout>)> {
    let mut records = Vec::new();
    unwrap(parse(text)?, &mut records);
    if records.iter().any(|record| !matches!(record, Json::Object(_))) {
        return Err(Error::new(ErrorCode::Json, "a record is not an object"));
    }
    let Some(asked) = asked else { return Ok((records, None)) };
    let (preset, why) = match (asked, recognised(&records)) {
        (Preset::Auto, found) => found,
        (asked, (found, why)) if asked == found => (asked, why),
        (asked, _) => (asked, vec!["it was asked for".to_owned()]),
    };
    let mut notes = Vec::new();
    if preset == Preset::Formbricks {
        let before = records.len();
        records = latest(records);
        let again = before - records.len();
        if again > 0 {
            notes.push(format!("{again} earlier events of the same responses are left out"));
        }
    }
    let mut columns = Vec::new();
    for record in &records {
        leaves(record, "", &mut columns);
    }
    let layout = Layout { preset, why, header_rows: 0, columns, complete: true, notes };
    Ok((records, Some(layout)))
}

/// One document, or one on each line.
fn parse(text: &str) -> Result<Json> {
    let whole = Json::parse(text);
    let error = match whole {
        Ok(document) => return Ok(document),
        Err(error) => error,
    };
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let documents = lines.map(|(index, line)| Json::parse(line).map_err(|error| (index, error)));
    match documents.collect::<Result<Vec<_>, _>>() {
        Ok(list) => Ok(Json::List(list)),
        // A document over several lines is wrong where it is wrong as a whole.
        Err((0, _)) => Err(error),
        Err((index, _)) => {
            Err(Error::new(ErrorCode::Json, "not well-formed JSON").on_line(index as u64 + 1))
        }
    }
}

/// Takes apart lists, pages of an interface (`{"data": [...]}`) and webhooks (`{"event": ..., "data": {...}}`).
fn unwrap(json: Json, records: &mut Vec<Json>) {
    match json {
        Json::List(list) => list.into_iter().for_each(|json| unwrap(json, records)),
        Json::Object(mut fields) => {
            let webhook = fields.iter().any(|(name, _)| name == "event");
            let data = fields.iter().position(|(name, data)| {
                name == "data"
                    && match data {
                        Json::List(list) => list.iter().all(|item| matches!(item, Json::Object(_))),
                        Json::Object(_) => webhook,
                        _ => false,
                    }
            });
            match data {
                Some(place) => unwrap(fields.swap_remove(place).1, records),
                None => records.push(Json::Object(fields)),
            }
        }
        other => records.push(other),
    }
}

fn field<'a>(record: &'a Json, name: &str) -> Option<&'a Json> {
    let Json::Object(fields) = record else { return None };
    fields.iter().rev().find(|(field, _)| field == name).map(|(_, value)| value)
}

fn recognised(records: &[Json]) -> (Preset, Vec<String>) {
    let has = |names: &[&str]| {
        records.iter().any(|record| names.iter().all(|name| field(record, name).is_some()))
    };
    let tools: [(Preset, &[&str]); 4] = [
        (Preset::Formbricks, &["surveyId", "data"]),
        (Preset::Delighted, &["person", "score", "created_at"]),
        (Preset::Wootric, &["end_user_id", "created_at"]),
        (Preset::Wootric, &["end_user", "created_at"]),
    ];
    let found = tools.into_iter().find(|(_, names)| has(names));
    found.map_or_else(
        || (Preset::Generic, vec!["no tool's marks were found".to_owned()]),
        |(tool, names)| (tool, names.iter().map(|name| format!("the field `{name}`")).collect()),
    )
}

/// Of events about one response the finished one, else the last, in the place of the first.
fn latest(records: Vec<Json>) -> Vec<Json> {
    let mut places = hashbrown::HashMap::new();
    let mut kept: Vec<Json> = Vec::with_capacity(records.len());
    for record in records {
        let id = match field(&record, "id") {
            Some(Json::Text(id)) => id.clone(),
            _ => {
                kept.push(record);
                continue;
            }
        };
        let place = *places.entry(id).or_insert(kept.len());
        let finished = |record: &Json| field(record, "finished") == Some(&Json::Bool(true));
        match kept.get_mut(place) {
            Some(before) if finished(before) && !finished(&record) => {}
            Some(before) => *before = record,
            None => kept.push(record),
        }
    }
    kept
}

/// Adds the values of a record to the columns that they belong to, which are paths with dots.
fn leaves(json: &Json, path: &str, columns: &mut Vec<Seen>) {
    let (value, nested) = match json {
        Json::Object(fields) => {
            for (name, value) in fields {
                let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                leaves(value, &below, columns);
            }
            return;
        }
        Json::Null => (None, false),
        Json::List(_) => (None, true),
        Json::Text(text) => (Some(text.trim().to_owned()), false),
        Json::Bool(yes) => (Some(yes.to_string()), false),
        Json::Unsigned(number) => (Some(number.to_string()), false),
        Json::Signed(number) => (Some(number.to_string()), false),
        Json::Float(number) => (Some(number.to_string()), false),
    };
    let column = match columns.iter().position(|column| column.name == path) {
        Some(place) => columns.get_mut(place),
        None => {
            columns.push(Seen { name: path.to_owned(), ..Seen::default() });
            columns.last_mut()
        }
    };
    if let Some(column) = column {
        column.nested |= nested;
        column.values.extend(value.filter(|value| !value.is_empty()));
    }
}
