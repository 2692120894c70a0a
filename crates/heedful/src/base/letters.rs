//! Letters in either case as the same.

/// Runs of capitals: the first, the last, how far apart they are, and how far the small letter is from its capital.
const CAPITALS: [(u32, u32, u32, u32); 33] = [
    // Latin with accents.
    (0xc0, 0xd6, 1, 32),
    (0xd8, 0xde, 1, 32),
    (0x100, 0x12e, 2, 1),
    (0x132, 0x136, 2, 1),
    (0x139, 0x147, 2, 1),
    (0x14a, 0x176, 2, 1),
    (0x179, 0x17d, 2, 1),
    (0x1a0, 0x1a4, 2, 1),
    (0x1af, 0x1af, 1, 1),
    (0x1cd, 0x1db, 2, 1),
    (0x1de, 0x1ee, 2, 1),
    (0x1f8, 0x21e, 2, 1),
    (0x222, 0x232, 2, 1),
    (0x1e00, 0x1e94, 2, 1),
    (0x1ea0, 0x1efe, 2, 1),
    // Greek.
    (0x386, 0x386, 1, 38),
    (0x388, 0x38a, 1, 37),
    (0x38c, 0x38c, 1, 64),
    (0x38e, 0x38f, 1, 63),
    (0x391, 0x3a1, 1, 32),
    (0x3a3, 0x3ab, 1, 32),
    // Cyrillic.
    (0x400, 0x40f, 1, 80),
    (0x410, 0x42f, 1, 32),
    (0x460, 0x480, 2, 1),
    (0x48a, 0x4be, 2, 1),
    (0x4c0, 0x4c0, 1, 15),
    (0x4c1, 0x4cd, 2, 1),
    (0x4d0, 0x52e, 2, 1),
    // Armenian, Georgian, Cherokee, and the wide Latin letters of East Asian text.
    (0x531, 0x556, 1, 48),
    (0x10a0, 0x10c5, 1, 7264),
    (0x13a0, 0x13ef, 1, 38864),
    (0x13f0, 0x13f5, 1, 8),
    (0xff21, 0xff3a, 1, 32),
];

/// The text without blanks around it and in small letters, so that it compares in any case.
///
/// For labels and words of a file, in the scripts of the table: the standard library knows the case of every letter by
/// tables of 15 kB, which a web page would load.
pub(crate) fn fold(text: &str) -> String {
    text.trim().chars().map(small).collect()
}

fn small(letter: char) -> char {
    if letter.is_ascii() {
        return letter.to_ascii_lowercase();
    }
    let code = match letter {
        // The two small forms of one letter.
        'ς' => 'σ',
        'Ÿ' => 'ÿ',
        letter => letter,
    } as u32;
    let run = CAPITALS.iter().find(|(first, last, step, _)| {
        (*first..=*last).contains(&code) && (code - first).is_multiple_of(*step)
    });
    char::from_u32(code + run.map_or(0, |(.., away)| *away)).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_case_of_letters_as_the_standard_library_does() {
        for letter in '\0'..='\u{ffff}' {
            let std = letter.to_lowercase().next().unwrap();
            if small(letter) != letter && letter != 'ς' {
                assert_eq!(small(letter), std, "{letter}");
            }
        }
        let missed = |range: std::ops::RangeInclusive<char>| {
            range
                .filter(|c| *c != 'İ' && small(*c) == *c && c.to_lowercase().next() != Some(*c))
                .count()
        };
        let latin = ['\0'..='\u{17f}', '\u{1e00}'..='\u{1e95}', '\u{1ea0}'..='\u{1eff}'];
        let others = ['\u{386}'..='\u{3ce}', '\u{400}'..='\u{52f}', '\u{531}'..='\u{556}'];
        assert!(latin.into_iter().chain(others).all(|range| missed(range) == 0));
    }

    #[test]
    fn compares_in_any_case() {
        assert_eq!(fold(" ΟΔΌΣ "), fold("οδός"));
        assert_eq!(fold("ТАК, Їжа"), "так, їжа");
        assert_eq!(fold("Très ÉLEVÉ"), "très élevé");
        assert_eq!(fold("満足 OK"), "満足 ok");
    }
}
