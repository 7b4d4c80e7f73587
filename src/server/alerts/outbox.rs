//! Messages that wait to be sent, in files, so that none is lost with the process.
//!
//! Layout  `FOLDER/ID.json`, one message each; `FOLDER/failed/ID.json` is what nobody took in the end; `FOLDER/lock`
//! Invariant: a message is written whole or not at all, and leaves the folder only once it was taken or given up

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use prometheus_client::metrics::gauge::Gauge;

use super::{
    lanes::{Due, Lanes},
    message::{Message, since_1970_ms},
};

/// Where what was given up lies.
const FAILED: &str = "failed";

/// More than an hour of alerts that come twice a second.
const MAX_WAITING: usize = 10_000;

/// Of one tenant, so that one whose address is dead leaves room for the others.
const MAX_WAITING_OF_TENANT: usize = 1_000;

/// No message is longer, bytes: names of files may be long, and are escaped twice.
const MAX_BYTES: u64 = 2 << 20;

/// When a message is looked for again that could not be read.
const UNREADABLE_WAIT: Duration = Duration::from_secs(60);

/// The folder, and what is in it by the time when it is due.
#[derive(Debug)]
pub struct Outbox {
    folder: PathBuf,
    waiting: Mutex<Lanes>,
    n_waiting: Gauge,
    changed: Condvar,
    /// Held for as long as the process runs: two of them would send everything twice.
    _lock: File,
}

