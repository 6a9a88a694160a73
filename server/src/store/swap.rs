//! A restored copy takes the place of the database, which is kept under another name.
//!
//! Whoever restores may be killed in the middle of it. So the copy, when all is done to it, gets a name that says so and
//! has the number under which the old database will be kept; from then on whoever comes next finishes. Only whoever holds
//! the directory's lock may.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::FILE;

const COPY: &str = ".restoring";
const READY: &str = ".restored-";
const REPLACED: &str = ".replaced-";

/// What SQLite keeps beside a database; no write-ahead file may ever be beside a database that it is not of.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// Returns where the copy is made.
pub(crate) fn copy(directory: &Path) -> PathBuf {
    named(directory, COPY)
}

/// Removes a copy that was not finished.
pub(crate) fn remove_copy(directory: &Path) -> io::Result<()> {
    for ending in COMPANIONS.iter().chain([&""]) {
        match fs::remove_file(named(directory, &format!("{COPY}{ending}"))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// The copy is whole, closed and on the disk.
pub(crate) fn ready(directory: &Path, number: i64) -> io::Result<()> {
    fs::rename(copy(directory), named(directory, &format!("{READY}{number}")))?;
    sync(directory)
}

/// Puts a copy that is ready in its place; says whether there was one, and where the database now is that was there.
pub(crate) fn finish(directory: &Path) -> io::Result<Option<Option<PathBuf>>> {
    let Some(number) = number(directory)? else { return Ok(None) };
    let aside = format!("{REPLACED}{number}");
    for ending in COMPANIONS.iter().chain([&""]) {
        let old = named(directory, ending);
        if old.exists() {
            fs::rename(old, named(directory, &format!("{aside}{ending}")))?;
        }
    }
    sync(directory)?;
    fs::rename(named(directory, &format!("{READY}{number}")), named(directory, ""))?;
    sync(directory)?;
    Ok(Some(Some(named(directory, &aside)).filter(|aside| aside.exists())))
}

/// The number of a copy that is ready.
fn number(directory: &Path) -> io::Result<Option<String>> {
    let start = format!("{FILE}{READY}");
    for file in fs::read_dir(directory)? {
        let name = file?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(&start)).unwrap_or_default();
        if !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()) {
            return Ok(Some(number.to_owned()));
        }
    }
    Ok(None)
}

fn named(directory: &Path, ending: &str) -> PathBuf {
    directory.join(format!("{FILE}{ending}"))
}

fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restore_that_was_cut_off_between_any_two_names_is_finished() {
        for done in 0..=3 {
            let home = tempfile::tempdir().unwrap();
            let at = |ending: &str| named(home.path(), ending);
            for (ending, text) in [("", "old"), ("-wal", "its log"), ("-shm", ""), (COPY, "new")] {
                fs::write(at(ending), text).unwrap();
            }
            assert_eq!(finish(home.path()).unwrap(), None, "a copy that is not ready counts for nothing");
            ready(home.path(), 17).unwrap();
            for ending in COMPANIONS.iter().chain([&""]).take(done) {
                fs::rename(at(ending), at(&format!("{REPLACED}17{ending}"))).unwrap();
            }
            assert_eq!(finish(home.path()).unwrap(), Some(Some(at(".replaced-17"))), "after {done} names");
            assert_eq!(fs::read_to_string(at("")).unwrap(), "new");
            assert!(!at("-wal").exists() && !at("-shm").exists());
            assert_eq!(fs::read_to_string(at(".replaced-17")).unwrap(), "old");
            assert_eq!(fs::read_to_string(at(".replaced-17-wal")).unwrap(), "its log");
            assert_eq!(finish(home.path()).unwrap(), None);
        }
    }
}
