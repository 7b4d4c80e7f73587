//! Bytes that nobody should send: decoding ends, within its limits, with a result or an error.

use std::{
    fs,
    path::Path,
    sync::LazyLock,
    time::{Duration, Instant},
};

use audio::{
    DecodeError, DecodeLimits, Recording, SAMPLE_RATE_HZ, Waveform, decode, record,
    record_channels, resample,
};
use proptest::prelude::*;

/// Every clip of the format test: the seeds of the mutations.
static CLIPS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/clips");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the clips are in the repository")
        .map(|entry| entry.expect("an entry of that folder").path())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| fs::read(path).expect("readable"))
        .collect()
});

/// No input may take longer, even where tests are compiled without optimisation.
const PATIENCE: Duration = Duration::from_secs(5);

/// Limits that a mutated header reaches quickly.
fn limits() -> DecodeLimits {
    DecodeLimits {
        max_duration_s: 10.0,
        max_silent_packets: 1_000,
        ..DecodeLimits::default()
    }
}

/// A 16-bit PCM file of silence with the rate and channel count that its header claims.
fn wav(sample_rate_hz: u32, n_channels: u16, n_frames: u32) -> Vec<u8> {
    let frame_bytes = 2 * u32::from(n_channels);
    let data_bytes = frame_bytes * n_frames;
    let mut bytes = Vec::new();
    bytes.extend(b"RIFF");
    bytes.extend((36 + data_bytes).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    bytes.extend(n_channels.to_le_bytes());
    bytes.extend(sample_rate_hz.to_le_bytes());
    bytes.extend(sample_rate_hz.wrapping_mul(frame_bytes).to_le_bytes());
    bytes.extend((frame_bytes as u16).to_le_bytes());
    bytes.extend(b"\x10\0data");
    bytes.extend(data_bytes.to_le_bytes());
    bytes.resize(bytes.len() + data_bytes as usize, 0);
    bytes
}

/// A head that ends anywhere ends the decoding.
#[test]
fn every_beginning_of_a_clip_ends() {
    for clip in CLIPS.iter() {
        for n_bytes in 0..clip.len().min(200) {
            let started = Instant::now();
            // What it is does not matter here.
            let _ = decode(&clip[..n_bytes], &limits());
            assert!(started.elapsed() < PATIENCE, "{n_bytes} bytes");
        }
    }
}

#[test]
fn a_clip_that_is_too_long_is_refused_before_it_is_decoded_whole() {
    let long = wav(8_000, 1, 20 * 8_000);
    assert!(matches!(
        decode(&long, &limits()),
        Err(DecodeError::TooLong {
            max_duration_s: 10.0
        })
    ));
    assert!(decode(wav(8_000, 1, 10 * 8_000), &limits()).is_ok());
}

#[test]
fn rates_and_channels_have_bounds() {
    for sample_rate_hz in [0, 1, 3_999, 384_001, u32::MAX] {
        let result = decode(wav(sample_rate_hz, 1, 1_000), &limits());
        assert!(result.is_err(), "{sample_rate_hz} Hz: {result:?}");
    }
    assert!(decode(wav(8_000, 40, 1_000), &limits()).is_err());
    assert!(decode(wav(8_000, 0, 1_000), &limits()).is_err());
    assert!(matches!(
        decode(wav(384_000, 8, 1_000), &limits()),
        Ok(Waveform {
            sample_rate_hz: 384_000,
            ..
        })
    ));
}

/// The original application's resampler took 5.4 GB for such a rate; here the kernel depends on the
/// rate and not on its divisors.
#[test]
fn a_rate_without_common_divisors_is_resampled_like_any_other() {
    for sample_rate_hz in [44_099, 4_001, 383_987] {
        let waveform = decode(wav(sample_rate_hz, 1, sample_rate_hz / 2), &limits())
            .expect("within the limits");
        let resampled = resample(waveform);
        assert_eq!(resampled.sample_rate_hz, SAMPLE_RATE_HZ);
        assert!((resampled.duration_s() - 0.5).abs() < 0.001);
    }
}

/// The original application took 33 s and 7.2 GB for an hour of silence.
#[test]
fn an_hour_in_a_small_file_ends_at_the_limit() {
    let bomb = fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/clips/bomb_hour_of_silence.flac"),
    );
    let started = Instant::now();
    let refused = decode(bomb.expect("in the repository"), &DecodeLimits::default());
    assert!(
        matches!(
            refused,
            Err(DecodeError::TooLong {
                max_duration_s: 600.0
            })
        ),
        "{refused:?}"
    );
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
}

/// Ten megabytes of packets of one byte.
#[test]
fn a_million_tiny_packets_end_at_the_limit() {
    // Headers of ADTS with a payload of one byte each: 8 bytes in all.
    let adts = b"\xff\xf1\x50\x80\x01\x1f\xfc\x00".repeat(10 << 17);
    // Packets of Opus that say "20 ms, and I have lost them", behind each other.
    let opus = webm(b"\x81\0\0\0\x78", 2_000_000);
    for clip in [adts, opus] {
        let started = Instant::now();
        let result = decode(&clip, &DecodeLimits::default());
        assert!(
            result.is_err(),
            "{:?}",
            result.map(|waveform| waveform.duration_s())
        );
        assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
    }
}

