//! Keeping that somebody was not let.

use kring_domain::{DocumentId, SpaceId, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use super::record::record;
use super::{Action, AuditEntry, Outcome};
use crate::accounts::{AccountError, role_in};
use crate::auth::Caller;

/// The target of a refused attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Something of a space.
    Space(SpaceId),
    /// Something of a document.
    Document(DocumentId),
}

/// Keeps that somebody was refused something, in the log of its space; nothing where there is no such space.
///
/// # Errors
///
/// When the database refuses.
pub fn record_refused(
    connection: &Connection,
    target: Target,
    caller: Caller,
    action: Action,
    at: Timestamp,
) -> Result<(), AccountError> {
    let (sql, id, document) = match target {
        Target::Space(id) => ("SELECT space_id FROM spaces WHERE space_id = ?1", id.uuid(), None),
        Target::Document(id) => ("SELECT space_id FROM documents WHERE document_id = ?1", id.uuid(), Some(id)),
    };
    let space: Option<Uuid> = connection.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?;
    let Some(space) = space.map(SpaceId::new) else { return Ok(()) };
    let role = match role_in(connection, space, caller.person) {
        Ok(role) => Some(role),
        Err(AccountError::NotFound) => None,
        Err(error) => return Err(error),
    };
    let entry = AuditEntry::of_server(at, action).by(caller);
    record(connection, &AuditEntry { space: Some(space), role, document, outcome: Outcome::Refused, ..entry })
}
