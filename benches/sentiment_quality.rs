//! How near sentiment comes to people's ratings: `cargo run --release -p heedful-benches --example sentiment`.
//!
//! Without training, the correlation with mean human ratings, and VADER's, on tweets and review snippets; learned from
//! ratings, how often a promoter's comment is predicted above a detractor's, five-fold, no text on both sides.

#![expect(clippy::print_stdout, reason = "a report")]

use std::error::Error;
use std::path::PathBuf;

use heedful::text::Language;
use heedful::{Column, CsvOptions, Key, Metric, Scale, Sentiment, SentimentFit, SentimentOptions};
use vader_parity::SentimentIntensityAnalyzer;

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(name)
}

fn pearson(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (mx, my) = pairs.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0 / n, y + p.1 / n));
    let sum = |f: fn(f64, f64) -> f64| pairs.iter().map(|(x, y)| f(x - mx, y - my)).sum::<f64>();
    sum(|x, y| x * y) / (sum(|x, _| x * x) * sum(|_, y| y * y)).sqrt()
}

fn untrained() -> Result<(), Box<dyn Error>> {
    let mut ours = Sentiment::new(SentimentOptions::default())?;
    let vader = SentimentIntensityAnalyzer::new();
    for name in ["tweets", "amazonReviewSnippets"] {
        let bytes = std::fs::read(data(&format!("vader_truth/{name}_GroundTruth.txt")))?;
        let (mut found, mut rival) = (Vec::new(), Vec::new());
        for line in String::from_utf8_lossy(&bytes).lines() {
            let mut columns = line.splitn(3, '\t').skip(1);
            let (Some(truth), Some(text)) = (columns.next(), columns.next()) else { continue };
            let truth: f64 = truth.parse()?;
            found.push((ours.value(text).unwrap_or(0.0), truth));
            rival.push((vader.polarity_scores(text).compound, truth));
        }
        println!("{name}: r {:.4}, VADER {:.4}", pearson(&found), pearson(&rival));
    }
    Ok(())
}

fn learned(
    folder: &str,
    rating: &str,
    comment: &str,
    language: Language,
) -> Result<(), Box<dyn Error>> {
    let read = CsvOptions::new()
        .rating(rating)
        .metric(Metric::nps())
        .comment(comment)
        .read_path(data(&format!("{folder}/responses.csv")))?;
    let Column::Text(comments) = read.responses.require(comment)? else { return Ok(()) };
    let ratings = read.responses.require(rating)?;
    let ratings: Vec<Option<f64>> = (0..comments.len())
        .map(|row| match ratings.key(row) {
            Key::Int(value) => Some(value as f64),
            Key::Float(value) => Some(value),
            _ => None,
        })
        .collect();
    let options = SentimentOptions::new(language);
    let fit = SentimentFit::new(options.clone(), Scale::preset("0-10")?);
    let held = fit.cross_validate(comments, &ratings, 5)?;
    let mut words = Sentiment::new(options)?;
    let read: Vec<Option<f64>> =
        comments.iter().map(|text| text.map(|text| words.value(text).unwrap_or(0.0))).collect();
    let (learned, untrained) = (auc(&held.predicted, &ratings), auc(&read, &ratings));
    println!("{folder}: auc {learned:.4}, without training {untrained:.4}");
    Ok(())
}

fn auc(predicted: &[Option<f64>], ratings: &[Option<f64>]) -> f64 {
    let pick = |keep: fn(f64) -> bool| -> Vec<f64> {
        let rows = predicted.iter().zip(ratings).filter(|(_, r)| r.is_some_and(keep));
        rows.filter_map(|(p, _)| *p).collect()
    };
    let (low, high) = (pick(|r| r <= 6.0), pick(|r| r >= 9.0));
    let wins = |h: &f64| -> f64 {
        low.iter()
            .map(|l| {
                if h > l {
                    1.0
                } else if h < l {
                    0.0
                } else {
                    0.5
                }
            })
            .sum()
    };
    high.iter().map(wins).sum::<f64>() / (low.len() * high.len()) as f64
}

fn main() -> Result<(), Box<dyn Error>> {
    untrained()?;
    learned("nps_broadband", "NPS_SCORE", "text", Language::English)?;
    learned("nps_retail_fr", "nps", "explication", Language::French)
}
