//! Maps and sets in the order of their keys, of which every type costs little code.
//!
//! The standard library's B-trees are compiled anew for every pair of types, 3 kB each, and the engine has about a
//! hundred pairs. Here a map is a list of short sorted lists: a key is found by halving twice, and what is put in moves
//! at most one short list.

use std::borrow::Borrow;
use std::fmt;
use std::{slice, vec};

use serde::{Serialize, Serializer};

/// Items of a list at most; a list that gets more is parted.
const MOST: usize = 128;

/// A map in the order of its keys.
#[derive(Clone)]
pub(crate) struct SortedMap<K, V> {
    /// None is empty.
    lists: Vec<Vec<(K, V)>>,
    len: usize,
}

/// Where a key is, or belongs: the list, the place in it, and whether it is there.
type Place = (usize, usize, bool);

impl<K, V> SortedMap<K, V> {
    pub(crate) const fn new() -> Self {
        Self { lists: Vec::new(), len: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn iter(&self) -> Iter<'_, K, V> {
        Iter { lists: self.lists.iter(), items: [].iter(), left: self.len }
    }

    pub(crate) fn keys(&self) -> impl ExactSizeIterator<Item = &K> + Clone {
        self.iter().map(|(key, _)| key)
    }

    pub(crate) fn values(&self) -> impl ExactSizeIterator<Item = &V> + Clone {
        self.iter().map(|(_, value)| value)
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.lists.iter_mut().flatten().map(|(_, value)| value)
    }

    pub(crate) fn into_values(self) -> impl ExactSizeIterator<Item = V> {
        self.into_iter().map(|(_, value)| value)
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        for list in &mut self.lists {
            list.retain_mut(|(key, value)| keep(key, value));
        }
        self.lists.retain(|list| !list.is_empty());
        self.len = self.lists.iter().map(Vec::len).sum();
    }
}

impl<K: Ord, V> SortedMap<K, V> {
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Place
    where
        K: Borrow<Q>,
    {
        let starts =
            |list: &Vec<(K, V)>| list.first().is_some_and(|(first, _)| first.borrow() <= key);
        let list = self.lists.partition_point(starts).saturating_sub(1);
        let Some(items) = self.lists.get(list) else { return (0, 0, false) };
        match items.binary_search_by(|(known, _)| known.borrow().cmp(key)) {
            Ok(place) => (list, place, true),
            Err(place) => (list, place, false),
        }
    }

    pub(crate) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let (list, place, there) = self.find(key);
        let (_, value) = self.lists.get(list)?.get(place).filter(|_| there)?;
        Some(value)
    }

    pub(crate) fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let (list, place, there) = self.find(key);
        let (_, value) = self.lists.get_mut(list)?.get_mut(place).filter(|_| there)?;
        Some(value)
    }

    /// The items from a key on.
    pub(crate) fn from<Q: Ord + ?Sized>(&self, key: &Q) -> impl Iterator<Item = &(K, V)>
    where
        K: Borrow<Q>,
    {
        let (list, place, _) = self.find(key);
        self.lists.get(list..).into_iter().flatten().flatten().skip(place)
    }

    pub(crate) fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).2
    }

    /// Puts a value in; gives the one back that the key had.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let (list, place, there) = self.find(&key);
        if !there {
            self.put(list, place, (key, value));
            return None;
        }
        let (_, known) = self.lists.get_mut(list)?.get_mut(place)?;
        Some(std::mem::replace(known, value))
    }

    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (list, place, true) = self.find(key) else { return None };
        let items = self.lists.get_mut(list)?;
        let (_, value) = items.remove(place);
        if items.is_empty() {
            self.lists.remove(list);
        }
        self.len -= 1;
        Some(value)
    }

    pub(crate) fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        let place = self.find(&key);
        Entry { map: self, key, place }
    }

    /// Puts an item where [`SortedMap::find`] said; says where it then is.
    fn put(&mut self, mut list: usize, mut place: usize, item: (K, V)) -> (usize, usize) {
        self.len += 1;
        let Some(items) = self.lists.get_mut(list) else {
            self.lists.push(vec![item]);
            return (list, place);
        };
        if items.len() == MOST {
            // What comes in order leaves full lists behind.
            let kept = if place == MOST { MOST } else { MOST / 2 };
            let others = items.split_off(kept);
            self.lists.insert(list + 1, others);
            if place >= kept {
                (list, place) = (list + 1, place - kept);
            }
        }
        if let Some(items) = self.lists.get_mut(list) {
            items.insert(place, item);
        }
        (list, place)
    }
}

