//! `POST /api/v1/batches`: several clips in one request, each with an answer of its own.
//!
//! A few files are read, then heard together, then the next few, so that a batch takes the memory of a few clips.

use std::{mem, sync::Arc};

use axum::{
    Json,
    body::Bytes,
    extract::{Request, State},
};
use futures::future::join_all;
use pipeline::Queue;
use serde::Serialize;
use utoipa::ToSchema;
use vocabulary::Prediction;

use super::{model::ModelName, moments::Wanted, openapi::Refusals, recognition::Recognition};
use crate::{
    error::AppError,
    server::{
        alerts::{About, Alerts},
        envelope::{Envelope, Refusal},
        form,
        models::Models,
        moments::Asked,
        part_name::PartName,
        state::MaxBatchFiles,
        upload::{Upload, request_form},
    },
};

/// Files that are heard together: as many as go through the network as one.
const MAX_TOGETHER: usize = 4;

/// With more bytes nobody waits for further files.
const MAX_BYTES_TOGETHER: usize = 1 << 20;

/// Answers to the files of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub struct Batch {
    /// One per file, in the order of the form.
    pub results: Vec<BatchResult>,
}

/// Answer to one file of a batch: a recognition or an error.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchResult {
    /// Place of the file in the form, from 0.
    pub index: usize,
    /// As the form names it (`filename*` before `filename`); null where it does not.
    pub file_name: Option<String>,
    /// What the voice expresses; null where there is an error.
    pub recognition: Option<Recognition>,
    /// Why there is no recognition; null where there is one.
    pub error: Option<Envelope>,
}

/// Hears the emotion in each file of a form, whatever its fields are called.
///
/// Every part of the form has a result, with or without a name. A file that cannot be recognised harms no other.
/// Files beyond `max_batch_files` are answered with `too_many_files`.
///
/// # Errors
/// [`Refusal`] when the request is no form, or breaks off before its first file.
#[utoipa::path(
    post,
    path = "/api/v1/batches",
    tag = "recognition",
    security((), ("key" = [])),
    params(ModelName, Wanted),
    request_body(content = super::openapi::BatchForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "One result per file", body = Batch),
        (status = 422, description = "No such model", body = Envelope),
        Refusals
    )
)]
pub async fn recognize(
    State(models): State<Arc<Models>>,
    State(alerts): State<Arc<Alerts>>,
    State(MaxBatchFiles(max_files)): State<MaxBatchFiles>,
    model: ModelName,
    wanted: Wanted,
    upload: Upload,
    request: Request,
) -> Result<Json<Batch>, Refusal> {
    let recognitions = models
        .named(model.get().or(upload.entry().usual_model()))
        .await;
    let recognitions = recognitions.map_err(|error| upload.refuse(error))?;
    let labels = recognitions.recognizer().labels();
    let wanted = wanted.alone().and_then(|asked| asked.with_labels(labels));
    let wanted = wanted.map_err(|error| upload.refuse(error))?;
    let reading = Reading {
        recognitions: &recognitions,
        alerts: &alerts,
        wanted: alerts.beside(upload.entry().beside(wanted)),
        max_files,
        upload: &upload,
        results: Vec::new(),
    };
    let results = reading.read(request).await;
    let results = results.map_err(|error| upload.refuse(error))?;
    Ok(Json(Batch { results }))
}

/// A file of the form, or why it could not be read.
struct Part {
    file_name: Option<String>,
    clip: Result<Bytes, AppError>,
}

impl Part {
    /// Whether the request broke off within it.
    const fn is_cut(&self) -> bool {
        matches!(self.clip, Err(AppError::UploadIncomplete))
    }
}

/// A batch on its way.
struct Reading<'a> {
    recognitions: &'a Queue,
    alerts: &'a Alerts,
    wanted: Asked,
    max_files: usize,
    upload: &'a Upload,
    results: Vec<BatchResult>,
}

