//! What a clip begins with: one file, or the first of several that were joined end to end.
//!
//! Input   a clip, or what is left of it
//! Output  [`Link`]: how far the file reaches, and how its samples are found
//! Kept    what a listener needs; tags, pictures and chapters are passed over before any demuxer sees them
//! Invariant: a link is never empty and never longer than the clip

mod aiff;
mod au;
mod caf;
mod flac;
mod matroska;
mod movie;
mod mp4;
mod mpeg;
mod ogg;
mod raw;
mod tags;
mod telephone;
mod wav;

use std::ops::Range;

pub(super) use raw::{Raw, RawCodec};

use super::{
    content,
    error::{DecodeError, unsupported},
    rope::Rope,
};

/// One file in a clip.
pub(super) struct Link<'a> {
    /// Bytes to its end.
    pub(super) n_bytes: usize,
    pub(super) content: Content<'a>,
}

/// How the samples of a file are found.
pub(super) enum Content<'a> {
    /// By a demuxer.
    Container(Container<'a>),
    /// They lie one behind the other.
    Raw(Raw<'a>),
    /// They are another clip, inside this one.
    Clip(&'a [u8]),
}

/// What a demuxer reads.
pub(super) struct Container<'a> {
    pub(super) rope: Rope<'a>,
    /// What edit lists keep of the tracks, by their ids, seconds; all of a track without any.
    pub(super) kept_s: Vec<(u32, Vec<Range<f64>>)>,
    /// Nothing of the file is missing, as far as it tells.
    pub(super) is_whole: bool,
}

/// Whether numbers that count up leave one out; where they begin anew nothing is missing.
fn leave_one_out(numbers: impl Iterator<Item = u32>) -> bool {
    let numbers: Vec<u32> = numbers.collect();
    let mut pairs = numbers.windows(2);
    pairs.any(|pair| pair[1] > pair[0].saturating_add(1))
}

impl<'a> Content<'a> {
    fn container(rope: Rope<'a>) -> Self {
        Self::Container(Container {
            rope,
            kept_s: Vec::new(),
            is_whole: true,
        })
    }
}

impl<'a> Link<'a> {
    /// The first file of a clip.
    ///
    /// # Errors
    /// [`DecodeError::Unsupported`] names what is never decoded; [`DecodeError::Damaged`].
    pub(super) fn first(clip: &'a [u8]) -> Result<Self, DecodeError> {
        let n_tag_bytes = tags::n_tag_bytes(clip);
        let audio = &clip[n_tag_bytes..];
        if let Some(found) = content::foreign(audio) {
            return Err(unsupported(found));
        }
        let link = match audio {
            _ if wav::is_wav(audio) => wav::read(audio),
            _ if aiff::is_aiff(audio) => aiff::read(audio),
            _ if au::is_au(audio) => au::read(audio),
            _ if caf::is_caf(audio) => Ok(caf::read(audio)),
            _ if ogg::is_ogg(audio) => ogg::read(audio),
            _ if matroska::is_matroska(audio) => matroska::read(audio),
            _ if mp4::is_mp4(audio) => mp4::read(audio),
            _ if flac::is_flac(audio) => flac::read(audio),
            _ if telephone::is_amr(audio) => telephone::read_amr(audio),
            _ if content::container(audio).is_some() => Ok(Self::whole(audio)),
            _ if telephone::is_gsm(audio) => Ok(telephone::read_gsm(audio)),
            _ => Ok(mpeg::read(audio)),
        }?;
        Ok(Self {
            n_bytes: (n_tag_bytes + link.n_bytes).max(1),
            content: link.content,
        })
    }

    /// A container that symphonia reads as it is.
    fn whole(clip: &'a [u8]) -> Self {
        Self {
            n_bytes: clip.len(),
            content: Content::container(Rope::from(clip)),
        }
    }

    /// Whether another file begins where one ended; padding and tags do not.
    pub(super) fn begins(rest: &[u8]) -> bool {
        let audio = &rest[tags::n_tag_bytes(rest)..];
        content::container(audio).is_some() || mpeg::begins(audio) || telephone::is_amr(audio)
    }
}
