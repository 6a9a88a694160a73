//! The folder of the files.

use std::path::Path;

use tempfile::TempDir;

/// A new directory, in memory where the system has such a place: that the real disk syncs proves nothing here.
pub(crate) fn room() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { TempDir::new_in(memory).or_else(|_| TempDir::new()) } else { TempDir::new() };
    made.expect("there is room for a directory")
}
