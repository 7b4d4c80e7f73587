//! Windows of a long clip, shared among threads.

use std::{panic::resume_unwind, thread};

/// Windows that go through an encoder one after another, or together: as many as keep the layers' outputs near the
/// processor.
pub(super) const N_TOGETHER: usize = 8;

/// What is heard of each window; a thread for each [`N_TOGETHER`] of them but the first.
pub(super) fn shared<Heard: Send>(
    windows: &[&[f32]],
    hear: impl Fn(&[&[f32]]) -> Vec<Heard> + Sync,
) -> Vec<Heard> {
    let hear = &hear;
    let mut together = windows.chunks(N_TOGETHER);
    let first = together.next();
    thread::scope(|scope| {
        let beside = |windows| {
            let thread = thread::Builder::new().spawn_scoped(scope, move || hear(windows));
            (windows, thread)
        };
        let others: Vec<_> = together.map(beside).collect();
        let mut heard = first.map_or_else(Vec::new, hear);
        for (windows, thread) in others {
            heard.extend(match thread {
                Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                // There is none.
                Err(_) => hear(windows),
            });
        }
        heard
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_heard_keeps_its_order() {
        let samples: Vec<Vec<f32>> = (0..3 * N_TOGETHER + 1).map(|n| vec![n as f32]).collect();
        let windows: Vec<&[f32]> = samples.iter().map(Vec::as_slice).collect();
        let hear = |windows: &[&[f32]]| windows.iter().map(|window| window[0]).collect();
        for n_windows in [0, 1, N_TOGETHER, windows.len()] {
            let heard: Vec<f32> = shared(&windows[..n_windows], hear);
            assert_eq!(heard, samples[..n_windows].concat());
        }
    }
}
