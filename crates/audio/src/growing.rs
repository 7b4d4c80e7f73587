//! A recording that one thread makes while another looks at it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::Recorder;

/// What was recorded so far; empty before the first piece.
#[derive(Default)]
pub struct Growing {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    recorder: Option<Recorder>,
    has_ended: bool,
}

impl Growing {
    /// Waits until `take` finds something in what was recorded; `None` when it has found nothing and nothing comes any
    /// more. Whoever records waits while it looks.
    pub fn wait_for<T>(&self, mut take: impl FnMut(&Recorder) -> Option<T>) -> Option<T> {
        let mut state = self.state();
        loop {
            if let Some(found) = state.recorder.as_ref().and_then(&mut take) {
                return Some(found);
            }
            if state.has_ended {
                return None;
            }
            let woken = self.changed.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets `push` go on with the recording, which is begun at this rate.
    #[cfg(feature = "decode")]
    pub(crate) fn go_on(&self, sample_rate_hz: u32, push: impl FnOnce(&mut Recorder)) {
        let recorder = &mut self.state().recorder;
        push(recorder.get_or_insert_with(|| Recorder::new(sample_rate_hz)));
        self.changed.notify_all();
    }

    /// Says that nothing comes any more.
    #[cfg(feature = "decode")]
    pub(crate) fn end(&self) {
        self.state().has_ended = true;
        self.changed.notify_all();
    }

    /// What was recorded.
    #[cfg(feature = "decode")]
    pub(crate) fn into_recorder(self) -> Option<Recorder> {
        let state = self.state.into_inner();
        state.unwrap_or_else(PoisonError::into_inner).recorder
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A recorder that panicked is not asked again: the panic is an error of the clip.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
