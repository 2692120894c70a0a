//! Stayers, joiners and leavers.

use serde::Serialize;

use super::effect::Effect;
use super::mix_rate::Moments;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::sorted::SortedMap;
use crate::base::tally::Tally;
use crate::interpret::codes::{Codes, NONE};
use crate::interpret::frame::{Cells, Frame};
use crate::interpret::score::{Robust, Sample};
use crate::listen::responses::Responses;
use crate::stats::poisson::Poisson;
use crate::stats::{Confidence, Random};

/// How the difference comes from customers who answered in both periods, in the later only, and in the
/// earlier only. The effects (with `unidentified`) add up to the difference.
///
/// A leaver is a customer without a rating in the later period: gone, or only silent.
///
/// ```
/// use heedful::{Change, Column, Metric, Responses};
///
/// let rated = |who: [&str; 3], scores: [u8; 3]| {
///     let table = Responses::new().with("score", Column::numbers(scores.to_vec()))?;
///     let table = table.with("who", Column::categories(who.map(Some)))?;
///     Ok::<_, heedful::Error>(table.rating("score").customer("who"))
/// };
/// // Ann stays happy and Bob is lost (from 100 to 0); Cid, a detractor, leaves; Dot, a promoter, joins.
/// let before = rated(["ann", "bob", "cid"], [10, 10, 3])?;
/// let after = rated(["ann", "bob", "dot"], [10, 3, 10])?;
/// let cohorts = Change::new(Metric::nps()).replicates(0).run(&before, &after)?.cohorts.unwrap();
/// assert_eq!((cohorts.stayers, cohorts.joiners, cohorts.leavers), (2, 1, 1));
/// assert_eq!((cohorts.stayers_after, cohorts.leavers_before), (Some(0.0), Some(-100.0)));
/// // All are at 33.3 before and after: -100 + 33.3 + 66.7 is no difference.
/// let effects = [cohorts.staying, cohorts.joining, cohorts.leaving].map(|e| e.value.round());
/// assert_eq!(effects, [-100.0, 33.0, 67.0]);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct Cohorts {
    /// Customers who rated in both periods.
    pub stayers: u64,
    /// Customers who rated in the later period only.
    pub joiners: u64,
    /// Customers who rated in the earlier period only.
    pub leavers: u64,
    /// Score of the stayers before, in points.
    pub stayers_before: Option<f64>,
    /// Score of the stayers after.
    pub stayers_after: Option<f64>,
    /// Score of the leavers, before.
    pub leavers_before: Option<f64>,
    /// Score of the joiners, after.
    pub joiners_after: Option<f64>,
    /// The stayers' own change.
    pub staying: Effect,
    /// The later score less that of the stayers in it.
    pub joining: Effect,
    /// The score of the stayers before less the earlier score: positive where the unhappy left.
    pub leaving: Effect,
    /// What the responses without a customer add, in points; 0 where there are none.
    pub unidentified: f64,
}

/// Mass and sum of values of one customer in both periods.
type Customer = [[f64; 2]; 2];

struct Totals {
    stayers: [[f64; 2]; 2],
    /// Leavers before, joiners after.
    others: [[f64; 2]; 2],
}

impl Totals {
    fn new() -> Self {
        Self { stayers: [[0.0; 2]; 2], others: [[0.0; 2]; 2] }
    }

    fn add(&mut self, customer: &Customer, times: f64) {
        let stays = customer.iter().all(|[mass, _]| *mass > 0.0);
        let sums = if stays { &mut self.stayers } else { &mut self.others };
        for (sum, part) in sums.iter_mut().flatten().zip(customer.iter().flatten()) {
            *sum += times * part;
        }
    }

    /// Staying, joining, leaving; `None` without stayers.
    fn effects(&self) -> Option<[f64; 3]> {
        let score = |[mass, sum]: [f64; 2]| (mass > 0.0).then(|| sum / mass);
        let [before, after] = self.stayers;
        let both = |period: usize| {
            let (a, b) = (self.stayers.get(period)?, self.others.get(period)?);
            score([a[0] + b[0], a[1] + b[1]])
        };
        let (stay_0, stay_1) = (score(before)?, score(after)?);
        Some([stay_1 - stay_0, both(1)? - stay_1, stay_0 - both(0)?])
    }
}

