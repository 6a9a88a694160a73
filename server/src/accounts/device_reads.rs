//! What was looked at on a device, as the device tells it: a chain without a gap, taken into the access log.

use kring_domain::{DeviceId, Role, Timestamp};
use kring_sync::{Look, LookChain};
use rusqlite::{Connection, OptionalExtension, params};
use subtle::ConstantTimeEq;

use super::access_log::{Action, Line, record, record_at_document};
use super::{AccountError, role_in, seats};
use crate::auth::Caller;
use crate::store::StoreError;

/// A list of looks, and the device's link behind the last of them.
#[derive(Debug)]
pub struct Brought {
    /// The number of looks the device has told of before these.
    pub after: u64,
    /// The looks, in order.
    pub looks: Vec<Look>,
    /// The device's link behind the last.
    pub link: [u8; 32],
}

/// The outcome of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The server knows of these looks now; the device goes on from there.
    Through(LookChain),
    /// The list does not go on from what the device has told before, so nothing more is taken from it.
    Broken,
}

/// Why nothing is taken from a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    /// Looks are missing that it has not told of; it may tell of them still.
    Gap,
    /// Its list is another one than before; it has to sign in anew.
    Broken,
}

/// Takes a list of looks into the access log.
///
/// A list that begins too late leaves a gap, and until the gap is filled nothing is taken from the device; one that
/// begins too early says nothing new and changes nothing; one that does not fit ends it for good.
///
/// # Errors
///
/// When the database refuses.
pub fn take_reads(
    connection: &Connection,
    caller: Caller,
    brought: &Brought,
    now: Timestamp,
) -> Result<Taken, AccountError> {
    let (chain, is_broken) = chain(connection, caller)?;
    if is_broken {
        return Ok(Taken::Broken);
    }
    if brought.after != chain.count {
        let has_gap = brought.after > chain.count;
        keep(connection, caller.device, &chain, has_gap)?;
        return Ok(Taken::Through(chain));
    }
    let whole = brought.looks.iter().fold(chain, |chain, look| chain.next(look));
    if !bool::from(whole.link.ct_eq(&brought.link)) {
        break_off(connection, caller, &chain, now)?;
        return Ok(Taken::Broken);
    }
    for look in &brought.looks {
        note(connection, caller, look, now)?;
    }
    keep(connection, caller.device, &whole, false)?;
    Ok(Taken::Through(whole))
}

/// Returns whether anything is taken from a device.
///
/// # Errors
///
/// When the database cannot be read.
pub fn barred(connection: &Connection, device: DeviceId) -> Result<Option<Barred>, StoreError> {
    let sql = "SELECT has_gap, broken_at IS NOT NULL FROM device_reads WHERE device_id = ?1";
    let found: Option<(bool, bool)> =
        connection.prepare_cached(sql)?.query_row([device.uuid()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(match found {
        Some((_, true)) => Some(Barred::Broken),
        Some((true, false)) => Some(Barred::Gap),
        _ => None,
    })
}

fn chain(connection: &Connection, caller: Caller) -> Result<(LookChain, bool), StoreError> {
    let sql = "SELECT looks, link, broken_at IS NOT NULL FROM device_reads WHERE device_id = ?1";
    let found = connection.prepare_cached(sql)?.query_row([caller.device.uuid()], |row| {
        let count = u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
        Ok((LookChain { count, link: row.get(1)? }, row.get(2)?))
    });
    Ok(found.optional()?.unwrap_or_else(|| (LookChain::start(caller.device, caller.person), false)))
}

fn keep(connection: &Connection, device: DeviceId, chain: &LookChain, has_gap: bool) -> Result<(), StoreError> {
    let sql = "INSERT INTO device_reads (device_id, looks, link, has_gap) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT DO UPDATE SET looks = excluded.looks, link = excluded.link, has_gap = excluded.has_gap";
    let count = i64::try_from(chain.count).unwrap_or(i64::MAX);
    connection.prepare_cached(sql)?.execute(params![device.uuid(), count, chain.link, has_gap])?;
    Ok(())
}

/// Keeps a look, at the time the device says, or now where that is still to come.
fn note(connection: &Connection, caller: Caller, look: &Look, now: Timestamp) -> Result<(), AccountError> {
    let sql = "SELECT role FROM members JOIN documents USING (space_id) WHERE document_id = ?1 AND person_id = ?2";
    let role: Option<String> = connection
        .prepare_cached(sql)?
        .query_row(params![look.document.uuid(), caller.person.uuid()], |row| row.get(0))
        .optional()?;
    let line = Line::of_server(look.at.min(now), Action::ReadOnDevice).by(caller);
    let role = role.and_then(|role| Role::from_name(&role));
    Ok(record_at_document(connection, look.document, &Line { role, ..line })?)
}

/// Bars the device, and tells everybody whose space it is in.
fn break_off(connection: &Connection, caller: Caller, chain: &LookChain, now: Timestamp) -> Result<(), AccountError> {
    keep(connection, caller.device, chain, false)?;
    let sql = "UPDATE device_reads SET broken_at = ?2 WHERE device_id = ?1";
    connection.prepare_cached(sql)?.execute(params![caller.device.uuid(), now.millis()])?;
    for seat in seats(connection, caller.person)? {
        let role = role_in(connection, seat.space, caller.person)?;
        record(connection, &Line::new(now, seat.space, caller, role, Action::BrokenReadLog))?;
    }
    Ok(())
}
