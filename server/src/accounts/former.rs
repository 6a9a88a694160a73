//! Former memberships: where somebody stood when they left a space, for the edits that their device still brings.

use kring_domain::{Access, DocumentKind, PersonId, Role, SpaceId, Timestamp};
use kring_sync::{FormerMembership, Position};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{AccountError, Rights};
use crate::store::StoreError;
use kring_domain::DocumentId;

/// Returns where a person stood at a document until they left its space; `None` where they were never there, or still are.
pub(crate) fn former_membership(
    connection: &Connection,
    document: DocumentId,
    person: PersonId,
) -> Result<Option<FormerMembership>, StoreError> {
    let sql = "SELECT role, left_at, former_seats.generation, former_seats.sequence, kind
               FROM former_seats JOIN documents USING (document_id) WHERE document_id = ?1 AND person_id = ?2";
    let found = connection.prepare_cached(sql)?.query_row(params![document.uuid(), person.uuid()], read).optional()?;
    Ok(found.flatten())
}

/// Notes where somebody stands in every document that they write, because they leave now.
pub(super) fn keep_former_memberships(
    connection: &Connection,
    space: SpaceId,
    rights: &Rights,
    now: Timestamp,
) -> Result<(), AccountError> {
    let sql = "INSERT OR REPLACE INTO former_seats (document_id, person_id, role, left_at, generation, sequence)
               SELECT document_id, ?2, ?3, ?4, generation, sequence FROM documents WHERE document_id = ?1";
    let mut insert = connection.prepare_cached(sql)?;
    for &kind in DocumentKind::ALL.iter().filter(|kind| rights.access(**kind) == Access::Write) {
        let document = DocumentId::derive(space, kind).uuid();
        insert.execute(params![document, rights.person.uuid(), rights.role.name(), now.millis()])?;
    }
    Ok(())
}

/// Forgets where somebody stood, because they are in the space again.
pub(super) fn forget_former_memberships(
    connection: &Connection,
    space: SpaceId,
    person: PersonId,
) -> Result<(), AccountError> {
    let sql = "DELETE FROM former_seats
               WHERE person_id = ?2 AND document_id IN (SELECT document_id FROM documents WHERE space_id = ?1)";
    connection.prepare_cached(sql)?.execute(params![space.uuid(), person.uuid()])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Option<FormerMembership>> {
    let (role, kind): (String, String) = (row.get(0)?, row.get(4)?);
    let number = |column| row.get::<_, i64>(column).map(|number| u64::try_from(number).unwrap_or(0));
    let left_at = row.get(1)?;
    let head = Position { generation: number(2)?, sequence: number(3)? };
    let membership = Role::from_name(&role).zip(DocumentKind::from_name(&kind));
    Ok(membership.map(|(role, kind)| FormerMembership { role, left_at: Timestamp::from_millis(left_at), head, kind }))
}
