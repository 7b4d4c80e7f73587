//! CAF: how long its last chunk of samples is.
//!
//! Source  Apple's Core Audio Format specification 1.0: a data chunk of length -1 reaches to the end of the file
//! Lengths 0, -1, too long: recorders that crash or stream leave them; the samples then end with the clip

use super::{Content, Link};
use crate::decode::{fields::Order, rope::Rope};

const ORDER: Order = Order::Big;

/// Bytes before the first chunk: the file's tag, version and flags.
const HEAD_BYTES: usize = 8;

/// Bytes of a chunk's type and length.
const CHUNK_HEAD_BYTES: usize = 12;

/// Bytes of the data chunk before its samples: how often it was edited.
const EDITS_BYTES: u64 = 4;

/// Whether a clip is one.
pub(super) fn is_caf(clip: &[u8]) -> bool {
    clip.starts_with(b"caff")
}

/// The file, with the true length of its samples where its own cannot be.
pub(super) fn read(clip: &[u8]) -> Link<'_> {
    Link {
        n_bytes: clip.len(),
        content: Content::container(repaired(clip).unwrap_or_else(|| Rope::from(clip))),
    }
}

fn repaired(clip: &[u8]) -> Option<Rope<'_>> {
    let mut at = HEAD_BYTES;
    loop {
        let kind = clip.get(at..at.checked_add(4)?)?;
        let n_bytes = ORDER.u64(clip, at + 4)?;
        let start = at + CHUNK_HEAD_BYTES;
        let n_left = (clip.len() - start) as u64;
        if kind == b"data" && (n_bytes > n_left || n_bytes <= EDITS_BYTES) {
            let mut rope = Rope::from(&clip[..at + 4]);
            rope.push(n_left.to_be_bytes().to_vec());
            rope.push(&clip[start..]);
            return Some(rope);
        }
        if n_bytes > n_left {
            return None;
        }
        at = start + n_bytes as usize;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn caf(n_bytes: u64) -> Vec<u8> {
        let mut clip = b"caff\0\x01\0\0desc\0\0\0\0\0\0\0\x02xxdata".to_vec();
        clip.extend(n_bytes.to_be_bytes());
        clip.extend(b"\0\0\0\0samples");
        clip
    }

    #[test]
    fn samples_without_a_length_end_with_the_clip() {
        for n_bytes in [0, 4, u64::MAX, 1_000] {
            let (clip, mut read) = (caf(n_bytes), Vec::new());
            let mut rope = repaired(&clip).expect("another length");
            rope.read_to_end(&mut read).expect("in memory");
            assert_eq!(read, caf(11));
        }
        assert!(repaired(&caf(11)).is_none());
        for n_bytes in 0..caf(11).len() {
            let _ = repaired(&caf(11)[..n_bytes]);
        }
    }
}
