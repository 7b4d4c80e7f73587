//! The voice profiles of this browser: which one is in use, and the making of a new one.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use vocabulary::{Emotion, Profile};

use crate::{
    api::{Enrol, Enrolled},
    browser::{Clip, Upload, UploadEvent, storage},
    error::AppError,
    live::react,
    model_choice::ModelChoice,
    profiles::{NamedProfile, Profiles, to_json},
};

/// The voice profiles of this browser, the same in every tab. In the context of every page; copies share it.
#[derive(Clone, Copy)]
pub struct Voices {
    /// As they are kept.
    pub profiles: ReadSignal<Profiles>,
    /// Whether the browser kept what was last changed.
    pub is_kept: ReadSignal<bool>,
    set_profiles: WriteSignal<Profiles>,
    set_is_kept: WriteSignal<bool>,
    upload: StoredValue<Option<SendWrapper<Upload>>>,
    models: ModelChoice,
    max_upload_bytes: u64,
}

impl Voices {
    /// Those that the browser keeps, once the page is alive.
    pub fn new(models: ModelChoice, max_upload_bytes: u64) -> Self {
        let (profiles, set_profiles) = signal(Profiles::default());
        let (is_kept, set_is_kept) = signal(true);
        react(move || {
            set_profiles.set(storage::profiles());
            storage::watch_changes(move || set_profiles.set(storage::profiles()));
        });
        Self {
            profiles,
            is_kept,
            set_profiles,
            set_is_kept,
            upload: StoredValue::new(None),
            models,
            max_upload_bytes,
        }
    }

    /// Name of the model that answers.
    pub fn model_id(self) -> String {
        self.models.chosen.get()
    }

    /// The profile in use, if it is the model's.
    pub fn used(self) -> Option<NamedProfile> {
        let model_id = self.model_id();
        self.profiles
            .with(|profiles| profiles.used(&model_id).cloned())
    }

    /// Changes the profiles that are kept, whichever tab wrote them.
    pub fn change(self, change: impl FnOnce(Profiles) -> Profiles) {
        // Where the browser keeps nothing, what the page holds is all there is.
        let before = match self.is_kept.get_untracked() {
            true => storage::profiles(),
            false => self.profiles.get_untracked(),
        };
        let changed = change(before);
        self.set_is_kept.set(storage::keep_profiles(&changed));
        self.set_profiles.set(changed);
    }

    /// Makes a profile of a clip, or betters one; `emotion` is what the speaker is known to express. `on_end` is told
    /// what became of it. Only the last one that was asked for is made.
    pub fn enrol(
        self,
        clip: &Clip,
        profile: Option<&Profile>,
        emotion: Option<Emotion>,
        on_end: impl Fn(Result<Enrolled, AppError>) + Clone + 'static,
    ) {
        let profile = profile.map(to_json);
        let model = self.models.asked();
        let fields = [
            ("model", model.as_deref()),
            ("profile", profile.as_deref()),
            ("emotion", emotion.map(Emotion::code)),
        ];
        let form = clip.form(self.max_upload_bytes, &fields);
        let on_event = {
            let on_end = on_end.clone();
            move |event| {
                if let UploadEvent::Answered(outcome) = event {
                    self.upload.try_set_value(None);
                    on_end(outcome);
                }
            }
        };
        match form.and_then(|form| Upload::start::<Enrol, Enrolled>(&form, on_event)) {
            Ok(upload) => self.upload.set_value(Some(SendWrapper::new(upload))),
            Err(error) => on_end(Err(error)),
        }
    }

    /// Gives up what [`enrol`](Self::enrol) began.
    pub fn give_up(self) {
        self.upload.try_set_value(None);
    }
}
