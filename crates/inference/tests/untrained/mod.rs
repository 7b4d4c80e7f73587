//! A checkpoint with voice vectors that nobody trained, and speech for it.

use audio::{Recording, SAMPLE_RATE_HZ, Waveform};
use inference::{
    Architecture, Checkpoint, Config, EncoderShape, Input, Metrics, Pooling, Ranking, Rankings,
    Recognizer, VoicePrior, Weights,
};
use vocabulary::LabelSet;

use crate::voice::syllables;

pub const ENCODER: EncoderShape = EncoderShape {
    hidden_size: 8,
    n_layers: 1,
};

fn architecture() -> Architecture {
    Architecture {
        input: Input::Speech,
        hidden_size: 8,
        pooling: Pooling::Attention,
        speaker_encoder: Some(ENCODER),
        ..Architecture::paper()
    }
}

pub fn prior() -> VoicePrior {
    let wave = |phase: f32| {
        (0..ENCODER.voice_size())
            .map(|n| 0.1 * (n as f32 + phase).sin())
            .collect::<Vec<f32>>()
    };
    VoicePrior {
        mean: wave(0.0),
        offsets: (1..=5).map(|phase| wave(phase as f32)).collect(),
        axes: (6..=7).map(|phase| wave(phase as f32)).collect(),
    }
}

/// Of every emotion, so that one is told whatever is heard; all scores are within the quantiles.
pub fn rankings() -> Rankings {
    let ranking = |emotion| {
        let wave = |n: usize| 0.1 * (n as f32 + emotion as usize as f32).cos();
        let ranking = Ranking {
            direction: (0..ENCODER.voice_size()).map(wave).collect(),
            quantiles: vec![-20.0, 20.0],
        };
        (emotion, ranking)
    };
    Rankings(LabelSet::five().iter().map(ranking).collect())
}

/// A checkpoint that nobody trained.
pub fn checkpoint(voice_prior: Option<VoicePrior>) -> Checkpoint {
    let labels = LabelSet::five();
    let mut weights = Weights::default();
    for (name, shape) in architecture().tensors(labels.n_labels()) {
        let value = |n: usize| 0.05 + 0.3 * (n as f32 * 0.7).sin();
        let values = (0..shape.iter().product()).map(value);
        weights.insert(name, &shape, values.collect());
    }
    // A variance is no less than 0.
    let variance = vec![1.0; architecture().pooled_size()];
    weights.insert("bn.running_var", &[variance.len()], variance);
    Checkpoint {
        members: vec![weights],
        config: Config::new("voices".to_owned(), labels.clone(), architecture()),
        metrics: Metrics {
            labels,
            ..Metrics::default()
        },
        voice_prior,
        rankings: rankings(),
        presence: None,
        transformer: None,
    }
}

pub fn recognizer() -> Recognizer {
    Recognizer::from(checkpoint(Some(prior())))
}

pub fn speech(duration_s: f32) -> Recording {
    Recording::from(&Waveform {
        samples: syllables(duration_s),
        sample_rate_hz: SAMPLE_RATE_HZ,
    })
}
