//! How long decoding took: a clock that stands still while somebody else is waited for, and for ever where there is
//! none (a browser's WebAssembly).

use std::time::Duration;

#[cfg(not(target_family = "wasm"))]
pub(super) use ticking::Clock;

#[cfg(target_family = "wasm")]
pub(super) use standing::Clock;

#[cfg(not(target_family = "wasm"))]
mod ticking {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicU64, Ordering},
        },
        time::Instant,
    };

    use super::Duration;

    /// Copies are of one clock.
    #[derive(Clone, Debug)]
    pub struct Clock {
        start: Instant,
        waited_ms: Arc<AtomicU64>,
    }

    impl Clock {
        pub fn start() -> Self {
            Self {
                start: Instant::now(),
                waited_ms: Arc::default(),
            }
        }

        pub fn elapsed(&self) -> Duration {
            let waited_ms = self.waited_ms.load(Ordering::Relaxed);
            let waited = Duration::from_millis(waited_ms);
            self.start.elapsed().saturating_sub(waited)
        }

        /// Waits for somebody else, which counts for nothing.
        pub fn stand_still(&self, wait: impl FnOnce()) {
            let start = Instant::now();
            wait();
            let waited_ms = start.elapsed().as_millis() as u64;
            self.waited_ms.fetch_add(waited_ms, Ordering::Relaxed);
        }
    }
}

#[cfg(target_family = "wasm")]
mod standing {
    use super::Duration;

    #[derive(Clone, Debug)]
    pub struct Clock;

    impl Clock {
        pub fn start() -> Self {
            Self
        }

        pub fn elapsed(&self) -> Duration {
            Duration::ZERO
        }

        pub fn stand_still(&self, wait: impl FnOnce()) {
            wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn waiting_for_others_counts_for_nothing() {
        const WAITED: Duration = Duration::from_millis(20);
        let (start, clock) = (Instant::now(), Clock::start());
        clock
            .clone()
            .stand_still(|| while start.elapsed() < WAITED {});
        let elapsed = clock.elapsed();
        assert!(start.elapsed() - elapsed >= WAITED - Duration::from_millis(1));
    }
}
