//! What is known of a distinct surface form.

use std::borrow::Cow;

use rust_stemmers::Stemmer;

use super::language::Language;

/// What a token is.
///
/// ```
/// use heedful::text::{Kind, Language, Lexer};
///
/// let mut lexer = Lexer::new(Language::English);
/// let mut tokens = Vec::new();
/// lexer.read("@shop #refund of 1,000 :-( https://shop.example", &mut tokens);
/// let kinds: Vec<_> = tokens.iter().map(|token| lexer.word(token.slot).kind()).collect();
/// use Kind::*;
/// assert_eq!(kinds, [Mention, Hashtag, Word, Number, Emoticon, Url]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive] // a later version may tell more apart
pub enum Kind {
    /// A word of letters, or of letters and digits.
    Word,
    /// Digits with their signs: `10`, `3.5`, `1,000`.
    Number,
    /// An emoji with all that belongs to it: skin tone, joined persons, both halves of a flag.
    Emoji,
    /// An emoticon such as `:-)` or `<3`.
    Emoticon,
    /// A `#` and the word after it; the folded form and the stem are those of the word.
    Hashtag,
    /// An `@` and the name after it.
    Mention,
    /// A web address. All addresses share one word, whose forms are `[url]`: the span tells which it is.
    Url,
    /// An e-mail address. All share one word, whose forms are `[email]`.
    Email,
    /// What ends a sentence (`.`, `!`, `?`, `…`, a line break; runs such as `?!!` are one token) or a clause
    /// (`,`, `;`, `:`, brackets, dashes). See [`Word::ends_sentence`].
    Punctuation,
    /// Two neighbouring characters of a script that writes no spaces (Chinese, Japanese, Thai, Lao, Khmer,
    /// Burmese): one token starts at each character, the last of a run stands alone.
    Gram,
}

/// The longest surface, in bytes, that is told from others: of longer words only the beginning counts.
pub(super) const LONGEST: usize = 192;

const STOP: u8 = 1;
const UPPER: u8 = 2;
const TITLE: u8 = 4;
const ELONGATED: u8 = 8;
const ADDRESS: u8 = 16;
const SENTENCE: u8 = 32;

/// What is known of a distinct surface form: computed once, then looked up.
///
/// ```
/// use heedful::text::{Kind, Language, Lexer};
///
/// let mut lexer = Lexer::new(Language::English);
/// let mut tokens = Vec::new();
/// lexer.read("They DONT answer. Answered soooo late, Anna!", &mut tokens);
/// let words: Vec<_> = tokens.iter().map(|token| lexer.word(token.slot)).collect();
/// assert!(words[0].is_stop() && !words[1].is_stop() && words[1].is_upper());
/// assert_eq!((words[1].surface(), words[1].folded()), ("DONT", "don't"));
/// assert_eq!((words[4].stem(), words[4].stem_id()), ("answer", words[2].stem_id()));
/// assert!(words[5].is_elongated() && words[8].is_title() && words[8].kind() == Kind::Word);
/// assert!(words[3].ends_sentence() && !words[7].ends_sentence());
/// ```
#[derive(Debug, Clone)]
pub struct Word {
    /// Surface, then the folded form, then the stem, each only where it is not part of one before.
    text: Box<str>,
    surface: u16,
    folded: (u16, u16),
    stem: (u16, u16),
    pub(super) stem_id: u32,
    kind: Kind,
    flags: u8,
}

impl Word {
    /// No word at all.
    pub(super) fn none() -> Self {
        Self {
            text: Box::default(),
            surface: 0,
            folded: (0, 0),
            stem: (0, 0),
            stem_id: 0,
            kind: Kind::Punctuation,
            flags: 0,
        }
    }

    fn part(&self, (start, end): (u16, u16)) -> &str {
        self.text.get(usize::from(start)..usize::from(end)).unwrap_or_default()
    }

    /// As it stands in the text (with HTML entities decoded); of very long words the first 192 bytes.
    #[must_use]
    pub fn surface(&self) -> &str {
        self.part((0, self.surface))
    }

