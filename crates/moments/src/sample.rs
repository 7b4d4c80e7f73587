//! What was heard of voices that are angry or sad.

use vocabulary::{Calibration, LabelSet, Prediction, Probabilities, WindowPrediction};

pub(crate) fn angry_or_sad(angry: f32) -> Probabilities {
    let values = [angry, 0.0, 1.0 - angry, 0.0, 0.0];
    Probabilities::new(&LabelSet::five(), &values).expect("a distribution")
}

pub(crate) fn window(start_s: f32, end_s: f32, angry: f32) -> WindowPrediction {
    WindowPrediction {
        start_s,
        end_s,
        probabilities: angry_or_sad(angry),
        intensity: None,
    }
}

pub(crate) fn prediction(windows: Vec<WindowPrediction>) -> Prediction {
    let end_s = windows.last().map_or(0.0, |one| one.end_s);
    Prediction {
        duration_s: end_s,
        speech_s: end_s,
        notes: Vec::new(),
        probabilities: angry_or_sad(0.5),
        certainty: Calibration::default().band_of(0.5, None),
        intensity: None,
        distance: None,
        speech: Vec::new(),
        windows,
        turns: Vec::new(),
        channels: Vec::new(),
    }
}
