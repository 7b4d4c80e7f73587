//! The bounds of quality notes, on every twentieth clip of BanglaSER: as they are, and altered.

use std::{
    env, fs,
    io::{Write, stderr},
    path::{Path, PathBuf},
};

use audio::{DecodeLimits, Quality, Recording, SAMPLE_RATE_HZ, Waveform, decode, resample};

/// Samples of the clips; none, and a visible line, where the corpus is not there.
fn clips(test: &str) -> Vec<Vec<f32>> {
    let shared = env::var_os("BANGLASER_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = shared.join("corpora/banglaser/clips");
    let Ok(entries) = fs::read_dir(&folder) else {
        let _ = writeln!(stderr(), "SKIPPED {test}: no {}", folder.display());
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let samples = paths.iter().step_by(20).map(|path| {
        let clip = fs::read(path).expect("the clip can be read");
        let waveform = decode(clip, &DecodeLimits::default()).expect("the clip is audio");
        resample(waveform).samples
    });
    samples.collect()
}

/// How many of the clips, altered so, are quiet, clipped and noisy.
fn n_noted(clips: &[Vec<f32>], alter: impl Fn(&[f32]) -> Vec<f32>) -> [usize; 3] {
    let mut n_noted = [0; 3];
    for clip in clips {
        let recording = Recording::from(&Waveform {
            samples: alter(clip),
            sample_rate_hz: SAMPLE_RATE_HZ,
        });
        let quality = Quality::of(&recording.samples, recording.clipped_share, 3.0);
        let notes = [quality.is_quiet(), quality.is_clipped(), quality.is_noisy()];
        for (n, is_noted) in n_noted.iter_mut().zip(notes) {
            *n += usize::from(is_noted);
        }
    }
    n_noted
}

fn decibels(db: f32) -> f32 {
    10_f32.powf(db / 20.0)
}

/// White noise whose power is `below_db` below the clip's.
fn noisy(clip: &[f32], below_db: f32) -> Vec<f32> {
    let power = clip.iter().map(|sample| sample * sample).sum::<f32>() / clip.len() as f32;
    // Uniform noise of amplitude 1 has a power of a third.
    let amplitude = (3.0 * power).sqrt() * decibels(-below_db);
    let mut state = 1_u32;
    let noise = clip.iter().map(|sample| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        sample + amplitude * (state as f32 / 2_147_483_648.0 - 1.0)
    });
    noise.collect()
}

/// Raised so that its loudest sample would be `over_db` above full scale, and cut off there.
fn overdriven(clip: &[f32], over_db: f32) -> Vec<f32> {
    let peak = clip
        .iter()
        .fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    let gain = decibels(over_db) / peak;
    clip.iter()
        .map(|sample| (sample * gain).clamp(-1.0, 1.0))
        .collect()
}

#[test]
fn clips_get_no_note_and_altered_ones_theirs() {
    let clips = clips("quality notes");
    if clips.is_empty() {
        return;
    }
    assert_eq!(clips.len(), 60);
    let as_it_is = n_noted(&clips, <[f32]>::to_vec);
    assert!(as_it_is.iter().all(|&n| n <= 1), "{as_it_is:?}");

    assert_eq!(n_noted(&clips, |clip| noisy(clip, 15.0))[2], 60);
    let slightly = n_noted(&clips, |clip| noisy(clip, 30.0));
    assert!(slightly[2] <= 1, "{slightly:?}");

    assert!(n_noted(&clips, |clip| overdriven(clip, 12.0))[1] >= 59);
    let normalised = n_noted(&clips, |clip| overdriven(clip, 0.0));
    assert!(normalised[1] <= 1, "{normalised:?}");

    let softened = n_noted(&clips, |clip| {
        clip.iter().map(|sample| sample * decibels(-40.0)).collect()
    });
    assert!(softened[0] >= 59, "{softened:?}");
}
