//! Where an episode comes from: the smallest description, of up to three attribute values together, that covers it.

use serde::Serialize;

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::sorted::SortedMap;
use crate::base::table::{Data, Table};
use crate::stats::distribution::chi_square_sf;

/// An attribute of every comment.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// For each comment, the number of its value; one beyond the values is missing.
    pub codes: Vec<u32>,
    /// The values.
    pub values: Vec<Key>,
}

/// One description of where an episode comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EpisodePlace {
    /// Attribute and value, one to three; all of them together.
    pub values: Vec<(String, Key)>,
    /// Comments there during the episode, and how many were to be expected.
    pub observed: f64,
    /// See `observed`.
    pub expected: f64,
    /// Part of the episode's excess that lies there.
    pub of_excess: f64,
    /// Part of all comments of the episode that lies there.
    pub of_all: f64,
    /// Chance that some description looks as strong if nothing has changed anywhere (Bonferroni over all).
    pub p_value: f64,
}

/// Compares comments of an episode with comments from before.
///
/// A description is as good as its log-likelihood ratio (a binomial one of comments now against comments before,
/// as in Kulldorff's scan statistic, 1997), less the logarithm of how many descriptions of its length there are:
/// a longer one must earn its length. After the best, the search goes on without the comments it covers.
#[derive(Debug, Clone, PartialEq)]
pub struct Localise {
    attributes: Vec<Attribute>,
    longest: usize,
    most: usize,
    alpha: f64,
}

/// Counts now and before, by combination of values.
pub(super) type Cells = SortedMap<Vec<u32>, (f64, f64)>;

/// A description: positions of attributes and codes, unused ones last.
type Description = [(u8, u32); 3];
const UNUSED: (u8, u32) = (u8::MAX, u32::MAX);

impl Localise {
    /// Looks at these attributes, descriptions of up to three values, up to three places.
    #[must_use]
    pub fn new(attributes: Vec<Attribute>) -> Self {
        Self { attributes, longest: 3, most: 3, alpha: 0.01 }
    }

    /// At most so many values together (1 to 3).
    #[must_use]
    pub fn longest(mut self, values: usize) -> Self {
        self.longest = values;
        self
    }

    /// At most so many places.
    #[must_use]
    pub fn most(mut self, places: usize) -> Self {
        self.most = places;
        self
    }

    /// `during[i]` says whether comment i belongs to the episode, else to the time before; `ratio` is how many
    /// comments were to be expected during the episode for each one before (from the baseline, or the length of
    /// both). Places come in the order of their strength; none where nothing stands out.
    ///
    /// # Errors
    /// [`ErrorCode::LengthMismatch`] for attributes of other lengths; [`ErrorCode::InvalidArgument`] for more than
    /// 8 attributes, a length outside 1 to 3 or a ratio that is not positive.
    pub fn run(&self, during: &[bool], ratio: f64) -> Result<Vec<EpisodePlace>> {
        let refuse = |message: &str| Err(Error::new(ErrorCode::InvalidArgument, message));
        if !(1..=3).contains(&self.longest) || self.attributes.len() > 8 {
            return refuse("up to 8 attributes, up to 3 values together");
        }
        if !(ratio > 0.0 && ratio.is_finite()) {
            return refuse("a ratio must be positive");
        }
        if let Some(other) = self.attributes.iter().find(|a| a.codes.len() != during.len()) {
            let message = "an attribute has another length than the comments";
            return Err(Error::new(ErrorCode::LengthMismatch, message).at(other.name.clone()));
        }
        self.search(self.cells(during), ratio)
    }

    /// The same from counts by combination of values: comments of the episode, and of the time before.
    pub(super) fn search(&self, cells: Cells, ratio: f64) -> Result<Vec<EpisodePlace>> {
        let all: f64 = cells.values().map(|(now, _)| now).sum();
        let before: f64 = cells.values().map(|(_, before)| before).sum();
        let excess = all - ratio * before;
        let mut left = cells;
        let mut places = Vec::new();
        while places.len() < self.most {
            let Some((best, now, before, likelihood)) = self.best(&left, ratio) else { break };
            let order = best.iter().filter(|part| **part != UNUSED).count();
            let p_value =
                (0.5 * chi_square_sf(2.0 * likelihood, 1.0) * self.descriptions(order)).min(1.0);
            if !(p_value <= self.alpha) {
                break;
            }
            left.retain(|cell, _| !covers(&best, cell));
            let expected = ratio * before;
            let over = |whole: f64| if whole > 0.0 { (now - expected) / whole } else { 1.0 };
            places.push(EpisodePlace {
                values: best.iter().filter_map(|part| self.name(*part)).collect(),
                observed: now,
                expected,
                of_excess: over(excess).clamp(0.0, 1.0),
                of_all: now / all,
                p_value,
            });
        }
        Ok(places)
    }

