//! Sounds that are no voice get no answer, and sentences do.

use std::{f32::consts::TAU, fs, path::Path};

use audio::{DecodeLimits, Recording, SAMPLE_RATE_HZ, Waveform, decode, resample};

const RATE: f32 = SAMPLE_RATE_HZ as f32;

/// Noise, the same every time: uniform in `[-0.5, 0.5]`.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0 as f32 / u32::MAX as f32 - 0.5
    }
}

/// Whether somebody is said to speak in four seconds of a sound at a tenth of full scale.
fn is_spoken(sample: impl FnMut(f32) -> f32) -> bool {
    let times = (0..4 * SAMPLE_RATE_HZ).map(|n| n as f32 / RATE);
    let mut samples: Vec<f32> = times.map(sample).collect();
    let peak = samples
        .iter()
        .fold(1e-9_f32, |peak, sample| peak.max(sample.abs()));
    samples.iter_mut().for_each(|sample| *sample *= 0.1 / peak);
    let recording = Recording::from(&Waveform {
        samples,
        sample_rate_hz: SAMPLE_RATE_HZ,
    });
    recording.features.speech().is_spoken()
}

fn sentence() -> Waveform {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/clips/original.wav");
    let clip = fs::read(path).expect("the clip is in the repository");
    resample(decode(clip, &DecodeLimits::default()).expect("a WAV file"))
}

/// Harmonics of a note that dies away.
fn note(hz: f32, t: f32, n_harmonics: u32, decay: f32) -> f32 {
    let harmonic = |k: u32| {
        let k = k as f32;
        (TAU * hz * k * t).sin() * (-decay * (1.0 + 0.3 * k) * t).exp() / k
    };
    (1..=n_harmonics).map(harmonic).sum()
}

const SCALE_HZ: [f32; 8] = [262.0, 330.0, 392.0, 523.0, 440.0, 349.0, 294.0, 196.0];

/// The note of a melody at a time, and the time since it began.
fn melody(t: f32, note_s: f32) -> (f32, f32) {
    let idx = (t / note_s) as usize;
    (SCALE_HZ[idx % SCALE_HZ.len()], t - idx as f32 * note_s)
}

#[test]
fn hum_drowns_no_sentence() {
    let sentence = sentence().samples;
    let peak = sentence
        .iter()
        .fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    for hum_hz in [50.0, 60.0, 100.0, 120.0] {
        for level in [0.05, 0.1, 0.2] {
            let mut samples = sentence.iter().enumerate();
            let spoken = is_spoken(|t| {
                let sample = samples.next().map_or(0.0, |(_, sample)| sample / peak);
                sample
                    + level * (TAU * hum_hz * t).sin()
                    + 0.3 * level * (2.0 * TAU * hum_hz * t).sin()
            });
            assert!(spoken, "{hum_hz} Hz, {level}");
            assert!(
                !is_spoken(|t| level * (TAU * hum_hz * t).sin()),
                "{hum_hz} Hz alone"
            );
        }
    }
}

#[test]
fn sentences_are_spoken() {
    let sentence = sentence();
    for gain in [1.0, 0.1, 0.01] {
        let samples = sentence
            .samples
            .iter()
            .map(|sample| gain * sample)
            .collect();
        let quieter = Waveform {
            samples,
            ..sentence
        };
        assert!(
            Recording::from(&quieter).features.speech().is_spoken(),
            "{gain}"
        );
    }
    let slower = Waveform {
        sample_rate_hz: 14_000,
        ..sentence.clone()
    };
    assert!(Recording::from(&slower).features.speech().is_spoken());
}

#[test]
fn signals_of_telephones_are_not_spoken() {
    let dtmf = |t: f32| {
        let (low, high) = [
            (697.0, 1209.0),
            (770.0, 1477.0),
            (852.0, 1336.0),
            (941.0, 1209.0),
        ][(t / 0.2) as usize % 4];
        if t % 0.2 < 0.12 {
            (TAU * low * t).sin() + (TAU * high * t).sin()
        } else {
            0.0
        }
    };
    let busy = |t: f32| {
        if t % 0.7 < 0.35 {
            (TAU * 480.0 * t).sin() + (TAU * 620.0 * t).sin()
        } else {
            0.0
        }
    };
    let ringing = |t: f32| {
        if t % 2.0 < 1.2 {
            (TAU * 440.0 * t).sin() + (TAU * 480.0 * t).sin()
        } else {
            0.0
        }
    };
    assert!(!is_spoken(dtmf) && !is_spoken(busy) && !is_spoken(ringing));
}

