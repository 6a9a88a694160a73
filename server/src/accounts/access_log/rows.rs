//! Reading the access log.

use kring_domain::{DeviceId, DocumentId, DocumentKind, PersonId, Role, SpaceId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::store::StoreError;

/// The most lines of one answer.
pub const MAX_ROWS: u32 = 1_000;

/// The wanted lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only what this person did, and who let them back in.
    pub person: Option<PersonId>,
    /// Not before this moment.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub to: Option<Timestamp>,
    /// Before this line.
    pub before: Option<i64>,
}

/// A line as it is read.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// Its place in the log of its space, from 1 without gaps.
    pub position: i64,
    /// When.
    pub at: Timestamp,
    /// The person; `None` for the operator, and for anybody who is not known.
    pub person: Option<PersonId>,
    /// The name; nothing when their name is gone.
    pub name: Option<String>,
    /// On which device.
    pub device: Option<DeviceId>,
    /// As what; `None` for anybody who had no place there.
    pub role: Option<Role>,
    /// The things that they did, as a word of the protocol.
    pub action: String,
    /// The outcome, as a word of the protocol.
    pub outcome: String,
    /// To which document.
    pub document: Option<DocumentId>,
    /// Of which kind that is.
    pub kind: Option<DocumentKind>,
    /// To whom, or to which device or space.
    pub about: Option<Uuid>,
    /// The role of the person called whom it was about.
    pub about_name: Option<String>,
    /// More of it, as a word.
    pub detail: Option<String>,
    /// From which network, where no device is known.
    pub from: Option<String>,
}

/// The lines of a space, or of the server, the latest first; at most [`MAX_ROWS`].
///
/// # Errors
///
/// When the database refuses.
pub fn rows(connection: &Connection, space: Option<SpaceId>, filter: &Filter) -> Result<Vec<AuditRow>, StoreError> {
    let sql =
        "SELECT position, at, access_log.person_id, persons.name, device_id, role, action, outcome, document_id, kind,
                   about_id, detail, access_point, others.name
               FROM access_log LEFT JOIN persons USING (person_id) LEFT JOIN documents USING (document_id)
                   LEFT JOIN persons AS others ON others.person_id = about_id
               WHERE access_log.space_id IS ?1 AND at >= ?3 AND at < ?4
                   AND (?2 IS NULL OR access_log.person_id = ?2 OR (about_id = ?2 AND action = 'invited_back'))
                   AND position < ?5
               ORDER BY position DESC LIMIT ?6";
    let mut statement = connection.prepare_cached(sql)?;
    let values = params![
        space.map(SpaceId::uuid),
        filter.person.map(PersonId::uuid),
        filter.from.map_or(i64::MIN, Timestamp::millis),
        filter.to.map_or(i64::MAX, Timestamp::millis),
        filter.before.unwrap_or(i64::MAX),
        MAX_ROWS,
    ];
    let rows = statement.query_map(values, row_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The client of a space, with their name, where one has joined.
///
/// # Errors
///
/// When the database refuses.
pub fn client_of(connection: &Connection, space: SpaceId) -> Result<Option<(PersonId, String)>, StoreError> {
    let sql = "SELECT person_id, name FROM members JOIN persons USING (person_id)
               WHERE space_id = ?1 AND role = 'client'";
    let client =
        connection.prepare_cached(sql)?.query_row([space.uuid()], |row| Ok((PersonId::new(row.get(0)?), row.get(1)?)));
    Ok(client.optional()?)
}

fn row_of(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    let text = |index| row.get::<_, Option<String>>(index);
    Ok(AuditRow {
        position: row.get(0)?,
        at: Timestamp::from_millis(row.get(1)?),
        person: row.get::<_, Option<Uuid>>(2)?.map(PersonId::new),
        name: text(3)?.filter(|name| !name.is_empty()),
        device: row.get::<_, Option<Uuid>>(4)?.map(DeviceId::new),
        role: text(5)?.and_then(|role| Role::from_name(&role)),
        action: row.get(6)?,
        outcome: row.get(7)?,
        document: row.get::<_, Option<Uuid>>(8)?.map(DocumentId::new),
        kind: text(9)?.and_then(|kind| DocumentKind::from_name(&kind)),
        about: row.get(10)?,
        detail: text(11)?,
        from: text(12)?,
        about_name: text(13)?.filter(|name| !name.is_empty()),
    })
}
