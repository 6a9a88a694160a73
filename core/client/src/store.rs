//! The person's file: one SQLite database, used by one process at a time.
//!
//! Whatever is written here is on the disk when the call returns, so that an edit survives the end of the process
//! at any moment after it was taken.

mod account;
mod beginning;
#[cfg(feature = "sqlcipher")]
mod cipher;
mod database_file;
mod documents;
mod edits;
mod error;
pub(crate) mod file_id;
mod files;
mod log;
mod read_log;
mod salvage;
mod schema;
mod sign_in;
pub(crate) mod swap;
mod value;

use std::time::Duration;

use kring_domain::SpaceId;
use kring_sync::StoreOp;
use rusqlite::Connection;

use crate::fail;
use beginning::MARK;
#[cfg(feature = "sqlcipher")]
pub use cipher::FileKey;
pub(crate) use database_file::DatabaseFile;
pub use edits::Edit;
pub(crate) use edits::Edits;
pub(crate) use error::StoreError;
pub(crate) use read_log::UnsentReads;
pub(crate) use salvage::Salvaged;

/// The time that to wait for a process that is just letting go of the file.
const LOCK_TIMEOUT: Duration = Duration::from_millis(500);

/// The most bytes of a file that is written anew when something was removed from it.
const MAX_VACUUM_BYTES: i64 = 8 << 20;

/// A space that was made here, for the same transaction as its documents.
#[derive(Clone, Debug)]
pub(crate) struct LocalSpace {
    pub(crate) id: SpaceId,
    pub(crate) name: String,
}

/// The file of one person on one device.
pub(crate) struct Store {
    connection: Connection,
}

impl Store {
    /// Opens the file for this process alone, making it where it does not exist and migrating it.
    pub(crate) fn open<'a>(file: impl Into<DatabaseFile<'a>>) -> Result<Self, StoreError> {
        let file = file.into();
        if beginning::is_emptied(file.path()) {
            return Err(StoreError::Damaged);
        }
        let mut connection = file.connect()?;
        // EXCLUSIVE: a second process would not see the first one's replica and send its edits twice.
        // FULL: with write-ahead logging the log is synced at every commit, so an edit survives a power cut.
        connection.execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON;
             PRAGMA temp_store = MEMORY;
             PRAGMA journal_size_limit = 4194304;
             BEGIN IMMEDIATE; COMMIT;",
        )?;
        let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(StoreError::Damaged);
        }
        schema::migrate(&mut connection)?;
        beginning::mark(file.path());
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self { connection })
    }

    /// Makes a batch durable, all of it or nothing.
    pub(crate) fn apply(&mut self, ops: &[StoreOp], spaces: &[LocalSpace]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        for space in spaces {
            account::put_local_space(&transaction, space)?;
        }
        for op in ops {
            documents::apply(&transaction, op)?;
        }
        transaction.commit()?;
        if ops.iter().any(removes) {
            self.empty_log();
        }
        Ok(())
    }

    /// Leaves nothing of what was removed in the file and its write-ahead log; the removal itself is durable already.
    fn empty_log(&self) {
        if let Err(error) = self.try_empty_log() {
            tracing::warn!(%error, "something of what was removed may still be in the file");
        }
    }

    /// SQLite leaves copies of rows that it moved in the unused middle of pages, so a file that is not large is written
    /// anew. It does not sync what it cut off, so that a power cut could bring it back; a commit into the empty file does.
    fn try_empty_log(&self) -> Result<(), StoreError> {
        let size = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
        let is_small = self.connection.query_row(size, [], |row| row.get::<_, i64>(0))? <= MAX_VACUUM_BYTES;
        let rewritten = if is_small { self.connection.execute_batch("VACUUM") } else { Ok(()) };
        fail::point("checkpoint.before");
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        fail::point("truncation.after");
        let version: u32 = self.connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        self.connection.pragma_update(None, "user_version", version)?;
        fail::point("truncation.synced");
        Ok(rewritten?)
    }

    /// Closes the file with everything in it, and nothing of it in a write-ahead log.
    pub(crate) fn seal(self) -> Result<(), StoreError> {
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(self.connection.close().map_err(|(_, error)| error)?)
    }

    /// Empties the file: documents, edits, sign-in and identity.
    pub(crate) fn erase(&mut self) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        for table in [
            "edits",
            "entries",
            "snapshots",
            "documents",
            "members",
            "spaces",
            "statuses",
            "session",
            "sign_in",
            "account",
            "looks",
            "look_chain",
        ] {
            transaction.execute(&format!("DELETE FROM {table}"), [])?;
        }
        transaction.commit()?;
        self.try_empty_log()
    }
}

#[cfg(test)]
impl Store {
    /// Makes the file behave as on a disk that is full, or has room again.
    pub(crate) fn fill_disk(&mut self, is_full: bool) -> Result<(), StoreError> {
        let pages = if is_full { 1 } else { 1 << 30 };
        Ok(self.connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?)
    }
}

fn removes(op: &StoreOp) -> bool {
    matches!(op, StoreOp::DropDocument { .. } | StoreOp::PutSnapshot { .. } | StoreOp::Erase { .. })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_open_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kring.db");
        let first = Store::open(&path).unwrap();
        assert!(matches!(Store::open(&path), Err(StoreError::InUse)));
        drop(first);
        assert!(Store::open(&path).is_ok());
    }

    #[test]
    fn a_damaged_file_says_so() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kring.db");
        fs::write(&path, b"this is a text and no database at all, of some length".repeat(100)).unwrap();
        assert!(matches!(Store::open(&path), Err(StoreError::Damaged)));

        fs::remove_file(&path).unwrap();
        drop(Store::open(&path).unwrap());
        let mut bytes = fs::read(&path).unwrap();
        let half = bytes.len() / 2;
        bytes[4096..half].fill(0x5a);
        fs::write(&path, bytes).unwrap();
        assert!(matches!(Store::open(&path), Err(StoreError::Damaged)));
    }

    #[test]
    fn a_file_that_was_cut_short_is_whole_or_says_so() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kring.db");
        drop(Store::open(&path).unwrap());
        let bytes = fs::read(&path).unwrap();
        for length in (0..bytes.len()).step_by(1500) {
            fs::write(&path, &bytes[..length]).unwrap();
            match Store::open(&path) {
                // Nothing of it was lost: what was cut off was unused space of the last page.
                Ok(store) => assert!(store.documents().is_ok() && store.edits(Edits::NotAccepted).is_ok(), "{length}"),
                Err(error) => assert!(matches!(error, StoreError::Damaged), "{length}: {error}"),
            }
        }
    }
}
