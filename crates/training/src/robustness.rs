//! What other microphones, rooms and codecs do to the answers.
//!
//! Every fold's committee hears its test speakers again, each time changed in one way; the answer to
//! the clip as it is is the measure.

use std::{f32::consts::TAU, path::Path};

use audio::{FeatureExtractor, HOP_LENGTH, SAMPLE_RATE_HZ, Waveform};
use emotion::{Emotion, LabelSet};
use rand::{Rng, SeedableRng, rngs::StdRng};
use rand_distr::StandardNormal;
use rayon::prelude::*;
use ropus::{Application, Bitrate, Channels, DecodeMode, Decoder, Encoder};

use crate::{
    evaluate::answer,
    examples::{Example, Examples},
    fit,
    folds::{self, Split},
    recipe::Recipe,
    scores,
};

/// One way in which a recording may differ.
struct Change {
    name: &'static str,
    apply: fn(&[f32]) -> Vec<f32>,
}

const CHANGES: [Change; 10] = [
    Change {
        name: "as it is",
        apply: <[f32]>::to_vec,
    },
    Change {
        name: "gain +12 dB",
        apply: |samples| gain(samples, 12.0),
    },
    Change {
        name: "gain -12 dB",
        apply: |samples| gain(samples, -12.0),
    },
    Change {
        name: "gain -20 dB",
        apply: |samples| gain(samples, -20.0),
    },
    Change {
        name: "Opus 24 kbit/s",
        apply: opus,
    },
    Change {
        name: "telephone band",
        apply: telephone,
    },
    Change {
        name: "1 s of silence before",
        apply: |samples| [&vec![0.0; SAMPLE_RATE_HZ as usize][..], samples].concat(),
    },
    Change {
        name: "noise 20 dB below",
        apply: noise,
    },
    Change {
        name: "room, 0.4 s",
        apply: room,
    },
    Change {
        name: "background only",
        apply: background,
    },
];

/// Prints, for every change, the share of clips that keep their answer, and the UAR.
pub fn print_robustness(
    examples: &Examples,
    recipe: &Recipe,
    splits: &[Split],
    evaluation: &Path,
) -> anyhow::Result<()> {
    let labels = &recipe.labels;
    let mut committees = Vec::with_capacity(splits.len());
    for (fold, split) in splits.iter().enumerate() {
        let members = fit::trained(recipe, &folds::dir(evaluation, fold))?;
        committees.push((members, examples.of(&split.test)));
    }
    println!(
        "{:<24}{:>10}{:>10}{:>12}",
        "change", "kept", "UAR", "no speech"
    );
    let mut as_it_is: Vec<Option<Emotion>> = Vec::new();
    for change in &CHANGES {
        let mut answers = Vec::with_capacity(examples.0.len());
        for (members, tested) in &committees {
            let of_fold: Vec<(Emotion, Option<Emotion>)> = tested
                .par_iter()
                .map(|example| {
                    let top = answer(members, labels, &changed(example, change))?;
                    Ok((example.emotion, top.map(|all| all.top().0)))
                })
                .collect::<anyhow::Result<_>>()?;
            answers.extend(of_fold);
        }
        if as_it_is.is_empty() {
            as_it_is = answers.iter().map(|(_, answer)| *answer).collect();
        }
        print_change(labels, change.name, &answers, &as_it_is);
    }
    Ok(())
}

fn print_change(
    labels: &LabelSet,
    name: &str,
    answers: &[(Emotion, Option<Emotion>)],
    as_it_is: &[Option<Emotion>],
) {
    let pairs = answers.iter().zip(as_it_is);
    let kept = pairs.filter(|((_, now), before)| now == *before).count();
    let silent = answers
        .iter()
        .filter(|(_, answer)| answer.is_none())
        .count();
    let confusion = scores::confusion(labels, answers.iter().copied());
    println!(
        "{name:<24}{:>10.3}{:>10.3}{silent:>12}",
        kept as f64 / answers.len() as f64,
        scores::uar(&confusion),
    );
}

fn changed(example: &Example, change: &Change) -> Example {
    let waveform = Waveform {
        samples: (change.apply)(&example.waveform.samples),
        sample_rate_hz: SAMPLE_RATE_HZ,
    };
    Example {
        waveform,
        ..example.clone()
    }
}

/// Clips at full scale, as a microphone does.
fn gain(samples: &[f32], gain_db: f32) -> Vec<f32> {
    let factor = 10f32.powf(gain_db / 20.0);
    let louder = samples
        .iter()
        .map(|sample| (sample * factor).clamp(-1.0, 1.0));
    // Back from 16 bits, where a quiet recording has lost its last ones.
    louder
        .map(|sample| (sample * f32::from(i16::MAX)).round() / f32::from(i16::MAX))
        .collect()
}

