//! The chain over what was looked at on a device: each link covers every look before it.
//!
//! Reading on a phone happens without the server, so the phone keeps a list of it and brings the list along. The server
//! knows the last link it was given, and takes only a list that goes on from there: nothing can be left out of the middle.

use kring_domain::{DeviceId, DocumentId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The most looks that are brought at once.
pub const MAX_LOOKS: usize = 500;

/// Somebody looked at a document; looking again within ten minutes is the same look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// When, by the device's clock.
    pub at: Timestamp,
    /// At which document.
    pub document: DocumentId,
}

/// The SHA-256 link behind a look, or before the first, and how many looks it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookChain {
    /// The number of looks.
    pub count: u64,
    /// The link behind the last of them.
    pub link: [u8; 32],
}

impl LookChain {
    /// The chain of a device on which nothing was looked at yet.
    pub fn start(device: DeviceId, person: PersonId) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"kring reads 1");
        hash.update(device.uuid().as_bytes());
        hash.update(person.uuid().as_bytes());
        Self { count: 0, link: hash.finalize().into() }
    }

    /// The chain with one look more.
    #[must_use]
    pub fn next(self, look: &Look) -> Self {
        let count = self.count.saturating_add(1);
        let mut hash = Sha256::new();
        hash.update(self.link);
        hash.update(count.to_be_bytes());
        hash.update(look.at.millis().to_be_bytes());
        hash.update(look.document.uuid().as_bytes());
        Self { count, link: hash.finalize().into() }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn look(at: i64, document: u128) -> Look {
        Look { at: Timestamp::from_millis(at), document: DocumentId::new(Uuid::from_u128(document)) }
    }

    #[test]
    fn no_look_can_be_left_out_moved_or_changed() {
        let start = LookChain::start(DeviceId::new(Uuid::from_u128(1)), PersonId::new(Uuid::from_u128(2)));
        let chain = |looks: &[Look]| looks.iter().fold(start, |chain, look| chain.next(look)).link;
        let whole = chain(&[look(1, 1), look(2, 2), look(3, 3)]);
        for other in [
            chain(&[look(1, 1), look(3, 3)]),
            chain(&[look(2, 2), look(1, 1), look(3, 3)]),
            chain(&[look(1, 1), look(2, 9), look(3, 3)]),
            chain(&[look(1, 1), look(9, 2), look(3, 3)]),
        ] {
            assert_ne!(other, whole);
        }
    }
}
