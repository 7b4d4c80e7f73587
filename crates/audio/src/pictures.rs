//! A clip as pictures: the outline of its waveform and its log-mel energies.
//!
//! Input   16 kHz samples
//! Output  [`Pictures`], at most 30 KB however long the clip is

use std::fmt::Write;

use base64::{Engine, prelude::BASE64_STANDARD};
use vocabulary::Pictures;

use crate::{N_MELS, Overview, Samples};

/// Width of the outline, whatever the clip's length.
const WIDTH: f32 = 400.0;

/// The loudest sample in the outline.
const HEIGHT: f32 = 100.0;

/// From black to white, dB.
const RANGE_DB: f32 = 60.0;

/// Shades of grey: finer ones cannot be told apart and double the size.
const N_SHADES: u8 = 16;

/// Headers and colours before an image's pixels.
const HEAD_BYTES: usize = 54 + 4 * N_SHADES as usize;

/// Draws a clip of any length.
pub fn draw(samples: &Samples) -> Pictures {
    let overview = Overview::of(samples);
    let spectrogram = BASE64_STANDARD.encode(spectrogram(&overview.log_mel));
    Pictures {
        waveform: outline(&overview.envelope),
        spectrogram: format!("data:image/bmp;base64,{spectrogram}"),
    }
}

/// The highest samples from left to right, then the lowest back.
fn outline(envelope: &[(f32, f32)]) -> String {
    let step = WIDTH / envelope.len().max(1) as f32;
    let peak = envelope
        .iter()
        .fold(0.0_f32, |peak, range| peak.max(range.1).max(-range.0));
    let scale = if peak > 0.0 { HEIGHT / peak } else { 0.0 };
    let mut path = String::new();
    let above = envelope
        .iter()
        .enumerate()
        .map(|(column, range)| (column, range.1));
    let below = envelope
        .iter()
        .enumerate()
        .rev()
        .map(|(column, range)| (column, range.0));
    for (column, sample) in above.chain(below) {
        let (x, y) = ((column as f32 + 0.5) * step, -sample * scale);
        let command = if path.is_empty() { 'M' } else { 'L' };
        // A string takes whatever is written.
        let _ = write!(path, "{command}{x:.1} {y:.0}");
    }
    path.push('Z');
    path
}

/// An image of `[n_columns, N_MELS]` dB, low bands at the bottom: a bitmap of 16 greys (BITMAPINFOHEADER), which every
/// browser shows and which compresses with the answer.
fn spectrogram(log_mel: &[[f32; N_MELS]]) -> Vec<u8> {
    let loudest_db = log_mel.iter().flatten().copied().fold(f32::MIN, f32::max);
    let shade = |db: f32| {
        let share = (1.0 + (db - loudest_db) / RANGE_DB).clamp(0.0, 1.0);
        (share * f32::from(N_SHADES - 1)).round() as u8
    };
    let row_bytes = log_mel.len().div_ceil(8) * 4;
    let n_pixel_bytes = row_bytes * N_MELS;
    let mut file = Vec::with_capacity(HEAD_BYTES + n_pixel_bytes);
    file.extend(b"BM");
    for number in [
        HEAD_BYTES + n_pixel_bytes,
        0,
        HEAD_BYTES,
        40,
        log_mel.len(),
        N_MELS,
    ] {
        file.extend((number as u32).to_le_bytes());
    }
    // One plane of four bits a pixel.
    file.extend([1, 0, 4, 0]);
    for number in [0, n_pixel_bytes, 0, 0, usize::from(N_SHADES), 0] {
        file.extend((number as u32).to_le_bytes());
    }
    for grey in (0..N_SHADES).map(|shade| shade * (u8::MAX / (N_SHADES - 1))) {
        file.extend([grey, grey, grey, 0]);
    }
    for band in 0..N_MELS {
        let start = file.len();
        let shades: Vec<u8> = log_mel.iter().map(|column| shade(column[band])).collect();
        let pair = |pair: &[u8]| pair[0] << 4 | pair.get(1).unwrap_or(&0);
        file.extend(shades.chunks(2).map(pair));
        file.resize(start + row_bytes, 0);
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(n_samples: usize) -> Samples {
        // Noise, which no picture compresses.
        let sample = |n: usize| ((n * n * 7919 + n * 104_729) % 2003) as f32 / 1001.5 - 1.0;
        let samples: Vec<f32> = (0..n_samples).map(sample).collect();
        samples[..].into()
    }

    #[test]
    fn pictures_are_bounded_however_long_the_clip_is() {
        for duration_s in [1, 4, 60, 600] {
            let pictures = draw(&noise(duration_s * crate::SAMPLE_RATE_HZ as usize));
            let n_bytes = pictures.waveform.len() + pictures.spectrogram.len();
            assert!(n_bytes < 30_000, "{duration_s} s: {n_bytes} bytes");
        }
    }

    #[test]
    fn the_outline_goes_there_and_back() {
        let path = outline(&[(-0.2, 0.1), (-0.4, 0.4)]);
        assert_eq!(path, "M100.0 -25L300.0 -100L300.0 100L100.0 50Z");
    }

    #[test]
    fn the_spectrogram_is_an_image_with_low_bands_at_the_bottom() {
        let mut log_mel = vec![[-80.0; N_MELS]; 3];
        log_mel[1][0] = 0.0;
        log_mel[2][N_MELS - 1] = -30.0;
        let file = spectrogram(&log_mel);
        let number =
            |at: usize| u32::from_le_bytes([file[at], file[at + 1], file[at + 2], file[at + 3]]);
        assert_eq!(&file[..2], b"BM");
        assert_eq!(
            [2, 10, 18, 22].map(number),
            [118 + 4 * N_MELS as u32, 118, 3, N_MELS as u32]
        );
        assert_eq!(file.len(), 118 + 4 * N_MELS);
        assert_eq!(
            (&file[54..58], &file[114..118]),
            (&[0, 0, 0, 0][..], &[255, 255, 255, 0][..])
        );
        // From the lowest band up; three columns and a filler.
        assert_eq!(file[118..122], [0x0F, 0, 0, 0]);
        assert_eq!(file[file.len() - 4..], [0x00, 0x80, 0, 0]);
    }
}
