//! Where a device stands to a document's log, and what it is sent next: the log may be of a restored backup.

use crate::{Base, ChainHash, Cursor};

/// How far a device is, and how sure that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The last entry it has.
    pub at: Base,
    /// The link that the device has there; `None` where the server has brought it there itself.
    pub chain: Option<ChainHash>,
}

/// How a device stands to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// On it, as far as can be seen.
    On,
    /// Beyond its end.
    Ahead,
    /// On another history.
    Apart,
}

/// What a device is sent next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// What it lacks.
    Lacking,
    /// The question for what it has more than the log.
    Ask,
    /// Nothing: the document waits for what others have.
    Wait,
    /// The log, in the place of what it has.
    Replace,
}

impl From<Base> for Claim {
    fn from(at: Base) -> Self {
        Self { at, chain: None }
    }
}

impl From<Cursor> for Claim {
    fn from(Cursor { generation, sequence, chain, .. }: Cursor) -> Self {
        Self { at: Base { generation, sequence }, chain }
    }
}

impl Standing {
    /// Returns how a device stands that claims to be somewhere; `link` looks up the log's own link at a place, where it has one.
    ///
    /// Nothing is left of older generations to compare a device with. Where the log `was_restored` once, such a device
    /// may be on a history that ended then, so it is taken to be: it sends its own edits again, by their ids.
    ///
    /// # Errors
    ///
    /// Those of `link` and `was_restored`.
    pub fn of<E>(
        claim: Option<Claim>,
        head: Base,
        was_restored: impl FnOnce() -> Result<bool, E>,
        link: impl FnOnce(Base) -> Result<Option<ChainHash>, E>,
    ) -> Result<Self, E> {
        let Some(Claim { at, chain }) = claim else { return Ok(Self::On) };
        if at.generation > head.generation || at.generation < head.generation && was_restored()? {
            return Ok(Self::Apart);
        }
        if at.generation < head.generation {
            return Ok(Self::On);
        }
        if at.sequence > head.sequence {
            return Ok(Self::Ahead);
        }
        let Some(chain) = chain else { return Ok(Self::On) };
        let is_here = link(at)?.is_none_or(|link| link == chain);
        Ok(if is_here { Self::On } else { Self::Apart })
    }

    /// Returns what a device is sent that stands like this to a log with this `head`.
    ///
    /// A device that is ahead is asked for what it has. Where it has answered that already for the log as it is,
    /// `answered`, it waits while the document recovers; after that the log counts.
    pub fn way(self, head: Base, answered: Option<u64>, is_recovering: bool) -> Way {
        match self {
            Self::On => Way::Lacking,
            Self::Ahead if answered != Some(head.sequence) => Way::Ask,
            Self::Ahead if is_recovering => Way::Wait,
            Self::Ahead | Self::Apart => Way::Replace,
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
        let at = |generation, sequence| Base { generation, sequence };
        let [here, elsewhere] = [1, 2].map(|id| ChainHash::start(DocumentId::new(Uuid::from_u128(id)), 1));
        let claim = |at, chain| Some(Claim { at, chain });
        for (claim, expected) in [
            (None, Standing::On),
            (claim(at(2, 3), None), Standing::On),
            (claim(at(2, 3), Some(here)), Standing::On),
            (claim(at(2, 3), Some(elsewhere)), Standing::Apart),
            (claim(at(2, 5), Some(here)), Standing::On),
            (claim(at(2, 6), Some(here)), Standing::Ahead),
            (claim(at(2, 6), None), Standing::Ahead),
            (claim(at(3, 0), Some(here)), Standing::Apart),
            (claim(at(1, 9), Some(here)), Standing::On),
        ] {
            let found = Standing::of(claim, at(2, 5), || Ok::<_, ()>(false), |_| Ok(Some(here)));
            assert_eq!(found, Ok(expected), "{claim:?}");
        }
        let restored = Standing::of(claim(at(1, 9), Some(here)), at(2, 5), || Ok::<_, ()>(true), |_| Ok(Some(here)));
        assert_eq!(restored, Ok(Standing::Apart), "it may be of a history that was lost");
        let forgotten = Standing::of(claim(at(2, 3), Some(elsewhere)), at(2, 5), || Ok::<_, ()>(true), |_| Ok(None));
        assert_eq!(forgotten, Ok(Standing::On), "a link that is not known proves nothing");
    }

    #[test]
    fn who_is_ahead_is_asked_waits_and_then_takes_the_log() {
        let head = Base { generation: 1, sequence: 5 };
        for (standing, answered, is_recovering, expected) in [
            (Standing::On, None, true, Way::Lacking),
            (Standing::Ahead, None, true, Way::Ask),
            (Standing::Ahead, None, false, Way::Ask),
            (Standing::Ahead, Some(4), true, Way::Ask),
            (Standing::Ahead, Some(5), true, Way::Wait),
            (Standing::Ahead, Some(5), false, Way::Replace),
            (Standing::Apart, None, true, Way::Replace),
        ] {
            assert_eq!(standing.way(head, answered, is_recovering), expected, "{standing:?} {answered:?}");
        }
    }
}
