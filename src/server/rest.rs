//! `POST /predict` and `GET /health`, in the shape of the original application, so that its clients
//! move without change.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
};
use serde::{Serialize, Serializer};
use vocabulary::{Emotion, Outcome, Prediction};

use super::{
    envelope::Refusal,
    models::Models,
    upload::{Upload, request_form},
};
use crate::palette;

/// Answer to `GET /health`.
#[derive(Debug, Serialize)]
pub struct Health {
    status: &'static str,
    model_loaded: bool,
    device: &'static str,
}

/// Says that the server is up; it only starts with a checkpoint loaded.
pub async fn health() -> Json<Health> {
    Json(Health {
        status: "healthy",
        model_loaded: true,
        device: "cpu",
    })
}

/// Answer to `POST /predict`.
#[derive(Debug, Serialize)]
pub struct PredictAnswer {
    success: bool,
    /// Beyond the original: whether the answer is worth anything.
    outcome: Outcome,
    top_emotion: TopEmotion,
    /// In label order, keyed by English label.
    #[serde(serialize_with = "by_label_en")]
    all_emotions: Vec<EmotionShare>,
}

#[derive(Debug, Serialize)]
struct TopEmotion {
    label_en: &'static str,
    label_bn: &'static str,
    /// Percent.
    confidence: f64,
    color: &'static str,
}

#[derive(Debug, Serialize)]
struct EmotionShare {
    /// `[0, 1]`.
    probability: f64,
    percentage: f64,
    label_bn: &'static str,
    label_en: &'static str,
    color: &'static str,
}

fn by_label_en<S: Serializer>(shares: &[EmotionShare], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(shares.iter().map(|share| (share.label_en, share)))
}

impl From<&Prediction> for PredictAnswer {
    fn from(prediction: &Prediction) -> Self {
        let top = prediction.emotion();
        Self {
            success: true,
            outcome: prediction.outcome(),
            top_emotion: TopEmotion {
                label_en: top.label_en(),
                label_bn: top.label_bn(),
                confidence: rounded(f64::from(prediction.confidence()) * 100.0, 2),
                color: palette::color(top),
            },
            all_emotions: prediction.probabilities.iter().map(Into::into).collect(),
        }
    }
}

impl From<(Emotion, f32)> for EmotionShare {
    fn from((emotion, probability): (Emotion, f32)) -> Self {
        let probability = f64::from(probability);
        Self {
            probability: rounded(probability, 4),
            percentage: rounded(probability * 100.0, 2),
            label_bn: emotion.label_bn(),
            label_en: emotion.label_en(),
            color: palette::color(emotion),
        }
    }
}

/// `value` to `n_decimals`, so that 0.05 is not written as 0.05000000074505806.
fn rounded(value: f64, n_decimals: i32) -> f64 {
    let scale = 10_f64.powi(n_decimals);
    (value * scale).round() / scale
}

/// Recognises the clip in the multipart field `file`.
///
/// # Errors
/// [`Refusal`].
pub async fn predict(
    State(models): State<Arc<Models>>,
    upload: Upload,
    request: Request,
) -> Result<Json<PredictAnswer>, Refusal> {
    let answer = async {
        let clip = upload.read_form(request_form(request)?).await?;
        let recognitions = models.named(upload.entry().usual_model()).await?;
        upload.heard(recognitions.recognize(upload.turn(), clip.bytes).await)
    };
    let prediction = answer.await.map_err(|error| upload.refuse(error))?;
    Ok(Json(PredictAnswer::from(&prediction)))
}
