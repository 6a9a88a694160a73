//! The path of a file, and the key that it is locked with.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{LOCK_TIMEOUT, StoreError};

/// A file, with its key where it is encrypted.
#[derive(Clone, Copy)]
pub(crate) struct DatabaseFile<'a> {
    path: &'a Path,
    #[cfg(feature = "sqlcipher")]
    key: Option<&'a super::FileKey>,
}

impl<'a> DatabaseFile<'a> {
    /// A file that is encrypted with a key.
    #[cfg(feature = "sqlcipher")]
    pub(crate) fn locked(path: &'a Path, key: &'a super::FileKey) -> Self {
        Self { path, key: Some(key) }
    }

    pub(crate) fn path(self) -> &'a Path {
        self.path
    }

    /// Another file under the same key, where there is one.
    pub(crate) fn at(mut self, path: &'a Path) -> Self {
        self.path = path;
        self
    }

    /// Returns whether the file is encrypted.
    pub(super) fn is_locked(self) -> bool {
        #[cfg(feature = "sqlcipher")]
        let is_locked = self.key.is_some();
        #[cfg(not(feature = "sqlcipher"))]
        let is_locked = false;
        is_locked
    }

    /// Opens the file, and unlocks it.
    pub(super) fn connect(self) -> Result<Connection, StoreError> {
        let connection = Connection::open(self.path)?;
        connection.busy_timeout(LOCK_TIMEOUT)?;
        #[cfg(feature = "sqlcipher")]
        if let Some(key) = self.key {
            key.unlock(&connection)?;
        }
        Ok(connection)
    }
}

impl<'a> From<&'a Path> for DatabaseFile<'a> {
    fn from(path: &'a Path) -> Self {
        Self {
            path,
            #[cfg(feature = "sqlcipher")]
            key: None,
        }
    }
}

impl<'a> From<&'a PathBuf> for DatabaseFile<'a> {
    fn from(path: &'a PathBuf) -> Self {
        path.as_path().into()
    }
}
