//! How good a mapping is: against what is known to be right.

use serde::Serialize;

use super::labels::Labels;
use super::model::Predictions;
use super::patterns::{EvaluateOptions, Pattern, bootstrap, patterns};
use super::split::check_length;
use crate::Result;
use crate::base::table::Table;
use crate::stats::{Confidence, Interval, Kappa, KappaWeights, ProportionSample};

/// A number and how sure it is.
///
/// ```
/// use heedful::{EvaluateOptions, Evaluation, Labels};
///
/// let known = Labels::single(["price", "staff", "price"].map(Some))?;
/// let found = Labels::single(["price", "price", "price"].map(Some))?;
/// let quality = Evaluation::of(&known, &found, &EvaluateOptions::default())?;
/// let staff = &quality.reasons[1];
/// assert_eq!(staff.recall.value, Some(0.0));
/// assert_eq!((staff.precision.value, staff.precision.interval), (None, None)); // nothing was found
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measure {
    /// The number; `None` where it is not defined (a precision of nothing found, say).
    pub value: Option<f64>,
    /// Its interval; `None` where the number is not defined, or no replicates were asked for.
    pub interval: Option<Interval>,
}

impl Measure {
    /// A share of a count, with Wilson's interval.
    fn share(part: u64, whole: u64, confidence: Confidence) -> Self {
        let sample = ProportionSample::new(part as f64, whole as f64);
        Self { value: sample.map(|s| s.value()), interval: sample.map(|s| s.score(confidence)) }
    }
}

/// How well one reason was found.
///
/// ```
/// use heedful::{EvaluateOptions, Evaluation, Labels};
///
/// let known = Labels::single(["price", "price", "staff", "staff"].map(Some))?;
/// let found = Labels::single(["price", "staff", "staff", "staff"].map(Some))?;
/// let quality = Evaluation::of(&known, &found, &EvaluateOptions::default())?;
/// let staff = &quality.reasons[1];
/// assert_eq!((staff.reason.as_str(), staff.support, staff.found, staff.right), ("staff", 2, 3, 2));
/// assert_eq!((staff.precision.value, staff.recall.value), (Some(2.0 / 3.0), Some(1.0)));
/// assert_eq!((staff.f1.value, staff.kappa), (Some(0.8), Some(0.5)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReasonQuality {
    /// The reason's id.
    pub reason: String,
    /// Comments that have it.
    pub support: u64,
    /// Comments that were given it.
    pub found: u64,
    /// Comments that have it and were given it.
    pub right: u64,
    /// The share of what was found that is right; Wilson's interval.
    pub precision: Measure,
    /// The share of what there is that was found; Wilson's interval.
    pub recall: Measure,
    /// The harmonic mean of precision and recall. It is 2 j / (1 + j) of the share j of right ones among all
    /// comments that have the reason or were given it, and so is its interval, from Wilson's of j.
    pub f1: Measure,
    /// Cohen's kappa between what is known and what was found, each comment having the reason or not.
    pub kappa: Option<f64>,
}

/// Precision, recall and F1 over several reasons. The intervals are percentiles of a bootstrap over comments.
///
/// ```
/// use heedful::{EvaluateOptions, Evaluation, Labels};
///
/// let known = Labels::single(["price", "price", "price", "staff"].map(Some))?;
/// let found = Labels::single(["price", "price", "price", "price"].map(Some))?;
/// let quality = Evaluation::of(&known, &found, &EvaluateOptions::default())?;
/// // One rare reason that is never found costs micro little and macro much.
/// assert_eq!(quality.micro.recall.value, Some(0.75));
/// assert_eq!(quality.macro_average.recall.value, Some(0.5));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Average {
    /// Precision.
    pub precision: Measure,
    /// Recall.
    pub recall: Measure,
    /// F1.
    pub f1: Measure,
}

