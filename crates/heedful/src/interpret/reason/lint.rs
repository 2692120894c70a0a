//! What is wrong, or at least odd, about the terms of a taxonomy.

use serde::Serialize;

use super::mapper::{Prepared, ReasonMapper};
use crate::base::order::sort_by;
use crate::base::sorted::SortedMap;
use crate::base::table::Table;
use crate::text::{Language, Lexer};

/// Terms of one comment that are looked at in pairs: a comment of a thousand terms is not worth a
/// million pairs.
const MOST_TERMS: usize = 48;
/// Comments in which two terms must fire before always firing together means anything.
const FEWEST_TOGETHER: u64 = 5;

/// What was found about a term.
///
/// ```
/// use heedful::{LintKind, ReasonMapper, Taxonomy};
///
/// let taxonomy = Taxonomy::from_json(r#"{"reasons": [{"id": "price", "terms": ["the", "fee +a -a"]}]}"#)?;
/// let lint = ReasonMapper::new(taxonomy)?.lint::<&str>(&[]);
/// let kinds: Vec<_> = lint.findings.iter().map(|finding| finding.kind).collect();
/// assert_eq!(kinds, [LintKind::Dead, LintKind::StopWords]);
/// assert_eq!(LintKind::StopWords.as_str(), "stop_words");
/// assert!(LintKind::Dead.is_error() && !LintKind::StopWords.is_error());
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive] // further checks may come
pub enum LintKind {
    /// It can never match: it has no word, or its conditions exclude each other.
    Dead,
    /// It is a stop word, which nearly every comment has.
    StopWords,
    /// Another term of the same reason matches exactly the same words.
    Repeated,
    /// A term of another reason matches exactly the same words.
    Shared,
    /// It fired in no comment.
    Unseen,
    /// It and another term fired in the same comments, at least 5, and in no others.
    Together,
}

impl LintKind {
    /// As in JSON, for example `stop_words`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dead => "dead",
            Self::StopWords => "stop_words",
            Self::Repeated => "repeated",
            Self::Shared => "shared",
            Self::Unseen => "unseen",
            Self::Together => "together",
        }
    }

    /// Whether it is a mistake for certain; the others are for a person to judge.
    #[must_use]
    pub fn is_error(self) -> bool {
        self == Self::Dead
    }
}

/// Something about a term.
///
/// ```
/// use heedful::{LintKind, ReasonMapper, Taxonomy};
///
/// let taxonomy = Taxonomy::from_json(r#"{"reasons": [
///     {"id": "price", "terms": ["price"]}, {"id": "bill", "terms": ["invoice", "prices"]}
/// ]}"#)?;
/// let lint = ReasonMapper::new(taxonomy)?.lint(&["the price"]);
/// let (shared, unseen) = (&lint.findings[0], &lint.findings[1]);
/// assert_eq!((shared.kind, shared.term.as_str()), (LintKind::Shared, "prices"));
/// assert_eq!(shared.other_reason.as_deref(), Some("price"));
/// assert_eq!((unseen.term.as_str(), unseen.comments), ("invoice", Some(0)));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive] // may come to know more
pub struct LintFinding {
    /// What it is.
    pub kind: LintKind,
    /// The language of the term.
    pub language: Language,
    /// The id of its reason.
    pub reason: String,
    /// The term.
    pub term: String,
    /// The reason of the other term, where there is one.
    pub other_reason: Option<String>,
    /// The other term.
    pub other_term: Option<String>,
    /// Comments in which the term fired; `None` for what is told from the terms alone.
    pub comments: Option<u64>,
}

