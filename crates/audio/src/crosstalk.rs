//! Silences what a channel of a call holds of the other one's voice.
//!
//! Input   two channels of one length, 16 kHz
//! Output  the same, zeros where a channel holds a copy of the other and nothing of its own; in pieces
//! Rule    windows of 256 ms, every 128 ms; the copy may lie up to 25 ms before or behind, upside down, filtered as by
//!         a handset. How much of a window the other channel explains is their coherence, once the lag of the largest
//!         cross-correlation is taken out: content is compared, not level. The weaker channel is silenced where at
//!         least `COPIED` of its energy is explained, or `PARTLY_COPIED` while the rest is no more than its noise
//! Alike   where neither is weaker by `WEAKER`, the second one is: a mono recording saved as stereo is one voice
//! Kept    who speaks himself, quietly and while the other does too: two voices explain little of each other
//! Source  the thresholds were set on the voices of tests/channels.rs and on 200 dialogues made of clips of BanglaSER,
//!         handset or not, noise 35 to 70 dB below the voice: of 80 who only listen none is said to speak (with
//!         `COPIED` alone two are, without anything all); of the frames that somebody speaks in at the same time as the
//!         other, 97 % are kept with crosstalk of -15 dB and 96 % of a voice 20 dB quieter with crosstalk as loud,
//!         90 % where it is 5 dB louder than the voice
//! Not done an echo with more than one way, or that lasts longer than a frame, as of a room, is explained less

use std::{ops::Range, sync::Arc};

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex, num_complex::Complex32};

use crate::{Samples, spectrum::hann_window_of};

/// Samples that are silenced or kept together: 128 ms.
const CELL: usize = 2048;

/// Samples of a window: 256 ms. Shorter ones find copies by chance, longer ones leave more of them at a word's end.
const WINDOW: usize = 2 * CELL;

/// Largest lag between a voice and its copy, samples: 25 ms.
const MAX_LAG: usize = 400;

/// Samples of the frames whose coherence is taken, 32 ms, and from one to the next: longer than a handset's echo, and
/// enough of them in a window.
const FRAME: usize = 512;
const FRAME_HOP: usize = FRAME / 2;
const N_FRAMES: usize = (WINDOW - FRAME) / FRAME_HOP + 1;

/// Bins of such a frame that are looked at: 250 to 3500 Hz, where a handset carries a voice, and no hum is.
const BINS: Range<usize> = 8..113;

/// Least share of the energy that a copy explains.
const COPIED: f32 = 0.9;

/// The same where the rest is noise.
const PARTLY_COPIED: f32 = 0.5;

/// The rest is noise up to this many times its floor: 6 dB.
const NOISE_RANGE: f32 = 4.0;

/// The floor is what so much of the windows stays below.
const NOISE_SHARE: f32 = 0.05;

/// The floor is at most this share of the other voice's mean energy, -35 dB: who never pauses is no noise.
const LOUDEST_NOISE: f32 = 3e-4;

/// A channel is weaker than the other with less than this share of its energy: 6 dB.
const WEAKER: f32 = 0.25;

/// Samples over which a channel fades to silence: 5 ms.
const FADE: usize = 80;

/// Which cells of a channel hold nothing but a copy of the other's voice.
pub(crate) struct Copies(Vec<bool>);

/// Finds them in both channels.
pub(crate) fn copies(channels: [&Samples; 2]) -> [Copies; 2] {
    let n_samples = channels[0].len().min(channels[1].len());
    let mut comparison = Comparison::new();
    let windows: Vec<[Share; 2]> = (0..n_samples.div_ceil(CELL).saturating_sub(1).max(1))
        .map(|window_idx| comparison.compare(channels, window_idx * CELL))
        .collect();
    let floors = [0, 1].map(|channel| {
        let of = |channel: usize| windows.iter().map(move |shares| shares[channel]);
        noise_floor(of(channel)).min(LOUDEST_NOISE * mean_energy(of(1 - channel)))
    });
    let mut copies = [0, 1].map(|_| vec![false; windows.len() + 1]);
    for (window_idx, shares) in windows.iter().enumerate() {
        let weaker = usize::from(shares[0].energy >= WEAKER * shares[1].energy);
        if shares[weaker].is_copy(floors[weaker]) {
            copies[weaker][window_idx..window_idx + 2].fill(true);
        }
    }
    copies.map(Copies)
}

