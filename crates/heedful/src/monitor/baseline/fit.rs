//! Fits a baseline to a stretch of a series.
//!
//! Every fit starts afresh from the counts, so that a state is nothing but counts: whoever has them gets the same
//! baseline, and counts of two nodes add up.

use super::calendar::{Calendar, Mark, YEAR};
use super::counted::Counted;
use super::evidence::LONGEST;
use super::feedback::{Ruling, ruled};
use super::model::{Block, Course, Expectation, Kind, Parts};
use super::smooth::{Basis, Factor, LARGEST, TERMS, Terms, accumulate, dot};
use super::thinned::{BINS, Means, square_weight, telling};
use crate::monitor::cadence::Cadence;

/// The first rows of what is remembered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch<'a> {
    /// The period of the first count.
    pub(crate) first: i32,
    pub(crate) counted: &'a Counted,
    pub(crate) rows: usize,
    pub(crate) rulings: &'a [Ruling],
}

/// A fitted baseline at the end of its stretch.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fitted {
    pub(crate) parts: Parts,
    pub(crate) course: Course,
}

/// Days of a week and hours of a day.
const DAYS: usize = 7;
const HOURS: usize = 24;
/// Rounds of fitting and weighing.
const ROUNDS: usize = 3;
/// The round from which on the dispersion is learned; by then it is known about what to expect of each period.
const TELLING: usize = 1;
/// Newton's steps in the first round, at most; later rounds start so near that one is enough.
const FIRST_STEPS: usize = 6;
/// Standard deviations of the priors before the data are asked: level, trend a year, first and second wave.
const SPREAD: Terms = [20.0, 0.4, 0.5, 0.5, 0.25, 0.25];
/// The least that a prior's standard deviation is taken for.
const LEAST_SPREAD: f64 = 1e-3;
/// Cases (over φ) by which weekday and holiday factors are drawn to 1.
const PRIOR_CASES: f64 = 2.0;
/// Years from which on it can be told whether a series of weeks has years of 52.
const SETTLED: f64 = 3.0;
/// Prior of the dispersion: an inverse chi-square variable with this scale and these degrees of freedom. Weak: a month
/// of days outweighs it.
const PRIOR_PHI: (f64, f64) = (1.5, 3.0);
/// A dispersion near 1 is no doubtful one: the doubt about it is in full force from 1.25 on.
const DOUBT: f64 = 4.0;

/// A block of the stretch: its terms and its range of rows.
struct Span {
    block: i32,
    terms: Terms,
    eta: f64,
    rows: std::ops::Range<usize>,
    sums: Block,
}

/// Sums of one pass over the rows.
struct Sums {
    observed: Vec<f64>,
    expected: Vec<f64>,
    holiday_observed: [f64; 2],
    holiday_expected: [f64; 2],
    squares: f64,
    weights: f64,
    /// Of the round that is the first to tell periods apart.
    means: Means,
}

impl Sums {
    fn new(positions: usize) -> Self {
        Self {
            observed: vec![0.0; positions],
            expected: vec![0.0; positions],
            holiday_observed: [0.0; 2],
            holiday_expected: [0.0; 2],
            squares: 0.0,
            weights: 0.0,
            means: Means::new(),
        }
    }
}

/// The last periods that the fit itself does not look at, since they may be part of an episode.
pub(crate) fn left_out(calendar: &Calendar) -> usize {
    match calendar.every {
        Cadence::Hour => 24,
        Cadence::Day => 7,
        _ => 4,
    }
}

