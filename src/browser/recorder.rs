//! The page's recorder: what it is doing, and the session that does it.

use std::mem::take;

use leptos::{prelude::*, task::spawn_local};
use send_wrapper::SendWrapper;

use super::{Clip, RecorderEvent, RecorderSession, RecorderState};

/// The page's recorder. Its session, if there is one, ends with the page's owner.
#[derive(Clone, Copy)]
pub struct Recorder {
    state: RwSignal<RecorderState>,
    session: StoredValue<Option<SendWrapper<RecorderSession>>>,
}

impl Recorder {
    /// A recorder that is doing nothing.
    pub fn new() -> Self {
        Self {
            state: RwSignal::new(RecorderState::Idle),
            session: StoredValue::new(None),
        }
    }

    /// What it is doing.
    pub fn state(self) -> ReadSignal<RecorderState> {
        self.state.read_only()
    }

    /// Asks for the microphone and records. `on_clip` receives the recording after
    /// [`stop`](Self::stop) or at the maximum length.
    pub fn start(self, on_clip: impl Fn(Clip) + 'static) {
        self.tell(RecorderEvent::Ask);
        let on_tick = move |passed_s| self.tell(RecorderEvent::Tick { passed_s });
        let on_recorded = move |clip| {
            self.discard();
            on_clip(clip);
        };
        spawn_local(async move {
            let started = RecorderSession::start(on_tick, on_recorded).await;
            // Who did not wait for the permission does not want the recording any more.
            if self.state.try_get_untracked() != Some(RecorderState::Asking) {
                return;
            }
            match started {
                Ok(session) => {
                    self.session.set_value(Some(SendWrapper::new(session)));
                    self.tell(RecorderEvent::Opened);
                }
                Err(error) => self.tell(RecorderEvent::Fail(error)),
            }
        });
    }

    /// Stops listening for a while.
    pub fn pause(self) {
        self.with_session(RecorderSession::pause);
        self.tell(RecorderEvent::Pause);
    }

    /// Listens again.
    pub fn resume(self) {
        self.with_session(RecorderSession::resume);
        self.tell(RecorderEvent::Resume);
    }

    /// Ends the recording and keeps it.
    pub fn stop(self) {
        self.tell(RecorderEvent::Stop);
    }

    /// Ends the recording and throws it away.
    pub fn discard(self) {
        self.session.set_value(None);
        self.tell(RecorderEvent::Reset);
    }

    fn tell(self, event: RecorderEvent) {
        let is_saving = self.state.try_update(|state| {
            *state = take(state).after(event);
            *state == RecorderState::Saving
        });
        if is_saving == Some(true) {
            self.with_session(RecorderSession::stop);
        }
    }

    fn with_session(self, act: impl FnOnce(&RecorderSession)) {
        self.session
            .with_value(|session| session.as_deref().map(act));
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}
