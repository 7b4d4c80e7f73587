//! Variants on disk, so that the next process need not make them again.
//!
//! One file per corpus, named by everything that decides its content: this very program, the clips, the
//! encoder. In it four tensors of all variants of all clips, one after the other:
//!
//! | tensor | shape |
//! |---|---|
//! | `lengths`, frames of each variant, u32 | `[n_clips, n_variants]` |
//! | `log_mel`, dB | `[n_frames, N_MELS]` |
//! | `pitch`, voicing and Hz | `[n_frames, 2]` |
//! | `voices` | `[n_clips * n_variants, voice_size]` |

use std::{
    env, fs,
    hash::{DefaultHasher, Hasher},
    path::Path,
    process,
};

use anyhow::Context;
use audio::{Features, N_MELS, Pitch, Waveform};
use inference::VoiceEncoder;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use super::variant::Variant;

/// Another program, other clips or another encoder have another key.
pub fn key(waveforms: &[Waveform], encoders: &[Box<dyn VoiceEncoder>]) -> anyhow::Result<u64> {
    let mut hasher = DefaultHasher::new();
    hasher.write(&fs::read(env::current_exe()?)?);
    for waveform in waveforms {
        hasher.write_usize(waveform.samples.len());
        write_all(&mut hasher, &waveform.samples);
    }
    // An encoder is what it hears.
    let heard = encoders
        .iter()
        .flat_map(|encoder| encoder.voices(&[&waveforms[0].samples]));
    for voice in heard {
        write_all(&mut hasher, &voice);
    }
    Ok(hasher.finish())
}

fn write_all(hasher: &mut DefaultHasher, values: &[f32]) {
    for value in values {
        hasher.write_u32(value.to_bits());
    }
}

/// The variants of every clip: those in `dir` under `key`, or else `make`'s, which are then found there.
pub fn read_or_make(
    dir: &Path,
    key: u64,
    make: impl FnOnce() -> Vec<Vec<Variant>>,
) -> anyhow::Result<Vec<Vec<Variant>>> {
    let path = dir.join(format!("variants-{key:016x}.safetensors"));
    if let Ok(bytes) = fs::read(&path) {
        return decode(&bytes).with_context(|| format!("delete {}", path.display()));
    }
    let variants = make();
    fs::create_dir_all(dir)?;
    // Renamed when whole: other processes may look for it.
    let part = path.with_extension(format!("{}.part", process::id()));
    fs::write(&part, encode(&variants)?).with_context(|| part.display().to_string())?;
    fs::rename(part, path)?;
    Ok(variants)
}

fn encode(of_clips: &[Vec<Variant>]) -> anyhow::Result<Vec<u8>> {
    let n_variants = of_clips.first().map_or(0, Vec::len);
    let (mut lengths, mut log_mel, mut pitch, mut voices) = (vec![], vec![], vec![], vec![]);
    for variant in of_clips.iter().flatten() {
        lengths.extend((variant.features.pitch.len() as u32).to_le_bytes());
        extend(&mut log_mel, variant.features.log_mel.values());
        for frame in &variant.features.pitch {
            extend(&mut pitch, &[frame.voicing, frame.frequency_hz]);
        }
        extend(&mut voices, &variant.voice);
    }
    let n_frames = pitch.len() / (2 * size_of::<f32>());
    let n_voices = of_clips.len() * n_variants;
    let voice_size = voices.len() / (n_voices * size_of::<f32>()).max(1);
    let tensors = [
        (
            "lengths",
            Dtype::U32,
            vec![of_clips.len(), n_variants],
            &lengths,
        ),
        ("log_mel", Dtype::F32, vec![n_frames, N_MELS], &log_mel),
        ("pitch", Dtype::F32, vec![n_frames, 2], &pitch),
        ("voices", Dtype::F32, vec![n_voices, voice_size], &voices),
    ];
    let views = tensors.map(|(name, dtype, shape, bytes)| {
        TensorView::new(dtype, shape, bytes).map(|view| (name, view))
    });
    let views: Vec<_> = views.into_iter().collect::<Result<_, _>>()?;
    Ok(safetensors::serialize(views, None)?)
}

