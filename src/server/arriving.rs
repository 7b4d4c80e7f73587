//! A file's bytes while they arrive.
//!
//! They lie in pages of the system's own: what is not written takes no memory, and all goes back at once when the file
//! was heard, where an allocator keeps it for the next.

use axum::body::Bytes;
use memmap2::MmapMut;

/// Smallest room, in bytes: four seconds of speech at 16 kHz and more.
const MIN_ROOM: usize = 256 * 1024;

/// The beginning of a file, as far as it came.
pub struct Arriving {
    room: MmapMut,
    n_bytes: usize,
}

impl Arriving {
    /// A file of which nothing came yet.
    ///
    /// # Errors
    /// The system has no memory left.
    pub fn new() -> std::io::Result<Self> {
        Ok(Self {
            room: MmapMut::map_anon(MIN_ROOM)?,
            n_bytes: 0,
        })
    }

    /// Adds what came next.
    ///
    /// # Errors
    /// The system has no memory left.
    pub fn extend(&mut self, chunk: &[u8]) -> std::io::Result<()> {
        let end = self.n_bytes + chunk.len();
        if end > self.room.len() {
            let mut larger = MmapMut::map_anon(end.next_power_of_two())?;
            larger[..self.n_bytes].copy_from_slice(self.as_ref());
            self.room = larger;
        }
        self.room[self.n_bytes..end].copy_from_slice(chunk);
        self.n_bytes = end;
        Ok(())
    }

    /// The file, which is all there.
    pub fn finish(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Arriving {
    fn as_ref(&self) -> &[u8] {
        &self.room[..self.n_bytes]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_in_pieces_is_whole() {
        let file: Vec<u8> = (0..3 * MIN_ROOM + 1).map(|n| (n / 7) as u8).collect();
        let mut arriving = Arriving::new().expect("memory");
        for piece in file.chunks(100_003) {
            arriving.extend(piece).expect("memory");
        }
        assert!(arriving.finish() == file);
        assert!(Arriving::new().expect("memory").finish().is_empty());
    }
}
