//! Which vectors are of one voice.
//!
//! Input   vectors of length 1
//! Output  a label for each, from 0 on
//! Method  average linkage of cosine distances, less the recording's mean: what all its vectors have in common is the
//!         room and the line
//! Memory  of a long recording some of the vectors are linked, evenly spaced; the others have the label of the nearest
//!         centre
//! How many  what the linkage joined is divided again while its vectors, less the typical voice, do not agree; a whole
//!           recording also where the centres of its two clusters are far apart

use std::{collections::BTreeSet, num::NonZeroUsize};

use audio::dot;
use kodama::{Dendrogram, Method, linkage};

use crate::{
    MAX_SPEAKERS,
    voice_space::{length, less, normalise},
};

/// Least length of the mean of one voice's vectors of length 1, set on dialogues of BanglaSER's speakers in changing
/// moods (docs/evaluation.md).
const MIN_AGREEMENT: f32 = 0.57;

/// Cosine distance from which on the centres of two clusters are of two voices, however well all vectors agree, as they
/// do in calm speech. Of whole recordings: centres of few vectors are far apart by chance.
const MIN_DISTANCE: f32 = 0.75;

/// Vectors that are linked, at most: half an hour of speech; their distances take 8 MB, and grow with the square.
const MAX_LINKED: usize = 2048;

/// A label for each vector; `distinct` are the same ones less the typical voice, by which the number of voices is found
/// where it is not told.
pub fn labels(
    vectors: &[Vec<f32>],
    distinct: &[Vec<f32>],
    n_speakers: Option<NonZeroUsize>,
) -> Vec<usize> {
    if vectors.len() < 2 {
        return vec![0; vectors.len()];
    }
    let vectors = less(vectors, &mean(vectors.iter()));
    let step = vectors.len().div_ceil(MAX_LINKED);
    let some = |of: &[Vec<f32>]| of.iter().step_by(step).cloned().collect::<Vec<_>>();
    let (linked, distinct) = (some(&vectors), some(distinct));
    let dendrogram = dendrogram(&linked);
    let labels = match n_speakers {
        Some(told) => divided(&dendrogram, told.get(), |_| true),
        None => divided(&dendrogram, MAX_SPEAKERS, |parts| {
            are_of_several(&distinct, parts)
        }),
    };
    if step == 1 {
        return labels;
    }
    let centres = centres(&linked, &labels);
    let nearest = |vector: &Vec<f32>| {
        let nearness = |label: &usize| dot(&centres[*label], vector);
        let labels = 0..centres.len();
        labels.max_by(|one, other| nearness(one).total_cmp(&nearness(other)))
    };
    vectors
        .iter()
        .map(|vector| nearest(vector).unwrap_or(0))
        .collect()
}

/// Of each label from 0 on, of length 1.
fn centres(vectors: &[Vec<f32>], labels: &[usize]) -> Vec<Vec<f32>> {
    let n_labels = labels.iter().max().map_or(0, |last| last + 1);
    let centre = |label| {
        let pairs = vectors.iter().zip(labels);
        let own = pairs.filter(|(_, of)| **of == label);
        let mut centre = mean(own.map(|(vector, _)| vector));
        normalise(&mut centre);
        centre
    };
    (0..n_labels).map(centre).collect()
}

/// Whether a cluster that falls into two parts, some indices of vectors each, is of several voices.
fn are_of_several(distinct: &[Vec<f32>], parts: &[Vec<usize>; 2]) -> bool {
    let all = centre(distinct, &parts.concat());
    let is_whole = parts[0].len() + parts[1].len() == distinct.len();
    length(&all) < MIN_AGREEMENT || is_whole && distance(distinct, parts) > MIN_DISTANCE
}

/// Cosine distance of the parts' centres.
fn distance(vectors: &[Vec<f32>], parts: &[Vec<usize>; 2]) -> f32 {
    let [left, right] = parts.each_ref().map(|part| {
        let mut centre = centre(vectors, part);
        normalise(&mut centre);
        centre
    });
    1.0 - dot(&left, &right)
}

fn dendrogram(vectors: &[Vec<f32>]) -> Dendrogram<f32> {
    let mut distances = Vec::with_capacity(vectors.len() * (vectors.len() - 1) / 2);
    for (idx, left) in vectors.iter().enumerate() {
        let behind = &vectors[idx + 1..];
        distances.extend(behind.iter().map(|right| 1.0 - dot(left, right)));
    }
    linkage(&mut distances, vectors.len(), Method::Average)
}

