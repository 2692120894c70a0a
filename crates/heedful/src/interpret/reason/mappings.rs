//! Which reasons comments have: the result of a mapper.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::labels::Labels;
use crate::base::config::names;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::sorted::{SortedMap, SortedSet};
use crate::base::table::{Data, Table};
use crate::interpret::mention::Mentions;
use crate::listen::column::Column;
use crate::listen::responses::Responses;
use crate::stats::{Confidence, Interval, IntervalMethod, ProportionSample};

/// Where a mapping comes from, the most trusted first.
///
/// ```
/// use heedful::{Given, Labels, ReasonMapper, Source, Taxonomy};
///
/// let taxonomy = Taxonomy::from_json(r#"{"reasons": [
///     {"id": "price", "terms": ["price"]}, {"id": "staff", "terms": ["staff"]}
/// ]}"#)?;
/// let manual = Labels::sets([Some(Vec::<&str>::new()), None])?; // a person read the first: none of these
/// let given = Given { manual: Some(&manual), ..Given::default() };
/// let comments = [Some("price and staff"), Some("rude staff")];
/// let mappings = ReasonMapper::new(taxonomy)?.map(&comments, given)?;
/// let found: Vec<_> = mappings.iter().map(|m| (m.row, m.id, m.source.as_str())).collect();
/// assert_eq!(found, [(1, "staff", "terms")]);
/// assert!(Source::Click < Source::Manual && Source::Model < Source::Terms);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The customer clicked it.
    Click,
    /// A person gave it after reading.
    Manual,
    /// A classifier.
    Model,
    /// Terms of the taxonomy.
    Terms,
}

names!(Source { Click = "click", Manual = "manual", Model = "model", Terms = "terms" });
names!(ReasonCount { Mentions = "mentions", Main = "main" });

impl Source {
    /// As in JSON, for example `click`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Click => "click",
            Self::Manual => "manual",
            Self::Model => "model",
            Self::Terms => "terms",
        }
    }
}

/// Which of a comment's reasons count.
///
/// ```
/// use heedful::{Given, ReasonCount, ReasonMapper, Taxonomy};
///
/// let taxonomy = Taxonomy::from_json(r#"{"reasons": [
///     {"id": "price", "terms": ["price"]}, {"id": "staff", "terms": ["staff"]}
/// ]}"#)?;
/// let mappings = ReasonMapper::new(taxonomy)?.map(&[Some("rude staff, high price")], Given::default())?;
/// assert_eq!(mappings.labels(ReasonCount::Mentions)?.names(0), Some(vec!["price", "staff"]));
/// assert_eq!(mappings.labels(ReasonCount::Main)?.names(0), Some(vec!["staff"])); // it came first
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReasonCount {
    /// All of them: a comment counts in each, and shares overlap.
    #[default]
    Mentions,
    /// The main one: a comment counts once, and shares add up to 100 %.
    Main,
}

/// A reason's place in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) parent: Option<u32>,
    pub(super) level: u32,
}

/// What was read in a text about one reason.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub(super) reason: u32,
    pub(super) source: Source,
    pub(super) confidence: f64,
    pub(super) spans: Vec<(u32, u32)>,
    pub(super) sentiment: Option<f64>,
}

/// One reason of one comment.
///
/// ```
/// use heedful::{Given, ReasonMapper, Source, Taxonomy};
///
/// let taxonomy = Taxonomy::from_json(r#"{"reasons": [{"id": "staff", "terms": ["staff", "waiter"]}]}"#)?;
/// let comment = "Rude staff, the waiter worst";
/// let mappings = ReasonMapper::new(taxonomy)?.map(&[Some(comment)], Given::default())?;
/// let staff = mappings.row(0).next();
/// assert_eq!(staff.map(|m| (m.id, m.main, m.source)), Some(("staff", true, Source::Terms)));
/// assert_eq!(staff.map(|m| m.confidence), Some(0.75)); // two words: 1 - 0.5 × 0.5
/// assert_eq!(staff.map(|m| m.spans), Some(&[(5, 10), (16, 22)][..]));
/// assert!(staff.and_then(|m| m.sentiment) < Some(-0.1));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Mapping<'a> {
    /// The comment, counted from 0.
    pub row: usize,
    /// The reason's id.
    pub id: &'a str,
    /// Whether it is the main reason of the comment.
    pub main: bool,
    /// Who says so.
    pub source: Source,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
    /// The feeling about it, -1 to 1: the mean over its spans, or that of the comment where a classifier gave
    /// none; `None` where nothing is felt or read.
    pub sentiment: Option<f64>,
    /// The bytes of the comment that made it so, from the first to after the last, in order; none for clicks
    /// and codes without words of theirs.
    pub spans: &'a [(u32, u32)],
}

