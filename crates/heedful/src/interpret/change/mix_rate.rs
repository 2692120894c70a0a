//! How much of a difference is who answered (mix), and how much is how they answered (rate).

use crate::base::key::Key;
use crate::base::metric::Metric;
use crate::base::sorted::SortedMap;
use crate::base::tally::Tally;
use crate::interpret::driver::impact::{Levels, mean};
use crate::stats::Random;
use crate::stats::poisson::CellDraw;

/// A segment of the tree: a prefix of the keys of the finest segments.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) keys: Vec<Key>,
    /// Where the segment that holds it stands; `None` at the top level.
    parent: Option<usize>,
    pub(super) tallies: [Tally; 2],
}

/// All segments of all levels; a segment comes after the one that holds it.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    depth: usize,
}

/// The cells of a tally, with the value of each.
type Draws = Vec<(CellDraw, f64)>;

/// Mix and rate of each segment, in points.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Effects {
    pub(super) mix: Vec<f64>,
    pub(super) rate: Vec<f64>,
    /// How much a point of each segment's score moves the whole; 0 where it is new or gone.
    pub(super) reach: Vec<f64>,
}

impl Tree {
    /// From the finest segments: keys, and their tallies before and after.
    pub(super) fn new(leaves: SortedMap<Vec<Key>, [Tally; 2]>, metric: &Metric) -> Self {
        let mut nodes: Vec<Node> = Vec::new();
        let mut places: SortedMap<Vec<Key>, usize> = SortedMap::new();
        let mut depth = 0;
        for (keys, tallies) in leaves {
            depth = keys.len();
            let mut parent = None;
            for level in 1..=keys.len() {
                let prefix: Vec<Key> = keys.iter().take(level).cloned().collect();
                let place = *places.entry(prefix.clone()).or_insert_with(|| {
                    let empty = || Tally::new(metric.scale().clone());
                    nodes.push(Node { keys: prefix, parent, tallies: [empty(), empty()] });
                    nodes.len() - 1
                });
                if let Some(node) = nodes.get_mut(place) {
                    for (sum, part) in node.tallies.iter_mut().zip(&tallies) {
                        // Tallies of one metric are on one scale.
                        let merged = sum.merge(part);
                        debug_assert!(merged.is_ok(), "one scale");
                    }
                }
                parent = Some(place);
            }
        }
        Self { nodes, depth }
    }

    pub(super) fn is_leaf(&self, node: &Node) -> bool {
        node.keys.len() == self.depth
    }

    /// Mass and sum of values of each segment in both periods.
    fn totals(&self, metric: &Metric) -> Vec<[[f64; 2]; 2]> {
        let total = |tally: &Tally| mean(tally, metric).map_or([0.0; 2], |(m, v)| [m, m * v]);
        self.nodes.iter().map(|n| n.tallies.each_ref().map(total)).collect()
    }

    pub(super) fn effects(&self, metric: &Metric) -> Option<Effects> {
        self.decompose(&self.totals(metric))
    }