/// Labels after the last steps that joined clusters were undone where `is_divided` says so of the two parts, until
/// there are `at_most` clusters.
fn divided(
    dendrogram: &Dendrogram<f32>,
    at_most: usize,
    is_divided: impl Fn(&[Vec<usize>; 2]) -> bool,
) -> Vec<usize> {
    let n_vectors = dendrogram.observations();
    let mut clusters = BTreeSet::from([2 * n_vectors - 2]);
    for (step_idx, step) in dendrogram.steps().iter().enumerate().rev() {
        let joined = n_vectors + step_idx;
        if clusters.len() >= at_most || !clusters.contains(&joined) {
            continue;
        }
        let parts = [step.cluster1, step.cluster2];
        if is_divided(&parts.map(|part| members(dendrogram, part))) {
            clusters.remove(&joined);
            clusters.extend(parts);
        }
    }
    let clusters = clusters.into_iter();
    let mut clusters: Vec<_> = clusters
        .map(|cluster| members(dendrogram, cluster))
        .collect();
    clusters.sort_by_key(|members| members.iter().min().copied());
    let mut labels = vec![0; n_vectors];
    for (label, members) in clusters.iter().enumerate() {
        for &member in members {
            labels[member] = label;
        }
    }
    labels
}

/// Indices of the vectors in a cluster.
fn members(dendrogram: &Dendrogram<f32>, cluster: usize) -> Vec<usize> {
    let mut members = Vec::new();
    let mut open = vec![cluster];
    while let Some(cluster) = open.pop() {
        match cluster.checked_sub(dendrogram.observations()) {
            Some(step_idx) => {
                let step = &dendrogram.steps()[step_idx];
                open.extend([step.cluster1, step.cluster2]);
            }
            None => members.push(cluster),
        }
    }
    members
}

fn centre(vectors: &[Vec<f32>], members: &[usize]) -> Vec<f32> {
    mean(members.iter().map(|&member| &vectors[member]))
}

fn mean<'a>(vectors: impl Iterator<Item = &'a Vec<f32>>) -> Vec<f32> {
    let mut n_vectors = 0.0;
    let mut sum: Vec<f32> = Vec::new();
    for vector in vectors {
        sum.resize(vector.len(), 0.0);
        sum.iter_mut()
            .zip(vector)
            .for_each(|(sum, value)| *sum += value);
        n_vectors += 1.0;
    }
    sum.iter_mut().for_each(|sum| *sum /= n_vectors);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Most voices of a test.
    const N_VOICES: usize = 4;

    /// Vectors of voices, each along an axis of its own, with something in common and each `scattered` in a direction
    /// of its own.
    fn voices(of: &[usize], common: f32, scattered: f32) -> Vec<Vec<f32>> {
        let vector = |(idx, &voice): (usize, &usize)| {
            let mut vector = vec![0.0; N_VOICES + of.len()];
            vector[..N_VOICES].fill(common);
            vector[voice] += 1.0;
            vector[N_VOICES + idx] = scattered;
            normalise(&mut vector);
            vector
        };
        of.iter().enumerate().map(vector).collect()
    }

    fn labels_of(of: &[usize], scattered: f32, n_speakers: Option<usize>) -> Vec<usize> {
        let [distinct, vectors] = [0.0, 0.1].map(|common| voices(of, common, scattered));
        let told = n_speakers.and_then(NonZeroUsize::new);
        labels(&vectors, &distinct, told)
    }

    #[test]
    fn voices_in_changing_moods_are_told_apart_and_counted() {
        for of in [[0, 0, 0, 0], [0, 1, 0, 1], [0, 1, 2, 2], [0, 1, 2, 3]] {
            let of = of.repeat(8);
            let n_speakers = of.iter().max().map(|last| last + 1);
            assert_eq!(labels_of(&of, 1.4, n_speakers), of);
            assert_eq!(labels_of(&of, 1.4, None), of, "found");
        }
    }

    #[test]
    fn of_a_long_recording_some_are_linked_and_all_are_told() {
        let of = [0, 0, 2, 1, 0].repeat(MAX_LINKED / 2);
        let pattern: Vec<Vec<f32>> = voices(&[0, 1, 2], 0.1, 0.4);
        let vectors: Vec<_> = of.iter().map(|&voice| pattern[voice].clone()).collect();
        let told = NonZeroUsize::new(3);
        assert_eq!(labels(&vectors, &vectors, told), of);
    }

    #[test]
    fn two_calm_voices_are_told_apart_and_counted() {
        for of in [&[0, 0, 0, 0, 0][..], &[0, 1, 0, 1, 1, 0]] {
            assert_eq!(labels_of(of, 0.2, None), of);
        }
    }

    #[test]
    fn few_vectors_have_few_voices() {
        let told = NonZeroUsize::new(6);
        assert_eq!(labels(&[], &[], told), [0; 0]);
        let one = voices(&[0], 0.1, 0.2);
        assert_eq!(labels(&one, &one, told), [0]);
        let alike = vec![vec![0.0; 4]; 3];
        assert_eq!(labels(&alike, &alike, told), [0, 1, 2]);
        assert_eq!(labels(&alike, &alike, None).len(), 3);
    }
}
