//! Pieces of a long clip, shared among threads.

use std::{panic::resume_unwind, thread};

/// Pieces that go through an encoder one after another, or together: as many as keep the layers' outputs near the
/// processor.
pub(super) const N_TOGETHER: usize = 8;

/// Pieces from which on two threads hear them. Fewer may be of as many clips, and others wait for the other core.
const MIN_SHARED: usize = 5;

/// What is heard of each of some windows, or other pieces, in order. From five on about half of them are heard in a
/// second thread, and of more than sixteen eight in each: who has many calls it again and again.
pub fn shared<Piece: Sync, Heard: Send>(
    pieces: &[Piece],
    hear: impl Fn(&[Piece]) -> Vec<Heard> + Sync,
) -> Vec<Heard> {
    let hear = &hear;
    let mut together = pieces.chunks(n_of_thread(pieces.len()));
    let first = together.next();
    thread::scope(|scope| {
        let beside = |pieces| {
            let thread = thread::Builder::new().spawn_scoped(scope, move || hear(pieces));
            (pieces, thread)
        };
        let others: Vec<_> = together.map(beside).collect();
        let mut heard = first.map_or_else(Vec::new, hear);
        for (pieces, thread) in others {
            heard.extend(match thread {
                Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                // There is none.
                Err(_) => hear(pieces),
            });
        }
        heard
    })
}

/// Pieces that one thread hears.
fn n_of_thread(n_pieces: usize) -> usize {
    if n_pieces < MIN_SHARED {
        N_TOGETHER
    } else {
        n_pieces.div_ceil(2).min(N_TOGETHER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_heard_keeps_its_order() {
        let samples: Vec<Vec<f32>> = (0..3 * N_TOGETHER + 1).map(|n| vec![n as f32]).collect();
        let windows: Vec<&[f32]> = samples.iter().map(Vec::as_slice).collect();
        let hear = |windows: &[&[f32]]| windows.iter().map(|window| window[0]).collect();
        for n_windows in [0, 1, MIN_SHARED, N_TOGETHER, windows.len()] {
            let heard: Vec<f32> = shared(&windows[..n_windows], hear);
            assert_eq!(heard, samples[..n_windows].concat());
        }
    }

    #[test]
    fn two_threads_hear_about_as_many_each() {
        for (n_windows, n_of_one) in [(4, 8), (5, 3), (8, 4), (9, 5), (16, 8), (40, 8)] {
            assert_eq!(n_of_thread(n_windows), n_of_one);
        }
    }
}
