//! Recordings as people make them: quiet, with a constant or hum in them, of two speakers, of two moods.

use std::{f32::consts::TAU, iter::repeat_n};

use audio::DecodeLimits;
use axum::http::StatusCode;
use banglaser::api::ModelFacts;
use serde_json::Value;

use crate::{
    pinned,
    trial::{get, send, shipped, upload},
};

/// Samples of a second of the pinned clips.
pub const SECOND: usize = 16_000;

/// Samples of a pinned clip.
pub fn samples(name: &str) -> Vec<f32> {
    let clips = pinned::clips();
    let clip = clips.iter().find(|clip| clip.name == name);
    let bytes = clip.expect("in the repository").bytes();
    let waveform = audio::decode(bytes, &DecodeLimits::default()).expect("a FLAC file");
    assert_eq!(waveform.sample_rate_hz as usize, SECOND);
    waveform.samples
}

/// A WAV file of 16 bits with these channels of one length.
pub fn wav(sample_rate_hz: u32, channels: &[&[f32]]) -> Vec<u8> {
    let block_bytes = 2 * channels.len() as u32;
    let n_frames = channels[0].len();
    let n_bytes = block_bytes * n_frames as u32;
    let mut clip = b"RIFF".to_vec();
    clip.extend((36 + n_bytes).to_le_bytes());
    clip.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    clip.extend((channels.len() as u16).to_le_bytes());
    clip.extend(sample_rate_hz.to_le_bytes());
    clip.extend((block_bytes * sample_rate_hz).to_le_bytes());
    clip.extend((block_bytes as u16).to_le_bytes());
    clip.extend(b"\x10\0data");
    clip.extend(n_bytes.to_le_bytes());
    for frame in 0..n_frames {
        for channel in channels {
            clip.extend(((channel[frame] * 32_767.0) as i16).to_le_bytes());
        }
    }
    clip
}

