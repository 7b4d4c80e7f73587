//! What corrections bring: a speaker says what some clips express, and clips of other sentences are heard again.
//!
//! Input   the networks of an evaluation and their test speakers
//! Output  UAR per speaker before and after, by the number of corrections and what is made of them
//! Invariant: neither a test clip nor its sentence is corrected; how strongly corrections count is chosen on the other
//!            half of the speakers

use std::collections::{BTreeMap, BTreeSet};

use inference::VoicePrior;
use network::BiLstm;
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use vocabulary::{Emotion, LabelSet, Probabilities, Profile, Shrinkage, bias};

use crate::{
    arguments::Evaluated,
    bootstrap,
    examples::Example,
    fit,
    folds::{self, Split},
    overheard::{Overheard, overheard},
    scores,
};

/// How many clips are corrected.
const COUNTS: [usize; 3] = [5, 10, 20];

/// How often they are drawn anew.
const N_DRAWS: u64 = 4;

/// A loss that a speaker would notice.
const LOSS: f64 = 0.05;

/// What is made of corrections.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
struct Way {
    /// Whether they make a voice profile, their emotions known.
    voice: bool,
    /// How a bias per class is made of them, if one is.
    bias: Option<Shrinkage>,
}

/// What became of a speaker's clips in one draw.
struct Outcome {
    speaker: String,
    /// UAR before and after, by [`ways`].
    gains: Vec<f64>,
    before: f64,
}

/// Prints a table: for each number of corrections and each kind of way what it brings.
pub fn print_corrections(evaluated: &Evaluated<'_>) -> anyhow::Result<()> {
    let Evaluated {
        examples,
        recipe,
        splits,
        folder,
        ..
    } = evaluated;
    let ways = ways();
    let mut outcomes: BTreeMap<usize, Vec<Outcome>> = BTreeMap::new();
    let encoder = recipe.encoder()?;
    let of_speakers = by_speakers(splits);
    for (speakers, folds) in &of_speakers {
        let mut voices = Vec::new();
        for &fold in folds {
            let trained = fit::trained::<BiLstm>(recipe, &folds::dir(folder, fold))?;
            let network = trained.members.into_iter().next();
            let (Some(network), Some(prior)) = (network, trained.voice_prior) else {
                anyhow::bail!("corrections are simulated with networks that take voice profiles");
            };
            let clips: Vec<&Example> = examples
                .0
                .iter()
                .filter(|example| speakers.contains(&example.speaker))
                .collect();
            let labels = &recipe.labels;
            let heard = overheard(&network, encoder.as_deref(), labels, Some(&prior), &clips)?;
            voices.push(Listener {
                sentence: splits[fold].sentence.clone(),
                network,
                prior,
                labels,
                clips,
                heard,
            });
        }
        for n_corrections in COUNTS {
            let of_count = outcomes.entry(n_corrections).or_default();
            for speaker in *speakers {
                for draw in 0..N_DRAWS {
                    of_count.extend(outcome(&voices, speaker, n_corrections, draw, &ways));
                }
            }
        }
    }
    print_table(&ways, &outcomes);
    Ok(())
}

/// The splits of each group of test speakers.
fn by_speakers(splits: &[Split]) -> Vec<(&Vec<String>, Vec<usize>)> {
    let mut groups: Vec<(&Vec<String>, Vec<usize>)> = Vec::new();
    for (fold, split) in splits.iter().enumerate() {
        match groups.iter_mut().find(|(test, _)| **test == split.test) {
            Some((_, folds)) => folds.push(fold),
            None => groups.push((&split.test, vec![fold])),
        }
    }
    groups
}

/// Voice and bias, alone and together, with every shrinkage.
fn ways() -> Vec<Way> {
    let biases: Vec<_> = Shrinkage::all().map(Some).collect();
    let with = |voice| {
        let biases = biases.clone().into_iter();
        biases.map(move |bias| Way { voice, bias })
    };
    let voice = Way {
        voice: true,
        bias: None,
    };
    with(false).chain([voice]).chain(with(true)).collect()
}

/// A network that heard neither these speakers nor, maybe, a sentence.
struct Listener<'a> {
    /// The sentence that is tested; all where it is none.
    sentence: Option<String>,
    network: BiLstm,
    prior: VoicePrior,
    labels: &'a LabelSet,
    clips: Vec<&'a Example>,
    heard: Vec<Overheard>,
}

