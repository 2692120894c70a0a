//! Weighted and clustered scores and leagues: simulated, with seeds.

use heedful::stats::{BetweenVariance, Comparison, Confidence, Interval, IntervalMethod, Random};
use heedful::{
    Clusters, Column, League, Metric, Responses, Result, Score, Scoring, Tally, Uncertainty,
};

/// Samples for each cell of a table: shares near .95 are good to ± .01 (two standard errors).
const SAMPLES: usize = 2000;

/// Points of the scale that stand for detractors, passives and promoters.
const RATINGS: [u8; 3] = [3, 8, 10];

/// Detractors, passives, promoters.
type Shares = [f64; 3];

const TYPICAL: Shares = [0.15, 0.25, 0.60];
const HIGH: Shares = [0.05, 0.15, 0.80];

fn net(shares: Shares) -> f64 {
    100.0 * (shares[2] - shares[0])
}

fn rating(random: &mut Random, shares: Shares) -> u8 {
    let u = random.uniform();
    RATINGS[usize::from(u >= shares[0]) + usize::from(u >= shares[0] + shares[1])]
}

fn around(random: &mut Random, shares: Shares, concentration: f64) -> Shares {
    let drawn = random.dirichlet(&shares.map(|share| share * concentration));
    [drawn[0], drawn[1], drawn[2]]
}

/// How often intervals held the truth, and how wide they were.
#[derive(Default)]
struct Held {
    held: usize,
    of: usize,
    width: f64,
}

impl Held {
    fn add(&mut self, interval: Option<Interval>, truth: f64) {
        let Some(interval) = interval else { return };
        self.held += usize::from(interval.contains(truth));
        self.of += 1;
        self.width += interval.width();
    }

    /// In per cent, with the mean width in points.
    fn shown(&self) -> String {
        let of = self.of as f64;
        format!("{:.1} ({:.0})", 100.0 * self.held as f64 / of, self.width / of)
    }
}

/// A sample from two strata where one is drawn far too often; weights make up for it.
fn weighted(
    random: &mut Random,
    n: usize,
    strata: [Shares; 2],
    drawn: f64,
    weigh: f64,
) -> Result<(Tally, Vec<f64>)> {
    let mut tally = Tally::new(Metric::nps().scale().clone());
    let mut weights = Vec::with_capacity(n);
    for _ in 0..n {
        let first = random.uniform() < drawn;
        let stratum = usize::from(!first);
        let weight = [weigh / drawn, (1.0 - weigh) / (1.0 - drawn)][stratum];
        tally.observe_weighted(f64::from(rating(random, strata[stratum])), weight)?;
        weights.push(weight);
    }
    Ok((tally, weights))
}

