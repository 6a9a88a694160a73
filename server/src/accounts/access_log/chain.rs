//! The chain over the lines: each chain hash covers every line before it.

use kring_domain::SpaceId;
use rusqlite::Row;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The columns that a chain hash covers, in this order.
pub(super) const COLUMNS: &str = "position, at, recorded_at, person_id, device_id, role, action, outcome,
    document_id, about_id, detail, access_point";

/// The SHA-256 chain hash behind a line, or before the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AuditChainHash(pub(super) [u8; 32]);

/// A line as the chain sees it.
pub(super) struct ChainedEntry {
    pub(super) position: i64,
    pub(super) at: i64,
    pub(super) recorded_at: i64,
    pub(super) person: Option<Uuid>,
    pub(super) device: Option<Uuid>,
    pub(super) role: Option<String>,
    pub(super) action: String,
    pub(super) outcome: String,
    pub(super) document: Option<Uuid>,
    pub(super) about: Option<Uuid>,
    pub(super) detail: Option<String>,
    pub(super) from: Option<String>,
}

impl AuditChainHash {
    /// The chain hash before the first line of a chain.
    pub(super) fn start(chain: Uuid) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"kring access log 1");
        hash.update(chain.as_bytes());
        Self(hash.finalize().into())
    }

    /// The chain hash behind a line that follows this one. Every field says how long it is, so that none can be moved into
    /// another.
    pub(super) fn next(self, entry: &ChainedEntry) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.0);
        for number in [entry.position, entry.at, entry.recorded_at] {
            hash.update(number.to_be_bytes());
        }
        for id in [entry.person, entry.device, entry.document, entry.about] {
            add(&mut hash, id.as_ref().map(|id| id.as_bytes().as_slice()));
        }
        for text in [entry.role.as_deref(), Some(&entry.action), Some(&entry.outcome), entry.detail.as_deref()] {
            add(&mut hash, text.map(str::as_bytes));
        }
        add(&mut hash, entry.from.as_deref().map(str::as_bytes));
        Self(hash.finalize().into())
    }

    /// Returns what is signed to seal a chain that ends with this chain hash after so many lines.
    pub(super) fn sealed(self, chain: Uuid, lines: i64) -> Vec<u8> {
        [b"kring access log seal 1".as_slice(), chain.as_bytes(), &lines.to_be_bytes(), &self.0].concat()
    }
}

impl ChainedEntry {
    /// The first of [`COLUMNS`] is at `first` in the row.
    pub(super) fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            position: row.get(first)?,
            at: row.get(first + 1)?,
            recorded_at: row.get(first + 2)?,
            person: row.get(first + 3)?,
            device: row.get(first + 4)?,
            role: row.get(first + 5)?,
            action: row.get(first + 6)?,
            outcome: row.get(first + 7)?,
            document: row.get(first + 8)?,
            about: row.get(first + 9)?,
            detail: row.get(first + 10)?,
            from: row.get(first + 11)?,
        })
    }
}

/// The chain of a space, or of the server.
pub(super) fn chain_of(space: Option<SpaceId>) -> Uuid {
    space.map_or(Uuid::nil(), SpaceId::uuid)
}

fn add(hash: &mut Sha256, field: Option<&[u8]>) {
    let length = field.map_or(u64::MAX, |field| field.len() as u64);
    hash.update(length.to_be_bytes());
    hash.update(field.unwrap_or_default());
}
