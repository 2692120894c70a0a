//! Reading text and mapping it by terms, and rivals in the same run: `cargo bench -p heedful-benches --bench text`.
//!
//! Comments come from `../shared/data`; where that is not there, this says so and ends. `ascii` are the English
//! comments without any character beyond ASCII; `mixed` are English and French ones, with emoji and curly
//! apostrophes added to some, as survey tools and telephones add them.

#![expect(clippy::expect_used, reason = "a benchmark without its data has nothing to do")]

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use aho_corasick::{AhoCorasick, MatchKind};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use heedful::text::{Language, Lexer, Phrase, Phrases};
use heedful::{Column, CsvOptions, Given, Key, MapperOptions, ReasonMapper, Responses, Taxonomy};
use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation;

fn file(path: &str) -> Option<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    fs::read(root.join(path)).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn column(path: &str, name: &str) -> Option<Vec<String>> {
    let text = file(path)?;
    let table = Responses::read_csv(text.as_bytes(), &CsvOptions::new().comment(name)).ok()?;
    let column: &Column = table.column(name)?;
    let text = |row| match column.key(row) {
        Key::Text(text) => Some(text.to_string()),
        _ => None,
    };
    Some((0..table.len()).filter_map(text).collect())
}

fn lines(path: &str) -> Option<Vec<String>> {
    let field = |line: &str| line.split('\t').nth(2).map(str::to_owned);
    Some(file(path)?.lines().filter_map(field).collect())
}

struct Corpus {
    name: &'static str,
    comments: Vec<String>,
    bytes: u64,
}

impl Corpus {
    fn new(name: &'static str, mut comments: Vec<String>) -> Self {
        if cfg!(debug_assertions) {
            comments.truncate(200);
        }
        let bytes = comments.iter().map(|comment| comment.len() as u64).sum();
        Self { name, comments, bytes }
    }
}

fn corpora() -> Option<[Corpus; 2]> {
    let english = [
        column("nps_broadband/responses.csv", "text")?,
        column("banking77/train.csv", "text")?,
        lines("vader_truth/tweets_GroundTruth.txt")?,
        lines("vader_truth/amazonReviewSnippets_GroundTruth.txt")?,
    ]
    .concat();
    let french = column("nps_retail_fr/responses.csv", "explication")?;
    let ascii = english.iter().filter(|comment| comment.is_ascii()).cloned().collect();
    let emoji = ["😡", "👍🏽", "❤️", "😀😀", "🤷‍♀️", "🇫🇷"];
    let with_signs = |(row, comment): (usize, &String)| match row % 10 {
        0 => format!("{comment} {}", emoji.get(row / 10 % emoji.len()).unwrap_or(&"👏")),
        1 => comment.replace('\'', "’"),
        _ => comment.clone(),
    };
    // Every second English comment, so that a third of the text is French.
    let both = english.iter().step_by(2).chain(&french);
    let mixed = both.enumerate().map(with_signs).collect();
    Some([Corpus::new("ascii", ascii), Corpus::new("mixed", mixed)])
}

/// 500 phrases as they are typical for a taxonomy: words and pairs of middling frequency, some with a gap.
fn phrases(corpora: &[Corpus]) -> Vec<String> {
    let mut words: BTreeMap<String, usize> = BTreeMap::new();
    let mut pairs: BTreeMap<String, usize> = BTreeMap::new();
    for comment in corpora.iter().flat_map(|corpus| &corpus.comments) {
        let all: Vec<String> = comment.unicode_words().map(str::to_lowercase).collect();
        for word in all.iter().filter(|word| word.chars().count() > 4) {
            *words.entry(word.clone()).or_default() += 1;
        }
        for pair in all.windows(2).filter(|pair| pair.iter().all(|word| word.chars().count() > 3)) {
            *pairs.entry(pair.join(" ")).or_default() += 1;
        }
    }
    let ranked = |counts: BTreeMap<String, usize>| {
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        counts.into_iter().map(|(text, _)| text).skip(100).step_by(4)
    };
    let gaps = ranked(pairs.clone()).skip(200).take(50).map(|pair| pair.replace(' ', " * "));
    ranked(words).take(250).chain(ranked(pairs).take(200)).chain(gaps).collect()
}

