//! Which vectors are of one voice.
//!
//! Input   vectors of length 1
//! Output  a label for each, from 0 on
//! Method  average linkage of cosine distances, less the recording's mean: what all its vectors have in common is the
//!         room and the line
//! How many  the most clusters whose centres, less the typical voice, are all farther apart than [`MIN_DISTANCE`]

use std::num::NonZeroUsize;

use kodama::{Dendrogram, Method, linkage};

use crate::{
    MAX_SPEAKERS,
    voice_space::{dot, less, normalise},
};

/// Least cosine distance between the centres of two voices, set on dialogues of BanglaSER's speakers
/// (docs/evaluation.md).
const MIN_DISTANCE: f32 = 0.72;

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
    let dendrogram = dendrogram(&less(vectors, &mean(vectors.iter())));
    let cut = |n_clusters: usize| cut(&dendrogram, n_clusters.min(vectors.len()));
    if let Some(n_speakers) = n_speakers {
        return cut(n_speakers.get());
    }
    let mut found = cut(1);
    for n_clusters in 2..=MAX_SPEAKERS.min(vectors.len()) {
        let labels = cut(n_clusters);
        if least_distance(distinct, &labels, n_clusters) < MIN_DISTANCE {
            break;
        }
        found = labels;
    }
    found
}

fn dendrogram(vectors: &[Vec<f32>]) -> Dendrogram<f32> {
    let mut distances = Vec::with_capacity(vectors.len() * (vectors.len() - 1) / 2);
    for (idx, left) in vectors.iter().enumerate() {
        let behind = &vectors[idx + 1..];
        distances.extend(behind.iter().map(|right| 1.0 - dot(left, right)));
    }
    linkage(&mut distances, vectors.len(), Method::Average)
}

/// Labels after all but the last `n_clusters - 1` of the steps that join two clusters.
fn cut(dendrogram: &Dendrogram<f32>, n_clusters: usize) -> Vec<usize> {
    let n_vectors = dendrogram.observations();
    let n_steps = n_vectors - n_clusters;
    // Of each vector and each joined cluster the cluster that it went into.
    let mut into: Vec<usize> = (0..n_vectors + n_steps).collect();
    for (step_idx, step) in dendrogram.steps().iter().take(n_steps).enumerate() {
        into[step.cluster1] = n_vectors + step_idx;
        into[step.cluster2] = n_vectors + step_idx;
    }
    for idx in (0..into.len()).rev() {
        into[idx] = into[into[idx]];
    }
    let mut known: Vec<usize> = Vec::new();
    let mut label = |cluster: usize| {
        known
            .iter()
            .position(|&one| one == cluster)
            .unwrap_or_else(|| {
                known.push(cluster);
                known.len() - 1
            })
    };
    into[..n_vectors]
        .iter()
        .map(|&cluster| label(cluster))
        .collect()
}

/// Cosine distance of the two nearest centres.
fn least_distance(vectors: &[Vec<f32>], labels: &[usize], n_clusters: usize) -> f32 {
    let centre = |label: usize| {
        let own = vectors.iter().zip(labels);
        let own = own
            .filter(|(_, of)| **of == label)
            .map(|(vector, _)| vector);
        let mut centre = mean(own);
        normalise(&mut centre);
        centre
    };
    let centres: Vec<_> = (0..n_clusters).map(centre).collect();
    let pairs = (0..n_clusters).flat_map(|right| (0..right).map(move |left| (left, right)));
    pairs
        .map(|(left, right)| 1.0 - dot(&centres[left], &centres[right]))
        .fold(f32::MAX, f32::min)
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

    /// Vectors near an axis of their own, with something in common.
    fn voices(of: &[usize], common: f32) -> Vec<Vec<f32>> {
        let vector = |(idx, &axis): (usize, &usize)| {
            let mut vector = vec![common; 8];
            vector[axis] += 1.0;
            vector[7 - axis] += 0.05 * (idx % 3) as f32;
            normalise(&mut vector);
            vector
        };
        of.iter().enumerate().map(vector).collect()
    }

    #[test]
    fn voices_are_told_apart_and_counted() {
        for of in [
            &[0, 0, 0, 0, 0][..],
            &[0, 1, 0, 1, 1, 0],
            &[0, 0, 1, 2, 2, 1, 0, 3],
        ] {
            let [distinct, voices] = [0.0, 0.1].map(|common| voices(of, common));
            let n_speakers = of.iter().max().map(|last| last + 1);
            let told = n_speakers.and_then(NonZeroUsize::new);
            assert_eq!(labels(&voices, &distinct, told), of);
            assert_eq!(labels(&voices, &distinct, None), of, "found");
        }
    }

    #[test]
    fn few_vectors_have_few_voices() {
        let told = NonZeroUsize::new(6);
        assert_eq!(labels(&[], &[], told), [0; 0]);
        let one = voices(&[0], 0.1);
        assert_eq!(labels(&one, &one, told), [0]);
        let alike = vec![vec![0.0; 4]; 3];
        assert_eq!(labels(&alike, &alike, told), [0, 1, 2]);
        assert_eq!(labels(&alike, &alike, None).len(), 3);
    }
}
