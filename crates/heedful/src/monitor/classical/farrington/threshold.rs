//! From a prediction to an upper bound and a p-value.

use serde::Serialize;

use crate::base::config::names;
use crate::stats::distribution::{count_quantile, count_upper_tail, normal_quantile, normal_sf};

/// How a prediction becomes an upper bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FarringtonThreshold {
    /// Normal on a power scale, with the error of the prediction (Farrington et al. 1996).
    #[default]
    Delta,
    /// Quantile of the negative binomial with the predicted mean (Noufaily et al. 2013).
    NbPlugin,
    /// The same at the upper bound of the mean (Salmon et al. 2016).
    Muan,
}

names!(FarringtonThreshold { Delta = "delta", NbPlugin = "nb_plugin", Muan = "muan" });

/// The scale on which the threshold `delta` takes a count for normal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PowerScale {
    /// The power 2/3, which takes the skewness out of a Poisson count.
    #[default]
    TwoThirds,
    /// The square root, which evens out its variance.
    Half,
    /// Counts as they are.
    None,
}

names!(PowerScale { TwoThirds = "two_thirds", Half = "half", None = "none" });

/// What a threshold says of one count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Verdict {
    pub(super) lower: f64,
    pub(super) upper: f64,
    pub(super) p_value: f64,
    pub(super) score: f64,
}

impl PowerScale {
    fn exponent(self) -> f64 {
        match self {
            Self::TwoThirds => 2.0 / 3.0,
            Self::Half => 0.5,
            Self::None => 1.0,
        }
    }

    /// The limits of Farrington et al. (1996), from the mean and its standard error.
    pub(super) fn verdict(self, y: f64, mu: f64, error: f64, phi: f64, alpha: f64) -> Verdict {
        let tau = phi + error * error / mu;
        let variance = match self {
            Self::TwoThirds => 4.0 / 9.0 * libm::cbrt(mu) * tau,
            Self::Half => tau / 4.0,
            Self::None => mu * tau,
        };
        let (e, se) = (self.exponent(), libm::sqrt(variance));
        let z = normal_quantile(1.0 - alpha);
        let centre = libm::pow(mu, e);
        let back = |v: f64| libm::pow(v.max(0.0), 1.0 / e);
        let (lower, upper) = (back(centre - z * se), back(centre + z * se));
        let p_value = normal_sf((libm::pow(y, e) - centre) / se);
        Verdict { lower, upper, p_value, score: (y - mu) / (upper - mu) }
    }
}

/// Quantiles of the count distribution with mean exp(`log_mean`) and variance `phi` times it, and the chance of
/// at least `y`. The score is on mixed scales, as the package has it: only its sign against 1 means something.
pub(super) fn plugin(y: f64, log_mean: f64, fitted: f64, phi: f64, alpha: f64) -> Verdict {
    let mu = libm::exp(log_mean);
    let (lower, upper) = (count_quantile(alpha, mu, phi), count_quantile(1.0 - alpha, mu, phi));
    let p_value = count_upper_tail(y, mu, phi);
    Verdict { lower, upper, p_value, score: (y - fitted) / (upper - fitted) }
}
