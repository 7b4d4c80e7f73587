//! The shipped weights tell of a voice what the encoder that they were taken from tells of it (generate.py), and are
//! refused where they are not whole.

use std::{convert::Infallible, fs, io, num::NonZeroUsize, ops::ControlFlow, path::Path};

use audio::{Recording, SAMPLE_RATE_HZ, Samples, Waveform};
use diarization::{Diarizer, VECTOR_SIZE, VoiceSpace, WEIGHTS_FILE};
use inference::{CheckpointError, Weights};

/// Weights and inputs are rounded to 16 bits.
const TOLERANCE: f32 = 5e-3;

fn shipped(file: &str) -> io::Result<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/speakers-v1");
    fs::read(folder.join(file))
}

fn unwatched() -> ControlFlow<Infallible> {
    ControlFlow::Continue(())
}

fn signal(n_samples: i64) -> Vec<f32> {
    let sample = |n: i64| {
        let saw = (n * (3 + n / 900)) % 101 - 50;
        let noise = (n * n * 7919 + n * 104_729) % 1009 - 504;
        (saw * 64 + noise * 4) as f32 / 32_768.0
    };
    (0..n_samples).map(sample).collect()
}

#[test]
fn a_vector_is_the_encoders() {
    let weights = shipped(WEIGHTS_FILE).expect("in the repository");
    let weights = Weights::from_safetensors(&weights).expect("tensors");
    let space = VoiceSpace::new(&weights).expect("the shipped ones");
    let expected = include_bytes!("voice.bin").as_chunks::<4>().0;
    let expected: Vec<f32> = expected
        .iter()
        .map(|one| f32::from_le_bytes(*one))
        .collect();
    assert_eq!(expected.len(), VECTOR_SIZE);
    // Among others, which must not be heard.
    let samples = Samples::from(&signal(25_600)[..]);
    let ControlFlow::Continue(found) =
        space.vectors(&samples, [0..9_000, 0..25_600, 0..9_000], unwatched);
    assert_eq!(found[0], found[2]);
    let differences = found[1].iter().zip(&expected);
    let largest = differences.fold(0.0_f32, |most, (one, other)| most.max((one - other).abs()));
    assert!(largest < TOLERANCE, "off by {largest}");
}

#[test]
fn nobody_speaks_in_silence_and_any_samples_have_an_end() {
    let diarizer = Diarizer::open(shipped).expect("it is whole");
    for samples in [
        Vec::new(),
        vec![0.0; 100],
        vec![0.0; 100_000],
        vec![f32::MAX; 50_000],
        signal(70_000),
    ] {
        let n_samples = samples.len();
        let recording = Recording::from(&Waveform {
            samples,
            sample_rate_hz: SAMPLE_RATE_HZ,
        });
        for n_speakers in [None, NonZeroUsize::new(2), NonZeroUsize::new(6)] {
            let mut before = 0;
            let ControlFlow::Continue(turns) = diarizer.turns(&recording, n_speakers, unwatched);
            for turn in turns {
                assert!(before <= turn.samples.start && turn.samples.start < turn.samples.end);
                before = turn.samples.end;
            }
            assert!(before <= n_samples);
        }
    }
}

#[test]
fn speech_is_heard_no_further_than_it_is_watched() {
    let weights = Weights::from_safetensors(&shipped(WEIGHTS_FILE).expect("it is there"));
    let space = VoiceSpace::new(&weights.expect("tensors")).expect("the shipped ones");
    let samples = Samples::from(&signal(9_000)[..]);
    let segments = vec![0..9_000; 100];
    let mut n_watched = 0;
    let ControlFlow::Continue(vectors) = space.vectors(&samples, segments.clone(), || {
        n_watched += 1;
        unwatched()
    });
    assert!(vectors.len() == 100 && n_watched > 2, "{n_watched}");
    let mut n_left = 2;
    let stopped = space.vectors(&samples, segments, || {
        n_left -= 1;
        match n_left {
            0 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    });
    assert!(stopped.is_break() && n_left == 0);
}

#[test]
fn what_is_not_whole_is_refused() {
    let missing = Diarizer::open(|file| Err(io::Error::other(file.to_owned())));
    assert!(matches!(missing, Err(CheckpointError::Io { .. })));
    let changed = Diarizer::open(|file| {
        let mut bytes = shipped(file)?;
        if let Some(last) = bytes.last_mut().filter(|_| file == WEIGHTS_FILE) {
            *last ^= 1;
        }
        Ok(bytes)
    });
    assert!(matches!(changed, Err(CheckpointError::Hash { .. })));
    let none = Diarizer::new(&Weights::default());
    assert!(matches!(none, Err(CheckpointError::Missing { .. })));
}