    /// For comparing: lower case, apostrophes straight, invisible characters gone, letters repeated three
    /// times or more cut to two (but in Roman numbers), articles that French and Italian glue to a word cut
    /// off (`l'accueil`), English contractions with their apostrophe (`dont` is `don't`). Emoji lose skin
    /// tone, gender and variation; emoticons lose their nose.
    #[must_use]
    pub fn folded(&self) -> &str {
        self.part(self.folded)
    }

    /// The Snowball stem of the folded word; what is not a word or hashtag is its own stem.
    #[must_use]
    pub fn stem(&self) -> &str {
        self.part(self.stem)
    }

    /// A number for the stem: two words have the same one where they have the same stem. Numbers start at 0, leave
    /// no gaps, and hold until [`Lexer::generation`](super::Lexer::generation) changes.
    #[must_use]
    pub fn stem_id(&self) -> u32 {
        self.stem_id
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it is one of the language's [stop words](Language::stop_words).
    #[must_use]
    pub fn is_stop(&self) -> bool {
        self.flags & STOP != 0
    }

    /// Whether it has at least two letters, and capitals only.
    #[must_use]
    pub fn is_upper(&self) -> bool {
        self.flags & UPPER != 0
    }

    /// Whether it starts with a capital and is not [all capitals](Self::is_upper): "Anna", "McDonald", "I".
    #[must_use]
    pub fn is_title(&self) -> bool {
        self.flags & TITLE != 0
    }

    /// Whether a letter was repeated three times or more ("soooo"); a Roman number ("VIII") is not.
    #[must_use]
    pub fn is_elongated(&self) -> bool {
        self.flags & ELONGATED != 0
    }

    /// Whether it is punctuation that ends a sentence, not just a clause.
    #[must_use]
    pub fn ends_sentence(&self) -> bool {
        self.flags & SENTENCE != 0
    }

    /// Whether an address may begin here: a scheme, `www.`, or a name with a top-level domain.
    pub(super) fn may_be_address(&self) -> bool {
        self.flags & ADDRESS != 0
    }

    /// Works out everything about a surface form, but for the number of its stem.
    pub(super) fn analyse(
        surface: &str,
        kind: Kind,
        language: Language,
        stop: &dyn Fn(&str) -> bool,
    ) -> Self {
        let mut flags = 0;
        let mut stem = None;
        let folded: Cow<'_, str> = match kind {
            Kind::Word | Kind::Hashtag => {
                let word = surface.strip_prefix('#').unwrap_or(surface);
                let folded = fold(word, language, &mut flags);
                if kind == Kind::Word && may_be_address(&folded) {
                    flags |= ADDRESS;
                }
                if stop(&folded) {
                    flags |= STOP;
                }
                stem = stem_of(&folded, language);
                folded
            }
            Kind::Mention => surface.to_lowercase().into(),
            Kind::Emoji => fold_emoji(surface).into(),
            Kind::Emoticon => super::emoticon::fold(surface).into(),
            Kind::Punctuation => {
                let (folded, sentence) = fold_punctuation(surface);
                if sentence {
                    flags |= SENTENCE;
                }
                folded.into()
            }
            Kind::Number | Kind::Url | Kind::Email | Kind::Gram => surface.into(),
        };
        let folded = cut(&folded);
        let stem = stem.as_deref().map_or(folded, cut);
        let mut text = surface.to_owned();
        let folded = place(&mut text, folded);
        let beginning =
            text.get(usize::from(folded.0)..).is_some_and(|text| text.starts_with(stem));
        let stem = if beginning {
            (folded.0, folded.0 + stem.len() as u16)
        } else {
            place(&mut text, stem)
        };
        let surface = surface.len() as u16;
        Self { text: text.into(), surface, folded, stem, stem_id: 0, kind, flags }
    }
}

/// Where `part` stands in `text`, which it may start or end; adds it where it does not.
fn place(text: &mut String, part: &str) -> (u16, u16) {
    let start = if text.starts_with(part) {
        0
    } else {
        if !text.ends_with(part) {
            text.push_str(part);
        }
        text.len() - part.len()
    };
    (start as u16, (start + part.len()) as u16)
}

