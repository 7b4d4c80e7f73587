//! MP3, MP2 and AAC in ADTS: frames that each say their length, and where another stream begins.
//!
//! Source  ISO 11172-3 and 13818-3 (MPEG audio), ISO 13818-7 (ADTS)
//! Why     files joined end to end may change their layer or rate, and each has its own length and padding; a header
//!         that tells of fewer frames than there are is left out, as symphonia believes one of ffmpeg's

use std::ops::Range;

use super::{Content, Link, tags, telephone};
use crate::decode::{content, fields::Order, rope::Rope};

/// A frame, by its head.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Frame {
    n_bytes: usize,
    /// What all frames of a stream have in common.
    kind: u32,
}

/// Bit rates, kbit/s: of MPEG-1 in layer III and in layer II, and of its lower rates (MPEG-2 and 2.5) in both.
const KBPS: [[usize; 15]; 3] = [
    [
        0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
    ],
    [
        0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384,
    ],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

/// Sample rates of MPEG-1, Hz; MPEG-2 halves them and 2.5 quarters them.
const RATES_HZ: [usize; 3] = [44_100, 48_000, 32_000];

/// Bytes of a frame that its kind is read from.
const HEAD_BYTES: usize = 6;

impl Frame {
    fn at(clip: &[u8], at: usize) -> Option<Self> {
        let head: &[u8; HEAD_BYTES] = clip.get(at..)?.first_chunk()?;
        if head[0] != 0xFF {
            return None;
        }
        Self::adts(head).or_else(|| Self::mpeg(head))
    }

    fn adts(head: &[u8; HEAD_BYTES]) -> Option<Self> {
        let is_sync = head[1] & 0xF6 == 0xF0;
        let rate_idx = head[2] >> 2 & 0xF;
        let length =
            usize::from(head[3] & 3) << 11 | usize::from(head[4]) << 3 | usize::from(head[5] >> 5);
        (is_sync && rate_idx < 13 && length > 7).then_some(Self {
            n_bytes: length,
            // Object type, rate, channels.
            kind: u32::from_be_bytes([1, 0, head[2] & 0xFD, head[3] & 0xC0]),
        })
    }

    /// Layers II and III; nobody has the first.
    fn mpeg(head: &[u8; HEAD_BYTES]) -> Option<Self> {
        let (version, layer) = (head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3));
        let is_mpeg = head[1] >> 5 == 7 && version != 1 && matches!(layer, 2 | 3);
        let low = match version {
            3 => 0,
            2 => 1,
            _ => 2,
        };
        let rate_hz = RATES_HZ.get(usize::from(head[2] >> 2 & 3))? >> low;
        let rates = match (low, layer) {
            (0, 3) => 0,
            (0, _) => 1,
            _ => 2,
        };
        let kbps = *KBPS[rates].get(usize::from(head[2] >> 4))?;
        let n_slots = if rates == 2 && layer == 3 { 72 } else { 144 };
        let n_bytes = n_slots * 1000 * kbps / rate_hz + usize::from(head[2] >> 1 & 1);
        (is_mpeg && kbps > 0).then_some(Self {
            n_bytes,
            kind: u32::from(layer) << 28 | rate_hz as u32,
        })
    }

    /// A frame that another one of its kind follows, or the clip's end.
    fn confirmed(clip: &[u8], at: usize) -> Option<Self> {
        let frame = Self::at(clip, at)?;
        let next = at + frame.n_bytes;
        let is_last = next == clip.len();
        (is_last || Self::at(clip, next).is_some_and(|next| next.kind == frame.kind))
            .then_some(frame)
    }
}

/// Whether a clip begins with such frames.
pub(super) fn begins(clip: &[u8]) -> bool {
    Frame::confirmed(clip, 0).is_some()
}

/// The first stream of a clip that may be one.
pub(super) fn read(clip: &[u8]) -> Link<'_> {
    let stream = Stream::first(clip);
    let bytes = &clip[..stream.n_bytes];
    let rope = match stream.false_length(clip) {
        // The frame holds no sound.
        Some(frame) => {
            let mut rope = Rope::from(&bytes[..frame.start]);
            rope.push(&bytes[frame.end..]);
            rope
        }
        None => Rope::from(bytes),
    };
    Link {
        n_bytes: stream.n_bytes,
        content: Content::container(rope),
    }
}

/// Whether a file of another kind begins here, joined to this one.
fn is_foreign(rest: &[u8]) -> bool {
    content::container(rest).is_some() || telephone::is_amr(rest)
}

/// Frames of one kind.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stream {
    /// Where the first frame begins.
    start: usize,
    n_frames: usize,
    /// To the first frame of another kind, or that tells of another stream's length, or to a file of another kind;
    /// else all of the clip.
    n_bytes: usize,
}

