//! Ogg: the pages of the first audio stream, link by link of a chain.
//!
//! Source  RFC 3533 (pages), RFC 7845 section 5.2 (Opus tags), the Vorbis I specification section 5 (its comments)
//! Why     a chained file is heard whole; symphonia-format-ogg 0.6.1 searches for a link's end among the pages of
//!         others and may panic there; comments larger than `MAX_COMMENT_BYTES` are not kept

use std::{array, borrow::Cow};

use super::{Container, Content, Link, leave_one_out};
use crate::decode::{
    error::{DecodeError, damaged, unsupported},
    fields::{Order, find},
    rope::Rope,
};

const MARKER: &[u8] = b"OggS";

/// Bytes of a page's head without its segments' lengths.
const HEAD_BYTES: usize = 27;

/// Flags of a page.
const GOES_ON: u8 = 1;
const IS_FIRST: u8 = 2;

/// What fits on a page; larger comments are pictures, or harm.
const MAX_COMMENT_BYTES: usize = 254 * 255;

/// Beginnings of a stream's first packet that tell audio.
const AUDIO: [&[u8]; 4] = [b"OpusHead", b"\x01vorbis", b"\x7FFLAC", b"Speex   "];

/// A page whose checksum is right.
#[derive(Clone, Copy, Debug)]
struct Page<'a> {
    start: usize,
    bytes: &'a [u8],
    serial: u32,
    /// Its number in its stream.
    number: u32,
    flags: u8,
}

impl<'a> Page<'a> {
    fn at(clip: &'a [u8], start: usize) -> Option<Self> {
        let rest = clip.get(start..).filter(|rest| rest.starts_with(MARKER))?;
        let n_segments = usize::from(*rest.get(HEAD_BYTES - 1)?);
        let lengths = rest.get(HEAD_BYTES..HEAD_BYTES + n_segments)?;
        let n_body = lengths.iter().copied().map(usize::from).sum::<usize>();
        let bytes = rest.get(..HEAD_BYTES + n_segments + n_body)?;
        let page = Self {
            start,
            bytes,
            serial: Order::Little.u32(bytes, 14)?,
            number: Order::Little.u32(bytes, 18)?,
            flags: bytes[5],
        };
        (checksum(bytes) == Order::Little.u32(bytes, 22)?).then_some(page)
    }

    fn end(&self) -> usize {
        self.start + self.bytes.len()
    }

    fn is_first(&self) -> bool {
        self.flags & IS_FIRST != 0
    }

    fn lengths(&self) -> &'a [u8] {
        &self.bytes[HEAD_BYTES..HEAD_BYTES + usize::from(self.bytes[HEAD_BYTES - 1])]
    }

    fn body(&self) -> &'a [u8] {
        &self.bytes[HEAD_BYTES + self.lengths().len()..]
    }
}

/// Whole pages, in order; what lies between them is damage.
fn pages(clip: &[u8]) -> impl Iterator<Item = Page<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            match Page::at(clip, at) {
                Some(page) => {
                    at = page.end();
                    return Some(page);
                }
                // A file of another kind, joined to this one.
                None if at > 0 && super::Link::begins(&clip[at..]) && !is_ogg(&clip[at..]) => {
                    return None;
                }
                None => at = find(clip, MARKER, at + 1)?,
            }
        }
    })
}

/// Whether a clip begins as one.
pub(super) fn is_ogg(clip: &[u8]) -> bool {
    clip.starts_with(MARKER)
}

/// The first link of a clip.
pub(super) fn read(clip: &[u8]) -> Result<Link<'_>, DecodeError> {
    let mut n_bytes = clip.len();
    let mut link = Vec::new();
    let mut has_begun = false;
    for page in pages(clip) {
        // All streams of a link begin before the first of them goes on.
        if has_begun && page.is_first() {
            n_bytes = page.start;
            break;
        }
        has_begun |= !page.is_first();
        link.push(page);
    }
    let Some(last) = link.last() else {
        return Err(damaged("ogg: no page"));
    };
    if super::Link::begins(&clip[last.end()..]) {
        n_bytes = n_bytes.min(last.end());
    }
    let is_audio =
        |page: &&Page| page.is_first() && AUDIO.iter().any(|audio| page.body().starts_with(audio));
    let Some(first) = link.iter().find(is_audio).copied() else {
        return Err(unsupported("Ogg without audio"));
    };
    link.retain(|page| {
        page.serial == first.serial && (page.start == first.start || !page.is_first())
    });
    Ok(Link {
        n_bytes,
        content: Content::Container(Container {
            rope: rope(clip, &link),
            kept_s: Vec::new(),
            is_whole: !leave_one_out(link.iter().map(|page| page.number)),
        }),
    })
}

