//! From a text to its tokens.

use std::ops::Range;

use hashbrown::HashSet;

use super::ascii::{Byte, Window, letters};
use super::cache::{ADDRESS, Cache, LONG, Mark, NONE};
use super::entity::{Decoded, entity};
use super::language::Language;
use super::scan::{Class, segment};
use super::word::{Kind, Word, beginning, cut};
use super::{address, emoticon};

/// A token: where it stands in the original text, in bytes, and which [word](Lexer::word) it is.
///
/// ```
/// use heedful::text::{Language, Lexer};
///
/// let mut lexer = Lexer::new(Language::English);
/// let mut tokens = Vec::new();
/// let comment = "Rude staff!";
/// lexer.read(comment, &mut tokens);
/// let staff = tokens[1];
/// assert_eq!((staff.start, comment.get(staff.range())), (5, Some("staff")));
/// assert_eq!(lexer.word(staff.slot).folded(), "staff");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token {
    /// The byte where it starts; always a character boundary.
    pub start: u32,
    /// The byte after its last; always a character boundary.
    pub end: u32,
    /// Its word in the lexer's cache; holds until [`Lexer::generation`] changes.
    pub slot: u32,
}

impl Token {
    /// Its bytes in the original text.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Reads texts into tokens and remembers every distinct word that it met.
///
/// Words are split by Unicode Standard Annex #29. On top of that these are put together: e-mail and web
/// addresses, hashtags, mentions, emoticons, runs of `.`, `!` and `?`, and neighbouring characters of scripts
/// without spaces ([`Kind::Gram`]). Spaces and signs that are neither words nor punctuation give no token. Text
/// in any language and any nonsense is fine; time is linear in its length.
///
/// Text that came as bytes or as UTF-16 and is not valid Unicode must have every invalid piece (a lone
/// surrogate) replaced by U+FFFD before it comes here; U+FFFD gives no token.
///
/// The cache holds words up to a [capacity](Lexer::with_capacity). When it is exceeded, the next
/// [`read`](Lexer::read) starts by forgetting all of them, and [`generation`](Lexer::generation) changes. What
/// is worth computing once per distinct word (a weight, a feeling) belongs into a list indexed by slot, filled when
/// a slot is first seen and cleared when the generation changes.
///
/// ```
/// use heedful::text::{Kind, Language, Lexer};
///
/// let mut lexer = Lexer::new(Language::English);
/// let mut tokens = Vec::new();
/// let text = "Deliveries were soooo late \u{1F621}";
/// lexer.read(text, &mut tokens);
/// let words: Vec<_> = tokens.iter().map(|token| lexer.word(token.slot)).collect();
/// assert_eq!(words.iter().map(|word| word.stem()).collect::<Vec<_>>(), ["deliveri", "were", "soo", "late", "😡"]);
/// assert!(words[2].is_elongated() && words[1].is_stop() && words[4].kind() == Kind::Emoji);
/// assert_eq!(text.get(tokens[2].range()), Some("soooo"));
/// ```
#[derive(Debug, Clone)]
pub struct Lexer {
    language: Language,
    capacity: usize,
    generation: u32,
    stop: HashSet<&'static str>,
    cache: Cache,
    common: Common,
    window: Window,
}

/// Words that need no look-up.
#[derive(Debug, Clone, Copy)]
struct Common {
    url: u32,
    email: u32,
    line: u32,
    /// `,`, `!`, `?` and `.`.
    points: [u32; 4],
}

impl Lexer {
    /// A lexer with an empty cache of 262,144 words, some 30 megabytes when it is full.
    #[must_use]
    pub fn new(language: Language) -> Self {
        let mut lexer = Self {
            language,
            capacity: 1 << 18,
            generation: 0,
            stop: language.stop_words().collect(),
            cache: Cache::new(),
            common: Common { url: 0, email: 0, line: 0, points: [0; 4] },
            window: Window::default(),
        };
        lexer.prepare();
        lexer
    }

    /// Limits the cache to so many distinct words, at least 1,024. A single text may exceed that.
    #[must_use]
    pub fn with_capacity(mut self, words: usize) -> Self {
        self.capacity = words.clamp(1 << 10, 1 << 28);
        self
    }

