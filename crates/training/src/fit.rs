//! One training: epochs, and a state on disk from which it can go on.

use std::{fs, path::Path, time::Instant};

use anyhow::ensure;
use audio::{FLOOR_DB, Features, N_FRAMES, N_MELS};
use burn::{
    optim::{AdamWConfig, ModuleOptimizer},
    store::ModuleRecord,
    tensor::Device,
};
use indicatif::{ProgressBar, ProgressStyle};
use inference::{Input, VoicePrior, Weights};
use network::{Batch, backend};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde::{Deserialize, Serialize};

use crate::{
    augmentation::features,
    content::Content,
    examples::Example,
    gradient::Trainable,
    recipe::Recipe,
    speaker_means::{SpeakerMeans, difference},
    targets::Targets,
};

/// Epochs in which the learning rate rises.
const WARM_UP_EPOCHS: f64 = 2.0;

const STATE_FILE: &str = "state.json";
const NETWORK_FILE: &str = "network.bpk";
const OPTIMIZER_FILE: &str = "optimizer.bpk";
const VOICE_FILE: &str = "voice_prior.safetensors";

/// How far a training has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Progress {
    /// Of this recipe; another one starts anew.
    recipe: Recipe,
    /// Epochs done.
    epoch: usize,
}

/// What a training leaves behind.
pub struct Trained<N> {
    /// Networks that answer together.
    pub members: Vec<N>,
    /// What is taken from voice vectors before they hear them.
    pub voice_prior: Option<VoicePrior>,
}

/// Trains the recipe's members on `train`, each in a folder of its own below `dir`.
pub fn fit<N: Trainable>(
    train: &[&Example],
    recipe: &Recipe,
    dir: &Path,
) -> anyhow::Result<Trained<N>> {
    let means = (recipe.profiled > 0.0).then(|| SpeakerMeans::of(train, &recipe.labels));
    let means = means.flatten();
    let heard = Heard {
        content: recipe.heard_content()?,
        means,
    };
    let members = of_members(recipe, dir, |member, dir| {
        fit_member(train, &heard, member, dir)
    })?;
    let voice_prior = heard.means.map(|means| means.prior);
    if let Some(prior) = &voice_prior {
        fs::write(dir.join(VOICE_FILE), prior.to_weights().to_safetensors())?;
    }
    Ok(Trained {
        members,
        voice_prior,
    })
}

/// What is taken from voice vectors in training.
struct Heard {
    /// Taken over by the network when it is trained.
    content: Option<Content>,
    means: Option<SpeakerMeans>,
}

impl Heard {
    /// What the network reads of a variant.
    fn voice(
        &self,
        example: &Example,
        variant_idx: usize,
        recipe: &Recipe,
        rng: &mut StdRng,
    ) -> Vec<f32> {
        let voice = &example.variants[variant_idx].voice;
        let voice = match &self.means {
            Some(means) if rng.random_bool(recipe.profiled) => {
                difference(voice, means.of_variant(&example.speaker, variant_idx))
            }
            Some(means) => difference(voice, &means.prior.mean),
            None => voice.clone(),
        };
        match &self.content {
            Some(content) => content.shrunk(&voice),
            None => voice,
        }
    }
}

/// What [`fit`] left behind in `dir`.
pub fn trained<N: Trainable>(recipe: &Recipe, dir: &Path) -> anyhow::Result<Trained<N>> {
    let heard = Heard {
        content: recipe.heard_content()?,
        means: None,
    };
    let members = of_members(recipe, dir, |member, dir| {
        fit_member(&[], &heard, member, dir)
    })?;
    let read = || {
        let bytes = fs::read(dir.join(VOICE_FILE))?;
        let weights = Weights::from_safetensors(&bytes)?;
        let (n_labels, voice_size) = (recipe.labels.n_labels(), recipe.architecture().voice_size());
        Ok::<_, anyhow::Error>(VoicePrior::of_weights(&weights, n_labels, voice_size)?)
    };
    let voice_prior = (recipe.profiled > 0.0).then(read).transpose()?;
    Ok(Trained {
        members,
        voice_prior,
    })
}

/// `of_member` of each member's recipe and folder.
fn of_members<N>(
    recipe: &Recipe,
    dir: &Path,
    of_member: impl Fn(&Recipe, &Path) -> anyhow::Result<N>,
) -> anyhow::Result<Vec<N>> {
    let member = |member_idx| {
        let member = Recipe {
            members: 1,
            seed: recipe.seed + member_idx as u64,
            ..recipe.clone()
        };
        of_member(&member, &dir.join(format!("member-{member_idx}")))
    };
    (0..recipe.members).map(member).collect()
}

/// Trains a network on `train` for the recipe's epochs; goes on from the state in `dir` if that was
/// made with the same recipe.
fn fit_member<N: Trainable>(
    train: &[&Example],
    heard: &Heard,
    recipe: &Recipe,
    dir: &Path,
) -> anyhow::Result<N> {
    fs::create_dir_all(dir)?;
    let device = backend::training_device();
    let mut training = Training::<N>::resume_or_start(recipe, dir, &device)?;
    let style = "{prefix} epoch {pos}/{len} {wide_bar} {eta} {msg}";
    let bar = ProgressBar::new(recipe.epochs as u64)
        .with_prefix(dir.display().to_string())
        .with_style(ProgressStyle::with_template(style)?);
    ensure!(
        training.progress.epoch == recipe.epochs || !train.is_empty(),
        "no finished training in {}",
        dir.display()
    );
    while training.progress.epoch < recipe.epochs {
        bar.set_position(training.progress.epoch as u64);
        let started = Instant::now();
        let loss = training.epoch(train, heard, recipe, &device.clone().autodiff());
        training.finish_epoch(dir)?;
        let epoch_s = started.elapsed().as_secs_f64();
        bar.set_message(format!("loss {loss:.3}, {epoch_s:.1} s per epoch"));
    }
    bar.finish_and_clear();
    // As saved, so that what is tested is what ships: burn's BatchNorm holds one update back, which
    // saving leaves out.
    let saved = Training::<N>::resume_or_start(recipe, dir, &device)?;
    let mut network = saved.network.valid().to_device(&backend::device());
    if let Some(content) = &heard.content {
        content.take_into(network.head());
    }
    Ok(network)
}

