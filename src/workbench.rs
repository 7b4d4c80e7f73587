//! What the start page is doing: clips on their way from a voice to a result.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use vocabulary::Analysis;

pub use crate::queue::Outcome;
use crate::{
    browser::{Clip, Recorder, Upload, UploadEvent, acknowledge, is_acknowledged, storage},
    error::AppError,
    history::Entry,
    queue::{ClipId, Progress, QueuedClip},
    trim::Trim,
};

/// What the reader wanted to do when the notice opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Record.
    Record,
    /// Send what there is.
    Analyse,
    /// Read the notice, nothing else.
    Read,
}

/// What the start page is doing. In the context of its components; copies share it.
///
/// Components that show a result read [`clip`](Self::clip) and [`outcome`](Self::outcome): both are those of the clip
/// on display.
#[derive(Clone, Copy)]
pub struct Workbench {
    /// Where clips are recorded.
    pub recorder: Recorder,
    /// Whether the page has come alive in the browser.
    pub is_live: RwSignal<bool>,
    /// Why the notice is open; `None` while it is not.
    pub notice: RwSignal<Option<Wish>>,
    /// The part of the clip on display that is sent.
    pub trim: Trim,
    queue: RwSignal<Vec<QueuedClip>>,
    shown: RwSignal<Option<ClipId>>,
    /// Of the form that the browser posted without WASM, or of a wish that came to nothing.
    other_outcome: RwSignal<Option<Outcome>>,
    clip: Memo<Option<Clip>>,
    outcome: Memo<Option<Outcome>>,
    is_busy: Memo<bool>,
    n_taken: StoredValue<ClipId>,
    upload: StoredValue<Option<SendWrapper<(ClipId, Upload)>>>,
    max_upload_bytes: u64,
}

impl Workbench {
    /// An empty workbench, or one with the `outcome` of a form that the browser posted without WASM.
    pub fn new(max_upload_bytes: u64, outcome: Option<Outcome>) -> Self {
        let is_live = RwSignal::new(false);
        Effect::new(move |_| is_live.set(true));
        let queue = RwSignal::new(Vec::<QueuedClip>::new());
        let shown = RwSignal::new(None);
        let other_outcome = RwSignal::new(outcome);
        let of_shown = move || {
            let id = shown.get()?;
            queue.with(|queue| queue.iter().find(|one| one.id == id).cloned())
        };
        Self {
            recorder: Recorder::new(),
            is_live,
            notice: RwSignal::new(None),
            trim: Trim::new(),
            queue,
            shown,
            other_outcome,
            clip: Memo::new(move |_| of_shown().map(|one| one.clip)),
            outcome: Memo::new(move |_| {
                let of_clip = of_shown().and_then(|one| one.progress.outcome().cloned());
                of_clip.or_else(|| other_outcome.get())
            }),
            is_busy: Memo::new(move |_| {
                queue.with(|queue| queue.iter().any(|one| one.progress.is_under_way()))
            }),
            n_taken: StoredValue::new(0),
            upload: StoredValue::new(None),
            max_upload_bytes,
        }
    }

    /// The clip on display.
    pub fn clip(self) -> Option<Clip> {
        self.clip.get()
    }

    /// What became of the clip on display; `None` before the end.
    pub fn outcome(self) -> Option<Outcome> {
        self.outcome.get()
    }

    /// Whether anything is being analysed or waits for it.
    pub fn is_busy(self) -> bool {
        self.is_busy.get()
    }

    /// Every clip, in the order in which they were chosen.
    pub fn queue(self) -> ReadSignal<Vec<QueuedClip>> {
        self.queue.read_only()
    }

    /// The clip on display.
    pub fn shown(self) -> Option<ClipId> {
        self.shown.get()
    }

    /// Puts a clip and its result on display.
    pub fn show(self, id: ClipId) {
        self.shown.set(Some(id));
    }

    /// Records a new clip in the place of the present ones, once the notice was read.
    pub fn record(self) {
        if self.is_noted(Wish::Record) {
            self.reset();
            self.recorder.start(move |clip| self.take(vec![clip]));
        }
    }

    /// Puts `clips` in the place of the present ones. A single one is on display at once.
    pub fn take(self, clips: Vec<Clip>) {
        if clips.is_empty() {
            return;
        }
        self.reset();
        let mut queue = Vec::new();
        for clip in clips {
            self.n_taken.update_value(|n_taken| *n_taken += 1);
            queue.push(QueuedClip {
                id: self.n_taken.get_value(),
                clip,
                progress: Progress::Chosen,
            });
        }
        if let [one] = &queue[..] {
            self.shown.set(Some(one.id));
            self.trim.open(one.clip.clone());
        }
        self.queue.set(queue);
    }

