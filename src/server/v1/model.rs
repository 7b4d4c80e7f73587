//! `GET /api/v1/models`, `GET /api/v1/model` and `GET /api/v1/emotions`: what answers, and what it can answer.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Json,
    extract::{FromRequestParts, Query, State},
    http::request::Parts,
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use vocabulary::Emotion;

use crate::{
    palette,
    server::{
        envelope::{Envelope, Refusal},
        models::{Listed, Models},
        telemetry::RequestId,
    },
};

/// The name of the model that is meant, in the address.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ModelName {
    /// Its name, as `/api/v1/models` tells it; without one it is the first there.
    model: Option<String>,
}

/// Names and values in the address of a request; none where it cannot be read.
pub fn pairs(parts: &Parts) -> impl Iterator<Item = (String, String)> + use<> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
    pairs.into_iter().flat_map(|Query(pairs)| pairs)
}

impl ModelName {
    /// The name, where there is any.
    pub fn get(&self) -> Option<&str> {
        self.model.as_deref()
    }
}

impl<S: Sync> FromRequestParts<S> for ModelName {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let model = pairs(parts).find(|(name, _)| name == "model");
        Ok(Self {
            model: model.map(|(_, name)| name),
        })
    }
}

/// A model that answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Model {
    /// Its name.
    #[schema(example = "bilstm-v8")]
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

impl Model {
    fn of(listed: &Listed) -> Self {
        let Listed { facts, metrics, .. } = listed;
        Self {
            id: facts.summary.id.clone(),
            emotions: facts.labels.iter().map(Emotion::code).collect(),
            evaluation: (!metrics.folds.is_empty()).then(|| Evaluation {
                protocol: metrics.protocol.clone(),
                uar_mean: metrics.uar.mean,
                uar_std: metrics.uar.std,
                accuracy_mean: metrics.accuracy.mean,
                ece: metrics.calibration.ece,
            }),
        }
    }
}

/// Tells which models answer; the first does where nobody chooses.
#[utoipa::path(
    get,
    path = "/api/v1/models",
    tag = "model",
    responses((status = 200, description = "The models", body = Vec<Model>))
)]
pub async fn models(State(models): State<Arc<Models>>) -> Json<Vec<Model>> {
    Json(models.all().iter().map(Model::of).collect())
}

/// Tells of the model that answers where nobody chooses.
#[utoipa::path(
    get,
    path = "/api/v1/model",
    tag = "model",
    responses((status = 200, description = "The first model", body = Model))
)]
pub async fn model(State(models): State<Arc<Models>>) -> Json<Model> {
    Json(Model::of(&models.all()[0]))
}

/// Tells which emotions a model tells apart, in class order.
#[utoipa::path(
    get,
    path = "/api/v1/emotions",
    tag = "model",
    params(ModelName),
    responses(
        (status = 200, description = "The emotions", body = Vec<EmotionInfo>),
        (status = 422, description = "No such model", body = Envelope)
    )
)]
pub async fn emotions(
    State(models): State<Arc<Models>>,
    model: ModelName,
    RequestId(request_id): RequestId,
) -> Result<Json<Vec<EmotionInfo>>, Refusal> {
    let info = |emotion: Emotion| EmotionInfo {
        code: emotion.code(),
        label_en: emotion.label_en(),
        label_bn: emotion.label_bn(),
        color: palette::color(emotion),
    };
    match models.named(model.get()).await {
        Ok(chosen) => Ok(Json(
            chosen.recognizer().labels().iter().map(info).collect(),
        )),
        Err(error) => Err(Refusal { error, request_id }),
    }
}