/// How much two reasons that are not above each other go together.
///
/// ```
/// use heedful::{ReasonMapper, Taxonomy};
///
/// let taxonomy = Taxonomy::from_json(r#"{"reasons": [
///     {"id": "delivery", "terms": ["parcel", "delivery"]}, {"id": "damage", "terms": ["broken"]}
/// ]}"#)?;
/// let comments = ["parcel broken", "broken parcel", "delivery late", "parcel lost"];
/// let lint = ReasonMapper::new(taxonomy)?.lint(&comments);
/// let overlap = &lint.overlaps[0];
/// assert_eq!((overlap.reason.as_str(), overlap.other.as_str()), ("damage", "delivery"));
/// assert_eq!((overlap.share, overlap.jaccard), (1.0, 0.5)); // damage never stands alone
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Overlap {
    /// The reason with fewer comments.
    pub reason: String,
    /// The other one.
    pub other: String,
    /// Comments that mention the first.
    pub comments: u64,
    /// Comments that mention the other.
    pub other_comments: u64,
    /// Comments that mention both.
    pub both: u64,
    /// `both` of `comments`, 0 to 1: 1 where the first never stands alone.
    pub share: f64,
    /// `both` of the comments that mention either, 0 to 1 (Jaccard).
    pub jaccard: f64,
}

/// What a lint found.
///
/// ```
/// use heedful::{ReasonMapper, Taxonomy};
///
/// let taxonomy = Taxonomy::from_json(r#"{"reasons": [
///     {"id": "delivery", "terms": ["parcel", "the"]}, {"id": "damage", "terms": ["broken", "crack +x -x"]}
/// ]}"#)?;
/// let lint = ReasonMapper::new(taxonomy)?.lint(&["parcel broken"]);
/// assert_eq!((lint.errors().count(), lint.comments), (1, 1));
/// assert!(lint.errors().all(|finding| finding.term == "crack +x -x"));
/// assert_eq!((lint.to_table().len(), lint.findings.len()), (2, 2)); // and the stop word `the`
/// assert_eq!(lint.overlaps_to_table().len(), 1); // delivery and damage
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lint {
    /// Sorted by kind, the worst first, then by language, reason and term.
    pub findings: Vec<LintFinding>,
    /// Pairs of reasons that share comments, the greatest share first; empty without comments.
    pub overlaps: Vec<Overlap>,
    /// Comments that were looked at.
    pub comments: u64,
}

impl Lint {
    /// The findings that are mistakes for certain.
    pub fn errors(&self) -> impl Iterator<Item = &LintFinding> {
        self.findings.iter().filter(|finding| finding.kind.is_error())
    }

    /// The findings: `kind`, `language`, `reason`, `term`, `other_reason`, `other_term`, `comments`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let rows = || self.findings.iter();
        let mut table = Table::new();
        table.texts("kind", rows().map(|f| Some(f.kind.as_str())));
        table.texts("language", rows().map(|f| Some(f.language.code())));
        table.texts("reason", rows().map(|f| Some(f.reason.as_str())));
        table.texts("term", rows().map(|f| Some(f.term.as_str())));
        table.texts("other_reason", rows().map(|f| f.other_reason.as_deref()));
        table.texts("other_term", rows().map(|f| f.other_term.as_deref()));
        table.ints("comments", rows().map(|f| f.comments));
        table
    }

    /// The overlaps: `reason`, `other`, `comments`, `other_comments`, `both`, `share`, `jaccard`.
    #[must_use]
    pub fn overlaps_to_table(&self) -> Table {
        let rows = || self.overlaps.iter();
        let mut table = Table::new();
        table.texts("reason", rows().map(|o| Some(o.reason.as_str())));
        table.texts("other", rows().map(|o| Some(o.other.as_str())));
        table.ints("comments", rows().map(|o| Some(o.comments)));
        table.ints("other_comments", rows().map(|o| Some(o.other_comments)));
        table.ints("both", rows().map(|o| Some(o.both)));
        table.floats("share", rows().map(|o| Some(o.share)));
        table.floats("jaccard", rows().map(|o| Some(o.jaccard)));
        table
    }
}

