//! A bracketed root finder.

/// The root of a continuous `f` with opposite signs at `lower` and `upper`, to about 1e-15 of the larger end.
///
/// Chandrupatla's method (T. R. Chandrupatla, "A new hybrid quadratic/bisection algorithm for finding the
/// zero of a nonlinear function without using derivatives", Advances in Engineering Software 28, 1997): inverse
/// quadratic steps where they are safe, bisection elsewhere, so it never leaves the bracket. Where the signs
/// are equal the end with the smaller absolute value is the answer.
pub(crate) fn bracketed(lower: f64, upper: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let (mut a, mut b) = (upper, lower);
    let (mut fa, mut fb) = (f(a), f(b));
    if fa == 0.0 || fa.signum() == fb.signum() {
        return if fa.abs() <= fb.abs() { a } else { b };
    }
    let mut fraction = 0.5;
    // Bisection alone halves a bracket of finite numbers to neighbours well within this many steps.
    for _ in 0..200 {
        let x = a + fraction * (b - a);
        let fx = f(x);
        let (c, fc);
        if fx.signum() == fa.signum() {
            (c, fc) = (a, fa);
        } else {
            (c, fc) = (b, fb);
            (b, fb) = (a, fa);
        }
        (a, fa) = (x, fx);
        let (best, f_best) = if fa.abs() < fb.abs() { (a, fa) } else { (b, fb) };
        let tolerance = 2.0 * f64::EPSILON * best.abs() + 1e-300;
        let width = tolerance / (b - a).abs();
        if f_best == 0.0 || width > 0.5 {
            return best;
        }
        let xi = (a - b) / (c - b);
        let phi = (fa - fb) / (fc - fb);
        fraction = if phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi {
            fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        } else {
            0.5
        };
        fraction = fraction.clamp(width, 1.0 - width);
    }
    if fa.abs() < fb.abs() { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::bracketed;

    #[test]
    fn finds_roots_of_easy_and_nasty_functions() {
        let close = |root: f64, expected: f64| {
            assert!(
                (root - expected).abs() <= 4e-16 * expected.abs().max(1.0),
                "{root} {expected}"
            );
        };
        close(bracketed(0.0, 2.0, |x| x * x - 2.0), std::f64::consts::SQRT_2);
        close(bracketed(-1.0, 1.0, |x| x - 0.25), 0.25);
        close(bracketed(0.0, 1.0, |x| (1.0 - x).sqrt() - 1e-3), 1.0 - 1e-6);
        close(bracketed(0.0, 1.0, |x| x.powi(9) - 1e-9), 0.1);
        close(bracketed(-1.0, 1.0, |x| if x < 0.3 { -1.0 } else { 1e-9 }), 0.3);
        // Ends that are roots, and brackets without one.
        close(bracketed(0.0, 1.0, |x| x), 0.0);
        close(bracketed(0.0, 1.0, |x| x - 1.0), 1.0);
        close(bracketed(1.0, 2.0, |x| x), 1.0);
    }

    #[test]
    fn needs_few_steps_where_the_function_is_nearly_linear() {
        let mut calls = 0;
        bracketed(-1.0, 0.5, |x| {
            calls += 1;
            (0.4 - x) * 1e3 - 1.96 * (1.0 - x * x).sqrt()
        });
        assert!(calls <= 14, "{calls} calls");
    }
}
