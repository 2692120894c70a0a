//! Word boundaries after Unicode Standard Annex #29, one segment at a time.
//!
//! A segment starts at a boundary and its end depends on nothing before it, so the lexer asks for one end after
//! another and jumps over what it needs no end for.

use super::scan_table::{BLOCKS, CLASSES};

/// The classes that the rules speak of. The first sixteen are stored in the table, four bits each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Other,
    Letter,
    Hebrew,
    Numeric,
    Katakana,
    /// Underscores: they join letters and digits.
    Joiner,
    /// Joins letters.
    MidLetter,
    /// Joins digits.
    MidNumber,
    /// Joins either.
    MidBoth,
    /// Marks and invisible format characters: they belong to what stands before them.
    Extend,
    /// The zero-width joiner.
    Zwj,
    /// Half of a flag.
    Region,
    Newline,
    Space,
    Pictograph,
    /// A letter that is a pictograph too.
    PictographLetter,
    Return,
    Quote,
    DoubleQuote,
}

impl Class {
    const STORED: [Self; 16] = [
        Self::Other,
        Self::Letter,
        Self::Hebrew,
        Self::Numeric,
        Self::Katakana,
        Self::Joiner,
        Self::MidLetter,
        Self::MidNumber,
        Self::MidBoth,
        Self::Extend,
        Self::Zwj,
        Self::Region,
        Self::Newline,
        Self::Space,
        Self::Pictograph,
        Self::PictographLetter,
    ];

    pub(super) fn of(c: char) -> Self {
        if c.is_ascii() {
            return ASCII.get(c as usize).copied().unwrap_or(Self::Other);
        }
        // Above the second plane there are only ideographs and a few invisible characters.
        let code = match c as u32 {
            code @ ..0x2_0000 => code as usize,
            0xE_0001 | 0xE_0020..=0xE_007F | 0xE_0100..=0xE_01EF => return Self::Extend,
            _ => return Self::Other,
        };
        let block = BLOCKS.get(code >> 7).copied().unwrap_or(0);
        let pair =
            CLASSES.get((usize::from(block) << 6) | ((code >> 1) & 63)).copied().unwrap_or(0);
        let stored = if code & 1 == 0 { pair & 15 } else { pair >> 4 };
        Self::STORED.get(usize::from(stored)).copied().unwrap_or(Self::Other)
    }

    /// AHLetter of the annex.
    pub(super) fn is_letter(self) -> bool {
        matches!(self, Self::Letter | Self::Hebrew | Self::PictographLetter)
    }

    fn is_extend(self) -> bool {
        matches!(self, Self::Extend | Self::Zwj)
    }

    fn is_pictograph(self) -> bool {
        matches!(self, Self::Pictograph | Self::PictographLetter)
    }
}

/// The classes of ASCII.
#[expect(clippy::indexing_slicing, reason = "checked when it is compiled")]
static ASCII: [Class; 128] = {
    let mut classes = [Class::Other; 128];
    let mut byte = 0;
    while byte < 128 {
        classes[byte] = match byte as u8 {
            b'A'..=b'Z' | b'a'..=b'z' => Class::Letter,
            b'0'..=b'9' => Class::Numeric,
            b'_' => Class::Joiner,
            b':' => Class::MidLetter,
            b',' | b';' => Class::MidNumber,
            b'.' => Class::MidBoth,
            b'\'' => Class::Quote,
            b'"' => Class::DoubleQuote,
            b' ' => Class::Space,
            b'\r' => Class::Return,
            b'\n' | 0x0B | 0x0C => Class::Newline,
            _ => Class::Other,
        };
        byte += 1;
    }
    classes
};

/// Characters that were looked at, for tests to count.
#[cfg(test)]
pub(super) mod work {
    use std::cell::Cell;

    thread_local!(static DONE: Cell<u64> = const { Cell::new(0) });

    pub(in crate::text) fn add(characters: usize) {
        DONE.set(DONE.get() + characters as u64);
    }

    pub(in crate::text) fn take() -> u64 {
        DONE.replace(0)
    }
}

