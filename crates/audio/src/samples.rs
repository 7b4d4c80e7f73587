//! The samples of a recording, in half the memory.
//!
//! Input and output  16 kHz mono, f32, finite, `[n_samples]`
//! Kept    whole blocks of `BLOCK` as 16-bit numbers, each block with a scale of its own: off by at most 1.6e-5 of
//!         its largest sample, a noise 100 dB below it; Whisper's bands end 80 dB below the loudest
//! Forgotten  what nobody will read: only how loud it was is still known
//! Invariant: pieces give what the whole gives

use std::{mem, ops::Range};

use crate::{WINDOW_SAMPLES, dot::dot, samples_of};

/// Samples that share a scale, 32 ms.
pub(crate) const BLOCK: usize = 512;

/// Blocks that are allocated together, 33 s: what is above an allocator's threshold, and is given back at once.
const N_CHUNK: usize = 1024;

/// Largest number of a block.
const LARGEST: f32 = i16::MAX as f32;

/// Adding it to a number of at most 2^22 in magnitude leaves the nearest whole one in the lowest bits.
const ROUNDING: f32 = 12_582_912.0;

/// Samples of a recording.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Samples {
    /// All but the last have `N_CHUNK` blocks, or none when they were forgotten.
    chunks: Vec<Vec<Block>>,
    /// Mean square of each whole block.
    powers: Vec<f32>,
    /// Those behind the last whole block.
    rest: Vec<f32>,
}

#[derive(Clone, Debug, PartialEq)]
struct Block {
    scale: f32,
    values: [i16; BLOCK],
}

impl Samples {
    /// Adds the samples that come next.
    pub fn push(&mut self, mut samples: &[f32]) {
        if !self.rest.is_empty() {
            let n_missing = samples.len().min(BLOCK - self.rest.len());
            self.rest.extend(&samples[..n_missing]);
            samples = &samples[n_missing..];
            if self.rest.len() < BLOCK {
                return;
            }
            let mut whole = mem::take(&mut self.rest);
            self.push_block(&whole);
            // Its room is for the next ones.
            whole.clear();
            self.rest = whole;
        }
        let blocks = samples.chunks_exact(BLOCK);
        self.rest.extend(blocks.remainder());
        blocks.for_each(|block| self.push_block(block));
    }

    fn push_block(&mut self, samples: &[f32]) {
        self.powers.push(dot(samples, samples) / BLOCK as f32);
        let block = Block::of(samples);
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() < N_CHUNK => chunk.push(block),
            _ => self.chunks.push(vec![block]),
        }
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.powers.len() * BLOCK + self.rest.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives back the memory of those before this one, in whole chunks of 33 s.
    pub fn forget(&mut self, before: usize) {
        let behind = self.chunks.iter_mut().take(before / (N_CHUNK * BLOCK));
        behind.for_each(|chunk| *chunk = Vec::new());
    }

    /// Number of samples that were not forgotten.
    pub fn n_kept(&self) -> usize {
        let n_blocks: usize = self.chunks.iter().map(Vec::len).sum();
        n_blocks * BLOCK + self.rest.len()
    }

    /// Mean square of each 32 ms, of forgotten ones too, but for those behind the last whole 32 ms.
    pub fn powers(&self) -> &[f32] {
        &self.powers
    }

    /// Where some frames of a recording lie, from the middle of the first to that of the frame behind them; a recording
    /// is a window long at least.
    pub fn of_frames(&self, frames: Range<usize>) -> Range<usize> {
        samples_of(frames, self.len().max(WINDOW_SAMPLES))
    }

    /// Some of them; zeros where there are none, and where they were forgotten.
    pub fn range(&self, range: Range<usize>) -> Vec<f32> {
        let mut samples = Vec::with_capacity(range.len().next_multiple_of(BLOCK) + BLOCK);
        let first = range.start / BLOCK;
        let n_whole = self.len() / BLOCK;
        for idx in first..range.end.div_ceil(BLOCK) {
            let chunk = self.chunks.get(idx / N_CHUNK);
            match chunk.and_then(|chunk| chunk.get(idx % N_CHUNK)) {
                Some(block) => samples.extend(block.samples()),
                None if idx == n_whole => samples.extend(&self.rest),
                None => {}
            }
            samples.resize((idx + 1 - first) * BLOCK, 0.0);
        }
        samples.truncate(range.end.saturating_sub(first * BLOCK));
        samples.drain(..range.start % BLOCK);
        samples
    }
}

impl Block {
    fn of(samples: &[f32]) -> Self {
        let largest = samples.iter().fold(0.0_f32, |max, x| max.max(x.abs()));
        let gain = Some(LARGEST / largest).filter(|gain| gain.is_finite());
        let gain = gain.unwrap_or(0.0);
        let mut values = [0; BLOCK];
        for (value, sample) in values.iter_mut().zip(samples) {
            // Rounds to the nearest in a vector's lanes, which `round` does not everywhere.
            *value = (sample * gain + ROUNDING).to_bits() as i16;
        }
        Self {
            scale: largest / LARGEST,
            values,
        }
    }

