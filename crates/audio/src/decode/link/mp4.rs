//! MP4, M4A, 3GP and QuickTime: what symphonia opens, without tags and pictures, and the telephone codecs that
//! it leaves to others.
//!
//! Source  ISO/IEC 14496-12; 3GPP TS 26.244 (AMR in 3GP); Apple's QuickTime File Format (mu-law, A-law, IMA)

use std::ops::Range;

use symphonia::core::codecs::audio::well_known::*;

use super::{
    Container, Content, Link,
    movie::{self, Track, atoms},
    raw::{Adpcm, Raw, RawCodec},
};
use crate::decode::{
    error::{DecodeError, damaged, unsupported},
    rope::Rope,
};

/// Kinds of boxes that files begin with.
const FIRST: [&[u8; 4]; 7] = [
    b"ftyp", b"moov", b"styp", b"wide", b"mdat", b"free", b"skip",
];

/// Sample entries of codecs that are not decoded.
const NAMED: &[(&[u8; 4], &str)] = &[
    (b"ac-3", "AC-3"),
    (b"ec-3", "E-AC-3"),
    (b"ac-4", "AC-4"),
    (b"dtsc", "DTS"),
    (b"dtsh", "DTS"),
    (b"dtse", "DTS"),
    (b"enca", "encrypted audio"),
    (b"apac", "Apple Positional Audio"),
    (b"mha1", "MPEG-H audio"),
    (b"mhm1", "MPEG-H audio"),
    (b"sevc", "EVRC"),
    (b"sqcp", "QCELP"),
    (b"Qclp", "QCELP"),
    (b"QDM2", "QDesign Music"),
    (b"MAC3", "MACE"),
    (b"MAC6", "MACE"),
    (b".mp2", "MPEG audio layer 2"),
    (b"sawp", "AMR-WB+"),
    (b"ms\x00\x02", "Microsoft ADPCM in QuickTime"),
    (b"ms\x00\x11", "IMA ADPCM of Microsoft in QuickTime"),
];

/// Whether a clip is one.
pub(super) fn is_mp4(clip: &[u8]) -> bool {
    let kind = clip.get(4..8).unwrap_or_default();
    FIRST.iter().any(|first| kind == *first)
}

/// The first file of a clip.
pub(super) fn read(clip: &[u8]) -> Result<Link<'_>, DecodeError> {
    let mut index = None;
    let mut has_begun = false;
    let mut n_bytes = clip.len();
    for atom in atoms(clip, 0..clip.len()) {
        let rest = &clip[atom.start..];
        let is_foreign = || !is_mp4(rest) && Link::begins(rest);
        if has_begun && (atom.kind == *b"ftyp" || is_foreign()) {
            n_bytes = atom.start;
            break;
        }
        has_begun |= matches!(&atom.kind, b"moov" | b"mdat" | b"moof");
        if atom.kind == *b"moov" && index.is_none() {
            index = Some(atom.content);
        }
    }
    let file = &clip[..n_bytes];
    let index = index.ok_or_else(|| damaged("mp4: no index"))?;
    Ok(Link {
        n_bytes,
        content: content(file, index)?,
    })
}

fn content(file: &[u8], index: Range<usize>) -> Result<Content<'_>, DecodeError> {
    let tracks = movie::tracks(file, index.clone());
    let Some(first) = tracks.first() else {
        return Err(unsupported("MP4 without audio"));
    };
    // Of several tracks the first that can be decoded is heard.
    let is_refused = |track: &&Track| NAMED.iter().any(|(codec, _)| **codec == track.codec);
    let heard = tracks
        .iter()
        .find(|track| !is_refused(track))
        .unwrap_or(first);
    if let Some(raw) = raw(file, heard) {
        return Ok(Content::Raw(raw?));
    }
    if let Some((_, name)) = NAMED.iter().find(|(codec, _)| **codec == heard.codec) {
        return Err(unsupported(*name));
    }
    Ok(Content::Container(Container {
        rope: without_tags(file, index),
        kept_s: tracks
            .into_iter()
            .map(|track| (track.id, track.kept_s))
            .collect(),
    }))
}

