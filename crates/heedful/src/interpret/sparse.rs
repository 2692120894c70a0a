//! Rows of which few columns have a value.

/// Rows of (column, value).
#[derive(Debug)]
pub(crate) struct Sparse<V> {
    /// Where each row ends.
    ends: Vec<usize>,
    cells: Vec<(u32, V)>,
}

impl<V> Default for Sparse<V> {
    fn default() -> Self {
        Self { ends: Vec::new(), cells: Vec::new() }
    }
}

impl<V> Sparse<V> {
    pub(crate) fn push(&mut self, row: impl Iterator<Item = (u32, V)>) {
        self.cells.extend(row);
        self.ends.push(self.cells.len());
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn row(&self, row: usize) -> &[(u32, V)] {
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        let end = self.ends.get(row).copied().unwrap_or_default();
        self.cells.get(start.unwrap_or_default()..end).unwrap_or_default()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[(u32, V)]> {
        (0..self.len()).map(|row| self.row(row))
    }
}
