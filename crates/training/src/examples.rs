//! The corpus in memory: waveforms for evaluation, features for training.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, anyhow, ensure};
use audio::{DecodeLimits, SAMPLE_RATE_HZ, Waveform};
use indicatif::{ParallelProgressIterator, ProgressStyle};
use rayon::prelude::*;
use vocabulary::{Emotion, MIN_DURATION_S};

use crate::{
    augmentation::{Augmenter, Variant},
    corpus::{Acted, Clip, Corpus, Part},
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
        let files: Vec<&[Clip]> = corpus.clips.chunk_by(is_of_one_file).collect();
        let decoded: Vec<_> = files
            .par_iter()
            .progress_with_style(style)
            .flat_map_iter(|clips| decode_parts(clips))
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

/// Whether two clips are parts of one channel of one file.
fn is_of_one_file(one: &Clip, other: &Clip) -> bool {
    let channel = |clip: &Clip| clip.part.and_then(|part| part.channel);
    one.path == other.path && channel(one) == channel(other)
}

/// The clips at 16 kHz, parts of one file, which is decoded once.
///
/// # Errors
/// What cannot be read, cannot be decoded or is shorter than an answer needs; the clip is named.
fn decode_parts(clips: &[Clip]) -> Vec<anyhow::Result<Waveform>> {
    let whole = decode(&clips[0]);
    let cut = |clip: &Clip| {
        let whole = whole.as_ref().map_err(|error| anyhow!("{error:#}"))?;
        let waveform = clip
            .part
            .map_or_else(|| whole.clone(), |part| cut(whole, part));
        let duration_s = waveform.duration_s();
        ensure!(
            duration_s >= MIN_DURATION_S,
            "{}: {duration_s} s is shorter than {MIN_DURATION_S} s",
            clip.path.display()
        );
        Ok(waveform)
    };
    clips.iter().map(cut).collect()
}

/// A clip's file at 16 kHz, or one channel of it.
fn decode(clip: &Clip) -> anyhow::Result<Waveform> {
    let in_clip = || clip.path.display().to_string();
    let bytes = fs::read(&clip.path).with_context(in_clip)?;
    let limits = DecodeLimits::default();
    let Some(channel) = clip.part.and_then(|part| part.channel) else {
        return Ok(audio::resample(
            audio::decode(bytes, &limits).with_context(in_clip)?,
        ));
    };
    let channels = audio::record_channels(bytes, &limits).with_context(in_clip)?;
    let of_channel = channels.into_iter().nth(channel);
    let of_channel = of_channel.with_context(|| format!("{}: no channel {channel}", in_clip()))?;
    Ok(Waveform {
        samples: of_channel.samples.range(0..of_channel.samples.len()),
        sample_rate_hz: SAMPLE_RATE_HZ,
    })
}

/// What of a waveform lies in a part.
fn cut(whole: &Waveform, part: Part) -> Waveform {
    let at = |time_ms: u64| {
        let sample_idx = time_ms.saturating_mul(whole.sample_rate_hz.into()) / 1000;
        usize::try_from(sample_idx).map_or(whole.samples.len(), |idx| idx.min(whole.samples.len()))
    };
    Waveform {
        samples: whole.samples[at(part.start_ms)..at(part.end_ms)].to_vec(),
        sample_rate_hz: whole.sample_rate_hz,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::{env, f32::consts::TAU, path::PathBuf, process};

    use super::*;
    use crate::augmentation::Augmentation;
    use audio::SAMPLE_RATE_HZ;

    /// 16-bit WAV of mono samples at 16 kHz.
    pub(crate) fn wav(samples: impl Iterator<Item = i16>) -> Vec<u8> {
        let samples: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
        let n_bytes = samples.len() as u32;
        let mut wav = Vec::new();
        wav.extend(b"RIFF");
        wav.extend((36 + n_bytes).to_le_bytes());
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
        wav.extend(n_bytes.to_le_bytes());
        wav.extend(samples);
        wav
    }

    /// 16-bit WAV of a tone of 200 Hz.
    fn tone(duration_s: f32, amplitude: f32) -> Vec<u8> {
        let n_samples = (duration_s * SAMPLE_RATE_HZ as f32) as u32;
        let sample = |idx: u32| {
            let phase = TAU * 200.0 * idx as f32 / SAMPLE_RATE_HZ as f32;
            (amplitude * phase.sin() * 32767.0) as i16
        };
        wav((0..n_samples).map(sample))
    }

    fn clip(path: PathBuf, emotion: Emotion) -> Clip {
        Clip {
            corpus: String::new(),
            path,
            part: None,
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

    #[test]
    fn parts_of_a_file_are_cut_from_it() {
        let dir = env::temp_dir().join(format!("banglaser-{}-parts", process::id()));
        fs::create_dir_all(&dir).expect("writable");
        let path = dir.join("call.wav");
        let mut quiet_then_loud = tone(2.0, 0.1);
        let half = quiet_then_loud.len() - 2 * SAMPLE_RATE_HZ as usize;
        let loud = tone(1.0, 0.5);
        quiet_then_loud[half..].copy_from_slice(&loud[44..]);
        fs::write(&path, quiet_then_loud).expect("writable");
        let part = |start_ms, end_ms, channel| Clip {
            part: Some(Part {
                start_ms,
                end_ms,
                channel,
            }),
            ..clip(path.clone(), Emotion::Sad)
        };
        let clips = vec![
            part(100, 900, None),
            part(1100, 5000, None),
            part(1500, 1700, None),
            part(200, 1000, Some(0)),
            part(200, 1000, Some(1)),
        ];
        let augmenter = Augmenter {
            augmentation: Augmentation::None,
            encoders: Vec::new(),
            cache: None,
        };
        let mut told = Vec::new();
        let mut tell = |what| told.push(what);
        let examples = Examples::read(&Corpus { clips }, &[], &augmenter, &mut tell);
        let examples = examples.expect("three parts").0;
        let heard = examples.iter().map(|example| {
            let peak = example.waveform.peak_dbfs().round();
            (example.waveform.samples.len(), peak)
        });
        let heard: Vec<_> = heard.collect();
        assert_eq!(heard, [(12_800, -20.0), (14_400, -6.0), (12_800, -20.0)]);
        assert!(told[0].contains("0.2 s"), "{told:?}");
        assert!(told[1].contains("no channel 1"), "{told:?}");
        fs::remove_dir_all(dir).expect("our own folder");
    }
}
