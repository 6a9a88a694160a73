//! How much memory this process has held, and whether anything in it has panicked.

use std::sync::{LazyLock, PoisonError};
use std::{fs, panic};

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

/// Returns where threads of the phone have panicked since the first call, but for what it contains by itself.
pub(super) fn panics() -> Vec<String> {
    static SEEN: LazyLock<std::sync::Mutex<Vec<String>>> = LazyLock::new(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            if !place.contains("automerge") && !place.contains("hexane") {
                SEEN.lock().unwrap_or_else(PoisonError::into_inner).push(place);
            }
            before(info);
        }));
        std::sync::Mutex::default()
    });
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