/// `None` where nobody rated in both periods.
///
/// # Errors
/// `missing-column` where a table lacks the customers.
pub(super) fn cohorts(
    tables: [&Responses; 2],
    frames: [&Frame<'_>; 2],
    replicates: u32,
    confidence: Confidence,
    random: &mut Random,
) -> Result<Option<Cohorts>> {
    let mut places: SortedMap<crate::base::key::Key, usize> = Default::default();
    let mut customers: Vec<Customer> = Vec::new();
    let mut unknown = [[0.0; 2]; 2];
    let mut of_row: [Vec<Option<usize>>; 2] = Default::default();
    for (period, (table, frame)) in tables.into_iter().zip(frames).enumerate() {
        let name = table.roles().customer.as_deref();
        let codes = Codes::of(table.role("customer", name)?);
        let mut numbers = Vec::with_capacity(codes.values.len());
        for key in codes.values {
            let next = customers.len();
            let place = *places.entry(key).or_insert(next);
            if place == next {
                customers.push(Customer::default());
            }
            numbers.push(place);
        }
        for (row, code) in frame.rated() {
            let weight = frame.weight(row);
            let value = frame.metric.value(code).unwrap_or_default();
            let number = codes.rows.get(row).copied().filter(|code| *code != NONE);
            let place = number.and_then(|code| numbers.get(code as usize));
            if let Some(rows) = of_row.get_mut(period) {
                rows.push(place.copied());
            }
            let own = match place.and_then(|place| customers.get_mut(*place)) {
                Some(customer) => customer.get_mut(period),
                None => unknown.get_mut(period),
            };
            let own =
                own.ok_or_else(|| Error::new(ErrorCode::Internal, "there are two periods"))?;
            own[0] += weight;
            own[1] += weight * value;
        }
    }
    let samples = [0, 1].map(|period| samples(period, frames, &of_row, &customers));
    customers.retain(|customer| customer.iter().any(|[mass, _]| *mass > 0.0));
    let mut whole = Totals::new();
    let [mut stayers, mut joiners, mut leavers] = [0; 3];
    // Customers who answered alike are drawn together.
    let mut alike: SortedMap<[u64; 4], (Customer, f64)> = Default::default();
    for customer in &customers {
        whole.add(customer, 1.0);
        match customer.map(|[mass, _]| mass > 0.0) {
            [true, true] => stayers += 1,
            [false, _] => joiners += 1,
            [true, false] => leavers += 1,
        }
        let [[m0, t0], [m1, t1]] = customer.map(|period| period.map(|v| (v + 0.0).to_bits()));
        alike.entry([m0, t0, m1, t1]).or_insert((*customer, 0.0)).1 += 1.0;
    }
    let Some(effects) = whole.effects() else { return Ok(None) };
    let draws: Vec<(Customer, Poisson)> =
        alike.into_values().map(|(customer, n)| (customer, Poisson::new(n))).collect();
    let mut moments = [Moments::default(); 3];
    for _ in 0..replicates {
        let mut totals = Totals::new();
        for (customer, draw) in &draws {
            totals.add(customer, draw.draw(random));
        }
        if let Some(found) = totals.effects() {
            for (moments, value) in moments.iter_mut().zip(found) {
                moments.add(value);
            }
        }
    }
    let [staying, joining, leaving] = effects;
    let [d_staying, d_joining, d_leaving] = moments.map(|m| m.deviation());
    let [[stayed, left], [stay, joined]] = &samples;
    let metric = frames[0].metric;
    let effect = |value, deviation, weight, plus, minus| {
        let parts = (weight, [plus, minus]);
        Effect::between(value, deviation, replicates, confidence, parts, metric)
    };
    let part = |period: usize| {
        let mass = |side: &[[f64; 2]; 2]| side.get(period).map_or(0.0, |[mass, _]| *mass);
        mass(&whole.others) / (mass(&whole.others) + mass(&whole.stayers))
    };
    let score = |[mass, sum]: [f64; 2]| (mass > 0.0).then(|| sum / mass);
    let known: f64 = effects.iter().sum();
    let total = |period: usize| {
        let parts = [&whole.stayers, &whole.others, &unknown];
        let sum = |i: usize| -> f64 { parts.iter().filter_map(|p| p.get(period)?.get(i)).sum() };
        score([sum(0), sum(1)]).unwrap_or_default()
    };
    let some_unknown = unknown.iter().any(|[mass, _]| *mass > 0.0);
    Ok(Some(Cohorts {
        stayers,
        joiners,
        leavers,
        stayers_before: score(whole.stayers[0]),
        stayers_after: score(whole.stayers[1]),
        leavers_before: score(whole.others[0]),
        joiners_after: score(whole.others[1]),
        staying: effect(staying, d_staying, 1.0, stay, stayed),
        joining: effect(joining, d_joining, part(1), joined, stay),
        leaving: effect(leaving, d_leaving, part(0), stayed, left),
        unidentified: if some_unknown { total(1) - total(0) - known } else { 0.0 },
    }))
}

/// The stayers and the others of a period as samples. Customers with several responses are clusters.
fn samples(
    period: usize,
    frames: [&Frame<'_>; 2],
    of_row: &[Vec<Option<usize>>; 2],
    customers: &[Customer],
) -> [Sample; 2] {
    let [first, second] = frames;
    let frame = if period == 0 { first } else { second };
    let stays = |customer: &Customer| customer.iter().all(|[mass, _]| *mass > 0.0);
    let mut cells = Cells::new(2, frame);
    let places = of_row.get(period).into_iter().flatten();
    for ((row, code), place) in frame.rated().zip(places) {
        if let Some(customer) = place.and_then(|place| customers.get(place)) {
            cells.add(usize::from(!stays(customer)), code, row);
        }
    }
    let mut tallies = cells.tallies().into_iter();
    [true, false].map(|staying| {
        let tally = tallies.next().unwrap_or_else(|| Tally::new(frame.metric.scale().clone()));
        let own = || {
            let present = customers.iter().filter(|c| stays(c) == staying);
            present.filter_map(|c| c.get(period).copied()).filter(|[mass, _]| *mass > 0.0)
        };
        let clusters = own().count() as f64;
        let several = tally.n() as f64 > clusters;
        let mass: f64 = own().map(|[mass, _]| mass).sum();
        let mean = own().map(|[_, sum]| sum).sum::<f64>() / mass;
        let spread =
            own().map(|[mass, sum]| (sum - mean * mass) * (sum - mean * mass)).sum::<f64>();
        let error = libm::sqrt(spread * clusters / (clusters - 1.0)) / mass;
        let robust = Robust {
            standard_error: (clusters > 1.0).then_some(error),
            df: (clusters - 1.0).max(0.0),
        };
        Sample::new(&tally, frame.metric, several.then_some(robust))
    })
}