impl Reading<'_> {
    /// Reads the form to its end; every part of it has a result.
    async fn read(mut self, request: Request) -> Result<Vec<BatchResult>, AppError> {
        let mut form = request_form(request)?;
        let mut together: Vec<Part> = Vec::new();
        loop {
            let is_first = self.results.is_empty() && together.is_empty();
            let field = match form::next_part(&mut form, &self.upload.bounded).await {
                Ok(Some(field)) => field,
                Ok(None) if is_first => return Err(AppError::NoFile),
                Ok(None) => break,
                Err(error) if is_first => return Err(error),
                // The file before it says so already.
                Err(_) if together.last().is_some_and(Part::is_cut) => break,
                Err(error) => {
                    together.push(Part {
                        file_name: None,
                        clip: Err(error),
                    });
                    break;
                }
            };
            let name = PartName::of(field.headers());
            if self.results.len() + together.len() >= self.max_files {
                let max_files = self.max_files;
                together.push(Part {
                    file_name: name.file,
                    clip: Err(AppError::TooManyFiles { max_files }),
                });
                break;
            }
            // The first clip was counted with the request.
            let allowed = if is_first {
                Ok(())
            } else {
                self.upload.count_clip().await
            };
            let read = form::read_file(&name, field, &self.upload.bounded).await;
            together.push(Part {
                file_name: name.file,
                clip: allowed.and(read),
            });
            if is_enough(&together) {
                self.hear(mem::take(&mut together)).await;
            }
        }
        self.hear(together).await;
        Ok(self.results)
    }

    /// Hears some files together, and gives their memory back.
    async fn hear(&mut self, parts: Vec<Part>) {
        let (upload, recognitions) = (self.upload, self.recognitions);
        let outcomes = parts.into_iter().map(async |Part { file_name, clip }| {
            let outcome = match clip {
                Ok(clip) => upload.heard(recognitions.recognize(upload.turn(), clip).await),
                Err(error) => Err(error),
            };
            (file_name, outcome)
        });
        let outcomes = join_all(outcomes).await;
        for (file_name, outcome) in outcomes {
            let recognition = match outcome {
                Ok(prediction) => Ok(self.told(&prediction, file_name.as_deref()).await),
                Err(error) => Err(error),
            };
            let index = self.results.len();
            let result = result(index, file_name, recognition, &upload.request_id);
            self.results.push(result);
        }
        upload.bounded.share.give_back();
    }

    /// What is told of a clip.
    async fn told(&self, prediction: &Prediction, file_name: Option<&str>) -> Recognition {
        let recognizer = self.recognitions.recognizer();
        let about = About {
            request_id: &self.upload.request_id,
            file_name,
            model: recognizer.model_id(),
            tenant: self.upload.entry().tenant(),
        };
        let (wanted, hearing) = (&self.wanted, self.recognitions);
        Recognition {
            alerts: self.alerts.of(wanted, prediction, hearing, about).await,
            peaks: wanted.peaks(prediction, recognizer.calibration()),
            ..Recognition::of(recognizer.model_id(), prediction)
        }
    }
}

/// Whether files are heard before the next one is read.
fn is_enough(parts: &[Part]) -> bool {
    let clips = parts.iter().filter_map(|part| part.clip.as_ref().ok());
    let n_bytes: usize = clips.map(Bytes::len).sum();
    parts.len() >= MAX_TOGETHER || n_bytes > MAX_BYTES_TOGETHER
}

fn result(
    index: usize,
    file_name: Option<String>,
    outcome: Result<Recognition, AppError>,
    request_id: &str,
) -> BatchResult {
    let (recognition, error) = match outcome {
        Ok(recognition) => (Some(recognition), None),
        Err(error) => (None, Some(Envelope::new(error, request_id.to_owned()))),
    };
    BatchResult {
        index,
        file_name,
        recognition,
        error,
    }
}