impl Stream {
    fn first(clip: &[u8]) -> Self {
        let first = (0..clip.len()).find(|&at| Frame::confirmed(clip, at).is_some());
        let mut stream = Self {
            start: first.unwrap_or(clip.len()),
            n_frames: 0,
            n_bytes: clip.len(),
        };
        let mut at = stream.start;
        let mut kind = None;
        while at < clip.len() {
            let next = match kind {
                // In step: one head is enough.
                Some(kind) => Frame::at(clip, at).filter(|frame| frame.kind == kind),
                None => None,
            };
            match next.or_else(|| Frame::confirmed(clip, at)) {
                Some(frame) if kind.is_some_and(|kind| kind != frame.kind) => {
                    stream.n_bytes = at;
                    break;
                }
                Some(frame) => {
                    if at > stream.start && length_tag(clip, at, &frame).is_some() {
                        stream.n_bytes = at;
                        break;
                    }
                    stream.n_frames += 1;
                    kind = Some(frame.kind);
                    at += frame.n_bytes;
                }
                None => {
                    let n_tag_bytes = tags::n_tag_bytes(&clip[at..]);
                    if is_foreign(&clip[at + n_tag_bytes..]) {
                        stream.n_bytes = at;
                        break;
                    }
                    // A tag between two streams, or damage.
                    at += n_tag_bytes.max(1);
                }
            }
        }
        stream
    }

    /// The frame that an encoder puts first, where it tells of fewer frames than there are.
    fn false_length(&self, clip: &[u8]) -> Option<Range<usize>> {
        let frame = Frame::at(clip, self.start)?;
        let tag = length_tag(clip, self.start, &frame)?;
        // symphonia reads no number from VBRI.
        if clip[tag..].starts_with(b"VBRI") {
            return None;
        }
        let has_number = clip.get(tag + 7)? & 1 == 1;
        let n_told = Order::Big.u32(clip, tag + 8)? as usize;
        // Its own frame may be counted.
        (has_number && n_told + 1 < self.n_frames)
            .then_some(self.start..(self.start + frame.n_bytes).min(self.n_bytes))
    }
}

/// Where the tag lies in the MP3 frame that an encoder puts first, with the number of frames behind it.
fn length_tag(clip: &[u8], at: usize, frame: &Frame) -> Option<usize> {
    let body = &clip[at..clip.len().min(at + frame.n_bytes)];
    // Behind the head and the side information, whose length depends on version and channels.
    let is_there = |at: usize, tag: &[u8]| body.get(at..).is_some_and(|rest| rest.starts_with(tag));
    let is_xing = |at: &usize| is_there(*at, b"Xing") || is_there(*at, b"Info");
    let found = [13, 21, 36].into_iter().find(is_xing);
    let vbri = is_there(36, b"VBRI").then_some(36);
    found.or(vbri).map(|tag| at + tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n_bytes(clip: &[u8]) -> usize {
        Stream::first(clip).n_bytes
    }

    /// MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes.
    fn mp3(n_frames: usize, body: &[u8]) -> Vec<u8> {
        let mut frame = b"\xFF\xFB\x90\x00".to_vec();
        frame.extend(body);
        frame.resize(417, 0);
        frame.repeat(n_frames)
    }

    /// MPEG-1 layer II, 128 kbit/s, 44.1 kHz: 417 bytes.
    fn mp2(n_frames: usize) -> Vec<u8> {
        let mut frame = b"\xFF\xFD\x80\x00".to_vec();
        frame.resize(417, 0);
        frame.repeat(n_frames)
    }

    /// MPEG-2 layer III, 64 kbit/s, 24 kHz: 192 bytes.
    fn mp3_24khz(n_frames: usize) -> Vec<u8> {
        let mut frame = b"\xFF\xF3\x84\x00".to_vec();
        frame.resize(192, 0);
        frame.repeat(n_frames)
    }

    #[test]
    fn a_change_of_rate_or_layer_begins_a_stream() {
        for other in [mp3_24khz(5), mp2(5)] {
            assert_eq!(n_bytes(&[mp3(5, &[]), other].concat()), 5 * 417);
        }
        assert_eq!(n_bytes(&[mp2(5), mp3(5, &[])].concat()), 5 * 417);
        let junk = [&b"\xFF\xFBjunk"[..], &mp3(5, &[])].concat();
        assert_eq!(n_bytes(&junk), junk.len());
    }

    #[test]
    fn a_length_in_the_midst_begins_a_stream() {
        let mut xing = vec![0; 32];
        xing.extend(b"Xing");
        let clip = [
            mp3(1, &xing),
            mp3(3, &[]),
            b"ID3\x03\0\0\0\0\0\x04tags".to_vec(),
            mp3(1, &xing),
            mp3(3, &[]),
        ]
        .concat();
        assert_eq!(n_bytes(&clip), 4 * 417 + 14);
    }

    #[test]
    fn adts_is_told_by_its_rate() {
        let frame = |rate: u8| [&[0xFF, 0xF1, rate, 0x40, 0x02, 0x1F, 0xFC][..], &[0; 9]].concat();
        let clip = [frame(0x50).repeat(3), frame(0x60).repeat(3)].concat();
        assert_eq!(n_bytes(&clip), 3 * 16);
        assert!(begins(&clip) && !begins(b"\xFF\xF1"));
    }

    #[test]
    fn a_file_of_another_kind_ends_a_stream() {
        for tags in [&b""[..], b"TAGold tag", b"ID3\x03\0\0\0\0\0\x04tags"] {
            let clip = [&mp3(5, &[]), tags, b"\x1A\x45\xDF\xA3\x9FB\x86\x81\x01"].concat();
            let n_bytes = n_bytes(&clip);
            assert!((5 * 417..=5 * 417 + tags.len()).contains(&n_bytes));
            assert!(super::super::Link::begins(&clip[n_bytes..]));
        }
    }

    #[test]
    fn anything_else_is_one() {
        for clip in [&b""[..], b"\xFF", b"\xFF\xFB\x90\x00", &[0xFF; 100]] {
            assert_eq!(n_bytes(clip), clip.len());
        }
    }
}