    /// The language of stems and stop words.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// Changes whenever the cache was emptied: slots and stem ids from before mean nothing any more.
    ///
    /// ```
    /// use heedful::text::{Language, Lexer};
    ///
    /// let mut lexer = Lexer::new(Language::English).with_capacity(1024);
    /// let mut tokens = Vec::new();
    /// let codes: Vec<_> = (0..2000).map(|number| format!("item{number}")).collect();
    /// lexer.read(&codes.join(" "), &mut tokens);
    /// let before = lexer.generation();
    /// assert!(lexer.words() > 2000);
    /// lexer.read("late again", &mut tokens);
    /// assert!(lexer.words() < 20 && lexer.generation() != before);
    /// assert_eq!(lexer.language(), Language::English);
    /// ```
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// How many distinct words the cache holds: slots are below this.
    #[must_use]
    pub fn words(&self) -> usize {
        self.cache.len()
    }

    /// What is known of the word of a token; for a slot that does not exist, an empty word.
    #[must_use]
    pub fn word(&self, slot: u32) -> &Word {
        self.cache.word(slot)
    }

    /// Reads the tokens of a text, in the order in which they start; `tokens` is cleared first.
    ///
    /// Of a text beyond 4 gigabytes only the beginning is read.
    pub fn read(&mut self, text: &str, tokens: &mut Vec<Token>) {
        tokens.clear();
        if self.cache.len() > self.capacity {
            self.cache.clear();
            self.generation = self.generation.wrapping_add(1);
            self.prepare();
        }
        let text = beginning(text, u32::MAX as usize);
        if self.split(text, false, tokens) {
            return;
        }
        tokens.clear();
        let decoded = Decoded::of(text);
        self.split(&decoded.text, true, tokens);
        let (mut starts, mut ends) = (decoded.back(), decoded.back());
        for token in tokens {
            token.start = starts(token.start);
            token.end = ends(token.end);
        }
    }

    fn prepare(&mut self) {
        let mut sign = |sign| self.slot(sign, || Kind::Punctuation);
        let mut common = Common {
            line: sign("\n"),
            points: [sign(","), sign("!"), sign("?"), sign(".")],
            ..self.common
        };
        common.url = self.slot("[url]", || Kind::Url);
        common.email = self.slot("[email]", || Kind::Email);
        self.common = common;
    }

    /// The slot of a surface, plus `ADDRESS` where an address may start with it.
    fn slot(&mut self, surface: &str, kind: impl FnOnce() -> Kind) -> u32 {
        let surface = cut(surface);
        let mark = Mark::of(surface.as_bytes());
        let slot = self.cache.find(mark, surface.as_bytes());
        if slot != NONE {
            return slot;
        }
        let word = Word::analyse(surface, kind(), self.language, &|word| self.stop.contains(word));
        self.cache.add(mark, word)
    }

    /// Reads all tokens; stops with `false` at an entity, unless what looks like one is none any more.
    fn split(&mut self, text: &str, decoded: bool, tokens: &mut Vec<Token>) -> bool {
        self.window.fill(text);
        let mut at = 0;
        loop {
            at = self.plain(at, tokens);
            if at >= text.len() {
                return true;
            }
            let byte = self.window.byte(at);
            let next = match Byte::of(byte) {
                Byte::Space if self.window.byte(at + 1).is_ascii() => Some(at + 1),
                Byte::Point | Byte::Middle => self.point(at, tokens),
                Byte::Other
                    if byte == b'&' && !decoded && text.get(at..).and_then(entity).is_some() =>
                {
                    return false;
                }
                _ => None,
            };
            at = match next {
                Some(next) => next,
                None => match text.get(at..).and_then(|rest| rest.chars().next()) {
                    Some(first) => self.take(text, at, first, tokens),
                    None => return true,
                },
            };
        }
    }