/// A message that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Somebody has taken its file away.
    #[error("{id} is gone")]
    Gone {
        /// The message.
        id: String,
    },
    /// It is tried again in a minute.
    #[error("{id} cannot be read")]
    Later {
        /// The message.
        id: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Outbox {
    /// Makes the folder where there is none, and looks what still waits in it. A file that is no message stays there
    /// and is told in the log. `n_waiting` follows the number of messages.
    ///
    /// # Errors
    /// When the folder cannot be written, or another process uses it.
    pub fn open(folder: PathBuf, n_waiting: Gauge) -> io::Result<Self> {
        if folder.as_os_str().is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "it has no name",
            ));
        }
        fs::create_dir_all(folder.join(FAILED))?;
        let lock = File::create(folder.join("lock"))?;
        lock.try_lock()?;
        let mut waiting = Lanes::default();
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            match path.extension().and_then(OsStr::to_str) {
                // It was never whole.
                Some("part") => fs::remove_file(&path)?,
                Some("json") => match read(&path) {
                    Ok(message) => waiting.add(due(message)),
                    Err(error) => tracing::error!(file = %path.display(), %error, "no message"),
                },
                _ => {}
            }
        }
        n_waiting.set(waiting.len() as i64);
        Ok(Self {
            folder,
            waiting: Mutex::new(waiting),
            n_waiting,
            changed: Condvar::new(),
            _lock: lock,
        })
    }

    /// Keeps a message.
    ///
    /// # Errors
    /// When it cannot be written, or too many wait.
    pub fn put(&self, message: Message) -> io::Result<()> {
        let (n_all, n_of_tenant) = {
            let waiting = self.lock();
            let tenant = message.tenant.as_deref();
            (
                waiting.len(),
                tenant.map_or(0, |tenant| waiting.n_of(tenant)),
            )
        };
        if n_all >= MAX_WAITING || n_of_tenant >= MAX_WAITING_OF_TENANT {
            return Err(io::Error::new(
                io::ErrorKind::StorageFull,
                format!("{n_all} messages wait already, {n_of_tenant} of them for this tenant"),
            ));
        }
        self.write(&message)?;
        self.wait_for(due(message));
        Ok(())
    }

    fn wait_for(&self, due: Due) {
        let mut waiting = self.lock();
        waiting.add(due);
        self.n_waiting.set(waiting.len() as i64);
        self.changed.notify_all();
    }

    /// Waits until a message is due to an address that none is being sent to, and hands it out; it counts as waiting
    /// until [`taken`](Self::taken), [`later`](Self::later) or [`given_up`](Self::given_up).
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn next(&self) -> Result<Message, Unreadable> {
        let mut waiting = self.lock();
        loop {
            let now_ms = since_1970_ms(SystemTime::now());
            match waiting.take(now_ms) {
                Ok(due) => {
                    drop(waiting);
                    return self.read(due, now_ms);
                }
                Err(wait) => {
                    let waited = self.changed.wait_timeout(waiting, wait);
                    waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
    }

    fn read(&self, due: Due, now_ms: u64) -> Result<Message, Unreadable> {
        let (id, tenant) = (due.id.clone(), due.tenant.clone());
        match read(&self.file(&id)) {
            Ok(message) => Ok(message),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.is_over(tenant.as_deref(), false);
                Err(Unreadable::Gone { id })
            }
            Err(source) => {
                let at_ms = now_ms + UNREADABLE_WAIT.as_millis() as u64;
                self.wait_for(Due { at_ms, ..due });
                self.is_over(tenant.as_deref(), false);
                Err(Unreadable::Later { id, source })
            }
        }
    }

    /// One that was handed out waits no longer, and its address is free for the next.
    fn is_over(&self, tenant: Option<&str>, has_failed: bool) {
        let mut waiting = self.lock();
        waiting.free(tenant, has_failed);
        self.n_waiting.set(waiting.len() as i64);
        self.changed.notify_all();
    }

    /// Forgets a message that was taken.
    ///
    /// # Errors
    /// When its file cannot be deleted: it is sent again after the next start.
    pub fn taken(&self, message: &Message) -> io::Result<()> {
        self.is_over(message.tenant.as_deref(), false);
        fs::remove_file(self.file(&message.id))
    }

    /// Keeps a message for another attempt.
    ///
    /// # Errors
    /// When it cannot be written: it is tried again at that time nevertheless.
    pub fn later(&self, message: Message) -> io::Result<()> {
        let written = self.write(&message);
        let tenant = message.tenant.clone();
        self.wait_for(due(message));
        self.is_over(tenant.as_deref(), true);
        written
    }

    /// Puts a message aside.
    ///
    /// # Errors
    /// When its file cannot be moved.
    pub fn given_up(&self, message: &Message) -> io::Result<()> {
        self.is_over(message.tenant.as_deref(), true);
        let aside = self.folder.join(FAILED);
        fs::create_dir_all(&aside)?;
        fs::rename(
            self.file(&message.id),
            aside.join(format!("{}.json", message.id)),
        )
    }

    fn write(&self, message: &Message) -> io::Result<()> {
        let whole = self.file(&message.id);
        let part = whole.with_extension("part");
        let mut file = File::create(&part).or_else(|error| match error.kind() {
            // Somebody has tidied up.
            io::ErrorKind::NotFound => {
                fs::create_dir_all(&self.folder)?;
                File::create(&part)
            }
            _ => Err(error),
        })?;
        file.write_all(&serde_json::to_vec(message)?)?;
        file.sync_all()?;
        fs::rename(part, whole)
    }

    fn file(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    fn lock(&self) -> MutexGuard<'_, Lanes> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn due(message: Message) -> Due {
    Due {
        at_ms: message.next_at_ms,
        id: message.id,
        tenant: message.tenant,
    }
}

fn read(path: &Path) -> io::Result<Message> {
    let about = fs::symlink_metadata(path)?;
    if !about.is_file() || about.len() > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no message"));
    }
    let message: Message = serde_json::from_slice(&fs::read(path)?)?;
    // The name is what it is found by.
    let is_named_so = path.file_stem().is_some_and(|stem| stem == &*message.id);
    match is_named_so {
        true => Ok(message),
        false => Err(io::Error::new(io::ErrorKind::InvalidData, "another name")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::alerts::message::tests::message;

    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("banglaser-outbox-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    fn open(folder: &Path) -> io::Result<Outbox> {
        Outbox::open(folder.to_owned(), Gauge::default())
    }

    #[test]
    fn what_waits_is_there_after_a_new_start() {
        let folder = folder("start");
        let (first, second) = (message(), message());
        let outbox = open(&folder).expect("a folder");
        outbox.put(first.clone()).expect("kept");
        outbox.put(second).expect("kept");
        let sent = outbox.next().expect("one is due");
        outbox.taken(&sent).expect("deleted");
        fs::write(folder.join("torn.json"), "{").expect("written");
        fs::write(folder.join("half.part"), "{").expect("written");
        assert!(open(&folder).is_err(), "another one uses it");
        drop(outbox);

        let again = open(&folder).expect("a folder");
        assert_eq!(again.lock().len(), 1);
        let left = again.next().expect("one is due");
        assert_ne!(left.id, sent.id);
        again.given_up(&left).expect("moved");
        drop(again);
        assert!(!folder.join("half.part").exists());
        assert_eq!(open(&folder).expect("a folder").lock().len(), 0);
        assert!(
            folder
                .join("failed")
                .join(format!("{}.json", left.id))
                .is_file()
        );
        fs::remove_dir_all(folder).expect("deleted");
    }

    #[test]
    fn a_folder_that_is_taken_away_comes_back_and_what_was_in_it_is_told() {
        let folder = folder("gone");
        let outbox = open(&folder).expect("a folder");
        outbox.put(message()).expect("kept");
        fs::remove_dir_all(&folder).expect("deleted");
        assert!(matches!(outbox.next(), Err(Unreadable::Gone { .. })));
        assert_eq!(outbox.n_waiting.get(), 0);
        let second = message();
        outbox.put(second.clone()).expect("kept");
        assert_eq!(outbox.next().expect("due"), second);
        outbox.given_up(&second).expect("moved");
        fs::remove_dir_all(folder).expect("deleted");
    }

    #[test]
    fn what_cannot_be_read_now_waits() {
        let folder = folder("unreadable");
        let outbox = open(&folder).expect("a folder");
        let message = message();
        outbox.put(message.clone()).expect("kept");
        fs::write(outbox.file(&message.id), "{").expect("written");
        assert!(matches!(outbox.next(), Err(Unreadable::Later { .. })));
        assert_eq!(outbox.n_waiting.get(), 1);
        drop(outbox);
        fs::remove_dir_all(folder).expect("deleted");
    }

    #[test]
    fn what_is_due_first_comes_first() {
        let folder = folder("order");
        let outbox = open(&folder).expect("a folder");
        let (early, late) = (message(), message());
        let [early, late] =
            [(early, 5), (late, 9)].map(|(one, next_at_ms)| Message { next_at_ms, ..one });
        outbox.put(late.clone()).expect("kept");
        outbox.put(early.clone()).expect("kept");
        assert_eq!(outbox.next().expect("due"), early);
        outbox
            .later(Message {
                next_at_ms: 20,
                ..early.clone()
            })
            .expect("kept");
        assert_eq!(outbox.next().expect("due"), late);
        outbox.taken(&late).expect("deleted");
        assert_eq!(outbox.next().expect("due").id, early.id);
        fs::remove_dir_all(folder).expect("deleted");
    }
}
