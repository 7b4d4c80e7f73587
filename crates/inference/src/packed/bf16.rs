//! Two weights in the place of one: 16 bits each, an error of up to 0.4 % of a weight.
//!
//! Layout  the upper half of an f32's bits is the first weight's, the lower half the second's
//! Source  the upper half of an f32 is a bfloat16; as the first weight is read with the second below it,
//!         its upper half is chosen so that both together are nearest to it

use pulp::Simd;

const SIGN: u32 = 1 << 31;
const HALF_BITS: u32 = 16;
/// Half of an upper half's last place.
const ROUND: u32 = 1 << (HALF_BITS - 1);

/// Weights in vectors of `n_lanes`: each two of them become one.
pub(super) fn pairs(weights: &[f32], n_lanes: usize) -> Vec<f32> {
    let of_two = |two: &'_ [f32]| -> Vec<f32> {
        let (first, second) = two.split_at(n_lanes);
        let lanes = first.iter().zip(second);
        lanes.map(|(first, second)| pair(*first, *second)).collect()
    };
    weights.chunks_exact(2 * n_lanes).flat_map(of_two).collect()
}

fn pair(first: f32, second: f32) -> f32 {
    let lower = (second.to_bits() + ROUND) >> HALF_BITS;
    let (sign, magnitude) = (first.to_bits() & SIGN, first.to_bits() & !SIGN);
    let upper = (magnitude + ROUND).saturating_sub(lower) >> HALF_BITS;
    f32::from_bits(sign | upper << HALF_BITS | lower)
}

/// The second weights of pairs; the first ones are the pairs themselves.
#[inline(always)]
pub(super) fn second_of<S: Simd>(simd: S, pairs: S::f32s) -> S::f32s {
    let bits = simd.transmute_u32s_f32s(pairs);
    simd.transmute_f32s_u32s(simd.wrapping_dyn_shl_u32s(bits, simd.splat_u32s(HALF_BITS)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_of_a_pair_are_within_half_a_last_place() {
        let weights = [0.7, -0.3, 1e-4, -2.9, 0.0, 1.0, -1e-3, 0.333];
        for first in weights {
            for second in weights {
                let pair = pair(first, second);
                let found = [pair, f32::from_bits(pair.to_bits() << HALF_BITS)];
                for (found, expected) in found.into_iter().zip([first, second]) {
                    let error = (found - expected).abs();
                    assert!(
                        error <= expected.abs() / 256.0 + 1e-30,
                        "{found}, {expected}"
                    );
                }
            }
        }
    }
}
