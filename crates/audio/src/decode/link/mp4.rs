//! MP4, M4A, 3GP and QuickTime: what symphonia opens, without tags and pictures, and the telephone codecs that
//! it leaves to others.
//!
//! Source  ISO/IEC 14496-12; 3GPP TS 26.244 (AMR in 3GP); Apple's QuickTime File Format (mu-law, A-law, IMA)

use std::ops::Range;

use symphonia::core::codecs::audio::well_known::*;

use super::{
    Container, Content, Link, leave_one_out,
    movie::{self, Atom, Track, atoms},
    raw::{Adpcm, Raw, RawCodec},
};
use crate::decode::{
    error::{DecodeError, damaged, unsupported},
    fields::Order,
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
    let is_whole = atoms(file, 0..file.len()).all(|atom| !atom.is_cut) && !lacks_fragment(file);
    Ok(Content::Container(Container {
        rope: readable(file, index),
        is_whole,
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

/// Whether the numbers of the fragments have a gap.
fn lacks_fragment(file: &[u8]) -> bool {
    let fragments = atoms(file, 0..file.len()).filter(|atom| atom.kind == *b"moof");
    leave_one_out(fragments.filter_map(|atom| {
        Order::Big.u32(file, movie::find(file, atom.content, b"mfhd")?.start + 4)
    }))
}

/// The file, its tags said to be free space, and a last box that was cut said to end where the file does.
fn readable(file: &[u8], index: Range<usize>) -> Rope<'_> {
    let is_tags = |kind: &[u8; 4]| matches!(kind, b"udta" | b"meta");
    // Where bytes stand instead of the file's.
    let mut heads: Vec<(usize, Vec<u8>)> = Vec::new();
    for atom in atoms(file, 0..file.len()).chain(atoms(file, index)) {
        let mut hide = |atom: &Atom| heads.push((atom.start + 4, b"free".to_vec()));
        match &atom.kind {
            kind if is_tags(kind) => hide(&atom),
            b"trak" => atoms(file, atom.content.clone())
                .filter(|atom| is_tags(&atom.kind))
                .for_each(|atom| hide(&atom)),
            _ => {}
        }
        if atom.is_cut {
            let length = file.len() - atom.start;
            heads.push(match atom.content.start - atom.start {
                8 => (atom.start, (length as u32).to_be_bytes().to_vec()),
                _ => (atom.start + 8, (length as u64).to_be_bytes().to_vec()),
            });
        }
    }
    heads.sort_unstable();
    let mut rope = Rope::default();
    let mut at = 0;
    for (start, head) in heads {
        rope.push(&file[at..start]);
        at = start + head.len();
        rope.push(head);
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
        let mut rope = readable(&clip, 8..8 + index.len());
        rope.read_to_end(&mut read).expect("in memory");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(
            text(&read),
            text(&clip).replace("udta", "free").replace("meta", "free")
        );
    }

    #[test]
    fn a_cut_box_ends_with_the_file() {
        let text = |clip: &[u8]| {
            let mut read = Vec::new();
            readable(clip, 8..8)
                .read_to_end(&mut read)
                .expect("in memory");
            read
        };
        let head = [atom(b"moov", b""), atom(b"mdat", b"1234567")].concat();
        let expected = [atom(b"moov", b""), atom(b"mdat", b"123")].concat();
        assert_eq!(text(&head[..head.len() - 4]), expected);
        // A length of eight bytes.
        let long = |length: u64| [b"\0\0\0\x01mdat", &length.to_be_bytes()[..], b"123"].concat();
        let moov = atom(b"moov", b"");
        let cut = [&moov[..], &long(99)].concat();
        assert_eq!(text(&cut), [&moov[..], &long(19)].concat());
    }

    #[test]
    fn fragments_are_counted() {
        let fragment = |number: u8| atom(b"moof", &atom(b"mfhd", &[0, 0, 0, 0, 0, 0, 0, number]));
        let file = |numbers: &[u8]| {
            numbers
                .iter()
                .flat_map(|&number| fragment(number))
                .collect()
        };
        let lacks = |numbers: &[u8]| lacks_fragment(&file(numbers) as &Vec<u8>);
        assert!(lacks(&[1, 2, 4]));
        for whole in [&[][..], &[7], &[1, 2, 3], &[0, 0, 0], &[1, 2, 1, 2]] {
            assert!(!lacks(whole), "{whole:?}");
        }
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
