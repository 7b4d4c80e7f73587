//! Opens a clip, finds its first audio track and decodes it.

use symphonia::{
    core::{
        errors::Error,
        formats::{FormatOptions, FormatReader, TrackType, probe::Hint},
        io::MediaSourceStream,
        meta::MetadataOptions,
    },
    default::get_probe,
};

use super::{
    DecodeError, DecodeLimits, content,
    error::{damaged, unsupported},
    mono::Mono,
    rf64,
    source::{Deadline, Source},
    track::TrackDecoder,
};
use crate::Waveform;

/// Hands the waveform to `hand_on`, piece by piece; what was handed on before an error is void.
pub(super) fn decode(
    clip: &[u8],
    limits: &DecodeLimits,
    hand_on: &mut dyn FnMut(Waveform),
) -> Result<(), DecodeError> {
    if clip.is_empty() {
        return Err(DecodeError::Empty);
    }
    if let Some(found) = content::foreign(clip) {
        return Err(unsupported(found));
    }
    let deadline = Deadline::after(limits.max_decode_time);
    let clip = &*rf64::as_riff(clip);
    let mut reader = open(clip, deadline)?;
    let mut decoder = reader
        .first_track(TrackType::Audio)
        .and_then(TrackDecoder::new)
        .ok_or_else(|| unsupported(no_audio(clip)))??;
    let mono = Mono::new(limits, hand_on);
    read(reader.as_mut(), &mut decoder, mono, limits, deadline)
}

fn open(clip: &[u8], deadline: Deadline) -> Result<Box<dyn FormatReader + '_>, DecodeError> {
    let source = Box::new(Source::new(clip, deadline));
    let opened = get_probe()
        .probe(
            &Hint::new(),
            MediaSourceStream::new(source, Default::default()),
            FormatOptions::default(),
            MetadataOptions::default(),
        )
        .map_err(|error| match (content::container(clip), error) {
            (None, _) => DecodeError::Unsupported { found: None },
            (Some(container), Error::Unsupported(_)) => {
                unsupported(format!("{container} with an unsupported codec"))
            }
            (Some(_), other) => damaged(other),
        });
    deadline.check()?;
    opened
}

fn no_audio(clip: &[u8]) -> String {
    let container = content::container(clip).unwrap_or("a container");
    match content::mp4_codec(clip).filter(|_| container == "MP4") {
        Some(codec) => codec.to_owned(),
        None => format!("{container} without audio"),
    }
}

/// Decodes the track to its end, or to the first place behind which nothing can be found.
fn read(
    reader: &mut dyn FormatReader,
    decoder: &mut TrackDecoder,
    mut mono: Mono<'_>,
    limits: &DecodeLimits,
    deadline: Deadline,
) -> Result<(), DecodeError> {
    let mut tally = Tally::default();
    loop {
        let next = reader.next_packet();
        deadline.check()?;
        let packet = match next {
            Ok(Some(packet)) => packet,
            Ok(None) => break,
            Err(error) => {
                tally.last_error = Some(damaged(error));
                break;
            }
        };
        let is_audible = match decoder.decode(packet, &mut mono) {
            Ok(is_audible) => is_audible,
            Err(error @ DecodeError::Damaged { .. }) => {
                tally.n_damaged += 1;
                tally.last_error = Some(error);
                false
            }
            Err(limit) => return Err(limit),
        };
        if is_audible {
            tally.n_audible += 1;
            tally.n_silent_in_a_row = 0;
        } else {
            tally.n_silent_in_a_row += 1;
            limits.check_silent_packets(tally.n_silent_in_a_row)?;
        }
    }
    tally.verdict(mono)
}

/// How the packets of a track fared.
#[derive(Default)]
struct Tally {
    n_audible: usize,
    n_damaged: usize,
    n_silent_in_a_row: usize,
    last_error: Option<DecodeError>,
}

impl Tally {
    /// Whether the waveform counts. Where most of the clip is damaged it is no audio, or none worth hearing.
    fn verdict(self, mono: Mono<'_>) -> Result<(), DecodeError> {
        match (mono.finish(), self.last_error) {
            (true, None) => Ok(()),
            (true, Some(_)) if self.n_audible > self.n_damaged => Ok(()),
            (_, Some(error)) => Err(error),
            (false, None) => Err(DecodeError::NoSamples),
        }
    }
}
