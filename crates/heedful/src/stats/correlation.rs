//! How two quantities go together.

/// Pearson's correlation; `None` where either side does not vary.
pub(crate) fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let n = pairs.len() as f64;
    let (x, y) = pairs.iter().fold((0.0, 0.0), |(x, y), (a, b)| (x + a / n, y + b / n));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (a, b) in pairs {
        xx += (a - x) * (a - x);
        yy += (b - y) * (b - y);
        xy += (a - x) * (b - y);
    }
    let spread = libm::sqrt(xx * yy);
    (spread > 0.0).then(|| (xy / spread).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Deviations (-1, 0, 1) and (-4/3, 5/3, -1/3): 1 / sqrt(2 · 14/3).
        let r = correlation(&[(1.0, 2.0), (2.0, 5.0), (3.0, 3.0)]).unwrap();
        assert!((r - 1.0 / (28.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        assert_eq!(correlation(&[(1.0, 2.0), (1.0, 5.0)]), None);
        assert_eq!(correlation(&[]), None);
    }
}
