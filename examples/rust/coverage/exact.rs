//! Net scores of plain samples: exact, by going through every possible outcome.

use heedful::stats::{Confidence, IntervalMethod, NetSample};

/// Responses per sample.
const SIZES: [usize; 9] = [5, 10, 20, 30, 50, 100, 200, 500, 1000];

const METHODS: [IntervalMethod; 3] =
    [IntervalMethod::Score, IntervalMethod::AdjustedWald, IntervalMethod::Wald];

/// Shares (detractors, passives, promoters), every one at least .05: the requirement is about these.
const ORDINARY: [[f64; 3]; 20] = [
    [0.05, 0.05, 0.90],
    [0.05, 0.10, 0.85],
    [0.05, 0.25, 0.70],
    [0.05, 0.45, 0.50],
    [0.05, 0.70, 0.25],
    [0.05, 0.90, 0.05],
    [0.10, 0.10, 0.80],
    [0.10, 0.20, 0.70],
    [0.10, 0.30, 0.60],
    [0.10, 0.50, 0.40],
    [0.15, 0.25, 0.60],
    [0.20, 0.20, 0.60],
    [0.20, 0.30, 0.50],
    [0.20, 0.60, 0.20],
    [0.25, 0.40, 0.35],
    [0.30, 0.40, 0.30],
    [0.30, 0.20, 0.50],
    [0.40, 0.20, 0.40],
    [0.45, 0.10, 0.45],
    [0.47, 0.06, 0.47],
];

/// More extreme shares, tabulated without a requirement.
const EXTREME: [[f64; 3]; 6] = [
    [0.00, 0.05, 0.95],
    [0.00, 0.50, 0.50],
    [0.01, 0.04, 0.95],
    [0.01, 0.98, 0.01],
    [0.02, 0.18, 0.80],
    [0.49, 0.02, 0.49],
];

/// ln k! for k = 0..=n.
fn log_factorials(n: usize) -> Vec<f64> {
    let mut sum = 0.0;
    (0..=n)
        .map(|k| {
            sum += if k > 1 { (k as f64).ln() } else { 0.0 };
            sum
        })
        .collect()
}

/// Coverage of each method for each trinomial: the probability of all outcomes whose interval holds the truth.
fn coverage(n: usize, trinomials: &[[f64; 3]], confidence: Confidence) -> Vec<[f64; 3]> {
    let factorials = log_factorials(n);
    let power = |k: usize, p: f64| if k == 0 { 0.0 } else { k as f64 * p.ln() };
    let mut covered = vec![[0.0; 3]; trinomials.len()];
    for negative in 0..=n {
        for positive in 0..=n - negative {
            let neutral = n - negative - positive;
            let Some(sample) = NetSample::new(negative as f64, neutral as f64, positive as f64)
            else {
                continue;
            };
            let ways =
                factorials[n] - factorials[negative] - factorials[neutral] - factorials[positive];
            let intervals = METHODS.map(|method| sample.interval(method, confidence));
            for (shares, row) in trinomials.iter().zip(&mut covered) {
                let [minus, zero, plus] = *shares;
                let chance =
                    (ways + power(negative, minus) + power(neutral, zero) + power(positive, plus))
                        .exp();
                // An end that equals the truth but for rounding covers it.
                let truth = plus - minus;
                for (interval, sum) in intervals.iter().zip(row) {
                    if interval
                        .is_some_and(|i| i.lower <= truth + 1e-12 && truth - 1e-12 <= i.upper)
                    {
                        *sum += chance;
                    }
                }
            }
        }
    }
    covered
}

fn table(title: &str, trinomials: &[[f64; 3]], results: &[Vec<[f64; 3]>]) {
    println!("## {title}\n");
    println!("Score / adjusted Wald / Wald, in %.\n");
    print!("| detractors, passives, promoters |");
    for n in SIZES {
        print!(" n = {n} |");
    }
    println!("\n| --- |{}", " --- |".repeat(SIZES.len()));
    for (i, [minus, zero, plus]) in trinomials.iter().enumerate() {
        print!("| {minus:.2}, {zero:.2}, {plus:.2} |");
        for row in results {
            let [score, adjusted, wald] = row[i].map(|share| 100.0 * share);
            print!(" {score:.1} / {adjusted:.1} / {wald:.1} |");
        }
        println!();
    }
    println!();
}

/// Mean and least coverage of the score interval for each n.
fn by_size(results: &[Vec<[f64; 3]>]) {
    println!("| n | mean of score | least of score |");
    println!("| --- | --- | --- |");
    for (n, rows) in SIZES.iter().zip(results) {
        let mean = 100.0 * rows.iter().map(|row| row[0]).sum::<f64>() / rows.len() as f64;
        let least = 100.0 * rows.iter().map(|row| row[0]).fold(f64::INFINITY, f64::min);
        println!("| {n} | {mean:.2} | {least:.2} |");
    }
    println!();
}

fn summary(results: &[Vec<[f64; 3]>]) {
    println!("| method | mean | least | most | cells below 91.5 |");
    println!("| --- | --- | --- | --- | --- |");
    for (i, method) in METHODS.iter().enumerate() {
        let cells: Vec<f64> = results.iter().flatten().map(|row| 100.0 * row[i]).collect();
        let mean = cells.iter().sum::<f64>() / cells.len() as f64;
        let least = cells.iter().copied().fold(f64::INFINITY, f64::min);
        let most = cells.iter().copied().fold(0.0, f64::max);
        let low = cells.iter().filter(|cell| **cell < 91.5).count();
        println!(
            "| {} | {mean:.2} | {least:.2} | {most:.2} | {low} of {} |",
            method.as_str(),
            cells.len()
        );
    }
    println!();
}

pub(crate) fn page() {
    let confidence = Confidence::default();
    let run = |trinomials: &[[f64; 3]]| -> Vec<Vec<[f64; 3]>> {
        SIZES.iter().map(|n| coverage(*n, trinomials, confidence)).collect()
    };
    let (ordinary, extreme) = (run(&ORDINARY), run(&EXTREME));
    println!(
        "How often an interval holds the true net score, computed exactly by going through every"
    );
    println!("possible outcome of n responses.\n");
    println!(
        "The default is the score interval (Tango 1998). Required of it over the twenty ordinary"
    );
    println!("distributions below: a mean between 94.5 and 96.5 %, and never less than 91.5 %.\n");
    summary(&ordinary);
    by_size(&ordinary);
    table("Every share at least .05", &ORDINARY, &ordinary);
    table("More extreme, without a requirement", &EXTREME, &extreme);
}
