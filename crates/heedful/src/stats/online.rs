//! False discoveries among tests that arrive one after another.

use crate::base::config::record;
use serde::Serialize;

/// Decides each test as it comes, and keeps the false-discovery rate over all of them: LORD++ (Ramdas, Yang,
/// Wainwright and Jordan, "Online control of the false discovery rate with decaying memory", 2017). Each discovery
/// earns back level for later tests.
///
/// For independent p-values. A discount is not applied: a long silence makes the next level small.
///
/// ```
/// use heedful::stats::OnlineFdr;
///
/// let mut watch = OnlineFdr::new(0.05)?;
/// assert!(watch.test(1e-5));
/// assert!(!watch.test(0.2));
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OnlineFdr {
    rate: f64,
    /// Tests so far.
    tests: u64,
    /// The numbers of the tests that were discoveries.
    discoveries: Vec<u64>,
}

/// Makes the sequence of levels add up to 1.
const SCALE: f64 = 0.077_208_38;

record!(OnlineFdr { rate, tests, discoveries });

/// The share of the level that the j-th test after a discovery gets.
fn gamma(j: u64) -> f64 {
    let j = j as f64;
    let log = libm::log(j.max(2.0));
    SCALE * log / (j * libm::exp(libm::sqrt(libm::log(j))))
}

impl OnlineFdr {
    /// Keeps the false-discovery rate at `rate`.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`](crate::ErrorCode) unless it lies between 0 and 1.
    pub fn new(rate: f64) -> crate::Result<Self> {
        if rate > 0.0 && rate < 1.0 {
            return Ok(Self { rate, tests: 0, discoveries: Vec::new() });
        }
        let message = "a false-discovery rate must lie between 0 and 1";
        Err(crate::Error::new(crate::ErrorCode::InvalidArgument, message).at("fdr"))
    }

    /// The level of the next test.
    ///
    /// ```
    /// use heedful::stats::OnlineFdr;
    /// let mut watch = OnlineFdr::new(0.05)?;
    /// let first = watch.next_level();
    /// assert!(!watch.test(0.5) && watch.next_level() < first); // silence costs
    /// assert!(watch.test(1e-9) && watch.next_level() > first); // a discovery pays
    /// # Ok::<(), heedful::Error>(())
    /// ```
    #[must_use]
    pub fn next_level(&self) -> f64 {
        let next = self.tests + 1;
        let start = 0.1 * self.rate;
        let mut level = start * gamma(next);
        for (i, discovery) in self.discoveries.iter().enumerate() {
            let earned = if i == 0 { self.rate - start } else { self.rate };
            level += earned * gamma(next - discovery);
        }
        level
    }

    /// Whether the next test is a discovery; a p-value that is NaN is none.
    pub fn test(&mut self, p_value: f64) -> bool {
        let found = p_value <= self.next_level();
        self.tests += 1;
        if found {
            self.discoveries.push(self.tests);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Random;

    #[test]
    fn levels_are_those_of_the_definition() {
        let mut watch = OnlineFdr::new(0.05).unwrap();
        // 0.005 times 0.07720838 ln 2.
        assert!((watch.next_level() - 2.675_838e-4).abs() < 1e-10);
        assert!(watch.test(1e-8));
        let second = 0.005 * gamma(2) + 0.045 * gamma(1);
        assert!((watch.next_level() - second).abs() < 1e-15);
        assert!(!watch.test(f64::NAN));
        assert!(OnlineFdr::new(1.0).is_err());
    }

    #[test]
    fn few_discoveries_are_false() {
        let mut random = Random::new(5);
        let (mut found, mut wrong, mut missed) = (0.0, 0.0, 0.0);
        for _ in 0..30 {
            let mut watch = OnlineFdr::new(0.1).unwrap();
            for i in 0..400 {
                let real = i % 10 == 0;
                let p = if real { random.uniform() * 1e-4 } else { random.uniform() };
                let said = watch.test(p);
                found += f64::from(u8::from(said));
                wrong += f64::from(u8::from(said && !real));
                missed += f64::from(u8::from(!said && real));
            }
        }
        assert!(wrong / found < 0.12, "{wrong} of {found}");
        assert!(missed < 0.5 * 30.0 * 40.0, "{missed}");
    }
}
