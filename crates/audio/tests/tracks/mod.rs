//! Tracks beside others, fragments that begin late, and recordings of which a piece is missing.

use audio::{DecodeError, DecodeLimits, decode};

use super::{decoded, heard, read};

/// Where a kind of box stands in its head, everywhere in a file.
fn all(clip: &[u8], kind: &[u8]) -> Vec<usize> {
    let fours = clip.windows(4).enumerate();
    let found = fours.filter(|(_, four)| *four == kind);
    found.map(|(at, _)| at).collect()
}

/// An M4A file whose track is there twice, told to be of these codecs. Its index stands behind the samples, so that
/// they stay where they are.
fn with_tracks(clip: &[u8], codecs: [&[u8; 4]; 2]) -> Vec<u8> {
    let start = |kind: &[u8]| all(clip, kind)[0] - 4;
    let n_bytes = |at: usize| u32::from_be_bytes(clip[at..at + 4].try_into().expect("four bytes"));
    let (index, track) = (start(b"moov"), start(b"trak"));
    assert!(index > start(b"mdat"));
    let behind = track + n_bytes(track) as usize;
    let copy = |number: u8, codec: &[u8; 4]| {
        let mut copy = clip[track..behind].to_vec();
        let entry = all(&copy, b"mp4a")[0];
        copy[entry..entry + 4].copy_from_slice(codec);
        // Behind version, flags and two times, the last of four bytes.
        let header = all(&copy, b"tkhd")[0] + 4;
        copy[header + 15] = number;
        copy
    };
    let tracks = [copy(1, codecs[0]), copy(2, codecs[1])].concat();
    let mut file = [&clip[..track], &tracks, &clip[behind..]].concat();
    let longer = n_bytes(index) + n_bytes(track);
    file[index..index + 4].copy_from_slice(&longer.to_be_bytes());
    file
}

#[test]
fn d21_of_several_tracks_the_one_that_can_be_decoded_is_heard() {
    let clip = read("aac.m4a");
    let expected = decoded("aac.m4a", &clip);
    for codecs in [[b"apac", b"mp4a"], [b"mp4a", b"apac"], [b"mp4a", b"mp4a"]] {
        let both = decoded("two tracks", &with_tracks(&clip, codecs));
        assert!(both == expected, "{codecs:?}");
    }
    let error = decode(
        with_tracks(&clip, [b"apac", b"apac"]),
        &DecodeLimits::default(),
    );
    match error.expect_err("neither can be decoded") {
        DecodeError::Unsupported { found } => {
            assert_eq!(found.as_deref(), Some("Apple Positional Audio"));
        }
        other => panic!("{other:?}"),
    }
}

/// As what a browser hands over later than the first piece.
#[test]
fn b02_a_later_piece_of_a_recording_is_refused() {
    let clip = read("chrome.webm");
    let clusters = all(&clip, b"\x1F\x43\xB6\x75");
    assert_eq!(clusters.len(), 6);
    for start in clusters {
        let piece = decode(&clip[start..], &DecodeLimits::default());
        let outcome = piece.map(|waveform| waveform.duration_s());
        assert!(
            matches!(
                outcome,
                Err(DecodeError::Unsupported { .. } | DecodeError::Damaged { .. })
            ),
            "{start}: {outcome:?}"
        );
    }
}

#[test]
fn b05_a_webm_that_breaks_off_is_heard_as_far_as_it_goes() {
    for name in ["chrome.webm", "opus.webm", "vorbis.webm", "aac.mka"] {
        let clip = read(name);
        let whole = heard(name, &clip);
        assert!(whole.heard.is_whole, "{name}");
        let head = all(&clip, b"\x1F\x43\xB6\x75")[0];
        for share in [1.0 / 3.0, 2.0 / 3.0] {
            // Behind the head, which is large where it holds the codec's tables.
            let n_bytes = (share * (clip.len() - head) as f32) as usize;
            let cut = heard(name, &clip[..head + n_bytes]);
            let heard_share = cut.duration_s() / whole.duration_s();
            let is_about = (heard_share - share).abs() < 0.2;
            assert!(is_about, "{name}, {share}: {heard_share}");
            assert!(!cut.heard.is_whole, "{name}, {share}");
        }
    }
}

/// Safari counts from when the page was opened.
#[test]
fn b05_fragments_that_begin_late_are_heard() {
    for name in ["aac_fragmented.mp4", "opus_fragmented.mp4"] {
        let clip = read(name);
        let mut late = clip.clone();
        let times = all(&clip, b"tfdt");
        assert_eq!(times.len(), 5, "{name}");
        for kind in times {
            assert_eq!(clip[kind + 4], 1, "a time of eight bytes");
            let time = kind + 8..kind + 16;
            let begins = u64::from_be_bytes(clip[time.clone()].try_into().expect("eight bytes"));
            late[time].copy_from_slice(&(begins + 160_000).to_be_bytes());
        }
        assert!(heard(name, &late) == heard(name, &clip), "{name}");
    }
}
