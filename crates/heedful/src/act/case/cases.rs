//! The cases of a desk, found by id, by customer and by what happens next.

use std::collections::{BTreeMap, btree_map};

use super::model::Case;
use crate::base::sorted::{SortedMap, SortedSet};

/// Cases by id. Whose they are and when something happens by itself is kept beside them: who looks for the few cases of a
/// customer, or for those that are due, does not look at all.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Cases {
    by_id: BTreeMap<String, Case>,
    /// Ids by customer.
    owned: SortedMap<String, SortedSet<String>>,
    /// Ids by the time of the next tick.
    ticks: SortedMap<i64, SortedSet<String>>,
}

impl Cases {
    pub(super) fn get(&self, id: &str) -> Option<&Case> {
        self.by_id.get(id)
    }

    pub(super) fn values(&self) -> btree_map::Values<'_, String, Case> {
        self.by_id.values()
    }

    /// Puts a case in the place of the one with its id, if there is one; whether there was.
    pub(super) fn insert(&mut self, case: Case) -> bool {
        let known = self.remove(case.id()).is_some();
        let id = case.id().to_owned();
        if let Some(customer) = &case.facts.customer {
            self.owned.entry(customer.clone()).or_default().insert(id.clone());
        }
        if let Some(at) = case.next_tick() {
            self.ticks.entry(at).or_default().insert(id.clone());
        }
        self.by_id.insert(id, case);
        known
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<Case> {
        let case = self.by_id.remove(id)?;
        if let Some(customer) = &case.facts.customer {
            take_out(&mut self.owned, customer, id);
        }
        if let Some(at) = case.next_tick() {
            take_out(&mut self.ticks, &at, id);
        }
        Some(case)
    }

    /// The cases of a customer, by id.
    pub(super) fn of(&self, customer: &str) -> impl Iterator<Item = &Case> {
        let ids = self.owned.get(customer).into_iter().flat_map(SortedSet::iter);
        ids.filter_map(|id| self.by_id.get(id))
    }

    /// The cases of which something happens by itself up to a time, by id.
    pub(super) fn ready(&self, now: i64) -> Vec<&Case> {
        let times = self.ticks.iter().take_while(|(at, _)| **at <= now);
        let mut ids: Vec<&String> = times.flat_map(|(_, ids)| ids.iter()).collect();
        ids.sort_unstable();
        ids.into_iter().filter_map(|id| self.by_id.get(id)).collect()
    }

    /// When something next happens by itself.
    pub(super) fn next_tick(&self) -> Option<i64> {
        self.ticks.keys().next().copied()
    }
}

/// Takes an id out of its set, and the set out of its place where nothing is left in it.
fn take_out<K: Ord>(sets: &mut SortedMap<K, SortedSet<String>>, key: &K, id: &str) {
    if let Some(ids) = sets.get_mut(key) {
        ids.remove(id);
        if ids.len() == 0 {
            sets.remove(key);
        }
    }
}
