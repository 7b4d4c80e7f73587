//! Logarithms of many numbers at once.
//!
//! Source  `ln x = 2 artanh((x - 1) / (x + 1))` by its series, of `x` brought to `[sqrt(1/2), sqrt(2)]`
//! Error   below 1e-6 of the logarithm, or 2e-7 near 0

use std::f32::consts::{LOG10_2, LOG10_E, SQRT_2};

use pulp::{Arch, NullaryFnOnce};

/// Replaces positive numbers by their logarithms to the base 10.
pub(crate) fn log10_in_place(values: &mut [f32]) {
    struct Log10<'a>(&'a mut [f32]);
    impl NullaryFnOnce for Log10<'_> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            for value in self.0 {
                *value = log10(*value);
            }
        }
    }
    Arch::new().dispatch(Log10(values));
}

/// Written for the compiler, which takes several at a time.
#[inline(always)]
fn log10(value: f32) -> f32 {
    const MANTISSA_BITS: u32 = 23;
    // 2 / (2k + 1)
    const SERIES: [f32; 5] = [2.0, 2.0 / 3.0, 2.0 / 5.0, 2.0 / 7.0, 2.0 / 9.0];

    // Of numbers from sqrt(1/2) on the exponent is 0 up to sqrt(2).
    let offset = (0.5 * SQRT_2).to_bits();
    let octaves = value.to_bits().wrapping_sub(offset).cast_signed() >> MANTISSA_BITS;
    let near_one = f32::from_bits(
        value
            .to_bits()
            .wrapping_sub((octaves << MANTISSA_BITS).cast_unsigned()),
    );
    let t = (near_one - 1.0) / (near_one + 1.0);
    let square = t * t;
    let mut sum = SERIES[4];
    for coefficient in SERIES[..4].iter().rev() {
        sum = sum * square + coefficient;
    }
    octaves as f32 * LOG10_2 + t * sum * LOG10_E
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_logarithms() {
        let mut arguments: Vec<f32> = (-300..=380)
            .map(|n| 10.0_f32.powf(n as f32 / 10.0))
            .collect();
        arguments.extend((0..1000).map(|n| 0.5 + n as f32 / 500.0));
        let mut found = arguments.clone();
        log10_in_place(&mut found);
        for (argument, found) in arguments.into_iter().zip(found) {
            let expected = f64::from(argument).log10();
            let error = (f64::from(found) - expected).abs();
            assert!(
                error < 1e-6 * expected.abs() + 2e-7,
                "log10({argument}) is {found}, not {expected}"
            );
        }
    }
}