/// The pages of a stream, with small comments.
fn rope<'a>(clip: &'a [u8], stream: &[Page<'a>]) -> Rope<'a> {
    let mut rope = Rope::default();
    let (heads, rest) = stream.split_at(n_head_pages(stream));
    let packets = packets(heads);
    if packets
        .iter()
        .any(|packet| packet.len() > MAX_COMMENT_BYTES)
    {
        for (idx, packet) in packets.iter().enumerate() {
            rope.push(page(heads[0].serial, idx as u32, &small(packet)));
        }
    } else {
        push_all(&mut rope, clip, heads);
    }
    push_all(&mut rope, clip, rest);
    rope
}

/// Pages that stand behind each other are one piece.
fn push_all<'a>(rope: &mut Rope<'a>, clip: &'a [u8], pages: &[Page<'a>]) {
    for run in pages.chunk_by(|left, right| left.end() == right.start) {
        if let [first, .., last] | [first @ last] = run {
            rope.push(&clip[first.start..last.end()]);
        }
    }
}

/// Pages that hold nothing but the stream's heads: they end with a page.
fn n_head_pages(stream: &[Page]) -> usize {
    let n_heads = match stream.first().map(Page::body) {
        Some(body) if body.starts_with(b"\x01vorbis") => 3,
        Some(body) if body.starts_with(b"\x7FFLAC") => {
            1 + usize::from(Order::Big.u16(body, 7).unwrap_or(1).max(1))
        }
        _ => 2,
    };
    let ends = |page: &Page| {
        page.lengths()
            .iter()
            .filter(|&&length| length < 255)
            .count()
    };
    let mut n_ended = 0;
    let is_head = |page: &&Page| {
        let is_head = n_ended < n_heads;
        n_ended += ends(page);
        is_head
    };
    stream.iter().take_while(is_head).count()
}

/// The packets of pages, without one that does not end.
fn packets<'a>(pages: &[Page<'a>]) -> Vec<Cow<'a, [u8]>> {
    let mut packets: Vec<Cow<[u8]>> = Vec::new();
    let mut is_open = false;
    for page in pages {
        let mut at = 0;
        for lengths in page.lengths().chunk_by(|&length, _| length == 255) {
            let n_bytes = lengths.iter().copied().map(usize::from).sum::<usize>();
            let part = &page.body()[at..at + n_bytes];
            match packets
                .last_mut()
                .filter(|_| is_open && at == 0 && page.flags & GOES_ON != 0)
            {
                Some(packet) => packet.to_mut().extend(part),
                None => packets.push(part.into()),
            }
            at += n_bytes;
            is_open = lengths.last() == Some(&255);
        }
    }
    packets
}

/// A head as it is, or without what is large in it.
fn small<'a>(packet: &'a [u8]) -> Cow<'a, [u8]> {
    if packet.len() <= MAX_COMMENT_BYTES {
        return packet.into();
    }
    // No vendor, no comments.
    match packet {
        [b'O', b'p', b'u', b's', ..] => Cow::Borrowed(b"OpusTags\0\0\0\0\0\0\0\0"),
        [3, ..] => Cow::Borrowed(b"\x03vorbis\0\0\0\0\0\0\0\0\x01"),
        // A block of metadata of FLAC: as much padding, of no length.
        [head, ..] if head & 0x7F != 5 => vec![head & 0x80 | 1, 0, 0, 0].into(),
        _ => packet.into(),
    }
}

/// A packet on a page of its own.
fn page(serial: u32, sequence: u32, packet: &[u8]) -> Vec<u8> {
    let mut page = [
        MARKER,
        &[0, if sequence == 0 { IS_FIRST } else { 0 }],
        &[0; 8],
    ]
    .concat();
    page.extend(serial.to_le_bytes());
    page.extend(sequence.to_le_bytes());
    page.extend([0; 4]);
    let packet = &packet[..packet.len().min(MAX_COMMENT_BYTES)];
    let n_full = packet.len() / 255;
    page.push(n_full as u8 + 1);
    page.extend(vec![255; n_full]);
    page.push((packet.len() % 255) as u8);
    page.extend(packet);
    let checksum = checksum(&page);
    page[22..26].copy_from_slice(&checksum.to_le_bytes());
    page
}

