//! What is doubtful about a scorecard.

use serde::Serialize;

use super::report::{HealthReport, LineStatus};
use super::scorecard::Scorecard;
use crate::stats::correlation::correlation;

/// Measures that a scorecard advisedly has.
const ADVISED: std::ops::RangeInclusive<usize> = 4..=6;
const MOST_SUBJECTIVE: usize = 2;
const SIX_MONTHS: i64 = 183 * 86_400_000;
/// Two measures that are nearly one.
const CORRELATED: f64 = 0.8;
/// Accounts that a correlation needs.
const LEAST: usize = 10;

/// What kind of doubt it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive] // there is more to doubt
pub enum HealthFindingCode {
    /// Fewer than 4 measures, or more than 6: too few say little, too many hide what matters.
    MeasureCount,
    /// More than 2 measures are opinions.
    Subjective,
    /// Weights add up neither to 1 nor to 100, so that they are no shares that a reader sees at once.
    WeightSum,
    /// The formula changed less than six months ago: its trend is short.
    RecentChange,
    /// Two measures go together with |r| of 0.8 or more: they count the same thing twice.
    Correlated,
    /// A measure has the same points for every account.
    NeverVaries,
}

/// A doubt about a scorecard.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct HealthFinding {
    /// What kind.
    pub code: HealthFindingCode,
    /// The measures or groups that it is about.
    pub names: Vec<String>,
    /// The figure: how many, the sum, days, or the correlation.
    pub value: Option<f64>,
}

impl Scorecard {
    /// What is doubtful: about the definition, with `now` (milliseconds since 1970) about its age, and with a report about
    /// the measures of its accounts. Correlations are Pearson's, over accounts that have both values, 10 at least.
    ///
    /// ```
    /// use heedful::health::{HealthFindingCode, Measure, MeasureGroup, Points, Scorecard};
    /// let logins = Measure::new("logins", Points::Linear(vec![[0.0, 0.0], [20.0, 100.0]]));
    /// let card = Scorecard::new("small", vec![MeasureGroup::new("use", 1.0, vec![logins])])?;
    /// assert_eq!(card.lint(None, None)[0].code, HealthFindingCode::MeasureCount);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn lint(&self, now: Option<i64>, report: Option<&HealthReport>) -> Vec<HealthFinding> {
        let mut findings = Vec::new();
        let mut find = |code, names: Vec<String>, value| {
            findings.push(HealthFinding { code, names, value });
        };
        let ids: Vec<String> = self.measures().map(|(_, measure)| measure.id.clone()).collect();
        if !ADVISED.contains(&ids.len()) {
            find(HealthFindingCode::MeasureCount, Vec::new(), Some(ids.len() as f64));
        }
        let opinions: Vec<String> = self
            .measures()
            .filter(|(_, m)| m.subjective)
            .map(|(_, measure)| measure.id.clone())
            .collect();
        if opinions.len() > MOST_SUBJECTIVE {
            let many = opinions.len() as f64;
            find(HealthFindingCode::Subjective, opinions, Some(many));
        }
        let sum: f64 = self.groups.iter().map(|group| group.weight).sum();
        if self.groups.len() > 1
            && ![1.0, 100.0].iter().any(|whole| (sum - whole).abs() < 1e-3 * whole)
        {
            let names = self.groups.iter().map(|group| group.id.clone());
            find(HealthFindingCode::WeightSum, names.collect(), Some(sum));
        }
        if let (Some(now), Some(changed)) = (now, self.changed) {
            let age = now.saturating_sub(changed);
            if age < SIX_MONTHS {
                find(HealthFindingCode::RecentChange, Vec::new(), Some(age as f64 / 86_400_000.0));
            }
        }
        let columns = report.map(|report| columns(report, &ids)).unwrap_or_default();
        for (id, column) in ids.iter().zip(&columns) {
            let mut known = column.iter().flatten();
            if let Some(first) = known.next()
                && column.len() > 1
                && known.all(|points| points == first)
            {
                find(HealthFindingCode::NeverVaries, vec![id.clone()], Some(*first));
            }
        }
        for (i, (id, column)) in ids.iter().zip(&columns).enumerate() {
            for (other, against) in ids.iter().zip(&columns).skip(i + 1) {
                let pairs: Vec<(f64, f64)> =
                    column.iter().zip(against).filter_map(|(a, b)| a.zip(*b)).collect();
                let r =
                    correlation(&pairs).filter(|r| pairs.len() >= LEAST && r.abs() >= CORRELATED);
                if r.is_some() {
                    find(HealthFindingCode::Correlated, vec![id.clone(), other.clone()], r);
                }
            }
        }
        findings
    }
}

/// The points of each measure, account by account.
fn columns(report: &HealthReport, ids: &[String]) -> Vec<Vec<Option<f64>>> {
    let of = |id: &String| {
        let points = report.accounts.iter().map(|account| {
            let line = account.lines.iter().find(|line| line.name == *id)?;
            line.points.filter(|_| line.status == LineStatus::Present)
        });
        points.collect()
    };
    ids.iter().map(of).collect()
}
