//! What identifies a person in a text, and the text without it.

use std::fmt;

use hashbrown::HashSet;
use serde::Serialize;

use super::language::Language;
use super::lexer::{Lexer, Token};
use super::word::Kind;
use crate::base::config::names;
use crate::base::table::Table;

/// What was found to identify a person.
///
/// ```
/// use heedful::text::{Private, Redactor};
///
/// let comment = "Order 8841237 was billed to DE89 3704 0044 0532 0130 00 twice";
/// let spans = Redactor::new(["Anna"]).find(comment);
/// let kinds: Vec<_> = spans.iter().map(|span| span.kind).collect();
/// assert_eq!(kinds, [Private::Number, Private::Iban]);
/// assert!(Private::ALL.iter().all(|kind| kind.as_str() == kind.to_string()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive] // more may be found later
pub enum Private {
    /// An e-mail address.
    Email,
    /// A web address with a query, a fragment, a name and password, or a part of 16 bytes or more with a
    /// digit in it: these may hold keys and names.
    Url,
    /// The number of a payment card: 13 to 19 digits that pass the Luhn check.
    Card,
    /// An international bank account number that passes its check.
    Iban,
    /// An IP address of version 4 or 6.
    Ip,
    /// A telephone number: 7 to 15 digits with the signs that people write between them.
    Phone,
    /// Any other number of six digits or more: an account, an order, a customer.
    Number,
    /// A name that the caller gave.
    Name,
}

names!(Private { Email = "email", Url = "url", Card = "card", Iban = "iban", Ip = "ip", Phone = "phone", Number = "number", Name = "name" });

impl Private {
    /// Every kind there is.
    pub const ALL: [Self; 8] = [
        Self::Email,
        Self::Url,
        Self::Card,
        Self::Iban,
        Self::Ip,
        Self::Phone,
        Self::Number,
        Self::Name,
    ];

    /// What stands in its place, without brackets: `email`, `url`, `card`, `iban`, `ip`, `phone`, `number`, `name`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Url => "url",
            Self::Card => "card",
            Self::Iban => "iban",
            Self::Ip => "ip",
            Self::Phone => "phone",
            Self::Number => "number",
            Self::Name => "name",
        }
    }
}

impl fmt::Display for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something private in a text.
///
/// ```
/// use heedful::text::{Private, PrivateSpan, Redactor};
///
/// let comment = "Mail anna@mail.example about the refund of 25.00";
/// let spans = Redactor::new::<&str>([]).find(comment);
/// assert_eq!(spans, [PrivateSpan { kind: Private::Email, start: 5, end: 22 }]);
/// assert_eq!(comment.get(5..22), Some("anna@mail.example"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PrivateSpan {
    /// What it is.
    pub kind: Private,
    /// The byte where it starts.
    pub start: usize,
    /// The byte after its end.
    pub end: usize,
}

/// Texts without what identifies persons.
///
/// ```
/// use heedful::text::Redactor;
///
/// let comments = [Some("Anna was rude"), None, Some("call +44 20 7946 0000")];
/// let redacted = Redactor::new(["Anna"]).redact_all(&comments);
/// assert_eq!(redacted.texts[2].as_deref(), Some("call [phone]"));
/// let table = redacted.to_table().to_string();
/// assert_eq!(table.lines().nth(2).map(|line| line.split_whitespace().collect::<Vec<_>>()),
///     Some(vec!["2", "phone", "5", "21"]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Redacted {
    /// The texts; `None` where there was none.
    pub texts: Vec<Option<String>>,
    /// What was taken out, with the number of its text, in order.
    pub spans: Vec<(usize, PrivateSpan)>,
}

impl Redacted {
    /// One row for each span of the texts as they were: `row`, `kind`, `start` and `end` in bytes.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let spans = || self.spans.iter();
        let mut table = Table::new();
        table.ints("row", spans().map(|(row, _)| Some(*row as u64)));
        table.texts("kind", spans().map(|(_, span)| Some(span.kind.as_str())));
        table.ints("start", spans().map(|(_, span)| Some(span.start as u64)));
        table.ints("end", spans().map(|(_, span)| Some(span.end as u64)));
        table
    }
}