impl ReasonMapper {
    /// Looks for terms that can never match, say nothing, or say the same; with comments also for
    /// terms that never fired or only with others, and for how much reasons overlap. Comments are read in
    /// the mapper's language.
    ///
    /// ```
    /// use heedful::{ReasonMapper, Taxonomy};
    ///
    /// let taxonomy = Taxonomy::from_json(r#"{"reasons": [
    ///     {"id": "price", "terms": ["price", "prices", "fee +phone -phone"]},
    ///     {"id": "bill", "terms": ["bill", "price"]}
    /// ]}"#)?;
    /// let lint = ReasonMapper::new(taxonomy)?.lint(&["The price", "My bill"]);
    /// let found: Vec<_> = lint.findings.iter().map(|f| (f.kind.as_str(), f.term.as_str())).collect();
    /// assert_eq!(found, [
    ///     ("dead", "fee +phone -phone"), ("repeated", "prices"), ("shared", "price"),
    /// ]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn lint<T: AsRef<str>>(&self, comments: &[T]) -> Lint {
        let mut findings = Vec::new();
        for (language, prepared) in self.prepared() {
            self.lint_terms(*language, prepared, &mut findings);
        }
        let mut overlaps = Vec::new();
        let language = self.language();
        if let Some(prepared) = self.prepared().get(&language).filter(|_| !comments.is_empty()) {
            let fired = Fired::count(prepared, comments);
            self.lint_fired(language, prepared, &fired, &mut findings);
            overlaps = self.overlaps(&fired);
        }
        sort_by(&mut findings, Ord::cmp);
        findings.dedup();
        Lint { findings, overlaps, comments: comments.len() as u64 }
    }

    fn finding(
        &self,
        kind: LintKind,
        language: Language,
        prepared: &Prepared,
        term: u32,
        other: Option<u32>,
        comments: Option<u64>,
    ) -> LintFinding {
        let named = |term: u32| -> (String, String) {
            let Some((reason, place, _)) = prepared.terms.get(term as usize) else {
                return (String::new(), String::new());
            };
            let id = self.nodes().get(*reason as usize).map_or("", |node| &node.id);
            let terms = self.taxonomy().get(id).map_or(&[][..], |reason| reason.terms(language));
            let text = terms.get(*place as usize).map_or("", |term| term.text());
            (id.to_owned(), text.to_owned())
        };
        let (reason, term) = named(term);
        let (other_reason, other_term) = other.map(named).unzip();
        LintFinding { kind, language, reason, term, other_reason, other_term, comments }
    }

    fn lint_terms(&self, language: Language, prepared: &Prepared, findings: &mut Vec<LintFinding>) {
        let matcher = &prepared.matcher;
        let phrases = matcher.phrases();
        let mut first: SortedMap<&[u32], Vec<u32>> = SortedMap::new();
        let mut lexer = Lexer::new(language);
        let mut tokens = Vec::new();
        for (term, phrases) in phrases.iter().enumerate() {
            let term = term as u32;
            let mut add = |kind, other| {
                findings.push(self.finding(kind, language, prepared, term, other, None));
            };
            if phrases.is_empty() || matcher.contradicts_itself(term) {
                add(LintKind::Dead, None);
                continue;
            }
            let finding = self.finding(LintKind::StopWords, language, prepared, term, None, None);
            lexer.read(&finding.term, &mut tokens);
            if let [token] = &*tokens
                && lexer.word(token.slot).is_stop()
                && !finding.term.contains(['*', '='])
            {
                findings.push(finding);
            }
            let reason = |term: u32| prepared.terms.get(term as usize).map(|term| term.0);
            let alike = first.entry(phrases).or_default();
            for &other in alike.iter().filter(|other| matcher.same_conditions(term, **other)) {
                let same = reason(term) == reason(other);
                let kind = if same { LintKind::Repeated } else { LintKind::Shared };
                findings.push(self.finding(kind, language, prepared, term, Some(other), None));
            }
            if !alike.iter().any(|other| reason(term) == reason(*other)) {
                alike.push(term);
            }
        }
    }

    fn lint_fired(
        &self,
        language: Language,
        prepared: &Prepared,
        fired: &Fired,
        findings: &mut Vec<LintFinding>,
    ) {
        let name = |f: &LintFinding| (f.reason.clone(), f.term.clone());
        let mut known: Vec<(String, String)> = findings.iter().map(name).collect();
        sort_by(&mut known, Ord::cmp);
        for term in 0..prepared.terms.len() as u32 {
            let count = fired.terms.get(&term).copied().unwrap_or(0);
            let finding =
                self.finding(LintKind::Unseen, language, prepared, term, None, Some(count));
            if count == 0 && known.binary_search(&name(&finding)).is_err() {
                findings.push(finding);
            }
        }
        let phrases = prepared.matcher.phrases();
        for (&(a, b), &both) in &fired.pairs {
            let count = |term: u32| fired.terms.get(&term).copied().unwrap_or(0);
            let alike = phrases.get(a as usize) == phrases.get(b as usize);
            if both >= FEWEST_TOGETHER && count(a) == both && count(b) == both && !alike {
                let kind = LintKind::Together;
                findings.push(self.finding(kind, language, prepared, a, Some(b), Some(both)));
            }
        }
    }

    fn overlaps(&self, fired: &Fired) -> Vec<Overlap> {
        let id = |reason: u32| self.nodes().get(reason as usize).map_or("", |node| &node.id);
        let related = |a: u32, b: u32| {
            let above = |branch: u32, mut reason: u32| {
                while let Some(parent) = self.nodes().get(reason as usize).and_then(|n| n.parent) {
                    if parent == branch {
                        return true;
                    }
                    reason = parent;
                }
                false
            };
            above(a, b) || above(b, a)
        };
        let count = |reason: u32| fired.reasons.get(&reason).copied().unwrap_or(0);
        let mut overlaps: Vec<Overlap> = fired
            .reason_pairs
            .iter()
            .filter(|((a, b), _)| !related(*a, *b))
            .map(|(&(a, b), &both)| {
                let (a, b) = if count(b) < count(a) { (b, a) } else { (a, b) };
                let (comments, other_comments) = (count(a), count(b));
                Overlap {
                    reason: id(a).to_owned(),
                    other: id(b).to_owned(),
                    comments,
                    other_comments,
                    both,
                    share: both as f64 / comments as f64,
                    jaccard: both as f64 / (comments + other_comments - both) as f64,
                }
            })
            .collect();
        sort_by(&mut overlaps, |a, b| {
            let names = (&a.reason, &a.other).cmp(&(&b.reason, &b.other));
            b.share.total_cmp(&a.share).then(b.both.cmp(&a.both)).then(names)
        });
        overlaps
    }
}