/// A comment whose customer clicked one thing and wrote of another.
///
/// ```
/// use heedful::{Given, Labels, ReasonMapper, Taxonomy};
///
/// let taxonomy = Taxonomy::from_json(r#"{"reasons": [
///     {"id": "price", "terms": ["price"]}, {"id": "staff", "terms": ["staff"]}
/// ]}"#)?;
/// let clicks = Labels::single([Some("price"), Some("price"), Some("staff")])?;
/// let given = Given { clicks: Some(&clicks), ..Given::default() };
/// let comments = [Some("a fair price"), Some("your staff!"), Some("ok")];
/// let mappings = ReasonMapper::new(taxonomy)?.map(&comments, given)?;
/// let wrong: Vec<_> = mappings.disagreements().map(|d| (d.row, d.clicked, d.read)).collect();
/// assert_eq!((wrong, mappings.compared()), (vec![(1, "price", "staff")], 2));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Disagreement<'a> {
    /// The comment, counted from 0.
    pub row: usize,
    /// The reason that was clicked; of several the first by id.
    pub clicked: &'a str,
    /// The main reason that the text speaks of: of the most trusted source, of these the surest.
    pub read: &'a str,
}

/// How often a reason came up.
///
/// ```
/// use heedful::{Given, ReasonMapper, Taxonomy};
///
/// let taxonomy = Taxonomy::from_json(r#"{"reasons": [
///     {"id": "staff", "terms": ["staff"]},
///     {"id": "delivery", "reasons": [{"id": "damage", "terms": ["broken"]}]}
/// ]}"#)?;
/// let comments = ["staff", "staff", "broken and rude staff", "hello"].map(Some);
/// let mappings = ReasonMapper::new(taxonomy)?.map(&comments, Given::default())?;
/// let totals = mappings.totals();
/// let (staff, delivery) = (&totals[0], &totals[1]);
/// assert_eq!((staff.mentions, staff.main, staff.main_share), (3, 2, Some(2.0 / 3.0)));
/// assert_eq!((delivery.mentions, delivery.level, delivery.parent.as_deref()), (1, 0, None));
/// assert!(staff.main_interval.is_some_and(|interval| interval.upper < 1.0));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct ReasonTotal {
    /// The reason's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The branch above it; `None` at the top.
    pub parent: Option<String>,
    /// 0 at the top.
    pub level: u32,
    /// Responses that mention it or what is below it.
    pub mentions: u64,
    /// Of the responses that have any reason, 0 to 1; over all reasons these add up to more than 1.
    pub mention_share: Option<f64>,
    /// Of that share (Wilson), of confidence 0.95.
    pub mention_interval: Option<Interval>,
    /// Responses whose main reason it is, or what is below it.
    pub main: u64,
    /// Of the responses that have any reason, 0 to 1; over the reasons at the top these add up to 1, over
    /// those right below a branch to the share of the branch, or less where the branch itself is the main
    /// reason of some.
    pub main_share: Option<f64>,
    /// Of that share (Wilson), of confidence 0.95.
    pub main_interval: Option<Interval>,
    /// Mean feeling where it is mentioned, -1 to 1.
    pub sentiment: Option<f64>,
}

