//! Decodes AAC: Low Complexity, and HE-AAC with its spectral band replication and parametric stereo.
//!
//! Input   access units, and the configuration of their container (or what an ADTS header tells)
//! Output  interleaved frames, f32, of the channels without the one for low frequencies
//! Rate    the one that is heard: twice the core's for HE-AAC, also where only the access units tell
//!         that it is HE-AAC
//! Source  ISO/IEC 14496-3, sections 1.6.2.1 (configuration) and 4.6.18 (SBR); docs/decisions/0004-aac-decoder.md
//! Refused AAC-ELD, xHE-AAC and other object types, by name

use symphonia::core::codecs::audio::AudioCodecParameters;
use syom::{AacError, Channel, ChannelMode, DecodeOptions, Decoder, Frame};

use super::error::{DecodeError, damaged, unsupported};

/// Sample rates by the index that a configuration holds, Hz (ISO 14496-3, table 1.18).
const RATES_HZ: [u32; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
    7_350,
];

/// Louder than this no encoder's output is: broken spectral band replication has given 560.
const LOUDEST: f32 = 8.0;

/// So many access units may be broken in a row before the one to begin with is taken for the broken one.
const MAX_BROKEN: usize = 4;

/// A stream being decoded.
pub(super) struct AacStream {
    /// AudioSpecificConfig.
    config: Vec<u8>,
    decoder: Decoder,
    /// The first block overlaps with nothing before it: what it gives is the encoder's delay.
    is_priming: bool,
    /// An access unit with which a decoder of spectral band replication begins: only some have its head.
    first: Vec<u8>,
    /// Access units that were broken, one after the other until now.
    n_broken: usize,
}

impl AacStream {
    /// Starts a stream.
    pub(super) fn new(params: &AudioCodecParameters) -> Result<Self, DecodeError> {
        let config = match params.extra_data.as_deref() {
            Some(config) if !config.is_empty() => config.to_vec(),
            _ => low_complexity(params)?,
        };
        let options = DecodeOptions::unbounded().with_channel_mode(ChannelMode::Split);
        let decoder =
            Decoder::from_asc(&config, options).map_err(|error| reason(error, &config))?;
        Ok(Self {
            config,
            decoder,
            is_priming: true,
            first: Vec::new(),
            n_broken: 0,
        })
    }

    /// Decodes an access unit, appends its frames to `interleaved` and returns their channels and their rate, Hz.
    pub(super) fn decode(
        &mut self,
        access_unit: &[u8],
        interleaved: &mut Vec<f32>,
    ) -> Result<(usize, u32), DecodeError> {
        let mut format = (1, 0);
        let mut is_sound = true;
        let is_priming = std::mem::take(&mut self.is_priming);
        let decoded = self.decoder.decode_au(access_unit, |frame| {
            let planes = heard(&frame);
            format = (planes.len(), frame.sample_rate);
            is_sound = planes.iter().all(|plane| is_possible(plane));
            if is_sound && !is_priming {
                interleave(&planes, interleaved);
            }
            Ok(())
        });
        match decoded {
            Ok(()) if is_sound => {}
            Ok(()) => return Err(self.begin_again(damaged("aac: louder than sound is"))),
            Err(error) => return Err(self.begin_again(damaged(error))),
        }
        self.n_broken = 0;
        if self.first.is_empty() {
            self.first = access_unit.to_vec();
        }
        Ok(format)
    }

    /// What is told of a broken access unit, after which the decoder goes on: it needs a reset, and then the head of
    /// spectral band replication, which stands in the first access unit, or half a second were lost. Where that does
    /// not help, its head is the broken one.
    fn begin_again(&mut self, error: DecodeError) -> DecodeError {
        self.decoder.reset();
        if let Err(error) = self.decoder.set_asc(&self.config) {
            return reason(error, &self.config);
        }
        self.n_broken += 1;
        if self.n_broken > MAX_BROKEN {
            self.first.clear();
        }
        if !self.first.is_empty() && self.decoder.decode_au(&self.first, |_| Ok(())).is_err() {
            self.decoder.reset();
            // It was possible a moment ago.
            let _ = self.decoder.set_asc(&self.config);
        }
        error
    }
}

