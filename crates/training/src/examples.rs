//! The corpus in memory: waveforms for evaluation, features for training.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, ensure};
use audio::{DecodeLimits, Waveform};
use indicatif::{ParallelProgressIterator, ProgressStyle};
use rayon::prelude::*;
use vocabulary::{Emotion, MIN_DURATION_S};

use crate::{
    augmentation::{Augmenter, Variant},
    corpus::{Acted, Clip, Corpus},
};

/// A clip, decoded.
#[derive(Clone, Debug)]
pub struct Example {
    /// Name of the corpus.
    pub corpus: String,
    /// The label.
    pub emotion: Emotion,
    /// Who speaks.
    pub speaker: String,
    /// Sex of the speaker where known.
    pub sex: Option<String>,
    /// Sentence where known.
    pub sentence: Option<String>,
    /// How strongly the emotion was to be acted, where known.
    pub acted: Option<Acted>,
    /// 16 kHz mono.
    pub waveform: Waveform,
    /// First the clip as it is, then as other microphones would have recorded it.
    pub variants: Vec<Variant>,
}

/// Every clip of a corpus, decoded, in the corpus's order.
#[derive(Debug)]
pub struct Examples(pub Vec<Example>);

impl Examples {
    /// Decodes the corpus and makes its variants, on all cores.
    ///
    /// Clips that the application would refuse are left out, so that none of them ends a training that has begun;
    /// `tell` gets a sentence that names each.
    ///
    /// # Errors
    /// No clip of a `needed` emotion, a cache that can be neither read nor written.
    pub fn read(
        corpus: &Corpus,
        needed: &[Emotion],
        augmenter: &Augmenter,
        tell: &mut dyn FnMut(String),
    ) -> anyhow::Result<Self> {
        let style = ProgressStyle::with_template("decoding {wide_bar} {pos}/{len}")?;
        let decoded: Vec<_> = corpus
            .clips
            .par_iter()
            .progress_with_style(style)
            .map(decode)
            .collect();
        let (clips, waveforms): (Vec<_>, Vec<_>) = corpus
            .clips
            .iter()
            .zip(decoded)
            .filter_map(|(clip, decoded)| {
                let decoded = decoded.inspect_err(|error| tell(format!("left out: {error:#}")));
                Some((clip, decoded.ok()?))
            })
            .unzip();
        for needed in needed {
            ensure!(
                clips.iter().any(|clip| clip.emotion == *needed),
                "no clip is labelled {needed}; name the emotions that there are with --labels"
            );
        }
        let variants = augmenter.make(&waveforms)?;
        let decoded = waveforms.into_iter().zip(variants);
        let examples = clips.into_iter().zip(decoded);
        let examples = examples.map(|(clip, (waveform, variants))| Example {
            corpus: clip.corpus.clone(),
            emotion: clip.emotion,
            speaker: clip.speaker.clone(),
            sex: clip.sex.clone(),
            sentence: clip.sentence.clone(),
            acted: clip.acted,
            waveform,
            variants,
        });
        Ok(Self(examples.collect()))
    }

    /// All speakers, sorted.
    pub fn speakers(&self) -> BTreeSet<&str> {
        self.0
            .iter()
            .map(|example| example.speaker.as_str())
            .collect()
    }
}

/// The clip at 16 kHz.
///
/// # Errors
/// What cannot be read, cannot be decoded or is shorter than an answer needs; the clip is named.
fn decode(clip: &Clip) -> anyhow::Result<Waveform> {
    let in_clip = || clip.path.display().to_string();
    let bytes = fs::read(&clip.path).with_context(in_clip)?;
    let waveform = audio::decode(bytes, &DecodeLimits::default()).with_context(in_clip)?;
    let duration_s = waveform.duration_s();
    ensure!(
        duration_s >= MIN_DURATION_S,
        "{}: {duration_s} s is shorter than {MIN_DURATION_S} s",
        in_clip()
    );
    Ok(audio::resample(waveform))
}

