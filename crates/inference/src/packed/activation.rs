//! Exponentials and what is made of them, a vector at a time.
//!
//! Input   arguments in octaves: whoever makes them has multiplied by `log2(e)` already
//! Source  2 to a whole part, by the exponent's bits, times 2 to a fraction, by its Taylor series,
//!         relative error below 3e-7

use pulp::{Arch, Simd, WithSimd};

/// What `tanh` multiplies its argument by: `tanh(x) = (1 - e) / (1 + e)` with `e = 2^(TANH_OCTAVES * x)`.
pub(super) const TANH_OCTAVES: f32 = -2.0 * std::f32::consts::LOG2_E;

/// The same for the logistic function, `1 / (1 + 2^(SIGMOID_OCTAVES * x))`.
pub(super) const SIGMOID_OCTAVES: f32 = -std::f32::consts::LOG2_E;

/// Arguments beyond this are taken for it: the functions above are at their ends within 1e-12, and
/// the product of three powers is finite.
const MAX_OCTAVES: f32 = 40.0;

/// Added to a number below 2^22, leaves its nearest whole number in the lowest bits.
pub(super) const ROUND: f32 = 12_582_912.0;

/// `2^octaves`, within `MAX_OCTAVES` either way.
#[inline(always)]
pub(super) fn exp2<S: Simd>(simd: S, octaves: S::f32s) -> S::f32s {
    // ln(2)^k / k!
    const TAYLOR: [f32; 7] = [
        1.0,
        std::f32::consts::LN_2,
        0.240_226_5,
        0.055_504_11,
        0.009_618_129,
        0.001_333_355_8,
        0.000_154_035_3,
    ];
    const MANTISSA_BITS: u32 = 23;

    let octaves = simd.max_f32s(octaves, simd.splat_f32s(-MAX_OCTAVES));
    let octaves = simd.min_f32s(octaves, simd.splat_f32s(MAX_OCTAVES));
    let round = simd.splat_f32s(ROUND);
    let rounded = simd.add_f32s(octaves, round);
    let fraction = simd.sub_f32s(octaves, simd.sub_f32s(rounded, round));
    let mut power = simd.splat_f32s(TAYLOR[6]);
    for coefficient in TAYLOR[..6].iter().rev() {
        power = simd.mul_add_e_f32s(power, fraction, simd.splat_f32s(*coefficient));
    }
    let whole = simd.wrapping_dyn_shl_u32s(
        simd.transmute_u32s_f32s(rounded),
        simd.splat_u32s(MANTISSA_BITS),
    );
    simd.transmute_f32s_u32s(simd.add_u32s(simd.transmute_u32s_f32s(power), whole))
}

/// `tanh` of values that are multiplied by [`TANH_OCTAVES`] already, in their place.
pub(super) fn tanh_in_place(values: &mut [f32]) {
    Arch::new().dispatch(TanhInPlace(values));
}

struct TanhInPlace<'a>(&'a mut [f32]);

impl WithSimd for TanhInPlace<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let one = simd.splat_f32s(1.0);
        for values in self.0.chunks_mut(S::F32_LANES) {
            let power = exp2(simd, simd.partial_load_f32s(values));
            let tanh = simd.div_f32s(simd.sub_f32s(one, power), simd.add_f32s(one, power));
            simd.partial_store_f32s(values, tanh);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Powers<'a>(&'a mut [f32]);

    impl WithSimd for Powers<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            for value in self.0.chunks_mut(S::F32_LANES) {
                let vector = simd.partial_load_f32s(value);
                simd.partial_store_f32s(value, exp2(simd, vector));
            }
        }
    }

    #[test]
    fn powers_are_exact_to_a_few_units_in_the_last_place() {
        let arguments: Vec<f32> = (-40_000..=40_000).map(|n| n as f32 / 1_000.0).collect();
        let mut found = arguments.clone();
        Arch::new().dispatch(Powers(&mut found));
        for (x, found) in arguments.into_iter().zip(found) {
            let error = f64::from(found) / f64::from(x).exp2() - 1.0;
            assert!(error.abs() < 3e-7, "2^{x} is off by {error:e}");
        }
        let mut extremes = [f32::MAX, f32::MIN, f32::INFINITY, f32::NEG_INFINITY];
        Arch::new().dispatch(Powers(&mut extremes));
        assert!(extremes.iter().all(|value| value.is_finite()));
    }

    #[test]
    fn tanh_is_the_librarys() {
        let arguments: Vec<f32> = (-3_000..3_000).map(|n| n as f32 / 100.0).collect();
        let mut found: Vec<f32> = arguments.iter().map(|x| x * TANH_OCTAVES).collect();
        tanh_in_place(&mut found);
        for (x, found) in arguments.into_iter().zip(found) {
            assert!((found - x.tanh()).abs() < 3e-7, "tanh({x}) is not {found}");
        }
    }
}
