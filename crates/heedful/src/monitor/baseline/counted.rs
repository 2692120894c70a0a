//! The periods that a baseline remembers.

/// Counts in order, with the exposure of each: 1, or the volume that the count is out of, and 0 where the period is
/// missing. Exposures take memory only where one of them is not 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Counted {
    counts: Vec<f64>,
    exposures: Vec<f64>,
}

/// Makes room for an eighth more: there are many series, and each is soon cut to its memory again.
fn grow(values: &mut Vec<f64>) {
    if values.len() == values.capacity() {
        values.reserve_exact(values.len() / 8 + 16);
    }
}

impl Counted {
    pub(crate) fn len(&self) -> usize {
        self.counts.len()
    }

    pub(crate) fn reserve(&mut self, more: usize) {
        self.counts.reserve_exact(more);
    }

    pub(crate) fn push(&mut self, count: f64, exposure: f64) {
        if self.exposures.is_empty() && exposure != 1.0 {
            self.exposures = vec![1.0; self.counts.len()];
        }
        if exposure != 1.0 || !self.exposures.is_empty() {
            grow(&mut self.exposures);
            self.exposures.push(exposure);
        }
        grow(&mut self.counts);
        self.counts.push(count);
    }

    /// Count and exposure of a period.
    pub(crate) fn get(&self, row: usize) -> Option<(f64, f64)> {
        let count = *self.counts.get(row)?;
        Some((count, if self.exposures.is_empty() { 1.0 } else { *self.exposures.get(row)? }))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        (0..self.len()).filter_map(|row| self.get(row))
    }

    /// Forgets the first periods.
    pub(crate) fn forget(&mut self, periods: usize) {
        self.counts.drain(..periods.min(self.counts.len()));
        self.exposures.drain(..periods.min(self.exposures.len()));
        if self.exposures.iter().all(|exposure| *exposure == 1.0) {
            self.exposures = Vec::new();
        }
    }
}
