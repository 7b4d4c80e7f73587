//! Clips for tests.

use vocabulary::{
    BandAccuracy, ConfidenceBand, Expression, Intensity, LabelSet, Prediction, Probabilities, Turn,
    WindowPrediction,
};

pub fn certainty(band: ConfidenceBand) -> BandAccuracy {
    BandAccuracy {
        band,
        min_confidence: 0.0,
        accuracy: None,
    }
}

/// So happy, the rest sad.
pub fn happy(share: f32) -> Probabilities {
    let values = [0.0, share, 1.0 - share, 0.0, 0.0];
    Probabilities::new(&LabelSet::five(), &values).expect("a distribution")
}

pub fn turn(
    speaker: usize,
    start_s: f32,
    end_s: f32,
    heard: Option<(f32, ConfidenceBand)>,
) -> Turn {
    let expression = heard.map(|(share, band)| Expression {
        probabilities: happy(share),
        certainty: certainty(band),
        intensity: (share == 0.714).then(|| Intensity::of(0.25)),
    });
    Turn {
        speaker,
        channel: None,
        start_s,
        end_s,
        expression,
        name: None,
        corrected: None,
    }
}

/// A clip of 10 s in which nothing was heard.
pub fn nothing() -> Prediction {
    Prediction {
        duration_s: 10.0,
        speech_s: 0.0,
        notes: Vec::new(),
        probabilities: happy(0.75),
        certainty: certainty(ConfidenceBand::High),
        intensity: None,
        distance: None,
        speech: Vec::new(),
        windows: Vec::new(),
        turns: Vec::new(),
        channels: Vec::new(),
    }
}

/// Two speakers, who overlap from 3 s to 4 s; A is unclear at last, and says something short before.
pub fn dialogue() -> Prediction {
    Prediction {
        turns: vec![
            turn(0, 0.5, 4.0, Some((0.714, ConfidenceBand::High))),
            turn(1, 3.0, 6.25, Some((0.1, ConfidenceBand::Medium))),
            turn(0, 6.25, 6.5, None),
            turn(0, 8.0, 10.0, Some((0.52, ConfidenceBand::Unclear))),
        ],
        ..nothing()
    }
}

/// Happy until 5 s, then sad; no turns.
pub fn monologue() -> Prediction {
    let window = |start_s, end_s, share| WindowPrediction {
        start_s,
        end_s,
        probabilities: happy(share),
        intensity: None,
    };
    Prediction {
        windows: vec![window(0.0, 5.0, 0.9), window(5.0, 9.5, 0.2)],
        ..nothing()
    }
}
