//! What is said in clips of which nothing else is known.

use std::{fs, ops::Range, path::Path};

use anyhow::Context;
use audio::{DecodeLimits, Features};
use inference::heard_span;
use rayon::prelude::*;

use crate::{arguments::say, corpus::named_like_sound};

/// From the first word to the last, in frames; all of them where nobody speaks.
pub fn spoken_frames(features: &Features) -> Range<usize> {
    match heard_span(features) {
        span if span.is_empty() => 0..features.pitch.len(),
        span => span,
    }
}

/// What `hear` makes of the samples of what is said in each clip below `folder`, 16 kHz, in the order of their paths.
///
/// # Errors
/// What cannot be read or decoded; the file is named.
pub fn heard<T: Send>(folder: &Path, hear: impl Fn(&[f32]) -> T + Sync) -> anyhow::Result<Vec<T>> {
    let in_folder = || folder.display().to_string();
    let mut files = named_like_sound(folder, &mut say).with_context(in_folder)?;
    files.sort();
    let said = files.into_par_iter().map(|file| {
        let in_file = || file.display().to_string();
        let bytes = fs::read(&file).with_context(in_file)?;
        let recording = audio::record(bytes, &DecodeLimits::default()).with_context(in_file)?;
        let span = spoken_frames(&recording.features);
        Ok(hear(&recording.samples.range(recording.samples_of(span))))
    });
    said.collect()
}
