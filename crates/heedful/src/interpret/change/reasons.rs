//! What each reason contributes to a difference.

use super::effect::Effect;
use super::{Change, ReasonChange, ReasonChanges};
use crate::base::tally::Tally;
use crate::interpret::driver::impact::{mean, spread};
use crate::interpret::driver::sets::{MOST_EXACT, Sets};
use crate::interpret::driver::shapley::{Game, Reference};
use crate::interpret::driver::share;
use crate::interpret::frame::Frame;
use crate::interpret::mention::Mentions;
use crate::stats::{Comparison as Test, Confidence, Random};

/// One period's contributions.
struct Period {
    shares: Vec<f64>,
    standard_errors: Vec<f64>,
    reference: f64,
    reference_error: f64,
    declared: bool,
    /// Share of the responses that mention each reason.
    frequencies: Vec<Option<f64>>,
}

impl Change {
    /// The change of each reason's fair contribution, and that of the reference: they add up to the
    /// difference. `None` where a period has too few responses without reasons and none is declared.
    pub(super) fn reason_changes(
        &self,
        frames: [&Frame<'_>; 2],
        mentions: [&Mentions; 2],
        random: &mut Random,
    ) -> Option<ReasonChanges> {
        let mut names: Vec<String> = Vec::new();
        for name in mentions.iter().flat_map(|m| m.names()) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        let confidence = self.scoring.stated().confidence;
        let mut periods = Vec::new();
        for (frame, mentions) in frames.into_iter().zip(mentions) {
            periods.push(self.period(frame, mentions, random)?);
        }
        let [before, after] = periods.as_slice() else { return None };
        let pick = |period: &Period, mentions: &Mentions, name: &str| {
            let code = mentions.code(name).map(usize::from);
            let own = |list: &[f64]| code.and_then(|c| list.get(c)).copied().unwrap_or_default();
            let frequency = code.and_then(|c| period.frequencies.get(c).copied().flatten());
            (own(&period.shares), own(&period.standard_errors), frequency.unwrap_or_default())
        };
        let [first, second] = mentions;
        let rows = names
            .into_iter()
            .map(|name| {
                let (old, new) = (pick(before, first, &name), pick(after, second, &name));
                ReasonChange {
                    contribution_before: old.0,
                    contribution_after: new.0,
                    share_before: old.2,
                    share_after: new.2,
                    effect: linearised(new.0 - old.0, libm::hypot(old.1, new.1), confidence),
                    reason: name,
                }
            })
            .collect();
        let error = libm::hypot(before.reference_error, after.reference_error);
        let difference = after.reference - before.reference;
        Some(ReasonChanges {
            reference_before: before.reference,
            reference_after: after.reference,
            declared: before.declared || after.declared,
            reference: linearised(difference, error, confidence),
            rows,
        })
    }

    fn period(
        &self,
        frame: &Frame<'_>,
        mentions: &Mentions,
        random: &mut Random,
    ) -> Option<Period> {
        let players: Vec<u16> = (0_u16..).zip(mentions.names()).map(|(code, _)| code).collect();
        let sets = Sets::of(mentions, &players);
        let counted = sets.count(frame);
        let (with, all) = sets.by_player(frame, &counted);
        let minimum_n = self.minimum_n.max(1);
        let mut game = Game::new(&sets, &counted, frame.metric, Reference::Responses, minimum_n);
        let declared = game.without() < minimum_n;
        let mut reference_error = 0.0;
        if declared {
            game = game.referred_to(self.reference?);
        } else {
            let none = sets.members().iter().position(Vec::is_empty);
            let mut tally = Tally::new(frame.metric.scale().clone());
            for (_, point, cell) in counted.iter().filter(|(set, _, _)| Some(*set) == none) {
                let weight = frame.weights.as_ref().map(|_| (cell.mass, cell.square));
                let reading = crate::base::scale::Reading::Point(point);
                tally.count(reading, cell.count.into(), weight);
            }
            if let Some((mass, value)) = mean(&tally, frame.metric) {
                reference_error = libm::sqrt(spread(&tally, frame.metric, |x| x - value)) / mass;
            }
        }
        debug_assert!(players.len() <= MOST_EXACT || !sets.is_exact(), "orders beyond 15");
        let found = game.solve(self.orders, random)?;
        Some(Period {
            shares: found.shares,
            standard_errors: found.standard_errors,
            reference: found.reference,
            reference_error,
            declared,
            frequencies: with.iter().map(|tally| share(tally, &all)).collect(),
        })
    }
}

fn linearised(value: f64, error: f64, confidence: Confidence) -> Effect {
    let test = (error > 0.0).then(|| Test::wald(value, error, confidence)).flatten();
    Effect {
        value,
        standard_error: (error > 0.0).then_some(error),
        interval: test.map(|t| t.interval),
        p_value: test.and_then(|t| t.p_value),
        p_adjusted: None,
    }
}
