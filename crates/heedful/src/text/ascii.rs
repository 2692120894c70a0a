//! Words of ASCII letters, eight bytes at a time.

use super::cache::Mark;

/// What a byte means for a word of ASCII letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Byte {
    Letter,
    Space,
    /// A full stop or colon: between letters it joins them.
    Middle,
    Apostrophe,
    /// Ends a word, and is a clause's or sentence's end by itself where no other follows: `,`, `!`, `?`.
    Point,
    /// Ends a word; what it is itself takes a closer look.
    Other,
    /// Digits, underscores, and everything beyond ASCII: may go on with a word.
    Joins,
}

#[expect(clippy::indexing_slicing, reason = "checked when it is compiled")]
static BYTES: [Byte; 256] = {
    let mut bytes = [Byte::Joins; 256];
    let mut byte = 0;
    while byte < 128 {
        bytes[byte] = match byte as u8 {
            b'A'..=b'Z' | b'a'..=b'z' => Byte::Letter,
            b'0'..=b'9' | b'_' => Byte::Joins,
            b' ' => Byte::Space,
            b'.' | b':' => Byte::Middle,
            b',' | b'!' | b'?' => Byte::Point,
            b'\'' => Byte::Apostrophe,
            _ => Byte::Other,
        };
        byte += 1;
    }
    bytes
};

impl Byte {
    #[inline]
    pub(super) fn of(byte: u8) -> Self {
        BYTES.get(usize::from(byte)).copied().unwrap_or(Self::Joins)
    }
}

/// The bytes of a text, to be had 16 at a time, with zeros after the end.
#[derive(Debug, Clone, Default)]
pub(super) struct Window {
    bytes: Vec<u8>,
}

/// Room for more than this is given back.
const ROOM: usize = 1 << 16;

impl Window {
    /// Takes a copy of the text: what a copy costs is won back where no word has to be told from one near the end.
    pub(super) fn fill(&mut self, text: &str) {
        self.bytes.clear();
        if text.len() < ROOM {
            self.bytes.shrink_to(ROOM + PADDING);
        }
        self.bytes.reserve(text.len() + PADDING);
        self.bytes.extend_from_slice(text.as_bytes());
        self.bytes.resize(text.len() + PADDING, 0);
    }

    /// The byte there; 0 beyond the end.
    #[inline]
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// The 16 bytes from there, as two little-endian numbers.
    #[inline]
    pub(super) fn load(&self, at: usize) -> (u64, u64) {
        let Some(chunk) = self.bytes.get(at..).and_then(|rest| rest.first_chunk::<16>()) else {
            return (0, 0);
        };
        let value = u128::from_le_bytes(*chunk);
        (value as u64, (value >> 64) as u64)
    }

    /// How many ASCII letters there are from `at` on, 16 where there are more.
    #[inline]
    pub(super) fn letters(&self, at: usize) -> usize {
        let (low, high) = self.load(at);
        letters(low, high).0
    }
}

/// As many zeros after the text as are loaded at a time.
const PADDING: usize = 16;

/// How many of 16 bytes are ASCII letters before the first that is none, these bytes without what follows them, and
/// the byte after them (0 after 16).
#[inline]
pub(super) fn letters(low: u64, high: u64) -> (usize, Mark, u8) {
    let stop = others(low);
    if stop != 0 {
        // All bits below the byte of the lowest bit that is set.
        let kept = (stop ^ (stop - 1)) >> 8;
        let bits = stop.trailing_zeros() & !7;
        return ((bits >> 3) as usize, Mark { low: low & kept, high: 0 }, (low >> bits) as u8);
    }
    let stop = others(high);
    let Some(below) = stop.checked_sub(1) else { return (16, Mark { low, high }, 0) };
    let kept = (stop ^ below) >> 8;
    let bits = stop.trailing_zeros() & !7;
    (8 + (bits >> 3) as usize, Mark { low, high: high & kept }, (high >> bits) as u8)
}

/// The high bit of each byte that is not an ASCII letter.
#[inline]
fn others(bytes: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    let lower = (bytes | (0x20 * ONES)) & !HIGH;
    let from_a = lower + (0x80 - 0x61) * ONES;
    let beyond_z = lower + (0x80 - 0x7B) * ONES;
    !(from_a & !beyond_z & !bytes) & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_counted() {
        for byte in 0..=255_u8 {
            let expected = usize::from(byte.is_ascii_alphabetic());
            assert_eq!(letters(u64::from(byte), 0).0, expected, "{byte}");
            assert_eq!(others(u64::from(byte) << 56) >> 63 == 0, byte.is_ascii_alphabetic());
        }
        let mut window = Window::default();
        for length in 0..40 {
            let text = format!("{}-", "x".repeat(length));
            for at in 0..=length {
                window.fill(&text);
                assert_eq!(window.letters(at), (length - at).min(16), "{length} {at}");
            }
        }
        for (text, length) in [("short", 5), ("", 0), ("sixteen letters_", 7)] {
            window.fill(text);
            assert_eq!(window.letters(0), length);
            let (low, high) = window.load(0);
            assert_eq!(letters(low, high).2, text.as_bytes().get(length).copied().unwrap_or(0));
        }
    }
}