/// Finds and replaces what identifies a person. It errs on the side of privacy: a long number is taken out whatever
/// it is. Prices, dates, times, scores and years stay.
///
/// ```
/// use heedful::text::Redactor;
///
/// let mut redactor = Redactor::new(["Anna"]);
/// let text = "Anna (anna@mail.example, +44 20 7946 0000) waited 40 minutes on 12/05/2024";
/// assert_eq!(redactor.redact(text), "[name] ([email], [phone]) waited 40 minutes on 12/05/2024");
/// assert_eq!(redactor.find(text).len(), 3);
/// ```
#[derive(Debug, Clone)]
pub struct Redactor {
    lexer: Lexer,
    tokens: Vec<Token>,
    names: HashSet<Box<str>>,
}

impl Redactor {
    /// A redactor that knows these names, in any spelling of upper and lower case; each word of a name counts by
    /// itself, with an `'s` after it too.
    #[must_use]
    pub fn new<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Self {
        let words = names.into_iter().flat_map(|name| {
            let words: Vec<Box<str>> =
                // Hyphens part words, here as in a comment.
                name.as_ref()
                    .split(|c: char| c.is_whitespace() || c == '-')
                    .filter(|word| !word.is_empty())
                    .map(|word| word.to_lowercase().into())
                    .collect();
            words
        });
        Self {
            lexer: Lexer::new(Language::Other).with_capacity(1 << 14),
            tokens: Vec::new(),
            names: words.collect(),
        }
    }

    /// Finds what is private, in order of the text; spans do not overlap.
    pub fn find(&mut self, text: &str) -> Vec<PrivateSpan> {
        let mut found = Vec::new();
        self.lexer.read(text, &mut self.tokens);
        for token in &self.tokens {
            let word = self.lexer.word(token.slot);
            let piece = || text.get(token.range()).unwrap_or_default();
            let kind = match word.kind() {
                Kind::Email => Private::Email,
                Kind::Url if reveals(piece()) => Private::Url,
                Kind::Word if self.is_name(word.folded()) => Private::Name,
                _ => continue,
            };
            found.push(PrivateSpan { kind, start: token.start as usize, end: token.end as usize });
        }
        parted_addresses(text, &mut found);
        found.sort_unstable_by_key(|span| span.start);
        // Numbers stand between what was found.
        let mut numbers_found = Vec::new();
        let mut at = 0;
        let spans = found.iter().map(|span| (span.start, span.end));
        for (start, end) in spans.chain([(text.len(), text.len())]) {
            let gap = text.get(at..start).unwrap_or_default();
            for (from, to) in runs(gap) {
                numbers(gap.get(from..to).unwrap_or_default(), at + from, &mut numbers_found);
            }
            at = end;
        }
        found.append(&mut numbers_found);
        found.sort_unstable_by_key(|span| span.start);
        found
    }

    fn is_name(&self, folded: &str) -> bool {
        let bare = folded.strip_suffix("'s").unwrap_or(folded);
        self.names.contains(bare)
    }

    /// The text with `[email]`, `[phone]` and so on in place of what is private.
    pub fn redact(&mut self, text: &str) -> String {
        without(text, &self.find(text))
    }

    /// Many texts, and what was taken out of them.
    ///
    /// ```
    /// use heedful::text::Redactor;
    ///
    /// let redacted = Redactor::new(["Anna"]).redact_all(&[Some("thanks, Anna"), None]);
    /// assert_eq!(redacted.texts, [Some("thanks, [name]".to_owned()), None]);
    /// assert_eq!((redacted.spans[0].0, redacted.spans[0].1.start), (0, 8));
    /// ```
    pub fn redact_all<T: AsRef<str>>(&mut self, texts: &[Option<T>]) -> Redacted {
        let mut all = Redacted::default();
        for (row, text) in texts.iter().enumerate() {
            let redacted = text.as_ref().map(|text| {
                let spans = self.find(text.as_ref());
                let redacted = without(text.as_ref(), &spans);
                all.spans.extend(spans.into_iter().map(|span| (row, span)));
                redacted
            });
            all.texts.push(redacted);
        }
        all
    }
}

/// The text with the kinds of these spans in their place.
fn without(text: &str, spans: &[PrivateSpan]) -> String {
    let mut redacted = String::with_capacity(text.len());
    let mut copied = 0;
    for span in spans {
        redacted.push_str(text.get(copied..span.start).unwrap_or_default());
        redacted.push('[');
        redacted.push_str(span.kind.as_str());
        redacted.push(']');
        copied = span.end;
    }
    redacted.push_str(text.get(copied..).unwrap_or_default());
    redacted
}