/// The length in bytes of the segment that `rest` starts with; 0 only for an empty text.
pub(super) fn segment(rest: &str) -> usize {
    let mut chars = rest.chars();
    let Some(first) = chars.next() else { return 0 };
    let mut left = Class::of(first);
    // Rules WB3, WB3a
    if left == Class::Return {
        return if rest.as_bytes().get(1) == Some(&b'\n') { 2 } else { 1 };
    }
    if left == Class::Newline {
        return first.len_utf8();
    }
    // What stands directly before, for the rules that look at neighbours and do not skip marks.
    let mut last = left;
    let mut odd_regions = left == Class::Region;
    loop {
        let end = rest.len() - chars.as_str().len();
        #[cfg(test)]
        work::add(1);
        let Some(c) = chars.next() else { return end };
        let right = Class::of(c);
        let joined = match right {
            Class::Return | Class::Newline => return end, // WB3b
            // WB4
            Class::Extend | Class::Zwj => {
                last = right;
                continue;
            }
            // WB3c: nothing but marks can follow, even where the pictograph is a letter, as unicode-segmentation has it.
            _ if last == Class::Zwj && right.is_pictograph() => {
                left = Class::Pictograph;
                last = right;
                continue;
            }
            // WB3d
            Class::Space => last == Class::Space,
            // WB5, WB9, WB10, WB13b
            Class::Letter | Class::Hebrew | Class::PictographLetter | Class::Numeric => {
                left.is_letter() || matches!(left, Class::Numeric | Class::Joiner)
            }
            // WB13, WB13b
            Class::Katakana => matches!(left, Class::Katakana | Class::Joiner),
            // WB13a
            Class::Joiner => {
                left.is_letter() || matches!(left, Class::Numeric | Class::Katakana | Class::Joiner)
            }
            // WB15, WB16
            Class::Region => {
                let pair = left == Class::Region && odd_regions;
                odd_regions = !pair;
                pair
            }
            // WB6, WB7, WB7a to WB7c, WB11, WB12
            Class::MidLetter
            | Class::MidNumber
            | Class::MidBoth
            | Class::Quote
            | Class::DoubleQuote => match bridge(left, right, chars.as_str()) {
                Bridge::None => false,
                Bridge::Last => true,
                Bridge::To(class, rest) => {
                    left = class;
                    last = class;
                    chars = rest.chars();
                    continue;
                }
            },
            Class::Other | Class::Pictograph => false,
        };
        if !joined {
            return end;
        }
        left = right;
        last = right;
    }
}

enum Bridge<'a> {
    None,
    /// The sign joins, but nothing after it does.
    Last,
    /// The sign and the character after it join: its class, and what follows it.
    To(Class, &'a str),
}