/// The track's samples, where symphonia does not read them.
fn raw<'a>(file: &'a [u8], track: &Track) -> Option<Result<Raw<'a>, DecodeError>> {
    let (n_channels, rate_hz) = (usize::from(track.n_channels), track.sample_rate_hz);
    let (codec, block) = match &track.codec {
        b"ulaw" => (
            RawCodec::pcm(CODEC_ID_PCM_MULAW, n_channels, rate_hz),
            Some((1, n_channels)),
        ),
        b"alaw" => (
            RawCodec::pcm(CODEC_ID_PCM_ALAW, n_channels, rate_hz),
            Some((1, n_channels)),
        ),
        b"ima4" => (
            RawCodec::adpcm(Adpcm::QuickTime, n_channels, rate_hz, 0),
            Some((64, 34 * n_channels)),
        ),
        b"agsm" => (Ok(RawCodec::Gsm), Some((160, 33))),
        b"ms\x00\x31" => (
            Ok(RawCodec::GsmPairs {
                sample_rate_hz: rate_hz,
            }),
            Some((320, 65)),
        ),
        b"samr" => (Ok(RawCodec::Amr), None),
        b"sawb" => (Ok(RawCodec::AmrWb), None),
        _ => return None,
    };
    let data = || {
        track
            .data(file, block)
            .ok_or_else(|| damaged("mp4: no sample table"))
    };
    let raw = |codec| {
        let mut raw = Raw::new(codec, data()?);
        raw.kept_s.clone_from(&track.kept_s);
        Ok(raw)
    };
    Some(codec.and_then(raw))
}

/// The file, its tags said to be free space.
fn without_tags(file: &[u8], index: Range<usize>) -> Rope<'_> {
    let is_tags = |kind: &[u8; 4]| matches!(kind, b"udta" | b"meta");
    let mut tags: Vec<usize> = Vec::new();
    for atom in atoms(file, 0..file.len()).chain(atoms(file, index)) {
        match &atom.kind {
            kind if is_tags(kind) => tags.push(atom.start),
            b"trak" => {
                let inside = atoms(file, atom.content).filter(|atom| is_tags(&atom.kind));
                tags.extend(inside.map(|atom| atom.start));
            }
            _ => {}
        }
    }
    tags.sort_unstable();
    let mut rope = Rope::default();
    let mut at = 0;
    for start in tags {
        rope.push(&file[at..start + 4]);
        rope.push(&b"free"[..]);
        at = start + 8;
    }
    rope.push(&file[at..]);
    rope
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn atom(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = (8 + content.len()) as u32;
        [&length.to_be_bytes()[..], kind, content].concat()
    }

    #[test]
    fn a_file_without_index_is_damaged() {
        let clip = [atom(b"ftyp", b"M4A "), atom(b"mdat", b"...")].concat();
        assert!(is_mp4(&clip));
        assert!(matches!(read(&clip), Err(DecodeError::Damaged { .. })));
    }

    #[test]
    fn tags_become_free_space_in_place() {
        let track = atom(b"trak", &atom(b"udta", b"12"));
        let index = [track, atom(b"meta", b"3456")].concat();
        let clip = [atom(b"moov", &index), atom(b"meta", b"7")].concat();
        let mut read = Vec::new();
        let mut rope = without_tags(&clip, 8..8 + index.len());
        rope.read_to_end(&mut read).expect("in memory");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(
            text(&read),
            text(&clip).replace("udta", "free").replace("meta", "free")
        );
    }

    #[test]
    fn a_second_file_begins_behind_the_first() {
        let one = [
            atom(b"ftyp", b"M4A "),
            atom(b"moov", b""),
            atom(b"mdat", b"..."),
        ]
        .concat();
        let two = [&one[..], &one].concat();
        // The file has no track.
        assert!(matches!(read(&two), Err(DecodeError::Unsupported { .. })));
        assert_eq!(atoms(&two, 0..two.len()).count(), 6);
    }
}
