//! One training: epochs, validation, and a state on disk from which it can go on.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context;
use audio::{N_FRAMES, N_MELS};
use burn::{
    module::Module,
    nn::loss::CrossEntropyLossConfig,
    optim::{AdamWConfig, ModuleOptimizer},
    store::ModuleRecord,
    tensor::{Device, Int, Tensor, TensorData},
};
use emotion::LabelSet;
use indicatif::{ProgressBar, ProgressStyle};
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use recognizer::{
    Checkpoint, Recognizer, backend,
    checkpoint::{Config, Metrics},
    network::BiLstm,
};
use serde::{Deserialize, Serialize};

use crate::{
    augment,
    evaluate::confusion,
    examples::{Example, Examples},
    gradient,
    recipe::Recipe,
    scores,
};

const STATE_FILE: &str = "state.json";
const NETWORK_FILE: &str = "network.bpk";
const OPTIMIZER_FILE: &str = "optimizer.bpk";
const BEST_FILE: &str = "best.safetensors";

/// How far a training has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Progress {
    /// Of this recipe; another one starts anew.
    recipe: Recipe,
    /// Epochs done.
    epoch: usize,
    /// The epoch with the best validation UAR so far, from 1.
    pub best_epoch: usize,
    /// That UAR.
    pub best_uar: f64,
    /// Mean time of an epoch, seconds.
    pub epoch_s: f64,
}

/// Trains on `train` and keeps the epoch that is best on `validation`.
///
/// Goes on from the state in `dir` if that was made with the same recipe.
pub fn fit(
    train: &[&Example],
    validation: &[&Example],
    recipe: &Recipe,
    dir: &Path,
) -> anyhow::Result<(BiLstm, Progress)> {
    fs::create_dir_all(dir)?;
    let device = backend::device();
    let mut training = Training::resume_or_start(recipe, dir, &device)?;
    let bar = ProgressBar::new(recipe.epochs as u64).with_style(ProgressStyle::with_template(
        "epoch {pos}/{len} {wide_bar} {eta} {msg}",
    )?);
    while training.progress.epoch < recipe.epochs {
        bar.set_position(training.progress.epoch as u64);
        let started = Instant::now();
        let loss = training.epoch(train, recipe, &device.clone().autodiff());
        let network = training.network.valid();
        let uar = scores::uar(&confusion(&network, &recipe.labels, validation)?);
        training.finish_epoch(&network, uar, started.elapsed(), dir)?;
        bar.set_message(format!("loss {loss:.3} validation UAR {uar:.3}"));
        bar.suspend(|| {
            eprintln!(
                "epoch {:3}  loss {loss:.3}  validation UAR {uar:.3}  {:.1} s",
                training.progress.epoch,
                started.elapsed().as_secs_f64()
            );
        });
    }
    bar.finish_and_clear();
    let best = fs::read(dir.join(BEST_FILE))?;
    let n_labels = recipe.labels.n_labels();
    let architecture = recipe.architecture();
    let best = recognizer::checkpoint::load_weights(&best, architecture, n_labels, &device)?;
    Ok((best, training.progress))
}

/// Trains on everybody for as many epochs as the evaluation found best, and writes the checkpoint.
pub fn fit_all(
    examples: &Examples,
    recipe: &Recipe,
    metrics: Metrics,
    id: String,
    out: &Path,
) -> anyhow::Result<()> {
    let mut epochs: Vec<usize> = metrics.folds.iter().map(|fold| fold.epoch).collect();
    epochs.sort_unstable();
    let n_epochs = epochs[epochs.len() / 2];
    let everybody: Vec<&Example> = examples.0.iter().collect();
    let device = backend::device();
    let state = out.with_extension("state");
    fs::create_dir_all(&state)?;
    let mut training = Training::resume_or_start(recipe, &state, &device)?;
    while training.progress.epoch < n_epochs {
        let started = Instant::now();
        let loss = training.epoch(&everybody, recipe, &device.clone().autodiff());
        let network = training.network.valid();
        training.finish_epoch(&network, f64::NAN, started.elapsed(), &state)?;
        eprintln!(
            "epoch {}/{n_epochs}  loss {loss:.3}",
            training.progress.epoch
        );
    }
    let checkpoint = Checkpoint {
        config: Config::new(id, recipe.labels.clone(), recipe.architecture()),
        metrics,
        network: training.network.valid(),
    };
    checkpoint
        .save(out)
        .context("cannot write the checkpoint")?;
    let reopened = Recognizer::open(out).context("the written checkpoint cannot be opened")?;
    println!("wrote {} ({})", out.display(), reopened.model_id());
    Ok(())
}

