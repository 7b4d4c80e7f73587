//! The two sides of a call are heard apart, and each voice once.

use std::{f32::consts::TAU, fs, ops::Range, path::Path};

use audio::{
    DecodeError, DecodeLimits, MAX_CHANNELS_APART, Recording, SAMPLE_RATE_HZ, record,
    record_channels,
};

const RATE: f32 = SAMPLE_RATE_HZ as f32;

/// Length of the calls, seconds.
const CALL_S: f32 = 8.0;

/// Samples of a channel.
type Side = Vec<f32>;

fn at_all_times(sample: impl FnMut(f32) -> f32) -> Side {
    let times = (0..(CALL_S * RATE) as usize).map(|n| n as f32 / RATE);
    times.map(sample).collect()
}

/// A voice that opens and closes a few times a second, while it speaks; full scale is never reached.
fn voice(pitch_hz: f32, syllables_hz: f32, speaks: impl Fn(f32) -> bool) -> Side {
    at_all_times(|t| {
        if !speaks(t) {
            return 0.0;
        }
        let glide = 12.0 * (TAU * 0.4 * t + pitch_hz).sin();
        let phase = TAU * pitch_hz * t + glide;
        let opening = 0.5 - 0.5 * (TAU * syllables_hz * t).cos();
        let brightness = 0.3 + 0.6 * opening;
        let harmonics = (1..25).map(|harmonic| {
            let harmonic = harmonic as f32;
            brightness.powf(harmonic / 3.0) * (phase * harmonic).sin()
        });
        0.1 * opening * harmonics.sum::<f32>()
    })
}

/// A man, who speaks at the even seconds; or all the time.
fn caller(is_always: bool) -> Side {
    voice(118.0, 3.0, move |t| is_always || t as u32 % 4 < 2)
}

/// A woman, who speaks at the odd ones.
fn callee(is_always: bool) -> Side {
    voice(203.0, 3.7, move |t| is_always || t as u32 % 4 >= 2)
}

fn hiss(seed: u32, gain: f32) -> Side {
    let mut state = seed;
    at_all_times(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        gain * (state as f32 / u32::MAX as f32 - 0.5)
    })
}

fn sum(sides: &[&Side]) -> Side {
    (0..sides[0].len())
        .map(|n| sides.iter().map(|side| side[n]).sum())
        .collect()
}

fn scaled(side: &Side, db: f32) -> Side {
    let gain = 10_f32.powf(db / 20.0);
    side.iter().map(|sample| gain * sample).collect()
}

fn delayed(side: &Side, delay_ms: f32) -> Side {
    let n_later = (delay_ms * RATE / 1000.0) as usize;
    let silence = vec![0.0; n_later];
    [&silence, &side[..side.len() - n_later]].concat()
}

/// What a handset lets through: 300 to 3400 Hz, by filters of one pole.
fn through_handset(side: &Side) -> Side {
    let weight = |hz: f32| 1.0 - (-TAU * hz / RATE).exp();
    let (mut low, mut high) = (0.0, 0.0);
    side.iter()
        .map(|sample| {
            high += weight(3400.0) * (sample - high);
            low += weight(300.0) * (high - low);
            high - low
        })
        .collect()
}

/// A 16-bit WAV file.
fn wav(sides: &[&Side], sample_rate_hz: u32) -> Vec<u8> {
    let frame_bytes = 2 * sides.len() as u32;
    let data_bytes = frame_bytes * sides[0].len() as u32;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data_bytes).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    bytes.extend((sides.len() as u16).to_le_bytes());
    bytes.extend(sample_rate_hz.to_le_bytes());
    bytes.extend((sample_rate_hz * frame_bytes).to_le_bytes());
    bytes.extend((frame_bytes as u16).to_le_bytes());
    bytes.extend(b"\x10\0data");
    bytes.extend(data_bytes.to_le_bytes());
    for n in 0..sides[0].len() {
        for side in sides {
            bytes.extend(((32_767.0 * side[n].clamp(-1.0, 1.0)) as i16).to_le_bytes());
        }
    }
    bytes
}

fn heard(sides: &[&Side]) -> Vec<Recording> {
    let clip = wav(sides, SAMPLE_RATE_HZ);
    record_channels(clip, &DecodeLimits::default()).expect("a WAV file")
}

/// Frames of speech.
fn n_spoken(recording: &Recording) -> usize {
    let speech = recording.features.speech();
    let n_frames = recording.features.pitch.len();
    if speech.is_spoken() {
        speech.n_spoken(0..n_frames)
    } else {
        0
    }
}

/// Most frames of speech that a channel may lose or gain by crosstalk, of 250: what is silenced ends up to a cell, 128
/// ms, beside a word.
const TOLERANCE: usize = 16;

