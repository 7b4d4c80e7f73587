//! Decodes the speech codecs of telephones: GSM full rate, AMR and AMR-WB.
//!
//! Input   frames as files hold them: GSM of 33 bytes or pairs of 65, AMR with the byte that tells its type
//! Output  samples, f32, mono, 8 kHz, AMR-WB 16 kHz
//! Source  ETSI EN 300 961 (GSM 06.10), 3GPP TS 26.090 and 26.190 (AMR); docs/decisions/0007-telephone-codecs.md

use codec_core::{
    codecs::amr::AmrCodec,
    types::{CodecConfig, CodedFrame, FrameKind, VariableRateCodec},
};
use oxideav_gsm::{DecoderState, UnpackedFrame};

use super::{
    error::{DecodeError, damaged},
    link::RawCodec,
};

/// Full scale of the decoders' samples.
const FULL_SCALE: f32 = 32_768.0;

/// The type of a frame that says only that nothing was sent.
const NO_DATA: u8 = 15;

/// A stream being decoded.
pub(super) struct TelephoneStream {
    decoder: Decoder,
    sample_rate_hz: u32,
}

enum Decoder {
    Gsm(Box<DecoderState>),
    GsmPairs(Box<DecoderState>),
    Amr(Box<Amr>),
}

/// AMR or AMR-WB.
struct Amr {
    codec: AmrCodec,
    /// The type of the frames that describe the noise of a pause; those below are speech.
    pause: u8,
    /// The mode of the last speech.
    mode: u8,
}

impl TelephoneStream {
    /// Starts a stream.
    pub(super) fn new(codec: &RawCodec) -> Result<Self, DecodeError> {
        let amr = |config: &CodecConfig, pause| {
            let codec = AmrCodec::new(config).map_err(damaged)?;
            Ok(Decoder::Amr(Box::new(Amr {
                codec,
                pause,
                mode: 0,
            })))
        };
        let (decoder, sample_rate_hz) = match codec {
            RawCodec::GsmPairs { sample_rate_hz } => {
                (Decoder::GsmPairs(Box::default()), *sample_rate_hz)
            }
            RawCodec::Amr => (amr(&CodecConfig::amr_nb(), 8)?, 8_000),
            RawCodec::AmrWb => (amr(&CodecConfig::amr_wb(), 9)?, 16_000),
            RawCodec::Gsm | RawCodec::Blocks { .. } => (Decoder::Gsm(Box::default()), 8_000),
        };
        Ok(Self {
            decoder,
            sample_rate_hz,
        })
    }

    /// Decodes a packet, appends its samples to `mono` and returns their rate, Hz.
    pub(super) fn decode(
        &mut self,
        packet: &[u8],
        mono: &mut Vec<f32>,
    ) -> Result<u32, DecodeError> {
        let mut add = |samples: &[i16]| {
            mono.extend(samples.iter().map(|&sample| f32::from(sample) / FULL_SCALE))
        };
        match &mut self.decoder {
            Decoder::Gsm(state) => {
                let frame = UnpackedFrame::from_gsm_byte_frame(packet).map_err(damaged)?;
                add(&state.decode_frame(&frame));
            }
            Decoder::GsmPairs(state) => {
                let (first, second) =
                    UnpackedFrame::pair_from_msgsm_block(packet).map_err(damaged)?;
                add(&state.decode_frame(&first));
                add(&state.decode_frame(&second));
            }
            Decoder::Amr(amr) => add(&amr.decode(packet)?),
        }
        Ok(self.sample_rate_hz)
    }
}

impl Amr {
    fn decode(&mut self, packet: &[u8]) -> Result<Vec<i16>, DecodeError> {
        let (head, data) = packet
            .split_first()
            .ok_or_else(|| damaged("amr: an empty frame"))?;
        let frame_type = head >> 3 & 0xF;
        let kind = match frame_type {
            speech if speech < self.pause => FrameKind::Speech,
            pause if pause == self.pause => FrameKind::ComfortNoise,
            NO_DATA => FrameKind::NoData,
            _ => FrameKind::Lost,
        };
        if kind == FrameKind::Speech {
            self.mode = frame_type;
        }
        let frame = CodedFrame {
            kind,
            mode: self.mode,
            quality_ok: head >> 2 & 1 == 1,
            data: data.to_vec(),
        };
        self.codec.decode_frame(&frame).map_err(damaged)
    }
}
