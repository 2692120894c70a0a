//! What the trained mapper reaches and costs, on real data: `cargo run --release -p heedful-benches --example reasons`.
//!
//! Prints one line of JSON; `reasons.py` beside it sets it against the rivals.

#![expect(clippy::print_stdout, reason = "a report")]

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use heedful::{
    Aim, Column, CsvOptions, EvaluateOptions, Evaluation, Key, Labels, Model, ModelOptions,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(name)
}

/// Texts and intents of BANKING77.
fn banking(part: &str) -> Outcome<(Vec<String>, Vec<String>)> {
    let path = data(&format!("banking77/{part}.csv"));
    let read = CsvOptions::new().comment("text").attributes(["category"]).read_path(path)?;
    let column = |name: &str| -> Outcome<Vec<String>> {
        let column = read.responses.require(name)?;
        let text = |row| match (column, column.key(row)) {
            (Column::Text(texts), _) => texts.get(row).unwrap_or_default().to_owned(),
            (_, Key::Missing) => String::new(),
            (_, key) => key.to_string(),
        };
        Ok((0..column.len()).map(text).collect())
    };
    Ok((column("text")?, column("category")?))
}

/// Texts and categories of the restaurant reviews.
fn restaurants(part: &str) -> Outcome<(Vec<String>, Vec<Vec<String>>)> {
    let file = std::fs::read_to_string(data(&format!("mams_acsa/{part}.xml")))?;
    let plain = |text: &str| {
        let signs =
            [("&quot;", "\""), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
        signs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    let between = |text: &str, start: &str, end: &str| {
        text.split(start).skip(1).filter_map(|t| t.split(end).next().map(plain)).collect::<Vec<_>>()
    };
    let sentences = file.split("<sentence>").skip(1);
    Ok(sentences
        .map(|s| (between(s, "<text>", "</text>").join(" "), between(s, "category=\"", "\"")))
        .unzip())
}

fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

fn quality(model: &Model, texts: &[String], known: &Labels) -> Outcome<Evaluation> {
    let options = EvaluateOptions { replicates: 0, ..EvaluateOptions::default() };
    Ok(Evaluation::of(known, &model.predict(texts).labels(), &options)?)
}

/// Comments of about 100 bytes a second, the best of several rounds.
fn speed(model: &Model, texts: &[String]) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..9 {
        let start = Instant::now();
        std::hint::black_box(model.predict(texts));
        best = best.min(start.elapsed().as_secs_f64());
    }
    texts.len() as f64 / best
}

fn main() -> Outcome<()> {
    let (texts, intents) = banking("train")?;
    let (test, truth) = banking("test")?;
    let train = borrowed(&texts);
    let labels = Labels::single(intents.iter().map(Some))?;
    let options = ModelOptions::default();
    let start = Instant::now();
    let model = Model::fit(&train, &labels, &options)?;
    let seconds = start.elapsed().as_secs_f64();
    let found = model.predict(&test);
    let right = |row: &usize| found.best(*row) == truth.get(*row).map(String::as_str);
    let accuracy = (0..test.len()).filter(right).count() as f64 / test.len() as f64;

    // Ten reasons out of 77, so that the texts are the same.
    let ten =
        |intent: &String| format!("reason {}", intent.bytes().map(u32::from).sum::<u32>() % 10);
    let tens = Labels::single(intents.iter().map(|intent| Some(ten(intent))))?;
    let small = Model::fit(&train, &tens, &options)?;
    let comments: Vec<String> = (0..30_000)
        .map(|at| {
            let pieces = (0..).map(|piece| at * 7 + piece * 13);
            let mut comment = String::new();
            for piece in pieces {
                if comment.len() >= 90 {
                    break;
                }
                comment.push_str(test.get(piece % test.len()).map_or("", String::as_str));
                comment.push(' ');
            }
            comment.chars().take(110).collect()
        })
        .collect();
    let bytes = comments.iter().map(String::len).sum::<usize>() as f64 / comments.len() as f64;

    let (reviews, categories) = restaurants("train")?;
    let (reviews_test, categories_test) = restaurants("test")?;
    let known = Labels::sets(categories_test.iter().map(Some))?;
    let categories = Labels::sets(categories.iter().map(Some))?;
    let balanced = Model::fit(&borrowed(&reviews), &categories, &options)?;
    let asked = balanced.clone().with_aim(None, Aim::Recall(0.9))?;
    let balanced = quality(&balanced, &reviews_test, &known)?;
    let asked = quality(&asked, &reviews_test, &known)?;
    let number = |value: Option<f64>| value.unwrap_or_default();
    println!(
        "{{\"banking_accuracy\": {accuracy:.4}, \"banking_seconds\": {seconds:.2}, \"mean_bytes\": {bytes:.0}, \
         \"speed_10\": {:.0}, \"speed_77\": {:.0}, \"bytes_10\": {}, \"bytes_77\": {}, \"mams_f1\": {:.4}, \
         \"mams_recall\": {:.4}, \"mams_precision\": {:.4}}}",
        speed(&small, &comments),
        speed(&model, &comments),
        small.to_bytes().len(),
        model.to_bytes().len(),
        number(balanced.micro.f1.value),
        number(asked.micro.recall.value),
        number(asked.micro.precision.value),
    );
    Ok(())
}
