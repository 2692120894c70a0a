//! Distribution functions, tails and quantiles.
//!
//! `libm` and `statrs` where they are exact enough. The beta and gamma distributions are our own: those of
//! `statrs` lose digits to cancelling log-gammas from some tens of responses on, and its beta stops after 140
//! terms. Here the densities are computed from Loader's saddle-point form, which has no cancellation ("Fast
//! and accurate computation of binomial probabilities", 2000).
//!
//! Arguments outside the domain are the caller's defect: they give NaN, so the callers check first.
#![cfg_attr(not(test), expect(dead_code, reason = "tests and health use what intervals do not"))]

use std::f64::consts::{PI, SQRT_2};

use statrs::function::erf::erfc_inv;

/// P(Z <= x) of the standard normal.
pub(crate) fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / SQRT_2)
}

/// P(Z > x) of the standard normal.
pub(crate) fn normal_sf(x: f64) -> f64 {
    0.5 * libm::erfc(x / SQRT_2)
}

/// The x with P(Z <= x) = `p`; infinite at 0 and 1.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    -SQRT_2 * erfc_inv(2.0 * p)
}

/// P(T > t) of Student's t with `df` > 0 degrees of freedom.
pub(crate) fn t_sf(t: f64, df: f64) -> f64 {
    let tail = if df > HILL_FROM {
        normal_sf(normal_equivalent(t, df))
    } else if t * t < df {
        // Written from the side of x that is not rounded away.
        let x = t * t / (df + t * t);
        0.5 * beta_tails(0.5, 0.5 * df, x, 1.0 - x).1
    } else {
        let x = if t.is_infinite() { 0.0 } else { df / (df + t * t) };
        0.5 * beta_tails(0.5 * df, 0.5, x, 1.0 - x).0
    };
    if t >= 0.0 { tail } else { 1.0 - tail }
}

/// From here on Hill's expansion is exact to rounding, while the beta fraction loses a digit with each of df.
const HILL_FROM: f64 = 1e5;

/// The size of a normal variable with the same tail as |t| (G. W. Hill, "Algorithm 395: Student's
/// t-distribution", Communications of the ACM 13, 1970).
fn normal_equivalent(t: f64, df: f64) -> f64 {
    let a = df - 0.5;
    let b = 48.0 * a * a;
    let y = a * libm::log1p(t * t / df);
    let correction = (((-0.4 * y - 3.3) * y - 24.0) * y - 85.5) / (0.8 * y * y + 100.0 + b);
    libm::sqrt(y) * (1.0 + (correction + y + 3.0) / b)
}

fn t_density(t: f64, df: f64) -> f64 {
    let log_scale = libm::lgamma(0.5 * (df + 1.0)) - libm::lgamma(0.5 * df);
    libm::exp(log_scale - 0.5 * (df + 1.0) * libm::log1p(t * t / df)) / libm::sqrt(df * PI)
}

/// The t with P(T <= t) = `p`, of Student's t with `df` > 0 degrees of freedom.
pub(crate) fn t_quantile(p: f64, df: f64) -> f64 {
    if p > 0.5 {
        return -t_quantile_lower(1.0 - p, df);
    }
    t_quantile_lower(p, df)
}

fn t_quantile_lower(p: f64, df: f64) -> f64 {
    if !(p > 0.0) {
        return f64::NEG_INFINITY;
    }
    // The upper tail is convex and t's quantile lies outside the normal one, so Newton's steps from there
    // approach the root from one side, at least doubling t while it is far away.
    let mut t = -normal_quantile(p);
    for _ in 0..2000 {
        let residual = t_sf(t, df) - p;
        t += residual / t_density(t, df);
        if !(residual.abs() > CLOSE * p) {
            break;
        }
    }
    -t
}

/// P(X > x) of chi-square with `df` > 0 degrees of freedom.
pub(crate) fn chi_square_sf(x: f64, df: f64) -> f64 {
    gamma_sf(0.5 * x, 0.5 * df)
}

/// P(X <= x) of the gamma distribution with `shape` > 0 and scale 1.
pub(crate) fn gamma_cdf(x: f64, shape: f64) -> f64 {
    gamma_tails(x, shape).0
}

/// P(X > x) of the gamma distribution with `shape` > 0 and scale 1.
pub(crate) fn gamma_sf(x: f64, shape: f64) -> f64 {
    gamma_tails(x, shape).1
}

