//! The BG/NBD model of repeat purchases: what a history says of the next purchase.

use serde::Serialize;

use crate::base::config::{self, Config, Object, deserialized};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json::Json;
use crate::monitor::health::points::invalid;
use crate::stats::regression::logistic_cdf;

/// Terms of the sum over numbers of purchases, above which a horizon is too far.
const MOST_TERMS: u32 = 2_000_000;
/// Where sums that grow are made smaller.
const HUGE: f64 = 1e200;

/// The purchases of one customer, as of a day. Days on which something was bought count once.
///
/// Recency, frequency and value call the first two recency and frequency. Where a model is written with x, t_x and T: x
/// is `purchases - 1`, t_x is `days_known - days_since_last`, T is `days_known`.
///
/// ```
/// use heedful::behaviour::PurchaseHistory;
/// // Bought on three days, first 90 and last 20 days ago:
/// let history = PurchaseHistory::new(3, 20.0, 90.0)?;
/// assert_eq!((history.repeats(), history.days_active()), (2, 70.0));
/// // Who bought once bought first when they bought last.
/// assert!(PurchaseHistory::new(1, 20.0, 90.0).is_err());
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PurchaseHistory {
    purchases: u64,
    days_since_last: f64,
    days_known: f64,
}

impl PurchaseHistory {
    /// Days with a purchase, days since the last of them, and days since the first.
    ///
    /// # Errors
    /// `invalid-argument` for no purchase, days that are negative, infinite or before the first purchase, and for a
    /// single purchase whose days differ.
    pub fn new(purchases: u64, days_since_last: f64, days_known: f64) -> Result<Self> {
        let days =
            0.0 <= days_since_last && days_since_last <= days_known && days_known.is_finite();
        if !days {
            return Err(invalid("days since the last purchase are 0 to those since the first"));
        }
        let same = days_since_last == days_known;
        if purchases == 0 || (purchases == 1 && !same) || (purchases > 1 && same) {
            return Err(invalid(
                "one purchase is the first and the last, several have days between",
            ));
        }
        Ok(Self { purchases, days_since_last, days_known })
    }

    /// Days with a purchase, at least 1: the frequency.
    #[must_use]
    pub fn purchases(&self) -> u64 {
        self.purchases
    }

    /// Days since the last purchase: the recency.
    #[must_use]
    pub fn days_since_last(&self) -> f64 {
        self.days_since_last
    }

    /// Days since the first purchase.
    #[must_use]
    pub fn days_known(&self) -> f64 {
        self.days_known
    }

    /// Purchases after the first.
    #[must_use]
    pub fn repeats(&self) -> u64 {
        self.purchases.saturating_sub(1)
    }

    /// Days from the first to the last purchase.
    #[must_use]
    pub fn days_active(&self) -> f64 {
        self.days_known - self.days_since_last
    }
}

/// The beta-geometric / NBD model of repeat purchases (Fader, Hardie and Lee, "Counting your customers the easy way",
/// Marketing Science 24, 2005).
///
/// While active, a customer buys at random at a rate of their own, gamma-distributed among customers with shape `r` and
/// rate `alpha` (in days); after each repeat purchase they leave for ever with a probability of their own,
/// beta-distributed with `a` and `b`. So a customer who bought only once counts as active, however long ago that was;
/// and who buys as regularly as a subscription renews is overdue sooner than the model says.
///
/// ```
/// use heedful::behaviour::{PurchaseHistory, RepurchaseModel};
///
/// let model = RepurchaseModel::new(0.25, 33.5, 0.72, 2.16)?;
/// let weekly = model.forecast(&PurchaseHistory::new(11, 7.0, 77.0)?, 30.0)?;
/// assert!(weekly.alive > 0.85 && weekly.overdue < 0.6);
/// // Forty days of silence are much for whoever came every week, and little for a rare guest.
/// let silent = model.forecast(&PurchaseHistory::new(11, 40.0, 110.0)?, 30.0)?;
/// let rare = model.forecast(&PurchaseHistory::new(2, 40.0, 110.0)?, 30.0)?;
/// assert!(silent.overdue > 0.95 && rare.overdue < 0.5);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct RepurchaseModel {
    /// Shape of the distribution of rates.
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    pub(super) r: f64,
    /// Its rate, in days.
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    pub(super) alpha: f64,
    /// First parameter of the distribution of the probability to leave.
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    pub(super) a: f64,
    /// Its second.
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    pub(super) b: f64,
}

/// What a model says of one customer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct RepurchaseForecast {
    /// Probability that the customer is still active.
    pub alive: f64,
    /// Expected purchases within the horizon.
    pub expected: f64,
    /// Probability of at least one within the horizon.
    pub returns: f64,
    /// Days from one purchase to the next at the rate that is expected of the customer, as of the last purchase, while
    /// active.
    pub cycle_days: f64,
    /// Probability that such a customer, if active, would have bought again by now.
    pub overdue: f64,
}