/// Whether `sign` after `left` joins what follows it.
fn bridge(left: Class, sign: Class, after: &str) -> Bridge<'_> {
    let letters =
        left.is_letter() && matches!(sign, Class::MidLetter | Class::MidBoth | Class::Quote);
    let numbers =
        left == Class::Numeric && matches!(sign, Class::MidNumber | Class::MidBoth | Class::Quote);
    let hebrew = left == Class::Hebrew;
    if letters || numbers || (hebrew && sign == Class::DoubleQuote) {
        let mut chars = after.chars();
        let mut zwj = false;
        while let Some(class) = chars.next().map(Class::of) {
            #[cfg(test)]
            work::add(1);
            if zwj && class.is_pictograph() {
                return Bridge::To(Class::Pictograph, chars.as_str());
            }
            zwj = class == Class::Zwj;
            if class.is_extend() {
                continue;
            }
            let fits = match sign {
                Class::DoubleQuote => class == Class::Hebrew,
                _ => (letters && class.is_letter()) || (numbers && class == Class::Numeric),
            };
            if fits {
                return Bridge::To(class, chars.as_str());
            }
            break;
        }
    }
    if hebrew && sign == Class::Quote { Bridge::Last } else { Bridge::None }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    use super::*;

    fn count(text: &str) -> usize {
        text.split_word_bounds().count()
    }

    /// The class of a character by what unicode-segmentation does with it.
    fn probe(c: char) -> u8 {
        let one = |text: String| count(&text) == 1;
        let class = if count(&format!("{c}\u{301}")) == 2 {
            Class::Newline
        } else if one(format!(".{c}")) {
            if one(format!("{c}\u{1F600}")) { Class::Zwj } else { Class::Extend }
        } else if one(format!("a{c}")) && one(format!("ア{c}")) {
            Class::Joiner
        } else if one(format!("\u{200D}{c}")) {
            if one(format!("a{c}")) { Class::PictographLetter } else { Class::Pictograph }
        } else if one(format!("{c}\"{c}")) {
            Class::Hebrew
        } else if one(format!("a{c}")) {
            if one(format!("{c},1")) { Class::Numeric } else { Class::Letter }
        } else if one(format!("ア{c}")) {
            Class::Katakana
        } else if one(format!("{c}{c}")) {
            if one(format!("{c}{c}{c}")) { Class::Space } else { Class::Region }
        } else {
            match (one(format!("a{c}a")), one(format!("1{c}1"))) {
                (true, true) => Class::MidBoth,
                (true, false) => Class::MidLetter,
                (false, true) => Class::MidNumber,
                (false, false) => Class::Other,
            }
        };
        class as u8
    }

    #[test]
    fn the_table_is_that_of_unicode_segmentation() {
        for c in (0x80..=0x10_FFFF).filter_map(char::from_u32) {
            assert_eq!(Class::of(c) as u8, probe(c), "{:x}", c as u32);
        }
    }

    #[test]
    #[ignore = "writes the table anew: after a new version of unicode-segmentation"]
    fn write_the_table() {
        let class = |code: u32| char::from_u32(code).map_or(0, probe);
        let mut blocks: Vec<[u8; 64]> = Vec::new();
        let mut index = Vec::new();
        for start in (0..0x2_0000_u32).step_by(128) {
            let block: [u8; 64] = std::array::from_fn(|i| {
                let code = start + 2 * i as u32;
                if start == 0 { 0 } else { class(code) | class(code + 1) << 4 }
            });
            let at = blocks.iter().position(|known| *known == block).unwrap_or_else(|| {
                blocks.push(block);
                blocks.len() - 1
            });
            index.push(u8::try_from(at).unwrap());
        }
        let mut out =
            "//! The classes of characters, written by the test `write_the_table`.\n\n".to_owned();
        let mut list = |doc: &str, name: &str, bytes: &[u8]| {
            write!(
                out,
                "/// {doc}\n#[rustfmt::skip]\npub(super) static {name}: [u8; {}] = [",
                bytes.len()
            )
            .unwrap();
            for (i, byte) in bytes.iter().enumerate() {
                write!(out, "{}{byte},", if i % 32 == 0 { "\n    " } else { "" }).unwrap();
            }
            out.push_str("\n];\n");
        };
        list(
            "The block of classes for each 128 code points of the first two planes.",
            "BLOCKS",
            &index,
        );
        list("Two classes a byte, the first in the low bits.", "CLASSES", &blocks.concat());
        std::fs::write("src/text/scan_table.rs", out).unwrap();
    }

    fn segments(text: &str) -> Vec<&str> {
        let mut rest = text;
        let mut found = Vec::new();
        while !rest.is_empty() {
            let (head, tail) = rest.split_at(segment(rest));
            found.push(head);
            rest = tail;
        }
        found
    }

    fn agree(text: &str) {
        assert_eq!(segments(text), text.split_word_bounds().collect::<Vec<_>>(), "{text:?}");
    }

    #[test]
    fn boundaries_by_hand() {
        for text in [
            "",
            "The quick (\"brown\") fox can't jump 32.3 feet, right?",
            "don’t l'eau 3,5 a.b a:b a_b _ 1_a 1.a a.1 a..b a.\u{301}b",
            "a\u{300}:\u{300}\u{200D}b :b a: a:\u{300}",
            "\r\n\n\r \r\u{301}\u{85}\u{2028}  \u{3000}\u{3000} ",
            "א\"א א'א א' א\" א'\u{301}א",
            "👩‍👩‍👧‍👦👍🏽🇩🇪🇫🇷🇩 🇩\u{301}🇪🇫 1️⃣ ❤️‍🔥 \u{200D}😀 a\u{200D}😀 Ⓜ\u{200D}Ⓜa",
            "サービスが悪い カタカナ_カ 한국어 ไทย 服务员",
            "\u{301}\u{301}a \u{301}a \u{200D}a",
        ] {
            agree(text);
        }
    }

    /// Texts made of the characters that the rules speak of, and of any others.
    fn tricky() -> impl Strategy<Value = String> {
        let special: Vec<char> = "aZé1٣_'’\":.,;· \u{3000}\u{a0}\t\r\n\u{85}\u{301}\u{ad}\u{200d}\u{fe0f}\u{20e3}אבアｱか漢ไ한😀👍🏽❤Ⓜ©🇩🇪ß#@-!?*/"
            .chars()
            .collect();
        let one = prop_oneof![6 => prop::sample::select(special), 1 => any::<char>()];
        prop::collection::vec(one, 0..24).prop_map(String::from_iter)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn boundaries_equal_those_of_unicode_segmentation(text in tricky()) {
            agree(&text);
        }
    }
}
