//! Overlap-fair contributions: the Shapley value of reasons.
//!
//! The game: v(S) is the score of the responses all of whose reasons lie in S, so that v(no reason) is the
//! score of those without reasons and v(all) the score of all.

use super::impact::Levels;
use super::sets::Sets;
use crate::base::metric::Metric;
use crate::interpret::frame::Cells;
use crate::stats::Random;
use crate::stats::poisson::CellDraw;

/// Responses with the same reasons and the same value.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cell {
    /// The number of the set of reasons.
    set: usize,
    value: f64,
    mass: f64,
    square: f64,
    count: u64,
}

/// The value of having no reason.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Reference {
    /// The score of the responses without reasons.
    Responses,
    /// A score that was declared.
    Declared(f64),
}

/// A game whose responses have been counted.
#[derive(Debug, Clone)]
pub(crate) struct Game<'a> {
    sets: &'a Sets,
    players: usize,
    cells: Vec<Cell>,
    reference: Reference,
    /// Coalitions with fewer responses take the reference.
    minimum_n: u64,
}

/// What each player gets.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shares {
    pub(crate) shares: Vec<f64>,
    /// Linearised.
    pub(crate) standard_errors: Vec<f64>,
    /// Standard error from sampling orders, where they are sampled.
    pub(crate) sampling_errors: Option<Vec<f64>>,
    /// v(no reason).
    pub(crate) reference: f64,
}

impl<'a> Game<'a> {
    /// From the responses with each set of reasons; points of one value are one cell.
    pub(crate) fn new(
        sets: &'a Sets,
        counted: &Cells<'_>,
        metric: &Metric,
        reference: Reference,
        minimum_n: u64,
    ) -> Self {
        let levels = Levels::of(metric);
        let mut cells: Vec<Cell> = Vec::new();
        for (set, point, cell) in counted.iter() {
            let level = levels.of_point.get(point).copied().unwrap_or_default();
            let value = levels.values.get(level).copied().unwrap_or_default();
            let own = cells.iter_mut().rev().take_while(|c| c.set == set);
            let mut same = own.filter(|c| !((c.value - value).abs() > 0.0));
            match same.next() {
                Some(known) => {
                    known.mass += cell.mass;
                    known.square += cell.square;
                    known.count += u64::from(cell.count);
                }
                None => cells.push(Cell {
                    set,
                    value,
                    mass: cell.mass,
                    square: cell.square,
                    count: cell.count.into(),
                }),
            }
        }
        cells.retain(|cell| cell.mass > 0.0);
        Self { sets, players: sets.players(), cells, reference, minimum_n }
    }

    /// Rated responses without any reason.
    pub(crate) fn without(&self) -> u64 {
        let none =
            self.cells.iter().filter(|c| self.sets.members().get(c.set).is_none_or(Vec::is_empty));
        none.map(|c| c.count).sum()
    }

    /// The same game with a declared value of having no reason.
    pub(crate) fn referred_to(mut self, reference: f64) -> Self {
        self.reference = Reference::Declared(reference);
        self
    }

    fn is_exact(&self) -> bool {
        self.sets.is_exact()
    }

    /// The shares, exactly or from this many pairs of orders. `None` where there is no response that the
    /// value of all or of no reason could come from.
    pub(crate) fn solve(&self, pairs: u32, random: &mut Random) -> Option<Shares> {
        if self.is_exact() { self.solve_exactly() } else { self.solve_by_orders(pairs, random) }
    }

    fn solve_exactly(&self) -> Option<Shares> {
        let size = 1_usize << self.players;
        let mut table = Table::new(size);
        for cell in &self.cells {
            table.add(cell.set, cell.mass, cell.value);
        }
        let large = self.large();
        let reference = table.values(self.reference, &large)?;
        let weights = coalition_weights(self.players);
        let shares = attribute(&table.values, self.players, &weights);
        let standard_errors = self.linearised(&table, &large, &weights);
        Some(Shares { shares, standard_errors, sampling_errors: None, reference })
    }

