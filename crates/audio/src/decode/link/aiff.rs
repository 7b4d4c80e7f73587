//! AIFF and AIFF-C: where the samples lie.
//!
//! Source  Apple's Audio Interchange File Format 1.3 and its compressed form

use symphonia::core::codecs::audio::well_known::*;

use super::{
    Content, Link,
    raw::{Adpcm, Raw, RawCodec},
};
use crate::decode::{
    content,
    error::{DecodeError, damaged, unsupported},
    fields::{Chunk, Order},
};

const ORDER: Order = Order::Big;

/// Bytes before the first chunk: the form's tag, length and type.
const FORM_BYTES: usize = 12;

/// Bytes of the sample chunk before its samples: an offset and a block size.
const OFFSETS_BYTES: usize = 8;

/// Whether a clip is one.
pub(super) fn is_aiff(clip: &[u8]) -> bool {
    let is_form = |form: &[u8]| clip.get(8..FORM_BYTES) == Some(form);
    clip.starts_with(b"FORM") && (is_form(b"AIFF") || is_form(b"AIFC"))
}

/// The chunk at a place, where no other file begins there.
fn next_chunk(clip: &[u8], at: usize) -> Option<Chunk> {
    let is_file = content::container(clip.get(at..)?).is_some();
    Chunk::at(clip, at, ORDER).filter(|_| !is_file)
}

/// The first AIFF file of a clip.
pub(super) fn read(clip: &[u8]) -> Result<Link<'_>, DecodeError> {
    let mut common = None;
    let mut samples = None;
    let mut at = FORM_BYTES;
    while let Some(chunk) = next_chunk(clip, at) {
        let end = chunk.end().min(clip.len());
        match &chunk.tag {
            b"COMM" => common = Some(&clip[chunk.start..end]),
            b"SSND" => {
                let offset = ORDER.u32(clip, chunk.start).unwrap_or(0) as usize;
                let start = chunk
                    .start
                    .saturating_add(OFFSETS_BYTES)
                    .saturating_add(offset);
                // A recorder that broke off or streams has no length.
                let is_behind = || next_chunk(clip, chunk.next(clip, ORDER));
                let is_open = chunk.n_bytes as usize <= OFFSETS_BYTES
                    && !is_behind().is_some_and(|behind| behind.fits(clip));
                let end = if is_open { clip.len() } else { end };
                samples = Some(&clip[start.min(end)..end]);
                if is_open {
                    at = end;
                    break;
                }
            }
            _ => {}
        }
        at = chunk.next(clip, ORDER).min(clip.len());
    }
    let common = common.ok_or_else(|| damaged("aiff: no common chunk"))?;
    let samples = samples.ok_or_else(|| damaged("aiff: no sample chunk"))?;
    Ok(Link {
        n_bytes: at,
        content: Content::Raw(Raw::new(codec(clip, common)?, samples)),
    })
}

fn codec(clip: &[u8], common: &[u8]) -> Result<RawCodec, DecodeError> {
    let short = || damaged("aiff: short common chunk");
    let n_channels = ORDER.u16(common, 0).ok_or_else(short)?.into();
    let bits = ORDER.u16(common, 6).ok_or_else(short)?;
    let sample_rate_hz = extended(common.get(8..18).ok_or_else(short)?);
    let compression = match clip.get(8..FORM_BYTES) {
        Some(b"AIFC") => common.get(18..22).ok_or_else(short)?,
        _ => &b"NONE"[..],
    };
    let pcm = |codec| RawCodec::pcm(codec, n_channels, sample_rate_hz);
    match (compression, bits.div_ceil(8)) {
        (b"NONE", 1) => pcm(CODEC_ID_PCM_S8),
        (b"NONE" | b"twos", 2) => pcm(CODEC_ID_PCM_S16BE),
        (b"NONE" | b"in24", 3) => pcm(CODEC_ID_PCM_S24BE),
        (b"NONE" | b"in32", 4) => pcm(CODEC_ID_PCM_S32BE),
        (b"sowt", 1) => pcm(CODEC_ID_PCM_S8),
        (b"sowt", 2) => pcm(CODEC_ID_PCM_S16LE),
        (b"sowt", 3) => pcm(CODEC_ID_PCM_S24LE),
        (b"sowt", 4) => pcm(CODEC_ID_PCM_S32LE),
        (b"raw ", _) => pcm(CODEC_ID_PCM_U8),
        (b"fl32" | b"FL32", _) => pcm(CODEC_ID_PCM_F32BE),
        (b"fl64" | b"FL64", _) => pcm(CODEC_ID_PCM_F64BE),
        (b"ulaw" | b"ULAW", _) => pcm(CODEC_ID_PCM_MULAW),
        (b"alaw" | b"ALAW", _) => pcm(CODEC_ID_PCM_ALAW),
        (b"ima4", _) => RawCodec::adpcm(Adpcm::QuickTime, n_channels, sample_rate_hz, 0),
        (b"NONE" | b"twos" | b"sowt" | b"in24" | b"in32", _) => {
            Err(damaged("aiff: bits of a sample"))
        }
        (other, _) => {
            let name = String::from_utf8_lossy(other);
            Err(unsupported(format!(
                "AIFF with the codec {}",
                name.escape_debug()
            )))
        }
    }
}

/// A number of 80 bits (IEEE 754 extended), rounded down; 0 where it is none that a rate can be.
fn extended(bytes: &[u8]) -> u32 {
    let exponent = Order::Big.u16(bytes, 0).unwrap_or(0);
    let mantissa = Order::Big.u64(bytes, 2).unwrap_or(0);
    // The mantissa's first bit is the 1 before the point.
    match exponent.checked_sub(16_383) {
        Some(shift @ 0..32) => (mantissa >> (63 - shift)) as u32,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read() {
        assert_eq!(extended(b"\x40\x0E\xAC\x44\0\0\0\0\0\0"), 44_100);
        assert_eq!(extended(b"\x40\x0B\xFA\0\0\0\0\0\0\0"), 8_000);
        assert_eq!(extended(&[0xFF; 10]), 0);
        assert_eq!(extended(&[]), 0);
    }

    #[test]
    fn samples_without_a_length_end_with_the_clip() {
        let common = b"\0\x01\0\0\0\0\0\x10\x40\x0B\xFA\0\0\0\0\0\0\0";
        for n_bytes in [0_u32, 8] {
            let mut clip = b"FORM\0\0\0\0AIFFCOMM\0\0\0\x12".to_vec();
            clip.extend(common);
            clip.extend(b"SSND");
            clip.extend(n_bytes.to_be_bytes());
            clip.extend([0; 8]);
            clip.extend([0xC3; 40]);
            let link = read(&clip).expect("PCM");
            assert_eq!(link.n_bytes, clip.len());
            let Content::Raw(mut raw) = link.content else {
                panic!("no samples");
            };
            let packet = raw.next_packet().expect("samples");
            assert_eq!(packet.data.len(), 40);
        }
    }

    #[test]
    fn other_codecs_are_named() {
        let common = b"\0\x01\0\0\0\x08\0\x10\x40\x0B\xFA\0\0\0\0\0\0\0QDM2";
        let mut clip = b"FORM\0\0\0\0AIFCCOMM\0\0\0\x16".to_vec();
        clip.extend(common);
        clip.extend(b"SSND\0\0\0\x0a\0\0\0\0\0\0\0\0ab");
        let error = read(&clip).err().expect("refused");
        assert_eq!(
            error.to_string(),
            "unsupported content: AIFF with the codec QDM2"
        );
    }
}