/// What a window of a channel holds.
#[derive(Clone, Copy, Debug)]
struct Share {
    energy: f32,
    /// Of the energy, that which the other channel does not explain.
    own: f32,
}

impl Share {
    fn is_copy(self, noise_floor: f32) -> bool {
        let copied = self.energy - self.own;
        self.energy > 0.0
            && (copied >= COPIED * self.energy
                || (copied >= PARTLY_COPIED * self.energy && self.own <= NOISE_RANGE * noise_floor))
    }
}

/// Energy of a channel's own in its quietest windows, without digital silence.
fn noise_floor(shares: impl Iterator<Item = Share>) -> f32 {
    let sounding = shares.filter(|share| share.energy > 0.0);
    let mut own: Vec<f32> = sounding.map(|share| share.own).collect();
    own.sort_by(f32::total_cmp);
    let idx = (NOISE_SHARE * own.len() as f32) as usize;
    own.get(idx).copied().unwrap_or(0.0)
}

/// Mean energy of the windows, without digital silence.
fn mean_energy(shares: impl Iterator<Item = Share>) -> f32 {
    let (n, sum) = shares
        .filter(|share| share.energy > 0.0)
        .fold((0, 0.0), |(n, sum), share| {
            (n + 1, sum + f64::from(share.energy))
        });
    (sum / f64::from(n.max(1))) as f32
}

impl Copies {
    /// The channel's cells with zeros where one is a copy, and fades inside of it; nothing else changes.
    pub(crate) fn silenced(&self, channel: &Samples) -> impl Iterator<Item = Vec<f32>> {
        let n_cells = channel.len().div_ceil(CELL);
        (0..n_cells).map(move |cell_idx| {
            let start = cell_idx * CELL;
            let mut cell = channel.range(start..channel.len().min(start + CELL));
            self.silence(cell_idx, &mut cell);
            cell
        })
    }

    fn silence(&self, cell_idx: usize, cell: &mut [f32]) {
        let is_copy = |cell_idx: usize| self.0.get(cell_idx).copied();
        if is_copy(cell_idx) != Some(true) {
            return;
        }
        let gain = |is_copy: Option<bool>, distance: usize| match is_copy {
            Some(false) if distance < FADE => 1.0 - (distance + 1) as f32 / (FADE + 1) as f32,
            _ => 0.0,
        };
        let before = cell_idx.checked_sub(1).and_then(is_copy);
        let behind = is_copy(cell_idx + 1);
        let n_samples = cell.len();
        for (idx, sample) in cell.iter_mut().enumerate() {
            *sample *= gain(before, idx).max(gain(behind, n_samples - 1 - idx));
        }
    }
}

/// Compares windows; keeps plans and buffers.
struct Comparison {
    lags: Lags,
    fft: Arc<dyn RealToComplex<f32>>,
    taper: Vec<f32>,
    frame: Vec<f32>,
    spectra: [Vec<Complex32>; 2],
    scratch: Vec<Complex32>,
}

