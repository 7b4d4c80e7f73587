//! How good a recording is, as far as its samples tell.
//!
//! Input   16 kHz mono, nominally in [-1, 1], in frames of 32 ms; its share of clipped samples, seconds of speech
//! Output  [`Quality`]: level, share of clipped samples, signal-to-noise ratio, and what that means
//! Source  the bounds were set on 250 clips of BanglaSER, as they are and altered; tests/quality.rs hears 60
//!         of them: with every bound at most 2 % of the clips as they are get a note

use crate::Samples;

/// Frames this far below the loudest are pauses, dB.
const SOUNDING_RANGE_DB: f32 = 40.0;

/// A frame below this is digital silence, which says nothing about the noise of the room, dBFS.
const SILENCE_DBFS: f32 = -90.0;

/// A sample from here on is taken for clipped.
const FULL_SCALE: f32 = 0.99;

/// Less speech is little: two short sentences, seconds.
const LITTLE_SPEECH_S: f32 = 2.0;

/// Quieter speech is quiet. The first percentile of the clips as they are has -40.5 dBFS.
const QUIET_DBFS: f32 = -45.0;

/// From this share on a clip is clipped. The 99th percentile of the clips as they are has 0.008; raised by
/// 12 dB over full scale 99 of 100 clips have 0.015 or more.
const CLIPPED_SHARE: f32 = 0.01;

/// Below this a clip is noisy, dB. The first percentile of the clips as they are has 25.8; with white noise
/// 15 dB below the voice 99 of 100 clips have 24.4 or less.
const NOISY_DB: f32 = 25.0;

/// What the samples of a clip say about its recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quality {
    /// How long somebody speaks, seconds.
    pub speech_s: f32,
    /// Root mean square of the frames that sound, dB relative to full scale; `-inf` without any.
    pub level_dbfs: f32,
    /// Share of samples at full scale, `[0, 1]`.
    pub clipped_share: f32,
    /// Level of the loudest twentieth of the frames above that of the quietest twentieth, dB: at most the true ratio
    /// where somebody speaks without a pause. 0 without frames.
    pub snr_db: f32,
}

impl Quality {
    /// Measures the samples of a clip in which somebody speaks for `speech_s` seconds; its
    /// [`clipped_share`](crate::Recording::clipped_share) was measured before anything was taken from it.
    pub fn of(samples: &Samples, clipped_share: f32, speech_s: f32) -> Self {
        let powers = samples.powers().iter();
        let mut levels_dbfs: Vec<f32> = powers.map(|power| 10.0 * power.log10()).collect();
        levels_dbfs.retain(|&level_dbfs| level_dbfs > SILENCE_DBFS);
        levels_dbfs.sort_by(f32::total_cmp);
        let at = |share: f32| {
            let last = levels_dbfs.len().saturating_sub(1);
            levels_dbfs.get((last as f32 * share) as usize).copied()
        };
        let threshold_dbfs = at(1.0).unwrap_or(0.0) - SOUNDING_RANGE_DB;
        let sounding = levels_dbfs.iter().filter(|&&level| level >= threshold_dbfs);
        let powers = sounding.map(|level| 10_f32.powf(level / 10.0));
        let (sum, n_sounding) = powers.fold((0.0, 0), |(sum, n), power| (sum + power, n + 1));
        Self {
            speech_s,
            level_dbfs: 10.0 * (sum / n_sounding.max(1) as f32).log10(),
            clipped_share,
            snr_db: at(0.95)
                .zip(at(0.05))
                .map_or(0.0, |(loud, quiet)| loud - quiet),
        }
    }

    /// Less than 2 s of speech: answers are worse then.
    pub fn has_little_speech(&self) -> bool {
        self.speech_s < LITTLE_SPEECH_S
    }

    /// Quieter than speech is recorded.
    pub fn is_quiet(&self) -> bool {
        self.level_dbfs < QUIET_DBFS
    }

    /// Cut off at full scale so often that the voice is another.
    pub fn is_clipped(&self) -> bool {
        self.clipped_share >= CLIPPED_SHARE
    }

    /// Noise in the pauses that comes near the voice.
    pub fn is_noisy(&self) -> bool {
        self.snr_db < NOISY_DB
    }
}

/// How many samples are at full scale.
pub(crate) fn n_clipped(samples: &[f32]) -> usize {
    let is_clipped = |sample: &&f32| sample.abs() >= FULL_SCALE;
    samples.iter().filter(is_clipped).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half a second of a tone, half a second of a quieter one, four times over.
    fn alternating(loud: f32, quiet: f32) -> Vec<f32> {
        let amplitude = |n: usize| {
            if (n / 8000).is_multiple_of(2) {
                loud
            } else {
                quiet
            }
        };
        (0..64_000)
            .map(|n| amplitude(n) * (n as f32 * 0.5).sin())
            .collect()
    }

    fn of(samples: &[f32], speech_s: f32) -> Quality {
        let clipped_share = n_clipped(samples) as f32 / samples.len().max(1) as f32;
        Quality::of(&samples.into(), clipped_share, speech_s)
    }

    #[test]
    fn levels_are_those_of_the_tones() {
        let quality = of(&alternating(0.5, 0.005), 3.0);
        assert!((quality.snr_db - 40.0).abs() < 0.5, "{quality:?}");
        // The half of the clip that sounds: a sine of amplitude 0.5.
        assert!((quality.level_dbfs + 9.03).abs() < 3.1, "{quality:?}");
        assert!(!quality.is_noisy() && !quality.is_quiet() && !quality.has_little_speech());
    }

    #[test]
    fn digital_silence_hides_no_noise() {
        let mut samples = alternating(0.1, 0.03);
        samples.extend(vec![0.0; 64_000]);
        let quality = of(&samples, 1.0);
        assert!(
            quality.is_noisy() && quality.has_little_speech(),
            "{quality:?}"
        );
    }

    #[test]
    fn samples_at_full_scale_count_as_clipped() {
        let clipped: Vec<f32> = alternating(2.0, 0.001)
            .iter()
            .map(|x| x.clamp(-1.0, 1.0))
            .collect();
        let quality = of(&clipped, 3.0);
        assert!(
            quality.is_clipped() && quality.clipped_share < 0.5,
            "{quality:?}"
        );
    }

    #[test]
    fn nothing_and_silence_are_quiet() {
        for samples in [vec![], vec![0.0; 100], vec![0.0; 16_000]] {
            let quality = of(&samples, 0.0);
            assert!(quality.is_quiet() && !quality.is_clipped(), "{quality:?}");
            assert_eq!(quality.level_dbfs, f32::NEG_INFINITY);
        }
    }
}