/// Both tails of the gamma distribution.
fn gamma_tails(x: f64, shape: f64) -> (f64, f64) {
    if !(x > 0.0) {
        return (0.0, 1.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0);
    }
    gamma_side(x, shape).tails()
}

/// The series below the mean (DLMF 8.7.1), the continued fraction above (8.9.2). Either needs of the order of
/// the square root of the shape in terms.
fn gamma_side(x: f64, shape: f64) -> Side {
    // The density of ln X: x^shape e^-x / Γ(shape).
    let log_density =
        0.5 * libm::log(shape / (2.0 * PI)) - stirling_error(shape) - deviance(shape, x);
    if x < shape + 1.0 {
        let (mut sum, mut term, mut k) = (1.0, 1.0, 1.0);
        while term > f64::EPSILON * sum && k < MOST_TERMS {
            term *= x / (shape + k);
            sum += term;
            k += 1.0;
        }
        Side { is_lower: true, log_density, ratio: sum / shape }
    } else {
        let fraction = lentz(x + 1.0 - shape, |k| (-k * (k - shape), x + 1.0 - shape + 2.0 * k));
        Side { is_lower: false, log_density, ratio: 1.0 / fraction }
    }
}

/// The x with P(X <= x) = `p`, of the gamma distribution with `shape` > 0 and scale 1.
pub(crate) fn gamma_quantile(p: f64, shape: f64) -> f64 {
    if !(p > 0.0) {
        return 0.0;
    }
    if !(p < 1.0) {
        return f64::INFINITY;
    }
    let side = |u| gamma_side(libm::exp(u), shape);
    libm::exp(log_concave_quantile(p, libm::log(shape), side))
}

/// One tail of a variable U, and the density there: what a series or fraction gives without underflow.
struct Side {
    /// P(U <= u), else P(U > u).
    is_lower: bool,
    log_density: f64,
    /// The tail over the density.
    ratio: f64,
}

impl Side {
    /// P(U <= u), P(U > u).
    fn tails(&self) -> (f64, f64) {
        let tail = (libm::exp(self.log_density) * self.ratio).min(1.0);
        if self.is_lower { (tail, 1.0 - tail) } else { (1.0 - tail, tail) }
    }

    /// The logarithm of one tail, and that tail over the density.
    fn log_tail(&self, lower: bool) -> (f64, f64) {
        if lower == self.is_lower {
            return (self.log_density + libm::log(self.ratio), self.ratio);
        }
        let (below, above) = self.tails();
        let tail = if lower { below } else { above };
        (libm::log(tail), tail * libm::exp(-self.log_density))
    }
}

/// Newton's steps converge quadratically: from a relative residual below this, the next one is exact.
const CLOSE: f64 = 1e-8;

/// The quantile of a variable with a log-concave density, from where to start and its [`Side`] at a point. Both
/// tails are log-concave too, so that Newton's steps on the logarithm of the smaller one converge from anywhere.
/// The variable is a logarithm or a logit: beyond ±700 its value would leave the floats, so it is cut there.
fn log_concave_quantile(p: f64, start: f64, side: impl Fn(f64) -> Side) -> f64 {
    let lower = p <= 0.5;
    let log_p = if lower { libm::log(p) } else { libm::log(1.0 - p) };
    let mut u = start.clamp(-700.0, 700.0);
    for _ in 0..500 {
        let (log_tail, ratio) = side(u).log_tail(lower);
        let residual = log_p - log_tail;
        let step = if lower { residual * ratio } else { -residual * ratio };
        let previous = u;
        u = (u + step).clamp(-700.0, 700.0);
        if !(residual.abs() > CLOSE) || u.to_bits() == previous.to_bits() {
            break;
        }
    }
    u
}

/// P(X <= x) of the beta distribution with shapes `a` > 0 and `b` > 0.
pub(crate) fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    beta_tails(a, b, x, 1.0 - x).0
}

/// The x with P(X <= x) = `p`, of the beta distribution with shapes `a` > 0 and `b` > 0.
pub(crate) fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if !(p > 0.0) {
        return 0.0;
    }
    if !(p < 1.0) {
        return 1.0;
    }
    let side = |u: f64| beta_side(a, b, 1.0 / (1.0 + libm::exp(-u)), 1.0 / (1.0 + libm::exp(u)));
    // The logit of a beta variable has a log-concave density.
    let logit = log_concave_quantile(p, libm::log(a / b), side);
    libm::exp(-log1p_exp(-logit))
}

