//! Tells whether a database is in the file that it was in: a copy that was put back, here or on another phone, is another
//! file.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::{Store, StoreError};

/// Returns what tells a file from a copy of it: when it was made, or its number where the system does not say.
///
/// A file that is written anew in its own place, or gets another name, stays the same. None where the system says nothing.
pub(crate) fn of(path: &Path) -> Option<String> {
    let file = fs::metadata(path).ok()?;
    let made = file.created().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    made.map(|made| format!("made {}", made.as_nanos())).or_else(|| number(&file))
}

#[cfg(unix)]
fn number(file: &fs::Metadata) -> Option<String> {
    Some(format!("number {}", std::os::unix::fs::MetadataExt::ino(file)))
}

#[cfg(not(unix))]
fn number(_: &fs::Metadata) -> Option<String> {
    None
}

impl Store {
    /// Returns whether this database came from another file, in which there may be another phone's life. One that has no mark yet gets
    /// that of its file.
    pub(crate) fn is_from_elsewhere(&mut self, file_id: Option<&str>) -> Result<bool, StoreError> {
        let Some(file_id) = file_id else { return Ok(false) };
        match self.file_id()? {
            Some(known) if self.credentials()?.is_some() => Ok(known != file_id),
            _ => {
                self.put_file_id(file_id)?;
                Ok(false)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_another_file_and_a_new_name_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::write(path("first"), b"something").unwrap();
        let first = of(&path("first")).unwrap();
        fs::write(path("first"), b"something else").unwrap();
        assert_eq!(of(&path("first")).unwrap(), first);
        fs::rename(path("first"), path("renamed")).unwrap();
        assert_eq!(of(&path("renamed")).unwrap(), first);
        fs::copy(path("renamed"), path("copy")).unwrap();
        assert_ne!(of(&path("copy")).unwrap(), first);
        assert_eq!(of(&path("nowhere")), None);
    }
}
