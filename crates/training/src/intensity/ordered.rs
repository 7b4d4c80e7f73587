//! A direction in which one clip of a pair is always stronger.
//!
//! Input   voice vectors of clips, who says what with which emotion
//! Output  `[voice_size]`; a clip's score is the product with its voice vector
//! Source  relative attributes (Parikh & Grauman 2011): the weights of a logistic regression on differences between
//!         ordered clips, shrunk (L2), with pairs that shall score alike: clips of one emotion of different speakers.
//!         Those are met exactly: where speakers differ is projected out (Solomonoff et al. 2005). Nesterov's method

use std::collections::BTreeMap;

use inference::Ranking;
use ndarray::{Array1, Array2, ArrayView1, Axis};
use vocabulary::Emotion;

use super::heard::Heard;
use crate::principal_axes::orthonormalise;

/// Shrinks the weights; from ten to a thousand times as much ordered fewer pairs rightly (docs/evaluation.md).
const SHRINKAGE: f32 = 1e-3;
/// Steps of the descent.
const N_STEPS: usize = 300;
/// Steps until the steepest direction is known.
const N_POWER_STEPS: usize = 30;
/// Folds over speakers, by which examples get scores from a direction that does not know their speaker.
const N_FOLDS: usize = 5;
/// Shares from 0 to 1 at which quantiles are kept.
const N_QUANTILES: usize = 21;
/// A deviation below this is no scale.
const LEAST_DEVIATION: f32 = 1e-6;

/// Pairs of clips of one speaker and sentence, the first as `is_weaker`, the second as `is_stronger`.
pub fn pairs<'a>(
    clips: &[&'a Heard<'a>],
    is_weaker: impl Fn(&Heard) -> bool,
    is_stronger: impl Fn(&Heard) -> bool,
) -> Vec<(&'a Heard<'a>, &'a Heard<'a>)> {
    let mut of_place: BTreeMap<_, Vec<&Heard>> = BTreeMap::new();
    for clip in clips {
        if let Some(sentence) = &clip.example.sentence {
            let place = (&clip.example.speaker, sentence);
            of_place.entry(place).or_default().push(clip);
        }
    }
    let of_one = |together: Vec<&'a Heard<'a>>| {
        let mut pairs = Vec::new();
        for &weaker in together.iter().filter(|clip| is_weaker(clip)) {
            let stronger = together.iter().filter(|clip| is_stronger(clip));
            pairs.extend(stronger.map(|&stronger| (weaker, stronger)));
        }
        pairs
    };
    of_place.into_values().flat_map(of_one).collect()
}

/// Pairs of a neutral clip and one of an emotion.
pub fn neutral_pairs<'a>(
    clips: &[&'a Heard<'a>],
    emotion: Emotion,
) -> Vec<(&'a Heard<'a>, &'a Heard<'a>)> {
    let is = |expected| move |clip: &Heard| clip.example.emotion == expected;
    pairs(clips, is(Emotion::Neutral), is(emotion))
}

/// A direction of all clips, and what examples of the emotion score on directions of other speakers' clips; `None`
/// without pairs.
pub fn ranking(clips: &[&Heard], emotion: Emotion) -> Option<Ranking> {
    let direction = direction(clips, emotion)?;
    let mut speakers: Vec<&str> = clips.iter().map(|clip| &*clip.example.speaker).collect();
    speakers.sort_unstable();
    speakers.dedup();
    let mut scores = Vec::new();
    for fold_idx in 0..N_FOLDS {
        let left_out: Vec<&str> = speakers
            .iter()
            .skip(fold_idx)
            .step_by(N_FOLDS)
            .copied()
            .collect();
        let (of_fold, others): (Vec<&Heard>, Vec<&Heard>) = clips
            .iter()
            .partition(|clip| left_out.contains(&&*clip.example.speaker));
        let Some(direction) = self::direction(&others, emotion) else {
            continue;
        };
        let examples = of_fold
            .iter()
            .filter(|clip| clip.example.emotion == emotion);
        scores.extend(examples.map(|clip| direction.dot(&ArrayView1::from(&clip.voice))));
    }
    Some(Ranking {
        direction: direction.to_vec(),
        quantiles: quantiles(scores)?,
    })
}

/// At evenly spaced shares, on a straight line between the values; `None` of fewer than two.
fn quantiles(mut scores: Vec<f32>) -> Option<Vec<f32>> {
    scores.sort_by(f32::total_cmp);
    let last = scores.len().checked_sub(1).filter(|&last| last > 0)?;
    let at = |idx: usize| {
        let place = (last * idx) as f32 / (N_QUANTILES - 1) as f32;
        let low = (place as usize).min(last - 1);
        scores[low] + (place - low as f32) * (scores[low + 1] - scores[low])
    };
    Some((0..N_QUANTILES).map(at).collect())
}

