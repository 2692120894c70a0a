//! E-mail and web addresses, found from the sign or word that gives them away.

use super::scan::segment;

/// Where the web address ends that starts with the word `start..end`; `None` where it is just a word.
pub(super) fn url(text: &str, start: usize, end: usize) -> Option<usize> {
    let word = text.get(start..end)?;
    let rest = text.get(end..)?;
    let scheme = !word.contains('.');
    if scheme
        && !(rest.starts_with("://")
            && rest.as_bytes().get(3).is_some_and(|b| b.is_ascii_alphanumeric()))
    {
        return None;
    }
    // An e-mail address is recognised at its sign.
    if !scheme && rest.starts_with('@') {
        return None;
    }
    let stop = |c: char| {
        c.is_whitespace()
            || matches!(c, '<' | '>' | '"' | '“' | '”' | '«' | '»' | '\u{0}'..='\u{1F}')
    };
    let open = rest.starts_with([':', '/', '?', '#']);
    let length = if open { rest.find(stop).unwrap_or(rest.len()) } else { 0 };
    #[cfg(test)]
    super::scan::work::add(length);
    let address = rest.get(..length)?;
    let address = address
        .trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', ')', ']', '}', '*', '…', '’']);
    let last = end + address.len();
    // The last boundary that is not beyond.
    let mut at = end;
    while at < last {
        let next = at + segment(text.get(at..)?);
        if next > last {
            break;
        }
        at = next;
    }
    Some(at)
}

/// The first byte and the end of the e-mail address whose `@` stands at `at`.
pub(super) fn email(text: &str, at: usize) -> Option<(usize, usize)> {
    let name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    let head = text.get(..at)?;
    // Names have at most 64 bytes.
    let head = (at.saturating_sub(64)..=at).find_map(|start| head.get(start..))?;
    let local = head
        .get(head.trim_end_matches(name).len()..)?
        .trim_start_matches(['.', '-', '%', '+', '_']);
    let domain = text.get(at + 1..)?;
    let domain = domain.get(
        ..domain.len()
            - domain
                .trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-'))
                .len(),
    )?;
    #[cfg(test)]
    super::scan::work::add(domain.len());
    let domain = domain.trim_end_matches(['.', '-']);
    let (host, top) = domain.rsplit_once('.')?;
    let fits = !local.is_empty()
        && host.starts_with(char::is_alphanumeric)
        && top.chars().count() > 1
        && top.chars().all(char::is_alphabetic);
    if !fits {
        return None;
    }
    let (first, last) = (at - local.len(), at + 1 + domain.len());
    // A joiner holds on to the sign behind it ("Ⓜ" is a letter and a sign): no word begins there.
    if text.get(..first)?.ends_with('\u{200d}') {
        return None;
    }
    let mut end = at;
    while end < last {
        end += segment(text.get(end..)?);
    }
    (end == last).then_some((first, last))
}
