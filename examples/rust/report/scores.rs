//! Who answered, the score, its trend and its segments.

use std::fmt::Write;

use heedful::stats::{Adjustment, Interval};
use heedful::{Column, Contrast, Every, Key, Read, Responses, Scores, Scoring};

use super::Request;
use super::layout::{
    LABEL, WIDTH, bar, count, interval, percent, points, probability, put, shorten, strip,
};

/// Segments shown at either end, and periods shown at most.
const ENDS: usize = 5;
const PERIODS: usize = 36;

pub(crate) fn responses(out: &mut String, request: &Request, read: &Read, scores: &Scores) {
    let Some(score) = scores.rows.first().map(|row| &row.score) else { return };
    put!(out, "\nResponses");
    put!(out, "  {:<10} {:>9}", "all", count(read.rows));
    put!(out, "  {:<10} {:>9}", "rated", count(score.n));
    put!(out, "  {:<10} {:>9}", "unrated", count(score.missing));
    if let Some(Column::Text(texts)) =
        request.comment.as_ref().and_then(|name| read.responses.column(name))
    {
        let given = texts.iter().flatten().count() as u64;
        put!(out, "  {:<10} {:>9}{}", "comments", count(given), percent(given, read.rows));
    }
    let Some(Column::Time(times)) =
        read.responses.roles().at.as_ref().and_then(|name| read.responses.column(name))
    else {
        return;
    };
    let present = |row: usize| times.validity.as_ref().is_none_or(|v| v.is_valid(row));
    let days = times.values.iter().enumerate().filter(|(row, _)| present(*row));
    let days: Vec<i32> = days.map(|(_, value)| times.unit.day(*value)).collect();
    if let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) {
        let order = match read.dates.and_then(|dates| dates.day_first) {
            Some(true) => "; the day comes before the month, as the dates themselves show",
            Some(false) => "; the month comes before the day, as the dates themselves show",
            None => "",
        };
        let (first, last) = (Every::Day.label(*first), Every::Day.label(*last));
        put!(out, "  {:<10} {first} to {last}{order}", "dates");
    }
    let undated = read.rows - days.len() as u64;
    if undated > 0 {
        put!(out, "  {:<10} {:>9}", "undated", count(undated));
    }
}

pub(crate) fn score(out: &mut String, request: &Request, scores: &Scores) {
    let Some(score) = scores.rows.first().map(|row| &row.score) else { return };
    let name = request.metric.name();
    put!(out, "\nScore");
    let Some(value) = score.value else {
        put!(out, "  nobody gave a rating");
        return;
    };
    put!(out, "  {name:<22} {:>7}{}", points(value), interval(score.interval, 1.0));
    for share in &score.shares {
        if let Some(value) = share.share {
            let shown = points(100.0 * value);
            put!(
                out,
                "  {:<22} {shown:>7}{}",
                format!("{} %", share.band),
                interval(share.interval, 100.0)
            );
        }
    }
    if let Some(mean) = score.mean {
        put!(out, "  {:<22} {:>8}", "mean rating", format!("{mean:.2}"));
    }
    put!(out, "\nDistribution");
    let most = score.counts.iter().map(|(_, n)| *n).max().unwrap_or(0);
    for (index, (point, n)) in score.counts.iter().enumerate() {
        let label = match request.metric.scale().label(index) {
            Some(label) => format!("{point} {label}"),
            None => point.to_string(),
        };
        let band = request.metric.band(index).map_or("", |band| band.name.as_str());
        put!(
            out,
            "  {label:>3} {:<WIDTH$} {:>7}{}  {band}",
            bar(*n as f64 / most.max(1) as f64),
            count(*n),
            percent(*n, score.n)
        );
    }
}

