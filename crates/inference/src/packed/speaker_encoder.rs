//! What hears a voice as a whole: LSTM layers of a network that was trained to tell speakers apart, as they run.
//!
//! Input   [`VoiceBands`] of speech
//! Output  a *voice vector*: of each unit of the last layer the mean over the first half of the frames and
//!         over the second, the standard deviation, the maximum and the minimum, `[5 * hidden_size]`
//! Source  Wan et al. 2018 (GE2E); the layers are read, never trained. Why: docs/evaluation.md

use std::{mem, sync::mpsc, thread};

use audio::{N_MELS, VoiceBands};

use super::{
    frames::Frames,
    int16,
    lstm::{Lstm, LstmWeights},
    recurrence::State,
    sharing::shared,
    statistics::statistics,
};
use crate::{EncoderShape, VoiceEncoder, Weights};

/// Frames that a layer reads before the next one begins, where each has a core.
const N_PIECE: usize = 16;

/// A speaker encoder laid out for the processor.
#[derive(Debug)]
pub struct PackedEncoder {
    layers: Vec<Lstm>,
    /// Whether the layers of one window run beside each other.
    has_cores: bool,
}

impl VoiceEncoder for PackedEncoder {
    /// Of each window the middle 2.5 s are read. Several windows are shared among threads.
    fn voices(&self, windows: &[&[f32]]) -> Vec<Vec<f32>> {
        let hear = |windows: &[&[f32]]| {
            let mut extractor = VoiceBands::new();
            let bands: Vec<Vec<f32>> = windows
                .iter()
                .map(|samples| extractor.middle(samples))
                .collect();
            let bands: Vec<&[f32]> = bands.iter().map(Vec::as_slice).collect();
            self.voices_of(Frames::new(&bands, N_MELS))
        };
        shared(windows, hear)
    }
}

impl PackedEncoder {
    /// Lays out the layers whose tensors' names begin with `name` (`name.weight_ih_l0` and so on) in 16 bits: whole, a
    /// layer's 1 MiB of recurrent weights would not stay near the core from frame to frame.
    pub fn new(weights: &Weights, name: &str, shape: EncoderShape) -> Self {
        Self::laid_out(weights, name, shape, int16::are_supported())
    }

    fn laid_out(weights: &Weights, name: &str, shape: EncoderShape, in_int16: bool) -> Self {
        // The first layer reads power, all others what one before puts out.
        let layers = (0..shape.n_layers).map(|idx| {
            let layer = LstmWeights::of(weights, name, idx, 1);
            match in_int16 {
                true => Lstm::int16(&layer, idx > 0),
                false => Lstm::bf16(&layer),
            }
        });
        Self {
            layers: layers.collect(),
            has_cores: thread::available_parallelism().is_ok_and(|n_cores| n_cores.get() > 1),
        }
    }

    /// What the last layer puts out at the last frame of each window of [`VoiceBands`], `[hidden_size]`; what a voice
    /// is told by. A window has at least one frame.
    pub fn last_states(&self, bands: &[&[f32]]) -> Vec<Vec<f32>> {
        let Some((last, before)) = self.layers.split_last() else {
            return vec![Vec::new(); bands.len()];
        };
        let bands = Frames::new(bands, N_MELS);
        let frames = before
            .iter()
            .fold(bands, |frames, layer| layer.forward(&frames));
        last.last(&frames).windows().map(<[f32]>::to_vec).collect()
    }

    fn voices_of(&self, bands: Frames) -> Vec<Vec<f32>> {
        let frames = match bands.lengths.len() {
            1 if self.has_cores => self.in_pieces(&bands),
            _ => None,
        };
        let layers = self.layers.iter();
        let frames =
            frames.unwrap_or_else(|| layers.fold(bands, |frames, layer| layer.forward(&frames)));
        frames
            .windows()
            .map(|window| statistics(window, frames.size))
            .collect()
    }

    /// What the last layer puts out for one window: while it reads a piece, a thread for each layer before
    /// it reads those that come next. Nothing when there is no thread.
    fn in_pieces(&self, window: &Frames) -> Option<Frames> {
        let (last, before) = self.layers.split_last()?;
        let pieces = window.values.chunks(N_PIECE * window.size);
        let pieces = pieces.map(|piece| Frames::new(&[piece], window.size));
        let mut pieces: Box<dyn Iterator<Item = Frames> + Send> = Box::new(pieces);
        thread::scope(|scope| {
            for layer in before {
                let (sender, receiver) = mpsc::channel();
                let read = mem::replace(&mut pieces, Box::new(receiver.into_iter()));
                let read_all = move || {
                    let mut state = State::default();
                    // Fails only where nobody listens any more.
                    read.map(|piece| layer.go_on(&piece, &mut state))
                        .try_for_each(|piece| sender.send(piece))
                };
                thread::Builder::new().spawn_scoped(scope, read_all).ok()?;
            }
            let mut state = State::default();
            let mut values = Vec::new();
            for piece in pieces {
                values.extend(last.go_on(&piece, &mut state).values);
            }
            Some(Frames::new(&[&values], last.hidden_size))
        })
    }
}
