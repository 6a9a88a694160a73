//! Operations on a device's store, as data to write and to hand back.

use kring_domain::{Access, Because, CommandId, DocumentId, DocumentKind, RefusalCode, Role, SpaceId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{ChainHash, Entry, Member, Position, RawCommand, Submission};

/// An edit that waits for the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// The command with its id and base.
    pub submission: Submission,
    /// The heads of the document at that base, 32 bytes each.
    pub heads: Vec<[u8; 32]>,
}

/// The state of an edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EditState {
    /// Saved on this device.
    SavedHere,
    /// Shared with everybody who may see it.
    Shared {
        /// Its place in the document's history.
        sequence: u64,
    },
    /// Not accepted by the server; the person should see why.
    NotAccepted {
        /// Why.
        code: RefusalCode,
        /// The field that is wrong, where one is.
        field: Option<String>,
        /// The reason more closely, where it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<Because>,
    },
    /// Kept at the server until somebody judges it.
    Held {
        /// Why.
        code: RefusalCode,
    },
}

impl EditState {
    /// Not accepted, with nothing known but the code.
    pub const fn not_accepted(code: RefusalCode) -> Self {
        Self::NotAccepted { code, field: None, because: None }
    }
}

/// An edit that has come to its end, for the list of edits and the *not accepted* box.
#[derive(Clone, Debug, PartialEq)]
pub struct SettledEdit {
    /// The edit.
    pub id: CommandId,
    /// The outcome.
    pub state: EditState,
    /// The command, with every text the person wrote.
    pub command: RawCommand,
    /// When it was made.
    pub made_at: Option<Timestamp>,
}

/// Something a device must make durable.
#[derive(Clone, Debug, PartialEq)]
pub enum StoreOp {
    /// A document is on this device now, or the person's access to it has changed.
    PutDocument {
        /// The document.
        document: DocumentId,
        /// Its kind.
        kind: DocumentKind,
        /// Its space.
        space: SpaceId,
        /// The role of the person in that space.
        role: Role,
        /// The person's access to it.
        access: Access,
        /// True when the server knows the document.
        known: bool,
    },
    /// The document's history starts anew from this snapshot; entries kept so far go.
    PutSnapshot {
        /// The document.
        document: DocumentId,
        /// The position where the snapshot is.
        position: Position,
        /// The saved document; `None` for genesis.
        snapshot: Option<Vec<u8>>,
        /// The chain hash of the last entry in it, where it is known.
        chain_hash: Option<ChainHash>,
    },
    /// This snapshot stands for everything stored so far, so that there is less to apply; the entries are kept.
    Fold {
        /// The document.
        document: DocumentId,
        /// The position where the snapshot is.
        position: Position,
        /// The saved document.
        snapshot: Vec<u8>,
    },
    /// Entries follow what is stored. They are kept whole, for a server that loses them.
    Append {
        /// The document.
        document: DocumentId,
        /// The generation.
        generation: u64,
        /// The entries.
        entries: Vec<Entry>,
        /// The chain hash of the last, where it is known.
        chain_hash: Option<ChainHash>,
    },
    /// An edit waits; one that was settled before waits again.
    PutPending {
        /// The document.
        document: DocumentId,
        /// The edit.
        pending: Pending,
    },
    /// An edit waits no longer.
    Settle {
        /// The document.
        document: DocumentId,
        /// The edit and its end.
        edit: SettledEdit,
    },
    /// Things were erased for good: settled edits that name one of them lose their texts. A shared one keeps its
    /// outline; one that was held at the server is not accepted (`not_found`), and keeps its text until it was seen.
    Erase {
        /// The document.
        document: DocumentId,
        /// The ids that the things had.
        things: Vec<Uuid>,
    },
    /// The document leaves this device, every byte of it; settled edits stay.
    DropDocument {
        /// The document.
        document: DocumentId,
    },
    /// The people in the spaces, all of them.
    PutMembers(Vec<Member>),
    /// How a space is called.
    PutSpaceName {
        /// The space.
        space: SpaceId,
        /// Its name.
        name: String,
    },
}

/// A document as a device's store hands it back.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredDocument {
    /// The document.
    pub document: DocumentId,
    /// Its kind.
    pub kind: DocumentKind,
    /// Its space.
    pub space: SpaceId,
    /// The role of the person in that space.
    pub role: Role,
    /// The person's access to it.
    pub access: Access,
    /// True when the server knows the document.
    pub known: bool,
    /// The position where the last of the tail is.
    pub position: Position,
    /// The chain hash of the last of the tail, where it is known.
    pub chain_hash: Option<ChainHash>,
    /// The snapshot the tail builds on; `None` for genesis.
    pub snapshot: Option<Vec<u8>>,
    /// The changes after the snapshot, in order.
    pub tail: Vec<Vec<u8>>,
    /// The edits that wait, in the order in which they were made.
    pub pending: Vec<Pending>,
}