impl Comparison {
    fn new() -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(FRAME);
        Self {
            lags: Lags::new(),
            taper: hann_window_of(FRAME),
            frame: fft.make_input_vec(),
            spectra: [fft.make_output_vec(), fft.make_output_vec()],
            scratch: fft.make_scratch_vec(),
            fft,
        }
    }

    /// Compares the windows that begin at a sample.
    fn compare(&mut self, channels: [&Samples; 2], start: usize) -> [Share; 2] {
        let channels = channels.map(|channel| around(channel, start));
        let lag = self.lags.of(&channels);
        let mut powers = [[0.0_f32; BINS.end - BINS.start]; 2];
        let mut products = [Complex32::default(); BINS.end - BINS.start];
        for frame_idx in 0..N_FRAMES {
            let at = MAX_LAG + frame_idx * FRAME_HOP;
            for (channel, at) in [at.wrapping_add_signed(-lag), at].into_iter().enumerate() {
                self.frame
                    .copy_from_slice(&channels[channel][at..at + FRAME]);
                let tapered = self.frame.iter_mut().zip(&self.taper);
                tapered.for_each(|(sample, weight)| *sample *= weight);
                self.fft
                    .process_with_scratch(
                        &mut self.frame,
                        &mut self.spectra[channel],
                        &mut self.scratch,
                    )
                    .expect("the buffers were made by this very plan");
            }
            let [first, second] = &self.spectra;
            for (idx, bin) in BINS.enumerate() {
                powers[0][idx] += first[bin].norm_sqr();
                powers[1][idx] += second[bin].norm_sqr();
                products[idx] += first[bin].conj() * second[bin];
            }
        }
        [0, 1].map(|channel| {
            let (own, other) = (&powers[channel], &powers[1 - channel]);
            let explained = products.iter().zip(other).map(|(product, other)| {
                let product = product.norm();
                if *other > 0.0 {
                    product / other * product
                } else {
                    0.0
                }
            });
            let energy: f32 = own.iter().sum();
            let explained: f32 = explained.sum();
            Share {
                energy,
                own: (energy - explained).max(0.0),
            }
        })
    }
}

/// Finds how much later a window of the second channel has what the first has.
struct Lags {
    forward: Arc<dyn RealToComplex<f32>>,
    backward: Arc<dyn ComplexToReal<f32>>,
    window: Vec<f32>,
    spectra: [Vec<Complex32>; 2],
    scratch: Vec<Complex32>,
}

impl Lags {
    fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let (forward, backward) = (
            planner.plan_fft_forward(2 * WINDOW),
            planner.plan_fft_inverse(2 * WINDOW),
        );
        let n_scratch = forward.get_scratch_len().max(backward.get_scratch_len());
        Self {
            window: forward.make_input_vec(),
            spectra: [forward.make_output_vec(), forward.make_output_vec()],
            scratch: vec![Complex32::default(); n_scratch],
            forward,
            backward,
        }
    }

    /// The lag of the largest cross-correlation, samples.
    fn of(&mut self, channels: &[Vec<f32>; 2]) -> isize {
        for (channel, spectrum) in channels.iter().zip(&mut self.spectra) {
            let (inside, behind) = self.window.split_at_mut(WINDOW);
            inside.copy_from_slice(&channel[MAX_LAG..][..WINDOW]);
            behind.fill(0.0);
            self.forward
                .process_with_scratch(&mut self.window, spectrum, &mut self.scratch)
                .expect("the buffers were made by this very plan");
        }
        // Bins of the window are sixteen times as narrow as those of a frame.
        let bins_per_bin = 2 * WINDOW / FRAME;
        let [first, second] = &mut self.spectra;
        for (bin, (first, second)) in first.iter_mut().zip(second).enumerate() {
            let is_heard = BINS.contains(&(bin / bins_per_bin));
            *first = if is_heard {
                first.conj() * *second
            } else {
                Complex32::default()
            };
        }
        self.backward
            .process_with_scratch(first, &mut self.window, &mut self.scratch)
            .expect("both ends of the spectrum are zero");
        let lags = -(MAX_LAG as isize)..=MAX_LAG as isize;
        let at = |lag: isize| self.window[lag.rem_euclid(2 * WINDOW as isize) as usize].abs();
        lags.max_by(|&left, &right| at(left).total_cmp(&at(right)))
            .unwrap_or(0)
    }
}

/// The window that begins at a sample, and [`MAX_LAG`] before and behind it; silence where there is nothing.
fn around(channel: &Samples, start: usize) -> Vec<f32> {
    let n_missing = MAX_LAG.saturating_sub(start);
    let mut around = vec![0.0; n_missing];
    around.extend(channel.range(start + n_missing - MAX_LAG..start + WINDOW + MAX_LAG));
    around
}
