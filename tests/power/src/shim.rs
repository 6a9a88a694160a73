//! The shim between SQLite and the VFS of the system; all the unsafe code of the project.
//!
//! A file that is opened through it is the real file of the real VFS, with a table of functions in which four are
//! replaced: they write down in the [`Disk`] what is done to it, and do it. Locks, shared memory and everything else
//! go to the real functions unseen. Memory mapping is not offered, which the server and the phone do not use either.
#![expect(unsafe_code, reason = "a VFS of SQLite is a table of C functions; see the reason at each block")]

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::{null, null_mut};
use std::sync::OnceLock;

use rusqlite::ffi::{self, SQLITE_IOERR, SQLITE_OK, sqlite3_file, sqlite3_io_methods, sqlite3_vfs};

use crate::disk::{Disk, File};

/// What the shim has to know of the real VFS.
struct Real {
    /// The number of bytes the real VFS needs for a file; ours come behind them.
    size: usize,
    open_directory: OpenDirectory,
}

/// The way in which the real VFS opens a directory, which it does to sync it and for nothing else.
type OpenDirectory = unsafe extern "C" fn(*const c_char, *mut c_int) -> c_int;

/// What stands behind the real file in the memory that SQLite gives for one.
struct Tail {
    /// The table SQLite calls through.
    methods: sqlite3_io_methods,
    /// The table of the real file.
    real: *const sqlite3_io_methods,
    /// The location written down.
    file: *mut File,
}

static REAL: OnceLock<Real> = OnceLock::new();

thread_local! {
    /// True when the real VFS has synced a directory since this was last cleared, on this thread.
    static DIRECTORY_SYNCED: Cell<bool> = const { Cell::new(false) };
}

/// Makes the shim the VFS of every connection that is opened from now on in this process.
pub(crate) fn install() {
    REAL.get_or_init(|| {
        // SAFETY: SQLite gives a VFS that lives as long as the process, or null, which there is on no system that
        // Kring runs on. The copy that is registered is never freed.
        unsafe {
            let real = ffi::sqlite3_vfs_find(null());
            assert!(!real.is_null(), "SQLite has a VFS");
            let get = (*real).xGetSystemCall.expect("a VFS for Unix has system calls");
            let set = (*real).xSetSystemCall.expect("a VFS for Unix has system calls");
            let name = c"openDirectory".as_ptr();
            let before = get(real, name).expect("it opens directories");
            set(real, name, Some(std::mem::transmute::<OpenDirectory, unsafe extern "C" fn()>(open_directory)));
            let size = (*real).szOsFile;
            let mut shim = *real;
            shim.szOsFile += size_of::<Tail>() as c_int;
            shim.zName = c"kring-power".as_ptr();
            shim.pNext = null_mut();
            shim.pAppData = real.cast();
            shim.xOpen = Some(open);
            shim.xDelete = Some(delete);
            assert_eq!(ffi::sqlite3_vfs_register(Box::leak(Box::new(shim)), 1), SQLITE_OK);
            assert_eq!(size as usize % align_of::<Tail>(), 0, "what comes behind the real file is aligned");
            Real {
                size: size as usize,
                open_directory: std::mem::transmute::<unsafe extern "C" fn(), OpenDirectory>(before),
            }
        }
    });
}

unsafe extern "C" fn open(
    vfs: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite calls this with the VFS that `install` registered, whose data is the real one, with a name that
    // is null or ends in a zero, and with room for a file of the size that the VFS asks for.
    unsafe {
        let real: *mut sqlite3_vfs = (*vfs).pAppData.cast();
        let Some(real_open) = (*real).xOpen else { return SQLITE_IOERR };
        let Some((disk, short)) = path(name).and_then(Disk::of) else { return real_open(real, name, file, flags, out) };
        let opened = disk.open(&short, || match real_open(real, name, file, flags, out) {
            SQLITE_OK => Ok(()),
            code => Err(code),
        });
        let opened = match opened {
            Ok(opened) => Box::into_raw(Box::new(opened)),
            Err(code) => return code,
        };
        let methods = sqlite3_io_methods {
            // Without the third version there is no memory mapping.
            iVersion: (*(*file).pMethods).iVersion.min(2),
            xClose: Some(close),
            xWrite: Some(write),
            xTruncate: Some(truncate),
            xSync: Some(sync),
            ..*(*file).pMethods
        };
        let tail = tail(file);
        tail.write(Tail { methods, real: (*file).pMethods, file: opened });
        (*file).pMethods = &raw const (*tail).methods;
        SQLITE_OK
    }
}