/// Label and answer, before and by each way.
type Judged = (Emotion, Option<Emotion>, Vec<Option<Emotion>>);

fn outcome(
    listeners: &[Listener<'_>],
    speaker: &str,
    n_corrections: usize,
    draw: u64,
    ways: &[Way],
) -> Option<Outcome> {
    let mut judged: Vec<Judged> = Vec::new();
    for listener in listeners {
        let mine = listener.clips.iter().filter(|clip| clip.speaker == speaker);
        let sentences: BTreeSet<_> = mine.map(|clip| clip.sentence.clone()).collect();
        for sentence in sentences {
            if listener.sentence.is_none() || sentence == listener.sentence {
                judged.extend(listener.judged(speaker, &sentence, n_corrections, draw, ways)?);
            }
        }
    }
    let labels = listeners.first()?.labels;
    let uar =
        |answers: Vec<(Emotion, Option<Emotion>)>| scores::uar(&scores::confusion(labels, answers));
    let before = uar(judged
        .iter()
        .map(|(label, before, _)| (*label, *before))
        .collect());
    let after = |way: usize| {
        let answers = judged.iter().map(|(label, _, after)| (*label, after[way]));
        uar(answers.collect())
    };
    Some(Outcome {
        speaker: speaker.to_owned(),
        gains: (0..ways.len()).map(|way| after(way) - before).collect(),
        before,
    })
}

impl Listener<'_> {
    /// The speaker's clips of a sentence; nothing where there are not so many others to correct.
    fn judged(
        &self,
        speaker: &str,
        sentence: &Option<String>,
        n_corrections: usize,
        draw: u64,
        ways: &[Way],
    ) -> Option<Vec<Judged>> {
        let of_speaker = |idx: &usize| self.clips[*idx].speaker == speaker;
        let mine = (0..self.clips.len()).filter(of_speaker);
        let (tested, others): (Vec<_>, Vec<_>) =
            mine.partition(|&idx| self.clips[idx].sentence == *sentence);
        let mut corrected: Vec<usize> = others
            .into_iter()
            .filter(|&idx| !self.heard[idx].is_empty())
            .collect();
        corrected.shuffle(&mut StdRng::seed_from_u64(draw));
        corrected.truncate(n_corrections);
        if corrected.len() < n_corrections {
            return None;
        }
        let profile = self.profile(&corrected);
        let [plain, knowing] = [None, Some(&profile)].map(|profile| {
            let mean = self.prior.speaker_mean(profile);
            let answer = |idx: &usize| self.answer(*idx, &mean);
            let tested: Vec<_> = tested.iter().map(answer).collect();
            let corrected: Vec<_> = corrected.iter().filter_map(answer).collect();
            (tested, corrected)
        });
        let labels = corrected.iter().map(|&idx| self.clips[idx].emotion);
        let labels: Vec<_> = labels
            .filter_map(|label| self.labels.class_idx(label))
            .collect();
        let biases: Vec<Vec<f32>> = ways
            .iter()
            .map(|way| {
                let (_, answers) = if way.voice { &knowing } else { &plain };
                let none = Vec::new();
                way.bias.map_or(none, |how| bias(answers, &labels, how))
            })
            .collect();
        let judged = tested.iter().enumerate().map(|(place, &idx)| {
            let after = ways.iter().zip(&biases).map(|(way, bias)| {
                let (answers, _) = if way.voice { &knowing } else { &plain };
                let answer = answers[place].as_ref()?;
                Some(answer.biased(bias).top().0)
            });
            let before = plain.0[place].as_ref().map(|all| all.top().0);
            (self.clips[idx].emotion, before, after.collect())
        });
        Some(judged.collect())
    }

    /// Of corrected clips, as [`inference::Recognizer::enrol`] makes it of clips of known emotion.
    fn profile(&self, corrected: &[usize]) -> Profile {
        let mut profile = Profile::new(String::new());
        for &idx in corrected {
            if let Some(class_idx) = self.labels.class_idx(self.clips[idx].emotion) {
                let voice = self.voice(idx);
                profile = profile.with_clip(&self.prior.without_emotion(&voice, class_idx));
            }
        }
        profile
    }

    /// Mean voice vector of a clip's windows, which ends what a head reads, less the mean of all speakers.
    fn voice(&self, idx: usize) -> Vec<f32> {
        let windows = &self.heard[idx];
        let size = self.prior.mean.len();
        let value = |at: usize| {
            let sum: f32 = windows
                .iter()
                .map(|window| window[window.len() - size + at])
                .sum();
            sum / windows.len() as f32 + self.prior.mean[at]
        };
        (0..size).map(value).collect()
    }

    /// Heard less a speaker's mean; nothing where nobody speaks.
    fn answer(&self, idx: usize, mean: &[f32]) -> Option<Probabilities> {
        let windows = &self.heard[idx];
        if windows.is_empty() {
            return None;
        }
        let shifted = windows.iter().map(|window| {
            let mut window = window.clone();
            let begins = window.len() - mean.len();
            let values = window[begins..].iter_mut();
            for ((value, all), mean) in values.zip(&self.prior.mean).zip(mean) {
                *value += all - mean;
            }
            window
        });
        let logits = self.network.answered(&shifted.collect::<Vec<_>>());
        let windows = logits
            .iter()
            .map(|logits| Probabilities::from_logits(self.labels, logits).ok());
        Probabilities::mean(&windows.collect::<Option<Vec<_>>>()?)
    }
}

