//! Compares a device's position with a document's log, which may be a restored backup, and picks what it is sent next.

use crate::{ChainHash, Cursor, Position};

/// How far a device is, and how sure that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The last entry it has.
    pub at: Position,
    /// The chain hash that the device has there; `None` where the server has brought it there itself.
    pub chain_hash: Option<ChainHash>,
}

/// How a device stands to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// On it, as far as can be seen.
    Prefix,
    /// Beyond its end.
    Ahead,
    /// On another history.
    Diverged,
}

/// What a device is sent next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncAction {
    /// The missing data.
    CatchUp,
    /// The question for what it has more than the log.
    RequestEntries,
    /// Nothing: the document waits for what others have.
    Wait,
    /// The log, in the place of what it has.
    Replace,
}

impl From<Position> for Claim {
    fn from(at: Position) -> Self {
        Self { at, chain_hash: None }
    }
}

impl From<Cursor> for Claim {
    fn from(Cursor { generation, sequence, chain_hash, .. }: Cursor) -> Self {
        Self { at: Position { generation, sequence }, chain_hash }
    }
}

impl Relation {
    /// Returns how a device stands that claims to be somewhere; `chain_hash_at` looks up the log's own chain hash at a place, where it has one.
    ///
    /// Nothing is left of older generations to compare a device with. Where the log `was_restored` once, such a device
    /// may be on a history that ended then, so it is taken to be: it sends its own edits again, by their ids.
    ///
    /// # Errors
    ///
    /// Those of `chain_hash_at` and `was_restored`.
    pub fn of<E>(
        claim: Option<Claim>,
        head: Position,
        was_restored: impl FnOnce() -> Result<bool, E>,
        chain_hash_at: impl FnOnce(Position) -> Result<Option<ChainHash>, E>,
    ) -> Result<Self, E> {
        let Some(Claim { at, chain_hash }) = claim else { return Ok(Self::Prefix) };
        if at.generation > head.generation || at.generation < head.generation && was_restored()? {
            return Ok(Self::Diverged);
        }
        if at.generation < head.generation {
            return Ok(Self::Prefix);
        }
        if at.sequence > head.sequence {
            return Ok(Self::Ahead);
        }
        let Some(chain_hash) = chain_hash else { return Ok(Self::Prefix) };
        let is_here = chain_hash_at(at)?.is_none_or(|known| known == chain_hash);
        Ok(if is_here { Self::Prefix } else { Self::Diverged })
    }

    /// Returns what a device is sent that stands like this to a log with this `head`.
    ///
    /// A device that is ahead is asked for what it has. Where it has answered that already for the log as it is,
    /// `answered`, it waits while the document recovers; after that the log counts.
    pub fn next_action(self, head: Position, answered: Option<u64>, is_recovering: bool) -> SyncAction {
        match self {
            Self::Prefix => SyncAction::CatchUp,
            Self::Ahead if answered != Some(head.sequence) => SyncAction::RequestEntries,
            Self::Ahead if is_recovering => SyncAction::Wait,
            Self::Ahead | Self::Diverged => SyncAction::Replace,
        }
    }
}

#[cfg(test)]
mod tests {
    use kring_domain::DocumentId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_device_is_on_the_log_beyond_it_or_on_another_history() {
        let at = |generation, sequence| Position { generation, sequence };
        let [here, elsewhere] = [1, 2].map(|id| ChainHash::start(DocumentId::new(Uuid::from_u128(id)), 1));
        let claim = |at, chain_hash| Some(Claim { at, chain_hash });
        for (claim, expected) in [
            (None, Relation::Prefix),
            (claim(at(2, 3), None), Relation::Prefix),
            (claim(at(2, 3), Some(here)), Relation::Prefix),
            (claim(at(2, 3), Some(elsewhere)), Relation::Diverged),
            (claim(at(2, 5), Some(here)), Relation::Prefix),
            (claim(at(2, 6), Some(here)), Relation::Ahead),
            (claim(at(2, 6), None), Relation::Ahead),
            (claim(at(3, 0), Some(here)), Relation::Diverged),
            (claim(at(1, 9), Some(here)), Relation::Prefix),
        ] {
            let found = Relation::of(claim, at(2, 5), || Ok::<_, ()>(false), |_| Ok(Some(here)));
            assert_eq!(found, Ok(expected), "{claim:?}");
        }
        let restored = Relation::of(claim(at(1, 9), Some(here)), at(2, 5), || Ok::<_, ()>(true), |_| Ok(Some(here)));
        assert_eq!(restored, Ok(Relation::Diverged), "it may be of a history that was lost");
        let forgotten = Relation::of(claim(at(2, 3), Some(elsewhere)), at(2, 5), || Ok::<_, ()>(true), |_| Ok(None));
        assert_eq!(forgotten, Ok(Relation::Prefix), "a link that is not known proves nothing");
    }

    #[test]
    fn who_is_ahead_is_asked_waits_and_then_takes_the_log() {
        let head = Position { generation: 1, sequence: 5 };
        for (relation, answered, is_recovering, expected) in [
            (Relation::Prefix, None, true, SyncAction::CatchUp),
            (Relation::Ahead, None, true, SyncAction::RequestEntries),
            (Relation::Ahead, None, false, SyncAction::RequestEntries),
            (Relation::Ahead, Some(4), true, SyncAction::RequestEntries),
            (Relation::Ahead, Some(5), true, SyncAction::Wait),
            (Relation::Ahead, Some(5), false, SyncAction::Replace),
            (Relation::Diverged, None, true, SyncAction::Replace),
        ] {
            assert_eq!(relation.next_action(head, answered, is_recovering), expected, "{relation:?} {answered:?}");
        }
    }
}
