use kring_domain::DocumentId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Entry, MAX_COMMANDS};
use crate::{ChainHash, Submission};

/// A frame from a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum DeviceFrame {
    /// The first frame: who speaks, and how far each document is.
    Hello {
        /// The version of the protocol, [`super::PROTOCOL`].
        protocol: u64,
        /// The app and its version, for the operator's statistics.
        #[serde(default)]
        app: String,
        /// The documents the device holds; the others are sent whole.
        #[serde(default)]
        cursors: Vec<Cursor>,
        /// The device takes the answer in pages, and asks for the next one with another hello.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pages: bool,
        /// The page begins behind this document, in the order of their ids.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<DocumentId>,
        /// The page ends at this document at the latest; of those behind it the device has more cursors.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        through: Option<DocumentId>,
        /// True when the device reads packed frames.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        packed: bool,
    },
    /// Commands for one document, in the order in which they were made.
    Submit {
        /// The document.
        document: DocumentId,
        /// At most [`MAX_COMMANDS`] commands.
        commands: Vec<Submission>,
    },
    /// Entries the server has lost, in answer to `missing`.
    Entries {
        /// The document.
        document: DocumentId,
        /// The entries, in order of their sequence numbers.
        entries: Vec<Entry>,
    },
    /// The role of the person doing right now, for the others who are looking; kept nowhere.
    Presence {
        /// The document.
        document: DocumentId,
        /// Anything small.
        state: Value,
    },
    /// Asks whether the server is there, for a device that can send no ping of the WebSocket's own.
    Ping {
        /// A number that comes back with the answer.
        n: u64,
    },
    /// Answers a ping of the server.
    Pong {
        /// The number of the ping.
        n: u64,
    },
    /// Another frame in few bytes, for a server that reads them; what decodes a message takes it out.
    Packed {
        /// The encoded frame behind deflate.
        #[serde(with = "super::entry::bytes")]
        bytes: Vec<u8>,
    },
}

/// How far a device holds a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The document.
    pub document: DocumentId,
    /// The generation the device holds.
    pub generation: u64,
    /// The last entry of that generation the device holds; 0 for none.
    pub sequence: u64,
    /// The chain hash of that entry, by which the server sees whether it is of the same history; absent where the device
    /// does not know it.
    #[serde(rename = "chain", default, skip_serializing_if = "Option::is_none")]
    pub chain_hash: Option<ChainHash>,
}

impl DeviceFrame {
    /// A greeting that asks for everything at once.
    pub fn hello(app: impl Into<String>, cursors: Vec<Cursor>) -> Self {
        let pages = false;
        let after = None;
        let through = None;
        let protocol = super::PROTOCOL;
        let packed = false;
        Self::Hello { protocol, app: app.into(), cursors, pages, after, through, packed }
    }

    /// The same greeting of a device that reads packed frames.
    pub fn reading_packed(mut self) -> Self {
        if let Self::Hello { packed, .. } = &mut self {
            *packed = true;
        }
        self
    }

    pub(super) fn within_bounds(&self) -> bool {
        match self {
            Self::Submit { commands, .. } => commands.len() <= MAX_COMMANDS,
            _ => true,
        }
    }
}
