//! Blocks of a transformer encoder, frozen: Whisper's first ones as they run.
//!
//! Input   16 kHz samples of speech, of which the middle is read
//! Output  per window and block listened to, of the normalised frames behind it: mean over the first half and over the
//!         second, standard deviation, maximum and minimum, `[n_blocks, 5 * width]`
//! Source  Radford et al. 2022; pre-norm blocks; weights: `weights.rs`. Why: docs/decisions/0006
//! Padding is never computed: only frames of speech go through, with the positions that they would have at the
//! end of what the encoder was trained to read. With a `frame_stride` only some of them do, at their own positions.

mod attention;
mod dense;
mod error;
mod finish;
mod gelu;
mod int16_matrix;
mod int8_matrix;
mod norm;
mod rows;
#[cfg(target_arch = "x86_64")]
mod vnni_matrix;
mod weights;

use audio::{N_WHISPER_BANDS, WhisperBands};

use self::{
    attention::Attention,
    dense::Dense,
    finish::{Add, Gelu},
    norm::normalise,
    weights::STEM_CONTEXT,
};
use super::{
    sharing::shared,
    statistics::{N_STATISTICS, statistics},
};
use crate::{TransformerShape, VoiceEncoder};

pub use error::TransformerError;
pub use weights::{BlockWeights, LayerWeights, NormWeights, TransformerWeights};

/// Samples from one frame of a block to the next: 20 ms.
const SAMPLES_PER_FRAME: usize = 320;

/// The stem's second convolution leaves every second frame.
const STEM_STRIDE: usize = 2;

/// Weights laid out for the processor; see the module's head.
#[derive(Debug)]
pub struct TransformerEncoder {
    width: usize,
    max_samples: usize,
    frame_stride: usize,
    stem: [Dense; 2],
    positions: Vec<f32>,
    blocks: Vec<Block>,
    plain: NormWeights,
}

#[derive(Debug)]
struct Block {
    is_listened_to: bool,
    attention_norm: NormWeights,
    attention: Attention,
    feed_forward_norm: NormWeights,
    expand: Dense,
    contract: Dense,
    expanded: usize,
}

impl TransformerEncoder {
    /// Lays out the weights that `shape` read. Of a window never more is read than there are positions for.
    pub fn new(weights: &TransformerWeights, shape: &TransformerShape) -> Self {
        Self::laid_out(weights, shape, true)
    }

    /// As on a processor without quick products of whole numbers: inputs are not rounded, to compare with.
    pub fn in_floats(weights: &TransformerWeights, shape: &TransformerShape) -> Self {
        Self::laid_out(weights, shape, false)
    }

    fn laid_out(weights: &TransformerWeights, shape: &TransformerShape, in_integers: bool) -> Self {
        let width = weights.width;
        let n_positions = weights.positions.len() / width;
        let blocks = weights.blocks.iter().zip(1..);
        let [first, second] = &weights.stem;
        Self {
            width,
            max_samples: shape.max_samples.min(n_positions * SAMPLES_PER_FRAME),
            frame_stride: shape.frame_stride,
            stem: [
                Dense::new(first, in_integers),
                Dense::new(second, in_integers),
            ],
            positions: weights.positions.clone(),
            blocks: blocks
                .map(|(block, number)| Block {
                    is_listened_to: shape.blocks.contains(&number),
                    attention: Attention::new(block, weights.n_heads, in_integers),
                    attention_norm: block.attention_norm.clone(),
                    feed_forward_norm: block.feed_forward_norm.clone(),
                    expand: Dense::new(&block.expand, in_integers),
                    contract: Dense::new(&block.contract, in_integers),
                    expanded: block.expand.n_outputs(),
                })
                .collect(),
            plain: NormWeights::none(width),
        }
    }

    /// Values that are told of a window.
    pub fn n_statistics(&self) -> usize {
        let blocks = self.blocks.iter();
        blocks.filter(|block| block.is_listened_to).count() * N_STATISTICS * self.width
    }

    /// Statistics of one window's bands, `[n_frames, n_bands]`.
    fn statistics_of(&self, bands: &[f32]) -> Vec<f32> {
        let mut frames = self.stem(bands);
        let mut of_blocks = Vec::new();
        for block in &self.blocks {
            block.forward(&mut frames, self.width);
            if block.is_listened_to {
                of_blocks.extend(statistics(&normalise(&frames, &self.plain), self.width));
            }
        }
        of_blocks
    }

    /// Frames of the stem that go through the blocks, with their positions,
    /// `[ceil(n_frames / (2 * frame_stride)), width]`.
    fn stem(&self, bands: &[f32]) -> Vec<f32> {
        let (width, n_bands) = (self.width, N_WHISPER_BANDS);
        let n_frames = bands.len() / n_bands;
        let margin = STEM_CONTEXT / 2;
        let padded = |n_values: usize| vec![0.0; (n_frames + 2 * margin) * n_values];

        let mut read = padded(n_bands);
        read[margin * n_bands..][..bands.len()].copy_from_slice(bands);
        let mut hidden = padded(width);
        let inside = &mut hidden[margin * width..][..n_frames * width];
        self.stem[0].multiply(&read, n_bands, Gelu, inside);

        let stride = STEM_STRIDE * self.frame_stride;
        let mut frames = vec![0.0; n_frames.div_ceil(stride) * width];
        self.stem[1].multiply(&hidden, stride * width, Gelu, &mut frames);
        let first = self.positions.len() - n_frames.div_ceil(STEM_STRIDE) * width;
        let positions = self.positions[first..].chunks_exact(width);
        let positions = positions.step_by(self.frame_stride).flatten();
        for (value, position) in frames.iter_mut().zip(positions) {
            *value += position;
        }
        frames
    }
}

