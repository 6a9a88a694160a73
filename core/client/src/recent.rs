//! The documents that were read a moment ago, so that looking again is not another read event.

use std::collections::BTreeMap;

use kring_domain::{DocumentId, Timestamp};

/// Looking again within this time is the same read event, in milliseconds: 10 minutes.
const SAME_READ_MS: i64 = 10 * 60_000;

/// The most documents that are remembered as just looked at.
const MAX_REMEMBERED: usize = 1_000;

/// The documents that were read a moment ago.
#[derive(Debug, Default)]
pub(crate) struct Recent(BTreeMap<DocumentId, Timestamp>);

impl Recent {
    /// Returns whether looking at a document now is a read event of its own.
    pub(crate) fn is_new(&mut self, document: DocumentId, now: Timestamp) -> bool {
        let is_recent = |at: &Timestamp| (0..SAME_READ_MS).contains(&(now.millis() - at.millis()));
        if self.0.get(&document).is_some_and(is_recent) {
            return false;
        }
        if self.0.len() >= MAX_REMEMBERED {
            self.0.retain(|_, at| is_recent(at));
        }
        self.0.insert(document, now);
        true
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn reading_again_soon_is_one_read_event() {
        let mut recent = Recent::default();
        let document = DocumentId::new(Uuid::from_u128(1));
        let mut is_new = |minute: i64| recent.is_new(document, Timestamp::from_millis(minute * 60_000));
        assert_eq!([100, 105, 109, 110, 119, 120].map(&mut is_new), [true, false, false, true, false, true]);
        assert!(is_new(50), "the clock was put back");
        for number in 0..3_000 {
            recent
                .is_new(DocumentId::new(Uuid::from_u128(number)), Timestamp::from_millis(number as i64 * SAME_READ_MS));
        }
        assert!(recent.0.len() <= MAX_REMEMBERED);
    }
}
