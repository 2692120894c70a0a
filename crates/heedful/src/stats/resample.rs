//! Resampling of tallies.

use super::random::Random;

/// One bootstrap replicate of a tally: as many responses as `counts` holds, drawn with replacement. The
/// replicate counts come in the same order; `None` where the sum of the counts overflows.
///
/// Drawn as one binomial per count, so a replicate costs the same for a thousand responses as for a billion.
///
/// ```
/// use heedful::stats::{Random, resample};
/// let replicate = resample(&mut Random::new(1), &[15, 25, 60]).unwrap();
/// assert_eq!(replicate.iter().sum::<u64>(), 100);
/// ```
pub fn resample(random: &mut Random, counts: &[u64]) -> Option<Vec<u64>> {
    let mut rest = counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count))?;
    let mut draws = rest;
    let mut replicate = Vec::with_capacity(counts.len());
    for count in counts {
        let drawn =
            if *count == rest { draws } else { random.binomial(draws, share(*count, rest)) };
        replicate.push(drawn);
        rest -= count;
        draws -= drawn;
    }
    Some(replicate)
}

#[expect(clippy::cast_precision_loss, reason = "a share of counts beyond 2^53 is still a share")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicates_vary_as_a_multinomial_does() {
        let counts = [15, 25, 0, 60];
        let mut random = Random::new(5);
        let mut sums = [0.0; 4];
        let mut squares = [0.0; 4];
        let replicates = 20_000;
        for _ in 0..replicates {
            let replicate = resample(&mut random, &counts).unwrap();
            assert_eq!(replicate.iter().sum::<u64>(), 100);
            for (i, drawn) in replicate.iter().enumerate() {
                let difference = *drawn as f64 - counts[i] as f64;
                sums[i] += difference;
                squares[i] += difference * difference;
            }
        }
        for (i, count) in counts.iter().enumerate() {
            let p = *count as f64 / 100.0;
            let variance = 100.0 * p * (1.0 - p);
            let n = f64::from(replicates);
            assert!((sums[i] / n).abs() <= 5.0 * (variance / n).sqrt());
            assert!((squares[i] / n - variance).abs() <= 5.0 * variance * (2.0 / n).sqrt());
        }
    }

    #[test]
    fn empty_and_unanimous_tallies_stay_what_they_are() {
        let mut random = Random::new(5);
        assert_eq!(resample(&mut random, &[]).unwrap(), Vec::<u64>::new());
        assert_eq!(resample(&mut random, &[0, 0]).unwrap(), [0, 0]);
        assert_eq!(resample(&mut random, &[0, 9, 0]).unwrap(), [0, 9, 0]);
        assert_eq!(resample(&mut random, &[u64::MAX, 1]), None);
    }
}