fn direction(clips: &[&Heard], emotion: Emotion) -> Option<Array1<f32>> {
    let pairs = neutral_pairs(clips, emotion);
    if pairs.is_empty() {
        return None;
    }
    let scale = scale(clips);
    let rows = pairs.iter().map(|(weaker, stronger)| {
        let (weaker, stronger) = (view(weaker), view(stronger));
        (&stronger - &weaker) * &scale
    });
    let mut differences = stacked(rows.collect(), scale.len());
    let strange = between_speakers(clips, emotion, &scale);
    let along = differences.dot(&strange.t());
    differences -= &along.dot(&strange);
    Some(logistic(&differences) * &scale)
}

fn view<'a>(clip: &'a Heard) -> ArrayView1<'a, f32> {
    ArrayView1::from(&clip.voice)
}

/// Rows of `size` values below each other.
fn stacked(rows: Vec<Array1<f32>>, size: usize) -> Array2<f32> {
    let shape = (rows.len(), size);
    let values = rows.into_iter().flatten().collect();
    Array2::from_shape_vec(shape, values).expect("rows of one size")
}

/// Brings every value to deviation 1, and vectors to lengths of about 1.
fn scale(clips: &[&Heard]) -> Array1<f32> {
    let size = clips.first().map_or(0, |clip| clip.voice.len());
    let rows = clips.iter().map(|clip| view(clip).to_owned());
    let rows = stacked(rows.collect(), size);
    let root = (size as f32).sqrt();
    rows.std_axis(Axis(0), 0.0)
        .mapv(|deviation| 1.0 / (root * deviation.max(LEAST_DEVIATION)))
}

/// Orthonormal rows that hold how speakers differ from each other in neutral speech and in the emotion.
fn between_speakers(clips: &[&Heard], emotion: Emotion, scale: &Array1<f32>) -> Array2<f32> {
    let size = scale.len();
    let mut offsets = Vec::new();
    for kind in [Emotion::Neutral, emotion] {
        let mut of_speakers: BTreeMap<&str, Vec<Array1<f32>>> = BTreeMap::new();
        for clip in clips.iter().filter(|clip| clip.example.emotion == kind) {
            let of_speaker = of_speakers.entry(&clip.example.speaker).or_default();
            of_speaker.push(&view(clip) * scale);
        }
        let means = of_speakers
            .into_values()
            .filter_map(|rows| stacked(rows, size).mean_axis(Axis(0)));
        let means = stacked(means.collect(), size);
        if let Some(mean) = means.mean_axis(Axis(0)) {
            // The last follows from the others: their sum is 0.
            let n_others = means.nrows() - 1;
            let others = means.rows().into_iter().take(n_others);
            offsets.extend(others.map(|row| &row - &mean));
        }
    }
    let mut offsets = stacked(offsets, size);
    orthonormalise(&mut offsets);
    offsets
}

/// Weights of the least mean of `ln(1 + exp(-w d))` over the rows `d`, and half the shrinkage times `w w`; they are
/// sums of rows, so that what is looked for is as many numbers as there are rows.
fn logistic(differences: &Array2<f32>) -> Array1<f32> {
    let products = differences.dot(&differences.t());
    let n_rows = products.nrows() as f32;
    let steepness = largest(&products) / (4.0 * n_rows) + SHRINKAGE;
    let root = (steepness / SHRINKAGE).sqrt();
    let momentum = (root - 1.0) / (root + 1.0);
    let mut shares = Array1::zeros(products.nrows());
    let mut ahead: Array1<f32> = shares.clone();
    for _ in 0..N_STEPS {
        let wrong = products
            .dot(&ahead)
            .mapv(|margin| -1.0 / (1.0 + margin.exp()));
        let gradient = wrong / n_rows + &ahead * SHRINKAGE;
        let next = &ahead - &gradient / steepness;
        ahead = &next + &((&next - &shares) * momentum);
        shares = next;
    }
    differences.t().dot(&shares)
}

/// The largest eigenvalue of a symmetric matrix, from above within a hundredth.
fn largest(matrix: &Array2<f32>) -> f32 {
    let mut vector = Array1::from_elem(matrix.nrows(), 1.0_f32);
    let mut value = 0.0;
    for _ in 0..N_POWER_STEPS {
        let length = vector.dot(&vector).sqrt().max(f32::MIN_POSITIVE);
        vector /= length;
        let next = matrix.dot(&vector);
        value = next.dot(&vector);
        vector = next;
    }
    1.01 * value
}