/// The reasons of comments: columns, one entry for each comment and reason, sorted by comment, the
/// main reason of each first.
///
/// The main reason is the one with the most trusted source; of several, the surest; then the one that
/// comes first in the text; then the first of the taxonomy.
///
/// ```
/// use heedful::{Given, ReasonMapper, Taxonomy};
///
/// let taxonomy = Taxonomy::from_json(r#"{"reasons": [
///     {"id": "price", "terms": ["price"]}, {"id": "staff", "terms": ["staff", "waiter"]}
/// ]}"#)?;
/// let comments = [Some("staff and waiter: price"), None, Some("hello")];
/// let mappings = ReasonMapper::new(taxonomy)?.map(&comments, Given::default())?;
/// assert_eq!((mappings.rows(), mappings.len(), mappings.is_empty()), (3, 2, false));
/// assert_eq!(mappings.row(0).map(|m| m.id).collect::<Vec<_>>(), ["staff", "price"]);
/// assert_eq!(mappings.unmapped().collect::<Vec<_>>(), [2]);
/// assert_eq!((mappings.to_table().len(), mappings.spans_to_table().len()), (2, 3));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Mappings {
    nodes: Arc<Vec<Node>>,
    /// Where the entries of each row end.
    ends: Vec<usize>,
    /// Whether each row has a comment that is not blank.
    written: Vec<bool>,
    reason: Vec<u32>,
    source: Vec<Source>,
    confidence: Vec<f64>,
    sentiment: Vec<Option<f64>>,
    span_ends: Vec<usize>,
    spans: Vec<(u32, u32)>,
    /// Row, reason clicked, reason read.
    disagreements: Vec<(usize, u32, u32)>,
    /// Rows with both a click and reasons in the text.
    compared: usize,
}

impl Mappings {
    pub(super) fn new(nodes: Arc<Vec<Node>>) -> Self {
        Self {
            nodes,
            ends: Vec::new(),
            written: Vec::new(),
            reason: Vec::new(),
            source: Vec::new(),
            confidence: Vec::new(),
            sentiment: Vec::new(),
            span_ends: Vec::new(),
            spans: Vec::new(),
            disagreements: Vec::new(),
            compared: 0,
        }
    }

    /// Adds a row: clicks, codes and what was read are put together by trust.
    pub(super) fn push_row(
        &mut self,
        written: bool,
        clicks: Option<&[u32]>,
        manual: Option<&[u32]>,
        read: Vec<Found>,
    ) {
        // Of one reason the most trusted finding counts; it takes the words of the next where it has none.
        let mut read = read;
        read.sort_unstable_by(|a, b| a.reason.cmp(&b.reason).then_with(|| by_trust(a, b)));
        read.dedup_by(|next, kept| {
            let same = next.reason == kept.reason;
            if same && kept.spans.is_empty() {
                (kept.spans, kept.sentiment) = (std::mem::take(&mut next.spans), next.sentiment);
            }
            same
        });
        read.sort_unstable_by(by_trust);
        self.compare(clicks.unwrap_or_default(), &read);
        let mut all: Vec<Found> = Vec::new();
        let given = [(Source::Click, clicks), (Source::Manual, manual)];
        for (source, reasons) in given {
            for &reason in reasons.unwrap_or_default() {
                if all.iter().all(|known| known.reason != reason) {
                    all.push(Found {
                        reason,
                        source,
                        confidence: 1.0,
                        spans: Vec::new(),
                        sentiment: None,
                    });
                }
            }
        }
        let given = all.len();
        for found in read {
            // The words that were read are evidence for what was clicked or coded, too.
            let known = all.iter_mut().take(given).find(|known| known.reason == found.reason);
            match known {
                Some(known) if known.spans.is_empty() => {
                    (known.spans, known.sentiment) = (found.spans, found.sentiment);
                }
                Some(_) => {}
                None if manual.is_some() => {}
                None => all.push(found),
            }
        }
        all.sort_unstable_by(by_trust);
        for found in all {
            self.reason.push(found.reason);
            self.source.push(found.source);
            self.confidence.push(found.confidence);
            self.sentiment.push(found.sentiment);
            self.spans.extend(found.spans);
            self.span_ends.push(self.spans.len());
        }
        self.ends.push(self.reason.len());
        self.written.push(written);
    }

