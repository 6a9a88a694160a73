//! Leaving nothing of what was erased in the database file and the write-ahead file.
//!
//! In the database file `secure_delete` writes zeros in the place of a deleted row. But where SQLite has moved a row to
//! another page, because one was full, a copy may be left in the unused middle of the page that it was on
//! (`rebuildPage` does not clear that). Only writing the file anew leaves none of them.

use std::time::Duration;

use rusqlite::Connection;

use super::StoreError;
use crate::fail;

/// The time that to wait for readers of an older state before it is left for later, in all that are waiting for the commit.
const CHECKPOINT_TIMEOUT: Duration = Duration::from_millis(250);

/// The time that a connection waits otherwise for another one.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The most bytes of a database that is written anew after an erasure: everybody who writes waits for that.
const MAX_VACUUM_BYTES: i64 = 32 << 20;

/// Notes, in the transaction that erases something, that copies of it may be left in the database.
pub(crate) fn mark_pending_vacuum(connection: &Connection) -> Result<(), StoreError> {
    connection.prepare_cached("INSERT OR IGNORE INTO remains (one) VALUES (1)")?.execute([])?;
    Ok(())
}

/// Writes the database anew, where it is small enough, so that no copy of a deleted row is left in it.
pub(super) fn rewrite(connection: &Connection) -> Result<(), StoreError> {
    let size = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    if connection.query_row(size, [], |row| row.get::<_, i64>(0))? <= MAX_VACUUM_BYTES {
        write_anew(connection)?;
    }
    Ok(())
}

/// Does what was left undone: by a server that was killed behind an erasure, or had too large a database to let
/// everybody wait.
pub(super) fn sweep(connection: &Connection) -> Result<(), StoreError> {
    if connection.prepare("SELECT 1 FROM remains")?.exists([])? {
        tracing::info!("writing the database anew, without what was erased");
        write_anew(connection)?;
    }
    Ok(())
}

fn write_anew(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch("VACUUM")?;
    connection.execute("DELETE FROM remains", [])?;
    Ok(())
}

/// Moves everything from the write-ahead file to the database and cuts it to nothing, on the disk as well; false where
/// a reader is in the way.
pub(super) fn empty_log(connection: &Connection) -> Result<bool, StoreError> {
    fail::point("checkpoint.before");
    connection.busy_timeout(CHECKPOINT_TIMEOUT)?;
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
    connection.busy_timeout(BUSY_TIMEOUT)?;
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

    #[test]
    fn a_row_that_was_deleted_is_overwritten_in_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kring.db");
        let connection = crate::store::connect(&path).unwrap();
        connection.execute_batch("CREATE TABLE notes (text TEXT NOT NULL) STRICT").unwrap();
        let has_it = || {
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
            std::fs::read(&path).unwrap().windows(13).any(|window| window == b"Grutto-marker")
        };
        connection.execute("INSERT INTO notes VALUES ('Grutto-marker')", []).unwrap();
        assert!(has_it());
        connection.execute("DELETE FROM notes", []).unwrap();
        assert!(!has_it());
    }

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
    async fn no_copy_of_an_erased_row_is_left_on_old_pages() {
        const ROWS: u64 = 6_000;
        const ERASED: u64 = 600;
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        store.write(|connection| -> Result<(), crate::store::StoreError> { fill(connection, ROWS) }).await.unwrap();
        let delete = |connection: &rusqlite::Connection| -> Result<usize, crate::store::StoreError> {
            Ok(connection.execute("DELETE FROM persons WHERE created_at % ?1 = 0", [ERASED as i64])?)
        };
        store.erase(delete).await.unwrap();
        let bytes = std::fs::read(directory.path().join("kring.db")).unwrap();
        let marks = bytes.windows(7).filter(|window| window == b"Grutto-").count() as u64;
        let is_erased = |number: &u64| contains(&bytes, &word(*number));
        let erased: Vec<_> = (0..ROWS).step_by(ERASED as usize).filter(is_erased).collect();
        assert!(erased.is_empty(), "{erased:?}");
        // A second copy of a row would outlive it.
        assert_eq!(marks, ROWS - ROWS / ERASED, "each of the others is there once");
    }

    #[tokio::test]
    async fn what_a_crash_left_in_pages_is_gone_when_a_server_starts() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        store.write(|connection| -> Result<(), crate::store::StoreError> { fill(connection, 6_000) }).await.unwrap();
        drop(store);
        let words = || {
            let bytes = std::fs::read(directory.path().join("kring.db")).unwrap();
            let numbers = bytes.windows(11).filter_map(|window| {
                let number = std::str::from_utf8(window).ok()?.strip_prefix("Grutto-")?.split('-').next()?;
                number.parse::<i64>().ok()
            });
            let mut numbers: Vec<i64> = numbers.collect();
            numbers.sort_unstable();
            numbers
        };
        let store = Store::open(directory.path()).unwrap();
        // What SQLite has moved is there twice.
        let moved: Vec<i64> = words().windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        assert!(!moved.is_empty(), "or the test shows nothing");
        // As if the process had ended right behind the commit that erases.
        let erased = moved.clone();
        let erase = move |connection: &rusqlite::Connection| -> Result<(), crate::store::StoreError> {
            super::mark_pending_vacuum(connection)?;
            let mut delete = connection.prepare("DELETE FROM persons WHERE created_at = ?1")?;
            erased.iter().try_for_each(|number| delete.execute([number]).map(drop))?;
            Ok(())
        };
        store.write(erase).await.unwrap();
        drop(store);
        let left = || words().iter().filter(|number| moved.contains(number)).count();
        Store::open(directory.path()).map(drop).unwrap();
        assert_ne!(left(), 0, "they are there still");
        Store::open_to_serve(directory.path()).map(drop).unwrap();
        assert_eq!(left(), 0);
    }

    fn word(number: u64) -> String {
        format!("Grutto-{number}-marker")
    }

    /// Adds people in no order, so that pages are split in their middle.
    fn fill(connection: &rusqlite::Connection, rows: u64) -> Result<(), crate::store::StoreError> {
        let sql = "INSERT INTO persons (person_id, name, is_professional, created_at) VALUES (?1, ?2, 0, ?3)";
        let mut insert = connection.prepare(sql)?;
        let mut id = 1_u64;
        for number in 0..rows {
            id = id.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let name = word(number) + &".".repeat((id >> 7 & 63) as usize);
            insert.execute(rusqlite::params![id.to_be_bytes(), name, number as i64])?;
        }
        Ok(())
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
        files.into_iter().any(|bytes| contains(&bytes, word))
    }

    fn contains(bytes: &[u8], word: &str) -> bool {
        bytes.windows(word.len()).any(|window| window == word.as_bytes())
    }
}
