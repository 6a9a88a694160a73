//! Requests to a shard, and the receivers of its answers.

use std::sync::Arc;

use kring_domain::{Author, DocumentId, PersonId, Role};
use kring_sync::{Admission, Entry, RecoverError, Submission, Verdict};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::sync::connection::Connection;

/// Tells what was seen; called when it is durable, dropped when it will never be.
pub(super) type OnCommit = Box<dyn FnOnce() + Send>;

/// Reads something off a document, `None` where there is none.
pub(super) type Evaluation = Box<dyn FnOnce(Option<&Admission>) -> OnCommit + Send>;

/// Hears, when it is durable, that entries are part of the log again, or why they are not.
pub(super) type RecoverReply = oneshot::Sender<Result<(), RecoverError>>;

/// Something for a shard to do.
pub(super) enum Request {
    /// Decide about commands.
    Submit {
        document: DocumentId,
        author: Author,
        principal: Principal,
        commands: Vec<Submission>,
        reply_to: ReplyTo,
        /// The room that the commands take among everything that waits.
        room: OwnedSemaphorePermit,
    },
    /// Take entries back that the server has lost.
    Recover {
        document: DocumentId,
        entries: Vec<Entry>,
        answer: RecoverReply,
        /// The room that the entries take among everything that waits.
        room: OwnedSemaphorePermit,
    },
    /// Read something off a document.
    Evaluate { document: DocumentId, evaluation: Evaluation },
    /// Let go of documents that nobody works on.
    Tend,
}

/// The person who answers for commands: their author, or whoever let them in after the author had left. Unless they still are
/// in the space in this role when the commands are made durable, nothing of it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Principal {
    pub(super) person: PersonId,
    pub(super) role: Role,
    /// True when the commands were decided beside a client: if not, none may have joined meanwhile.
    pub(super) has_client: bool,
}

/// The person who submitted commands.
pub(super) enum ReplyTo {
    /// A connected device.
    Device(Arc<Connection>),
    /// Somebody who waits for the verdicts.
    Caller(oneshot::Sender<Vec<Verdict>>),
}

impl ReplyTo {
    /// The device, where it is one.
    pub(super) fn device(&self) -> Option<Arc<Connection>> {
        match self {
            Self::Device(device) => Some(device.clone()),
            Self::Caller(_) => None,
        }
    }
}
