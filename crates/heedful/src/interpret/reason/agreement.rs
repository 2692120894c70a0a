//! How well coders agree: two persons, several, or a person and a machine.

use serde::Serialize;

use super::evaluate::Measure;
use super::labels::Labels;
use super::patterns::{EvaluateOptions, Pattern, bootstrap, patterns};
use crate::Result;
use crate::base::order::sort_by;
use crate::base::table::Table;

/// How well coders agree on one question. Intervals are percentiles of a bootstrap over comments.
///
/// ```
/// use heedful::{Agreement, EvaluateOptions, Labels};
///
/// let one = Labels::single(["price", "staff", "price", "staff"].map(Some))?;
/// let two = Labels::single(["price", "staff", "staff", "staff"].map(Some))?;
/// let agreed = Agreement::of(&[&one, &two], &EvaluateOptions::default())?.overall;
/// assert_eq!(agreed.share.value, Some(0.75));
/// assert_eq!(agreed.kappa.value, Some(0.5)); // half of it would come by chance
/// assert!(agreed.alpha.value > Some(0.53) && agreed.alpha.interval.is_some());
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agreed {
    /// The share (0 to 1) of pairs of codings of the same comment that are equal.
    pub share: Measure,
    /// Cohen's kappa (1960), at most 1, 0 for chance; only for two coders, and not defined where both say the
    /// same one thing of all comments.
    pub kappa: Measure,
    /// Krippendorff's alpha for nominal data (2011), at most 1, 0 for chance; codings may be missing. Not
    /// defined where all codings are the same.
    pub alpha: Measure,
}

/// How well coders agree.
///
/// ```
/// use heedful::{Agreement, EvaluateOptions, Labels};
///
/// let one = Labels::single([Some("price"), Some("staff"), Some("price"), None])?;
/// let two = Labels::single([Some("price"), Some("staff"), Some("staff"), Some("price")])?;
/// let agreement = Agreement::of(&[&one, &two], &EvaluateOptions::default())?;
/// assert_eq!(agreement.n, 3);
/// assert_eq!(agreement.overall.share.value, Some(2.0 / 3.0));
/// assert_eq!(agreement.to_table().len(), 3); // all at once, `price`, `staff`
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agreement {
    /// Comments that at least two coders coded.
    pub n: u64,
    /// On all reasons of a comment at once: equal only where the whole set is.
    pub overall: Agreed,
    /// On each reason, by id: has it or has it not.
    pub reasons: Vec<(String, Agreed)>,
}

impl Agreement {
    /// Compares coders, each of whom coded some or all of the same comments. Comments that fewer than two
    /// coded are left out.
    ///
    /// # Errors
    ///
    /// `length-mismatch` where coders have different numbers of comments, `invalid-argument` for replicates out of
    /// range.
    pub fn of(coders: &[&Labels], options: &EvaluateOptions) -> Result<Self> {
        options.check()?;
        let (ids, patterns) = patterns(coders, |said| said.iter().flatten().count() >= 2)?;
        let counts: Vec<u64> = patterns.iter().map(|(_, n)| *n).collect();
        let overall = agreed(&whole(&patterns), coders.len(), &counts, options);
        let reasons = ids.into_iter().zip(0_u16..).map(|(id, reason)| {
            let has = |said: &Pattern| {
                let of = |set: &Option<Vec<u16>>| {
                    set.as_ref().map(|set| u32::from(set.contains(&reason)))
                };
                said.iter().map(of).collect()
            };
            let codes: Vec<Vec<Option<u32>>> = patterns.iter().map(|(said, _)| has(said)).collect();
            (id, agreed(&codes, coders.len(), &counts, options))
        });
        Ok(Self { n: counts.iter().sum(), overall, reasons: reasons.collect() })
    }