struct Training<N> {
    network: N,
    optimizer: ModuleOptimizer,
    progress: Progress,
}

impl<N: Trainable> Training<N> {
    fn resume_or_start(recipe: &Recipe, dir: &Path, device: &Device) -> anyhow::Result<Self> {
        device.seed(recipe.seed);
        let device = device.clone().autodiff();
        let network = N::new(recipe, &device);
        let optimizer = AdamWConfig::new()
            .with_weight_decay(recipe.weight_decay)
            .init();
        let saved = fs::read(dir.join(STATE_FILE)).ok();
        let saved = saved.and_then(|json| serde_json::from_slice::<Progress>(&json).ok());
        match saved.filter(|progress| progress.recipe == *recipe) {
            Some(progress) => Ok(Self {
                network: network.load_record(ModuleRecord::load(dir.join(NETWORK_FILE))?),
                optimizer: optimizer.load(dir.join(OPTIMIZER_FILE))?,
                progress,
            }),
            None => Ok(Self {
                network,
                optimizer,
                progress: Progress {
                    recipe: recipe.clone(),
                    epoch: 0,
                },
            }),
        }
    }

    /// One pass over `train` in random order; returns the mean loss.
    fn epoch(
        &mut self,
        train: &[&Example],
        heard: &Heard,
        recipe: &Recipe,
        device: &Device,
    ) -> f64 {
        let epoch_seed = recipe.seed.wrapping_mul(1_000) + self.progress.epoch as u64;
        let mut rng = StdRng::seed_from_u64(epoch_seed);
        device.seed(epoch_seed);
        let mut order = train.to_vec();
        order.shuffle(&mut rng);

        let targets = Targets::of(train, recipe);
        let steps_per_epoch = order.len().div_ceil(recipe.batch_size);
        let mut losses = 0.0;
        for (step_idx, examples) in order.chunks(recipe.batch_size).enumerate() {
            let batch = batch(examples, heard, recipe, &mut rng, device);
            let targets = targets.batch(examples, device);
            let loss_of = |logits| targets.cross_entropy(logits);
            let (loss, gradients) = self.network.loss_and_gradients(&batch, loss_of, &mut rng);
            losses += loss;
            let epochs_done =
                self.progress.epoch as f64 + (step_idx + 1) as f64 / steps_per_epoch as f64;
            let network = self.network.clone();
            self.network =
                self.optimizer
                    .step(learning_rate(recipe, epochs_done), network, gradients);
        }
        losses / steps_per_epoch as f64
    }

    fn finish_epoch(&mut self, dir: &Path) -> anyhow::Result<()> {
        self.progress.epoch += 1;
        let network = self.network.clone().into_record();
        network.save(dir.join(NETWORK_FILE))?;
        self.optimizer.save(dir.join(OPTIMIZER_FILE))?;
        let json = serde_json::to_vec_pretty(&self.progress)?;
        fs::write(dir.join(STATE_FILE), json)?;
        Ok(())
    }
}

/// Warm-up, then a cosine to 0.
fn learning_rate(recipe: &Recipe, epochs_done: f64) -> f64 {
    let share = epochs_done / recipe.epochs as f64;
    let cosine = 0.5 * (1.0 + (std::f64::consts::PI * share).cos());
    recipe.learning_rate * cosine * (epochs_done / WARM_UP_EPOCHS).min(1.0)
}

/// What the network reads, on the plain device.
fn batch(
    examples: &[&Example],
    heard: &Heard,
    recipe: &Recipe,
    rng: &mut StdRng,
    device: &Device,
) -> Batch {
    let input = recipe.architecture().input;
    let mut frames = Vec::with_capacity(examples.len());
    let mut voices = Vec::with_capacity(examples.len());
    for example in examples {
        let is_varied = rng.random_bool(recipe.varied);
        let variant_idx = rng.random_range(0..example.variants.len());
        let variant = &example.variants[variant_idx];
        let window = window(&variant.features, is_varied, input, rng);
        let mut read = input.read(&window);
        if is_varied {
            features::mask(&mut read, input.n_features(), rng);
        }
        frames.push(read);
        voices.push(heard.voice(example, variant_idx, recipe, rng));
    }
    let batch = Batch::new(&frames, input.n_features(), &device.clone().inner());
    batch.with_voices(&voices)
}

/// At most 4 s of the clip, varied or not; the paper's network wants exactly 4 s.
fn window(features: &Features, is_varied: bool, input: Input, rng: &mut StdRng) -> Features {
    let varied = if is_varied {
        features::vary(features, rng)
    } else {
        features.clone()
    };
    let n_frames = varied.pitch.len();
    let start = rng.random_range(0..=n_frames.saturating_sub(N_FRAMES));
    let mut window = varied.slice(start..n_frames.min(start + N_FRAMES));
    if input == Input::Decibels {
        let mut frames = window.log_mel.frames().to_vec();
        frames.resize(N_FRAMES, [FLOOR_DB; N_MELS]);
        window.log_mel = frames.into();
    }
    window
}
