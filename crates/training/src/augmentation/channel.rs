//! What microphones, rooms and codecs do to 16 kHz speech.
//!
//! Input and output  samples in [-1, 1], `[n_samples]`; a room adds nothing at the end

use std::f32::consts::{PI, TAU};

use audio::SAMPLE_RATE_HZ;
use rand::{Rng, rngs::StdRng};
use rand_distr::StandardNormal;
use ropus::{Application, Bitrate, Channels, DecodeMode, Decoder, Encoder};

use super::rate::{change_rate, through_rate};

/// At which phones record what messengers encode.
const CODEC_RATE_HZ: u32 = 48_000;

/// Of a telephone line.
const TELEPHONE_RATE_HZ: u32 = 8_000;

/// Clips at full scale, as a microphone does.
pub fn gain(samples: &[f32], gain_db: f32) -> Vec<f32> {
    let factor = 10f32.powf(gain_db / 20.0);
    let louder = samples
        .iter()
        .map(|sample| (sample * factor).clamp(-1.0, 1.0));
    // Back from 16 bits, where a quiet recording has lost its last ones.
    louder
        .map(|sample| (sample * f32::from(i16::MAX)).round() / f32::from(i16::MAX))
        .collect()
}

/// There and back at a bit rate, kbit/s; messengers use about 24.
pub fn opus(samples: &[f32], bit_rate_kbps: u32) -> Vec<f32> {
    const FRAME: usize = CODEC_RATE_HZ as usize / 50;
    let mut encoder = Encoder::builder(CODEC_RATE_HZ, Channels::Mono, Application::Voip)
        .bitrate(Bitrate::Bits(bit_rate_kbps * 1000))
        .build()
        .expect("48 kHz mono is a mode of Opus");
    let mut decoder = Decoder::new(CODEC_RATE_HZ, Channels::Mono).expect("the same mode");
    let recorded = change_rate(samples, SAMPLE_RATE_HZ, CODEC_RATE_HZ);
    let mut decoded = Vec::with_capacity(recorded.len());
    let (mut packet, mut output) = ([0; 1500], [0.0; FRAME]);
    for frame in recorded.chunks(FRAME) {
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
    change_rate(&decoded, CODEC_RATE_HZ, SAMPLE_RATE_HZ)
}

/// 8 kHz, of that up to 3400 Hz, and nothing below 300 Hz.
pub fn telephone(samples: &[f32]) -> Vec<f32> {
    let low = lowpass(
        &through_rate(samples, SAMPLE_RATE_HZ, TELEPHONE_RATE_HZ),
        3400.0,
    );
    let bass = lowpass(&low, 300.0);
    low.iter().zip(bass).map(|(low, bass)| low - bass).collect()
}

/// Windowed sinc of 129 taps.
fn lowpass(samples: &[f32], cutoff_hz: f32) -> Vec<f32> {
    const REACH: usize = 64;
    let rate = cutoff_hz / SAMPLE_RATE_HZ as f32;
    let mut padded = vec![0.0; REACH];
    padded.extend(samples);
    padded.resize(samples.len() + 2 * REACH, 0.0);
    let mut low = vec![0.0; samples.len()];
    for tap_idx in 0..=2 * REACH {
        let at = tap_idx as f32 - REACH as f32;
        let sinc = if tap_idx == REACH {
            2.0 * rate
        } else {
            (TAU * rate * at).sin() / (PI * at)
        };
        let tap = sinc * (0.5 + 0.5 * (PI * at / (REACH + 1) as f32).cos());
        add_scaled(&mut low, tap, &padded[tap_idx..]);
    }
    low
}

/// Noise of all frequencies alike, `below_db` under the clip's mean power.
pub fn noise(samples: &[f32], below_db: f32, rng: &mut StdRng) -> Vec<f32> {
    let power = samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32;
    let deviation = power.sqrt() * 10f32.powf(-below_db / 20.0);
    samples
        .iter()
        .map(|sample| sample + deviation * rng.sample::<f32, _>(StandardNormal))
        .collect()
}

/// The direct sound and a noisy tail, `tail_db` louder, that falls by 60 dB in `decay_s`.
pub fn room(samples: &[f32], decay_s: f32, tail_db: f32, rng: &mut StdRng) -> Vec<f32> {
    const N_ECHOES: usize = 400;
    const FIRST_ECHO: usize = 32;
    let tail = FIRST_ECHO + (decay_s * SAMPLE_RATE_HZ as f32) as usize;
    let echoes: Vec<(usize, f32)> = (0..N_ECHOES)
        .map(|_| {
            let delay = rng.random_range(FIRST_ECHO..tail);
            let decay = 10f32.powf(-3.0 * delay as f32 / tail as f32);
            (delay, decay * rng.sample::<f32, _>(StandardNormal))
        })
        .collect();
    let energy: f32 = echoes.iter().map(|(_, level)| level * level).sum();
    let scale = 10f32.powf(tail_db / 20.0) / energy.sqrt();
    let mut wet = samples.to_vec();
    for (delay, level) in echoes {
        if let Some(later) = wet.get_mut(delay..) {
            add_scaled(later, scale * level, samples);
        }
    }
    wet
}

fn add_scaled(sum: &mut [f32], factor: f32, addend: &[f32]) {
    for (sum, addend) in sum.iter_mut().zip(addend) {
        *sum += factor * addend;
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn tone(frequency_hz: f32) -> Vec<f32> {
        let step = TAU * frequency_hz / SAMPLE_RATE_HZ as f32;
        (0..SAMPLE_RATE_HZ)
            .map(|n| 0.5 * (step * n as f32).sin())
            .collect()
    }

    fn level_db(samples: &[f32]) -> f32 {
        let power = samples.iter().map(|sample| sample * sample).sum::<f32>();
        10.0 * (power / samples.len() as f32).log10()
    }

    fn change_db(frequency_hz: f32, change: fn(&[f32]) -> Vec<f32>) -> f32 {
        level_db(&change(&tone(frequency_hz))) - level_db(&tone(frequency_hz))
    }

    #[test]
    fn a_telephone_takes_the_ends_of_the_spectrum() {
        assert!(change_db(1000.0, telephone).abs() < 0.5);
        assert!(change_db(5000.0, telephone) < -40.0);
        assert!(change_db(60.0, telephone) < -20.0);
    }

    #[test]
    fn gain_stops_at_full_scale() {
        assert!((change_db(440.0, |tone| gain(tone, -12.0)) + 12.0).abs() < 0.01);
        let loud = gain(&tone(440.0), 20.0);
        assert!(loud.iter().all(|sample| sample.abs() <= 1.0));
        assert!(level_db(&loud) > -1.0);
    }

    #[test]
    fn noise_and_rooms_are_as_loud_as_they_should_be() {
        let mut rng = StdRng::seed_from_u64(1);
        let clean = tone(440.0);
        let added = |changed: Vec<f32>| -> Vec<f32> {
            changed
                .iter()
                .zip(&clean)
                .map(|(changed, clean)| changed - clean)
                .collect()
        };
        let noise_db = level_db(&added(noise(&clean, 20.0, &mut rng)));
        assert!((noise_db - level_db(&clean) + 20.0).abs() < 0.5);
        let tail_db = level_db(&added(room(&clean, 0.4, -6.0, &mut rng)));
        assert!((tail_db - level_db(&clean) + 6.0).abs() < 6.0);
    }

    #[test]
    fn opus_keeps_the_level() {
        assert!(change_db(440.0, |tone| opus(tone, 24)).abs() < 1.0);
    }
}
