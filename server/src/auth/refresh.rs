//! Refresh tokens: each works once and is answered with the next; a second use ends the session.

use kring_domain::{DeviceId, PersonId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::{Caller, Secret};
use crate::store::StoreError;

/// How long a refresh token lives, in milliseconds: 90 days from the moment it is made.
const LIFETIME: i64 = 90 * 86_400_000;

/// How long a used token is kept, to recognise a thief by, in milliseconds: 30 days.
const KEPT: i64 = 30 * 86_400_000;

/// What became of a refresh token.
#[derive(Debug)]
pub enum Refreshed {
    /// It was good; this is the next one.
    Next(Caller, Secret),
    /// It had been used before, so its session has ended now.
    Reused(Uuid),
    /// It is unknown or expired, or its session has ended.
    Refused,
}

/// Begins a session on a device.
///
/// # Errors
///
/// When the database refuses.
pub fn start_session(connection: &Connection, device: DeviceId, now: Timestamp) -> Result<Uuid, StoreError> {
    let family = Uuid::now_v7();
    connection
        .prepare_cached("INSERT INTO families (family_id, device_id, created_at) VALUES (?1, ?2, ?3)")?
        .execute(params![family, device.uuid(), now.millis()])?;
    Ok(family)
}

/// Makes a refresh token of a session.
///
/// # Errors
///
/// When the database refuses.
pub fn issue(connection: &Connection, family: Uuid, now: Timestamp) -> Result<Secret, StoreError> {
    let token = Secret::random();
    connection
        .prepare_cached("INSERT INTO refresh_tokens (token_hash, family_id, expires_at) VALUES (?1, ?2, ?3)")?
        .execute(params![token.hash(), family, now.millis() + LIFETIME])?;
    Ok(token)
}

/// Uses a refresh token.
///
/// # Errors
///
/// When the database refuses.
pub fn refresh(connection: &Connection, token: &Secret, now: Timestamp) -> Result<Refreshed, StoreError> {
    let Some(found) = find(connection, token)? else { return Ok(Refreshed::Refused) };
    if found.used {
        end(connection, found.caller.family, now)?;
        return Ok(Refreshed::Reused(found.caller.family));
    }
    if found.ended || found.expires_at <= now.millis() {
        return Ok(Refreshed::Refused);
    }
    connection
        .prepare_cached("UPDATE refresh_tokens SET used_at = ?2 WHERE token_hash = ?1")?
        .execute(params![token.hash(), now.millis()])?;
    connection
        .prepare_cached("DELETE FROM refresh_tokens WHERE family_id = ?1 AND (used_at < ?2 OR expires_at < ?3)")?
        .execute(params![found.caller.family, now.millis() - KEPT, now.millis()])?;
    let next = issue(connection, found.caller.family, now)?;
    Ok(Refreshed::Next(found.caller, next))
}

/// Ends every session of a device.
///
/// # Errors
///
/// When the database refuses.
pub fn end_sessions_of(connection: &Connection, device: DeviceId, now: Timestamp) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE families SET ended_at = ?2 WHERE device_id = ?1 AND ended_at IS NULL")?
        .execute(params![device.uuid(), now.millis()])?;
    Ok(())
}

struct Found {
    caller: Caller,
    used: bool,
    ended: bool,
    expires_at: i64,
}

fn find(connection: &Connection, token: &Secret) -> Result<Option<Found>, StoreError> {
    let sql = "SELECT person_id, device_id, family_id, used_at IS NOT NULL,
                      ended_at IS NOT NULL OR revoked_at IS NOT NULL, expires_at
               FROM refresh_tokens JOIN families USING (family_id) JOIN devices USING (device_id)
               WHERE token_hash = ?1";
    let found = connection.prepare_cached(sql)?.query_row([token.hash()], |row| {
        Ok(Found {
            caller: Caller {
                person: PersonId::new(row.get(0)?),
                device: DeviceId::new(row.get(1)?),
                family: row.get(2)?,
            },
            used: row.get(3)?,
            ended: row.get(4)?,
            expires_at: row.get(5)?,
        })
    });
    Ok(found.optional()?)
}

fn end(connection: &Connection, family: Uuid, now: Timestamp) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE families SET ended_at = ?2 WHERE family_id = ?1 AND ended_at IS NULL")?
        .execute(params![family, now.millis()])?;
    Ok(())
}