struct Training {
    network: BiLstm,
    optimizer: ModuleOptimizer,
    progress: Progress,
}

impl Training {
    fn resume_or_start(recipe: &Recipe, dir: &Path, device: &Device) -> anyhow::Result<Self> {
        device.seed(recipe.seed);
        let device = device.clone().autodiff();
        let network = BiLstm::new(recipe.architecture(), recipe.labels.n_labels(), &device);
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
                    best_epoch: 0,
                    best_uar: 0.0,
                    epoch_s: 0.0,
                },
            }),
        }
    }

    /// One pass over `train` in random order; returns the mean loss.
    fn epoch(&mut self, train: &[&Example], recipe: &Recipe, device: &Device) -> f64 {
        let epoch_seed = recipe.seed.wrapping_mul(1_000) + self.progress.epoch as u64;
        let mut rng = StdRng::seed_from_u64(epoch_seed);
        device.seed(epoch_seed);
        let mut order = train.to_vec();
        order.shuffle(&mut rng);

        let loss_of = CrossEntropyLossConfig::new()
            .with_smoothing(Some(recipe.label_smoothing))
            .with_weights(Some(class_weights(train, &recipe.labels)))
            .init(device);
        let steps_per_epoch = order.len().div_ceil(recipe.batch_size);
        let steps = (recipe.epochs * steps_per_epoch) as f64;
        let mut losses = 0.0;
        for (step_idx, batch) in order.chunks(recipe.batch_size).enumerate() {
            let (log_mel, targets) = batch_tensors(batch, recipe, &mut rng, device);
            let (loss, gradients) = gradient::loss_and_gradients(
                &self.network,
                log_mel,
                |logits| loss_of.forward(logits, targets),
                &mut rng,
            );
            losses += loss;
            let step = (self.progress.epoch * steps_per_epoch + step_idx) as f64;
            let cosine = 0.5 * (1.0 + (std::f64::consts::PI * step / steps).cos());
            let network = self.network.clone();
            self.network = self
                .optimizer
                .step(recipe.learning_rate * cosine, network, gradients);
        }
        losses / steps_per_epoch as f64
    }

    fn finish_epoch(
        &mut self,
        network: &BiLstm,
        uar: f64,
        elapsed: Duration,
        dir: &Path,
    ) -> anyhow::Result<()> {
        let progress = &mut self.progress;
        let done = progress.epoch as f64;
        progress.epoch_s = (progress.epoch_s * done + elapsed.as_secs_f64()) / (done + 1.0);
        progress.epoch += 1;
        if uar > progress.best_uar {
            progress.best_uar = uar;
            progress.best_epoch = progress.epoch;
            fs::write(
                dir.join(BEST_FILE),
                recognizer::checkpoint::save_weights(network),
            )?;
        }
        self.network
            .clone()
            .into_record()
            .save(dir.join(NETWORK_FILE))?;
        self.optimizer.save(dir.join(OPTIMIZER_FILE))?;
        let json = serde_json::to_vec_pretty(&self.progress)?;
        fs::write(dir.join(STATE_FILE), json)?;
        Ok(())
    }
}

/// Inverse class frequencies with mean 1 over the clips.
fn class_weights(examples: &[&Example], labels: &LabelSet) -> Vec<f32> {
    labels
        .iter()
        .map(|emotion| {
            let of_class = examples
                .iter()
                .filter(|example| example.emotion == emotion)
                .count();
            examples.len() as f32 / (labels.n_labels() * of_class.max(1)) as f32
        })
        .collect()
}

/// Log-mel windows on the plain device and their classes on the training device.
fn batch_tensors(
    batch: &[&Example],
    recipe: &Recipe,
    rng: &mut StdRng,
    device: &Device,
) -> (Tensor<3>, Tensor<1, Int>) {
    let log_mel: Vec<f32> = batch
        .iter()
        .flat_map(|example| {
            let log_mel = example.log_mel.values();
            if recipe.no_augmentation {
                augment::plain_window(log_mel)
            } else {
                augment::varied_window(log_mel, rng)
            }
        })
        .collect();
    let log_mel = TensorData::new(log_mel, [batch.len(), N_FRAMES, N_MELS]);
    let classes: Vec<i32> = batch
        .iter()
        .map(|example| example.class_idx(&recipe.labels) as i32)
        .collect();
    let classes = TensorData::new(classes, [batch.len()]);
    (
        Tensor::from_data(log_mel, &device.clone().inner()),
        Tensor::from_data(classes, device),
    )
}
