//! What every request can reach.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::extract::FromRef;
use inference::Recognizer;
use ipnet::IpNet;
use leptos::config::LeptosOptions;
use pipeline::Observer;
use tenants::Ledger;
use tower_http::services::ServeDir;

use super::{
    access::{Access, AccessError},
    admin::{Admin, SettingError},
    alerts::{Alerts, AlertsError},
    body::BodyLimits,
    metrics::Metrics,
    models::{Models, ModelsError},
    on_device::OnDevice,
    public_url::PublicUrl,
    settings::{AdminSettings, Settings},
    site,
    upload_memory::UploadMemory,
};
use crate::api::{ModelFacts, PageFacts};

/// What every request can reach; clones share it.
#[derive(Clone)]
pub struct AppState {
    /// The page's files, as Leptos needs them.
    pub leptos_options: LeptosOptions,
    /// The same as they are sent.
    pub site: ServeDir,
    /// What every page tells of the server.
    pub page_facts: PageFacts,
    /// What the page about the models tells.
    pub model_facts: Arc<[ModelFacts]>,
    /// Where readers find the page.
    pub public_url: PublicUrl,
    /// The recognisers behind their permits.
    pub models: Arc<Models>,
    /// What there is for the reader's device; `None` where the site has no worker.
    pub on_device: Option<Arc<OnDevice>>,
    /// What one clip's upload may cost.
    pub body_limits: BodyLimits,
    /// Most files of a batch.
    pub max_batch_files: MaxBatchFiles,
    /// What the server has done.
    pub metrics: Arc<Metrics>,
    /// Who may send clips, and how many.
    pub access: Arc<Access>,
    /// Proxies that are believed about whose request they pass on.
    pub proxies: Arc<[IpNet]>,
    /// What is looked for in clips, and who is told.
    pub alerts: Arc<Alerts>,
    /// The admin page; `None` where there are no tenants.
    pub admin: Option<Arc<Admin>>,
    /// Whether `/metrics` is told to those who ask the server itself.
    pub has_public_metrics: bool,
    is_ending: Arc<AtomicBool>,
}

/// What the settings name and does not fit.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file of API keys or an origin.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// A rule, or where alerts are sent.
    #[error(transparent)]
    Alerts(#[from] AlertsError),
    /// A further checkpoint.
    #[error(transparent)]
    Models(#[from] ModelsError),
}

/// Most files of a batch.
#[derive(Clone, Copy, Debug)]
pub struct MaxBatchFiles(pub usize);

impl AppState {
    /// State of a server that answers with `recognizer`.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn new(
        leptos_options: LeptosOptions,
        settings: &Settings,
        recognizer: Recognizer,
    ) -> Result<Self, StateError> {
        let server = &settings.server;
        let metrics = Arc::new(Metrics::new());
        let memory = UploadMemory::new(server.max_upload_memory_bytes.get());
        let observer = Arc::clone(&metrics) as Arc<dyn Observer>;
        let models = Models::new(recognizer, settings, observer)?;
        let model_facts: Arc<[ModelFacts]> = models
            .all()
            .iter()
            .map(|listed| listed.facts.clone())
            .collect();
        let on_device = OnDevice::find(Path::new(&*leptos_options.site_root), &models);
        let summary = |facts: &ModelFacts| {
            let mut summary = facts.summary.clone();
            if let Some(on_device) = &on_device {
                summary.device_bytes = on_device.sent_bytes(&summary.id);
            }
            summary
        };
        let access = Arc::new(Access::new(&settings.access, &settings.tenants)?);
        let alerts = Alerts::new(&settings.alerts, metrics.alerts(), Arc::clone(&access))?;
        let mut summaries = model_facts.iter().map(summary);
        let device_script = on_device
            .as_ref()
            .map(|on_device| on_device.script().to_owned());
        Ok(Self {
            site: site::files(&leptos_options.site_root),
            leptos_options,
            page_facts: PageFacts {
                max_upload_bytes: server.max_upload_bytes.get(),
                model: summaries.next().expect("there is a first model"),
                further_models: summaries.collect(),
                device_script: device_script.unwrap_or_default(),
            },
            model_facts,
            public_url: PublicUrl::new(&server.public_url),
            models: Arc::new(models),
            on_device: on_device.map(Arc::new),
            body_limits: server.body_limits(memory),
            max_batch_files: MaxBatchFiles(server.max_batch_files.get()),
            alerts: Arc::new(alerts),
            metrics,
            access,
            proxies: settings.access.trusted_proxies.clone().into(),
            admin: None,
            has_public_metrics: server.metrics_address.is_none(),
            is_ending: Arc::new(AtomicBool::new(false)),
        })
    }

    /// The same with an admin page for the tenants of a ledger.
    ///
    /// # Errors
    /// [`SettingError`].
    pub fn with_admin(
        self,
        ledger: Ledger,
        settings: &AdminSettings,
    ) -> Result<Self, SettingError> {
        let options = self.leptos_options.clone();
        let admin = Admin::new(ledger, settings, &self.public_url, options)?;
        Ok(Self {
            admin: Some(Arc::new(admin)),
            ..self
        })
    }

    /// From now on the server only finishes what it has begun.
    pub fn end(&self) {
        self.is_ending.store(true, Ordering::Relaxed);
    }

    /// Whether [`end`](Self::end) was called.
    pub fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
    }
}

impl FromRef<AppState> for Arc<Metrics> {
    fn from_ref(state: &AppState) -> Self {
        Arc::clone(&state.metrics)
    }
}

impl FromRef<AppState> for Arc<Models> {
    fn from_ref(state: &AppState) -> Self {
        Arc::clone(&state.models)
    }
}

impl FromRef<AppState> for Arc<Alerts> {
    fn from_ref(state: &AppState) -> Self {
        Arc::clone(&state.alerts)
    }
}

impl FromRef<AppState> for MaxBatchFiles {
    fn from_ref(state: &AppState) -> Self {
        state.max_batch_files
    }
}

impl FromRef<AppState> for PublicUrl {
    fn from_ref(state: &AppState) -> Self {
        state.public_url.clone()
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos_options.clone()
    }
}