fn log1p_exp(u: f64) -> f64 {
    if u > 36.0 { u } else { libm::log1p(libm::exp(u)) }
}

/// Both tails (P(X <= x), P(X > x)) of the beta distribution; `y` is 1 - x, given apart so that neither end
/// loses digits.
pub(crate) fn beta_tails(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if !(x > 0.0) {
        return (0.0, 1.0);
    }
    if !(y > 0.0) {
        return (1.0, 0.0);
    }
    beta_side(a, b, x, y).tails()
}

fn beta_side(a: f64, b: f64, x: f64, y: f64) -> Side {
    let log_density = beta_logit_log_density(a, b, x, y);
    if x * (a + b + 2.0) < a + 1.0 {
        Side { is_lower: true, log_density, ratio: beta_fraction(a, b, x) / a }
    } else {
        Side { is_lower: false, log_density, ratio: beta_fraction(b, a, y) / b }
    }
}

/// The continued fraction of the incomplete beta function (DLMF 8.17.22), as a factor of the density. It needs
/// of the order of the square root of the larger shape in terms.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut odd = false;
    let fraction = lentz(1.0, |k| {
        odd = !odd;
        let m = libm::floor(0.5 * k);
        let numerator = if odd { -(a + m) * (a + b + m) } else { m * (b - m) };
        (numerator * x / ((a + k - 1.0) * (a + k)), 1.0)
    });
    1.0 / fraction
}

/// Bounds every series and fraction; they converge long before.
const MOST_TERMS: f64 = 2e6;

/// b0 + a1 / (b1 + a2 / (b2 + ...)) by Lentz's method; `term(k)` gives (ak, bk) for k = 1, 2, ...
fn lentz(b0: f64, mut term: impl FnMut(f64) -> (f64, f64)) -> f64 {
    let nonzero = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let mut value = nonzero(b0);
    let (mut c, mut d, mut k) = (value, 0.0, 1.0);
    while k < MOST_TERMS {
        let (a, b) = term(k);
        d = 1.0 / nonzero(b + a * d);
        c = nonzero(b + a / c);
        value *= c * d;
        if !((c * d - 1.0).abs() > f64::EPSILON) {
            break;
        }
        k += 1.0;
    }
    value
}

/// x^a y^b / B(a, b): the density of the logit of a beta variable.
pub(crate) fn beta_logit_density(a: f64, b: f64, x: f64, y: f64) -> f64 {
    libm::exp(beta_logit_log_density(a, b, x, y))
}

fn beta_logit_log_density(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    0.5 * libm::log(a / n * b / (2.0 * PI)) + stirling_error(n)
        - stirling_error(a)
        - stirling_error(b)
        - deviance(a, n * x)
        - deviance(b, n * y)
}

/// ln Γ(z + 1) less Stirling's approximation of it.
fn stirling_error(z: f64) -> f64 {
    // The next term is below the last digit from here on.
    if z < 9.0 {
        return libm::lgamma(z + 1.0) - (z + 0.5) * libm::log(z) + z - 0.5 * libm::log(2.0 * PI);
    }
    let w = 1.0 / (z * z);
    let tail = 1.0 / 1680.0 - w * (1.0 / 1188.0 - w * (691.0 / 360_360.0 - w / 156.0));
    (1.0 / 12.0 - w * (1.0 / 360.0 - w * (1.0 / 1260.0 - w * tail))) / z
}

/// x ln(x / m) + m - x without cancellation where x is near m.
fn deviance(x: f64, m: f64) -> f64 {
    let difference = x - m;
    if difference.abs() < 0.1 * (x + m) {
        let v = difference / (x + m);
        let mut sum = difference * v;
        let mut term = 2.0 * x * v;
        let mut odd = 3.0;
        while odd < 100.0 {
            term *= v * v;
            let next = sum + term / odd;
            if next.to_bits() == sum.to_bits() {
                break;
            }
            sum = next;
            odd += 2.0;
        }
        return sum;
    }
    x * libm::log(x / m) - difference
}

