//! `POST /api/v1/profiles`: a voice profile, made or bettered by one clip. The server keeps none.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
};
use pipeline::Queue;
use serde::Serialize;
use utoipa::ToSchema;
use vocabulary::Profile;

use super::openapi::Refusals;
use crate::server::{
    envelope::{Envelope, Refusal},
    speaker::{asked, emotion},
    upload::Upload,
};

/// A voice profile: opaque to everybody but the model that made it.
#[derive(Debug, Serialize, ToSchema)]
pub struct VoiceProfile {
    /// Model that heard the clips; no other understands it.
    #[schema(example = "bilstm-v7")]
    model: String,
    /// Clips that were heard.
    n_clips: u32,
    /// How the voice sounds whatever it expresses.
    voice: Vec<f32>,
}

impl From<Profile> for VoiceProfile {
    fn from(profile: Profile) -> Self {
        Self {
            model: profile.model,
            n_clips: profile.n_clips,
            voice: profile.voice,
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
    request_body(content = super::openapi::EnrolmentForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "The profile with the clip", body = VoiceProfile),
        (status = 422, description = "As of a recognition; or the profile is none of this model's", body = Envelope),
        Refusals
    )
)]
pub async fn enrol(
    State(recognitions): State<Arc<Queue>>,
    upload: Upload,
    request: Request,
) -> Result<Json<VoiceProfile>, Refusal> {
    let model_id = recognitions.recognizer().model_id();
    let answer = async {
        let clip = upload.read_clip(request).await?;
        let emotion = emotion(&clip.speaker)?;
        let request = asked(clip, model_id)?;
        upload.heard(recognitions.enrol(upload.turn(), request, emotion).await)
    };
    let answer = answer.await.map(|enrolled| Json(enrolled.profile.into()));
    answer.map_err(|error| upload.refuse(error))
}