/// A key of a map, with a value or without.
pub(crate) struct Entry<'a, K, V> {
    map: &'a mut SortedMap<K, V>,
    key: K,
    place: Place,
}

impl<'a, K: Ord, V> Entry<'a, K, V> {
    pub(crate) fn or_insert_with(self, make: impl FnOnce() -> V) -> &'a mut V {
        if self.is_there() { self.there() } else { self.put(make()) }
    }

    pub(crate) fn or_try_insert_with<E>(
        self,
        make: impl FnOnce() -> Result<V, E>,
    ) -> Result<&'a mut V, E> {
        if self.is_there() { Ok(self.there()) } else { Ok(self.put(make()?)) }
    }

    pub(crate) fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    pub(crate) fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    fn is_there(&self) -> bool {
        self.place.2
    }

    fn put(self, value: V) -> &'a mut V {
        let (list, place, _) = self.place;
        let (list, place) = self.map.put(list, place, (self.key, value));
        self.map.at(list, place)
    }

    fn there(self) -> &'a mut V {
        let (list, place, _) = self.place;
        self.map.at(list, place)
    }
}

impl<K, V> SortedMap<K, V> {
    #[expect(clippy::indexing_slicing, reason = "where an item was just found or put")]
    fn at(&mut self, list: usize, place: usize) -> &mut V {
        &mut self.lists[list][place].1
    }
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for SortedMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for SortedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other)
    }
}

impl<K: Eq, V: Eq> Eq for SortedMap<K, V> {}

impl<K: Serialize, V: Serialize> Serialize for SortedMap<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

#[cfg(feature = "schema")]
impl<K: schemars::JsonSchema, V: schemars::JsonSchema> schemars::JsonSchema for SortedMap<K, V> {
    fn inline_schema() -> bool {
        std::collections::BTreeMap::<K, V>::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        std::collections::BTreeMap::<K, V>::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        std::collections::BTreeMap::<K, V>::schema_id()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        std::collections::BTreeMap::<K, V>::json_schema(generator)
    }
}

impl<K: Ord, V> Extend<(K, V)> for SortedMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, items: I) {
        for (key, value) in items {
            self.insert(key, value);
        }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for SortedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(items: I) -> Self {
        let mut map = Self::new();
        map.extend(items);
        map
    }
}

impl<'a, K, V> IntoIterator for &'a SortedMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<K, V> IntoIterator for SortedMap<K, V> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    fn into_iter(self) -> IntoIter<K, V> {
        IntoIter { lists: self.lists.into_iter(), items: Vec::new().into_iter(), left: self.len }
    }
}

/// The items of a map.
pub(crate) struct Iter<'a, K, V> {
    lists: slice::Iter<'a, Vec<(K, V)>>,
    items: slice::Iter<'a, (K, V)>,
    left: usize,
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Self { lists: self.lists.clone(), items: self.items.clone(), left: self.left }
    }
}

/// The items of a map that is taken apart.
pub(crate) struct IntoIter<K, V> {
    lists: vec::IntoIter<Vec<(K, V)>>,
    items: vec::IntoIter<(K, V)>,
    left: usize,
}

/// Items of one list after the other.
macro_rules! iterates {
    ($type:ident $(<$life:lifetime>)?, $item:ty, $next:ident, $from:pat => $to:expr) => {
        impl<$($life,)? K, V> Iterator for $type<$($life,)? K, V> {
            type Item = $item;

            fn next(&mut self) -> Option<Self::Item> {
                loop {
                    if let Some($from) = self.items.next() {
                        self.left -= 1;
                        return Some($to);
                    }
                    self.items = self.lists.next()?.$next();
                }
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                (self.left, Some(self.left))
            }
        }

        impl<$($life,)? K, V> ExactSizeIterator for $type<$($life,)? K, V> {}
    };
}

iterates!(Iter<'a>, (&'a K, &'a V), iter, (key, value) => (key, value));
iterates!(IntoIter, (K, V), into_iter, item => item);

/// A set in order.
#[derive(Clone)]
pub(crate) struct SortedSet<K>(SortedMap<K, ()>);

impl<K> SortedSet<K> {
    pub(crate) const fn new() -> Self {
        Self(SortedMap::new())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &K> + Clone {
        self.0.keys()
    }
}

impl<K: Ord> SortedSet<K> {
    /// Whether it was not there yet.
    pub(crate) fn insert(&mut self, key: K) -> bool {
        self.0.insert(key, ()).is_none()
    }

    pub(crate) fn contains<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.contains_key(key)
    }

    /// The keys from one on.
    pub(crate) fn from<Q: Ord + ?Sized>(&self, key: &Q) -> impl Iterator<Item = &K>
    where
        K: Borrow<Q>,
    {
        self.0.from(key).map(|(key, ())| key)
    }

    /// Whether it was there.
    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.remove(key).is_some()
    }
}