/// The beginning of a surface that is too long.
pub(super) fn cut(text: &str) -> &str {
    beginning(text, LONGEST)
}

/// The beginning of a text, of at most so many bytes.
pub(super) fn beginning(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    (0..=most).rev().find_map(|end| text.get(..end)).unwrap_or_default()
}

/// The stem of a folded word, where the language has a stemmer.
fn stem_of(folded: &str, language: Language) -> Option<String> {
    let algorithm = language.algorithm()?;
    Some(Stemmer::create(algorithm).stem(folded).into_owned())
}

fn fold<'a>(word: &'a str, language: Language, flags: &mut u8) -> Cow<'a, str> {
    let plain = word.bytes().all(|b| b.is_ascii_lowercase());
    let mut folded: Cow<'a, str> = if plain {
        word.into()
    } else {
        let mut letters = 0;
        let mut capitals = 0;
        for c in word.chars().filter(|c| c.is_alphabetic()) {
            letters += 1;
            capitals += usize::from(c.is_uppercase());
        }
        if capitals == letters && letters > 1 {
            *flags |= UPPER;
        } else if capitals > 0 && word.chars().next().is_some_and(char::is_uppercase) {
            *flags |= TITLE;
        }
        lower(word, language).into()
    };
    if let Some(short) = shorten(&folded) {
        *flags |= ELONGATED;
        folded = short.into();
    }
    match language {
        Language::English => {
            if let Some(full) = contraction(&folded) {
                folded = full.into();
            }
        }
        Language::French | Language::Italian => {
            if let Some((article, rest)) = folded.split_once('\'')
                && elided(article, language)
                && !rest.is_empty()
            {
                folded = rest.to_owned().into();
            }
        }
        _ => {}
    }
    folded
}

fn lower(word: &str, language: Language) -> String {
    let turkish = language == Language::Turkish;
    let visible = word.trim_matches('_').chars().filter_map(|c| match c {
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{FE00}'..='\u{FE0F}' => {
            None
        }
        '’' | '‘' | 'ʼ' | '＇' => Some('\''),
        'I' if turkish => Some('ı'),
        'İ' if turkish => Some('i'),
        c => Some(c),
    });
    // The whole word at once: a capital sigma at the end of a word has a small form of its own.
    visible.collect::<String>().to_lowercase()
}

/// The word without accents, as many people type; German vowels as `ae`, `oe`, `ue`.
pub(crate) fn without_accents(language: Language, word: &str) -> String {
    let mut plain = String::with_capacity(word.len());
    for c in word.chars() {
        let instead = match c {
            'ä' if language == Language::German => "ae",
            'ö' if language == Language::German => "oe",
            'ü' if language == Language::German => "ue",
            'ß' if language == Language::German => "ss",
            _ if language == Language::English || c.is_ascii() => {
                plain.push(c);
                continue;
            }
            'à' | 'á' | 'â' | 'ã' | 'ä' => "a",
            'ç' => "c",
            'è' | 'é' | 'ê' | 'ë' => "e",
            'ì' | 'í' | 'î' | 'ï' => "i",
            'ñ' => "n",
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' => "o",
            'ù' | 'ú' | 'û' | 'ü' => "u",
            'œ' => "oe",
            _ => {
                plain.push(c);
                continue;
            }
        };
        plain.push_str(instead);
    }
    plain
}

/// Letters repeated three times or more, cut to two; Roman numbers stay.
fn shorten(word: &str) -> Option<String> {
    let mut short = String::with_capacity(word.len());
    let (mut run, mut last) = (0, '\0');
    for c in word.chars() {
        run = if c == last { run + 1 } else { 1 };
        last = c;
        if run <= 2 || !c.is_alphabetic() {
            short.push(c);
        }
    }
    let roman = || word.chars().all(|c| matches!(c, 'i' | 'v' | 'x' | 'l' | 'c' | 'd' | 'm'));
    (short.len() < word.len() && !word.starts_with("www") && !roman()).then_some(short)
}

