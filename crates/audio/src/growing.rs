//! A recording that one thread makes while another looks at it.
//!
//! Memory  what was looked at may be forgotten; whoever records waits while there is much that was not

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::Recorder;
#[cfg(feature = "decode")]
use crate::SAMPLE_RATE_HZ;

/// Samples that may be kept while whoever looks is busy: two minutes.
#[cfg(feature = "decode")]
const MAX_AHEAD: usize = 120 * SAMPLE_RATE_HZ as usize;

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
    /// Whether somebody works on what was found, and will come back.
    is_busy: bool,
}

impl Growing {
    /// Waits until `take` finds something in what was recorded, of which it may forget what nobody will read; `None`
    /// when it has found nothing and nothing comes any more. Whoever records waits while it looks.
    pub fn wait_for<T>(&self, mut take: impl FnMut(&mut Recorder) -> Option<T>) -> Option<T> {
        let mut state = self.state();
        loop {
            let found = state.recorder.as_mut().and_then(&mut take);
            state.is_busy = found.is_some();
            self.changed.notify_all();
            if found.is_some() || state.has_ended {
                return found;
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

    /// Returns when there is little that nobody has looked at yet, or nobody is at it.
    #[cfg(feature = "decode")]
    pub(crate) fn wait_for_room(&self) {
        let is_full = |state: &mut State| {
            let recorder = state.recorder.as_ref();
            state.is_busy && recorder.is_some_and(|it| it.samples().n_kept() > MAX_AHEAD)
        };
        // As below.
        drop(self.changed.wait_while(self.state(), is_full));
    }

    /// Says that nobody looks any more.
    #[cfg(feature = "decode")]
    pub(crate) fn leave(&self) {
        self.state().is_busy = false;
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
