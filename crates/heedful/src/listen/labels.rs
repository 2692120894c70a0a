//! Attributes and ids as they are read: which kind of column they become.

use super::column::{Column, Encoder, TextsBuilder};
use crate::base::key::Key;

/// Attributes and ids: categories as long as they repeat, then plain texts, because a dictionary of
/// a file's length costs more than it saves. A text can be grouped by just as well.
#[derive(Debug)]
pub(crate) enum Labels {
    Few(Encoder),
    Many(TextsBuilder),
}

/// There may be so many different values before it matters whether they repeat.
const MANY: usize = 1 << 16;

/// Whether fewer than one row in four repeats a value.
fn hardly_repeat(distinct: usize, rows: usize) -> bool {
    distinct > rows / 4 * 3
}

impl Default for Labels {
    fn default() -> Self {
        Self::Few(Encoder::default())
    }
}

impl Labels {
    /// Adds a row.
    #[inline]
    pub(crate) fn push(&mut self, text: Option<&str>) {
        match self {
            Self::Few(encoder) => {
                encoder.push(text);
                let distinct = encoder.distinct();
                if distinct > MANY && hardly_repeat(distinct, encoder.len()) {
                    self.give_up();
                }
            }
            Self::Many(texts) => texts.push(text),
        }
    }

    #[cold]
    fn give_up(&mut self) {
        if let Self::Few(encoder) = self {
            let column = Column::Category(std::mem::take(encoder).finish());
            let mut texts = TextsBuilder::default();
            for row in 0..column.len() {
                let key = column.key(row);
                texts.push(if let Key::Text(text) = &key { Some(text) } else { None });
            }
            *self = Self::Many(texts);
        }
    }

    /// The finished column.
    pub(crate) fn finish(self) -> Column {
        match self {
            Self::Few(encoder) => Column::Category(encoder.finish()),
            Self::Many(texts) => Column::Text(texts.finish()),
        }
    }
}

impl<'a> FromIterator<Option<&'a str>> for Labels {
    fn from_iter<I: IntoIterator<Item = Option<&'a str>>>(texts: I) -> Self {
        let mut labels = Self::default();
        texts.into_iter().for_each(|text| labels.push(text));
        labels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_texts_and_what_repeats_is_categories() {
        let rows = 4 * MANY;
        let read = |distinct: usize| -> Column {
            let texts: Vec<String> = (0..rows).map(|row| format!("v{}", row % distinct)).collect();
            let labels: Labels = texts.iter().map(|text| Some(text.as_str())).collect();
            let column = labels.finish();
            assert_eq!(column.len(), rows);
            assert!((0..rows).all(|row| column.text(row).as_deref() == Some(&texts[row])));
            column
        };
        assert!(matches!(read(rows), Column::Text(_)));
        assert!(matches!(read(MANY), Column::Category(_)));
    }
}
