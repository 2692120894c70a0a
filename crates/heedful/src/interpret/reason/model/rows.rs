//! The weights of features, rounded and packed: what a comment needs of a feature lies in one place.

/// Lanes are kept in whole groups of so many.
pub(super) const LANES: usize = 8;
/// Each row starts with what the feature is worth and how far its weights are shifted.
pub(super) const HEAD: usize = 2;
/// A weight is a signed byte shifted up to so many bits.
pub(super) const MOST_SHIFT: u8 = 7;

/// One row for each feature: its worth, its shift, a signed byte for each label.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    labels: usize,
    stride: usize,
    bytes: Vec<i8>,
}

impl Rows {
    pub(super) fn new(labels: usize, features: usize) -> Self {
        let stride = (HEAD + labels).next_multiple_of(LANES);
        Self { labels, stride, bytes: Vec::with_capacity(features * stride) }
    }

    /// How many lanes sums must have; the first [`HEAD`] of them mean nothing.
    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    pub(super) fn push(&mut self, worth: u8, shift: u8, weights: impl Iterator<Item = i8>) {
        let start = self.bytes.len();
        self.bytes.extend([worth.cast_signed(), shift.cast_signed()]);
        self.bytes.extend(weights.take(self.labels));
        self.bytes.resize(start + self.stride, 0);
    }

    fn row(&self, place: usize) -> &[i8] {
        self.bytes.get(place * self.stride..(place + 1) * self.stride).unwrap_or_default()
    }

    /// Worth and shift.
    pub(super) fn head(&self, place: usize) -> (u8, u8) {
        match self.row(place) {
            [worth, shift, ..] => (worth.cast_unsigned(), shift.cast_unsigned()),
            _ => (0, 0),
        }
    }

    /// The bytes of a feature, one for each label.
    pub(super) fn bytes(&self, place: usize) -> impl Iterator<Item = i8> {
        self.row(place).iter().skip(HEAD).take(self.labels).copied()
    }

    /// The weights of a feature, one for each label.
    pub(super) fn weights(&self, place: usize) -> impl Iterator<Item = i32> {
        let (_, shift) = self.head(place);
        self.bytes(place).map(move |weight| i32::from(weight) << shift)
    }

    /// The square of what a feature is worth.
    pub(super) fn square(&self, place: usize) -> u64 {
        let worth = self.bytes.get(place * self.stride).copied().unwrap_or_default();
        let worth = u64::from(worth.cast_unsigned());
        worth * worth
    }

    /// Adds the weights of a feature to sums.
    pub(super) fn add(&self, place: usize, sums: &mut [i32]) {
        let (_, shift) = self.head(place);
        let row = self.row(place).as_chunks::<LANES>().0;
        for (sums, row) in sums.as_chunks_mut::<LANES>().0.iter_mut().zip(row) {
            for (sum, weight) in sums.iter_mut().zip(row) {
                *sum += i32::from(*weight) << shift;
            }
        }
    }
}
