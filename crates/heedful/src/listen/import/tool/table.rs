//! Which tool wrote a table, from its header and first rows.

use super::layout::TIMESTAMP;
use super::{Layout, Preset, Seen, folded};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::sorted::SortedSet;

/// The layout of a CSV file. `rows` are what stands below the first row, as far as it was looked at.
///
/// # Errors
/// `unknown-name` where a tool is asked for whose marks the file does not have.
pub(in super::super) fn table(
    asked: Preset,
    header: &[String],
    rows: &[Vec<String>],
    complete: bool,
) -> Result<Layout> {
    let names: Vec<String> = header.iter().map(|name| folded(name)).collect();
    let marks = Marks { names: &names, header, rows };
    let (preset, why) = match asked {
        Preset::Auto => marks.recognised(),
        asked => {
            let why = marks.of(asked).unwrap_or_else(|| vec!["it was asked for".to_owned()]);
            (asked, why)
        }
    };
    let (header_rows, notes) = match preset {
        Preset::Qualtrics => qualtrics_rows(&marks),
        Preset::Surveymonkey => (1 + usize::from(marks.second_header()), Vec::new()),
        _ => (1, Vec::new()),
    };
    let second = (header_rows > 1).then(|| rows.first()).flatten();
    let mut columns = match (preset, second) {
        (Preset::Surveymonkey, Some(second)) => questions_and_options(header, second),
        (Preset::Qualtrics, Some(texts)) if !is_import_ids(texts) => {
            let column = |(name, text): (&String, &String)| Seen {
                name: name.clone(),
                question: Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
                ..Seen::default()
            };
            header.iter().zip(texts).map(column).collect()
        }
        _ => header.iter().map(|name| Seen { name: name.clone(), ..Seen::default() }).collect(),
    };
    // Two questions may be worded alike.
    let mut known = SortedSet::new();
    for column in columns.iter_mut().filter(|column| !column.name.is_empty()) {
        let (name, mut count) = (column.name.clone(), 1);
        while !known.insert(column.name.clone()) {
            count += 1;
            column.name = format!("{name} ({count})");
        }
    }
    for row in rows.iter().skip(header_rows - 1) {
        for (column, value) in columns.iter_mut().zip(row) {
            if !value.trim().is_empty() {
                column.values.push(value.trim().to_owned());
            }
        }
    }
    if columns.len() < header.len() {
        return Err(Error::new(ErrorCode::Csv, "the header rows have different widths"));
    }
    Ok(Layout { preset, why, header_rows: header_rows as u64, columns, complete, notes })
}

struct Marks<'a> {
    names: &'a [String],
    header: &'a [String],
    rows: &'a [Vec<String>],
}

