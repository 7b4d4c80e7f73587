//! Clips as the heads of a checkpoint's networks read them: heard once, answered by as many heads as one likes.

use burn::tensor::{Tensor, TensorData};
use inference::{VoiceEncoder, VoicePrior};
use network::{BiLstm, backend};
use vocabulary::{LabelSet, Probabilities};

use super::head::{Head, Labelled, batch};
use crate::{
    answer::Answer,
    examples::Example,
    overheard::{Overheard, overheard},
};

/// What networks that answer together make of clips.
pub struct Hearing<'a> {
    clips: Vec<&'a Example>,
    labels: &'a LabelSet,
    /// By member and clip, `[n_windows, pooled_size]`, normalised as the network does.
    read: Vec<Vec<Overheard>>,
    /// Of each clip from the training's voices, where networks tell it.
    distances: Vec<Option<f32>>,
}

impl<'a> Hearing<'a> {
    /// Lets the networks hear the clips.
    ///
    /// # Errors
    /// When a clip cannot be recognised for another reason than that nobody speaks.
    pub fn of(
        networks: &[BiLstm],
        encoder: Option<&dyn VoiceEncoder>,
        labels: &'a LabelSet,
        voice_prior: Option<&VoicePrior>,
        clips: &[&'a Example],
    ) -> anyhow::Result<Self> {
        let mut read = Vec::with_capacity(networks.len());
        let mut distances = vec![None; clips.len()];
        for network in networks {
            let heard = overheard(network, encoder, labels, voice_prior, clips)?;
            if let Some(prior) = voice_prior {
                distances = heard
                    .iter()
                    .map(|windows| distance(windows, prior))
                    .collect();
            }
            read.push(
                heard
                    .into_iter()
                    .map(|windows| normalised(network, windows))
                    .collect(),
            );
        }
        Ok(Self {
            clips: clips.to_vec(),
            labels,
            read,
            distances,
        })
    }

    /// The clips.
    pub fn clips(&self) -> &[&'a Example] {
        &self.clips
    }

    /// Each member's head, tuned on some of the clips.
    pub fn tuned(&self, heads: &[Head], clips: &[usize], seed: u64) -> Vec<Head> {
        let pairs = heads.iter().zip(&self.read);
        let tuned = |(head, read): (&Head, &Vec<Overheard>)| {
            let labelled = clips
                .iter()
                .filter_map(|&idx| Some((idx, self.labels.class_idx(self.clips[idx].emotion)?)));
            let windows = labelled.flat_map(|(idx, class_idx)| {
                read[idx].iter().map(move |window| (&window[..], class_idx))
            });
            head.tuned(&windows.collect::<Vec<Labelled>>(), seed)
        };
        pairs.map(tuned).collect()
    }

    /// What the heads answer together to some of the clips, uncalibrated, as of a fold.
    pub fn answers(&self, heads: &[Head], clips: &[usize], fold: usize) -> Vec<Answer> {
        let answer = |&idx: &usize| {
            let example = self.clips[idx];
            let of_members: Vec<_> = heads
                .iter()
                .zip(&self.read)
                .map(|(head, read)| logits(head, &read[idx]))
                .collect();
            let members = of_members
                .iter()
                .map(|logits| Some(self.mean(logits)?.top().0))
                .collect();
            Answer {
                fold,
                speaker: example.speaker.clone(),
                sex: example.sex.clone(),
                sentence: example.sentence.clone(),
                emotion: example.emotion,
                probabilities: self.mean(&together(&of_members)),
                distance: self.distances[idx],
                members,
                profiled: Default::default(),
            }
        };
        clips.iter().map(answer).collect()
    }

    /// Mean over the windows of their probabilities; nothing of no windows.
    fn mean(&self, logits: &[Vec<f32>]) -> Option<Probabilities> {
        let windows = logits.iter();
        let windows = windows.map(|logits| Probabilities::from_logits(self.labels, logits).ok());
        Probabilities::mean(&windows.collect::<Option<Vec<_>>>()?)
    }
}

/// Mean over the members, `[n_windows, n_classes]`.
fn together(of_members: &[Vec<Vec<f32>>]) -> Vec<Vec<f32>> {
    let n_members = of_members.len() as f32;
    let mut mean = of_members[0].clone();
    for other in &of_members[1..] {
        for (sum, value) in mean.iter_mut().flatten().zip(other.iter().flatten()) {
            *sum += value;
        }
    }
    mean.iter_mut().flatten().for_each(|sum| *sum /= n_members);
    mean
}

/// `[n_windows, n_classes]`.
fn logits(head: &Head, windows: &Overheard) -> Vec<Vec<f32>> {
    if windows.is_empty() {
        return Vec::new();
    }
    let labelled: Vec<Labelled> = windows.iter().map(|window| (&window[..], 0)).collect();
    rows(head.logits(batch(&labelled, &backend::device())))
}

fn normalised(network: &BiLstm, windows: Overheard) -> Overheard {
    let Some(size) = windows.first().map(Vec::len) else {
        return windows;
    };
    let data = TensorData::new(windows.concat(), [windows.len(), size]);
    let read: Tensor<2> = Tensor::from_data(data, &backend::device());
    rows(network.norm.forward(read))
}

fn rows(matrix: Tensor<2>) -> Vec<Vec<f32>> {
    let [_, n_columns] = matrix.dims();
    let values: Vec<f32> = matrix.into_data().iter::<f32>().collect();
    values.chunks(n_columns).map(<[f32]>::to_vec).collect()
}

/// Mean over the windows; the voice vector ends what a head reads.
fn distance(windows: &Overheard, prior: &VoicePrior) -> Option<f32> {
    let voices = windows
        .iter()
        .map(|window| &window[window.len() - prior.mean.len()..]);
    let distances: Option<Vec<f32>> = voices.map(|voice| prior.distance(voice)).collect();
    let distances = distances.filter(|distances| !distances.is_empty())?;
    Some(distances.iter().sum::<f32>() / distances.len() as f32)
}
