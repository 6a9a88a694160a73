//! The database: one SQLite file, one writer that commits for many, and a few readers.
//!
//! Everything that changes goes through [`Store::write`] or, for the entries of documents, [`Store::submit`]: the
//! writer takes whatever waits, runs it in one transaction and makes it durable with one `fsync`. Only then is
//! anybody told.

pub mod backup;
mod purge;
mod reader;
mod schema;
pub(crate) mod swap;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use thiserror::Error;

pub(crate) use purge::mark_pending_vacuum;
pub use writer::Job;
use {reader::Readers, writer::Writer};

/// Why the store did not do what it was asked.
#[derive(Clone, Debug, Error)]
pub enum StoreError {
    /// The database refused: disk full, file damaged, or a rule of the schema.
    #[error("database: {0}")]
    Database(Arc<rusqlite::Error>),
    /// The store is shutting down.
    #[error("store is closed")]
    Closed,
    /// The data directory or the database file cannot be opened.
    #[error("cannot open the database: {0}")]
    Open(Arc<std::io::Error>),
    /// The file is not what was written to it, or no database at all.
    #[error("{0} is damaged: put a backup back with `kring admin restore --replace`, and phones bring what it lacks")]
    Damaged(PathBuf),
    /// The disk did not keep what it had said it would keep, so nothing more is entrusted to it by this process.
    #[error("the disk failed to keep what was written; nothing more is taken until the server is started again")]
    Untrusted,
}

/// The database in its data directory.
pub(crate) const FILE: &str = "kring.db";

impl StoreError {
    /// Returns whether what is stored is not what was written.
    pub fn is_damage(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        match self {
            Self::Damaged(_) => true,
            Self::Database(error) => matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase)),
            _ => false,
        }
    }

    /// Returns whether the cause may go away by itself: the disk is full, or failed for now.
    pub fn is_passing(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseBusy, DiskFull, SystemIoFailure};
        let Self::Database(error) = self else { return false };
        matches!(error.sqlite_error_code(), Some(DatabaseBusy | DiskFull | SystemIoFailure))
    }

    /// The same error, with the file where that is damaged.
    fn at(self, path: &Path) -> Self {
        if self.is_damage() { Self::Damaged(path.to_owned()) } else { self }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

/// The database of one server; clones share it.
#[derive(Clone)]
pub struct Store {
    writer: Writer,
    readers: Readers,
}

impl Store {
    /// Opens the database file in a data directory, making both where they do not exist and migrating the file.
    ///
    /// # Errors
    ///
    /// When the directory or file cannot be made, opened or migrated, or is of a newer version of Kring.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        Self::opened(directory, |_| Ok(()))
    }

    /// As [`Store::open`], for the one process that serves: first it does away with what may be left of what was erased,
    /// which takes a while in a large database.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub fn open_to_serve(directory: &Path) -> Result<Self, StoreError> {
        Self::opened(directory, purge::sweep)
    }

    fn opened(
        directory: &Path,
        prepare: impl FnOnce(&Connection) -> Result<(), StoreError>,
    ) -> Result<Self, StoreError> {
        std::fs::create_dir_all(directory).map_err(|error| StoreError::Open(Arc::new(error)))?;
        let path = directory.join(FILE);
        private(&path).map_err(|error| StoreError::Open(Arc::new(error)))?;
        if is_foreign(&path) {
            let foreign = std::io::Error::other(format!("{} is a database of another program", path.display()));
            return Err(StoreError::Open(Arc::new(foreign)));
        }
        let mut connection = connect(&path).map_err(|error| StoreError::from(error).at(&path))?;
        schema::migrate(&mut connection).map_err(|error| error.at(&path))?;
        prepare(&connection)?;
        // A server that was killed just after an erasure may have left something in it.
        purge::empty_log(&connection)?;
        Ok(Self { writer: Writer::start(connection)?, readers: Readers::new(path) })
    }

    /// Runs a change in the next transaction and answers when it is durable.
    ///
    /// A change that fails is undone alone; the others of the same transaction go on.
    ///
    /// # Errors
    ///
    /// What `change` returned, or that the commit failed: then nothing of it is kept.
    pub async fn write<T, E>(&self, change: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + From<rusqlite::Error> + Send + 'static,
    {
        self.writer.run(false, change).await
    }

    /// As [`Store::write`], for a change that removes something for good: nothing of it is in any file when this
    /// answers, or soon after where somebody reads an older state just then.
    ///
    /// # Errors
    ///
    /// As [`Store::write`].
    pub async fn erase<T, E>(&self, change: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + From<rusqlite::Error> + Send + 'static,
    {
        self.writer.run(true, change).await
    }

    /// Tries again to empty the write-ahead file where it may still hold what was erased; on a thread that may block.
    pub fn clean(&self) {
        self.writer.clean();
    }

    /// Hands over a job; its `finish` is called when the transaction it ran in is durable, or has failed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Closed`] when the store is shutting down; the job is dropped.
    pub fn submit(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        self.writer.submit(job)
    }

    /// Returns when everything that was handed over before is durable, or has failed.
    pub async fn settle(&self) {
        // The writer works in order, so this empty change is the last of them.
        let _: Result<(), StoreError> = self.write(|_| Ok(())).await;
    }

    /// Returns when the disk has failed to keep what was written, and nothing more is taken.
    pub async fn untrusted(&self) {
        self.writer.untrusted().await;
    }

    /// Returns whether the disk has failed to keep what was written.
    pub fn is_untrusted(&self) -> bool {
        self.writer.is_untrusted()
    }

    /// Reads from a state at least as new as every answered write.
    ///
    /// # Errors
    ///
    /// What `query` returned, or that no connection could be opened.
    pub async fn read<T, E>(&self, query: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + From<rusqlite::Error> + Send + 'static,
    {
        let readers = self.readers.clone();
        let task = tokio::task::spawn_blocking(move || readers.with(query));
        task.await.unwrap_or(Err(E::from(StoreError::Closed)))
    }

    /// Reads on the thread that calls, which must be one that may block.
    ///
    /// # Errors
    ///
    /// As [`Store::read`].
    pub fn read_blocking<T, E>(&self, query: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StoreError> + From<rusqlite::Error>,
    {
        self.readers.with(query)
    }
}

/// Makes the file where there is none, readable by nobody else: it holds what people confide, and the signing keys.
///
/// SQLite gives its other files the permissions of this one.
fn private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Returns whether a file is a database that Kring has not made: it has tables, and none of our versions.
fn is_foreign(path: &Path) -> bool {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let probe = Connection::open_with_flags(path, flags).and_then(|database| {
        let version: u32 = database.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let tables: i64 = database.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        Ok(version == 0 && tables > 0)
    });
    probe.unwrap_or(false)
}

fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(purge::BUSY_TIMEOUT)?;
    // FULL: with write-ahead logging the log is synced at every commit, so an answer survives a power cut.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA wal_autocheckpoint = 4000;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    // Otherwise SQLite, which is built with statistics here, compiles a statement again whenever other values are bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}
