//! Products of whole numbers of 16 bits, which processors add in pairs: two at the place of one f32.
//!
//! Input   rows with values in [-1, 1], as an LSTM puts them out
//! Layout  an f32's place holds the numbers of two inputs, the first in its lower half
//! Error   an input is off by up to 2^-13, a weight by up to half a step of their common scale
//! Invariant: no sum overflows: the weights' scale is chosen by the output with the largest weights

use pulp::Simd;

use super::{
    activation::ROUND,
    panels::{Arithmetic, Panels},
};

/// An input of 1 is two to this.
const INPUT_BITS: i32 = 12;

/// A matrix and biases in whole numbers.
#[derive(Debug)]
pub(super) struct Int16Panels {
    /// `[n_inputs / 2, n_outputs]` pairs.
    pub panels: Panels,
    pub scale: Int16,
}

/// What a sum is multiplied by to be that of the numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Int16 {
    scale: f32,
}

impl Int16Panels {
    /// Of weights `[n_inputs, biases.len()]`; with an odd number of inputs a last one of 0.
    pub fn new(weights: &[f32], biases: &[f32]) -> Self {
        let n_outputs = biases.len();
        let n_inputs = weights.len() / n_outputs;
        let mut sums = vec![0.0_f32; n_outputs];
        let mut largest = 0.0_f32;
        for weights in weights.chunks_exact(n_outputs) {
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += weight.abs();
                largest = largest.max(weight.abs());
            }
        }
        let largest_sum = sums.into_iter().fold(f32::MIN_POSITIVE, f32::max);
        // Each weight is rounded by up to a half.
        let room = 2.0_f32.powi(31 - INPUT_BITS) - n_inputs as f32;
        let of_one = (room / largest_sum).min(f32::from(i16::MAX) / largest.max(f32::MIN_POSITIVE));
        let none = vec![0.0; n_outputs];
        let pairs = weights.chunks(2 * n_outputs).flat_map(|two| {
            let (first, second) = two.split_at(n_outputs);
            let second = if second.is_empty() { &none } else { second };
            let scaled = first.iter().zip(second);
            scaled.map(|(first, second)| pair(first * of_one, second * of_one))
        });
        Self {
            panels: Panels::new(&pairs.collect::<Vec<_>>(), biases),
            scale: Int16 {
                scale: 2.0_f32.powi(-INPUT_BITS) / of_one,
            },
        }
    }

    /// Product with rows that lie one after another.
    pub fn multiply_rows(&self, rows: &[f32], n_inputs: usize) -> Vec<f32> {
        let rows: Vec<f32> = rows.chunks_exact(n_inputs).flat_map(pairs).collect();
        self.panels.multiply_int16(&rows, self.scale)
    }
}

/// A row as int16, two in a place.
fn pairs(row: &[f32]) -> impl Iterator<Item = f32> {
    row.chunks(2)
        .map(|two| input_pair(two[0], two.get(1).copied().unwrap_or(0.0)))
}

/// Rounds to the nearest whole numbers, of 16 bits.
#[inline(always)]
pub(super) fn pair(first: f32, second: f32) -> f32 {
    let [first, second] = [first, second].map(|value| (value + ROUND).to_bits());
    f32::from_bits(first & 0xffff | second << 16)
}

#[inline(always)]
fn input_pair(first: f32, second: f32) -> f32 {
    const ONE: f32 = (1 << INPUT_BITS) as f32;
    pair(first * ONE, second * ONE)
}

/// Takes over a row of an even number of states, two in a place.
#[inline(always)]
pub(super) fn take_over(pairs: &mut [f32], states: &[f32]) {
    for (pair, [first, second]) in pairs.iter_mut().zip(states.as_chunks().0) {
        *pair = input_pair(*first, *second);
    }
}

impl<S: PairProducts> Arithmetic<S> for Int16 {
    #[inline(always)]
    fn first(self, simd: S, _: S::f32s) -> S::f32s {
        simd.splat_f32s(0.0)
    }

