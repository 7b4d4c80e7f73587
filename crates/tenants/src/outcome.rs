//! What became of a clip, as usage tells it.

use std::{fmt, str::FromStr};

/// What became of a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// It was heard.
    Answered,
    /// It could not be heard: damaged, too long, nobody speaks, no place in the queue.
    Failed,
    /// A limit of its tenant did not allow it.
    Refused,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Answered, Self::Failed, Self::Refused];

    /// As the database and reports write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Failed => "failed",
            Self::Refused => "refused",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that is no outcome.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no outcome")]
pub struct UnknownOutcome(String);

impl FromStr for Outcome {
    type Err = UnknownOutcome;

    fn from_str(name: &str) -> Result<Self, UnknownOutcome> {
        let found = Self::ALL.into_iter().find(|one| one.name() == name);
        found.ok_or_else(|| UnknownOutcome(name.to_owned()))
    }
}
