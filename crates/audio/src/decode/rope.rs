//! Bytes that lie in several places, read as if they were one file: nothing of a clip is copied where a
//! demuxer must not see all of it.

use std::{
    borrow::Cow,
    io::{self, Read, Seek, SeekFrom},
};

/// Pieces of a clip, and heads written anew, one behind the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Rope<'a> {
    pieces: Vec<Piece<'a>>,
    position: u64,
}

#[derive(Clone, Debug)]
struct Piece<'a> {
    start: u64,
    bytes: Cow<'a, [u8]>,
}

impl<'a> Rope<'a> {
    /// Adds bytes at the end.
    pub(super) fn push(&mut self, bytes: impl Into<Cow<'a, [u8]>>) {
        let bytes = bytes.into();
        if bytes.is_empty() {
            return;
        }
        let start = self.len();
        self.pieces.push(Piece { start, bytes });
    }

    /// The first piece.
    pub(super) fn first(&self) -> &[u8] {
        self.pieces.first().map_or(&[], |piece| &piece.bytes)
    }

    pub(super) fn len(&self) -> u64 {
        let end = |piece: &Piece| piece.start + piece.bytes.len() as u64;
        self.pieces.last().map_or(0, end)
    }
}

impl<'a> From<&'a [u8]> for Rope<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        let mut rope = Self::default();
        rope.push(bytes);
        rope
    }
}

impl Read for Rope<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let idx = self
            .pieces
            .partition_point(|piece| piece.start <= self.position);
        let Some(piece) = idx.checked_sub(1).map(|idx| &self.pieces[idx]) else {
            return Ok(0);
        };
        let offset = usize::try_from(self.position - piece.start).unwrap_or(usize::MAX);
        let rest = piece.bytes.get(offset..).unwrap_or_default();
        let n_bytes = rest.len().min(buffer.len());
        buffer[..n_bytes].copy_from_slice(&rest[..n_bytes]);
        self.position += n_bytes as u64;
        Ok(n_bytes)
    }
}

impl Seek for Rope<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.len().checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_read_as_one() {
        let mut rope = Rope::from(&b"ab"[..]);
        rope.push(b"".to_vec());
        rope.push(b"cde".to_vec());
        rope.push(&b"f"[..]);
        let mut read = Vec::new();
        rope.read_to_end(&mut read).expect("in memory");
        assert_eq!(read, b"abcdef");
        rope.seek(SeekFrom::End(-3)).expect("inside");
        read.clear();
        rope.read_to_end(&mut read).expect("in memory");
        assert_eq!(read, b"def");
        rope.seek(SeekFrom::Start(99)).expect("as in a file");
        assert_eq!(rope.read(&mut [0; 4]).expect("nothing"), 0);
        assert!(rope.seek(SeekFrom::Current(-100)).is_err());
    }
}