/// Whether a web address may hold a key or a name.
fn reveals(address: &str) -> bool {
    let host = address
        .split_once("://")
        .map_or(address, |(_, rest)| rest)
        .split('/')
        .next()
        .unwrap_or_default();
    address.contains(['?', '#', '='])
        || host.contains('@')
        || address
            .split('/')
            .any(|part| part.len() >= 16 && part.bytes().any(|b| b.is_ascii_digit()))
}

/// Stretches of digits, capitals and signs that may be numbers of some sort: from a digit, `+`, `(`, `:` or the
/// letters of an account or an address, as far as only such characters follow.
fn runs(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        // Where a digit stands, everything around it that may belong to it.
        let digit = at + bytes.get(at..)?.iter().position(u8::is_ascii_digit)?;
        let head = bytes.get(at..digit)?;
        let before = head.iter().rev().take_while(|b| belongs(**b)).count();
        let after = bytes.get(digit..)?.iter().take_while(|b| belongs(**b)).count();
        at = digit + after;
        Some((digit - before, at))
    })
}

fn belongs(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'+' | b':')
}

/// The numbers in a stretch of such characters that starts at `base`.
fn numbers(run: &str, base: usize, found: &mut Vec<PrivateSpan>) {
    let bytes = run.as_bytes();
    let at = |index: usize| bytes.get(index).copied().unwrap_or(b' ');
    let mut index = 0;
    while index < bytes.len() {
        let fresh = index == 0 || !at(index - 1).is_ascii_alphanumeric();
        let rest = bytes.get(index..).unwrap_or_default();
        let hit = if !fresh || opens(rest) {
            None
        } else {
            iban(rest).or_else(|| ip(rest)).or_else(|| digits(rest))
        };
        if let Some((kind, length)) = hit {
            if let Some(kind) = kind {
                found.push(PrivateSpan { kind, start: base + index, end: base + index + length });
            }
            index += length.max(1);
        } else {
            index += 1;
        }
    }
}

/// A bracket before an account or an address, which is no part of it as it may be of a telephone number.
fn opens(bytes: &[u8]) -> bool {
    let [b'(', inside @ ..] = bytes else { return false };
    iban(inside).or_else(|| ip(inside)).is_some()
}

/// E-mail addresses with an apostrophe in the name, at which words are parted: `j.o'neill@mail.example`.
fn parted_addresses(text: &str, found: &mut Vec<PrivateSpan>) {
    let local = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '+' | '-' | '\'' | '’');
    let host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    for (at, _) in text.match_indices('@') {
        let (Some(before), Some(after)) = (text.get(..at), text.get(at + 1..)) else { continue };
        let name = before.get(before.trim_end_matches(local).len()..).unwrap_or_default();
        // An address in quotes has nothing before them.
        let name = name.trim_start_matches(|c: char| !c.is_alphanumeric());
        let length = after.find(|c| !host(c)).unwrap_or(after.len());
        let host = after.get(..length).unwrap_or_default().trim_end_matches(['.', '-']);
        if !name.contains(['\'', '’']) || !host.contains('.') {
            continue;
        }
        let (start, end) = (at - name.len(), at + 1 + host.len());
        found.retain(|span| span.end <= start || end <= span.start);
        found.push(PrivateSpan { kind: Private::Email, start, end });
    }
}

/// The kind (`None` for what may stay) and the length of what was recognised.
type Recognised = Option<(Option<Private>, usize)>;

fn iban(bytes: &[u8]) -> Recognised {
    let [a, b, c, d, ..] = bytes else { return None };
    if !(a.is_ascii_uppercase()
        && b.is_ascii_uppercase()
        && c.is_ascii_digit()
        && d.is_ascii_digit())
    {
        return None;
    }
    // Groups of letters and digits with single spaces between them; the longest beginning that passes.
    let mut plain: Vec<u8> = Vec::new();
    let mut best = None;
    for (index, byte) in bytes.iter().enumerate() {
        if byte.is_ascii_uppercase() || byte.is_ascii_digit() {
            plain.push(*byte);
            let ends = bytes.get(index + 1).is_none_or(|next| !next.is_ascii_alphanumeric());
            if ends && (15..=34).contains(&plain.len()) && checks(&plain) {
                best = Some((Some(Private::Iban), index + 1));
            }
        } else if *byte != b' ' || bytes.get(index + 1) == Some(&b' ') {
            break;
        }
        if plain.len() > 34 {
            break;
        }
    }
    best
}

