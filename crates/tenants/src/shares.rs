//! What a process holds of one tenant's limits; arithmetic only.
//!
//! Minute   tickets: processes draw numbers from one counter, and a number above the limit is worth nothing
//! Requests a share of those at once, drawn when it is needed and given back a second after
//! Audio    a share of the month's, from which every clip that was heard is taken
//! Alone    while the database is gone a process goes on with its part of what nobody had taken; as long as others may
//!          still have the database, with a twentieth at most

/// One part in so many of what is left of a minute is drawn at once.
const PORTION: i64 = 20;

/// What a process holds of one tenant's limits.
#[derive(Debug, Default)]
pub struct Shares {
    /// Clips of this minute.
    pub minute: Minute,
    /// Requests at once.
    pub requests: Requests,
    /// The month's audio.
    pub audio: Audio,
    /// Requests whose audio it is taken from.
    pub open: Open,
}

/// How a process goes on without the database.
#[derive(Clone, Copy, Debug)]
pub struct Alone {
    /// Processes that there were.
    pub n_processes: i64,
    /// Whether it was lost so recently that others may still have it, and give out what this one does not know of.
    pub is_recent: bool,
}

impl Alone {
    /// Of what was left, the part of one process.
    fn part(self, left: i64, limit: i64) -> i64 {
        let part = part(left, self.n_processes);
        match self.is_recent {
            true => part.min((limit / PORTION).max(1)),
            false => part,
        }
    }
}

/// Clips of one minute.
#[derive(Debug, Default)]
pub struct Minute {
    number: i64,
    left: i64,
    taken: i64,
    /// Tickets that were given out alone, and the counter does not know.
    owed: i64,
    is_spent: bool,
    /// Tickets of this time without the database.
    alone: i64,
}

impl Minute {
    /// Goes on to a minute; what is left of another one is worth nothing.
    pub fn turn_to(&mut self, number: i64) {
        if number != self.number {
            *self = Self {
                number,
                ..Self::default()
            };
        }
    }

    /// Its number.
    pub const fn number(&self) -> i64 {
        self.number
    }

    /// Uses a ticket, where one is left.
    pub const fn take(&mut self) -> bool {
        let has = self.left > 0;
        self.left -= has as i64;
        has
    }

    /// Whether one is left.
    pub const fn has_ticket(&self) -> bool {
        self.left > 0
    }

    /// Whether nothing can be drawn any more.
    pub const fn is_spent(&self) -> bool {
        self.is_spent
    }

    /// The limit is another one now.
    pub const fn limit_changed(&mut self) {
        self.is_spent = false;
    }

    /// How far the counter is to go on for this process to get some tickets more.
    pub fn wanted(&self, limit: i64) -> i64 {
        self.owed + ((limit - self.taken) / PORTION).max(1)
    }

    /// The counter went on by `n`, which [`wanted`](Self::wanted) said, to `taken`.
    pub fn drawn(&mut self, n: i64, taken: i64, limit: i64) {
        let first = taken - n + self.owed;
        let granted = (limit - first).clamp(0, n - self.owed);
        self.left += granted;
        self.owed = 0;
        self.taken = taken;
        self.is_spent = granted == 0;
    }

    /// Tickets that were given out alone, and the counter does not know.
    pub const fn owed(&self) -> i64 {
        self.owed
    }

    /// The counter knows of those now.
    pub fn settled(&mut self, n: i64) {
        self.owed -= n;
        self.taken += n;
        self.alone = 0;
    }

    /// The counter was seen there.
    pub fn seen(&mut self, taken: i64) {
        self.taken = self.taken.max(taken);
    }

    /// Uses a ticket without the database.
    pub fn take_alone(&mut self, limit: i64, alone: Alone) -> bool {
        let more = (alone.part(limit - self.taken, limit) - self.alone).max(0);
        self.left += more;
        self.owed += more;
        self.alone += more;
        self.take()
    }
}

/// Requests at once.
#[derive(Debug, Default)]
pub struct Requests {
    held: i64,
    used: i64,
    /// Most that were used since the last look.
    peak: i64,
    is_full: bool,
}

impl Requests {
    /// Begins one, where there is a place.
    pub fn take(&mut self, limit: i64) -> bool {
        let is_free = self.has_place(limit);
        self.take_of(is_free)
    }

    /// Whether there is a place.
    pub fn has_place(&self, limit: i64) -> bool {
        limit == 0 || self.used < self.held.min(limit)
    }

    /// Begins one without the database; what it holds others do not have yet.
    pub fn take_alone(&mut self, limit: i64, alone: Alone) -> bool {
        let part = alone.part(limit, limit);
        let places = match alone.is_recent {
            true => part.max(self.held.min(limit)),
            false => part,
        };
        self.take_of(limit == 0 || self.used < places)
    }