/// Fits; `None` where there is no exposure at all.
pub(crate) fn fit(calendar: &Calendar, kind: Kind, stretch: Stretch<'_>) -> Option<Fitted> {
    let rows = stretch.rows;
    let used = rows.saturating_sub(left_out(calendar)).max(rows.min(left_out(calendar)));
    let add = |(a, b): (f64, f64), (count, exposure)| (a + count, b + exposure);
    let (total, exposure) = stretch.counted.iter().take(used).fold((0.0, 0.0), add);
    if !(exposure > 0.0) {
        return None;
    }
    let last = stretch.first.saturating_add(i32::try_from(rows).unwrap_or(i32::MAX));
    let (from, to) = (calendar.years(stretch.first), calendar.years(last));
    let span = to - from;
    let seasonal = calendar.per_year() >= 12.0;
    let basis = Basis {
        origin: to,
        year: 1.0,
        parts: [span > 0.7, seasonal && span > 1.1, seasonal && span > 1.9],
    };
    let mut terms = [0.0; TERMS];
    if let Some(level) = terms.first_mut() {
        *level = libm::log((total + 0.5) / exposure);
    }
    let mut parts = Parts {
        kind,
        basis,
        terms,
        factor: Factor::new(&[[0.0; TERMS]; TERMS]),
        phi: 1.0,
        freedom: 1e9,
        fair: [1.0; BINS],
        positions: vec![1.0; calendar.positions()],
        position_variance: vec![0.0; calendar.positions()],
        holiday: [1.0; 2],
    };
    let mut spans = spans(calendar, stretch, &basis);
    let mut marks = Vec::with_capacity(rows);
    marks.extend((0..rows).map(|row| calendar.mark(period(stretch.first, row))));
    let mut course = Course::new();
    let mut places = 0.0;
    let mut means = Means::new();
    let mut spread = SPREAD;
    for round in 0..=ROUNDS {
        let mut sums;
        (course, sums) = pass(calendar, stretch, &parts, &mut spans, &marks, used, round);
        if round == TELLING {
            std::mem::swap(&mut means, &mut sums.means);
        }
        if round >= TELLING {
            let parameters = basis.parts.iter().filter(|p| **p).count() as f64 * 2.0 + places;
            let free = is_free(calendar, round);
            learn_dispersion(&mut parts, &means, &sums, parameters, free);
            parts.fair = means.fair(parts.phi);
        }
        if round == ROUNDS {
            break;
        }
        places = positions(&mut parts, &sums, round);
        if round > 0 {
            learn_spread(&parts, &spans, &mut spread);
        }
        solve(&mut parts, &spans, &spread, round);
        if round == 1 && calendar.every == Cadence::Week && span > SETTLED {
            try_52_weeks(calendar, &mut parts, &mut spans, &spread);
        }
    }
    Some(Fitted { parts, course })
}

/// The dispersion as its prior and the squares tell it, and how well it is known: an inverse chi-square variable, whose
/// scale the test uses, and whose degrees of freedom make Student's tails of the normal's.
fn learn_dispersion(parts: &mut Parts, means: &Means, sums: &Sums, parameters: f64, free: bool) {
    let periods = means.periods();
    let left = ((periods - parameters) / periods.max(1.0)).max(1.0 / periods.max(1.0));
    let square = sums.squares / (sums.weights * left).max(f64::MIN_POSITIVE);
    let shown = if free { square } else { means.dispersion(square, parts.phi) };
    let of_periods = left * means.freedom(shown.max(1.0));
    let (phi, of_prior) = PRIOR_PHI;
    let freedom = of_periods + of_prior;
    parts.phi = ((shown * of_periods + phi * of_prior) / freedom).max(1.0);
    // Early on more than dispersion is in doubt: a season, a drift. The prior's own say does not count as knowledge.
    parts.freedom = of_periods.max(of_prior) / (DOUBT * (parts.phi - 1.0)).clamp(1e-6, 1.0);
}

/// What a series with too little history of its own borrows from another that is fitted: trend, time of year, weekdays,
/// hours and dispersion as they are there, and the level there times `ratio`, which its own counts correct as far as they
/// go. Without a ratio its level is its own.
pub(crate) fn borrow(
    calendar: &Calendar,
    lender: &Parts,
    ratio: Option<f64>,
    stretch: Stretch<'_>,
) -> Option<Fitted> {
    let rows = stretch.rows;
    let mut parts = lender.clone();
    let mut spans = spans(calendar, stretch, &parts.basis);
    let mut marks = Vec::with_capacity(rows);
    marks.extend((0..rows).map(|row| calendar.mark(period(stretch.first, row))));
    let (_, sums) = pass(calendar, stretch, &parts, &mut spans, &marks, rows, 0);
    let (observed, expected): (f64, f64) = (sums.observed.iter().sum(), sums.expected.iter().sum());
    if !(expected > 0.0) {
        return None;
    }
    let cases = PRIOR_CASES * parts.phi;
    let level = match ratio {
        Some(ratio) if ratio > 0.0 => (observed + cases) / (expected + cases / ratio),
        _ => (observed + 0.5) / expected,
    };
    if let Some(term) = parts.terms.first_mut() {
        *term += libm::log(level);
    }
    // Of all terms the level alone is in doubt.
    let mut information = [[0.0; TERMS]; TERMS];
    for (i, row) in information.iter_mut().enumerate() {
        if let Some(pivot) = row.get_mut(i) {
            *pivot = if i == 0 { observed + cases } else { 1e12 };
        }
    }
    parts.factor = Factor::new(&information);
    // Its own dispersion may be another.
    parts.freedom = parts.freedom.min((rows as f64).max(PRIOR_PHI.1));
    let (course, _) = pass(calendar, stretch, &parts, &mut spans, &marks, rows, 0);
    Some(Fitted { parts, course })
}

