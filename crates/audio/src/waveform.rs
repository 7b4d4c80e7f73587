//! A decoded clip.

/// Mono samples, f32, nominally in `[-1, 1]`, with their rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Waveform {
    /// Shape `[n_samples]`, every value finite.
    pub samples: Vec<f32>,
    /// Samples per second, not 0.
    pub sample_rate_hz: u32,
}

impl Waveform {
    /// Length, seconds.
    pub fn duration_s(&self) -> f32 {
        (self.samples.len() as f64 / f64::from(self.sample_rate_hz)) as f32
    }

    /// Largest absolute sample, dB relative to full scale 1.0; `-inf` for digital silence.
    pub fn peak_dbfs(&self) -> f32 {
        let peak = self
            .samples
            .iter()
            .fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        20.0 * peak.log10()
    }

    /// Root mean square, dB relative to full scale 1.0 (a full-scale square wave has 0, a sine
    /// -3.01); `-inf` for digital silence.
    pub fn level_dbfs(&self) -> f32 {
        let energy: f64 = self.samples.iter().map(|&x| f64::from(x).powi(2)).sum();
        let mean_square = energy / self.samples.len().max(1) as f64;
        (10.0 * mean_square.log10()) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waveform(samples: Vec<f32>) -> Waveform {
        Waveform {
            samples,
            sample_rate_hz: 8,
        }
    }

    #[test]
    fn levels_of_a_half_scale_square_wave() {
        let square = waveform(vec![0.5, -0.5, 0.5, -0.5]);
        assert!((square.peak_dbfs() + 6.0206).abs() < 1e-4);
        assert!((square.level_dbfs() + 6.0206).abs() < 1e-4);
        assert_eq!(square.duration_s(), 0.5);
    }

    #[test]
    fn silence_and_nothing_have_no_level() {
        for samples in [vec![], vec![0.0; 4]] {
            let silence = waveform(samples);
            assert_eq!(silence.peak_dbfs(), f32::NEG_INFINITY);
            assert_eq!(silence.level_dbfs(), f32::NEG_INFINITY);
        }
    }
}