    /// Takes known words of at most 16 ASCII letters with at most one apostrophe among them, and a space after each,
    /// as long as there are any; returns where something else begins.
    #[inline]
    fn plain(&self, mut at: usize, tokens: &mut Vec<Token>) -> usize {
        let window = &self.window;
        // Whether the byte before is a space that was taken with the word before it.
        let mut spaced = false;
        loop {
            let (low, high) = window.load(at);
            let (mut length, mut mark, mut next) = letters(low, high);
            if length == 0 {
                // A space belongs to the marks that follow it.
                return if spaced && !next.is_ascii() { at - 1 } else { at };
            }
            if length == 16 {
                next = window.byte(at + length);
            } else if next == b'\'' {
                let more = window.letters(at + length + 1);
                if more > 0 {
                    length += 1 + more;
                    next = window.byte(at + length);
                    mark = Mark::short(low, high, length);
                }
            }
            let end = at + length;
            match Byte::of(next) {
                Byte::Space | Byte::Point | Byte::Other => {}
                Byte::Middle => {
                    let after = window.byte(end + 1);
                    if !after.is_ascii() || Byte::of(after) == Byte::Letter {
                        return at;
                    }
                }
                _ => return at,
            }
            let mut slot = self.cache.near(mark);
            if slot >= LONG {
                if length > 16 {
                    return at;
                }
                slot = self.cache.find(mark, &[]);
                if slot >= ADDRESS {
                    return at;
                }
            }
            push(tokens, at, end, slot);
            spaced = next == b' ';
            at = end + usize::from(spaced);
            if !spaced {
                return at;
            }
        }
    }

    /// Takes a sign that stands alone at the end of a clause or sentence; `None` where it does not.
    #[inline]
    fn point(&self, at: usize, tokens: &mut Vec<Token>) -> Option<usize> {
        let window = &self.window;
        let next = window.byte(at + 1);
        if !matches!(next, b' ' | 0 | b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'\n') {
            return None;
        }
        let [comma, exclamation, question, stop] = self.common.points;
        let slot = match window.byte(at) {
            b',' => comma,
            b'!' => exclamation,
            b'?' => question,
            b'.' => stop,
            _ => return None,
        };
        push(tokens, at, at + 1, slot);
        let spaced = next == b' ' && window.byte(at + 2).is_ascii();
        Some(at + 1 + usize::from(spaced))
    }

    /// Takes what starts at a boundary; returns the boundary to go on at.
    fn take(&mut self, text: &str, start: usize, first: char, tokens: &mut Vec<Token>) -> usize {
        let rest = text.get(start..).unwrap_or_default();
        let end = start + segment(rest);
        let piece = text.get(start..end).unwrap_or_default();
        let slot = match Class::of(first) {
            Class::Joiner if !piece.chars().any(char::is_alphanumeric) => return end,
            Class::Letter
            | Class::Hebrew
            | Class::PictographLetter
            | Class::Numeric
            | Class::Katakana
            | Class::Joiner => self.slot(piece, || word_kind(piece, first)),
            Class::Return | Class::Newline => {
                push(tokens, start, end, self.common.line);
                return end;
            }
            Class::Region if piece.chars().count() > 1 => self.slot(piece, || Kind::Emoji),
            Class::Pictograph => match first {
                '‼' | '⁉' => return self.sentence_end(text, start, tokens),
                '\u{2190}'..='\u{21FF}' | '\u{25A0}'..='\u{25FF}' | '〰' | '〽' | '㊗' | '㊙'
                    if !piece.contains('\u{FE0F}') =>
                {
                    return end;
                }
                '©' | '®' | '™' => return end,
                _ => self.slot(piece, || Kind::Emoji),
            },
            Class::Extend | Class::Zwj | Class::Region | Class::Space => return end,
            _ if piece.ends_with('\u{20E3}') => self.slot(piece, || Kind::Emoji),
            _ => return self.sign(text, start, end, first, tokens),
        };
        if slot >= ADDRESS
            && let Some(end) = address::url(text, start, end)
        {
            push(tokens, start, end, self.common.url);
            return end;
        }
        push(tokens, start, end, slot & !ADDRESS);
        end
    }

