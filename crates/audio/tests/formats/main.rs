//! One sentence in every format: decoded by content, and close to the original.
//!
//! `clips/` is made by `generate.sh` and `record.mjs`. The decoder sees bytes only, so no file name
//! can help it.

use std::{fs, path::Path};

use audio::{
    DecodeError, DecodeLimits, Recording, SAMPLE_RATE_HZ, Waveform, decode, record, resample,
};

fn read(clip: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/clips");
    fs::read(path.join(clip)).expect("the clip is in the repository")
}

fn decoded(clip: &str) -> Waveform {
    decode(read(clip), &DecodeLimits::default()).unwrap_or_else(|error| panic!("{clip}: {error:?}"))
}

/// Largest difference between the common beginnings of two signals.
fn largest_difference(left: &[f32], right: &[f32]) -> f32 {
    let differences = left
        .iter()
        .zip(right)
        .map(|(left, right)| (left - right).abs());
    differences.fold(0.0, f32::max)
}

/// What is compared of a lossy clip: its first 1.2 s.
const COMPARED_SAMPLES: usize = 19_200;

/// Cosine between two signals, 1 if one is a positive multiple of the other.
fn correlation(left: &[f32], right: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let n = left.len().min(right.len()).min(COMPARED_SAMPLES);
    let (left, right) = (&left[..n], &right[..n]);
    dot(left, right) / (dot(left, left) * dot(right, right)).sqrt()
}

#[test]
fn lossless_clips_are_the_original_sample_by_sample() {
    let original = decoded("original.wav");
    assert_eq!(original.sample_rate_hz, SAMPLE_RATE_HZ);
    // Tolerances: 8-bit samples are 1/128 apart; the companded ones are at most 1/32 of full scale
    // apart where they are loudest (G.711).
    for (clip, duration_s, tolerance) in [
        ("wav_u8.wav", 1.0, 1.0 / 128.0),
        ("wav_s24.wav", 0.25, 0.0),
        ("wav_s32.wav", 0.25, 0.0),
        ("wav_f32.wav", 0.25, 0.0),
        ("wav_f64.wav", 0.25, 0.0),
        ("wav_mulaw.wav", 1.0, 1.0 / 32.0),
        ("wav_alaw.wav", 1.0, 1.0 / 32.0),
        ("wav_rf64.wav", 0.5, 0.0),
        ("au.au", 0.2, 0.0),
        ("mulaw.au", 0.5, 1.0 / 32.0),
        ("mulaw.caf", 0.5, 1.0 / 32.0),
        ("aiff.aiff", 0.5, 0.0),
        ("aifc_sowt.aifc", 0.5, 0.0),
        ("caf.caf", 0.5, 0.0),
        ("pcm.mov", 0.5, 0.0),
        ("flac.flac", 1.0, 0.0),
        ("flac.mka", 1.0, 0.0),
        ("ogg_flac.ogg", 1.0, 0.0),
        ("alac.m4a", 1.0, 0.0),
        ("alac.caf", 1.0, 0.0),
    ] {
        let waveform = decoded(clip);
        assert_eq!(waveform.sample_rate_hz, SAMPLE_RATE_HZ, "{clip}");
        assert_eq!(waveform.duration_s(), duration_s, "{clip}");
        let difference = largest_difference(&waveform.samples, &original.samples);
        assert!(difference <= tolerance, "{clip}: {difference}");
    }
}

#[test]
fn lossy_clips_sound_like_the_original() {
    let original = decoded("original.wav");
    // Least correlation: what the format costs, rounded down; ffmpeg's own decoders give the same
    // (0.94 for AAC at 48 kbit/s and for Opus at 24 kbit/s). Most delay at the beginning and most
    // excess at the end: MP3 and AAC frames hold 1152 and 1024 samples, ADPCM blocks 2041, and not
    // every file says how many of them are padding.
    for (clip, max_delay_s, max_excess_s, min_correlation) in [
        ("wav_adpcm_ima.wav", 0.0, 0.13, 0.98),
        ("wav_adpcm_ms.wav", 0.0, 0.13, 0.98),
        ("mp3.wav", 0.03, 0.08, 0.98),
        ("mp3_cbr.mp3", 0.0, 0.0, 0.98),
        ("mp3_vbr_bare.mp3", 0.03, 0.08, 0.98),
        ("mp3_8khz.mp3", 0.0, 0.0, 0.9),
        ("vorbis.ogg", 0.0, 0.0, 0.98),
        ("vorbis.webm", 0.0, 0.03, 0.98),
        ("aac.m4a", 0.002, 0.05, 0.9),
        ("aac_fragmented.mp4", 0.002, 0.05, 0.9),
        ("aac_video.mp4", 0.002, 0.05, 0.9),
        ("aac.aac", 0.002, 0.05, 0.9),
        ("aac.3gp", 0.002, 0.05, 0.9),
        ("aac.mka", 0.002, 0.05, 0.9),
        ("opus.webm", 0.0, 0.02, 0.92),
        ("opus.mka", 0.0, 0.02, 0.92),
        ("opus.mp4", 0.0, 0.02, 0.92),
        ("opus_fragmented.mp4", 0.0, 0.02, 0.92),
        // This file does not tell the encoder's delay.
        ("opus.caf", 0.007, 0.03, 0.92),
        ("opus_video.webm", 0.0, 0.02, 0.92),
    ] {
        let similarity = best_correlation(clip, max_delay_s, &original);
        assert!(similarity >= min_correlation, "{clip}: {similarity}");
        let excess_s = decoded(clip).duration_s() - original.duration_s();
        assert!(
            (-0.001..=max_excess_s + 0.001).contains(&excess_s),
            "{clip}: {excess_s} s too long"
        );
    }
}

