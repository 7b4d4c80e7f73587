//! What a voice profile brings: the answer to a test clip by somebody who heard other clips of its speaker.
//!
//! Input   a test clip, and the clips of its speaker that are of other sentences
//! Output  profiles as [`inference::Recognizer::enrol`] makes them
//! Invariant: neither the clip nor its sentence is in its speaker's profile

use std::fmt;

use inference::{Committee, Network, VoicePrior};
use rand::{rngs::StdRng, seq::IndexedRandom};
use serde::{Deserialize, Serialize};
use vocabulary::{Emotion, Profile};

use crate::{
    evaluate::answer,
    examples::{Example, Examples},
};

/// Clips by which a profile is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Enrolment {
    /// Three that are known to be neutral.
    ThreeCalm,
    /// One of each emotion, which is known.
    OneOfEach,
    /// Five of any kind, which is predicted.
    FiveOfAny,
}

impl fmt::Display for Enrolment {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            Self::ThreeCalm => "three calm clips",
            Self::OneOfEach => "one clip of each emotion",
            Self::FiveOfAny => "five clips of any emotion",
        })
    }
}

impl Enrolment {
    /// Every kind, in the order of reports.
    pub const ALL: [Self; 3] = [Self::ThreeCalm, Self::OneOfEach, Self::FiveOfAny];

    /// The profile for a test clip; nothing where its speaker has no such clips.
    ///
    /// # Errors
    /// When a clip of unknown emotion cannot be recognised.
    pub fn profile(
        self,
        example: &Example,
        examples: &Examples,
        committee: &Committee<'_, impl Network>,
        rng: &mut StdRng,
    ) -> anyhow::Result<Option<Profile>> {
        let Some(prior) = committee.voice_prior else {
            return Ok(None);
        };
        let others: Vec<&Example> = examples
            .0
            .iter()
            .filter(|other| is_of_another_sentence(other, example))
            .collect();
        let Some(clips) = self.choose(&others, committee, rng) else {
            return Ok(None);
        };
        let mut profile = Profile::new(String::new());
        for clip in clips {
            let emotion = match self {
                Self::FiveOfAny => answer(committee, clip, None)?.map(|all| all.emotion()),
                _ => Some(clip.emotion),
            };
            // A clip in which nobody speaks is refused by whoever enrols.
            if let Some(emotion) = emotion {
                profile = with_clip(profile, prior, committee, clip, emotion);
            }
        }
        Ok(Some(profile))
    }

    fn choose<'a>(
        self,
        others: &[&'a Example],
        committee: &Committee<'_, impl Network>,
        rng: &mut StdRng,
    ) -> Option<Vec<&'a Example>> {
        let of = |emotion| -> Vec<&'a Example> {
            let all = others.iter().copied();
            all.filter(|other| other.emotion == emotion).collect()
        };
        let drawn =
            |from: &[&'a Example], n: usize, rng: &mut StdRng| -> Option<Vec<&'a Example>> {
                (from.len() >= n).then(|| from.choose_multiple(rng, n).copied().collect())
            };
        match self {
            Self::ThreeCalm => drawn(&of(Emotion::Neutral), 3, rng),
            Self::FiveOfAny => drawn(others, 5, rng),
            Self::OneOfEach => {
                let one = |emotion| of(emotion).choose(rng).copied();
                let each: Vec<_> = committee.labels.iter().filter_map(one).collect();
                (!each.is_empty()).then_some(each)
            }
        }
    }
}

fn is_of_another_sentence(other: &Example, example: &Example) -> bool {
    other.speaker == example.speaker && other.sentence != example.sentence
}

fn with_clip(
    profile: Profile,
    prior: &VoicePrior,
    committee: &Committee<'_, impl Network>,
    clip: &Example,
    emotion: Emotion,
) -> Profile {
    match committee.labels.class_idx(emotion) {
        Some(class_idx) => {
            profile.with_clip(&prior.without_emotion(&clip.variants[0].voice, class_idx))
        }
        None => profile,
    }
}
