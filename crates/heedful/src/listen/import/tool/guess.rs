//! What each column is, from its name, its question and its values.

use super::super::options::{Attributes, CsvOptions, RatingColumn};
use super::layout::{ACCOUNT, RATE, RECOMMEND, WORDS, left_out, names};
use super::{ColumnGuess, ColumnLeftOut, Layout, Preset, Recognised, Seen, folded};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::metric::Metric;
use crate::base::order::sort_by_key;
use crate::base::scale::read_number;
use crate::base::sorted::{SortedMap, SortedSet};
use crate::base::time::DateReader;

/// Fills in the options that are not set, and tells what was filled in and why.
///
/// # Errors
/// `rating-ambiguous` where two columns fit equally well and none is named.
pub(in super::super) fn guess(layout: &Layout, asked: &CsvOptions) -> Result<Guess> {
    let mut options = asked.clone();
    let mut places = SortedMap::new();
    for (place, column) in layout.columns.iter().enumerate() {
        places.entry(column.name.as_str()).or_insert(place);
    }
    let mut guesses = Guesses {
        layout,
        asked,
        places,
        folded: layout.columns.iter().map(|column| folded(&column.name)).collect(),
        columns: Vec::new(),
        notes: layout.notes.clone(),
        zone_names: false,
    };
    guesses.rating(&mut options)?;
    let names = names(layout.preset);
    guesses.time(&mut options, names.at);
    guesses.comment(&mut options, names.comment);
    guesses.known("customer", &mut options.customer, names.customer);
    guesses.known("account", &mut options.account, ACCOUNT);
    let left_out = guesses.rest(&mut options);
    let Guesses { mut columns, mut notes, zone_names, places, .. } = guesses;
    let tests = tests(layout);
    if tests > 0 {
        notes.push(format!(
            "{tests} of the rows looked at are previews, tests or spam: see `Status`"
        ));
    }
    sort_by_key(&mut columns, |column| places.get(column.column.as_str()).copied());
    let recognised = Recognised {
        preset: layout.preset,
        why: layout.why.clone(),
        header_rows: layout.header_rows,
        columns,
        left_out,
        notes,
    };
    Ok(Guess { options, recognised, zone_names })
}

/// What an export is read by.
pub(in super::super) struct Guess {
    pub(in super::super) options: CsvOptions,
    pub(in super::super) recognised: Recognised,
    /// Whether times end in the names of zones.
    pub(in super::super) zone_names: bool,
}

/// A time without the name of a zone behind it, which may mean several: `MEZ`, but not `AM` or `UTC`.
pub(in super::super) fn without_zone_name(text: &str) -> &str {
    match text.trim_end().rsplit_once(' ') {
        Some((time, zone))
            if (2..=5).contains(&zone.len())
                && zone.bytes().all(|byte| byte.is_ascii_uppercase())
                && !matches!(zone, "AM" | "PM" | "UTC" | "GMT") =>
        {
            time
        }
        _ => text,
    }
}

/// How many rows of Qualtrics are not of respondents.
fn tests(layout: &Layout) -> usize {
    let status = layout.columns.iter().find(|column| column.name == "Status");
    let of_tool = status.filter(|_| layout.preset == Preset::Qualtrics);
    let is_test = |value: &&String| {
        let value = value.to_lowercase();
        ["preview", "test", "spam"].iter().any(|word| value.contains(word))
    };
    of_tool.map_or(0, |status| status.values.iter().filter(is_test).count())
}

struct Guesses<'a> {
    layout: &'a Layout,
    asked: &'a CsvOptions,
    /// Where the columns are, by name.
    places: SortedMap<&'a str, usize>,
    /// The names of all columns.
    folded: SortedSet<String>,
    columns: Vec<ColumnGuess>,
    notes: Vec<String>,
    /// Whether times end in the names of zones.
    zone_names: bool,
}

const NAMED: &str = "it is named in the options";

