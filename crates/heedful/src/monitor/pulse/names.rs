//! Customers by the hashes of their ids, with their ids where a rule is to name them.

use hashbrown::HashMap;

use crate::base::hash::{fnv, mixed};

/// No customer, no id.
pub(super) const NONE: u64 = 0;

/// The hash of a customer or of a response's id.
pub(super) fn hash_of(id: &str) -> u64 {
    mixed(fnv(id.bytes())).max(NONE + 1)
}

/// The ids of customers, for as long as something refers to them.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    known: HashMap<u64, Known>,
}

#[derive(Debug, Clone)]
struct Known {
    name: Box<str>,
    uses: u32,
}

impl Names {
    pub(super) fn hold(&mut self, customer: u64, name: &str) {
        match self.known.get_mut(&customer) {
            Some(known) => known.uses += 1,
            None => drop(self.known.insert(customer, Known { name: name.into(), uses: 1 })),
        }
    }

    pub(super) fn again(&mut self, customer: u64) {
        if let Some(known) = self.known.get_mut(&customer) {
            known.uses += 1;
        }
    }

    pub(super) fn release(&mut self, customer: u64) {
        let Some(known) = self.known.get_mut(&customer) else { return };
        known.uses = known.uses.saturating_sub(1);
        if known.uses == 0 {
            self.known.remove(&customer);
        }
    }

    pub(super) fn name(&self, customer: u64) -> Option<&str> {
        self.known.get(&customer).map(|known| &*known.name)
    }

    /// All that are known, in the order of their hashes.
    pub(super) fn all(&self) -> Vec<(u64, &str)> {
        let mut all: Vec<(u64, &str)> =
            self.known.iter().map(|(customer, known)| (*customer, &*known.name)).collect();
        all.sort_unstable();
        all
    }
}
