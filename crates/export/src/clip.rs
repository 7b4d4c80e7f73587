//! A clip and what was heard in it.

use vocabulary::{Emotion, Prediction};

use crate::interval::milliseconds;

/// A clip and what was heard in it.
#[derive(Clone, Copy, Debug)]
pub struct Clip<'a> {
    /// Name of its file; any text.
    pub name: &'a str,
    /// Name of the checkpoint that answered; any text.
    pub model: &'a str,
    /// What was heard.
    pub prediction: &'a Prediction,
}

impl Clip<'_> {
    /// Length of the clip, milliseconds, at least 1: neither Praat nor ELAN opens a file of no length.
    pub(crate) fn duration_ms(&self) -> u32 {
        milliseconds(self.prediction.duration_s).max(1)
    }

    /// The emotions that the model tells apart, in class order.
    pub(crate) fn labels(&self) -> Vec<Emotion> {
        let labels = self.prediction.probabilities.iter();
        labels.map(|(label, _)| label).collect()
    }
}
