//! Random numbers from a seed. The algorithms are part of the contract: a seed gives the same draws in every
//! version and language.

use super::distribution::normal_quantile;

/// A seeded generator: xoshiro256++ (Blackman and Vigna 2019), its state filled by `SplitMix64` from the seed.
///
/// Not for secrets. Each method says how many 64-bit words it takes, since that fixes the sequence.
///
/// ```
/// use heedful::stats::Random;
/// let mut random = Random::new(7);
/// let first = random.uniform();
/// assert!((0.0..1.0).contains(&first));
/// assert_eq!(Random::new(7).uniform(), first);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Random {
    state: [u64; 4],
}

impl Random {
    /// A generator for `seed`; every seed is good.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut splitter = seed;
        Self { state: std::array::from_fn(|_| split_mix(&mut splitter)) }
    }

    /// The next 64-bit word.
    ///
    /// ```
    /// use heedful::stats::Random;
    /// assert_eq!(Random::new(7).word(), Random::new(7).word());
    /// ```
    pub fn word(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// Uniform on [0, 1): the upper 53 bits of one word.
    ///
    /// ```
    /// let mut random = heedful::stats::Random::new(1);
    /// assert!((0..100).all(|_| (0.0..1.0).contains(&random.uniform())));
    /// ```
    pub fn uniform(&mut self) -> f64 {
        self.bits53() * SPACING
    }

    /// Uniform on the open interval (0, 1), from one word.
    fn uniform_open(&mut self) -> f64 {
        (self.bits53() + 0.5) * SPACING
    }

    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    fn bits53(&mut self) -> f64 {
        (self.word() >> 11) as f64
    }

    /// Standard normal, by inversion from one word.
    ///
    /// ```
    /// use heedful::stats::Random;
    /// let mut random = Random::new(7);
    /// let mean = (0..10_000).map(|_| random.normal()).sum::<f64>() / 10_000.0;
    /// assert!(mean.abs() < 0.04);
    /// ```
    pub fn normal(&mut self) -> f64 {
        normal_quantile(self.uniform_open())
    }

    /// Gamma with `shape` and scale 1, by the squeeze of Marsaglia and Tsang (2000); two words per attempt,
    /// one more for a shape below 1. 0 unless the shape is positive and finite.
    ///
    /// ```
    /// assert!(heedful::stats::Random::new(7).gamma(2.5) > 0.0);
    /// ```
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if !(shape > 0.0 && shape.is_finite()) {
            return 0.0;
        }
        if shape < 1.0 {
            let boost = libm::pow(self.uniform_open(), 1.0 / shape);
            return boost * self.gamma(shape + 1.0);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / libm::sqrt(9.0 * d);
        loop {
            let x = self.normal();
            let u = self.uniform_open();
            let root = 1.0 + c * x;
            if root > 0.0 {
                let v = root * root * root;
                if libm::log(u) < 0.5 * x * x + d - d * v + d * libm::log(v) {
                    return d * v;
                }
            }
        }
    }

    /// Beta with shapes `a` and `b`, from two gamma draws (and one word more where both are too small for a
    /// float: then 0 or 1). Shapes must be positive and finite.
    ///
    /// ```
    /// assert!((0.0..=1.0).contains(&heedful::stats::Random::new(7).beta(2.0, 3.0)));
    /// ```
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a), self.gamma(b));
        if x + y > 0.0 {
            return x / (x + y);
        }
        if self.uniform() * (a + b) < a { 1.0 } else { 0.0 }
    }

    /// Shares that add up to 1, Dirichlet with one positive and finite shape each, by repeated [`beta`](Self::beta)
    /// draws from the first share on.
    ///
    /// ```
    /// let shares = heedful::stats::Random::new(7).dirichlet(&[1.0, 2.0, 3.0]);
    /// assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    /// ```
    pub fn dirichlet(&mut self, shapes: &[f64]) -> Vec<f64> {
        let mut rest_of_shapes: f64 = shapes.iter().sum();
        let mut rest = 1.0;
        let last = shapes.len().saturating_sub(1);
        let draw = |(i, shape): (usize, &f64)| {
            rest_of_shapes -= shape;
            let share = if i == last { rest } else { rest * self.beta(*shape, rest_of_shapes) };
            rest -= share;
            share
        };
        shapes.iter().enumerate().map(draw).collect()
    }

    /// Number of successes in `trials` with chance `p` each, exactly, in steps of order log `trials`: a beta draw
    /// is the middle one of that many uniforms and says on which side of `p` half of them lie (Devroye 1986,
    /// X.4.3).
    ///
    /// ```
    /// assert!(heedful::stats::Random::new(7).binomial(1_000_000, 0.25).abs_diff(250_000) < 3000);
    /// ```
    pub fn binomial(&mut self, trials: u64, p: f64) -> u64 {
        let (mut trials, mut p, mut successes) = (trials, p, 0);
        while trials > 16 {
            let middle = trials / 2 + 1;
            let y = self.beta(to_f64(middle), to_f64(trials + 1 - middle));
            if y <= p {
                successes += middle;
                trials -= middle;
                p = if y < 1.0 { (p - y) / (1.0 - y) } else { 0.0 };
            } else {
                trials = middle - 1;
                p /= y;
            }
        }
        for _ in 0..trials {
            successes += u64::from(self.uniform() < p);
        }
        successes
    }
}

