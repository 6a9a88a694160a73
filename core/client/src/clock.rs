//! The one place where this crate asks what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

use kring_domain::Timestamp;

/// Now, by the phone's clock.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