    fn name(&self, (attribute, code): (u8, u32)) -> Option<(String, Key)> {
        let attribute = self.attributes.get(usize::from(attribute))?;
        let value = attribute.values.get(code as usize).cloned().unwrap_or(Key::Missing);
        Some((attribute.name.clone(), value))
    }

    /// Comments now and before for each combination of values that occurs.
    fn cells(&self, during: &[bool]) -> Cells {
        let mut cells = SortedMap::new();
        for (row, now) in during.iter().enumerate() {
            let code = |a: &Attribute| {
                let code = a.codes.get(row).copied().unwrap_or(u32::MAX);
                if (code as usize) < a.values.len() { code } else { u32::MAX - 1 }
            };
            let cell: Vec<u32> = self.attributes.iter().map(code).collect();
            let counts: &mut (f64, f64) = cells.entry(cell).or_default();
            if *now {
                counts.0 += 1.0;
            } else {
                counts.1 += 1.0;
            }
        }
        cells
    }

    /// How many descriptions of so many values there are.
    fn descriptions(&self, order: usize) -> f64 {
        let mut sums = [1.0, 0.0, 0.0, 0.0];
        // Elementary symmetric sums of the numbers of values.
        for attribute in &self.attributes {
            let values = attribute.values.len() as f64;
            let [none, one, two, three] = sums;
            sums = [none, one + none * values, two + one * values, three + two * values];
        }
        sums.get(order).copied().unwrap_or(1.0).max(1.0)
    }

    fn best(&self, cells: &Cells, ratio: f64) -> Option<(Description, f64, f64, f64)> {
        let mut sums: SortedMap<Description, (f64, f64)> = SortedMap::new();
        let mut add = |description: Description, (now, before): (f64, f64)| {
            let sum = sums.entry(description).or_default();
            sum.0 += now;
            sum.1 += before;
        };
        for (cell, counts) in cells {
            let parts: Vec<(u8, u32)> = (0_u8..).zip(cell.iter().copied()).collect();
            for (i, a) in parts.iter().enumerate() {
                add([*a, UNUSED, UNUSED], *counts);
                if self.longest < 2 {
                    continue;
                }
                for (j, b) in parts.iter().enumerate().skip(i + 1) {
                    add([*a, *b, UNUSED], *counts);
                    if self.longest < 3 {
                        continue;
                    }
                    for c in parts.iter().skip(j + 1) {
                        add([*a, *b, *c], *counts);
                    }
                }
            }
        }
        let lengths: Vec<f64> = (0..=3).map(|order| libm::log(self.descriptions(order))).collect();
        let mut best: Option<(f64, Description, f64, f64, f64)> = None;
        for (description, (now, before)) in sums {
            let likelihood = likelihood_ratio(now, before, ratio);
            let order = description.iter().filter(|part| **part != UNUSED).count();
            let score = likelihood - lengths.get(order).copied().unwrap_or(0.0);
            if best.as_ref().is_none_or(|best| score > best.0) && likelihood > 0.0 {
                best = Some((score, description, now, before, likelihood));
            }
        }
        best.map(|(_, description, now, before, likelihood)| (description, now, before, likelihood))
    }
}

fn covers(description: &Description, cell: &[u32]) -> bool {
    description
        .iter()
        .filter(|part| **part != UNUSED)
        .all(|(attribute, code)| cell.get(usize::from(*attribute)) == Some(code))
}

/// Of a rate above `ratio` against one at it; 0 where there are not more than expected.
fn likelihood_ratio(now: f64, before: f64, ratio: f64) -> f64 {
    if !(now > ratio * before) {
        return 0.0;
    }
    let (n, share) = (now + before, ratio / (1.0 + ratio));
    let part = |k: f64, p: f64| if k > 0.0 { k * libm::log(k / (n * p)) } else { 0.0 };
    part(now, share) + part(before, 1.0 - share)
}