fn weighted_table() -> Result<()> {
    println!("## Weighted scores\n");
    println!(
        "Simulated: {SAMPLES} samples a cell, so ± 1. Two strata of half the population each; a sample has the"
    );
    println!(
        "first one with the chance given, and weights make up for it. The default (score, at the effective size)"
    );
    println!("/ Wald, in %, in brackets the mean width in points.\n");
    println!("| strata (net) | drawn | design effect | n = 20 | n = 50 | n = 200 | n = 1000 |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let mut random = Random::new(1);
    let nps = Metric::nps();
    for strata in [[TYPICAL, TYPICAL], [TYPICAL, HIGH], [[0.4, 0.2, 0.4], HIGH]] {
        for drawn in [0.5, 0.7, 0.9] {
            let truth = 0.5 * (net(strata[0]) + net(strata[1]));
            let effect = 0.25 / drawn + 0.25 / (1.0 - drawn);
            print!("| {:.0}, {:.0} | {drawn} | {effect:.2} |", net(strata[0]), net(strata[1]));
            for n in [20, 50, 200, 1000] {
                let mut held = [Held::default(), Held::default()];
                for _ in 0..SAMPLES {
                    let (tally, _) = weighted(&mut random, n, strata, drawn, 0.5)?;
                    for (held, interval) in held.iter_mut().zip([None, Some(IntervalMethod::Wald)])
                    {
                        let stated = Uncertainty { confidence: Confidence::default(), interval };
                        held.add(Score::from_tally(&tally, &nps, stated)?.interval, truth);
                    }
                }
                print!(" {} / {} |", held[0].shown(), held[1].shown());
            }
            println!();
        }
    }
    println!();
    println!(
        "Where a design effect near 3 meets few responses, the few with large weights decide, and intervals are"
    );
    println!("too narrow: pool, or trim the weights.");
    println!();
    degrees_of_freedom()
}

/// What an interval would hold that took the quantile of t with the degrees of freedom of the weights, in the place
/// of n - 1: Kish's, (Σ w)² / Σ w² - 1, or Satterthwaite's, (Σ w²)² / Σ w⁴ - 1, at least 1.
fn degrees_of_freedom() -> Result<()> {
    println!(
        "Would degrees of freedom mend it? Samples as above, drawn with 0.9; the default / with Kish's"
    );
    println!(
        "effective number less 1 / with Satterthwaite's, (Σ w²)² / Σ w⁴ - 1, in the place of n - 1.\n"
    );
    println!("| strata (net) | n = 20 | n = 50 | n = 200 |");
    println!("| --- | --- | --- | --- |");
    let mut random = Random::new(2);
    let nps = Metric::nps();
    for strata in [[TYPICAL, TYPICAL], [TYPICAL, HIGH], [[0.4, 0.2, 0.4], HIGH]] {
        let truth = 0.5 * (net(strata[0]) + net(strata[1]));
        print!("| {:.0}, {:.0} |", net(strata[0]), net(strata[1]));
        for n in [20, 50, 200] {
            let mut held = [Held::default(), Held::default(), Held::default()];
            for _ in 0..SAMPLES {
                let (tally, weights) = weighted(&mut random, n, strata, 0.9, 0.5)?;
                let sum = |power: i32| weights.iter().map(|w| w.powi(power)).sum::<f64>();
                let all = n as f64 - 1.0;
                let kish = sum(1) * sum(1) / sum(2) - 1.0;
                let satterthwaite = sum(2) * sum(2) / sum(4) - 1.0;
                for (held, df) in held.iter_mut().zip([all, kish, satterthwaite]) {
                    let stated = Uncertainty { confidence: widened(df, all)?, interval: None };
                    held.add(Score::from_tally(&tally, &nps, stated)?.interval, truth);
                }
            }
            print!(" {} / {} / {} |", held[0].shown(), held[1].shown(), held[2].shown());
        }
        println!();
    }
    println!();
    println!(
        "Kish's number mends some of it. Satterthwaite's mends most, at up to twice the width: few responses"
    );
    println!(
        "with great weights tell next to nothing. It takes sums of fourth powers that tallies do not hold, so"
    );
    println!("the default stays as it is: look at the design effect before the interval.");
    println!();
    Ok(())
}

/// The confidence at which the score interval is as much wider as the quantile of t is with `df` instead of `all`.
fn widened(df: f64, all: f64) -> Result<Confidence> {
    let usual = Confidence::default();
    let half = |interval: Option<Interval>| interval.map_or(f64::NAN, |i| i.upper);
    let t = |df: f64| half(Interval::t(0.0, 1.0, df, usual));
    let z = half(Interval::wald(0.0, 1.0, usual)) * (t(df.max(1.0).min(all)) / t(all));
    let beyond = Comparison::wald(z, 1.0, usual).and_then(|test| test.p_value);
    Confidence::new((1.0 - beyond.unwrap_or(0.05)).min(1.0 - 1e-15))
}

/// Accounts with 1 to 9 contacts each, whose shares vary around the whole's.
fn clustered(
    random: &mut Random,
    accounts: usize,
    shares: Shares,
    correlation: f64,
) -> Result<Responses> {
    let concentration = 1.0 / correlation - 1.0;
    let (mut ratings, mut names) = (Vec::new(), Vec::new());
    for account in 0..accounts {
        let own = around(random, shares, concentration);
        for _ in 0..=random.word() % 9 {
            ratings.push(rating(random, own));
            names.push(Some(format!("account {account}")));
        }
    }
    Ok(Responses::new()
        .with("score", Column::numbers(ratings))?
        .with("account", Column::categories(names))?
        .rating("score")
        .account("account"))
}

fn clustered_table() -> Result<()> {
    println!("## Clustered scores\n");
    println!(
        "Simulated: {SAMPLES} samples a cell, so ± 1. Accounts with 1 to 9 contacts each, who agree with each other"
    );
    println!(
        "as the correlation says. Taken as independent / `clusters: robust` / one vote each, in %, in brackets the"
    );
    println!("mean width in points; all by the default method.\n");
    println!("| net | correlation | 10 accounts | 20 accounts | 50 accounts | 150 accounts |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let mut random = Random::new(2);
    for shares in [TYPICAL, HIGH] {
        for correlation in [0.05, 0.2, 0.5] {
            print!("| {:.0} | {correlation} |", net(shares));
            for accounts in [10, 20, 50, 150] {
                let mut held = [Held::default(), Held::default(), Held::default()];
                for _ in 0..SAMPLES {
                    let responses = clustered(&mut random, accounts, shares, correlation)?;
                    for (held, clusters) in
                        held.iter_mut().zip([Clusters::None, Clusters::Robust, Clusters::Votes])
                    {
                        let scores =
                            Scoring::new(Metric::nps()).clusters(clusters).run(&responses)?;
                        held.add(scores.rows[0].score.interval, net(shares));
                    }
                }
                print!(" {} / {} / {} |", held[0].shown(), held[1].shown(), held[2].shown());
            }
            println!();
        }
    }
    println!();
    Ok(())
}

/// Groups of 10 to 100 responses with their true scores.
fn groups(
    random: &mut Random,
    count: usize,
    shares: Shares,
    concentration: f64,
) -> Result<(Responses, Vec<f64>)> {
    let (mut ratings, mut names, mut truths) = (Vec::new(), Vec::new(), Vec::new());
    for group in 0..count {
        let own = around(random, shares, concentration);
        truths.push(net(own));
        for _ in 0..10 + random.word() % 91 {
            ratings.push(rating(random, own));
            names.push(Some(format!("{group:03}")));
        }
    }
    let responses = Responses::new()
        .with("score", Column::numbers(ratings))?
        .with("agent", Column::categories(names))?;
    Ok((responses.rating("score"), truths))
}

fn league_table() -> Result<()> {
    println!("## Intervals of shrunk scores in a league\n");
    println!(
        "Simulated: at least {SAMPLES} true scores a cell, so ± 1. Groups of 10 to 100 responses; their true net scores"
    );
    println!(
        "have the deviation τ. The default (averaged over τ) / one estimate of τ taken as the truth (`between`:"
    );
    println!(
        "Paule and Mandel) / the score's own interval without a league, in %, in brackets the mean width in points.\n"
    );
    println!("| net | τ | 3 groups | 5 groups | 10 groups | 30 groups |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let mut random = Random::new(3);
    for shares in [TYPICAL, HIGH] {
        for deviation in [2.0, 8.0, 20.0] {
            // Of a Dirichlet: the variance of one answer over the concentration plus 1.
            let one = 1e4 * (shares[0] + shares[2]) - net(shares) * net(shares);
            let concentration = one / (deviation * deviation) - 1.0;
            print!("| {:.0} | {deviation} |", net(shares));
            for count in [3, 5, 10, 30] {
                let mut held = [Held::default(), Held::default(), Held::default()];
                for _ in 0..SAMPLES.div_ceil(count) {
                    let (responses, truths) = groups(&mut random, count, shares, concentration)?;
                    let league = League::new(Metric::nps(), ["agent"]).draws(100);
                    for (at, league) in
                        [league.clone(), league.between(BetweenVariance::PauleMandel)]
                            .iter()
                            .enumerate()
                    {
                        for place in league.run(&responses)?.rows {
                            let truth = truths
                                [place.keys[0].to_string().parse::<usize>().unwrap_or_default()];
                            held[at].add(place.standing.map(|s| s.interval), truth);
                            if at == 0 {
                                held[2].add(place.score.interval, truth);
                            }
                        }
                    }
                }
                print!(" {} / {} / {} |", held[0].shown(), held[1].shown(), held[2].shown());
            }
            println!();
        }
    }
    println!();
    println!(
        "True scores near the end of the range are skewed, which a normal distribution is not: there intervals"
    );
    println!("hold somewhat fewer of them.");
    println!();
    Ok(())
}

pub(crate) fn page() -> Result<()> {
    weighted_table()?;
    clustered_table()?;
    league_table()
}
