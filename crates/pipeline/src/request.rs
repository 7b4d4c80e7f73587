//! What is asked of the queue: a clip, and what is known of who speaks.

use bytes::Bytes;
use vocabulary::{Emotion, Prediction, Profile};

use crate::Apart;

/// A clip that is to be heard.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// As it was uploaded.
    pub bytes: Bytes,
    /// Of who speaks, where somebody knows.
    pub profile: Option<Profile>,
    /// How its voices are told apart.
    pub apart: Apart,
    /// Whether it is drawn too.
    pub with_pictures: bool,
    /// Whether it betters the profile.
    pub enrolment: Option<Enrolment>,
}

/// What is known of a clip that betters a profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Enrolment {
    /// What the speaker expresses; otherwise it is predicted.
    pub emotion: Option<Emotion>,
}

/// What came of a clip that betters a profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Enrolled {
    /// The profile with the clip.
    pub profile: Profile,
    /// What the clip expresses, and what made it hard to hear.
    pub prediction: Prediction,
}

impl From<Bytes> for Request {
    fn from(bytes: Bytes) -> Self {
        Self {
            bytes,
            ..Self::default()
        }
    }
}
