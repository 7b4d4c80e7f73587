//! What must be true of any bytes: the functions that cargo-fuzz drives, and `tests/fuzz.rs` without it.

pub mod changes;
pub mod checkpoint;

use std::{fs, path::Path, sync::LazyLock};

use audio::{DecodeLimits, Recording};
use inference::{RecognizeError, Recognizer};
use vocabulary::MIN_DURATION_S;

/// Limits that a fuzzer reaches quickly.
fn limits() -> DecodeLimits {
    DecodeLimits {
        max_duration_s: 10.0,
        max_silent_packets: 1_000,
        ..DecodeLimits::default()
    }
}

static RECOGNIZER: LazyLock<Recognizer> = LazyLock::new(|| {
    let models = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("models/bilstm-v8"))
        .find(|folder| folder.is_dir());
    let models = models.expect("the repository has a checkpoint");
    Recognizer::open(|file| fs::read(models.join(file))).expect("it opens")
});

/// Decoding ends with a recording within the limits, or with an error.
///
/// # Panics
/// Where it does not.
pub fn decode(clip: &[u8]) -> Option<Recording> {
    match audio::record(clip, &limits()) {
        Ok(recording) => {
            let samples = recording.samples.range(0..recording.samples.len());
            assert!(samples.into_iter().all(f32::is_finite));
            assert!(recording.duration_s() <= limits().max_duration_s);
            Some(recording)
        }
        // A panic that `audio` caught is such an error too: some decoders of others overflow where
        // overflows are checked.
        Err(_) => None,
    }
}

/// So does the whole way from bytes to probabilities; these are finite and sum to one. What is long enough and spoken
/// has some.
///
/// # Panics
/// Where it does not.
pub fn recognize(clip: &[u8]) {
    let Some(recording) = decode(clip) else {
        return;
    };
    match RECOGNIZER.recognize(&recording) {
        Ok(prediction) => {
            let sum: f32 = prediction
                .probabilities
                .iter()
                .map(|(_, value)| value)
                .sum();
            assert!((sum - 1.0).abs() < 1e-3, "{sum}");
        }
        Err(RecognizeError::TooShort { duration_s }) => assert!(duration_s < MIN_DURATION_S),
        Err(RecognizeError::NoSpeech) => {}
        // Of finite samples the network makes probabilities.
        Err(error) => panic!("{error}"),
    }
}