#[cfg(test)]
mod tests {
    use std::{env, f32::consts::TAU, path::PathBuf, process};

    use super::*;
    use crate::augmentation::Augmentation;
    use audio::SAMPLE_RATE_HZ;

    /// 16-bit WAV of a tone of 200 Hz.
    fn tone(duration_s: f32, amplitude: f32) -> Vec<u8> {
        let n_samples = (duration_s * SAMPLE_RATE_HZ as f32) as u32;
        let mut wav = Vec::new();
        wav.extend(b"RIFF");
        wav.extend((36 + 2 * n_samples).to_le_bytes());
        wav.extend(b"WAVEfmt ");
        wav.extend(16_u32.to_le_bytes());
        wav.extend([1_u16, 1].map(u16::to_le_bytes).concat());
        wav.extend(
            [SAMPLE_RATE_HZ, 2 * SAMPLE_RATE_HZ]
                .map(u32::to_le_bytes)
                .concat(),
        );
        wav.extend([2_u16, 16].map(u16::to_le_bytes).concat());
        wav.extend(b"data");
        wav.extend((2 * n_samples).to_le_bytes());
        for idx in 0..n_samples {
            let phase = TAU * 200.0 * idx as f32 / SAMPLE_RATE_HZ as f32;
            wav.extend(((amplitude * phase.sin() * 32767.0) as i16).to_le_bytes());
        }
        wav
    }

    fn clip(path: PathBuf, emotion: Emotion) -> Clip {
        Clip {
            corpus: String::new(),
            path,
            speaker: "rima".to_owned(),
            sex: None,
            emotion,
            sentence: None,
            acted: None,
        }
    }

    #[test]
    fn what_cannot_be_heard_is_left_out_before_anything_is_trained() {
        let dir = env::temp_dir().join(format!("banglaser-{}-examples", process::id()));
        fs::create_dir_all(&dir).expect("writable");
        let files = [
            ("tone.wav", tone(1.0, 0.5), Emotion::Angry),
            ("silent.wav", tone(1.0, 0.0), Emotion::Angry),
            ("short.wav", tone(0.3, 0.5), Emotion::Angry),
            ("no_samples.wav", tone(0.0, 0.5), Emotion::Angry),
            ("empty.wav", Vec::new(), Emotion::Sad),
            ("text.wav", b"no sound".to_vec(), Emotion::Angry),
        ];
        let mut clips: Vec<Clip> = files
            .into_iter()
            .map(|(name, bytes, emotion)| {
                fs::write(dir.join(name), bytes).expect("writable");
                clip(dir.join(name), emotion)
            })
            .collect();
        clips.push(clip(dir.join("absent.wav"), Emotion::Angry));
        let augmenter = Augmenter {
            augmentation: Augmentation::Channels,
            encoders: Vec::new(),
            cache: None,
        };
        let corpus = Corpus { clips };
        let mut left_out = Vec::new();
        let mut read = |needed: &[Emotion]| {
            left_out.clear();
            Examples::read(&corpus, needed, &augmenter, &mut |what| left_out.push(what))
        };
        let examples = read(&[Emotion::Angry]).expect("two angry clips");
        assert_eq!(examples.0.len(), 2);
        for example in &examples.0 {
            for variant in &example.variants {
                assert!(!variant.features.pitch.is_empty());
            }
        }
        let error = read(&[Emotion::Sad]).expect_err("the sad clip is empty");
        assert!(error.to_string().contains("sad"), "{error:#}");
        let named = [
            "short.wav: 0.3 s",
            "no_samples.wav",
            "empty.wav",
            "text.wav",
            "absent.wav",
        ];
        assert_eq!(left_out.len(), named.len());
        for (what, name) in left_out.iter().zip(named) {
            assert!(what.contains(name), "{name}: {what}");
        }
        fs::remove_dir_all(dir).expect("our own folder");
    }
}
