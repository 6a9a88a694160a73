//! A new file takes the place of a damaged one, which is kept under another name.
//!
//! The app may be ended in the middle of it. So the new file is first written whole under a name that only means a
//! draft; then it gets the name that says it is ready, and with it the number that the damaged file will have. From then
//! on whoever comes next can finish: every step is a rename that is left out where it was done.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use kring_domain::Timestamp;

use super::StoreError;
use super::files::{COMPANIONS, remove, with_suffix};

const LOCK: &str = ".rescue-lock";
const DRAFT: &str = ".rescuing";
const READY: &str = ".rescued-";
const DAMAGED: &str = ".damaged-";

/// Finishes an exchange that was cut off, where one was.
pub(crate) fn finish_interrupted(path: &Path) -> Result<(), StoreError> {
    if number(path)?.is_some() {
        FileSwap::begin(path)?.finish()?;
    }
    Ok(())
}

/// The right to exchange a file, which one process has at a time.
pub(crate) struct FileSwap<'a> {
    path: &'a Path,
    _lock: File,
}

impl<'a> FileSwap<'a> {
    /// Takes the right; [`StoreError::InUse`] where somebody else has it. The empty file that it goes by stays.
    pub(crate) fn begin(path: &'a Path) -> Result<Self, StoreError> {
        let lock = File::options().create(true).append(true).open(with_suffix(path, LOCK))?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse),
            // Where the system has no such locks, an app that opens its file twice at once has to see to it itself.
            Err(TryLockError::Error(error)) if error.kind() != io::ErrorKind::Unsupported => return Err(error.into()),
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        Ok(Self { path, _lock: lock })
    }

    /// Returns where the new file is written; nothing is left there of one that was not finished.
    pub(crate) fn draft(&self) -> PathBuf {
        let draft = with_suffix(self.path, DRAFT);
        remove(&draft);
        draft
    }

    /// The draft is whole and closed, and this instant the number of the exchange.
    pub(crate) fn ready(&self, now: Timestamp) -> Result<(), StoreError> {
        let draft = with_suffix(self.path, DRAFT);
        for ending in COMPANIONS {
            let _ = fs::remove_file(with_suffix(&draft, ending));
        }
        fs::rename(&draft, with_suffix(self.path, format!("{READY}{}", now.millis())))?;
        Ok(sync_folder(self.path)?)
    }

    /// Puts a file that is ready in its place; says where the damaged one is now, where there was something to do.
    pub(crate) fn finish(&self) -> Result<Option<PathBuf>, StoreError> {
        let Some(number) = number(self.path)? else { return Ok(None) };
        let (old, new) = renames(self.path, &number);
        for (from, to) in old {
            if from.exists() {
                fs::rename(from, to)?;
            }
        }
        // Otherwise a power cut could leave the old write-ahead file beside the new database.
        sync_folder(self.path)?;
        fs::rename(new, self.path)?;
        sync_folder(self.path)?;
        Ok(Some(with_suffix(self.path, format!("{DAMAGED}{number}"))))
    }
}

/// Lists the renames in order: what belongs to the damaged file, the damaged file, the new one.
fn renames(path: &Path, number: &str) -> (Vec<(PathBuf, PathBuf)>, PathBuf) {
    let aside = with_suffix(path, format!("{DAMAGED}{number}"));
    let old = COMPANIONS.iter().chain([&""]).map(|ending| (with_suffix(path, ending), with_suffix(&aside, ending)));
    (old.collect(), with_suffix(path, format!("{READY}{number}")))
}

/// The number of the exchange that was begun, where one was.
fn number(path: &Path) -> io::Result<Option<String>> {
    let Some(name) = path.file_name() else { return Ok(None) };
    let start = [name.as_encoded_bytes(), READY.as_bytes()].concat();
    let listed = match fs::read_dir(folder(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        listed => listed?,
    };
    for file in listed {
        let name = file?.file_name();
        let number = name.as_encoded_bytes().strip_prefix(start.as_slice()).unwrap_or_default();
        if !number.is_empty() && number.iter().all(u8::is_ascii_digit) {
            return Ok(Some(String::from_utf8_lossy(number).into_owned()));
        }
    }
    Ok(None)
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Makes renames durable; where folders cannot be synced, the file system keeps their order.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder(path))?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MARK;

    fn ready(path: &Path) {
        fs::write(path, "damaged").unwrap();
        fs::write(with_suffix(path, "-wal"), "its log").unwrap();
        fs::write(with_suffix(path, MARK), "").unwrap();
        let swap = FileSwap::begin(path).unwrap();
        fs::write(swap.draft(), "new").unwrap();
        fs::write(with_suffix(path, ".rescuing-wal"), "").unwrap();
        swap.ready(Timestamp::from_millis(17)).unwrap();
    }

    #[test]
    fn a_swap_that_was_cut_off_anywhere_is_finished_later() {
        let home = tempfile::tempdir().unwrap();
        for done in 0..=COMPANIONS.len() + 1 {
            let path = home.path().join(format!("{done}.db"));
            ready(&path);
            let (old, _) = renames(&path, "17");
            for (from, to) in old.into_iter().take(done).filter(|(from, _)| from.exists()) {
                fs::rename(from, to).unwrap();
            }
            let aside = with_suffix(&path, ".damaged-17");
            let swap = FileSwap::begin(&path).unwrap();
            assert_eq!(swap.finish().unwrap(), Some(aside.clone()), "after {done} steps");
            assert_eq!(fs::read_to_string(&path).unwrap(), "new");
            assert!(!with_suffix(&path, "-wal").exists() && !with_suffix(&path, MARK).exists());
            assert_eq!(fs::read_to_string(&aside).unwrap(), "damaged");
            assert_eq!(fs::read_to_string(with_suffix(&aside, "-wal")).unwrap(), "its log");
            assert_eq!(swap.finish().unwrap(), None, "there is nothing more to do");
        }
    }

    #[test]
    fn one_at_a_time_exchanges_a_file() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("kring.db");
        ready(&path);
        let other = FileSwap::begin(&path).unwrap();
        assert!(matches!(finish_interrupted(&path), Err(StoreError::InUse)));
        assert_eq!(fs::read_to_string(&path).unwrap(), "damaged");
        drop(other);
        finish_interrupted(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }

    #[test]
    fn a_draft_or_another_file_finishes_no_swap() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("kring.db");
        finish_interrupted(&home.path().join("no/folder/kring.db")).unwrap();
        fs::write(&path, "as it is").unwrap();
        let swap = FileSwap::begin(&path).unwrap();
        fs::write(swap.draft(), "half").unwrap();
        for name in ["another-kring.db.rescued-5", "kring.db.rescued-mine", "kring.db.rescued-"] {
            fs::write(home.path().join(name), "of somebody else").unwrap();
        }
        assert_eq!(swap.finish().unwrap(), None);
        assert_eq!(fs::read_to_string(&path).unwrap(), "as it is");
        assert!(!swap.draft().exists(), "the next one begins anew");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_name_of_a_file_may_be_any_bytes() {
        use std::os::unix::ffi::OsStrExt;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(std::ffi::OsStr::from_bytes(b"kr\xefng.db"));
        ready(&path);
        finish_interrupted(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }
}