    /// Takes what starts with a sign that is no word by itself.
    fn sign(
        &mut self,
        text: &str,
        start: usize,
        end: usize,
        first: char,
        tokens: &mut Vec<Token>,
    ) -> usize {
        let before = text.get(..start).and_then(|head| head.chars().next_back());
        if matches!(first, ':' | ';' | '=' | '<' | '>' | '^' | '-' | '(' | ')' | '\\' | '¯')
            && let Some(length) = text.get(start..).and_then(|rest| emoticon::length(rest, before))
            && let Some(smile) = text.get(start..start + length)
            && boundary_from(text, start, start + length)
        {
            let slot = self.slot(smile, || Kind::Emoticon);
            push(tokens, start, start + length, slot);
            return start + length;
        }
        match first {
            '.' | '!' | '?' | '…' | '。' | '．' | '！' | '？' | '؟' | '۔' | '।' | '\u{37E}'
            | '｡' => {
                return self.sentence_end(text, start, tokens);
            }
            '-' => {
                let after = text.get(end..).and_then(|rest| rest.chars().next());
                if !before.is_some_and(char::is_whitespace)
                    || !after.is_some_and(char::is_whitespace)
                {
                    return end;
                }
            }
            ',' | ';' | ':' | '(' | ')' | '[' | ']' | '{' | '}' | '–' | '—' | '，' | '、' | '،'
            | '､' | '；' | '؛' | '：' | '（' | '）' | '【' | '】' | '「' | '」' | '『' | '』' =>
                {}
            '#' | '@' => return self.tag(text, start, end, before, tokens),
            _ if is_gram(first) => return self.grams(text, start, end, tokens),
            _ => return end,
        }
        let slot = self.slot(text.get(start..end).unwrap_or_default(), || Kind::Punctuation);
        push(tokens, start, end, slot);
        end
    }

    /// Takes a run of signs that end a sentence.
    fn sentence_end(&mut self, text: &str, start: usize, tokens: &mut Vec<Token>) -> usize {
        let mut end = start;
        while let Some(rest) = text.get(end..)
            && rest.starts_with([
                '.', '!', '?', '…', '‼', '⁉', '。', '．', '！', '？', '؟', '۔', '।', '\u{37E}', '｡',
            ])
        {
            end += segment(rest);
        }
        let slot = self.slot(text.get(start..end).unwrap_or_default(), || Kind::Punctuation);
        push(tokens, start, end, slot);
        end
    }

    /// Takes a hashtag, a mention or an e-mail address, of which `#` or `@` was met.
    fn tag(
        &mut self,
        text: &str,
        start: usize,
        end: usize,
        before: Option<char>,
        tokens: &mut Vec<Token>,
    ) -> usize {
        let email = text.get(start..end) == Some("@");
        if email && let Some((first, last)) = address::email(text, start) {
            // What was read of the name before the sign is part of the address; it started at a boundary.
            let within = tokens.partition_point(|token| token.end as usize <= first);
            if tokens.get(within).is_some_and(|token| (token.start as usize) < first) {
                return end;
            }
            tokens.truncate(within);
            push(tokens, first, last, self.common.email);
            return last;
        }
        let Some(rest) = text.get(end..) else { return end };
        let class = rest.chars().next().map_or(Class::Other, Class::of);
        let named =
            class.is_letter() || class == Class::Joiner || (email && class == Class::Numeric);
        if !named || before.is_some_and(char::is_alphanumeric) {
            return end;
        }
        let last = end + segment(rest);
        let kind = if email { Kind::Mention } else { Kind::Hashtag };
        let slot = self.slot(text.get(start..last).unwrap_or_default(), || kind);
        push(tokens, start, last, slot);
        last
    }

