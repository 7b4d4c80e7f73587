//! Files that nobody would send by mistake, and some that everybody does.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::clips::syllables_wav;

/// Name and bytes.
pub type Input = (String, Vec<u8>);

/// The formats' own test files, which every change below is applied to.
pub fn clips() -> Vec<(String, Vec<u8>)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/audio/tests/formats/clips");
    let files = fs::read_dir(dir).expect("clips are in the repository");
    let mut paths: Vec<PathBuf> = files.map(|file| file.expect("readable").path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let name = path
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        (name, fs::read(path).expect("readable"))
    };
    paths.into_iter().map(read).collect()
}

/// A clip in six ways that it should not be.
pub fn changed(name: &str, clip: &[u8]) -> [Input; 6] {
    let mut noisy = clip.to_vec();
    for (idx, byte) in noisy.iter_mut().enumerate().skip(16) {
        if idx % 97 == 0 {
            *byte ^= (idx / 97 * 37) as u8;
        }
    }
    let mut headless = clip.to_vec();
    let head = headless.len().min(64);
    headless[8..head].fill(0xff);
    let mut inflated = clip.to_vec();
    inflated[4..8].fill(0xff);
    [
        ("cut", clip[..clip.len() / 3].to_vec()),
        ("only its head", clip[..clip.len().min(48)].to_vec()),
        ("noisy", noisy),
        ("with a head that lies", headless),
        ("with a length that lies", inflated),
        (
            "after an ID3 tag that lies",
            [b"ID3\x04\0\0\x7f\x7f\x7f\x7f", clip].concat(),
        ),
    ]
    .map(|(change, bytes)| (format!("{name} {change}"), bytes))
}

/// A WAV file's head with these claims, and a little data.
fn wav(n_channels: u16, sample_rate_hz: u32, bits: u16, data_bytes: u32) -> Vec<u8> {
    let block = n_channels.wrapping_mul(bits / 8);
    let mut wav = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0".to_vec();
    wav.extend(n_channels.to_le_bytes());
    wav.extend(sample_rate_hz.to_le_bytes());
    wav.extend(sample_rate_hz.wrapping_mul(block.into()).to_le_bytes());
    wav.extend(block.to_le_bytes());
    wav.extend(bits.to_le_bytes());
    wav.extend(b"data");
    wav.extend(data_bytes.to_le_bytes());
    wav.extend([0x55; 8000]);
    wav
}

/// Samples that are no numbers, or far beyond full scale.
fn float_wav(sample: f32) -> Vec<u8> {
    let mut wav = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x03\0\x01\0".to_vec();
    wav.extend(16_000_u32.to_le_bytes());
    wav.extend(64_000_u32.to_le_bytes());
    wav.extend([4, 0, 32, 0]);
    wav.extend(b"data");
    wav.extend(128_000_u32.to_le_bytes());
    wav.extend(sample.to_le_bytes().repeat(32_000));
    wav
}

/// Inputs that no program makes by mistake.
pub fn made() -> Vec<Input> {
    let named = |name: &str, bytes: Vec<u8>| (name.to_owned(), bytes);
    vec![
        named("nothing", Vec::new()),
        named("one byte", vec![0]),
        named("zeros", vec![0; 100_000]),
        named("ones", vec![0xff; 100_000]),
        named("text", b"this is no audio\n".repeat(1000)),
        named("HTML", b"<!DOCTYPE html><script>alert(1)</script>".to_vec()),
        named(
            "a PNG",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01".repeat(50),
        ),
        named("a ZIP", b"PK\x03\x04\x14\0\0\0\x08\0".repeat(100)),
        named(
            "AMR",
            b"#!AMR\n".iter().copied().chain([0x3c; 5000]).collect(),
        ),
        named("MIDI", b"MThd\0\0\0\x06\0\x01\0\x02\0\x60".repeat(20)),
        named("0 channels", wav(0, 16_000, 16, 8000)),
        named("65,535 channels", wav(65_535, 16_000, 16, 8000)),
        named("0 Hz", wav(1, 0, 16, 8000)),
        named("1 Hz", wav(1, 1, 16, 8000)),
        named("44,099 Hz", wav(1, 44_099, 16, 8000)),
        named("4 GHz", wav(1, u32::MAX, 16, 8000)),
        named("0 bits", wav(1, 16_000, 0, 8000)),
        named("13 bits", wav(1, 16_000, 13, 8000)),
        named("64 bits", wav(1, 16_000, 64, 8000)),
        named("4 GiB of data", wav(1, 16_000, 16, u32::MAX)),
        named("NaN", float_wav(f32::NAN)),
        named("infinity", float_wav(f32::INFINITY)),
        named("far too loud", float_wav(f32::MAX)),
        named("too quiet to be", float_wav(f32::MIN_POSITIVE / 2.0)),
        named(
            "two files in one",
            [syllables_wav(1.0), syllables_wav(1.0)].concat(),
        ),
        named(
            "a file behind junk",
            [vec![0x42; 3000], syllables_wav(2.0)].concat(),
        ),
    ]
}
