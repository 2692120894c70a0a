//! Rows in blocks that fit the first-level cache, and shared among threads.

use std::ops::Range;

use arrow_buffer::NullBuffer;

use super::address::Address;
use super::coder::Coder;
use super::dimension::Dimension;

/// Rows in a block: codes and addresses of a block take at most 10 kB.
pub(super) const BLOCK: usize = 2048;

/// Rows that are changed together by [`each_pair`].
const LANES: usize = 32;

/// Changes each item by the value beside it. Steps of a constant number of rows become vector instructions even where
/// code is compiled for size.
#[inline]
pub(super) fn each_pair<A: Copy, B: Copy>(out: &mut [A], values: &[B], change: impl Fn(A, B) -> A) {
    let (steps, rest) = out.as_chunks_mut::<LANES>();
    let (beside, tail) = values.as_chunks::<LANES>();
    for (out, values) in steps.iter_mut().zip(beside) {
        for (out, value) in out.iter_mut().zip(values) {
            *out = change(*out, *value);
        }
    }
    for (out, value) in rest.iter_mut().zip(tail) {
        *out = change(*out, *value);
    }
}

/// Whether it is so for any byte. Looks at all of them, which vectors do faster than stopping at the first.
pub(crate) fn any_byte(bytes: &[u8], is_so: impl Fn(u8) -> bool) -> bool {
    let (steps, rest) = bytes.as_chunks::<LANES>();
    let mut found = [false; LANES];
    for step in steps {
        for (found, byte) in found.iter_mut().zip(step) {
            *found |= is_so(*byte);
        }
    }
    found.contains(&true) || rest.iter().any(|byte| is_so(*byte))
}

/// Calls `act` with the place in the block of each row without a value.
pub(super) fn each_null(
    validity: Option<&NullBuffer>,
    start: usize,
    len: usize,
    mut act: impl FnMut(usize),
) {
    let Some(validity) = validity.filter(|v| v.null_count() > 0) else { return };
    let block = validity.slice(start, len);
    if block.null_count() > 0 {
        (0..len).filter(|i| block.is_null(*i)).for_each(&mut act);
    }
}

/// Calls `act` with the first row of each block and the addresses of its rows' counters, of which there are
/// `copies` one after the other.
pub(super) fn each_block<A: Address>(
    coder: &Coder<'_>,
    dimensions: &[Dimension<'_>],
    range: Range<usize>,
    mask: Option<&[bool]>,
    copies: usize,
    mut act: impl FnMut(usize, &[A]),
) {
    let mut codes = [0_u8; BLOCK];
    let mut addresses = [A::default(); BLOCK];
    let turns: [A; BLOCK] = std::array::from_fn(|i| A::of(i % copies));
    let stride = A::of(coder.stride());
    for start in range.clone().step_by(BLOCK) {
        let size = BLOCK.min(range.end - start);
        let (Some(codes), Some(addresses), Some(turns)) =
            (codes.get_mut(..size), addresses.get_mut(..size), turns.get(..size))
        else {
            return;
        };
        coder.fill_kept(start, codes, mask);
        addresses.copy_from_slice(turns);
        for dimension in dimensions {
            dimension.fill(start, addresses);
        }
        each_pair(addresses, codes, |address, code| address.then(stride, A::position(code)));
        act(start, addresses);
    }
}

/// Shares the rows among threads and returns the parts in order.
pub(super) fn each_thread<T: Send>(
    len: usize,
    threads: usize,
    work: impl Fn(Range<usize>) -> T + Sync,
) -> Vec<T> {
    // A thread is not worth starting for fewer rows than this, and a 32-bit counter holds no more
    // than that many.
    let parts = threads.clamp(1, (len / 100_000).max(1)).max(len.div_ceil(1 << 31));
    let size = len.div_ceil(parts).max(1);
    let ranges: Vec<_> =
        (0..parts).map(|p| (p * size).min(len)..((p + 1) * size).min(len)).collect();
    #[cfg(feature = "parallel")]
    if threads > 1 {
        return std::thread::scope(|scope| {
            let handles: Vec<_> = ranges
                .iter()
                .map(|range| {
                    let work = &work;
                    scope.spawn(move || work(range.clone()))
                })
                .collect();
            // A worker cannot panic; were one to, its rows are counted again here, not lost.
            handles
                .into_iter()
                .zip(ranges.iter())
                .map(|(handle, range)| handle.join().unwrap_or_else(|_| work(range.clone())))
                .collect()
        });
    }
    ranges.into_iter().map(work).collect()
}