    /// One row for each reason and a first one for all at once (`reason` missing): `reason`, and `agreement`,
    /// `kappa` and `alpha`, each with `_lower` and `_upper`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let rows: Vec<(Option<&str>, &Agreed)> = std::iter::once((None, &self.overall))
            .chain(self.reasons.iter().map(|(id, agreed)| (Some(id.as_str()), agreed)))
            .collect();
        let mut table = Table::new();
        table.texts("reason", rows.iter().map(|(id, _)| *id));
        let mut measures = |name: &str, of: fn(&Agreed) -> Measure| {
            let all = || rows.iter().map(|(_, agreed)| of(agreed));
            table.floats(name, all().map(|m| m.value));
            table.floats(&format!("{name}_lower"), all().map(|m| m.interval.map(|i| i.lower)));
            table.floats(&format!("{name}_upper"), all().map(|m| m.interval.map(|i| i.upper)));
        };
        measures("agreement", |a| a.share);
        measures("kappa", |a| a.kappa);
        measures("alpha", |a| a.alpha);
        table
    }
}

/// Each different set of reasons as a number.
fn whole(patterns: &[(Pattern, u64)]) -> Vec<Vec<Option<u32>>> {
    let mut sets: Vec<&Vec<u16>> =
        patterns.iter().flat_map(|(said, _)| said.iter().flatten()).collect();
    sort_by(&mut sets, Ord::cmp);
    sets.dedup();
    let number = |set: &Vec<u16>| sets.binary_search(&set).ok().map(|at| at as u32);
    patterns
        .iter()
        .map(|(said, _)| said.iter().map(|set| set.as_ref().and_then(number)).collect())
        .collect()
}

fn agreed(
    codes: &[Vec<Option<u32>>],
    coders: usize,
    counts: &[u64],
    options: &EvaluateOptions,
) -> Agreed {
    let kinds = codes.iter().flatten().flatten().max().map_or(0, |most| *most as usize + 1);
    let numbers = |counts: &[u64]| {
        let (share, alpha) = nominal(codes, counts, kinds);
        let kappa = (coders == 2).then(|| kappa(codes, counts, kinds)).flatten();
        vec![share, kappa, alpha]
    };
    let values = numbers(counts);
    let intervals = bootstrap(counts, options, numbers);
    let measure = |at: usize| Measure {
        value: values.get(at).copied().flatten(),
        interval: intervals.get(at).copied().flatten(),
    };
    Agreed { share: measure(0), kappa: measure(1), alpha: measure(2) }
}

/// The share of equal pairs of codings and Krippendorff's alpha, from coincidences (Krippendorff 2011): every comment with m
/// codings holds m (m - 1) ordered pairs, each of weight 1 / (m - 1).
fn nominal(codes: &[Vec<Option<u32>>], counts: &[u64], kinds: usize) -> (Option<f64>, Option<f64>) {
    let mut totals = vec![0.0; kinds];
    let (mut equal, mut pairs, mut disagreement) = (0.0, 0.0, 0.0);
    let mut here: Vec<u32> = Vec::new();
    for (said, n) in codes.iter().zip(counts) {
        here.clear();
        here.extend(said.iter().flatten());
        here.sort_unstable();
        let m = here.len() as f64;
        if m < 2.0 {
            continue;
        }
        let weight = *n as f64;
        let mut same = 0.0;
        for run in here.chunk_by(|a, b| a == b) {
            let size = run.len() as f64;
            same += size * (size - 1.0);
            if let Some(total) = run.first().and_then(|kind| totals.get_mut(*kind as usize)) {
                *total += weight * size;
            }
        }
        equal += weight * same;
        pairs += weight * m * (m - 1.0);
        disagreement += weight * (m * (m - 1.0) - same) / (m - 1.0);
    }
    let all: f64 = totals.iter().sum();
    let share = (pairs > 0.0).then(|| equal / pairs);
    let expected = all * all - totals.iter().map(|n| n * n).sum::<f64>();
    let alpha = (expected > 0.0).then(|| 1.0 - (all - 1.0) * disagreement / expected);
    (share, alpha)
}