    /// One ended.
    pub const fn give(&mut self) {
        self.used -= 1;
    }

    /// Requests that are there now.
    pub const fn used(&self) -> i64 {
        self.used
    }

    /// Whether it is of no use to ask for more before the next look.
    pub const fn is_full(&self) -> bool {
        self.is_full
    }

    /// The database gave so many.
    pub const fn granted(&mut self, n: i64) {
        self.held += n;
        self.is_full = n == 0;
    }

    /// A look, every second: how many were not needed since the last one, and go back.
    pub fn spare(&mut self) -> i64 {
        let spare = (self.held - self.peak).max(0);
        self.held -= spare;
        self.peak = self.used;
        self.is_full = false;
        spare
    }

    /// From now on it holds what it uses.
    pub const fn restated(&mut self) {
        self.held = self.used;
    }

    fn take_of(&mut self, is_free: bool) -> bool {
        self.used += i64::from(is_free);
        self.peak = self.peak.max(self.used);
        is_free
    }
}

/// Requests with clips that were taken and not heard yet: how long those are nobody knows.
#[derive(Debug, Default)]
pub struct Open {
    n: i64,
    /// Most since the last flush.
    peak: i64,
}

impl Open {
    /// How many there are.
    pub const fn n(&self) -> i64 {
        self.n
    }

    /// One more.
    pub fn add(&mut self) {
        self.n += 1;
        self.peak = self.peak.max(self.n);
    }

    /// One less.
    pub const fn remove(&mut self) {
        self.n -= 1;
    }

    /// Most that there were since this was last asked.
    pub const fn peak(&mut self) -> i64 {
        std::mem::replace(&mut self.peak, self.n)
    }
}

/// What the database said when it last gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dry {
    /// Nobody has anything left of the month.
    Spent,
    /// Other processes hold it, or it is kept for them.
    Elsewhere,
    /// What is left is too little for clips beside each other; for one after another there may be more.
    Narrow,
}

/// The month's audio.
#[derive(Debug, Default)]
pub struct Audio {
    month: String,
    held_ms: i64,
    /// What nobody held when the database last told; `None` before it did.
    rest_ms: Option<i64>,
    /// Until the next look.
    dry: Option<Dry>,
    /// What it took for itself of this time without the database.
    alone_ms: i64,
    is_idle: bool,
}

impl Audio {
    /// Goes on to a month; what is left of another one is worth nothing.
    pub fn turn_to(&mut self, month: &str) {
        if self.month != month {
            *self = Self {
                month: month.to_owned(),
                ..Self::default()
            };
        }
    }

    /// What it has of the month, milliseconds; below 0 where more was heard than it had.
    pub const fn held_ms(&self) -> i64 {
        self.held_ms
    }

    /// Why it is of no use to ask for more before the next look, where it is of none.
    pub const fn dry(&self) -> Option<Dry> {
        self.dry
    }

    /// The database gave so much, or nothing because it is dry; so much is left.
    pub const fn granted(&mut self, amount_ms: i64, rest_ms: i64, dry: Option<Dry>) {
        self.held_ms += amount_ms;
        self.rest_ms = Some(rest_ms);
        self.dry = dry;
        self.is_idle = false;
        self.alone_ms = 0;
    }

    /// A clip was heard.
    pub const fn heard(&mut self, audio_ms: i64) {
        self.held_ms -= audio_ms;
        self.is_idle = false;
    }

    /// Takes its part of what nobody had, without the database; where it was never told how much that is, of a
    /// twentieth of the limit.
    pub fn go_alone(&mut self, limit_ms: i64, alone: Alone) {
        let rest_ms = self.rest_ms.unwrap_or(limit_ms / PORTION);
        let more_ms = (alone.part(rest_ms, rest_ms) - self.alone_ms).max(0);
        self.held_ms += more_ms;
        self.alone_ms += more_ms;
    }

    /// A look: asking for more may be of use again.
    pub const fn looked(&mut self) {
        self.dry = None;
    }

    /// A flush: how much goes back of what it does not need, where nothing was heard since the last one, or it holds
    /// more than is left for others.
    pub fn spare_ms(&mut self, needed_ms: i64) -> i64 {
        let was_idle = std::mem::replace(&mut self.is_idle, true);
        let is_much = self.rest_ms.is_some_and(|rest_ms| self.held_ms > rest_ms);
        let spare_ms = match was_idle || is_much {
            true => (self.held_ms - needed_ms).max(0),
            false => 0,
        };
        self.held_ms -= spare_ms;
        spare_ms
    }

    /// From now on it holds nothing.
    pub const fn restated(&mut self) {
        self.held_ms = 0;
        self.dry = None;
    }
}

/// One of `n` parts, rounded up: together they are more than the whole by less than one each.
fn part(whole: i64, n: i64) -> i64 {
    let n = n.max(1);
    (whole.max(0) + n - 1) / n
}
