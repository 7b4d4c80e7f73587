//! The interface as an OpenAPI document, made from the handlers themselves.

use axum::Json;
use utoipa::{
    Modify, OpenApi, ToSchema,
    openapi::{
        self,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

use super::{batches, model, recognitions};
use crate::server::probes;

/// A form with one clip.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a form that is read as a stream")]
pub struct ClipForm {
    /// The clip.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// A form with several clips; the fields may have any names.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a form that is read as a stream")]
pub struct BatchForm {
    /// The clips.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<Vec<u8>>,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "BanglaSER",
        description = "Hears the emotion in Bengali speech. Audio is never stored or logged.",
        license(name = "MIT", identifier = "MIT")
    ),
    paths(
        recognitions::recognize,
        batches::recognize,
        model::model,
        model::emotions,
        probes::live,
        probes::ready
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

/// The document.
pub fn interface() -> openapi::OpenApi {
    Interface::openapi()
}

/// Tells the interface to machines.
pub async fn document() -> Json<openapi::OpenApi> {
    Json(interface())
}