pub(crate) fn trend(
    out: &mut String,
    request: &Request,
    responses: &Responses,
) -> heedful::Result<()> {
    let scoring = Scoring::new(request.metric.clone()).every(request.every);
    let scores = scoring.minimum_n(request.minimum_n).run(responses)?;
    let dated: Vec<_> = scores
        .rows
        .iter()
        .filter_map(|row| match row.keys.last() {
            Some(Key::Date(day)) => {
                Some((request.every.label(request.every.index_of_day(*day)), row))
            }
            _ => None,
        })
        .collect();
    put!(out, "\nTrend by {}", request.every.as_str());
    let skipped = dated.len().saturating_sub(PERIODS);
    if skipped > 0 {
        put!(out, "  ({} earlier ones are not shown)", count(skipped as u64));
    }
    for (label, row) in dated.into_iter().skip(skipped) {
        let score = &row.score;
        match score.value {
            Some(value) => put!(
                out,
                "  {label:<10} {:>7}  {}  n {:>6}{}",
                points(value),
                strip(&request.metric, value, score.interval),
                count(score.n),
                interval(score.interval, 1.0)
            ),
            None if row.suppressed => {
                put!(out, "  {label:<10}       -  fewer than {}", request.minimum_n)
            }
            None => put!(out, "  {label:<10}       -  no ratings"),
        }
    }
    Ok(())
}

struct Segment {
    label: String,
    value: f64,
    interval: Option<Interval>,
    n: u64,
    difference: Option<f64>,
    p_value: Option<f64>,
}

pub(crate) fn segments(
    out: &mut String,
    request: &Request,
    responses: &Responses,
) -> heedful::Result<()> {
    let mut segments = Vec::new();
    let mut hidden = 0;
    for name in &request.by {
        let scoring = Scoring::new(request.metric.clone()).by([name]).minimum_n(request.minimum_n);
        let contrasts = Contrast::of(scoring.clone()).run(responses)?;
        for (row, contrast) in scoring.run(responses)?.rows.iter().zip(&contrasts.rows) {
            let (Some(value), false) = (row.score.value, contrast.suppressed) else {
                hidden += 1;
                continue;
            };
            let key = row.keys.first().unwrap_or(&Key::Missing);
            segments.push(Segment {
                label: match request.by.as_slice() {
                    [_] => shorten(&key.to_string(), LABEL),
                    _ => shorten(&format!("{name}: {key}"), LABEL),
                },
                value,
                interval: row.score.interval,
                n: row.score.n,
                difference: contrast.comparison.difference,
                p_value: contrast.comparison.p_value,
            });
        }
    }
    // All segments are looked at together, so their p-values are adjusted together.
    let p_values: Vec<Option<f64>> = segments.iter().map(|s| s.p_value).collect();
    let adjusted = Adjustment::default().adjust(&p_values);
    let mut ranked: Vec<(Segment, Option<f64>)> = segments.into_iter().zip(adjusted).collect();
    let better = request.metric.better();
    ranked.sort_by(|(a, _), (b, _)| {
        let order = b.value.total_cmp(&a.value);
        let order = if better == heedful::Better::Higher { order } else { order.reverse() };
        order.then_with(|| a.label.cmp(&b.label))
    });
    let mut show = |title: &str, rows: &[(Segment, Option<f64>)]| {
        put!(
            out,
            "\n{title:<36} {:>7}  {:<WIDTH$}  {:>8}  {:>9}  {:>7}",
            "",
            "",
            "n",
            "to others",
            "p"
        );
        for (segment, p_value) in rows {
            put!(
                out,
                "  {:<LABEL$} {:>7}  {}  {:>8}  {:>9}  {:>7}",
                segment.label,
                points(segment.value),
                strip(&request.metric, segment.value, segment.interval),
                count(segment.n),
                segment.difference.map_or("-".to_owned(), |d| format!("{d:+.1}")),
                p_value.map_or("-".to_owned(), probability)
            );
        }
    };
    if ranked.len() <= 2 * ENDS {
        show("Segments, best first", &ranked);
    } else {
        let (best, rest) = ranked.split_at(ENDS);
        show("Best segments", best);
        show("Worst segments", rest.split_at(rest.len() - ENDS).1);
    }
    if hidden > 0 {
        put!(
            out,
            "  ({} with fewer than {} ratings are not shown)",
            count(hidden),
            request.minimum_n
        );
    }
    put!(
        out,
        "\nto others: difference from all other responses, with p-values adjusted for the number of segments"
    );
    Ok(())
}
