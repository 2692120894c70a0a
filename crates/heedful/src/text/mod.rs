//! The words of a comment, with spans that point into the original text.

mod address;
mod ascii;
mod cache;
#[cfg(feature = "detect")]
mod detect;
mod emoticon;
mod entity;
mod language;
mod lexer;
mod phrase;
mod redact;
mod scan;
mod scan_table;
mod span;
mod stop;
mod strength;
mod tokens;
pub(crate) mod trie;
mod typo;
mod word;

pub use language::Language;
pub use lexer::{Lexer, Token};
pub use phrase::{Finder, Hit, Phrase, Phrases};
pub use redact::{Private, PrivateSpan, Redacted, Redactor};
pub use span::{Positions, Unit, convert_spans, in_unit};
pub use strength::{CommentStrength, Nudge};
pub(crate) use word::without_accents;
pub use word::{Kind, Word};
