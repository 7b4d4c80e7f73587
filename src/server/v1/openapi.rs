//! What the OpenAPI document says beside the routes: each of them describes itself.

use serde::Serialize;
use utoipa::{
    IntoResponses, Modify, OpenApi, ToSchema,
    openapi::{
        self,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

use super::recognition::Recognition;
use crate::server::envelope::Envelope;

/// A form with one clip.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a form that is read as a stream")]
pub struct ClipForm {
    /// The clip.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Name of the model that is to hear the clip, where none stands in the address.
    model: Option<String>,
    /// A voice profile of who speaks, in JSON.
    profile: Option<String>,
    /// As in the address.
    speakers: Option<String>,
    /// As in the address.
    channels: Option<String>,
    /// As in the address.
    format: Option<String>,
    /// As in the address.
    peaks: Option<String>,
    /// As in the address.
    alerts: Option<String>,
}

/// A form with one clip that betters a voice profile.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a form that is read as a stream")]
pub struct EnrolmentForm {
    /// The clip.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Name of the model that is to hear the clip, where none stands in the address.
    model: Option<String>,
    /// The profile before, in JSON; without one a new one is made.
    profile: Option<String>,
    /// Code of what the speaker is known to express.
    #[schema(example = "neutral")]
    emotion: Option<String>,
}

/// A form with several clips; the fields may have any names.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a form that is read as a stream")]
pub struct BatchForm {
    /// The clips.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<Vec<u8>>,
}

/// What is heard in a clip, as JSON.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes answers that are made elsewhere")]
pub enum Answer {
    /// The answer.
    Recognition(Box<Recognition>),
    /// `format=labelstudio`: one task with its predictions.
    Tasks(Vec<serde_json::Value>),
}

/// What may be answered instead of a recognition, wherever clips are taken.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers that are made elsewhere")]
pub enum Refusals {
    /// No clip, an empty one, or an upload that broke off
    #[response(status = 400)]
    Incomplete(Envelope),
    /// No key that the server knows, where it asks for one
    #[response(status = 401)]
    Unauthorized(Envelope),
    /// Larger than the server takes
    #[response(status = 413)]
    TooLarge(Envelope),
    /// A compressed body; where one clip is sent: no audio, or a format that is not supported
    #[response(status = 415)]
    Unsupported(Envelope),
    /// More than this client may send: try again after `Retry-After` seconds
    #[response(status = 429, headers(("Retry-After" = u32)))]
    TooMany(Envelope),
    /// Headers larger than the server takes
    #[response(status = 431)]
    HeadTooLarge(Envelope),
    /// A fault of ours, in the log under the request id
    #[response(status = 500)]
    Internal(Envelope),
    /// A transfer coding that the server does not know
    #[response(status = 501)]
    TransferCoding(Envelope),
    /// Too busy: try again after `Retry-After` seconds
    #[response(status = 503, headers(("Retry-After" = u32)))]
    Overloaded(Envelope),
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "BanglaSER",
        description = "Hears the emotion in Bengali speech. Audio is never stored or logged.",
        license(name = "MIT", identifier = "MIT")
    ),
    modifiers(&Keys),
    tags(
        (name = "recognition", description = "From clips to emotions"),
        (name = "model", description = "What answers"),
        (name = "operation", description = "Whether the server works")
    )
)]
struct Interface;

/// Keys, for servers that ask for one.
struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let key = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("key", key);
    }
}

/// The document before any route.
pub fn head() -> openapi::OpenApi {
    Interface::openapi()
}
