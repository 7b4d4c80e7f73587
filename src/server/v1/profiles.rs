//! `POST /api/v1/profiles`: a voice profile, made or bettered by one clip. The server keeps none.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
};
use serde::Serialize;
use utoipa::ToSchema;
use vocabulary::Profile;

use super::{model::ModelName, openapi::Refusals};
use crate::server::{
    asked::{asked, emotion},
    envelope::{Envelope, Refusal},
    models::Models,
    upload::Upload,
};

/// A voice profile: opaque to everybody but the model that made it.
#[derive(Debug, Serialize, ToSchema)]
pub struct VoiceProfile {
    /// Model that heard the clips; no other understands it.
    #[schema(example = "bilstm-v8")]
    model: String,
    /// Clips that were heard.
    n_clips: u32,
    /// How the voice sounds whatever it expresses.
    voice: Vec<f32>,
    /// What corrections add to the logarithms of probabilities, in the model's order of labels; not there without any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    bias: Vec<f32>,
}

impl From<Profile> for VoiceProfile {
    fn from(profile: Profile) -> Self {
        Self {
            model: profile.model,
            n_clips: profile.n_clips,
            voice: profile.voice,
            bias: profile.bias,
        }
    }
}

/// Makes a voice profile of one clip of somebody, or betters theirs.
///
/// The clip is the field `file` of a form. `profile` is one that is to be bettered, `emotion` what the speaker is known
/// to express; otherwise it is predicted. The server keeps neither clip nor profile.
///
/// # Errors
/// [`Refusal`].
#[utoipa::path(
    post,
    path = "/api/v1/profiles",
    tag = "recognition",
    security((), ("key" = [])),
    params(ModelName),
    request_body(content = super::openapi::EnrolmentForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "The profile with the clip", body = VoiceProfile),
        (status = 422, description = "As of a recognition; or the profile is none of this model's", body = Envelope),
        Refusals
    )
)]
pub async fn enrol(
    State(models): State<Arc<Models>>,
    model: ModelName,
    upload: Upload,
    request: Request,
) -> Result<Json<VoiceProfile>, Refusal> {
    let answer = async {
        let clip = upload.read_clip(request).await?;
        let emotion = emotion(&clip.fields)?;
        let (recognitions, request) = asked(clip, model.get(), upload.entry(), &models).await?;
        upload.heard(recognitions.enrol(upload.turn(), request, emotion).await)
    };
    let answer = answer.await.map(|enrolled| Json(enrolled.profile.into()));
    answer.map_err(|error| upload.refuse(error))
}