/// What comments with a reason were given: one reason each, or none.
///
/// ```
/// use heedful::{EvaluateOptions, Evaluation, Labels};
///
/// let known = Labels::single(["price", "price", "staff"].map(Some))?;
/// let found = Labels::sets([Some(vec!["price"]), Some(vec!["staff"]), Some(vec![])])?;
/// let quality = Evaluation::of(&known, &found, &EvaluateOptions::default())?;
/// let (counts, table) = quality.confusion.map(|all| (all.counts.clone(), all.to_table())).unzip();
/// assert_eq!(counts, Some(vec![vec![1, 1, 0], vec![0, 0, 1], vec![0, 0, 0]]));
/// let text = "known  found  n\nprice  price  1\nprice  staff  1\nstaff  -      1\n";
/// assert_eq!(table.map(|table| table.to_string()).as_deref(), Some(text));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// The reasons, ascending; a last row and column stands for none.
    pub reasons: Vec<String>,
    /// For each known reason (the row), how many comments were given each (the column).
    pub counts: Vec<Vec<u64>>,
}

impl Confusion {
    /// One row for each pair that occurs: `known`, `found` (missing for none), `n`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let pairs = self.counts.iter().enumerate().flat_map(|(known, row)| {
            row.iter().enumerate().map(move |(found, n)| (known, found, *n))
        });
        let pairs: Vec<_> = pairs.filter(|(.., n)| *n > 0).collect();
        let name = |at: usize| self.reasons.get(at).map(String::as_str);
        let mut table = Table::new();
        table.texts("known", pairs.iter().map(|(known, ..)| name(*known)));
        table.texts("found", pairs.iter().map(|(_, found, _)| name(*found)));
        table.ints("n", pairs.iter().map(|(.., n)| Some(*n)));
        table
    }
}

/// How good a mapping is.
///
/// ```
/// use heedful::{EvaluateOptions, Evaluation, Labels};
///
/// let known = Labels::sets([Some(vec!["price", "staff"]), Some(vec!["staff"]), Some(vec![]), None])?;
/// let found = Labels::sets([Some(vec!["price"]), Some(vec!["staff"]), Some(vec!["price"]), Some(vec![])])?;
/// let quality = Evaluation::of(&known, &found, &EvaluateOptions::default())?;
/// assert_eq!((quality.n, quality.missing), (3, 1));
/// assert_eq!(quality.reasons[0].precision.value, Some(0.5));
/// assert_eq!(quality.micro.recall.value, Some(2.0 / 3.0));
/// assert_eq!(quality.to_table().len(), 4); // `price`, `staff`, `micro`, `macro`
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Comments compared.
    pub n: u64,
    /// Comments left out because the reasons are not known on one side.
    pub missing: u64,
    /// Each reason that occurs on either side, by id.
    pub reasons: Vec<ReasonQuality>,
    /// Over all decisions: every reason of every comment counts the same.
    pub micro: Average,
    /// The mean over the reasons, each counting the same; a number that is not defined counts as 0.
    pub macro_average: Average,
    /// The share of comments whose reasons were found exactly (accuracy, where each has one); Wilson's interval.
    pub exact: Measure,
    /// Who was taken for whom; only where each comment has at most one reason on either side.
    pub confusion: Option<Confusion>,
}

/// Right, wrong, missed.
type Counts = (u64, u64, u64);

impl Evaluation {
    /// Compares what was found with what is known. Comments whose reasons are not known on one side or both
    /// are left out; an empty list of reasons is an answer.
    ///
    /// # Errors
    ///
    /// `length-mismatch` where the two are not of one length, `invalid-argument` for replicates out of range.
    pub fn of(known: &Labels, found: &Labels, options: &EvaluateOptions) -> Result<Self> {
        options.check()?;
        let (ids, patterns) = patterns(&[known, found], |said| said.iter().all(Option::is_some))?;
        let counts: Vec<u64> = patterns.iter().map(|(_, n)| *n).collect();
        let n = counts.iter().sum();
        let confidence = options.confidence;

        let by_reason = count(&patterns, &counts, ids.len());
        let reasons =
            ids.iter().zip(&by_reason).map(|(id, counts)| quality(id, *counts, n, confidence));
        let exact = patterns.iter().filter(|(said, _)| said.first() == said.get(1));
        let exact = exact.map(|(_, n)| n).sum();

        let values = averages(&by_reason);
        let intervals = bootstrap(&counts, options, |replicate| {
            averages(&count(&patterns, replicate, ids.len()))
        });
        let measure = |at: usize| Measure {
            value: values.get(at).copied().flatten(),
            interval: intervals.get(at).copied().flatten(),
        };
        let average =
            |at| Average { precision: measure(at), recall: measure(at + 1), f1: measure(at + 2) };
        Ok(Self {
            n,
            missing: known.len() as u64 - n,
            reasons: reasons.collect(),
            micro: average(0),
            macro_average: average(3),
            exact: Measure::share(exact, n, confidence),
            confusion: confusion(&ids, &patterns),
        })
    }

