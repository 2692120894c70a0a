//! Whether time grows with the size and no faster: comments of 10 megabytes and taxonomies of a million terms, each at a
//! quarter, a half and the whole: `cargo run --release -p heedful-benches --example scale`.

#![expect(clippy::print_stdout, reason = "a report")]

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use heedful::text::Language;
use heedful::{Given, Reason, ReasonMapper, Taxonomy, Term};

type Outcome<T> = Result<T, Box<dyn Error>>;

const COMMENT: &str = "The engineer came late, was rude & did not fix the router. I waited 40 minutes on the phone, \
                       twice! Great speed though, when it works 😡 and a fair price, but the bill is wrong again. ";

/// Seconds that something takes.
fn timed<T>(run: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let made = run();
    (start.elapsed().as_secs_f64(), made)
}

/// Terms of one word, of two, and with a gap, over a vocabulary that grows with their number.
fn terms(range: std::ops::Range<usize>) -> Outcome<Vec<Term>> {
    let term = |i: usize| match i % 4 {
        0 => format!("word{i}"),
        1 => format!("late w{}", i / 7),
        2 => format!("price * w{}", i / 5),
        _ => format!("pre{i}*"),
    };
    Ok(range.map(|i| Term::new(term(i))).collect::<Result<_, _>>()?)
}

fn taxonomy(reasons: usize, each: usize) -> Outcome<Taxonomy> {
    let mut taxonomy = Taxonomy::new("large", Language::English);
    for place in 0..reasons {
        let own = terms(place * each..(place + 1) * each)?;
        let reason = Reason::new(format!("r{place}")).with_terms(Language::English, own);
        // Every tenth at the top, the others below it.
        let above = format!("r{}", place - place % 10);
        taxonomy.add(reason, (place % 10 > 0).then_some(above.as_str()))?;
    }
    Ok(taxonomy)
}

fn main() -> Outcome<()> {
    let starter = ReasonMapper::new(Taxonomy::preset("telecom", [Language::English])?)?;
    let pieces = [COMMENT, "price ", "late, ", "not ", "wait , ", "a", "é ", "😡", "but good "];
    println!("seconds for one comment of 2.5, 5 and 10 megabytes, reasons and feelings");
    for piece in pieces {
        let map = |bytes: usize| {
            let comment = piece.repeat(bytes / piece.len());
            let (seconds, mappings) = timed(|| starter.map(&[Some(comment)], Given::default()));
            mappings.map(|mappings| (seconds, mappings.len()))
        };
        let [(a, _), (b, _), (c, found)] = [map(2_500_000)?, map(5_000_000)?, map(10_000_000)?];
        println!(
            "{:<12} {a:>7.3} {b:>7.3} {c:>7.3}  {found} reasons",
            piece.get(..8).unwrap_or(piece)
        );
    }
    println!("seconds for a taxonomy: added reason by reason, prepared, 10,000 comments mapped");
    let comments: Vec<_> =
        (0..10_000).map(|i| Some(format!("{COMMENT} word{i} late w{i}"))).collect();
    for (reasons, each) in
        [(250, 1_000), (500, 1_000), (1_000, 1_000), (250_000, 1), (500_000, 1), (1_000_000, 1)]
    {
        let (added, taxonomy) = timed(|| taxonomy(reasons, each));
        let (prepared, mapper) =
            timed(|| ReasonMapper::new(taxonomy?).map_err(Box::<dyn Error>::from));
        let mapper = mapper?;
        let (mapped, found) = timed(|| mapper.map(&comments, Given::default()));
        println!(
            "{:>9} reasons of {each:>5} terms {added:>8.3} {prepared:>8.3} {mapped:>8.3}  {} found",
            reasons,
            found?.len()
        );
        black_box(mapper);
    }
    Ok(())
}