    /// Adds the rows of another part of the same comments, mapped with the same taxonomy.
    ///
    /// ```
    /// use heedful::{Given, ReasonMapper, Taxonomy};
    ///
    /// let taxonomy = Taxonomy::from_json(r#"{"reasons": [{"id": "price", "terms": ["price"]}]}"#)?;
    /// let mapper = ReasonMapper::new(taxonomy)?;
    /// let mut mappings = mapper.map(&[Some("fair price")], Given::default())?;
    /// mappings.append(&mapper.map(&[None, Some("price?")], Given::default())?)?;
    /// assert_eq!(mappings.iter().map(|m| m.row).collect::<Vec<_>>(), [0, 2]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid-argument` where the taxonomies differ.
    pub fn append(&mut self, other: &Self) -> Result<()> {
        if self.nodes != other.nodes {
            let message = "mappings of different taxonomies do not go together";
            return Err(Error::new(ErrorCode::InvalidArgument, message));
        }
        let (rows, entries, spans) = (self.rows(), self.len(), self.spans.len());
        self.ends.extend(other.ends.iter().map(|end| end + entries));
        self.written.extend_from_slice(&other.written);
        self.reason.extend_from_slice(&other.reason);
        self.source.extend_from_slice(&other.source);
        self.confidence.extend_from_slice(&other.confidence);
        self.sentiment.extend_from_slice(&other.sentiment);
        self.span_ends.extend(other.span_ends.iter().map(|end| end + spans));
        self.spans.extend_from_slice(&other.spans);
        let moved = other.disagreements.iter().map(|(row, a, b)| (row + rows, *a, *b));
        self.disagreements.extend(moved);
        self.compared += other.compared;
        Ok(())
    }

    fn compare(&mut self, clicks: &[u32], read: &[Found]) {
        let (Some(clicked), Some(first)) = (clicks.first(), read.first()) else { return };
        self.compared += 1;
        let related = |a: u32, b: u32| self.above(a, b) || self.above(b, a);
        if !read.iter().any(|found| clicks.iter().any(|click| related(*click, found.reason))) {
            self.disagreements.push((self.ends.len(), *clicked, first.reason));
        }
    }

    /// Whether a reason is another one or a branch above it.
    fn above(&self, branch: u32, reason: u32) -> bool {
        let mut node = Some(reason);
        while let Some(place) = node.filter(|place| *place != branch) {
            node = self.nodes.get(place as usize).and_then(|node| node.parent);
        }
        node.is_some()
    }

    fn id(&self, reason: u32) -> &str {
        self.nodes.get(reason as usize).map_or("", |node| &node.id)
    }