    /// One row for each reason, then `micro` and `macro`: `reason`, `support`, `found`, `precision`, `precision_lower`,
    /// `precision_upper`, the same for `recall` and `f1`, and `kappa`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let averages = [("micro", &self.micro), ("macro", &self.macro_average)];
        let names = self.reasons.iter().map(|r| r.reason.as_str());
        let mut table = Table::new();
        table.texts("reason", names.chain(averages.map(|(name, _)| name)).map(Some));
        let sum = |of: fn(&ReasonQuality) -> u64| {
            let micro: u64 = self.reasons.iter().map(of).sum();
            self.reasons.iter().map(of).map(Some).chain([Some(micro), None]).collect::<Vec<_>>()
        };
        table.ints("support", sum(|r| r.support).into_iter());
        table.ints("found", sum(|r| r.found).into_iter());
        let mut measures = |name: &str,
                            of: fn(&ReasonQuality) -> Measure,
                            average: fn(&Average) -> Measure| {
            let all: Vec<Measure> =
                self.reasons.iter().map(of).chain(averages.map(|(_, a)| average(a))).collect();
            table.floats(name, all.iter().map(|m| m.value));
            table.floats(&format!("{name}_lower"), all.iter().map(|m| m.interval.map(|i| i.lower)));
            table.floats(&format!("{name}_upper"), all.iter().map(|m| m.interval.map(|i| i.upper)));
        };
        measures("precision", |r| r.precision, |a| a.precision);
        measures("recall", |r| r.recall, |a| a.recall);
        measures("f1", |r| r.f1, |a| a.f1);
        table.floats("kappa", self.reasons.iter().map(|r| r.kappa).chain([None, None]));
        table
    }
}

/// Right, wrong and missed for each reason.
fn count(patterns: &[(Pattern, u64)], counts: &[u64], reasons: usize) -> Vec<Counts> {
    let mut found = vec![(0, 0, 0); reasons];
    for ((said, _), n) in patterns.iter().zip(counts) {
        let [Some(known), Some(given)] = said.as_slice() else { continue };
        for reason in given {
            if let Some((right, wrong, _)) = found.get_mut(usize::from(*reason)) {
                *if known.contains(reason) { right } else { wrong } += n;
            }
        }
        for reason in known.iter().filter(|reason| !given.contains(reason)) {
            if let Some((.., missed)) = found.get_mut(usize::from(*reason)) {
                *missed += n;
            }
        }
    }
    found
}

fn quality(
    id: &str,
    (right, wrong, missed): Counts,
    n: u64,
    confidence: Confidence,
) -> ReasonQuality {
    let f1 = |j: f64| 2.0 * j / (1.0 + j);
    let overlap = Measure::share(right, right + wrong + missed, confidence);
    let interval =
        overlap.interval.map(|i| Interval { lower: f1(i.lower), upper: f1(i.upper), ..i });
    let table = [vec![n - right - wrong - missed, wrong], vec![missed, right]];
    let kappa = Kappa::of(&table, KappaWeights::Nominal, confidence);
    ReasonQuality {
        reason: id.to_owned(),
        support: right + missed,
        found: right + wrong,
        right,
        precision: Measure::share(right, right + wrong, confidence),
        recall: Measure::share(right, right + missed, confidence),
        f1: Measure { value: overlap.value.map(f1), interval },
        kappa: kappa.map(|kappa| kappa.value),
    }
}

