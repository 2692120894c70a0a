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
    // The outage in the north.
    let worst = text.split("Worst segments").nth(1).unwrap();
    assert!(worst.contains("region: north"), "{text}");
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
}

#[test]
fn retail_runs_with_na() {
    let Some(file) = data("nps_retail_fr/responses.csv") else { return };
    let text =
        report(&[&file, "--rating", "nps", "--by", "t", "--comment", "explication"]).unwrap();
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
        (&["x.csv"][..], "--rating"),
        (&["no-such-file.csv", "--rating", "a"], "cannot open `no-such-file.csv`"),
        (&["a.csv", "b.csv"], "one file only"),
        (&["--nope", "1"], "`--nope`"),
        (&["--every"], "needs a value"),
        (&["--every", "fortnight"], "quarter"),
        (&["--metric", "npss"], "`npss`"),
        (&["--encoding", "koi8"], "`koi8`"),
        (&["--delimiter", "ab"], "one character"),
        (&["--minimum-n", "few"], "whole number"),
        (&["--date-format", "%Q"], "%Q"),
        (&["--rating", "region"], "on line 2"),
        (&["--rating", "nps"], "missing-column"),
    ] {
        let message = report(arguments).unwrap_err();
        assert!(message.contains(said), "{arguments:?}: {message}");
    }
}
