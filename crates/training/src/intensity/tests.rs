//! On voices whose strength is known.

use std::{env, fs, path::PathBuf, process};

use audio::{SAMPLE_RATE_HZ, Waveform};
use clap::Parser;
use inference::{Architecture, Config, EncoderShape, Input, Metrics, Pooling, Weights};
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::*;
use crate::{
    corpus::Acted,
    examples::{self, Example},
    folds,
};

#[path = "../../../inference/tests/voice/mod.rs"]
mod voice;

const N_VALUES: usize = 30;
const N_SPEAKERS: usize = 12;

fn example(speaker: usize, sentence: usize, emotion: Emotion, acted: Option<Acted>) -> Example {
    Example {
        corpus: String::new(),
        emotion,
        speaker: format!("{speaker:02}"),
        sex: None,
        sentence: Some(sentence.to_string()),
        acted,
        waveform: Waveform {
            samples: Vec::new(),
            sample_rate_hz: SAMPLE_RATE_HZ,
        },
        variants: Vec::new(),
    }
}

/// Each speaker says two sentences neutrally, angrily and very angrily; speakers differ much more than anger does.
fn examples() -> Examples {
    let mut all = Vec::new();
    for speaker in 0..N_SPEAKERS {
        for sentence in 0..2 {
            for acted in [None, Some(Acted::Normal), Some(Acted::Strong)] {
                let emotion = match acted {
                    None => Emotion::Neutral,
                    Some(_) => Emotion::Angry,
                };
                all.push(example(speaker, sentence, emotion, acted));
            }
        }
    }
    Examples(all)
}

fn heard(examples: &Examples) -> Vec<Heard<'_>> {
    let mut rng = StdRng::seed_from_u64(1);
    // Speakers differ in a few ways, as voices do.
    let mut drawn = |size: usize, most: f32| -> Vec<f32> {
        (0..size).map(|_| rng.random_range(-most..most)).collect()
    };
    let ways: Vec<Vec<f32>> = (0..3).map(|_| drawn(N_VALUES, 1.0)).collect();
    let offset = |shares: Vec<f32>| -> Vec<f32> {
        let value = |n: usize| {
            shares
                .iter()
                .zip(&ways)
                .map(|(share, way)| share * way[n])
                .sum()
        };
        (0..N_VALUES).map(value).collect()
    };
    let offsets: Vec<Vec<f32>> = (0..N_SPEAKERS).map(|_| offset(drawn(3, 9.0))).collect();
    let of_example = |example: &Example, noise: &mut StdRng| -> Vec<f32> {
        let speaker: usize = example.speaker.parse().expect("a number");
        let anger = match example.acted {
            None => 0.0,
            Some(Acted::Normal) => 1.0,
            Some(Acted::Strong) => 2.0,
        };
        let value = |n: usize| {
            let grows = if n.is_multiple_of(3) { anger } else { 0.0 };
            offsets[speaker][n] + grows + noise.random_range(-0.5..0.5)
        };
        (0..N_VALUES).map(value).collect()
    };
    examples
        .0
        .iter()
        .map(|example| Heard {
            voice: of_example(example, &mut rng),
            example,
            confidence: 0.5,
            level_dbfs: -20.0,
            pitch_range_semitones: 6.0,
        })
        .collect()
}

#[test]
fn strangers_are_ordered_though_speakers_differ_more_than_emotions() {
    let examples = examples();
    let heard = heard(&examples);
    let splits = folds::by_sentence(folds::splits(&examples, 3, 1), &examples);
    let tallies = tested(&heard, &splits, &LabelSet::five());
    let [(neutral, n_neutral), (acted, n_acted)] = tallies[0].1.right();
    assert_eq!((n_neutral, n_acted), (4 * N_SPEAKERS, 2 * N_SPEAKERS));
    assert_eq!(neutral, n_neutral, "of neutral and angry pairs");
    assert!(
        acted * 10 >= n_acted * 9,
        "{acted} of {n_acted} strong pairs"
    );
    assert_eq!(tallies[1].1.right(), [(0, 0), (0, 0)], "nobody is happy");
}

