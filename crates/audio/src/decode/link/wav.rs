//! WAV, RF64 and BW64: where the samples lie, whatever the lengths and tags around them say.
//!
//! Source  Microsoft's RIFF and WAVEFORMATEX; EBU Tech 3306 (RF64: the chunk `ds64` holds the lengths, and the
//!         32-bit fields hold -1)
//! Lengths 0, -1, too long or too short: recorders that crash or stream leave them; the samples then end with the clip

use symphonia::core::codecs::audio::well_known::*;

use super::{
    Content, Link,
    raw::{Adpcm, Raw, RawCodec},
};
use crate::decode::{
    content,
    error::{DecodeError, damaged, unsupported},
    fields::{CHUNK_HEAD_BYTES, Chunk, Order, find},
};

const ORDER: Order = Order::Little;

/// Bytes before the first chunk: the form's tag, length and type.
const FORM_BYTES: usize = 12;

/// Format tags (mmreg.h) of what is not decoded, or not here.
const NAMED: &[(u16, &str)] = &[
    (0x0000, "WAV with an unknown codec"),
    (0x0022, "DSP Group TrueSpeech"),
    (0x0040, "G.721"),
    (0x0042, "G.723"),
    (0x0045, "G.726"),
    (0x0057, "AMR"),
    (0x0058, "AMR-WB"),
    (0x0064, "G.726"),
    (0x0083, "G.729"),
    (0x00FF, "AAC without frame headers in a WAV file"),
    (0x0130, "Sipro"),
    (0x0160, "WMA"),
    (0x0161, "WMA"),
    (0x0162, "WMA"),
    (0x0163, "WMA"),
    (0x0270, "ATRAC3"),
    (0x0402, "Indeo audio"),
    (0x1600, "AAC without frame headers in a WAV file"),
    (0x1602, "AAC in a LOAS stream"),
    (0x1610, "AAC without frame headers in a WAV file"),
    (0x2000, "AC-3"),
    (0x2001, "DTS"),
    (0x674F, "Vorbis in a WAV file"),
    (0xA109, "Speex"),
    (0xF1AC, "FLAC in a WAV file"),
];

/// Whether a clip is one.
pub(super) fn is_wav(clip: &[u8]) -> bool {
    let form = [&b"RIFF"[..], b"RF64", b"BW64"];
    form.iter().any(|form| clip.starts_with(form)) && clip.get(8..FORM_BYTES) == Some(b"WAVE")
}

/// The first WAV file of a clip.
pub(super) fn read(clip: &[u8]) -> Result<Link<'_>, DecodeError> {
    let parts = parts(clip);
    let format = parts
        .format
        .ok_or_else(|| damaged("wav: no format chunk"))?;
    let (start, end) = parts.data.ok_or_else(|| damaged("wav: no data chunk"))?;
    Ok(Link {
        n_bytes: behind(clip, end),
        content: content(&Format::read(format)?, &clip[start..end])?,
    })
}

/// What the chunks of a file hold.
#[derive(Default)]
struct Parts<'a> {
    format: Option<&'a [u8]>,
    /// Where the samples begin and end.
    data: Option<(usize, usize)>,
}

fn parts(clip: &[u8]) -> Parts<'_> {
    let mut parts = Parts::default();
    let mut long_data_bytes = None;
    let mut at = FORM_BYTES;
    while parts.data.is_none() {
        let chunk = Chunk::at(clip, at, ORDER);
        match chunk.filter(|chunk| chunk.tag == *b"data" || chunk.fits(clip)) {
            Some(chunk) if chunk.tag == *b"data" => {
                parts.data = Some((chunk.start, data_end(clip, &chunk, long_data_bytes)));
            }
            Some(chunk) => {
                let content = &clip[chunk.start..chunk.end()];
                match &chunk.tag {
                    b"fmt " if parts.format.is_none() => parts.format = Some(content),
                    b"ds64" => long_data_bytes = ORDER.u64(content, 8),
                    _ => {}
                }
                at = chunk.next(clip, ORDER);
            }
            // A tag with a wrong length: the samples are behind it.
            None => match find(clip, b"data", at) {
                // Where the clip ends before the length, there is nothing behind.
                Some(found) if found + CHUNK_HEAD_BYTES <= clip.len() => at = found,
                _ => return parts,
            },
        }
    }
    parts
}

