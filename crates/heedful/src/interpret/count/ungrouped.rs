//! All rows into one group: bytes that are compared many at a time.

use super::block::{BLOCK, each_null};
use super::coder::{Coder, Source};

/// Whether [`ungrouped`] can count these ratings.
pub(super) fn bytes_alone(coder: &Coder<'_>) -> bool {
    matches!(coder.source, Source::Bytes(..)) && coder.points() <= 16
}

/// All rows into one group: the fastest loop, since nothing but the ratings is read.
pub(super) fn ungrouped(coder: &Coder<'_>, len: usize, counts: &mut [u64]) {
    let points = usize::from(coder.points());
    let Source::Bytes(values, table, _) = &coder.source else { return };
    let values = values.get(..len).unwrap_or(values);
    let bytes = (0..=u8::MAX).zip(table.iter());
    let on_scale: Vec<u8> =
        bytes.filter(|(_, c)| usize::from(**c) < points).map(|(v, _)| v).collect();
    let mut left = values.len() as u64;
    // A chunk stays in the first-level cache while its values are counted one after the other.
    for chunk in values.chunks(LANES * 255) {
        for value in &on_scale {
            let count = occurrences(chunk, *value);
            left -= count;
            let code = table.get(usize::from(*value)).copied().unwrap_or_default();
            if let Some(slot) = counts.get_mut(usize::from(code)) {
                *slot += count;
            }
        }
    }
    if left > 0 {
        // Bytes off the scale are rare: count them by value only where there are any.
        let off = values.iter().filter_map(|v| table.get(usize::from(*v)));
        for code in off.filter(|code| usize::from(**code) >= points) {
            if let Some(slot) = counts.get_mut(usize::from(*code)) {
                *slot += 1;
            }
        }
    }
    // What stands in rows without a value was counted too: move it to the missing.
    let mut missing = 0;
    for (start, block) in values.chunks(BLOCK).enumerate() {
        each_null(coder.validity, start * BLOCK, block.len(), |i| {
            let code = block.get(i).and_then(|v| table.get(usize::from(*v)));
            if let Some(slot) = code.and_then(|c| counts.get_mut(usize::from(*c))) {
                *slot -= 1;
                missing += 1;
            }
        });
    }
    if let Some(slot) = counts.get_mut(points) {
        *slot += missing;
    }
}

/// Bytes that are compared at once: as many vectors as it takes to keep all units busy.
const LANES: usize = 64;

/// How often a byte occurs in a chunk of at most 255 times [`LANES`] bytes, so that lanes of 8-bit counters
/// cannot overflow. Unlike a table of counters this does not slow down where one value prevails.
#[inline(never)] // inlined, it is no longer compiled to vector instructions
fn occurrences(chunk: &[u8], wanted: u8) -> u64 {
    let mut lanes = [0_u8; LANES];
    let (wide, rest) = chunk.as_chunks::<LANES>();
    for bytes in wide {
        for (lane, byte) in lanes.iter_mut().zip(bytes) {
            *lane = lane.wrapping_add(u8::from(*byte == wanted));
        }
    }
    let rest = rest.iter().filter(|byte| **byte == wanted).count() as u64;
    lanes.iter().map(|lane| u64::from(*lane)).sum::<u64>() + rest
}
