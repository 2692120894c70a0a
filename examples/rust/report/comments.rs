//! What comments say: reasons with their scores, words that tell bands apart, and quotes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use heedful::text::Redactor;
use heedful::{
    Better, Given, Key, Keyness, Keyword, MapperOptions, Mappings, Mentions, Metric, ReasonCount,
    ReasonMapper, ReasonTotal, Responses, Result, Scoring, Taxonomy,
};

use super::Request;
use super::layout::{WIDTH, count, percent, points, put, shorten, strip};

/// Reasons shown, and those with quotes.
const REASONS: usize = 12;
const QUOTED: usize = 5;
/// Letters of a reason's name.
const NAME: usize = 30;
/// Words shown of a band, and letters of one.
const WORDS: usize = 8;
const WORD: usize = 34;
/// Quotes of a reason, letters of one, and the share of words that two have in common at most.
const QUOTES: usize = 3;
const LETTERS: usize = 120;
const ALIKE: f64 = 0.4;
/// Comments on which starters are tried.
const TRIED: usize = 400;

/// A comment and the rating that came with it.
struct Comment {
    row: usize,
    text: String,
    rating: Option<String>,
    side: Option<Side>,
}

/// Which end of the scale a rating belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Bad,
    Good,
}

/// Reasons, telling words and quotes. Gives back the reasons of each row.
pub(crate) fn comments(
    out: &mut String,
    request: &Request,
    responses: &Responses,
    column: &str,
) -> Result<Option<Mentions>> {
    let comments = written(&request.metric, responses, column)?;
    if comments.is_empty() {
        put!(out, "\nReasons\n  nobody wrote a comment");
        return Ok(None);
    }
    let taxonomy = match &request.taxonomy {
        Some(taxonomy) => taxonomy.clone(),
        None => best_starter(request, &comments)?,
    };
    let options = MapperOptions { language: Some(request.language), ..MapperOptions::default() };
    let mapper = ReasonMapper::with_options(taxonomy, options)?;
    let mut texts = vec![None; responses.len()];
    for comment in &comments {
        texts.get_mut(comment.row).into_iter().for_each(|text| *text = Some(&comment.text));
    }
    // The branches of a tree; what is below them counts for them.
    let mappings = mapper.map(&texts, Given::default())?.at_level(0);
    let mut totals = mappings.totals();
    totals.retain(|total| total.mentions > 0);
    totals.sort_by_key(|total| std::cmp::Reverse(total.mentions));
    reasons(out, request, responses, &comments, &mapper, &mappings, &totals)?;
    words(out, request, &comments)?;
    quotes(out, &comments, &mappings, totals.get(..QUOTED).unwrap_or(&totals));
    mappings.mentions().map(Some)
}

fn written(metric: &Metric, responses: &Responses, column: &str) -> Result<Vec<Comment>> {
    let column = responses.require(column)?;
    let ratings = responses.roles().rating.as_ref().and_then(|name| responses.column(name));
    let mut comments = Vec::new();
    for row in 0..responses.len() {
        let text = match column.key(row) {
            Key::Missing => continue,
            key => key.to_string(),
        };
        let rating = match ratings.map(|ratings| ratings.key(row)) {
            None | Some(Key::Missing) => None,
            Some(key) => Some(key.to_string()),
        };
        let point = rating.as_ref().and_then(|rating| metric.scale().read(rating));
        let side = point.and_then(|point| side(metric, point));
        comments.push(Comment { row, text, rating, side });
    }
    Ok(comments)
}

/// Of the lowest and the highest band; without bands, of the lower and the upper half of the scale.
fn side(metric: &Metric, point: f64) -> Option<Side> {
    let low = match metric.bands() {
        [first, .., last] if point >= first.from && point <= first.to && first != last => true,
        [_, .., last] if point >= last.from && point <= last.to => false,
        [_, _, ..] => return None,
        _ => {
            let middle = f64::midpoint(metric.scale().min(), metric.scale().max());
            if point == middle {
                return None;
            }
            point < middle
        }
    };
    Some(if low == (metric.better() == Better::Higher) { Side::Bad } else { Side::Good })
}

/// What an end of the scale is called.
fn called(metric: &Metric, side: Side) -> String {
    let low = (side == Side::Bad) == (metric.better() == Better::Higher);
    match metric.bands() {
        [first, .., last] => if low { first } else { last }.name.clone(),
        _ => if low { "low ratings" } else { "high ratings" }.to_owned(),
    }
}

