//! How strong the shipped checkpoint calls clips of ours, at whatever level they were recorded.

use std::{fs, path::Path};

use audio::{DecodeLimits, Recording, Waveform};
use inference::Recognizer;
use vocabulary::{Emotion, Intensity};

#[test]
fn a_level_of_12_db_more_or_less_changes_no_strength() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let recognizer = Recognizer::open(|file| fs::read(root.join("models/bilstm-v8").join(file)));
    let recognizer = recognizer.expect("it is in the repository");
    let heard = |waveform: &Waveform, gain_db: f32| {
        let gain = 10_f32.powf(gain_db / 20.0);
        let samples = waveform.samples.iter().map(|sample| gain * sample);
        let recording = Recording::from(&Waveform {
            samples: samples.collect(),
            ..*waveform
        });
        recognizer.recognize(&recording).expect("somebody speaks")
    };
    let mut n_told = 0;
    for clip in fs::read_dir(root.join("tests/pinned/clips")).expect("in the repository") {
        let path = clip.expect("a file").path();
        let bytes = fs::read(&path).expect("a file");
        let waveform = audio::decode(bytes, &DecodeLimits::default()).expect("audio");
        // 12 dB more would leave the full scale of what is loud already.
        let plain = heard(&waveform, -12.0);
        n_told += usize::from(plain.intensity.is_some());
        assert!(plain.intensity.is_none() || plain.emotion() != Emotion::Neutral);
        for gain_db in [-24.0, 0.0] {
            let changed = heard(&waveform, gain_db);
            let windows = plain.windows.iter().zip(&changed.windows);
            for (plain, changed) in windows {
                assert_alike(plain.intensity, changed.intensity, &path);
            }
            assert_alike(plain.intensity, changed.intensity, &path);
        }
    }
    assert!(n_told > 0, "no clip has a strength");
}

#[track_caller]
fn assert_alike(plain: Option<Intensity>, changed: Option<Intensity>, path: &Path) {
    let values = [plain, changed].map(|told| told.map_or(-1.0, |told| told.value));
    let [plain, changed] = values;
    assert!(
        (plain - changed).abs() < 0.01,
        "{}: {plain}, {changed}",
        path.display()
    );
}
