//! What a frozen encoder tells of a window as a whole.
//!
//! Input   frames, f32 `[n_frames, size]`
//! Output  `[5 * size]`: of each value the mean over the first half of the frames and over the second, the standard
//!         deviation, the maximum and the minimum

use super::attention::push_statistics;

/// Numbers that are told of a value.
pub(crate) const N_STATISTICS: usize = 5;

/// Statistics of frames, `[n_frames, size]`.
pub(super) fn statistics(frames: &[f32], size: usize) -> Vec<f32> {
    let n_frames = frames.len() / size;
    // Of an odd number both halves have the frame in the middle.
    let n_half = n_frames.div_ceil(2);
    let mean = |half: &[f32]| {
        let mut sums = folded(half, size, 0.0, |sum, value| sum + value);
        sums.iter_mut().for_each(|sum| *sum /= n_half as f32);
        sums
    };
    let alike = vec![1.0 / n_frames as f32; n_frames];
    let mut statistics = Vec::new();
    push_statistics(&mut statistics, frames, &alike, 0.0);
    let deviations = statistics.split_off(size);
    [
        mean(&frames[..n_half * size]),
        mean(&frames[(n_frames - n_half) * size..]),
        deviations,
        folded(frames, size, f32::MIN, f32::max),
        folded(frames, size, f32::MAX, f32::min),
    ]
    .concat()
}

/// `fold` over the frames, value by value, `[size]`.
fn folded(frames: &[f32], size: usize, start: f32, fold: impl Fn(f32, f32) -> f32) -> Vec<f32> {
    let mut folded = vec![start; size];
    for frame in frames.chunks_exact(size) {
        for (folded, value) in folded.iter_mut().zip(frame) {
            *folded = fold(*folded, *value);
        }
    }
    folded
}
