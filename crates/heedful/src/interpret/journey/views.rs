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
///
/// ```
/// use heedful::{Column, Journey, JourneyAnalysis, Mentions, Metric, Responses};
///
/// let journey = Journey::from_json(r#"{"name": "stay", "stages": [{"name": "stay", "touchpoints": [
///     {"name": "room"}, {"name": "spa"}
/// ]}]}"#)?;
/// let rated = |rating: u8| {
///     Responses::new()
///         .with("score", Column::numbers(vec![rating; 40]))?
///         .with("step", Column::categories([Some("room"); 40]))
///         .map(|table| table.rating("score"))
/// };
/// // Guests find the room middling, the staff think that it is great.
/// let (guests, staff, none) = (rated(7)?, rated(10)?, Mentions::none(40));
/// let analysis = JourneyAnalysis::new(journey, Metric::nps()).touchpoint("step");
/// let gaps = analysis.views((&guests, &none), (&staff, &none))?;
/// assert_eq!((gaps[0].touchpoint.as_str(), gaps[0].gap.difference), ("room", Some(-100.0)));
/// assert!(gaps[0].p_adjusted < Some(0.001));
/// assert_eq!((gaps[1].gap.difference, gaps[1].p_adjusted), (None, None));
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::{Journey, JourneyDifference};
///
/// let earlier = Journey::from_json(r#"{"name": "stay", "stages": [
///     {"name": "arrive", "touchpoints": [{"name": "key"}, {"name": "fax"}]}, {"name": "stay"}
/// ]}"#)?;
/// let later = Journey::from_json(r#"{"name": "stay", "stages": [
///     {"name": "arrive", "touchpoints": [{"name": "app"}]},
///     {"name": "stay", "touchpoints": [{"name": "key", "owner": "front desk"}]}
/// ]}"#)?;
/// let name = |name: &str| name.to_owned();
/// assert_eq!(later.differences(&earlier), [
///     JourneyDifference::Added { touchpoint: name("app") },
///     JourneyDifference::Moved { touchpoint: name("key"), from: name("arrive"), to: name("stay") },
///     JourneyDifference::Redefined { touchpoint: name("key"), fields: vec!["owner"] },
///     JourneyDifference::Removed { touchpoint: name("fax") },
/// ]);
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::{Column, Journey, JourneyAnalysis, Mentions, Metric, Responses};
///
/// let journey = Journey::from_json(r#"{"name": "stay", "stages": [{"name": "stay", "touchpoints": [{"name": "room"}]}]}"#)?;
/// let rated = |happy: usize| {
///     let scores: Vec<u8> = (0..40).map(|i| if i < happy { 9 } else { 3 }).collect();
///     Responses::new()
///         .with("score", Column::numbers(scores))?
///         .with("step", Column::categories([Some("room"); 40]))
///         .map(|table| table.rating("score"))
/// };
/// let (before, after, none) = (rated(20)?, rated(30)?, Mentions::none(40));
/// let analysis = JourneyAnalysis::new(journey.clone(), Metric::nps()).touchpoint("step");
/// let room = analysis.compare(&journey, (&before, &none), (&after, &none))?.steps.remove(0);
/// assert_eq!((room.touchpoint.as_str(), room.comparison.difference), ("room", Some(50.0)));
/// // One step is looked at, so there is nothing to adjust.
/// assert_eq!(room.p_adjusted, room.comparison.p_value);
/// # Ok::<(), heedful::Error>(())
/// ```
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
///
/// ```
/// use heedful::{Column, Journey, JourneyAnalysis, JourneyDifference, Mentions, Metric, Responses};
///
/// let old = Journey::from_json(r#"{"name": "help", "stages": [{"name": "ask", "touchpoints": [{"name": "hotline"}, {"name": "fax"}]}]}"#)?;
/// let new = Journey::from_json(r#"{"name": "help", "stages": [{"name": "ask", "touchpoints": [{"name": "hotline"}]}]}"#)?;
/// let table = Responses::new()
///     .with("score", Column::numbers(vec![9_u8, 3]))?
///     .with("step", Column::categories(["hotline", "fax"].map(Some)))?
///     .rating("score");
/// let none = Mentions::none(2);
/// let change = JourneyAnalysis::new(new, Metric::nps()).touchpoint("step").compare(&old, (&table, &none), (&table, &none))?;
/// assert_eq!(change.differences, [JourneyDifference::Removed { touchpoint: "fax".to_owned() }]);
/// // Scores are compared for what both versions have.
/// let steps: Vec<_> = change.steps.iter().map(|step| step.touchpoint.as_str()).collect();
/// assert_eq!((steps, change.steps[0].comparison.difference), (vec!["hotline"], Some(0.0)));
/// # Ok::<(), heedful::Error>(())
/// ```
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
    ///
    /// ```
    /// use heedful::{Journey, JourneyDifference};
    ///
    /// let text = r#"{"name": "help", "stages": [{"name": "ask", "touchpoints": [{"name": "chat"}]}]}"#;
    /// let (earlier, mut later) = (Journey::from_json(text)?, Journey::from_json(text)?);
    /// assert_eq!(later.differences(&earlier), []);
    /// later.stages[0].touchpoints[0].importance = Some(9.0);
    /// let redefined = JourneyDifference::Redefined { touchpoint: "chat".to_owned(), fields: vec!["importance"] };
    /// assert_eq!(later.differences(&earlier), [redefined]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
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
    /// ```
    /// use heedful::{Column, Journey, JourneyAnalysis, Mentions, Metric, Responses};
    ///
    /// let journey = Journey::from_json(r#"{"name": "help", "stages": [{"name": "ask", "touchpoints": [{"name": "chat"}, {"name": "call"}]}]}"#)?;
    /// let rated = |scores: Vec<u8>| {
    ///     Responses::new()
    ///         .with("score", Column::numbers(scores))?
    ///         .with("step", Column::categories(["chat", "call"].map(Some)))
    ///         .map(|table| table.rating("score"))
    /// };
    /// let (customers, agents, none) = (rated(vec![3, 9])?, rated(vec![9, 9])?, Mentions::none(2));
    /// let analysis = JourneyAnalysis::new(journey, Metric::nps()).touchpoint("step");
    /// // Agents think that customers like the chat.
    /// let gaps = analysis.views((&customers, &none), (&agents, &none))?;
    /// let gaps: Vec<_> = gaps.iter().map(|row| (row.touchpoint.as_str(), row.gap.difference)).collect();
    /// assert_eq!(gaps, [("chat", Some(-200.0)), ("call", Some(0.0))]);
    /// # Ok::<(), heedful::Error>(())
    /// ```
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
    /// ```
    /// use heedful::{Column, Journey, JourneyAnalysis, JourneyDifference, Mentions, Metric, Responses};
    ///
    /// let version = |name: &str| {
    ///     Journey::from_json(&format!(r#"{{"name": "help", "stages": [{{"name": "ask", "touchpoints": [{{"name": "call"}}, {{"name": "{name}"}}]}}]}}"#))
    /// };
    /// let rated = |other: &str, scores: Vec<u8>| {
    ///     Responses::new()
    ///         .with("score", Column::numbers(scores))?
    ///         .with("step", Column::categories(["call", other].map(Some)))
    ///         .map(|table| table.rating("score"))
    /// };
    /// // The fax made room for a chat, and calls went from a promoter to a passive.
    /// let (before, after, none) = (rated("fax", vec![9, 3])?, rated("chat", vec![8, 9])?, Mentions::none(2));
    /// let analysis = JourneyAnalysis::new(version("chat")?, Metric::nps()).touchpoint("step");
    /// let change = analysis.compare(&version("fax")?, (&before, &none), (&after, &none))?;
    /// assert_eq!(change.differences[0], JourneyDifference::Added { touchpoint: "chat".to_owned() });
    /// assert_eq!((change.steps.len(), change.steps[0].comparison.difference), (1, Some(-100.0)));
    /// # Ok::<(), heedful::Error>(())
    /// ```
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