fn print_table(ways: &[Way], outcomes: &BTreeMap<usize, Vec<Outcome>>) {
    println!(
        "| corrections | what is made of them | UAR before | gain, points | speakers who lose more than 5 |"
    );
    println!("|---|---|---|---|---|");
    for (n_corrections, outcomes) in outcomes {
        for (name, voice, has_bias) in [
            ("a bias per class", false, true),
            ("a voice profile", true, false),
            ("both", true, true),
        ] {
            let kind: Vec<usize> = (0..ways.len())
                .filter(|&way| ways[way].voice == voice && ways[way].bias.is_some() == has_bias)
                .collect();
            let gains = chosen_apart(outcomes, &kind, |way| format!("{:?}", ways[way].bias));
            let mean = |gains: &[&(String, f64)]| {
                gains.iter().map(|(_, gain)| gain).sum::<f64>() / gains.len() as f64
            };
            let all: Vec<_> = gains.iter().collect();
            let [low, high] = bootstrap::interval_of(&gains, |(speaker, _)| speaker, mean);
            let before = outcomes.iter().map(|one| one.before).sum::<f64>() / outcomes.len() as f64;
            let n_losers = gains.iter().filter(|(_, gain)| *gain < -LOSS).count();
            println!(
                "| {n_corrections} | {name} | {before:.3} | {:+.1} [{:+.1}, {:+.1}] | {n_losers} of {} |",
                100.0 * mean(&all),
                100.0 * low,
                100.0 * high,
                gains.len()
            );
        }
    }
}

/// Each speaker's mean gain over the draws, by the way that is best for the other half of the speakers.
fn chosen_apart(
    outcomes: &[Outcome],
    kind: &[usize],
    told: impl Fn(usize) -> String,
) -> Vec<(String, f64)> {
    let speakers: BTreeSet<&str> = outcomes.iter().map(|one| one.speaker.as_str()).collect();
    let gain = |speaker: &str, way: usize| {
        let mine = outcomes.iter().filter(|one| one.speaker == speaker);
        let gains: Vec<f64> = mine.map(|one| one.gains[way]).collect();
        gains.iter().sum::<f64>() / gains.len() as f64
    };
    let mut chosen = Vec::new();
    for half in 0..2 {
        let is_inside = |idx: &usize| idx % 2 == half;
        let (inside, outside): (Vec<_>, Vec<_>) = speakers
            .iter()
            .enumerate()
            .partition(|(idx, _)| is_inside(idx));
        let of_others =
            |way: usize| -> f64 { outside.iter().map(|(_, speaker)| gain(speaker, way)).sum() };
        let best = kind
            .iter()
            .copied()
            .max_by(|&left, &right| of_others(left).total_cmp(&of_others(right)));
        let Some(best) = best else { continue };
        eprintln!("half {half}: {}", told(best));
        let gains = inside
            .into_iter()
            .map(|(_, speaker)| ((*speaker).to_owned(), gain(speaker, best)));
        chosen.extend(gains);
    }
    chosen
}
