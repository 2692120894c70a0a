//! Quantities that are not known exactly, as data.

use serde::Serialize;

use crate::base::config::{self, Config, Object};
use crate::base::error::Result;
use crate::base::json::Json;
use crate::monitor::health::points::invalid;
use crate::stats::Random;
use crate::stats::distribution::{beta_quantile, normal_quantile};

/// A number, or what it may be: a distribution.
///
/// In JSON a plain number or one distribution by name, as `{"triangular": {"low": 1, "mode": 2, "high": 4}}`.
///
/// ```
/// use heedful::money::{BusinessCase, Quantity};
/// let json = r#"{"cost": {"pert": {"low": 80, "mode": 100, "high": 150}}, "saved": 60}"#;
/// let cost = Quantity::Pert { low: 80.0, mode: 100.0, high: 150.0 };
/// assert_eq!(BusinessCase::from_json(json)?, BusinessCase::new(cost).saved(60.0));
/// assert_eq!(cost.mean(), 105.0);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Normal, with mean and standard deviation.
    Normal {
        /// The mean.
        mean: f64,
        /// The standard deviation, at least 0.
        sd: f64,
    },
    /// Anything from low to high, all alike.
    Uniform {
        /// The least.
        low: f64,
        /// The most.
        high: f64,
    },
    /// From low to high, with straight sides up to the mode.
    Triangular {
        /// The least.
        low: f64,
        /// The likeliest.
        mode: f64,
        /// The most.
        high: f64,
    },
    /// From low to high around the mode, rounder than the triangle: a beta distribution whose mean is
    /// (low + 4 mode + high) / 6 (Malcolm, Roseboom, Clark and Fazar, "Application of a technique for research and
    /// development program evaluation", Operations Research 7, 1959).
    Pert {
        /// The least.
        low: f64,
        /// The likeliest.
        mode: f64,
        /// The most.
        high: f64,
    },
    /// Positive and skewed: its logarithm is normal. Mean and standard deviation are of the quantity itself.
    Lognormal {
        /// The mean, above 0.
        mean: f64,
        /// The standard deviation, at least 0.
        sd: f64,
    },
    /// A share from 0 to 1, as learned from `a` successes and `b` failures.
    Beta {
        /// Above 0.
        a: f64,
        /// Above 0.
        b: f64,
    },
    /// Known.
    #[serde(untagged)]
    Fixed(f64),
}

impl From<f64> for Quantity {
    fn from(value: f64) -> Self {
        Self::Fixed(value)
    }
}

impl Config for Quantity {
    fn read(json: &Json) -> Result<Self> {
        let Json::Object(fields) = json else { return f64::read(json).map(Self::Fixed) };
        let [(name, inner)] = fields.as_slice() else {
            return Err(config::invalid("expected a number or one distribution by its name"));
        };
        let read = match name.as_str() {
            "normal" => numbers(inner, ["mean", "sd"]).map(|[mean, sd]| Self::Normal { mean, sd }),
            "uniform" => {
                numbers(inner, ["low", "high"]).map(|[low, high]| Self::Uniform { low, high })
            }
            "triangular" => numbers(inner, ["low", "mode", "high"])
                .map(|[low, mode, high]| Self::Triangular { low, mode, high }),
            "pert" => numbers(inner, ["low", "mode", "high"]).map(|[low, mode, high]| Self::Pert {
                low,
                mode,
                high,
            }),
            "lognormal" => {
                numbers(inner, ["mean", "sd"]).map(|[mean, sd]| Self::Lognormal { mean, sd })
            }
            "beta" => numbers(inner, ["a", "b"]).map(|[a, b]| Self::Beta { a, b }),
            other => {
                let known = ["normal", "uniform", "triangular", "pert", "lognormal", "beta"];
                return Err(config::unknown("distribution", other, &known));
            }
        };
        read.map_err(|error| error.below(name))
    }
}

config::deserialized!(Quantity);

