//! Phones that were put back from a copy of their file: each becomes a device of its own, of the same person.

use std::net::IpAddr;

use kring_domain::{DeviceId, Role, SpaceId, Timestamp};
use kring_sync::{ClaimUse, FirstUse};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::access_log::{Action, AuditEntry, COPY, record};
use super::{AccountError, devices};
use crate::auth::{self, Caller, Claimed, CopyClaim, Secret, Unproved};

/// The most copies of one device in [`COPY_WINDOW_MS`].
const MAX_COPIES: i64 = 10;

/// The time in which they are counted, in milliseconds: 30 days.
const COPY_WINDOW_MS: i64 = 30 * 86_400_000;

/// The outcome of a phone that says it was put back from a copy.
#[derive(Debug)]
pub enum Copied {
    /// It is a device of its own now.
    Device(Caller, Secret),
    /// It has not shown that it is the person's.
    Unproved(Unproved),
    /// Its sign-in has ended, or nobody knows it.
    Refused,
    /// There are too many copies of the same device already.
    TooMany,
}

/// Makes a device for a phone that was put back from a copy.
///
/// Asked again with the same new key, because the answer was lost, it is the same device, while nothing came from it yet
/// and it was signed later than before.
///
/// # Errors
///
/// When the database refuses.
pub fn copy_device(
    connection: &Connection,
    claim: &CopyClaim,
    address: IpAddr,
    now: Timestamp,
) -> Result<Copied, AccountError> {
    let (original, proved_at) = match auth::claimed(connection, claim, now)? {
        Claimed::By(original, at) => (original, at),
        Claimed::Unproved(unproved) => return Ok(Copied::Unproved(unproved)),
        Claimed::Refused => return Ok(Copied::Refused),
    };
    if let Some((caller, signed_at)) = made_before(connection, original, claim)? {
        let used = "SELECT 1 FROM refresh_tokens WHERE family_id = ?1 AND used_at IS NOT NULL";
        let is_answer_unused = !connection.prepare_cached(used)?.exists([caller.sign_in])?;
        return match (FirstUse { at: signed_at, signed_at, is_answer_unused }).claim_signed(proved_at) {
            ClaimUse::Again => again(connection, caller, proved_at, now),
            ClaimUse::Over => Ok(Copied::Refused),
            ClaimUse::WrongTime => Ok(Copied::Unproved(Unproved::Clock)),
        };
    }
    let count = "SELECT count(*) FROM devices WHERE copy_of = ?1 AND created_at > ?2";
    let count: i64 = connection
        .prepare_cached(count)?
        .query_row(params![original.device.uuid(), now.millis() - COPY_WINDOW_MS], |row| row.get(0))?;
    if count >= MAX_COPIES {
        return Ok(Copied::TooMany);
    }
    let name: String = connection
        .prepare_cached("SELECT name FROM devices WHERE device_id = ?1")?
        .query_row([original.device.uuid()], |row| row.get(0))?;
    let device = DeviceId::new(Uuid::now_v7());
    devices::make(connection, device, original.person, &name, Some(&claim.key), now)?;
    connection
        .prepare_cached("UPDATE devices SET copy_of = ?2, copy_proved_at = ?3 WHERE device_id = ?1")?
        .execute(params![device.uuid(), original.device.uuid(), proved_at.millis()])?;
    let caller = Caller { person: original.person, device, sign_in: auth::start_sign_in(connection, device, now)? };
    let entry = AuditEntry::of_server(now, Action::SignedIn).by(caller).from(address);
    record(connection, &entry.about(original.device.uuid()).with(COPY))?;
    tell_spaces(connection, caller, original.device, now)?;
    let token = auth::issue(connection, caller.sign_in, now)?;
    Ok(Copied::Device(caller, token))
}

/// Tells every space of the person, where they read of it on the phones that they have, and the client too.
fn tell_spaces(
    connection: &Connection,
    caller: Caller,
    original: DeviceId,
    now: Timestamp,
) -> Result<(), AccountError> {
    let sql = "SELECT space_id, role FROM members WHERE person_id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let memberships = statement.query_map([caller.person.uuid()], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    for membership in memberships {
        let (space, role) = membership?;
        let Some(role) = Role::from_name(&role) else { continue };
        let entry = AuditEntry::new(now, SpaceId::new(space), caller, role, Action::SignedIn);
        record(connection, &entry.about(original.uuid()).with(COPY))?;
    }
    Ok(())
}

/// The device that was made for this claim already, and when it was signed then.
fn made_before(
    connection: &Connection,
    original: Caller,
    claim: &CopyClaim,
) -> Result<Option<(Caller, Timestamp)>, AccountError> {
    let sql = "SELECT device_id, family_id, copy_proved_at FROM devices JOIN families USING (device_id)
               WHERE copy_of = ?1 AND device_key = ?2 AND revoked_at IS NULL AND ended_at IS NULL";
    let found = connection.prepare_cached(sql)?.query_row(params![original.device.uuid(), claim.key.bytes()], |row| {
        let caller = Caller { person: original.person, device: DeviceId::new(row.get(0)?), sign_in: row.get(1)? };
        Ok((caller, Timestamp::from_millis(row.get(2)?)))
    });
    Ok(found.optional()?)
}

/// Gives the answer once more that was lost on its way; what was answered before is void.
fn again(
    connection: &Connection,
    caller: Caller,
    proved_at: Timestamp,
    now: Timestamp,
) -> Result<Copied, AccountError> {
    connection.prepare_cached("DELETE FROM refresh_tokens WHERE family_id = ?1")?.execute([caller.sign_in])?;
    connection
        .prepare_cached("UPDATE devices SET copy_proved_at = ?2 WHERE device_id = ?1")?
        .execute(params![caller.device.uuid(), proved_at.millis()])?;
    let token = auth::issue(connection, caller.sign_in, now)?;
    Ok(Copied::Device(caller, token))
}