/// The page's checksum, its own field counted as zeros: CRC-32 with the polynomial 0x04C11DB7, not reflected.
fn checksum(page: &[u8]) -> u32 {
    static TABLE: [u32; 256] = table();
    let step = |crc: u32, byte: u8| crc << 8 ^ TABLE[(crc >> 24) as usize ^ usize::from(byte)];
    let (head, rest) = page.split_at(page.len().min(HEAD_BYTES));
    let field = 22..26;
    let head: [u8; HEAD_BYTES] = array::from_fn(|at| match field.contains(&at) {
        true => 0,
        false => head.get(at).copied().unwrap_or(0),
    });
    head.iter()
        .chain(rest)
        .fold(0, |crc, &byte| step(crc, byte))
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut idx = 0;
    while idx < 256 {
        let mut crc = (idx as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            crc = crc << 1 ^ if crc >> 31 == 1 { 0x04C1_1DB7 } else { 0 };
            bit += 1;
        }
        table[idx] = crc;
        idx += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn opus(serial: u32, tags: &[u8]) -> Vec<u8> {
        let mut clip = page(serial, 0, b"OpusHead...");
        // Over as many pages as it takes.
        let parts: Vec<&[u8]> = tags.chunks(255 * 255).collect();
        for (idx, part) in parts.iter().enumerate() {
            let mut whole = page(serial, 1 + idx as u32, &[]);
            let is_last = idx + 1 == parts.len();
            let n_full = part.len() / 255;
            whole.truncate(HEAD_BYTES);
            whole[5] = u8::from(idx > 0);
            whole[26] = n_full as u8 + u8::from(is_last);
            whole.extend(vec![255; n_full]);
            whole.extend(is_last.then_some((part.len() % 255) as u8));
            whole.extend(*part);
            let checksum = checksum(&whole);
            whole[22..26].copy_from_slice(&checksum.to_le_bytes());
            clip.extend(whole);
        }
        clip.extend(page(serial, 1 + parts.len() as u32, b"audio"));
        clip
    }

    fn container(clip: &[u8]) -> Container<'_> {
        match read(clip).expect("a link").content {
            Content::Container(container) => container,
            _ => panic!("no container"),
        }
    }

    fn heard(clip: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut rope = container(clip).rope;
        rope.read_to_end(&mut bytes).expect("in memory");
        bytes
    }

    #[test]
    fn a_chain_is_taken_link_by_link() {
        let (one, two) = (opus(1, b"OpusTags"), opus(1, b"OpusTags"));
        let both = [&one[..], &two].concat();
        assert_eq!(read(&both).expect("a link").n_bytes, one.len());
        assert_eq!(heard(&both), one);
    }

    #[test]
    fn damaged_and_foreign_pages_are_left_out() {
        let one = opus(1, b"OpusTags");
        let mut broken = page(1, 3, b"broken");
        broken.reverse();
        let foreign = page(2, 5, b"foreign");
        let clip = [&one[..], b"OggS", &broken, &foreign, &page(1, 10, b"more")].concat();
        assert_eq!(heard(&clip), [&one[..], &page(1, 10, b"more")].concat());
    }

    #[test]
    fn a_page_that_is_missing_is_told() {
        let pages = |numbers: &[u32]| {
            let rest = numbers.iter().map(|&number| page(1, number, b"audio"));
            [opus(1, b"OpusTags"), rest.collect::<Vec<_>>().concat()].concat()
        };
        assert!(container(&pages(&[3, 4, 5])).is_whole);
        assert!(!container(&pages(&[3, 5])).is_whole);
    }

    #[test]
    fn large_comments_are_not_kept() {
        let mut tags = b"OpusTags".to_vec();
        tags.resize(200_000, b'x');
        let small = heard(&opus(7, &tags));
        assert!(
            small.len() < 200 && small.ends_with(b"audio"),
            "{}",
            small.len()
        );
        assert!(find(&small, b"OpusTags", 0).is_some());
        tags.truncate(60_000);
        assert_eq!(heard(&opus(7, &tags)), opus(7, &tags));
    }

    #[test]
    fn what_is_no_audio_is_told() {
        let video = page(1, 0, b"\x80theora");
        assert_eq!(
            read(&video).err().expect("refused").to_string(),
            "unsupported content: Ogg without audio"
        );
        assert!(matches!(read(b"OggS"), Err(DecodeError::Damaged { .. })));
    }
}