#[expect(clippy::print_stderr, reason = "a benchmark that is skipped says so")]
fn reading(criterion: &mut Criterion) {
    let Some(corpora) = corpora() else {
        eprintln!("skipped: ../shared/data is not there");
        return;
    };
    let texts = phrases(&corpora);
    for corpus in &corpora {
        let mut group = criterion.benchmark_group(corpus.name);
        group.throughput(Throughput::Bytes(corpus.bytes));
        let mut lexer = Lexer::new(Language::English);
        let mut tokens = Vec::new();
        group.bench_function("heedful: words and stems", |bencher| {
            bencher.iter(|| {
                for comment in &corpus.comments {
                    lexer.read(black_box(comment), &mut tokens);
                    black_box(&tokens);
                }
            });
        });
        let list = texts.iter().zip(0..).map(|(text, i)| Phrase::new(text, i % 10));
        let compiled = Phrases::new(Language::English, list).expect("phrases with words");
        let mut finder = compiled.finder();
        let mut hits = Vec::new();
        group.bench_function("heedful: words, stems and 500 phrases", |bencher| {
            bencher.iter(|| {
                let mut count = 0;
                for comment in &corpus.comments {
                    lexer.read(black_box(comment), &mut tokens);
                    finder.find(&lexer, &tokens, &mut hits);
                    count += hits.len();
                }
                count
            });
        });
        let stemmer = Stemmer::create(Algorithm::English);
        group.bench_function("unicode-segmentation, lower case, rust-stemmers", |bencher| {
            bencher.iter(|| {
                let words = corpus.comments.iter().flat_map(|comment| comment.unicode_words());
                words.map(|word| stemmer.stem(&word.to_lowercase()).len()).sum::<usize>()
            });
        });
        // Words are split where a character is no letter or digit, made small and stemmed by the same library.
        group.bench_function("as tantivy's English analyser", |bencher| {
            bencher.iter(|| {
                let comments = corpus.comments.iter();
                let words =
                    comments.flat_map(|comment| comment.split(|c: char| !c.is_alphanumeric()));
                let words = words.filter(|word| !word.is_empty());
                words.map(|word| stemmer.stem(&word.to_lowercase()).len()).sum::<usize>()
            });
        });
        let plain: HashSet<String> = texts.iter().map(|text| text.replace(" * ", " ")).collect();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(plain)
            .expect("few phrases");
        group.bench_function("aho-corasick, 500 phrases without words or stems", |bencher| {
            bencher.iter(|| {
                corpus
                    .comments
                    .iter()
                    .map(|comment| automaton.find_iter(comment).count())
                    .sum::<usize>()
            });
        });
        group.finish();
    }
}

/// Comments of about 100 bytes: those of a corpus put together or cut.
fn hundreds(corpus: &Corpus) -> Vec<Option<String>> {
    let mut all: Vec<Option<String>> = Vec::new();
    let mut comment = String::new();
    for piece in &corpus.comments {
        comment.push_str(piece);
        comment.push(' ');
        if comment.len() >= 90 {
            all.push(Some(comment.chars().take(110).collect()));
            comment.clear();
        }
    }
    all.truncate(10_000);
    all
}

#[expect(clippy::print_stderr, reason = "a benchmark that is skipped says so")]
fn mapping(criterion: &mut Criterion) {
    let Some(corpora) = corpora() else {
        eprintln!("skipped: ../shared/data is not there");
        return;
    };
    let starter = Taxonomy::preset("telecom", [Language::English]).expect("a starter");
    let mut ten = Taxonomy::new("ten", Language::English);
    for reason in starter.reasons().iter().take(10) {
        ten.add(reason.clone(), None).expect("reasons of one taxonomy");
    }
    for corpus in &corpora {
        let comments = hundreds(corpus);
        let mut group = criterion.benchmark_group(format!("{}, 10 reasons by terms", corpus.name));
        group.throughput(Throughput::Elements(comments.len() as u64));
        for (name, sentiment) in [("reasons", false), ("reasons and their sentiment", true)] {
            let options = MapperOptions { sentiment, ..MapperOptions::default() };
            let mapper = ReasonMapper::with_options(ten.clone(), options).expect("plain options");
            group.bench_function(name, |bencher| {
                bencher.iter(|| mapper.map(black_box(&comments), Given::default()));
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = text;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = reading, mapping
}
criterion_main!(text);
