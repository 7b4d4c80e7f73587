//! Removes what no voice holds: a constant of the microphone's, rumble, and the lowest hum.
//!
//! Input and output  16 kHz mono, f32, `[n_samples]`, whole or in pieces
//! Filter  Butterworth, order 4, two sections; [`CUT_OFF_HZ`] at -3 dB
//! Begins  as if the first sample had stood there for ever, so that a constant leaves no step
//! Source  the bilinear transform of the analogue filter, as in R. Bristow-Johnson, "Cookbook formulae for audio
//!         EQ biquad filter coefficients"; the cut-off is below the deepest voices and was not tuned
//! Invariant: pieces give what the whole gives

use std::f64::consts::{PI, TAU};

use crate::SAMPLE_RATE_HZ;

/// Lowest frequency that passes, Hz; the deepest voices begin at 65.
const CUT_OFF_HZ: f64 = 40.0;

/// Sections of two poles.
const N_SECTIONS: usize = 2;

/// A filter and what it remembers.
#[derive(Clone, Debug)]
pub(crate) struct HighPass {
    sections: [Section; N_SECTIONS],
    has_begun: bool,
}

/// Two poles and two zeros at 0 Hz, transposed direct form II.
#[derive(Clone, Copy, Debug)]
struct Section {
    gain: f64,
    poles: [f64; 2],
    state: [f64; 2],
}

impl HighPass {
    pub(crate) fn new() -> Self {
        // Angles of the poles of an even order: (2k + 1) / 4n half turns.
        let section = |idx: usize| {
            let angle = PI * (2 * idx + 1) as f64 / (4 * N_SECTIONS) as f64;
            Section::new(0.5 / angle.sin())
        };
        Self {
            sections: std::array::from_fn(section),
            has_begun: false,
        }
    }

    /// Filters the samples that come next.
    pub(crate) fn filter(&mut self, samples: &mut [f32]) {
        let Some(&first) = samples.first() else {
            return;
        };
        if !self.has_begun {
            self.has_begun = true;
            self.sections[0].settle(f64::from(first));
        }
        let [mut low, mut high] = self.sections;
        for sample in samples {
            *sample = high.filter(low.filter(f64::from(*sample))) as f32;
        }
        self.sections = [low, high];
    }
}

impl Section {
    fn new(quality: f64) -> Self {
        let (sine, cosine) = (TAU * CUT_OFF_HZ / f64::from(SAMPLE_RATE_HZ)).sin_cos();
        let alpha = sine / (2.0 * quality);
        Self {
            gain: (1.0 + cosine) / 2.0 / (1.0 + alpha),
            poles: [-2.0 * cosine / (1.0 + alpha), (1.0 - alpha) / (1.0 + alpha)],
            state: [0.0; 2],
        }
    }

    /// As after a constant of this value.
    fn settle(&mut self, constant: f64) {
        self.state = [-self.gain * constant, self.gain * constant];
    }

    fn filter(&mut self, input: f64) -> f64 {
        let scaled = self.gain * input;
        let output = scaled + self.state[0];
        self.state = [
            -2.0 * scaled - self.poles[0] * output + self.state[1],
            scaled - self.poles[1] * output,
        ];
        output
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filtered(sample: impl Fn(f64) -> f64) -> Vec<f32> {
        let mut samples: Vec<f32> = (0..32_000)
            .map(|n| sample(f64::from(n) / f64::from(SAMPLE_RATE_HZ)) as f32)
            .collect();
        HighPass::new().filter(&mut samples);
        samples
    }

    fn gain_db(frequency_hz: f64) -> f64 {
        let samples = filtered(|t| (TAU * frequency_hz * t).sin());
        let power = samples[16_000..]
            .iter()
            .map(|&x| f64::from(x).powi(2))
            .sum::<f64>()
            / 16_000.0;
        10.0 * (2.0 * power).log10()
    }

    #[test]
    fn a_constant_is_gone_from_the_first_sample_on() {
        let loudest = filtered(|_| 0.5).into_iter().fold(0.0, f32::max);
        assert!(loudest < 1e-6, "{loudest}");
    }

    #[test]
    fn voices_pass_and_rumble_does_not() {
        assert!(gain_db(10.0) < -45.0, "{}", gain_db(10.0));
        assert!((gain_db(CUT_OFF_HZ) + 3.0).abs() < 0.1);
        for frequency_hz in [80.0, 120.0, 1000.0, 7000.0] {
            assert!(gain_db(frequency_hz).abs() < 0.05, "{frequency_hz}");
        }
    }

    #[test]
    fn pieces_are_the_whole() {
        let sample = |n: i32| 0.3 + (f64::from(n) * 0.05).sin() as f32;
        let mut whole: Vec<f32> = (0..5000).map(sample).collect();
        let mut pieces = whole.clone();
        HighPass::new().filter(&mut whole);
        let mut filter = HighPass::new();
        pieces
            .chunks_mut(777)
            .for_each(|piece| filter.filter(piece));
        assert_eq!(whole, pieces);
    }
}