/// Micro precision, recall and F1, then macro.
fn averages(by_reason: &[Counts]) -> Vec<Option<f64>> {
    let share = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
    let rates = |(right, wrong, missed): Counts| {
        [
            share(right, right + wrong),
            share(right, right + missed),
            share(2 * right, 2 * right + wrong + missed),
        ]
    };
    let sum = by_reason.iter().fold((0, 0, 0), |s: Counts, c| (s.0 + c.0, s.1 + c.1, s.2 + c.2));
    let mut values = rates(sum).to_vec();
    let all: Vec<[Option<f64>; 3]> = by_reason.iter().map(|counts| rates(*counts)).collect();
    for at in 0..3 {
        let total: f64 = all.iter().map(|r| r.get(at).copied().flatten().unwrap_or_default()).sum();
        values.push((!all.is_empty()).then(|| total / all.len() as f64));
    }
    values
}

fn confusion(ids: &[String], patterns: &[(Pattern, u64)]) -> Option<Confusion> {
    let mut counts = vec![vec![0; ids.len() + 1]; ids.len() + 1];
    for (said, n) in patterns {
        let [Some(known), Some(found)] = said.as_slice() else { continue };
        if known.len() > 1 || found.len() > 1 {
            return None;
        }
        let place = |set: &[u16]| set.first().map_or(ids.len(), |reason| usize::from(*reason));
        *counts.get_mut(place(known))?.get_mut(place(found))? += n;
    }
    Some(Confusion { reasons: ids.to_vec(), counts })
}

impl Predictions {
    /// What other thresholds would give: for each reason that the model knows and each probability from 0.01 to
    /// 0.99 in hundredths, `reason`, `threshold`, `found`, `precision`, `recall`, `f1` (missing where not
    /// defined). Comments without labels are left out; those of which no word is known are given nothing.
    ///
    /// ```
    /// use heedful::{Labels, Model, ModelOptions};
    ///
    /// let texts = ["late again", "so late", "late parcel", "too dear", "dear stuff", "dear me"];
    /// let labels = Labels::single(["delay", "delay", "delay", "price", "price", "price"].map(Some))?;
    /// let model = Model::fit(&texts, &labels, &ModelOptions::default())?;
    /// let curve = model.predict(&texts).curve(&labels)?;
    /// assert_eq!(curve.len(), 2 * 99);
    /// let names: Vec<_> = curve.columns().iter().map(|column| column.name.as_str()).collect();
    /// assert_eq!(names, ["reason", "threshold", "found", "precision", "recall", "f1"]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `length-mismatch` where there are not as many labels as comments.
    pub fn curve(&self, known: &Labels) -> Result<Table> {
        check_length(self.len(), known)?;
        let mut points: Vec<(usize, usize, Counts)> = Vec::new();
        for (reason, id) in self.ids().iter().enumerate() {
            let label = known.ids().iter().position(|own| own == id).map(|at| at as u16);
            // How many comments lie at each hundredth, with and without the reason.
            let mut with = [0_u64; 100];
            let mut without = [0_u64; 100];
            for (row, set) in known.iter().enumerate() {
                let Some((set, p)) = set.zip(self.probability(row, reason)) else { continue };
                // Without a known word no reason is given, whatever the threshold.
                let p = if self.knows(row) { p } else { 0.0 };
                let has = label.is_some_and(|label| set.contains(&label));
                let side = if has { &mut with } else { &mut without };
                if let Some(count) = side.get_mut(hundredths(p).min(99)) {
                    *count += 1;
                }
            }
            for threshold in 1..100 {
                let above = |side: &[u64; 100]| side.iter().skip(threshold).sum::<u64>();
                let right = above(&with);
                let missed = with.iter().sum::<u64>() - right;
                points.push((reason, threshold, (right, above(&without), missed)));
            }
        }
        let rate = |at: usize| {
            points.iter().map(move |(.., counts)| averages(&[*counts]).get(at).copied().flatten())
        };
        let mut table = Table::new();
        let name = |reason: usize| self.ids().get(reason).map(String::as_str);
        table.texts("reason", points.iter().map(|(reason, ..)| name(*reason)));
        table.floats("threshold", points.iter().map(|(_, at, _)| Some(*at as f64 / 100.0)));
        table.ints("found", points.iter().map(|(.., (right, wrong, _))| Some(right + wrong)));
        table.floats("precision", rate(0));
        table.floats("recall", rate(1));
        table.floats("f1", rate(2));
        Ok(table)
    }
}

