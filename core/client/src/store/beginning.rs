//! Telling a file that was never filled from one that was emptied.
//!
//! An app that is killed during its very first start leaves a file with nothing in it, which is to open as new. The same
//! nothing in a file that a person wrote in is damage, and must not pass for a new beginning. So a file that was made
//! has an empty mark beside it.

use std::fs::{self, OpenOptions};
use std::path::Path;

use super::files::with_suffix;

/// What the name of the mark ends with.
pub(crate) const MARK: &str = "-made";

/// Returns whether there is a file with nothing in it that once had something.
pub(super) fn is_emptied(path: &Path) -> bool {
    let has_bytes = |ending| fs::metadata(with_suffix(path, ending)).is_ok_and(|file| file.len() > 0);
    let is_empty = fs::metadata(path).is_ok_and(|file| file.len() == 0);
    // A log is begun when the first page is there; SQLite would remove one that is beside an empty file.
    is_empty && (has_bytes("-wal") || with_suffix(path, MARK).exists())
}

/// The file has its tables: from now on it is never empty.
pub(super) fn mark(path: &Path) {
    let mark = with_suffix(path, MARK);
    if mark.exists() {
        return;
    }
    if let Err(error) = OpenOptions::new().create(true).append(true).open(mark) {
        tracing::warn!(%error, "a new file has no mark");
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::store::{Edits, Store, StoreError};

    type Begin = fn(&Path);

    #[test]
    fn a_file_that_was_only_begun_opens_as_new() {
        let directory = tempfile::tempdir().unwrap();
        let begun: [(&str, Begin); 5] = [
            ("nothing", |path| fs::write(path, b"").unwrap()),
            ("an empty log", |path| {
                fs::write(path, b"").unwrap();
                fs::write(with_suffix(path, "-wal"), b"").unwrap();
            }),
            ("a first page that was being written", |path| {
                fs::write(path, b"").unwrap();
                fs::write(with_suffix(path, "-journal"), [0; 512]).unwrap();
            }),
            ("no tables", |path| {
                Connection::open(path).unwrap().query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
                assert!(fs::metadata(path).unwrap().len() > 0);
            }),
            ("the tables of the first version", |path| {
                let connection = Connection::open(path).unwrap();
                connection.execute_batch(include_str!("schema/0001.sql")).unwrap();
                connection.pragma_update(None, "user_version", 1).unwrap();
            }),
        ];
        for (number, (what, begin)) in begun.into_iter().enumerate() {
            let path = directory.path().join(format!("{number}.db"));
            begin(&path);
            let store = Store::open(&path).unwrap_or_else(|error| panic!("{what}: {error}"));
            assert!(
                store.documents().unwrap().is_empty() && store.edits(Edits::Unshared).unwrap().is_empty(),
                "{what}"
            );
            drop(store);
            assert!(Store::open(&path).is_ok(), "{what}, again");
        }
    }

    #[test]
    fn a_file_that_was_emptied_is_damaged() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kring.db");
        drop(Store::open(&path).unwrap());
        fs::write(&path, b"").unwrap();
        assert!(matches!(Store::open(&path), Err(StoreError::Damaged)));

        let copied = directory.path().join("copied.db");
        fs::write(&copied, b"").unwrap();
        fs::write(with_suffix(&copied, "-wal"), [7; 100]).unwrap();
        assert!(matches!(Store::open(&copied), Err(StoreError::Damaged)), "a log of something that is gone");
    }
}
