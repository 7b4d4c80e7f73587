//! One budget for the bytes of all uploads: what has arrived counts, not who has connected.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

/// Bytes that uploads may hold together; clones share them.
#[derive(Clone, Debug)]
pub struct UploadMemory(Arc<Budget>);

#[derive(Debug)]
struct Budget {
    max_bytes: u64,
    n_bytes: AtomicU64,
    n_uploads: AtomicUsize,
}

impl UploadMemory {
    /// A budget of `max_bytes`, all of them free.
    pub fn new(max_bytes: u64) -> Self {
        Self(Arc::new(Budget {
            max_bytes,
            n_bytes: AtomicU64::new(0),
            n_uploads: AtomicUsize::new(0),
        }))
    }

    /// The share of one upload, empty yet.
    pub fn share(&self) -> Share {
        Share {
            memory: self.clone(),
            n_bytes: AtomicU64::new(0),
        }
    }

    /// Bytes that are held now.
    pub fn n_bytes(&self) -> u64 {
        self.0.n_bytes.load(Ordering::Relaxed)
    }

    /// Uploads of which something is held now.
    pub fn n_uploads(&self) -> usize {
        self.0.n_uploads.load(Ordering::Relaxed)
    }
}

/// What one upload holds; it goes back when the value is dropped.
#[derive(Debug)]
pub struct Share {
    memory: UploadMemory,
    n_bytes: AtomicU64,
}

impl Share {
    /// Takes more bytes; `false` where the budget has not so many left.
    #[must_use]
    pub fn take(&self, n_bytes: u64) -> bool {
        let budget = &self.memory.0;
        let more = |held: u64| Some(held + n_bytes).filter(|&held| held <= budget.max_bytes);
        let taken = budget
            .n_bytes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        if taken.is_ok() && n_bytes > 0 && self.n_bytes.fetch_add(n_bytes, Ordering::Relaxed) == 0 {
            budget.n_uploads.fetch_add(1, Ordering::Relaxed);
        }
        taken.is_ok()
    }

    /// Gives all back that was taken up to now.
    pub fn give_back(&self) {
        let n_bytes = self.n_bytes.swap(0, Ordering::Relaxed);
        if n_bytes > 0 {
            let budget = &self.memory.0;
            budget.n_bytes.fetch_sub(n_bytes, Ordering::Relaxed);
            budget.n_uploads.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.give_back();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_comes_back() {
        let memory = UploadMemory::new(100);
        let (one, other) = (memory.share(), memory.share());
        assert_eq!(memory.n_uploads(), 0, "a share without bytes is no upload");
        assert!(one.take(60) && !other.take(41) && other.take(40));
        assert_eq!((memory.n_bytes(), memory.n_uploads()), (100, 2));
        one.give_back();
        assert_eq!((memory.n_bytes(), memory.n_uploads()), (40, 1));
        drop(one);
        drop(other);
        assert_eq!((memory.n_bytes(), memory.n_uploads()), (0, 0));
    }
}
