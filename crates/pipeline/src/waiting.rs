//! The clips that nobody hears yet, and whose turn it is.
//!
//! Turn    that of the client whose clips took least time, among equals that of the clip that came first; who comes
//!         anew starts level with the one whose turn it was last, so that nobody saves up turns. Every second turn is
//!         that of the clip that has waited longest: else clients that are always new would be heard before all others
//! Source  start-time fair queueing: Goyal, Vin & Cheng 1996

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;
use vocabulary::{Pictures, Prediction, Profile};

use crate::{PipelineError, Request};

/// A larger upload may be long, so nobody waits for it to be decoded: it is heard first or by the next.
pub const MAX_BYTES_TOGETHER: usize = 256 * 1024;

/// What a clip takes at least, seconds: so much counts before anybody knows.
const LEAST_S: f64 = 0.01;

/// Clients that are remembered before those without a clip are forgotten.
const MAX_REMEMBERED: usize = 1_000;

/// Who asks, so that everybody has a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Client(pub u64);

/// What is told of a clip.
#[derive(Debug)]
pub struct Answer {
    /// What it expresses.
    pub prediction: Prediction,
    /// Where they were asked for.
    pub pictures: Option<Pictures>,
    /// The profile that it bettered.
    pub enrolled: Option<Profile>,
}

/// An answer, or why there is none.
pub type Told = Result<Answer, PipelineError>;

/// The clips that nobody hears yet.
#[derive(Debug, Default)]
pub struct Waiting(Mutex<Clips>);

#[derive(Debug, Default)]
struct Clips {
    n_entered: u64,
    /// Those that had their turn.
    n_heard: u64,
    in_order: VecDeque<Clip>,
    /// What the clips of each client took, seconds, counted from where it came anew.
    took_s: HashMap<Client, f64>,
    /// The same of the client whose turn it was last.
    level_s: f64,
}

