//! The files of one database: SQLite keeps some beside it, and so do we.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::MARK;

/// What the names of the files end with that belong to a database and are not it.
pub(super) const COMPANIONS: [&str; 4] = ["-wal", "-shm", "-journal", MARK];

/// The file whose name is that of another with something behind it.
pub(super) fn with_suffix(path: &Path, ending: impl AsRef<OsStr>) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Removes a database, with what belongs to it, where it is there.
pub(super) fn remove(path: &Path) {
    for ending in COMPANIONS.iter().chain([&""]) {
        let _ = fs::remove_file(with_suffix(path, ending));
    }
}
