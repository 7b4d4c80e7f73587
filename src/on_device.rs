//! Whether clips are heard on the reader's own device, and whether that is ready.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::PageFacts,
    browser::{Clip, Hearing, Now, Recorder, Ribbon, UploadEvent, prepare_device, storage},
    error::AppError,
    live::react,
    model_choice::ModelChoice,
};

/// What is fetched still has to start.
const ALMOST: f64 = 0.99;

/// Whether clips are heard on the reader's own device; the browser remembers it. In the context of every page; copies
/// share it.
#[derive(Clone, Copy)]
pub struct OnDevice {
    /// Whether the reader wants it.
    pub is_chosen: ReadSignal<bool>,
    set_chosen: WriteSignal<bool>,
    /// Share of what is fetched that has come, `[0, 1]`; 1 once it can hear.
    pub share: RwSignal<f64>,
    /// Why it cannot.
    pub fault: RwSignal<Option<AppError>>,
    /// Whether it can without a connection, on the next visit too.
    pub is_kept: RwSignal<bool>,
    script: StoredValue<String>,
    models: ModelChoice,
}

impl OnDevice {
    /// On the server or, once the page is alive, where it was chosen last.
    pub fn new(facts: &PageFacts, models: ModelChoice) -> Self {
        let (is_chosen, set_chosen) = signal(false);
        let on_device = Self {
            is_chosen,
            set_chosen,
            share: RwSignal::new(0.0),
            fault: RwSignal::new(None),
            is_kept: RwSignal::new(true),
            script: StoredValue::new(facts.device_script.clone()),
            models,
        };
        react(move || {
            if on_device.is_offered() && storage::is_on_device() {
                set_chosen.set(true);
            }
        });
        react(move || {
            // Read in any case: another model is made ready when it is chosen.
            let model = models.chosen.get();
            if is_chosen.get() {
                on_device.prepare(model);
            }
        });
        on_device
    }

    /// Whether the server has what is needed.
    pub fn is_offered(self) -> bool {
        self.script.with_value(|script| !script.is_empty())
    }

    /// Whether it can hear.
    pub fn is_ready(self) -> bool {
        self.share.get() >= 1.0
    }

    /// What is fetched for the chosen model, once.
    pub fn n_bytes(self) -> u64 {
        let chosen = self.models.chosen.get();
        let all = self.models.all();
        let found = all.iter().find(|model| model.id == chosen);
        found.map_or(0, |model| model.device_bytes)
    }

    /// Lets the next clips be heard here, or on the server.
    pub fn choose(self, is_chosen: bool) {
        storage::choose_device(is_chosen);
        self.set_chosen.set(is_chosen);
    }

    /// Fetches what is missing once more.
    pub fn retry(self) {
        self.prepare(self.models.chosen.get_untracked());
    }

    /// Begins to hear a clip here, where the reader wants that.
    pub fn hear(
        self,
        clip: Clip,
        profile: Option<String>,
        on_event: impl Fn(UploadEvent) + 'static,
    ) -> Option<Hearing> {
        let model = self.models.chosen.get_untracked();
        let script = self.script().filter(|_| self.is_chosen.get_untracked())?;
        Some(Hearing::clip(script, model, &clip, profile, on_event))
    }

    /// Begins to hear what a recorder records, and draws it.
    pub fn listen(
        self,
        recorder: Recorder,
        ribbon: Ribbon,
        on_change: impl Fn(Now) + 'static,
    ) -> Option<Hearing> {
        let model = self.models.chosen.get_untracked();
        let (stream, script) = (recorder.stream()?, self.script()?);
        Some(Hearing::stream(script, model, stream, ribbon, on_change))
    }

    fn prepare(self, model: String) {
        let Some(script) = self.script() else { return };
        self.share.set(0.0);
        self.fault.set(None);
        spawn_local(async move {
            let wanted = model.clone();
            let tell = move |share| {
                if self.models.chosen.try_get_untracked().as_ref() == Some(&wanted) {
                    self.share.set(share * ALMOST);
                }
            };
            let prepared = prepare_device(&script, &model, tell).await;
            if self.models.chosen.try_get_untracked() == Some(model) {
                match prepared {
                    Ok(is_kept) => {
                        self.is_kept.set(is_kept);
                        self.share.set(1.0);
                    }
                    Err(error) => self.fault.set(Some(error)),
                }
            }
        });
    }

    fn script(self) -> Option<String> {
        self.is_offered().then(|| self.script.get_value())
    }
}
