//! How many threads may hear clips at once, and how many of them large ones.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A larger upload may be one of minutes.
pub const MAX_SMALL_BYTES: usize = 1 << 20;

/// One permit for each thread; all of them but one may be for large clips, where there are several. Clones share them.
#[derive(Clone)]
pub struct Permits {
    /// All of them.
    pub all: Arc<Semaphore>,
    large: Arc<Semaphore>,
}

/// Lets a thread hear clips until it is dropped.
pub struct Permit {
    large: Option<OwnedSemaphorePermit>,
    _thread: OwnedSemaphorePermit,
}

impl Permits {
    /// For so many threads, at least 1.
    pub fn new(n_threads: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(n_threads)),
            large: Arc::new(Semaphore::new(n_threads.saturating_sub(1).max(1))),
        }
    }

    /// Waits for a permit.
    pub async fn get(&self, is_large: bool) -> Permit {
        let large = match is_large {
            true => Some(acquire(&self.large).await),
            false => None,
        };
        Permit {
            large,
            _thread: acquire(&self.all).await,
        }
    }
}

async fn acquire(semaphore: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    let permit = Arc::clone(semaphore).acquire_owned().await;
    permit.expect("the semaphores are never closed")
}

impl Permit {
    /// Bytes of the largest clip that may be heard.
    pub fn max_bytes(&self) -> usize {
        match self.large {
            Some(_) => usize::MAX,
            None => MAX_SMALL_BYTES,
        }
    }
}
