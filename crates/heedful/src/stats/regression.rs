//! Regressions on weighted rows: least squares, logistic, and proportional odds.
//!
//! Rows are patterns with a weight, so that a million responses with few different answers cost what their
//! patterns cost. Design matrices are row-major without the intercept, which every model has.

/// Steps of Newton's method; the fits here converge in fewer than ten unless they do not at all.
const MOST_STEPS: u32 = 60;
/// A pivot below this part of its diagonal entry is collinearity.
const COLLINEAR: f64 = 1e-10;

/// Predictors of weighted rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Design<'a> {
    /// Row by row, `width` values each.
    pub(crate) values: &'a [f64],
    pub(crate) width: usize,
    pub(crate) weights: &'a [f64],
}

impl Design<'_> {
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&[f64], f64)> {
        self.weights.iter().enumerate().map(|(row, weight)| {
            let start = row * self.width;
            (self.values.get(start..start + self.width).unwrap_or_default(), *weight)
        })
    }

    /// The same with these predictors only.
    pub(crate) fn select(&self, keep: &[bool]) -> Vec<f64> {
        let pick = |row: &[f64]| {
            let kept = row.iter().zip(keep).filter(|(_, keep)| **keep);
            kept.map(|(value, _)| *value).collect::<Vec<f64>>()
        };
        self.values.chunks(self.width.max(1)).flat_map(pick).collect()
    }
}

/// A fitted model.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fit {
    /// Intercept first (proportional odds: the thresholds), then one for each predictor.
    pub(crate) coefficients: Vec<f64>,
    pub(crate) standard_errors: Vec<f64>,
    /// Residual sum of squares (least squares) or log-likelihood.
    pub(crate) fit: f64,
}

/// A symmetric matrix, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Square {
    pub(crate) size: usize,
    entries: Vec<f64>,
}

impl Square {
    pub(crate) fn new(size: usize) -> Self {
        Self { size, entries: vec![0.0; size * size] }
    }

    #[inline]
    pub(crate) fn at(&self, row: usize, column: usize) -> f64 {
        self.entries.get(row * self.size + column).copied().unwrap_or_default()
    }

    #[inline]
    pub(crate) fn add(&mut self, row: usize, column: usize, value: f64) {
        if let Some(entry) = self.entries.get_mut(row * self.size + column) {
            *entry += value;
        }
    }

    /// Adds `weight` times the outer product of `row` with itself.
    pub(crate) fn add_outer(&mut self, row: &[f64], weight: f64) {
        for (entries, left) in self.entries.chunks_mut(self.size.max(1)).zip(row) {
            let factor = weight * left;
            for (entry, right) in entries.iter_mut().zip(row) {
                *entry += factor * right;
            }
        }
    }

    /// [`Square::add_outer`] for the entries from the diagonal on; the others are for [`Square::mirror`].
    pub(crate) fn add_upper(&mut self, row: &[f64], weight: f64) {
        for (i, (entries, left)) in self.entries.chunks_mut(self.size.max(1)).zip(row).enumerate() {
            let factor = weight * left;
            if factor == 0.0 {
                continue;
            }
            for (entry, right) in entries.iter_mut().zip(row).skip(i) {
                *entry += factor * right;
            }
        }
    }

    /// Copies the entries above the diagonal to below it.
    pub(crate) fn mirror(&mut self) {
        for row in 1..self.size {
            for column in 0..row {
                let entry = self.at(column, row);
                if let Some(slot) = self.entries.get_mut(row * self.size + column) {
                    *slot = entry;
                }
            }
        }
    }

    pub(crate) fn row(&self, row: usize) -> &[f64] {
        self.entries.get(row * self.size..(row + 1) * self.size).unwrap_or_default()
    }

