//! Sums of products, several side by side: one after another each would wait for the last.

/// Sums side by side; two vectors of any processor.
pub(crate) const N_SUMS: usize = 8;

/// Sum of the products of two slices, as many as the shorter has.
pub(crate) fn dot(left: &[f32], right: &[f32]) -> f32 {
    let len = left.len().min(right.len());
    let (left, left_rest) = left[..len].as_chunks::<N_SUMS>();
    let (right, right_rest) = right[..len].as_chunks::<N_SUMS>();
    let mut sums = [0.0; N_SUMS];
    for (left, right) in left.iter().zip(right) {
        for ((sum, left), right) in sums.iter_mut().zip(left).zip(right) {
            *sum += left * right;
        }
    }
    let rest = left_rest
        .iter()
        .zip(right_rest)
        .map(|(left, right)| left * right);
    sums.iter().sum::<f32>() + rest.sum::<f32>()
}
