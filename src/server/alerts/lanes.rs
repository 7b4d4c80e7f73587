//! Which message is sent next: by the time when it is due, one at a time to each address, and so that addresses that
//! failed never keep those waiting that did not.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

/// Messages that are sent at once.
pub const N_SENDERS: usize = 8;

/// Of those, to addresses that failed the last time.
const MAX_FAILING: usize = N_SENDERS / 2;

/// The clock may jump: nobody waits for longer without looking at it.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// A message that waits; the one that is due first comes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// Milliseconds since 1970.
    pub at_ms: u64,
    /// The message.
    pub id: String,
    /// To whose address it goes; the operator's where nobody is named.
    pub tenant: Option<String>,
}

/// Messages that wait, and how it stands with the addresses that they go to.
#[derive(Debug, Default)]
pub struct Lanes {
    due: BTreeSet<Due>,
    lanes: HashMap<Option<String>, Lane>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Lane {
    is_busy: bool,
    has_failed: bool,
}

impl Lanes {
    /// Messages that wait.
    pub fn len(&self) -> usize {
        self.due.len()
    }

    /// Messages that wait for a tenant's address.
    pub fn n_of(&self, tenant: &str) -> usize {
        let mut all = self.due.iter();
        all.by_ref()
            .filter(|due| due.tenant.as_deref() == Some(tenant))
            .count()
    }

    /// One more waits.
    pub fn add(&mut self, due: Due) {
        self.due.insert(due);
    }

    /// The next one to be sent at this time, whose address is in use from now on; or how long nobody can tell more.
    ///
    /// # Errors
    /// So long, unless an address becomes free before.
    pub fn take(&mut self, now_ms: u64) -> Result<Due, Duration> {
        let busy = self.lanes.values().filter(|lane| lane.is_busy);
        let may_fail = busy.filter(|lane| lane.has_failed).count() < MAX_FAILING;
        let is_free = |due: &&Due| {
            let lane = self.lanes.get(&due.tenant).copied().unwrap_or_default();
            !lane.is_busy && (may_fail || !lane.has_failed)
        };
        let Some(first) = self.due.iter().find(is_free).cloned() else {
            return Err(MAX_WAIT);
        };
        if first.at_ms > now_ms {
            return Err(Duration::from_millis(first.at_ms - now_ms).min(MAX_WAIT));
        }
        self.due.remove(&first);
        self.lanes.entry(first.tenant.clone()).or_default().is_busy = true;
        Ok(first)
    }

    /// An address is free again, after an attempt that failed or not.
    pub fn free(&mut self, tenant: Option<&str>, has_failed: bool) {
        let tenant = tenant.map(str::to_owned);
        match has_failed {
            true => {
                let lane = Lane {
                    is_busy: false,
                    has_failed,
                };
                self.lanes.insert(tenant, lane);
            }
            false => drop(self.lanes.remove(&tenant)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(at_ms: u64, tenant: &str) -> Due {
        Due {
            at_ms,
            id: format!("{tenant}-{at_ms}"),
            tenant: Some(tenant.to_owned()),
        }
    }

    fn taken(lanes: &mut Lanes, now_ms: u64) -> Option<String> {
        lanes.take(now_ms).ok().map(|due| due.id)
    }

    #[test]
    fn an_address_that_does_not_answer_keeps_only_its_own_waiting() {
        let mut lanes = Lanes::default();
        for one in [
            due(1, "dead"),
            due(2, "dead"),
            due(3, "alive"),
            due(9, "late"),
        ] {
            lanes.add(one);
        }
        assert_eq!((lanes.len(), lanes.n_of("dead")), (4, 2));
        assert_eq!(taken(&mut lanes, 5).as_deref(), Some("dead-1"));
        assert_eq!(taken(&mut lanes, 5).as_deref(), Some("alive-3"));
        assert_eq!(lanes.take(5), Err(Duration::from_millis(4)));
        lanes.free(Some("dead"), true);
        assert_eq!(taken(&mut lanes, 5).as_deref(), Some("dead-2"));
    }

    #[test]
    fn however_many_addresses_fail_places_stay_for_the_others() {
        let mut lanes = Lanes::default();
        let names: Vec<String> = (0..20).map(|n| format!("dead{n}")).collect();
        for name in &names {
            lanes.add(due(1, name));
            taken(&mut lanes, 1).expect("due");
            lanes.free(Some(name), true);
            lanes.add(due(2, name));
        }
        lanes.add(due(3, "alive"));
        let mut sent = Vec::new();
        while let Some(id) = taken(&mut lanes, 5) {
            sent.push(id);
        }
        assert_eq!(sent.len(), MAX_FAILING + 1, "{sent:?}");
        assert_eq!(sent.last().map(String::as_str), Some("alive-3"));
        lanes.free(Some("alive"), false);
        assert_eq!(lanes.take(5), Err(MAX_WAIT));
        lanes.free(Some(sent[0].split('-').next().expect("a name")), false);
        assert!(lanes.take(5).is_ok());
    }
}
