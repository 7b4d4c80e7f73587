//! Decodes Opus, which symphonia demuxes and does not decode.
//!
//! Input   packets of an Opus stream and its identification header
//! Output  interleaved frames, f32, 48 kHz, without the encoder's pre-skip, with the header's gain
//! Source  RFC 7845 section 5.1 (header, pre-skip, gain), RFC 6716 section 3.1 (packet length)
//! Refused channel mapping families other than 0, that is more than two channels

use ropus::{Channels as OpusChannels, DecodeMode, Decoder};
use symphonia::core::{audio::Channels, codecs::audio::AudioCodecParameters, formats::Track};

use super::error::{DecodeError, damaged, unsupported};

/// Opus decodes at its full rate, whatever was recorded.
pub(super) const OPUS_RATE_HZ: u32 = 48_000;

/// Longest packet, frames: 120 ms.
const MAX_PACKET_FRAMES: usize = 5_760;

/// Bytes of a header of mapping family 0.
const HEADER_BYTES: usize = 19;

/// A stream being decoded.
pub(super) struct OpusStream {
    decoder: Decoder,
    n_channels: usize,
    /// Frames still to drop at the start.
    n_to_skip: usize,
    packet: Vec<f32>,
}

impl OpusStream {
    /// Starts the stream of a track, with its identification header or, in CAF, without one.
    pub(super) fn new(track: &Track, params: &AudioCodecParameters) -> Result<Self, DecodeError> {
        match params.extra_data.as_deref() {
            Some(header) if !header.is_empty() => Self::with(Header::read(header)?),
            _ => {
                let n_channels = params.channels.as_ref().map_or(1, Channels::count);
                Self::with(Header {
                    channels: channels(n_channels, 0)?,
                    pre_skip: track.delay.unwrap_or(0).try_into().unwrap_or(u16::MAX),
                    gain_q8_db: 0,
                })
            }
        }
    }

    fn with(header: Header) -> Result<Self, DecodeError> {
        let mut decoder = Decoder::new(OPUS_RATE_HZ, header.channels).map_err(damaged)?;
        decoder
            .set_gain(header.gain_q8_db.into())
            .map_err(damaged)?;
        let n_channels = header.channels.count();
        Ok(Self {
            decoder,
            n_channels,
            n_to_skip: header.pre_skip.into(),
            packet: vec![0.0; MAX_PACKET_FRAMES * n_channels],
        })
    }

    pub(super) fn n_channels(&self) -> usize {
        self.n_channels
    }

    /// Decodes a packet and appends its frames, less `n_trimmed_end` at its end, to `interleaved`. Returns how many
    /// are missing at its beginning.
    pub(super) fn decode(
        &mut self,
        packet: &[u8],
        n_trimmed_end: usize,
        interleaved: &mut Vec<f32>,
    ) -> Result<usize, DecodeError> {
        let n_frames = n_packet_frames(packet).ok_or_else(|| damaged("opus: packet length"))?;
        let output = &mut self.packet[..n_frames * self.n_channels];
        let n_decoded = self
            .decoder
            .decode_float(packet, output, DecodeMode::Normal)
            .map_err(damaged)?;
        let n_skipped = self.n_to_skip.min(n_decoded);
        self.n_to_skip -= n_skipped;
        let end = n_decoded.saturating_sub(n_trimmed_end).max(n_skipped);
        interleaved.extend_from_slice(&output[n_skipped * self.n_channels..end * self.n_channels]);
        Ok(n_skipped)
    }
}

/// Frames of a packet at 48 kHz, from its first bytes; `None` if they are impossible.
fn n_packet_frames(packet: &[u8]) -> Option<usize> {
    let toc = *packet.first()?;
    let config = toc >> 3;
    let frame = match config {
        // SILK: 10, 20, 40, 60 ms; hybrid: 10, 20 ms; CELT: 2.5, 5, 10, 20 ms.
        0..12 => [480, 960, 1920, 2880][usize::from(config % 4)],
        12..16 => [480, 960][usize::from(config % 2)],
        _ => [120, 240, 480, 960][usize::from(config % 4)],
    };
    let n_frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => usize::from(packet.get(1)? & 0x3F),
    };
    (1..=MAX_PACKET_FRAMES / frame)
        .contains(&n_frames)
        .then_some(n_frames * frame)
}

/// The identification header.
#[derive(Debug, PartialEq)]
struct Header {
    channels: OpusChannels,
    /// Frames to drop at the start.
    pre_skip: u16,
    /// 1/256 dB.
    gain_q8_db: i16,
}

impl Header {
    fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let bytes: &[u8; HEADER_BYTES] = bytes
            .first_chunk()
            .filter(|header| header.starts_with(b"OpusHead"))
            .ok_or_else(|| damaged("opus: no identification header"))?;
        let [version, n_channels, mapping_family] = [8, 9, 18].map(|at| bytes[at]);
        // Version 0 is MP4's: the same fields, but big-endian.
        let u16_at = |at: usize| match version {
            0 => u16::from_be_bytes([bytes[at], bytes[at + 1]]),
            _ => u16::from_le_bytes([bytes[at], bytes[at + 1]]),
        };
        Ok(Self {
            channels: channels(n_channels.into(), mapping_family)?,
            pre_skip: u16_at(10),
            gain_q8_db: u16_at(16) as i16,
        })
    }
}

fn channels(n_channels: usize, mapping_family: u8) -> Result<OpusChannels, DecodeError> {
    match (mapping_family, n_channels) {
        (0, 1) => Ok(OpusChannels::Mono),
        (0, 2) => Ok(OpusChannels::Stereo),
        _ => Err(unsupported(format!(
            "Opus with {n_channels} channels, mapping family {mapping_family}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OGG_HEADER: &[u8] = b"OpusHead\x01\x02\x38\x01\x80\xBB\0\0\0\x06\0";
    const MP4_HEADER: &[u8] = b"OpusHead\x00\x02\x01\x38\0\0\xBB\x80\x06\0\0";

    #[test]
    fn the_header_of_mp4_is_big_endian() {
        let header = Header::read(OGG_HEADER).expect("well-formed");
        assert_eq!(
            (header.channels, header.pre_skip),
            (OpusChannels::Stereo, 312)
        );
        assert_eq!(header.gain_q8_db, 6 * 256);
        assert_eq!(Header::read(MP4_HEADER).expect("well-formed"), header);
    }

    #[test]
    fn more_than_two_channels_are_refused_by_name() {
        let mut header = OGG_HEADER.to_vec();
        header[9] = 6;
        header[18] = 1;
        let error = Header::read(&header).expect_err("six channels");
        assert_eq!(
            error.to_string(),
            "unsupported content: Opus with 6 channels, mapping family 1"
        );
        assert!(Header::read(b"OpusHead").is_err());
    }

    #[test]
    fn the_first_bytes_tell_the_length() {
        assert_eq!(n_packet_frames(&[0xFC, 0]), Some(960));
        assert_eq!(n_packet_frames(&[0x18, 0]), Some(2880));
        assert_eq!(n_packet_frames(&[0x81, 0]), Some(240));
        assert_eq!(n_packet_frames(&[0x83, 48]), Some(5760));
        assert_eq!(n_packet_frames(&[0x83, 49]), None);
        assert_eq!(n_packet_frames(&[0x83, 0]), None);
        assert_eq!(n_packet_frames(&[0x83]), None);
        assert_eq!(n_packet_frames(&[]), None);
    }
}