/// English contractions that people write without the apostrophe, where that is no other word.
fn contraction(word: &str) -> Option<&'static str> {
    const FULL: &[&str] = &[
        "ain't",
        "aren't",
        "can't",
        "couldn't",
        "didn't",
        "doesn't",
        "don't",
        "hadn't",
        "hasn't",
        "haven't",
        "i'm",
        "i've",
        "isn't",
        "mustn't",
        "needn't",
        "shouldn't",
        "that's",
        "there's",
        "they're",
        "they've",
        "wasn't",
        "weren't",
        "what's",
        "won't",
        "wouldn't",
        "you're",
        "you've",
    ];
    FULL.iter().copied().find(|full| {
        full.len() == word.len() + 1 && full.bytes().filter(|b| *b != b'\'').eq(word.bytes())
    })
}

/// Whether this, before an apostrophe, is an article, pronoun or conjunction that lost its vowel.
fn elided(article: &str, language: Language) -> bool {
    if language == Language::French {
        matches!(
            article,
            "l" | "d"
                | "j"
                | "m"
                | "t"
                | "s"
                | "n"
                | "c"
                | "qu"
                | "jusqu"
                | "lorsqu"
                | "puisqu"
                | "quoiqu"
        )
    } else {
        matches!(
            article,
            "l" | "d"
                | "un"
                | "all"
                | "dell"
                | "dall"
                | "nell"
                | "sull"
                | "quell"
                | "quest"
                | "c"
                | "m"
                | "t"
                | "s"
                | "v"
        )
    }
}

/// Without variation selectors, skin tones and gender.
fn fold_emoji(surface: &str) -> String {
    let plain = |c: &char| !matches!(c, '\u{FE0E}' | '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}');
    let mut folded: String = surface.chars().filter(plain).collect();
    for gender in ["\u{200D}♀", "\u{200D}♂"] {
        if let Some(person) = folded.strip_suffix(gender) {
            folded.truncate(person.len());
        }
    }
    folded
}

/// One sign for each punctuation, and whether it ends a sentence.
fn fold_punctuation(surface: &str) -> (&'static str, bool) {
    let asks = surface.contains(['?', '？', '؟', '⁉', '\u{37E}']);
    let shouts = surface.contains(['!', '！', '‼', '⁉']);
    match (asks, shouts, surface.chars().next().unwrap_or(' ')) {
        (true, true, _) => ("?!", true),
        (true, false, _) => ("?", true),
        (false, true, _) => ("!", true),
        (.., '…') => ("…", true),
        (.., '.') if surface.len() > 1 => ("…", true),
        (.., '.' | '。' | '．' | '।' | '۔' | '｡') => (".", true),
        (.., '\r' | '\n' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}') => ("\n", true),
        (.., ',' | '，' | '、' | '،' | '､') => (",", false),
        (.., ';' | '；' | '؛' | '·') => (";", false),
        (.., ':' | '：') => (":", false),
        (.., '(' | '[' | '{' | '（' | '【' | '「' | '『') => ("(", false),
        (.., ')' | ']' | '}' | '）' | '】' | '」' | '』') => (")", false),
        _ => ("-", false),
    }
}

fn may_be_address(folded: &str) -> bool {
    matches!(folded, "http" | "https" | "ftp") || folded.starts_with("www.") || has_domain(folded)
}

/// Whether a dotted word ends in a top-level domain that is not a word of its own.
fn has_domain(word: &str) -> bool {
    let Some((name, domain)) = word.rsplit_once('.') else { return false };
    let known = matches!(
        domain,
        "com"
            | "org"
            | "net"
            | "edu"
            | "gov"
            | "info"
            | "biz"
            | "io"
            | "app"
            | "dev"
            | "eu"
            | "uk"
            | "ly"
    );
    known && name.bytes().any(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_are_cut_to_two_wherever_they_stand() {
        for (word, short) in
            [("soooo", "soo"), ("aaa", "aa"), ("zzzz", "zz"), ("aaabaa", "aabaa"), ("ééé", "éé")]
        {
            assert_eq!(shorten(word).as_deref(), Some(short), "{word}");
        }
        for word in ["", "aa", "1000", "viii", "wwww", "good"] {
            assert_eq!(shorten(word), None, "{word}");
        }
    }
}
