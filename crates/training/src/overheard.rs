//! What the head of a network reads, kept so that other heads can answer without hearing the clips again.
//!
//! Input   a network and clips
//! Output  [`Overheard`]: the vector that the head reads of each window with speech
//! Invariant: heard through a [`Committee`], so windows and what is taken from voices are those of an answer

use std::{slice, sync::Mutex};

use inference::{Committee, Input, Network, VoiceEncoder, VoicePrior};
use network::{BiLstm, Reference};
use rayon::prelude::*;
use vocabulary::LabelSet;

use crate::{
    evaluate::{answer, committee},
    examples::Example,
};

/// What the head reads of a clip's windows, `[n_windows, pooled_size]`; empty where nobody speaks.
pub type Overheard = Vec<Vec<f32>>;

/// What the network's head reads of each clip, in order.
///
/// # Errors
/// When a clip cannot be recognised for another reason than that nobody speaks.
pub fn overheard(
    network: &BiLstm,
    encoder: Option<&dyn VoiceEncoder>,
    labels: &LabelSet,
    voice_prior: Option<&VoicePrior>,
    examples: &[&Example],
) -> anyhow::Result<Vec<Overheard>> {
    let reference = Reference(network.clone());
    let of_clip = |example: &&Example| {
        let listening = Listening {
            reference: &reference,
            n_classes: labels.n_labels(),
            kept: Mutex::default(),
        };
        let one = slice::from_ref(&listening);
        let committee: Committee<Listening> = committee(one, encoder, labels, voice_prior);
        answer(&committee, example, None)?;
        Ok(listening.kept.into_inner().unwrap_or_default())
    };
    examples.par_iter().map(of_clip).collect()
}

/// Keeps what the head reads, and has no opinion.
struct Listening<'a> {
    reference: &'a Reference<BiLstm>,
    n_classes: usize,
    kept: Mutex<Overheard>,
}

impl Network for Listening<'_> {
    fn input(&self) -> Input {
        self.reference.input()
    }

    fn voices(&self, windows: &[&[f32]]) -> Vec<Vec<f32>> {
        self.reference.voices(windows)
    }

    fn logits(&self, read: &[&[f32]], voices: &[Vec<f32>]) -> Vec<Vec<f32>> {
        if let Ok(mut kept) = self.kept.lock() {
            kept.extend(self.reference.0.overheard(read, voices));
        }
        vec![vec![0.0; self.n_classes]; read.len()]
    }
}
