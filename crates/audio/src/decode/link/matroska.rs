//! WebM and Matroska: the clusters of a recording, and nothing around them that a listener does not need.
//!
//! Source  RFC 8794 (EBML: an identifier, a length, content), RFC 9559 (Matroska)
//! Why     recordings joined end to end are heard one after the other; tags and attachments are not kept

use super::{Container, Content, Link};
use crate::decode::{
    error::{DecodeError, damaged},
    fields::find,
    rope::Rope,
};

const EBML: u32 = 0x1A45_DFA3;
const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_A966;
const TRACKS: u32 = 0x1654_AE6B;
const CLUSTER: u32 = 0x1F43_B675;
const SEEK_HEAD: u32 = 0x114D_9B74;
const CUES: u32 = 0x1C53_BB6B;
const CHAPTERS: u32 = 0x1043_A770;
const TAGS: u32 = 0x1254_C367;
const ATTACHMENTS: u32 = 0x1941_A469;

/// What a segment holds besides clusters, and what ends one.
const TOP: [u32; 9] = [
    EBML, SEGMENT, INFO, TRACKS, CLUSTER, SEEK_HEAD, CUES, CHAPTERS, TAGS,
];

/// The beginning of a segment that ends with the file.
const ENDLESS_SEGMENT: [u8; 12] = [
    0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
];

/// Larger elements that describe a recording are harm.
const MAX_HEAD_BYTES: usize = 1 << 20;

/// An element of EBML.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Element {
    id: u32,
    /// Where the content begins.
    start: usize,
    /// Where it ends, past the clip perhaps; `None` where nobody knew.
    end: Option<usize>,
}

impl Element {
    fn at(clip: &[u8], at: usize) -> Option<Self> {
        let (id, n_id_bytes) = number(clip, at, 4, true)?;
        let (length, n_length_bytes) = number(clip, at + n_id_bytes, 8, false)?;
        let start = at + n_id_bytes + n_length_bytes;
        let is_unknown = length == (1 << (7 * n_length_bytes)) - 1;
        let end = usize::try_from(length).unwrap_or(usize::MAX);
        Some(Self {
            id: id as u32,
            start,
            end: (!is_unknown).then_some(start.saturating_add(end)),
        })
    }
}

/// A number whose leading zeros tell its bytes, with or without the bit behind them; and how many bytes.
fn number(clip: &[u8], at: usize, max_bytes: usize, keeps_marker: bool) -> Option<(u64, usize)> {
    let first = *clip.get(at)?;
    let n_bytes = first.leading_zeros() as usize + 1;
    let bytes = clip
        .get(at..at + n_bytes)
        .filter(|_| n_bytes <= max_bytes)?;
    let value = bytes
        .iter()
        .fold(0, |value, &byte| value << 8 | u64::from(byte));
    let marker = 1 << (7 * n_bytes);
    Some((if keeps_marker { value } else { value & !marker }, n_bytes))
}

/// Whether a clip is one.
pub(super) fn is_matroska(clip: &[u8]) -> bool {
    clip.starts_with(&EBML.to_be_bytes())
}

/// The first recording of a clip.
pub(super) fn read(clip: &[u8]) -> Result<Link<'_>, DecodeError> {
    let header_end = Element::at(clip, 0).and_then(|header| header.end);
    let header_end = header_end.filter(|&end| end <= clip.len());
    let segment = header_end.and_then(|end| Element::at(clip, end));
    let segment = segment.filter(|segment| segment.id == SEGMENT);
    let (Some(header_end), Some(segment)) = (header_end, segment) else {
        return Err(damaged("webm: no segment"));
    };
    let mut heads = Vec::new();
    let mut clusters = Vec::new();
    let mut at = segment.start;
    let mut is_whole = true;
    while at < clip.len() && !is_foreign(&clip[at..]) {
        let element = Element::at(clip, at)
            .filter(|element| TOP.contains(&element.id) || is_skipped(element));
        let Some(element) = element else {
            // Damage: the next cluster, or the next recording.
            at = next_top(clip, at + 1);
            continue;
        };
        if element.id == EBML || element.id == SEGMENT {
            break;
        }
        let end = match element.end {
            Some(end) => end,
            None => cluster_end(clip, element.start),
        };
        is_whole &= element.id != CLUSTER || end <= clip.len();
        let end = end.min(clip.len());
        match element.id {
            INFO | TRACKS if end - at <= MAX_HEAD_BYTES => heads.push(at..end),
            CLUSTER => clusters.push(at..end),
            _ => {}
        }
        at = end;
    }
    let n_bytes = at.min(clip.len());
    let mut rope = Rope::from(&clip[..header_end]);
    rope.push(&ENDLESS_SEGMENT[..]);
    for range in heads.into_iter().chain(clusters) {
        rope.push(&clip[range]);
    }
    Ok(Link {
        n_bytes,
        content: Content::Container(Container {
            rope,
            kept_s: Vec::new(),
            is_whole: is_whole && segment.end.is_none_or(|end| end <= n_bytes),
        }),
    })
}

