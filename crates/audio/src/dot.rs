//! Sums of products, several side by side: one after another each would wait for the last.

use pulp::{Arch, Simd, WithSimd};

/// Sum of the products of two slices, as many as the shorter has.
pub fn dot(left: &[f32], right: &[f32]) -> f32 {
    Arch::new().dispatch(Dot { left, right })
}

struct Dot<'a> {
    left: &'a [f32],
    right: &'a [f32],
}

impl WithSimd for Dot<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        dot_by(simd, self.left, self.right)
    }
}

/// [`dot`] inside of what runs on a processor's vectors already.
#[inline(always)]
pub(crate) fn dot_by<S: Simd>(simd: S, left: &[f32], right: &[f32]) -> f32 {
    let len = left.len().min(right.len());
    let (left, left_rest) = S::as_simd_f32s(&left[..len]);
    let (right, right_rest) = S::as_simd_f32s(&right[..len]);
    let [mut sum, mut other] = [simd.splat_f32s(0.0); 2];
    let (left, left_last) = left.as_chunks::<2>();
    let (right, right_last) = right.as_chunks::<2>();
    for (left, right) in left.iter().zip(right) {
        sum = simd.mul_add_e_f32s(left[0], right[0], sum);
        other = simd.mul_add_e_f32s(left[1], right[1], other);
    }
    for (left, right) in left_last.iter().zip(right_last) {
        sum = simd.mul_add_e_f32s(*left, *right, sum);
    }
    if !left_rest.is_empty() {
        let left = simd.partial_load_f32s(left_rest);
        other = simd.mul_add_e_f32s(left, simd.partial_load_f32s(right_rest), other);
    }
    simd.reduce_sum_f32s(simd.add_f32s(sum, other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_length_is_summed() {
        for (n_left, n_right) in [(0, 3), (1, 1), (7, 9), (40, 40), (100, 67)] {
            let left: Vec<f32> = (0..n_left).map(|n| n as f32).collect();
            let right: Vec<f32> = (0..n_right).map(|n| (n % 5) as f32 - 2.0).collect();
            let expected: f32 = left
                .iter()
                .zip(&right)
                .map(|(left, right)| left * right)
                .sum();
            assert_eq!(dot(&left, &right), expected);
        }
    }
}
