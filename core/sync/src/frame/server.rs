use kring_domain::{Access, DocumentId, DocumentKind, PersonId, Role, ServerId, SpaceId, Timestamp};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::Entry;
use crate::{ChainHash, Verdict};

/// A frame from the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The answer to `hello`: what the person may see, and who is there.
    Welcome {
        /// The server's clock.
        server_time: Timestamp,
        /// The documents the person may see, and how far each is; those of a kind, or seen in a role, that this
        /// version does not know are passed over.
        #[serde(deserialize_with = "known")]
        documents: Vec<DocumentHead>,
        /// The people in those spaces.
        #[serde(deserialize_with = "known")]
        members: Vec<Member>,
        /// The identity of the server; absent from one of an older version.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<ServerId>,
        /// The last document that this page is about, where documents behind it are still to be asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        through: Option<DocumentId>,
    },
    /// A whole document, for a device that has nothing it can go on from.
    Snapshot {
        /// The document.
        document: DocumentId,
        /// The generation.
        generation: u64,
        /// The last entry in it.
        sequence: u64,
        /// The saved Automerge document.
        #[serde(with = "super::entry::bytes")]
        bytes: Vec<u8>,
        /// The chain hash of that entry, or of the start of the generation.
        #[serde(rename = "chain", default, skip_serializing_if = "Option::is_none")]
        chain_hash: Option<ChainHash>,
        /// What the device holds is not the server's history (any more): this comes in its place, and the person's
        /// own shared edits are to be sent again.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        replaces: bool,
    },
    /// The entries that follow what the device has.
    Entries {
        /// The document.
        document: DocumentId,
        /// The generation.
        generation: u64,
        /// The entries, in order.
        entries: Vec<Entry>,
    },
    /// The outcome of the device's own commands.
    Verdicts {
        /// The document.
        document: DocumentId,
        /// One verdict per command.
        verdicts: Vec<Verdict>,
    },
    /// The person's access to a document changed; with `none` the device drops it.
    Access {
        /// The document.
        document: DocumentId,
        /// The access from now on.
        access: Access,
    },
    /// The server was restored from a backup and asks for entries it once had.
    Missing {
        /// The document.
        document: DocumentId,
        /// The generation.
        generation: u64,
        /// The last entry the server still has.
        after: u64,
    },
    /// What somebody else is doing right now.
    Presence {
        /// The document.
        document: DocumentId,
        /// The person.
        person: PersonId,
        /// Anything small.
        state: Value,
    },
    /// Something is wrong with what the device sent; the connection may close behind it.
    Error {
        /// A stable word.
        code: String,
    },
    /// Asks whether the device is there.
    Ping {
        /// A number that comes back with the answer.
        n: u64,
    },
    /// Answers a ping of the device.
    Pong {
        /// The number of the ping.
        n: u64,
    },
    /// The server reads packed frames, and sends them to a device that does.
    Packs,
    /// Another frame in few bytes; what decodes a message takes it out.
    Packed {
        /// The encoded frame behind deflate.
        #[serde(with = "super::entry::bytes")]
        bytes: Vec<u8>,
    },
    /// A frame of a newer version, which this version passes over.
    #[serde(other)]
    Unknown,
}

/// Reads a list and leaves out what a newer version wrote in a way that this one cannot read.
fn known<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Known<T> {
        Yes(T),
        No(IgnoredAny),
    }

    let count_items = Vec::<Known<T>>::deserialize(deserializer)?;
    let known = count_items.into_iter().filter_map(|item| match item {
        Known::Yes(item) => Some(item),
        Known::No(IgnoredAny) => None,
    });
    Ok(known.collect())
}

/// A document as `welcome` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentHead {
    /// The document.
    pub document: DocumentId,
    /// Its kind.
    pub kind: DocumentKind,
    /// Its space.
    pub space: SpaceId,
    /// The space's name.
    #[serde(default)]
    pub space_name: String,
    /// The role of the person in that space.
    pub role: Role,
    /// The person's access to it.
    pub access: Access,
    /// The generation.
    pub generation: u64,
    /// The last entry.
    pub sequence: u64,
}

/// Somebody in a space, as `welcome` lists them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The space.
    pub space: SpaceId,
    /// The person.
    pub person_id: PersonId,
    /// The name.
    pub name: String,
    /// Their role in the space.
    pub role: Role,
}
