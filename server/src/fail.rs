//! Places at which a test can end the process, as a power cut would.
//!
//! Only with the feature `fail-points`, which nothing but the tests asks for: `KRING_FAIL_AT=commit.before:17` ends
//! the process when it comes to that place for the seventeenth time.

#[cfg(feature = "fail-points")]
pub(crate) fn point(name: &str) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static WANTED: LazyLock<Option<(String, u64)>> = LazyLock::new(|| {
        let wanted = std::env::var("KRING_FAIL_AT").ok()?;
        let (name, count) = wanted.split_once(':')?;
        Some((name.to_owned(), count.parse().ok()?))
    });
    static TIMES: AtomicU64 = AtomicU64::new(1);

    if WANTED.as_ref().is_some_and(|(wanted, count)| wanted == name && TIMES.fetch_add(1, Ordering::Relaxed) == *count)
    {
        std::process::abort();
    }
}

/// Nothing: this build has no such places.
#[cfg(not(feature = "fail-points"))]
pub(crate) const fn point(_name: &str) {}
