//! The chain over what was looked at on a device: each chain hash covers every read event before it.
//!
//! Reading on a phone happens without the server, so the phone keeps a list of it and brings the list along. The server
//! knows the last chain hash it was given, and takes only a list that goes on from there: nothing can be left out of the middle.

use kring_domain::{DeviceId, DocumentId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The most read events that are brought at once.
pub const MAX_READ_EVENTS: usize = 500;

/// Somebody looked at a document; looking again within ten minutes is the same read event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadEvent {
    /// When, by the device's clock.
    pub at: Timestamp,
    /// At which document.
    pub document: DocumentId,
}

/// The SHA-256 chain hash behind a read event, or before the first, and how many read events it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLogChain {
    /// The number of read events.
    pub count: u64,
    /// The chain hash behind the last of them.
    pub chain_hash: [u8; 32],
}

impl ReadLogChain {
    /// The chain of a device on which nothing was looked at yet.
    pub fn start(device: DeviceId, person: PersonId) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"kring reads 1");
        hash.update(device.uuid().as_bytes());
        hash.update(person.uuid().as_bytes());
        Self { count: 0, chain_hash: hash.finalize().into() }
    }

    /// The chain with one more read event.
    #[must_use]
    pub fn next(self, event: &ReadEvent) -> Self {
        let count = self.count.saturating_add(1);
        let mut hash = Sha256::new();
        hash.update(self.chain_hash);
        hash.update(count.to_be_bytes());
        hash.update(event.at.millis().to_be_bytes());
        hash.update(event.document.uuid().as_bytes());
        Self { count, chain_hash: hash.finalize().into() }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn event(at: i64, document: u128) -> ReadEvent {
        ReadEvent { at: Timestamp::from_millis(at), document: DocumentId::new(Uuid::from_u128(document)) }
    }

    #[test]
    fn no_look_can_be_left_out_moved_or_changed() {
        let start = ReadLogChain::start(DeviceId::new(Uuid::from_u128(1)), PersonId::new(Uuid::from_u128(2)));
        let chain = |events: &[ReadEvent]| events.iter().fold(start, |chain, event| chain.next(event)).chain_hash;
        let whole = chain(&[event(1, 1), event(2, 2), event(3, 3)]);
        for other in [
            chain(&[event(1, 1), event(3, 3)]),
            chain(&[event(2, 2), event(1, 1), event(3, 3)]),
            chain(&[event(1, 1), event(2, 9), event(3, 3)]),
            chain(&[event(1, 1), event(9, 2), event(3, 3)]),
        ] {
            assert_ne!(other, whole);
        }
    }
}
