//! Emoticons: eyes, perhaps a nose, a mouth.

const FIXED: &[&str] =
    &["¯\\_(ツ)_/¯", "</3", "<3", "^_^", "^.^", "^^", "-_-", "-.-", ">_<", ">.<", "\\o/"];

/// Those that are words by the Unicode rules.
pub(super) fn is_word(word: &str) -> bool {
    matches!(
        word,
        "xD" | "XD"
            | "xd"
            | "xDD"
            | "XDD"
            | "T_T"
            | "o_o"
            | "O_o"
            | "o_O"
            | "O_O"
            | "u_u"
            | "x_x"
            | "X_X"
    )
}

/// The length in bytes of the emoticon that `rest` starts with, after `before`.
pub(super) fn length(rest: &str, before: Option<char>) -> Option<usize> {
    if let Some(fixed) = FIXED.iter().find(|fixed| rest.starts_with(**fixed)) {
        return Some(fixed.len());
    }
    let bytes = rest.as_bytes();
    let at = |index: usize| bytes.get(index).copied().unwrap_or(0);
    let mut index = usize::from(at(0) == b'>');
    let eyes = at(index);
    let length = if matches!(eyes, b':' | b';' | b'=') {
        index += 1;
        let mut face = false;
        for nose in [b'\'', b'-', b'^', b'~'] {
            if at(index) == nose {
                index += 1;
                face = true;
            }
        }
        let mouth = at(index);
        let known = match mouth {
            b')' | b'(' | b']' | b'[' | b'D' | b'P' | b'p' | b'|' => true,
            b'/' | b'\\' => {
                at(index + 1) != b'/' && (face || !before.is_some_and(char::is_numeric))
            }
            b'}' | b'{' | b'O' | b'o' | b'S' | b's' | b'X' | b'x' | b'*' | b'3' | b'$' | b'@'
            | b'>' | b'<' => eyes != b'=',
            _ => false,
        };
        if !known {
            return None;
        }
        index += 1;
        if matches!(mouth, b')' | b'(' | b'D') {
            while at(index) == mouth {
                index += 1;
            }
        }
        let close = before.is_some_and(char::is_alphanumeric);
        let next = rest.get(index..).and_then(|rest| rest.chars().next());
        if close
            && !face
            && (mouth.is_ascii_alphanumeric() || next.is_some_and(char::is_alphanumeric))
        {
            return None; // `10:3`, `either:(a)`
        }
        index
    } else if index == 0 && matches!(eyes, b'(' | b')') {
        index += 1;
        let nose = at(index) == b'-';
        index += usize::from(nose);
        let known = matches!(at(index), b':' | b';' | b'=') && (nose || eyes == b'(');
        let next = rest.get(index + 1..).and_then(|rest| rest.chars().next());
        if !known || next.is_some_and(|c| !c.is_whitespace()) {
            return None;
        }
        index + 1
    } else {
        return None;
    };
    Some(length)
}

/// Without nose, the mouth once, plain eyes.
pub(super) fn fold(surface: &str) -> String {
    if FIXED.contains(&surface) || is_word(surface) {
        return surface.to_lowercase();
    }
    let mut folded = String::new();
    for c in surface.chars() {
        let c = if c == '=' { ':' } else { c };
        if !matches!(c, '-' | '^' | '~') && !folded.ends_with(c) {
            folded.push(c);
        }
    }
    folded
}