    /// Says why a clip could not be taken.
    pub fn fail(self, error: AppError) {
        self.reset();
        self.other_outcome.set(Some(Err(error)));
    }

    /// Sends what there is and was not answered yet, once the notice was read.
    pub fn analyse(self) {
        if !self.is_noted(Wish::Analyse) {
            return;
        }
        if self.queue.with_untracked(Vec::is_empty) {
            self.fail(AppError::NoFile);
            return;
        }
        self.upload.set_value(None);
        let part = self
            .clip
            .get_untracked()
            .and_then(|clip| self.trim.cut(&clip));
        if let Some(part) = &part {
            self.trim.open(part.clone());
        }
        self.queue.update(|queue| {
            if let (Some(part), [one]) = (part, &mut queue[..]) {
                one.clip = part;
            }
            // One alone is sent whenever somebody asks, for example with another part chosen.
            let is_alone = queue.len() == 1;
            for one in queue.iter_mut() {
                if is_alone || one.progress.can_start() {
                    one.progress = Progress::Waiting;
                }
            }
        });
        self.send_next();
    }

    /// Sends a clip once more.
    pub fn retry(self, id: ClipId) {
        self.set_progress(id, |_| Progress::Waiting);
        self.send_next();
    }

    /// Takes a clip off its way.
    pub fn cancel(self, id: ClipId) {
        self.set_progress(id, |_| Progress::Chosen);
        let is_sent = self
            .upload
            .with_value(|upload| upload.as_ref().is_some_and(|on| on.0 == id));
        if is_sent {
            self.upload.set_value(None);
            self.send_next();
        }
    }

    /// Takes every clip off its way.
    pub fn cancel_all(self) {
        self.upload.set_value(None);
        self.queue.update(|queue| {
            for one in queue.iter_mut().filter(|one| one.progress.is_under_way()) {
                one.progress = Progress::Chosen;
            }
        });
    }

    /// Remembers that the notice was read, and does what its reader wanted.
    pub fn agree(self) {
        acknowledge();
        let wish = self.notice.get_untracked();
        self.notice.set(None);
        match wish {
            Some(Wish::Record) => self.record(),
            Some(Wish::Analyse) => self.analyse(),
            Some(Wish::Read) | None => {}
        }
    }

    /// Forgets clips, recording and results.
    pub fn reset(self) {
        self.upload.set_value(None);
        self.recorder.discard();
        self.trim.close();
        self.shown.set(None);
        self.queue.set(Vec::new());
        self.other_outcome.set(None);
    }

    /// Whether the notice was read; else it opens.
    fn is_noted(self, wish: Wish) -> bool {
        let is_noted = is_acknowledged();
        if !is_noted {
            self.notice.set(Some(wish));
        }
        is_noted
    }

    fn send_next(self) {
        while self.upload.with_value(Option::is_none) {
            let next = self.queue.with_untracked(|queue| {
                let next = queue.iter().find(|one| one.progress == Progress::Waiting);
                next.map(|one| (one.id, one.clip.clone()))
            });
            let Some((id, clip)) = next else { return };
            let on_event = move |event| self.hear(id, event);
            let form = clip.form(self.max_upload_bytes);
            match form.and_then(|form| Upload::start(&form, on_event)) {
                Ok(upload) => {
                    self.set_progress(id, |_| Progress::Sending { share: 0.0 });
                    self.upload.set_value(Some(SendWrapper::new((id, upload))));
                }
                Err(error) => self.set_progress(id, |_| Progress::Ended(Err(error))),
            }
        }
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

    /// Adds a result to the past ones.
    fn keep(self, id: ClipId, analysis: &Analysis) {
        let clip = self.queue.try_with_untracked(|queue| {
            let one = queue.iter().find(|one| one.id == id);
            one.map(|one| one.clip.clone())
        });
        if let Some(Some(clip)) = clip {
            let prediction = analysis.prediction.clone();
            storage::add_result(Entry::new(storage::now_ms(), clip.file_name, prediction));
        }
    }

    fn set_progress(self, id: ClipId, change: impl FnOnce(Progress) -> Progress) {
        self.queue.try_update(|queue| {
            if let Some(one) = queue.iter_mut().find(|one| one.id == id) {
                one.progress = change(std::mem::take(&mut one.progress));
            }
        });
    }
}
