//! The same steps seen twice: by customers and company, and in two versions of a journey.

use serde::Serialize;

use super::analysis::{JourneyAnalysis, tallies};
use super::{Journey, Touchpoint};
use crate::base::error::Result;
use crate::base::metric::Metric;
use crate::base::tally::Tally;
use crate::interpret::compare::Comparison;
use crate::interpret::mention::Mentions;
use crate::listen::responses::Responses;

/// A touchpoint as customers and as the company (employees) see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct ViewGap {
    /// The touchpoint.
    pub touchpoint: String,
    /// Customers (`after`) less company (`before`): negative where the company thinks too well of itself.
    pub gap: Comparison,
    /// The p-value of the gap, adjusted over the touchpoints; `None` below the minimum n on either side.
    pub p_adjusted: Option<f64>,
}

/// What is different about a touchpoint in a later version of a journey.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "change")]
#[non_exhaustive] // further differences may be told
pub enum JourneyDifference {
    /// It is new.
    Added {
        /// The touchpoint.
        touchpoint: String,
    },
    /// It is gone.
    Removed {
        /// The touchpoint.
        touchpoint: String,
    },
    /// It is in another stage.
    Moved {
        /// The touchpoint.
        touchpoint: String,
        /// The stage before.
        from: String,
        /// The stage after.
        to: String,
    },
    /// Channel, owner, outcome, importance or survey are declared otherwise.
    Redefined {
        /// The touchpoint.
        touchpoint: String,
        /// The fields.
        fields: Vec<&'static str>,
    },
}

/// How a touchpoint's score changed between two versions of a journey.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct StepChange {
    /// The touchpoint.
    pub touchpoint: String,
    /// After less before.
    pub comparison: Comparison,
    /// The p-value, adjusted over the touchpoints; `None` below the minimum n on either side.
    pub p_adjusted: Option<f64>,
}

/// A journey against an earlier version of itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct JourneyChange {
    /// What is declared otherwise, in the order of the later version; what is gone last.
    pub differences: Vec<JourneyDifference>,
    /// The touchpoints that both versions have, in the order of the later one.
    pub steps: Vec<StepChange>,
}

impl Journey {
    /// What is declared otherwise than in an earlier version: touchpoints are the same where their names are.
    #[must_use]
    pub fn differences(&self, earlier: &Self) -> Vec<JourneyDifference> {
        let mut found = Vec::new();
        for (stage, step) in self.steps() {
            let Some((before, old)) = earlier.steps().find(|(_, old)| old.name == step.name) else {
                found.push(JourneyDifference::Added { touchpoint: step.name.clone() });
                continue;
            };
            if before.name != stage.name {
                found.push(JourneyDifference::Moved {
                    touchpoint: step.name.clone(),
                    from: before.name.clone(),
                    to: stage.name.clone(),
                });
            }
            let fields = fields(old, step);
            if !fields.is_empty() {
                found.push(JourneyDifference::Redefined { touchpoint: step.name.clone(), fields });
            }
        }
        let gone =
            earlier.touchpoints().filter(|old| self.touchpoints().all(|t| t.name != old.name));
        found.extend(gone.map(|old| JourneyDifference::Removed { touchpoint: old.name.clone() }));
        found
    }
}

fn fields(old: &Touchpoint, new: &Touchpoint) -> Vec<&'static str> {
    let importance = match (old.importance, new.importance) {
        (Some(a), Some(b)) => (a - b).abs() > 0.0,
        (a, b) => a.is_some() != b.is_some(),
    };
    [
        ("channel", old.channel != new.channel),
        ("owner", old.owner != new.owner),
        ("outcome", old.outcome != new.outcome),
        ("importance", importance),
        ("survey", old.survey != new.survey),
    ]
    .into_iter()
    .filter(|(_, differs)| *differs)
    .map(|(name, _)| name)
    .collect()
}

impl JourneyAnalysis {
    /// How customers see each step against how the company does, with the gap tested. Both tables are read
    /// by the same options: ratings of the same question, the same column of touchpoints.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub fn views(
        &self,
        customers: (&Responses, &Mentions),
        company: (&Responses, &Mentions),
    ) -> Result<Vec<ViewGap>> {
        let before = tallies(self, company.0, company.1)?;
        let after = tallies(self, customers.0, customers.1)?;
        let names = self.journey.touchpoints().map(|t| t.name.as_str());
        let pairs: Vec<(&str, &Tally, &Tally)> =
            names.zip(&before).zip(&after).map(|((name, a), b)| (name, a, b)).collect();
        let compared = self.compared(pairs)?;
        let gap = |(touchpoint, gap, p_adjusted)| ViewGap { touchpoint, gap, p_adjusted };
        Ok(compared.into_iter().map(gap).collect())
    }

    /// This journey with the later table against an earlier version of it with the earlier table.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub fn compare(
        &self,
        earlier: &Journey,
        before: (&Responses, &Mentions),
        after: (&Responses, &Mentions),
    ) -> Result<JourneyChange> {
        let old = Self { journey: earlier.clone(), ..self.clone() };
        let first = tallies(&old, before.0, before.1)?;
        let second = tallies(self, after.0, after.1)?;
        let pairs: Vec<(&str, &Tally, &Tally)> = self
            .journey
            .touchpoints()
            .zip(&second)
            .filter_map(|(step, after)| {
                let place = earlier.touchpoints().position(|old| old.name == step.name)?;
                Some((step.name.as_str(), first.get(place)?, after))
            })
            .collect();
        let compared = self.compared(pairs)?;
        let step = |(touchpoint, comparison, p_adjusted)| StepChange {
            touchpoint,
            comparison,
            p_adjusted,
        };
        Ok(JourneyChange {
            differences: self.journey.differences(earlier),
            steps: compared.into_iter().map(step).collect(),
        })
    }

    /// Comparisons of pairs of tallies with their p-values adjusted together.
    pub(super) fn compared(
        &self,
        pairs: Vec<(&str, &Tally, &Tally)>,
    ) -> Result<Vec<(String, Comparison, Option<f64>)>> {
        let stated = self.scoring.stated();
        let nps = Metric::nps();
        let metric = self.scoring.metrics().next().unwrap_or(&nps);
        let mut found = Vec::new();
        for (name, before, after) in pairs {
            found.push((name.to_owned(), Comparison::of(before, after, metric, stated)?, None));
        }
        let enough = |c: &Comparison| c.before.n.min(c.after.n) >= self.minimum_n;
        let p_values: Vec<Option<f64>> =
            found.iter().map(|(_, c, _)| c.p_value.filter(|_| enough(c))).collect();
        for ((_, _, p), adjusted) in found.iter_mut().zip(self.adjustment.adjust(&p_values)) {
            *p = adjusted;
        }
        Ok(found)
    }
}
