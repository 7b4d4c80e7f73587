//! Mixes the channels of a frame into one.
//!
//! Input   interleaved frames, f32, `[n_frames, n_channels]`
//! Output  their mean, f32, channels that are another one upside down turned back first: added as they are they
//!         would be silence, where each ear of a listener hears a voice
//! Sign    by the correlation of each channel with the first one that sounds, from the clip's beginning on; constants,
//!         which cheap microphones add to a channel, do not count

/// Less than this correlation is upside down. A voice in a room at two microphones stays above -0.3; what a wrong
/// cable turns is below -0.9.
const UPSIDE_DOWN: f64 = -0.6;

/// Turned channels stay so up to here, so that the sign does not flicker.
const UPRIGHT: f64 = -0.3;

/// Channels with less correlation than this hold different sounds...
const APART: f64 = 0.3;

/// ...unless they are loud together, as one voice is at two microphones of which one hears it later. Two who speak take
/// turns.
const LOUD_TOGETHER: f64 = 0.6;

/// A channel this much weaker than the loudest says nothing of its own: 26 dB.
const WEAKEST: f64 = 0.05;

/// Fewer frames say nothing.
const MIN_FRAMES: usize = 256;

/// Frames of which a level is taken: 21 ms at 48 kHz, 128 ms at 8 kHz.
const LEVEL_FRAMES: usize = 1024;

/// How the channels were so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Mix {
    samples: Moments,
    /// Of the channels' levels, block by block.
    levels: Moments,
    /// [`samples`](Self::samples) when the block began.
    before_block: Moments,
    /// 1, or -1 for a channel upside down.
    signs: Vec<f32>,
}

impl Mix {
    /// Appends the mean of the frames to `mono`.
    pub(super) fn add(&mut self, interleaved: &[f32], n_channels: usize, mono: &mut Vec<f32>) {
        if self.signs.len() != n_channels {
            *self = Self {
                samples: Moments::of(n_channels),
                levels: Moments::of(n_channels),
                before_block: Moments::of(n_channels),
                signs: vec![1.0; n_channels],
            };
        }
        if n_channels > 1 {
            for piece in interleaved.chunks(LEVEL_FRAMES / 2 * n_channels) {
                self.listen(piece, n_channels);
            }
            self.turn();
        }
        // Where the compiler knows their number, the channels cost a third.
        match n_channels {
            1 => mono.extend(interleaved),
            2 => {
                let (frames, _) = interleaved.as_chunks::<2>();
                let [left, right] = [0, 1].map(|channel| 0.5 * self.signs[channel]);
                mono.extend(
                    frames
                        .iter()
                        .map(|frame| left * frame[0] + right * frame[1]),
                );
            }
            _ => {
                let gain = 1.0 / n_channels as f32;
                let mean = |frame: &[f32]| {
                    let signed = frame.iter().zip(&self.signs);
                    gain * signed.map(|(sample, sign)| sample * sign).sum::<f32>()
                };
                mono.extend(interleaved.chunks_exact(n_channels).map(mean));
            }
        }
    }

    /// Whether two channels hold different sounds, as the two sides of a call do.
    pub(super) fn is_apart(&self) -> bool {
        let powers: Vec<f64> = (0..self.signs.len())
            .map(|channel| self.samples.power(channel))
            .collect();
        let least = WEAKEST * WEAKEST * powers.iter().copied().fold(0.0, f64::max);
        let mut apart = (0..powers.len()).filter(|&channel| {
            channel != self.samples.reference
                && powers[channel] > least
                && self.samples.correlation(channel).abs() < APART
                && self.levels.correlation(channel) < LOUD_TOGETHER
        });
        powers.get(self.samples.reference) > Some(&least) && apart.next().is_some()
    }

    fn listen(&mut self, piece: &[f32], n_channels: usize) {
        match n_channels {
            2 => self.samples.add_two(piece.as_chunks::<2>().0),
            _ => {
                for frame in piece.chunks_exact(n_channels) {
                    self.samples
                        .add(|channel| f64::from(finite_sample(frame[channel])));
                }
                self.samples.find_reference();
            }
        }
        if self.samples.n - self.before_block.n >= LEVEL_FRAMES {
            self.levels.reference = self.samples.reference;
            self.levels
                .add(|channel| self.samples.level_since(&self.before_block, channel));
            self.before_block.clone_from(&self.samples);
        }
    }