    fn samples(&self) -> [f32; BLOCK] {
        self.values.map(|value| f32::from(value) * self.scale)
    }
}

impl From<&[f32]> for Samples {
    fn from(samples: &[f32]) -> Self {
        let mut kept = Self::default();
        kept.push(samples);
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without order, in [-1, 1].
    fn noise(n_samples: usize) -> Vec<f32> {
        let sample = |n: usize| ((n * n * 7919 + n * 104_729) % 2003) as f32 / 1001.0 - 1.0;
        (0..n_samples).map(sample).collect()
    }

    #[test]
    fn what_is_kept_is_near_what_came() {
        for gain in [1.0, 5.6, 1e-4, 1e-30] {
            let samples: Vec<f32> = noise(5000).iter().map(|sample| gain * sample).collect();
            let kept = Samples::from(&samples[..]).range(0..samples.len());
            assert_eq!(kept.len(), samples.len());
            for (kept, sample) in kept.iter().zip(&samples) {
                assert!((kept - sample).abs() <= 1.6e-5 * gain, "{kept}, {sample}");
            }
        }
    }

    #[test]
    fn a_quiet_block_beside_a_loud_one_keeps_its_own_scale() {
        let mut samples = noise(2 * BLOCK);
        samples[..BLOCK]
            .iter_mut()
            .for_each(|sample| *sample *= 1e-6);
        let kept = Samples::from(&samples[..]).range(0..BLOCK);
        for (kept, sample) in kept.iter().zip(&samples) {
            assert!((kept - sample).abs() <= 1.6e-11, "{kept}, {sample}");
        }
    }

    #[test]
    fn pieces_are_the_whole() {
        let samples = noise(3 * N_CHUNK * BLOCK / 2 + 77);
        let whole = Samples::from(&samples[..]);
        let mut pieces = Samples::default();
        samples.chunks(777).for_each(|piece| pieces.push(piece));
        assert_eq!(whole, pieces);
        assert_eq!(whole.len(), samples.len());
        assert_eq!(whole.powers().len(), samples.len() / BLOCK);
    }

    #[test]
    fn a_range_is_a_part_of_the_whole_with_silence_behind_it() {
        let n_samples = N_CHUNK * BLOCK + 3 * BLOCK + 100;
        let samples = Samples::from(&noise(n_samples)[..]);
        let blocks = samples.chunks.iter().flatten();
        let mut whole: Vec<f32> = blocks.flat_map(Block::samples).collect();
        whole.extend(&samples.rest);
        for range in [
            0..0,
            0..1,
            5..BLOCK,
            BLOCK..2 * BLOCK,
            N_CHUNK * BLOCK - 3..N_CHUNK * BLOCK + 5,
            n_samples - 700..n_samples - 7,
        ] {
            assert_eq!(samples.range(range.clone()), whole[range]);
        }
        let beyond = samples.range(n_samples - 2..n_samples + 3 * BLOCK);
        assert_eq!(beyond[..2], whole[n_samples - 2..]);
        assert_eq!(beyond[2..], vec![0.0; 3 * BLOCK]);
        assert_eq!(samples.range(n_samples + 9000..n_samples + 9010), [0.0; 10]);
        assert_eq!(Samples::default().range(3..5), [0.0; 2]);
    }

    #[test]
    fn what_is_forgotten_was_as_long_and_as_loud() {
        let samples = noise(3 * N_CHUNK * BLOCK + 77);
        let whole = Samples::from(&samples[..]);
        let mut forgetful = whole.clone();
        forgetful.forget(2 * N_CHUNK * BLOCK - 1);
        assert_eq!(forgetful.len(), whole.len());
        assert_eq!(forgetful.powers(), whole.powers());
        assert_eq!(forgetful.n_kept(), whole.n_kept() - N_CHUNK * BLOCK);
        let kept = N_CHUNK * BLOCK..samples.len();
        assert_eq!(forgetful.range(kept.clone()), whole.range(kept));
        forgetful.push(&samples);
        assert_eq!(forgetful.len(), 2 * samples.len());
        forgetful.forget(usize::MAX);
        assert!(forgetful.n_kept() < N_CHUNK * BLOCK);
    }

    #[test]
    fn numbers_too_small_to_scale_are_silence() {
        let kept = Samples::from(&[f32::MIN_POSITIVE; BLOCK][..]).range(0..BLOCK);
        assert!(kept.iter().all(|sample| sample.abs() <= f32::MIN_POSITIVE));
    }
}
