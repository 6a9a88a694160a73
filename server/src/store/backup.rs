//! Copies of the database: taken while it is in use, and checked before they are put back.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::{StoreError, connect, schema};

/// Writes a copy of the database of a data directory into a new file that only its owner can read.
///
/// The copy is of one moment, works beside a running server, and holds no remains of what was deleted.
///
/// # Errors
///
/// When there is no database, or the file is there already or cannot be written; no half of a copy stays behind.
pub fn back_up(directory: &Path, to: &Path) -> Result<(), StoreError> {
    let failed = |error| StoreError::Open(Arc::new(error));
    let from = directory.join(super::FILE);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(&from, flags)?;
    database.busy_timeout(super::purge::BUSY_TIMEOUT)?;
    // SQLite takes a name that begins with `file:` for more than a name, and knows none that is not UTF-8.
    let to = &std::path::absolute(to).map_err(failed)?;
    let name = to.to_str().ok_or_else(|| failed(std::io::Error::other("the name of the file is not UTF-8")))?;
    new_private(to).map_err(failed)?;
    let copied =
        database.execute("VACUUM INTO ?1", [name]).map_err(StoreError::from).and_then(|_| sync(to).map_err(failed));
    if copied.is_err() {
        // What is half written is worse than nothing.
        let _ = std::fs::remove_file(to);
    }
    copied
}

/// Opens a copy of its own, whole and of the present version.
///
/// # Errors
///
/// [`StoreError::Damaged`] where it is not what it was when it was made.
pub fn open_copy(path: &Path) -> Result<Connection, StoreError> {
    let damaged = || StoreError::Damaged(path.to_owned());
    let mut connection = connect(path).map_err(|error| StoreError::from(error).at(path))?;
    let version: u32 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|error| StoreError::from(error).at(path))?;
    if version == 0 {
        // Empty, or of another program.
        return Err(damaged());
    }
    let verdict: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(|error| StoreError::from(error).at(path))?;
    if verdict != "ok" {
        return Err(damaged());
    }
    schema::migrate(&mut connection)?;
    Ok(connection)
}

/// Opens a database that is about to be replaced, to look into it: it may be damaged, and stays as it is.
///
/// # Errors
///
/// When it cannot be opened.
pub fn open_replaced(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(path, flags)?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Ok(database)
}

/// Has a file and its name on the disk.
///
/// # Errors
///
/// When the system cannot.
pub fn sync(path: &Path) -> std::io::Result<()> {
    File::options().read(true).write(true).open(path)?.sync_all()?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(parent)?.sync_all()
}

/// Makes a file that was not there and that only its owner can read.
///
/// # Errors
///
/// When it is there, or cannot be made.
pub fn new_private(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
