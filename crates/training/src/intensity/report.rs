//! What rankings reach on speakers who were not fitted on.

use inference::Ranking;
use vocabulary::{Emotion, Strength};

use super::{
    heard::Heard,
    ordered::{neutral_pairs, pairs},
};
use crate::corpus::Acted;

/// Of one emotion, over all folds.
#[derive(Default)]
pub struct Tally {
    /// Of a neutral clip and one of the emotion, by one speaker and of one sentence.
    neutral: Share,
    /// Of a normal clip and a strong one of the emotion, likewise.
    acted: Share,
    /// Of each tested clip of the emotion: how strong it is, `[0, 1]`.
    values: Vec<f32>,
    /// Of each neutral tested clip likewise, as if it were one of the emotion.
    of_neutral: Vec<f32>,
    /// Of each tested clip of the emotion what else it is.
    measures: [Vec<f32>; 3],
}

const MEASURES: [&str; 3] = ["confidence", "level", "pitch range"];

/// Pairs that are ordered rightly, of all.
#[derive(Clone, Copy, Default)]
struct Share {
    n_right: usize,
    n: usize,
}

impl Share {
    fn take(&mut self, ranking: &Ranking, pairs: &[(&Heard, &Heard)]) {
        let score = |clip: &Heard| ranking.score(&clip.voice);
        let right = pairs
            .iter()
            .filter(|(weaker, stronger)| score(weaker) < score(stronger));
        self.n_right += right.count();
        self.n += pairs.len();
    }

    fn add(&mut self, other: Self) {
        self.n_right += other.n_right;
        self.n += other.n;
    }

    fn told(self) -> String {
        match self.n {
            0 => "-".to_owned(),
            n => format!("{:.3} of {n}", self.n_right as f64 / n as f64),
        }
    }
}

impl Tally {
    /// Pairs that are ordered rightly and all pairs: of a neutral clip and one of the emotion, of a normal and a strong
    /// one.
    #[cfg(test)]
    pub fn right(&self) -> [(usize, usize); 2] {
        [self.neutral, self.acted].map(|share| (share.n_right, share.n))
    }

    /// Counts what a ranking makes of clips of other speakers than it was fitted on.
    pub fn take(&mut self, ranking: &Ranking, emotion: Emotion, tested: &[&Heard]) {
        self.neutral.take(ranking, &neutral_pairs(tested, emotion));
        let acted = |acted| {
            move |clip: &Heard| clip.example.emotion == emotion && clip.example.acted == Some(acted)
        };
        let of_acted = pairs(tested, acted(Acted::Normal), acted(Acted::Strong));
        self.acted.take(ranking, &of_acted);
        let value = |clip: &Heard| ranking.intensity(ranking.score(&clip.voice)).value;
        for clip in tested {
            if clip.example.emotion == Emotion::Neutral {
                self.of_neutral.push(value(clip));
            }
            if clip.example.emotion == emotion {
                self.values.push(value(clip));
                let measured = [clip.confidence, clip.level_dbfs, clip.pitch_range_semitones];
                for (all, one) in self.measures.iter_mut().zip(measured) {
                    all.push(one);
                }
            }
        }
    }
}

/// Prints the tables of docs/evaluation.md.
pub fn print(tallies: &[(Emotion, Tally)]) {
    println!("\n| pairs ordered rightly | neutral, emotion | normal, strong |\n|---|---|---|");
    let (mut neutral, mut acted) = (Share::default(), Share::default());
    for (emotion, tally) in tallies {
        neutral.add(tally.neutral);
        acted.add(tally.acted);
        println!(
            "| {emotion} | {} | {} |",
            tally.neutral.told(),
            tally.acted.told()
        );
    }
    println!("| all | {} | {} |", neutral.told(), acted.told());
    println!(
        "\n| clips | mild | moderate | strong | mean | neutral clips' mean |\n|---|---|---|---|---|---|"
    );
    for (emotion, tally) in tallies {
        let share = |word| {
            let words = tally
                .values
                .iter()
                .map(|&value| vocabulary::Intensity::of(value).word);
            words.filter(|one| *one == word).count() as f32 / tally.values.len() as f32
        };
        println!(
            "| {emotion} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} |",
            share(Strength::Mild),
            share(Strength::Moderate),
            share(Strength::Strong),
            mean(&tally.values),
            mean(&tally.of_neutral)
        );
    }
    println!(
        "\n| Spearman's correlation with | {} |",
        MEASURES.join(" | ")
    );
    println!("|---|---|---|---|");
    for (emotion, tally) in tallies {
        let told = tally
            .measures
            .each_ref()
            .map(|measure| format!("{:.2}", spearman(&tally.values, measure)));
        println!("| {emotion} | {} |", told.join(" | "));
    }
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len() as f32
}

/// Correlation of ranks (Spearman 1904), those that are equal at their mean rank.
fn spearman(left: &[f32], right: &[f32]) -> f32 {
    let (left, right) = (ranks(left), ranks(right));
    let (mean_left, mean_right) = (mean(&left), mean(&right));
    let product = |one: &[f32], one_mean: f32, other: &[f32], other_mean: f32| -> f32 {
        let pairs = one.iter().zip(other);
        pairs
            .map(|(one, other)| (one - one_mean) * (other - other_mean))
            .sum()
    };
    let together = product(&left, mean_left, &right, mean_right);
    let alone = product(&left, mean_left, &left, mean_left)
        * product(&right, mean_right, &right, mean_right);
    together / alone.sqrt()
}

fn ranks(values: &[f32]) -> Vec<f32> {
    let rank = |value: &f32| {
        let below = values.iter().filter(|other| *other < value).count();
        let equal = values.iter().filter(|other| *other == value).count();
        below as f32 + (equal as f32 - 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_order_correlates() {
        let rising = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(spearman(&rising, &[0.1, 0.2, 50.0, 1e6]), 1.0);
        assert_eq!(spearman(&rising, &[4.0, 3.0, 2.0, 1.0]), -1.0);
        assert_eq!(ranks(&[5.0, 1.0, 5.0]), [1.5, 0.0, 1.5]);
        assert_eq!(spearman(&rising, &[1.0, 0.0, 0.0, 1.0]), 0.0);
    }
}
