//! Speaker-disjoint folds.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

use crate::examples::Examples;

/// Who is on which side of one split; no speaker is on two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Speakers whose clips change the weights.
    pub train: Vec<String>,
    /// Speakers who are heard once, at the end.
    pub test: Vec<String>,
}

/// Deals the speakers into `n_folds` folds, balanced by sex and by the emotions they have.
/// Split `i` tests on fold `i`.
pub fn splits(examples: &Examples, n_folds: usize, seed: u64) -> Vec<Split> {
    let mut strata: BTreeMap<&str, (Option<&str>, usize)> = BTreeMap::new();
    for speaker in examples.speakers() {
        let of_speaker = || {
            examples
                .0
                .iter()
                .filter(move |example| example.speaker == speaker)
        };
        let n_emotions = emotion::Emotion::ALL
            .into_iter()
            .filter(|&emotion| of_speaker().any(|example| example.emotion == emotion))
            .count();
        let sex = of_speaker().find_map(|example| example.sex.as_deref());
        strata.insert(speaker, (sex, n_emotions));
    }
    let mut speakers: Vec<&str> = strata.keys().copied().collect();
    speakers.shuffle(&mut StdRng::seed_from_u64(seed));
    speakers.sort_by_key(|speaker| strata[speaker]);

    let fold = |fold_idx: usize| -> Vec<String> {
        let fold_idx = fold_idx % n_folds;
        let dealt = speakers.iter().skip(fold_idx).step_by(n_folds);
        dealt.map(|&speaker| speaker.to_owned()).collect()
    };
    (0..n_folds)
        .map(|fold_idx| Split {
            test: fold(fold_idx),
            train: (1..n_folds)
                .flat_map(|offset| fold(fold_idx + offset))
                .collect(),
        })
        .collect()
}

/// Where an evaluation keeps a fold.
pub fn dir(evaluation: &Path, fold: usize) -> PathBuf {
    evaluation.join(format!("fold-{fold}"))
}

#[cfg(test)]
mod tests {
    use audio::{FeatureExtractor, Waveform};
    use emotion::Emotion;

    use super::*;
    use crate::examples::Example;

    fn corpus(n_speakers: usize) -> Examples {
        let waveform = Waveform {
            samples: vec![0.0; 8000],
            sample_rate_hz: audio::SAMPLE_RATE_HZ,
        };
        let features = FeatureExtractor::new().features(&waveform.samples);
        let example = |speaker: usize| Example {
            emotion: Emotion::Sad,
            speaker: speaker.to_string(),
            sex: Some(if speaker % 2 == 1 { "M" } else { "F" }.to_owned()),
            sentence: None,
            waveform: waveform.clone(),
            features: features.clone(),
        };
        Examples((0..n_speakers).map(example).collect())
    }

    #[test]
    fn every_speaker_is_tested_once_and_never_on_two_sides() {
        let splits = splits(&corpus(28), 5, 7);
        let mut tested: Vec<_> = splits.iter().flat_map(|split| &split.test).collect();
        tested.sort();
        tested.dedup();
        assert_eq!(tested.len(), 28);
        for split in &splits {
            let mut all = [&split.train[..], &split.test].concat();
            assert_eq!(all.len(), 28);
            all.sort();
            all.dedup();
            assert_eq!(all.len(), 28, "a speaker is on two sides");
        }
    }

    #[test]
    fn sexes_are_balanced() {
        for split in splits(&corpus(28), 5, 7) {
            let n_male = |speaker: &&String| speaker.parse::<usize>().expect("a number") % 2 == 1;
            let males = split.test.iter().filter(n_male).count();
            assert!(males.abs_diff(split.test.len() - males) <= 1);
        }
    }

    #[test]
    fn the_seed_decides() {
        assert_eq!(splits(&corpus(28), 5, 7), splits(&corpus(28), 5, 7));
        assert_ne!(splits(&corpus(28), 5, 7), splits(&corpus(28), 5, 8));
    }
}