    /// The inverse of a positive definite matrix, and its product with a vector; `None` where it is
    /// singular. By Gauss and Jordan without pivoting, which positive definite matrices do not need.
    pub(crate) fn invert(&self, right: &[f64]) -> Option<(Self, Vec<f64>)> {
        let size = self.size;
        let mut matrix = self.clone();
        for pivot in 0..size {
            let diagonal = matrix.at(pivot, pivot);
            if !(diagonal > COLLINEAR * self.at(pivot, pivot) && diagonal.is_finite()) {
                return None;
            }
            matrix.sweep(pivot);
        }
        // Sweeping all leaves the negative of the inverse.
        matrix.entries.iter_mut().for_each(|entry| *entry = -*entry);
        let product = |row: &[f64]| row.iter().zip(right).map(|(a, b)| a * b).sum();
        let solved = matrix.entries.chunks(size.max(1)).map(product).collect();
        Some((matrix, solved))
    }

    /// Goodnight's sweep ("A tutorial on the SWEEP operator", 1979), with the negative of the inverse at
    /// the swept places: the rest becomes what is left after regression on the swept variables.
    pub(crate) fn sweep(&mut self, pivot: usize) {
        let size = self.size;
        let diagonal = self.at(pivot, pivot);
        let row: Vec<f64> = (0..size).map(|column| self.at(pivot, column)).collect();
        for (i, entries) in self.entries.chunks_mut(size.max(1)).enumerate() {
            let factor = row.get(i).copied().unwrap_or_default() / diagonal;
            for (j, (entry, value)) in entries.iter_mut().zip(&row).enumerate() {
                *entry = match (i == pivot, j == pivot) {
                    (true, true) => -1.0 / diagonal,
                    (true, false) => value / diagonal,
                    (false, true) => factor,
                    (false, false) => *entry - factor * value,
                };
            }
        }
    }
}

/// Weighted cross-products of centred predictors and, last, the response; with the sum of weights.
pub(crate) fn cross_products(design: Design<'_>, response: &[f64]) -> (Square, f64) {
    let size = design.width + 1;
    let mut means = vec![0.0; size];
    let mut mass = 0.0;
    let full = |row: &[f64], y: f64, out: &mut Vec<f64>| {
        out.clear();
        out.extend_from_slice(row);
        out.push(y);
    };
    let mut row = Vec::with_capacity(size);
    for ((x, weight), y) in design.rows().zip(response) {
        full(x, *y, &mut row);
        mass += weight;
        for (mean, value) in means.iter_mut().zip(&row) {
            *mean += weight * value;
        }
    }
    means.iter_mut().for_each(|mean| *mean /= mass);
    let mut products = Square::new(size);
    for ((x, weight), y) in design.rows().zip(response) {
        full(x, *y, &mut row);
        for (value, mean) in row.iter_mut().zip(&means) {
            *value -= mean;
        }
        products.add_outer(&row, weight);
    }
    (products, mass)
}

/// Share of the response's variance that each subset of the predictors explains, by the subset's bits.
pub(crate) fn explained(products: &Square) -> Vec<f64> {
    let width = products.size - 1;
    let whole = products.at(width, width);
    let mut shares = vec![0.0; 1 << width];
    // Each subset comes from the one without its highest predictor.
    let mut stack = vec![(0_usize, 0_usize, products.clone())];
    while let Some((set, next, swept)) = stack.pop() {
        let left = swept.at(width, width);
        if let Some(share) = shares.get_mut(set) {
            *share = if whole > 0.0 { (1.0 - left / whole).max(0.0) } else { 0.0 };
        }
        for predictor in next..width {
            let mut further = swept.clone();
            // A predictor that the others already tell adds nothing.
            if further.at(predictor, predictor) > COLLINEAR * products.at(predictor, predictor) {
                further.sweep(predictor);
            }
            stack.push((set | 1 << predictor, predictor + 1, further));
        }
    }
    shares
}

/// Weighted products of the predictors, intercept first, with themselves and with the response.
pub(crate) fn normal_equations(design: Design<'_>, response: &[f64]) -> (Square, Vec<f64>) {
    let size = design.width + 1;
    let mut products = Square::new(size);
    let mut right = vec![0.0; size];
    let mut row = vec![1.0; size];
    for ((x, weight), y) in design.rows().zip(response) {
        row.truncate(1);
        row.extend_from_slice(x);
        products.add_outer(&row, weight);
        for (sum, value) in right.iter_mut().zip(&row) {
            *sum += weight * value * y;
        }
    }
    (products, right)
}

