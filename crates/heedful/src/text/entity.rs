//! HTML entities: `&amp;`, `&#39;`, `&#x1F600;`.

const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{A0}'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("sbquo", '‚'),
    ("bdquo", '„'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("bull", '•'),
    ("middot", '·'),
    ("shy", '\u{AD}'),
    ("euro", '€'),
    ("pound", '£'),
    ("yen", '¥'),
    ("cent", '¢'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("deg", '°'),
    ("iexcl", '¡'),
    ("iquest", '¿'),
    ("frac12", '½'),
    ("times", '×'),
    ("hearts", '♥'),
    ("szlig", 'ß'),
    ("Agrave", 'À'),
    ("Aacute", 'Á'),
    ("Acirc", 'Â'),
    ("Atilde", 'Ã'),
    ("Auml", 'Ä'),
    ("Aring", 'Å'),
    ("AElig", 'Æ'),
    ("Ccedil", 'Ç'),
    ("Egrave", 'È'),
    ("Eacute", 'É'),
    ("Ecirc", 'Ê'),
    ("Euml", 'Ë'),
    ("Igrave", 'Ì'),
    ("Iacute", 'Í'),
    ("Icirc", 'Î'),
    ("Iuml", 'Ï'),
    ("Ntilde", 'Ñ'),
    ("Ograve", 'Ò'),
    ("Oacute", 'Ó'),
    ("Ocirc", 'Ô'),
    ("Otilde", 'Õ'),
    ("Ouml", 'Ö'),
    ("Oslash", 'Ø'),
    ("Ugrave", 'Ù'),
    ("Uacute", 'Ú'),
    ("Ucirc", 'Û'),
    ("Uuml", 'Ü'),
    ("agrave", 'à'),
    ("aacute", 'á'),
    ("acirc", 'â'),
    ("atilde", 'ã'),
    ("auml", 'ä'),
    ("aring", 'å'),
    ("aelig", 'æ'),
    ("ccedil", 'ç'),
    ("egrave", 'è'),
    ("eacute", 'é'),
    ("ecirc", 'ê'),
    ("euml", 'ë'),
    ("igrave", 'ì'),
    ("iacute", 'í'),
    ("icirc", 'î'),
    ("iuml", 'ï'),
    ("ntilde", 'ñ'),
    ("ograve", 'ò'),
    ("oacute", 'ó'),
    ("ocirc", 'ô'),
    ("otilde", 'õ'),
    ("ouml", 'ö'),
    ("oslash", 'ø'),
    ("ugrave", 'ù'),
    ("uacute", 'ú'),
    ("ucirc", 'û'),
    ("uuml", 'ü'),
    ("yuml", 'ÿ'),
    ("oelig", 'œ'),
    ("OElig", 'Œ'),
    ("scaron", 'š'),
    ("Scaron", 'Š'),
];
/// No known name or number is longer, with its signs.
const LONGEST: usize = 12;

/// The entity that `rest`, which starts with `&`, starts with: its character and its length in bytes.
pub(super) fn entity(rest: &str) -> Option<(char, usize)> {
    let end = rest.bytes().take(LONGEST).position(|b| b == b';')?;
    let name = rest.get(1..end)?;
    let c = match name.strip_prefix('#') {
        Some(number) => {
            let (digits, radix) = match number.strip_prefix(['x', 'X']) {
                Some(digits) => (digits, 16),
                None => (number, 10),
            };
            // The parser of the standard library takes a sign.
            if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            // Old pages number by Windows-1252.
            match u32::from_str_radix(digits, radix).ok()? {
                0 => return None,
                0x85 => '…',
                0x91 => '‘',
                0x92 => '’',
                0x93 => '“',
                0x94 => '”',
                0x96 => '–',
                0x97 => '—',
                code => char::from_u32(code)?,
            }
        }
        None => NAMED.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((c, end + 1))
}

/// A text with its entities decoded, and the way back.
#[derive(Debug, Clone, Default)]
pub(super) struct Decoded {
    pub(super) text: String,
    /// Where each decoded character ends in `text`, and where its entity ends in the original.
    ends: Vec<(usize, usize)>,
}

impl Decoded {
    /// Decodes all entities.
    pub(super) fn of(text: &str) -> Self {
        let mut decoded = Self::default();
        let mut copied = 0;
        let mut at = 0;
        while let Some(found) = text.get(at..).and_then(|rest| rest.find('&')) {
            at += found;
            let Some((c, length)) = text.get(at..).and_then(entity) else {
                at += 1;
                continue;
            };
            decoded.text.push_str(text.get(copied..at).unwrap_or_default());
            decoded.text.push(c);
            at += length;
            copied = at;
            decoded.ends.push((decoded.text.len(), at));
        }
        decoded.text.push_str(text.get(copied..).unwrap_or_default());
        decoded
    }

    /// Maps positions back, which must be asked for in ascending order.
    pub(super) fn back(&self) -> impl FnMut(u32) -> u32 {
        let mut passed = 0;
        move |at| {
            while self.ends.get(passed).is_some_and(|(end, _)| *end <= at as usize) {
                passed += 1;
            }
            let before = passed.checked_sub(1).and_then(|last| self.ends.get(last));
            before.map_or(at, |(end, original)| (at as usize - end + original) as u32)
        }
    }
}
