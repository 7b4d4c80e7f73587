//! The clips of the start page on their way to the server, or to what hears on this device, one after the other.

use std::any::Any;

use leptos::prelude::*;
use send_wrapper::SendWrapper;

use super::Workbench;
use crate::{
    api::Recognize,
    browser::{Upload, UploadEvent},
    profiles::to_json,
    queue::{ClipId, Progress, QueuedClip},
};

impl Workbench {
    pub(super) fn send_next(self) {
        while self.upload.with_value(Option::is_none) {
            let next = self.queue.with_untracked(|queue| {
                let next = queue.iter().find(|one| one.progress == Progress::Waiting);
                next.map(|one| (one.id, one.sent().clone()))
            });
            let Some((id, clip)) = next else { return };
            let on_event = move |event| self.hear(id, event);
            let voice = untrack(|| self.voices.used());
            let profile = voice.as_ref().map(|voice| to_json(&voice.profile));
            let max_upload_bytes = self.facts.with_value(|facts| facts.max_upload_bytes);
            let model = self.models.asked();
            let [speakers, channels] = self.apart.fields();
            let fields = [
                ("model", model.as_deref()),
                ("profile", profile.as_deref()),
                (speakers.0, speakers.1.as_deref()),
                (channels.0, channels.1.as_deref()),
            ];
            self.change(id, |one| one.voice = voice);
            if let Some(hearing) = self.device.hear(clip.clone(), profile.clone(), on_event) {
                self.set_progress(id, |_| Progress::Hearing { share: 0.0 });
                self.under_way(id, Box::new(hearing));
                return;
            }
            let form = clip.form(max_upload_bytes, &fields);
            match form.and_then(|form| Upload::start::<Recognize, _>(&form, on_event)) {
                Ok(upload) => {
                    self.set_progress(id, |_| Progress::Sending { share: 0.0 });
                    self.under_way(id, Box::new(upload));
                }
                Err(error) => self.set_progress(id, |_| Progress::Ended(Err(error))),
            }
        }
    }

    pub(super) fn under_way(self, id: ClipId, heard: Box<dyn Any>) {
        self.upload.set_value(Some(SendWrapper::new((id, heard))));
    }

    fn hear(self, id: ClipId, event: UploadEvent) {
        let has_ended = matches!(event, UploadEvent::Answered(_));
        let is_heard = matches!(event, UploadEvent::Answered(Ok(_)));
        if let UploadEvent::Answered(Ok(analysis)) = &event {
            self.keep(id, analysis);
        }
        self.set_progress(id, |progress| progress.after(event));
        if is_heard && self.shown.try_get_untracked() == Some(None) {
            self.shown.set(Some(id));
        }
        if has_ended {
            self.upload.try_set_value(None);
            self.send_next();
        }
    }

    pub(super) fn set_progress(self, id: ClipId, change: impl FnOnce(Progress) -> Progress) {
        self.change(id, |one| {
            one.progress = change(std::mem::take(&mut one.progress))
        });
    }

    fn change(self, id: ClipId, change: impl FnOnce(&mut QueuedClip)) {
        self.queue.try_update(|queue| {
            queue.iter_mut().find(|one| one.id == id).map(change);
        });
    }
}
