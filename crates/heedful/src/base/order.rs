//! Sorting short lists of any type by code that is compiled once.

use std::cmp::Ordering;

/// Sorts a list; equals stay in their order. The standard library's sort is compiled anew for every type and
/// comparison, 4 kB each: that is for long lists.
pub(crate) fn sort_by<T>(list: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    if list.len() < 2 {
        return;
    }
    let mut order: Vec<usize> = (0..list.len()).collect();
    sort_places(&mut order, &|a, b| match (list.get(a), list.get(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    let mut taken: Vec<Option<T>> = list.drain(..).map(Some).collect();
    list.extend(order.iter().filter_map(|place| taken.get_mut(*place)?.take()));
}

/// Sorts a list by a key of its items, as [`sort_by`] does.
pub(crate) fn sort_by_key<T, K: Ord>(list: &mut Vec<T>, key: impl Fn(&T) -> K) {
    sort_by(list, |a, b| key(a).cmp(&key(b)));
}

/// The places 0 to `len` in runs of equals, both in order.
pub(crate) fn runs(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..len).collect();
    sort_places(&mut order, compare);
    order.chunk_by(|a, b| compare(*a, *b).is_eq()).map(<[usize]>::to_vec).collect()
}

/// Sorts places of a list.
pub(crate) fn sort_places(order: &mut [usize], compare: &dyn Fn(usize, usize) -> Ordering) {
    order.sort_by(|a, b| compare(*a, *b));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn runs_hold_equals_in_order() {
        let list = [3, 1, 3, 2, 1];
        assert_eq!(runs(5, &|a, b| list[a].cmp(&list[b])), [vec![1, 4], vec![3], vec![0, 2]]);
        assert!(runs(0, &|_, _| Ordering::Equal).is_empty());
    }

    proptest! {
        #[test]
        fn sorts_as_the_standard_library_does(list in prop::collection::vec((0_u8..5, any::<u8>()), 0..40)) {
            let (mut ours, mut theirs) = (list.clone(), list);
            sort_by(&mut ours, |a, b| a.0.cmp(&b.0));
            theirs.sort_by_key(|item| item.0);
            prop_assert_eq!(&ours, &theirs);
            sort_by_key(&mut ours, |item| item.1);
            theirs.sort_by_key(|item| item.1);
            prop_assert_eq!(ours, theirs);
        }
    }
}