/// Where the samples end.
fn data_end(clip: &[u8], data: &Chunk, long_data_bytes: Option<u64>) -> usize {
    let n_bytes = match (data.n_bytes, long_data_bytes) {
        (u32::MAX, Some(n_bytes)) => usize::try_from(n_bytes).unwrap_or(usize::MAX),
        (n_bytes, _) => n_bytes as usize,
    };
    let start = data.start.min(clip.len());
    let end = start.saturating_add(n_bytes);
    if end >= clip.len() || is_end(clip, end) {
        return end.min(clip.len());
    }
    clip.len()
}

/// Whether what stands behind is a chunk or the next file, and not more samples.
fn is_end(clip: &[u8], end: usize) -> bool {
    let is_next = |at: usize| {
        let rest = clip.get(at..).unwrap_or_default();
        let is_chunk = || Chunk::at(clip, at, ORDER).is_some_and(|chunk| chunk.fits(clip));
        rest.len() < CHUNK_HEAD_BYTES
            || rest.starts_with(b"LIST")
            || rest.starts_with(b"TAG")
            || content::container(rest).is_some()
            || is_chunk()
    };
    // Zeros are padding where nothing but the end or another chunk is behind them, else silence before a voice.
    let is_behind_zeros = || {
        let rest = &clip[end..];
        let n_zeros = rest.iter().take_while(|&&byte| byte == 0).count();
        n_zeros >= CHUNK_HEAD_BYTES && is_next(end + n_zeros)
    };
    is_next(end) || (end % 2 == 1 && is_next(end + 1)) || is_behind_zeros()
}

/// Where the file ends, with the chunks behind its samples.
fn behind(clip: &[u8], mut at: usize) -> usize {
    at += usize::from(at % 2 == 1 && at < clip.len());
    while content::container(&clip[at..]).is_none() {
        match Chunk::at(clip, at, ORDER).filter(|chunk| chunk.fits(clip)) {
            Some(chunk) => at = chunk.next(clip, ORDER).min(clip.len()),
            None => return clip.len(),
        }
    }
    at
}

/// The format chunk.
struct Format {
    tag: u16,
    n_channels: u16,
    sample_rate_hz: u32,
    /// Bytes of a block: of a frame, in PCM.
    block_bytes: u16,
    bits: u16,
}

impl Format {
    const EXTENSIBLE: u16 = 0xFFFE;

    fn read(chunk: &[u8]) -> Result<Self, DecodeError> {
        let field = |at| {
            ORDER
                .u16(chunk, at)
                .ok_or_else(|| damaged("wav: short format chunk"))
        };
        let tag = match field(0)? {
            // The true tag begins the identifier at the end; without one it is PCM.
            Self::EXTENSIBLE => ORDER.u16(chunk, 24).unwrap_or(1),
            tag => tag,
        };
        Ok(Self {
            tag,
            n_channels: field(2)?,
            sample_rate_hz: ORDER.u32(chunk, 4).unwrap_or(0),
            block_bytes: field(12)?,
            // Some writers of 8-bit codes leave it out.
            bits: ORDER.u16(chunk, 14).unwrap_or(8),
        })
    }

    /// Bytes of a sample: as many as the frame has room for, else those of its bits.
    fn sample_bytes(&self) -> usize {
        let (block_bytes, n_channels) =
            (usize::from(self.block_bytes), usize::from(self.n_channels));
        let of_bits = usize::from(self.bits).div_ceil(8);
        match block_bytes.checked_div(n_channels) {
            Some(n @ 1..=8) if n * n_channels == block_bytes && n >= of_bits => n,
            _ => of_bits,
        }
    }
}

fn content<'a>(format: &Format, data: &'a [u8]) -> Result<Content<'a>, DecodeError> {
    let (n_channels, sample_rate_hz) = (format.n_channels.into(), format.sample_rate_hz);
    let pcm = |codec| RawCodec::pcm(codec, n_channels, sample_rate_hz);
    let adpcm = |kind| {
        let block_bytes = format.block_bytes.into();
        RawCodec::adpcm(kind, n_channels, sample_rate_hz, block_bytes)
    };
    let codec = match (format.tag, format.sample_bytes()) {
        (1, 1) => pcm(CODEC_ID_PCM_U8),
        (1, 2) => pcm(CODEC_ID_PCM_S16LE),
        (1, 3) => pcm(CODEC_ID_PCM_S24LE),
        (1, 4) => pcm(CODEC_ID_PCM_S32LE),
        (3, 4) => pcm(CODEC_ID_PCM_F32LE),
        (3, 8) => pcm(CODEC_ID_PCM_F64LE),
        (1 | 3, _) => Err(damaged("wav: bits of a sample")),
        (6, _) => pcm(CODEC_ID_PCM_ALAW),
        (7, _) => pcm(CODEC_ID_PCM_MULAW),
        (2, _) => adpcm(Adpcm::Microsoft),
        (0x11, _) => adpcm(Adpcm::Ima),
        (0x31 | 0x32, _) => Ok(RawCodec::GsmPairs { sample_rate_hz }),
        // The frames say the rest themselves.
        (0x50 | 0x55, _) => return Ok(Content::Clip(data)),
        (0x00FF | 0x1600 | 0x1610, _) if content::is_adts(data) => return Ok(Content::Clip(data)),
        (tag, _) => Err(unsupported(name(tag))),
    };
    Ok(Content::Raw(Raw::new(codec?, data)))
}

