//! What was erased for good, in ids only: a restored backup that still has it is told, and it is erased again.

use std::collections::BTreeSet;

use kring_domain::{Author, CommandId, DeviceId, DocumentId, PersonId, Role, SpaceId, Timestamp};
use kring_sync::{RawCommand, Submission};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::queries::LoadError;
use crate::accounts::access_log::{Action, AuditEntry, record};
use crate::accounts::{self, AccountError};
use crate::clock;
use crate::store::{StoreError, mark_pending_vacuum};

/// Something that was erased for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum Erased {
    /// A thing in a document, by a command that holds nothing but its name and ids.
    Thing {
        document: DocumentId,
        /// The command, as who gave it may send it again.
        command_id: CommandId,
        person_id: PersonId,
        /// The role that the person had.
        role: Role,
        /// The command as JSON.
        command: Value,
    },
    /// A space and everything in it.
    Space { space: SpaceId, at: Timestamp },
}

/// A thing that is to be erased again.
#[derive(Clone)]
pub(crate) struct ToErase {
    pub(crate) document: DocumentId,
    pub(crate) thing: Uuid,
    /// The person who erased it, as what they were then.
    pub(crate) author: Author,
    /// Somebody who is in the space now.
    pub(crate) principal: Option<(PersonId, Role)>,
    pub(crate) submission: Submission,
}

/// Everything that was ever erased, in the order in which it was within each document, and what still is to be; fails
/// where the database is damaged, or of a version that erased nothing.
pub(crate) fn erased(connection: &Connection) -> Result<Vec<Erased>, LoadError> {
    let mut erased = things(
        connection,
        "SELECT document_id, command_id, former_entries.person_id, role, command
         FROM erasures JOIN former_entries USING (document_id, generation)
         WHERE sequence = 0 ORDER BY document_id, generation",
    )?;
    let is_newer = connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'to_erase'")?.exists([])?;
    if is_newer {
        erased.extend(things(connection, "SELECT document_id, command_id, person_id, role, command FROM to_erase")?);
    }
    let mut spaces = connection.prepare(
        "SELECT about_id, max(at) FROM access_log
         WHERE space_id IS NULL AND action = 'erased' AND outcome = 'done' AND about_id IS NOT NULL GROUP BY about_id",
    )?;
    let space =
        |row: &Row<'_>| Ok(Erased::Space { space: SpaceId::new(id(row, 0)?), at: Timestamp::from_millis(row.get(1)?) });
    for space in spaces.query_map([], space)? {
        erased.push(space?);
    }
    Ok(erased)
}

fn things(connection: &Connection, sql: &str) -> Result<Vec<Erased>, LoadError> {
    let mut query = connection.prepare(sql)?;
    let mut rows = query.query([])?;
    let mut things = Vec::new();
    while let Some(row) = rows.next()? {
        let (role, command): (String, String) = (row.get(3)?, row.get(4)?);
        things.push(Erased::Thing {
            document: DocumentId::new(id(row, 0)?),
            command_id: CommandId::new(id(row, 1)?),
            person_id: PersonId::new(id(row, 2)?),
            role: Role::from_name(&role).ok_or(rusqlite::Error::InvalidQuery)?,
            command: serde_json::from_str(&command).map_err(|_| rusqlite::Error::InvalidQuery)?,
        });
    }
    Ok(things)
}

fn id(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    row.get(column).map(Uuid::from_bytes)
}

/// Erases again, in a copy that no server runs on, the spaces of a list, and keeps for the server which things it has to
/// erase; how many of both there are that the copy does not know to be erased.
pub(crate) fn erase_again(connection: &Connection, list: &[Erased]) -> Result<usize, AccountError> {
    let known = erased(connection).map_err(|_| rusqlite::Error::InvalidQuery)?;
    let known: BTreeSet<CommandId> = known.iter().filter_map(Erased::command_id).collect();
    let mut insert = connection.prepare_cached(
        "INSERT INTO to_erase (document_id, command_id, person_id, role, command)
         SELECT document_id, ?2, ?3, ?4, ?5 FROM documents WHERE document_id = ?1 ON CONFLICT DO NOTHING",
    )?;
    let mut count = 0;
    for one in list {
        count += match one {
            Erased::Space { space, at } if is_older(connection, *space, *at)? => {
                accounts::erase_space(connection, *space)?;
                record(connection, &AuditEntry::of_server(clock::now(), Action::Erased).about(space.uuid()))?;
                mark_pending_vacuum(connection)?;
                1
            }
            Erased::Thing { document, command_id, person_id, role, command } if !known.contains(command_id) => {
                insert.execute(params![
                    document.uuid().as_bytes(),
                    command_id.uuid().as_bytes(),
                    person_id.uuid().as_bytes(),
                    role.name(),
                    command.to_string(),
                ])?
            }
            _ => 0,
        };
    }
    Ok(count)
}

/// Returns whether there is a space that was made before an instant; one that was erased can be made again under its id.
fn is_older(connection: &Connection, space: SpaceId, at: Timestamp) -> Result<bool, StoreError> {
    let sql = "SELECT created_at FROM spaces WHERE space_id = ?1";
    let made: Option<i64> = connection.query_row(sql, [space.uuid()], |row| row.get(0)).optional()?;
    Ok(made.is_some_and(|made| made < at.millis()))
}

/// Everything that is to be erased again.
pub(crate) fn to_erase(connection: &Connection) -> Result<Vec<ToErase>, AccountError> {
    let mut query = connection.prepare_cached(
        "SELECT document_id, command_id, person_id, role, command, space_id FROM to_erase JOIN documents USING (document_id)",
    )?;
    let mut rows = query.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (role, command): (String, String) = (row.get(3)?, row.get(4)?);
        let command = RawCommand::from_value(serde_json::from_str(&command).unwrap_or_default());
        let thing = command.clone().parse().ok().and_then(|command| command.erases());
        let Some((thing, role)) = thing.zip(Role::from_name(&role)) else { continue };
        let principal = accounts::roster(connection, SpaceId::new(id(row, 5)?))?.into_iter().next();
        let submission = Submission { id: CommandId::new(id(row, 1)?), base: None, made_at: None, command };
        all.push(ToErase {
            document: DocumentId::new(id(row, 0)?),
            thing,
            // The server does it, on no device.
            author: Author {
                device: DeviceId::new(Uuid::nil()),
                person: PersonId::new(id(row, 2)?),
                role,
                // What was erased is erased again, whoever is there now.
                has_client: false,
            },
            principal: principal.map(|membership| (membership.person, membership.role)),
            submission,
        });
    }
    Ok(all)
}

/// A thing is erased.
pub(crate) fn done(connection: &Connection, document: DocumentId, id: CommandId) -> Result<(), StoreError> {
    let sql = "DELETE FROM to_erase WHERE document_id = ?1 AND command_id = ?2";
    connection.prepare_cached(sql)?.execute([document.uuid().as_bytes(), id.uuid().as_bytes()])?;
    Ok(())
}

impl Erased {
    /// Returns whether it says what to erase, and no other thing to do.
    pub(crate) fn is_sound(&self) -> bool {
        match self {
            Self::Thing { command, .. } => {
                RawCommand::from_value(command.clone()).parse().is_ok_and(|command| command.erases().is_some())
            }
            Self::Space { .. } => true,
        }
    }

    fn command_id(&self) -> Option<CommandId> {
        match self {
            Self::Thing { command_id, .. } => Some(*command_id),
            Self::Space { .. } => None,
        }
    }
}
