//! Whether clips are heard on the reader's own device, and whether that is ready.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsValue;

use crate::{
    api::{OnDeviceFacts, PageFacts},
    browser::{Clip, Hearing, Now, Recorder, UploadEvent, prepare_device, storage},
    error::AppError,
    live::react,
    model_choice::ModelChoice,
};

/// How far what hears on the device has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Readiness {
    /// A share of what is fetched has come, `[0, 1]`.
    Fetching(f64),
    /// It can hear.
    Ready,
    /// It cannot.
    Failed(AppError),
}

/// Whether clips are heard on the reader's own device; the browser remembers it. In the context of every page; copies
/// share it.
#[derive(Clone, Copy)]
pub struct OnDevice {
    /// Whether the reader wants it.
    pub is_chosen: ReadSignal<bool>,
    set_chosen: WriteSignal<bool>,
    /// How far it has come, where the reader wants it.
    pub readiness: RwSignal<Readiness>,
    facts: StoredValue<Option<OnDeviceFacts>>,
    models: ModelChoice,
}

impl OnDevice {
    /// On the server or, once the page is alive, where it was chosen last.
    pub fn new(facts: &PageFacts, models: ModelChoice) -> Self {
        let (is_chosen, set_chosen) = signal(false);
        let on_device = Self {
            is_chosen,
            set_chosen,
            readiness: RwSignal::new(Readiness::Fetching(0.0)),
            facts: StoredValue::new(facts.on_device.clone()),
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
        self.facts.with_value(Option::is_some)
    }

    /// What is fetched for the chosen model, once.
    pub fn n_bytes(self) -> u64 {
        let place = models_place(self.models);
        let bytes = |facts: &OnDeviceFacts| facts.sent_bytes.get(place).copied();
        self.facts
            .with_value(|facts| facts.as_ref().and_then(bytes))
            .unwrap_or_default()
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

    /// Begins to hear what a recorder records, and draws it into a canvas.
    pub fn listen(
        self,
        recorder: Recorder,
        canvas: JsValue,
        on_change: impl Fn(Now) + 'static,
    ) -> Option<Hearing> {
        let model = self.models.chosen.get_untracked();
        let stream = recorder.stream()?;
        Some(Hearing::stream(
            self.script()?,
            model,
            stream,
            canvas,
            on_change,
        ))
    }

    fn prepare(self, model: String) {
        let Some(script) = self.script() else { return };
        self.readiness.set(Readiness::Fetching(0.0));
        spawn_local(async move {
            let wanted = model.clone();
            let tell = move |share| {
                if self.models.chosen.try_get_untracked().as_ref() == Some(&wanted) {
                    self.readiness.set(Readiness::Fetching(share));
                }
            };
            let prepared = prepare_device(&script, &model, tell).await;
            if self.models.chosen.try_get_untracked() == Some(model) {
                self.readiness.set(match prepared {
                    Ok(()) => Readiness::Ready,
                    Err(error) => Readiness::Failed(error),
                });
            }
        });
    }

    fn script(self) -> Option<String> {
        let facts = self.facts.get_value()?;
        Some(facts.script)
    }
}

/// Place of the chosen model among all.
fn models_place(models: ModelChoice) -> usize {
    let chosen = models.chosen.get();
    let all = models.all();
    all.iter()
        .position(|one| one.id == chosen)
        .unwrap_or_default()
}