/// The starter taxonomy that finds reasons in most comments, tried on some from all over the file.
fn best_starter(request: &Request, comments: &[Comment]) -> Result<Taxonomy> {
    let step = comments.len().div_ceil(TRIED).max(1);
    let some: Vec<Option<&str>> =
        comments.iter().step_by(step).map(|comment| Some(comment.text.as_str())).collect();
    let mut best: Option<(usize, Taxonomy)> = None;
    for field in Taxonomy::presets() {
        let starter = Taxonomy::preset(field, [request.language])?;
        let options = MapperOptions { sentiment: false, ..MapperOptions::default() };
        let mapper = ReasonMapper::with_options(starter, options)?;
        let missed = mapper.map(&some, Given::default())?.unmapped().count();
        if best.as_ref().is_none_or(|(least, _)| missed < *least) {
            best = Some((missed, mapper.taxonomy().clone()));
        }
    }
    Ok(best.map_or_else(|| Taxonomy::new("none", request.language), |(_, taxonomy)| taxonomy))
}

fn reasons(
    out: &mut String,
    request: &Request,
    responses: &Responses,
    comments: &[Comment],
    mapper: &ReasonMapper,
    mappings: &Mappings,
    totals: &[ReasonTotal],
) -> Result<()> {
    let (id, language) = (mapper.taxonomy().id(), request.language);
    let chosen = match request.taxonomy {
        Some(_) => "",
        None => ", the starter that finds most here; --taxonomy names another",
    };
    put!(out, "\nReasons by the taxonomy `{id}` in `{language}`{chosen}");
    let all = comments.len() as u64;
    let found = all - mappings.unmapped().count() as u64;
    put!(
        out,
        "  {} of {} comments name a reason ({})",
        count(found),
        count(all),
        percent(found, all).trim()
    );
    if 3 * found < all {
        put!(out, "  few: look at --taxonomy and --language");
    }
    if totals.is_empty() {
        return Ok(());
    }
    let by_reason = mappings.attach(responses, "(reason)", ReasonCount::Mentions)?;
    let scoring = Scoring::new(request.metric.clone()).by(["(reason)"]);
    let scores = scoring.minimum_n(request.minimum_n).run(&by_reason)?;
    let scores: BTreeMap<String, _> = scores
        .rows
        .iter()
        .filter_map(|row| Some((row.keys.first()?.to_string(), &row.score)))
        .collect();
    put!(
        out,
        "\n  {:<NAME$} {:>7}  {:<WIDTH$}  {:<16} {:>7}  {:>7}  {:>7}  {:>5}",
        "",
        request.metric.name(),
        "",
        "95 %",
        "said so",
        "share",
        "main",
        "felt"
    );
    for total in totals.iter().take(REASONS) {
        let score = scores.get(&total.id);
        let share = |share: Option<f64>| {
            share.map_or("-".to_owned(), |share| format!("{:.1} %", 100.0 * share))
        };
        let interval = score.and_then(|score| score.interval);
        let value = score.and_then(|score| score.value);
        put!(
            out,
            "  {:<NAME$} {:>7}  {:<WIDTH$}  {:<16} {:>7}  {:>7}  {:>7}  {:>5}",
            shorten(&total.name, NAME),
            value.map_or("-".to_owned(), points),
            value.map_or(String::new(), |value| strip(&request.metric, value, interval)),
            interval.map_or(String::new(), |i| {
                format!("{} to {}", points(i.lower), points(i.upper))
            }),
            count(total.mentions),
            share(total.mention_share),
            share(total.main_share),
            total.sentiment.map_or("-".to_owned(), feeling)
        );
    }
    let others = totals.len().saturating_sub(REASONS);
    if others > 0 {
        put!(out, "  ({others} named less often are not shown)");
    }
    put!(
        out,
        "\nsaid so: comments that name the reason; they count in each that they name. share: of comments with a \
         reason. main: the\nsame where each counts once, for its main reason. felt: the feeling about it in words, \
         -1 to 1"
    );
    Ok(())
}

fn feeling(value: f64) -> String {
    // No minus before a zero.
    format!("{:+.2}", (value * 100.0).round() / 100.0 + 0.0)
}