impl Guesses<'_> {
    fn take(&mut self, name: &str, role: &'static str, why: impl Into<String>) {
        self.columns.push(ColumnGuess {
            column: name.to_owned(),
            role,
            metric: None,
            question: self.seen(name).and_then(|column| column.question.clone()),
            why: why.into(),
        });
    }

    fn seen(&self, name: &str) -> Option<&Seen> {
        self.layout.columns.get(*self.places.get(name)?)
    }

    fn taken(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.column == name)
    }

    /// Columns that nothing is known about yet.
    fn free(&self) -> impl Iterator<Item = &Seen> {
        let named = |name: &str| match &self.asked.attributes {
            Attributes::Named(names) => names.iter().any(|other| other == name),
            Attributes::All => false,
        };
        let roles =
            [&self.asked.at, &self.asked.comment, &self.asked.customer, &self.asked.account];
        let has_role = move |name: &str| roles.into_iter().flatten().any(|role| role == name);
        self.layout.columns.iter().filter(move |column| {
            !column.nested
                && !column.name.is_empty()
                && !self.taken(&column.name)
                && !named(&column.name)
                && !has_role(&column.name)
        })
    }

    fn rating(&mut self, options: &mut CsvOptions) -> Result<()> {
        if !options.rating.0.is_empty() {
            for rating in &options.rating.0 {
                self.take(&rating.column, "rating", NAMED);
            }
            return Ok(());
        }
        let fits: Vec<(u8, String, String)> = {
            let fit = |column: &Seen| {
                let (strength, why) = self.fits(column)?;
                Some((strength, column.name.clone(), why))
            };
            self.free().filter_map(fit).collect()
        };
        let best = fits.iter().map(|(strength, ..)| *strength).max();
        let mut best = fits.iter().filter(|(strength, ..)| Some(*strength) == best);
        let Some((strength, name, why)) = best.next() else {
            let note =
                "no column looks like a rating: name it, and its metric where it is in words";
            self.notes.push(note.to_owned());
            return Ok(());
        };
        let others: Vec<&str> = best.map(|(_, name, _)| name.as_str()).collect();
        if !others.is_empty() {
            let others = others.join("`, `");
            let message = format!("several columns fit: name one of `{name}`, `{others}`");
            return Err(Error::new(ErrorCode::RatingAmbiguous, message).at("rating"));
        }
        let weaker: Vec<&str> =
            fits.iter().filter(|(s, ..)| s < strength).map(|(_, n, _)| n.as_str()).collect();
        if !weaker.is_empty() {
            let note = format!("`{}` could be ratings, too", weaker.join("`, `"));
            self.notes.push(note);
        }
        self.take(name, "rating", why);
        let metric = self.metric(name);
        if let Some(guess) = self.columns.last_mut() {
            guess.metric = metric;
        }
        let metric = metric.filter(|_| self.asked.metric.is_none()).map(Metric::preset);
        let column = name.clone();
        options.rating.0.push(RatingColumn { column, metric: metric.transpose()? });
        Ok(())
    }

    /// How strongly a column says that it is the rating, 1 to 4, and by what.
    fn fits(&self, column: &Seen) -> Option<(u8, String)> {
        let preset = self.layout.preset;
        let name = folded(&column.name);
        if left_out(&name).is_some() {
            return None;
        }
        let group = format!("{name}npsgroup");
        if self.folded.contains(&group) {
            return Some((4, "a column of groups is computed from it".to_owned()));
        }
        let range = self.range(column);
        let own = names(preset).rating;
        let of_tool = matches!(preset, Preset::Delighted | Preset::Wootric | Preset::Medallia);
        let numbers = range.is_some() || (of_tool && column.values.is_empty());
        if own.contains(&last(&column.name).as_str()) && numbers {
            return Some((if of_tool { 4 } else { 3 }, "by its name".to_owned()));
        }
        let (low, high, whole) = range?;
        let question = folded(column.question.as_deref().unwrap_or_default());
        let says = |words: &[&str]| words.iter().any(|w| name.contains(w) || question.contains(w));
        if says(RECOMMEND) && low >= 0.0 && high <= 10.0 && whole {
            return Some((
                3,
                "it asks for a recommendation, and all values are 0 to 10".to_owned(),
            ));
        }
        if says(RATE) && low >= 0.0 && high <= 100.0 {
            return Some((2, "it asks for a rating, and all values are numbers".to_owned()));
        }
        let of_questions = matches!(
            preset,
            Preset::Qualtrics
                | Preset::Surveymonkey
                | Preset::Typeform
                | Preset::GoogleForms
                | Preset::Formbricks
        );
        // A 0 and a 1 are no and yes.
        (of_questions && whole && low >= 0.0 && high > 1.0 && high <= 10.0)
            .then(|| (1, "all its values are whole numbers of 0 to 10".to_owned()))
    }

    /// The least and the greatest value of a column of ratings, and whether all are whole; `None` where a value is
    /// not a rating.
    fn range(&self, column: &Seen) -> Option<(f64, f64, bool)> {
        let scale = self.asked.metric.as_ref().map(Metric::scale);
        let read = |text: &String| match scale {
            Some(scale) => scale.read(text),
            None => read_number(text),
        };
        let is_missing = |text: &&String| self.asked.missing.iter().any(|token| token == *text);
        let mut range: Option<(f64, f64, bool)> = None;
        for text in column.values.iter().filter(|text| !is_missing(text)) {
            let value = read(text)?;
            let (low, high, whole) = range.unwrap_or((value, value, true));
            range = Some((low.min(value), high.max(value), whole && value.fract() == 0.0));
        }
        range
    }

    /// The metric, where the file says which one it is.
    fn metric(&self, name: &str) -> Option<&'static str> {
        let column = self.seen(name)?;
        let fold = folded(name);
        let question = folded(column.question.as_deref().unwrap_or_default());
        let group = format!("{fold}npsgroup");
        let types = self.layout.columns.iter().find(|c| folded(&c.name) == "surveytype");
        if let Some(types) = types {
            let first = types.values.first()?;
            return types.values.iter().all(|value| value == first).then(|| {
                match folded(first).as_str() {
                    "nps" => Some("nps"),
                    "csat" => Some("csat"),
                    "thumbs" => Some("thumbs"),
                    _ => None,
                }
            })?;
        }
        let (low, high, whole) = self.range(column).unwrap_or((0.0, 0.0, true));
        let on_scale = low >= 0.0 && high <= 10.0 && whole;
        let says = RECOMMEND.iter().any(|w| fold.contains(w) || question.contains(w));
        let is_nps = says
            || matches!(last(&column.name).as_str(), "nps" | "ltr")
            || self.folded.contains(&group);
        (is_nps && on_scale).then_some("nps")
    }

    /// The first of these names that has a value.
    fn known(&mut self, role: &'static str, slot: &mut Option<String>, known: &[&str]) {
        if let Some(name) = slot {
            self.take(name, role, NAMED);
            return;
        }
        let found = known.iter().find_map(|known| {
            let mut fits = self.free().filter(|column| folded(&column.name) == *known);
            fits.find(|column| !column.values.is_empty()).map(|column| column.name.clone())
        });
        if let Some(name) = found {
            self.take(&name, role, "by its name");
            *slot = Some(name);
        }
    }

    fn time(&mut self, options: &mut CsvOptions, known: &[&str]) {
        let mut found = options.at.clone();
        self.known("at", &mut found, known);
        let Some(name) = found.filter(|_| options.at.is_none()) else { return };
        let understood = |cut: fn(&str) -> &str| {
            let mut reader = DateReader::new(options.date_format.clone());
            let values = self.seen(&name).map(|column| column.values.as_slice());
            let mut rows = (0_u64..).zip(values.unwrap_or_default());
            rows.all(|(row, value)| reader.push(row, cut(value)).is_ok())
        };
        if understood(|text| text) {
            options.at = Some(name);
        } else if options.date_format.is_none() && understood(without_zone_name) {
            let note =
                format!("names of zones in `{name}` are left out: its times are wall-clock times");
            self.notes.push(note);
            self.zone_names = true;
            options.at = Some(name);
        } else {
            self.columns.retain(|column| column.column != name);
            let note =
                format!("the times of `{name}` are not understood: name it with a `date_format`");
            self.notes.push(note);
        }
    }

    fn comment(&mut self, options: &mut CsvOptions, known: &[&str]) {
        if let Some(name) = &options.comment {
            self.take(name, "comment", NAMED);
            return;
        }
        let place = |name: &str| self.layout.columns.iter().position(|c| c.name == name);
        let rating = options.rating.0.first().and_then(|rating| place(&rating.column));
        let mut fits: Vec<(u8, bool, usize, String)> = Vec::new();
        for column in self.free() {
            let name = folded(&column.name);
            if left_out(&name).is_some() || column.values.iter().all(|value| is_plain(value)) {
                continue;
            }
            let asked = folded(column.question.as_deref().unwrap_or_default());
            let hint = WORDS.iter().any(|word| name.contains(word) || asked.contains(word));
            let strength = match () {
                () if known.contains(&last(&column.name).as_str()) => 3,
                () if hint && is_text(column, 2.0) => 2,
                () if is_text(column, 4.0) => 1,
                () => continue,
            };
            let at = place(&column.name).unwrap_or(0);
            fits.push((
                strength,
                rating.is_some_and(|rating| at > rating),
                at,
                column.name.clone(),
            ));
        }
        // The strongest, then the first behind the rating.
        sort_by_key(&mut fits, |(strength, behind, at, _)| (u8::MAX - strength, !behind, *at));
        let Some((strength, _, _, name)) = fits.first() else { return };
        let why = match strength {
            3 => "by its name",
            2 => "its name or question asks for words",
            _ => "its values are sentences",
        };
        self.take(name, "comment", why);
        options.comment = Some(name.clone());
        let others: Vec<&str> = fits.iter().skip(1).map(|(.., name)| name.as_str()).collect();
        if !others.is_empty() {
            self.notes.push(format!("`{}` hold free text, too", others.join("`, `")));
        }
    }

    /// Everything else: attributes, and what is left out.
    fn rest(&mut self, options: &mut CsvOptions) -> Vec<ColumnLeftOut> {
        let mut attributes = Vec::new();
        let mut out = Vec::new();
        for (name, why) in
            [(&options.weight, "weight"), (&options.kind, "kind"), (&options.signal, "signal")]
        {
            if let Some(name) = name {
                self.take(name, why, NAMED);
            }
        }
        if let Attributes::Named(names) = &self.asked.attributes {
            for name in names {
                self.take(name, "attribute", NAMED);
            }
        }
        let chosen = self.asked.attributes != Attributes::Named(Vec::new());
        for column in &self.layout.columns {
            if self.taken(&column.name) {
                continue;
            }
            let why = if column.nested {
                Some("it holds lists")
            } else if let Some(why) = left_out(&folded(&column.name)) {
                Some(why)
            } else if column.values.is_empty() && self.layout.complete {
                Some("it is blank")
            } else {
                chosen.then_some("attributes are named, and this is none of them")
            };
            match why {
                Some(why) => out.push(ColumnLeftOut { column: column.name.clone(), why }),
                None => attributes.push(column.name.clone()),
            }
        }
        for name in &attributes {
            self.take(name, "attribute", "everything else about a response");
        }
        if !chosen {
            options.attributes = Attributes::Named(attributes);
        } else if options.attributes == Attributes::All {
            let kept = self.layout.columns.iter().filter(|c| !c.nested && !c.name.is_empty());
            let free: Vec<String> =
                kept.filter(|c| !self.taken(&c.name)).map(|c| c.name.clone()).collect();
            for name in &free {
                self.take(name, "attribute", "all columns were asked for");
            }
            out.retain(|column| !free.contains(&column.column));
            options.attributes = Attributes::Named(free);
        }
        out
    }
}

/// The last part of a path, folded.
fn last(name: &str) -> String {
    folded(name.rsplit_once('.').map_or(name, |(_, last)| last))
}

/// A number, or nothing to read.
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| !c.is_alphabetic()) || text.starts_with("http")
}

/// Whether values have this many words on average, and do not repeat like options.
fn is_text(column: &Seen, words: f64) -> bool {
    let total: usize = column.values.iter().map(|value| value.split_whitespace().count()).sum();
    let mut distinct: Vec<&str> = column.values.iter().map(String::as_str).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let count = column.values.len();
    count > 0 && total as f64 >= words * count as f64 && distinct.len() * 2 > count
}
