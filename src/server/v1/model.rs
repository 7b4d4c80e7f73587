//! `GET /api/v1/model` and `GET /api/v1/emotions`: what answers, and what it can answer.

use std::sync::Arc;

use axum::{Json, extract::State};
use pipeline::Queue;
use serde::Serialize;
use utoipa::ToSchema;
use vocabulary::Emotion;

use crate::palette;

/// The loaded checkpoint.
#[derive(Debug, Serialize, ToSchema)]
pub struct Model {
    /// Its name.
    #[schema(example = "bilstm-v7")]
    pub id: String,
    /// Codes of the emotions that it tells apart, in class order.
    #[schema(example = json!(["angry", "happy", "sad", "neutral", "surprise"]))]
    pub emotions: Vec<&'static str>,
    /// What it reached on speakers that it never heard; null where nobody measured it.
    pub evaluation: Option<Evaluation>,
}

/// Speaker-independent cross-validation of the checkpoint's recipe.
#[derive(Debug, Serialize, ToSchema)]
pub struct Evaluation {
    /// How it was measured, in a sentence.
    pub protocol: String,
    /// Mean of the emotions' recalls over the folds, 0 to 1.
    pub uar_mean: f64,
    /// Its sample standard deviation over the folds.
    pub uar_std: f64,
    /// Share of right answers, mean over the folds.
    pub accuracy_mean: f64,
    /// Expected calibration error.
    pub ece: f64,
}

/// An emotion that the checkpoint tells apart.
#[derive(Debug, Serialize, ToSchema)]
pub struct EmotionInfo {
    /// Stable name.
    #[schema(example = "happy")]
    pub code: &'static str,
    /// English label.
    #[schema(example = "Happy")]
    pub label_en: &'static str,
    /// Bengali label.
    #[schema(example = "খুশি")]
    pub label_bn: &'static str,
    /// The colour in which the page shows it.
    #[schema(example = "#b27a00")]
    pub color: &'static str,
}

/// Tells of the loaded checkpoint.
#[utoipa::path(
    get,
    path = "/api/v1/model",
    tag = "model",
    responses((status = 200, description = "The loaded checkpoint", body = Model))
)]
pub async fn model(State(recognitions): State<Arc<Queue>>) -> Json<Model> {
    let recognizer = recognitions.recognizer();
    let metrics = recognizer.metrics();
    Json(Model {
        id: recognizer.model_id().to_owned(),
        emotions: recognizer.labels().iter().map(Emotion::code).collect(),
        evaluation: (!metrics.folds.is_empty()).then(|| Evaluation {
            protocol: metrics.protocol.clone(),
            uar_mean: metrics.uar.mean,
            uar_std: metrics.uar.std,
            accuracy_mean: metrics.accuracy.mean,
            ece: metrics.calibration.ece,
        }),
    })
}

/// Tells which emotions the loaded checkpoint tells apart, in class order.
#[utoipa::path(
    get,
    path = "/api/v1/emotions",
    tag = "model",
    responses((status = 200, description = "The emotions", body = Vec<EmotionInfo>))
)]
pub async fn emotions(State(recognitions): State<Arc<Queue>>) -> Json<Vec<EmotionInfo>> {
    let labels = recognitions.recognizer().labels();
    let info = |emotion: Emotion| EmotionInfo {
        code: emotion.code(),
        label_en: emotion.label_en(),
        label_bn: emotion.label_bn(),
        color: palette::color(emotion),
    };
    Json(labels.iter().map(info).collect())
}
