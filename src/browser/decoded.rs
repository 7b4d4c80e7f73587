//! A clip's samples, so that a part of it can be seen and cut out before anything is sent.
//!
//! Input   a clip in any format that this browser plays
//! Output  mono, f32 in `[-1, 1]`, [`SAMPLE_RATE_HZ`]; parts or all of it as WAV, 16 bit
//! Errors  none: what the browser cannot decode is sent whole

use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AudioBuffer, Blob, BlobPropertyBag, OfflineAudioContext};

use super::Clip;
use crate::{fixed::fixed, wav};

/// The recogniser's own rate: more would be thrown away on arrival.
pub use vocabulary::SAMPLE_RATE_HZ;

/// Samples of a clip; clones share them.
#[derive(Clone, Debug)]
pub struct Decoded(SendWrapper<Rc<[f32]>>);

impl Decoded {
    /// Decodes `clip`; `None` where this browser cannot.
    pub async fn of(clip: &Clip) -> Option<Self> {
        let bytes = JsFuture::from(clip.blob().array_buffer()).await.ok()?;
        // It renders nothing, and unlike an ordinary context it holds no audio device.
        let context = OfflineAudioContext::new_with_number_of_channels_and_length_and_sample_rate(
            1,
            1,
            SAMPLE_RATE_HZ as f32,
        );
        let decoding = context
            .ok()?
            .decode_audio_data(bytes.unchecked_ref())
            .ok()?;
        let buffer: AudioBuffer = JsFuture::from(decoding).await.ok()?.unchecked_into();
        let samples = mono(&buffer)?;
        (!samples.is_empty()).then(|| Self(SendWrapper::new(samples.into())))
    }

    /// Length in seconds.
    pub fn duration_s(&self) -> f64 {
        self.0.len() as f64 / f64::from(SAMPLE_RATE_HZ)
    }

    /// Power of each of `n_parts` equal parts, of the loudest 1. The peaks of ordinary speech are nearly the same in
    /// every part of a longer clip, and would look like a wall.
    pub fn powers(&self, n_parts: usize) -> Vec<f32> {
        let part_length = self.0.len().div_ceil(n_parts.max(1)).max(1);
        let power = |part: &[f32]| {
            let sum: f32 = part.iter().map(|one| one * one).sum();
            sum / part.len() as f32
        };
        let powers: Vec<f32> = self.0.chunks(part_length).map(power).collect();
        let loudest = powers
            .iter()
            .fold(f32::MIN_POSITIVE, |loudest, one| loudest.max(*one));
        powers.iter().map(|power| power / loudest).collect()
    }

    /// Outline of the part from `start_s` to `end_s` as an SVG path over `[0, 400]` by `[-100, 100]`, as high as the
    /// loudest of the whole clip is.
    pub fn outline(&self, start_s: f32, end_s: f32) -> String {
        let at = |time_s: f32| ((time_s * SAMPLE_RATE_HZ as f32) as usize).min(self.0.len());
        outline(&self.0[at(start_s)..at(end_s)], peak(&self.0))
    }

    /// The part from `start_s` to `end_s` as a clip of its own; `None` where there is nothing between them.
    pub fn part(&self, start_s: f64, end_s: f64, of: &Clip) -> Option<Clip> {
        let at = |time_s: f64| {
            let sample_idx = (time_s.max(0.0) * f64::from(SAMPLE_RATE_HZ)).round() as usize;
            sample_idx.min(self.0.len())
        };
        let samples = self.0.get(at(start_s)..at(end_s))?;
        let bytes = Uint8Array::from(&wav::encode(samples, SAMPLE_RATE_HZ)[..]);
        let properties = BlobPropertyBag::new();
        properties.set_type("audio/wav");
        let parts = Array::of1(&bytes);
        let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &properties).ok()?;
        Some(of.with_content(blob))
    }
}

/// Columns of an outline: what a phone can show.
const N_COLUMNS: usize = 400;

fn peak(samples: &[f32]) -> f32 {
    let samples = samples.iter();
    samples.fold(0.0, |peak, one| peak.max(one.abs()))
}

/// There along the tops of all columns, and back along their bottoms, which are as far from the middle.
fn outline(samples: &[f32], loudest: f32) -> String {
    let length = samples.len().div_ceil(N_COLUMNS).max(1);
    let heights: Vec<f32> = samples
        .chunks(length)
        .map(|column| 100.0 * peak(column) / loudest.max(f32::MIN_POSITIVE))
        .collect();
    let mut path = String::new();
    let mut add = |column: usize, y: f32| {
        let step = if path.is_empty() { 'M' } else { 'L' };
        let x = (column as f32 + 0.5) * N_COLUMNS as f32 / heights.len() as f32;
        path.push(step);
        path += &fixed(x, 1);
        path.push(' ');
        path += &fixed(y, 0);
    };
    let columns = heights.iter().enumerate();
    columns
        .clone()
        .for_each(|(column, height)| add(column, -height));
    columns
        .rev()
        .for_each(|(column, height)| add(column, *height));
    path + "Z"
}

impl PartialEq for Decoded {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

fn mono(buffer: &AudioBuffer) -> Option<Vec<f32>> {
    let n_channels = buffer.number_of_channels();
    let mut mean = vec![0.0; buffer.length() as usize];
    for channel_idx in 0..n_channels {
        let channel = buffer.get_channel_data(channel_idx).ok()?;
        for (sum, sample) in mean.iter_mut().zip(channel) {
            *sum += sample / n_channels as f32;
        }
    }
    Some(mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_goes_there_and_back() {
        let path = outline(&[0.25, -0.5], 0.5);
        assert_eq!(path, "M100.0 -50L300.0 -100L300.0 100L100.0 50Z");
        let long = outline(&vec![0.1; 100_000], 0.2);
        assert_eq!(long.matches('L').count(), 2 * N_COLUMNS - 1);
        assert_eq!(outline(&[], 1.0), "Z");
        assert_eq!(outline(&[0.0], 0.0), "M200.0 0L200.0 0Z");
    }
}