    /// Which coalitions have a value of their own; the others take the reference.
    fn large(&self) -> Vec<bool> {
        let size = 1_usize << self.players;
        if self.reference == Reference::Responses {
            return vec![true; size];
        }
        let mut counts = vec![0.0; size];
        for cell in &self.cells {
            if let Some(count) = counts.get_mut(cell.set) {
                *count += cell.count as f64;
            }
        }
        sum_subsets(&mut counts);
        let least = self.minimum_n as f64;
        counts.iter().enumerate().map(|(set, n)| set > 0 && *n >= least).collect()
    }

    /// The influence of a response with reasons T and value x on the share of i is the sum over the
    /// coalitions S that hold T of c(i, S) (x - v(S)) / mass(S), where the share is the sum of c(i, S) v(S).
    fn linearised(&self, table: &Table, large: &[bool], weights: &[f64]) -> Vec<f64> {
        let size = table.values.len();
        let mut slopes = vec![0.0; size];
        let mut offsets = vec![0.0; size];
        let share = |player: usize| {
            let each =
                slopes.iter_mut().zip(&mut offsets).zip(table.mass.iter().zip(&table.values));
            for (set, (((slope, offset), (mass, value)), large)) in each.zip(large).enumerate() {
                let members = set.count_ones() as usize;
                let coefficient = if set >> player & 1 == 1 {
                    weights.get(members - 1).copied().unwrap_or_default()
                } else {
                    -weights.get(members).copied().unwrap_or_default()
                };
                *slope = if *large && *mass > 0.0 { coefficient / mass } else { 0.0 };
                *offset = *slope * value;
            }
            sum_supersets(&mut slopes);
            sum_supersets(&mut offsets);
            let squared: f64 = self
                .cells
                .iter()
                .filter_map(|c| {
                    let influence = c.value * slopes.get(c.set)? - offsets.get(c.set)?;
                    Some(c.square * influence * influence)
                })
                .sum();
            libm::sqrt(squared)
        };
        (0..self.players).map(share).collect()
    }

    /// Bootstrap replicates of the shares, one list for each player; none where orders are sampled.
    pub(crate) fn replicates(&self, replicates: u32, random: &mut Random) -> Vec<Vec<f64>> {
        let mut found = vec![Vec::with_capacity(replicates as usize); self.players];
        if !self.is_exact() {
            return found;
        }
        let size = 1_usize << self.players;
        let large = self.large();
        let draws: Vec<(usize, CellDraw, f64)> =
            self.cells.iter().map(|c| (c.set, CellDraw::new(c.mass, c.square), c.value)).collect();
        let weights = coalition_weights(self.players);
        let mut table = Table::new(size);
        for _ in 0..replicates {
            table.clear();
            for (set, draw, value) in &draws {
                table.add(*set, draw.draw(random), *value);
            }
            if table.values(self.reference, &large).is_some() {
                let shares = attribute(&table.values, self.players, &weights);
                for (list, share) in found.iter_mut().zip(shares) {
                    list.push(share);
                }
            }
        }
        found
    }

