//! Customers by number, for as long as something refers to them.

use std::sync::Arc;

use hashbrown::HashMap;

/// No customer.
pub(super) const NOBODY: u32 = u32::MAX;

#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    numbers: HashMap<Arc<str>, u32>,
    known: Vec<Option<Known>>,
    free: Vec<u32>,
}

#[derive(Debug, Clone)]
struct Known {
    name: Arc<str>,
    uses: u32,
}

impl Names {
    /// The number of a customer, with one use more.
    pub(super) fn hold(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name).copied() {
            self.again(number);
            return number;
        }
        let name: Arc<str> = name.into();
        let known = Some(Known { name: Arc::clone(&name), uses: 1 });
        let number = match self.free.pop() {
            Some(number) => {
                if let Some(slot) = self.known.get_mut(number as usize) {
                    *slot = known;
                }
                number
            }
            None => {
                self.known.push(known);
                // More customers than that do not fit into memory.
                u32::try_from(self.known.len() - 1).unwrap_or(NOBODY)
            }
        };
        self.numbers.insert(name, number);
        number
    }

    pub(super) fn again(&mut self, number: u32) {
        if let Some(Some(known)) = self.known.get_mut(number as usize) {
            known.uses += 1;
        }
    }

    pub(super) fn release(&mut self, number: u32) {
        let Some(slot) = self.known.get_mut(number as usize) else { return };
        let Some(known) = slot else { return };
        known.uses = known.uses.saturating_sub(1);
        if known.uses == 0 {
            self.numbers.remove(&known.name);
            *slot = None;
            self.free.push(number);
        }
    }

    pub(super) fn number(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    pub(super) fn name(&self, number: u32) -> Option<&str> {
        self.known.get(number as usize)?.as_ref().map(|known| &*known.name)
    }

    /// All that are known, in no order.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, u32)> {
        self.numbers.iter().map(|(name, number)| (&**name, *number))
    }
}
