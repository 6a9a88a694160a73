//! Adding to the access log.

use kring_domain::{DocumentId, PersonId, SpaceId};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::chain::{AuditChainHash, COLUMNS, ChainedEntry, chain_of};
use super::{AccessPoint, AuditEntry};
use crate::accounts::AccountError;
use crate::clock;
use crate::store::StoreError;

/// Doing the same again within this time makes no new line, in milliseconds: 10 minutes.
pub const FOLD_WINDOW_MS: i64 = 10 * 60_000;

/// Keeps a line, in the transaction of what it tells of; what is folded into an earlier line makes none.
///
/// # Errors
///
/// When the database refuses.
pub fn record(connection: &Connection, entry: &AuditEntry) -> Result<(), AccountError> {
    Ok(keep(connection, entry)?)
}

/// Keeps a line in the log of the space that a document belongs to; none where there is no such document.
///
/// # Errors
///
/// When the database refuses.
pub fn record_at_document(connection: &Connection, document: DocumentId, entry: &AuditEntry) -> Result<(), StoreError> {
    let sql = "SELECT space_id FROM documents WHERE document_id = ?1";
    let space: Option<Uuid> =
        connection.prepare_cached(sql)?.query_row([document.uuid()], |row| row.get(0)).optional()?;
    match space {
        Some(space) => keep(connection, &AuditEntry { space: Some(SpaceId::new(space)), ..entry.on(document) }),
        None => Ok(()),
    }
}

/// Returns whether an earlier line, which is durable, says the same already: then [`record`] makes none.
///
/// # Errors
///
/// When the database cannot be read.
pub fn is_recorded(connection: &Connection, entry: &AuditEntry) -> Result<bool, StoreError> {
    Ok(entry.is_folded() && is_known(connection, entry)?)
}

fn keep(connection: &Connection, entry: &AuditEntry) -> Result<(), StoreError> {
    if is_recorded(connection, entry)? {
        return Ok(());
    }
    let chain = chain_of(entry.space);
    let (lines, chain_hash) = head(connection, chain)?;
    let chained = ChainedEntry {
        position: lines + 1,
        at: entry.at.millis(),
        recorded_at: clock::now().millis(),
        person: entry.person.map(PersonId::uuid),
        device: entry.device.map(|device| device.uuid()),
        role: entry.role.map(|role| role.name().to_owned()),
        action: entry.action.name().to_owned(),
        outcome: entry.outcome.name().to_owned(),
        document: entry.document.map(DocumentId::uuid),
        about: entry.about,
        detail: entry.detail.map(str::to_owned),
        from: entry.from.as_ref().map(AccessPoint::to_string),
    };
    let chain_hash = chain_hash.next(&chained);
    let sql = "INSERT INTO access_log (space_id, position, at, recorded_at, person_id, device_id, role, action,
                   outcome, document_id, about_id, detail, access_point, link)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    connection.prepare_cached(sql)?.execute(params![
        entry.space.map(SpaceId::uuid),
        chained.position,
        chained.at,
        chained.recorded_at,
        chained.person,
        chained.device,
        chained.role,
        chained.action,
        chained.outcome,
        chained.document,
        chained.about,
        chained.detail,
        chained.from,
        chain_hash.0,
    ])?;
    put_head(connection, chain, chained.position, chain_hash)
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
        let (lines, chain_hash) = head(connection, chain)?;
        let position = lines + 1;
        let chain_hash = chain_hash.next(&ChainedEntry { position, ..ChainedEntry::read(row, 2)? });
        update.execute(params![row.get::<_, i64>(0)?, position, chain_hash.0])?;
        put_head(connection, chain, position, chain_hash)?;
    }
    Ok(())
}

/// Returns whether an earlier line says the same already.
fn is_known(connection: &Connection, entry: &AuditEntry) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM access_log WHERE space_id IS ?1 AND person_id IS ?2 AND document_id IS ?3 AND at > ?4
               AND action = ?5 AND outcome = ?6 AND device_id IS ?7 AND detail IS ?8 AND access_point IS ?9";
    Ok(connection.prepare_cached(sql)?.exists(params![
        entry.space.map(SpaceId::uuid),
        entry.person.map(PersonId::uuid),
        entry.document.map(DocumentId::uuid),
        entry.at.millis() - FOLD_WINDOW_MS,
        entry.action.name(),
        entry.outcome.name(),
        entry.device.map(|device| device.uuid()),
        entry.detail,
        entry.from.as_ref().map(AccessPoint::to_string),
    ])?)
}

fn head(connection: &Connection, chain: Uuid) -> Result<(i64, AuditChainHash), StoreError> {
    let sql = "SELECT lines, link FROM access_heads WHERE chain_id = ?1";
    let head = connection
        .prepare_cached(sql)?
        .query_row([chain], |row| Ok((row.get(0)?, AuditChainHash(row.get(1)?))))
        .optional()?;
    Ok(head.unwrap_or_else(|| (0, AuditChainHash::start(chain))))
}

fn put_head(connection: &Connection, chain: Uuid, lines: i64, chain_hash: AuditChainHash) -> Result<(), StoreError> {
    let sql = "INSERT INTO access_heads (chain_id, lines, link) VALUES (?1, ?2, ?3)
               ON CONFLICT DO UPDATE SET lines = excluded.lines, link = excluded.link";
    connection.prepare_cached(sql)?.execute(params![chain, lines, chain_hash.0])?;
    Ok(())
}
