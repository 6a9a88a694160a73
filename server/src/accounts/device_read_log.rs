//! The read log of a device: a chain without a gap, taken into the access log.

use kring_domain::{DeviceId, Role, Timestamp};
use kring_sync::{ReadEvent, ReadLogChain};
use rusqlite::{Connection, OptionalExtension, params};
use subtle::ConstantTimeEq;

use super::access_log::{Action, AuditEntry, record, record_at_document};
use super::{AccountError, memberships, role_in};
use crate::auth::Caller;
use crate::store::StoreError;

/// A read log, and the device's chain hash behind the last of them.
#[derive(Debug)]
pub struct ReadLogUpload {
    /// The number of read events the device has told of before these.
    pub after: u64,
    /// The read events, in order.
    pub events: Vec<ReadEvent>,
    /// The device's chain hash behind the last.
    pub chain_hash: [u8; 32],
}

/// The outcome of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadOutcome {
    /// The server knows of these read events now; the device goes on from there.
    Through(ReadLogChain),
    /// The list does not go on from what the device has told before, so nothing more is taken from it.
    Broken,
}

/// Why nothing is taken from a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadBlocked {
    /// Read events are missing that it has not told of; it may tell of them still.
    Gap,
    /// Its list is another one than before; it has to sign in anew.
    Broken,
}

/// Takes a read log into the access log.
///
/// A list that begins too late leaves a gap, and until the gap is filled nothing is taken from the device; one that
/// begins too early says nothing new and changes nothing; one that does not fit ends it for good.
///
/// # Errors
///
/// When the database refuses.
pub fn take_read_log(
    connection: &Connection,
    caller: Caller,
    upload: &ReadLogUpload,
    now: Timestamp,
) -> Result<UploadOutcome, AccountError> {
    let (chain, is_broken) = chain(connection, caller)?;
    if is_broken {
        return Ok(UploadOutcome::Broken);
    }
    if upload.after != chain.count {
        let has_gap = upload.after > chain.count;
        keep(connection, caller.device, &chain, has_gap)?;
        return Ok(UploadOutcome::Through(chain));
    }
    let whole = upload.events.iter().fold(chain, |chain, event| chain.next(event));
    if !bool::from(whole.chain_hash.ct_eq(&upload.chain_hash)) {
        block_uploads(connection, caller, &chain, now)?;
        return Ok(UploadOutcome::Broken);
    }
    for event in &upload.events {
        note(connection, caller, event, now)?;
    }
    keep(connection, caller.device, &whole, false)?;
    Ok(UploadOutcome::Through(whole))
}

/// Returns whether anything is taken from a device.
///
/// # Errors
///
/// When the database cannot be read.
pub fn upload_block(connection: &Connection, device: DeviceId) -> Result<Option<UploadBlocked>, StoreError> {
    let sql = "SELECT has_gap, broken_at IS NOT NULL FROM device_reads WHERE device_id = ?1";
    let found: Option<(bool, bool)> =
        connection.prepare_cached(sql)?.query_row([device.uuid()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(match found {
        Some((_, true)) => Some(UploadBlocked::Broken),
        Some((true, false)) => Some(UploadBlocked::Gap),
        _ => None,
    })
}

fn chain(connection: &Connection, caller: Caller) -> Result<(ReadLogChain, bool), StoreError> {
    let sql = "SELECT looks, link, broken_at IS NOT NULL FROM device_reads WHERE device_id = ?1";
    let found = connection.prepare_cached(sql)?.query_row([caller.device.uuid()], |row| {
        let count = u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
        Ok((ReadLogChain { count, chain_hash: row.get(1)? }, row.get(2)?))
    });
    Ok(found.optional()?.unwrap_or_else(|| (ReadLogChain::start(caller.device, caller.person), false)))
}

fn keep(connection: &Connection, device: DeviceId, chain: &ReadLogChain, has_gap: bool) -> Result<(), StoreError> {
    let sql = "INSERT INTO device_reads (device_id, looks, link, has_gap) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT DO UPDATE SET looks = excluded.looks, link = excluded.link, has_gap = excluded.has_gap";
    let count = i64::try_from(chain.count).unwrap_or(i64::MAX);
    connection.prepare_cached(sql)?.execute(params![device.uuid(), count, chain.chain_hash, has_gap])?;
    Ok(())
}

/// Keeps a read event, at the time the device says, or now where that is still to come.
fn note(connection: &Connection, caller: Caller, event: &ReadEvent, now: Timestamp) -> Result<(), AccountError> {
    let sql = "SELECT role FROM members JOIN documents USING (space_id) WHERE document_id = ?1 AND person_id = ?2";
    let role: Option<String> = connection
        .prepare_cached(sql)?
        .query_row(params![event.document.uuid(), caller.person.uuid()], |row| row.get(0))
        .optional()?;
    let entry = AuditEntry::of_server(event.at.min(now), Action::ReadOnDevice).by(caller);
    let role = role.and_then(|role| Role::from_name(&role));
    Ok(record_at_document(connection, event.document, &AuditEntry { role, ..entry })?)
}

/// Bars the device, and tells everybody whose space it is in.
fn block_uploads(
    connection: &Connection,
    caller: Caller,
    chain: &ReadLogChain,
    now: Timestamp,
) -> Result<(), AccountError> {
    keep(connection, caller.device, chain, false)?;
    let sql = "UPDATE device_reads SET broken_at = ?2 WHERE device_id = ?1";
    connection.prepare_cached(sql)?.execute(params![caller.device.uuid(), now.millis()])?;
    for membership in memberships(connection, caller.person)? {
        let role = role_in(connection, membership.space, caller.person)?;
        record(connection, &AuditEntry::new(now, membership.space, caller, role, Action::BrokenReadLog))?;
    }
    Ok(())
}