/// # Errors
/// `invalid-argument` for a horizon that is not 0 or above and finite.
pub(super) fn check_horizon(days: f64) -> Result<()> {
    if days >= 0.0 && days.is_finite() {
        return Ok(());
    }
    Err(invalid("a horizon is 0 days or more").at("horizon_days"))
}

impl RepurchaseModel {
    /// A model with these parameters.
    ///
    /// # Errors
    /// `invalid-argument` with the name of a parameter that is not above 0 and finite.
    pub fn new(r: f64, alpha: f64, a: f64, b: f64) -> Result<Self> {
        for (name, value) in [("r", r), ("alpha", alpha), ("a", a), ("b", b)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(invalid("a parameter must be above 0").at(name));
            }
        }
        Ok(Self { r, alpha, a, b })
    }

    /// Reads `{"r": 0.25, "alpha": 33.5, "a": 0.72, "b": 2.16}`.
    ///
    /// # Errors
    /// `json`, `invalid-config` with a path, and those of [`new`](Self::new).
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// The parameters: r, alpha (in days), a and b.
    #[must_use]
    pub fn parameters(&self) -> [f64; 4] {
        [self.r, self.alpha, self.a, self.b]
    }

    /// What the model says of a customer, and of the days to come.
    ///
    /// # Errors
    /// `invalid-argument` for a horizon that is not 0 or above and finite; `no-convergence` for one that is millions of
    /// times as long as `alpha` and what is known of the customer.
    pub fn forecast(
        &self,
        history: &PurchaseHistory,
        horizon_days: f64,
    ) -> Result<RepurchaseForecast> {
        check_horizon(horizon_days)?;
        let repeats = history.repeats() as f64;
        let shape = self.r + repeats;
        let at_last = self.alpha + history.days_active();
        let silence = shape * libm::log1p(history.days_since_last / at_last);
        let alive = if repeats > 0.0 {
            logistic_cdf(libm::log((self.b + repeats - 1.0) / self.a) - silence)
        } else {
            1.0
        };
        let ahead = horizon_days / (self.alpha + history.days_known);
        Ok(RepurchaseForecast {
            alive,
            expected: alive * self.expected_while_active(repeats, ahead)?,
            returns: -alive * libm::expm1(-shape * libm::log1p(ahead)),
            cycle_days: at_last / shape,
            overdue: -libm::expm1(-silence),
        })
    }

    /// Expected purchases of a customer who is active now, over `ahead` times alpha + T.
    ///
    /// In the paper a Gaussian hypergeometric function, which overflows for frequent customers and cancels where `a` is
    /// near 1. The same as a sum of positive terms: without leaving, the number K of purchases is negative binomial; the
    /// j-th of them is made with the probability E[(1 - p)^(j-1)] = (b + x)_(j-1) / (a + b + x)_(j-1).
    fn expected_while_active(&self, repeats: f64, ahead: f64) -> Result<f64> {
        let z = ahead / (1.0 + ahead);
        let shape = self.r + repeats;
        // The weight of K = k, the purchases made of k, and the probability that the next is.
        let (mut weight, mut made, mut stays) = (1.0, 0.0, 1.0);
        let (mut weights, mut sum) = (1.0, 0.0);
        for step in 0..MOST_TERMS {
            let k = f64::from(step);
            let ratio = (z * (shape + k) / (k + 1.0)).max(z);
            // Beyond, weights fall at least as fast as a geometric series of this ratio.
            if ratio < 1.0 {
                let rest = weight * ratio / (1.0 - ratio);
                let purchases = made + stays / (1.0 - ratio);
                if rest * purchases <= f64::EPSILON / 8.0 * sum
                    && rest <= f64::EPSILON / 8.0 * weights
                {
                    return Ok(sum / weights);
                }
            }
            made += stays;
            stays *= (self.b + repeats + k) / (self.a + self.b + repeats + k);
            weight *= z * (shape + k) / (k + 1.0);
            weights += weight;
            sum += weight * made;
            if weights > HUGE {
                weight /= HUGE;
                weights /= HUGE;
                sum /= HUGE;
            }
        }
        let message = "the horizon is too far beyond what is known";
        Err(Error::new(ErrorCode::NoConvergence, message).at("horizon_days"))
    }
}

impl Config for RepurchaseModel {
    fn read(json: &Json) -> Result<Self> {
        let mut object = Object::of(json)?;
        let [mut r, mut alpha, mut a, mut b] = [0.0; 4];
        object.needs("r", &mut r);
        object.needs("alpha", &mut alpha);
        object.needs("a", &mut a);
        object.needs("b", &mut b);
        object.finish()?;
        Self::new(r, alpha, a, b)
    }
}

deserialized!(RepurchaseModel);

config::written!(RepurchaseModel of behaviour, r#"{"r": 0.25, "alpha": 33.5, "a": 0.72, "b": 2.16}"#);
