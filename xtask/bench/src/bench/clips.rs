//! Four seconds of speech in the formats in which the servers are compared.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use xtask::command::run;
use xtask::ffmpeg;
use xtask::workspace::Workspace;

/// A clip and what the tables call it.
pub struct Clip {
    pub name: &'static str,
    pub bytes: Vec<u8>,
}

/// File name, name in the tables, and how ffmpeg makes it of 48 kHz stereo.
const FORMATS: [(&str, &str, &[&str]); 6] = [
    ("16k.wav", "WAV, 16 kHz", &["-ar", "16000", "-ac", "1"]),
    ("48k.wav", "WAV, 48 kHz stereo", &[]),
    (
        "clip.mp3",
        "MP3, 44.1 kHz stereo",
        &["-ar", "44100", "-c:a", "libmp3lame", "-b:a", "128k"],
    ),
    ("clip.flac", "FLAC, 48 kHz stereo", &["-c:a", "flac"]),
    (
        "clip.opus",
        "Ogg Opus, stereo",
        &["-c:a", "libopus", "-b:a", "64k"],
    ),
    (
        "clip.m4a",
        "M4A (AAC), 44.1 kHz stereo",
        &[
            "-ar", "44100", "-c:a", "aac", "-aac_pns", "0", "-b:a", "96k",
        ],
    ),
];

/// The format test's sentence, said again until 4 s are full, in every format; ffmpeg encodes, and is installed where
/// it is missing.
pub fn make(workspace: &Workspace) -> Result<Vec<Clip>> {
    ffmpeg::ensure("it encodes the clips and decodes M4A for the original server")?;
    let folder = workspace.target_dir.join("bench-clips");
    fs::create_dir_all(&folder)?;
    let sentence = workspace
        .root
        .join("crates/audio/tests/formats/clips/original.wav");
    let source = folder.join("source.wav");
    let repeated = ["-t", "4", "-ar", "48000", "-ac", "2"];
    encode(&["-stream_loop", "5"], &sentence, &repeated, &source)?;
    let clip = |&(file, name, options): &(&str, &'static str, &[&str])| {
        let path = folder.join(file);
        encode(&[], &source, options, &path)?;
        let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
        Ok(Clip { name, bytes })
    };
    FORMATS.iter().map(clip).collect()
}

fn encode(before: &[&str], input: &Path, options: &[&str], output: &Path) -> Result<()> {
    run(Command::new("ffmpeg")
        .args(["-v", "error", "-y"])
        .args(before)
        .arg("-i")
        .arg(input)
        .args(options)
        .arg(output))
}

/// A 16 kHz WAV file of `seconds` of the same speech, made of the 4 s one by repeating its samples.
pub fn repeated(clip: &Clip, seconds: usize) -> Vec<u8> {
    const RATE_HZ: u32 = 16_000;
    let data = clip.bytes.windows(4).position(|tag| tag == b"data");
    let samples = &clip.bytes[data.map_or(44, |tag| tag + 8)..];
    let n_bytes = seconds * 2 * RATE_HZ as usize;
    let mut wav = Vec::with_capacity(44 + n_bytes);
    wav.extend(b"RIFF");
    wav.extend((36 + n_bytes as u32).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    for field in [1_u16, 1] {
        wav.extend(field.to_le_bytes());
    }
    for field in [RATE_HZ, 2 * RATE_HZ] {
        wav.extend(field.to_le_bytes());
    }
    for field in [2_u16, 16] {
        wav.extend(field.to_le_bytes());
    }
    wav.extend(b"data");
    wav.extend((n_bytes as u32).to_le_bytes());
    wav.extend(samples.iter().cycle().take(n_bytes));
    wav
}
