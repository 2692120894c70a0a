//! Least squares whose rows come in clusters: standard errors that hold where the rows of a cluster are alike, and where
//! some rows vary more than others.

use super::interval::Confidence;
use super::regression::{Design, Square, linear_predictor, normal_equations};
use super::test::Comparison;

/// A fitted line with the covariance of its coefficients between clusters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clustered {
    /// Intercept first.
    pub(crate) coefficients: Vec<f64>,
    covariance: Square,
    /// How many clusters there are.
    pub(crate) clusters: usize,
}

impl Clustered {
    /// The standard error of a coefficient.
    pub(crate) fn standard_error(&self, place: usize) -> f64 {
        libm::sqrt(self.covariance.at(place, place).max(0.0))
    }

    /// The t test of a coefficient, with as many degrees of freedom as clusters less one.
    pub(crate) fn test(&self, place: usize, confidence: Confidence) -> Option<Comparison> {
        let value = *self.coefficients.get(place)?;
        Comparison::t(value, self.standard_error(place), self.clusters as f64 - 1.0, confidence)
    }
}

/// Weighted least squares with the sandwich covariance between clusters, numbered from 0, and the usual correction for
/// few of them, G / (G - 1) · (n - 1) / (n - k) (K.-Y. Liang and S. L. Zeger, "Longitudinal data analysis using
/// generalized linear models", Biometrika 73, 1986; C. Cameron and D. Miller, "A practitioner's guide to
/// cluster-robust inference", Journal of Human Resources 50, 2015). Where every row is a cluster it is White's.
///
/// `None` where predictors are collinear, there are no more rows than coefficients, or fewer than two clusters.
pub(crate) fn linear(
    design: Design<'_>,
    response: &[f64],
    clusters: &[usize],
) -> Option<Clustered> {
    let size = design.width + 1;
    let count = clusters.iter().max()? + 1;
    let (products, right) = normal_equations(design, response);
    let (bread, coefficients) = products.invert(&right)?;
    let (n, k, groups) = (response.len() as f64, size as f64, count as f64);
    if !(n > k && count > 1) {
        return None;
    }
    // Sums of weight · residual · row, cluster by cluster.
    let mut sums = vec![0.0; count * size];
    for (((x, weight), y), cluster) in design.rows().zip(response).zip(clusters) {
        let residual = weight * (y - linear_predictor(&coefficients, x));
        let own = sums.iter_mut().skip(cluster * size);
        for (sum, value) in own.zip(std::iter::once(&1.0).chain(x)) {
            *sum += residual * value;
        }
    }
    let mut covariance = Square::new(size);
    let correction = groups / (groups - 1.0) * (n - 1.0) / (n - k);
    for sums in sums.chunks(size) {
        let product = |i| (0..size).zip(sums).map(|(j, sum)| bread.at(i, j) * sum).sum();
        let influence: Vec<f64> = (0..size).map(product).collect();
        covariance.add_outer(&influence, correction);
    }
    Some(Clustered { coefficients, covariance, clusters: count })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Random;

    #[test]
    fn agrees_with_statsmodels_0_15() {
        // sm.OLS(y, sm.add_constant(x)).fit(cov_type="cluster", cov_kwds={"groups": g}, use_t=True)
        let x = [1.0, 0.5, 2.0, 1.5, 3.5, -1.0, 4.0, 0.0, 5.0, 2.5, 6.5, 1.0, 7.0, -0.5, 8.0, 3.0];
        let y = [1.2, 2.9, 2.1, 4.8, 4.1, 7.4, 5.6, 9.9];
        let clusters = [0, 0, 1, 1, 2, 2, 3, 3];
        let design = Design { values: &x, width: 2, weights: &[1.0; 8] };
        let fit = linear(design, &y, &clusters).unwrap();
        for (place, (value, error)) in STATSMODELS.into_iter().enumerate() {
            assert!((fit.coefficients[place] - value).abs() < 1e-10, "{:?}", fit.coefficients);
            assert!(
                (fit.standard_error(place) - error).abs() < 1e-10,
                "{}",
                fit.standard_error(place)
            );
        }
        let test = fit.test(1, Confidence::default()).unwrap();
        assert!((test.p_value.unwrap() - STATSMODELS_P).abs() < 1e-8, "{test:?}");
    }

    const STATSMODELS: [(f64, f64); 3] = [
        (-0.190_488_656_195_458_3, 0.448_795_443_873_961_9),
        (0.969_458_987_783_594_2, 0.099_681_106_012_238_38),
        (0.521_989_528_795_812, 0.428_161_048_130_591_47),
    ];
    const STATSMODELS_P: f64 = 0.002_309_05;

    #[test]
    fn holds_its_confidence_where_rows_repeat() {
        // 40 customers with six rows each that are alike; the slope is 0.5.
        let mut random = Random::new(5);
        let (mut held, mut plain, tries) = (0, 0, 1000);
        for _ in 0..tries {
            let (mut x, mut y, mut clusters) = (Vec::new(), Vec::new(), Vec::new());
            for customer in 0..40 {
                let (own, level) = (random.normal(), 2.0 * random.normal());
                for _ in 0..6 {
                    let value = own + 0.3 * random.normal();
                    x.push(value);
                    y.push(0.5 * value + level + random.normal());
                    clusters.push(customer);
                }
            }
            let weights = vec![1.0; y.len()];
            let design = Design { values: &x, width: 1, weights: &weights };
            let test = linear(design, &y, &clusters).unwrap().test(1, Confidence::default());
            held += u32::from(test.unwrap().interval.contains(0.5));
            let rows: Vec<usize> = (0..y.len()).collect();
            let test = linear(design, &y, &rows).unwrap().test(1, Confidence::default());
            plain += u32::from(test.unwrap().interval.contains(0.5));
        }
        let coverage = f64::from(held) / f64::from(tries);
        assert!((0.915..0.975).contains(&coverage), "{coverage}");
        assert!(f64::from(plain) / f64::from(tries) < 0.75, "rows alone would have done: {plain}");
    }

    #[test]
    fn what_cannot_be_known_is_none() {
        let design = |values| Design { values, width: 1, weights: &[1.0; 4] };
        let y = [1.0, 2.0, 3.0, 5.0];
        assert!(linear(design(&[1.0, 2.0, 3.0, 4.0]), &y, &[0, 0, 0, 0]).is_none());
        assert!(linear(design(&[2.0, 2.0, 2.0, 2.0]), &y, &[0, 1, 2, 3]).is_none());
        assert!(linear(design(&[1.0, 2.0, 3.0, 4.0]), &[], &[]).is_none());
    }
}