    fn turn(&mut self) {
        if self.samples.n < MIN_FRAMES {
            return;
        }
        for channel in 0..self.signs.len() {
            let correlation = self.samples.correlation(channel);
            if channel != self.samples.reference && correlation < UPSIDE_DOWN {
                self.signs[channel] = -1.0;
            } else if channel == self.samples.reference || correlation > UPRIGHT {
                self.signs[channel] = 1.0;
            }
        }
    }
}

/// Sums over what channels hold.
#[derive(Clone, Debug, Default)]
struct Moments {
    n: usize,
    /// Which channel the others are compared with.
    reference: usize,
    energies: Vec<f64>,
    sums: Vec<f64>,
    /// Products with the reference.
    products: Vec<f64>,
}

impl Moments {
    fn of(n_channels: usize) -> Self {
        Self {
            energies: vec![0.0; n_channels],
            sums: vec![0.0; n_channels],
            products: vec![0.0; n_channels],
            ..Self::default()
        }
    }

    /// Adds what each channel holds.
    fn add(&mut self, value: impl Fn(usize) -> f64) {
        self.n += 1;
        let reference = value(self.reference);
        for channel in 0..self.sums.len() {
            let value = value(channel);
            self.energies[channel] += value * value;
            self.products[channel] += value * reference;
            self.sums[channel] += value;
        }
    }

    /// Adds frames of two channels: sums side by side, in pieces short enough for f32.
    fn add_two(&mut self, frames: &[[f32; 2]]) {
        self.n += frames.len();
        for piece in frames.chunks(256) {
            let mut sums = [[0.0_f32; 4]; 5];
            for (idx, [left, right]) in piece.iter().map(finite).enumerate() {
                sums[0][idx % 4] += left * left;
                sums[1][idx % 4] += right * right;
                sums[2][idx % 4] += left * right;
                sums[3][idx % 4] += left;
                sums[4][idx % 4] += right;
            }
            let sums = sums.map(|sums| f64::from(sums.iter().sum::<f32>()));
            self.energies[0] += sums[0];
            self.energies[1] += sums[1];
            self.products[1] += sums[2];
            self.sums[0] += sums[3];
            self.sums[1] += sums[4];
        }
    }

    /// Compared is with the first channel that sounds.
    fn find_reference(&mut self) {
        if self.energies[self.reference] == 0.0 {
            let first = self.energies.iter().position(|&energy| energy > 0.0);
            self.reference = first.unwrap_or(0);
        }
    }

    /// Root mean square of a channel, without its constant, since these were the sums.
    fn level_since(&self, before: &Self, channel: usize) -> f64 {
        let n = (self.n - before.n).max(1) as f64;
        let mean = (self.sums[channel] - before.sums[channel]) / n;
        let energy = (self.energies[channel] - before.energies[channel]) / n;
        (energy - mean * mean).max(0.0).sqrt()
    }

    /// Energy of a channel without its constant; 0 where that is all there is.
    fn power(&self, channel: usize) -> f64 {
        let of_constant = self.sums[channel].powi(2) / self.n.max(1) as f64;
        let power = self.energies[channel] - of_constant;
        // What is left of a constant by rounding is nothing.
        if power > 1e-6 * self.energies[channel] {
            power
        } else {
            0.0
        }
    }

    /// Correlation of a channel with the reference, `[-1, 1]`; 0 where one is silent.
    fn correlation(&self, channel: usize) -> f64 {
        let energy = self.power(channel) * self.power(self.reference);
        let of_constants = self.sums[channel] * self.sums[self.reference];
        if energy > 0.0 {
            (self.products[channel] - of_constants / self.n.max(1) as f64) / energy.sqrt()
        } else {
            0.0
        }
    }
}

fn finite(frame: &[f32; 2]) -> [f32; 2] {
    frame.map(finite_sample)
}

