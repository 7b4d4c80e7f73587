//! What the page asks of the server: explicit endpoints, one line each.

use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, MultipartData, MultipartFormData},
};
use serde::{Deserialize, Serialize};
use vocabulary::{Analysis, LabelSet, Note, Profile};

use crate::error::{AppError, RequestError};

/// Recognises the emotion in an uploaded clip: multipart form, one field `file`.
///
/// # Errors
/// [`RequestError`] with the matching HTTP status; its JSON is the body.
#[server(name = Recognize, prefix = "/api", endpoint = "recognize", input = MultipartFormData)]
pub async fn recognize(
    /// The form.
    data: MultipartData,
) -> Result<Analysis, RequestError> {
    Ok(crate::server::functions::recognize(data).await?)
}

/// Makes a voice profile of an uploaded clip, or betters one: multipart form with the field `file`, and `profile` and
/// `emotion` where there are any.
///
/// # Errors
/// [`RequestError`] with the matching HTTP status; its JSON is the body.
#[server(name = Enrol, prefix = "/api", endpoint = "enrol", input = MultipartFormData)]
pub async fn enrol(
    /// The form.
    data: MultipartData,
) -> Result<Enrolled, RequestError> {
    Ok(crate::server::functions::enrol(data).await?)
}

/// What came of a clip that betters a voice profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Enrolled {
    /// The profile with the clip.
    pub profile: Profile,
    /// What makes the clip hard to hear.
    pub notes: Vec<Note>,
    /// Seconds of it in which somebody speaks.
    pub speech_s: f32,
}

/// Tells what the models are; `/model` asks when it is reached by a link inside the page.
///
/// # Errors
/// [`RequestError`] when the server cannot be reached.
#[server(name = DescribeModel, prefix = "/api", endpoint = "model", input = GetUrl)]
pub async fn describe_model() -> Result<Vec<ModelFacts>, RequestError> {
    Ok(expect_context::<std::sync::Arc<[ModelFacts]>>().to_vec())
}

/// What became of the form that this very page was posted with, where it was (a browser without
/// WASM posts the upload form to `/`); in the context of every page rendered by the server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SubmittedOutcome(pub Option<Result<Analysis, AppError>>);

/// What a page tells of the server; in the context of every page rendered by the server, and read
/// through a `SharedValue`, so that the page in the browser agrees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageFacts {
    /// Largest accepted file; a larger one is refused before it is sent.
    pub max_upload_bytes: u64,
    /// The model that answers where nobody chooses.
    pub model: ModelSummary,
    /// Those that can be chosen.
    pub further_models: Vec<ModelSummary>,
    /// Path of the script by which the page fetches and asks what hears on the reader's own device; empty where there
    /// is nothing for it.
    pub device_script: String,
}

impl PageFacts {
    /// Every model, first the one that answers where nobody chooses.
    pub fn models(&self) -> impl Iterator<Item = &ModelSummary> {
        [&self.model].into_iter().chain(&self.further_models)
    }
}

/// What every page tells of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelSummary {
    /// Its name.
    pub id: String,
    /// How many emotions it tells apart.
    pub n_emotions: usize,
    /// What is sent for hearing by it on the reader's own device.
    pub device_bytes: u64,
    /// What it reached on unseen speakers; `None` where its metrics do not say.
    pub accuracy: Option<Accuracy>,
}

/// What a checkpoint reached on speakers that it was not trained on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// Mean over the folds of the unweighted average recall, `[0, 1]`.
    pub uar_mean: f32,
    /// Its standard deviation over the folds.
    pub uar_std: f32,
    /// Whether they said sentences that it was not trained on either.
    pub on_new_sentences: bool,
}

/// What a model is, as `/model` tells it; those of all models are in the context of every page rendered by the server,
/// behind an [`Arc`](std::sync::Arc).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelFacts {
    /// The same in short.
    pub summary: ModelSummary,
    /// Its model card as safe HTML, one for each of `Locale::get_all`; `None` where it came without one.
    pub cards: Vec<Option<String>>,
    /// The emotions that it tells apart, in class order.
    pub labels: LabelSet,
    /// Test clips, `[true class][predicted class]`; `None` where nobody counted.
    pub confusion: Option<Vec<Vec<u32>>>,
}