impl Marks<'_> {
    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|other| other == name)
    }

    /// The header as it is written, of those of these names that it has.
    fn found(&self, names: &[&str]) -> Vec<String> {
        let found = self.names.iter().zip(self.header).filter(|(n, _)| names.contains(&n.as_str()));
        found.map(|(_, written)| format!("the column `{written}`")).collect()
    }

    fn recognised(&self) -> (Preset, Vec<String>) {
        const TOOLS: [Preset; 8] = [
            Preset::Qualtrics,
            Preset::Surveymonkey,
            Preset::Typeform,
            Preset::Formbricks,
            Preset::Delighted,
            Preset::Wootric,
            Preset::Medallia,
            Preset::GoogleForms,
        ];
        TOOLS
            .into_iter()
            .find_map(|tool| Some((tool, self.of(tool)?)))
            .unwrap_or_else(|| (Preset::Generic, vec!["no tool's marks were found".to_owned()]))
    }

    /// The marks of a tool; `None` where there are too few.
    fn of(&self, tool: Preset) -> Option<Vec<String>> {
        let at_least = |least: usize, names: &[&str]| {
            Some(self.found(names)).filter(|found| found.len() >= least)
        };
        match tool {
            Preset::Qualtrics => {
                if self.rows.iter().take(2).any(|row| is_import_ids(row)) {
                    return Some(vec!["a header row of `ImportId`s".to_owned()]);
                }
                at_least(
                    4,
                    &[
                        "startdate",
                        "enddate",
                        "recordeddate",
                        "responseid",
                        "distributionchannel",
                        "userlanguage",
                        "progress",
                        "durationinseconds",
                        "finished",
                        "recipientemail",
                        "externalreference",
                        "locationlatitude",
                        "status",
                    ],
                )
                .filter(|_| self.has("responseid") || self.has("recordeddate"))
            }
            Preset::Surveymonkey => at_least(2, &["respondentid", "collectorid"]),
            Preset::Typeform => at_least(2, &["startdateutc", "submitdateutc", "networkid"]),
            Preset::Formbricks => at_least(1, &["formbricksidinternal"])
                .or_else(|| at_least(4, &["no", "responseid", "surveyid", "finished", "userid"])),
            Preset::Delighted => {
                let own = self.header.iter().find(|name| name.starts_with("Delighted "));
                own.map(|name| vec![format!("the column `{name}`")])
                    .filter(|_| self.has("score"))
                    .or_else(|| {
                        let names =
                            ["responseid", "personid", "surveytype", "permalink", "persontoken"];
                        at_least(2, &names).filter(|_| self.has("score"))
                    })
            }
            Preset::Wootric => {
                let names = ["enduserid", "enduseremail", "originurl", "enduserexternalid"];
                at_least(1, &names).filter(|_| self.has("score") || self.has("createdat"))
            }
            Preset::Medallia => at_least(1, &["likelihoodtorecommend", "ltr"])
                .filter(|_| {
                    let beside = [
                        "surveyid",
                        "responsedate",
                        "npssegment",
                        "unitname",
                        "unitid",
                        "creationdate",
                        "responseid",
                        "feedbackid",
                        "segment",
                    ];
                    !self.found(&beside).is_empty()
                })
                .or_else(|| {
                    let is_key = |name: &&String| {
                        let mut parts = name.splitn(2, '_');
                        matches!(parts.next(), Some("a" | "e" | "q" | "k"))
                            && parts.next().is_some()
                    };
                    let keys: Vec<_> = self.header.iter().filter(is_key).collect();
                    (keys.len() >= 3).then(|| {
                        keys.into_iter().take(3).map(|n| format!("the field key `{n}`")).collect()
                    })
                }),
            Preset::GoogleForms => {
                let first = self.names.first()?;
                let times = TIMESTAMP.contains(&first.as_str()) && self.names.len() > 1;
                times.then(|| {
                    vec![format!("the first column is `{}`", self.header.first().map_or("", |n| n))]
                })
            }
            Preset::Auto | Preset::Generic => None,
        }
    }

    /// Whether the second row belongs to the header: it has nothing below the respondent's number.
    fn second_header(&self) -> bool {
        let place = self.names.iter().position(|name| name == "respondentid");
        let second = place.and_then(|place| self.rows.first()?.get(place));
        second.is_some_and(|cell| cell.trim().is_empty())
    }
}

fn is_import_ids(row: &[String]) -> bool {
    let ids =
        row.iter().filter(|cell| cell.trim_start().starts_with('{') && cell.contains("ImportId"));
    ids.count() * 2 > row.len()
}

/// How many header rows there are, and the time zone that the last one tells.
fn qualtrics_rows(marks: &Marks<'_>) -> (usize, Vec<String>) {
    let place = marks.rows.iter().take(2).position(|row| is_import_ids(row));
    let Some(place) = place else {
        // Somebody removed the row of ids and kept the questions: `Start Date` below `StartDate`.
        let told = ["startdate", "enddate", "recordeddate", "responseid"].iter().any(|known| {
            let place = marks.names.iter().position(|name| name == known);
            let below = place.and_then(|place| marks.rows.first()?.get(place));
            below.is_some_and(|cell| folded(cell) == *known)
        });
        return (1 + usize::from(told), Vec::new());
    };
    let zone = marks.rows.get(place).and_then(|row| {
        row.iter().find_map(|cell| {
            let rest = cell.split_once("\"timeZone\":\"")?.1;
            Some(rest.split_once('"')?.0.to_owned())
        })
    });
    let note = zone.map(|zone| format!("times are wall-clock times of `{zone}`"));
    (place + 2, note.into_iter().collect())
}

/// A question spans the columns up to the next one; what stands below says which part of it a column is.
fn questions_and_options(header: &[String], second: &[String]) -> Vec<Seen> {
    let mut question = String::new();
    let mut columns = Vec::with_capacity(header.len());
    for (index, name) in header.iter().enumerate() {
        let name = plain(name);
        let part = plain(second.get(index).map_or("", |part| part));
        let continues = name.is_empty();
        if !continues {
            question = name;
        }
        let whole = matches!(folded(&part).as_str(), "" | "response" | "openendedresponse");
        let (name, asked) = if whole && !continues {
            (question.clone(), None)
        } else if whole {
            (String::new(), None)
        } else {
            (format!("{question}: {part}"), Some(question.clone()))
        };
        let open = folded(&part) == "openendedresponse";
        let asked = if open { Some(format!("{question} (open-ended response)")) } else { asked };
        columns.push(Seen { name, question: asked, ..Seen::default() });
    }
    columns
}

/// Without the mark-up that questions are styled with.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    if inside { text.trim().to_owned() } else { out.trim().to_owned() }
}
