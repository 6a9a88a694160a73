//! The time after a backup was restored: a document takes nothing new while devices may still bring back what it had,
//! because whatever is admitted before is the beginning of another history.

use kring_domain::Timestamp;

/// Once a device has brought something, the others get this part of the whole time to bring more.
const GRACE_DIVISOR: i64 = 20;

/// The time that a document waits for what devices have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovery {
    seconds: i64,
    ends_at: Timestamp,
}

impl Recovery {
    /// A wait of `seconds` in all, that ends at an instant.
    pub fn new(seconds: i64, ends_at: Timestamp) -> Self {
        Self { seconds, ends_at }
    }

    /// Returns whether the document still waits.
    pub fn is_on(&self, now: Timestamp) -> bool {
        now < self.ends_at
    }

    /// A device has brought entries; says when the wait ends now.
    pub fn note_recovered(&mut self, now: Timestamp) -> Timestamp {
        let soon =
            Timestamp::from_millis(now.millis().saturating_add(self.seconds.saturating_mul(1000) / GRACE_DIVISOR));
        self.ends_at = self.ends_at.min(soon);
        self.ends_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovered_entries_shorten_the_wait_only() {
        let at = Timestamp::from_millis;
        let mut recovery = Recovery::new(600, at(600_000));
        assert!(recovery.is_on(at(0)) && recovery.is_on(at(599_999)) && !recovery.is_on(at(600_000)));
        assert_eq!(recovery.note_recovered(at(10_000)), at(40_000));
        assert_eq!(recovery.note_recovered(at(35_000)), at(40_000));
        assert!(!recovery.is_on(at(40_000)));
    }
}
