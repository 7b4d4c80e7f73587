//! `POST /predict` and `GET /health`, in the shape of the original application, so that its clients
//! move without change; errors in one envelope.

use axum::{
    Json,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;
use vocabulary::{Emotion, Outcome, Prediction};

use super::{exposure, recognize::recognize_request, state::AppState, telemetry::RequestId};
use crate::{
    error::AppError,
    i18n::{Locale, error_message},
    palette,
};

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
/// [`RestError`].
pub async fn predict(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<PredictAnswer>, RestError> {
    let request_id = RequestId::of(request.extensions()).0;
    match recognize_request(&state, request).await {
        Ok(prediction) => Ok(Json(PredictAnswer::from(&prediction))),
        Err(error) => Err(RestError { error, request_id }),
    }
}

/// Says that the interface has nothing at this address.
pub async fn not_found(request: Request) -> RestError {
    RestError {
        error: AppError::NotFound,
        request_id: RequestId::of(request.extensions()).0,
    }
}

/// Says that the address takes other methods.
pub async fn method_not_allowed(request: Request) -> RestError {
    RestError {
        error: AppError::MethodNotAllowed,
        request_id: RequestId::of(request.extensions()).0,
    }
}

/// An error with its status, both languages' sentences and the request's id.
#[derive(Debug)]
pub struct RestError {
    /// What went wrong.
    pub error: AppError,
    /// Under which the log tells more.
    pub request_id: String,
}

/// How every error reaches programs.
#[derive(Debug, Serialize, ToSchema)]
pub struct Envelope {
    /// Always false.
    success: bool,
    /// `code` is stable and for programs; some errors tell numbers beside it.
    #[schema(value_type = Object, example = json!({"code": "too_short", "duration_s": 0.1, "min_duration_s": 0.5}))]
    error: AppError,
    /// What happened and what to do, in English.
    message_en: String,
    /// The same in Bengali.
    message_bn: String,
    /// Under which the server's log tells more.
    request_id: String,
}

impl Envelope {
    /// An error in both languages.
    pub fn new(error: AppError, request_id: String) -> Self {
        Self {
            success: false,
            message_en: error_message(Locale::en, &error),
            message_bn: error_message(Locale::bn, &error),
            error,
            request_id,
        }
    }
}

impl IntoResponse for RestError {
    fn into_response(self) -> Response {
        let Self { error, request_id } = self;
        let status = exposure::status(&error);
        let headers = exposure::headers(&error);
        (status, headers, Json(Envelope::new(error, request_id))).into_response()
    }
}
