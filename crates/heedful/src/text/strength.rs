//! How much a comment says, from its words alone: cheap enough to ask while somebody is writing.

use std::sync::LazyLock;

use serde::Serialize;

use crate::base::letters::fold;
use crate::base::sorted::SortedSet;
use crate::base::table::Table;

/// How much a comment says: does it tell what, and why?
///
/// An estimate from the words alone, without taxonomy or training, in time proportional to the length. It is for the
/// person who is writing (a comment box that asks for a little more), not for judging people or weighting answers.
///
/// - **What**: words that tell something. A word tells where it has four letters or more and is none of a short list of
///   words that praise, blame or join without naming anything ("great", "everything", "with"); each counts once. Three
///   of them are enough: `what` is their number over 3, at most 1. Where words are written without blanks (Chinese,
///   Japanese, Thai and the like) each two signs count as a word.
/// - **Why**: signs of a reason. A word of cause, contrast, time or condition ("because", "but", "after", "unless")
///   counts 2, a number 2, a further clause (four words or more in a row after a comma or stop) 1, every eight words 1.
///   Three points are enough: `why` is their number over 3, at most 1.
/// - **Value**: `what` × (1 + `why`) / 2. A reason for nothing is worth nothing; a topic without a reason at most a half.
///
/// Over all comments it ranks about as the number of words does; among short ones it does better: see
/// `docs/comment_strength.md`.
///
/// The lists are English first, with the commonest words of German, French and Spanish; length, numbers and clauses
/// speak in every language.
///
/// ```
/// use heedful::text::{CommentStrength, Nudge};
///
/// assert_eq!(CommentStrength::of("Great!!!").nudge, Some(Nudge::SayWhat));
/// assert_eq!(CommentStrength::of("delivery, packaging, support").nudge, Some(Nudge::SayWhy));
/// let full = CommentStrength::of("The delivery took two weeks because the driver lost my parcel");
/// assert_eq!((full.value, full.nudge), (1.0, None));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive] // more may be told
pub struct CommentStrength {
    /// 0 (says nothing) to 1 (says what and why).
    pub value: f64,
    /// How far it tells what, 0 to 1.
    pub what: f64,
    /// How far it tells why, 0 to 1.
    pub why: f64,
    /// Words.
    pub words: u64,
    /// What to ask for: what, where `what` is below 0.6; else why, where `why` is. `None` where it says
    /// enough.
    pub nudge: Option<Nudge>,
}

/// What a comment box may ask for.
///
/// ```
/// use heedful::text::{CommentStrength, Nudge};
///
/// let hint = |comment| match CommentStrength::of(comment).nudge {
///     Some(Nudge::SayWhat) => "What was it about?",
///     Some(Nudge::SayWhy) => "What happened?",
///     None => "Thank you!",
/// };
/// assert_eq!(hint("All fine"), "What was it about?");
/// assert_eq!(hint("The delivery driver was unfriendly"), "What happened?");
/// assert_eq!(Nudge::SayWhy.as_str(), "say_why");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Nudge {
    /// What it is about.
    SayWhat,
    /// What happened, or why.
    SayWhy,
}

impl Nudge {
    /// As in JSON: `say_what`, `say_why`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SayWhat => "say_what",
            Self::SayWhy => "say_why",
        }
    }
}

/// Points and words that are enough.
const ENOUGH: f64 = 3.0;
/// Words after the first stop that make a further clause.
const CLAUSE: u64 = 4;
/// Words that count as a sign of a reason.
const MANY: u64 = 8;
/// Below this share of what is enough the box asks for more.
const ASK_BELOW: f64 = 0.6;

impl CommentStrength {
    /// Of a comment.
    #[must_use]
    pub fn of(comment: &str) -> Self {
        let mut reader = Reader::default();
        for character in comment.chars() {
            reader.take(character);
        }
        reader.end_word();
        reader.end_number();
        let enough = |points: u64| (points as f64 / ENOUGH).min(1.0);
        let what = enough(reader.telling.len() as u64);
        let clause = u64::from(reader.since_stop.is_some_and(|words| words >= CLAUSE));
        let why = enough(2 * (reader.joints + reader.numbers) + clause + reader.words / MANY);
        let nudge = match (what < ASK_BELOW, why < ASK_BELOW) {
            (true, _) => Some(Nudge::SayWhat),
            (_, true) => Some(Nudge::SayWhy),
            _ => None,
        };
        Self { value: what * (1.0 + why) / 2.0, what, why, words: reader.words, nudge }
    }

