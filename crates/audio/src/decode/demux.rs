//! Decodes a clip, file by file where several were joined, each by its first audio track.

use std::mem;

use symphonia::{
    core::{
        common::Limit,
        errors::Error,
        formats::{FormatOptions, FormatReader, probe::Hint},
        io::MediaSourceStream,
        meta::MetadataOptions,
        packet::Packet,
    },
    default::get_probe,
};

use super::{
    DecodeError, DecodeLimits, Heard,
    error::{damaged, unsupported},
    link::{Container, Content, Link, Raw},
    mono::{Mono, Taker},
    source::{Deadline, Source},
    track::TrackDecoder,
};

/// Largest tag or picture that a demuxer keeps.
const MAX_TAG_BYTES: usize = 1 << 16;

/// Files that a clip may be joined from; more are an attempt to waste time.
const MAX_FILES: usize = 1_000;

/// Clips that may lie within each other: MP3 in WAV.
const MAX_DEPTH: usize = 3;

/// Hands the waveform to `taker`, piece by piece; what was handed on before an error is void.
pub(super) fn decode<'a>(
    clip: &[u8],
    limits: &'a DecodeLimits,
    taker: Taker<'a>,
) -> Result<Heard, DecodeError> {
    decode_until(Deadline::after(limits.max_decode_time), clip, limits, taker)
}

/// The same, until another deadline than that of the limits.
pub(super) fn decode_until<'a>(
    deadline: Deadline,
    clip: &[u8],
    limits: &'a DecodeLimits,
    taker: Taker<'a>,
) -> Result<Heard, DecodeError> {
    if clip.is_empty() {
        return Err(DecodeError::Empty);
    }
    let mut decoding = Decoding {
        mono: Mono::new(limits, taker),
        limits,
        deadline,
        is_whole: true,
    };
    let mut files = Files::of(clip);
    let mut n_heard = 0;
    let mut first_error = None;
    while let Some(file) = files.next() {
        decoding.deadline.check()?;
        let heard = file.and_then(|content| decoding.hear(content, MAX_DEPTH));
        match heard {
            Ok(()) => n_heard += 1,
            Err(error) if !error.is_about_one_file() => return Err(error),
            // Noise was handed on where a voice should have been.
            Err(error) if n_heard == 0 && !decoding.mono.is_empty() => return Err(error),
            Err(error) => _ = first_error.get_or_insert(error),
        }
    }
    decoding.is_whole &= files.rest.is_empty();
    decoding.finish(first_error)
}

/// The files that a clip was joined from.
struct Files<'a> {
    rest: &'a [u8],
    n_more: usize,
}

impl<'a> Files<'a> {
    fn of(clip: &'a [u8]) -> Self {
        Self {
            rest: clip,
            n_more: MAX_FILES,
        }
    }

    fn next(&mut self) -> Option<Result<Content<'a>, DecodeError>> {
        self.n_more = self.n_more.checked_sub(1)?;
        if self.rest.is_empty() {
            return None;
        }
        let first = Link::first(self.rest);
        let n_bytes = first
            .as_ref()
            .map_or(self.rest.len(), |link| link.n_bytes.min(self.rest.len()));
        self.rest = &self.rest[n_bytes..];
        if !Link::begins(self.rest) {
            // Padding, or tags at the end.
            self.rest = &[];
        }
        Some(first.map(|link| link.content))
    }
}

/// A clip being decoded.
struct Decoding<'a> {
    mono: Mono<'a>,
    limits: &'a DecodeLimits,
    deadline: Deadline,
    /// Whether everything so far was heard.
    is_whole: bool,
}

