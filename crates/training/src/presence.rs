//! What tells voices from other sounds, by what the encoder hears of them.
//!
//! Input   a checkpoint; folders of clips in which somebody speaks, and of sounds that are no voice
//! Output  the checkpoint with a [`Presence`]
//! Source  ridge regression of 1 for voices and -1 for other sounds, either of which count as much; solved by
//!         conjugate gradients (Hestenes & Stiefel 1952)

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use inference::{Checkpoint, Presence, TransformerEncoder, VoiceEncoder};
use ndarray::{Array1, Array2, Axis};

use crate::{ship, spoken};

/// Shrinks the weights of values that are brought to deviation 1.
const SHRINKAGE: f32 = 0.3;

/// Voices are taken for such from here on, between -1 and 1: rather a sound that is none than a voice that is lost
/// (docs/evaluation.md).
const LEAST: f32 = -0.15;

/// A deviation below this is no scale.
const LEAST_DEVIATION: f32 = 1e-3;

/// Steps at most, and the share of the first residual's length that is near enough.
const N_STEPS: usize = 500;
const ENOUGH: f32 = 1e-4;

/// Fits, says how many of the clips are taken for voices, and writes the checkpoint into `out`.
///
/// # Errors
/// A checkpoint that hears by more than a transformer, folders without clips, files that cannot be read or written.
pub fn presence(
    checkpoint: &Path,
    speech: &[PathBuf],
    sounds: &[PathBuf],
    out: &Path,
) -> anyhow::Result<()> {
    let mut checkpoint = Checkpoint::open(|file| fs::read(checkpoint.join(file)))?;
    let architecture = &checkpoint.config.architecture;
    let shape = architecture.transformer.as_ref();
    let (shape, bytes) = shape
        .zip(checkpoint.transformer.as_ref())
        .context("the checkpoint listens to no transformer")?;
    ensure!(
        architecture.speaker_encoder.is_none(),
        "the checkpoint listens to more than a transformer"
    );
    let encoder = TransformerEncoder::new(&shape.read(bytes)?, shape);
    let [voices, sounds] = [heard(speech, &encoder)?, heard(sounds, &encoder)?];
    let presence = fit(&voices, &sounds);
    for (what, vectors) in [("voices", &voices), ("sounds", &sounds)] {
        let taken = vectors.iter().filter(|vector| presence.is_voice(vector));
        println!(
            "{what} taken for a voice: {} of {}",
            taken.count(),
            vectors.len()
        );
    }
    checkpoint.presence = Some(presence);
    ship::write(&checkpoint, out)
}

fn heard(folders: &[PathBuf], encoder: &dyn VoiceEncoder) -> anyhow::Result<Vec<Vec<f32>>> {
    let mut vectors = Vec::new();
    for folder in folders {
        let vector = |samples: &[f32]| encoder.voices(&[samples]).remove(0);
        vectors.extend(spoken::heard(folder, vector)?);
    }
    ensure!(!vectors.is_empty(), "no clips in {folders:?}");
    Ok(vectors)
}

fn fit(voices: &[Vec<f32>], sounds: &[Vec<f32>]) -> Presence {
    let size = voices[0].len();
    let [voices, sounds] = [voices, sounds].map(|vectors| {
        let values = vectors.iter().flatten().copied().collect();
        Array2::from_shape_vec((vectors.len(), size), values).expect("of one size")
    });
    let means = [&voices, &sounds].map(|rows| rows.mean_axis(Axis(0)).expect("there are some"));
    let mean: Array1<f32> = (&means[0] + &means[1]) / 2.0;
    // Half of the weight to the rows of either.
    let mut rows = ndarray::concatenate![Axis(0), voices, sounds];
    rows -= &mean;
    let (mut of_voices, mut of_sounds) = rows.view_mut().split_at(Axis(0), voices.nrows());
    of_voices /= (2.0 * voices.nrows() as f32).sqrt();
    of_sounds /= (2.0 * sounds.nrows() as f32).sqrt();
    let squares = rows.fold_axis(Axis(0), 0.0, |sum: &f32, value| sum + value * value);
    let scale = squares.mapv(|square| 1.0 / square.sqrt().max(LEAST_DEVIATION));
    rows *= &scale;
    let towards = (&means[0] - &means[1]) / 2.0 * &scale;
    let direction = solved(&rows, towards) * &scale;
    Presence {
        least: LEAST + direction.dot(&mean),
        direction: direction.to_vec(),
    }
}

/// `w` of `(X' X + SHRINKAGE) w = towards`.
fn solved(rows: &Array2<f32>, towards: Array1<f32>) -> Array1<f32> {
    let mut solution = Array1::zeros(towards.len());
    let mut step = towards.clone();
    let mut residual = towards;
    let mut square = residual.dot(&residual);
    let enough = square * ENOUGH * ENOUGH;
    for _ in 0..N_STEPS {
        if square <= enough {
            break;
        }
        let curved = rows.t().dot(&rows.dot(&step)) + &step * SHRINKAGE;
        let far = square / step.dot(&curved);
        solution.scaled_add(far, &step);
        residual.scaled_add(-far, &curved);
        let next = residual.dot(&residual);
        step = &residual + &step * (next / square);
        square = next;
    }
    solution
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng, rngs::StdRng};

    use super::*;

    const SIZE: usize = 40;

    /// Voices that lie along one direction, other sounds along its opposite, both far from 0 and widely spread.
    fn vectors(n: usize, side: f32, rng: &mut StdRng) -> Vec<Vec<f32>> {
        let vector = |_| {
            let along = side * rng.random_range(0.5..1.5_f32);
            let value = |idx: usize| {
                let wide = 10.0 * (idx % 3) as f32;
                7.0 + along * (idx as f32).sin() + wide * rng.random_range(-0.1..0.1)
            };
            (0..SIZE).map(value).collect()
        };
        (0..n).map(vector).collect()
    }

    #[test]
    fn voices_and_sounds_that_were_not_fitted_to_are_told_apart() {
        let mut rng = StdRng::seed_from_u64(1);
        let presence = fit(&vectors(300, 1.0, &mut rng), &vectors(60, -1.0, &mut rng));
        let share = |vectors: Vec<Vec<f32>>| {
            let n = vectors.iter().filter(|vector| presence.is_voice(vector));
            n.count() as f32 / 500.0
        };
        let [voices, sounds] = [1.0, -1.0].map(|side| share(vectors(500, side, &mut rng)));
        assert!(voices > 0.99, "{voices}");
        assert!(sounds < 0.1, "{sounds}");
    }

    #[test]
    fn what_is_solved_fulfils_its_equations() {
        let mut rng = StdRng::seed_from_u64(2);
        let rows = Array2::from_shape_fn((30, 12), |_| rng.random_range(-1.0..1.0_f32));
        let towards = Array1::from_shape_fn(12, |_| rng.random_range(-1.0..1.0_f32));
        let found = solved(&rows, towards.clone());
        let left = rows.t().dot(&rows.dot(&found)) + &found * SHRINKAGE - &towards;
        assert!(left.dot(&left).sqrt() < 1e-3, "{left}");
    }
}
