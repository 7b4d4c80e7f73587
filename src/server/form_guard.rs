//! Keeps forms cheap to read, whoever wrote them.
//!
//! Input   the body of a multipart form, in pieces of any size
//! Output  the same bytes in larger pieces, and blanks where a head's line was folded (RFC 9112, section 5.2)
//! Errors  what stands before the first part, or at the head of a part, is longer than [`MAX_HEAD_BYTES`];
//!         a part without a head; a body in which the boundary does not occur
//!
//! The form reader looks for each boundary from the start of what it holds, once for every piece, and takes in what
//! it can get before it hands anything on: many small pieces before a boundary would cost the square of their number,
//! and a quick client would have its whole body in memory twice.

use std::{ops::Range, time::Duration};

use axum::body::Bytes;
use bytes::BytesMut;
use futures::{Stream, StreamExt, stream::try_unfold};
use memchr::memmem;
use tokio::{task::yield_now, time::timeout};

use super::body_fault::BodyFault;
use crate::error::AppError;

/// Most bytes before the first part, and of the head of each part.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// Smaller pieces wait for more.
const MIN_PIECE_BYTES: usize = 16 * 1024;

/// So long.
const PATIENCE: Duration = Duration::from_millis(100);

const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// Where in the form the next byte stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Preamble,
    Head,
    Content,
}

struct Guard<S> {
    pieces: S,
    /// Before every part but the first; before that one without its line break.
    delimiter: Vec<u8>,
    place: Place,
    /// Bytes of this place that were passed on.
    n_bytes: usize,
    /// Some of them are no blanks: the head has a line.
    has_line: bool,
    held: BytesMut,
    has_ended: bool,
    fault: BodyFault,
}

/// Passes a form's body on.
pub fn guard<S>(
    pieces: S,
    boundary: &str,
    fault: BodyFault,
) -> impl Stream<Item = Result<Bytes, AppError>> + Send + use<S>
where
    S: Stream<Item = Result<Bytes, AppError>> + Send + Unpin,
{
    let guard = Guard {
        pieces,
        delimiter: format!("\r\n--{boundary}").into_bytes(),
        place: Place::Preamble,
        n_bytes: 0,
        has_line: false,
        held: BytesMut::new(),
        has_ended: false,
        fault,
    };
    try_unfold(guard, |mut guard| async move {
        let piece = guard.next().await?;
        Ok(piece.map(|piece| (piece, guard)))
    })
}

impl<S: Stream<Item = Result<Bytes, AppError>> + Unpin> Guard<S> {
    async fn next(&mut self) -> Result<Option<Bytes>, AppError> {
        // Gives the reader a moment to hand on what it holds.
        yield_now().await;
        loop {
            self.gather().await?;
            let n_bytes = match self.has_ended {
                true => self.held.len(),
                false => self.walk()?,
            };
            if n_bytes > 0 {
                return Ok(Some(self.held.split_to(n_bytes).freeze()));
            }
            if self.has_ended {
                return Ok(None);
            }
        }
    }

