//! A file as the demuxers read it: from memory, until the time for decoding is over.
//!
//! A demuxer that searches junk or follows a table that lies reads again and again; here each read
//! asks the clock, so that no loop of theirs outlives the limit.

use std::{
    io::{self, Read, Seek, SeekFrom},
    time::Duration,
};

use symphonia::core::io::MediaSource;

use super::{DecodeError, clock::Clock, content, rope::Rope};

/// When decoding a clip must have ended; never, where there is no clock.
#[derive(Clone, Debug)]
pub(super) struct Deadline {
    clock: Clock,
    limit: Duration,
}

impl Deadline {
    /// Starts the clock.
    pub(super) fn after(limit: Duration) -> Self {
        Self {
            clock: Clock::start(),
            limit,
        }
    }

    /// Waits for somebody else, which takes nothing of the time for decoding.
    pub(super) fn put_off(&self, wait: impl FnOnce()) {
        self.clock.stand_still(wait);
    }

    pub(super) fn check(&self) -> Result<(), DecodeError> {
        match self.is_over() {
            false => Ok(()),
            true => Err(DecodeError::TooSlow {
                max_decode_time: self.limit,
            }),
        }
    }

    fn is_over(&self) -> bool {
        self.clock.elapsed() > self.limit
    }
}

/// A file in memory whose reads fail after the deadline.
pub(super) struct Source<'a> {
    rope: Rope<'a>,
    deadline: Deadline,
}

impl<'a> Source<'a> {
    pub(super) fn new(rope: Rope<'a>, deadline: Deadline) -> Self {
        Self { rope, deadline }
    }

    /// Name of the container, by its first bytes.
    pub(super) fn container(&self) -> Option<&'static str> {
        content::container(self.rope.first())
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.deadline.is_over() {
            false => self.rope.read(buffer),
            true => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl Seek for Source<'_> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.rope.seek(position)
    }
}

impl MediaSource for Source<'_> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.rope.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_deadline_nothing_is_read() {
        let read = |limit| {
            let mut source = Source::new(Rope::from(&b"clip"[..]), Deadline::after(limit));
            source.read(&mut [0; 4]).map_err(|error| error.kind())
        };
        assert_eq!(read(Duration::from_secs(60)), Ok(4));
        assert_eq!(read(Duration::ZERO), Err(io::ErrorKind::TimedOut));
    }
}
