//! What the page asks of the server: explicit endpoints, one line each.

use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, MultipartData, MultipartFormData},
};
use serde::{Deserialize, Serialize};
use vocabulary::{LabelSet, Prediction};

use crate::error::AppError;

/// Recognises the emotion in an uploaded clip: multipart form, one field `file`.
///
/// # Errors
/// [`AppError`] with the matching HTTP status; its JSON is the body.
#[server(name = Recognize, prefix = "/api", endpoint = "recognize", input = MultipartFormData)]
pub async fn recognize(
    /// The form.
    data: MultipartData,
) -> Result<Analysis, AppError> {
    crate::server::functions::recognize(data).await
}

/// Tells what the loaded checkpoint is; `/model` asks when it is reached by a link inside the page.
///
/// # Errors
/// [`AppError`] when the server cannot be reached.
#[server(name = DescribeModel, prefix = "/api", endpoint = "model", input = GetUrl)]
pub async fn describe_model() -> Result<ModelFacts, AppError> {
    Ok(std::sync::Arc::unwrap_or_clone(expect_context::<
        std::sync::Arc<ModelFacts>,
    >()))
}

/// What the page is told about a clip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// What the voice expresses.
    pub prediction: Prediction,
    /// What the clip looks like.
    pub pictures: Pictures,
}

/// A clip as pictures of a bounded size, drawn by the server because it can decode every clip.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pictures {
    /// Outline of the waveform: the `d` of an SVG path, x from 0 to 400 over the clip, y from -100 to 100, which is the
    /// loudest sample.
    pub waveform: String,
    /// Log-mel energies as the `data:` URL of a grey image: time to the right, mel bands upwards, white the loudest and black
    /// 60 dB below.
    pub spectrogram: String,
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
    /// How many emotions the loaded checkpoint tells apart.
    pub n_emotions: usize,
    /// What the loaded checkpoint reached on unseen speakers; `None` where its metrics do not say.
    pub accuracy: Option<Accuracy>,
}

/// What a checkpoint reached on speakers that it was not trained on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// Mean over the folds of the unweighted average recall, `[0, 1]`.
    pub uar_mean: f32,
    /// Its standard deviation over the folds.
    pub uar_std: f32,
}

/// What the loaded checkpoint is, as `/model` tells it; in the context of every page rendered by the
/// server, behind an [`Arc`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelFacts {
    /// Name of the checkpoint.
    pub id: String,
    /// Its model card in Bengali, safe HTML; `None` where it came without one.
    pub card_bn: Option<String>,
    /// The same in English.
    pub card_en: Option<String>,
    /// The emotions that it tells apart, in class order.
    pub labels: LabelSet,
    /// Test clips, `[true class][predicted class]`; `None` where nobody counted.
    pub confusion: Option<Vec<Vec<u32>>>,
}