    #[inline(always)]
    fn multiply_add(self, simd: S, value: S::f32s, weight: S::f32s, sum: S::f32s) -> S::f32s {
        let product = simd.transmute_u32s_i32s(simd.add_products(value, weight));
        let sum = simd.transmute_u32s_f32s(sum);
        simd.transmute_f32s_u32s(simd.add_u32s(sum, product))
    }

    #[inline(always)]
    fn last(self, simd: S, sum: S::f32s, start: S::f32s) -> S::f32s {
        let sum = simd.number(simd.transmute_i32s_f32s(sum));
        simd.mul_add_e_f32s(sum, simd.splat_f32s(self.scale), start)
    }
}

/// A processor that multiplies int16 two by two and adds both products.
pub(super) trait PairProducts: Simd {
    /// `[n_lanes]` sums of two products.
    fn add_products(self, left: Self::f32s, right: Self::f32s) -> Self::i32s;

    /// Whole numbers as f32.
    fn number(self, whole: Self::i32s) -> Self::f32s;
}

/// What runs on such a processor.
pub(super) trait WithPairProducts {
    #[cfg_attr(
        not(any(target_arch = "x86_64", target_arch = "wasm32")),
        expect(dead_code, reason = "no other processor's products are written yet")
    )]
    fn with<S: PairProducts>(self, simd: S);
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use pulp::{
        NullaryFnOnce, cast,
        x86::{V3, V4},
    };

    use super::{PairProducts, WithPairProducts};

    impl PairProducts for V3 {
        #[inline(always)]
        fn add_products(self, left: Self::f32s, right: Self::f32s) -> Self::i32s {
            self.multiply_wrapping_add_adjacent_i16x16(cast(left), cast(right))
        }

        #[inline(always)]
        fn number(self, whole: Self::i32s) -> Self::f32s {
            self.convert_i32x8_to_f32x8(whole)
        }
    }

    impl PairProducts for V4 {
        #[inline(always)]
        fn add_products(self, left: Self::f32s, right: Self::f32s) -> Self::i32s {
            self.multiply_wrapping_add_adjacent_i16x32(cast(left), cast(right))
        }

        #[inline(always)]
        fn number(self, whole: Self::i32s) -> Self::f32s {
            self.convert_i32x16_to_f32x16(whole)
        }
    }

    pulp::simd_type! {
        /// Where one instruction multiplies pairs and adds both products to a sum; the compiler makes it
        /// of two.
        struct Vnni {
            avx512f: "avx512f",
            avx512bw: "avx512bw",
            avx512cd: "avx512cd",
            avx512dq: "avx512dq",
            avx512vl: "avx512vl",
            avx512vnni: "avx512vnni",
            fma: "fma",
        }
    }

    struct Call<Op, S>(Op, S);

    impl<Op: WithPairProducts, S: PairProducts> NullaryFnOnce for Call<Op, S> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            self.0.with(self.1);
        }
    }

    /// Runs `op` if the processor can.
    pub fn dispatch(op: impl WithPairProducts) -> bool {
        match (Vnni::try_new(), V4::try_new(), V3::try_new()) {
            (Some(vnni), Some(simd), _) => vnni.vectorize(Call(op, simd)),
            (None, Some(simd), _) => simd.vectorize(Call(op, simd)),
            (_, None, Some(simd)) => simd.vectorize(Call(op, simd)),
            (_, None, None) => return false,
        }
        true
    }
}

#[cfg(target_arch = "wasm32")]
mod wasm {
    use std::arch::wasm32::{f32x4_convert_i32x4, i32x4_dot_i16x8};

    use pulp::{NullaryFnOnce, cast, wasm::Simd128};

    use super::{PairProducts, WithPairProducts};

    impl PairProducts for Simd128 {
        #[inline(always)]
        fn add_products(self, left: Self::f32s, right: Self::f32s) -> Self::i32s {
            cast(i32x4_dot_i16x8(cast(left), cast(right)))
        }

