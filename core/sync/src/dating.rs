//! The instant by which an edit is dated: its device's clock, as far as that can be true.
//!
//! The same function decides at the server and on the device, so that an edit shows the date that it will have.

use automerge::{Automerge, ChangeHash};
use kring_domain::Timestamp;

const EARLIEST: Timestamp = Timestamp::EARLIEST_EDIT;

/// When an edit was made that a device dates `made_at`, where `seen` is when the latest edit was made that it had seen,
/// and `now` is the latest instant that it can be.
///
/// Nobody makes an edit before those that they build on, nor in the future. A clock that was never set says nothing:
/// the edit is dated by what it builds on, and where it builds on nothing it is dated now.
pub(crate) fn clamp(made_at: Timestamp, seen: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let is_set = made_at >= EARLIEST || now < EARLIEST;
    match seen.filter(|seen| *seen <= now) {
        Some(seen) => made_at.clamp(seen, now),
        None if is_set => made_at.min(now),
        None => now,
    }
}

/// When the latest of these changes was made, where any of them says so.
pub(crate) fn seen(document: &Automerge, heads: &[ChangeHash]) -> Option<Timestamp> {
    let made = |head| document.get_change_meta_by_hash(head).map(|change| change.timestamp.saturating_mul(1000));
    heads.iter().filter_map(made).max().map(Timestamp::from_millis).and_then(as_seen)
}

/// When an edit was made, as whoever builds on it knows: to the second, where it says so.
pub(crate) fn as_seen(made_at: Timestamp) -> Option<Timestamp> {
    let second = Timestamp::from_millis(made_at.millis() / 1000 * 1000);
    (second >= EARLIEST).then_some(second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_dated_within_what_can_be_true() {
        let at = |day: i64| EARLIEST.plus_days(day);
        for (made_at, seen, now, expected) in [
            (at(5), None, at(9), at(5)),
            (at(5), Some(at(2)), at(9), at(5)),
            (at(1), Some(at(2)), at(9), at(2)),
            (at(10), Some(at(2)), at(9), at(9)),
            (Timestamp::default(), None, at(9), at(9)),
            (Timestamp::default(), Some(at(2)), at(9), at(2)),
            (at(-1), None, at(9), at(9)),
            (at(9_000_000), None, at(9), at(9)),
            // What was seen has a date in the future itself: nothing to go by.
            (at(5), Some(at(20)), at(9), at(5)),
            // In the virtual time of tests, before 2020, nothing is too early.
            (Timestamp::from_millis(5), None, Timestamp::from_millis(7), Timestamp::from_millis(5)),
        ] {
            assert_eq!(clamp(made_at, seen, now), expected, "{made_at} {seen:?} {now}");
        }
    }
}
