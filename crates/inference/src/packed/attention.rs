//! Pooling over time: mean and standard deviation of the frames, weighted by attention, beside the plain
//! ones of what the network read.

use super::{
    Matrix,
    activation::{TANH_OCTAVES, tanh_in_place},
    frames::Frames,
    panels::Panels,
};
use crate::Weights;

/// Keeps the square root's gradient finite where a feature never changes.
pub const VARIANCE_FLOOR: f32 = 1e-4;

#[derive(Debug)]
pub(super) struct Attention {
    hidden: Panels,
    score: Panels,
}

impl Attention {
    pub fn new(weights: &Weights) -> Self {
        let hidden = Matrix::of(weights, "attention.hidden");
        Self {
            hidden: hidden.scaled(TANH_OCTAVES).panels(),
            score: Matrix::of(weights, "attention.score").panels(),
        }
    }

    /// The vectors that the head reads, `[n_windows, 2 * (frames.size + read.size)]`.
    pub fn pool(&self, frames: &Frames, read: &Frames) -> Vec<f32> {
        let mut hidden = self.hidden.multiply_rows(&frames.values);
        tanh_in_place(&mut hidden);
        let mut scores = &self.score.multiply_rows(&hidden)[..];
        let mut pooled = Vec::new();
        for ((frames_of, read_of), length) in
            frames.windows().zip(read.windows()).zip(&frames.lengths)
        {
            let (of_window, behind) = scores.split_at(*length);
            scores = behind;
            push_statistics(&mut pooled, frames_of, &softmax(of_window), VARIANCE_FLOOR);
            let n_read = read_of.len() / read.size;
            push_statistics(
                &mut pooled,
                read_of,
                &vec![1.0 / n_read as f32; n_read],
                VARIANCE_FLOOR,
            );
        }
        pooled
    }
}

fn softmax(scores: &[f32]) -> Vec<f32> {
    let highest = scores.iter().copied().fold(f32::MIN, f32::max);
    let powers: Vec<f32> = scores.iter().map(|score| (score - highest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// Appends the weighted mean and standard deviation of `frames`, `weights.len()` of them;
/// `variance_floor` is added to the variances.
pub(super) fn push_statistics(
    pooled: &mut Vec<f32>,
    frames: &[f32],
    weights: &[f32],
    variance_floor: f32,
) {
    let size = frames.len() / weights.len();
    let weighted = || frames.chunks_exact(size).zip(weights);
    let first = pooled.len();
    pooled.resize(first + 2 * size, 0.0);
    let (mean, deviation) = pooled[first..].split_at_mut(size);
    for (frame, weight) in weighted() {
        for (mean, value) in mean.iter_mut().zip(frame) {
            *mean += weight * value;
        }
    }
    for (frame, weight) in weighted() {
        for ((sum, mean), value) in deviation.iter_mut().zip(&*mean).zip(frame) {
            *sum += weight * (value - mean) * (value - mean);
        }
    }
    for sum in deviation {
        *sum = (*sum + variance_floor).sqrt();
    }
}