impl<K> IntoIterator for SortedSet<K> {
    type Item = K;
    type IntoIter = vec::IntoIter<K>;

    fn into_iter(self) -> vec::IntoIter<K> {
        self.0.into_iter().map(|(key, ())| key).collect::<Vec<_>>().into_iter()
    }
}

impl<K> Default for SortedSet<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: fmt::Debug> fmt::Debug for SortedSet<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<K: PartialEq> PartialEq for SortedSet<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K: Eq> Eq for SortedSet<K> {}

impl<K: Ord> Extend<K> for SortedSet<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, keys: I) {
        for key in keys {
            self.insert(key);
        }
    }
}

impl<K: Ord> FromIterator<K> for SortedSet<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let mut set = Self::new();
        set.extend(keys);
        set
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    /// What is done to a map: a key is put in, asked for, taken out, counted.
    fn steps() -> impl Strategy<Value = Vec<(u8, u16)>> {
        // As many keys as fill several lists.
        prop::collection::vec((0_u8..8, 0_u16..600), 0..2_000)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn does_what_the_standard_library_does(steps in steps()) {
            let (mut ours, mut theirs) = (SortedMap::new(), BTreeMap::new());
            for (step, (what, key)) in steps.into_iter().enumerate() {
                match what {
                    0..4 => prop_assert_eq!(ours.insert(key, step), theirs.insert(key, step)),
                    4 => *ours.entry(key).or_insert(step) += 1,
                    5 => prop_assert_eq!(ours.get(&key), theirs.get(&key)),
                    6 => prop_assert_eq!(ours.remove(&key), theirs.remove(&key)),
                    _ => prop_assert_eq!(ours.get_mut(&key), theirs.get_mut(&key)),
                }
                if what == 4 {
                    *theirs.entry(key).or_insert(step) += 1;
                }
                prop_assert_eq!(ours.len(), theirs.len());
                prop_assert!(ours.lists.iter().all(|list| (1..=MOST).contains(&list.len())));
            }
            prop_assert!(ours.iter().eq(&theirs));
            prop_assert!(ours.keys().eq(theirs.keys()) && ours.values().eq(theirs.values()));
            prop_assert_eq!(ours.iter().len(), theirs.len());
            prop_assert_eq!(&ours, &theirs.iter().rev().map(|(key, value)| (*key, *value)).collect());
            ours.retain(|key, value| (usize::from(*key) + *value) % 3 == 0);
            theirs.retain(|key, value| (usize::from(*key) + *value) % 3 == 0);
            prop_assert_eq!(ours.len(), theirs.len());
            ours.values_mut().for_each(|value| *value *= 2);
            theirs.values_mut().for_each(|value| *value *= 2);
            prop_assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
            prop_assert!(ours.clone().into_values().eq(theirs.clone().into_values()));
            prop_assert!(ours.into_iter().eq(theirs));
        }

        #[test]
        fn sets_do_too(keys in prop::collection::vec(0_u16..600, 0..600)) {
            let (mut ours, mut theirs) = (SortedSet::default(), BTreeSet::new());
            for key in &keys {
                prop_assert_eq!(ours.contains(key), theirs.contains(key));
                prop_assert_eq!(ours.insert(*key), theirs.insert(*key));
            }
            for key in keys.iter().flat_map(|key| [*key, key + 1]) {
                prop_assert!(ours.from(&key).eq(theirs.range(key..)));
            }
            prop_assert!(ours.iter().eq(&theirs));
            prop_assert_eq!(ours.len(), theirs.len());
            prop_assert!(ours.clone().into_iter().eq(theirs.clone()));
            prop_assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
            prop_assert_eq!(ours, keys.into_iter().collect());
        }
    }

    #[test]
    fn keys_in_order_fill_their_lists() {
        let map: SortedMap<u32, ()> = (0..1_000).map(|key| (key, ())).collect();
        assert_eq!(map.lists.len(), 8);
        assert!(map != SortedMap::new());
        assert_eq!(
            serde_json::to_string(
                &map.iter().take(2).map(|(key, _)| (*key, 1)).collect::<SortedMap<_, _>>()
            )
            .unwrap(),
            r#"{"0":1,"1":1}"#
        );
    }
}
