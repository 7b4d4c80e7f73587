//! Whether what sounds is a voice, and not an instrument, a siren, a machine or an animal.
//!
//! Input   [`Features`], the frames that sound near a vowel, and those that may hold one
//! Output  a decision, from how the spectrum's shape is spread, how it moves, and from pitch and level
//! Weights a perceptron of one hidden layer: clips of BanglaSER and Emo-DB, clean and altered, synthesised speech and
//!         sounds without words of EmoGator against 9,632 synthetic sounds of 86 kinds; docs/evaluation.md says how,
//!         and compares it with the detectors of others
//! Gain changes nothing

use crate::{
    Features, N_MELS,
    dot::dot,
    voice_weights::{BIASES, N_STATISTICS, OUTPUT, OUTPUT_BIAS, THRESHOLD, WEIGHTS},
};

/// Coefficients of the spectrum's shape: cosines over the bands.
const N_SHAPES: usize = 13;

/// Bands this far below a frame's loudest count no less, dB.
const RANGE_DB: f32 = 50.0;

/// Below this voicing a frame is a consonant or noise.
const UNVOICED: f32 = 0.3;

/// A step of the pitch counts at most so much, octaves.
const MAX_STEP: f32 = 0.5;

/// Pitches are told from here, Hz.
const MIDDLE_HZ: f32 = 150.0;

/// Whether the frames that sound near a vowel are a voice's.
pub(crate) fn is_voice(features: &Features, spoken: &[usize], vowels: &[bool]) -> bool {
    if spoken.is_empty() {
        return false;
    }
    let statistics = statistics(features, spoken, vowels);
    let units = WEIGHTS.iter().zip(&BIASES);
    let units = units.map(|(weights, bias)| (bias + dot(weights, &statistics)).max(0.0));
    let terms = units.zip(&OUTPUT).map(|(unit, weight)| unit * weight);
    OUTPUT_BIAS + terms.sum::<f32>() > THRESHOLD
}

/// What the weights are for.
fn statistics(features: &Features, spoken: &[usize], vowels: &[bool]) -> [f32; N_STATISTICS] {
    let frames = features.log_mel.frames();
    let shapes: Vec<[f32; N_SHAPES]> = spoken
        .iter()
        .map(|&frame_idx| shape(&frames[frame_idx]))
        .collect();
    let shape = |idx: usize| shapes.iter().map(move |shape| shape[idx]);
    let is_next = |pair: &[usize]| pair[1] == pair[0] + 1;
    let steps = |values: &[f32]| -> Vec<f32> {
        let pairs = values.windows(2).zip(spoken.windows(2));
        pairs
            .filter(|(_, pair)| is_next(pair))
            .map(|(pair, _)| (pair[1] - pair[0]).abs())
            .collect()
    };
    let mut statistics = [0.0; N_STATISTICS];
    for idx in 0..N_SHAPES {
        let values: Vec<f32> = shape(idx).collect();
        (statistics[idx], statistics[N_SHAPES + idx]) = mean_and_spread(&values);
        statistics[2 * N_SHAPES + idx] = mean(&steps(&values));
    }
    let voicing: Vec<f32> = spoken
        .iter()
        .map(|&frame_idx| features.pitch[frame_idx].voicing)
        .collect();
    let peaks: Vec<f32> = spoken
        .iter()
        .map(|&frame_idx| peak(&frames[frame_idx]) / 10.0)
        .collect();
    let vowels: Vec<usize> = (0..vowels.len())
        .filter(|&frame_idx| vowels[frame_idx])
        .collect();
    let octaves: Vec<f32> = vowels
        .iter()
        .map(|&frame_idx| (features.pitch[frame_idx].frequency_hz / MIDDLE_HZ).log2())
        .collect();
    let glides = octaves
        .windows(2)
        .zip(vowels.windows(2))
        .filter(|(_, pair)| is_next(pair));
    let glides: Vec<f32> = glides
        .map(|(pair, _)| (pair[1] - pair[0]).abs().min(MAX_STEP))
        .collect();
    let in_vowels: Vec<f32> = vowels
        .iter()
        .map(|&frame_idx| features.pitch[frame_idx].voicing)
        .collect();
    let n_unvoiced = voicing
        .iter()
        .filter(|&&voicing| voicing < UNVOICED)
        .count();
    let n_spoken = spoken.len() as f32;
    let (voicing_mean, voicing_spread) = mean_and_spread(&voicing);
    let (octave_mean, octave_spread) = mean_and_spread(&octaves);
    statistics[3 * N_SHAPES..].copy_from_slice(&[
        voicing_mean,
        voicing_spread,
        mean(&in_vowels),
        octave_mean,
        octave_spread,
        mean(&glides),
        mean_and_spread(&peaks).1,
        mean(&steps(&peaks)),
        vowels.len() as f32 / n_spoken,
        n_unvoiced as f32 / n_spoken,
    ]);
    statistics
}

/// Loudest band of a frame, dB.
fn peak(frame: &[f32; N_MELS]) -> f32 {
    frame.iter().copied().fold(f32::MIN, f32::max)
}

/// Cosine coefficients of a frame's bands, below its loudest, tens of dB.
fn shape(frame: &[f32; N_MELS]) -> [f32; N_SHAPES] {
    let peak = peak(frame);
    let bands = frame.iter().map(|db| (db - peak).max(-RANGE_DB) / 10.0);
    let mut shape = [0.0; N_SHAPES];
    for (band, cosines) in bands.zip(cosines()) {
        for (coefficient, cosine) in shape.iter_mut().zip(cosines) {
            *coefficient += band * cosine / N_MELS as f32;
        }
    }
    shape
}

/// `[N_MELS, N_SHAPES]`.
fn cosines() -> &'static [[f32; N_SHAPES]; N_MELS] {
    static COSINES: std::sync::LazyLock<[[f32; N_SHAPES]; N_MELS]> =
        std::sync::LazyLock::new(|| {
            let cosine = |band: usize, idx: usize| {
                let angle = std::f64::consts::PI * idx as f64 * (band as f64 + 0.5) / N_MELS as f64;
                angle.cos() as f32
            };
            std::array::from_fn(|band| std::array::from_fn(|idx| cosine(band, idx)))
        });
    &COSINES
}

/// 0 of nothing.
fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

/// With the standard deviation.
fn mean_and_spread(values: &[f32]) -> (f32, f32) {
    let mean = mean(values);
    let squares = values
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f32>();
    (mean, (squares / values.len().max(1) as f32).sqrt())
}