        #[inline(always)]
        fn number(self, whole: Self::i32s) -> Self::f32s {
            cast(f32x4_convert_i32x4(cast(whole)))
        }
    }

    struct Call<Op>(Op, Simd128);

    impl<Op: WithPairProducts> NullaryFnOnce for Call<Op> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            self.0.with(self.1);
        }
    }

    /// Runs `op` if the module was compiled with vectors.
    pub fn dispatch(op: impl WithPairProducts) -> bool {
        let simd = Simd128::try_new();
        simd.map(|simd| simd.vectorize(Call(op, simd))).is_some()
    }
}

/// Runs `op` with the widest vectors that the processor has.
///
/// # Panics
/// Where it has no such products: see [`are_supported`].
pub(super) fn dispatch(op: impl WithPairProducts) {
    #[cfg(target_arch = "x86_64")]
    let done = x86::dispatch(op);
    #[cfg(target_arch = "wasm32")]
    let done = wasm::dispatch(op);
    #[cfg(not(any(target_arch = "x86_64", target_arch = "wasm32")))]
    let done = {
        let _ = op;
        false
    };
    assert!(done, "int16 weights were laid out for another processor");
}

/// Whether this processor adds the products of int16 in pairs.
pub(super) fn are_supported() -> bool {
    #[cfg(target_arch = "x86_64")]
    return pulp::x86::V3::is_available();
    #[cfg(target_arch = "wasm32")]
    return pulp::wasm::Simd128::is_available();
    #[cfg(not(any(target_arch = "x86_64", target_arch = "wasm32")))]
    false
}

#[cfg(test)]
mod tests {
    use std::io::{Write, stderr};

    use super::*;

    /// Past the test harness, which keeps what `eprintln!` says of a test that passes.
    fn skip() {
        let _ = writeln!(
            stderr(),
            "SKIPPED this processor has no products of int16 in pairs"
        );
    }

    #[test]
    fn products_are_those_of_the_numbers() {
        if !are_supported() {
            return skip();
        }
        // Parts of a pair, of a vector, of a panel, of a tile; one output's weights much larger.
        for (n_inputs, n_outputs, n_rows) in [(1, 1, 1), (7, 5, 3), (256, 130, 9)] {
            let number = |n: usize| ((n * 7919) % 2001) as f32 / 1000.0 - 1.0;
            let weight = |n: usize| {
                number(n)
                    * if n.is_multiple_of(n_outputs) {
                        4.0
                    } else {
                        0.2
                    }
            };
            let weights: Vec<f32> = (0..n_inputs * n_outputs).map(weight).collect();
            let biases: Vec<f32> = (0..n_outputs).map(number).collect();
            let rows: Vec<f32> = (0..n_rows * n_inputs).map(|n| number(3 * n)).collect();
            let found = Int16Panels::new(&weights, &biases).multiply_rows(&rows, n_inputs);
            assert_eq!(found.len(), n_rows * n_outputs);
            for row in 0..n_rows {
                for output in 0..n_outputs {
                    let products = (0..n_inputs)
                        .map(|at| rows[row * n_inputs + at] * weights[at * n_outputs + output]);
                    let expected = biases[output] + products.sum::<f32>();
                    let error = (found[row * n_outputs + output] - expected).abs();
                    assert!(error < 0.01, "{expected} is off by {error}");
                }
            }
        }
    }

    #[test]
    fn no_sum_overflows() {
        if !are_supported() {
            return skip();
        }
        for weight in [1e-9, 0.3, 1e6] {
            let found = Int16Panels::new(&[weight; 256], &[0.0]).multiply_rows(&[1.0; 256], 256);
            let expected = 256.0 * weight;
            assert!(
                (found[0] / expected - 1.0).abs() < 1e-3,
                "{found:?}, {expected}"
            );
        }
        let none = Int16Panels::new(&[0.0; 4], &[0.5]).multiply_rows(&[-1.0; 4], 4);
        assert_eq!(none, [0.5]);
    }
}