pub(crate) fn period(first: i32, row: usize) -> i32 {
    first.saturating_add(i32::try_from(row).unwrap_or(i32::MAX))
}

fn spans(calendar: &Calendar, stretch: Stretch<'_>, basis: &Basis) -> Vec<Span> {
    let rows = stretch.rows;
    let mut spans: Vec<Span> = Vec::with_capacity(rows / calendar.positions() + 2);
    let mut row = 0;
    while row < rows {
        let at = period(stretch.first, row);
        let block = calendar.block(at);
        let length = (calendar.positions() - calendar.position(at)).min(rows - row);
        let terms = basis.at(calendar.block_years(block));
        spans.push(Span {
            block,
            terms,
            eta: 0.0,
            rows: row..row + length,
            sums: Block::default(),
        });
        row += length;
    }
    spans
}

/// Whether nothing is down-weighted yet: what is far off may be what the parts do not have yet, which for hours takes a
/// round more.
fn is_free(calendar: &Calendar, round: usize) -> bool {
    round == 0 || round == 1 && calendar.every == Cadence::Hour
}

/// Goes along the series with the parts as they are: weighs each period, adds up what the next round needs.
fn pass(
    calendar: &Calendar,
    stretch: Stretch<'_>,
    parts: &Parts,
    spans: &mut [Span],
    marks: &[Mark],
    used: usize,
    round: usize,
) -> (Course, Sums) {
    let first = is_free(calendar, round);
    // The level moves once the parts are about right.
    let moving = round + 2 > ROUNDS;
    let mut course = Course::new();
    let mut sums = Sums::new(calendar.positions());
    let (mut squares, mut weights) = (0.0, 0.0);
    for span in spans.iter_mut() {
        span.eta = dot(&parts.terms, &span.terms);
    }
    let mut before = spans.first().map_or(0.0, |span| span.eta);
    let mut rest = spans.iter_mut().peekable();
    while let Some(span) = rest.next() {
        // Only what comes after the stretch needs to know how sure the fit is.
        let variance = match rest.peek() {
            Some(_) => 0.0,
            None => parts.factor.quadratic(&span.terms) * parts.phi,
        };
        let after = rest.peek().map_or_else(
            || {
                dot(
                    &parts.terms,
                    &parts.basis.at(calendar.block_years(span.block.saturating_add(1))),
                )
            },
            |next| next.eta,
        );
        course.enter(calendar, parts, span.block, [before, span.eta, after], variance, moving);
        before = span.eta;
        span.sums = Block::default();
        // By the middle of the week; blocks of one period do not grow within.
        let smooth = 1.0 / course.smooth(DAYS / 2);
        let mut along =
            course.along(parts, calendar.position(period(stretch.first, span.rows.start)));
        for (step, row) in span.rows.clone().enumerate() {
            if step > 0 {
                along.step(&course, parts);
            }
            let (Some((count, exposure)), Some(&mark)) = (stretch.counted.get(row), marks.get(row))
            else {
                continue;
            };
            let expected = along.expect(&course, parts, mark, exposure);
            let Expectation { mean, fitted, .. } = expected;
            let binomial = parts.kind.binomial(mean, exposure);
            let ruled = ruled(stretch.rulings, period(stretch.first, row));
            let phi = parts.phi * binomial;
            let [weight, fair] = match first && ruled.is_none() || !(exposure > 0.0) {
                true => [1.0; 2],
                false => parts.weights(count, mean, phi, ruled),
            };
            course.absorb(count, expected, [weight, fair]);
            if row + LONGEST >= stretch.rows {
                course.remember(count, exposure, expected, phi, ruled);
            }
            if row >= used || !(exposure > 0.0) {
                continue;
            }
            if round >= TELLING {
                let weight = ruled.map_or_else(|| square_weight(weight, mean), |_| weight);
                let weight = weight * telling(mean);
                squares += weight * (count - mean) * (count - mean) / (mean * binomial);
                weights += weight;
                if round == TELLING {
                    sums.means.push(mean);
                }
            }
            if round == ROUNDS {
                continue;
            }
            let (observed, fitted) = (weight * count, fair * fitted);
            span.sums.observed += observed;
            span.sums.expected += fitted * smooth;
            if let (Some(o), Some(e)) =
                (sums.observed.get_mut(along.position), sums.expected.get_mut(along.position))
            {
                *o += observed;
                *e += fitted;
            }
            let special = match mark {
                Mark::Plain => None,
                Mark::Holiday => Some(0),
                Mark::After => Some(1),
            };
            if let Some(special) = special
                && let (Some(o), Some(e)) =
                    (sums.holiday_observed.get_mut(special), sums.holiday_expected.get_mut(special))
            {
                *o += observed;
                *e += fitted;
            }
        }
    }
    (sums.squares, sums.weights) = (squares, weights);
    course.settle(calendar, parts);
    (course, sums)
}