    /// How many rows were mapped.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.ends.len()
    }

    /// How many mappings there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.reason.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reason.is_empty()
    }

    fn range(&self, row: usize) -> std::ops::Range<usize> {
        let end = self.ends.get(row).copied().unwrap_or(self.reason.len());
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        start.unwrap_or(0).min(end)..end
    }

    fn entry(&self, row: usize, place: usize) -> Option<Mapping<'_>> {
        let end = *self.span_ends.get(place)?;
        let start = place.checked_sub(1).and_then(|before| self.span_ends.get(before)).copied();
        Some(Mapping {
            row,
            id: self.id(*self.reason.get(place)?),
            main: place == self.range(row).start,
            source: *self.source.get(place)?,
            confidence: *self.confidence.get(place)?,
            sentiment: *self.sentiment.get(place)?,
            spans: self.spans.get(start.unwrap_or(0)..end)?,
        })
    }

    /// The mappings of a row, the main reason first.
    pub fn row(&self, row: usize) -> impl Iterator<Item = Mapping<'_>> {
        self.range(row).filter_map(move |place| self.entry(row, place))
    }

    /// All mappings, row by row.
    pub fn iter(&self) -> impl Iterator<Item = Mapping<'_>> {
        (0..self.rows()).flat_map(|row| self.row(row))
    }

    /// Rows with a comment, not a blank one, in which nothing was found.
    pub fn unmapped(&self) -> impl Iterator<Item = usize> {
        let written = self.written.iter().enumerate().filter(|(_, written)| **written);
        written.map(|(row, _)| row).filter(|row| self.range(*row).is_empty())
    }

    /// The reasons of each row, as labels to train or compare with: empty where nothing was found,
    /// unknown where there is neither comment nor click nor code.
    ///
    /// ```
    /// use heedful::{Given, ReasonCount, ReasonMapper, Taxonomy};
    ///
    /// let taxonomy = Taxonomy::from_json(r#"{"reasons": [{"id": "price", "terms": ["price"]}]}"#)?;
    /// let comments = [Some("what a price"), Some("hello"), None];
    /// let mappings = ReasonMapper::new(taxonomy)?.map(&comments, Given::default())?;
    /// let labels = mappings.labels(ReasonCount::Mentions)?;
    /// let rows = [0, 1, 2].map(|row| labels.names(row));
    /// assert_eq!(rows, [Some(vec!["price"]), Some(vec![]), None]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid-argument` for more reasons than labels can tell apart.
    pub fn labels(&self, count: ReasonCount) -> Result<Labels> {
        let take = if count == ReasonCount::Main { 1 } else { usize::MAX };
        Labels::sets((0..self.rows()).map(|row| {
            let known = self.written.get(row) == Some(&true) || !self.range(row).is_empty();
            known.then(|| self.row(row).take(take).map(|m| m.id).collect::<Vec<_>>())
        }))
    }

    /// The reasons of each row, to be looked at as drivers; numbered in the order of the taxonomy, without
    /// those that nobody speaks of.
    ///
    /// ```
    /// use heedful::{Given, ReasonMapper, Taxonomy};
    ///
    /// let taxonomy = Taxonomy::from_json(r#"{"reasons": [
    ///     {"id": "price", "terms": ["price"]}, {"id": "app"}, {"id": "staff", "terms": ["staff"]}
    /// ]}"#)?;
    /// let comments = [Some("staff"), None, Some("price of staff")];
    /// let mappings = ReasonMapper::new(taxonomy)?.map(&comments, Given::default())?;
    /// assert_eq!(mappings.mentions()?.names(), ["price", "staff"]); // nobody speaks of the app
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid-argument` for more than 65,536 reasons.
    pub fn mentions(&self) -> Result<Mentions> {
        self.mentions_of(|_| true)
    }

    /// The reasons that each row speaks of with bad feeling, and those with good feeling.
    ///
    /// ```
    /// use heedful::{Given, ReasonMapper, Taxonomy};
    ///
    /// let taxonomy = r#"{"reasons": [{"id": "staff", "terms": ["staff"]}, {"id": "food", "terms": ["food"]}]}"#;
    /// let mapper = ReasonMapper::new(Taxonomy::from_json(taxonomy)?)?;
    /// let mappings = mapper.map(&[Some("Great food, but terrible staff")], Given::default())?;
    /// let [bad, good] = mappings.felt()?;
    /// assert_eq!((bad.names(), good.names()), (&["staff".to_owned()][..], &["food".to_owned()][..]));
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`mentions`](Self::mentions).
    pub fn felt(&self) -> Result<[Mentions; 2]> {
        let felt =
            |sign: f64| self.mentions_of(move |feeling| feeling.is_some_and(|v| sign * v > 0.0));
        Ok([felt(-1.0)?, felt(1.0)?])
    }

    /// Of the mappings whose feeling is as asked.
    fn mentions_of(&self, keep: impl Fn(Option<f64>) -> bool) -> Result<Mentions> {
        let all = self.reason.iter().zip(&self.sentiment);
        let kept: Vec<Option<u32>> =
            all.map(|(reason, feeling)| keep(*feeling).then_some(*reason)).collect();
        let spoken: SortedSet<u32> = kept.iter().flatten().copied().collect();
        let codes: SortedMap<u32, u16> = spoken.iter().copied().zip(0..=u16::MAX).collect();
        let mut offsets = vec![0];
        let mut found = Vec::new();
        for row in 0..self.rows() {
            let own = kept.get(self.range(row)).unwrap_or_default().iter().flatten();
            found.extend(own.filter_map(|reason| codes.get(reason)));
            offsets.push(u32::try_from(found.len()).unwrap_or(u32::MAX));
        }
        Mentions::new(
            spoken.iter().map(|reason| self.id(*reason).to_owned()).collect(),
            &offsets,
            &found,
        )
    }

    /// Comments whose customers clicked one thing and wrote of others: no reason that was read is one
    /// that was clicked, above it or below it.
    pub fn disagreements(&self) -> impl Iterator<Item = Disagreement<'_>> {
        self.disagreements.iter().map(|(row, clicked, read)| Disagreement {
            row: *row,
            clicked: self.id(*clicked),
            read: self.id(*read),
        })
    }

    /// How many comments had both a click and a reason in the text: of these,
    /// [`disagreements`](Self::disagreements) disagree.
    ///
    /// ```
    /// use heedful::{Given, Labels, ReasonMapper, Taxonomy};
    ///
    /// let taxonomy = Taxonomy::from_json(r#"{"reasons": [
    ///     {"id": "price", "terms": ["price"]}, {"id": "staff", "terms": ["staff"]}
    /// ]}"#)?;
    /// let clicks = Labels::single([Some("price"), Some("staff"), Some("staff"), None])?;
    /// let given = Given { clicks: Some(&clicks), ..Given::default() };
    /// let comments = [Some("rude staff"), Some("rude staff"), Some("hm"), Some("the price")];
    /// let mappings = ReasonMapper::new(taxonomy)?.map(&comments, given)?;
    /// let share = mappings.disagreements().count() as f64 / mappings.compared() as f64;
    /// assert_eq!(share, 0.5);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn compared(&self) -> usize {
        self.compared
    }

    /// The same mappings at a level of the tree: reasons below it become the branch above them (0 is
    /// the top). What is put together keeps the most trusted source, the greatest confidence, all spans,
    /// and the mean of feelings.
    ///
    /// ```
    /// use heedful::{Given, ReasonMapper, Taxonomy};
    ///
    /// let taxonomy = Taxonomy::from_json(r#"{"reasons": [{"id": "delivery", "reasons": [
    ///     {"id": "delay", "terms": ["late"]}, {"id": "damage", "terms": ["broken"]}
    /// ]}]}"#)?;
    /// let mappings = ReasonMapper::new(taxonomy)?.map(&[Some("late and broken")], Given::default())?;
    /// assert_eq!(mappings.iter().map(|m| m.id).collect::<Vec<_>>(), ["delay", "damage"]);
    /// let top = mappings.at_level(0);
    /// assert_eq!(top.iter().map(|m| (m.id, m.spans.len())).collect::<Vec<_>>(), [("delivery", 2)]);
    /// let mentions: Vec<_> = top.totals().iter().map(|total| total.mentions).collect();
    /// assert_eq!(mentions, [1, 0, 0]); // one comment, and nothing below the top any more
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn at_level(&self, level: u32) -> Self {
        let mut risen = Self::new(Arc::clone(&self.nodes));
        for row in 0..self.rows() {
            let mut all: Vec<(Found, Vec<f64>)> = Vec::new();
            for place in self.range(row) {
                let (Some(entry), Some(reason)) = (self.entry(row, place), self.reason.get(place))
                else {
                    continue;
                };
                let reason = self.risen(*reason, level);
                match all.iter_mut().find(|(found, _)| found.reason == reason) {
                    Some((found, feelings)) => {
                        found.source = found.source.min(entry.source);
                        found.confidence = found.confidence.max(entry.confidence);
                        found.spans.extend_from_slice(entry.spans);
                        feelings.extend(entry.sentiment);
                    }
                    None => {
                        let found = Found {
                            reason,
                            source: entry.source,
                            confidence: entry.confidence,
                            spans: entry.spans.to_vec(),
                            sentiment: None,
                        };
                        all.push((found, entry.sentiment.into_iter().collect()));
                    }
                }
            }
            // Sorted already: a branch stands where the first reason below it stood.
            for (mut found, feelings) in all {
                found.spans.sort_unstable();
                found.spans.dedup();
                let mean = feelings.iter().sum::<f64>() / feelings.len() as f64;
                risen.reason.push(found.reason);
                risen.source.push(found.source);
                risen.confidence.push(found.confidence);
                risen.sentiment.push((!feelings.is_empty()).then_some(mean));
                risen.spans.extend(found.spans);
                risen.span_ends.push(risen.spans.len());
            }
            risen.ends.push(risen.reason.len());
        }
        risen.written.clone_from(&self.written);
        risen.disagreements.clone_from(&self.disagreements);
        risen.compared = self.compared;
        risen
    }

    fn risen(&self, reason: u32, level: u32) -> u32 {
        let mut place = reason;
        while let Some(node) = self.nodes.get(place as usize).filter(|node| node.level > level) {
            let Some(parent) = node.parent else { break };
            place = parent;
        }
        place
    }

    /// How often each reason of the taxonomy came up, in its order.
    #[must_use]
    pub fn totals(&self) -> Vec<ReasonTotal> {
        let count = self.nodes.len();
        let (mut mentions, mut main) = (vec![0_u64; count], vec![0_u64; count]);
        let mut feelings = vec![(0.0, 0_u64); count];
        let with_any = (0..self.rows()).filter(|row| !self.range(*row).is_empty()).count() as u64;
        for row in 0..self.rows() {
            let mut seen: Vec<u32> = Vec::new();
            for place in self.range(row) {
                let first = place == self.range(row).start;
                let feeling = self.sentiment.get(place).copied().flatten();
                let mut node = self.reason.get(place).copied();
                while let Some(reason) = node {
                    let at = reason as usize;
                    if !seen.contains(&reason) {
                        seen.push(reason);
                        mentions.get_mut(at).into_iter().for_each(|n| *n += 1);
                    }
                    if first {
                        main.get_mut(at).into_iter().for_each(|n| *n += 1);
                    }
                    if let (Some(feeling), Some((sum, n))) = (feeling, feelings.get_mut(at)) {
                        *sum += feeling;
                        *n += 1;
                    }
                    node = self.nodes.get(at).and_then(|node| node.parent);
                }
            }
        }
        let share = |n: u64| (with_any > 0).then(|| n as f64 / with_any as f64);
        let interval = |n: u64| {
            let sample = ProportionSample::new(n as f64, with_any as f64)?;
            sample.interval(IntervalMethod::Score, Confidence::default())
        };
        let counts = mentions.into_iter().zip(main).zip(feelings);
        self.nodes
            .iter()
            .zip(counts)
            .map(|(node, ((mentions, main), (sum, n)))| ReasonTotal {
                id: node.id.clone(),
                name: node.name.clone(),
                parent: node.parent.map(|parent| self.id(parent).to_owned()),
                level: node.level,
                mentions,
                mention_share: share(mentions),
                mention_interval: interval(mentions),
                main,
                main_share: share(main),
                main_interval: interval(main),
                sentiment: (n > 0).then(|| sum / n as f64),
            })
            .collect()
    }

    /// The totals as a table: `reason`, `name`, `parent`, `level`, `mentions`, `mention_share`,
    /// `mention_lower`, `mention_upper`, `main`, `main_share`, `main_lower`, `main_upper`, `sentiment`.
    ///
    /// ```
    /// use heedful::{Given, ReasonMapper, Taxonomy};
    ///
    /// let taxonomy = r#"{"reasons": [{"id": "staff", "terms": ["staff"]}, {"id": "app"}]}"#;
    /// let taxonomy = Taxonomy::from_json(taxonomy)?;
    /// let mappings = ReasonMapper::new(taxonomy)?.map(&[Some("rude staff")], Given::default())?;
    /// let table = mappings.totals_to_table();
    /// assert_eq!((table.len(), table.columns().len()), (2, 13)); // reasons that nobody speaks of too
    /// assert_eq!(table.columns()[0].name, "reason");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn totals_to_table(&self) -> Table {
        let totals = self.totals();
        let rows = || totals.iter();
        let mut table = Table::new();
        table.texts("reason", rows().map(|t| Some(t.id.as_str())));
        table.texts("name", rows().map(|t| Some(t.name.as_str())));
        table.texts("parent", rows().map(|t| t.parent.as_deref()));
        table.ints("level", rows().map(|t| Some(u64::from(t.level))));
        table.ints("mentions", rows().map(|t| Some(t.mentions)));
        table.floats("mention_share", rows().map(|t| t.mention_share));
        table.floats("mention_lower", rows().map(|t| t.mention_interval.map(|i| i.lower)));
        table.floats("mention_upper", rows().map(|t| t.mention_interval.map(|i| i.upper)));
        table.ints("main", rows().map(|t| Some(t.main)));
        table.floats("main_share", rows().map(|t| t.main_share));
        table.floats("main_lower", rows().map(|t| t.main_interval.map(|i| i.lower)));
        table.floats("main_upper", rows().map(|t| t.main_interval.map(|i| i.upper)));
        table.floats("sentiment", rows().map(|t| t.sentiment));
        table
    }

    /// One row for each mapping: `row`, `reason`, `parent`, `main`, `source`, `confidence`,
    /// `sentiment`, `start` and `end` (bytes of the first span; missing where there is none), `spans`
    /// (how many).
    #[must_use]
    pub fn to_table(&self) -> Table {
        let mut table = Table::new();
        let rows = || self.iter();
        let parent = |reason: &u32| {
            let node = self.nodes.get(*reason as usize)?;
            node.parent.map(|parent| self.id(parent))
        };
        let first = |m: &Mapping<'_>| m.spans.first().copied();
        table.ints("row", rows().map(|m| Some(m.row as u64)));
        table.texts("reason", rows().map(|m| Some(m.id)));
        table.texts("parent", self.reason.iter().map(parent));
        table.push("main", Data::Bool(rows().map(|m| Some(m.main)).collect()));
        table.texts("source", rows().map(|m| Some(m.source.as_str())));
        table.floats("confidence", rows().map(|m| Some(m.confidence)));
        table.floats("sentiment", rows().map(|m| m.sentiment));
        table.ints("start", rows().map(|m| first(&m).map(|(start, _)| u64::from(start))));
        table.ints("end", rows().map(|m| first(&m).map(|(_, end)| u64::from(end))));
        table.ints("spans", rows().map(|m| Some(m.spans.len() as u64)));
        table
    }

    /// One row for each span: `row`, `reason`, `start`, `end` in bytes of the comment.
    #[must_use]
    pub fn spans_to_table(&self) -> Table {
        let spans = || self.iter().flat_map(|m| m.spans.iter().map(move |span| (m, *span)));
        let mut table = Table::new();
        table.ints("row", spans().map(|(m, _)| Some(m.row as u64)));
        table.texts("reason", spans().map(|(m, _)| Some(m.id)));
        table.ints("start", spans().map(|(_, (start, _))| Some(u64::from(start))));
        table.ints("end", spans().map(|(_, (_, end))| Some(u64::from(end))));
        table
    }

    /// Responses with a column of reasons, to be scored, ranked or compared by it.
    ///
    /// With [`ReasonCount::Main`] each response stands once, with its main reason or none. With
    /// [`ReasonCount::Mentions`] a response stands once for each of its reasons: scores of one reason
    /// are right, and scoring refuses what would count it several times: groups that do not tell reasons
    /// apart, and the latest answers of customers (take those before). A response without any reason
    /// stands once, its reason missing.
    ///
    /// ```
    /// use heedful::{Column, Given, Metric, ReasonCount, ReasonMapper, Responses, Taxonomy};
    ///
    /// let taxonomy = Taxonomy::from_json(r#"{"reasons": [
    ///     {"id": "price", "terms": ["price", "cheap"]}, {"id": "staff", "terms": ["staff"]}
    /// ]}"#)?;
    /// let comments = [Some("cheap and good staff"), Some("rude staff"), None];
    /// let responses = Responses::new()
    ///     .with("score", Column::numbers(vec![10_u8, 2, 9]))?
    ///     .with("comment", Column::texts(comments))?
    ///     .rating("score");
    /// let mappings = ReasonMapper::new(taxonomy)?.map(&comments, Given::default())?;
    /// let by_reason = mappings.attach(&responses, "reason", ReasonCount::Mentions)?;
    /// let scores = by_reason.score_by(&Metric::nps(), ["reason"])?;
    /// let values: Vec<_> = scores.rows.iter().map(|r| (r.keys[0].to_string(), r.score.value)).collect();
    /// assert_eq!(values, [
    ///     ("price".to_owned(), Some(100.0)),
    ///     ("staff".to_owned(), Some(0.0)),
    ///     ("(missing)".to_owned(), Some(100.0)),
    /// ]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `length-mismatch` where the table has another number of rows than was mapped; `duplicate-column`
    /// where it has a column of this name.
    pub fn attach(
        &self,
        responses: &Responses,
        name: &str,
        count: ReasonCount,
    ) -> Result<Responses> {
        if responses.len() != self.rows() {
            return Err(Error::new(
                ErrorCode::LengthMismatch,
                format!("{} responses, but {} were mapped", responses.len(), self.rows()),
            ));
        }
        let take = if count == ReasonCount::Main { 1 } else { usize::MAX };
        let mut rows = Vec::new();
        let mut reasons = Vec::new();
        for row in 0..self.rows() {
            let before = rows.len();
            for mapping in self.row(row).take(take) {
                rows.push(Some(row));
                reasons.push(Some(mapping.id));
            }
            if rows.len() == before {
                rows.push(Some(row));
                reasons.push(None);
            }
        }
        let column = Column::categories(reasons);
        match count {
            ReasonCount::Main => responses.clone().with(name, column),
            ReasonCount::Mentions => responses.unfold(&rows, name, column),
        }
    }
}

impl Serialize for Mappings {
    /// A list of mappings.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// The main reason comes first.
fn by_trust(a: &Found, b: &Found) -> std::cmp::Ordering {
    let start = |found: &Found| found.spans.iter().map(|span| span.0).min().unwrap_or(u32::MAX);
    a.source
        .cmp(&b.source)
        .then(b.confidence.total_cmp(&a.confidence))
        .then(start(a).cmp(&start(b)))
        .then(a.reason.cmp(&b.reason))
}
