//! What the page fetches to hear clips on the reader's own device: the worker's files, which lie in the site, and those
//! of every model, from its checkpoint's folder.
//!
//! | route | answer |
//! |---|---|
//! | `GET /on-device/list` | the paths below and their sizes |
//! | `GET /on-device/{file}` | a script or the WebAssembly, under a policy by which a worker reaches no network |
//! | `GET /on-device/{model}/{hash}/{file}` | a file of a checkpoint, by the hash of its content |

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    Json, Router,
    body::Body,
    extract::{Request, State},
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY},
    },
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tower_http::services::ServeFile;

use super::{access, models::Models, pages, site, state::AppState, telemetry::RequestId};

/// Folder of the site, and first part of every path.
const FOLDER: &str = "on-device";

/// Names of the worker's files, a line `kind:name` each; `xtask` writes it.
const NAMES: &str = "hash.txt";

/// Hashes of a checkpoint's files, and itself one of them.
const SUMS: &str = "SHA256SUMS";

/// A worker obeys the policy that its script comes with. Without `'self'` among its scripts it cannot import either,
/// and so cannot put anything into an address.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'none'",
);

/// What there is for the reader's device.
#[derive(Debug)]
pub struct OnDevice {
    list: List,
    /// Where the checkpoints' files lie, by path.
    folders: BTreeMap<String, PathBuf>,
}

/// What the page's script reads.
#[derive(Debug, Serialize)]
struct List {
    page: Served,
    script: Served,
    tap: Served,
    module: Served,
    models: BTreeMap<String, Vec<Served>>,
}

/// A file, and what it costs.
#[derive(Debug, Serialize)]
struct Served {
    name: String,
    path: String,
    /// Its size.
    bytes: u64,
    /// Of its content: what a browser kept may be damaged.
    sha256: String,
    /// What is sent of it, where that is less.
    #[serde(skip)]
    sent_bytes: u64,
}

impl OnDevice {
    /// Looks into the site and the checkpoints; `None` where the site has no worker.
    pub fn find(site_root: &Path, models: &Models) -> Option<Self> {
        let found = Self::read(&site_root.join(FOLDER), models);
        if let Err(error) = &found {
            tracing::info!("nothing is heard on readers' devices: {error}");
        }
        found.ok()
    }

    fn read(folder: &Path, models: &Models) -> io::Result<Self> {
        let names = fs::read_to_string(folder.join(NAMES))?;
        let served = |kind: &str| {
            let lines = names.lines().filter_map(|line| line.split_once(':'));
            let mut named = lines.filter(|(of, _)| *of == kind);
            let name = named.next().ok_or(io::ErrorKind::NotFound)?.1;
            let file = folder.join(name);
            let sha256 = digest(&fs::read(&file)?);
            Served::of(&file, format!("/{FOLDER}/{name}"), name, sha256)
        };
        let mut list = List {
            page: served("page")?,
            script: served("script")?,
            tap: served("tap")?,
            module: served("module")?,
            models: BTreeMap::new(),
        };
        let mut folders = BTreeMap::new();
        for model in models.all() {
            let id = &model.facts.summary.id;
            let mut of_model = Vec::new();
            for (sha256, name) in hashes(&models.file(model, SUMS))? {
                let file = models.file(model, &name);
                let begins = sha256.get(..site::HASH_LENGTH);
                let begins = begins.ok_or(io::ErrorKind::InvalidData)?;
                let path = format!("/{FOLDER}/{id}/{begins}/{name}");
                of_model.push(Served::of(&file, path.clone(), &name, sha256)?);
                folders.insert(path, file);
            }
            list.models.insert(id.clone(), of_model);
        }
        Ok(Self { list, folders })
    }

    /// Path of the page's script.
    pub fn script(&self) -> &str {
        &self.list.page.path
    }

    /// What is sent for hearing by a model.
    pub fn sent_bytes(&self, model: &str) -> u64 {
        let List {
            page,
            script,
            tap,
            module,
            models,
        } = &self.list;
        let of_worker = [page, script, tap, module].into_iter();
        let all = of_worker.chain(models.get(model).into_iter().flatten());
        all.map(|file| file.sent_bytes).sum()
    }
}

impl Served {
    fn of(file: &Path, path: String, name: &str, sha256: String) -> io::Result<Self> {
        let bytes = fs::metadata(file)?.len();
        let mut compressed = file.as_os_str().to_owned();
        compressed.push(".br");
        Ok(Self {
            name: name.to_owned(),
            path,
            bytes,
            sha256,
            sent_bytes: fs::metadata(&compressed).map_or(bytes, |found| found.len()),
        })
    }
}

/// Hashes of a checkpoint's files and their names, the list of hashes among them.
fn hashes(sums: &Path) -> io::Result<Vec<(String, String)>> {
    let text = fs::read_to_string(sums)?;
    let of_sums = digest(text.as_bytes());
    let lines = text.lines().filter_map(|line| line.split_once("  "));
    let all = lines.chain([(&*of_sums, SUMS)]);
    let owned = |(hash, name): (&str, &str)| (hash.to_owned(), name.to_owned());
    Ok(all.map(owned).collect())
}

/// In hexadecimal digits.
fn digest(content: &[u8]) -> String {
    let bytes = Sha256::digest(content);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The worker's files and the list.
pub fn worker(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/on-device/list", get(list))
        .route("/on-device/{file}", get(file))
        .layer(from_fn_with_state(
            Arc::clone(&state.access),
            access::to_page,
        ))
}

/// The checkpoints' files: noise, which no compression makes smaller.
pub fn models(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/on-device/{model}/{hash}/{file}", get(model))
        .layer(from_fn_with_state(
            Arc::clone(&state.access),
            access::to_page,
        ))
}

async fn list(State(state): State<AppState>, request: Request) -> Response {
    match &state.on_device {
        Some(on_device) => Json(&on_device.list).into_response(),
        None => pages::not_found(State(state), request).await,
    }
}

async fn file(state: State<AppState>, request: Request) -> Response {
    let mut file = site::file(state, request).await;
    file.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY);
    file
}

async fn model(State(state): State<AppState>, request: Request) -> Response {
    let on_device = state.on_device.as_ref();
    let file = on_device.and_then(|on_device| on_device.folders.get(request.uri().path()));
    let Some(file) = file else {
        return pages::not_found(State(state), request).await;
    };
    let request_id = RequestId::of(request.extensions()).0;
    match ServeFile::new(file).try_call(request).await {
        Ok(served) => {
            let mut served = served.map(Body::new);
            if served.status().is_success() {
                served.headers_mut().insert(CACHE_CONTROL, site::FOR_EVER);
            }
            served.into_response()
        }
        Err(error) => site::unreadable(&error, request_id),
    }
}
