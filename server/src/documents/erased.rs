//! What was erased for good, in ids only: a restored backup that still has it is told, and it is erased again.

use std::collections::BTreeSet;

use kring_domain::{CommandId, DocumentId, PersonId, Role, SpaceId};
use kring_sync::{RawCommand, Submission};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::table::LoadError;
use crate::accounts::access_log::{Action, Line, record};
use crate::accounts::{self, AccountError};
use crate::clock;
use crate::store::StoreError;

/// Something that was erased for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum Erased {
    /// A thing in a document, by a command that holds nothing but its name and ids.
    Thing {
        /// The document.
        document: DocumentId,
        /// The command, as who gave it will send it again.
        command_id: CommandId,
        /// Who gave it.
        person_id: PersonId,
        /// The command as JSON.
        command: Value,
    },
    /// A space and everything in it.
    Space {
        /// The space.
        space: SpaceId,
    },
}

/// A command to erase that waits for its document.
pub(crate) struct Waiting {
    pub(crate) document: DocumentId,
    pub(crate) person: PersonId,
    /// What the person is in the space now; `None` where they are not in it.
    pub(crate) role: Option<Role>,
    pub(crate) submission: Submission,
}

/// Everything that was ever erased, in the order in which it was within each document; fails where the database is
/// damaged, or of a version that erased nothing.
pub(crate) fn erased(connection: &Connection) -> Result<Vec<Erased>, LoadError> {
    let mut things = connection.prepare(
        "SELECT document_id, command_id, former_entries.person_id, command
         FROM erasures JOIN former_entries USING (document_id, generation)
         WHERE sequence = 0 ORDER BY document_id, generation",
    )?;
    let id = |row: &rusqlite::Row<'_>, column| row.get(column).map(Uuid::from_bytes);
    let things = things.query_map([], |row| {
        let (document, command_id) = (DocumentId::new(id(row, 0)?), CommandId::new(id(row, 1)?));
        Ok((document, command_id, PersonId::new(id(row, 2)?), row.get::<_, String>(3)?))
    })?;
    let mut erased = Vec::new();
    for thing in things {
        let (document, command_id, person_id, command) = thing?;
        let command = serde_json::from_str(&command).map_err(|_| rusqlite::Error::InvalidQuery)?;
        erased.push(Erased::Thing { document, command_id, person_id, command });
    }
    let mut spaces = connection.prepare(
        "SELECT DISTINCT about_id FROM access_log
         WHERE space_id IS NULL AND action = 'erased' AND outcome = 'done' AND about_id IS NOT NULL",
    )?;
    for space in spaces.query_map([], |row| id(row, 0))? {
        erased.push(Erased::Space { space: SpaceId::new(space?) });
    }
    Ok(erased)
}

/// Erases again, in a copy that no server runs on, the spaces of a list, and keeps for the server which things it has to
/// erase; how many of both the copy still had.
pub(crate) fn erase_again(connection: &Connection, list: &[Erased]) -> Result<usize, AccountError> {
    let known = erased(connection).map_err(|_| rusqlite::Error::InvalidQuery)?;
    let known: BTreeSet<CommandId> = known.iter().filter_map(Erased::command_id).collect();
    connection.execute("DELETE FROM to_erase", [])?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO to_erase (document_id, command_id, person_id, command)
         SELECT document_id, ?2, ?3, ?4 FROM documents WHERE document_id = ?1 ON CONFLICT DO NOTHING",
    )?;
    let mut count = 0;
    for one in list {
        count += match one {
            Erased::Space { space } if accounts::erase_space(connection, *space)? => {
                record(connection, &Line::of_server(clock::now(), Action::Erased).about(space.uuid()))?;
                1
            }
            Erased::Space { .. } => 0,
            Erased::Thing { command_id, .. } if known.contains(command_id) => 0,
            Erased::Thing { document, command_id, person_id, command } => insert.execute(params![
                document.uuid().as_bytes(),
                command_id.uuid().as_bytes(),
                person_id.uuid().as_bytes(),
                command.to_string(),
            ])?,
        };
    }
    Ok(count)
}

/// The commands that still wait.
pub(crate) fn waiting(connection: &Connection) -> Result<Vec<Waiting>, AccountError> {
    let mut query = connection.prepare_cached(
        "SELECT document_id, command_id, person_id, command, space_id FROM to_erase JOIN documents USING (document_id)",
    )?;
    let mut rows = query.query([])?;
    let mut waiting = Vec::new();
    while let Some(row) = rows.next()? {
        let id = |column| row.get(column).map(Uuid::from_bytes);
        let (person, space) = (PersonId::new(id(2)?), SpaceId::new(id(4)?));
        let command: String = row.get(3)?;
        let command = RawCommand::from_value(serde_json::from_str(&command).unwrap_or_default());
        let role = match accounts::role_in(connection, space, person) {
            Err(AccountError::NotFound) => None,
            role => Some(role?),
        };
        let submission = Submission { id: CommandId::new(id(1)?), base: None, made_at: None, command };
        waiting.push(Waiting { document: DocumentId::new(id(0)?), person, role, submission });
    }
    Ok(waiting)
}

/// A command was answered for good.
pub(crate) fn done(connection: &Connection, document: DocumentId, id: CommandId) -> Result<(), StoreError> {
    let sql = "DELETE FROM to_erase WHERE document_id = ?1 AND command_id = ?2";
    connection.prepare_cached(sql)?.execute([document.uuid().as_bytes(), id.uuid().as_bytes()])?;
    Ok(())
}

impl Erased {
    fn command_id(&self) -> Option<CommandId> {
        match self {
            Self::Thing { command_id, .. } => Some(*command_id),
            Self::Space { .. } => None,
        }
    }
}
