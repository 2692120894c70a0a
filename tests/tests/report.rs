//! The report of the examples, on its sample and on real files.

#[path = "../../examples/rust/make_sample.rs"]
#[expect(dead_code, reason = "its `main` is for the program")]
mod make_sample;
#[path = "../../examples/rust/report/main.rs"]
#[expect(dead_code, reason = "its `main` is for the program")]
mod report;

fn report(arguments: &[&str]) -> Result<String, String> {
    let arguments: Vec<String> = arguments.iter().map(|a| (*a).to_owned()).collect();
    report::report(&arguments)
}

/// The words of the line that starts with this one.
fn words<'a>(text: &'a str, first: &str) -> Vec<&'a str> {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines.into_iter().find(|words| words.first() == Some(&first)).unwrap_or_default()
}

fn data(name: &str) -> Option<String> {
    heedful_tests::shared(name).map(|path| path.to_string_lossy().into_owned())
}

#[test]
fn the_sample_is_what_its_generator_makes() {
    assert!(make_sample::sample() == include_str!("../../examples/data/sample.csv"));
}

#[test]
fn the_sample_shows_every_part() {
    let text = report(&[]).unwrap();
    assert_eq!(words(&text, "all"), ["all", "2,000"]);
    assert_eq!(words(&text, "dates"), ["dates", "2024-01-01", "to", "2024-12-31"]);
    for part in ["Score", "Distribution", "Trend by month", "Best segments", "Worst segments"] {
        assert!(text.contains(&format!("\n{part}")), "{part}");
    }
    assert_eq!(text.lines().filter(|line| line.starts_with("  2024-")).count(), 12);
    // Of the starters the one that fits, by name.
    assert!(text.contains("Reasons by the taxonomy `telecom` in `en`, the starter"), "{text}");
    assert!(text.contains("of 878 comments name a reason"));
    for part in ["Customer service", "Telling words: promoter against detractor", "Quotes"] {
        assert!(text.contains(part), "{part}");
    }
    assert!(text.contains("[phone]") && text.contains("[email]"), "{text}");
    assert!(!text.contains("7946") && !text.contains('@'), "{text}");
    // The outage, as it came.
    let alarms = text.split("\nAlarms by week, of ").nth(1).unwrap();
    for part in ["reliability: ", "from 2024-07-29", "moves the score", "outage"] {
        assert!(alarms.contains(part), "{part}: {alarms}");
    }
    // And where.
    let worst = text.split("Worst segments").nth(1).unwrap();
    assert!(worst.contains("region: north"), "{text}");
}

/// A taxonomy of one's own, against a count of the bundled file by hand.
#[test]
fn reasons_are_counted_and_scored() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (sample, own) = (folder.join("sample.csv"), folder.join("own.json"));
    std::fs::write(&sample, make_sample::sample()).unwrap();
    let reasons = r#"{"id": "mine", "reasons": [
        {"id": "dear", "name": "Dear", "terms": ["=price"]},
        {"id": "rare", "name": "Rare", "terms": ["=unicorn"]}
    ]}"#;
    std::fs::write(&own, reasons).unwrap();
    let path = |path: &std::path::Path| path.to_string_lossy().into_owned();
    let text = report(&[
        &path(&sample),
        "--rating",
        "score",
        "--comment",
        "comment",
        "--taxonomy",
        &path(&own),
    ])
    .unwrap();
    // No comment of the sample has a line break before the word, and the score stands before the comment.
    let (mut said, mut ratings) = (0_u32, Vec::new());
    for line in make_sample::sample().lines().filter(|line| line.starts_with('r')) {
        let (before, comment) = line.split_once(",\"").unwrap_or((line, ""));
        if !comment.split(|c: char| !c.is_alphabetic()).any(|w| w.eq_ignore_ascii_case("price")) {
            continue;
        }
        said += 1;
        ratings.extend(before.rsplit(',').next().unwrap().parse::<u32>());
    }
    let share = |low, high| {
        let count = ratings.iter().filter(|r| (low..=high).contains(*r)).count();
        100.0 * count as f64 / ratings.len() as f64
    };
    assert!(said > 50);
    let row = words(&text, "Dear");
    assert_eq!(row[1], format!("{:.1}", share(9, 10) - share(0, 6)));
    assert!(row.contains(&said.to_string().as_str()), "{row:?}");
    assert!(text.contains(&format!("  {said} of 878 comments name a reason")), "{text}");
    assert!(text.contains("few: look at --taxonomy and --language"));
    assert!(!text.contains("Rare"));
}