fn extend(bytes: &mut Vec<u8>, values: &[f32]) {
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

fn decode(bytes: &[u8]) -> anyhow::Result<Vec<Vec<Variant>>> {
    let tensors = SafeTensors::deserialize(bytes)?;
    let words = |name: &str| -> anyhow::Result<Vec<[u8; 4]>> {
        Ok(tensors.tensor(name)?.data().as_chunks().0.to_vec())
    };
    let floats = |name: &str| -> anyhow::Result<Vec<f32>> {
        Ok(words(name)?.into_iter().map(f32::from_le_bytes).collect())
    };
    let n_variants = tensors.tensor("lengths")?.shape()[1];
    let voice_size = tensors.tensor("voices")?.shape()[1];
    let (log_mel, pitch, voices) = (floats("log_mel")?, floats("pitch")?, floats("voices")?);
    let mut frames = log_mel.as_chunks::<N_MELS>().0.iter().copied();
    let mut pitches = pitch
        .as_chunks()
        .0
        .iter()
        .map(|&[voicing, frequency_hz]| Pitch {
            voicing,
            frequency_hz,
        });
    let mut voices = voices.into_iter();
    let variants: Vec<Variant> = words("lengths")?
        .into_iter()
        .map(|length| {
            let n_frames = u32::from_le_bytes(length) as usize;
            let log_mel: Vec<[f32; N_MELS]> = frames.by_ref().take(n_frames).collect();
            Variant {
                features: Features {
                    log_mel: log_mel.into(),
                    pitch: pitches.by_ref().take(n_frames).collect(),
                },
                voice: voices.by_ref().take(voice_size).collect(),
            }
        })
        .collect();
    Ok(variants
        .chunks(n_variants)
        .map(<[Variant]>::to_vec)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variant(n_frames: usize, value: f32) -> Variant {
        let pitch = Pitch {
            voicing: value,
            frequency_hz: 100.0 * value,
        };
        Variant {
            features: Features {
                log_mel: vec![[value; N_MELS]; n_frames].into(),
                pitch: vec![pitch; n_frames],
            },
            voice: vec![value, -value],
        }
    }

    #[test]
    fn what_was_kept_is_found_under_its_key_only() {
        let dir = env::temp_dir().join(format!("variants-cache-{}", process::id()));
        let made = vec![
            vec![variant(2, 0.5), variant(3, 1.5)],
            vec![variant(1, 2.5), variant(0, 3.5)],
        ];
        let kept = read_or_make(&dir, 7, || made.clone()).expect("is written");
        assert_eq!(kept, made);
        let found = read_or_make(&dir, 7, || panic!("is not made again"));
        assert_eq!(found.expect("is read"), made);
        let other = read_or_make(&dir, 8, Vec::new).expect("is written");
        assert!(other.is_empty());
        fs::remove_dir_all(dir).expect("was made above");
    }

    #[test]
    fn every_clip_and_sample_is_in_the_key() {
        let clip = |samples: &[f32]| Waveform {
            samples: samples.to_vec(),
            sample_rate_hz: audio::SAMPLE_RATE_HZ,
        };
        let key_of = |clips: &[&[f32]]| {
            let clips: Vec<Waveform> = clips.iter().map(|samples| clip(samples)).collect();
            key(&clips, &[]).expect("the program can be read")
        };
        let keys = [
            key_of(&[&[0.0, 0.5], &[1.0]]),
            key_of(&[&[0.0], &[0.5, 1.0]]),
            key_of(&[&[0.0, 0.5, 1.0]]),
            key_of(&[&[0.0, 0.5], &[-1.0]]),
        ];
        for (idx, key) in keys.iter().enumerate() {
            assert!(!keys[..idx].contains(key));
        }
    }
}