    /// Of many comments: one row for each, with `value`, `what`, `why`, `words` and `nudge`; missing where there is
    /// no comment.
    ///
    /// ```
    /// use heedful::text::CommentStrength;
    /// let table = CommentStrength::of_all(&[Some("ok"), None]);
    /// assert_eq!(table.to_string().lines().count(), 3);
    /// ```
    #[must_use]
    pub fn of_all<T: AsRef<str>>(comments: &[Option<T>]) -> Table {
        let all: Vec<Option<Self>> =
            comments.iter().map(|c| c.as_ref().map(|text| Self::of(text.as_ref()))).collect();
        let each = || all.iter();
        let mut table = Table::new();
        table.floats("value", each().map(|one| one.map(|one| one.value)));
        table.floats("what", each().map(|one| one.map(|one| one.what)));
        table.floats("why", each().map(|one| one.map(|one| one.why)));
        table.ints("words", each().map(|one| one.map(|one| one.words)));
        let nudge = |one: Option<Self>| one.and_then(|one| one.nudge).map(Nudge::as_str);
        table.texts("nudge", each().map(|one| nudge(*one)));
        table
    }
}

/// What was read so far.
#[derive(Default)]
struct Reader {
    word: String,
    /// Signs of a script without blanks that are not a word yet.
    signs: u32,
    number: bool,
    words: u64,
    /// Words since the last stop that had a word before it, at most, over all stops.
    since_stop: Option<u64>,
    run: u64,
    telling: Vec<String>,
    joints: u64,
    numbers: u64,
}

impl Reader {
    fn take(&mut self, character: char) {
        if character.is_ascii_digit() {
            self.end_word();
            self.number = true;
            return;
        }
        match kind(character) {
            Kind::Letter => self.word.push(character),
            // Within a word, as in "don't".
            Kind::Apostrophe if !self.word.is_empty() => self.word.push('\''),
            Kind::Sign => {
                self.end_number();
                self.word.push(character);
                self.signs += 1;
                if self.signs == 2 {
                    self.end_word();
                }
                return;
            }
            // 3.5 and 1,000 are one number.
            Kind::Stop if self.number && matches!(character, '.' | ',') => return,
            kind => {
                self.end_word();
                if kind == Kind::Stop && self.words > 0 {
                    self.since_stop.get_or_insert(0);
                    self.run = 0;
                }
            }
        }
        self.end_number();
    }

    fn end_number(&mut self) {
        self.numbers += u64::from(std::mem::take(&mut self.number));
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let sign = std::mem::take(&mut self.signs) > 0;
        let word = fold(&std::mem::take(&mut self.word));
        let word = word.trim_end_matches('\'');
        self.words += 1;
        self.run += 1;
        if let Some(most) = &mut self.since_stop {
            *most = (*most).max(self.run);
        }
        let [joints, empty] = &*LISTED;
        if joints.contains(word) {
            self.joints += 1;
        } else if (sign || word.chars().count() >= 4)
            && !empty.contains(word)
            && self.telling.len() < 3
            && !self.telling.iter().any(|known| known == word)
        {
            self.telling.push(word.to_owned());
        }
    }
}

#[derive(PartialEq)]
enum Kind {
    Letter,
    /// A letter of a script without blanks.
    Sign,
    Apostrophe,
    Stop,
    Other,
}

fn kind(character: char) -> Kind {
    match character {
        'a'..='z' | 'A'..='Z' => Kind::Letter,
        '\'' | '’' => Kind::Apostrophe,
        '.' | ',' | ';' | ':' | '!' | '?' | '\n' | '…' | '。' | '、' | '，' | '！' | '？' => {
            Kind::Stop
        }
        // Thai, Lao, Burmese and Khmer; kana and Han.
        '\u{e00}'..='\u{eff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{3041}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{20000}'..='\u{3ffff}' => Kind::Sign,
        // Signs, dashes and quotes; arrows to symbols; the marks of East Asian text; variation selectors; emoji.
        '\0'..='\u{bf}'
        | '×'
        | '÷'
        | '\u{2000}'..='\u{2bff}'
        | '\u{3000}'..='\u{3040}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{ff00}'..='\u{ff20}'
        | '\u{1f000}'..='\u{1ffff}' => Kind::Other,
        _ => Kind::Letter,
    }
}