/// Factors of places in the week and of holidays, in closed form given the rest. How many parameters they are worth.
fn positions(parts: &mut Parts, sums: &Sums, round: usize) -> f64 {
    let prior = PRIOR_CASES * parts.phi;
    let drawn = |observed: f64, expected: f64| (observed + prior) / (expected + prior);
    let specials = sums.holiday_observed.iter().zip(&sums.holiday_expected);
    for (factor, (o, e)) in parts.holiday.iter_mut().zip(specials) {
        if *e > 0.0 {
            *factor *= drawn(*o, *e);
        }
    }
    if parts.positions.len() < 2 {
        return 1.0;
    }
    let (all, fitted): (f64, f64) = (sums.observed.iter().sum(), sums.expected.iter().sum());
    // The overall level belongs to the intercept.
    let level = if all > 0.0 && fitted > 0.0 { all / fitted } else { 1.0 };
    let cells = || sums.observed.iter().map(|o| o / level).zip(sums.expected.iter().copied());
    if parts.positions.len() <= DAYS {
        let places = parts.positions.iter_mut().zip(parts.position_variance.iter_mut());
        // What a place has in common with all others is the level's doubt.
        let common = 1.0 / (all + prior * DAYS as f64);
        for ((place, variance), (o, e)) in places.zip(cells()) {
            *place *= drawn(o, e);
            *variance = parts.phi * (1.0 / (o * level + prior) - common).max(0.0);
        }
        return DAYS as f64;
    }
    if round == 0 {
        // An hour of the day times a weekday.
        for place_of in [|place: usize| place % HOURS, |place: usize| HOURS + place / HOURS] {
            let mut margins = [(0.0, 0.0); HOURS + DAYS];
            for (place, (o, e)) in cells().enumerate() {
                if let Some(margin) = margins.get_mut(place_of(place)) {
                    *margin = (margin.0 + o, margin.1 + e);
                }
            }
            let places = parts.positions.iter_mut().zip(parts.position_variance.iter_mut());
            for (place, (factor, variance)) in places.enumerate() {
                if let Some((o, e)) = margins.get(place_of(place)) {
                    *factor *= drawn(*o, *e);
                    let before = if place_of(place) < HOURS { 0.0 } else { *variance };
                    *variance = before + parts.phi / (o * level + prior);
                }
            }
        }
        return (HOURS + DAYS - 1) as f64;
    }
    // What the hours of a weekday have of their own, as far as they differ from the others' by more than chance: gamma
    // factors with the variance that they show. At first misfit looks like dispersion.
    let phi = if round == 1 { parts.phi.min(PRIOR_PHI.0) } else { parts.phi };
    let mut worth = (HOURS + DAYS - 1) as f64;
    let cells: Vec<(f64, f64)> = cells().collect();
    let places = parts.positions.chunks_mut(HOURS).zip(parts.position_variance.chunks_mut(HOURS));
    for ((factors, variances), cells) in places.zip(cells.chunks(HOURS)) {
        let excess: f64 = cells.iter().map(|(o, e)| (o - e) * (o - e) - phi * e).sum();
        let squares: f64 = cells.iter().map(|(_, e)| e * e).sum();
        let variance = if squares > 0.0 { (excess / squares).clamp(0.0, 1.0) } else { 0.0 };
        if variance < 1e-6 {
            continue;
        }
        let cases = phi / variance;
        for ((factor, of_place), (o, e)) in factors.iter_mut().zip(variances).zip(cells) {
            *factor *= (o + cases) / (e + cases);
            *of_place = of_place.max(phi / (e + cases));
            worth += e / (e + cases);
        }
    }
    worth
}

