//! Speaker-disjoint folds.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde::{Deserialize, Serialize};

use crate::examples::{Example, Examples};

/// Who is on which side of one split; no speaker is on two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// Speakers whose clips change the weights.
    pub train: Vec<String>,
    /// Speakers who are heard once, at the end.
    pub test: Vec<String>,
    /// A sentence that is only heard at the end, where the others are not.
    pub sentence: Option<String>,
}

impl Split {
    /// The clips whose speakers and sentences are trained on.
    pub fn train<'a>(&self, examples: &'a Examples) -> Vec<&'a Example> {
        let all = examples.0.iter();
        all.filter(|example| self.trains_on(example)).collect()
    }

    /// Whether the clip's speaker and sentence are trained on.
    pub fn trains_on(&self, example: &Example) -> bool {
        self.train.contains(&example.speaker)
            && (self.sentence.is_none() || example.sentence != self.sentence)
    }

    /// The clips that are heard once, at the end.
    pub fn test<'a>(&self, examples: &'a Examples) -> Vec<&'a Example> {
        let all = examples.0.iter();
        all.filter(|example| self.tests(example)).collect()
    }

    /// Whether the clip is heard at the end.
    pub fn tests(&self, example: &Example) -> bool {
        self.test.contains(&example.speaker)
            && (self.sentence.is_none() || example.sentence == self.sentence)
    }
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
        let n_emotions = vocabulary::Emotion::ALL
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
            sentence: None,
        })
        .collect()
}

/// Each split once per sentence: neither the speakers nor the sentence of a test are trained on.
pub fn by_sentence(splits: Vec<Split>, examples: &Examples) -> Vec<Split> {
    let sentences: BTreeSet<&String> = examples
        .0
        .iter()
        .filter_map(|example| example.sentence.as_ref())
        .collect();
    let of_split = |split: Split| {
        let of_sentence = sentences.iter().map(move |&sentence| Split {
            sentence: Some(sentence.clone()),
            ..split.clone()
        });
        of_sentence.collect::<Vec<_>>()
    };
    splits.into_iter().flat_map(of_split).collect()
}

/// The splits with which a split's recipe is chosen: what is trained on without the next split's test
/// speakers, who are tested instead. The split's own test speakers are on neither side.
pub fn inner(splits: &[Split]) -> Vec<Split> {
    (0..splits.len())
        .map(|fold| {
            let test = splits[(fold + 1) % splits.len()].test.clone();
            let train = splits[fold].train.iter();
            Split {
                train: train.filter(|one| !test.contains(one)).cloned().collect(),
                test,
                sentence: None,
            }
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
    use vocabulary::Emotion;

    use super::*;
    use crate::{augmentation::Variant, examples::Example};

    fn corpus(n_speakers: usize) -> Examples {
        let waveform = Waveform {
            samples: vec![0.0; 8000],
            sample_rate_hz: audio::SAMPLE_RATE_HZ,
        };
        let features = FeatureExtractor::new().features(&waveform.samples);
        let example = |(speaker, sentence): (usize, usize)| Example {
            corpus: String::new(),
            emotion: Emotion::Sad,
            speaker: speaker.to_string(),
            sex: Some(if speaker % 2 == 1 { "M" } else { "F" }.to_owned()),
            sentence: Some(sentence.to_string()),
            acted: None,
            waveform: waveform.clone(),
            variants: vec![Variant {
                features: features.clone(),
                voice: Vec::new(),
            }],
        };
        let each = (0..n_speakers).flat_map(|speaker| [(speaker, 1), (speaker, 2)]);
        Examples(each.map(example).collect())
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
    fn a_sentence_is_on_one_side() {
        let corpus = corpus(10);
        let splits = by_sentence(splits(&corpus, 5, 7), &corpus);
        assert_eq!(splits.len(), 10);
        let tested: usize = splits.iter().map(|split| split.test(&corpus).len()).sum();
        assert_eq!(tested, 20);
        for split in &splits {
            let test = split.test(&corpus);
            for trained in split.train(&corpus) {
                assert!(
                    test.iter()
                        .all(|tested| tested.sentence != trained.sentence)
                );
                assert!(test.iter().all(|tested| tested.speaker != trained.speaker));
            }
        }
    }

    #[test]
    fn a_recipe_is_chosen_without_the_test_speakers() {
        let splits = splits(&corpus(28), 5, 7);
        for (outer, inner) in splits.iter().zip(inner(&splits)) {
            let heard = [&inner.train[..], &inner.test].concat();
            assert_eq!(heard.len(), outer.train.len());
            assert!(outer.test.iter().all(|one| !heard.contains(one)));
            assert!(inner.train.iter().all(|one| !inner.test.contains(one)));
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
