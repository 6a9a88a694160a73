//! Adding to the access log.

use kring_domain::{DocumentId, PersonId, SpaceId};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::chain::{COLUMNS, Link, Linked, chain_of};
use super::{AccessPoint, Line};
use crate::accounts::AccountError;
use crate::clock;
use crate::store::StoreError;

/// Doing the same again within this time makes no new line, in milliseconds: 10 minutes.
pub const SAME: i64 = 10 * 60_000;

/// Keeps a line, in the transaction of what it tells of; what is folded into an earlier line makes none.
///
/// # Errors
///
/// When the database refuses.
pub fn record(connection: &Connection, line: &Line) -> Result<(), AccountError> {
    Ok(keep(connection, line)?)
}

/// Keeps a line in the log of the space that a document belongs to; none where there is no such document.
///
/// # Errors
///
/// When the database refuses.
pub fn record_at_document(connection: &Connection, document: DocumentId, line: &Line) -> Result<(), StoreError> {
    let sql = "SELECT space_id FROM documents WHERE document_id = ?1";
    let space: Option<Uuid> =
        connection.prepare_cached(sql)?.query_row([document.uuid()], |row| row.get(0)).optional()?;
    match space {
        Some(space) => keep(connection, &Line { space: Some(SpaceId::new(space)), ..line.on(document) }),
        None => Ok(()),
    }
}

/// Returns whether an earlier line, which is durable, says the same already: then [`record`] makes none.
///
/// # Errors
///
/// When the database cannot be read.
pub fn is_recorded(connection: &Connection, line: &Line) -> Result<bool, StoreError> {
    Ok(line.is_folded() && is_known(connection, line)?)
}

fn keep(connection: &Connection, line: &Line) -> Result<(), StoreError> {
    if is_recorded(connection, line)? {
        return Ok(());
    }
    let chain = chain_of(line.space);
    let (lines, link) = head(connection, chain)?;
    let linked = Linked {
        position: lines + 1,
        at: line.at.millis(),
        recorded_at: clock::now().millis(),
        person: line.person.map(PersonId::uuid),
        device: line.device.map(|device| device.uuid()),
        role: line.role.map(|role| role.name().to_owned()),
        action: line.action.name().to_owned(),
        outcome: line.outcome.name().to_owned(),
        document: line.document.map(DocumentId::uuid),
        about: line.about,
        detail: line.detail.map(str::to_owned),
        from: line.from.as_ref().map(AccessPoint::to_string),
    };
    let link = link.next(&linked);
    let sql = "INSERT INTO access_log (space_id, position, at, recorded_at, person_id, device_id, role, action,
                   outcome, document_id, about_id, detail, access_point, link)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    connection.prepare_cached(sql)?.execute(params![
        line.space.map(SpaceId::uuid),
        linked.position,
        linked.at,
        linked.recorded_at,
        linked.person,
        linked.device,
        linked.role,
        linked.action,
        linked.outcome,
        linked.document,
        linked.about,
        linked.detail,
        linked.from,
        link.0,
    ])?;
    put_head(connection, chain, linked.position, link)
}

/// Takes lines from before there was a chain into it; there are none but right after an upgrade.
///
/// # Errors
///
/// When the database refuses.
pub fn adopt(connection: &Connection) -> Result<(), StoreError> {
    let sql = format!("SELECT number, space_id, {COLUMNS} FROM access_log WHERE link IS NULL ORDER BY number");
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut update = connection.prepare("UPDATE access_log SET position = ?2, link = ?3 WHERE number = ?1")?;
    while let Some(row) = rows.next()? {
        let chain = row.get::<_, Option<Uuid>>(1)?.unwrap_or_default();
        let (lines, link) = head(connection, chain)?;
        let position = lines + 1;
        let link = link.next(&Linked { position, ..Linked::read(row, 2)? });
        update.execute(params![row.get::<_, i64>(0)?, position, link.0])?;
        put_head(connection, chain, position, link)?;
    }
    Ok(())
}

/// Returns whether an earlier line says the same already.
fn is_known(connection: &Connection, line: &Line) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM access_log WHERE space_id IS ?1 AND person_id IS ?2 AND document_id IS ?3 AND at > ?4
               AND action = ?5 AND outcome = ?6 AND device_id IS ?7 AND detail IS ?8 AND access_point IS ?9";
    Ok(connection.prepare_cached(sql)?.exists(params![
        line.space.map(SpaceId::uuid),
        line.person.map(PersonId::uuid),
        line.document.map(DocumentId::uuid),
        line.at.millis() - SAME,
        line.action.name(),
        line.outcome.name(),
        line.device.map(|device| device.uuid()),
        line.detail,
        line.from.as_ref().map(AccessPoint::to_string),
    ])?)
}

fn head(connection: &Connection, chain: Uuid) -> Result<(i64, Link), StoreError> {
    let sql = "SELECT lines, link FROM access_heads WHERE chain_id = ?1";
    let head =
        connection.prepare_cached(sql)?.query_row([chain], |row| Ok((row.get(0)?, Link(row.get(1)?)))).optional()?;
    Ok(head.unwrap_or_else(|| (0, Link::start(chain))))
}

fn put_head(connection: &Connection, chain: Uuid, lines: i64, link: Link) -> Result<(), StoreError> {
    let sql = "INSERT INTO access_heads (chain_id, lines, link) VALUES (?1, ?2, ?3)
               ON CONFLICT DO UPDATE SET lines = excluded.lines, link = excluded.link";
    connection.prepare_cached(sql)?.execute(params![chain, lines, link.0])?;
    Ok(())
}