fn is_possible(plane: &[f32]) -> bool {
    // Nor what is no number.
    plane.iter().all(|sample| sample.abs() <= LOUDEST)
}

/// The channels of a frame that carry voices; all where the others are silent by nature.
fn heard<'a>(frame: &Frame<'a>) -> Vec<&'a [f32]> {
    let planes = frame.planar.iter().zip(&frame.meta.channels);
    let heard = planes.filter(|(_, channel)| **channel != Some(Channel::Lfe));
    let heard: Vec<&[f32]> = heard.map(|(plane, _)| *plane).collect();
    if heard.is_empty() {
        return frame.planar.to_vec();
    }
    heard
}

fn interleave(planes: &[&[f32]], interleaved: &mut Vec<f32>) {
    match planes {
        [mono] => interleaved.extend_from_slice(mono),
        [left, right] => interleaved.extend(
            left.iter()
                .zip(*right)
                .flat_map(|(left, right)| [*left, *right]),
        ),
        _ => {
            let n_frames = planes.iter().map(|plane| plane.len()).min().unwrap_or(0);
            interleaved
                .extend((0..n_frames).flat_map(|idx| planes.iter().map(move |plane| plane[idx])));
        }
    }
}

/// A configuration of AAC-LC from what an ADTS header tells.
fn low_complexity(params: &AudioCodecParameters) -> Result<Vec<u8>, DecodeError> {
    const LOW_COMPLEXITY: u16 = 2;
    let rate_idx = RATES_HZ
        .iter()
        .position(|rate_hz| Some(*rate_hz) == params.sample_rate)
        .ok_or_else(|| damaged("aac: sample rate"))?;
    let channels: u16 = match params
        .channels
        .as_ref()
        .map_or(0, |channels| channels.count())
    {
        // 7.1.
        8 => 7,
        // 0: the access units tell.
        n_channels @ 0..=6 => n_channels as u16,
        _ => return Err(damaged("aac: channels")),
    };
    let bits = LOW_COMPLEXITY << 11 | (rate_idx as u16) << 7 | channels << 3;
    Ok(bits.to_be_bytes().into())
}

fn reason(error: AacError, config: &[u8]) -> DecodeError {
    match error {
        AacError::Unsupported(_) => unsupported(name(config)),
        other => damaged(other),
    }
}

/// Name of an AAC variant, from the object type that begins its configuration.
fn name(config: &[u8]) -> &'static str {
    const ESCAPE: u16 = 31;
    let bits = u16::from_be_bytes([0, 1].map(|at| config.get(at).copied().unwrap_or(0)));
    let object_type = match bits >> 11 {
        ESCAPE => 32 + (bits >> 5 & 0x3F),
        short => short,
    };
    match object_type {
        39 => "AAC-ELD",
        42 => "xHE-AAC",
        _ => "AAC other than AAC-LC and HE-AAC",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_that_are_not_decoded_are_named() {
        for (config, expected) in [
            (&[0xF9, 0x48, 0x00, 0x00][..], "xHE-AAC"),
            (&[0xF8, 0xE8, 0x50, 0x00][..], "AAC-ELD"),
        ] {
            let mut params = AudioCodecParameters::new();
            params.with_extra_data(config.into());
            let error = AacStream::new(&params).err().expect("refused");
            let found = match error {
                DecodeError::Unsupported { found } => found,
                other => panic!("{other:?}"),
            };
            assert_eq!(found.as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_header_becomes_a_configuration() {
        let mut params = AudioCodecParameters::new();
        params.with_sample_rate(44_100);
        assert_eq!(
            low_complexity(&params).expect("a rate of the table"),
            [0x12, 0x00]
        );
        params.with_sample_rate(44_099);
        assert!(low_complexity(&params).is_err());
    }
}
