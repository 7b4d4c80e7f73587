//! Speech codecs of telephones in files of their own: AMR, AMR-WB and GSM full rate.
//!
//! Source  RFC 4867 section 5 (AMR: a mark, then frames that say their type); GSM frames of 33 bytes, each with
//!         a marker of four bits, as telephone exchanges write them without any head

use super::{
    Content, Link,
    raw::{GSM_BYTES, Raw, RawCodec},
};
use crate::decode::{
    error::{DecodeError, unsupported},
    fields::find,
};

/// The marks, and what follows them.
const MARKS: [(&[u8], RawCodec); 2] = [
    (b"#!AMR\n", RawCodec::Amr),
    (b"#!AMR-WB\n", RawCodec::AmrWb),
];

/// Bits that are 0 in the first byte of every AMR frame.
const AMR_PADDING: u8 = 0x83;

/// The marker in the first half of a GSM frame's first byte.
const GSM_MARKER: u8 = 0xD;

/// As many frames as chance does not mark: a fifth of a second.
const MIN_GSM_FRAMES: usize = 10;

/// Whether a clip is AMR.
pub(super) fn is_amr(clip: &[u8]) -> bool {
    clip.starts_with(b"#!AMR")
}

/// The first AMR file of a clip.
pub(super) fn read_amr(clip: &[u8]) -> Result<Link<'_>, DecodeError> {
    let marked = MARKS.iter().find(|(mark, _)| clip.starts_with(mark));
    let (mark, codec) = marked.ok_or_else(|| unsupported("AMR with several channels"))?;
    let frames = &clip[mark.len()..];
    let n_bytes = n_frame_bytes(codec, frames);
    Ok(Link {
        n_bytes: mark.len() + n_bytes,
        content: Content::Raw(Raw::new(codec.clone(), &frames[..n_bytes])),
    })
}

/// To where a file of any kind begins in a frame's place, or another AMR file anywhere; else all.
fn n_frame_bytes(codec: &RawCodec, frames: &[u8]) -> usize {
    let mut at = 0;
    while let Some((n_bytes, _)) = codec.packet(&frames[at..]) {
        if frames[at] & AMR_PADDING != 0 && Link::begins(&frames[at..]) {
            return at;
        }
        at += n_bytes;
    }
    find(frames, b"#!AMR", 0).unwrap_or(frames.len())
}

/// Whether every frame of a clip has the marker of GSM.
pub(super) fn is_gsm(clip: &[u8]) -> bool {
    let mut frames = clip.chunks_exact(GSM_BYTES);
    frames.len() >= MIN_GSM_FRAMES && frames.all(|frame| frame[0] >> 4 == GSM_MARKER)
}

/// A clip of GSM frames.
pub(super) fn read_gsm(clip: &[u8]) -> Link<'_> {
    Link {
        n_bytes: clip.len(),
        content: Content::Raw(Raw::new(RawCodec::Gsm, clip)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gsm_is_told_by_its_frames() {
        let mut frame = [0xFF; GSM_BYTES];
        frame[0] = 0xD5;
        assert!(is_gsm(&frame.repeat(MIN_GSM_FRAMES)));
        assert!(!is_gsm(&frame.repeat(MIN_GSM_FRAMES - 1)));
        assert!(!is_gsm(&[0xFF; 33 * 20]));
    }

    #[test]
    fn amr_with_several_channels_is_named() {
        let error = read_amr(b"#!AMR_MC1.0\n\0\0\0\x02").err().expect("refused");
        assert_eq!(
            error.to_string(),
            "unsupported content: AMR with several channels"
        );
        let two = b"#!AMR\n\x7C\x7C#!AMR\n\x7C";
        assert_eq!(read_amr(two).expect("a file").n_bytes, 8);
    }
}
