//! How many responses are needed, and what a number of responses can show.
//!
//! All by the normal approximation: right for the tens of responses and more that planning is about. Every
//! function takes the variance of one response, so that what was assumed is said: [`net_variance`] and
//! [`proportion_variance`] from expected shares, or the worst cases [`WORST_NET_VARIANCE`] and
//! [`WORST_PROPORTION_VARIANCE`]. Margins and differences are on the scale of the quantity: 5 points of a net
//! score are 0.05. Counts are of independent answers: a weighted sample needs them times its design effect.

use super::distribution::normal_quantile;
use super::interval::Confidence;
use crate::base::number::Shown;
use crate::{Error, ErrorCode, Result};

/// The largest variance that one response to a net can have: half promoters, half detractors.
///
/// ```
/// use heedful::stats::sample_size::{WORST_NET_VARIANCE, net_variance};
/// assert_eq!(net_variance(0.5, 0.5)?, WORST_NET_VARIANCE);
/// # Ok::<(), heedful::Error>(())
/// ```
pub const WORST_NET_VARIANCE: f64 = 1.0;

/// The largest variance that one response to a proportion can have: one half.
///
/// ```
/// use heedful::stats::sample_size::{WORST_PROPORTION_VARIANCE, proportion_variance};
/// assert_eq!(proportion_variance(0.5)?, WORST_PROPORTION_VARIANCE);
/// # Ok::<(), heedful::Error>(())
/// ```
pub const WORST_PROPORTION_VARIANCE: f64 = 0.25;

/// Variance of one response to a net, on the scale -1 to 1, from the shares of negative and positive responses:
/// p₊ + p₋ - (p₊ - p₋)².
///
/// ```
/// use heedful::stats::sample_size::net_variance;
/// assert!((net_variance(0.2, 0.5)? - 0.61).abs() < 1e-12);
/// # Ok::<(), heedful::Error>(())
/// ```
///
/// # Errors
///
/// `invalid-argument` unless both shares are at least 0 and their sum at most 1.
pub fn net_variance(negative: f64, positive: f64) -> Result<f64> {
    if negative >= 0.0 && positive >= 0.0 && negative + positive <= 1.0 + 1e-9 {
        let net = positive - negative;
        return Ok((positive + negative - net * net).max(0.0));
    }
    Err(invalid("shares", "be at least 0 and add up to at most 1", negative + positive))
}

/// Variance of one response to a proportion: p (1 - p).
///
/// ```
/// use heedful::stats::sample_size::proportion_variance;
/// assert!((proportion_variance(0.2)? - 0.16).abs() < 1e-12);
/// # Ok::<(), heedful::Error>(())
/// ```
///
/// # Errors
///
/// `invalid-argument` unless 0 <= `share` <= 1.
pub fn proportion_variance(share: f64) -> Result<f64> {
    if (0.0..=1.0).contains(&share) {
        return Ok(share * (1.0 - share));
    }
    Err(invalid("share", "lie between 0 and 1", share))
}

/// Responses needed so that the interval reaches `margin` to either side: z² variance / margin², rounded up.
///
/// ```
/// use heedful::stats::{Confidence, sample_size};
/// // A net score to ± 5 points, whatever the shares.
/// let n = sample_size::for_margin(sample_size::WORST_NET_VARIANCE, 0.05, Confidence::default())?;
/// assert_eq!(n, 1537);
/// # Ok::<(), heedful::Error>(())
/// ```
///
/// # Errors
///
/// `invalid-argument` unless `margin` is positive and `variance` not negative, both finite, or where the answer
/// exceeds 2^53.
pub fn for_margin(variance: f64, margin: f64, confidence: Confidence) -> Result<u64> {
    let ratio = confidence.z() / positive("margin", margin)?;
    round_up(ratio * ratio * not_negative("variance", variance)?)
}

/// The margin that `n` responses reach: z √(variance / n).
///
/// ```
/// use heedful::stats::{Confidence, sample_size};
/// let margin = sample_size::margin(0.25, 100.0, Confidence::default())?;
/// assert!((margin - 0.098).abs() < 1e-4);
/// # Ok::<(), heedful::Error>(())
/// ```
///
/// # Errors
///
/// `invalid-argument` unless `n` is positive and `variance` not negative, both finite.
pub fn margin(variance: f64, n: f64, confidence: Confidence) -> Result<f64> {
    let error = not_negative("variance", variance)? / positive("n", n)?;
    Ok(confidence.z() * libm::sqrt(error))
}

/// Responses needed in each of two groups of equal size so that a two-sided test at 1 - `confidence` finds a true
/// `difference` with probability `power`: (z₁₋α/₂ + z_power)² (variance₁ + variance₂) / difference², rounded up.
///
/// The chance of a significant result in the wrong direction is not counted.
///
/// ```
/// use heedful::stats::{Confidence, sample_size};
/// // Two net scores 5 points apart, variance 0.6 each, found 4 times out of 5.
/// let n = sample_size::for_difference([0.6, 0.6], 0.05, 0.8, Confidence::default())?;
/// assert_eq!(n, 3768);
/// # Ok::<(), heedful::Error>(())
/// ```
///
/// # Errors
///
/// `invalid-argument` unless `difference` is finite and not 0, variances finite and not negative, and
/// 0.5 <= `power` < 1, or where the answer exceeds 2^53.
pub fn for_difference(
    variances: [f64; 2],
    difference: f64,
    power: f64,
    confidence: Confidence,
) -> Result<u64> {
    let ratio = quantiles(power, confidence)? / positive("difference", difference.abs())?;
    let [a, b] = variances;
    round_up(ratio * ratio * (not_negative("variance", a)? + not_negative("variance", b)?))
}

