//! How the words of a comment act on each other: one pass over the senses of its tokens.

use super::lexicon::{Entry, Role};
use super::phrase::Phrases;
use crate::interpret::emotion::EmotionMention;
use crate::text::Token;
use crate::text::trie::Found;

/// Words that a negation reaches.
const REACH: usize = 3;
/// What intensifiers keep of their force one, two and three words away.
const DISTANCE: [f32; REACH] = [1.0, 0.95, 0.9];
/// A word in capitals among words that are not.
const CAPITALS: f32 = 0.733;
/// Each exclamation mark, up to [`MOST_BANGS`].
const BANG: f32 = 0.292;
const MOST_BANGS: u32 = 4;
/// Good words of a question, of a condition, of a clause with "although", of a request.
const ASKED: f32 = 0.7;
const IF: f32 = 0.6;
const ALTHOUGH: f32 = 0.7;
const REQUESTED: f32 = -0.3;
/// An emotion by denying its opposite.
const DENIED_INTENSITY: f32 = 0.8;
/// The part of a sentence before and after "but".
const BEFORE_BUT: f32 = 0.6;
const AFTER_BUT: f32 = 1.2;

/// What stands between words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Mark {
    #[default]
    Word,
    /// Ends a clause.
    Comma,
    /// End a sentence.
    Stop,
    Question,
}

/// What is known of a distinct word of the text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sense {
    pub(super) entry: Entry,
    pub(super) mark: Mark,
    /// In capitals.
    pub(super) upper: bool,
    /// Written with letters.
    pub(super) letters: bool,
    /// Exclamation marks of the token.
    pub(super) bangs: u8,
    /// How many tokens more the phrase has that it begins.
    pub(super) more: u16,
}

/// How the language denies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grammar {
    /// Negations may follow what they deny: "gefällt mir nicht".
    pub(super) trails: bool,
    /// Two negations are one: "no tengo ningún problema".
    pub(super) concord: bool,
}

/// What kind of clause it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Mood {
    #[default]
    Says,
    Asks,
    Requests,
}

/// A clause and the values in it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Part {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) mass: Mass,
    pub(super) mood: Mood,
    pub(super) sentence: u32,
    /// Follows a "but".
    pub(super) contrast: bool,
    weight: f32,
    bangs: u32,
}

/// Sums of values.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mass {
    pub(super) good: f32,
    /// Negative.
    pub(super) bad: f32,
    pub(super) count: u32,
}

impl Mass {
    fn add(&mut self, value: f32) {
        if value == 0.0 {
            return;
        }
        self.good += value.max(0.0);
        self.bad += value.min(0.0);
        self.count += 1;
    }

    pub(super) fn merge(&mut self, other: Self, weight: f32) {
        self.good += other.good * weight;
        self.bad += other.bad * weight;
        self.count += other.count;
    }

    /// Adds what exclamation marks make of it.
    fn shout(&mut self, bangs: u32) {
        let more = BANG * bangs.min(MOST_BANGS) as f32;
        match self.good + self.bad {
            sum if sum > 0.0 => self.good += more,
            sum if sum < 0.0 => self.bad -= more,
            _ => {}
        }
    }
}

/// The buffers of a reading.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    /// The senses of the comment's tokens; filled by the caller, changed here where phrases are found.
    pub(super) senses: Vec<Sense>,
    pub(super) parts: Vec<Part>,
    pub(super) emotions: Vec<EmotionMention>,
    pub(super) mass: Mass,
    /// Values of the clause that is being read: place and value, and the value if it were denied.
    open: Vec<(usize, f32, f32)>,
}

/// The clause that is being read.
#[derive(Debug, Clone, Copy)]
struct Clause {
    first: usize,
    weight: f32,
    asks: bool,
    contrast: bool,
    /// A negation that has turned nothing so far.
    denial: Option<usize>,
}

impl Clause {
    fn new(first: usize) -> Self {
        Self { first, weight: 1.0, asks: false, contrast: false, denial: None }
    }
}