/// A clip and who waits for it.
#[derive(Debug)]
pub struct Clip {
    id: u64,
    /// Who sent it.
    pub client: Client,
    /// What is asked.
    pub request: Request,
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
    /// Takes a clip in, behind all others of its client.
    pub fn enter(&self, client: Client, request: Request) -> Place<'_> {
        let (sender, outcome) = oneshot::channel();
        let mut clips = self.clips();
        clips.welcome(client);
        let id = clips.n_entered;
        clips.n_entered += 1;
        clips.in_order.push_back(Clip {
            id,
            client,
            request,
            since: Instant::now(),
            outcome: sender,
        });
        Place {
            waiting: self,
            id,
            outcome,
        }
    }

    /// The clip whose turn it is among those of at most so many bytes, if it may be heard with so many before it: not a
    /// large one, nor one of several voices.
    pub fn next(&self, max_bytes: usize, n_before: usize) -> Option<Clip> {
        let mut clips = self.clips();
        let is_longest = clips.n_heard % 2 == 1;
        let position = match is_longest {
            true => clips.longest(max_bytes)?,
            false => clips.least(max_bytes)?,
        };
        let Request { bytes, apart, .. } = &clips.in_order[position].request;
        let is_quick = bytes.len() <= MAX_BYTES_TOGETHER && !apart.is_asked();
        if n_before > 0 && !is_quick {
            return None;
        }
        let clip = clips.in_order.remove(position)?;
        let took_s = clips.took_s.entry(clip.client).or_default();
        let before_s = *took_s;
        *took_s += LEAST_S;
        if !is_longest {
            clips.level_s = clips.level_s.max(before_s);
        }
        clips.n_heard += 1;
        Some(clip)
    }

    /// Counts what a client's clip took.
    pub fn count(&self, client: Client, took: Duration) {
        *self.clips().took_s.entry(client).or_default() += took.as_secs_f64();
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

    fn has_clips_of(&self, client: Client) -> bool {
        self.in_order.iter().any(|clip| clip.client == client)
    }

    /// Puts a client that comes anew on the level of those that are here.
    fn welcome(&mut self, client: Client) {
        if self.has_clips_of(client) {
            return;
        }
        if self.took_s.len() > MAX_REMEMBERED {
            let mut took_s = std::mem::take(&mut self.took_s);
            took_s.retain(|&client, _| self.has_clips_of(client));
            self.took_s = took_s;
        }
        let level_s = self.level_s;
        let took_s = self.took_s.entry(client).or_default();
        *took_s = took_s.max(level_s);
    }

    /// Places of clips of at most so many bytes, as they came.
    fn fitting(&self, max_bytes: usize) -> impl Iterator<Item = (usize, &Clip)> {
        let clips = self.in_order.iter().enumerate();
        clips.filter(move |(_, clip)| clip.request.bytes.len() <= max_bytes)
    }

    /// Place of the one that has waited longest.
    fn longest(&self, max_bytes: usize) -> Option<usize> {
        self.fitting(max_bytes).next().map(|(position, _)| position)
    }

    /// Place of the one whose client's clips took least, the first of several.
    fn least(&self, max_bytes: usize) -> Option<usize> {
        let took_s = |clip: &Clip| self.took_s.get(&clip.client).copied().unwrap_or(0.0);
        let fitting = self.fitting(max_bytes);
        let next = fitting.min_by(|(_, left), (_, right)| took_s(left).total_cmp(&took_s(right)));
        next.map(|(position, _)| position)
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
    use bytes::Bytes;

    use super::*;

    const ANY: usize = usize::MAX;

    fn of(n_bytes: usize) -> Request {
        Bytes::from(vec![0; n_bytes]).into()
    }

    #[test]
    fn a_large_clip_is_not_heard_behind_others() {
        let waiting = Waiting::default();
        let sizes = [10, MAX_BYTES_TOGETHER + 1, 10];
        let places = sizes.map(|n_bytes| waiting.enter(Client(1), of(n_bytes)));
        let next = |n_before| waiting.next(ANY, n_before).map(|clip| clip.id);
        assert_eq!(next(0), Some(places[0].id));
        assert_eq!(next(1), None);
        assert_eq!(next(0), Some(places[1].id));
        assert_eq!(next(1), Some(places[2].id));
        assert_eq!(next(0), None);
    }

    #[test]
    fn small_clips_are_found_behind_large_ones() {
        let waiting = Waiting::default();
        let places = [100, 10, 100].map(|n_bytes| waiting.enter(Client(1), of(n_bytes)));
        assert_eq!(waiting.next(50, 0).map(|clip| clip.id), Some(places[1].id));
        assert!(waiting.next(50, 0).is_none());
        assert_eq!(waiting.next(ANY, 0).map(|clip| clip.id), Some(places[0].id));
    }

    #[test]
    fn clients_take_turns_by_the_time_that_they_took() {
        let waiting = Waiting::default();
        let (greedy, modest) = (Client(1), Client(2));
        let enter = |client| waiting.enter(client, of(0));
        let next = || waiting.next(ANY, 0).map(|clip| clip.client);
        let _many: Vec<_> = (0..6).map(|_| enter(greedy)).collect();
        assert_eq!(next(), Some(greedy));
        waiting.count(greedy, Duration::from_secs(5));
        let _few: Vec<_> = (0..3).map(|_| enter(modest)).collect();
        assert_eq!(next(), Some(greedy), "it came first");
        assert_eq!(next(), Some(modest));
        waiting.count(modest, Duration::from_secs(1));
        assert_eq!([next(), next()], [greedy, modest].map(Some));
        waiting.count(modest, Duration::from_secs(9));
        assert_eq!([next(), next()], [greedy, greedy].map(Some));
        // Who was away has saved nothing up, nor lost anything.
        let late = Client(3);
        let _late: Vec<_> = (0..2).map(|_| enter(late)).collect();
        let turns = [greedy, late, modest, late].map(Some);
        assert_eq!([next(), next(), next(), next()], turns);
        assert_eq!(next(), None);
    }

    #[test]
    fn clients_that_are_always_new_keep_nobody_waiting() {
        let waiting = Waiting::default();
        let known = Client(0);
        let _first = waiting.enter(known, of(0));
        assert_eq!(waiting.next(ANY, 0).map(|clip| clip.client), Some(known));
        waiting.count(known, Duration::from_secs(1));
        let mut places: Vec<_> = (1..10)
            .map(|new| waiting.enter(Client(new), of(0)))
            .collect();
        let again = waiting.enter(known, of(0));
        let mut n_before = 0;
        while waiting.next(ANY, 0).is_some_and(|clip| clip.id != again.id) {
            n_before += 1;
            places.push(waiting.enter(Client(100 + n_before), of(0)));
        }
        assert!(n_before < 20, "{n_before}");
    }

    #[test]
    fn clients_without_clips_are_forgotten() {
        let waiting = Waiting::default();
        let _stays = waiting.enter(Client(0), of(0));
        for client in 1..3 * MAX_REMEMBERED as u64 {
            waiting.enter(Client(client), of(0));
        }
        let clips = waiting.clips();
        assert!(clips.took_s.len() <= MAX_REMEMBERED + 1);
        assert!(clips.took_s.contains_key(&Client(0)));
    }
}
