//! Sounds of people that are no speech, and voices that the model did not learn from: no answer, or none that is sure.

use std::f32::consts::{PI, TAU};

use axum::http::StatusCode;
use serde_json::Value;

use crate::{
    recordings::{SECOND, samples, wav},
    trial::{send, shipped, upload},
};

/// Noise, the same every time: uniform in `[-0.5, 0.5]`.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0 as f32 / u32::MAX as f32 - 0.5
    }
}

/// What is answered; `None` where nobody is heard to speak.
async fn answered(sample_rate_hz: u32, samples: &[f32]) -> Option<Value> {
    let loudest = samples
        .iter()
        .fold(1e-9_f32, |loudest, x| loudest.max(x.abs()));
    let levelled: Vec<f32> = samples.iter().map(|x| 0.4 * x / loudest).collect();
    let clip = wav(sample_rate_hz, &[&levelled]);
    let answer = send(shipped(), upload("/api/v1/recognitions", &clip)).await;
    if answer.status == StatusCode::OK {
        return Some(answer.json());
    }
    assert_eq!(answer.code(), "no_speech");
    None
}

fn assert_unclear_at_best(answer: Option<&Value>) {
    let is_unclear = answer.is_none_or(|answer| answer["outcome"] == "unclear");
    assert!(is_unclear, "{answer:?}");
}

/// Pulses of a throat, so many a second at each moment (0: breath alone), through resonances of these frequencies and
/// widths, Hz.
fn voice(duration_s: f32, pitch_hz: impl Fn(f32) -> f32, resonances: &[(f32, f32)]) -> Vec<f32> {
    let rate_hz = SECOND as f32;
    let mut noise = Noise(5);
    let mut phase = 0.0;
    let mut samples: Vec<f32> = (0..(duration_s * rate_hz) as usize)
        .map(|n| {
            phase += pitch_hz(n as f32 / rate_hz) / rate_hz;
            let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
            phase -= pulse;
            pulse + 0.006 * noise.next()
        })
        .collect();
    for (frequency_hz, width_hz) in resonances {
        let radius = (-PI * width_hz / rate_hz).exp();
        let turn = 2.0 * radius * (TAU * frequency_hz / rate_hz).cos();
        let [mut last, mut before] = [0.0; 2];
        for sample in &mut samples {
            *sample += turn * last - radius * radius * before;
            (last, before) = (*sample, last);
        }
    }
    samples
}

#[tokio::test]
async fn r02_humming_is_unclear_at_best() {
    let melody = |t: f32| 130.0 + 6.0 * (TAU * 5.0 * t).sin() + 20.0 * (TAU * 0.4 * t).sin();
    let hummed = voice(
        4.0,
        melody,
        &[(250.0, 60.0), (1100.0, 250.0), (2300.0, 300.0)],
    );
    let answer = answered(SECOND as u32, &hummed).await;
    assert_unclear_at_best(answer.as_ref());
}

#[tokio::test]
async fn r03_laughter_is_unclear_at_best_and_a_cough_is_no_speech() {
    let ha = |t: f32| match t % 0.22 {
        since if since < 0.106 => 320.0 - 36.0 * t - 660.0 * since,
        _ => 0.0,
    };
    let laughed = voice(3.0, ha, &[(750.0, 90.0), (1300.0, 110.0), (2600.0, 200.0)]);
    let answer = answered(SECOND as u32, &laughed).await;
    assert_unclear_at_best(answer.as_ref());

    let mut noise = Noise(9);
    let cough = (0..3 * SECOND).map(|n| {
        let since = (n as f32 / SECOND as f32) % 1.1;
        noise.next() * (-22.0 * since).exp()
    });
    let coughed: Vec<f32> = cough.collect();
    assert_eq!(answered(SECOND as u32, &coughed).await, None);
}

const ORDER: usize = 18;
const FRAME: usize = 400;

/// How each sample follows from those before, the newest first, and the power of what does not (Levinson and Durbin).
fn prediction(correlations: &[f32]) -> (Vec<f32>, f32) {
    let mut coefficients: Vec<f32> = Vec::new();
    let mut power = correlations[0];
    for order in 1..correlations.len() {
        let lags = correlations[1..order].iter().rev();
        let predicted: f32 = coefficients.iter().zip(lags).map(|(a, r)| a * r).sum();
        let reflected = (correlations[order] - predicted) / power;
        let mirrored: Vec<f32> = coefficients.iter().rev().copied().collect();
        for (coefficient, mirrored) in coefficients.iter_mut().zip(mirrored) {
            *coefficient -= reflected * mirrored;
        }
        coefficients.push(reflected);
        power *= 1.0 - reflected * reflected;
    }
    (coefficients, power)
}

/// The same words with noise in the place of the voice.
fn whispered(samples: &[f32]) -> Vec<f32> {
    let mut noise = Noise(7);
    let mut whispered = vec![0.0; samples.len() + FRAME];
    let window = |n: usize| 0.5 - 0.5 * (TAU * n as f32 / FRAME as f32).cos();
    for start in (0..samples.len().saturating_sub(FRAME)).step_by(FRAME / 2) {
        let frame: Vec<f32> = (0..FRAME).map(|n| samples[start + n] * window(n)).collect();
        let correlation = |lag: usize| -> f32 {
            let pairs = frame[lag..].iter().zip(&frame);
            pairs.map(|(left, right)| left * right).sum()
        };
        let mut correlations: Vec<f32> = (0..=ORDER).map(correlation).collect();
        // As much noise as keeps the sums apart.
        correlations[0] = 1.0001 * correlations[0] + 1e-6;
        let (coefficients, power) = prediction(&correlations);
        let gain = (power.max(0.0) / FRAME as f32).sqrt();
        let mut spoken: Vec<f32> = Vec::new();
        for n in 0..FRAME {
            let past = coefficients.iter().zip(spoken.iter().rev());
            let past: f32 = past.map(|(coefficient, sample)| coefficient * sample).sum();
            spoken.push(gain * noise.next() + past);
            whispered[start + n] += spoken[n] * window(n);
        }
    }
    whispered
}

#[tokio::test]
async fn r08_a_child_and_a_whisper_are_heard_less_surely() {
    let clip = samples("angry.flac");
    let confidence = |answer: &Value| answer["confidence"].as_f64().expect("a number");
    let alone = answered(SECOND as u32, &clip).await.expect("speech");
    // As fast as it is high: seven semitones.
    let child = answered(3 * SECOND as u32 / 2, &clip).await;
    let whisper = answered(SECOND as u32, &whispered(&clip)).await;
    for (name, answer) in [("a child", child), ("a whisper", whisper)] {
        let is_less_sure = |answer: &Value| {
            answer["outcome"] == "unclear" || confidence(answer) < confidence(&alone)
        };
        assert!(
            answer.as_ref().is_none_or(is_less_sure),
            "{name}: {answer:?}"
        );
    }
}