/// The words of both lists, of all languages.
static LISTED: LazyLock<[SortedSet<&str>; 2]> = LazyLock::new(|| {
    [JOINTS, EMPTY].map(|lists| lists.iter().flat_map(|l| l.split(' ')).collect())
});

/// Words of cause, contrast, time and condition.
const JOINTS: [&str; 4] = [
    // English
    "because since due so but however although though after when until unless if instead despite while without \
     except why",
    // German
    "weil da denn wegen aber obwohl nachdem wenn bis damit deshalb ohne trotz",
    // French
    "parce car puisque mais après quand si sans sauf donc malgré",
    // Spanish
    "porque pero aunque después cuando sin sino debido",
];

/// Words of four letters and more that praise, blame or join and tell nothing by themselves.
const EMPTY: [&str; 4] = [
    // English
    "about again also always amazing anything awesome awful been best better brilliant could disappointed does \
     done even every everything excellent fantastic fine from good great happy hate have horrible into just like \
     love made make many more most much need never nice none nothing okay only other over perfect please poor \
     quite really same satisfied should some something still such super sure terrible than thank thanks that \
     their them then there these they thing things this those time very want well were what where which will with \
     worse worst would your",
    // German
    "alle alles auch bitte danke dass eine einfach ganz haben immer kein keine mehr nicht nichts noch oder \
     schlecht sehr sind toll viel wird zufrieden",
    // French
    "aussi avec beaucoup bien cette comme dans encore jamais merci nous parfait pour rien satisfait sont toujours \
     tout très vous",
    // Spanish
    "bien bueno como este está excelente gracias malo mucho nada para siempre todo",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (f64, Option<Nudge>) {
        let strength = CommentStrength::of(text);
        (strength.value, strength.nudge)
    }

    #[test]
    fn says_what_and_why() {
        for nothing in [
            "",
            "  ",
            "!!!",
            "ok",
            "Great",
            "👍👍",
            "all good, thanks",
            "10",
            "nothing really",
            "sehr gut",
            "très bien merci",
        ] {
            let (value, nudge) = of(nothing);
            assert!(value < 0.2, "{nothing}: {value}");
            assert_eq!(nudge, Some(Nudge::SayWhat), "{nothing}");
        }
        for topic in
            ["the delivery driver", "Preise und Service", "l'accueil, les caisses", "价格太高"]
        {
            assert_eq!(of(topic).1, Some(Nudge::SayWhy), "{topic}");
        }
        for full in [
            "The app crashes when I open my invoices, I had to call support",
            "Waited 45 minutes for an engineer",
            "Die Lieferung kam zu spät, weil der Fahrer die Adresse nicht gefunden hat",
            "Les caisses sont lentes parce que deux sur trois sont fermées",
            "La entrega llegó tarde porque el conductor se perdió",
            "配送が三日も遅れて、電話しても誰も出ませんでした",
        ] {
            let (value, nudge) = of(full);
            assert!(value > 0.8 && nudge.is_none(), "{full}: {:?}", CommentStrength::of(full));
        }
    }

    #[test]
    fn counts_by_its_definition() {
        let strength = CommentStrength::of("Slow router, so I paid 1,000.50 twice");
        // Telling: slow, router, paid (twice is one too many); so: 2, one number, four words after the comma: 1.
        assert_eq!((strength.what, strength.why, strength.words), (1.0, 1.0, 6));
        let strength = CommentStrength::of("router router ROUTER");
        assert_eq!((strength.what, strength.why), (1.0 / 3.0, 0.0));
        let found = CommentStrength::of("router cable 5");
        assert!((found.value - 2.0 / 3.0 * (5.0 / 3.0) / 2.0).abs() < 1e-15);
    }

    #[test]
    fn more_words_never_say_less() {
        let text = "My parcel came two weeks late. Nobody told me, and the hotline hung up after 20 minutes!";
        let ends = text.char_indices().filter(|(_, c)| *c == ' ').map(|(at, _)| at);
        let values: Vec<f64> = ends.map(|end| of(text.get(..end).unwrap_or_default()).0).collect();
        assert!(values.is_sorted(), "{values:?}");
    }
}
