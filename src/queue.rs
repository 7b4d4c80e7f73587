//! Clips on their way to a result, one after the other.

use vocabulary::Analysis;

use crate::{
    browser::{Clip, UploadEvent},
    error::AppError,
    profiles::NamedProfile,
    trim::Cut,
};

/// Tells clips apart; counts up.
pub type ClipId = u32;

/// What became of a clip.
pub type Outcome = Result<Analysis, AppError>;

/// How far a clip has come.
#[cfg_attr(
    target_pointer_width = "64",
    expect(
        clippy::large_enum_variant,
        reason = "there are no more of them than clips in the queue"
    )
)]
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Progress {
    /// Chosen or recorded; nobody wants it analysed yet.
    #[default]
    Chosen,
    /// Waits for the one before it.
    Waiting,
    /// On its way to the server.
    Sending {
        /// What has left the browser, `[0, 1]`.
        share: f64,
    },
    /// The server is at it.
    Analysing,
    /// This device is at it.
    Hearing {
        /// What is heard of it, `[0, 1]`.
        share: f64,
    },
    /// The end.
    Ended(Outcome),
}

/// A clip, and how far it has come.
#[derive(Clone, Debug, PartialEq)]
pub struct QueuedClip {
    /// Its number.
    pub id: ClipId,
    /// What was chosen or recorded.
    pub clip: Clip,
    /// The part of it that is sent; `None` sends all of it.
    pub cut: Option<Cut>,
    /// What the browser decoded of all of it, once it was refused as it is.
    pub decoded: Option<Clip>,
    /// The voice profile with which it was sent.
    pub voice: Option<NamedProfile>,
    /// How far it has come.
    pub progress: Progress,
}

impl QueuedClip {
    /// What is sent, and heard in the answer.
    pub fn sent(&self) -> &Clip {
        let part = self.cut.as_ref().map(|cut| &cut.clip);
        part.or(self.decoded.as_ref()).unwrap_or(&self.clip)
    }

    /// Whether it was recorded and may yet be answered.
    pub const fn is_unheard_recording(&self) -> bool {
        let may_be_heard = match self.progress.outcome() {
            Some(Ok(_)) => false,
            Some(Err(error)) => may_pass(error),
            None => true,
        };
        self.clip.file_name.is_none() && may_be_heard
    }
}

impl Progress {
    /// The progress after an event of the upload.
    #[must_use]
    pub fn after(self, event: UploadEvent) -> Self {
        match event {
            UploadEvent::Sending(share) => Self::Sending { share },
            UploadEvent::Sent => Self::Analysing,
            UploadEvent::Heard(share) => Self::Hearing { share },
            UploadEvent::Answered(outcome) => Self::Ended(outcome),
        }
    }

    /// Whether the clip is on its way or waits for its turn.
    pub const fn is_under_way(&self) -> bool {
        matches!(
            self,
            Self::Waiting | Self::Sending { .. } | Self::Analysing | Self::Hearing { .. }
        )
    }

    /// What became of the clip; `None` before the end.
    pub const fn outcome(&self) -> Option<&Outcome> {
        match self {
            Self::Ended(outcome) => Some(outcome),
            _ => None,
        }
    }

    /// Whether *Analyse* sends the clip: it was never sent, or it may work this time.
    pub const fn can_start(&self) -> bool {
        match self {
            Self::Chosen => true,
            Self::Ended(Err(error)) => may_pass(error),
            _ => false,
        }
    }
}

/// Whether the same clip may be answered at another time: the fault is the connection's or the server's, not the
/// clip's.
const fn may_pass(error: &AppError) -> bool {
    matches!(
        error,
        AppError::UploadIncomplete
            | AppError::TooSlow { .. }
            | AppError::TooManyRequests { .. }
            | AppError::Overloaded { .. }
            | AppError::Unreachable
            | AppError::DeviceFailed
            | AppError::Internal { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_is_sent_analysed_and_answered() {
        let sending = Progress::Waiting.after(UploadEvent::Sending(0.5));
        assert!(sending.is_under_way() && !sending.can_start());
        let analysing = sending.after(UploadEvent::Sent);
        assert!(analysing.is_under_way() && analysing.outcome().is_none());
        let failed = analysing.after(UploadEvent::Answered(Err(AppError::NoSpeech)));
        assert!(!failed.is_under_way() && !failed.can_start());
        assert_eq!(failed.outcome(), Some(&Err(AppError::NoSpeech)));
    }

    #[test]
    fn only_what_may_work_is_tried_again() {
        let ended = |error| Progress::Ended(Err(error)).can_start();
        assert!(ended(AppError::Unreachable) && ended(AppError::Overloaded { retry_after_s: 3 }));
        assert!(!ended(AppError::DamagedAudio) && !ended(AppError::NoSpeech));
        assert!(!ended(AppError::UnsupportedAudio { found: None }));
    }
}
