//! The clips of the start page on their way to the server, or to what hears on this device, one after the other.

use std::{any::Any, rc::Rc};

use leptos::{prelude::*, task::spawn_local};
use send_wrapper::SendWrapper;

use super::Workbench;
use crate::{
    api::Recognize,
    browser::{Clip, Decoded, Upload, UploadEvent},
    error::AppError,
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
        let is_unread = matches!(
            event,
            UploadEvent::Answered(Err(AppError::UnsupportedAudio { .. }))
        );
        match is_unread.then(|| self.as_chosen(id)).flatten() {
            Some(clip) => self.decode(id, clip, event),
            None => self.follow(id, event),
        }
    }

    /// A clip that is sent as it was chosen.
    fn as_chosen(self, id: ClipId) -> Option<Clip> {
        let found = self.queue.try_with_untracked(|queue| {
            let one = queue.iter().find(|one| one.id == id)?;
            (*one.sent() == one.clip).then(|| one.clip.clone())
        });
        found.flatten()
    }

    /// Sends what the browser decodes of a refused clip. Where it cannot, the refusal stands.
    fn decode(self, id: ClipId, clip: Clip, refusal: UploadEvent) {
        let under_way = Rc::new(());
        let wanted = Rc::downgrade(&under_way);
        self.under_way(id, Box::new(under_way));
        spawn_local(async move {
            let decoded = Decoded::of(&clip).await;
            let decoded = decoded.and_then(|all| all.part(0.0, all.duration_s(), &clip));
            if wanted.strong_count() == 0 {
                return;
            }
            if decoded.is_none() {
                return self.follow(id, refusal);
            }
            self.change(id, |one| {
                one.decoded = decoded;
                one.progress = Progress::Waiting;
            });
            self.upload.set_value(None);
            self.send_next();
        });
    }

    fn follow(self, id: ClipId, event: UploadEvent) {
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
