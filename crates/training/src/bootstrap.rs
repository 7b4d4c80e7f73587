//! Confidence intervals over speakers: another group of people might have been recorded.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::answer::Answer;

/// Groups of speakers that are drawn.
const N_DRAWS: usize = 1000;

/// Share of the draws inside the interval.
const LEVEL: f64 = 0.95;

/// Percentile interval of a score of answers when speakers are drawn with replacement (Efron 1979).
pub fn interval(answers: &[Answer], score: impl Fn(&[&Answer]) -> f64) -> [f64; 2] {
    interval_of(answers, |answer| &answer.speaker, score)
}

/// The same of a score of anything that belongs to a speaker.
pub fn interval_of<T>(
    all: &[T],
    speaker: impl Fn(&T) -> &str,
    score: impl Fn(&[&T]) -> f64,
) -> [f64; 2] {
    let mut by_speaker: BTreeMap<&str, Vec<&T>> = BTreeMap::new();
    for one in all {
        by_speaker.entry(speaker(one)).or_default().push(one);
    }
    let speakers: Vec<_> = by_speaker.into_values().collect();
    let mut rng = StdRng::seed_from_u64(0);
    let mut scores: Vec<f64> = (0..N_DRAWS)
        .map(|_| {
            let drawn =
                (0..speakers.len()).flat_map(|_| &speakers[rng.random_range(0..speakers.len())]);
            score(&drawn.copied().collect::<Vec<_>>())
        })
        .collect();
    scores.sort_by(f64::total_cmp);
    let at = |share: f64| scores[((N_DRAWS - 1) as f64 * share).round() as usize];
    [at((1.0 - LEVEL) / 2.0), at(f64::midpoint(1.0, LEVEL))]
}