/// The check of ISO 7064 that bank accounts use: the number modulo 97 is 1.
fn checks(plain: &[u8]) -> bool {
    let (head, tail) = plain.split_at(4.min(plain.len()));
    let rest = tail.iter().chain(head).fold(0_u32, |rest, byte| {
        if byte.is_ascii_digit() {
            (rest * 10 + u32::from(byte - b'0')) % 97
        } else {
            (rest * 100 + u32::from(byte - b'A') + 10) % 97
        }
    });
    rest == 1
}

fn ip(bytes: &[u8]) -> Recognised {
    let length = bytes
        .iter()
        .take(40)
        .take_while(|b| b.is_ascii_hexdigit() || matches!(b, b'.' | b':'))
        .count();
    let text = std::str::from_utf8(bytes.get(..length)?).ok()?;
    let text = text.trim_end_matches(['.', ':']);
    let next = bytes.get(text.len());
    if next.is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let four = text.parse::<std::net::Ipv4Addr>().is_ok();
    // `10::30` is no address that people write.
    let six = text.len() > 6 && text.parse::<std::net::Ipv6Addr>().is_ok();
    (four || six).then_some((Some(Private::Ip), text.len()))
}

/// A card, a telephone number or a long number; dates and amounts stay.
fn digits(bytes: &[u8]) -> Recognised {
    let start = *bytes.first()?;
    if !start.is_ascii_digit() && !matches!(start, b'+' | b'(') {
        return None;
    }
    if let Some(length) = date(bytes) {
        return Some((None, length));
    }
    let mut plain: Vec<u8> = Vec::new();
    let mut groups: Vec<usize> = Vec::new();
    let (mut end, mut signs) = (0, 0);
    for (index, byte) in bytes.iter().enumerate() {
        let dialled = matches!(plain.first(), Some(b'0')) || start == b'+';
        if byte.is_ascii_digit() && plain.len() < 40 {
            if index != end || groups.is_empty() {
                groups.push(0);
            }
            if let Some(group) = groups.last_mut() {
                *group += 1;
            }
            plain.push(*byte);
            (end, signs) = (index + 1, 0);
        } else {
            signs += 1;
            let sign = match byte {
                b' ' | b'-' | b'.' | b'(' | b')' => true,
                b'/' => dialled,
                b'+' => index == 0,
                _ => false,
            };
            // At most a bracket and a space between digits.
            if !sign || signs > 2 {
                break;
            }
        }
    }
    if plain.is_empty() || bytes.get(end).is_some_and(u8::is_ascii_alphabetic) {
        return None;
    }
    let text = bytes.get(..end)?;
    if is_amount(text, &groups) {
        return Some((None, end));
    }
    let grouped =
        groups.get(1..).is_some_and(|rest| !rest.is_empty() && rest.iter().all(|group| *group > 1));
    match plain.len() {
        13..=19 if luhn(&plain) => Some((Some(Private::Card), end)),
        7..=15 if start == b'+' || plain.first() == Some(&b'0') || grouped => {
            Some((Some(Private::Phone), end))
        }
        _ => {
            // The first group by itself: what follows is looked at next.
            let first = groups.first().copied().unwrap_or(1);
            let before = text.iter().take_while(|b| !b.is_ascii_digit()).count();
            Some(((first >= 6).then_some(Private::Number), before + first))
        }
    }
}

/// The length of a date (`12/05/2024`, `2024-05-12`, `12.5.24`) or of two years (`2019-2023`).
fn date(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    let mut number = || {
        let rest = bytes.get(at..)?;
        let length = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let sign = rest.get(length).copied();
        at += length + 1;
        Some((length, sign, at - 1))
    };
    let (first, sign, _) = number()?;
    let sign = sign.filter(|sign| matches!(sign, b'/' | b'-' | b'.' | b' '))?;
    let (second, next, two) = number()?;
    let goes_on = |next: Option<u8>| next.is_some_and(|b| b.is_ascii_alphanumeric());
    if (first, second) == (4, 4) && !goes_on(next) {
        let year =
            |at: usize| bytes.get(at..at + 2).is_some_and(|head| head == b"19" || head == b"20");
        return (year(0) && year(two - 4)).then_some(two);
    }
    if next != Some(sign) || sign == b' ' {
        return None;
    }
    let (third, next, three) = number()?;
    let fits = matches!((first, second, third), (1..=2, 1..=2, 2 | 4) | (4, 1..=2, 1..=2));
    (fits && !goes_on(next)).then_some(three)
}

