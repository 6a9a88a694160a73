//! Documents and changes from a server, past the frames around them.

use kring_domain::{CommandId, DeviceId, DocumentKind, PersonId};
use kring_sync::{Entry, ServerFrame};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::space::{self, Phone};

/// A whole document.
pub(crate) fn target(bytes: &[u8]) {
    let document = space::document(DocumentKind::Circle);
    let mut phone = Phone::new();
    let frame = ServerFrame::Snapshot {
        document,
        generation: 1,
        sequence: 9,
        bytes: summed(bytes),
        chain_hash: None,
        replaces: false,
    };
    let _ = phone.replica.handle_frame(frame, space::now());
    phone.holds();
}

/// One change, behind genesis.
pub(crate) fn change(bytes: &[u8]) {
    let document = space::document(DocumentKind::Circle);
    let mut phone = Phone::new();
    let entry = Entry {
        sequence: 1,
        change: summed(bytes),
        command_id: CommandId::new(Uuid::from_u128(8)),
        person: PersonId::new(Uuid::from_u128(2)),
        device: DeviceId::new(Uuid::from_u128(3)),
        at: space::now(),
        role: "member".to_owned(),
        command: "propose_idea".to_owned(),
        base: 0,
        suggestion: false,
        signature: Vec::new(),
    };
    let frame = ServerFrame::Entries { document, generation: 1, entries: vec![entry] };
    let _ = phone.replica.handle_frame(frame, space::now());
    phone.holds();
}

/// The bytes with the checksum that belongs to them: anyone can compute it, a fuzzer cannot guess it.
fn summed(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if bytes.len() > 8 {
        let sum = Sha256::digest(&bytes[8..]);
        bytes[4..8].copy_from_slice(&sum[..4]);
    }
    bytes
}
