//! Counting what the languages' own runners report.

use std::ops::AddAssign;
use std::time::Instant;

use crate::shell::{Result, say};

/// How many tests and checks passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl Tally {
    /// What a runner counted; one that failed without naming a failed test (it did not compile, say), or that
    /// counted nothing, is itself a failure.
    pub fn of_run(counted: Self, succeeded: bool) -> Self {
        let silent = counted.failed == 0 && (!succeeded || counted.passed == 0);
        Self { failed: counted.failed + u64::from(silent), ..counted }
    }

    /// A check without tests of its own counts as one.
    pub fn check(&mut self, result: Result<()>) {
        match result {
            Ok(()) => self.passed += 1,
            Err(message) => {
                eprintln!("xtask: {message}");
                self.failed += 1;
            }
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// The tests of one language.
pub type Test = fn() -> Result<Tally>;

/// Runs the tests of each language to the end, whatever the others do, and prints the summary.
pub fn run(languages: &[(&str, Test)]) -> Result<()> {
    let mut total = Tally::default();
    let mut rows = Vec::new();
    for (language, test) in languages {
        say(format!("tests: {language}"));
        let start = Instant::now();
        let tally = test().unwrap_or_else(|message| {
            eprintln!("xtask: {message}");
            Tally { passed: 0, failed: 1 }
        });
        rows.push((language, tally, start.elapsed().as_secs_f64()));
        total += tally;
    }
    println!("\n{:<10}{:>8}{:>8}{:>10}", "language", "passed", "failed", "seconds");
    for (language, tally, seconds) in rows {
        println!("{language:<10}{:>8}{:>8}{seconds:>10.1}", tally.passed, tally.failed);
    }
    // Read by machines: plain, and the last line of the output, so nothing is said about a failure after it.
    println!("\n{} passed, {} failed", total.passed, total.failed);
    if total.failed > 0 {
        std::process::exit(1);
    }
    Ok(())
}

/// `test result: ok. 12 passed; 0 failed; ...`, once for each test binary.
pub fn cargo_test(shown: &str) -> Tally {
    let mut tally = Tally::default();
    for line in shown.lines().filter(|line| line.starts_with("test result:")) {
        tally.passed += number_before(line, "passed");
        tally.failed += number_before(line, "failed");
    }
    tally
}

/// `1 failed, 12 passed, 1 error in 0.52s`: the last line with a duration.
pub fn pytest(shown: &str) -> Tally {
    let closing = shown.lines().rev().find(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.windows(2).any(|pair| pair[0] == "in" && is_seconds(pair[1]))
    });
    let line = closing.unwrap_or_default();
    let errors = number_before(line, "error") + number_before(line, "errors");
    Tally { passed: number_before(line, "passed"), failed: number_before(line, "failed") + errors }
}

fn is_seconds(word: &str) -> bool {
    word.strip_suffix('s').is_some_and(|number| number.parse::<f64>().is_ok())
}

/// `ℹ pass 12` and `ℹ fail 0` at the end of node's report.
pub fn node_test(shown: &str) -> Tally {
    let count = |word: &str| {
        let lines = shown.lines().rev();
        let mut numbers = lines
            .filter_map(|line| line.strip_prefix("ℹ ")?.strip_prefix(word)?.trim().parse().ok());
        numbers.next().unwrap_or(0)
    };
    Tally { passed: count("pass "), failed: count("fail ") + count("cancelled ") }
}

/// The number in front of `word`, 0 when the line has none.
fn number_before(line: &str, word: &str) -> u64 {
    let words: Vec<&str> =
        line.split([' ', ',', ';', '=']).filter(|word| !word.is_empty()).collect();
    words.windows(2).find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_cargo_add_up_over_binaries() {
        let shown = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
            running 2 tests\ntest result: FAILED. 1 passed; 3 failed; 0 ignored\n";
        assert_eq!(cargo_test(shown), Tally { passed: 13, failed: 3 });
    }

    #[test]
    fn counts_of_pytest_come_from_its_last_line() {
        let shown = "FAILED tests/a.py::x - 9 passed in it\n== 1 failed, 12 passed, 2 skipped, 1 error in 0.52s ==\n";
        assert_eq!(pytest(shown), Tally { passed: 12, failed: 2 });
        assert_eq!(pytest("3 passed in 61.20s (0:01:01)\n").passed, 3);
        assert_eq!(pytest("no tests ran in 0.01s\n"), Tally::default());
    }

    #[test]
    fn counts_of_node_come_from_its_report() {
        let shown =
            "✔ a (1ms)\nℹ tests 4\nℹ suites 0\nℹ pass 2\nℹ fail 1\nℹ cancelled 1\nℹ skipped 0\n";
        assert_eq!(node_test(shown), Tally { passed: 2, failed: 2 });
    }

    #[test]
    fn a_runner_that_counts_nothing_or_dies_silently_has_failed() {
        let counted = |passed, failed| Tally { passed, failed };
        assert_eq!(Tally::of_run(counted(0, 0), true), counted(0, 1));
        assert_eq!(Tally::of_run(counted(5, 0), false), counted(5, 1));
        assert_eq!(Tally::of_run(counted(5, 2), false), counted(5, 2));
        assert_eq!(Tally::of_run(counted(5, 0), true), counted(5, 0));
    }
}
