//! Attention: what each frame takes over from all frames of its window.
//!
//! Input   normalised frames, f32 `[n_frames, width]`
//! Output  added to the frames that they were made of
//! Source  Vaswani et al. 2017; each head reads `width / n_heads` values

use pulp::{Arch, Simd, WithSimd};

use super::super::{activation::exp2, panels::Panels};
use super::{
    dense::Dense,
    finish::{Add, Store},
    weights::{BlockWeights, LayerWeights},
};

#[derive(Debug)]
pub(super) struct Attention {
    width: usize,
    head_size: usize,
    /// Queries, keys and values side by side.
    projections: Dense,
    output: Dense,
}

impl Attention {
    pub fn new(block: &BlockWeights, n_heads: usize, in_integers: bool) -> Self {
        let width = block.query.n_outputs();
        let head_size = width / n_heads;
        // Scores in octaves: what is made of them is powers of two.
        let scale = std::f32::consts::LOG2_E / (head_size as f32).sqrt();
        let query = block.query.clone().scaled(scale);
        let projections = LayerWeights::beside(&[&query, &block.key, &block.value]);
        Self {
            width,
            head_size,
            projections: Dense::new(&projections, in_integers),
            output: Dense::new(&block.output, in_integers),
        }
    }

    /// Adds what the frames of one window take over to `frames`.
    pub fn add(&self, normalised: &[f32], frames: &mut [f32]) {
        let projected = self
            .projections
            .multiply_rows(normalised, self.width, Store);
        let mut taken = vec![0.0; frames.len()];
        for first in (0..self.width).step_by(self.head_size) {
            let of_head = self.head(&projected, first);
            let places = taken.chunks_exact_mut(self.width);
            for (place, values) in places.zip(of_head.chunks_exact(self.head_size)) {
                place[first..][..self.head_size].copy_from_slice(values);
            }
        }
        self.output.multiply(&taken, self.width, Add, frames);
    }

    /// What the head takes over whose values begin at `first`, `[n_frames, head_size]`.
    fn head(&self, projected: &[f32], first: usize) -> Vec<f32> {
        let (size, stride) = (self.head_size, 3 * self.width);
        let n_frames = projected.len() / stride;
        let of_frames = |from: usize| {
            projected
                .chunks_exact(stride)
                .map(move |frame| &frame[from..][..size])
        };
        let mut keys = vec![0.0; size * n_frames];
        for (frame_idx, key) in of_frames(self.width + first).enumerate() {
            for (at, value) in key.iter().enumerate() {
                keys[at * n_frames + frame_idx] = *value;
            }
        }
        let mut scores = vec![0.0; n_frames * n_frames];
        Panels::new(&keys, &vec![0.0; n_frames]).multiply(&projected[first..], stride, &mut scores);
        Arch::new().dispatch(Softmax {
            scores: &mut scores,
            n_frames,
        });
        let values = of_frames(2 * self.width + first)
            .collect::<Vec<_>>()
            .concat();
        Panels::new(&values, &vec![0.0; size]).multiply_rows(&scores)
    }
}

/// Makes each row of scores in octaves, `[n_frames, n_frames]`, weights that add up to 1.
struct Softmax<'a> {
    scores: &'a mut [f32],
    n_frames: usize,
}

impl WithSimd for Softmax<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for row in self.scores.chunks_exact_mut(self.n_frames) {
            let (vectors, rest) = S::as_simd_f32s(row);
            let mut highest = simd.splat_f32s(f32::MIN);
            for vector in vectors {
                highest = simd.max_f32s(highest, *vector);
            }
            let highest = simd.reduce_max_f32s(highest);
            let highest = simd.splat_f32s(rest.iter().copied().fold(highest, f32::max));
            for values in row.chunks_mut(S::F32_LANES) {
                let octaves = simd.sub_f32s(simd.partial_load_f32s(values), highest);
                simd.partial_store_f32s(values, exp2(simd, octaves));
            }
            let mut sum = simd.splat_f32s(0.0);
            for values in row.chunks(S::F32_LANES) {
                sum = simd.add_f32s(sum, simd.partial_load_f32s(values));
            }
            let scale = simd.splat_f32s(1.0 / simd.reduce_sum_f32s(sum));
            for values in row.chunks_mut(S::F32_LANES) {
                let weights = simd.mul_f32s(simd.partial_load_f32s(values), scale);
                simd.partial_store_f32s(values, weights);
            }
        }
    }
}
