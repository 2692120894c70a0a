use arrow_buffer::NullBuffer;
use proptest::prelude::*;

use super::*;
use crate::listen::column::{Category, Column, Keys};

fn columns(rows: &[(Option<u8>, Option<u8>, Option<u8>)]) -> [Column; 3] {
    let ratings: Vec<Option<f64>> = rows.iter().map(|r| r.0.map(f64::from)).collect();
    let text = |v: Option<u8>| v.map(|v| format!("g{v}"));
    [
        Column::optional_numbers(&ratings),
        Column::categories(rows.iter().map(|r| text(r.1))),
        Column::texts(rows.iter().map(|r| text(r.2))),
    ]
}

/// The slow twin: one map entry after the other.
fn slow(
    rows: &[(Option<u8>, Option<u8>, Option<u8>)],
) -> std::collections::BTreeMap<(Vec<Key>, u8), u64> {
    let mut map = std::collections::BTreeMap::new();
    for (rating, a, b) in rows {
        let key = |v: &Option<u8>| v.map_or(Key::Missing, |v| Key::text(&format!("g{v}")));
        let code = match rating {
            Some(r) if *r <= 10 => *r,
            Some(_) => 13,
            None => 11,
        };
        *map.entry((vec![key(a), key(b)], code)).or_insert(0) += 1;
    }
    map
}

fn found(counters: &Counters) -> std::collections::BTreeMap<(Vec<Key>, u8), u64> {
    let mut map = std::collections::BTreeMap::new();
    for (keys, counts) in counters.keys.iter().zip(counters.counts.chunks(counters.stride)) {
        for (code, count) in (0..=u8::MAX).zip(counts) {
            if *count > 0 {
                *map.entry((keys.clone(), code)).or_insert(0) += count;
            }
        }
    }
    map
}

proptest! {
    #[test]
    fn counts_like_the_slow_twin(
        rows in prop::collection::vec(
            (prop::option::of(0..13u8), prop::option::of(0..4u8), prop::option::of(0..3u8)), 0..300),
        threads in 1..4usize,
    ) {
        let [ratings, a, b] = columns(&rows);
        let scale = Scale::preset("0-10").unwrap();
        let coder = Coder::new(&ratings, &scale, &[]).unwrap();
        let dimensions = [Dimension::of_column(&a).unwrap(), Dimension::of_column(&b).unwrap()];
        let how = Rows { threads, ..Rows::default() };
        let expected = slow(&rows);
        prop_assert_eq!(&found(&Counters::of(&coder, &dimensions, rows.len(), how)), &expected);
        prop_assert_eq!(&found(&Counters::sparse(&coder, &dimensions, rows.len(), how)), &expected);
        let mut wide = Counters::of(&coder, &dimensions, rows.len(), how);
        wide.counts.fill(0);
        wide.count::<u32>(&coder, &dimensions, rows.len(), how);
        prop_assert_eq!(&found(&wide), &expected);
        let weights = vec![1.0; rows.len()];
        let weighted = Rows { weights: Some(&weights), ..how };
        let counters = Counters::of(&coder, &dimensions, rows.len(), weighted);
        prop_assert_eq!(&found(&counters), &expected);
        let sums: f64 = counters.sums.iter().sum();
        prop_assert_eq!(sums, rows.len() as f64);
    }

    #[test]
    fn positions_beyond_the_dictionary_are_missing(
        positions in prop::collection::vec(prop_oneof![-3..6i64, any::<i64>()], 1..200),
    ) {
        let rated = |column: Keys| {
            let values = std::sync::Arc::new((0..4).map(Key::Int).collect());
            let column = Column::Category(Category { keys: column, validity: None, values });
            let ratings = Column::numbers(vec![10_u8; positions.len()]);
            let scale = Scale::preset("0-10").unwrap();
            let coder = Coder::new(&ratings, &scale, &[]).unwrap();
            let dimensions = [Dimension::of_column(&column).unwrap()];
            let mut narrow = Counters::of(&coder, &dimensions, positions.len(), Rows::default());
            let counts = found(&narrow);
            narrow.counts.fill(0);
            narrow.count::<u32>(&coder, &dimensions, positions.len(), Rows::default());
            assert_eq!(found(&narrow), counts);
            counts
        };
        let expected = |positions: &[i64]| {
            let mut counts = std::collections::BTreeMap::new();
            for position in positions {
                let key = if (0..4).contains(position) { Key::Int(*position) } else { Key::Missing };
                *counts.entry((vec![key], 10)).or_insert(0) += 1;
            }
            counts
        };
        prop_assert_eq!(rated(Keys::from(positions.clone())), expected(&positions));
        macro_rules! each {
            ($($type:ty),*) => {$(
                #[expect(clippy::allow_attributes, reason = "one body for all types")]
                {
                    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_lossless, reason = "wraps as meant")]
                    let typed: Vec<$type> = positions.iter().map(|p| *p as $type).collect();
                    #[allow(clippy::cast_possible_wrap, clippy::cast_lossless, reason = "what is negative is beyond, too")]
                    let wide: Vec<i64> = typed.iter().map(|p| *p as i64).collect();
                    prop_assert_eq!(rated(Keys::from(typed)), expected(&wide));
                }
            )*};
        }
        each!(u8, i8, u16, i16, u32, i32, u64);
    }

    #[test]
    fn bytes_without_a_value_are_missing(
        rows in prop::collection::vec((0..=255u8, any::<bool>()), 0..5000),
    ) {
        let scale = Scale::preset("0-10").unwrap();
        let values: Vec<u8> = rows.iter().map(|r| r.0).collect();
        let validity = NullBuffer::from(rows.iter().map(|r| r.1).collect::<Vec<_>>());
        let column = Column::Number(values.into(), Some(validity));
        let coder = Coder::new(&column, &scale, &[]).unwrap();
        let counters = Counters::of(&coder, &[], rows.len(), Rows::default());
        let mut expected = vec![0; 15];
        for (value, valid) in &rows {
            expected[if !valid { 11 } else if *value <= 10 { usize::from(*value) } else { 13 }] += 1;
        }
        prop_assert_eq!(counters.counts, expected);
    }

    #[test]
    fn every_type_of_rating_counts_alike(ratings in prop::collection::vec(0..=120u8, 0..600)) {
        let scale = Scale::preset("0-10").unwrap();
        let hundred = Scale::preset("0-100").unwrap();
        let types: [Column; 5] = [
            Column::numbers(ratings.clone()),
            Column::numbers(ratings.iter().map(|r| i32::from(*r)).collect::<Vec<_>>()),
            Column::numbers(ratings.iter().map(|r| f64::from(*r)).collect::<Vec<_>>()),
            Column::categories(ratings.iter().map(|r| Some(format!("{r} - likely")))),
            Column::texts(ratings.iter().map(|r| Some(r.to_string()))),
        ];
        for scale in [&scale, &hundred] {
            let top = scale.points().len();
            let mut expected = vec![0; top + 4];
            for rating in &ratings {
                let code = if usize::from(*rating) < top { usize::from(*rating) } else { top + 2 };
                expected[code] += 1;
            }
            for column in &types {
                let coder = Coder::new(column, scale, &[]).unwrap();
                let counters = Counters::of(&coder, &[], ratings.len(), Rows::default());
                prop_assert_eq!(&counters.counts, &expected);
            }
        }
    }
}
