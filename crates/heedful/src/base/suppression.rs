//! Hiding small groups so that nobody can be recognised in them.

use serde::Serialize;

use super::config::{self, options};
use super::error::Result;
use super::key::Key;
use super::order::runs;

/// When a group is too small to be shown.
///
/// ```
/// use heedful::{Column, Metric, Responses, Scoring, Suppression};
/// let responses = Responses::new()
///     .with("score", Column::numbers(vec![10_u8, 9, 3, 7, 8]))?
///     .with("plan", Column::categories(["a", "a", "b", "c", "c"].map(Some)))?
///     .rating("score");
/// let hidden = |secondary| {
///     let scoring = Scoring::new(Metric::nps()).by(["plan"]);
///     let scores = scoring.suppression(Suppression { minimum_n: 2, secondary }).run(&responses)?;
///     Ok::<_, heedful::Error>(scores.rows.iter().filter(|row| row.suppressed).count())
/// };
/// // With the total known, one hidden group is no secret: a second one hides it.
/// assert_eq!((hidden(false)?, hidden(true)?), (1, 2));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Suppression {
    /// Groups with fewer rated responses are hidden; 0 and 1 hide none but empty ones.
    pub minimum_n: u64,
    /// Hides further groups where a hidden one could be had by subtracting the others from a total:
    /// along every attribute no line of the table keeps exactly one hidden group, or hidden groups
    /// with fewer than `minimum_n` responses together.
    pub secondary: bool,
}

options!(Suppression, takes [minimum_n, secondary], from Self::default());

config::written!(Suppression, r#"{"minimum_n": 5, "secondary": true}"#);

impl Suppression {
    /// Reads the rule from JSON: `{"minimum_n": 5, "secondary": true}`.
    ///
    /// ```
    /// use heedful::Suppression;
    /// let rule = Suppression::from_json(r#"{"minimum_n": 5}"#)?;
    /// assert_eq!(rule, Suppression { minimum_n: 5, secondary: false });
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `json`, or `invalid-config` with a path.
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Which groups are hidden, given each group's keys and rated responses.
    pub(crate) fn hidden(self, groups: &[(&[Key], u64)]) -> Vec<bool> {
        let mut hidden: Vec<bool> =
            groups.iter().map(|(_, n)| *n > 0 && *n < self.minimum_n).collect();
        if !self.secondary {
            return hidden;
        }
        let lines = lines(groups);
        // Hiding in one line may leave another line with a single hidden group, so repeat; every
        // round hides at least one group more, so this ends.
        loop {
            let before = hidden.clone();
            for line in &lines {
                hide_in_line(line, groups, self.minimum_n, &mut hidden);
            }
            if hidden == before {
                return hidden;
            }
        }
    }
}

/// Groups that a published total could cover: all of them, and those that differ in one key only.
fn lines(groups: &[(&[Key], u64)]) -> Vec<Vec<usize>> {
    let width = groups.first().map_or(0, |(keys, _)| keys.len());
    let mut lines: Vec<Vec<usize>> = vec![(0..groups.len()).collect()];
    if width > 1 {
        for free in 0..width {
            let rest = |group: usize| {
                let keys = groups.get(group).map_or(&[][..], |(keys, _)| keys);
                keys.iter().enumerate().filter(|(i, _)| *i != free).map(|(_, key)| key)
            };
            lines.extend(runs(groups.len(), &|a, b| rest(a).cmp(rest(b))));
        }
    }
    lines
}

fn hide_in_line(line: &[usize], groups: &[(&[Key], u64)], minimum: u64, hidden: &mut [bool]) {
    let n = |index: usize| groups.get(index).map_or(0, |(_, n)| *n);
    let is_hidden = |hidden: &[bool], index: usize| hidden.get(index).copied().unwrap_or(false);
    loop {
        let inside: Vec<usize> = line.iter().copied().filter(|i| is_hidden(hidden, *i)).collect();
        let total: u64 = inside.iter().map(|i| n(*i)).sum();
        if inside.is_empty() || (inside.len() > 1 && total >= minimum) {
            return;
        }
        let open = line.iter().copied().filter(|i| !is_hidden(hidden, *i) && n(*i) > 0);
        let Some(smallest) = open.min_by_key(|i| (n(*i), *i)) else { return };
        if let Some(flag) = hidden.get_mut(smallest) {
            *flag = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(rows: &[(&[&str], u64)], secondary: bool) -> Vec<bool> {
        let keys: Vec<(Vec<Key>, u64)> =
            rows.iter().map(|(k, n)| (k.iter().map(|k| Key::text(k)).collect(), *n)).collect();
        let groups: Vec<(&[Key], u64)> = keys.iter().map(|(k, n)| (k.as_slice(), *n)).collect();
        Suppression { minimum_n: 10, secondary }.hidden(&groups)
    }

    #[test]
    fn a_single_hidden_group_takes_the_next_smallest_along() {
        let rows: &[(&[&str], u64)] = &[(&["a"], 3), (&["b"], 50), (&["c"], 20), (&["d"], 0)];
        assert_eq!(hidden(rows, false), [true, false, false, false]);
        assert_eq!(hidden(rows, true), [true, false, true, false]);
    }

    #[test]
    fn every_line_of_a_cross_table_is_safe() {
        let rows: &[(&[&str], u64)] = &[
            (&["a", "x"], 3),
            (&["a", "y"], 30),
            (&["a", "z"], 40),
            (&["b", "x"], 50),
            (&["b", "y"], 60),
            (&["b", "z"], 70),
        ];
        let found = hidden(rows, true);
        // Rows a and b, columns x and y: no line holds exactly one hidden cell.
        assert_eq!(found, [true, true, false, true, true, false]);
    }

    #[test]
    fn hidden_groups_together_reach_the_minimum() {
        let rows: &[(&[&str], u64)] = &[(&["a"], 1), (&["b"], 2), (&["c"], 90), (&["d"], 30)];
        assert_eq!(hidden(rows, true), [true, true, false, true]);
    }
}