    /// Shares as means over sampled orders in which reasons are added, each order with its reverse.
    ///
    /// A set of responses enters with the last of its reasons, so an order takes one pass over the sets.
    fn solve_by_orders(&self, pairs: u32, random: &mut Random) -> Option<Shares> {
        let players = self.players;
        let mut order: Vec<usize> = (0..players).collect();
        let mut sums = vec![0.0; players];
        let mut squares = vec![0.0; players];
        let mut slopes = vec![0.0; players * self.sets.members().len()];
        let mut offsets = vec![0.0; players * self.sets.members().len()];
        let mut walk = Walk::new(self);
        let pairs = pairs.max(2);
        for _ in 0..pairs {
            for last in (1..players).rev() {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a share of a small whole number"
                )]
                let other = (random.uniform() * (last + 1) as f64) as usize;
                order.swap(last, other.min(last));
            }
            let mut both = vec![0.0; players];
            for _ in 0..2 {
                walk.add(&order, &mut both, &mut slopes, &mut offsets)?;
                order.reverse();
            }
            for ((sum, square), both) in sums.iter_mut().zip(&mut squares).zip(both) {
                *sum += 0.5 * both;
                *square += 0.25 * both * both;
            }
        }
        let n = f64::from(pairs);
        let shares: Vec<f64> = sums.iter().map(|sum| sum / n).collect();
        let sampling = shares
            .iter()
            .zip(&squares)
            .map(|(mean, square)| libm::sqrt(((square / n - mean * mean) / (n - 1.0)).max(0.0)));
        let error = |player: usize| {
            let cell = |c: &Cell| {
                let at = c.set * players + player;
                let influence = c.value * slopes.get(at)? - offsets.get(at)?;
                Some(c.square * influence * influence / (4.0 * n * n))
            };
            libm::sqrt(self.cells.iter().filter_map(cell).sum())
        };
        let standard_errors = (0..players).map(error).collect();
        let sampling_errors = Some(sampling.collect());
        Some(Shares { shares, standard_errors, sampling_errors, reference: walk.reference })
    }
}

/// One order after the other over the same sets.
struct Walk<'a> {
    game: &'a Game<'a>,
    /// Mass, weighted sum and count of each set.
    sets: Vec<[f64; 3]>,
    reference: f64,
    position: Vec<usize>,
    /// By step: what has entered, and 1 / mass and value / mass where that counts.
    entered: Vec<[f64; 3]>,
    slopes: Vec<[f64; 2]>,
}

impl<'a> Walk<'a> {
    fn new(game: &'a Game<'a>) -> Self {
        let mut sets = vec![[0.0; 3]; game.sets.members().len()];
        for cell in &game.cells {
            if let Some([mass, sum, count]) = sets.get_mut(cell.set) {
                *mass += cell.mass;
                *sum += cell.mass * cell.value;
                *count += cell.count as f64;
            }
        }
        let none = sets.iter().zip(game.sets.members()).find(|(_, reasons)| reasons.is_empty());
        let reference = match (game.reference, none) {
            (Reference::Declared(value), _) => value,
            (Reference::Responses, Some(([mass, sum, _], _))) => sum / mass,
            (Reference::Responses, None) => f64::NAN,
        };
        Self {
            game,
            sets,
            reference,
            position: vec![0; game.players],
            entered: vec![[0.0; 3]; game.players + 1],
            slopes: vec![[0.0; 2]; game.players + 1],
        }
    }

    fn add(
        &mut self,
        order: &[usize],
        shares: &mut [f64],
        slopes: &mut [f64],
        offsets: &mut [f64],
    ) -> Option<()> {
        if self.reference.is_nan() {
            return None;
        }
        for (step, player) in order.iter().enumerate() {
            *self.position.get_mut(*player)? = step + 1;
        }
        self.entered.fill([0.0; 3]);
        let entry = |reasons: &[u16], position: &[usize]| {
            let steps = reasons.iter().filter_map(|r| position.get(usize::from(*r)));
            steps.copied().max().unwrap_or(0)
        };
        for (set, reasons) in self.sets.iter().zip(self.game.sets.members()) {
            let step = self.entered.get_mut(entry(reasons, &self.position))?;
            for (sum, part) in step.iter_mut().zip(set) {
                *sum += part;
            }
        }
        let mut running = [0.0; 3];
        let mut before = self.reference;
        let declared = matches!(self.game.reference, Reference::Declared(_));
        let players = std::iter::once(None).chain(order.iter().map(Some));
        for ((player, entered), slope) in players.zip(&self.entered).zip(&mut self.slopes) {
            for (sum, part) in running.iter_mut().zip(entered) {
                *sum += part;
            }
            let [mass, sum, count] = running;
            let counts = if declared {
                player.is_some() && count >= self.game.minimum_n as f64 && mass > 0.0
            } else {
                mass > 0.0
            };
            let value = if counts { sum / mass } else { self.reference };
            *slope = if counts { [1.0 / mass, value / mass] } else { [0.0; 2] };
            if let Some(player) = player {
                *shares.get_mut(*player)? += value - before;
                before = value;
            }
        }
        let count = self.game.players;
        for (set, reasons) in self.game.sets.members().iter().enumerate() {
            let entry = entry(reasons, &self.position);
            let mut last = [0.0; 2];
            let steps = self.slopes.iter().enumerate().skip(entry);
            for (step, slope) in steps {
                if let Some(player) = step.checked_sub(1).and_then(|at| order.get(at)) {
                    *slopes.get_mut(set * count + player)? += slope[0] - last[0];
                    *offsets.get_mut(set * count + player)? += slope[1] - last[1];
                }
                last = *slope;
            }
        }
        Some(())
    }
}