/// Takes a year of exactly 52 weeks where the series fits it better, as data by week of the year often do.
fn try_52_weeks(calendar: &Calendar, parts: &mut Parts, spans: &mut [Span], spread: &Terms) {
    let likelihood = |parts: &Parts, spans: &[Span]| -> f64 {
        let of = |span: &Span| {
            let eta = dot(&parts.terms, &span.terms).clamp(-LARGEST, LARGEST);
            span.sums.observed * eta - span.sums.expected * libm::exp(eta)
        };
        spans.iter().map(of).sum()
    };
    let by_date = likelihood(parts, spans);
    let mut other = parts.clone();
    other.basis.year = 52.0 * 7.0 / YEAR;
    for span in spans.iter_mut() {
        span.terms = other.basis.at(calendar.block_years(span.block));
    }
    solve(&mut other, spans, spread, 0);
    if likelihood(&other, spans) > by_date + 2.0 * parts.phi {
        *parts = other;
        return;
    }
    for span in spans {
        span.terms = parts.basis.at(calendar.block_years(span.block));
    }
}

/// The mean of a block as the terms have it, given the rest.
fn mean_of(parts: &Parts, span: &Span) -> f64 {
    span.sums.expected * libm::exp(dot(&parts.terms, &span.terms).clamp(-LARGEST, LARGEST))
}

/// The standard deviations of the priors of trend and waves as the data show them: a series without a season is not to
/// pay for one (empirical Bayes: the mean square of the terms as they were without prior, less what chance makes of
/// nothing; Morris, "Parametric empirical Bayes inference", 1983).
fn learn_spread(parts: &Parts, spans: &[Span], spread: &mut Terms) {
    let (mut total, mut sums, mut squares) = (0.0, [0.0; TERMS], [0.0; TERMS]);
    for span in spans {
        let mean = mean_of(parts, span);
        total += mean;
        for ((sum, square), term) in sums.iter_mut().zip(&mut squares).zip(&span.terms) {
            *sum += mean * term;
            *square += mean * term * term;
        }
    }
    if !(total > 0.0) {
        return;
    }
    for group in [1..2, 2..4, 4..6] {
        let (mut square, mut chance, mut terms) = (0.0, 0.0, 0.0);
        let cells = parts.terms.iter().zip(spread.iter()).zip(sums.iter().zip(&squares));
        for ((term, spread), (sum, squares)) in cells.skip(group.start).take(group.len()) {
            let information = (squares - sum * sum / total) / parts.phi;
            if information > 0.0 {
                let free = term * (1.0 + 1.0 / (spread * spread * information));
                square += free * free;
                chance += 1.0 / information;
                terms += 1.0;
            }
        }
        let shown = libm::sqrt(((square - chance) / terms).max(LEAST_SPREAD * LEAST_SPREAD));
        let most = SPREAD.iter().skip(group.start);
        for (spread, most) in spread.iter_mut().skip(group.start).take(group.len()).zip(most) {
            *spread = if terms > 0.0 { shown.min(*most) } else { *most };
        }
    }
}

/// Newton's steps for level, trend and time of year, given the rest.
fn solve(parts: &mut Parts, spans: &[Span], spread: &Terms, round: usize) {
    let steps = if round == 0 { FIRST_STEPS } else { 1 };
    for _ in 0..steps {
        let mut matrix = [[0.0; TERMS]; TERMS];
        let mut right = [0.0; TERMS];
        for span in spans.iter() {
            let mean = mean_of(parts, span);
            accumulate(&mut matrix, &span.terms, mean);
            let residual = span.sums.observed - mean;
            for (right, term) in right.iter_mut().zip(&span.terms) {
                *right += residual * term;
            }
        }
        for (i, ((row, right), (spread, term))) in
            matrix.iter_mut().zip(&mut right).zip(spread.iter().zip(&parts.terms)).enumerate()
        {
            let precision = parts.phi / (spread * spread);
            if let Some(pivot) = row.get_mut(i) {
                *pivot += precision;
            }
            // The level is drawn to nothing.
            if i > 0 {
                *right -= precision * term;
            }
        }
        parts.factor = Factor::new(&matrix);
        let step = parts.factor.solve(&right);
        let mut largest: f64 = 0.0;
        for (term, step) in parts.terms.iter_mut().zip(step) {
            let step = step.clamp(-2.0, 2.0);
            *term += step;
            largest = largest.max(step.abs());
        }
        if largest < 1e-4 {
            break;
        }
    }
}
