//! Trend and time of year: a log-linear model on blocks, with a normal prior on each coefficient.

use std::f64::consts::TAU;

/// Intercept, trend, and two waves a year.
pub(crate) const TERMS: usize = 6;

/// A linear predictor is held within this, so that no mean leaves the floats.
pub(crate) const LARGEST: f64 = 50.0;

/// One number for each term.
pub(crate) type Terms = [f64; TERMS];

/// The values of the terms at a time. Trend is counted in years from `origin`; `year` is the length of the year
/// as the seasons of the series have it, in calendar years.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Basis {
    pub(crate) origin: f64,
    pub(crate) year: f64,
    /// Whether trend, first and second wave take part.
    pub(crate) parts: [bool; 3],
}

impl Basis {
    /// Years by which the trend counts.
    pub(crate) fn time(&self, years: f64) -> f64 {
        let [trend, ..] = self.parts;
        if trend { years - self.origin } else { 0.0 }
    }

    pub(crate) fn at(&self, years: f64) -> Terms {
        let [_, first, second] = self.parts;
        let mut terms = [1.0, self.time(years), 0.0, 0.0, 0.0, 0.0];
        if first {
            let (sin, cos) = libm::sincos(TAU * years / self.year);
            let wave = [cos, sin, cos * cos - sin * sin, 2.0 * sin * cos];
            let many = if second { 4 } else { 2 };
            for (term, value) in terms.iter_mut().skip(2).zip(wave.into_iter().take(many)) {
                *term = value;
            }
        }
        terms
    }
}

pub(crate) fn dot(a: &Terms, b: &Terms) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The Cholesky factor of a symmetric positive matrix, of which only the lower half is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Factor([Terms; TERMS]);

#[expect(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "loops over the arrays' own fixed size, as the formulas have them"
)]
impl Factor {
    /// A pivot that is not positive is taken for a term that does not exist.
    pub(crate) fn new(matrix: &[Terms; TERMS]) -> Self {
        let mut l = [[0.0; TERMS]; TERMS];
        for i in 0..TERMS {
            for j in 0..=i {
                let mut sum = matrix[i][j];
                for k in 0..j {
                    sum -= l[i][k] * l[j][k];
                }
                if i == j {
                    l[i][i] = if sum > 1e-12 { libm::sqrt(sum) } else { 1e12 };
                } else {
                    l[i][j] = sum / l[j][j];
                }
            }
        }
        Self(l)
    }

    fn forward(&self, b: &Terms) -> Terms {
        let mut z = [0.0; TERMS];
        for i in 0..TERMS {
            let mut sum = b[i];
            for k in 0..i {
                sum -= self.0[i][k] * z[k];
            }
            z[i] = sum / self.0[i][i];
        }
        z
    }

    pub(crate) fn solve(&self, b: &Terms) -> Terms {
        let z = self.forward(b);
        let mut x = [0.0; TERMS];
        for i in (0..TERMS).rev() {
            let mut sum = z[i];
            for k in i + 1..TERMS {
                sum -= self.0[k][i] * x[k];
            }
            x[i] = sum / self.0[i][i];
        }
        x
    }

    /// b' A⁻¹ b.
    pub(crate) fn quadratic(&self, b: &Terms) -> f64 {
        let z = self.forward(b);
        dot(&z, &z)
    }
}

/// Σ w f f', lower half.
#[expect(clippy::indexing_slicing, reason = "loops over the arrays' own fixed size")]
pub(crate) fn accumulate(matrix: &mut [Terms; TERMS], f: &Terms, w: f64) {
    for i in 0..TERMS {
        let wi = w * f[i];
        for j in 0..=i {
            matrix[i][j] += wi * f[j];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_what_it_factored() {
        let basis = Basis { origin: 50.0, year: 1.0, parts: [true; 3] };
        let mut matrix = [[0.0; TERMS]; TERMS];
        for week in 0..200 {
            accumulate(
                &mut matrix,
                &basis.at(48.0 + f64::from(week) / 52.0),
                1.0 + f64::from(week % 3),
            );
        }
        let x = [1.0, -2.0, 0.5, 0.25, 3.0, -1.0];
        let mut b = [0.0; TERMS];
        for i in 0..TERMS {
            for j in 0..TERMS {
                b[i] += if j <= i { matrix[i][j] } else { matrix[j][i] } * x[j];
            }
        }
        let factor = Factor::new(&matrix);
        for (solved, x) in factor.solve(&b).iter().zip(x) {
            assert!((solved - x).abs() < 1e-10);
        }
        assert!((factor.quadratic(&b) - dot(&b, &x)).abs() < 1e-8);
    }
}