/// Mass and sum of the responses of each coalition, then its value.
struct Table {
    mass: Vec<f64>,
    sum: Vec<f64>,
    values: Vec<f64>,
}

impl Table {
    fn new(size: usize) -> Self {
        Self { mass: vec![0.0; size], sum: vec![0.0; size], values: vec![0.0; size] }
    }

    fn clear(&mut self) {
        self.mass.fill(0.0);
        self.sum.fill(0.0);
    }

    #[inline]
    fn add(&mut self, set: usize, mass: f64, value: f64) {
        if let (Some(m), Some(s)) = (self.mass.get_mut(set), self.sum.get_mut(set)) {
            *m += mass;
            *s += mass * value;
        }
    }

    /// Values all coalitions; the value of no reason.
    fn values(&mut self, reference: Reference, large: &[bool]) -> Option<f64> {
        sum_subsets(&mut self.mass);
        sum_subsets(&mut self.sum);
        let none = match reference {
            Reference::Declared(value) => value,
            Reference::Responses => {
                let mass = self.mass.first().copied().filter(|mass| *mass > 0.0)?;
                self.sum.first()? / mass
            }
        };
        let each = self.mass.iter().zip(&self.sum).zip(large).zip(&mut self.values);
        for (((mass, sum), large), value) in each {
            *value = if *large && *mass > 0.0 { sum / mass } else { none };
        }
        (self.mass.last().is_some_and(|all| *all > 0.0)).then_some(none)
    }
}

/// Replaces the entry of each set by the sum over its subsets.
fn sum_subsets(entries: &mut [f64]) {
    let mut half = 1;
    while half < entries.len() {
        for pair in entries.chunks_exact_mut(2 * half) {
            let (without, with) = pair.split_at_mut(half);
            for (with, without) in with.iter_mut().zip(without) {
                *with += *without;
            }
        }
        half *= 2;
    }
}

/// Replaces the entry of each set by the sum over its supersets.
fn sum_supersets(entries: &mut [f64]) {
    let mut half = 1;
    while half < entries.len() {
        for pair in entries.chunks_exact_mut(2 * half) {
            let (without, with) = pair.split_at_mut(half);
            for (with, without) in with.iter().zip(without) {
                *without += *with;
            }
        }
        half *= 2;
    }
}

/// The weight of a coalition of each size that a player joins: s! (k - s - 1)! / k!.
pub(super) fn coalition_weights(players: usize) -> Vec<f64> {
    let mut weight = 1.0 / players.max(1) as f64;
    (0..players)
        .map(|size| {
            let own = weight;
            weight *= (size + 1) as f64 / (players - size - 1).max(1) as f64;
            own
        })
        .collect()
}

