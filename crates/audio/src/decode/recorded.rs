//! Records the pieces of a waveform while the next ones are decoded, where a core is at hand.

use std::{
    panic::resume_unwind,
    sync::mpsc::{SyncSender, sync_channel},
    thread::{self, Scope, ScopedJoinHandle},
};

use crate::{Recorder, Recording, SAMPLE_RATE_HZ, Waveform};

/// Pieces that may wait: bounds the memory, and holds nobody up.
const N_WAITING: usize = 8;

/// What became of the pieces so far.
pub(super) enum Recorded<'scope> {
    /// This thread records them.
    Here(Box<Recorder>),
    /// Another thread does.
    Beside(SyncSender<Waveform>, ScopedJoinHandle<'scope, Recording>),
}

impl<'scope> Recorded<'scope> {
    /// Takes the piece that comes next.
    pub(super) fn push(&mut self, piece: Waveform) {
        match self {
            Self::Here(recorder) => push(recorder, &piece),
            // Fails only where the thread panicked, which `finish` tells.
            Self::Beside(sender, _) => _ = sender.send(piece),
        }
    }

    /// The recording of all pieces.
    pub(super) fn finish(self) -> Recording {
        match self {
            Self::Here(recorder) => recorder.finish(),
            Self::Beside(sender, thread) => {
                drop(sender);
                thread.join().unwrap_or_else(|panic| resume_unwind(panic))
            }
        }
    }

    /// Before the first piece, of samples at this rate.
    pub(super) fn begin(sample_rate_hz: u32, scope: &'scope Scope<'scope, '_>) -> Self {
        let has_cores = thread::available_parallelism().is_ok_and(|n_cores| n_cores.get() > 1);
        // At 16 kHz there is least to do, and least to decode.
        if sample_rate_hz != SAMPLE_RATE_HZ && has_cores {
            let (sender, pieces) = sync_channel::<Waveform>(N_WAITING);
            let record = move || {
                let mut recorder = Recorder::new(sample_rate_hz);
                pieces.iter().for_each(|piece| push(&mut recorder, &piece));
                recorder.finish()
            };
            if let Ok(thread) = thread::Builder::new().spawn_scoped(scope, record) {
                return Self::Beside(sender, thread);
            }
        }
        Self::Here(Box::new(Recorder::new(sample_rate_hz)))
    }
}

/// Records a piece at its own rate.
pub(super) fn push(recorder: &mut Recorder, piece: &Waveform) {
    recorder.change_rate(piece.sample_rate_hz);
    recorder.push(&piece.samples);
}