/// A WebM file of Opus in which this block comes again and again.
fn webm(block: &[u8], n_blocks: usize) -> Vec<u8> {
    let element = |id: &[u8], content: &[u8]| {
        let length = (0x1000_0000 | content.len() as u32).to_be_bytes();
        [id, &length, content].concat()
    };
    let header = element(b"\x1a\x45\xdf\xa3", &element(b"\x42\x82", b"webm"));
    let track = [
        element(b"\xd7", &[1]),
        element(b"\x73\xc5", &[1]),
        element(b"\x83", &[2]),
        element(b"\x86", b"A_OPUS"),
        element(b"\x63\xa2", b"OpusHead\x01\x01\0\0\x80\xbb\0\0\0\0\0"),
        element(b"\xe1", &element(b"\x9f", &[1])),
    ];
    let tracks = element(b"\x16\x54\xae\x6b", &element(b"\xae", &track.concat()));
    let blocks = element(b"\xa3", block).repeat(n_blocks);
    let cluster = element(
        b"\x1f\x43\xb6\x75",
        &[element(b"\xe7", &[0]), blocks].concat(),
    );
    let segment = element(b"\x18\x53\x80\x67", &[tracks, cluster].concat());
    [header, segment].concat()
}

#[test]
fn decoding_ends_when_its_time_is_over() {
    let limits = DecodeLimits {
        max_decode_time: Duration::ZERO,
        ..DecodeLimits::default()
    };
    for clip in CLIPS
        .iter()
        .filter(|clip| decode(clip, &DecodeLimits::default()).is_ok())
    {
        let refused = decode(clip, &limits);
        assert!(
            matches!(refused, Err(DecodeError::TooSlow { .. })),
            "{refused:?}"
        );
    }
}

#[test]
fn damage_is_told_from_nothing() {
    let no_frames = wav(8_000, 1, 0);
    assert!(matches!(
        decode(no_frames, &limits()),
        Err(DecodeError::NoSamples | DecodeError::Damaged { .. })
    ));
    let cut_header = &wav(8_000, 1, 100)[..30];
    assert!(matches!(
        decode(cut_header, &limits()),
        Err(DecodeError::Damaged { .. })
    ));
    let cut_data = &wav(8_000, 1, 8_000)[..8_044];
    let waveform = decode(cut_data, &limits()).expect("what is there");
    assert_eq!(waveform.duration_s(), 0.5);
}

fn check(clip: &[u8]) -> Result<(), TestCaseError> {
    // Most of a clip may be recorded already when its damage is met.
    let recorded = record(clip, &limits());
    for channel in record_channels(clip, &limits()).into_iter().flatten() {
        let samples = channel.samples.range(0..channel.samples.len());
        prop_assert!(samples.into_iter().all(f32::is_finite));
        let length = |recording: &Recording| recording.samples.len();
        prop_assert_eq!(recorded.as_ref().ok().map(length), Some(length(&channel)));
    }
    match decode(clip, &limits()) {
        Ok(waveform) => {
            prop_assert!(waveform.samples.iter().all(|sample| sample.is_finite()));
            prop_assert!(waveform.duration_s() <= 10.0);
            prop_assert!(waveform.sample_rate_hz >= 4_000);
            let same = Recording::from(&waveform);
            prop_assert!(recorded.is_ok_and(|recording| recording.samples == same.samples));
        }
        // A panic inside a decoder is caught; that it is an error is all we ask.
        Err(error) => {
            prop_assert!(!error.to_string().is_empty());
            prop_assert!(recorded.is_err_and(|same| same.to_string() == error.to_string()));
        }
    }
    Ok(())
}

proptest! {
    // 256 cases each; PROPTEST_CASES runs more.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(clip in proptest::collection::vec(any::<u8>(), 0..4096)) {
        check(&clip)?;
    }

    #[test]
    fn bit_flips(
        clip in any::<prop::sample::Index>(),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 0..8_u8), 1..20),
        is_in_header in any::<bool>(),
    ) {
        let mut clip = clip.get(&CLIPS).clone();
        let reach = if is_in_header { clip.len().min(400) } else { clip.len() };
        for (position, bit) in flips {
            clip[position.index(reach)] ^= 1 << bit;
        }
        check(&clip)?;
    }

    #[test]
    fn truncations(clip in any::<prop::sample::Index>(), end in any::<prop::sample::Index>()) {
        let clip = clip.get(&CLIPS);
        check(&clip[..end.index(clip.len())])?;
    }

    #[test]
    fn splices(
        clips in any::<[prop::sample::Index; 2]>(),
        cuts in any::<[prop::sample::Index; 2]>(),
    ) {
        let [head, tail] = clips.map(|clip| clip.get(&CLIPS));
        let [end, start] = cuts;
        let mut clip = head[..end.index(head.len())].to_vec();
        clip.extend(&tail[start.index(tail.len())..]);
        check(&clip)?;
    }
}
