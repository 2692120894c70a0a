//! P-values corrected for how many were looked at.

use serde::Serialize;

use crate::base::config::names;
use crate::base::order::sort_by;

/// A correction of p-values, as R's `p.adjust`.
///
/// Quick advice: [`BenjaminiHochberg`](Self::BenjaminiHochberg) for lists that somebody will look through
/// (segments, drivers, series); [`Holm`](Self::Holm) where not one false finding is acceptable. The others
/// exist to match numbers made elsewhere.
///
/// ```
/// use heedful::stats::Adjustment;
/// assert_eq!(Adjustment::Bonferroni.adjust(&[Some(0.01), None, Some(0.25)]), [Some(0.02), None, Some(0.5)]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive] // further corrections may be added by name
pub enum Adjustment {
    /// False-discovery rate, for independent or positively dependent tests (Benjamini and Hochberg 1995).
    #[default]
    BenjaminiHochberg,
    /// False-discovery rate under any dependence (Benjamini and Yekutieli 2001).
    BenjaminiYekutieli,
    /// Family-wise error under any dependence, stepping down (Holm 1979).
    Holm,
    /// Family-wise error for independent or positively dependent tests, stepping up (Hochberg 1988).
    Hochberg,
    /// Family-wise error: p times the number of tests.
    Bonferroni,
}

names!(Adjustment {
    BenjaminiHochberg = "benjamini_hochberg",
    BenjaminiYekutieli = "benjamini_yekutieli",
    Holm = "holm",
    Hochberg = "hochberg",
    Bonferroni = "bonferroni",
});

impl Adjustment {
    /// The adjusted p-values, in the order given. A missing one stays missing and does not count as a test.
    ///
    /// Values must lie in 0..1; a NaN counts as missing.
    ///
    /// ```
    /// use heedful::stats::Adjustment;
    /// let p = [Some(0.2), None, Some(0.03), Some(0.01)];
    /// let adjusted = Adjustment::BenjaminiHochberg.adjust(&p);
    /// assert_eq!(adjusted[1], None);
    /// assert!((adjusted[2].unwrap() - 0.045).abs() < 1e-15);
    /// ```
    #[must_use]
    pub fn adjust(self, p_values: &[Option<f64>]) -> Vec<Option<f64>> {
        let mut sorted: Vec<(f64, usize)> = p_values
            .iter()
            .enumerate()
            .filter_map(|(i, p)| p.filter(|p| !p.is_nan()).map(|p| (p, i)))
            .collect();
        sort_by(&mut sorted, |a, b| a.0.total_cmp(&b.0));
        let m = count(sorted.len());
        let harmonic: f64 = (1..=sorted.len()).rev().map(|i| 1.0 / count(i)).sum();
        // The factor for the p-value of this rank, counted from 1 for the smallest.
        let factor = |rank: f64| match self {
            Self::BenjaminiHochberg => m / rank,
            Self::BenjaminiYekutieli => harmonic * m / rank,
            Self::Holm | Self::Hochberg => m - rank + 1.0,
            Self::Bonferroni => m,
        };
        for (i, (p, _)) in sorted.iter_mut().enumerate() {
            *p *= factor(count(i + 1));
        }
        if self == Self::Holm {
            let mut most: f64 = 0.0;
            for (p, _) in &mut sorted {
                most = most.max(*p);
                *p = most;
            }
        } else {
            let mut least: f64 = 1.0;
            for (p, _) in sorted.iter_mut().rev() {
                least = least.min(*p);
                *p = least;
            }
        }
        let mut adjusted = vec![None; p_values.len()];
        for (p, i) in sorted {
            if let Some(slot) = adjusted.get_mut(i) {
                *slot = Some(p.min(1.0));
            }
        }
        adjusted
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody runs 2^53 tests")]
fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::super::testing::reference;
    use super::*;

    #[test]
    fn agrees_with_r_4_2_2() {
        let Some(r) = reference("multiplicity_moments.json") else { return };
        let list = |v: &serde_json::Value| -> Vec<Option<f64>> {
            match v {
                serde_json::Value::Array(values) => values.iter().map(|v| v.as_f64()).collect(),
                value => vec![value.as_f64()],
            }
        };
        let cases = r["p_adjust"].as_object().unwrap();
        assert_eq!(cases.len(), 4);
        for case in cases.values() {
            for (adjustment, name) in [
                (Adjustment::BenjaminiHochberg, "BH"),
                (Adjustment::BenjaminiYekutieli, "BY"),
                (Adjustment::Holm, "holm"),
                (Adjustment::Hochberg, "hochberg"),
                (Adjustment::Bonferroni, "bonferroni"),
            ] {
                let expected = list(&case["adjusted"][name]);
                let actual = adjustment.adjust(&list(&case["p"]));
                assert_eq!(actual.len(), expected.len());
                for (a, e) in actual.iter().zip(&expected) {
                    match (a, e) {
                        (Some(a), Some(e)) => assert!((a - e).abs() < 1e-14, "{name} {a} {e}"),
                        (a, e) => assert_eq!(a, e),
                    }
                }
            }
        }
    }

    #[test]
    fn missing_and_nothing() {
        assert!(Adjustment::Holm.adjust(&[]).is_empty());
        assert_eq!(Adjustment::Holm.adjust(&[None, Some(f64::NAN)]), [None, None]);
        // R 4.2.2: p.adjust(c(.01, .04, .03), "holm").
        let holm = Adjustment::Holm.adjust(&[Some(0.01), Some(0.04), Some(0.03)]);
        assert_eq!(holm, [Some(0.03), Some(0.06), Some(0.06)]);
    }
}
