//! Emptying the write-ahead file, so that nothing that was erased stays in it.
//!
//! The database file itself holds nothing of a deleted row: `secure_delete` writes zeros in its place.

use std::time::Duration;

use rusqlite::Connection;

use super::StoreError;
use crate::fail;

/// How long to wait for readers of an older state before it is left for later, in all that are waiting for the commit.
const PATIENCE: Duration = Duration::from_millis(250);

/// How long a connection waits otherwise for another one.
pub(super) const BUSY: Duration = Duration::from_secs(10);

/// Moves everything from the write-ahead file to the database and cuts it to nothing, on the disk as well; false where
/// a reader is in the way.
pub(super) fn empty_log(connection: &Connection) -> Result<bool, StoreError> {
    fail::point("checkpoint.before");
    connection.busy_timeout(PATIENCE)?;
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
    connection.busy_timeout(BUSY)?;
    let is_empty = busy? == 0;
    fail::point("truncation.after");
    if is_empty {
        sync_log(connection)?;
        fail::point("truncation.synced");
    }
    Ok(is_empty)
}

/// Has it on the disk that the write-ahead file is empty: SQLite does not sync what it cut off, so that a power cut
/// could bring it back. A commit into the empty file does.
fn sync_log(connection: &Connection) -> Result<(), StoreError> {
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(connection.pragma_update(None, "user_version", version)?)
}

#[cfg(test)]
mod tests {
    use crate::store::Store;

    #[tokio::test]
    async fn what_was_erased_is_in_no_file_however_a_reader_lingers() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        let word = "Grutto-marker";
        let add = move |connection: &rusqlite::Connection| -> Result<usize, crate::store::StoreError> {
            let sql = "INSERT INTO persons (person_id, name, is_professional, created_at) VALUES (x'01', ?1, 0, 0)";
            Ok(connection.execute(sql, [word])?)
        };
        store.write(add).await.unwrap();
        assert!(is_in_a_file(directory.path(), word));

        // Somebody still reads the state from before.
        let reader = super::super::connect(&directory.path().join("kring.db")).unwrap();
        let reading = reader.unchecked_transaction().unwrap();
        let count = |reading: &rusqlite::Transaction<'_>| {
            reading.query_row("SELECT count(*) FROM persons", [], |row| row.get::<_, i64>(0)).unwrap()
        };
        assert_eq!(count(&reading), 1);
        let delete = |connection: &rusqlite::Connection| -> Result<usize, crate::store::StoreError> {
            Ok(connection.execute("DELETE FROM persons", [])?)
        };
        store.erase(delete).await.unwrap();
        assert!(is_in_a_file(directory.path(), word), "the reader is in the way");
        store.clean();
        assert!(is_in_a_file(directory.path(), word), "and still is");
        drop(reading);
        store.clean();
        assert!(!is_in_a_file(directory.path(), word));

        // Without anybody in the way it is gone before the answer.
        store.write(add).await.unwrap();
        store.erase(delete).await.unwrap();
        assert!(!is_in_a_file(directory.path(), word));
    }

    #[tokio::test]
    async fn what_a_crash_left_in_the_log_is_gone_after_a_start() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        let word = "Grutto-marker";
        let erase = move |connection: &rusqlite::Connection| -> Result<(), crate::store::StoreError> {
            let sql = "INSERT INTO persons (person_id, name, is_professional, created_at) VALUES (x'01', ?1, 0, 0)";
            connection.execute(sql, [word])?;
            Ok(())
        };
        store.write(erase).await.unwrap();
        let delete = |connection: &rusqlite::Connection| -> Result<usize, crate::store::StoreError> {
            Ok(connection.execute("DELETE FROM persons", [])?)
        };
        // As if the process had ended between the commit and the emptying.
        store.write(delete).await.unwrap();
        let copy = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(directory.path()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
        }
        assert!(is_in_a_file(copy.path(), word));
        let store = Store::open(copy.path()).unwrap();
        assert!(!is_in_a_file(copy.path(), word));
        drop(store);
    }

    fn is_in_a_file(directory: &std::path::Path, word: &str) -> bool {
        let files = std::fs::read_dir(directory).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        files.into_iter().any(|bytes| bytes.windows(word.len()).any(|window| window == word.as_bytes()))
    }
}
