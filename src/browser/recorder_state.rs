//! What the recorder is doing, as one value without a browser in it.

use crate::error::AppError;

/// A recording ends by itself after this many seconds.
pub const MAX_RECORDING_S: f64 = 60.0;

/// What is longer is recorded as several clips: each is heard afterwards, and the longest that is heard is ten minutes.
pub const MAX_PART_S: f64 = 590.0;

/// A recording during which the page tells what the voice expresses ends by itself after six parts.
pub const MAX_LIVE_S: f64 = 6.0 * MAX_PART_S;

/// This many seconds before the end the listener is told.
pub const NEARLY_FULL_S: f64 = 10.0;

/// What the recorder is doing.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum RecorderState {
    /// Nothing.
    #[default]
    Idle,
    /// Waiting for the browser's permission.
    Asking,
    /// Listening; so much is recorded.
    Recording {
        /// Seconds, pauses left out.
        elapsed_s: f64,
    },
    /// Paused; so much is recorded.
    Paused {
        /// Seconds, pauses left out.
        elapsed_s: f64,
    },
    /// Waiting for the browser to hand over the recording.
    Saving,
    /// It did not work.
    Failed(AppError),
}

/// What happens to the recorder.
#[derive(Clone, Debug, PartialEq)]
pub enum RecorderEvent {
    /// The user wants to record.
    Ask,
    /// The microphone is open.
    Opened,
    /// So much time has passed since the last tick.
    Tick {
        /// Seconds.
        passed_s: f64,
        /// The longest recording, seconds.
        max_s: f64,
    },
    /// The user pauses.
    Pause,
    /// The user goes on.
    Resume,
    /// The user has said everything.
    Stop,
    /// The recording arrived, or the user threw it away.
    Reset,
    /// It did not work.
    Fail(AppError),
}

impl RecorderState {
    /// The state after `event`. An event that does not fit, such as a late tick, changes nothing.
    #[must_use]
    pub fn after(self, event: RecorderEvent) -> Self {
        use RecorderEvent as E;
        use RecorderState as S;
        match (self, event) {
            (S::Idle | S::Failed(_), E::Ask) => S::Asking,
            (S::Asking, E::Opened) => S::Recording { elapsed_s: 0.0 },
            (S::Recording { elapsed_s }, E::Tick { passed_s, max_s }) => {
                let elapsed_s = elapsed_s + passed_s.max(0.0);
                match elapsed_s < max_s {
                    true => S::Recording { elapsed_s },
                    false => S::Saving,
                }
            }
            (S::Recording { elapsed_s }, E::Pause) => S::Paused { elapsed_s },
            (S::Paused { elapsed_s }, E::Resume) => S::Recording { elapsed_s },
            (S::Recording { .. } | S::Paused { .. }, E::Stop) => S::Saving,
            (_, E::Reset) => S::Idle,
            (_, E::Fail(error)) => S::Failed(error),
            (state, _) => state,
        }
    }

    /// Seconds recorded so far, while there is a recording under way.
    pub const fn elapsed_s(&self) -> Option<f64> {
        match self {
            Self::Recording { elapsed_s } | Self::Paused { elapsed_s } => Some(*elapsed_s),
            _ => None,
        }
    }

    /// How many parts are full.
    pub fn n_full_parts(&self) -> usize {
        (self.elapsed_s().unwrap_or_default() / MAX_PART_S) as usize
    }

    /// Whether a recording of at most `max_s` seconds is about to end by itself.
    pub fn is_nearly_full(&self, max_s: f64) -> bool {
        self.elapsed_s()
            .is_some_and(|elapsed_s| elapsed_s >= max_s - NEARLY_FULL_S)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(events: impl IntoIterator<Item = RecorderEvent>) -> RecorderState {
        events
            .into_iter()
            .fold(RecorderState::Idle, RecorderState::after)
    }

    const fn tick(passed_s: f64) -> RecorderEvent {
        RecorderEvent::Tick {
            passed_s,
            max_s: MAX_RECORDING_S,
        }
    }

    use RecorderEvent::{Ask, Fail, Opened, Pause, Reset, Resume, Stop};

    #[test]
    fn pauses_do_not_count() {
        let state = after([Ask, Opened, tick(1.0), Pause, tick(5.0), Resume, tick(0.5)]);
        assert_eq!(state, RecorderState::Recording { elapsed_s: 1.5 });
    }

    #[test]
    fn ends_by_itself_at_the_maximum() {
        assert_eq!(
            after([Ask, Opened, tick(MAX_RECORDING_S)]),
            RecorderState::Saving
        );
        let recording = after([Ask, Opened, tick(MAX_RECORDING_S - 1.0)]);
        assert!(recording.is_nearly_full(MAX_RECORDING_S));
        assert!(!recording.is_nearly_full(MAX_LIVE_S));
        assert!(!after([Ask, Opened, tick(1.0)]).is_nearly_full(MAX_RECORDING_S));
    }

    #[test]
    fn a_long_recording_has_parts() {
        let tick = |passed_s| RecorderEvent::Tick {
            passed_s,
            max_s: MAX_LIVE_S,
        };
        assert_eq!(after([Ask, Opened, tick(589.9)]).n_full_parts(), 0);
        assert_eq!(
            after([Ask, Opened, tick(589.9), tick(0.1)]).n_full_parts(),
            1
        );
        assert_eq!(after([Ask, Opened, tick(1800.0)]).n_full_parts(), 3);
        assert_eq!(after([Ask, Opened, tick(3540.0)]), RecorderState::Saving);
    }

    #[test]
    fn stops_while_paused_too() {
        assert_eq!(after([Ask, Opened, Pause, Stop]), RecorderState::Saving);
        assert_eq!(
            after([Ask, Opened, Pause, Stop, Reset]),
            RecorderState::Idle
        );
    }

    #[test]
    fn permission_that_comes_after_a_reset_starts_nothing() {
        assert_eq!(after([Ask, Reset, Opened]), RecorderState::Idle);
    }

    #[test]
    fn a_failure_can_be_tried_again() {
        let failed = after([Ask, Fail(AppError::MicrophoneDenied)]);
        assert_eq!(failed, RecorderState::Failed(AppError::MicrophoneDenied));
        assert_eq!(failed.after(Ask), RecorderState::Asking);
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        assert_eq!(after([tick(1.0), Pause, Resume, Stop]), RecorderState::Idle);
        assert_eq!(after([Ask, Ask, Pause]), RecorderState::Asking);
    }
}