/// The smallest true difference that two groups of sizes `n` find with probability `power`:
/// (z₁₋α/₂ + z_power) √(variance₁ / n₁ + variance₂ / n₂).
///
/// ```
/// use heedful::stats::{Confidence, sample_size};
/// let found = sample_size::detectable_difference([0.25; 2], [100.0; 2], 0.8, Confidence::default())?;
/// assert!((found - 0.1981).abs() < 1e-4);
/// # Ok::<(), heedful::Error>(())
/// ```
///
/// # Errors
///
/// `invalid-argument` unless the sizes are positive, variances not negative, all finite, and
/// 0.5 <= `power` < 1.
pub fn detectable_difference(
    variances: [f64; 2],
    n: [f64; 2],
    power: f64,
    confidence: Confidence,
) -> Result<f64> {
    let part =
        |variance, n| Ok::<f64, Error>(not_negative("variance", variance)? / positive("n", n)?);
    let [(a, m), (b, n)] = [(variances[0], n[0]), (variances[1], n[1])];
    Ok(quantiles(power, confidence)? * libm::sqrt(part(a, m)? + part(b, n)?))
}

fn quantiles(power: f64, confidence: Confidence) -> Result<f64> {
    // Below one half the formula would let a larger sample find less.
    if (0.5..1.0).contains(&power) {
        return Ok(confidence.z() - normal_quantile(1.0 - power));
    }
    Err(invalid("power", "be at least 0.5 and below 1", power))
}

fn positive(name: &str, value: f64) -> Result<f64> {
    if value > 0.0 && value.is_finite() {
        return Ok(value);
    }
    Err(invalid(name, "be finite and greater than 0", value))
}

fn not_negative(name: &str, value: f64) -> Result<f64> {
    if value >= 0.0 && value.is_finite() {
        return Ok(value);
    }
    Err(invalid(name, "be finite and at least 0", value))
}

fn invalid(name: &str, must: &str, value: f64) -> Error {
    Error::new(ErrorCode::InvalidArgument, format!("must {must}, got `{}`", Shown(value))).at(name)
}

/// The next whole number, at least 1; a whole number that rounding pushed up a little is kept.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to lie between 1 and 2^53"
)]
fn round_up(n: f64) -> Result<u64> {
    let whole = libm::ceil(n * (1.0 - 1e-12)).max(1.0);
    if whole <= 9_007_199_254_740_992.0 {
        return Ok(whole as u64);
    }
    Err(Error::new(ErrorCode::InvalidArgument, "needs more responses than can be counted"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn c() -> Confidence {
        Confidence::default()
    }

    #[test]
    fn textbook_numbers() {
        // A proportion to ± 5 points at one half, and to ± 3: 385 and 1068.
        assert_eq!(for_margin(WORST_PROPORTION_VARIANCE, 0.05, c()).unwrap(), 385);
        assert_eq!(for_margin(WORST_PROPORTION_VARIANCE, 0.03, c()).unwrap(), 1068);
        // Half a standard deviation with power .8: 2 * (1.959964 + 0.841621)^2 / .25 = 62.8.
        assert_eq!(for_difference([1.0, 1.0], 0.5, 0.8, c()).unwrap(), 63);
        assert_eq!(for_difference([1.0, 1.0], -0.5, 0.8, c()).unwrap(), 63);
        // Fleiss without correction, unpooled: .6 against .5, power .9: 3.241516^2 * .49 / .01 = 514.9.
        let variances = [proportion_variance(0.6).unwrap(), proportion_variance(0.5).unwrap()];
        assert_eq!(for_difference(variances, 0.1, 0.9, c()).unwrap(), 515);
    }

    #[test]
    fn sizes_and_margins_invert_each_other() {
        let variance = net_variance(0.15, 0.6).unwrap();
        assert!((variance - 0.5475).abs() < 1e-15);
        for aim in [0.2, 0.05, 0.001] {
            let n = for_margin(variance, aim, c()).unwrap() as f64;
            assert!(margin(variance, n, c()).unwrap() <= aim);
            assert!(margin(variance, n - 1.0, c()).unwrap() > aim);
            let n = for_difference([variance, 0.6], aim, 0.8, c()).unwrap() as f64;
            let found = |n| detectable_difference([variance, 0.6], [n, n], 0.8, c()).unwrap();
            assert!(found(n) <= aim && found(n - 1.0) > aim);
        }
        assert_eq!(for_margin(0.0, 0.1, c()).unwrap(), 1);
    }

    #[test]
    fn refuses_nonsense_by_name() {
        let path = |result: Result<u64>| result.unwrap_err().path().to_owned();
        assert_eq!(path(for_margin(1.0, 0.0, c())), "margin");
        assert_eq!(path(for_margin(f64::NAN, 0.1, c())), "variance");
        assert_eq!(path(for_difference([1.0, 1.0], 0.0, 0.8, c())), "difference");
        assert_eq!(path(for_difference([1.0, 1.0], 0.1, 1.0, c())), "power");
        assert_eq!(path(for_difference([1.0, 1.0], 0.1, 0.3, c())), "power");
        assert!(for_margin(1.0, 1e-9, c()).is_err());
        assert!(net_variance(0.7, 0.7).is_err());
        assert!(net_variance(f64::NAN, 0.7).is_err());
        assert!(proportion_variance(1.1).is_err());
        assert!(margin(1.0, 0.0, c()).is_err());
        assert!(detectable_difference([1.0, 1.0], [10.0, 0.0], 0.8, c()).is_err());
    }
}