    /// Waits for a piece, and a moment for more of them.
    async fn gather(&mut self) -> Result<(), AppError> {
        let n_before = self.held.len();
        while !self.has_ended && self.held.len() < n_before + MIN_PIECE_BYTES {
            let next = self.pieces.next();
            let next = match self.held.len() > n_before {
                true => timeout(PATIENCE, next).await,
                false => Ok(next.await),
            };
            match next {
                Ok(Some(piece)) => self.held.extend_from_slice(&piece?),
                Ok(None) => self.end()?,
                Err(_) => break,
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), AppError> {
        self.walk()?;
        self.has_ended = true;
        match self.place {
            Place::Preamble => Err(self.fault.record(AppError::NoBoundary)),
            _ => Ok(()),
        }
    }

    /// Finds out where the held bytes stand; returns how many of them are certain.
    fn walk(&mut self) -> Result<usize, AppError> {
        let mut n_certain = 0;
        loop {
            let rest = &self.held[n_certain..];
            let pattern = match self.place {
                Place::Preamble => &self.delimiter[2..],
                Place::Head => END_OF_HEAD,
                Place::Content => &self.delimiter,
            };
            let found = memmem::find(rest, pattern);
            let n_passed = found.unwrap_or((rest.len() + 1).saturating_sub(pattern.len()));
            let n_pattern = found.map_or(0, |_| pattern.len());
            self.n_bytes += n_passed;
            if self.place == Place::Head {
                let n_seen = found.unwrap_or(rest.len());
                self.read_head(n_certain..n_certain + n_seen);
            }
            let is_headless = self.place == Place::Head && found.is_some() && !self.has_line;
            let is_long = self.place != Place::Content && self.n_bytes > MAX_HEAD_BYTES;
            if is_headless || is_long {
                return Err(self.fault.record(AppError::UploadIncomplete));
            }
            n_certain += n_passed + n_pattern;
            if found.is_none() {
                return Ok(n_certain);
            }
            self.n_bytes = 0;
            self.has_line = false;
            self.place = match self.place {
                Place::Preamble | Place::Content => Place::Head,
                Place::Head => Place::Content,
            };
        }
    }

    /// Unfolds held bytes of a head. Its first line is none that goes on: the reader would see the head's end later.
    fn read_head(&mut self, seen: Range<usize>) {
        let seen = &mut self.held[seen];
        let first = match self.has_line {
            true => Some(0),
            false => seen.iter().position(|byte| !byte.is_ascii_whitespace()),
        };
        self.has_line = first.is_some();
        for at in first.unwrap_or(seen.len())..seen.len().saturating_sub(2) {
            if let [b'\r', b'\n', b' ' | b'\t'] = seen[at..at + 3] {
                seen[at..at + 2].fill(b' ');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    /// What comes through of a body in pieces of so many bytes, and why it ended.
    async fn passed(body: &[u8], n_bytes: usize) -> (Vec<Bytes>, Option<AppError>) {
        let pieces: Vec<_> = body
            .chunks(n_bytes)
            .map(Bytes::copy_from_slice)
            .map(Ok)
            .collect();
        let guarded = guard(stream::iter(pieces), "b", BodyFault::default());
        let (mut through, mut fault) = (Vec::new(), None);
        let mut guarded = std::pin::pin!(guarded);
        while let Some(piece) = guarded.next().await {
            match piece {
                Ok(piece) => through.push(piece),
                Err(error) => fault = Some(error),
            }
        }
        (through, fault)
    }

    fn form(preamble: usize, head: usize) -> Vec<u8> {
        let content = b"\r\n--c \r\n\r\n-b".repeat(5000);
        [
            &vec![b'x'; preamble][..],
            b"--b\r\nA: ",
            &vec![b'h'; head],
            b"\r\n\r\n",
            &content,
            b"\r\n--b\r\nA: 2\r\n\r\n\r\n--b--\r\n",
        ]
        .concat()
    }

    #[tokio::test]
    async fn every_byte_comes_through_in_larger_pieces() {
        let form = form(100, 100);
        for n_bytes in [1, 7, 1000, form.len()] {
            let (pieces, fault) = passed(&form, n_bytes).await;
            assert_eq!(fault, None);
            assert!(
                pieces.len() <= form.len() / MIN_PIECE_BYTES + 3,
                "{}",
                pieces.len()
            );
            assert!(pieces.concat() == form, "{n_bytes}");
        }
    }

    #[tokio::test]
    async fn long_beginnings_and_heads_are_refused() {
        for (preamble, head) in [(MAX_HEAD_BYTES + 1, 1), (0, MAX_HEAD_BYTES + 1)] {
            for n_bytes in [1000, 1 << 20] {
                let (pieces, fault) = passed(&form(preamble, head), n_bytes).await;
                assert_eq!(fault, Some(AppError::UploadIncomplete));
                assert!(pieces.concat().len() <= MAX_HEAD_BYTES + 2 * MIN_PIECE_BYTES);
            }
        }
        for headless in [
            &b"--b\r\n\r\nno head"[..],
            b"--b \t\r\n\r\nno head",
            b"--b\r\n \r\n\r\nno head",
        ] {
            for n_bytes in [1, 3, 100] {
                let (_, fault) = passed(headless, n_bytes).await;
                assert_eq!(fault, Some(AppError::UploadIncomplete), "{headless:?}");
            }
        }
    }

    #[tokio::test]
    async fn folded_lines_of_heads_are_put_on_one() {
        let folded = b"--b\r\nA: 1;\r\n 2;\r\n\t3\r\n \r\nB: 4\r\n\r\nkept\r\n so\r\n--b--\r\n";
        let unfolded = b"--b\r\nA: 1;   2;  \t3   \r\nB: 4\r\n\r\nkept\r\n so\r\n--b--\r\n";
        for n_bytes in 1..folded.len() {
            let (pieces, fault) = passed(folded, n_bytes).await;
            assert_eq!(fault, None);
            assert_eq!(pieces.concat(), unfolded, "{n_bytes}");
        }
    }

    #[tokio::test]
    async fn a_body_without_the_boundary_is_told_so() {
        for body in [&b"no boundary in sight"[..], b"", b"--"] {
            assert_eq!(passed(body, 4).await.1, Some(AppError::NoBoundary));
        }
    }
}
