//! Heads that are longer or shorter than most, or lie, and tags where nobody expects them.

use audio::{Recording, Waveform};

use super::{chunk, data, decoded, heard, read, sentence, wav};

/// A format chunk of 16 kHz.
fn format_chunk(
    tag: u16,
    n_channels: u16,
    block_bytes: u16,
    bits: u16,
    extension: &[u8],
) -> Vec<u8> {
    let mut format = Vec::new();
    format.extend(tag.to_le_bytes());
    format.extend(n_channels.to_le_bytes());
    format.extend(16_000_u32.to_le_bytes());
    format.extend((16_000 * u32::from(block_bytes)).to_le_bytes());
    format.extend(block_bytes.to_le_bytes());
    format.extend(bits.to_le_bytes());
    format.extend(extension);
    chunk(b"fmt ", &format)
}

const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xFFFE;

/// What an extensible format says of PCM: its length, the bits that count, the channels, the true tag.
fn extension(n_bytes: u16, valid_bits: u16) -> Vec<u8> {
    [
        &n_bytes.to_le_bytes()[..],
        &valid_bits.to_le_bytes(),
        &3_u32.to_le_bytes(),
        &PCM.to_le_bytes(),
        b"\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71",
    ]
    .concat()
}

#[test]
fn d02_filling_around_the_format_is_passed_over() {
    let expected = decoded("original", &read("original.wav"));
    let format = format_chunk(PCM, 1, 2, 16, &[]);
    // Apple's recorder fills 4096 bytes, and writes no length before it ends.
    let filling = chunk(b"FLLR", &[0; 4044]);
    // An odd chunk with its pad byte.
    let odd = [chunk(b"JUNK", &[0; 27]), vec![0]].concat();
    for (name, chunks) in [
        ("behind", vec![format.clone(), filling, data(0)]),
        (
            "before",
            vec![odd, chunk(b"bext", &[b'A'; 602]), format, data(u32::MAX)],
        ),
    ] {
        assert!(decoded(name, &wav(4088, &chunks)) == expected, "{name}");
    }
}

#[test]
fn d03_float_with_a_long_format_chunk_is_heard() {
    let expected = decoded("original", &read("original.wav"));
    let samples = expected.samples.iter();
    let samples: Vec<u8> = samples.flat_map(|sample| sample.to_le_bytes()).collect();
    let format = format_chunk(FLOAT, 1, 4, 32, &[0; 24]);
    let clip = wav(0, &[format, chunk(b"data", &samples)]);
    assert!(decoded("float", &clip) == expected);
}

#[test]
fn d04_wrong_lengths_of_extensions_and_blocks_are_not_believed() {
    let expected = decoded("original", &read("original.wav"));
    let mono = sentence();
    let stereo: Vec<u8> = mono
        .chunks_exact(2)
        .flat_map(|sample| sample.repeat(2))
        .collect();
    for (name, format, samples) in [
        (
            "an extension of no length",
            format_chunk(EXTENSIBLE, 2, 4, 16, &extension(0, 16)),
            &stereo,
        ),
        (
            "no extension behind its length",
            format_chunk(EXTENSIBLE, 1, 2, 16, &[0; 2]),
            &mono,
        ),
        (
            "a block of two channels in bits",
            format_chunk(PCM, 2, 32, 16, &[]),
            &stereo,
        ),
        (
            "a block of one channel in bits",
            format_chunk(PCM, 1, 16, 16, &[]),
            &mono,
        ),
    ] {
        let clip = wav(0, &[format, chunk(b"data", samples)]);
        assert!(decoded(name, &clip) == expected, "{name}");
    }
}

#[test]
fn d05_24_bits_are_the_16_that_they_were_made_of() {
    let expected = decoded("original", &read("original.wav"));
    let samples = sentence();
    for (name, format, n_zeros) in [
        ("24 bits", format_chunk(PCM, 1, 3, 24, &[]), 1),
        (
            "24 bits, extensible",
            format_chunk(EXTENSIBLE, 1, 3, 24, &extension(22, 24)),
            1,
        ),
        (
            "24 of 32 bits",
            format_chunk(EXTENSIBLE, 1, 4, 32, &extension(22, 24)),
            2,
        ),
        (
            "24 bits in blocks of 4 bytes",
            format_chunk(PCM, 1, 4, 24, &[]),
            2,
        ),
    ] {
        let widened: Vec<u8> = samples
            .chunks_exact(2)
            .flat_map(|sample| [&[0; 2][..n_zeros], sample].concat())
            .collect();
        let clip = wav(0, &[format, chunk(b"data", &widened)]);
        assert!(decoded(name, &clip) == expected, "{name}");
    }
}

#[test]
fn d09_a_silent_side_costs_nothing_but_level() {
    const SILENCE: &[u8] = &[0; 2];
    let mono = decoded("original", &read("original.wav"));
    let half = Recording::from(&Waveform {
        samples: mono.samples.iter().map(|sample| 0.5 * sample).collect(),
        ..mono
    });
    let samples = sentence();
    for is_left in [true, false] {
        let frames: Vec<u8> = samples
            .chunks_exact(2)
            .flat_map(|sample| match is_left {
                true => [sample, SILENCE].concat(),
                false => [SILENCE, sample].concat(),
            })
            .collect();
        let format = format_chunk(PCM, 2, 4, 16, &[]);
        let recording = heard("one side", &wav(0, &[format, chunk(b"data", &frames)]));
        assert!(recording == half, "{is_left}");
    }
}