    /// Kitagawa's decomposition with the mean of both periods as the standard ("Components of a difference
    /// between two rates", JASA 50, 1955), level by level: within the segment that holds it, a segment's mix
    /// effect is the change of its share times how far it lies from that segment's score, and its rate effect
    /// the change of its score times its share. The rate effect of a segment is the sum of both effects of
    /// the segments in it. New and vanished segments have a mix effect only.
    fn decompose(&self, totals: &[[[f64; 2]; 2]]) -> Option<Effects> {
        let mut all = [[0.0; 2]; 2];
        for (node, totals) in self.nodes.iter().zip(totals) {
            if node.parent.is_none() {
                for (sum, part) in all.iter_mut().zip(totals) {
                    for (sum, part) in sum.iter_mut().zip(part) {
                        *sum += part;
                    }
                }
            }
        }
        if !all.iter().all(|[mass, _]| *mass > 0.0) {
            return None;
        }
        let count = self.nodes.len();
        let none = || vec![0.0; count];
        let mut effects = Effects { mix: none(), rate: none(), reach: none() };
        for (i, (node, own)) in self.nodes.iter().zip(totals).enumerate() {
            let (holder, reached) = match node.parent {
                Some(parent) => (*totals.get(parent)?, *effects.reach.get(parent)?),
                None => (all, 1.0),
            };
            if !holder.iter().all(|[mass, _]| *mass > 0.0) {
                continue; // inside a new or vanished segment nothing changed
            }
            let share = |period: usize| -> Option<f64> {
                Some(own.get(period)?[0] / holder.get(period)?[0])
            };
            let (before, after) = (share(0)?, share(1)?);
            let score = |[mass, sum]: &[f64; 2]| sum / mass;
            let middle = holder.iter().map(score).sum::<f64>() / 2.0;
            let scores: Vec<f64> = own.iter().filter(|[mass, _]| *mass > 0.0).map(score).collect();
            if scores.is_empty() {
                continue;
            }
            let typical = scores.iter().sum::<f64>() / scores.len() as f64;
            *effects.mix.get_mut(i)? = reached * (after - before) * (typical - middle);
            if let [old, new] = scores.as_slice() {
                let weight = reached * (before + after) / 2.0;
                *effects.reach.get_mut(i)? = weight;
                *effects.rate.get_mut(i)? = weight * (new - old);
            }
        }
        Some(effects)
    }

    /// Standard deviations of all effects over bootstrap replicates of the finest segments.
    pub(super) fn deviations(
        &self,
        metric: &Metric,
        replicates: u32,
        random: &mut Random,
    ) -> Option<Effects> {
        let levels = Levels::of(metric);
        let draws: Vec<(usize, [Draws; 2])> = self
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| self.is_leaf(node))
            .map(|(i, node)| (i, node.tallies.each_ref().map(|tally| levels.draws(tally))))
            .collect();
        let count = self.nodes.len();
        let mut moments = [vec![Moments::default(); count], vec![Moments::default(); count]];
        let mut totals = vec![[[0.0; 2]; 2]; count];
        for _ in 0..replicates {
            totals.fill([[0.0; 2]; 2]);
            for (leaf, periods) in &draws {
                let own = totals.get_mut(*leaf)?;
                for (cells, own) in periods.iter().zip(own) {
                    for (cell, value) in cells {
                        let drawn = cell.draw(random);
                        own[0] += drawn;
                        own[1] += drawn * value;
                    }
                }
            }
            // Segments come after those that hold them.
            for (i, node) in self.nodes.iter().enumerate().rev() {
                let own = *totals.get(i)?;
                if let Some(holder) = node.parent.and_then(|parent| totals.get_mut(parent)) {
                    for (sum, part) in holder.iter_mut().flatten().zip(own.iter().flatten()) {
                        *sum += part;
                    }
                }
            }
            if let Some(found) = self.decompose(&totals) {
                for (moments, values) in moments.iter_mut().zip([&found.mix, &found.rate]) {
                    for (moments, value) in moments.iter_mut().zip(values) {
                        moments.add(*value);
                    }
                }
            }
        }
        let [mix, rate] =
            moments.map(|list| list.iter().map(Moments::deviation).collect::<Vec<f64>>());
        Some(Effects { mix, rate, reach: Vec::new() })
    }
}

/// Running mean and sum of squared deviations (Welford 1962).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moments {
    n: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    pub(super) fn add(&mut self, value: f64) {
        self.n += 1.0;
        let difference = value - self.mean;
        self.mean += difference / self.n;
        self.squares += difference * (value - self.mean);
    }

    pub(super) fn deviation(&self) -> f64 {
        if self.n < 2.0 { 0.0 } else { libm::sqrt(self.squares / (self.n - 1.0)) }
    }
}
