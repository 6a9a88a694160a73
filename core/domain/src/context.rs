//! The circumstances of an edit, besides its own fields.

use uuid::Uuid;

use crate::{Author, CommandId, Timestamp};

/// The circumstances in which a command is executed: who, under which id, and when.
///
/// *Where in history* it is executed is not here: that is the transaction's own scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// The person who makes the edit.
    pub author: Author,
    /// The command's id, unique within its document.
    pub command_id: CommandId,
    /// When the person made the edit, by their device's clock, never later than the server's.
    pub at: Timestamp,
    /// The latest instant that it can be now, for dates that must not be in the future. It is not `at`: what was made
    /// on a device with a slow clock names dates that were over when it was made.
    pub now: Timestamp,
}

impl Context {
    /// A context for examples and tests.
    pub fn example(author: Author) -> Self {
        Self {
            author,
            command_id: CommandId::new(Uuid::from_u128(0xc0)),
            at: Timestamp::from_millis(1_772_452_800_000),
            now: Timestamp::from_millis(1_772_452_800_000),
        }
    }
}