/// Filling, and what is told about the recording.
fn is_skipped(element: &Element) -> bool {
    const VOID: u32 = 0xEC;
    const CRC_32: u32 = 0xBF;
    matches!(element.id, VOID | CRC_32 | ATTACHMENTS) && element.end.is_some()
}

/// Where a cluster without length ends: before the first element that no cluster holds; behind the clip where its last
/// element does.
fn cluster_end(clip: &[u8], mut at: usize) -> usize {
    while at < clip.len() && !is_foreign(&clip[at..]) {
        match Element::at(clip, at) {
            Some(element) if TOP.contains(&element.id) || element.id == ATTACHMENTS => return at,
            Some(Element { end: Some(end), .. }) => at = end,
            _ => return next_top(clip, at),
        }
    }
    at
}

/// Whether a file of another kind begins here, joined to this one.
fn is_foreign(rest: &[u8]) -> bool {
    !is_matroska(rest) && super::Link::begins(rest)
}

/// Where the next cluster or recording begins.
fn next_top(clip: &[u8], at: usize) -> usize {
    let found = [CLUSTER, EBML].map(|id| find(clip, &id.to_be_bytes(), at));
    found.into_iter().flatten().min().unwrap_or(clip.len())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn element(id: u32, content: &[u8]) -> Vec<u8> {
        let length = 0x1000_0000 | content.len() as u32;
        [&id.to_be_bytes()[..], &length.to_be_bytes(), content].concat()
    }

    fn endless(id: u32, content: &[u8]) -> Vec<u8> {
        [&id.to_be_bytes()[..], b"\xFF", content].concat()
    }

    fn container(clip: &[u8]) -> Container<'_> {
        match read(clip).expect("a recording").content {
            Content::Container(container) => container,
            _ => panic!("no container"),
        }
    }

    fn heard(clip: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut rope = container(clip).rope;
        rope.read_to_end(&mut bytes).expect("in memory");
        bytes
    }

    const BLOCK: &[u8] = b"\xA3\x84\x81\0\0\x80";

    #[test]
    fn joined_recordings_are_taken_one_by_one() {
        let clusters = [endless(CLUSTER, BLOCK), endless(CLUSTER, &BLOCK.repeat(2))].concat();
        for segment in [endless, element] {
            let one = [element(EBML, b"webm"), segment(SEGMENT, &clusters)].concat();
            let two = [&one[..], &one].concat();
            let link = read(&two).expect("a recording");
            assert_eq!(link.n_bytes, one.len());
            assert!(heard(&two).ends_with(&clusters));
        }
    }

    #[test]
    fn what_breaks_off_is_told_where_the_file_tells_of_more() {
        type Make = fn(u32, &[u8]) -> Vec<u8>;
        let clip = |segment: Make, cluster: Make| {
            let clusters = cluster(CLUSTER, &BLOCK.repeat(2)).repeat(2);
            [element(EBML, b"webm"), segment(SEGMENT, &clusters)].concat()
        };
        for (segment, cluster, n_lost, is_told) in [
            (element as Make, element as Make, 0, false),
            (element, element, BLOCK.len(), true),
            (element, endless, BLOCK.len(), true),
            (endless, element, BLOCK.len(), true),
            (endless, endless, 0, false),
            (endless, endless, BLOCK.len(), false),
            (endless, endless, 1, true),
        ] {
            let whole = clip(segment, cluster);
            let cut = container(&whole[..whole.len() - n_lost]);
            assert_eq!(cut.is_whole, !is_told, "{n_lost}");
        }
    }

    #[test]
    fn only_what_is_heard_is_kept() {
        let content = [
            element(SEEK_HEAD, b"....."),
            element(TAGS, &[0; 1000]),
            element(ATTACHMENTS, &[0; 1000]),
            element(CLUSTER, BLOCK),
            element(TRACKS, b"tracks"),
        ];
        let clip = [element(EBML, b"webm"), element(SEGMENT, &content.concat())].concat();
        let kept = [
            element(EBML, b"webm"),
            ENDLESS_SEGMENT.to_vec(),
            element(TRACKS, b"tracks"),
            element(CLUSTER, BLOCK),
        ];
        assert_eq!(heard(&clip), kept.concat());
    }

    #[test]
    fn lengths_that_lie_end_with_the_clip() {
        let clip = [
            element(EBML, b"webm"),
            endless(SEGMENT, b"\x1F\x43\xB6\x75\x18\xFF\xFF\xFFab"),
        ]
        .concat();
        assert_eq!(read(&clip).expect("a recording").n_bytes, clip.len());
        for clip in [
            &b"\x1A\x45\xDF\xA3"[..],
            b"\x1A\x45\xDF\xA3\xFF",
            b"\x1A\x45\xDF\xA3\x81a\x18\x53\x80\x67",
        ] {
            assert!(read(clip).is_err());
        }
    }
}
