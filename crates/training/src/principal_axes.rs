//! Along which vectors differ most.
//!
//! Input   centred vectors, `[n, size]`
//! Output  principal components, each divided by the deviation along it, so that the mean square of the projections
//!         is 1
//! Source  orthogonal iteration (Golub & Van Loan, Matrix Computations, section 8.2.4), without the covariance, which
//!         would be larger than the vectors

use ndarray::{Array2, ArrayView1, Axis};
use rand::{Rng, SeedableRng, rngs::StdRng};

/// So many tell a stranger from what is strange; 50 and 150 told less (docs/evaluation.md).
const N_AXES: usize = 20;

/// Rounds; the first axes are found in five.
const N_ROUNDS: usize = 8;

/// A deviation below this share of the largest is rounding.
const LEAST_SHARE: f32 = 1e-3;

/// At most [`N_AXES`] of them; fewer where the vectors differ in less.
pub fn axes(vectors: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let size = vectors.first().map_or(0, Vec::len);
    let n_axes = N_AXES.min(size);
    let values: Vec<f32> = vectors.concat();
    let vectors = Array2::from_shape_vec((vectors.len(), size), values).expect("of one size");
    let mut rng = StdRng::seed_from_u64(0);
    let mut axes = Array2::from_shape_fn((n_axes, size), |_| rng.random_range(-1.0..1.0_f32));
    orthonormalise(&mut axes);
    for _ in 0..N_ROUNDS {
        axes = vectors.dot(&axes.t()).t().dot(&vectors);
        orthonormalise(&mut axes);
    }
    let squares = vectors.dot(&axes.t()).mapv(|along| along * along);
    let deviations = squares.mean_axis(Axis(0)).map(|mean| mean.mapv(f32::sqrt));
    let deviations: Vec<f32> = deviations.into_iter().flatten().collect();
    let least = LEAST_SHARE * deviations.iter().copied().fold(0.0, f32::max);
    let pairs = axes.rows().into_iter().zip(deviations);
    pairs
        .filter(|(_, deviation)| *deviation > least)
        .map(|(axis, deviation)| axis.mapv(|value| value / deviation).to_vec())
        .collect()
}

/// Gram-Schmidt's, row by row, twice: once leaves what rounding left.
pub fn orthonormalise(rows: &mut Array2<f32>) {
    let norm = |row: ArrayView1<f32>| row.dot(&row).sqrt();
    for idx in 0..rows.nrows() {
        for _ in 0..2 {
            for before in 0..idx {
                let before = rows.row(before).to_owned();
                let along = rows.row(idx).dot(&before);
                rows.row_mut(idx).scaled_add(-along, &before);
            }
        }
        let length = norm(rows.row(idx)).max(f32::MIN_POSITIVE);
        rows.row_mut(idx).mapv_inplace(|value| value / length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_directions_are_found_and_made_equally_wide() {
        let mut rng = StdRng::seed_from_u64(1);
        // Three directions of 30, turned against the coordinates.
        let widths = [5.0, 2.0, 0.5];
        let vectors: Vec<Vec<f32>> = (0..500)
            .map(|_| {
                let along = widths.map(|width: f32| width * rng.random_range(-1.0..1.0_f32));
                let value = |n: usize| {
                    let waves = along.iter().enumerate();
                    waves
                        .map(|(idx, along)| along * ((idx + 1) as f32 * n as f32).sin())
                        .sum()
                };
                (0..30).map(value).collect()
            })
            .collect();
        let axes = axes(&vectors);
        assert_eq!(axes.len(), 3, "no more are there");
        let mean_square = |axis: &[f32]| {
            let along = vectors.iter().map(|vector| {
                let pairs = vector.iter().zip(axis);
                pairs.map(|(left, right)| left * right).sum::<f32>()
            });
            along.map(|along| along * along).sum::<f32>() / vectors.len() as f32
        };
        for axis in &axes {
            assert!((mean_square(axis) - 1.0).abs() < 0.01);
        }
        let length = |axis: &[f32]| axis.iter().map(|value| value * value).sum::<f32>();
        assert!(length(&axes[0]) < length(&axes[1]) && length(&axes[1]) < length(&axes[2]));
    }

    #[test]
    fn of_nothing_there_are_none() {
        assert!(axes(&[]).is_empty());
        assert!(axes(&[vec![0.0; 4], vec![0.0; 4]]).is_empty());
    }
}