fn numbers<const N: usize>(json: &Json, names: [&'static str; N]) -> Result<[f64; N]> {
    let mut values = [0.0; N];
    let mut object = Object::of(json)?;
    for (name, value) in names.into_iter().zip(&mut values) {
        object.needs(name, value);
    }
    object.finish()?;
    Ok(values)
}

impl Quantity {
    /// # Errors
    /// `invalid-argument` for parameters that make no distribution.
    pub(super) fn check(&self) -> Result<()> {
        let (fine, message) = match *self {
            Self::Fixed(value) => (value.is_finite(), "a quantity is a finite number"),
            Self::Normal { mean, sd } => (
                mean.is_finite() && sd >= 0.0 && sd.is_finite(),
                "a normal distribution has a finite mean and a standard deviation of at least 0",
            ),
            Self::Uniform { low, high } => (
                low < high && low.is_finite() && high.is_finite(),
                "a uniform distribution reaches from a low end to a higher one",
            ),
            Self::Triangular { low, mode, high } | Self::Pert { low, mode, high } => (
                low <= mode && mode <= high && low < high && low.is_finite() && high.is_finite(),
                "low, mode and high come in this order, and the ends differ",
            ),
            Self::Lognormal { mean, sd } => (
                mean > 0.0 && mean.is_finite() && sd >= 0.0 && sd.is_finite(),
                "a lognormal distribution has a mean above 0 and a standard deviation of at least 0",
            ),
            Self::Beta { a, b } => (
                a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite(),
                "a beta distribution has two numbers above 0",
            ),
        };
        if fine { Ok(()) } else { Err(invalid(message)) }
    }

    /// Whether it is known exactly.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed(_)) || self.sd() == 0.0
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match *self {
            Self::Fixed(value) => value,
            Self::Normal { mean, .. } | Self::Lognormal { mean, .. } => mean,
            Self::Uniform { low, high } => f64::midpoint(low, high),
            Self::Triangular { low, mode, high } => (low + mode + high) / 3.0,
            Self::Pert { low, mode, high } => (low + 4.0 * mode + high) / 6.0,
            Self::Beta { a, b } => a / (a + b),
        }
    }

    /// The standard deviation.
    ///
    /// ```
    /// use heedful::money::Quantity;
    /// let uniform = Quantity::Uniform { low: 0.0, high: 12.0 };
    /// assert!((uniform.sd() - 12.0_f64.sqrt()).abs() < 1e-12 && !uniform.is_fixed());
    /// assert_eq!(uniform.quantile(0.25), 3.0);
    /// ```
    #[must_use]
    pub fn sd(&self) -> f64 {
        let variance = match *self {
            Self::Fixed(_) => 0.0,
            Self::Normal { sd, .. } | Self::Lognormal { sd, .. } => return sd,
            Self::Uniform { low, high } => (high - low) * (high - low) / 12.0,
            Self::Triangular { low, mode, high } => {
                (low * low + mode * mode + high * high - low * mode - low * high - mode * high)
                    / 18.0
            }
            Self::Pert { low, high, .. } => {
                let mean = self.mean();
                (mean - low) * (high - mean) / 7.0
            }
            Self::Beta { a, b } => a * b / ((a + b) * (a + b) * (a + b + 1.0)),
        };
        libm::sqrt(variance.max(0.0))
    }

    /// The value that it stays below with this probability.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        match *self {
            Self::Fixed(value) => value,
            Self::Normal { mean, sd } => mean + sd * normal_quantile(p),
            Self::Uniform { low, high } => low + p * (high - low),
            Self::Triangular { low, mode, high } => {
                let width = high - low;
                if p * width < mode - low {
                    low + libm::sqrt(p * width * (mode - low))
                } else {
                    high - libm::sqrt((1.0 - p) * width * (high - mode))
                }
            }
            Self::Pert { low, mode, high } => {
                let (a, b) = shapes(low, mode, high);
                low + (high - low) * beta_quantile(p, a, b)
            }
            Self::Lognormal { mean, sd } => {
                let (location, scale) = logarithm(mean, sd);
                libm::exp(location + scale * normal_quantile(p))
            }
            Self::Beta { a, b } => beta_quantile(p, a, b),
        }
    }

    /// One draw; a known number takes none of the seeded sequence.
    pub(super) fn draw(&self, random: &mut Random) -> f64 {
        match *self {
            Self::Fixed(value) => value,
            Self::Normal { mean, sd } => mean + sd * random.normal(),
            Self::Uniform { .. } | Self::Triangular { .. } => self.quantile(random.uniform()),
            Self::Pert { low, mode, high } => {
                let (a, b) = shapes(low, mode, high);
                low + (high - low) * random.beta(a, b)
            }
            Self::Lognormal { mean, sd } => {
                let (location, scale) = logarithm(mean, sd);
                libm::exp(location + scale * random.normal())
            }
            Self::Beta { a, b } => random.beta(a, b),
        }
    }
}

