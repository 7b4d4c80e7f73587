//! What the REST interface says about a clip.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use vocabulary::{
    BandAccuracy, ConfidenceBand, Expression, Note, Outcome, Prediction, Probabilities, Strength,
    WindowPrediction, speaker_name,
};

use crate::server::moments::{Alert, Peak};

/// What a voice expresses.
#[derive(Debug, Serialize, ToSchema)]
pub struct Recognition {
    /// Checkpoint that answered.
    #[schema(example = "bilstm-v8")]
    pub model: String,
    /// Whether the emotion is worth anything: the least sure fifth of all answers is `unclear`, and who is unfamiliar.
    #[schema(value_type = String, example = "emotion")]
    pub outcome: Outcome,
    /// Code of the most probable emotion.
    #[schema(example = "happy")]
    pub emotion: &'static str,
    /// Probability of that emotion, calibrated, 0 to 1.
    #[schema(example = 0.71)]
    pub confidence: f32,
    /// How sure that is.
    pub band: Band,
    /// How strongly the emotion is expressed; absent where it is neutral or unclear, or the model cannot tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub intensity: Option<Intensity>,
    /// Calibrated probability of every emotion by code; their sum is 1.
    #[schema(example = json!({"angry": 0.05, "happy": 0.71, "sad": 0.08, "neutral": 0.1, "surprise": 0.06}))]
    pub probabilities: BTreeMap<&'static str, f32>,
    /// Length of the clip, seconds.
    pub duration_s: f32,
    /// How long somebody speaks in it, seconds.
    pub speech_s: f32,
    /// What may make the answer worse: `little_speech` (less than 2 s), `quiet`, `clipped`, `noisy`,
    /// `part_unheard` (damaged, or of a kind that is not decoded), `voices_apart` (each channel holds another sound),
    /// `unfamiliar` (unlike what the model learnt from: unclear whatever the confidence).
    #[schema(value_type = Vec<String>, example = json!(["noisy"]))]
    pub notes: Vec<Note>,
    /// The parts of the speech that were heard one by one, in time order.
    pub windows: Vec<Window>,
    /// Who speaks when, in time order, where `speakers` or `channels` asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub turns: Vec<Turn>,
    /// Each channel heard by itself, null where nobody speaks in it, where `channels` asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, no_recursion)]
    pub channels: Vec<Option<Recognition>>,
    /// The strongest moments of each emotion, where `peaks` asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub peaks: Vec<Peak>,
    /// Rules that held, in time order: of the request, and of the server's settings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub alerts: Vec<Alert>,
    /// Clips behind this one in the same form that were not heard, where there are any; a batch hears several.
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(required = false)]
    pub n_further_files: usize,
}

/// How sure an answer is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Band {
    /// `high`, `medium`, `low` or `unclear`.
    #[schema(value_type = String, example = "medium")]
    pub name: ConfidenceBand,
    /// Share of such answers that was right on voices that the model never heard; null where nobody
    /// measured it.
    #[schema(example = 0.68)]
    pub accuracy: Option<f32>,
}

/// How strongly an emotion is expressed, compared with acted examples of it; no confidence.
#[derive(Debug, Serialize, ToSchema)]
pub struct Intensity {
    /// Share of the acted examples that are weaker, 0 to 1.
    #[schema(example = 0.78)]
    pub value: f32,
    /// The third in which that is: `mild`, `moderate` or `strong`.
    #[schema(value_type = String, example = "strong")]
    pub word: Strength,
}

/// What one voice says until it pauses or another one speaks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Turn {
    /// A letter, in the order of the first turns.
    #[schema(example = "A")]
    pub speaker: String,
    /// Channel of the clip, from 0; null where all were heard together.
    pub channel: Option<usize>,
    /// Start in the clip, seconds.
    pub start_s: f32,
    /// End in the clip, seconds.
    pub end_s: f32,
    /// As of the clip; null where the turn is too short to tell, as are those below.
    #[schema(value_type = Option<String>, example = "emotion")]
    pub outcome: Option<Outcome>,
    /// Code of the most probable emotion.
    #[schema(example = "sad")]
    pub emotion: Option<&'static str>,
    /// How sure that is.
    pub band: Option<Band>,
    /// As of the clip.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub intensity: Option<Intensity>,
    /// Calibrated probability of every emotion by code.
    #[schema(example = json!({"angry": 0.05, "happy": 0.08, "sad": 0.71, "neutral": 0.1, "surprise": 0.06}))]
    pub probabilities: Option<BTreeMap<&'static str, f32>>,
}

/// A part of the speech.
#[derive(Debug, Serialize, ToSchema)]
pub struct Window {
    /// Start in the clip, seconds.
    pub start_s: f32,
    /// End in the clip, seconds.
    pub end_s: f32,
    /// Calibrated probability of every emotion by code.
    #[schema(example = json!({"angry": 0.05, "happy": 0.71, "sad": 0.08, "neutral": 0.1, "surprise": 0.06}))]
    pub probabilities: BTreeMap<&'static str, f32>,
    /// How strongly its most probable emotion is expressed; absent where that is neutral, or the model cannot tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub intensity: Option<Intensity>,
}

impl Recognition {
    /// What `model` said.
    pub fn of(model: &str, prediction: &Prediction) -> Self {
        Self {
            model: model.to_owned(),
            outcome: prediction.outcome(),
            emotion: prediction.emotion().code(),
            confidence: prediction.confidence(),
            band: Band::of(prediction.certainty),
            intensity: prediction.intensity.map(Intensity::of),
            probabilities: by_code(&prediction.probabilities),
            duration_s: prediction.duration_s,
            speech_s: prediction.speech_s,
            notes: prediction.notes.clone(),
            windows: prediction.windows.iter().map(Window::of).collect(),
            turns: prediction.turns.iter().map(Turn::of).collect(),
            channels: prediction
                .channels
                .iter()
                .map(|channel| channel.as_ref().map(|heard| Self::of(model, heard)))
                .collect(),
            peaks: Vec::new(),
            alerts: Vec::new(),
            n_further_files: 0,
        }
    }
}

impl Window {
    /// A window as it is told.
    pub fn of(window: &WindowPrediction) -> Self {
        Self {
            start_s: window.start_s,
            end_s: window.end_s,
            probabilities: by_code(&window.probabilities),
            intensity: window.intensity.map(Intensity::of),
        }
    }
}

impl Band {
    const fn of(certainty: BandAccuracy) -> Self {
        Self {
            name: certainty.band,
            accuracy: certainty.accuracy,
        }
    }
}

impl Intensity {
    const fn of(intensity: vocabulary::Intensity) -> Self {
        let vocabulary::Intensity { value, word } = intensity;
        Self { value, word }
    }
}

impl Turn {
    fn of(turn: &vocabulary::Turn) -> Self {
        let heard = turn.expression.as_ref();
        Self {
            speaker: speaker_name(turn.speaker),
            channel: turn.channel,
            start_s: turn.start_s,
            end_s: turn.end_s,
            outcome: heard.map(Expression::outcome),
            emotion: heard.map(|heard| heard.emotion().code()),
            band: heard.map(|heard| Band::of(heard.certainty)),
            intensity: heard.and_then(|heard| heard.intensity).map(Intensity::of),
            probabilities: heard.map(|heard| by_code(&heard.probabilities)),
        }
    }
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

fn by_code(probabilities: &Probabilities) -> BTreeMap<&'static str, f32> {
    let pairs = probabilities.iter();
    pairs
        .map(|(emotion, value)| (emotion.code(), value))
        .collect()
}