const SPACING: f64 = 1.0 / 9_007_199_254_740_992.0; // 2^-53

#[expect(clippy::cast_precision_loss, reason = "counts beyond 2^53 do not occur")]
fn to_f64(count: u64) -> f64 {
    count as f64
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_published_code() {
        // splitmix64.c (Vigna 2015) from the seed 1234567.
        let mut state = 1_234_567;
        let words: [u64; 5] = std::array::from_fn(|_| split_mix(&mut state));
        assert_eq!(
            words,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ]
        );
        // xoshiro256plusplus.c (Blackman and Vigna 2019) from the state 1, 2, 3, 4.
        let mut random = Random { state: [1, 2, 3, 4] };
        let words: [u64; 10] = std::array::from_fn(|_| random.word());
        assert_eq!(
            words,
            [
                41_943_041,
                58_720_359,
                3_588_806_011_781_223,
                3_591_011_842_654_386,
                9_228_616_714_210_784_205,
                9_973_669_472_204_895_162,
                14_011_001_112_246_962_877,
                12_406_186_145_184_390_807,
                15_849_039_046_786_891_736,
                10_450_023_813_501_588_000,
            ]
        );
    }

    /// Mean and variance of many draws against theory, within five standard errors.
    #[track_caller]
    fn moments(mean: f64, variance: f64, kurtosis: f64, mut draw: impl FnMut(&mut Random) -> f64) {
        let mut random = Random::new(20_240_117);
        let n = 40_000;
        let draws: Vec<f64> = (0..n).map(|_| draw(&mut random)).collect();
        let size = f64::from(n);
        let m = draws.iter().sum::<f64>() / size;
        let v = draws.iter().map(|x| (x - m) * (x - m)).sum::<f64>() / size;
        assert!((m - mean).abs() < 5.0 * (variance / size).sqrt(), "mean {m} is not {mean}");
        let error = variance * ((kurtosis - 1.0) / size).sqrt();
        assert!((v - variance).abs() < 5.0 * error, "variance {v} is not {variance}");
    }

    #[test]
    fn draws_have_the_moments_of_their_distributions() {
        moments(0.5, 1.0 / 12.0, 1.8, |r| r.uniform());
        moments(0.0, 1.0, 3.0, |r| r.normal());
        for shape in [0.3, 1.0, 4.5] {
            moments(shape, shape, 3.0 + 6.0 / shape, |r| r.gamma(shape));
        }
        moments(0.25, 0.25 * 0.75 / 3.0, 3.0, |r| r.beta(0.5, 1.5));
        let shapes = [0.5, 2.0, 3.5];
        for (i, shape) in shapes.into_iter().enumerate() {
            let p: f64 = shape / 6.0;
            moments(p, p * (1.0 - p) / 7.0, 4.0, |r| r.dirichlet(&shapes)[i]);
        }
        for (trials, p) in [(9, 0.3), (1000, 0.02), (100_000, 0.6)] {
            let n = trials as f64;
            moments(n * p, n * p * (1.0 - p), 3.1, |r| r.binomial(trials, p) as f64);
        }
    }

    #[test]
    fn ends_and_nonsense_are_harmless() {
        let mut random = Random::new(0);
        assert_eq!(random.binomial(1_000_000, 0.0), 0);
        assert_eq!(random.binomial(1_000_000, 1.0), 1_000_000);
        assert_eq!(random.gamma(f64::NAN), 0.0);
        assert_eq!(random.dirichlet(&[]), Vec::<f64>::new());
        assert_eq!(random.dirichlet(&[2.0]), [1.0]);
        for _ in 0..100 {
            let x = random.beta(1e-6, 1e-6);
            assert!((0.0..=1.0).contains(&x));
        }
    }
}