fn name(tag: u16) -> String {
    let named = NAMED.iter().find(|(named, _)| *named == tag);
    named.map_or_else(
        || format!("WAV with the codec 0x{tag:04X}"),
        |(_, name)| (*name).to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(format: &[u8], data_bytes: u32, data: &[u8]) -> Vec<u8> {
        let mut clip = b"RIFF\0\0\0\0WAVEfmt ".to_vec();
        clip.extend((format.len() as u32).to_le_bytes());
        clip.extend(format);
        clip.extend(b"data");
        clip.extend(data_bytes.to_le_bytes());
        clip.extend(data);
        clip
    }

    /// Mono, 16 bits, 8 kHz.
    const PCM: &[u8] = b"\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0";

    fn n_data_bytes(clip: &[u8]) -> Option<usize> {
        parts(clip).data.map(|(start, end)| end - start)
    }

    #[test]
    fn samples_end_with_the_clip_where_their_length_cannot_be() {
        let samples = [0xC3; 40];
        for data_bytes in [0, 1, 7, 40, 44, 0x7FFF_F000, u32::MAX] {
            assert_eq!(
                n_data_bytes(&wav(PCM, data_bytes, &samples)),
                Some(40),
                "{data_bytes}"
            );
        }
    }

    #[test]
    fn silence_before_a_voice_is_no_padding() {
        for samples in [
            [&[0; 64][..], &[0xC3; 40]].concat(),
            [&[0; 9][..], &[0xC3; 95]].concat(),
        ] {
            for data_bytes in [0, 1, 8, u32::MAX] {
                let clip = wav(PCM, data_bytes, &samples);
                assert_eq!(n_data_bytes(&clip), Some(104), "{data_bytes}");
            }
        }
        for behind in [&[0; 20][..], b"\0\0\0\0\0\0\0\0LIST\x04\0\0\0INFO"] {
            let clip = wav(PCM, 6, &[&[0xC3; 6], behind].concat());
            assert_eq!(n_data_bytes(&clip), Some(6));
        }
    }

    #[test]
    fn chunks_behind_the_samples_are_none() {
        let behind = b"LIST\x04\0\0\0INFO";
        let clip = wav(PCM, 6, &[&[0xC3; 6][..], behind].concat());
        assert_eq!(n_data_bytes(&clip), Some(6));
        assert_eq!(read(&clip).expect("PCM").n_bytes, clip.len());
        let empty = wav(PCM, 0, behind);
        assert_eq!(n_data_bytes(&empty), Some(0));
    }

    #[test]
    fn the_long_length_is_that_of_ds64() {
        let mut clip = b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0".to_vec();
        clip.extend([0; 8]);
        clip.extend(4_u64.to_le_bytes());
        clip.extend([0; 12]);
        clip.extend(&wav(PCM, u32::MAX, b"soundLIST\x04\0\0\0INFO")[12..]);
        // The odd byte is no chunk's beginning, so the length is not believed.
        assert_eq!(n_data_bytes(&clip), Some(17));
        let at = clip.len() - 17;
        clip.splice(at.., *b"sounLIST\x04\0\0\0INFO");
        assert_eq!(n_data_bytes(&clip), Some(4));
    }

    #[test]
    fn the_next_file_begins_where_this_one_ends() {
        let one = wav(PCM, 6, &[0xC3; 6]);
        let both = [&one[..], &one].concat();
        assert_eq!(read(&both).expect("PCM").n_bytes, one.len());
    }

    #[test]
    fn codecs_are_named() {
        for (tag, expected) in [
            (0x160_u16, "WMA"),
            (0x57, "AMR"),
            (0x7777, "WAV with the codec 0x7777"),
        ] {
            let mut format = PCM.to_vec();
            format[..2].copy_from_slice(&tag.to_le_bytes());
            let clip = wav(&format, 4, b"....");
            let error = read(&clip).err().expect("refused");
            assert_eq!(
                error.to_string(),
                format!("unsupported content: {expected}")
            );
        }
    }
}