/// What a count says of its own size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CountTails {
    /// P(X >= k).
    pub(crate) upper: f64,
    /// P(X <= k).
    pub(crate) lower: f64,
    /// P(X = k).
    pub(crate) mass: f64,
}

/// Up to here the masses are added up one by one.
const FEW: f64 = 12.0;

/// From here on a count is as good as continuous.
const MANY: f64 = 1e9;

/// Both tails and the mass at a whole number `k`, of a count with mean `mu` > 0 and variance `phi` times the mean.
pub(crate) fn count_tails(k: f64, mu: f64, phi: f64) -> CountTails {
    if k <= FEW {
        let odds = (phi - 1.0).max(0.0) / phi.max(1.0);
        let size = if phi > 1.0 { mu / (phi - 1.0) } else { mu };
        let none = if phi > 1.0 { -size * libm::log(phi) } else { -mu };
        let (mut mass, mut below, mut i) = (libm::exp(none), 0.0, 0.0);
        while i < k {
            below += mass;
            i += 1.0;
            mass *= if phi > 1.0 { (size + i - 1.0) * odds / i } else { mu / i };
        }
        let upper = 1.0 - below;
        // Below that, too many digits have cancelled.
        if upper > 1e-8 {
            return CountTails { upper, lower: (below + mass).min(1.0), mass };
        }
    }
    if !(k.max(mu) < MANY) {
        // Wilson and Hilferty's cube root: the fraction would need too many terms.
        let (variance, y) = (phi.max(1.0) / mu, k / mu);
        let centre = |v: f64| (libm::cbrt(v) - 1.0 + variance / 9.0) / (libm::sqrt(variance) / 3.0);
        let upper = normal_sf(centre(y));
        return CountTails { upper, lower: 1.0 - upper, mass: 0.0 };
    }
    // Either distribution's density of ln X is k times the mass at k.
    let side = if phi <= 1.0 {
        gamma_side(mu, k)
    } else {
        beta_side(k, mu / (phi - 1.0), (phi - 1.0) / phi, 1.0 / phi)
    };
    let density = libm::exp(side.log_density);
    let tail = (density * side.ratio).min(1.0);
    let (upper, mass) = (if side.is_lower { tail } else { 1.0 - tail }, density / k);
    CountTails { upper, lower: (1.0 - upper + mass).clamp(0.0, 1.0), mass }
}

/// Both tails and the mass at a whole number `k` out of `n`, with mean share `p` and variance `phi` times the
/// binomial one: binomial for `phi` <= 1, beta-binomial above.
pub(crate) fn share_tails(k: f64, n: f64, p: f64, phi: f64) -> CountTails {
    let q = 1.0 - p;
    if !(phi > 1.0 + 1e-9) || n < 2.0 {
        // P(X >= k) = I_p(k, n - k + 1).
        let at_least = |k: f64| {
            if k <= 0.0 {
                1.0
            } else if k > n {
                0.0
            } else {
                beta_tails(k, n - k + 1.0, p, q).0
            }
        };
        let (upper, beyond) = (at_least(k), at_least(k + 1.0));
        return CountTails { upper, lower: 1.0 - beyond, mass: (upper - beyond).max(0.0) };
    }
    // Correlation of two of the n; at least a little less than full.
    let rho = ((phi - 1.0) / (n - 1.0)).min(0.99);
    let size = (1.0 - rho) / rho;
    let (a, b) = (p * size, q * size);
    let log_beta = |a: f64, b: f64| libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    let log_mass = log_beta(k + a, n - k + b)
        - log_beta(a, b)
        - (libm::log(n + 1.0) + log_beta(k + 1.0, n - k + 1.0));
    let mass = libm::exp(log_mass).min(1.0);
    // Adds up the side away from the mean, whose masses fall.
    let outward = |from: f64, up: bool| {
        let (mut sum, mut term, mut k) = (0.0, mass, from);
        while term > 1e-17 * sum && sum < 1.0 {
            let ratio = if up {
                (n - k) * (a + k) / ((k + 1.0) * (b + n - k - 1.0))
            } else {
                k * (b + n - k) / ((n - k + 1.0) * (a + k - 1.0))
            };
            let last = if up { k >= n } else { k <= 0.0 };
            if last {
                break;
            }
            term *= ratio;
            sum += term;
            k += if up { 1.0 } else { -1.0 };
        }
        sum
    };
    if k >= p * n {
        let upper = (mass + outward(k, true)).min(1.0);
        CountTails { upper, lower: (1.0 - upper + mass).clamp(0.0, 1.0), mass }
    } else {
        let lower = (mass + outward(k, false)).min(1.0);
        CountTails { upper: (1.0 - lower + mass).clamp(0.0, 1.0), lower, mass }
    }
}

