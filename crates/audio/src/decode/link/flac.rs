//! FLAC without its metadata: the frames, and a head that every reader takes.
//!
//! Source  RFC 9639, sections 8.1 (blocks of metadata) and 8.2 (stream information)

use super::{Content, Link};
use crate::decode::{
    error::{DecodeError, damaged},
    fields::{Order, find},
    rope::Rope,
};

const MARKER: &[u8] = b"fLaC";

/// Bytes of the head of a block of metadata.
const HEAD_BYTES: usize = 4;

/// Bytes of the stream information.
const INFO_BYTES: usize = 34;

/// The mark of the last block, in front of its type.
const IS_LAST: u8 = 0x80;

/// Least samples of a block; encoders write 0 where they do not know them.
const MIN_BLOCK: u16 = 16;

/// Samples of a block as most encoders choose them.
const USUAL_BLOCK: u16 = 4096;

/// Whether a clip is one.
pub(super) fn is_flac(clip: &[u8]) -> bool {
    clip.starts_with(MARKER)
}

/// The first FLAC stream of a clip.
pub(super) fn read(clip: &[u8]) -> Result<Link<'_>, DecodeError> {
    let info = info(clip).ok_or_else(|| damaged("flac: no stream information"))?;
    let n_bytes = next_stream(clip).unwrap_or(clip.len());
    let frames = frames_start(clip).min(n_bytes);
    let mut rope = Rope::default();
    rope.push([MARKER, &[IS_LAST, 0, 0, INFO_BYTES as u8], &info].concat());
    rope.push(&clip[frames..n_bytes]);
    Ok(Link {
        n_bytes,
        content: Content::container(rope),
    })
}

/// The stream information, its block sizes within what the format allows.
fn info(clip: &[u8]) -> Option<[u8; INFO_BYTES]> {
    let start = MARKER.len() + HEAD_BYTES;
    let mut info: [u8; INFO_BYTES] = *clip.get(start..)?.first_chunk()?;
    let most = match Order::Big.u16(&info, 2)? {
        0..MIN_BLOCK => USUAL_BLOCK,
        most => most,
    };
    let least = match Order::Big.u16(&info, 0)? {
        0..MIN_BLOCK => most,
        least => least.min(most),
    };
    info[..2].copy_from_slice(&least.to_be_bytes());
    info[2..4].copy_from_slice(&most.to_be_bytes());
    Some(info)
}

/// Where the first frame begins.
fn frames_start(clip: &[u8]) -> usize {
    let mut at = MARKER.len();
    while let Some(head) = Order::Big.u32(clip, at) {
        at += HEAD_BYTES + (head & 0xFF_FFFF) as usize;
        if head >> 24 & u32::from(IS_LAST) != 0 {
            break;
        }
    }
    at
}

/// Where another stream begins behind this one: its marker, and the head of its stream information.
fn next_stream(clip: &[u8]) -> Option<usize> {
    let mut from = MARKER.len();
    loop {
        let at = find(clip, MARKER, from)?;
        let head = Order::Big.u32(clip, at + MARKER.len())? & !(u32::from(IS_LAST) << 24);
        if head == INFO_BYTES as u32 {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flac(least: u16, most: u16) -> Vec<u8> {
        let mut clip = b"fLaC\0\0\0\x22".to_vec();
        clip.extend(least.to_be_bytes());
        clip.extend(most.to_be_bytes());
        clip.extend([1; 30]);
        clip.extend(b"\x84\0\0\x03tag\xFF\xF8");
        clip
    }

    #[test]
    fn block_sizes_become_possible() {
        for (least, most, expected) in [
            (0, 4608, [4608, 4608]),
            (0, 0, [4096, 4096]),
            (4096, 4096, [4096, 4096]),
        ] {
            let info = info(&flac(least, most)).expect("whole");
            assert_eq!(
                [0, 2].map(|at| Order::Big.u16(&info, at).expect("there")),
                expected
            );
        }
        assert!(info(b"fLaC\0\0\0\x22").is_none());
    }

    #[test]
    fn frames_stand_behind_the_tags_and_streams_behind_each_other() {
        let one = flac(16, 16);
        assert_eq!(&one[frames_start(&one)..], b"\xFF\xF8");
        let two = [&one[..], &one].concat();
        assert_eq!(read(&two).expect("whole").n_bytes, one.len());
        assert_eq!(frames_start(b"fLaC\0\xFF\xFF\xFF"), 4 + 4 + 0xFF_FFFF);
    }
}
