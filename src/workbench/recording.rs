//! Recording on the start page.

use leptos::prelude::*;

use super::{Wish, Workbench};
use crate::{
    browser::{MAX_LIVE_S, MAX_RECORDING_S, Now, RecorderState, Ribbon},
    queue::ClipId,
};

/// In the place of a clip's number: what is recorded is none yet.
const NOW: ClipId = 0;

impl Workbench {
    /// Records a new clip in the place of the present ones, once the notice was read.
    pub fn record(self) {
        if self.is_noted(Wish::Record) {
            self.clear();
            self.decline();
            self.is_listening.set(false);
            let take = move |clips| self.take(clips);
            self.recorder.start(MAX_RECORDING_S, take);
        }
    }

    /// Records, tells meanwhile what the voice expresses, and analyses what was recorded; on this device, which the
    /// reader so chooses.
    pub fn listen(self) {
        if self.is_noted(Wish::Listen) {
            self.device.choose(true);
            self.clear();
            self.decline();
            self.is_listening.set(true);
            self.recorder.start(MAX_LIVE_S, move |clips| {
                self.take(clips);
                self.analyse();
            });
        }
    }

    /// Begins to tell what the recording under way expresses; the next clip, and whatever clears the page, ends that.
    pub fn hear_now(self, ribbon: Ribbon, on_change: impl Fn(Now) + 'static) {
        if let Some(hearing) = self.device.listen(self.recorder, ribbon, on_change) {
            self.under_way(NOW, Box::new(hearing));
        }
    }

    /// Ends the recording that is under way, or records where no clip would be lost; `false` where it does neither.
    pub fn toggle_recording(self) -> bool {
        if self.is_recording() {
            self.recorder.stop();
            return true;
        }
        let is_asking = self.recorder.state().get_untracked() == RecorderState::Asking;
        let is_free = self.queue.with_untracked(Vec::is_empty) && !is_asking;
        if is_free {
            self.record();
        }
        is_free
    }

    /// Ends a recording under way because the page is left; what was recorded is kept.
    pub fn leave(self) {
        match self.recorder.state().try_get_untracked() {
            Some(RecorderState::Asking) => self.recorder.discard(),
            Some(_) => self.recorder.stop(),
            None => {}
        }
    }

    /// Whether something is being recorded.
    pub fn is_recording(self) -> bool {
        let state = self.recorder.state().get_untracked();
        state.elapsed_s().is_some() || state == RecorderState::Saving
    }
}
