//! From a recording to its turns.

use std::{
    io,
    num::NonZeroUsize,
    ops::{ControlFlow, Range},
};

use audio::{Recording, samples_of};
use inference::{CheckpointError, Weights, verified};

use crate::{
    Span, VoiceSpace, clusters,
    segments::segments,
    speech,
    turns::{Stretch, turns},
};

/// Most voices that are told apart.
pub const MAX_SPEAKERS: usize = 6;

/// File of the weights, beside `SHA256SUMS`.
pub const WEIGHTS_FILE: &str = "weights.safetensors";

/// Tells voices apart; shared between threads.
#[derive(Debug)]
pub struct Diarizer {
    space: VoiceSpace,
}

impl Diarizer {
    /// Opens the weights; `read` gives the bytes of the file of a name.
    ///
    /// # Errors
    /// [`CheckpointError`] when a file is missing, damaged or holds other tensors.
    pub fn open(read: impl Fn(&str) -> io::Result<Vec<u8>>) -> Result<Self, CheckpointError> {
        Self::new(&Weights::from_safetensors(&verified(&read, WEIGHTS_FILE)?)?)
    }

    /// Lays out weights.
    ///
    /// # Errors
    /// [`CheckpointError`] when they are others than [`VoiceSpace::tensors`].
    pub fn new(weights: &Weights) -> Result<Self, CheckpointError> {
        Ok(Self {
            space: VoiceSpace::new(weights)?,
        })
    }

    /// Whose turn it is when, in time order; none where nobody speaks. As many voices as there are told, at most
    /// [`MAX_SPEAKERS`] are found. `watch` is called whenever some speech was heard, and may stop it.
    pub fn turns<B>(
        &self,
        recording: &Recording,
        n_speakers: Option<NonZeroUsize>,
        watch: impl FnMut() -> ControlFlow<B>,
    ) -> ControlFlow<B, Vec<Span>> {
        let stretches: Vec<_> = stretches(recording)
            .map(|stretch| (segments(stretch.clone()), stretch))
            .collect();
        let of_all = stretches.iter().flat_map(|(segments, _)| segments.clone());
        let vectors = self.space.vectors(&recording.samples, of_all, watch)?;
        let distinct = self.space.distinct(&vectors);
        let labels = clusters::labels(&vectors, &distinct, n_speakers);
        let mut labels = &labels[..];
        let labelled = stretches.into_iter().map(|(segments, samples)| {
            let (own, behind) = labels.split_at(segments.len());
            labels = behind;
            Stretch {
                samples,
                segments,
                labels: own,
            }
        });
        ControlFlow::Continue(turns(labelled, recording.samples.len()))
    }
}

/// The turns of a recording of one voice: what it says between pauses.
pub fn turns_of_one(recording: &Recording) -> Vec<Span> {
    let of_one = stretches(recording).map(|samples| Stretch {
        segments: vec![samples.clone()],
        samples,
        labels: &[0],
    });
    turns(of_one, recording.samples.len())
}

/// Stretches of speech, in samples.
fn stretches(recording: &Recording) -> impl Iterator<Item = Range<usize>> {
    let n_samples = recording.samples.len();
    let stretches = speech::stretches(&recording.features).into_iter();
    let stretches = stretches.map(move |frames| samples_of(frames, n_samples));
    stretches.filter(|stretch| !stretch.is_empty())
}