/// There and back at the bit rate of messengers.
fn opus(samples: &[f32]) -> Vec<f32> {
    const FRAME: usize = SAMPLE_RATE_HZ as usize / 50;
    let mut encoder = Encoder::builder(SAMPLE_RATE_HZ, Channels::Mono, Application::Voip)
        .bitrate(Bitrate::Bits(24_000))
        .build()
        .expect("16 kHz mono is a mode of Opus");
    let mut decoder = Decoder::new(SAMPLE_RATE_HZ, Channels::Mono).expect("the same mode");
    let mut decoded = Vec::with_capacity(samples.len());
    let (mut packet, mut output) = ([0; 1500], [0.0; FRAME]);
    for frame in samples.chunks(FRAME) {
        let mut frame = frame.to_vec();
        frame.resize(FRAME, 0.0);
        let n_bytes = encoder
            .encode_float(&frame, &mut packet)
            .expect("20 ms is a frame of Opus");
        let n_samples = decoder
            .decode_float(&packet[..n_bytes], &mut output, DecodeMode::Normal)
            .expect("our own packet");
        decoded.extend(&output[..n_samples]);
    }
    decoded
}

/// 8 kHz, and nothing below 300 Hz.
fn telephone(samples: &[f32]) -> Vec<f32> {
    let low = lowpass(samples, 3400.0);
    let bass = lowpass(&low, 300.0);
    low.iter().zip(bass).map(|(low, bass)| low - bass).collect()
}

/// Windowed sinc of 129 taps.
fn lowpass(samples: &[f32], cutoff_hz: f32) -> Vec<f32> {
    const REACH: i32 = 64;
    let rate = cutoff_hz / SAMPLE_RATE_HZ as f32;
    let taps: Vec<f32> = (-REACH..=REACH)
        .map(|tap| {
            let at = tap as f32;
            let sinc = if tap == 0 {
                2.0 * rate
            } else {
                (TAU * rate * at).sin() / (std::f32::consts::PI * at)
            };
            sinc * (0.5 + 0.5 * (std::f32::consts::PI * at / (REACH + 1) as f32).cos())
        })
        .collect();
    let at = |idx: i32| usize::try_from(idx).ok().and_then(|idx| samples.get(idx));
    (0..samples.len() as i32)
        .map(|idx| {
            let around = (idx - REACH..=idx + REACH).zip(&taps);
            around.map(|(idx, tap)| tap * at(idx).unwrap_or(&0.0)).sum()
        })
        .collect()
}

/// What was recorded before the first word and after the last, again and again for 2 s: the recording
/// session without the speech.
fn background(samples: &[f32]) -> Vec<f32> {
    let features = FeatureExtractor::new().features(samples);
    let span = features.speech_span();
    let first = (span.start * HOP_LENGTH).min(samples.len());
    let last = (span.end * HOP_LENGTH).min(samples.len());
    let around = [&samples[..first], &samples[last..]].concat();
    let background = around.iter().copied().cycle();
    background.take(2 * SAMPLE_RATE_HZ as usize).collect()
}

fn noise(samples: &[f32]) -> Vec<f32> {
    let mut rng = StdRng::seed_from_u64(0);
    let power = samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32;
    let deviation = power.sqrt() * 0.1;
    samples
        .iter()
        .map(|sample| sample + deviation * rng.sample::<f32, _>(StandardNormal))
        .collect()
}

/// The direct sound and a noisy tail that falls by 60 dB in 0.4 s, 6 dB below it.
fn room(samples: &[f32]) -> Vec<f32> {
    const TAIL: usize = SAMPLE_RATE_HZ as usize * 2 / 5;
    const N_ECHOES: usize = 400;
    let mut rng = StdRng::seed_from_u64(1);
    let echoes: Vec<(usize, f32)> = (0..N_ECHOES)
        .map(|_| {
            let delay = rng.random_range(32..TAIL);
            let decay = 10f32.powf(-3.0 * delay as f32 / TAIL as f32);
            (delay, decay * rng.sample::<f32, _>(StandardNormal))
        })
        .collect();
    let energy: f32 = echoes.iter().map(|(_, level)| level * level).sum();
    let scale = 0.5 / energy.sqrt();
    let mut wet = samples.to_vec();
    for (delay, level) in echoes {
        for (idx, sample) in samples.iter().enumerate() {
            if let Some(slot) = wet.get_mut(idx + delay) {
                *slot += scale * level * sample;
            }
        }
    }
    wet
}
