//! A rule for integrals over a range.

use std::f64::consts::PI;

/// Nodes and weights of double-exponential quadrature (Takahasi and Mori 1974) between two ends, where nodes come
/// close together: what is integrated may have a singular derivative there. `nodes` on either side of the middle,
/// `step` apart before the transformation.
pub(crate) fn double_exponential(
    lower: f64,
    upper: f64,
    nodes: i32,
    step: f64,
) -> impl Iterator<Item = (f64, f64)> {
    let range = upper - lower;
    (-nodes..=nodes).map(move |i| {
        let t = f64::from(i) * step;
        let e = libm::exp(-PI * libm::sinh(t));
        let weight = PI * libm::cosh(t) * e / ((1.0 + e) * (1.0 + e));
        (lower + range / (1.0 + e), weight * step * range)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integrates_roots_and_peaks() {
        let sum = |lower, upper, f: &dyn Fn(f64) -> f64| {
            double_exponential(lower, upper, 50, 1.0 / 16.0).map(|(x, w)| w * f(x)).sum::<f64>()
        };
        let root = sum(0.0, 4.0, &f64::sqrt);
        assert!((root - 16.0 / 3.0).abs() < 1e-12, "{root}");
        let arc = sum(-1.0, 1.0, &|x| (1.0 - x * x).max(0.0).sqrt());
        assert!((arc - 0.5 * PI).abs() < 1e-12, "{arc}");
    }
}