/// In how many comments terms and reasons fired, alone and in pairs.
struct Fired {
    terms: SortedMap<u32, u64>,
    pairs: SortedMap<(u32, u32), u64>,
    reasons: SortedMap<u32, u64>,
    reason_pairs: SortedMap<(u32, u32), u64>,
}

impl Fired {
    fn count<T: AsRef<str>>(prepared: &Prepared, comments: &[T]) -> Self {
        let mut fired = Self {
            terms: SortedMap::new(),
            pairs: SortedMap::new(),
            reasons: SortedMap::new(),
            reason_pairs: SortedMap::new(),
        };
        let mut reading = prepared.matcher.reading();
        for comment in comments {
            prepared.matcher.find(&mut reading, comment.as_ref());
            let terms = set(reading.hits.iter().map(|hit| hit.group));
            let reason = |term: &u32| prepared.terms.get(*term as usize).map(|term| term.0);
            let reasons = set(terms.iter().filter_map(reason));
            pairs(&reasons, usize::MAX, &mut fired.reasons, &mut fired.reason_pairs);
            pairs(&terms, MOST_TERMS, &mut fired.terms, &mut fired.pairs);
        }
        fired
    }
}

/// Each number once, in order.
fn set(numbers: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut all: Vec<u32> = numbers.collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn pairs(
    items: &[u32],
    most: usize,
    alone: &mut SortedMap<u32, u64>,
    both: &mut SortedMap<(u32, u32), u64>,
) {
    for (i, a) in items.iter().enumerate() {
        *alone.entry(*a).or_default() += 1;
        if i < most {
            for b in items.iter().take(most).skip(i + 1) {
                *both.entry((*a, *b)).or_default() += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interpret::reason::taxonomy::Taxonomy;

    fn lint(reasons: &str, comments: &[&str]) -> Lint {
        let taxonomy = Taxonomy::from_json(&format!(r#"{{"reasons": [{reasons}]}}"#)).unwrap();
        ReasonMapper::new(taxonomy).unwrap().lint(comments)
    }

    fn kinds(lint: &Lint) -> Vec<(&str, &str, Option<&str>)> {
        lint.findings
            .iter()
            .map(|f| (f.kind.as_str(), f.term.as_str(), f.other_term.as_deref()))
            .collect()
    }

    #[test]
    fn terms_are_judged_without_comments() {
        let found = lint(
            r#"{"id": "a", "terms": ["wait", "waited", "¶", "the", "x +b|c -c|b", "wait|stay"]},
               {"id": "b", "terms": ["waiting", "wait +long", "slow -not"]}"#,
            &[],
        );
        assert_eq!(
            kinds(&found),
            [
                ("dead", "x +b|c -c|b", None),
                ("dead", "¶", None),
                ("stop_words", "the", None),
                ("repeated", "waited", Some("wait")),
                ("shared", "waiting", Some("wait")),
            ]
        );
        assert_eq!(found.errors().count(), 2);
        assert!(found.overlaps.is_empty());
    }

    #[test]
    fn comments_show_what_never_fires_and_what_goes_together() {
        let comments = [
            "slow queue",
            "slow queue",
            "queue slow",
            "slow queue",
            "slow queue price",
            "price",
            "staff",
        ];
        let found = lint(
            r#"{"id": "speed", "terms": ["slow", "late"]}, {"id": "queue", "terms": ["queue"]},
               {"id": "price", "terms": ["price"], "reasons": [{"id": "dear", "terms": ["price"]}]}"#,
            &comments,
        );
        assert_eq!(
            kinds(&found),
            [
                ("shared", "price", Some("price")),
                ("unseen", "late", None),
                ("together", "slow", Some("queue")),
            ]
        );
        let rows: Vec<_> = found
            .overlaps
            .iter()
            .map(|o| {
                (o.reason.as_str(), o.other.as_str(), o.comments, o.other_comments, o.both, o.share)
            })
            .collect();
        // "dear" lies below "price": they do not overlap, they belong together.
        assert_eq!(
            rows,
            [
                ("speed", "queue", 5, 5, 5, 1.0),
                ("dear", "queue", 2, 5, 1, 0.5),
                ("dear", "speed", 2, 5, 1, 0.5),
                ("price", "queue", 2, 5, 1, 0.5),
                ("price", "speed", 2, 5, 1, 0.5),
            ]
        );
        assert!((found.overlaps[1].jaccard - 1.0 / 6.0).abs() < 1e-15);
        assert_eq!(found.to_table().len(), 3);
        assert_eq!(found.overlaps_to_table().len(), 5);
    }

    #[cfg(feature = "taxonomies")]
    #[test]
    fn starters_have_no_mistakes() {
        let mut bad = Vec::new();
        for field in Taxonomy::presets() {
            let languages =
                [Language::English, Language::German, Language::French, Language::Spanish];
            let mapper = ReasonMapper::new(Taxonomy::preset(field, languages).unwrap()).unwrap();
            for f in mapper.lint::<&str>(&[]).findings {
                if matches!(f.kind, LintKind::Dead | LintKind::StopWords | LintKind::Repeated) {
                    let (kind, code) = (f.kind.as_str(), f.language.code());
                    bad.push(format!(
                        "{kind} {field}.{code} {}: {} = {:?}",
                        f.reason, f.term, f.other_term
                    ));
                }
            }
        }
        assert!(bad.is_empty(), "{}", bad.join("\n"));
    }
}
