//! The set of reasons of each response, numbered.

use std::borrow::Cow;

use crate::base::tally::Tally;
use crate::interpret::flag::{NONE, each_block};
use crate::interpret::frame::{Cells, Frame};
use crate::interpret::mention::Mentions;

/// Reasons up to which a set's number is its bits.
pub(crate) const MOST_EXACT: usize = 15;

/// Which reasons go together in each row.
#[derive(Debug, Clone)]
pub(crate) struct Sets {
    of_row: Numbers,
    /// The reasons of each set, by place among the players.
    members: Vec<Vec<u16>>,
    players: usize,
}

/// The number of each row's set; bits of flags are kept narrow, since memory is most of what counting them costs.
#[derive(Debug, Clone)]
enum Numbers {
    Narrow(Vec<u16>),
    Wide(Vec<u32>),
}

impl Sets {
    /// Of these reasons, by their numbers in `mentions`, ascending.
    pub(crate) fn of(mentions: &Mentions, players: &[u16]) -> Self {
        let mut places = vec![None; mentions.names().len()];
        for (place, player) in (0_u16..).zip(players) {
            if let Some(slot) = places.get_mut(usize::from(*player)) {
                *slot = Some(place);
            }
        }
        let place = |code: &u16| places.get(usize::from(*code)).copied().flatten();
        if players.len() <= MOST_EXACT {
            let bits: Vec<u32> =
                places.iter().map(|place| place.map_or(0, |place| 1 << place)).collect();
            return Self::by_bits(Numbers::Wide(mentions.sums(&bits)), players.len());
        }
        let mut known: hashbrown::HashMap<Vec<u16>, u32> = hashbrown::HashMap::new();
        let mut members: Vec<Vec<u16>> = Vec::new();
        let mut own = Vec::new();
        let number = |row: &[u16]| {
            own.clear();
            own.extend(row.iter().filter_map(place));
            if let Some(number) = known.get(&own) {
                return *number;
            }
            let number = u32::try_from(members.len()).unwrap_or(u32::MAX);
            known.insert(own.clone(), number);
            members.push(own.clone());
            number
        };
        let of_row = Numbers::Wide(mentions.iter().map(number).collect());
        Self { of_row, members, players: players.len() }
    }

    /// From flags (not 0) for each of at most [`MOST_EXACT`] reasons.
    pub(crate) fn of_flags(flags: &[Cow<'_, [u8]>], rows: usize) -> Self {
        let mut of_row = Vec::with_capacity(rows);
        each_block(flags, rows, |bytes, len| {
            let byte = |at: usize| bytes.get(at).unwrap_or(&NONE);
            let sets = byte(0).iter().zip(byte(1)).map(|(l, h)| u16::from_le_bytes([*l, *h]));
            of_row.extend(sets.take(len));
        });
        Self::by_bits(Numbers::Narrow(of_row), flags.len())
    }

    fn by_bits(of_row: Numbers, players: usize) -> Self {
        let members = |set: u32| (0..16).filter(|place| set >> place & 1 == 1).collect();
        Self { of_row, members: (0..1 << players).map(members).collect(), players }
    }

    pub(crate) fn players(&self) -> usize {
        self.players
    }

    /// Whether a set's number is its bits.
    pub(crate) fn is_exact(&self) -> bool {
        self.players <= MOST_EXACT
    }

    /// The reasons of each set.
    pub(crate) fn members(&self) -> &[Vec<u16>] {
        &self.members
    }

    /// The rated responses with each set, counted by point.
    pub(crate) fn count<'a>(&self, frame: &'a Frame<'a>) -> Cells<'a> {
        let mut cells = Cells::new(self.members.len(), frame);
        match &self.of_row {
            Numbers::Narrow(numbers) => cells.add_rows(numbers),
            Numbers::Wide(numbers) => cells.add_rows(numbers),
        }
        cells
    }

    /// The responses that mention each reason, and all together, from those with each set.
    pub(crate) fn by_player<'a>(
        &self,
        frame: &'a Frame<'a>,
        counted: &Cells<'a>,
    ) -> (Vec<Tally>, Tally) {
        let mut players = Cells::new(self.players, frame);
        let mut all = Cells::new(1, frame);
        for (set, point, cell) in counted.iter() {
            all.add_cell(0, point, cell);
            for player in self.members.get(set).into_iter().flatten() {
                players.add_cell(usize::from(*player), point, cell);
            }
        }
        (players.tallies(), all.tally())
    }
}