/// One row a place: `where` (attribute and value, joined), `observed`, `expected`, `of_excess`, `of_all`,
/// `p_value`.
#[must_use]
pub fn places_table(places: &[EpisodePlace]) -> Table {
    let mut table = Table::new();
    let text = |place: &EpisodePlace| {
        let parts: Vec<String> = place.values.iter().map(|(a, v)| format!("{a} = {v}")).collect();
        Some(parts.join(", "))
    };
    table.push("where", Data::Text(places.iter().map(text).collect()));
    table.floats("observed", places.iter().map(|p| Some(p.observed)));
    table.floats("expected", places.iter().map(|p| Some(p.expected)));
    table.floats("of_excess", places.iter().map(|p| Some(p.of_excess)));
    table.floats("of_all", places.iter().map(|p| Some(p.of_all)));
    table.floats("p_value", places.iter().map(|p| Some(p.p_value)));
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Random;

    /// Three attributes of 20 values with uneven shares; an episode of a given strength in one description.
    fn planted(
        seed: u64,
        order: usize,
        times: f64,
    ) -> (Localise, Vec<bool>, Vec<(usize, u32)>, f64) {
        let mut random = Random::new(seed);
        let pick = |random: &mut Random| (20.0 * random.uniform() * random.uniform()) as u32;
        let target: Vec<(usize, u32)> =
            (0..order).map(|a| ((a + seed as usize) % 3, pick(&mut random) / 2)).collect();
        let mut codes = [Vec::new(), Vec::new(), Vec::new()];
        let mut during = Vec::new();
        let mut excess = 0.0;
        for i in 0..30_000 {
            let row = [pick(&mut random), pick(&mut random), pick(&mut random)];
            let inside = target.iter().all(|(a, v)| row[*a] == *v);
            let now = i % 5 == 0;
            let copies = if now && inside {
                let whole = times.floor();
                whole as usize + usize::from(random.uniform() < times - whole)
            } else {
                1
            };
            excess += copies as f64 - 1.0;
            for _ in 0..copies {
                for (codes, code) in codes.iter_mut().zip(row) {
                    codes.push(code);
                }
                during.push(now);
            }
        }
        let attributes = ["region", "product", "version"]
            .into_iter()
            .zip(codes)
            .map(|(name, codes)| Attribute {
                name: name.to_owned(),
                codes,
                values: (0..20).map(Key::Int).collect(),
            })
            .collect();
        (Localise::new(attributes), during, target, excess)
    }

    #[test]
    fn finds_the_planted_set() {
        let names = ["region", "product", "version"];
        let (mut detected, mut right) = (0, 0);
        for seed in 0..60 {
            let order = 1 + (seed as usize) % 3;
            let times = [1.5, 2.0, 3.0, 4.0][(seed as usize / 3) % 4];
            let (localise, during, target, _) = planted(seed, order, times);
            let places = localise.run(&during, 0.25).unwrap();
            let Some(first) = places.first() else { continue };
            detected += 1;
            let mut wanted: Vec<(String, Key)> = target
                .iter()
                .map(|(a, v)| (names[*a].to_owned(), Key::Int(i64::from(*v))))
                .collect();
            wanted.sort_by_key(|(name, _)| names.iter().position(|n| n == name));
            right += usize::from(first.values == wanted);
        }
        println!("right {right} of {detected} detected of 60");
        assert!(detected >= 30 && right * 100 >= detected * 80, "{right} of {detected}");
    }

    #[test]
    fn nothing_is_found_in_nothing_and_lengths_must_agree() {
        let mut found = 0;
        for seed in 100..115 {
            let (localise, during, ..) = planted(seed, 1, 1.0);
            found += localise.run(&during, 0.25).unwrap().len();
        }
        assert!(found <= 1, "{found}");
        let (localise, during, ..) = planted(1, 1, 3.0);
        assert!(localise.run(&during[1..], 0.25).is_err());
        assert!(localise.run(&during, 0.0).is_err());
        let place = &localise.run(&during, 0.25).unwrap()[0];
        assert!(place.of_excess > 0.7 && place.observed > 2.0 * place.expected);
    }
}