/// Clips that hold only the beginning of the sentence.
#[test]
fn short_lossy_clips_sound_like_the_original() {
    let original = decoded("original.wav");
    for (clip, duration_s, max_delay_s, min_correlation) in [
        ("ima.mov", 1.0, 0.0, 0.98),
        ("ima.caf", 1.0, 0.0, 0.98),
        ("mulaw.mov", 1.0, 0.0, 0.9),
        ("alaw.caf", 1.0, 0.0, 0.9),
        // 42 frames of 1152 samples at 48 kHz, the encoder's delay among them.
        ("mp2.mp2", 1.008, 0.04, 0.9),
    ] {
        let similarity = best_correlation(clip, max_delay_s, &original);
        assert!(similarity >= min_correlation, "{clip}: {similarity}");
        assert_eq!(decoded(clip).duration_s(), duration_s, "{clip}");
    }
}

/// Largest correlation of a clip's beginning with that of the original, where it is delayed by no more than this.
fn best_correlation(clip: &str, max_delay_s: f32, original: &Waveform) -> f32 {
    let waveform = resample(decoded(clip));
    let max_delay = (max_delay_s * SAMPLE_RATE_HZ as f32) as usize;
    // One sample is what rounding a duration to a sample at each rate may cost.
    (0..=max_delay + 1)
        .map(|delay| correlation(&waveform.samples[delay..], &original.samples))
        .fold(-1.0, f32::max)
}

#[test]
fn what_is_recorded_while_it_is_decoded_is_the_same() {
    for clip in [
        "mp3_8khz.mp3",
        "mp3_cbr.mp3",
        "original.wav",
        "vorbis.ogg",
        "opus_celt_stereo.opus",
    ] {
        let recording = record(read(clip), &DecodeLimits::default()).expect(clip);
        assert!(recording == Recording::from(&decoded(clip)), "{clip}");
    }
}

/// An album cover of a megabyte stands before the first frame.
#[test]
fn a_large_tag_before_an_mp3_is_passed_over() {
    const COVER_BYTES: usize = 1 << 20;
    let mp3 = read("mp3_cbr.mp3");
    let frame = [
        b"APIC",
        &syncsafe(COVER_BYTES)[..],
        &[0, 0],
        &vec![0xff; COVER_BYTES],
    ]
    .concat();
    let tag = [b"ID3\x04\0\0", &syncsafe(frame.len())[..], &frame].concat();
    let tagged = decode([tag, mp3.clone()].concat(), &DecodeLimits::default());
    let bare = decode(mp3, &DecodeLimits::default());
    assert_eq!(tagged.expect("decoded"), bare.expect("decoded"));
}

/// A length as ID3v2.4 writes it: seven bits in each byte.
fn syncsafe(length: usize) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| (length >> shift & 0x7f) as u8)
}

/// GSM and AMR against the decoders of ffmpeg, which give 13 bits.
#[test]
fn telephone_codecs_are_what_others_decode() {
    const TOLERANCE: f32 = 9.0 / 32_768.0;
    for (clip, reference) in [
        ("gsm.wav", "gsm.reference.flac"),
        ("gsm.gsm", "gsm.reference.flac"),
        ("amr.amr", "amr.reference.flac"),
        ("amr.3gp", "amr.reference.flac"),
    ] {
        let (ours, theirs) = (decoded(clip), decoded(reference));
        assert_eq!(ours.sample_rate_hz, 8_000, "{clip}");
        let excess_s = (ours.duration_s() - theirs.duration_s()).abs();
        assert!(excess_s <= 0.04, "{clip}: {excess_s} s");
        let difference = largest_difference(&ours.samples, &theirs.samples);
        let alike = correlation(&ours.samples, &theirs.samples);
        assert!(
            difference <= TOLERANCE || alike > 0.999,
            "{clip}: {difference}, {alike}"
        );
    }
}

