//! What tuning brings in another domain: an evaluation's test speakers through another channel, or another corpus.
//!
//! Input   the networks of an evaluation over speakers
//! Output  UAR of other speakers, in the new domain and in the old one, before and after, by the number of clips
//! Invariant: who is tested was heard by neither the network nor the tuning

use std::collections::BTreeSet;

use audio::{SAMPLE_RATE_HZ, Waveform};
use network::BiLstm;
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use vocabulary::LabelSet;

use super::{Head, Hearing, uar};
use crate::{
    answer::Answer,
    arguments::{Evaluated, say},
    augmentation::channel,
    bootstrap,
    examples::Example,
    fit, folds,
};

/// How many clips are labelled.
const COUNTS: [usize; 4] = [25, 50, 100, 200];

/// Of the domain: time in which the room's echo falls by 60 dB, its level against the direct sound, and the noise below
/// the speech.
const DECAY_S: f32 = 0.5;
const TAIL_DB: f32 = -3.0;
const NOISE_DB: f32 = 15.0;

/// Answers to one clip, before and after.
type Pair = (Answer, Answer);

/// What so many clips bring.
struct Runs {
    n_clips: usize,
    /// In the new domain.
    new: Vec<Pair>,
    /// In the old one.
    old: Vec<Pair>,
}

/// Prints the table; the new domain is `also` where that was given, else the test speakers in another room, in noise,
/// through a telephone.
///
/// # Errors
/// Networks that are missing, clips that cannot be recognised.
pub fn print_simulation(evaluated: &Evaluated<'_>) -> anyhow::Result<()> {
    let mut cells = COUNTS.map(|n_clips| Runs {
        n_clips,
        new: Vec::new(),
        old: Vec::new(),
    });
    for fold in 0..evaluated.splits.len() {
        run_fold(evaluated, fold, &mut cells)?;
        say(format!("fold {fold}"));
    }
    print_table(&evaluated.recipe.labels, &cells);
    Ok(())
}

/// Adds a fold's answers to every cell.
fn run_fold(evaluated: &Evaluated<'_>, fold: usize, cells: &mut [Runs]) -> anyhow::Result<()> {
    let Evaluated { recipe, splits, .. } = evaluated;
    let split = &splits[fold];
    let trained = fit::trained::<BiLstm>(recipe, &folds::dir(evaluated.folder, fold))?;
    let encoder = recipe.encoder()?;
    let hear = |clips: &[_]| {
        let (members, prior) = (&trained.members, trained.voice_prior.as_ref());
        Hearing::of(members, encoder.as_deref(), &recipe.labels, prior, clips)
    };
    let old = split.test(&evaluated.examples);
    let elsewhere: Vec<Example> = old.iter().enumerate().map(elsewhere).collect();
    let new: Vec<&Example> = match evaluated.also.0.is_empty() {
        true => elsewhere.iter().collect(),
        false => evaluated.also.0.iter().collect(),
    };
    let (heard_old, heard_new) = (hear(&old)?, hear(&new)?);
    let heads: Vec<Head> = trained.members.iter().map(Head::of).collect();
    for half in 0..2 {
        let mine = speakers_of_half(&new, half);
        let is_mine = |clip: &Example| mine.contains(clip.speaker.as_str());
        let (drawn_from, new_tested) = parted(&new, is_mine);
        let (_, old_tested) = parted(&old, is_mine);
        for cell in &mut *cells {
            let mut drawn = drawn_from.clone();
            drawn.shuffle(&mut StdRng::seed_from_u64(0));
            drawn.truncate(cell.n_clips);
            let tuned = heard_new.tuned(&heads, &drawn, 0);
            let pairs = |hearing: &Hearing<'_>, tested: &[usize]| {
                let before = hearing.answers(&heads, tested, fold).into_iter();
                before
                    .zip(hearing.answers(&tuned, tested, fold))
                    .collect::<Vec<Pair>>()
            };
            cell.new.extend(pairs(&heard_new, &new_tested));
            cell.old.extend(pairs(&heard_old, &old_tested));
        }
    }
    Ok(())
}

/// Every second speaker.
fn speakers_of_half<'a>(clips: &[&'a Example], half: usize) -> BTreeSet<&'a str> {
    let speakers: BTreeSet<&str> = clips.iter().map(|clip| clip.speaker.as_str()).collect();
    speakers.into_iter().skip(half).step_by(2).collect()
}

/// Places of the clips of which something is so, and of the others.
fn parted(clips: &[&Example], is_so: impl Fn(&Example) -> bool) -> (Vec<usize>, Vec<usize>) {
    (0..clips.len()).partition(|&idx| is_so(clips[idx]))
}

/// The clip in another room, in noise, through a telephone.
fn elsewhere((idx, example): (usize, &&Example)) -> Example {
    let room =
        |samples: &[f32]| channel::room(samples, DECAY_S, TAIL_DB, &mut StdRng::seed_from_u64(0));
    let noisy = channel::noise(
        &room(&example.waveform.samples),
        NOISE_DB,
        &mut StdRng::seed_from_u64(idx as u64),
    );
    let waveform = Waveform {
        samples: channel::telephone(&noisy),
        sample_rate_hz: SAMPLE_RATE_HZ,
    };
    Example {
        waveform,
        ..(*example).clone()
    }
}

fn print_table(labels: &LabelSet, cells: &[Runs]) {
    println!("| clips | new domain: before | after | gain | old domain: before | after | change |");
    println!("|---|---|---|---|---|---|---|");
    for cell in cells {
        let [new, old] = [&cell.new, &cell.old].map(|pairs| told(labels, pairs));
        println!("| {} | {new} | {old} |", cell.n_clips);
    }
}

/// UAR before, after, and the change in points with its interval over speakers.
fn told(labels: &LabelSet, pairs: &[Pair]) -> String {
    let score = |pairs: &[&Pair]| {
        let before = uar(labels, pairs.iter().map(|(before, _)| before));
        (before, uar(labels, pairs.iter().map(|(_, after)| after)))
    };
    let change = |pairs: &[&Pair]| {
        let (before, after) = score(pairs);
        after - before
    };
    let (before, after) = score(&pairs.iter().collect::<Vec<_>>());
    let interval = bootstrap::interval_of(pairs, |(before, _)| &before.speaker, change);
    let [gain, low, high] = [after - before, interval[0], interval[1]].map(|share| 100.0 * share);
    format!("{before:.3} | {after:.3} | {gain:+.1} [{low:+.1}, {high:+.1}]")
}