    /// Takes a run of characters of a script without spaces.
    fn grams(&mut self, text: &str, start: usize, end: usize, tokens: &mut Vec<Token>) -> usize {
        let (mut start, mut end) = (start, end);
        loop {
            let rest = text.get(end..).unwrap_or_default();
            let goes_on =
                rest.chars().next().is_some_and(|c| is_gram(c) && Class::of(c) == Class::Other);
            let next = if goes_on { end + segment(rest) } else { end };
            let slot = self.slot(text.get(start..next).unwrap_or_default(), || Kind::Gram);
            push(tokens, start, next, slot);
            if !goes_on {
                return end;
            }
            (start, end) = (end, next);
        }
    }
}

fn push(tokens: &mut Vec<Token>, start: usize, end: usize, slot: u32) {
    tokens.push(Token { start: start as u32, end: end as u32, slot });
}

/// What a segment of letters, digits and underscores is.
fn word_kind(piece: &str, first: char) -> Kind {
    if piece.ends_with('\u{20E3}') {
        Kind::Emoji
    } else if emoticon::is_word(piece) {
        Kind::Emoticon
    } else if first.is_numeric() && !piece.chars().any(char::is_alphabetic) {
        Kind::Number
    } else {
        Kind::Word
    }
}

/// Whether `end` is a boundary, seen from the boundary `start`.
fn boundary_from(text: &str, start: usize, end: usize) -> bool {
    let mut at = start;
    while at < end {
        match text.get(at..).map(segment) {
            None | Some(0) => return false,
            Some(length) => at += length,
        }
    }
    at == end
}

/// Characters of scripts that write no spaces between words.
fn is_gram(c: char) -> bool {
    matches!(c as u32,
        0x0E01..=0x0EFF // Thai, Lao
        | 0x1000..=0x109F // Burmese
        | 0x1780..=0x17FF // Khmer
        | 0x3005..=0x3007 | 0x3041..=0x309F // Hiragana
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    use super::*;

    fn read(language: Language, text: &str) -> Vec<(String, String, Kind)> {
        let mut lexer = Lexer::new(language);
        let mut tokens = Vec::new();
        lexer.read(text, &mut tokens);
        let word = |token: &Token| {
            let word = lexer.word(token.slot);
            (text.get(token.range()).unwrap().to_owned(), word.folded().to_owned(), word.kind())
        };
        tokens.iter().map(word).collect()
    }

    /// Spans, joined by `|`.
    fn spans(text: &str) -> String {
        read(Language::English, text).into_iter().map(|t| t.0).collect::<Vec<_>>().join("|")
    }

    fn folded(language: Language, text: &str) -> String {
        read(language, text).into_iter().map(|t| t.1).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn words_numbers_and_punctuation() {
        for (text, expected) in [
            ("The food, though late, was GREAT!!!", "The|food|,|though|late|,|was|GREAT|!!!"),
            ("Why?! Wait... no", "Why|?!|Wait|...|no"),
            ("10/10, £3.50 or 1,000 (24/7)", "10|10|,|3.50|or|1,000|(|24|7|)"),
            ("first line\r\nsecond\n\nthird", "first|line|\r\n|second|\n|\n|third"),
            ("good - but check-out slow — sorry", "good|-|but|check|out|slow|—|sorry"),
            ("don’t can't 'quoted' \"said\"", "don’t|can't|quoted|said"),
            ("a_b __ _c_ 4G 3rd", "a_b|_c_|4G|3rd"),
            ("", ""),
            (" \t ", ""),
            ("\u{FFFD}\0\u{7}", ""),
        ] {
            assert_eq!(spans(text), expected, "{text}");
        }
    }

    #[test]
    fn addresses_tags_and_names() {
        use Kind::{Email, Hashtag, Mention, Number, Url, Word};
        for (text, expected) in [
            (
                "see https://a.example/b?c=d&e=f, ok",
                vec![
                    ("see", Word),
                    ("https://a.example/b?c=d&e=f", Url),
                    (",", Kind::Punctuation),
                    ("ok", Word),
                ],
            ),
            (
                "(www.shop.co.uk/x)",
                vec![("(", Kind::Punctuation), ("www.shop.co.uk/x", Url), (")", Kind::Punctuation)],
            ),
            ("amazon.com rocks", vec![("amazon.com", Url), ("rocks", Word)]),
            ("http: what", vec![("http", Word), (":", Kind::Punctuation), ("what", Word)]),
            (
                "mail john.o_neil+x@mail.example.org.",
                vec![
                    ("mail", Word),
                    ("john.o_neil+x@mail.example.org", Email),
                    (".", Kind::Punctuation),
                ],
            ),
            ("j.d@shop.com", vec![("j.d@shop.com", Email)]),
            ("amazon.com@shop.com", vec![("amazon.com@shop.com", Email)]),
            (
                "@delta why #EpicFail #1",
                vec![("@delta", Mention), ("why", Word), ("#EpicFail", Hashtag), ("1", Number)],
            ),
            ("a@b", vec![("a", Word), ("b", Word)]),
        ] {
            let found = read(Language::English, text);
            let found: Vec<_> = found.iter().map(|t| (t.0.as_str(), t.2)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn emoji_and_emoticons() {
        let text = "ok👍🏽👩‍👩‍👧🇩🇪1️⃣ ❤️ :-) :D ;( <3 xD :)))) great:) T_T ☹ ™ →";
        let expected = [
            ("ok", "ok", Kind::Word),
            ("👍🏽", "👍", Kind::Emoji),
            ("👩‍👩‍👧", "👩‍👩‍👧", Kind::Emoji),
            ("🇩🇪", "🇩🇪", Kind::Emoji),
            ("1️⃣", "1⃣", Kind::Emoji),
            ("❤️", "❤", Kind::Emoji),
            (":-)", ":)", Kind::Emoticon),
            (":D", ":D", Kind::Emoticon),
            (";(", ";(", Kind::Emoticon),
            ("<3", "<3", Kind::Emoticon),
            ("xD", "xd", Kind::Emoticon),
            (":))))", ":)", Kind::Emoticon),
            ("great", "great", Kind::Word),
            (":)", ":)", Kind::Emoticon),
            ("T_T", "t_t", Kind::Emoticon),
            ("☹", "☹", Kind::Emoji),
        ];
        let found = read(Language::English, text);
        let found: Vec<_> = found.iter().map(|t| (t.0.as_str(), t.1.as_str(), t.2)).collect();
        assert_eq!(found, expected);
        for text in
            ["at 10:30", "either:(a)", "http://x", "a:b", "3:1", "see:Dog", "x => y", "5 < 7"]
        {
            let found = read(Language::English, text);
            assert!(found.iter().all(|t| t.2 != Kind::Emoticon), "{text}: {found:?}");
        }
    }

    #[test]
    fn folding() {
        for (language, text, expected) in [
            (Language::English, "SOOOO Goooood DON’T dont Cant", "soo|good|don't|don't|can't"),
            (
                Language::English,
                "can&#39;t caf&eacute; R&amp;D &lt;3 &bogus; VIII",
                "can't|café|r|d|<3|bogus|;|viii",
            ),
            (Language::French, "L’accueil qu'ils aujourd'hui ÉTÉ", "accueil|ils|aujourd'hui|été"),
            (Language::Italian, "dell'albergo", "albergo"),
            (Language::Turkish, "ISPARTA İyi", "ısparta|iyi"),
            (Language::Greek, "ΟΔΟΣ", "οδος"),
            (Language::German, "STRAẞE co\u{AD}op", "straße|coop"),
        ] {
            assert_eq!(folded(language, text), expected);
        }
    }

    #[test]
    fn scripts_without_spaces() {
        let found = read(Language::Chinese, "送货太慢。OK サービスが悪い");
        let found: Vec<_> = found.iter().map(|t| t.0.as_str()).collect();
        assert_eq!(
            found,
            ["送货", "货太", "太慢", "慢", "。", "OK", "サービス", "が悪", "悪い", "い"]
        );
        assert_eq!(read(Language::Thai, "ดีมาก").len(), 4);
    }

    #[test]
    fn entities_keep_spans() {
        let text = "it&rsquo;s R&amp;D&hellip; &#x1F600;&nbsp;ok";
        let spans: Vec<_> = read(Language::English, text).into_iter().map(|t| t.0).collect();
        assert_eq!(spans, ["it&rsquo;s", "R", "D", "&hellip;", "&#x1F600;", "ok"]);
    }

    #[test]
    fn flags_and_stems() {
        let mut lexer = Lexer::new(Language::English);
        let mut tokens = Vec::new();
        lexer.read("The DELIVERIES Delivery delivered i I", &mut tokens);
        let words: Vec<_> = tokens.iter().map(|t| lexer.word(t.slot)).collect();
        assert!(words[0].is_stop() && words[0].is_title() && !words[0].is_upper());
        assert!(words[1].is_upper() && words[2].is_title());
        assert_eq!(words[1].stem(), "deliveri");
        assert_eq!(words[1].stem_id(), words[2].stem_id());
        assert_ne!(words[1].stem_id(), words[3].stem_id());
        assert!(!words[5].is_upper());
    }

    #[test]
    fn the_cache_is_bounded() {
        let mut lexer = Lexer::new(Language::English).with_capacity(1024);
        let mut tokens = Vec::new();
        for i in 0..5000 {
            lexer.read(&format!("word{i} is here"), &mut tokens);
            assert_eq!(lexer.word(tokens[0].slot).surface(), format!("word{i}"));
            assert!(lexer.words() < 1100);
        }
        assert_eq!(lexer.generation(), 4);
        // One text with more words than that.
        let many: String = (0..3000).map(|i| format!("x{i} ")).collect();
        lexer.read(&many, &mut tokens);
        assert!(
            tokens.iter().enumerate().all(|(i, t)| lexer.word(t.slot).surface() == format!("x{i}"))
        );
    }

    #[test]
    fn long_words_are_cut_but_not_their_spans() {
        let text = format!("{} {}", "é".repeat(5000), "x1".repeat(50_000));
        let found = read(Language::French, &text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].0.len(), 10_000);
        assert!(found[1].1.len() <= 192);
    }

    fn tricky() -> impl Strategy<Value = String> {
        let special: Vec<char> =
            "aZe1_'’\":.,;&#@/!?-()<>3D= \u{a0}\t\r\n\u{301}\u{ad}\u{200d}\u{fe0f}\u{20e3}אБｱか漢ไ한😀👍🏽❤Ⓜ©🇩🇪ßİΣ"
                .chars()
                .collect();
        let pieces = [
            "http", "://", "www.", ".com", "&amp;", "&#39;", "@x.de", "sooo", "don't", "l'", ":-)",
        ];
        let one = prop_oneof![
            6 => prop::sample::select(special).prop_map(String::from),
            2 => prop::sample::select(pieces.to_vec()).prop_map(str::to_owned),
            1 => any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(one, 0..24).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn tokens_stand_on_word_boundaries(text in tricky(), language in prop::sample::select(Language::ALL)) {
            let mut lexer = Lexer::new(language);
            let mut tokens = Vec::new();
            lexer.read(&text, &mut tokens);
            let mut bounds: Vec<usize> = text.split_word_bound_indices().map(|(at, _)| at).collect();
            bounds.push(text.len());
            let plain = Decoded::of(&text).text == text;
            let mut last = (0, 0);
            for token in &tokens {
                prop_assert!(text.get(token.range()).is_some_and(|piece| !piece.is_empty()));
                prop_assert!(token.start >= last.0 && token.end >= last.1);
                let gram = lexer.word(token.slot).kind() == Kind::Gram;
                prop_assert!(gram || token.start >= last.1 || last == (0, 0), "overlap");
                last = (token.start, token.end);
                if plain {
                    prop_assert!(bounds.binary_search(&(token.start as usize)).is_ok());
                    prop_assert!(bounds.binary_search(&(token.end as usize)).is_ok());
                }
            }
            // The cache changes nothing.
            let words: Vec<String> = tokens.iter().map(|t| lexer.word(t.slot).stem().to_owned()).collect();
            let mut again = Vec::new();
            lexer.read(&text, &mut again);
            prop_assert_eq!(&tokens, &again);
            let mut other = Lexer::new(language);
            other.read(&text, &mut again);
            let fresh: Vec<String> = again.iter().map(|t| other.word(t.slot).stem().to_owned()).collect();
            prop_assert_eq!(words, fresh);
        }
    }

    #[test]
    fn work_is_linear_in_the_text() {
        let mut lexer = Lexer::new(Language::English);
        let mut tokens = Vec::new();
        for piece in [
            "a",
            "é",
            "a ",
            "a.",
            "a@",
            "@",
            "@a.b",
            "www.",
            "http://",
            "http://a)))) ",
            "&amp;",
            "&",
            "1,",
            "e\u{301}",
            "\u{301}",
            "a:\u{301}",
            "a'\u{301}",
            "א\"",
            "א\"\u{301}",
            "\u{200D}",
            "😀\u{200D}",
            "🇩🇪",
            "漢",
            "漢\u{301}",
            "ไ",
            "_",
            "#",
            "#a",
            ":-)",
            ":))",
            ":",
            "<",
            "!",
            "…",
            "\r",
            "\u{20E3}",
            "1\u{20E3}",
            "x.com@",
            "-",
            "'",
        ] {
            let mut work = |count: usize| {
                let text = piece.repeat(count);
                // Words that are new take longer.
                lexer.read(&text, &mut tokens);
                crate::text::scan::work::take();
                lexer.read(&text, &mut tokens);
                crate::text::scan::work::take()
            };
            let [one, two, four] = [500, 1_000, 2_000].map(&mut work);
            assert!(four - two <= 2 * (two - one) + 8, "{piece:?}: {one} {two} {four}");
            assert!(four <= 8 * (piece.len() * 2_000) as u64, "{piece:?}: {four}");
        }
    }
}
