//! What whoever watches over the pipeline is told.

use std::time::Duration;

/// Clips that were heard together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// How long each of them waited for its turn.
    pub waited: Vec<Duration>,
    /// How long each took to decode, with its frames.
    pub decoding: Vec<Duration>,
    /// How long the network took for all of them.
    pub inference: Duration,
}

/// Is told of clips that were heard, on the thread that heard them.
pub trait Observer: Send + Sync {
    /// Clips were heard together.
    fn heard(&self, clips: &Heard);
}

impl Observer for () {
    fn heard(&self, _: &Heard) {}
}