/// What the sums take of a sample: nothing of what is no sound.
fn finite_sample(sample: f32) -> f32 {
    if sample.abs() < 1e6 { sample } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voice(n: usize) -> f32 {
        let t = n as f32 / 8000.0;
        0.3 * (800.0 * t).sin() + 0.1 * (2900.0 * t).sin()
    }

    fn noise(n: usize) -> f32 {
        (n as u32).wrapping_mul(2_654_435_761) as f32 / u32::MAX as f32 - 0.5
    }

    /// Frames of these channels, mixed packet by packet.
    fn mixed(channels: &[&dyn Fn(usize) -> f32]) -> (Vec<f32>, Mix) {
        let mut mix = Mix::default();
        let mut mono = Vec::new();
        for packet in 0..20 {
            let frames = 400 * packet..400 * (packet + 1);
            let interleaved: Vec<f32> = frames
                .flat_map(|n| channels.iter().map(move |channel| channel(n)))
                .collect();
            mix.add(&interleaved, channels.len(), &mut mono);
        }
        (mono, mix)
    }

    #[test]
    fn a_side_upside_down_is_turned() {
        let upside_down = |n| -0.9 * voice(n);
        for channels in [
            &[&voice as &dyn Fn(usize) -> f32, &upside_down][..],
            &[&voice, &upside_down, &voice],
            &[&|_| 0.0, &voice, &upside_down],
        ] {
            let (mono, mix) = mixed(channels);
            let loudest = mono.iter().copied().fold(0.0, f32::max);
            assert!(loudest > 0.2, "{loudest}");
            assert!(!mix.is_apart());
        }
    }

    #[test]
    fn other_channels_are_averaged() {
        let quieter = |n| 0.5 * voice(n);
        let (mono, mix) = mixed(&[&voice, &quieter]);
        assert!(
            mono.iter()
                .enumerate()
                .all(|(n, sample)| (sample - 0.75 * voice(n)).abs() < 1e-6)
        );
        assert!(!mix.is_apart());
        let (mono, _) = mixed(&[&voice]);
        assert!(
            mono.iter()
                .enumerate()
                .all(|(n, sample)| *sample == voice(n))
        );
    }

    #[test]
    fn constants_turn_nothing_and_part_nothing() {
        for (left, right) in [(0.2, -0.2), (0.3, 0.0), (0.1, 0.1)] {
            let channel = |constant: f32| move |n| voice(n) + constant;
            let (mono, mix) = mixed(&[&channel(left), &channel(right)]);
            assert!(!mix.is_apart());
            let rest = mono[8000 - 1] - voice(8000 - 1) - 0.5 * (left + right);
            assert!(rest.abs() < 1e-5, "{left}, {right}");
            let upside_down = move |n| right - voice(n);
            let (mono, mix) = mixed(&[&channel(left), &upside_down]);
            assert!(!mix.is_apart());
            let swing = mono[4000..].iter().copied().fold(f32::MIN, f32::max)
                - mono[4000..].iter().copied().fold(f32::MAX, f32::min);
            assert!(swing > 0.4, "{left}, {right}: {swing}");
        }
        // Nothing but constants: neither is a voice.
        assert!(!mixed(&[&|_| 0.3, &|_| -0.3]).1.is_apart());
    }

    #[test]
    fn two_speakers_are_apart_and_a_silent_side_is_none() {
        let (mono, mix) = mixed(&[&voice, &noise]);
        assert!(mix.is_apart());
        assert!((mono[3] - 0.5 * (voice(3) + noise(3))).abs() < 1e-6);
        let hiss = |n| 1e-3 * noise(n);
        assert!(!mixed(&[&voice, &hiss]).1.is_apart());
        assert!(!mixed(&[&voice, &|_| 0.0]).1.is_apart());
        assert!(!mixed(&[&|_| 0.0, &voice]).1.is_apart());
    }

    #[test]
    fn a_voice_that_reaches_one_side_later_is_one() {
        let syllables = |n: usize| noise(n) * (n as f32 / 700.0).sin().max(0.0);
        for (n_later, n_more) in [(40, 0), (240, 0), (40, 1), (240, 1)] {
            let later = move |n: usize| syllables(n.saturating_sub(n_later));
            let channels: [&dyn Fn(usize) -> f32; 3] = [&syllables, &later, &later];
            assert!(!mixed(&channels[..2 + n_more]).1.is_apart(), "{n_later}");
        }
        let answers = |n: usize| noise(n + 7) * (-(n as f32 / 700.0).sin()).max(0.0);
        assert!(mixed(&[&syllables, &answers]).1.is_apart());
        assert!(mixed(&[&syllables, &|_| 0.0, &answers]).1.is_apart());
    }
}
