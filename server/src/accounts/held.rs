//! Held edits: made by somebody before they left, brought after, and waiting for somebody to judge.

use kring_domain::{CommandId, DeviceId, DocumentId, DocumentKind, PersonId, Role, SpaceId, Timestamp};
use kring_sync::Submission;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::store::StoreError;

/// The most edits that wait, of one person in one document.
const MAX_HELD_EDITS: i64 = 500;

/// The most bytes of them.
const MAX_HELD_BYTES: i64 = 1 << 20;

/// An edit that waits for somebody to judge.
#[derive(Clone, Debug)]
pub struct HeldEdit {
    /// Its document.
    pub document: DocumentId,
    /// The document's kind.
    pub kind: DocumentKind,
    /// The person who made it.
    pub person: PersonId,
    /// On which device.
    pub device: DeviceId,
    /// Their role in the space.
    pub role: Role,
    /// When it came.
    pub held_at: Timestamp,
    /// The edit, as it came.
    pub submission: Submission,
}

/// The outcome of a held edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Review {
    /// It was let in.
    Admit,
    /// It was not.
    Decline,
}

/// The person who brings an edit, and as what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bringer {
    pub(crate) person: PersonId,
    pub(crate) device: DeviceId,
    pub(crate) role: Role,
}

/// Keeps an edit for a judge; again changes nothing. Says whether it is kept: there is only so much room.
pub(crate) fn hold(
    connection: &Connection,
    document: DocumentId,
    by: Bringer,
    submission: &Submission,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let document = document.uuid();
    let id = submission.id.uuid();
    let person = by.person.uuid();
    let known = "SELECT 1 FROM held WHERE document_id = ?1 AND command_id = ?2";
    if connection.prepare_cached(known)?.exists(params![document, id])? {
        return Ok(true);
    }
    let text = serde_json::to_string(submission).unwrap_or_default();
    let used = "SELECT count(*), coalesce(sum(length(submission)), 0) FROM held
                WHERE document_id = ?1 AND person_id = ?2 AND decision IS NULL";
    let (count, bytes): (i64, i64) =
        connection.prepare_cached(used)?.query_row(params![document, person], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if count >= MAX_HELD_EDITS || bytes.saturating_add(i64::try_from(text.len()).unwrap_or(i64::MAX)) > MAX_HELD_BYTES {
        return Ok(false);
    }
    let sql = "INSERT INTO held (document_id, command_id, person_id, device_id, role, held_at, submission)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let values = params![document, id, person, by.device.uuid(), by.role.name(), now.millis(), text];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(true)
}

/// The edits of a space that wait for a judge, in the order in which they came.
///
/// # Errors
///
/// When the database refuses.
pub fn waiting(connection: &Connection, space: SpaceId) -> Result<Vec<HeldEdit>, StoreError> {
    let sql = format!("{SELECT} AND decision IS NULL ORDER BY number");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![space.uuid(), None::<uuid::Uuid>], edit)?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// One held edit that waits, by the id of its command.
///
/// # Errors
///
/// When the database refuses.
pub fn find(connection: &Connection, space: SpaceId, id: CommandId) -> Result<Option<HeldEdit>, StoreError> {
    let sql = format!("{SELECT} AND decision IS NULL");
    let found = connection.prepare_cached(&sql)?.query_row(params![space.uuid(), id.uuid()], edit).optional()?;
    Ok(found.flatten())
}

/// Notes what became of a held edit and empties it; one that was judged before stays as it is.
///
/// # Errors
///
/// When the database refuses.
pub fn judge(
    connection: &Connection,
    held: &HeldEdit,
    review: Review,
    by: PersonId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE held SET submission = '', decision = ?3, judged_by = ?4, judged_at = ?5
               WHERE document_id = ?1 AND command_id = ?2 AND decision IS NULL";
    let document = held.document.uuid();
    let id = held.submission.id.uuid();
    connection.prepare_cached(sql)?.execute(params![document, id, review.name(), by.uuid(), now.millis()])?;
    Ok(())
}

impl Review {
    /// The decision as a word of the protocol.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admit => "admit",
            Self::Decline => "decline",
        }
    }
}

const SELECT: &str = "SELECT held.document_id, kind, person_id, device_id, role, held_at, submission
                      FROM held JOIN documents USING (document_id)
                      WHERE space_id = ?1 AND (?2 IS NULL OR command_id = ?2)";

fn edit(row: &Row<'_>) -> rusqlite::Result<Option<HeldEdit>> {
    let (kind, role, submission): (String, String, String) = (row.get(1)?, row.get(4)?, row.get(6)?);
    let parts = (DocumentKind::from_name(&kind), Role::from_name(&role), serde_json::from_str(&submission).ok());
    let (Some(kind), Some(role), Some(submission)) = parts else { return Ok(None) };
    Ok(Some(HeldEdit {
        document: DocumentId::new(row.get(0)?),
        kind,
        person: PersonId::new(row.get(2)?),
        device: DeviceId::new(row.get(3)?),
        role,
        held_at: Timestamp::from_millis(row.get(5)?),
        submission,
    }))
}