/// HE-AAC, as encoders say it and as they keep it to themselves, against ffmpeg's decoder.
#[test]
fn he_aac_has_its_whole_rate() {
    let references = [
        ("he_aac.aac", "he_aac.reference.flac", 2.2756),
        ("he_aac_implicit.m4a", "he_aac.reference.flac", 2.2756),
        // An edit list leaves out the delay that the reference, of a file without one, has.
        ("he_aac_explicit.m4a", "he_aac.reference.flac", 2.183),
        ("he_aac_v2.aac", "he_aac_v2.reference.flac", 2.2756),
        ("he_aac_v2.m4a", "he_aac_v2.reference.flac", 2.2756),
    ];
    for (clip, reference, duration_s) in references {
        let (ours, theirs) = (decoded(clip), decoded(reference));
        assert_eq!(ours.sample_rate_hz, theirs.sample_rate_hz, "{clip}");
        let excess_s = (ours.duration_s() - duration_s).abs();
        assert!(excess_s < 0.06, "{clip}: {excess_s} s");
        let most_alike = (0..4096)
            .map(|delay| correlation(&theirs.samples[delay..], &ours.samples))
            .fold(-1.0, f32::max);
        assert!(most_alike > 0.99, "{clip}: {most_alike}");
    }
}

/// Opus against ffmpeg's libopus, in each of its modes.
#[test]
fn opus_is_what_libopus_decodes() {
    // The reference has 16 bits and was computed in floating point; the decoder computes CELT in fixed
    // point, which is 70 dB below this sentence.
    const TOLERANCE: f32 = 5e-4;
    for (clip, reference) in [
        ("opus_silk.opus", "opus_silk.reference.flac"),
        ("opus_hybrid.opus", "opus_hybrid.reference.flac"),
        ("opus_celt.opus", "opus_celt.reference.flac"),
        ("opus_celt_stereo.opus", "opus_celt_stereo.reference.flac"),
    ] {
        let (ours, theirs) = (decoded(clip), decoded(reference));
        assert_eq!(ours.sample_rate_hz, 48_000, "{clip}");
        assert_eq!(ours.samples.len(), theirs.samples.len(), "{clip}");
        let difference = largest_difference(&ours.samples, &theirs.samples);
        assert!(difference <= TOLERANCE, "{clip}: {difference}");
    }
}

/// A recording of Chromium's MediaRecorder: no duration, clusters of unknown size.
#[test]
fn a_browser_recording_is_decoded_whole() {
    let ours = decoded("chrome.webm");
    // Three seconds were recorded; the recorder stops at a packet.
    assert!(
        (2.9..3.1).contains(&ours.duration_s()),
        "{}",
        ours.duration_s()
    );
    let theirs = decoded("chrome.reference.flac");
    assert_eq!(theirs.duration_s(), 1.2);
    let difference = largest_difference(&ours.samples, &theirs.samples);
    assert!(difference <= 2.0 / 32_768.0, "{difference}");
    assert!(ours.level_dbfs() > -40.0, "{} dBFS", ours.level_dbfs());
}

#[test]
fn what_is_not_decoded_is_refused_by_name() {
    let zip = b"PK\x03\x04\x14\0\0\0\x08\0".to_vec();
    // The sample entry of a codec decides.
    let mut evrc_3gp = read("aac.3gp");
    let entry = evrc_3gp.windows(4).position(|bytes| bytes == b"mp4a");
    let entry = entry.expect("a sample entry");
    evrc_3gp[entry..entry + 4].copy_from_slice(b"sevc");
    for (clip, name) in [
        (read("refused_ac3.mp4"), "AC-3"),
        (read("refused_ac3.ac3"), "AC-3"),
        (read("refused_eac3.mp4"), "E-AC-3"),
        (read("refused_speex.ogg"), "Speex"),
        (read("refused_wavpack.wv"), "WavPack"),
        (read("refused_wma.wma"), "WMA"),
        (evrc_3gp, "EVRC"),
        (read("refused_video_only.mp4"), "MP4 without audio"),
        (
            read("refused_opus_surround.opus"),
            "Opus with 6 channels, mapping family 1",
        ),
        (zip, "a ZIP archive"),
        (b"#!SILK_V3\x3C\x91\x17\x16\xBE".to_vec(), "SILK"),
        ("এটি একটি লেখা, শব্দ নয়".into(), "text"),
    ] {
        let error = decode(clip, &DecodeLimits::default()).expect_err(name);
        match error {
            DecodeError::Unsupported { found } => assert_eq!(found.as_deref(), Some(name)),
            other => panic!("{name}: {other:?}"),
        }
    }
}
