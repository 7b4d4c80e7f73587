//! Layer normalisation: each frame brought to mean 0 and variance 1 over its values, then scaled and moved.
//!
//! Source  Ba et al. 2016, as `torch.nn.LayerNorm`

use pulp::{Arch, Simd, WithSimd};

use super::weights::NormWeights;

/// Added to a variance.
const VARIANCE_FLOOR: f32 = 1e-5;

/// Normalises frames, `[n_frames, width]`.
pub(super) fn normalise(frames: &[f32], weights: &NormWeights) -> Vec<f32> {
    let mut output = vec![0.0; frames.len()];
    Arch::new().dispatch(Normalise {
        frames,
        weights,
        output: &mut output,
    });
    output
}

struct Normalise<'a> {
    frames: &'a [f32],
    weights: &'a NormWeights,
    output: &'a mut [f32],
}

impl WithSimd for Normalise<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let NormWeights { factors, offsets } = self.weights;
        let width = factors.len();
        let frames = self.frames.chunks_exact(width);
        for (frame, output) in frames.zip(self.output.chunks_exact_mut(width)) {
            let mean = sum(simd, frame) / width as f32;
            let centred = simd.splat_f32s(-mean);
            let mut squares = simd.splat_f32s(0.0);
            let (vectors, rest) = S::as_simd_f32s(frame);
            for vector in vectors {
                let value = simd.add_f32s(*vector, centred);
                squares = simd.mul_add_e_f32s(value, value, squares);
            }
            let of_rest: f32 = rest.iter().map(|value| (value - mean).powi(2)).sum();
            let variance = (simd.reduce_sum_f32s(squares) + of_rest) / width as f32;
            let scale = simd.splat_f32s(1.0 / (variance + VARIANCE_FLOOR).sqrt());
            let output = output.chunks_mut(S::F32_LANES);
            let weights = factors
                .chunks(S::F32_LANES)
                .zip(offsets.chunks(S::F32_LANES));
            for ((frame, output), (factors, offsets)) in
                frame.chunks(S::F32_LANES).zip(output).zip(weights)
            {
                let value = simd.add_f32s(simd.partial_load_f32s(frame), centred);
                let factor = simd.mul_f32s(simd.partial_load_f32s(factors), scale);
                let offset = simd.partial_load_f32s(offsets);
                simd.partial_store_f32s(output, simd.mul_add_e_f32s(value, factor, offset));
            }
        }
    }
}

#[inline(always)]
fn sum<S: Simd>(simd: S, values: &[f32]) -> f32 {
    let (vectors, rest) = S::as_simd_f32s(values);
    let mut sum = simd.splat_f32s(0.0);
    for vector in vectors {
        sum = simd.add_f32s(sum, *vector);
    }
    simd.reduce_sum_f32s(sum) + rest.iter().sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_has_mean_and_deviation_of_its_weights() {
        // Parts of a vector, several vectors.
        for width in [2, 7, 38] {
            let weights = NormWeights {
                factors: vec![2.0; width],
                offsets: vec![0.5; width],
            };
            let frames: Vec<f32> = (0..3 * width)
                .map(|n| ((n * 37) % 19) as f32 + 100.0)
                .collect();
            for frame in normalise(&frames, &weights).chunks_exact(width) {
                let mean = frame.iter().sum::<f32>() / width as f32;
                let squares = frame.iter().map(|value| (value - mean).powi(2));
                let deviation = (squares.sum::<f32>() / width as f32).sqrt();
                assert!((mean - 0.5).abs() < 1e-4 && (deviation - 2.0).abs() < 1e-3);
            }
        }
        let constant = normalise(
            &[3.0; 8],
            &NormWeights {
                factors: vec![1.0; 8],
                offsets: vec![0.0; 8],
            },
        );
        assert_eq!(constant, [0.0; 8]);
    }
}