/// Shapes of the beta distribution that is PERT's between 0 and 1.
fn shapes(low: f64, mode: f64, high: f64) -> (f64, f64) {
    let width = high - low;
    (1.0 + 4.0 * (mode - low) / width, 1.0 + 4.0 * (high - mode) / width)
}

/// Mean and standard deviation of the logarithm.
fn logarithm(mean: f64, sd: f64) -> (f64, f64) {
    let variance = libm::log1p(sd * sd / (mean * mean));
    (libm::log(mean) - variance / 2.0, libm::sqrt(variance))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::error::ErrorCode;

    const ALL: [Quantity; 7] = [
        Quantity::Fixed(2.5),
        Quantity::Normal { mean: -1.0, sd: 2.0 },
        Quantity::Uniform { low: -3.0, high: 5.0 },
        Quantity::Triangular { low: 1.0, mode: 2.0, high: 6.0 },
        Quantity::Pert { low: 1.0, mode: 2.0, high: 6.0 },
        Quantity::Lognormal { mean: 4.0, sd: 3.0 },
        Quantity::Beta { a: 3.0, b: 40.0 },
    ];

    #[test]
    fn draws_have_the_moments_and_quantiles_that_are_promised() {
        let mut random = Random::new(11);
        for quantity in ALL {
            let n = 60_000;
            let mut draws: Vec<f64> = (0..n).map(|_| quantity.draw(&mut random)).collect();
            let mean = draws.iter().sum::<f64>() / f64::from(n);
            let sd =
                (draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / f64::from(n)).sqrt();
            let error = quantity.sd() / f64::from(n).sqrt();
            assert!((mean - quantity.mean()).abs() <= 4.0 * error, "{quantity:?}: mean {mean}");
            assert!((sd - quantity.sd()).abs() <= 0.03 * quantity.sd(), "{quantity:?}: sd {sd}");
            draws.sort_by(f64::total_cmp);
            for p in [0.05, 0.3, 0.5, 0.9] {
                let at = quantity.quantile(p);
                let below = draws.partition_point(|x| *x < at) as f64 / f64::from(n);
                assert!(
                    quantity.is_fixed() || (below - p).abs() < 0.01,
                    "{quantity:?} {p}: {below}"
                );
            }
        }
    }

    #[test]
    fn quantiles_are_those_of_scipy_1_17_1() {
        // triang(c=0.2, loc=1, scale=5).ppf(0.1), beta(1.8, 4.2, 1, 5).ppf(0.1), lognorm(s=sqrt(log(25/16)),
        // scale=4/sqrt(25/16)).ppf(0.1).
        let expected = [
            (ALL[3], 1.707_106_781_186_547_5),
            (ALL[4], 1.449_510_652_296_208_2),
            (ALL[5], 1.359_359_775_050_484_7),
        ];
        for (quantity, value) in expected {
            assert!(
                (quantity.quantile(0.1) - value).abs() < 1e-9,
                "{quantity:?}: {}",
                quantity.quantile(0.1)
            );
        }
    }

    #[test]
    fn documents_come_back_and_nonsense_is_named() {
        for quantity in ALL {
            let text = config::to_json(&quantity);
            assert_eq!(config::read::<Quantity>(&text).unwrap(), quantity, "{text}");
            quantity.check().unwrap();
        }
        for (text, path) in [
            (r#"{"normal": {"mean": 1}}"#, "normal"),
            (r#"{"normal": {"mean": 1, "sd": "x"}}"#, "normal.sd"),
            (r#"{"gauss": {}}"#, ""),
            (r#"{}"#, ""),
            (r#""1""#, ""),
        ] {
            let error = config::read::<Quantity>(text).unwrap_err();
            assert_eq!((error.code(), error.path()), (ErrorCode::InvalidConfig, path), "{text}");
        }
        for quantity in [
            Quantity::Fixed(f64::NAN),
            Quantity::Normal { mean: 0.0, sd: -1.0 },
            Quantity::Uniform { low: 1.0, high: 1.0 },
            Quantity::Triangular { low: 1.0, mode: 0.0, high: 2.0 },
            Quantity::Lognormal { mean: 0.0, sd: 1.0 },
            Quantity::Beta { a: 0.0, b: 1.0 },
        ] {
            assert!(quantity.check().is_err(), "{quantity:?}");
        }
    }
}
