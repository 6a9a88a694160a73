//! How much memory this process has held.

use std::fs;

use tokio::sync::Mutex;

/// Held by a test while it runs: memory is of the process, so nothing else happens meanwhile.
pub(super) static ALONE: Mutex<()> = Mutex::const_new(());

/// The most that was held since the last call of [`forget`], in bytes; `None` where the system does not say.
pub(super) fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

/// Begins to measure anew.
pub(super) fn forget() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}