#[test]
fn sirens_and_alarms_are_not_spoken() {
    for rate_hz in [0.3, 1.0, 4.0] {
        let mut phase = 0.0;
        let wail = |t: f32| {
            phase += TAU * (900.0 - 400.0 * (TAU * rate_hz * t).cos()) / RATE;
            f32::sin(phase) + 0.3 * f32::sin(2.0 * phase)
        };
        assert!(!is_spoken(wail), "{rate_hz} Hz");
    }
    let beeps = |t: f32| {
        if t % 0.5 < 0.25 {
            (TAU * 2000.0 * t).sin().signum()
        } else {
            0.0
        }
    };
    assert!(!is_spoken(beeps));
}

#[test]
fn instruments_are_not_spoken() {
    for note_s in [0.3, 0.5] {
        let piano = |t: f32| {
            let (hz, since) = melody(t, note_s);
            note(hz, since, 9, 2.2)
        };
        let guitar = |t: f32| {
            let (hz, since) = melody(t, note_s);
            note(0.5 * hz, since, 18, 1.4) + note(0.75 * hz, since, 18, 1.4)
        };
        let bowed = |t: f32| {
            let (hz, since) = melody(t, note_s);
            let phase = TAU * hz * since + 0.6 * (TAU * 5.5 * t).sin();
            let swell = (since / 0.08).min((note_s - since) / 0.08).min(1.0);
            (1..18)
                .map(|k| (phase * k as f32).sin() / k as f32)
                .sum::<f32>()
                * swell
        };
        assert!(!is_spoken(piano), "piano, {note_s} s");
        assert!(!is_spoken(guitar), "guitar, {note_s} s");
        assert!(!is_spoken(bowed), "bowed, {note_s} s");
    }
}

#[test]
fn plucked_strings_and_birds_are_not_spoken() {
    for note_s in [0.3, 0.6] {
        let mut noise = Noise(7);
        let mut string = std::collections::VecDeque::new();
        let mut n_played = 0;
        // Karplus and Strong 1983.
        let plucked = |t: f32| {
            let (hz, _) = melody(t, note_s);
            if t >= n_played as f32 * note_s {
                n_played += 1;
                string = (0..(RATE / hz) as usize).map(|_| noise.next()).collect();
            }
            let sample = string.pop_front().unwrap_or(0.0);
            string.push_back(0.498 * (sample + string[0]));
            sample
        };
        assert!(!is_spoken(plucked), "{note_s} s");
    }
    for hz in [2200.0, 3500.0] {
        let chirps = |t: f32| {
            let since = t % 0.25;
            let swell = (1.0 - since / 0.12).max(0.0);
            swell * (TAU * hz * (since + 1.5 * since * since)).sin()
        };
        assert!(!is_spoken(chirps), "{hz} Hz");
    }
}

#[test]
fn a_sentence_over_music_is_spoken() {
    let sentence = sentence().samples;
    let power = sentence.iter().map(|sample| sample * sample).sum::<f32>();
    let tones = (power / sentence.len() as f32 / 30.0).sqrt();
    for chord in [[220.0, 277.0, 330.0], [147.0, 440.0, 698.0]] {
        let mut samples = sentence.iter();
        let heard = is_spoken(|t| {
            let chord = chord.map(|hz| (TAU * hz * t).sin());
            samples.next().unwrap_or(&0.0) + tones * chord.iter().sum::<f32>()
        });
        assert!(heard, "{chord:?}");
    }
}

#[test]
fn weather_and_machines_are_not_spoken() {
    let mut noise = Noise(3);
    let mut level = 0.0;
    let blowing = |t: f32| {
        level = 0.995 * level + noise.next();
        level * (0.3 + 0.7 * (TAU * 0.7 * t).sin().powi(2))
    };
    assert!(!is_spoken(blowing));
    let mut noise = Noise(5);
    let engine = |t: f32| {
        let phase = TAU * (60.0 * t + 4.0 * (TAU * 0.3 * t).sin());
        (1..25)
            .map(|k| (phase * k as f32 + k as f32).sin() / k as f32)
            .sum::<f32>()
            + noise.next()
    };
    assert!(!is_spoken(engine));
    let mut noise = Noise(7);
    let knocks =
        |t: f32| ((TAU * 180.0 * t).sin() + 0.5 * noise.next()) * (-30.0 * (t % 0.4)).exp();
    assert!(!is_spoken(knocks));
}