fn assert_heard_alike(name: &str, recordings: &[Recording], alone: [&Side; 2]) {
    for (side, (recording, alone)) in recordings.iter().zip(alone).enumerate() {
        let alone = heard(&[alone]).swap_remove(0);
        let (n_heard, n_expected) = (n_spoken(recording), n_spoken(&alone));
        assert!(
            n_heard.abs_diff(n_expected) <= TOLERANCE,
            "{name}, side {side}: {n_heard} frames, alone {n_expected}"
        );
    }
}

/// The same, but that samples were kept in 16 bits once more, while crosstalk was looked for.
fn assert_near(recording: &Recording, alone: &Recording) {
    assert_eq!(recording.samples.len(), alone.samples.len());
    let all = |recording: &Recording| recording.samples.range(0..alone.samples.len());
    let pairs = all(recording).into_iter().zip(all(alone));
    let difference = pairs
        .map(|(one, other)| (one - other).abs())
        .fold(0.0, f32::max);
    assert!(difference < 6e-5, "{difference}");
    assert_eq!(
        recording.features.speech_span(),
        alone.features.speech_span()
    );
    assert_eq!(n_spoken(recording), n_spoken(alone));
    assert_eq!(recording.clipped_share, alone.clipped_share);
    assert_eq!(recording.heard, alone.heard);
}

#[test]
fn sides_without_crosstalk_are_as_they_are() {
    for is_always in [false, true] {
        let (left, right) = (caller(is_always), callee(is_always));
        let both = heard(&[&left, &right]);
        for (recording, side) in both.iter().zip([&left, &right]) {
            assert!(n_spoken(recording) > 40);
            assert_near(recording, &heard(&[side])[0]);
        }
    }
}

#[test]
fn crosstalk_is_no_second_voice() {
    for is_always in [false, true] {
        let (left, right) = (caller(is_always), callee(is_always));
        let noise = [hiss(1, 0.001), hiss(2, 0.001)];
        for db in [-15.0, -20.0, -30.0] {
            for delay_ms in [0.0, 5.0, 20.0] {
                for has_handset in [false, true] {
                    let leak = |side: &Side| {
                        let leak = delayed(&scaled(side, db), delay_ms);
                        if has_handset {
                            through_handset(&leak)
                        } else {
                            leak
                        }
                    };
                    let name = format!("{db} dB, {delay_ms} ms, {is_always}, {has_handset}");
                    let both = heard(&[
                        &sum(&[&left, &leak(&right), &noise[0]]),
                        &sum(&[&right, &leak(&left), &noise[1]]),
                    ]);
                    assert_heard_alike(&name, &both, [&left, &right]);
                    // Somebody listens all the time.
                    let one = heard(&[&sum(&[&left, &noise[0]]), &sum(&[&leak(&left), &noise[1]])]);
                    assert_heard_alike(&name, &one, [&left, &hiss(2, 0.001)]);
                }
            }
        }
    }
}

#[test]
fn a_quiet_voice_is_kept_while_the_other_speaks() {
    for (left_always, right_always) in [(false, false), (true, false), (true, true)] {
        let (left, right) = (caller(left_always), scaled(&callee(right_always), -20.0));
        for leak_db in [-20.0, -30.0] {
            let leak = through_handset(&delayed(&scaled(&left, leak_db), 5.0));
            let both = heard(&[&left, &sum(&[&right, &leak])]);
            let name = format!("{leak_db} dB, {left_always}, {right_always}");
            assert_heard_alike(&name, &both, [&left, &right]);
        }
    }
}

#[test]
fn only_the_copy_is_silenced() {
    let (left, right) = (caller(false), callee(false));
    let both = heard(&[&left, &sum(&[&right, &scaled(&left, -20.0)])]);
    let energy = |recording: &Recording, from_s: f32, to_s: f32| -> f32 {
        let inside = (from_s * RATE) as usize..(to_s * RATE) as usize;
        let samples = recording.samples.range(inside).into_iter();
        samples.map(|sample| sample * sample).sum()
    };
    let alone = heard(&[&right]).swap_remove(0);
    assert!(energy(&both[1], 0.2, 1.8) < 1e-6 * energy(&both[0], 0.2, 1.8));
    assert!((energy(&both[1], 2.2, 3.8) / energy(&alone, 2.2, 3.8) - 1.0).abs() < 0.01);
}

#[test]
fn a_silent_side_changes_nothing() {
    let (voice, silence) = (caller(false), at_all_times(|_| 0.0));
    let alone = heard(&[&voice]).swap_remove(0);
    for (sides, speaker) in [([&voice, &silence], 0), ([&silence, &voice], 1)] {
        let both = heard(&sides);
        assert_near(&both[speaker], &alone);
        assert_eq!(n_spoken(&both[1 - speaker]), 0);
        assert_eq!(both[1 - speaker].features.speech_s(), 0.0);
    }
    let both = heard(&[&silence, &silence]);
    assert!(both.iter().all(|recording| n_spoken(recording) == 0));
}

