//! Sums a power spectrum into mel bands.
//!
//! Input   power, f32, `[N_BINS]`, 0 to 8000 Hz
//! Output  power, f32, `[N_MELS]`
//! Bands   triangles, equally spaced on the HTK mel scale, peak 1 (no area normalisation)
//! Source  torchaudio.functional.melscale_fbanks(mel_scale = "htk", norm = None); the HTK scale is
//!         mel = 2595 log10(1 + f / 700); parity in tests/parity

use crate::{N_BINS, SAMPLE_RATE_HZ, dot::dot};

/// Mel bands.
pub const N_MELS: usize = 40;

/// Upper end of the last band: the Nyquist frequency, Hz.
const TOP_HZ: f32 = SAMPLE_RATE_HZ as f32 / 2.0;

/// The triangles, stored without their zeros.
#[derive(Clone, Debug)]
pub struct MelFilterBank {
    bands: Vec<Band>,
}

#[derive(Clone, Debug)]
struct Band {
    first_bin: usize,
    weights: Vec<f32>,
}

impl MelFilterBank {
    /// Computes the triangles.
    pub fn new() -> Self {
        Self::of_corners(&corners_hz(), N_BINS)
    }

    /// Triangles between other corners, Hz, over `n_bins` from 0 to 8000 Hz, of one area: twice the
    /// inverse of a band's width is its peak.
    pub(crate) fn with_equal_areas(corners_hz: &[f32], n_bins: usize) -> Self {
        let mut bank = Self::of_corners(corners_hz, n_bins);
        for (band, corners_hz) in bank.bands.iter_mut().zip(corners_hz.windows(3)) {
            let peak = 2.0 / (corners_hz[2] - corners_hz[0]);
            band.weights.iter_mut().for_each(|weight| *weight *= peak);
        }
        bank
    }

    fn of_corners(corners_hz: &[f32], n_bins: usize) -> Self {
        let bands = corners_hz
            .windows(3)
            .map(|corners_hz| {
                let [low_hz, peak_hz, high_hz] = [0, 1, 2].map(|corner| corners_hz[corner]);
                let weight = |bin: usize| {
                    let bin_hz = TOP_HZ * bin as f32 / (n_bins - 1) as f32;
                    let rise = (bin_hz - low_hz) / (peak_hz - low_hz);
                    let fall = (high_hz - bin_hz) / (high_hz - peak_hz);
                    rise.min(fall).max(0.0)
                };
                let first_bin = (0..n_bins).find(|&bin| weight(bin) > 0.0).unwrap_or(0);
                let weights = (first_bin..n_bins)
                    .map(weight)
                    .take_while(|&weight| weight > 0.0)
                    .collect();
                Band { first_bin, weights }
            })
            .collect();
        Self { bands }
    }

    /// Weight of a frequency bin in a band, `[0, 1]`.
    pub fn weight(&self, bin: usize, band: usize) -> f32 {
        let band = &self.bands[band];
        bin.checked_sub(band.first_bin)
            .and_then(|offset| band.weights.get(offset))
            .copied()
            .unwrap_or(0.0)
    }

    /// Power per band in order of frequency; `power` has a value per bin, `[N_BINS]`.
    pub fn band_powers<'a>(&'a self, power: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
        self.bands.iter().map(|band| {
            dot(
                &band.weights,
                &power[band.first_bin..][..band.weights.len()],
            )
        })
    }
}

impl Default for MelFilterBank {
    fn default() -> Self {
        Self::new()
    }
}

/// Corners of the triangles, Hz, ascending: band `b` rises from corner `b`, peaks at `b + 1` and ends
/// at `b + 2`. Rounded to f32 where torch rounds (both halves of its `linspace` are one fused
/// multiply-add), which makes the weights equal to torchaudio's bit for bit.
fn corners_hz() -> [f32; N_MELS + 2] {
    let top_mel = mel_of_hz(TOP_HZ.into()) as f32;
    let step_mel = top_mel / (N_MELS + 1) as f32;
    std::array::from_fn(|corner| {
        let mel = if corner < (N_MELS + 2) / 2 {
            step_mel * corner as f32
        } else {
            (-step_mel).mul_add((N_MELS + 1 - corner) as f32, top_mel)
        };
        let power = 10.0_f64.powf((mel / 2595.0).into()) as f32;
        700.0 * (power - 1.0)
    })
}

/// The same on Slaney's mel scale, which is linear below 1 kHz and logarithmic above.
pub(crate) fn slaney_corners_hz<const N_CORNERS: usize>() -> [f32; N_CORNERS] {
    const HZ_PER_MEL: f64 = 200.0 / 3.0;
    const BREAK_HZ: f64 = 1000.0;
    const BREAK_MEL: f64 = BREAK_HZ / HZ_PER_MEL;
    let log_step = 6.4_f64.ln() / 27.0;
    let top_mel = BREAK_MEL + (f64::from(TOP_HZ) / BREAK_HZ).ln() / log_step;
    std::array::from_fn(|corner| {
        let mel = top_mel * corner as f64 / (N_CORNERS - 1) as f64;
        let hz = if mel < BREAK_MEL {
            mel * HZ_PER_MEL
        } else {
            BREAK_HZ * (log_step * (mel - BREAK_MEL)).exp()
        };
        hz as f32
    })
}

fn mel_of_hz(frequency_hz: f64) -> f64 {
    2595.0 * (1.0 + frequency_hz / 700.0).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corners_are_equally_spaced_in_mel() {
        assert!((mel_of_hz(1000.0) - 1000.0).abs() < 0.1);
        let mels = corners_hz().map(|hz| mel_of_hz(hz.into()));
        let step_mel = mel_of_hz(8000.0) / 41.0;
        for (corner, mel) in mels.into_iter().enumerate() {
            assert!((mel - step_mel * corner as f64).abs() < 1e-3);
        }
    }

    #[test]
    fn the_other_corners_are_slaneys() {
        let corners_hz = slaney_corners_hz::<{ N_MELS + 2 }>();
        // librosa.mel_frequencies(42, fmax = 8000).
        for (corner, expected_hz) in [(1, 73.570), (20, 1_626.04), (41, 8_000.0)] {
            let error = (corners_hz[corner] / expected_hz - 1.0).abs();
            assert!(error < 1e-5, "{corner}: {}", corners_hz[corner]);
        }
    }

    #[test]
    fn no_band_is_empty_and_neighbours_add_up_to_one() {
        let bank = MelFilterBank::new();
        assert!(bank.bands.iter().all(|band| !band.weights.is_empty()));
        // Between the first and the last peak every bin is on one falling and one rising side.
        for bin in 4..478 {
            let sum: f32 = (0..N_MELS).map(|band| bank.weight(bin, band)).sum();
            assert!((sum - 1.0).abs() < 1e-5, "bin {bin}: {sum}");
        }
    }
}