/// Weighted least squares; `rows` is how many responses there are, for the degrees of freedom. `None`
/// where predictors are collinear or there are no more responses than coefficients.
pub(crate) fn linear(design: Design<'_>, response: &[f64], rows: f64) -> Option<Fit> {
    let size = design.width + 1;
    let df = rows - size as f64;
    let (products, right) = normal_equations(design, response);
    let (inverse, coefficients) = products.invert(&right)?;
    if !(df > 0.0) {
        return None;
    }
    let mut residual = 0.0;
    for ((x, weight), y) in design.rows().zip(response) {
        let fitted = linear_predictor(&coefficients, x);
        residual += weight * (y - fitted) * (y - fitted);
    }
    let error = |i| libm::sqrt(residual / df * inverse.at(i, i));
    Some(Fit { standard_errors: (0..size).map(error).collect(), coefficients, fit: residual })
}

pub(crate) fn linear_predictor(coefficients: &[f64], x: &[f64]) -> f64 {
    let (intercept, slopes) = coefficients.split_first().map_or((0.0, &[][..]), |(a, b)| (*a, b));
    intercept + slopes.iter().zip(x).map(|(b, x)| b * x).sum::<f64>()
}

pub(crate) fn logistic_cdf(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// ln P(1) and ln P(0) at a linear predictor, without losing the small one.
pub(crate) fn log_odds_parts(eta: f64) -> (f64, f64) {
    let soft = |v: f64| if v > 36.0 { v } else { libm::log1p(libm::exp(v)) };
    (-soft(-eta), -soft(eta))
}

/// Logistic regression by Newton's method; `response` is true for success. `None` where predictors are
/// collinear, or separate successes from failures so that no maximum exists.
pub(crate) fn logistic(design: Design<'_>, response: &[bool]) -> Option<Fit> {
    let size = design.width + 1;
    newton(vec![0.0; size], |coefficients| {
        let mut score = vec![0.0; size];
        let mut information = Square::new(size);
        let mut likelihood = 0.0;
        let mut row = vec![1.0; size];
        for ((x, weight), success) in design.rows().zip(response) {
            row.truncate(1);
            row.extend_from_slice(x);
            let eta = linear_predictor(coefficients, x);
            let p = logistic_cdf(eta);
            let (one, zero) = log_odds_parts(eta);
            likelihood += weight * if *success { one } else { zero };
            let residual = weight * (f64::from(u8::from(*success)) - p);
            for (sum, value) in score.iter_mut().zip(&row) {
                *sum += residual * value;
            }
            information.add_outer(&row, weight * p * (1.0 - p));
        }
        Some((likelihood, score, information))
    })
}

/// Proportional odds: P(category <= j) = F(threshold j - x·slopes), F the logistic distribution
/// (McCullagh 1980). `response` numbers categories from 0 to `categories` - 1, each of which occurs.
/// Coefficients are the thresholds, then the slopes. `None` as for [`logistic`].
pub(crate) fn proportional_odds(
    design: Design<'_>,
    response: &[usize],
    categories: usize,
) -> Option<Fit> {
    let thresholds = categories.checked_sub(1).filter(|n| *n > 0)?;
    let size = thresholds + design.width;
    let mut masses = vec![0.0; categories];
    for (category, weight) in response.iter().zip(design.weights) {
        *masses.get_mut(*category)? += weight;
    }
    let mass: f64 = masses.iter().sum();
    let mut start = vec![0.0; size];
    let mut below = 0.0;
    for (threshold, category) in start.iter_mut().zip(&masses).take(thresholds) {
        below += category;
        *threshold = libm::log(below / (mass - below));
    }
    newton(start, |coefficients| {
        let (cuts, slopes) = coefficients.split_at(thresholds);
        if !cuts.is_sorted_by(|a, b| a < b) {
            return None;
        }
        let mut score = vec![0.0; size];
        let mut information = Square::new(size);
        let mut likelihood = 0.0;
        for ((x, weight), category) in design.rows().zip(response) {
            let eta: f64 = slopes.iter().zip(x).map(|(b, x)| b * x).sum();
            // The two ends of the category's interval: place of the threshold, F, density, its slope.
            let end = |place: Option<usize>, beyond: f64| match place.and_then(|p| cuts.get(p)) {
                Some(cut) => {
                    let cdf = logistic_cdf(cut - eta);
                    let density = cdf * (1.0 - cdf);
                    (place, cdf, density, density * (1.0 - 2.0 * cdf))
                }
                None => (None, beyond, 0.0, 0.0),
            };
            let ends = [end(Some(*category), 1.0), end(category.checked_sub(1), 0.0)];
            let p = ends[0].1 - ends[1].1;
            if !(p > 0.0) {
                return None;
            }
            likelihood += weight * libm::log(p);
            // First and second derivatives of ln p by either end.
            let first = [ends[0].2 / p, -ends[1].2 / p];
            let curve = [ends[0].3 / p, -ends[1].3 / p];
            for (i, own) in first.iter().enumerate() {
                for (j, other) in first.iter().enumerate() {
                    let same = if i == j { curve.get(i).copied().unwrap_or_default() } else { 0.0 };
                    let minus_second = weight * (own * other - same);
                    let places = [i, j].map(|end| ends.get(end).and_then(|end| end.0));
                    spread(&mut information, places, x, thresholds, minus_second);
                }
            }
            for (end, slope) in ends.iter().zip(&first) {
                let slope = weight * slope;
                if let Some(sum) = end.0.and_then(|place| score.get_mut(place)) {
                    *sum += slope;
                }
                for (sum, value) in score.iter_mut().skip(thresholds).zip(x) {
                    *sum -= slope * value;
                }
            }
        }
        Some((likelihood, score, information))
    })
}

/// Adds a second derivative by two ends (threshold less x·slopes each) to that by the coefficients.
fn spread(
    information: &mut Square,
    [left, right]: [Option<usize>; 2],
    x: &[f64],
    thresholds: usize,
    value: f64,
) {
    if let (Some(left), Some(right)) = (left, right) {
        information.add(left, right, value);
    }
    for (i, a) in x.iter().enumerate() {
        if let Some(left) = left {
            information.add(left, thresholds + i, -value * a);
        }
        if let Some(right) = right {
            information.add(thresholds + i, right, -value * a);
        }
        for (j, b) in x.iter().enumerate() {
            information.add(thresholds + i, thresholds + j, value * a * b);
        }
    }
}

type Step = (f64, Vec<f64>, Square);

/// Newton's method on a concave log-likelihood, halving steps that lose.
fn newton(start: Vec<f64>, evaluate: impl Fn(&[f64]) -> Option<Step>) -> Option<Fit> {
    let mut coefficients = start;
    let (mut likelihood, mut score, mut information) = evaluate(&coefficients)?;
    for _ in 0..MOST_STEPS {
        let (_, step) = information.invert(&score)?;
        // Twice the gain that a full step promises.
        let promise: f64 = score.iter().zip(&step).map(|(a, b)| a * b).sum();
        if promise.abs() <= 1e-16 * (1.0 + likelihood.abs()) {
            // Separated data let a coefficient grow without end while the gain dwindles.
            if coefficients.iter().zip(&step).any(|(c, s)| s.abs() > 1e-3 * (1.0 + c.abs())) {
                return None;
            }
            // A gain that cannot be seen is still half of the digits of the coefficients: the step is taken.
            let last: Vec<f64> = coefficients.iter().zip(&step).map(|(c, s)| c + s).collect();
            let (fit, score, information) = evaluate(&last)?;
            let (inverse, _) = information.invert(&score)?;
            let errors = (0..last.len()).map(|i| libm::sqrt(inverse.at(i, i)));
            return Some(Fit { standard_errors: errors.collect(), coefficients: last, fit });
        }
        let mut size = 1.0;
        let next = loop {
            let moved: Vec<f64> =
                coefficients.iter().zip(&step).map(|(c, s)| c + size * s).collect();
            match evaluate(&moved) {
                Some(found) if found.0 >= likelihood - 1e-12 * likelihood.abs() => {
                    break Some((moved, found));
                }
                _ if size < 1e-6 => break None,
                _ => size *= 0.5,
            }
        };
        let (moved, found) = next?;
        coefficients = moved;
        (likelihood, score, information) = found;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::testing::reference;
    use serde_json::Value;

    fn list(value: &Value) -> Vec<f64> {
        value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
    }

    fn interleave(columns: &[Vec<f64>]) -> Vec<f64> {
        (0..columns[0].len()).flat_map(|row| columns.iter().map(move |c| c[row])).collect()
    }

    #[track_caller]
    fn close(actual: f64, expected: f64, relative: f64) {
        let error = (actual - expected).abs();
        assert!(error <= relative * expected.abs().max(1e-3), "{actual} is not {expected}");
    }

    const NAMES: [&str; 5] = ["speed", "price", "support", "design", "docs"];

    #[test]
    fn least_squares_agrees_with_r_4_2_2() {
        let Some(r) = reference("driver_importance.json") else { return };
        let columns: Vec<Vec<f64>> = NAMES.iter().map(|name| list(&r["x"][name])).collect();
        let (values, y) = (interleave(&columns), list(&r["y"]));
        let weighted = list(&r["weights"]);
        let ones = vec![1.0; y.len()];
        for (weights, part) in [(&ones, &r), (&weighted, &r["weighted"])] {
            let design = Design { values: &values, width: 5, weights };
            let fit = linear(design, &y, y.len() as f64).unwrap();
            let names = std::iter::once("(Intercept)").chain(NAMES);
            for (i, name) in names.enumerate() {
                close(fit.coefficients[i], part["coef"][name].as_f64().unwrap(), 1e-11);
                if let Some(error) = part["se"][name].as_f64() {
                    close(fit.standard_errors[i], error, 1e-11);
                }
            }
            let shares = explained(&cross_products(design, &y).0);
            close(shares[31], part["r2"].as_f64().unwrap(), 1e-12);
            close(1.0 - fit.fit / cross_products(design, &y).0.at(5, 5), shares[31], 1e-12);
            if let Some(first) = part["first"].as_object() {
                for (i, name) in NAMES.iter().enumerate() {
                    close(shares[1 << i], first[*name].as_f64().unwrap(), 1e-11);
                    let last = shares[31] - shares[31 - (1 << i)];
                    close(last, part["last"][name].as_f64().unwrap(), 1e-9);
                }
            }
        }
    }

    #[test]
    fn logistic_agrees_with_r_4_2_2() {
        let Some(r) = reference("logistic_auc_brier.json") else { return };
        let data = &r["data"];
        let plan: Vec<&str> =
            data["plan"].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
        let dummy = |name: &str| plan.iter().map(|p| f64::from(u8::from(*p == name))).collect();
        let numbers = ["tenure", "npsr", "tickets"].map(|name| list(&data[name]));
        let mut columns: Vec<Vec<f64>> = numbers.to_vec();
        columns.push(dummy("pro"));
        columns.push(dummy("team"));
        let churn: Vec<bool> = list(&data["churn"]).iter().map(|c| *c > 0.5).collect();
        let values = interleave(&columns);
        let ones = vec![1.0; churn.len()];
        let fit = logistic(Design { values: &values, width: 5, weights: &ones }, &churn).unwrap();
        let names = ["(Intercept)", "tenure", "npsr", "tickets", "planpro", "planteam"];
        for (i, name) in names.iter().enumerate() {
            close(fit.coefficients[i], r["coef"][name].as_f64().unwrap(), 1e-7);
            // R takes them from the iteration before the last.
            close(fit.standard_errors[i], r["se"][name].as_f64().unwrap(), 2e-4);
        }
        close(fit.fit, r["loglik"].as_f64().unwrap(), 1e-12);
        let weights: Vec<f64> =
            (0..churn.len()).map(|i| if i % 2 == 0 { 1.0 } else { 2.5 }).collect();
        let values = interleave(&numbers[..2]);
        let fit =
            logistic(Design { values: &values, width: 2, weights: &weights }, &churn).unwrap();
        // Where the gradient is 0: numpy 2.4.6, Newton's method with 80 bits. R stops 1.3e-7 before.
        let top = [-0.079_029_711_990_249_9, -0.026_021_427_664_196_96, -0.238_165_453_101_192_17];
        for (i, name) in names[..3].iter().enumerate() {
            close(fit.coefficients[i], top[i], 1e-13);
            close(fit.coefficients[i], r["weighted_glm"]["coef"][name].as_f64().unwrap(), 2e-7);
        }
        close(-2.0 * fit.fit, r["weighted_glm"]["deviance"].as_f64().unwrap(), 1e-12);
    }

    #[test]
    fn separation_and_collinearity_have_no_fit() {
        let x = [1.0, 2.0, 3.0, 4.0];
        let ones = [1.0; 4];
        let design = Design { values: &x, width: 1, weights: &ones };
        assert!(logistic(design, &[false, false, true, true]).is_none());
        assert!(logistic(design, &[false, true, false, true]).is_some());
        let twice = [1.0, 2.0, 2.0, 4.0, 3.0, 6.0, 4.0, 8.0];
        let design = Design { values: &twice, width: 2, weights: &ones };
        assert!(linear(design, &[1.0, 2.0, 2.0, 4.0], 4.0).is_none());
        let shares = explained(&cross_products(design, &[1.0, 2.0, 2.0, 4.0]).0);
        assert!((shares[1] - shares[3]).abs() < 1e-12);
        assert!(proportional_odds(design, &[0, 0, 0, 0], 1).is_none());
    }

    #[test]
    fn proportional_odds_agrees_with_statsmodels_0_15_0() {
        // OrderedModel(y, X, distr="logit").fit(method="bfgs", gtol=1e-9) on R's data of the logistic
        // regression: y = 0 to 6, 7 to 8, 9 to 10 of `npsr`; X = tenure, tickets, plan is `pro`.
        let Some(r) = reference("logistic_auc_brier.json") else { return };
        let data = &r["data"];
        let pro: Vec<f64> = data["plan"]
            .as_array()
            .unwrap()
            .iter()
            .map(|plan| f64::from(u8::from(plan == "pro")))
            .collect();
        let columns = [list(&data["tenure"]), list(&data["tickets"]), pro];
        let band = |rating: &f64| usize::from(*rating > 6.0) + usize::from(*rating > 8.0);
        let y: Vec<usize> = list(&data["npsr"]).iter().map(band).collect();
        let (values, weights) = (interleave(&columns), vec![1.0; y.len()]);
        let fit = proportional_odds(Design { values: &values, width: 3, weights: &weights }, &y, 3);
        let fit = fit.unwrap();
        let expected = [
            0.353_988_442_832_736_4,
            1.460_175_148_686_947,
            -0.010_232_335_024_063_654,
            -0.002_428_634_252_014_876_2,
            -0.069_472_950_110_451_76,
        ];
        for (actual, expected) in fit.coefficients.iter().zip(expected) {
            close(*actual, expected, 1e-5);
        }
        let errors =
            [0.005_441_569_275_830_367_5, 0.081_826_795_490_828_26, 0.199_417_299_342_021_24];
        for (actual, expected) in fit.standard_errors[2..].iter().zip(errors) {
            close(*actual, expected, 1e-5);
        }
        close(fit.fit, -450.724_611_882_700_63, 1e-11);
    }

    #[test]
    fn two_categories_of_proportional_odds_are_logistic() {
        let x = [0.3, 1.0, -2.0, 0.4, 1.5, 2.0, -0.7, 0.1];
        let y = [0, 1, 0, 0, 1, 1, 1, 0];
        let weights = [1.0, 2.0, 1.0, 3.0, 1.0, 1.0, 2.0, 1.0];
        let design = Design { values: &x, width: 1, weights: &weights };
        let odds = proportional_odds(design, &y, 2).unwrap();
        let binary = logistic(design, &y.map(|y| y == 1)).unwrap();
        assert!((odds.coefficients[0] + binary.coefficients[0]).abs() < 1e-9);
        assert!((odds.coefficients[1] - binary.coefficients[1]).abs() < 1e-9);
        assert!((odds.standard_errors[1] - binary.standard_errors[1]).abs() < 1e-9);
        assert!((odds.fit - binary.fit).abs() < 1e-12);
    }
}