#[test]
fn one_voice_on_both_sides_counts_once() {
    let voice = caller(false);
    let alone = n_spoken(&heard(&[&voice])[0]);
    let upside_down = voice.iter().map(|sample| -sample).collect();
    for (name, left, right, speaker) in [
        ("mono saved as stereo", &voice, &voice, 0),
        ("upside down", &voice, &upside_down, 0),
        ("a little later", &voice, &delayed(&voice, 5.0), 0),
        ("a little quieter", &scaled(&voice, -3.0), &voice, 0),
        ("much quieter", &scaled(&voice, -12.0), &voice, 1),
        (
            "much quieter, upside down",
            &scaled(&upside_down, -12.0),
            &voice,
            1,
        ),
    ] {
        let both = heard(&[left, right]);
        assert_eq!(n_spoken(&both[speaker]), alone, "{name}");
        assert_eq!(n_spoken(&both[1 - speaker]), 0, "{name}");
    }
}

#[test]
fn a_mono_clip_is_what_it_always_was() {
    let clips = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/clips");
    for entry in fs::read_dir(clips).expect("the clips are in the repository") {
        let path = entry.expect("an entry of that folder").path();
        let clip = fs::read(&path).expect("readable");
        let limits = DecodeLimits::default();
        match (record(&clip, &limits), record_channels(&clip, &limits)) {
            (Ok(whole), Ok(channels)) => match &channels[..] {
                [mono] => assert!(*mono == whole, "{path:?}"),
                [left, right] => {
                    assert_eq!(left.samples.len(), right.samples.len());
                    assert_eq!(left.samples.len(), whole.samples.len());
                    assert_eq!(left.heard.is_whole, whole.heard.is_whole);
                }
                _ => panic!("{path:?}: {} channels", channels.len()),
            },
            (Ok(_), Err(DecodeError::TooManyChannels { channels, .. })) => {
                assert!(channels > MAX_CHANNELS_APART, "{path:?}");
            }
            (whole, channels) => assert_eq!(whole.is_ok(), channels.is_ok(), "{path:?}"),
        }
    }
}

#[test]
fn joined_files_keep_their_sides() {
    let (left, right) = (caller(true), callee(true));
    let (stereo, mono) = (wav(&[&left, &right], SAMPLE_RATE_HZ), wav(&[&left], 8000));
    let n_samples = left.len();
    // At 8 kHz the same samples last twice as long.
    for (files, apart, shared) in [
        ([&stereo, &mono], 0..n_samples, n_samples..3 * n_samples),
        (
            [&mono, &stereo],
            2 * n_samples..3 * n_samples,
            0..2 * n_samples,
        ),
    ] {
        let inside = |part: Range<usize>| part.start + 4096..part.end - 4096;
        let loudest = |samples: Vec<f32>| {
            samples
                .into_iter()
                .fold(0.0_f32, |loudest, sample| loudest.max(sample.abs()))
        };
        let clip = files.map(|file| &file[..]).concat();
        let limits = DecodeLimits::default();
        let both = record_channels(&clip, &limits).expect("two files");
        let whole = record(&clip, &limits).expect("two files");
        for recording in &both {
            assert_eq!(recording.samples.len(), 3 * n_samples);
        }
        assert_eq!(whole.samples.len(), 3 * n_samples);
        // The mono part is one voice, in the first channel.
        let [left, right] = [0, 1].map(|side| &both[side].samples);
        assert!(loudest(left.range(inside(shared.clone()))) > 0.05);
        assert!(loudest(right.range(inside(shared))) < 1e-3);
        for side in [left, right] {
            assert!(loudest(side.range(inside(apart.clone()))) > 0.05);
        }
    }
}

#[test]
fn limits_hold() {
    let side = vec![0.1; 16_000];
    let error = record_channels(wav(&[&side; 3], 16_000), &DecodeLimits::default());
    assert!(matches!(
        error,
        Err(DecodeError::TooManyChannels {
            channels: 3,
            max_channels: MAX_CHANNELS_APART
        })
    ));
    let limits = DecodeLimits {
        max_duration_s: 0.5,
        ..DecodeLimits::default()
    };
    let error = record_channels(wav(&[&side; 2], 16_000), &limits);
    assert!(matches!(error, Err(DecodeError::TooLong { .. })));
    let limits = DecodeLimits {
        max_channels: 1,
        ..DecodeLimits::default()
    };
    let error = record_channels(wav(&[&side; 2], 16_000), &limits);
    assert!(matches!(
        error,
        Err(DecodeError::TooManyChannels {
            max_channels: 1,
            ..
        })
    ));
    assert!(matches!(
        record_channels([], &limits),
        Err(DecodeError::Empty)
    ));
}
