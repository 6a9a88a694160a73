//! Events for the person who uses the device.

use kring_domain::{CommandId, DocumentId, PersonId};
use serde_json::Value;

use super::EditState;

/// Something the person may want to know.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A document reads differently now.
    DocumentChanged(DocumentId),
    /// An edit of this device has come to its end.
    EditSettled {
        /// The document.
        document: DocumentId,
        /// The edit.
        id: CommandId,
        /// The outcome.
        state: EditState,
    },
    /// The list of documents, or what the person may do in one, is different now.
    DocumentsChanged,
    /// The people in the spaces are different now.
    MembersChanged,
    /// The person may no longer see a document; this device has dropped it.
    AccessLost(DocumentId),
    /// Somebody else is doing something right now.
    Presence {
        /// The document.
        document: DocumentId,
        /// The person.
        person: PersonId,
        /// Anything small.
        state: Value,
    },
    /// The server complains about this device; a stable word.
    Complaint(String),
    /// This device's clock differs from the server's by more than ten minutes.
    ClockOff {
        /// How far it is ahead, in milliseconds; negative where it is behind.
        ahead: i64,
    },
}
