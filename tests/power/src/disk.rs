//! Writes down what is done to the files of a directory, in order.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::ffi::SQLITE_OK;

use crate::shim;

/// The number of a file, which it keeps whatever it is called.
pub(crate) type Inode = usize;

/// Something that was done.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A name was given to a new file, or to one that somebody else has made.
    Name(String, Inode),
    /// A name was taken away.
    Unname(String),
    Write(Inode, u64, Box<[u8]>),
    Truncate(Inode, u64),
    /// What was done to the file before is on the disk.
    Sync(Inode),
    /// The names that were given and taken before are on the disk.
    SyncNames,
}

/// What a disk says when it is asked to sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Honesty {
    /// That it is done when it is.
    Honest,
    /// That it is done, whatever the file, and does nothing; so does `synchronous = OFF`.
    Lying,
    /// That it is done, and does nothing for the write-ahead file; so does `synchronous = NORMAL`.
    LyingAboutTheLog,
}

/// A directory in which everything that SQLite does is written down, until this is dropped.
///
/// What others than SQLite do in it is not seen.
pub struct Disk {
    root: PathBuf,
    honesty: Honesty,
    journal: Mutex<Journal>,
}

#[derive(Default)]
struct Journal {
    events: Vec<Event>,
    names: BTreeMap<String, Inode>,
    inodes: Inode,
}

/// The directories that are watched.
static WATCHED: Mutex<Vec<Arc<Disk>>> = Mutex::new(Vec::new());

impl Disk {
    /// Watches a directory; what is in it now is on the disk.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn watch(directory: &Path, honesty: Honesty) -> std::io::Result<Arc<Self>> {
        shim::install();
        let root = directory.canonicalize()?;
        let mut journal = Journal::default();
        for file in fs::read_dir(&root)? {
            let file = file?;
            let name = file.file_name().to_string_lossy().into_owned();
            if file.file_type()?.is_file() && is_kept(&name) {
                let inode = journal.name(&name, &fs::read(file.path())?);
                journal.events.push(Event::Sync(inode));
            }
        }
        journal.events.push(Event::SyncNames);
        let disk = Arc::new(Self { root, honesty, journal: Mutex::new(journal) });
        watched().push(Arc::clone(&disk));
        Ok(disk)
    }

    /// Returns how many things have been done: whatever is true now must be so after a cut at this place or a later one.
    pub fn position(&self) -> usize {
        self.journal().events.len()
    }

    /// Looks away, and gives what was done.
    pub(crate) fn stop(&self) -> Vec<Event> {
        watched().retain(|disk| !std::ptr::eq(disk.as_ref(), self));
        std::mem::take(&mut self.journal().events)
    }

    /// The watched directory that a file is in, and what the file is called there.
    pub(crate) fn of(path: &str) -> Option<(Arc<Self>, String)> {
        let path = Path::new(path);
        let directory = path.parent()?;
        let name = path.file_name()?.to_str()?;
        let disk = watched().iter().find(|disk| disk.root == directory).cloned()?;
        is_kept(name).then(|| (disk, name.to_owned()))
    }

    pub(crate) fn open(self: &Arc<Self>, name: &str, run: impl FnOnce() -> Result<(), i32>) -> Result<File, i32> {
        let mut journal = self.journal();
        run()?;
        let inode = match journal.names.get(name) {
            Some(inode) => *inode,
            // It is new, or somebody else has made it, of which nothing says that it is on the disk.
            None => journal.name(name, &fs::read(self.root.join(name)).unwrap_or_default()),
        };
        drop(journal);
        Ok(File { disk: Arc::clone(self), inode })
    }

    /// `run` answers with SQLite's code, and whether the directory was synced.
    pub(crate) fn delete(&self, name: &str, run: impl FnOnce() -> (i32, bool)) -> i32 {
        let mut journal = self.journal();
        let (code, is_synced) = run();
        if code == SQLITE_OK {
            journal.names.remove(name);
            journal.events.push(Event::Unname(name.to_owned()));
            if is_synced && self.honesty == Honesty::Honest {
                journal.events.push(Event::SyncNames);
            }
        }
        code
    }

    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal {
    fn name(&mut self, name: &str, content: &[u8]) -> Inode {
        self.inodes += 1;
        self.names.insert(name.to_owned(), self.inodes);
        self.events.push(Event::Name(name.to_owned(), self.inodes));
        if !content.is_empty() {
            self.events.push(Event::Write(self.inodes, 0, content.into()));
        }
        self.inodes
    }
}

/// A file that SQLite has open. Each call does the thing and writes it down, so that both are in the same order.
pub(crate) struct File {
    disk: Arc<Disk>,
    inode: Inode,
}

impl File {
    pub(crate) fn write(&self, offset: u64, bytes: &[u8], run: impl FnOnce() -> i32) -> i32 {
        self.then(run, || Event::Write(self.inode, offset, bytes.into()))
    }

    pub(crate) fn truncate(&self, size: u64, run: impl FnOnce() -> i32) -> i32 {
        self.then(run, || Event::Truncate(self.inode, size))
    }

    /// `run` answers with SQLite's code, and whether the directory was synced.
    pub(crate) fn sync(&self, run: impl FnOnce() -> (i32, bool)) -> i32 {
        let mut journal = self.disk.journal();
        let (code, is_directory_synced) = run();
        let is_log = || journal.names.iter().any(|(name, inode)| *inode == self.inode && name.ends_with("-wal"));
        let is_done = match self.disk.honesty {
            Honesty::Honest => true,
            Honesty::Lying => false,
            Honesty::LyingAboutTheLog => !is_log(),
        };
        if code == SQLITE_OK && is_done {
            journal.events.push(Event::Sync(self.inode));
            if is_directory_synced {
                journal.events.push(Event::SyncNames);
            }
        }
        code
    }

    fn then(&self, run: impl FnOnce() -> i32, event: impl FnOnce() -> Event) -> i32 {
        let mut journal = self.disk.journal();
        let code = run();
        if code == SQLITE_OK {
            journal.events.push(event());
        }
        code
    }
}

/// Returns whether a file is for keeping; the index of the write-ahead file is memory that happens to have a name.
fn is_kept(name: &str) -> bool {
    !name.ends_with("-shm") && (name.contains(".db") || name.contains(".kring"))
}

fn watched() -> MutexGuard<'static, Vec<Arc<Disk>>> {
    WATCHED.lock().unwrap_or_else(PoisonError::into_inner)
}
