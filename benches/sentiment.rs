//! Reading sentiment, comments a second, against VADER's rules in Rust: `cargo bench -p heedful-benches --bench sentiment`.
//!
//! The comments are the review snippets of the shared data (87 bytes on average), or a few of our own without them.

#![expect(clippy::expect_used, reason = "a benchmark without its data has nothing to do")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use heedful::text::{Language, Lexer};
use heedful::{Sentiment, SentimentOptions};
use vader_parity::SentimentIntensityAnalyzer;

const SNIPPETS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../shared/data/vader_truth/amazonReviewSnippets_GroundTruth.txt"
);
const OWN: [&str; 4] = [
    "The engineer came on time, was very polite and fixed everything, but I am still waiting for the refund!",
    "Easy to use and it does what it says. It would be nice if the battery lasted a little longer, though.",
    "Terrible. I have called three times and nobody could tell me why the line keeps dropping every evening.",
    "We ordered the blue one and got the red one; they sent the right one the next day without any hassle.",
];

fn comments() -> Vec<String> {
    let many = if cfg!(debug_assertions) { 50 } else { usize::MAX };
    match std::fs::read(SNIPPETS) {
        Ok(bytes) => String::from_utf8_lossy(&bytes)
            .lines()
            .filter_map(|line| line.splitn(3, '\t').nth(2).map(str::to_owned))
            .take(many)
            .collect(),
        Err(_) => OWN.map(str::to_owned).to_vec(),
    }
}

fn sentiment(criterion: &mut Criterion) {
    let comments = comments();
    let mut group = criterion.benchmark_group("sentiment");
    group.throughput(Throughput::Elements(comments.len() as u64));
    let mut ours = Sentiment::new(SentimentOptions::default()).expect("options without faults");
    group.bench_function("value", |bencher| {
        bencher.iter(|| comments.iter().filter_map(|c| ours.value(black_box(c))).sum::<f64>());
    });
    group.bench_function("value, clauses and emotions", |bencher| {
        bencher
            .iter(|| comments.iter().map(|c| ours.read(black_box(c)).clauses.len()).sum::<usize>());
    });
    let (mut lexer, mut tokens) = (Lexer::new(Language::English), Vec::new());
    group.bench_function("words alone", |bencher| {
        bencher.iter(|| {
            let mut count = 0;
            for comment in &comments {
                lexer.read(black_box(comment), &mut tokens);
                count += tokens.len();
            }
            count
        });
    });
    let rival = SentimentIntensityAnalyzer::new();
    group.bench_function("vader-parity", |bencher| {
        bencher.iter(|| {
            comments.iter().map(|c| rival.polarity_scores(black_box(c)).compound).sum::<f64>()
        });
    });
    group.finish();
}

criterion_group! {
    name = kernels;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = sentiment
}
criterion_main!(kernels);