/// The highest hundredth that a probability reaches: 0.29 reaches 0.29, though 100 times it is less than 29.
fn hundredths(p: f64) -> usize {
    let nearest = (p * 100.0).round();
    let reached = if nearest / 100.0 <= p { nearest } else { nearest - 1.0 };
    reached as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::table::Data;
    use crate::interpret::reason::model::{Aim, Model, ModelOptions};
    use crate::stats::Random;
    use crate::stats::resample;

    fn letters(text: &str) -> Labels {
        Labels::single(text.chars().map(|c| Some(c.to_string()))).unwrap()
    }

    fn sets(text: &str) -> Labels {
        let set =
            |word: &str| word.chars().filter(|c| *c != '-').map(String::from).collect::<Vec<_>>();
        Labels::sets(text.split(' ').map(|word| Some(set(word)))).unwrap()
    }

    #[track_caller]
    fn near(found: Option<f64>, expected: f64) {
        assert!((found.unwrap() - expected).abs() < 1e-12, "{found:?} is not {expected}");
    }

    /// scikit-learn 1.9.1: `precision_recall_fscore_support`, `accuracy_score`, `cohen_kappa_score`,
    /// `confusion_matrix`.
    #[test]
    fn a_probability_reaches_its_own_hundredth() {
        for at in 0..=100_usize {
            let p = at as f64 / 100.0;
            assert_eq!(hundredths(p), at);
            if at > 0 {
                assert_eq!(hundredths(p.next_down()), at - 1);
            }
        }
    }

    #[test]
    fn one_reason_each_as_scikit_learn() {
        let known = letters("cbccabaacacaabbaabbcacbccbbcbbcbcacbcaaa");
        let found = letters("bdcdabaacadcbdbaabbcacbacbacabcbbacbcada");
        let all = Evaluation::of(&known, &found, &EvaluateOptions::default()).unwrap();
        let expected = [
            ("a", 13, 10.0 / 13.0, 10.0 / 13.0, 10.0 / 13.0, Some(0.658_119_658_119_658_1)),
            ("b", 13, 0.75, 9.0 / 13.0, 0.72, Some(0.593_023_255_813_953_4)),
            ("c", 14, 0.9, 9.0 / 14.0, 0.75, Some(0.647_058_823_529_411_7)),
        ];
        for (found, (id, support, precision, recall, f1, kappa)) in all.reasons.iter().zip(expected)
        {
            assert_eq!((found.reason.as_str(), found.support), (id, support));
            near(found.precision.value, precision);
            near(found.recall.value, recall);
            near(found.f1.value, f1);
            near(found.kappa, kappa.unwrap());
        }
        assert_eq!(all.reasons[3].recall.value, None);
        assert_eq!(all.reasons[3].precision.value, Some(0.0));
        near(all.macro_average.precision.value, 0.604_807_692_307_692_3);
        near(all.macro_average.recall.value, 0.526_098_901_098_901_1);
        near(all.macro_average.f1.value, 0.559_807_692_307_692_3);
        near(all.exact.value, 0.7);
        let confusion = all.confusion.clone().unwrap();
        assert_eq!(confusion.counts[0], [10, 1, 1, 1, 0]);
        assert_eq!(confusion.counts[2], [1, 2, 9, 2, 0]);
        assert_eq!(confusion.to_table().len(), 11);
        assert_eq!(all.to_table().len(), 6);
    }

    /// The same version, on indicator matrices.
    #[test]
    fn several_reasons_each_as_scikit_learn() {
        let known = sets("ac - c bc a ab a - a c a ab - ab - - - abc ab a abc ac a c c - a bc b -");
        let found =
            sets("abc - - bc a ab a c a c a ab - ab - c - abc b abc abc c ac c - - a bc bc c");
        let all = Evaluation::of(&known, &found, &EvaluateOptions::default()).unwrap();
        near(all.micro.precision.value, 0.789_473_684_210_526_3);
        near(all.micro.recall.value, 0.882_352_941_176_470_6);
        near(all.micro.f1.value, 0.833_333_333_333_333_3);
        near(all.macro_average.f1.value, 0.831_746_031_746_031_8);
        near(all.exact.value, 0.633_333_333_333_333_3);
        near(all.reasons[0].kappa, 0.866_666_666_666_666_7);
        near(all.reasons[2].kappa, 0.454_545_454_545_454_5);
        assert_eq!(all.confusion, None);
        for measure in [all.micro.f1, all.macro_average.f1, all.micro.recall] {
            let (value, interval) = (measure.value.unwrap(), measure.interval.unwrap());
            assert!(interval.lower < value && value < interval.upper && interval.upper <= 1.0);
        }
    }

    /// How often the interval of F1 of a reason holds the truth.
    #[test]
    fn the_interval_of_f1_covers() {
        let mut random = Random::new(11);
        // Of comments that have it or are given it, 60 % are right: F1 is 0.75.
        let (mut held, replicates) = (0, 2000);
        for _ in 0..replicates {
            let drawn = resample(&mut random, &[60, 25, 15]).unwrap();
            let found = quality("x", (drawn[0], drawn[1], drawn[2]), 500, Confidence::default());
            let interval = found.f1.interval.unwrap();
            held += u32::from(interval.lower <= 0.75 && 0.75 <= interval.upper);
        }
        let coverage = f64::from(held) / f64::from(replicates);
        assert!((0.93..0.975).contains(&coverage), "{coverage}");
    }

    #[test]
    fn what_is_not_known_is_left_out_and_nothing_is_nothing() {
        let known = Labels::single([Some("a"), None, Some("b")]).unwrap();
        let found = Labels::single([None, Some("a"), Some("b")]).unwrap();
        let all = Evaluation::of(&known, &found, &EvaluateOptions::default()).unwrap();
        assert_eq!((all.n, all.missing), (1, 2));
        let none = Labels::sets([Some([""; 0]); 3]).unwrap();
        let all = Evaluation::of(&none, &none, &EvaluateOptions::default()).unwrap();
        assert_eq!(
            (all.exact.value, all.micro.f1.value, all.macro_average.f1.value),
            (Some(1.0), None, None)
        );
        let short = letters("a");
        let error = Evaluation::of(&known, &short, &EvaluateOptions::default()).unwrap_err();
        assert_eq!(error.code(), crate::ErrorCode::LengthMismatch);
    }

    #[test]
    fn a_curve_gives_nothing_to_comments_of_unknown_words() {
        // Words tell nothing: four in five comments have the reason whatever they say.
        let words = ["dear", "cheap", "fair", "worth"];
        let texts: Vec<&str> = (0..100).map(|row| words[row % 4]).collect();
        let labels = (0..100).map(|row| Some((row % 5 > 0).then_some("price")));
        let model =
            Model::fit(&texts, &Labels::sets(labels).unwrap(), &ModelOptions::default()).unwrap();
        let known = Labels::single(["price", "price"].map(Some)).unwrap();
        let curve = model.predict(&["dear", "zzz"]).curve(&known).unwrap();
        let Data::Int(found) = &curve.columns()[2].data else { panic!() };
        let model = model.with_aim(None, Aim::Probability(0.01)).unwrap();
        let given = model.predict(&["dear", "zzz"]).labels();
        assert_eq!(given.iter().collect::<Vec<_>>(), [Some(&[0][..]), Some(&[])]);
        assert_eq!(found[0], Some(1));
    }
}
