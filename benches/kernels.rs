//! The kernels of the core, alone: `cargo bench -p heedful-benches`.
//!
//! Built without optimisation, as in the tests, the tables are small: then it only matters that this runs.

#![expect(clippy::expect_used, reason = "a benchmark without its data has nothing to do")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use heedful::stats::{Confidence, IntervalMethod, NetSample, Random};
use heedful::{
    Category, Clock, Column, CsvOptions, DateFormat, Every, Key, Keys, Metric, Numbers, Responses,
    Scoring, TimeUnit, Times, Zone,
};

const ROWS: usize = if cfg!(debug_assertions) { 1_000 } else { 2_000_000 };
const YEAR: u64 = 365 * 86_400;

fn below(random: &mut Random, most: u64) -> u64 {
    random.word() % most
}

fn many<T>(mut draw: impl FnMut() -> T) -> Vec<T> {
    (0..ROWS).map(|_| draw()).collect()
}

fn ratings(random: &mut Random) -> Numbers {
    many(|| below(random, 11) as u8).into()
}

fn attribute(random: &mut Random, values: u64) -> Column {
    let keys: Vec<i32> = many(|| below(random, values) as i32);
    let names: Vec<Key> = (0..values).map(|i| Key::text(&format!("value {i}"))).collect();
    Column::Category(Category { keys: Keys::from(keys), validity: None, values: names.into() })
}

fn times(random: &mut Random) -> Column {
    let start = 1_700_000_000_i64;
    let values: Vec<i64> = many(|| start + below(random, 3 * YEAR) as i64);
    Column::Time(Times {
        values: values.into(),
        validity: None,
        unit: TimeUnit::Second,
        clock: Clock::Instant,
    })
}

fn table(random: &mut Random) -> Responses {
    let columns = [
        ("score", Column::Number(ratings(random), None)),
        ("agent", attribute(random, 100)),
        ("channel", attribute(random, 12)),
        ("created", times(random)),
    ];
    let table = columns.into_iter().fold(Responses::new(), |table, (name, column)| {
        table.with(name, column).expect("columns of one length")
    });
    table.rating("score").at("created")
}

fn scoring(criterion: &mut Criterion) {
    let table = table(&mut Random::new(1));
    let copenhagen = Zone::named("Europe/Copenhagen").expect("a zone of the database");
    let nps = || Scoring::new(Metric::nps());
    let cases = [
        ("tally", nps()),
        ("grouped", nps().by(["agent", "channel"])),
        ("grouped on two threads", nps().by(["agent", "channel"]).threads(2)),
        ("trend by month", nps().every(Every::Month)),
        ("trend by month in a zone", nps().every(Every::Month).time_zone(copenhagen)),
    ];
    let mut group = criterion.benchmark_group("scoring");
    group.throughput(Throughput::Elements(ROWS as u64));
    for (name, scoring) in cases {
        group.bench_function(name, |bencher| {
            bencher.iter(|| scoring.run(black_box(&table)).expect("a table without faults"));
        });
    }
    group.finish();
}

fn skewed(criterion: &mut Criterion) {
    let mut random = Random::new(2);
    let values = many(|| if below(&mut random, 20) == 0 { 3_u8 } else { 10 });
    let table = Responses::new()
        .with("score", Column::numbers(values))
        .expect("one column")
        .rating("score");
    let scoring = Scoring::new(Metric::nps());
    let mut group = criterion.benchmark_group("skewed");
    group.throughput(Throughput::Bytes(ROWS as u64));
    group.bench_function("tally", |bencher| {
        bencher.iter(|| scoring.run(black_box(&table)).expect("a table without faults"));
    });
    group.finish();
}

fn intervals(criterion: &mut Criterion) {
    let sample = NetSample::new(15.0, 25.0, 60.0).expect("counts");
    for method in [IntervalMethod::Score, IntervalMethod::AdjustedWald, IntervalMethod::Wald] {
        criterion.bench_function(&format!("interval of a net: {}", method.as_str()), |bencher| {
            bencher.iter(|| black_box(sample).interval(method, Confidence::default()));
        });
    }
}

fn reading(criterion: &mut Criterion) {
    let mut random = Random::new(3);
    let mut file = "When,Stage,Score,Comment\n".to_owned();
    for _ in 0..ROWS / 20 {
        let (day, month) = (1 + below(&mut random, 28), 1 + below(&mut random, 12));
        let (stage, score) = (below(&mut random, 5), below(&mut random, 11));
        let comment =
            "They said \"\"maybe\"\", and then nothing.\n".repeat(random.word() as usize % 4);
        file += &format!("{day:02}/{month:02}/2018 20:09,stage {stage},{score},\"{comment}\"\n");
    }
    let format = "%d/%m/%Y %H:%M".parse::<DateFormat>().expect("a format");
    let options = CsvOptions::new().rating("Score").at("When").date_format(format);
    let options = options.attributes(["Stage"]).comment("Comment");
    let mut group = criterion.benchmark_group("reading");
    group.throughput(Throughput::Bytes(file.len() as u64));
    group.bench_function("csv", |bencher| {
        bencher.iter(|| {
            Responses::read_csv(black_box(file.as_bytes()), &options)
                .expect("a file without faults")
        });
    });
    group.finish();
}

criterion_group! {
    name = kernels;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = scoring, skewed, intervals, reading
}
criterion_main!(kernels);
