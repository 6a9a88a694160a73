//! The entries of a document as its history tells of them.

use kring_domain::{DocumentId, PersonId, Role, Timestamp};
use kring_sync::{Entry, Position};
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::queries::{LoadError, number, signed};

/// An entry as the history tells of it.
pub(crate) struct HistoryRow {
    pub(crate) position: Position,
    pub(crate) at: Timestamp,
    pub(crate) person: PersonId,
    pub(crate) role: Role,
    /// True when the command was kept as a suggestion.
    pub(crate) is_suggestion: bool,
    /// The command as JSON.
    pub(crate) command: String,
}

/// Up to `limit` entries before a place, earlier generations included, the latest first.
pub(crate) fn history(
    connection: &Connection,
    document: DocumentId,
    before: Position,
    limit: u32,
) -> Result<Vec<HistoryRow>, LoadError> {
    let mut query = connection.prepare_cached(
        "SELECT generation, sequence, role, entry, command, is_suggestion FROM entries
         WHERE document_id = ?1 AND (generation, sequence) < (?2, ?3)
         ORDER BY generation DESC, sequence DESC LIMIT ?4",
    )?;
    let generation = signed(before.generation);
    let sequence = signed(before.sequence);
    let mut rows = query.query(params![document.uuid().as_bytes(), generation, sequence, limit])?;
    let mut history = Vec::new();
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
        let entry: Entry = ciborium::from_reader(bytes).map_err(|_| LoadError::Damaged("entry"))?;
        let role = Role::from_name(&row.get::<_, String>(2)?).ok_or(LoadError::Damaged("role"))?;
        let position = Position { generation: number(row, 0)?, sequence: number(row, 1)? };
        let is_suggestion = row.get(5)?;
        history.push(HistoryRow {
            position,
            at: entry.at,
            person: entry.person,
            role,
            is_suggestion,
            command: row.get(4)?,
        });
    }
    let rest = limit.saturating_sub(u32::try_from(history.len()).unwrap_or(limit));
    history.extend(former(connection, document, before, rest)?);
    Ok(history)
}

/// Up to `limit` entries of earlier generations before a place, the latest first.
fn former(
    connection: &Connection,
    document: DocumentId,
    before: Position,
    limit: u32,
) -> Result<Vec<HistoryRow>, LoadError> {
    let mut query = connection.prepare_cached(
        "SELECT generation, sequence, role, at, person_id, command, is_suggestion FROM former_entries
         WHERE document_id = ?1 AND (generation, sequence) < (?2, ?3)
         ORDER BY generation DESC, sequence DESC LIMIT ?4",
    )?;
    let generation = signed(before.generation);
    let sequence = signed(before.sequence);
    let mut rows = query.query(params![document.uuid().as_bytes(), generation, sequence, limit])?;
    let mut history = Vec::new();
    while let Some(row) = rows.next()? {
        history.push(HistoryRow {
            position: Position { generation: number(row, 0)?, sequence: number(row, 1)? },
            role: Role::from_name(&row.get::<_, String>(2)?).ok_or(LoadError::Damaged("role"))?,
            at: Timestamp::from_millis(row.get(3)?),
            person: PersonId::new(Uuid::from_bytes(row.get(4)?)),
            command: row.get(5)?,
            is_suggestion: row.get(6)?,
        });
    }
    Ok(history)
}