#[test]
fn strangers_are_spread_over_the_examples() {
    let examples = examples();
    let heard = heard(&examples);
    let (known, strangers): (Vec<&Heard>, Vec<&Heard>) = heard
        .iter()
        .partition(|clip| clip.example.speaker.as_str() < "08");
    let ranking = &rankings(&known, &LabelSet::five()).0[&Emotion::Angry];
    assert!(ranking.quantiles.is_sorted() && ranking.direction.len() == N_VALUES);
    let mean = |acted| {
        let values: Vec<f32> = strangers
            .iter()
            .filter(|clip| clip.example.acted == Some(acted))
            .map(|clip| ranking.intensity(ranking.score(&clip.voice)).value)
            .collect();
        values.iter().sum::<f32>() / values.len() as f32
    };
    assert!(mean(Acted::Normal) < 0.45 && mean(Acted::Strong) > 0.55);
}

/// A checkpoint that nobody trained.
fn checkpoint() -> Checkpoint {
    let labels = LabelSet::five();
    let architecture = Architecture {
        input: Input::Speech,
        hidden_size: 4,
        pooling: Pooling::Attention,
        speaker_encoder: Some(EncoderShape {
            hidden_size: 4,
            n_layers: 1,
        }),
        ..Architecture::paper()
    };
    let mut weights = Weights::default();
    for (name, shape) in architecture.tensors(labels.n_labels()) {
        let value = |n: usize| 0.05 + 0.3 * (n as f32 * 0.7).sin();
        weights.insert(
            name,
            &shape,
            (0..shape.iter().product()).map(value).collect(),
        );
    }
    weights.insert(
        "bn.running_var",
        &[architecture.pooled_size()],
        vec![1.0; architecture.pooled_size()],
    );
    Checkpoint {
        members: vec![weights],
        config: Config::new("voices".to_owned(), labels.clone(), architecture),
        metrics: Metrics {
            labels,
            ..Metrics::default()
        },
        voice_prior: None,
        rankings: Rankings::default(),
        presence: None,
        transformer: None,
    }
}

/// 16-bit WAV of a voice, so many times as loud.
fn wav(gain: f32) -> Vec<u8> {
    let samples = voice::syllables(1.2);
    let samples = samples.iter();
    examples::tests::wav(samples.map(|sample| (gain * sample * 20_000.0) as i16))
}

#[derive(Parser)]
struct Told {
    #[command(flatten)]
    corpora: Corpora,
    #[command(flatten)]
    cut: Cut,
}

#[test]
fn a_corpus_named_like_ravdess_gives_a_checkpoint_rankings() {
    let root: PathBuf = env::temp_dir().join(format!("banglaser-{}-intensity", process::id()));
    let (corpus, before, after) = (root.join("corpus"), root.join("before"), root.join("after"));
    fs::create_dir_all(&corpus).expect("writable");
    for speaker in 1..=4 {
        for (idx, kind) in ["01-01", "05-01", "05-02", "06-01"].iter().enumerate() {
            let file = format!("03-01-{kind}-01-01-{speaker:02}.wav");
            fs::write(corpus.join(file), wav(0.4 + 0.1 * idx as f32)).expect("writable");
        }
    }
    let plain = checkpoint();
    ship::write(&plain, &before).expect("writable");
    let folder = corpus.to_str().expect("UTF-8");
    let told = Told::parse_from(["", "--corpus", folder, "--folds", "2", "--known-sentences"]);
    intensity(&told.corpora, &told.cut, 1, &before, Some(&after)).expect("there are pairs");
    let fitted = Checkpoint::open(|file| fs::read(after.join(file))).expect("whole");
    let emotions: Vec<_> = fitted.rankings.0.keys().collect();
    assert_eq!(emotions, [&Emotion::Angry], "fear is no label");
    let unchanged = Checkpoint {
        rankings: Rankings::default(),
        ..fitted
    };
    assert_eq!(unchanged, plain);
    fs::remove_dir_all(root).expect("our own folder");
}
