//! What real files do: wrong lengths, broken tags, files joined end to end, a channel upside down. Each test makes its
//! inputs from the clips of the format test.

mod heads;
mod tracks;

use std::{fs, path::Path};

use audio::{DecodeError, DecodeLimits, Recording, Waveform, decode, record};

fn read(clip: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/clips");
    fs::read(path.join(clip)).expect("the clip is in the repository")
}

fn heard(name: &str, clip: &[u8]) -> Recording {
    record(clip, &DecodeLimits::default()).unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

fn decoded(name: &str, clip: &[u8]) -> Waveform {
    decode(clip, &DecodeLimits::default()).unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

/// Samples of the sentence that all clips hold, 16 bits.
fn sentence() -> Vec<u8> {
    let clip = read("original.wav");
    let n_samples = decoded("original", &clip).samples.len();
    clip[clip.len() - 2 * n_samples..].to_vec()
}

/// Mono, 16 bits, 16 kHz.
const PCM: &[u8] = b"\x01\0\x01\0\x80\x3E\0\0\0\x7D\0\0\x02\0\x10\0";

fn chunk(tag: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [tag, &(content.len() as u32).to_le_bytes()[..], content].concat()
}

fn wav(form_bytes: u32, chunks: &[Vec<u8>]) -> Vec<u8> {
    [
        b"RIFF",
        &form_bytes.to_le_bytes()[..],
        b"WAVE",
        &chunks.concat(),
    ]
    .concat()
}

/// A chunk of the sentence with this length in its head.
fn data(n_bytes: u32) -> Vec<u8> {
    [b"data", &n_bytes.to_le_bytes()[..], &sentence()].concat()
}

#[test]
fn d01_d02_wrong_lengths_of_wav_are_not_believed() {
    let expected = decoded("original", &read("original.wav"));
    let n_bytes = sentence().len() as u32;
    for form_bytes in [0, 1, 36, n_bytes + 28, u32::MAX] {
        for data_bytes in [0, 36, n_bytes, n_bytes + 44, 0x7FFF_F000, u32::MAX] {
            let clip = wav(form_bytes, &[chunk(b"fmt ", PCM), data(data_bytes)]);
            let name = format!("{form_bytes}, {data_bytes}");
            assert!(decoded(&name, &clip) == expected, "{name}");
        }
    }
}

#[test]
fn d06_tags_are_nobodys_business() {
    let expected = decoded("original", &read("original.wav"));
    let (format, data) = (chunk(b"fmt ", PCM), data(sentence().len() as u32));
    for (name, before, behind) in [
        (
            "a tag without its pad byte",
            chunk(b"LIST", b"INFOICMT\x05\0\0\0hello"),
            vec![],
        ),
        (
            "a tag longer than its list",
            chunk(b"LIST", b"INFOISFT\x40\0\0\0Recorder"),
            vec![],
        ),
        ("a list of nothing", chunk(b"LIST", b""), vec![]),
        ("a fact of 12 bytes", chunk(b"fact", &[0; 12]), vec![]),
        ("a fact that lies", chunk(b"fact", &[9, 0, 0, 0]), vec![]),
        (
            "a length past the end",
            [&b"bext"[..], &[0xFF; 4]].concat(),
            vec![],
        ),
        (
            "ten megabytes",
            chunk(b"LIST", &vec![b'x'; 10 << 20]),
            vec![],
        ),
        (
            "tags behind",
            vec![],
            [
                chunk(b"id3 ", b"ID3\x04\0\0\0\0\0\0"),
                chunk(b"cue ", &[0; 4]),
            ]
            .concat(),
        ),
        ("half a tag behind", vec![], b"LIST\x0e\0\0\0adtl".to_vec()),
    ] {
        let clip = wav(36, &[format.clone(), before, data.clone(), behind]);
        assert!(decoded(name, &clip) == expected, "{name}");
    }
}

#[test]
fn d08_a_channel_upside_down_is_heard() {
    let mono = decoded("original", &read("original.wav"));
    for gain in [-1.0, -0.9, -1.1] {
        let mut clip = b"\x01\0\x02\0\x80\x3E\0\0\0\xFA\0\0\x04\0\x10\0".to_vec();
        clip = wav(0, &[chunk(b"fmt ", &clip), b"data\0\0\0\0".to_vec()]);
        for sample in &mono.samples {
            for sample in [*sample, gain * sample] {
                clip.extend(((sample * 32_767.0) as i16).to_le_bytes());
            }
        }
        let level_db = decoded("stereo", &clip).level_dbfs() - mono.level_dbfs();
        assert!(level_db.abs() < 1.0, "{gain}: {level_db} dB");
        let recording = heard("stereo", &clip);
        assert!(recording.heard.is_whole && !recording.heard.has_voices_apart);
    }
}

#[test]
fn d10_a_constant_and_rumble_change_nothing() {
    let clean = decoded("original", &read("original.wav"));
    let altered = |added: &dyn Fn(f32) -> f32| {
        let samples = clean.samples.iter().enumerate();
        let samples = samples.map(|(n, sample)| 0.6 * sample + added(n as f32 / 16_000.0));
        Recording::from(&Waveform {
            samples: samples.collect(),
            ..clean
        })
    };
    let alone = altered(&|_| 0.0);
    for constant in [-0.3, 0.01, 0.1, 0.35] {
        let recording = altered(&|_| constant);
        let all = |recording: &Recording| recording.samples.range(0..clean.samples.len());
        let pairs = all(&recording).into_iter().zip(all(&alone));
        let difference = pairs
            .map(|(left, right)| (left - right).abs())
            .fold(0.0, f32::max);
        assert!(difference < 2e-4, "{constant}: {difference}");
        assert_eq!(
            recording.features.speech_span(),
            alone.features.speech_span()
        );
    }
    let rumble = altered(&|t| 0.1 * (std::f32::consts::TAU * 8.0 * t).sin());
    assert_eq!(rumble.features.speech_span(), alone.features.speech_span());
}

#[test]
fn d11_d13_b03_joined_files_are_heard_to_their_end() {
    let clips = [
        "opus_silk.opus",
        "opus_celt.opus",
        "vorbis.ogg",
        "ogg_flac.ogg",
        "chrome.webm",
        "opus.webm",
        "opus_video.webm",
        "mp3_cbr.mp3",
        "mp3_8khz.mp3",
        "mp3_vbr_bare.mp3",
        "aac.aac",
        "he_aac.aac",
        "flac.flac",
        "original.wav",
        "wav_f32.wav",
        "aiff.aiff",
        "aac.m4a",
        "opus_fragmented.mp4",
        "amr.amr",
        "au.au",
    ];
    let seconds = |name: &str, clip: &[u8]| heard(name, clip).duration_s();
    for left in clips {
        for right in [left, "mp3_8khz.mp3", "chrome.webm", "original.wav"] {
            // Where FLAC ends only another FLAC tells.
            if left == "flac.flac" && right != left {
                continue;
            }
            let (left_clip, right_clip) = (read(left), read(right));
            let expected_s = seconds(left, &left_clip) + seconds(right, &right_clip);
            let name = format!("{left} + {right}");
            let both = heard(&name, &[left_clip, right_clip].concat());
            // Where the rate stays, an encoder's delay may be heard once more.
            let excess_s = both.duration_s() - expected_s;
            assert!((-0.03..0.1).contains(&excess_s), "{name}: {excess_s} s");
            assert!(both.heard.is_whole, "{name}");
        }
    }
}

#[test]
fn d11_what_cannot_be_heard_of_joined_files_is_told() {
    for (left, right) in [
        ("original.wav", "refused_speex.ogg"),
        ("vorbis.ogg", "refused_opus_surround.opus"),
    ] {
        let both = [read(left), read(right)].concat();
        let recording = heard(left, &both);
        assert!(!recording.heard.is_whole, "{left} + {right}");
        assert_eq!(recording.samples, heard(left, &read(left)).samples);
    }
}

#[test]
fn d16_headers_of_flac_with_zeros_are_heard() {
    let flac = read("flac.flac");
    let expected = decoded("flac", &flac);
    let mut no_least = flac.clone();
    no_least[8..10].fill(0);
    let mut no_sizes = flac.clone();
    no_sizes[8..12].fill(0);
    let mut no_lengths = flac.clone();
    // Frame sizes, then the number of samples behind rate, channels and bits.
    no_lengths[12..18].fill(0);
    no_lengths[21] &= 0xF0;
    no_lengths[22..26].fill(0);
    let picture = [
        &b"\x06"[..],
        &(5_u32 << 20).to_be_bytes()[1..],
        &vec![0; 5 << 20],
    ]
    .concat();
    let pictured = [&flac[..42], &picture, &flac[42..]].concat();
    let tagged = [&b"ID3\x03\0\0\0\0\x01\0"[..], &[0; 128], &flac].concat();
    for (name, clip) in [
        ("no least block size", no_least),
        ("no block sizes", no_sizes),
        ("neither frame sizes nor a length", no_lengths),
        ("a picture", pictured),
        ("a tag in front", tagged),
    ] {
        assert!(decoded(name, &clip) == expected, "{name}");
    }
}

/// Writes an edit list of one entry over that of a file, milliseconds.
fn edited(mut clip: Vec<u8>, start_ms: u32, duration_ms: u32) -> Vec<u8> {
    let find = |clip: &[u8], kind: &[u8]| {
        clip.windows(4)
            .position(|four| four == kind)
            .expect("the box")
    };
    let scale = |clip: &[u8], kind: &[u8]| {
        let at = find(clip, kind) + 16;
        u32::from_be_bytes(clip[at..at + 4].try_into().expect("four bytes"))
    };
    let (movie, media) = (scale(&clip, b"mvhd"), scale(&clip, b"mdhd"));
    let at = find(&clip, b"elst") + 12;
    clip[at..at + 4].copy_from_slice(&(duration_ms * movie / 1000).to_be_bytes());
    clip[at + 4..at + 8].copy_from_slice(&(start_ms * media / 1000).to_be_bytes());
    clip
}

#[test]
fn d17_what_an_edit_list_cut_away_is_not_heard() {
    for name in [
        "aac.m4a",
        "alac.m4a",
        "opus.mp4",
        "aac.3gp",
        "mulaw.mov",
        "ima.mov",
        "amr.3gp",
    ] {
        let whole = decoded(name, &read(name));
        let trimmed = decoded(name, &edited(read(name), 500, 400));
        assert!(
            (trimmed.duration_s() - 0.4).abs() < 0.002,
            "{name}: {} s",
            trimmed.duration_s()
        );
        let rate_hz = whole.sample_rate_hz as usize;
        // As it is in the whole, up to the encoder's delay.
        let nearest = (0..rate_hz / 10)
            .map(|delay| {
                let pairs = whole.samples[rate_hz / 2 - rate_hz / 20 + delay..]
                    .iter()
                    .zip(&trimmed.samples);
                pairs
                    .map(|(left, right)| (left - right).abs())
                    .fold(0.0, f32::max)
            })
            .fold(f32::MAX, f32::min);
        assert!(nearest < 1e-3, "{name}: {nearest}");
    }
}

#[test]
fn d22_broken_bytes_in_aac_cost_what_they_break() {
    for name in ["aac.aac", "aac.m4a", "he_aac.aac", "aac_fragmented.mp4"] {
        let clip = read(name);
        let whole_s = decoded(name, &clip).duration_s();
        let mut n_heard = 0;
        for seed in 0..40_usize {
            let mut broken = clip.clone();
            for idx in 1..=4 {
                let at = clip.len() / 3 + (seed * 7919 + idx * 104_729) % (clip.len() / 2);
                broken[at] ^= (seed * 31 + idx * 59) as u8 | 1;
            }
            match decode(&broken, &DecodeLimits::default()) {
                Ok(waveform) => n_heard += usize::from(waveform.duration_s() > 0.5 * whole_s),
                Err(DecodeError::Damaged { .. }) => {}
                Err(other) => panic!("{name}: {other:?}"),
            }
        }
        assert!(n_heard > 30, "{name}: {n_heard} of 40");
    }
}

#[test]
fn b05_an_mp4_without_its_index_is_damaged() {
    let clip = read("aac.m4a");
    let index = clip
        .windows(4)
        .position(|four| four == b"moov")
        .expect("an index");
    let data = clip
        .windows(4)
        .position(|four| four == b"mdat")
        .expect("samples");
    // As a recorder that was killed leaves it: what comes before the index.
    let cut = [
        &clip[..index.min(data) - 4],
        &clip[data - 4..index.max(data + 8)],
    ]
    .concat();
    assert!(matches!(
        decode(
            &cut[..cut.len().min(clip.len() - 8)],
            &DecodeLimits::default()
        ),
        Err(DecodeError::Damaged { .. })
    ));
}

/// The index before the samples, as what is made for the web has it.
fn index_first(clip: &[u8]) -> Vec<u8> {
    let at = |kind: &[u8]| {
        let found = clip.windows(4).position(|four| four == kind);
        found.expect("the box") - 4
    };
    let (samples, index) = (at(b"mdat"), at(b"moov"));
    let mut moved = clip[index..].to_vec();
    let offsets = at(b"stco") - index + 16;
    let n_chunks = u32::from_be_bytes(moved[offsets - 4..offsets].try_into().expect("four bytes"));
    for offset in moved[offsets..].chunks_exact_mut(4).take(n_chunks as usize) {
        let old = u32::from_be_bytes(offset.try_into().expect("four bytes"));
        offset.copy_from_slice(&(old + (clip.len() - index) as u32).to_be_bytes());
    }
    [&clip[..samples], &moved, &clip[samples..index]].concat()
}

#[test]
fn b05_a_broken_off_upload_is_heard_as_far_as_it_goes() {
    for name in ["aac.m4a", "alac.m4a", "opus.mp4"] {
        let clip = index_first(&read(name));
        let whole = heard(name, &clip);
        assert!(whole.heard.is_whole, "{name}");
        assert_eq!(whole.samples, heard(name, &read(name)).samples);
        let cut = heard(name, &clip[..clip.len() * 2 / 3]);
        let share = cut.duration_s() / whole.duration_s();
        assert!((0.4..0.8).contains(&share), "{name}: {share}");
        assert!(!cut.heard.is_whole, "{name}");
    }
    for name in ["aac_fragmented.mp4", "opus_fragmented.mp4"] {
        let clip = read(name);
        let fragments: Vec<usize> = (4..clip.len() - 4)
            .filter(|&at| clip[at..].starts_with(b"moof"))
            .map(|at| at - 4)
            .collect();
        let seconds = |n_bytes: usize| heard(name, &clip[..n_bytes]).duration_s();
        let [second, third, fourth] = [1, 2, 3].map(|idx| fragments[idx]);
        let cut = fourth - (fourth - third) / 4;
        assert!(seconds(third) < seconds(cut) - 0.1, "{name}");
        assert!(!heard(name, &clip[..cut]).heard.is_whole, "{name}");
        let mut gap = clip.clone();
        gap[second + 4..second + 8].copy_from_slice(b"free");
        assert!(!heard(name, &gap).heard.is_whole, "{name}");
        assert!(heard(name, &clip).heard.is_whole, "{name}");
    }
}

#[test]
fn mulaw_and_alaw_with_a_short_format_chunk_are_heard() {
    for (name, tag) in [("wav_mulaw.wav", 7_u8), ("wav_alaw.wav", 6)] {
        let expected = decoded(name, &read(name));
        let samples = read(name).split_off(read(name).len() - expected.samples.len());
        let format = [&[tag, 0][..], b"\x01\0\x80\x3E\0\0\x80\x3E\0\0\x01\0\x08\0"].concat();
        let clip = wav(0, &[chunk(b"fmt ", &format), chunk(b"data", &samples)]);
        assert_eq!(decoded(name, &clip), expected);
    }
}
