//! Takes over Resemblyzer's speaker encoder for diarization, and hears what is typical of many voices.
//!
//! Input   Resemblyzer's `pretrained.pt`; corpora
//! Output  a folder with the weights in 16 bits and their hashes, as `diarization::Diarizer` opens it

use std::{
    collections::BTreeSet,
    convert::Infallible,
    fs,
    ops::{ControlFlow, Range},
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use audio::{DecodeLimits, Recording};
use diarization::{TYPICAL, VECTOR_SIZE, VoiceSpace, WEIGHTS_FILE, encoder_shape, segments};
use inference::{SUMS_FILE, heard_span, sums};
use rayon::prelude::*;

use crate::{
    corpus::{Clip, Corpus},
    pytorch,
};

/// Writes the encoder with what is typical of the clips of `corpus` to `out`; `left_out` names speakers that are not
/// listened to, because what is written will be tested on them.
pub fn import_speakers(
    file: &Path,
    corpus: &Corpus,
    left_out: &BTreeSet<String>,
    out: &Path,
) -> anyhow::Result<()> {
    let mut weights = pytorch::speaker_encoder(file, encoder_shape())?;
    weights.extend("projection.", &pytorch::speaker_projection(file)?);
    weights.insert(TYPICAL, &[VECTOR_SIZE], vec![0.0; VECTOR_SIZE]);
    let space = VoiceSpace::new(&weights)?;
    let clips = corpus.clips.par_iter();
    let heard: Vec<_> = clips
        .filter(|clip| !left_out.contains(&clip.speaker))
        .map(|clip| vectors(clip, &space))
        .collect::<anyhow::Result<_>>()?;
    weights.insert(TYPICAL, &[VECTOR_SIZE], mean(&heard.concat()));
    let file = (WEIGHTS_FILE.to_owned(), weights.to_safetensors_bf16());
    let sums = (
        SUMS_FILE.to_owned(),
        sums(std::slice::from_ref(&file)).into_bytes(),
    );
    fs::create_dir_all(out)?;
    for (name, bytes) in [file, sums] {
        fs::write(out.join(&name), bytes)
            .with_context(|| format!("{} cannot be written", out.join(&name).display()))?;
    }
    Ok(())
}

/// Of the segments of a clip's speech.
fn vectors(clip: &Clip, space: &VoiceSpace) -> anyhow::Result<Vec<Vec<f32>>> {
    let in_clip = || clip.path.display().to_string();
    ensure!(
        clip.part.is_none(),
        "{}: parts of files are not read",
        in_clip()
    );
    let bytes = fs::read(&clip.path).with_context(in_clip)?;
    let recording = audio::record(bytes, &DecodeLimits::default()).with_context(in_clip)?;
    let unwatched = || ControlFlow::<Infallible>::Continue(());
    let ControlFlow::Continue(vectors) =
        space.vectors(&recording.samples, speech(&recording), unwatched);
    Ok(vectors)
}

/// The segments of its speech.
fn speech(recording: &Recording) -> impl Iterator<Item = Range<usize>> {
    let speech = recording.samples_of(heard_span(&recording.features));
    let segments = segments(speech).into_iter();
    segments.filter(|segment| !segment.is_empty())
}

fn mean(vectors: &[Vec<f32>]) -> Vec<f32> {
    let of_value = |at: usize| {
        let sum: f64 = vectors.iter().map(|vector| f64::from(vector[at])).sum();
        (sum / vectors.len().max(1) as f64) as f32
    };
    (0..VECTOR_SIZE).map(of_value).collect()
}

/// A list of speakers, one on each line.
pub fn read_speakers(file: Option<&PathBuf>) -> anyhow::Result<BTreeSet<String>> {
    let text = file
        .map(fs::read_to_string)
        .transpose()?
        .unwrap_or_default();
    Ok(text.lines().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_typical_vector_is_the_mean() {
        let found = mean(&[vec![1.0; VECTOR_SIZE], vec![2.0; VECTOR_SIZE]]);
        assert_eq!(found, [1.5; VECTOR_SIZE]);
        assert_eq!(mean(&[]), [0.0; VECTOR_SIZE]);
    }
}