#[test]
fn broadband_runs_as_it_is() {
    let Some(file) = data("nps_broadband/responses.csv") else { return };
    let text = report(&[
        &file,
        "--rating",
        "NPS_SCORE",
        "--at",
        "CUSTOMER_RESPONSE_DATE",
        "--by",
        "SURVEY_SUB_TYPE",
        "--comment",
        "text",
        "--taxonomy",
        "telecom",
    ])
    .unwrap();
    assert_eq!(words(&text, "all"), ["all", "2,385"]);
    assert_eq!(words(&text, "rated"), ["rated", "2,353"]);
    assert_eq!(words(&text, "unrated"), ["unrated", "32"]);
    assert_eq!(words(&text, "nps")[..2], ["nps", "-24.7"]);
    // As pandas 3.1.1 counts zeros, and ratings of March with the dates read day first.
    assert!(words(&text, "0").contains(&"764"));
    assert!(text.contains("the day comes before the month"));
    assert_eq!(words(&text, "2018-03")[3..5], ["n", "528"]);
    assert!(text.contains("First Payment"));
    // Those who wait are cross, and those who are not find it easy.
    let reasons = text.split("\nReasons by the taxonomy `telecom` in `en`\n").nth(1).unwrap();
    let row = reasons.lines().find(|line| line.starts_with("  Waiting and delays")).unwrap();
    let score: f64 = row.split_whitespace().nth(3).unwrap().parse().unwrap();
    assert!(score < -50.0, "{row}");
    let telling = reasons.split("Telling words").nth(1).unwrap();
    let (good, bad) = telling.split_once("\n  detractor: 1,271 comments").unwrap();
    assert!(good.contains("    easy ") && bad.contains("    still "), "{telling}");
    let quotes = telling.split("\nQuotes").nth(1).unwrap();
    assert!(quotes.lines().filter(|line| line.ends_with('"')).count() >= 12, "{quotes}");
    // What is quoted is short, and each quote stands once.
    let quoted: Vec<&str> = quotes.lines().filter(|line| line.ends_with('"')).collect();
    assert!(quoted.iter().all(|line| line.chars().count() < 150));
    let once: std::collections::BTreeSet<&str> = quoted.iter().copied().collect();
    assert_eq!(once.len(), quoted.len());
}

#[test]
fn retail_runs_with_na() {
    let Some(file) = data("nps_retail_fr/responses.csv") else { return };
    let text = report(&[
        &file,
        "--rating",
        "nps",
        "--by",
        "t",
        "--comment",
        "explication",
        "--language",
        "fr",
    ])
    .unwrap();
    assert!(text.contains("Reasons by the taxonomy `retail` in `fr`"), "{text}");
    assert_eq!(words(&text, "all"), ["all", "13,954"]);
    assert_eq!(words(&text, "comments")[1], "3,839");
    assert!(!text.contains("Trend"));
    let five = report(&[&file, "--rating", "satisfaction", "--metric", "acsi"]).unwrap();
    assert_eq!(words(&five, "acsi")[0], "acsi");
}

#[test]
fn what_is_wrong_is_said() {
    assert!(report(&["--help"]).unwrap().starts_with("usage"));
    for (arguments, said) in [
        (&["x.csv"][..], "cannot open `x.csv`"),
        (&["no-such-file.csv", "--rating", "a"], "cannot open `no-such-file.csv`"),
        (&["a.csv", "b.csv"], "one file only"),
        (&["--nope", "1"], "`--nope`"),
        (&["--every"], "needs a value"),
        (&["--every", "fortnight"], "quarter"),
        (&["--metric", "npss"], "`npss`"),
        (&["--encoding", "koi8"], "`koi8`"),
        (&["--delimiter", "ab"], "one character"),
        (&["--minimum-n", "few"], "whole number"),
        (&["--taxonomy", "zoo"], "no starter taxonomy is called `zoo`"),
        (&["--taxonomy", "no-such.json"], "cannot read `no-such.json`"),
        (&["--language", "ta"], "no starter is written in `ta`"),
        (&["x.csv", "--rating", "a", "--taxonomy", "retail"], "--comment COLUMN"),
        (&["--date-format", "%Q"], "%Q"),
        (&["--rating", "region"], "on line 2"),
        (&["--rating", "nps"], "missing-column"),
    ] {
        let message = report(arguments).unwrap_err();
        assert!(message.contains(said), "{arguments:?}: {message}");
    }
}

#[test]
fn exports_need_no_options() {
    let folder = heedful_tests::here().join("exports");
    let expected = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let cases: Vec<serde_json::Value> = serde_json::from_str(&expected).unwrap();
    for case in cases {
        let file = folder.join(case["file"].as_str().unwrap()).to_string_lossy().into_owned();
        match (report(&[&file]), case["rating"].as_str()) {
            (Ok(text), Some(rating)) => {
                let preset = case["preset"].as_str().unwrap();
                assert!(text.starts_with(&format!("Recognised as {preset} by ")), "{text}");
                assert!(text.contains(&format!("  rating    {rating}: ")), "{text}");
            }
            (Err(message), None) => assert!(message.contains("name"), "{file}: {message}"),
            (result, _) => panic!("{file}: {result:?}"),
        }
    }
}
