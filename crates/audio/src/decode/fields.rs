//! Numbers at a place in a clip, and chunks that begin with a tag and a length.

/// Byte order of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    pub(super) fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        })
    }

    pub(super) fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        })
    }

    pub(super) fn u64(self, bytes: &[u8], at: usize) -> Option<u64> {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u64::from_le_bytes(bytes),
            Self::Big => u64::from_be_bytes(bytes),
        })
    }
}

/// Bytes of a chunk's tag and length, in RIFF and IFF.
pub(super) const CHUNK_HEAD_BYTES: usize = 8;

/// A chunk of RIFF or IFF.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Chunk {
    pub(super) tag: [u8; 4],
    /// As it is written.
    pub(super) n_bytes: u32,
    /// Where the content begins.
    pub(super) start: usize,
}

impl Chunk {
    /// The chunk at a place, if what stands there may be one: its tag is printable.
    pub(super) fn at(clip: &[u8], at: usize, order: Order) -> Option<Self> {
        let tag: [u8; 4] = *clip.get(at..)?.first_chunk()?;
        let is_tag = tag.iter().all(|byte| (0x20..0x7F).contains(byte));
        let n_bytes = order.u32(clip, at + 4)?;
        is_tag.then_some(Self {
            tag,
            n_bytes,
            start: at + CHUNK_HEAD_BYTES,
        })
    }

    /// Where its content ends as it is written, past the clip perhaps.
    pub(super) fn end(&self) -> usize {
        self.start.saturating_add(self.n_bytes as usize)
    }

    /// Where the next chunk begins: at an even place, but for writers that forget the pad byte.
    pub(super) fn next(&self, clip: &[u8], order: Order) -> usize {
        let end = self.end();
        let is_forgotten = end % 2 == 1 && {
            let behind = |at| Self::at(clip, at, order).is_some_and(|chunk| chunk.fits(clip));
            behind(end) && !behind(end + 1)
        };
        end.saturating_add(usize::from(end % 2 == 1 && !is_forgotten))
    }

    /// Whether the clip holds it whole.
    pub(super) fn fits(&self, clip: &[u8]) -> bool {
        self.end() <= clip.len()
    }
}

/// Where a sequence of bytes begins, from a place on.
pub(super) fn find(clip: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let found = clip
        .get(from..)?
        .windows(wanted.len())
        .position(|window| window == wanted)?;
    Some(from + found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forgotten_pad_byte_is_noticed() {
        let padded = b"LIST\x01\0\0\0x\0data\x02\0\0\0ab";
        let unpadded = b"LIST\x01\0\0\0xdata\x02\0\0\0ab";
        for (clip, next) in [(&padded[..], 10), (&unpadded[..], 9)] {
            let chunk = Chunk::at(clip, 0, Order::Little).expect("a chunk");
            assert_eq!(chunk.next(clip, Order::Little), next);
        }
    }

    #[test]
    fn what_lies_beyond_the_clip_is_nothing() {
        assert_eq!(Order::Big.u16(&[1], 0), None);
        assert_eq!(Order::Big.u32(&[0, 0, 0, 1], 0), Some(1));
        assert_eq!(Order::Little.u64(&[0; 8], usize::MAX), None);
        assert_eq!(find(b"abc", b"c", 9), None);
    }
}
