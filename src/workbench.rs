//! What the start page is doing: a clip on its way from a voice to a result.

use leptos::{prelude::*, reactive::signal::MappedSignal};

use crate::{
    api::{Analysis, recognize},
    browser::{Clip, Recorder},
    error::AppError,
};

/// What became of a clip.
pub type Outcome = Result<Analysis, AppError>;

/// What the start page is doing. In the context of its components; copies share it.
#[derive(Clone, Copy)]
pub struct Workbench {
    /// Where clips are recorded.
    pub recorder: Recorder,
    /// Whether the page has come alive in the browser.
    pub is_live: RwSignal<bool>,
    clip: RwSignal<Option<Clip>>,
    request: Action<Clip, Outcome>,
    outcome: MappedSignal<Option<Outcome>>,
    is_busy: Memo<bool>,
    abort: StoredValue<Option<ActionAbortHandle>>,
}

impl Workbench {
    /// An empty workbench, or one with the `outcome` of a form that the browser posted without WASM.
    pub fn new(max_upload_bytes: u64, outcome: Option<Outcome>) -> Self {
        let is_live = RwSignal::new(false);
        Effect::new(move |_| is_live.set(true));
        let request = Action::new_with_value(outcome, move |clip: &Clip| {
            let form = clip.form(max_upload_bytes);
            async move { recognize(form?).await }
        });
        Self {
            recorder: Recorder::new(),
            is_live,
            clip: RwSignal::new(None),
            outcome: request.value(),
            is_busy: request.pending(),
            request,
            abort: StoredValue::new(None),
        }
    }

    /// The chosen or recorded clip.
    pub fn clip(self) -> Option<Clip> {
        self.clip.get()
    }

    /// What became of the clip; `None` before and while it is analysed.
    pub fn outcome(self) -> Option<Outcome> {
        self.outcome.get()
    }

    /// Whether the clip is being analysed.
    pub fn is_busy(self) -> bool {
        self.is_busy.get()
    }

    /// Records a new clip in the place of the present one.
    pub fn record(self) {
        self.reset();
        self.recorder.start(move |clip| self.take(clip));
    }

    /// Puts `clip` in the place of the present one.
    pub fn take(self, clip: Clip) {
        self.reset();
        self.clip.set(Some(clip));
    }

    /// Sends the clip to the server.
    pub fn analyse(self) {
        self.cancel();
        match self.clip.get_untracked() {
            Some(clip) => {
                self.outcome.set(None);
                self.abort.set_value(Some(self.request.dispatch(clip)));
            }
            None => self.outcome.set(Some(Err(AppError::NoFile))),
        }
    }

    /// Stops waiting for the server's answer.
    pub fn cancel(self) {
        if let Some(abort) = self.abort.try_update_value(Option::take).flatten() {
            abort.abort();
        }
    }

    /// Forgets clip, recording and result.
    pub fn reset(self) {
        self.cancel();
        self.recorder.discard();
        self.clip.set(None);
        self.outcome.set(None);
    }
}