impl Reading {
    /// Reads the tokens, of which `senses` holds what they mean, and in which these phrases were found.
    pub(super) fn run(
        &mut self,
        tokens: &[Token],
        phrases: &Phrases,
        found: &[Found],
        grammar: Grammar,
    ) {
        self.parts.clear();
        self.emotions.clear();
        self.open.clear();
        self.mass = Mass::default();
        for hit in found {
            if let Some(entry) = phrases.entry(hit.phrase) {
                self.join(hit.first as usize, hit.last as usize, entry);
            }
        }
        let shouting = self.capitals_stand_out();
        let mut clause = Clause::new(0);
        let mut sentence = 0;
        let mut opening = 0; // the first clause of the sentence
        let mut turned = 0; // the first clause since the last "but"
        let mut requested = false; // in the sentence
        for at in 0..self.senses.len() {
            let Some(sense) = self.senses.get(at).copied() else { break };
            match sense.mark {
                Mark::Word => {}
                Mark::Comma => {
                    self.close(tokens, clause, at, sentence, grammar);
                    let kept = if clause.contrast { AFTER_BUT } else { 1.0 };
                    clause = Clause { weight: kept, ..Clause::new(at + 1) };
                    continue;
                }
                Mark::Stop | Mark::Question => {
                    self.close(tokens, clause, at, sentence, grammar);
                    self.end_sentence(opening, sense.mark, sense.bangs);
                    clause = Clause::new(at + 1);
                    requested = false;
                    if self.parts.len() > opening {
                        opening = self.parts.len();
                        sentence += 1;
                    }
                    continue;
                }
            }
            let entry = sense.entry;
            match entry.role {
                Role::None | Role::Less | Role::More | Role::Subject => {}
                Role::Not => clause.denial = Some(at),
                Role::Ask => (clause.asks, requested) = (true, true),
                Role::But => {
                    self.close(tokens, clause, at, sentence, grammar);
                    // Each clause once, however often the sentence turns: the time stays linear.
                    for part in self.parts.get_mut(turned.max(opening)..).unwrap_or_default() {
                        part.weight *= BEFORE_BUT;
                    }
                    turned = self.parts.len();
                    clause = Clause { weight: AFTER_BUT, contrast: true, ..Clause::new(at) };
                }
                Role::Although | Role::If => {
                    if clause.first < at {
                        self.close(tokens, clause, at, sentence, grammar);
                        clause = Clause::new(at);
                    }
                    // What would be nice, if it were so, is not so.
                    clause.asks = requested && entry.role == Role::If;
                    clause.weight = if entry.role == Role::If { IF } else { ALTHOUGH };
                    clause.contrast = entry.role == Role::Although;
                }
                Role::And => {
                    if self.opens_clause(at) && !self.open.is_empty() {
                        self.close(tokens, clause, at, sentence, grammar);
                        clause = Clause { first: at, asks: false, denial: None, ..clause };
                    }
                }
            }
            if entry.value != 0.0 || entry.emotion.is_some() {
                self.weigh(tokens, at, shouting, grammar, &mut clause);
            }
        }
        self.close(tokens, clause, self.senses.len(), sentence, grammar);
        self.end_sentence(opening, Mark::Stop, 0);
        let mut bangs = 0;
        for part in &mut self.parts {
            self.mass.merge(part.mass, part.weight);
            bangs += part.bangs;
            part.mass.shout(part.bangs);
        }
        self.mass.shout(bangs);
    }

    /// Puts the entry of a phrase on its first word and takes theirs from the others.
    fn join(&mut self, first: usize, last: usize, entry: Entry) {
        let whole = self.senses.get_mut(first..=last).unwrap_or_default();
        if entry.given {
            for sense in &mut *whole {
                sense.entry = Entry::default();
            }
        }
        // What acts on the words after it does so from the phrase's last word.
        if matches!(entry.role, Role::Not | Role::Less | Role::More) {
            if let Some(last) = whole.last_mut() {
                last.entry = entry;
            }
            return;
        }
        if !entry.given {
            // The phrase only names an emotion: its words keep their values.
            for sense in &mut *whole {
                sense.entry.emotion = None;
            }
        }
        if let Some(sense) = whole.first_mut() {
            sense.more = u16::try_from(last - first).unwrap_or(0);
            if entry.given {
                sense.entry = entry;
            } else {
                (sense.entry.emotion, sense.entry.intensity) = (entry.emotion, entry.intensity);
            }
        }
    }

    /// Whether capitals say something: some words have them and some do not.
    fn capitals_stand_out(&self) -> bool {
        let words = self.senses.iter().filter(|sense| sense.letters);
        let (mut upper, mut all) = (0_u32, 0_u32);
        for sense in words {
            upper += u32::from(sense.upper);
            all += 1;
        }
        upper > 0 && upper < all
    }

    /// Whether the word after an "and" is likely to be a new subject, not a further value.
    fn opens_clause(&self, and: usize) -> bool {
        self.senses.get(and + 1).is_some_and(|next| {
            let plain = next.entry.role == Role::None && next.entry.value == 0.0 && next.letters;
            next.mark == Mark::Word && (plain || next.entry.role == Role::Subject)
        })
    }

    fn has_value(&self, at: usize) -> bool {
        self.senses.get(at).is_some_and(|sense| sense.entry.value != 0.0)
    }

