//! A new file takes the place of a damaged one, which is kept under another name.
//!
//! The app may be ended in the middle of it. So the new file is first written whole under a name that only means a
//! draft; then it gets the name that says it is ready, and with it the number that the damaged file will have. From then
//! on whoever comes next can finish: every step is a rename that is left out where it was done.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use kring_domain::Timestamp;

use super::files::{COMPANIONS, beside, remove};

const DRAFT: &str = ".rescuing";
const READY: &str = ".rescued-";
const DAMAGED: &str = ".damaged-";

/// Where the new file is written; nothing is left there of one that was not finished.
pub(crate) fn draft(path: &Path) -> PathBuf {
    let draft = beside(path, DRAFT);
    remove(&draft);
    draft
}

/// The draft is whole and closed; the damaged file will be known by this instant.
///
/// # Errors
///
/// That of the file system; nothing has changed then.
pub(crate) fn ready(path: &Path, now: Timestamp) -> io::Result<()> {
    let draft = beside(path, DRAFT);
    for ending in COMPANIONS {
        let _ = fs::remove_file(beside(&draft, ending));
    }
    fs::rename(&draft, beside(path, format!("{READY}{}", now.millis())))?;
    sync_folder(path)
}

/// Puts a file that is ready in its place; says where the damaged one is now, where there was something to do.
///
/// # Errors
///
/// That of the file system; it can be tried again.
pub(crate) fn finish(path: &Path) -> io::Result<Option<PathBuf>> {
    let Some(number) = number(path)? else { return Ok(None) };
    let aside = beside(path, format!("{DAMAGED}{number}"));
    for (from, to) in renames(path, &number) {
        if from.exists() {
            fs::rename(from, to)?;
        }
    }
    sync_folder(path)?;
    Ok(Some(aside))
}

/// Every step, in order. The damaged file goes after what belongs to it and before the new one comes, so that a
/// write-ahead file is never beside a database that it is not of.
fn renames(path: &Path, number: &str) -> Vec<(PathBuf, PathBuf)> {
    let aside = beside(path, format!("{DAMAGED}{number}"));
    let old = COMPANIONS.iter().chain([&""]).map(|ending| (beside(path, ending), beside(&aside, ending)));
    let new = (beside(path, format!("{READY}{number}")), path.to_owned());
    old.chain([new]).collect()
}

/// The number of the exchange that was begun, where one was.
fn number(path: &Path) -> io::Result<Option<String>> {
    let Some(name) = path.file_name() else { return Ok(None) };
    let start = format!("{}{READY}", name.to_string_lossy());
    let listed = match fs::read_dir(folder(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        listed => listed?,
    };
    for file in listed {
        let name = file?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(&start));
        if let Some(number) = number.filter(|number| number.bytes().all(|digit| digit.is_ascii_digit())) {
            return Ok(Some(number.to_owned()));
        }
    }
    Ok(None)
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Makes renames durable; where folders cannot be synced, the file system keeps their order.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { fs::File::open(folder(path))?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MARK;

    #[test]
    fn an_exchange_that_was_cut_off_anywhere_is_finished_by_who_comes_next() {
        let begin = |path: &Path| {
            fs::write(path, "damaged").unwrap();
            fs::write(beside(path, "-wal"), "its log").unwrap();
            fs::write(beside(path, MARK), "").unwrap();
            fs::write(draft(path), "new").unwrap();
            fs::write(beside(path, ".rescuing-wal"), "").unwrap();
            ready(path, Timestamp::from_millis(17)).unwrap();
        };
        let home = tempfile::tempdir().unwrap();
        let all = renames(Path::new("kring.db"), "17").len();
        for done in 0..=all {
            let path = home.path().join(format!("{done}.db"));
            begin(&path);
            for (from, to) in renames(&path, "17").into_iter().take(done).filter(|(from, _)| from.exists()) {
                fs::rename(from, to).unwrap();
            }
            let aside = beside(&path, ".damaged-17");
            assert_eq!(finish(&path).unwrap(), (done < all).then(|| aside.clone()), "after {done} steps");
            assert_eq!(fs::read_to_string(&path).unwrap(), "new");
            assert!(!beside(&path, "-wal").exists() && !beside(&path, MARK).exists());
            assert_eq!(fs::read_to_string(&aside).unwrap(), "damaged");
            assert_eq!(fs::read_to_string(beside(&aside, "-wal")).unwrap(), "its log");
            assert_eq!(finish(&path).unwrap(), None, "there is nothing more to do");
        }
    }

    #[test]
    fn a_draft_counts_for_nothing_and_neither_does_the_file_of_another() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("kring.db");
        assert_eq!(finish(&home.path().join("no/folder/kring.db")).unwrap(), None);
        fs::write(&path, "as it is").unwrap();
        fs::write(draft(&path), "half").unwrap();
        fs::write(home.path().join("another-kring.db.rescued-5"), "of another").unwrap();
        fs::write(home.path().join("kring.db.rescued-mine"), "a copy of somebody's own").unwrap();
        assert_eq!(finish(&path).unwrap(), None);
        assert_eq!(fs::read_to_string(&path).unwrap(), "as it is");
        assert!(!draft(&path).exists(), "the next one begins anew");
    }
}
