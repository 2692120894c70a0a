//! Numbers of 16 or 32 bits that say where a counter is.

use crate::listen::column::Primitive;

/// Counters that 16 bits can address.
pub(super) const NARROW: usize = 1 << 16;

/// What addresses a counter: slots of groups first, in the end counters.
pub(super) trait Address: Copy + Default {
    /// Counters at zero for addresses below `size`.
    fn table(size: usize) -> Vec<u32>;

    /// The greatest where it does not fit.
    fn of(value: usize) -> Self;

    /// A position in a dictionary; beyond any that counters can be addressed for where it does not fit.
    fn position(key: impl Primitive) -> Self;

    /// `self * card + position`, or the last position where there is no such.
    fn then(self, card: Self, position: Self) -> Self;

    /// The last position instead of the one there is.
    fn with_last(self, card: Self) -> Self;

    /// Adds 1 to the counter at each address.
    fn count(addresses: &[Self], table: &mut [u32]);

    fn index(self) -> usize;
}

macro_rules! address {
    ($type:ident, $position:ident, |$size:ident| $least:expr, |$addresses:ident, $table:ident| $count:expr) => {
        impl Address for $type {
            fn table($size: usize) -> Vec<u32> {
                vec![0; $least]
            }

            #[inline]
            fn of(value: usize) -> Self {
                Self::try_from(value).unwrap_or(Self::MAX)
            }

            #[inline]
            fn position(key: impl Primitive) -> Self {
                key.$position()
            }

            #[inline]
            fn then(self, card: Self, position: Self) -> Self {
                // Few enough counters do not wrap; where there are more, slots are filled one
                // dimension at a time.
                self.wrapping_mul(card).wrapping_add(position.min(card - 1))
            }

            #[inline]
            fn with_last(self, card: Self) -> Self {
                self - self % card + (card - 1)
            }

            #[inline]
            fn count($addresses: &[Self], $table: &mut [u32]) {
                $count
            }

            #[inline]
            fn index(self) -> usize {
                self as usize
            }
        }
    };
}

address!(u16, position_u16, |_size| NARROW, |addresses, table| {
    let Some(table) = table.first_chunk_mut::<NARROW>() else { return };
    for address in addresses {
        #[expect(clippy::indexing_slicing, reason = "a counter for each number of 16 bits")]
        {
            table[usize::from(*address)] += 1;
        }
    }
});
address!(u32, position_u32, |size| size, |addresses, table| {
    for address in addresses {
        if let Some(count) = table.get_mut(address.index()) {
            *count += 1;
        }
    }
});
