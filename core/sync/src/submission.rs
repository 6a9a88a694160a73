//! A command on its way to the server.

use kring_domain::{Command, CommandId, ParseError, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A place in a document's history: the state after `sequence` entries of a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// The generation, from 1; a new one starts where history was rewritten to erase or to compact.
    pub generation: u64,
    /// The number of entries of the generation came before; 0 at its start.
    pub sequence: u64,
}

impl Position {
    /// The position where every document starts.
    pub const GENESIS: Position = Position { generation: 1, sequence: 0 };
}

/// A command as it travels: data that may be of a newer version, malformed or hostile until it is parsed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawCommand(Value);

impl RawCommand {
    /// Parses the command.
    ///
    /// # Errors
    ///
    /// What [`Command::parse`] says.
    pub fn parse(self) -> Result<Command, ParseError> {
        Command::parse(self.0)
    }

    /// The command as JSON, as it came.
    pub fn json(&self) -> String {
        self.0.to_string()
    }

    /// Wraps a command that is JSON already.
    pub fn from_value(value: Value) -> Self {
        Self(value)
    }

    /// The JSON value itself.
    pub fn value(&self) -> &Value {
        &self.0
    }
}

impl From<&Command> for RawCommand {
    fn from(command: &Command) -> Self {
        // Commands are structs of strings, numbers and lists, which always have a JSON form.
        Self(serde_json::to_value(command).unwrap_or(Value::Null))
    }
}

/// One command with its id and the circumstances in which it was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// The command's id, unique within its document.
    pub id: CommandId,
    /// What the device had seen when the command was made; the present where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Position>,
    /// When the person made it, by their device's clock; now where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at: Option<Timestamp>,
    /// The command itself.
    pub command: RawCommand,
}
