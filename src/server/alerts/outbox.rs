//! Messages that wait to be sent, in files, so that none is lost with the process.
//!
//! Layout  `FOLDER/ID.json`, one message each; `FOLDER/failed/ID.json` is what nobody took in the end
//! Invariant: a message is written whole or not at all, and leaves the folder only once it was taken or given up

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Write},
    path::PathBuf,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use super::message::{Message, since_1970_ms};

/// More than an hour of alerts that come twice a second.
const MAX_WAITING: usize = 10_000;

/// The clock may jump: nobody waits for longer without looking at it.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// The folder, and what is in it by the time when it is due.
#[derive(Debug)]
pub struct Outbox {
    folder: PathBuf,
    waiting: Mutex<BTreeSet<(u64, String)>>,
    changed: Condvar,
}

impl Outbox {
    /// Makes the folder where there is none, and looks what still waits in it. A file that is no message stays there
    /// and is told in the log.
    ///
    /// # Errors
    /// When the folder cannot be read or written.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(folder.join("failed"))?;
        let mut waiting = BTreeSet::new();
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            match read(&path) {
                Ok(message) => drop(waiting.insert((message.next_at_ms, message.id))),
                Err(error) => tracing::error!(file = %path.display(), %error, "no message"),
            }
        }
        Ok(Self {
            folder,
            waiting: Mutex::new(waiting),
            changed: Condvar::new(),
        })
    }

    /// Keeps a message.
    ///
    /// # Errors
    /// When it cannot be written, or too many wait.
    pub fn put(&self, message: Message) -> io::Result<()> {
        if self.n_waiting() >= MAX_WAITING {
            return Err(io::Error::new(
                io::ErrorKind::StorageFull,
                format!("{MAX_WAITING} messages wait already"),
            ));
        }
        self.write(&message)?;
        self.lock().insert((message.next_at_ms, message.id));
        self.changed.notify_all();
        Ok(())
    }

    /// Messages that wait.
    pub fn n_waiting(&self) -> usize {
        self.lock().len()
    }

    /// Waits until a message is due, and hands it out; it is kept until [`taken`](Self::taken),
    /// [`later`](Self::later) or [`given_up`](Self::given_up).
    ///
    /// # Errors
    /// When its file cannot be read: it is not handed out again before the next start.
    pub fn next(&self) -> io::Result<Message> {
        let mut waiting = self.lock();
        loop {
            let now_ms = since_1970_ms(SystemTime::now());
            let first = waiting.first().map(|(at_ms, _)| *at_ms);
            if first.is_some_and(|at_ms| at_ms <= now_ms) {
                let Some((_, id)) = waiting.pop_first() else {
                    continue;
                };
                drop(waiting);
                return read(&self.file(&id));
            }
            let wait = first.map_or(MAX_WAIT, |at_ms| Duration::from_millis(at_ms - now_ms));
            let waited = self.changed.wait_timeout(waiting, wait.min(MAX_WAIT));
            waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Forgets a message that was taken.
    ///
    /// # Errors
    /// When its file cannot be deleted: it is sent again after the next start.
    pub fn taken(&self, message: &Message) -> io::Result<()> {
        fs::remove_file(self.file(&message.id))
    }

    /// Keeps a message for another attempt.
    ///
    /// # Errors
    /// When it cannot be written: it is tried again at that time nevertheless.
    pub fn later(&self, message: Message) -> io::Result<()> {
        let written = self.write(&message);
        self.lock().insert((message.next_at_ms, message.id));
        written
    }

    /// Puts a message aside.
    ///
    /// # Errors
    /// When its file cannot be moved.
    pub fn given_up(&self, message: &Message) -> io::Result<()> {
        let aside = self.folder.join("failed");
        fs::rename(
            self.file(&message.id),
            aside.join(format!("{}.json", message.id)),
        )
    }

    fn write(&self, message: &Message) -> io::Result<()> {
        let whole = self.file(&message.id);
        let part = whole.with_extension("part");
        let mut file = File::create(&part)?;
        file.write_all(&serde_json::to_vec(message)?)?;
        file.sync_all()?;
        fs::rename(part, whole)
    }

    fn file(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<(u64, String)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(path: &std::path::Path) -> io::Result<Message> {
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

    #[test]
    fn what_waits_is_there_after_a_new_start() {
        let folder = folder("start");
        let (first, second) = (message(), message());
        let outbox = Outbox::open(folder.clone()).expect("a folder");
        outbox.put(first.clone()).expect("kept");
        outbox.put(second).expect("kept");
        let sent = outbox.next().expect("one is due");
        outbox.taken(&sent).expect("deleted");
        fs::write(folder.join("torn.json"), "{").expect("written");

        let again = Outbox::open(folder.clone()).expect("a folder");
        assert_eq!(again.n_waiting(), 1);
        let left = again.next().expect("one is due");
        assert_ne!(left.id, sent.id);
        again.given_up(&left).expect("moved");
        assert_eq!(
            Outbox::open(folder.clone()).expect("a folder").n_waiting(),
            0
        );
        assert!(
            folder
                .join("failed")
                .join(format!("{}.json", left.id))
                .is_file()
        );
        fs::remove_dir_all(folder).expect("deleted");
    }

    #[test]
    fn what_is_due_first_comes_first() {
        let folder = folder("order");
        let outbox = Outbox::open(folder.clone()).expect("a folder");
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
        assert_eq!(outbox.next().expect("due").id, early.id);
        fs::remove_dir_all(folder).expect("deleted");
    }
}