impl Decoding<'_> {
    fn hear(&mut self, content: Content<'_>, depth: usize) -> Result<(), DecodeError> {
        match content {
            Content::Container(container) => self.hear_container(container),
            Content::Raw(mut raw) => {
                let mut decoder = TrackDecoder::raw(&raw.codec)?;
                decoder.keep(mem::take(&mut raw.kept_s));
                self.read(&mut raw, decoder)
            }
            Content::Clip(clip) if depth > 0 => self.hear(Link::first(clip)?.content, depth - 1),
            Content::Clip(_) => Err(damaged("clips within clips")),
        }
    }

    fn hear_container(&mut self, container: Container<'_>) -> Result<(), DecodeError> {
        let Container {
            rope,
            mut kept_s,
            is_whole,
        } = container;
        self.is_whole &= is_whole;
        let source = Source::new(rope, self.deadline.clone());
        let name = source.container().unwrap_or("a container");
        let mut reader = open(source, &self.deadline)?;
        let tracks = reader.tracks().iter();
        let mut decoders: Vec<_> = tracks.filter_map(TrackDecoder::new).collect();
        // The first that can be decoded, else why the first cannot.
        let heard = decoders.iter().position(Result::is_ok).unwrap_or(0);
        if decoders.is_empty() {
            return Err(unsupported(format!("{name} without audio")));
        }
        let mut decoder = decoders.swap_remove(heard)?;
        let kept = kept_s.iter_mut().find(|(id, _)| *id == decoder.track_id());
        decoder.keep(
            kept.map(|(_, kept_s)| mem::take(kept_s))
                .unwrap_or_default(),
        );
        self.read(&mut reader, decoder)
    }

    /// Decodes a track to its end, or to the first place behind which nothing can be found.
    fn read(
        &mut self,
        packets: &mut dyn Packets,
        mut decoder: TrackDecoder,
    ) -> Result<(), DecodeError> {
        let mut tally = Tally::default();
        loop {
            let next = packets.next();
            self.deadline.check()?;
            let packet = match next {
                Ok(Some(packet)) => packet,
                Ok(None) => break,
                Err(error) => {
                    tally.last_error = Some(damaged(error));
                    break;
                }
            };
            tally.has_gaps |= decoder.has_lost(&packet);
            let is_audible = match decoder.decode(packet, &mut self.mono) {
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
                self.limits.check_silent_packets(tally.n_silent_in_a_row)?;
            }
        }
        self.is_whole &= tally.is_whole();
        tally.verdict()
    }

    fn finish(self, first_error: Option<DecodeError>) -> Result<Heard, DecodeError> {
        let is_whole = self.is_whole && first_error.is_none();
        match (self.mono.finish(), first_error) {
            (Some(channels), _) => Ok(Heard {
                is_whole,
                ..channels
            }),
            (None, Some(error)) => Err(error),
            (None, None) => Err(DecodeError::NoSamples),
        }
    }
}

/// Packets of a track, or of several.
trait Packets {
    fn next(&mut self) -> Result<Option<Packet>, Error>;
}

impl Packets for Box<dyn FormatReader + '_> {
    fn next(&mut self) -> Result<Option<Packet>, Error> {
        self.next_packet()
    }
}

impl Packets for Raw<'_> {
    fn next(&mut self) -> Result<Option<Packet>, Error> {
        Ok(self.next_packet())
    }
}

fn open<'a>(
    source: Source<'a>,
    deadline: &Deadline,
) -> Result<Box<dyn FormatReader + 'a>, DecodeError> {
    let name = source.container();
    let keeping = MetadataOptions::default()
        .limit_tag_bytes(Limit::Maximum(MAX_TAG_BYTES))
        .limit_visual_bytes(Limit::Maximum(0));
    let opened = get_probe()
        .probe(
            &Hint::new(),
            MediaSourceStream::new(Box::new(source), Default::default()),
            FormatOptions::default(),
            keeping,
        )
        .map_err(|error| match (name, error) {
            (None, _) => DecodeError::Unsupported { found: None },
            (Some(container), Error::Unsupported(_)) => {
                unsupported(format!("{container} with an unsupported codec"))
            }
            (Some(_), other) => damaged(other),
        });
    deadline.check()?;
    opened
}

/// How the packets of a track fared.
#[derive(Default)]
struct Tally {
    n_audible: usize,
    n_damaged: usize,
    n_silent_in_a_row: usize,
    has_gaps: bool,
    last_error: Option<DecodeError>,
}

/// A track is whole with one packet in so many damaged: what nobody hears.
const AUDIBLE_PER_DAMAGED: usize = 50;

impl Tally {
    fn is_whole(&self) -> bool {
        !self.has_gaps && AUDIBLE_PER_DAMAGED * self.n_damaged <= self.n_audible
    }

    /// Whether the samples count. Where most of a track is damaged it is no audio, or none worth hearing.
    fn verdict(self) -> Result<(), DecodeError> {
        match (self.n_audible, self.last_error) {
            (0, None) => Err(DecodeError::NoSamples),
            (0, Some(error)) => Err(error),
            (n_audible, Some(error)) if n_audible <= self.n_damaged => Err(error),
            _ => Ok(()),
        }
    }
}