fn words(out: &mut String, request: &Request, comments: &[Comment]) -> Result<()> {
    let sided = || comments.iter().filter_map(|comment| Some((comment, comment.side?)));
    let texts: Vec<&str> = sided().map(|(comment, _)| comment.text.as_str()).collect();
    let name = |side: Side| called(&request.metric, side);
    let groups: Vec<Key> = sided().map(|(_, side)| Key::text(&name(side))).collect();
    let keyness = Keyness { examples: 0, ..Keyness::new(request.language) };
    let keywords = keyness.run(&texts, &groups)?;
    let size = |side: Side| sided().filter(|(_, other)| *other == side).count() as u64;
    put!(out, "\nTelling words: {} against {}", name(Side::Good), name(Side::Bad));
    if keywords.rows.is_empty() {
        put!(out, "  none that is sure");
    }
    // Words may hold names and numbers, too.
    let mut redactor = Redactor::new([] as [&str; 0]);
    for side in [Side::Good, Side::Bad] {
        let group = Key::text(&name(side));
        // Of phrases that share a word, the first.
        let mut rows: Vec<&Keyword> = Vec::new();
        for word in keywords.rows.iter().filter(|word| word.group == group) {
            let has = |part| rows.iter().any(|r| r.term.split(' ').any(|other| other == part));
            if rows.len() < WORDS && !word.term.split(' ').any(has) {
                rows.push(word);
            }
        }
        if rows.is_empty() {
            continue;
        }
        put!(
            out,
            "\n  {:<WORD$} {:>9}  {:>9}",
            format!("{}: {} comments", name(side), count(size(side))),
            "of these",
            "of others"
        );
        for word in rows {
            put!(
                out,
                "  {:<WORD$} {:>7.1} %  {:>7.1} %",
                shorten(&format!("  {}", redactor.redact(&word.term)), WORD),
                100.0 * word.share,
                100.0 * word.rest_share
            );
        }
    }
    Ok(())
}

/// A few short comments on each reason that differ, most of them from the end of the scale that speaks of
/// it most.
fn quotes(out: &mut String, comments: &[Comment], mappings: &Mappings, totals: &[ReasonTotal]) {
    put!(
        out,
        "\nQuotes, with the rating; e-mail addresses, telephone and other long numbers are taken out"
    );
    let mut redactor = Redactor::new([] as [&str; 0]);
    let mut shown: Vec<BTreeSet<String>> = Vec::new();
    for total in totals {
        // The surest first, and of these the ones that need not be cut.
        let mut candidates: Vec<(bool, f64, u32, &Comment)> = Vec::new();
        for comment in comments {
            let Some(mapping) = mappings.row(comment.row).find(|m| m.id == total.id) else {
                continue;
            };
            let start = mapping.spans.first().map_or(0, |span| span.0);
            let long = comment.text.len() > LETTERS || comment.text.len() < LETTERS / 4;
            candidates.push((long || !mapping.main, mapping.confidence, start, comment));
        }
        candidates.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        let side = |side| candidates.iter().filter(|c| c.3.side == Some(side)).count();
        let (most, least) = if side(Side::Good) > side(Side::Bad) {
            (Side::Good, Side::Bad)
        } else {
            (Side::Bad, Side::Good)
        };
        let mut quotes = Vec::new();
        for (wanted, at_most) in [(Some(most), QUOTES - 1), (Some(least), QUOTES), (None, QUOTES)] {
            for (_, _, start, comment) in &candidates {
                if quotes.len() >= at_most {
                    break;
                }
                if wanted.is_some_and(|side| comment.side != Some(side)) {
                    continue;
                }
                let quote = excerpt(&mut redactor, &comment.text, *start);
                let words: BTreeSet<String> =
                    quote.split_whitespace().map(str::to_lowercase).collect();
                if words.len() < 3 || shown.iter().any(|other| alike(other, &words)) {
                    continue;
                }
                shown.push(words);
                quotes.push((comment.rating.as_deref().unwrap_or("-"), quote));
            }
        }
        if quotes.is_empty() {
            continue;
        }
        put!(out, "  {}", total.name);
        for (rating, quote) in quotes {
            put!(out, "    {rating:>4}  \"{quote}\"");
        }
    }
}

fn alike(a: &BTreeSet<String>, b: &BTreeSet<String>) -> bool {
    let common = a.intersection(b).count() as f64;
    common > ALIKE * a.len().min(b.len()) as f64
}

/// A comment on one line without what is private, cut to the words around a byte of it.
fn excerpt(redactor: &mut Redactor, text: &str, start: u32) -> String {
    // Redacted whole, before it is cut: half of a number would not look like one.
    let mut line = |text: &str| {
        let clean = redactor.redact(text);
        clean.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).fold(
            String::new(),
            |mut line, word| {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
                line
            },
        )
    };
    let whole = line(text);
    if whole.chars().count() <= LETTERS {
        return whole;
    }
    let before = line(text.get(..start as usize).unwrap_or_default()).chars().count();
    let first = before.saturating_sub(LETTERS / 3);
    let mut place = 0;
    let mut cut = String::new();
    let mut ends = true;
    for word in whole.split(' ') {
        let end = place + word.chars().count();
        if place >= first {
            if cut.chars().count() + 1 + word.chars().count() > LETTERS {
                ends = false;
                break;
            }
            if cut.is_empty() && place > 0 {
                cut.push_str("... ");
            } else if !cut.is_empty() {
                cut.push(' ');
            }
            cut.push_str(word);
        }
        place = end + 1;
    }
    if !ends {
        cut.push_str(" ...");
    }
    cut
}
