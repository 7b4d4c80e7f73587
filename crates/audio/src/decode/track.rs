//! The decoder of one audio track.

use symphonia::{
    core::{
        codecs::{
            CodecParameters,
            audio::{
                AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions,
                well_known::*,
            },
        },
        errors::Error,
        formats::Track,
        packet::Packet,
        units::Duration,
    },
    default::get_codecs,
};

use super::{
    error::{DecodeError, damaged, unsupported},
    mono::Mono,
    opus::{OPUS_RATE_HZ, OpusStream},
};

/// Codecs that containers carry and that are not decoded.
const UNDECODED: &[(AudioCodecId, &str)] = &[
    (CODEC_ID_SPEEX, "Speex"),
    (CODEC_ID_MUSEPACK, "Musepack"),
    (CODEC_ID_MP1, "MPEG audio layer 1"),
    (CODEC_ID_MP2, "MPEG audio layer 2"),
    (CODEC_ID_AC3, "AC-3"),
    (CODEC_ID_EAC3, "E-AC-3"),
    (CODEC_ID_AC4, "AC-4"),
    (CODEC_ID_DCA, "DTS"),
    (CODEC_ID_WMA, "WMA"),
    (CODEC_ID_RA10, "RealAudio"),
    (CODEC_ID_RA20, "RealAudio"),
    (CODEC_ID_SIPR, "RealAudio"),
    (CODEC_ID_COOK, "RealAudio"),
    (CODEC_ID_WAVPACK, "WavPack"),
    (CODEC_ID_MONKEYS_AUDIO, "Monkey's Audio"),
    (CODEC_ID_TTA, "TTA"),
    (CODEC_ID_TRUEHD, "TrueHD"),
];

/// A track's decoder and its last packet.
pub(super) struct TrackDecoder {
    track_id: u32,
    codec: Codec,
    /// symphonia guesses the length of an MP3 without header from its first frames, and trims what
    /// lies behind: with a variable bit rate that is speech.
    is_length_guessed: bool,
    /// The first block of AAC overlaps with nothing before it: what it gives is the encoder's delay.
    is_priming: bool,
    interleaved: Vec<f32>,
}

enum Codec {
    Symphonia(Box<dyn AudioDecoder>),
    Opus(Box<OpusStream>),
}

impl TrackDecoder {
    /// Finds the decoder of an audio track; `None` if the track is something else.
    pub(super) fn new(track: &Track) -> Option<Result<Self, DecodeError>> {
        let Some(CodecParameters::Audio(params)) = &track.codec_params else {
            return None;
        };
        Some(Codec::new(params).map(|codec| Self {
            track_id: track.id,
            codec,
            is_length_guessed: params.codec == CODEC_ID_MP3 && track.padding.is_none(),
            is_priming: params.codec == CODEC_ID_AAC,
            interleaved: Vec::new(),
        }))
    }

    /// Decodes a packet into `mono`; returns whether it gave samples. Those of other tracks don't.
    ///
    /// [`DecodeError::Damaged`] says that this packet could not be decoded; others may follow.
    pub(super) fn decode(
        &mut self,
        mut packet: Packet,
        mono: &mut Mono<'_>,
    ) -> Result<bool, DecodeError> {
        if packet.track_id != self.track_id {
            return Ok(false);
        }
        if self.is_length_guessed {
            packet.trim_end = Duration::ZERO;
        }
        self.interleaved.clear();
        let (n_channels, sample_rate_hz) = match &mut self.codec {
            Codec::Symphonia(decoder) => {
                let frames = decoder.decode(&packet).map_err(damaged)?;
                frames.copy_to_vec_interleaved(&mut self.interleaved);
                (frames.spec().channels().count(), frames.spec().rate())
            }
            Codec::Opus(stream) => {
                let n_trimmed = usize::try_from(packet.trim_end.get()).unwrap_or(usize::MAX);
                stream.decode(&packet.data, n_trimmed, &mut self.interleaved)?;
                (stream.n_channels(), OPUS_RATE_HZ)
            }
        };
        if std::mem::take(&mut self.is_priming) {
            self.interleaved.clear();
        }
        mono.append(&self.interleaved, n_channels, sample_rate_hz)
    }
}

impl Codec {
    fn new(params: &AudioCodecParameters) -> Result<Self, DecodeError> {
        if params.codec == CODEC_ID_OPUS {
            let header = params.extra_data.as_deref().unwrap_or_default();
            return OpusStream::new(header).map(|stream| Self::Opus(Box::new(stream)));
        }
        get_codecs()
            .make_audio_decoder(params, &AudioDecoderOptions::default())
            .map(Self::Symphonia)
            .map_err(|error| match error {
                Error::Unsupported(_) => unsupported(codec_name(params)),
                other => damaged(other),
            })
    }
}

fn codec_name(params: &AudioCodecParameters) -> String {
    if params.codec == CODEC_ID_AAC {
        return aac_name(params.extra_data.as_deref().unwrap_or_default()).to_owned();
    }
    UNDECODED
        .iter()
        .find(|(codec, _)| *codec == params.codec)
        .map_or_else(
            || format!("audio codec {}", params.codec),
            |(_, name)| (*name).to_owned(),
        )
}

/// Name of an AAC variant, from the object type and channels that begin its configuration, and the
/// spectral band replication that may end it (ISO 14496-3, 1.6.2.1).
fn aac_name(config: &[u8]) -> &'static str {
    const ESCAPE: u16 = 31;
    let bits = u16::from_be_bytes([0, 1].map(|at| config.get(at).copied().unwrap_or(0)));
    let n_channels = bits >> 3 & 0xF;
    let object_type = match bits >> 11 {
        ESCAPE => 32 + (bits >> 5 & 0x3F),
        short => short,
    };
    let has_extension = matches!(config, [_, _, 0x56, 0xE5, flags, ..] if flags & 0x80 != 0);
    match object_type {
        2 if has_extension => "HE-AAC",
        2 if n_channels > 2 => "AAC with more than two channels",
        5 | 29 => "HE-AAC",
        23 => "AAC-LD",
        39 => "AAC-ELD",
        42 => "xHE-AAC",
        _ => "AAC other than AAC-LC",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_it_cannot_decode() {
        let name_of = |codec, extra_data: &[u8]| {
            let mut params = AudioCodecParameters::new();
            params.for_codec(codec).with_extra_data(extra_data.into());
            codec_name(&params)
        };
        assert_eq!(name_of(CODEC_ID_AC3, &[]), "AC-3");
        assert_eq!(name_of(CODEC_ID_AAC, &[0x2B, 0x92, 0x08, 0x00]), "HE-AAC");
        assert_eq!(name_of(CODEC_ID_AAC, &[0xF9, 0x48]), "xHE-AAC");
        assert_eq!(
            name_of(CODEC_ID_AAC, &[0x12, 0x10, 0x56, 0xE5, 0x80]),
            "HE-AAC"
        );
        assert_eq!(
            name_of(CODEC_ID_AAC, &[0x11, 0xB0, 0x56, 0xE5, 0x00]),
            "AAC with more than two channels"
        );
    }
}
