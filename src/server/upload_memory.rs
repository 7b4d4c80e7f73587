//! One budget for the bytes of all uploads: what has arrived counts, not who has connected.
//!
//! Fairness  where it is used up, the client that holds most gives up its last upload for one of a client that will
//!           hold less
//! Source    longest queue drop: Suter, Lakshman, Stiliadis & Choudhury 1999

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use pipeline::Client;
use tokio::sync::SetOnce;

/// Bytes that uploads may hold together; clones share them.
#[derive(Clone, Debug)]
pub struct UploadMemory {
    max_bytes: u64,
    held: Arc<Mutex<Held>>,
}

#[derive(Debug, Default)]
struct Held {
    n_bytes: u64,
    /// Uploads that ever came.
    n_came: u64,
    /// Those that hold something, as they came.
    uploads: BTreeMap<u64, Upload>,
    /// What clients hold that hold something.
    of_clients: HashMap<Client, u64>,
}

#[derive(Debug)]
struct Upload {
    client: Client,
    n_bytes: u64,
    is_revoked: Arc<SetOnce<()>>,
}

impl UploadMemory {
    /// A budget of `max_bytes`, all of them free.
    pub fn new(max_bytes: u64) -> Self {
        Self {
            max_bytes,
            held: Arc::default(),
        }
    }

    /// The share of one upload, empty yet; it will hold `n_expected` bytes, as far as anybody knows.
    pub fn share(&self, client: Client, n_expected: u64) -> Share {
        let mut held = self.held();
        held.n_came += 1;
        Share {
            memory: self.clone(),
            id: held.n_came,
            client,
            n_expected,
            is_revoked: Arc::default(),
        }
    }

    /// Bytes that are held now.
    pub fn n_bytes(&self) -> u64 {
        self.held().n_bytes
    }

    /// Uploads of which something is held now.
    pub fn n_uploads(&self) -> usize {
        self.held().uploads.len()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn of_client(&self, client: Client) -> u64 {
        self.of_clients.get(&client).copied().unwrap_or(0)
    }

    /// Takes the last upload of the client that holds most away from it, if that is more than `n_bytes`.
    fn revoke(&mut self, n_bytes: u64) -> bool {
        let most = self.of_clients.iter().max_by_key(|(_, held)| **held);
        let Some((&client, _)) = most.filter(|(_, held)| **held > n_bytes) else {
            return false;
        };
        let of_client = |(_, upload): &(&u64, &Upload)| upload.client == client;
        let last = self.uploads.iter().rev().find(of_client);
        let last = last.map(|(&id, upload)| (id, Arc::clone(&upload.is_revoked)));
        let (id, is_revoked) = last.expect("who holds something has an upload");
        self.give_back(id);
        // It is revoked once.
        let _ = is_revoked.set(());
        true
    }

    fn give_back(&mut self, id: u64) {
        let Some(Upload {
            client, n_bytes, ..
        }) = self.uploads.remove(&id)
        else {
            return;
        };
        self.n_bytes -= n_bytes;
        match self.of_client(client) - n_bytes {
            0 => self.of_clients.remove(&client),
            left => self.of_clients.insert(client, left),
        };
    }
}

/// What one upload holds; it goes back when the value is dropped.
#[derive(Debug)]
pub struct Share {
    memory: UploadMemory,
    id: u64,
    client: Client,
    n_expected: u64,
    is_revoked: Arc<SetOnce<()>>,
}

impl Share {
    /// Takes more bytes; `false` where there are none, nor are others to give them up.
    #[must_use]
    pub fn take(&self, n_bytes: u64) -> bool {
        let mut held = self.memory.held();
        if self.is_revoked() {
            return false;
        }
        let own = held.uploads.get(&self.id).map_or(0, |own| own.n_bytes);
        let of_client = held.of_client(self.client);
        let expected = of_client - own + self.n_expected.max(own + n_bytes);
        while held.n_bytes + n_bytes > self.memory.max_bytes {
            if !held.revoke(expected) {
                return false;
            }
        }
        if n_bytes > 0 {
            let upload = held.uploads.entry(self.id).or_insert_with(|| Upload {
                client: self.client,
                n_bytes: 0,
                is_revoked: Arc::clone(&self.is_revoked),
            });
            upload.n_bytes += n_bytes;
            held.n_bytes += n_bytes;
            held.of_clients.insert(self.client, of_client + n_bytes);
        }
        true
    }

    /// Gives all back that was taken up to now.
    pub fn give_back(&self) {
        self.memory.held().give_back(self.id);
    }

    /// Whether others needed what it held.
    pub fn is_revoked(&self) -> bool {
        self.is_revoked.initialized()
    }

    /// Waits until others need what it held.
    pub async fn revoked(&self) {
        self.is_revoked.wait().await;
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

    const GREEDY: Client = Client(1);
    const MODEST: Client = Client(2);

    #[test]
    fn what_is_taken_comes_back() {
        let memory = UploadMemory::new(100);
        let [one, other] = [GREEDY, MODEST].map(|client| memory.share(client, 0));
        assert_eq!(memory.n_uploads(), 0, "a share without bytes is no upload");
        assert!(one.take(50) && one.take(10) && !other.take(61) && other.take(40));
        assert_eq!((memory.n_bytes(), memory.n_uploads()), (100, 2));
        one.give_back();
        assert_eq!((memory.n_bytes(), memory.n_uploads()), (40, 1));
        drop((one, other));
        assert_eq!((memory.n_bytes(), memory.n_uploads()), (0, 0));
        assert!(memory.held().of_clients.is_empty());
    }

    #[test]
    fn who_holds_most_gives_up_its_last_upload_for_one_that_needs_less() {
        let memory = UploadMemory::new(100);
        let share = |client, n_expected| memory.share(client, n_expected);
        let large = [10, 20, 30, 40].map(|n_bytes| {
            let share = share(GREEDY, n_bytes);
            assert!(share.take(n_bytes));
            share
        });
        assert!(
            !share(GREEDY, 1).take(1),
            "its own client needs more than it holds"
        );
        assert!(!share(MODEST, 100).take(1), "it will need as much");
        assert_eq!(memory.n_uploads(), 4);

        let modest = share(MODEST, 20);
        assert!(modest.take(1));
        assert_eq!((memory.n_bytes(), memory.n_uploads()), (61, 4));
        assert!(!large[3].take(1), "it was revoked");
        assert!(large[2].take(39), "the others were not");
        assert!(modest.take(19), "but now");
        let held = (0..2)
            .map(|_| share(MODEST, 5))
            .map(|share| (share.take(10), share));
        assert!(
            held.collect::<Vec<_>>()
                .iter()
                .all(|(is_taken, _)| *is_taken)
        );
        drop((large, modest));
        assert_eq!((memory.n_bytes(), memory.n_uploads()), (0, 0));
    }
}
