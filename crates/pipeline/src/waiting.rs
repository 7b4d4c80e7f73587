//! The clips that nobody hears yet, in the order in which they came.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use bytes::Bytes;
use tokio::sync::oneshot;
use vocabulary::{Pictures, Prediction};

use crate::PipelineError;

/// A larger upload may be long, so nobody waits for it to be decoded: it is heard first or by the next.
pub const MAX_BYTES_TOGETHER: usize = 256 * 1024;

/// What is told of a clip; pictures where they were asked for.
pub type Told = Result<(Prediction, Option<Pictures>), PipelineError>;

/// The clips that nobody hears yet.
#[derive(Debug, Default)]
pub struct Waiting(Mutex<Clips>);

#[derive(Debug, Default)]
struct Clips {
    n_entered: u64,
    in_order: VecDeque<Clip>,
}

/// A clip and who waits for it.
#[derive(Debug)]
pub struct Clip {
    id: u64,
    /// As it was uploaded.
    pub bytes: Bytes,
    /// Whether it is drawn too.
    pub with_pictures: bool,
    /// When it came.
    pub since: Instant,
    /// Where its outcome is waited for.
    pub outcome: oneshot::Sender<Told>,
}

/// A clip's place among those that wait, until it is heard or the place is dropped.
pub struct Place<'a> {
    waiting: &'a Waiting,
    /// Its number.
    pub id: u64,
    /// Where its outcome arrives.
    pub outcome: oneshot::Receiver<Told>,
}

impl Waiting {
    /// Takes a clip in, behind all others.
    pub fn enter(&self, bytes: Bytes, with_pictures: bool) -> Place<'_> {
        let (sender, outcome) = oneshot::channel();
        let mut clips = self.clips();
        let id = clips.n_entered;
        clips.n_entered += 1;
        clips.in_order.push_back(Clip {
            id,
            bytes,
            with_pictures,
            since: Instant::now(),
            outcome: sender,
        });
        Place {
            waiting: self,
            id,
            outcome,
        }
    }

    /// The clip that has waited longest, if it may be heard with so many before it.
    pub fn next(&self, n_before: usize) -> Option<Clip> {
        let mut clips = self.clips();
        let is_small = clips.in_order.front()?.bytes.len() <= MAX_BYTES_TOGETHER;
        let fits = n_before == 0 || is_small;
        fits.then(|| clips.in_order.pop_front()).flatten()
    }

    /// Whether nobody has heard this clip, nor taken it back.
    pub fn holds(&self, id: u64) -> bool {
        self.clips().position(id).is_some()
    }

    /// How many clips wait.
    pub fn n_clips(&self) -> usize {
        self.clips().in_order.len()
    }

    fn clips(&self) -> MutexGuard<'_, Clips> {
        // Nothing panics between two changes.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clips {
    fn position(&self, id: u64) -> Option<usize> {
        self.in_order.iter().position(|clip| clip.id == id)
    }
}

impl Place<'_> {
    /// Takes the clip back; returns whether nobody has heard it.
    pub fn leave(&self) -> bool {
        let mut clips = self.waiting.clips();
        let position = clips.position(self.id);
        position.is_some_and(|position| clips.in_order.remove(position).is_some())
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_clip_is_not_heard_behind_others() {
        let waiting = Waiting::default();
        let sizes = [10, MAX_BYTES_TOGETHER + 1, 10];
        let places = sizes.map(|n_bytes| waiting.enter(vec![0; n_bytes].into(), false));
        let next = |n_before| waiting.next(n_before).map(|clip| clip.id);
        assert_eq!(next(0), Some(places[0].id));
        assert_eq!(next(1), None);
        assert_eq!(next(0), Some(places[1].id));
        assert_eq!(next(1), Some(places[2].id));
        assert_eq!(next(0), None);
    }
}