/// What is answered to these channels.
async fn heard(channels: &[&[f32]]) -> Value {
    let clip = wav(SECOND as u32, channels);
    let answer = send(shipped(), upload("/api/v1/recognitions", &clip)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

fn is_noted(answer: &Value, note: &str) -> bool {
    let notes = answer["notes"].as_array().expect("a list");
    notes.iter().any(|found| found == note)
}

/// The most probable emotion.
fn top(probabilities: &Value) -> String {
    let probabilities = probabilities.as_object().expect("an object");
    let value = |probability: &Value| probability.as_f64().expect("a number");
    let top = probabilities
        .iter()
        .max_by(|left, right| value(left.1).total_cmp(&value(right.1)));
    top.expect("some emotion").0.clone()
}

#[tokio::test]
async fn b04_what_was_said_before_a_call_is_heard() {
    let spoken = samples("angry.flac");
    let alone = heard(&[&spoken]).await;
    let interrupted = [spoken, vec![0.0; 6 * SECOND]].concat();
    let answer = heard(&[&interrupted]).await;
    assert_eq!(answer["emotion"], alone["emotion"]);
    assert!(answer["duration_s"].as_f64() > Some(9.0), "{answer}");
}

#[tokio::test]
async fn d09_two_speakers_are_noted_and_a_silent_side_is_not() {
    let (caller, agent) = (samples("sad.flac"), samples("neutral.flac"));
    let alone = heard(&[&caller]).await;
    let silence = vec![0.0; caller.len()];
    for (left, right) in [(&caller, &silence), (&silence, &caller)] {
        let answer = heard(&[left, right]).await;
        assert_eq!(answer["emotion"], alone["emotion"]);
        assert_eq!(answer["notes"], alone["notes"]);
    }
    assert!(!is_noted(&alone, "voices_apart"));
    // They take turns.
    let left = [&caller[..], &vec![0.0; agent.len()]].concat();
    let right = [&silence[..], &agent].concat();
    assert!(is_noted(&heard(&[&left, &right]).await, "voices_apart"));
}

#[tokio::test]
async fn d10_a_constant_changes_neither_emotion_nor_notes() {
    let clip = samples("sad.flac");
    let shifted = |constant: f32| -> Vec<f32> {
        let samples = clip.iter();
        samples.map(|sample| 0.6 * sample + constant).collect()
    };
    let alone = heard(&[&shifted(0.0)]).await;
    for constant in [-0.3, 0.1, 0.3] {
        let answer = heard(&[&shifted(constant)]).await;
        for key in ["emotion", "notes"] {
            assert_eq!(answer[key], alone[key], "{constant}");
        }
    }
}

#[tokio::test]
async fn r07_a_quieter_recording_has_the_same_emotion() {
    for name in ["angry.flac", "sad.flac"] {
        let clip = samples(name);
        let alone = heard(&[&clip]).await;
        // -20 dB and -40 dB: only the second is below the bound of the note, -45 dBFS.
        for (gain, is_quiet) in [(0.1, false), (0.01, true)] {
            let quieter: Vec<f32> = clip.iter().map(|sample| gain * sample).collect();
            let answer = heard(&[&quieter]).await;
            assert_eq!(answer["emotion"], alone["emotion"], "{name}, {gain}");
            assert_eq!(is_noted(&answer, "quiet"), is_quiet, "{name}, {gain}");
        }
    }
}

/// Answers to voices that the networks of the evaluation never heard.
#[tokio::test]
async fn r07_no_label_is_the_answer_to_most_voices() {
    let answer = send(shipped(), get("/api/model")).await;
    let facts: Vec<ModelFacts> = serde_json::from_slice(&answer.body).expect("facts");
    let [facts] = facts.try_into().expect("one model");
    let confusion = facts.confusion.expect("somebody counted");
    let n_clips: u32 = confusion.iter().flatten().sum();
    for (class_idx, emotion) in facts.labels.iter().enumerate() {
        let n_answers: u32 = confusion.iter().map(|row| row[class_idx]).sum();
        let share = f64::from(n_answers) / f64::from(n_clips);
        assert!((0.1..0.35).contains(&share), "{emotion}: {share}");
    }
}

#[tokio::test]
async fn r09_windows_tell_of_a_change_of_mood() {
    let pause = vec![0.0; SECOND];
    let clip = [samples("angry.flac"), pause, samples("sad.flac")].concat();
    let answer = heard(&[&clip]).await;
    let windows = answer["windows"].as_array().expect("a list");
    let tops: Vec<_> = windows
        .iter()
        .map(|window| top(&window["probabilities"]))
        .collect();
    assert_eq!(tops.first().map(String::as_str), Some("angry"), "{tops:?}");
    assert_eq!(tops.last().map(String::as_str), Some("sad"), "{tops:?}");
}

#[tokio::test]
async fn r11_plain_synthesised_speech_is_never_surely_an_emotion() {
    let answer = heard(&[&samples("neutral.flac")]).await;
    assert!(
        answer["emotion"] == "neutral" || answer["outcome"] == "unclear",
        "{answer}"
    );
    assert_ne!(answer["band"]["name"], "high");
}

#[tokio::test]
async fn r14_neither_a_bump_nor_hum_changes_the_emotion() {
    let clip = samples("angry.flac");
    let alone = heard(&[&clip]).await;
    // A twentieth of a second that is far louder than the voice behind it.
    let bump = (0..SECOND / 20).map(|n| {
        let turn = 20.0 * n as f32 / SECOND as f32;
        0.95 * (2.0 * TAU * turn).sin() * (0.5 - 0.5 * (TAU * turn).cos())
    });
    let before = repeat_n(0.0, SECOND / 20).chain(bump);
    let before = before.chain(repeat_n(0.0, SECOND / 5));
    let bumped: Vec<f32> = before
        .chain(clip.iter().map(|sample| 0.03 * sample))
        .collect();
    let seconds = (0..clip.len()).map(|n| n as f32 / SECOND as f32);
    let hummed: Vec<f32> = clip
        .iter()
        .zip(seconds)
        .map(|(sample, t)| 0.6 * sample + 0.02 * (TAU * 50.0 * t).sin())
        .collect();
    for (name, changed) in [("a bump", bumped), ("hum", hummed)] {
        let answer = heard(&[&changed]).await;
        assert_eq!(answer["emotion"], alone["emotion"], "{name}");
    }
}