/// Cohen's kappa of comments that both coded.
fn kappa(codes: &[Vec<Option<u32>>], counts: &[u64], kinds: usize) -> Option<f64> {
    let mut first = vec![0.0; kinds];
    let mut second = vec![0.0; kinds];
    let (mut all, mut equal) = (0.0, 0.0);
    for (said, n) in codes.iter().zip(counts) {
        let [Some(one), Some(two)] = said.as_slice() else { continue };
        let n = *n as f64;
        all += n;
        if one == two {
            equal += n;
        }
        for (kind, totals) in [(one, &mut first), (two, &mut second)] {
            if let Some(total) = totals.get_mut(*kind as usize) {
                *total += n;
            }
        }
    }
    let chance: f64 = first.iter().zip(&second).map(|(a, b)| a * b).sum();
    let room = all * all - chance;
    (room > 0.0).then(|| (equal * all - chance) / room)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coder(text: &str) -> Labels {
        Labels::single(text.chars().map(|c| (c != '*').then(|| c.to_string()))).unwrap()
    }

    fn of(coders: &[&str]) -> Agreement {
        let coders: Vec<Labels> = coders.iter().map(|text| coder(text)).collect();
        let refs: Vec<&Labels> = coders.iter().collect();
        Agreement::of(&refs, &EvaluateOptions::default()).unwrap()
    }

    /// Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), sections A to C; and the three coders of
    /// the encyclopaedias.
    #[test]
    fn alpha_is_krippendorffs() {
        let close = |found: Option<f64>, expected: f64| {
            assert!((found.unwrap() - expected).abs() < 5e-4, "{found:?} is not {expected}");
        };
        close(of(&["0100000000", "1110010100"]).overall.alpha.value, 0.095);
        close(of(&["aabbdcccedda", "babbbccceddd"]).overall.alpha.value, 0.692);
        let four = of(&[
            "123321412***",
            "1233224125*3",
            "*333234225 1*".replace(' ', "").as_str(),
            "1233244125 1*".replace(' ', "").as_str(),
        ]);
        close(four.overall.alpha.value, 0.743);
        let three = of(&["*****34121133*3", "1*213343*******", "**21344*21133*4"]);
        close(three.overall.alpha.value, 0.691);
        assert_eq!(three.overall.kappa.value, None);
    }

    /// scikit-learn 1.9.1, `cohen_kappa_score`.
    #[test]
    fn kappa_is_cohens() {
        let found = of(&[
            "cbccabaacacaabbaabbcacbccbbcbbcbcacbcaaa",
            "bdcdabaacadcbdbaabbcacbacbacabcbbacbcada",
        ]);
        let kappa = found.overall.kappa;
        assert!((kappa.value.unwrap() - 0.577_092_511_013_215_9).abs() < 1e-12);
        let interval = kappa.interval.unwrap();
        assert!(interval.lower < 0.45 && interval.upper > 0.7, "{interval:?}");
        assert!((found.reasons[0].1.kappa.value.unwrap() - 0.658_119_658_119_658_1).abs() < 1e-12);
        assert_eq!(found.to_table().len(), 5);
    }

    #[test]
    fn perfect_and_undefined() {
        let perfect = of(&["abab", "abab"]);
        assert_eq!(
            (perfect.overall.kappa.value, perfect.overall.alpha.value),
            (Some(1.0), Some(1.0))
        );
        let same = of(&["aaaa", "aaaa"]);
        assert_eq!((same.overall.share.value, same.overall.kappa.value), (Some(1.0), None));
        assert_eq!(same.overall.alpha.value, None);
        let alone = of(&["a**", "*b*"]);
        assert_eq!((alone.n, alone.overall.share.value), (0, None));
        assert_eq!(of(&[]).n, 0);
    }
}
