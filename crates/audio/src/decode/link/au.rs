//! AU, the format of Sun and of old call centres.
//!
//! Source  audio(7) of NeXT and Sun: six big-endian words, then an annotation, then the samples

use symphonia::core::codecs::audio::well_known::*;

use super::{
    Content, Link,
    raw::{Raw, RawCodec},
};
use crate::decode::{
    error::{DecodeError, damaged, unsupported},
    fields::Order,
};

const ORDER: Order = Order::Big;

/// Bytes of the head without annotation.
const HEAD_BYTES: usize = 24;

/// Whether a clip is one.
pub(super) fn is_au(clip: &[u8]) -> bool {
    clip.starts_with(b".snd")
}

/// The first AU file of a clip.
pub(super) fn read(clip: &[u8]) -> Result<Link<'_>, DecodeError> {
    let word = |idx: usize| {
        ORDER
            .u32(clip, 4 * idx)
            .ok_or_else(|| damaged("au: short head"))
    };
    let start = (word(1)? as usize).clamp(HEAD_BYTES, clip.len().max(HEAD_BYTES));
    let (sample_rate_hz, n_channels) = (word(4)?, word(5)? as usize);
    let pcm = |codec| RawCodec::pcm(codec, n_channels, sample_rate_hz);
    let codec = match word(3)? {
        1 => pcm(CODEC_ID_PCM_MULAW),
        2 => pcm(CODEC_ID_PCM_S8),
        3 => pcm(CODEC_ID_PCM_S16BE),
        4 => pcm(CODEC_ID_PCM_S24BE),
        5 => pcm(CODEC_ID_PCM_S32BE),
        6 => pcm(CODEC_ID_PCM_F32BE),
        7 => pcm(CODEC_ID_PCM_F64BE),
        23..=26 => Err(unsupported("AU with G.726")),
        27 => pcm(CODEC_ID_PCM_ALAW),
        other => Err(unsupported(format!("AU with the codec {other}"))),
    };
    let data = clip.get(start..).unwrap_or_default();
    let n_bytes = match word(2)? as usize {
        // A stream does not know its length.
        0 => data.len(),
        n_bytes => n_bytes.min(data.len()),
    };
    Ok(Link {
        n_bytes: (start + n_bytes).min(clip.len()),
        content: Content::Raw(Raw::new(codec?, &data[..n_bytes])),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_that_lie_are_harmless() {
        for head in [
            &b".snd"[..],
            b".snd\xff\xff\xff\xff\0\0\0\0\0\0\0\x03\0\0\x1f\x40\0\0\0\x01",
        ] {
            let read = read(head);
            assert!(read.is_err() || read.is_ok_and(|link| link.n_bytes <= head.len()));
        }
    }
}
