//! Coded samples without a demuxer of their own: one block behind the other.
//!
//! Input   the bytes of a track
//! Output  packets of whole blocks; what is left over at the end is no block

use std::{borrow::Cow, ops::Range};

use symphonia::core::{
    audio::Channels,
    codecs::audio::{AudioCodecId, AudioCodecParameters, well_known::*},
    packet::{Packet, PacketBuilder},
    units::{Duration, Timestamp},
};

use crate::decode::error::{DecodeError, damaged};

/// Frames of a packet of PCM: so many that handing on costs nothing.
const PACKET_FRAMES: usize = 4096;

/// Bytes of a GSM frame with its marker, and of Microsoft's pair of frames.
pub(crate) const GSM_BYTES: usize = 33;
pub(crate) const GSM_PAIR_BYTES: usize = 65;

/// Samples of a GSM frame.
const GSM_FRAMES: usize = 160;

/// Speech bytes of an AMR frame by its type (3GPP TS 26.101, 26.201); the type is in the byte before.
const AMR_BYTES: [usize; 16] = [12, 13, 15, 17, 19, 20, 26, 31, 5, 6, 5, 5, 0, 0, 0, 0];
const AMR_WB_BYTES: [usize; 16] = [17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0];

/// How coded samples are coded.
#[derive(Clone, Debug)]
pub(crate) enum RawCodec {
    /// Blocks of equal size that symphonia decodes.
    Blocks {
        params: AudioCodecParameters,
        block_bytes: usize,
        block_frames: usize,
    },
    /// GSM full rate, a frame behind the other, at 8 kHz.
    Gsm,
    /// The same, two frames in 65 bytes, as WAV holds it.
    GsmPairs { sample_rate_hz: u32 },
    /// AMR at 8 kHz.
    Amr,
    /// AMR-WB at 16 kHz.
    AmrWb,
}

/// A kind of ADPCM.
#[derive(Clone, Copy, Debug)]
pub(super) enum Adpcm {
    Microsoft,
    Ima,
    QuickTime,
}

impl RawCodec {
    /// PCM and the two kinds of it in 8 bits.
    pub(super) fn pcm(
        codec: AudioCodecId,
        n_channels: usize,
        sample_rate_hz: u32,
    ) -> Result<Self, DecodeError> {
        let sample_bytes = match codec {
            CODEC_ID_PCM_S16LE | CODEC_ID_PCM_S16BE => 2,
            CODEC_ID_PCM_S24LE | CODEC_ID_PCM_S24BE => 3,
            CODEC_ID_PCM_S32LE | CODEC_ID_PCM_S32BE | CODEC_ID_PCM_F32LE | CODEC_ID_PCM_F32BE => 4,
            CODEC_ID_PCM_F64LE | CODEC_ID_PCM_F64BE => 8,
            _ => 1,
        };
        Self::blocks(
            codec,
            n_channels,
            sample_rate_hz,
            n_channels * sample_bytes,
            1,
        )
    }

    /// ADPCM; QuickTime's blocks have a fixed size.
    pub(super) fn adpcm(
        kind: Adpcm,
        n_channels: usize,
        sample_rate_hz: u32,
        block_bytes: usize,
    ) -> Result<Self, DecodeError> {
        // Two samples to a byte, behind a head for each channel.
        let frames = |head_bytes: usize, in_head: usize| {
            let bytes = block_bytes.checked_sub(head_bytes * n_channels)?;
            Some((2 * bytes).checked_div(n_channels)? + in_head)
        };
        let (codec, block_bytes, block_frames) = match kind {
            Adpcm::Microsoft => (CODEC_ID_ADPCM_MS, block_bytes, frames(7, 2)),
            Adpcm::Ima => (CODEC_ID_ADPCM_IMA_WAV, block_bytes, frames(4, 1)),
            Adpcm::QuickTime => (CODEC_ID_ADPCM_IMA_QT, 34 * n_channels, Some(64)),
        };
        let block_frames = block_frames.ok_or_else(|| damaged("adpcm: size of a block"))?;
        Self::blocks(codec, n_channels, sample_rate_hz, block_bytes, block_frames)
    }