    /// The value of a word among its neighbours, and the emotion.
    fn weigh(
        &mut self,
        tokens: &[Token],
        at: usize,
        shouting: bool,
        grammar: Grammar,
        clause: &mut Clause,
    ) {
        let Some(sense) = self.senses.get(at).copied() else { return };
        let entry = sense.entry;
        let after = at + 1 + usize::from(sense.more);
        let turns_next = match entry.role {
            Role::Not => self.has_value(after) || self.has_value(after + 1),
            Role::More | Role::Less => self.has_value(after),
            _ => false,
        };
        if turns_next {
            return;
        }
        let (mut boost, mut denied, mut part) = (0.0, false, None);
        for (distance, near) in DISTANCE.iter().enumerate() {
            let Some(place) = at.checked_sub(distance + 1).filter(|place| *place >= clause.first)
            else {
                break;
            };
            let Some(other) = self.senses.get(place) else { break };
            match other.entry.role {
                Role::Not => {
                    // "Neither friendly nor helpful" is one denial, as in languages where two always are.
                    denied = grammar.concord || other.entry.change > 0.0 || !denied;
                    if clause.denial == Some(place) {
                        clause.denial = None;
                    }
                }
                Role::More => {
                    boost += other.entry.change * near;
                    if shouting && other.upper {
                        boost += CAPITALS;
                    }
                }
                Role::Less if distance == 0 => part = Some(other.entry.change),
                _ => {}
            }
        }
        if shouting && sense.upper {
            boost += CAPITALS;
        }
        if entry.value != 0.0 {
            // Intensifiers and capitals add to the value, whatever its sign; dampers do not turn it.
            let factor = (1.0 + boost / entry.value.abs()).max(0.1);
            let (mut value, mut turned) = (entry.value * factor, entry.denied * factor);
            if denied {
                (value, turned) = (turned, value);
            }
            if let Some(part) = part {
                value *= part;
            }
            if clause.asks && value > 0.0 {
                value *= REQUESTED;
            }
            self.open.push((at, value, turned));
        }
        if let Some(emotion) = entry.emotion.filter(|_| part.is_none()) {
            let intensity = entry.intensity * (1.0 + boost).clamp(0.5, 1.5);
            let (emotion, intensity) = if denied {
                (emotion.denied(), intensity * DENIED_INTENSITY)
            } else {
                (Some(emotion), intensity)
            };
            let (Some(first), Some(last)) = (tokens.get(at), tokens.get(after - 1)) else { return };
            if let Some(emotion) = emotion {
                self.emotions.push(EmotionMention {
                    emotion,
                    intensity: f64::from(intensity.min(1.0)),
                    start: first.start as usize,
                    end: last.end as usize,
                });
            }
        }
    }

    /// Ends a clause before the token `end`.
    fn close(
        &mut self,
        tokens: &[Token],
        clause: Clause,
        end: usize,
        sentence: u32,
        grammar: Grammar,
    ) {
        if let (true, Some(denial)) = (grammar.trails, clause.denial) {
            self.deny_last(tokens, denial);
        }
        let mut mass = Mass::default();
        for (_, value, _) in self.open.drain(..) {
            mass.add(value);
        }
        let Some(last) = end.checked_sub(1).filter(|last| *last >= clause.first) else { return };
        let (Some(first), Some(last)) = (tokens.get(clause.first), tokens.get(last)) else {
            return;
        };
        self.parts.push(Part {
            start: first.start,
            end: last.end,
            mass,
            mood: if clause.asks { Mood::Requests } else { Mood::Says },
            sentence,
            contrast: clause.contrast,
            weight: clause.weight,
            bangs: 0,
        });
    }

    /// A negation that found nothing to turn after it turns what stands before it.
    fn deny_last(&mut self, tokens: &[Token], denial: usize) {
        let Some((place, value, turned)) = self.open.last_mut() else { return };
        if *place >= denial {
            return;
        }
        std::mem::swap(value, turned);
        let Some(start) = tokens.get(*place).map(|token| token.start as usize) else { return };
        if let Some(last) = self.emotions.last_mut().filter(|last| last.start >= start) {
            match last.emotion.denied() {
                Some(emotion) => last.emotion = emotion,
                None => drop(self.emotions.pop()),
            }
        }
    }

    fn end_sentence(&mut self, opening: usize, mark: Mark, bangs: u8) {
        if let Some(last) = self.parts.last_mut() {
            last.bangs += u32::from(bangs);
        }
        if mark == Mark::Question {
            for part in self.parts.get_mut(opening..).unwrap_or_default() {
                part.mood = if part.mood == Mood::Requests { part.mood } else { Mood::Asks };
                part.mass.good *= ASKED;
            }
        }
    }
}
