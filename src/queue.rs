//! Clips on their way to a result, one after the other.

use vocabulary::Analysis;

use crate::{
    browser::{Clip, UploadEvent},
    error::AppError,
};

/// Tells clips apart; counts up.
pub type ClipId = u32;

/// What became of a clip.
pub type Outcome = Result<Analysis, AppError>;

/// How far a clip has come.
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
    /// The end.
    Ended(Outcome),
}

/// A clip, and how far it has come.
#[derive(Clone, Debug, PartialEq)]
pub struct QueuedClip {
    /// Its number.
    pub id: ClipId,
    /// What is sent.
    pub clip: Clip,
    /// How far it has come.
    pub progress: Progress,
}

impl Progress {
    /// The progress after an event of the upload.
    #[must_use]
    pub fn after(self, event: UploadEvent) -> Self {
        match event {
            UploadEvent::Sending(share) => Self::Sending { share },
            UploadEvent::Sent => Self::Analysing,
            UploadEvent::Answered(outcome) => Self::Ended(outcome),
        }
    }

    /// Whether the clip is on its way or waits for its turn.
    pub const fn is_under_way(&self) -> bool {
        matches!(self, Self::Waiting | Self::Sending { .. } | Self::Analysing)
    }

    /// What became of the clip; `None` before the end.
    pub const fn outcome(&self) -> Option<&Outcome> {
        match self {
            Self::Ended(outcome) => Some(outcome),
            _ => None,
        }
    }

    /// Whether *Analyse* sends the clip: it was never sent, or it did not work.
    pub const fn can_start(&self) -> bool {
        matches!(self, Self::Chosen | Self::Ended(Err(_)))
    }
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
        assert!(!failed.is_under_way() && failed.can_start());
        assert_eq!(failed.outcome(), Some(&Err(AppError::NoSpeech)));
    }
}
