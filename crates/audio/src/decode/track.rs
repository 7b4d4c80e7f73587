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
    aac::AacStream,
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
    interleaved: Vec<f32>,
}

enum Codec {
    Symphonia(Box<dyn AudioDecoder>),
    Aac(Box<AacStream>),
    Opus(Box<OpusStream>),
}

impl TrackDecoder {
    /// Finds the decoder of an audio track; `None` if the track is something else.
    pub(super) fn new(track: &Track) -> Option<Result<Self, DecodeError>> {
        let Some(CodecParameters::Audio(params)) = &track.codec_params else {
            return None;
        };
        Some(Codec::new(track, params).map(|codec| Self {
            track_id: track.id,
            codec,
            is_length_guessed: params.codec == CODEC_ID_MP3 && track.padding.is_none(),
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
            Codec::Aac(stream) => (1, stream.decode(&packet.data, &mut self.interleaved)?),
            Codec::Opus(stream) => {
                let n_trimmed = usize::try_from(packet.trim_end.get()).unwrap_or(usize::MAX);
                stream.decode(&packet.data, n_trimmed, &mut self.interleaved)?;
                (stream.n_channels(), OPUS_RATE_HZ)
            }
        };
        mono.append(&self.interleaved, n_channels, sample_rate_hz)
    }
}

impl Codec {
    fn new(track: &Track, params: &AudioCodecParameters) -> Result<Self, DecodeError> {
        match params.codec {
            CODEC_ID_AAC => AacStream::new(params).map(|stream| Self::Aac(Box::new(stream))),
            CODEC_ID_OPUS => {
                OpusStream::new(track, params).map(|stream| Self::Opus(Box::new(stream)))
            }
            _ => Self::of_symphonia(params),
        }
    }

    fn of_symphonia(params: &AudioCodecParameters) -> Result<Self, DecodeError> {
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
    UNDECODED
        .iter()
        .find(|(codec, _)| *codec == params.codec)
        .map_or_else(
            || format!("audio codec {}", params.codec),
            |(_, name)| (*name).to_owned(),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_it_cannot_decode() {
        let mut params = AudioCodecParameters::new();
        params.for_codec(CODEC_ID_AC3);
        assert_eq!(codec_name(&params), "AC-3");
    }
}