/// The Shapley value of each player from the values of all coalitions.
///
/// With a(S) the weight of joining S, the share of i is the sum of a(S less i) v(S) over the S with i less that
/// of a(S) v(S) over those without: sums over all S with i, which halving the table gives for every i at once.
pub(super) fn attribute(values: &[f64], players: usize, weights: &[f64]) -> Vec<f64> {
    let mut total = 0.0;
    let weight = |size: usize| weights.get(size).copied().unwrap_or_default();
    // By number of members: the weight where i is a member and where it is not.
    let both: Vec<[f64; 2]> =
        (0..=players).map(|n| [n.checked_sub(1).map_or(0.0, weight), weight(n)]).collect();
    let mut table: Vec<f64> = values
        .iter()
        .enumerate()
        .map(|(set, value)| {
            let [member, stranger] =
                both.get(set.count_ones() as usize).copied().unwrap_or_default();
            total += stranger * value;
            (member + stranger) * value
        })
        .collect();
    let mut shares = vec![0.0; players];
    for (player, share) in shares.iter_mut().enumerate().rev() {
        let (without, with) = table.split_at_mut(1 << player);
        let mut sum = 0.0;
        for (without, with) in without.iter_mut().zip(with.iter()) {
            sum += with;
            *without += with;
        }
        *share = sum - total;
        table.truncate(1 << player);
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interpret::frame::Frame;
    use crate::interpret::mention::Mentions;
    use proptest::prelude::*;
    use std::borrow::Cow;

    type Row = (u8, Vec<u16>, u8);

    fn sets(rows: &[Row], players: u16) -> Sets {
        let names = (0..players).map(|i| format!("r{i}")).collect();
        let mut offsets = vec![0];
        let mut codes = Vec::new();
        for (_, reasons, _) in rows {
            codes.extend(reasons);
            offsets.push(codes.len() as u32);
        }
        let mentions = Mentions::new(names, &offsets, &codes).unwrap();
        Sets::of(&mentions, &(0..players).collect::<Vec<_>>())
    }

    fn game<'a>(sets: &'a Sets, rows: &[Row], reference: Reference, weighted: bool) -> Game<'a> {
        let metric = Metric::nps();
        let frame = Frame {
            metric: &metric,
            codes: Cow::Owned(rows.iter().map(|r| r.0).collect()),
            points: 11,
            weights: weighted.then(|| rows.iter().map(|r| f64::from(r.2)).collect()),
        };
        Game::new(sets, &sets.count(&frame), &metric, reference, 3)
    }

    /// By the definition: all orders, each coalition scored row by row.
    fn brute(rows: &[Row], players: u16, reference: Reference, weighted: bool) -> Vec<f64> {
        let metric = Metric::nps();
        let value = |coalition: &[u16]| -> Option<f64> {
            let inside = |r: &&Row| r.1.iter().all(|reason| coalition.contains(reason));
            let weight = |r: &Row| if weighted { f64::from(r.2) } else { 1.0 };
            let (mut n, mut mass, mut sum) = (0, 0.0, 0.0);
            for row in rows.iter().filter(inside) {
                n += 1;
                mass += weight(row);
                sum += weight(row) * metric.values()[usize::from(row.0)];
            }
            match reference {
                Reference::Declared(v) if coalition.is_empty() || n < 3 => Some(v),
                _ => (mass > 0.0).then(|| sum / mass),
            }
        };
        fn orders(left: &[u16]) -> Vec<Vec<u16>> {
            if left.is_empty() {
                return vec![Vec::new()];
            }
            let mut all = Vec::new();
            for (i, first) in left.iter().enumerate() {
                let rest = [&left[..i], &left[i + 1..]].concat();
                all.extend(orders(&rest).into_iter().map(|tail| [vec![*first], tail].concat()));
            }
            all
        }
        let all = orders(&(0..players).collect::<Vec<_>>());
        let mut shares = vec![0.0; usize::from(players)];
        for order in &all {
            for (i, player) in order.iter().enumerate() {
                let gain = value(&order[..=i]).unwrap() - value(&order[..i]).unwrap();
                shares[usize::from(*player)] += gain / all.len() as f64;
            }
        }
        shares
    }

    fn rows(players: u16) -> impl Strategy<Value = Vec<Row>> {
        let row = (0..11_u8, prop::collection::btree_set(0..players, 0..4), 1..4_u8);
        let row = row.prop_map(|(rating, set, weight)| (rating, set.into_iter().collect(), weight));
        prop::collection::vec(row, 5..60)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn equals_the_definition_and_adds_up(
            mut rows in rows(5),
            declared in prop::option::of(-50.0..50.0),
            weighted: bool,
        ) {
            rows.push((8, Vec::new(), 1));
            let reference = declared.map_or(Reference::Responses, Reference::Declared);
            let sets = sets(&rows, 5);
            let game = game(&sets, &rows, reference, weighted);
            let found = game.solve(1, &mut Random::new(0)).unwrap();
            let expected = brute(&rows, 5, reference, weighted);
            for (a, b) in found.shares.iter().zip(&expected) {
                prop_assert!((a - b).abs() < 1e-10, "{:?} {:?}", found.shares, expected);
            }
            let metric = Metric::nps();
            let weight = |r: &Row| if weighted { f64::from(r.2) } else { 1.0 };
            let mass: f64 = rows.iter().map(weight).sum();
            let all: f64 =
                rows.iter().map(|r| weight(r) * metric.values()[usize::from(r.0)]).sum::<f64>() / mass;
            let sum: f64 = found.shares.iter().sum();
            prop_assert!((sum - (all - found.reference)).abs() < 1e-10);
        }

        #[test]
        fn sampled_orders_add_up_too(mut rows in rows(20), declared in prop::option::of(-50.0..50.0)) {
            rows.push((9, Vec::new(), 1));
            let reference = declared.map_or(Reference::Responses, Reference::Declared);
            let sets = sets(&rows, 20);
            let found = game(&sets, &rows, reference, true).solve(3, &mut Random::new(1)).unwrap();
            let all: f64 = rows.iter().map(|r| f64::from(r.2) * Metric::nps().values()[usize::from(r.0)]).sum();
            let mass: f64 = rows.iter().map(|r| f64::from(r.2)).sum();
            let sum: f64 = found.shares.iter().sum();
            prop_assert!((sum - (all / mass - found.reference)).abs() < 1e-9);
        }
    }

    fn drawn(n: usize, players: u16, seed: u64) -> Vec<Row> {
        let mut random = Random::new(seed);
        let draw = |_| {
            let reasons: Vec<u16> = (0..players).filter(|_| random.uniform() < 0.15).collect();
            let base = 7.5 - 1.2 * f64::from(u8::from(reasons.contains(&0)));
            let base = base + 0.8 * f64::from(u8::from(reasons.contains(&1)));
            ((base + 2.0 * random.normal()).clamp(0.0, 10.0) as u8, reasons, 1)
        };
        (0..n).map(draw).collect()
    }

    #[test]
    fn sampled_orders_come_near_the_exact_shares_within_their_stated_error() {
        let rows = drawn(4000, 8, 7);
        let sets = sets(&rows, 8);
        let game = game(&sets, &rows, Reference::Responses, false);
        let exact = game.solve_exactly().unwrap();
        let sampled = game.solve_by_orders(400, &mut Random::new(3)).unwrap();
        for i in 0..8 {
            let error = sampled.sampling_errors.as_ref().unwrap()[i];
            assert!((exact.shares[i] - sampled.shares[i]).abs() < 4.5 * error + 1e-9);
            assert!(error < 0.2);
            let (a, b) = (exact.standard_errors[i], sampled.standard_errors[i]);
            assert!((a / b - 1.0).abs() < 0.05, "{a} {b}");
        }
    }

    #[test]
    fn the_linearised_error_is_that_of_replicates() {
        for reference in [Reference::Responses, Reference::Declared(10.0)] {
            let rows = drawn(3000, 6, 11);
            let sets = sets(&rows, 6);
            let game = game(&sets, &rows, reference, false);
            let shares = game.solve_exactly().unwrap();
            for (i, list) in game.replicates(1500, &mut Random::new(2)).iter().enumerate() {
                let n = list.len() as f64;
                let mean = list.iter().sum::<f64>() / n;
                let spread = list.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
                let ratio = spread.sqrt() / shares.standard_errors[i];
                assert!((ratio - 1.0).abs() < 0.1, "{i} {ratio}");
                assert!((mean - shares.shares[i]).abs() < 0.2 * shares.standard_errors[i]);
            }
        }
    }
}