/// An Ogg file of Opus with this output gain, dB, in its head.
fn with_gain(mut clip: Vec<u8>, gain_db: i16) -> Vec<u8> {
    let head = clip.windows(8).position(|eight| eight == b"OpusHead");
    let head = head.expect("the first page holds it");
    clip[head + 16..head + 18].copy_from_slice(&(256 * gain_db).to_le_bytes());
    clip[22..26].fill(0);
    // The page ends with the head, which has 19 bytes.
    let checksum = ogg_checksum(&clip[..head + 19]);
    clip[22..26].copy_from_slice(&checksum.to_le_bytes());
    clip
}

/// CRC-32 with the polynomial 0x04C11DB7, not reflected.
fn ogg_checksum(page: &[u8]) -> u32 {
    let mut crc = 0_u32;
    for byte in page {
        crc ^= u32::from(*byte) << 24;
        for _ in 0..8 {
            crc = crc << 1 ^ if crc >> 31 == 1 { 0x04C1_1DB7 } else { 0 };
        }
    }
    crc
}

#[test]
fn d12_the_gain_in_the_head_of_opus_is_applied() {
    for name in ["opus_silk.opus", "opus_celt.opus", "opus_celt_stereo.opus"] {
        let level_dbfs = |gain_db| decoded(name, &with_gain(read(name), gain_db)).level_dbfs();
        let plain_dbfs = level_dbfs(0);
        assert_eq!(plain_dbfs, decoded(name, &read(name)).level_dbfs());
        for gain_db in [-20, -6, 1] {
            let change_db = level_dbfs(gain_db) - plain_dbfs;
            assert!(
                (change_db - f32::from(gain_db)).abs() < 0.1,
                "{name}, {gain_db} dB: {change_db} dB"
            );
        }
    }
}

#[test]
fn d13_files_of_two_layers_are_both_heard() {
    let seconds = |name: &str, clip: &[u8]| heard(name, clip).duration_s();
    for (left, right) in [
        ("mp2.mp2", "mp3_cbr.mp3"),
        ("mp3_cbr.mp3", "mp2.mp2"),
        ("mp3_8khz.mp3", "mp2.mp2"),
    ] {
        let (left_clip, right_clip) = (read(left), read(right));
        let expected_s = seconds(left, &left_clip) + seconds(right, &right_clip);
        let both = heard(left, &[left_clip, right_clip].concat());
        let excess_s = both.duration_s() - expected_s;
        assert!(
            (-0.03..0.1).contains(&excess_s),
            "{left} + {right}: {excess_s} s"
        );
        assert!(both.heard.is_whole, "{left} + {right}");
    }
}

#[test]
fn d14_a_wrong_number_of_frames_cuts_nothing_off() {
    for name in ["mp3_cbr.mp3", "mp3_8khz.mp3"] {
        let clip = read(name);
        let expected_s = decoded(name, &clip).duration_s();
        let find = |tag: &[u8]| {
            let found = clip.windows(4).position(|four| four == tag);
            found.expect("a header")
        };
        let number = find(b"Info") + 8;
        let n_frames = u32::from_be_bytes(clip[number..number + 4].try_into().expect("four bytes"));
        for wrong in [0, n_frames / 3, 2 * n_frames] {
            let mut lying = clip.clone();
            lying[number..number + 4].copy_from_slice(&wrong.to_be_bytes());
            // What the encoder put before and behind is heard too.
            let excess_s = decoded(name, &lying).duration_s() - expected_s;
            assert!(
                (0.0..0.2).contains(&excess_s),
                "{name}, {wrong}: {excess_s} s"
            );
        }
    }
}

#[test]
fn d15_what_surrounds_an_mp3_is_passed_over() {
    let clip = read("mp3_vbr_bare.mp3");
    let expected = decoded("bare", &clip);
    let junk: Vec<u8> = (0..5000).map(|n| ((n * 37 + 11) % 250) as u8).collect();
    // 2048 bytes in which a zero stands behind every 0xFF.
    let unsynchronised = [
        &b"ID3\x04\0\x80\0\0\x10\0"[..],
        &b"\xFF\0\xE0".repeat(682),
        &[0; 2],
    ]
    .concat();
    let tags_behind = [
        &b"APETAGEX"[..],
        &2000_u32.to_le_bytes(),
        &32_u32.to_le_bytes(),
        &[0; 16],
        b"TAG",
        &[b'x'; 125],
    ]
    .concat();
    let tag = |version: u8| {
        [
            &[b'I', b'D', b'3', version, 0, 0, 0, 0, 0, 10][..],
            &[0; 10],
        ]
        .concat()
    };
    for (name, before, behind) in [
        ("junk", junk, Vec::new()),
        ("tags on both sides", unsynchronised, tags_behind),
        ("two tags", [tag(3), tag(4)].concat(), Vec::new()),
    ] {
        let surrounded = [&before[..], &clip, &behind].concat();
        assert!(decoded(name, &surrounded) == expected, "{name}");
    }
    let cut_s = decoded("cut", &clip[57..clip.len() - 33]).duration_s();
    let lost_s = expected.duration_s() - cut_s;
    assert!((0.0..0.2).contains(&lost_s), "{lost_s} s");
}

/// A segment of HTTP Live Streaming tells its time in a tag.
#[test]
fn d19_a_tag_in_front_of_aac_is_passed_over() {
    let clip = read("aac.aac");
    let owner = b"com.apple.streaming.transportStreamTimestamp\0";
    let content = [&owner[..], &[0; 8]].concat();
    let frame = [
        &b"PRIV"[..],
        &(content.len() as u32).to_be_bytes(),
        &[0; 2],
        &content,
    ]
    .concat();
    let tag = [&b"ID3\x04\0\0\0\0\0"[..], &[frame.len() as u8], &frame].concat();
    let segment = [&tag[..], &clip].concat();
    assert!(decoded("segment", &segment) == decoded("aac", &clip));
}
