//! The tokens of many texts as a table.

use super::lexer::Lexer;
use super::word::Kind;
use crate::base::table::Table;

impl Kind {
    /// Its name: `word`, `number`, `emoji`, `emoticon`, `hashtag`, `mention`, `url`, `email`, `punctuation`, `gram`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Number => "number",
            Self::Emoji => "emoji",
            Self::Emoticon => "emoticon",
            Self::Hashtag => "hashtag",
            Self::Mention => "mention",
            Self::Url => "url",
            Self::Email => "email",
            Self::Punctuation => "punctuation",
            Self::Gram => "gram",
        }
    }
}

impl Lexer {
    /// The tokens of texts, in order; `None` has none. One row for each: `row` of the text, `kind`
    /// ([`Kind::as_str`]), `folded`, `stem`, `stop` (whether it is a stop word), `upper` (capitals only), `elongated`,
    /// `start` and `end` in bytes ([`in_unit`](super::in_unit) for other units).
    ///
    /// ```
    /// use heedful::text::{Language, Lexer};
    ///
    /// let table = Lexer::new(Language::English).read_all(&[Some("Deliveries were soooo late"), None]);
    /// assert_eq!((table.len(), table.columns()[3].name.as_str()), (4, "stem"));
    /// ```
    #[must_use]
    pub fn read_all<T: AsRef<str>>(&mut self, texts: &[Option<T>]) -> Table {
        let mut read = Vec::new();
        let mut tokens = Vec::new();
        for (row, text) in texts.iter().enumerate() {
            let Some(text) = text else { continue };
            self.read(text.as_ref(), &mut tokens);
            // A later text may empty the cache: the words are taken while they are there.
            read.extend(tokens.iter().map(|token| (row, *token, self.word(token.slot).clone())));
        }
        let all = || read.iter();
        let mut table = Table::new();
        table.ints("row", all().map(|(row, ..)| Some(*row as u64)));
        table.texts("kind", all().map(|(.., word)| Some(word.kind().as_str())));
        table.texts("folded", all().map(|(.., word)| Some(word.folded())));
        table.texts("stem", all().map(|(.., word)| Some(word.stem())));
        table.bools("stop", all().map(|(.., word)| Some(word.is_stop())));
        table.bools("upper", all().map(|(.., word)| Some(word.is_upper())));
        table.bools("elongated", all().map(|(.., word)| Some(word.is_elongated())));
        table.ints("start", all().map(|(_, token, _)| Some(u64::from(token.start))));
        table.ints("end", all().map(|(_, token, _)| Some(u64::from(token.end))));
        table
    }
}