    fn blocks(
        codec: AudioCodecId,
        n_channels: usize,
        sample_rate_hz: u32,
        block_bytes: usize,
        block_frames: usize,
    ) -> Result<Self, DecodeError> {
        if block_bytes == 0 || block_frames == 0 {
            return Err(damaged("no channels"));
        }
        let mut params = AudioCodecParameters::new();
        let channels = u16::try_from(n_channels).map_err(damaged)?;
        params
            .for_codec(codec)
            .with_sample_rate(sample_rate_hz)
            .with_channels(Channels::Discrete(channels))
            .with_max_frames_per_packet(PACKET_FRAMES.max(block_frames) as u64)
            .with_frames_per_block(block_frames as u64);
        Ok(Self::Blocks {
            params,
            block_bytes,
            block_frames,
        })
    }

    /// Bytes of the next packet, and its frames; `None` where there is no whole block.
    pub(super) fn packet(&self, rest: &[u8]) -> Option<(usize, usize)> {
        let amr = |sizes: &[usize; 16], n_frames| {
            let frame_type = rest.first()? >> 3 & 0xF;
            Some((1 + sizes[usize::from(frame_type)], n_frames))
        };
        let (n_bytes, n_frames) = match self {
            Self::Blocks {
                block_bytes,
                block_frames,
                ..
            } => {
                let n_blocks =
                    (rest.len() / block_bytes).min((PACKET_FRAMES / block_frames).max(1));
                (n_blocks * block_bytes, n_blocks * block_frames)
            }
            Self::Gsm => (GSM_BYTES, GSM_FRAMES),
            Self::GsmPairs { .. } => (GSM_PAIR_BYTES, 2 * GSM_FRAMES),
            Self::Amr => amr(&AMR_BYTES, GSM_FRAMES)?,
            Self::AmrWb => amr(&AMR_WB_BYTES, 2 * GSM_FRAMES)?,
        };
        (n_bytes > 0 && n_bytes <= rest.len()).then_some((n_bytes, n_frames))
    }
}

/// A track that is read block by block.
#[derive(Clone, Debug)]
pub(crate) struct Raw<'a> {
    pub(crate) codec: RawCodec,
    /// What an edit list keeps, seconds; all where it is empty.
    pub(crate) kept_s: Vec<Range<f64>>,
    data: Cow<'a, [u8]>,
    at: usize,
    n_frames: usize,
}

impl<'a> Raw<'a> {
    pub(super) fn new(codec: RawCodec, data: impl Into<Cow<'a, [u8]>>) -> Self {
        Self {
            codec,
            kept_s: Vec::new(),
            data: data.into(),
            at: 0,
            n_frames: 0,
        }
    }

    /// The next packet, if there is one.
    pub(crate) fn next_packet(&mut self) -> Option<Packet> {
        let rest = &self.data[self.at..];
        let (n_bytes, n_frames) = self.codec.packet(rest)?;
        let packet = PacketBuilder::new()
            .track_id(0)
            .pts(Timestamp::from(self.n_frames as i64))
            .dur(Duration::from(n_frames as u64))
            .data(&rest[..n_bytes])
            .build();
        self.at += n_bytes;
        self.n_frames += n_frames;
        Some(packet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_hold_whole_blocks() {
        let pcm = RawCodec::pcm(CODEC_ID_PCM_S16LE, 2, 8000).expect("two channels");
        let mut raw = Raw::new(pcm, vec![0; 4 * 5000 + 3]);
        let lengths: Vec<usize> = std::iter::from_fn(|| raw.next_packet())
            .map(|packet| packet.data.len())
            .collect();
        assert_eq!(lengths, [4 * 4096, 4 * 904]);
        assert!(RawCodec::pcm(CODEC_ID_PCM_U8, 0, 8000).is_err());
        assert!(RawCodec::adpcm(Adpcm::Ima, 2, 8000, 7).is_err());
    }

    #[test]
    fn amr_frames_have_the_length_of_their_type() {
        let mut clip = vec![7 << 3 | 4];
        clip.extend([0; 31]);
        clip.push(15 << 3 | 4);
        clip.extend([8 << 3 | 4, 1, 2, 3, 4]);
        let mut raw = Raw::new(RawCodec::Amr, clip);
        let lengths: Vec<usize> = std::iter::from_fn(|| raw.next_packet())
            .map(|packet| packet.data.len())
            .collect();
        assert_eq!(lengths, [32, 1]);
    }
}