/// The least whole number k with P(X <= k) >= `p`, of a count with mean `mu` > 0 and variance `phi` times the
/// mean; `p` between 0 and 1.
pub(crate) fn count_quantile(p: f64, mu: f64, phi: f64) -> f64 {
    // R's allowance for a probability that was rounded.
    let target = p * (1.0 - 64.0 * f64::EPSILON);
    let reached = |k: f64| 1.0 - count_upper_tail(k + 1.0, mu, phi) >= target;
    let (z, sd) = (normal_quantile(p), libm::sqrt(mu * phi.max(1.0)));
    // Cornish and Fisher's expansion to the skewness is off by a few at most, but for the sparsest counts.
    let skewness = (2.0 * phi.max(1.0) - 1.0) / sd;
    let guess = libm::floor(mu + sd * (z + skewness * (z * z - 1.0) / 6.0));
    let mut k = if guess > 0.0 { guess } else { 0.0 };
    if reached(k) {
        while k > 0.0 && reached(k - 1.0) {
            k -= 1.0;
        }
    } else {
        while !reached(k) && k < MOST_TERMS {
            k += 1.0;
        }
    }
    k
}

/// P(X >= k) of a count with mean `mu` > 0 and variance `phi` times the mean, `k` a whole number: Poisson for
/// `phi` <= 1, negative binomial above.
pub(crate) fn count_upper_tail(k: f64, mu: f64, phi: f64) -> f64 {
    if k <= 0.0 {
        return 1.0;
    }
    if phi <= 1.0 {
        return gamma_cdf(mu, k);
    }
    beta_tails(k, mu / (phi - 1.0), (phi - 1.0) / phi, 1.0 / phi).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(actual: f64, expected: f64, relative: f64) {
        let difference = (actual - expected).abs();
        assert!(difference <= relative * expected.abs(), "{actual:e} is not {expected:e}");
    }

    #[test]
    fn agrees_with_r_4_2_2() {
        close(normal_quantile(0.975), 1.95996398454005, 1e-14);
        close(normal_quantile(1e-12), -7.03448382530113, 1e-14);
        close(normal_cdf(-8.0), 6.22096057427178e-16, 1e-13);
        close(normal_sf(-8.0), 0.999999999999999, 1e-14);
        close(t_quantile(0.975, 1.0), 12.7062047361747, 1e-13);
        close(t_quantile(0.975, 2.5), 3.57465484200369, 1e-13);
        close(t_sf(2.0, 2.5), 0.078695747878983, 1e-13);
        close(t_sf(2.0, 100.0), 0.0241060893655668, 1e-13);
        close(chi_square_sf(5.0, 8.0), 0.757576133133066, 1e-13);
        close(beta_quantile(0.025, 0.5, 0.5), 0.00154133313343601, 1e-13);
        close(beta_quantile(0.975, 11.0, 1.0), 0.997701027786186, 1e-13);
        close(gamma_quantile(0.975, 40.0), 53.3142838658329, 1e-13);
        close(count_upper_tail(3.0, 3.0, 1.3), 0.547602305314369, 1e-13);
    }

    #[test]
    fn agrees_with_every_number_in_the_reference_file() {
        let Some(r) = crate::stats::testing::reference("distributions.json") else { return };
        let list = |path: [&str; 2]| -> Vec<f64> {
            let values = r[path[0]][path[1]].as_array().expect("a list");
            values.iter().map(|v| v.as_f64().expect("a number")).collect()
        };
        let check = |table: &str, inputs: &[&str], output: &str, f: &dyn Fn(&[f64]) -> f64| {
            let columns: Vec<Vec<f64>> = inputs.iter().map(|name| list([table, name])).collect();
            for (i, expected) in list([table, output]).into_iter().enumerate() {
                let row: Vec<f64> = columns.iter().map(|column| column[i]).collect();
                let actual = f(&row);
                assert!(
                    (actual - expected).abs() <= 1e-12 * expected.abs(),
                    "{table} {output} of {row:?}: {actual:e} is not {expected:e}"
                );
            }
        };
        check("normal", &["p"], "q", &|v| normal_quantile(v[0]));
        check("normal", &["z"], "cdf", &|v| normal_cdf(v[0]));
        check("normal", &["z"], "sf", &|v| normal_sf(v[0]));
        check("t", &["df"], "q975", &|v| t_quantile(0.975, v[0]));
        check("t", &["df"], "sf_at_2", &|v| t_sf(2.0, v[0]));
        check("chisq", &["df"], "q95", &|v| 2.0 * gamma_quantile(0.95, 0.5 * v[0]));
        check("chisq", &["df"], "sf_at_5", &|v| chi_square_sf(5.0, v[0]));
        check("beta", &["a", "b"], "q025", &|v| beta_quantile(0.025, v[0], v[1]));
        check("beta", &["a", "b"], "q975", &|v| beta_quantile(0.975, v[0], v[1]));
        check("gamma", &["shape"], "q975", &|v| gamma_quantile(0.975, v[0]));
        check("nb_mean_dispersion", &["q", "mu", "phi"], "sf", &|v| {
            count_upper_tail(v[0], v[1], v[2])
        });
    }

    #[test]
    fn quantiles_invert_over_many_orders_of_magnitude() {
        let ps = [1e-100, 1e-17, 1e-12, 1e-6, 0.001, 0.025, 0.3, 0.5, 0.7, 0.975, 0.999];
        for a in [0.5, 1.0, 3.5, 40.0, 1e3, 1e6] {
            for p in ps {
                let x = gamma_quantile(p, a);
                if a < 1e5 {
                    close(gamma_cdf(x, a), p, 1e-9);
                }
                for b in [0.5, 1.0, 7.0, 1e4, 1e9] {
                    let x = beta_quantile(p, a, b);
                    // One unit in the last place of x moves the probability by density times that.
                    let slack =
                        beta_logit_density(a, b, x, 1.0 - x) / (x * (1.0 - x)) * f64::EPSILON;
                    if x < 1.0 {
                        let error = (beta_cdf(x, a, b) - p).abs();
                        assert!(error <= 1e-10 * p + 4.0 * slack, "beta {a} {b} {p}: {error:e}");
                    }
                }
            }
        }
        for df in [0.5, 1.0, 3.0, 30.0, 1e4, 1e9] {
            for p in ps {
                if (1e-17..0.5).contains(&p) {
                    close(t_sf(-t_quantile(p, df), df), p, 1e-12);
                }
            }
        }
    }

    #[test]
    fn expansion_for_many_degrees_of_freedom_continues_the_exact_tail() {
        for t in [0.1, 1.0, 1.96, 4.0, 8.0] {
            close(normal_sf(normal_equivalent(t, HILL_FROM)), t_sf(t, HILL_FROM), 1e-11);
            close(normal_sf(normal_equivalent(t, 100.0)), t_sf(t, 100.0), 1e-8);
        }
    }

    #[test]
    fn large_shapes_approach_the_normal() {
        // 1e8 trials at one half: the median is the mean and the tail at z is normal to about 1/sqrt(n).
        let n = 1e8;
        close(beta_cdf(0.5, n, n), 0.5, 1e-10);
        let x = 0.5 + 0.5 * 1.96 / (2.0 * n + 1.0).sqrt();
        close(1.0 - beta_cdf(x, n, n), normal_sf(1.96), 1e-6);
        close(t_quantile(0.975, 1e9), normal_quantile(0.975), 1e-8);
    }

    #[test]
    fn ends_are_exact() {
        assert_eq!(beta_tails(2.0, 3.0, 0.0, 1.0), (0.0, 1.0));
        assert_eq!(beta_tails(2.0, 3.0, 1.0, 0.0), (1.0, 0.0));
        assert_eq!(t_sf(f64::INFINITY, 3.0), 0.0);
        assert_eq!(t_sf(0.0, 3.0), 0.5);
        assert_eq!(gamma_sf(0.0, 1.0), 1.0);
        assert_eq!(beta_quantile(0.0, 2.0, 2.0), 0.0);
        assert_eq!(beta_quantile(1.0, 2.0, 2.0), 1.0);
    }
}