unsafe extern "C" fn delete(vfs: *mut sqlite3_vfs, name: *const c_char, sync_directory: c_int) -> c_int {
    // SAFETY: as for `open`.
    unsafe {
        let real: *mut sqlite3_vfs = (*vfs).pAppData.cast();
        let Some(real_delete) = (*real).xDelete else { return SQLITE_IOERR };
        let run = || real_delete(real, name, sync_directory);
        match path(name).and_then(Disk::of) {
            Some((disk, short)) => disk.delete(&short, || seeing_directories(run)),
            None => run(),
        }
    }
}

unsafe extern "C" fn write(file: *mut sqlite3_file, data: *const c_void, amount: c_int, offset: i64) -> c_int {
    // SAFETY: SQLite calls this for a file that `open` made, with so many bytes to write.
    unsafe {
        let tail = &*tail(file);
        let Some(real) = (*tail.real).xWrite else { return SQLITE_IOERR };
        let bytes = std::slice::from_raw_parts(data.cast::<u8>(), usize::try_from(amount).unwrap_or_default());
        (*tail.file).write(u64::try_from(offset).unwrap_or_default(), bytes, || real(file, data, amount, offset))
    }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: i64) -> c_int {
    // SAFETY: as for `write`.
    unsafe {
        let tail = &*tail(file);
        let Some(real) = (*tail.real).xTruncate else { return SQLITE_IOERR };
        (*tail.file).truncate(u64::try_from(size).unwrap_or_default(), || real(file, size))
    }
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: as for `write`.
    unsafe {
        let tail = &*tail(file);
        let Some(real) = (*tail.real).xSync else { return SQLITE_IOERR };
        (*tail.file).sync(|| seeing_directories(|| real(file, flags)))
    }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: as for `write`; nothing is called for the file after this, so what `open` boxed is dropped here, once.
    unsafe {
        let tail = tail(file);
        let Some(real) = (*(*tail).real).xClose else { return SQLITE_IOERR };
        drop(Box::from_raw((*tail).file));
        real(file)
    }
}

unsafe extern "C" fn open_directory(name: *const c_char, descriptor: *mut c_int) -> c_int {
    let Some(real) = REAL.get() else { return ffi::SQLITE_CANTOPEN };
    DIRECTORY_SYNCED.set(true);
    // SAFETY: the arguments are those of the function that this stands in front of.
    unsafe { (real.open_directory)(name, descriptor) }
}

/// Returns what a call of the real VFS answers, and whether it has synced a directory.
fn seeing_directories(run: impl FnOnce() -> c_int) -> (c_int, bool) {
    DIRECTORY_SYNCED.set(false);
    (run(), DIRECTORY_SYNCED.get())
}

/// Returns where our part of a file is.
fn tail(file: *mut sqlite3_file) -> *mut Tail {
    let size = REAL.get().map_or(0, |real| real.size);
    file.cast::<u8>().wrapping_add(size).cast()
}

/// A name that SQLite gave; `None` for a file without one, and for one that is no text.
///
/// # Safety
///
/// The name is null or ends in a zero.
unsafe fn path<'a>(name: *const c_char) -> Option<&'a str> {
    if name.is_null() {
        return None;
    }
    // SAFETY: it is not null, so it ends in a zero.
    unsafe { CStr::from_ptr(name) }.to_str().ok()
}
