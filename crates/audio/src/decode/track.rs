//! The decoder of one audio track.

use std::ops::Range;

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
        units::{Duration, TimeBase},
    },
    default::get_codecs,
};

use super::{
    aac::AacStream,
    error::{DecodeError, damaged, unsupported},
    link::RawCodec,
    mono::Mono,
    opus::{OPUS_RATE_HZ, OpusStream},
    telephone::TelephoneStream,
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

/// Longer between two packets is not heard: sound was lost.
const MAX_GAP_S: f64 = 0.1;

/// A track's decoder and its last packet.
pub(super) struct TrackDecoder {
    track_id: u32,
    codec: Codec,
    /// symphonia guesses the length of an MP3 without header from its first frames, and trims what
    /// lies behind: with a variable bit rate that is speech.
    is_length_guessed: bool,
    /// Of the packets' times; `None` where they count frames.
    time_base: Option<TimeBase>,
    /// Where the last packet ended, seconds of the track, of codecs that leave no pauses out.
    end_s: Option<f64>,
    /// What an edit list keeps, seconds of the track; all where it is empty.
    kept_s: Vec<Range<f64>>,
    interleaved: Vec<f32>,
}

enum Codec {
    Symphonia(Box<dyn AudioDecoder>),
    Aac(Box<AacStream>),
    Opus(Box<OpusStream>),
    Telephone(Box<TelephoneStream>),
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
            time_base: track.time_base,
            end_s: None,
            kept_s: Vec::new(),
            interleaved: Vec::new(),
        }))
    }

    /// Finds the decoder of samples that lie one behind the other.
    pub(super) fn raw(codec: &RawCodec) -> Result<Self, DecodeError> {
        let codec = match codec {
            RawCodec::Blocks { params, .. } => Codec::of_symphonia(params)?,
            telephone => Codec::Telephone(Box::new(TelephoneStream::new(telephone)?)),
        };
        Ok(Self {
            track_id: 0,
            codec,
            is_length_guessed: false,
            time_base: None,
            end_s: None,
            kept_s: Vec::new(),
            interleaved: Vec::new(),
        })
    }

    pub(super) fn track_id(&self) -> u32 {
        self.track_id
    }

    /// Whether sound between the last packet and this one was lost: damaged beyond recognition, or cut out.
    pub(super) fn has_lost(&mut self, packet: &Packet) -> bool {
        let is_gapless = match &self.codec {
            Codec::Symphonia(decoder) => decoder.codec_params().codec == CODEC_ID_FLAC,
            Codec::Aac(_) => true,
            Codec::Opus(_) | Codec::Telephone(_) => false,
        };
        let Some(base) = self.time_base.filter(|_| is_gapless) else {
            return false;
        };
        if packet.track_id != self.track_id {
            return false;
        }
        let start_s = self.start_s(packet);
        let dur_s = base
            .calc_duration(packet.dur)
            .map(|duration| duration.as_secs_f64());
        let before_s = self.end_s;
        self.end_s = start_s.zip(dur_s).map(|(start_s, dur_s)| start_s + dur_s);
        before_s
            .zip(start_s)
            .is_some_and(|(before_s, start_s)| start_s > before_s + MAX_GAP_S)
    }

    /// Where a packet begins, seconds of the track; `None` where packets count frames.
    fn start_s(&self, packet: &Packet) -> Option<f64> {
        let start = self.time_base?.calc_time(packet.pts)?;
        Some(start.as_secs_f64())
    }

    /// Leaves out what an edit list does not keep.
    pub(super) fn keep(&mut self, kept_s: Vec<Range<f64>>) {
        self.kept_s = kept_s;
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
        let mut n_skipped = 0;
        let (n_channels, sample_rate_hz) = match &mut self.codec {
            Codec::Symphonia(decoder) => {
                let frames = decoder.decode(&packet).map_err(damaged)?;
                frames.copy_to_vec_interleaved(&mut self.interleaved);
                (frames.spec().channels().count(), frames.spec().rate())
            }
            Codec::Aac(stream) => stream.decode(&packet.data, &mut self.interleaved)?,
            Codec::Opus(stream) => {
                let n_trimmed = usize::try_from(packet.trim_end.get()).unwrap_or(usize::MAX);
                n_skipped = stream.decode(&packet.data, n_trimmed, &mut self.interleaved)?;
                (stream.n_channels(), OPUS_RATE_HZ)
            }
            Codec::Telephone(stream) => (1, stream.decode(&packet.data, &mut self.interleaved)?),
        };
        let kept = self.kept(&packet, n_skipped, n_channels, sample_rate_hz);
        mono.append(&self.interleaved[kept], n_channels, sample_rate_hz)
    }

    /// Samples of the last packet, which lacks its first frames, that the edit list keeps: from the first to the last
    /// of them.
    fn kept(
        &self,
        packet: &Packet,
        n_skipped: usize,
        n_channels: usize,
        sample_rate_hz: u32,
    ) -> Range<usize> {
        let whole = 0..self.interleaved.len();
        let rate_hz = f64::from(sample_rate_hz);
        let start_s = match self.time_base {
            Some(_) => self.start_s(packet),
            None => Some(packet.pts.get() as f64 / rate_hz),
        };
        let (Some(start_s), false) = (start_s, self.kept_s.is_empty()) else {
            return whole;
        };
        let start_s = start_s + n_skipped as f64 / rate_hz;
        let n_frames = self.interleaved.len() / n_channels.max(1);
        let end_s = start_s + n_frames as f64 / rate_hz;
        let parts = self.kept_s.iter().filter_map(|kept| {
            let (first_s, last_s) = (kept.start.max(start_s), kept.end.min(end_s));
            let frame = |time_s: f64| ((time_s - start_s) * rate_hz).round() as usize;
            (first_s < last_s).then(|| frame(first_s)..frame(last_s).min(n_frames))
        });
        let kept = parts.reduce(|left, right| left.start.min(right.start)..left.end.max(right.end));
        kept.map_or(0..0, |kept| {
            n_channels * kept.start.min(kept.end)..n_channels * kept.end
        })
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
        let mut params = params.clone();
        if matches!(params.codec, CODEC_ID_PCM_MULAW | CODEC_ID_PCM_ALAW) {
            // CAF tells the bits of the codes, the decoder wants those of what they stand for.
            params.bits_per_sample = None;
            params.bits_per_coded_sample = None;
        }
        get_codecs()
            .make_audio_decoder(&params, &AudioDecoderOptions::default())
            .map(Self::Symphonia)
            .map_err(|error| match error {
                Error::Unsupported(_) => unsupported(codec_name(&params)),
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