impl VoiceEncoder for TransformerEncoder {
    fn voices(&self, windows: &[&[f32]]) -> Vec<Vec<f32>> {
        shared(windows, |windows| {
            let mut extractor = WhisperBands::new();
            let of_window = |samples: &&[f32]| {
                let bands = extractor.middle(samples, self.max_samples);
                self.statistics_of(&bands)
            };
            windows.iter().map(of_window).collect()
        })
    }
}

impl Block {
    /// Adds what attention and both dense layers make of one window's frames, `[n_frames, width]`.
    fn forward(&self, frames: &mut [f32], width: usize) {
        let normalised = normalise(frames, &self.attention_norm);
        self.attention.add(&normalised, frames);
        let normalised = normalise(frames, &self.feed_forward_norm);
        let expanded = self.expand.multiply_rows(&normalised, width, Gelu);
        self.contract
            .multiply(&expanded, self.expanded, Add, frames);
    }
}

#[cfg(test)]
mod tests {
    use super::super::int16;
    #[cfg(target_arch = "x86_64")]
    use super::{finish::Store, int16_matrix::Int16Matrix, vnni_matrix::VnniMatrix};
    use super::{int8_matrix::Int8Matrix, *};

    /// Numbers without order, in [-1, 1].
    fn noise() -> impl FnMut() -> f32 {
        let mut state = 1_u32;
        move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        }
    }

    fn weights() -> TransformerWeights {
        let (width, expanded) = (24, 50);
        let mut number = noise();
        let mut layer = |n_inputs: usize, n_outputs: usize| LayerWeights {
            weights: (0..n_inputs * n_outputs)
                .map(|_| (number() * 127.0) as i8)
                .collect(),
            scales: (0..n_outputs).map(|_| 0.02 + 0.01 * number()).collect(),
            biases: (0..n_outputs).map(|_| number()).collect(),
        };
        let norm = || NormWeights {
            factors: vec![1.5; width],
            offsets: vec![0.2; width],
        };
        let stem = [
            layer(STEM_CONTEXT * N_WHISPER_BANDS, width),
            layer(STEM_CONTEXT * width, width),
        ];
        let mut block = || BlockWeights {
            attention_norm: norm(),
            query: layer(width, width),
            key: layer(width, width),
            value: layer(width, width),
            output: layer(width, width),
            feed_forward_norm: norm(),
            expand: layer(width, expanded),
            contract: layer(expanded, width),
        };
        let blocks = vec![block(), block()];
        let mut number = noise();
        TransformerWeights {
            n_heads: 3,
            width,
            stem,
            positions: (0..40 * width).map(|_| number()).collect(),
            blocks,
        }
    }

    fn skip() {
        // Past the test harness, which keeps what eprintln! says of a test that passes.
        let line = b"SKIPPED this processor has no quick products of whole numbers\n";
        let _ = std::io::Write::write_all(&mut std::io::stderr(), line);
    }

    #[test]
    fn whole_numbers_tell_nearly_the_same() {
        if !(int16::are_supported() || Int8Matrix::is_possible(2)) {
            return skip();
        }
        let weights = weights();
        let samples: Vec<f32> = (0..9000).map(|n| (n as f32 * 0.05).sin()).collect();
        let shape = TransformerShape {
            file: String::new(),
            width: weights.width,
            blocks: vec![1, 2],
            max_samples: 9000,
            frame_stride: 1,
        };
        let [rounded, floats] = [TransformerEncoder::new, TransformerEncoder::in_floats]
            .map(|open| open(&weights, &shape).voices(&[&samples]).remove(0));
        assert_eq!(rounded.len(), 2 * N_STATISTICS * weights.width);
        for (rounded, float) in rounded.iter().zip(&floats) {
            // Extremes of frames that a network of random weights makes.
            assert!((rounded - float).abs() < 0.5, "{rounded}, {float}");
        }
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn all_whole_numbers_tell_the_same() {
        let layer = weights::tried::layer(48, 70);
        let rows = weights::tried::rows(9, 48, 48);
        let Some(vnni) = VnniMatrix::new(&layer) else {
            return skip();
        };
        let [mut fours, mut pairs, mut plain] = [(); 3].map(|()| vec![0.0; 9 * 70]);
        vnni.multiply(&rows, 48, Store, &mut fours);
        Int16Matrix::new(&layer).multiply(&rows, 48, Store, &mut pairs);
        assert_eq!(fours, pairs);
        Int8Matrix::new(&layer).multiply(&rows, 48, &mut plain);
        for (four, plain) in fours.iter().zip(&plain) {
            assert!(
                (four - plain).abs() < 1e-5 * four.abs().max(1.0),
                "{four}, {plain}"
            );
        }
    }
}