/// Whether these are thousands with signs between them and perhaps cents.
fn is_amount(text: &[u8], groups: &[usize]) -> bool {
    let signs = text.iter().filter(|b| !b.is_ascii_digit());
    let mut plain = true;
    let mut last = b' ';
    for sign in signs {
        plain &= matches!(sign, b'.' | b' ');
        last = *sign;
    }
    let (whole, cents) = match groups {
        [whole @ .., 1..=2] if last == b'.' && !whole.is_empty() => (whole, true),
        all => (all, false),
    };
    let [first, thousands @ ..] = whole else { return false };
    let short = !thousands.is_empty() && thousands.len() < 3 && text.first() != Some(&b'0');
    plain
        && thousands.iter().all(|group| *group == 3)
        && ((short && (1..=3).contains(first)) || (cents && thousands.is_empty()))
}

/// The check digit of payment cards.
fn luhn(plain: &[u8]) -> bool {
    let sum: u32 = plain
        .iter()
        .rev()
        .enumerate()
        .map(|(index, byte)| {
            let digit = u32::from(byte - b'0') * if index % 2 == 1 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_identifies_goes() {
        for (text, expected) in [
            ("write to jo.e@mail.example.com.", "write to [email]."),
            ("call 0800 123 4567 or +44 (0)20 7946 0018!", "call [phone] or [phone]!"),
            ("(555) 123-4567", "[phone]"),
            ("01 23 45 67 89", "[phone]"),
            ("card 4111 1111 1111 1111 declined", "card [card] declined"),
            ("4111-1111-1111-1111", "[card]"),
            ("IBAN DE89 3704 0044 0532 0130 00, thanks", "IBAN [iban], thanks"),
            ("GB82WEST12345698765432", "[iban]"),
            ("from 192.168.0.1 and 2001:db8::8a2e:370:7334", "from [ip] and [ip]"),
            ("order 123456789", "order [number]"),
            ("account no 12345678 sort 20-00-00", "account no [number] sort 20-00-00"),
            ("https://shop.example/reset?token=abc now", "[url] now"),
            ("https://shop.example/help now", "https://shop.example/help now"),
            ("ANNA's and Bob", "[name] and Bob"),
        ] {
            assert_eq!(Redactor::new(["anna"]).redact(text), expected, "{text}");
        }
    }

    #[test]
    fn neighbours_hide_nothing() {
        let items = [
            ("jo@mail.example", "[email]"),
            ("j.o'neill@mail.example", "[email]"),
            ("+45 12 34 56 78", "[phone]"),
            ("415-555-2671", "[phone]"),
            ("4111 1111 1111 1111", "[card]"),
            ("DE89 3704 0044 0532 0130 00", "[iban]"),
            ("192.168.0.1", "[ip]"),
            ("https://shop.example/reset?token=abc", "[url]"),
            ("Anna", "[name]"),
        ];
        let mut redactor = Redactor::new(["anna"]);
        for (first, kind) in items {
            for (second, other) in items {
                for between in [" or ", ", ", " and then to "] {
                    let text = format!("write {first}{between}{second} please");
                    let expected = format!("write {kind}{between}{other} please");
                    assert_eq!(redactor.redact(&text), expected, "{text}");
                }
            }
        }
    }

    #[test]
    fn what_does_not_stays() {
        for text in [
            "waited 45 minutes on 12/05/2024 at 10:30, rated 10/10",
            "2024-05-12 and 12.05.24, 2019-2023",
            "paid 1 250.50 or 1.250.000 or 39.99 for 3 of 12345",
            "4G 5GHz 24/7 100% 1-2-3",
            "the year 2024 was fine",
            "",
        ] {
            assert_eq!(Redactor::new([""; 0]).redact(text), text);
        }
    }

    proptest! {
        #[test]
        fn spans_are_whole_and_apart(text in "([a-zA-Z0-9éß😀@.:/()+ -]|DE89|4111|@x.de ){0,40}") {
            let mut redactor = Redactor::new(["a", "éß"]);
            let mut last = 0;
            for span in redactor.find(&text) {
                prop_assert!(span.start >= last && span.end > span.start);
                prop_assert!(text.get(span.start..span.end).is_some());
                last = span.end;
            }
        }
    }
}
