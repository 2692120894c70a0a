//! Parting comments so that the same text is never on two sides.

use hashbrown::HashMap;
use serde::Serialize;

use super::labels::Labels;
use crate::base::order::sort_by;
use crate::{Error, ErrorCode, Result};

/// Two sides of a table of comments: row numbers, ascending.
///
/// ```
/// use heedful::{Labels, Split};
///
/// let texts: Vec<_> = (0..100).map(|row| format!("comment {row}")).collect();
/// let labels = Labels::single((0..100).map(|row| Some(["price", "staff"][usize::from(row % 5 == 0)])))?;
/// let split = Split::new(&texts, &labels, 0.2, 1)?;
/// assert_eq!((split.train.len(), split.test.len()), (80, 20));
/// assert_eq!(split.test.iter().filter(|row| *row % 5 == 0).count(), 4); // one in five of either reason
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Split {
    /// To learn from.
    pub train: Vec<usize>,
    /// Held out, to measure on.
    pub test: Vec<usize>,
}

impl Split {
    /// Holds out about `share` of the labelled comments.
    ///
    /// Comments that are the same but for case, spacing and punctuation stay together. Every reason is parted
    /// in about the same proportion (by its rarest reason where a comment has several). Which ones are held out follows
    /// from the texts, the labels and the seed, not from the order of rows. Comments whose labels are not known
    /// are on neither side.
    ///
    /// ```
    /// use heedful::{Labels, Split};
    /// let texts = ["Late again", "late again!", "too dear", "friendly staff"];
    /// let labels = Labels::single([Some("delay"), Some("delay"), Some("price"), Some("staff")])?;
    /// let split = Split::new(&texts, &labels, 0.5, 1)?;
    /// assert_eq!(split.test.contains(&0), split.test.contains(&1));
    /// assert_eq!(split.train.len() + split.test.len(), 4);
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `length-mismatch` where there are not as many labels as texts; `invalid-argument` unless 0 < `share` < 1.
    pub fn new<T: AsRef<str>>(texts: &[T], labels: &Labels, share: f64, seed: u64) -> Result<Self> {
        check_length(texts.len(), labels)?;
        if !(share > 0.0 && share < 1.0) {
            let message = "share must lie between 0 and 1";
            return Err(Error::new(ErrorCode::InvalidArgument, message).at("share"));
        }
        let keys: Vec<u64> = texts.iter().map(|text| text_key(text.as_ref())).collect();
        let mut split = Self { train: Vec::new(), test: Vec::new() };
        let places = deal(&keys, labels, seed);
        for (row, place) in places.into_iter().enumerate() {
            let Some(place) = place else { continue };
            let held = ((place + 1) as f64 * share).floor() > (place as f64 * share).floor();
            if held { &mut split.test } else { &mut split.train }.push(row);
        }
        Ok(split)
    }
}

pub(crate) fn check_length(texts: usize, labels: &Labels) -> Result<()> {
    if texts == labels.len() {
        return Ok(());
    }
    let message = format!("{texts} comments but {} labels", labels.len());
    Err(Error::new(ErrorCode::LengthMismatch, message))
}

/// What two comments have in common that differ in case, spacing and punctuation only.
pub(crate) fn text_key(text: &str) -> u64 {
    let sounds = text.chars().filter(|c| {
        !c.is_whitespace() && !c.is_ascii_punctuation() && !matches!(c, '…' | '’' | '‘' | '“' | '”')
    });
    sounds.flat_map(char::to_lowercase).fold(0xcbf2_9ce4_8422_2325, |hash: u64, c| {
        (hash ^ u64::from(u32::from(c))).wrapping_mul(0x100_0000_01b3)
    })
}

/// Gives each labelled comment a place; the same text has the same place. Comments of a reason have places next to
/// each other, so that dealing by place parts every reason evenly.
pub(crate) fn deal(keys: &[u64], labels: &Labels, seed: u64) -> Vec<Option<usize>> {
    // The first of equal texts speaks for all.
    let mut first: HashMap<u64, usize> = HashMap::new();
    let mut counts = vec![0_u32; labels.ids().len()];
    for (row, key) in keys.iter().enumerate() {
        let Some(reasons) = labels.row(row) else { continue };
        first.entry(*key).or_insert_with(|| {
            for label in reasons {
                if let Some(count) = counts.get_mut(usize::from(*label)) {
                    *count += 1;
                }
            }
            row
        });
    }
    let rarest = |row: usize| {
        let of = |label: &u16| (counts.get(usize::from(*label)).copied(), *label);
        labels.row(row).unwrap_or_default().iter().map(of).min()
    };
    let mut order: Vec<_> =
        first.iter().map(|(k, row)| (rarest(*row), mix(*k, seed), *k)).collect();
    sort_by(&mut order, Ord::cmp);
    let places: HashMap<u64, usize> =
        order.into_iter().enumerate().map(|(place, (.., key))| (key, place)).collect();
    keys.iter()
        .enumerate()
        .map(|(row, key)| labels.row(row).and_then(|_| places.get(key).copied()))
        .collect()
}

fn mix(key: u64, seed: u64) -> u64 {
    let z = key ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_never_on_both_sides_and_reasons_are_parted_evenly() {
        let texts: Vec<String> = (0..400)
            .map(|i| format!("Comment {}{}", i % 90, if i % 3 == 0 { "!" } else { "" }))
            .collect();
        let labels =
            Labels::single((0..400).map(|i| (i != 7).then(|| format!("r{}", (i % 90) / 30))))
                .unwrap();
        let split = Split::new(&texts, &labels, 0.25, 3).unwrap();
        assert_eq!(split.train.len() + split.test.len(), 399);
        let side = |rows: &[usize]| {
            rows.iter().map(|row| row % 90).collect::<std::collections::BTreeSet<_>>()
        };
        let (train, test) = (side(&split.train), side(&split.test));
        assert!(train.is_disjoint(&test));
        for reason in 0..3 {
            let held = test.iter().filter(|text| *text / 30 == reason).count();
            assert!((7..=8).contains(&held), "{held} of 30");
        }
        assert_ne!(split, Split::new(&texts, &labels, 0.25, 4).unwrap());
        let mut order: Vec<usize> = (0..400).rev().collect();
        let turned: Vec<&String> = order.iter().map(|row| &texts[*row]).collect();
        let names: Vec<_> = order.iter().map(|row| labels.names(*row)).collect();
        let again = Split::new(&turned, &Labels::sets(names).unwrap(), 0.25, 3).unwrap();
        order.reverse();
        let mut test: Vec<usize> = again.test.iter().map(|row| 399 - row).collect();
        test.reverse();
        assert_eq!(test, split.test);
    }
}
