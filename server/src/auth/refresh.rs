//! Refresh tokens: each works once and is answered with the next; a second use ends the sign-in.

use kring_domain::{DeviceId, PersonId, Timestamp};
use kring_sync::{FirstUse, ShownToken, Signature, Signed, TokenUse};
use rusqlite::{Connection, OptionalExtension, params};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::proof::{DeviceKey, Proof, Proved, Unproved};
use super::{Caller, Secret};
use crate::store::StoreError;

/// The time that a refresh token lives, in milliseconds: 90 days from the moment it is made.
const TOKEN_TTL_MS: i64 = 90 * 86_400_000;

/// The time that a used token is kept, to recognise a thief by, in milliseconds: 30 days.
const USED_TOKEN_TTL_MS: i64 = 30 * 86_400_000;

/// The outcome of a refresh token.
#[derive(Debug)]
pub enum Refreshed {
    /// It was good; this is the next one.
    Next(Caller, Secret),
    /// It had been used before by whoever cannot sign for it, so its sign-in has ended now.
    Reused(Uuid),
    /// It had been used before, and the device signs for it once more: there are two of it, from one file. Nothing has
    /// changed; this one has to become a device of its own.
    Copied,
    /// It is of a device with a key, and the key was not shown; nothing has changed.
    Unproved(Unproved),
    /// It is unknown or expired, or its sign-in has ended.
    Refused,
}

/// Begins a sign-in on a device.
///
/// # Errors
///
/// When the database refuses.
pub fn start_sign_in(connection: &Connection, device: DeviceId, now: Timestamp) -> Result<Uuid, StoreError> {
    let sign_in = Uuid::now_v7();
    connection
        .prepare_cached("INSERT INTO families (family_id, device_id, created_at) VALUES (?1, ?2, ?3)")?
        .execute(params![sign_in, device.uuid(), now.millis()])?;
    Ok(sign_in)
}

/// Makes a refresh token of a sign-in.
///
/// # Errors
///
/// When the database refuses.
pub fn issue(connection: &Connection, sign_in: Uuid, now: Timestamp) -> Result<Secret, StoreError> {
    let token = Secret::random();
    connection
        .prepare_cached("INSERT INTO refresh_tokens (token_hash, family_id, expires_at) VALUES (?1, ?2, ?3)")?
        .execute(params![token.hash(), sign_in, now.millis() + TOKEN_TTL_MS])?;
    Ok(token)
}

/// Uses a refresh token, with the proof that a device with a key has to bring.
///
/// [`ShownToken::shown_with`] decides what becomes of it.
///
/// # Errors
///
/// When the database refuses.
pub fn refresh(
    connection: &Connection,
    token: &Secret,
    proof: Option<&Proof>,
    now: Timestamp,
) -> Result<Refreshed, StoreError> {
    let Some(found) = find(connection, token)? else { return Ok(Refreshed::Refused) };
    let proved = match (&found.key, proof) {
        (None, _) => Ok(None),
        (Some(key), Some(proof)) => proof.check(key, found.caller.device, token).map(Some),
        (Some(_), None) => Err(Unproved::Wrong),
    };
    let signature = match &proved {
        Ok(None) => Signature::NotNeeded,
        Err(_) => Signature::Wrong,
        Ok(Some(proved)) => {
            let is_same_request = found.used.as_ref().is_some_and(|used| used.is_same_request(proved));
            Signature::Good(Signed { at: proved.at, is_same_request })
        }
    };
    let used = found.used.as_ref().map(|used| used.first(connection)).transpose()?;
    let shown = ShownToken { is_over: found.ended || found.expires_at <= now.millis(), used };
    let proved = proved.ok().flatten();
    match shown.shown_with(signature, now) {
        TokenUse::First => next(connection, token, found.caller, proved.as_ref(), now),
        TokenUse::Again => again(connection, token, &found, now, proved.map(|proved| proved.at)),
        TokenUse::Stolen => {
            end(connection, found.caller.sign_in, now)?;
            Ok(Refreshed::Reused(found.caller.sign_in))
        }
        TokenUse::Copied => Ok(Refreshed::Copied),
        TokenUse::Unsigned => Ok(Refreshed::Unproved(Unproved::Wrong)),
        TokenUse::WrongTime => Ok(Refreshed::Unproved(Unproved::Clock)),
        TokenUse::Over => Ok(Refreshed::Refused),
    }
}

/// Gives the next token for one that is used for the first time.
fn next(
    connection: &Connection,
    token: &Secret,
    caller: Caller,
    proved: Option<&Proved>,
    now: Timestamp,
) -> Result<Refreshed, StoreError> {
    connection
        .prepare_cached("DELETE FROM refresh_tokens WHERE family_id = ?1 AND (used_at < ?2 OR expires_at < ?3)")?
        .execute(params![caller.sign_in, now.millis() - USED_TOKEN_TTL_MS, now.millis()])?;
    let next = issue(connection, caller.sign_in, now)?;
    let sql =
        "UPDATE refresh_tokens SET used_at = ?2, nonce = ?3, proved_at = ?4, successor = ?5 WHERE token_hash = ?1";
    connection.prepare_cached(sql)?.execute(params![
        token.hash(),
        now.millis(),
        proved.map(|proved| proved.nonce.as_str()),
        proved.map(|proved| proved.at.millis()),
        next.hash(),
    ])?;
    Ok(Refreshed::Next(caller, next))
}

/// Answers an exchange once more, whose first answer was lost on its way and is void now.
fn again(
    connection: &Connection,
    token: &Secret,
    found: &Found,
    now: Timestamp,
    proved_at: Option<Timestamp>,
) -> Result<Refreshed, StoreError> {
    void(connection, found.used.as_ref().and_then(|used| used.successor), now)?;
    let next = issue(connection, found.caller.sign_in, now)?;
    let sql = "UPDATE refresh_tokens SET proved_at = ?2, successor = ?3 WHERE token_hash = ?1";
    let proved_at = proved_at.map(Timestamp::millis);
    connection.prepare_cached(sql)?.execute(params![token.hash(), proved_at, next.hash()])?;
    Ok(Refreshed::Next(found.caller, next))
}

/// Gives another refresh token in the place of one whose answer was lost and is void now.
///
/// # Errors
///
/// When the database refuses.
pub fn reissue(connection: &Connection, sign_in: Uuid, lost: [u8; 32], now: Timestamp) -> Result<Secret, StoreError> {
    void(connection, Some(lost), now)?;
    issue(connection, sign_in, now)
}

/// Returns whether a token is there that nobody has used.
///
/// # Errors
///
/// When the database refuses.
pub fn is_unused(connection: &Connection, token: Option<[u8; 32]>) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM refresh_tokens WHERE token_hash = ?1 AND used_at IS NULL";
    Ok(connection.prepare_cached(sql)?.exists(params![token])?)
}

/// Makes a token worthless that was never used.
fn void(connection: &Connection, token: Option<[u8; 32]>, now: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE refresh_tokens SET used_at = ?2 WHERE token_hash = ?1 AND used_at IS NULL";
    connection.prepare_cached(sql)?.execute(params![token, now.millis()])?;
    Ok(())
}

/// Ends every sign-in of a device.
///
/// # Errors
///
/// When the database refuses.
pub fn end_sign_ins_of(connection: &Connection, device: DeviceId, now: Timestamp) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE families SET ended_at = ?2 WHERE device_id = ?1 AND ended_at IS NULL")?
        .execute(params![device.uuid(), now.millis()])?;
    Ok(())
}

pub(super) struct Found {
    pub(super) caller: Caller,
    pub(super) key: Option<DeviceKey>,
    /// The way in which it was used, where it was.
    used: Option<Used>,
    pub(super) ended: bool,
    pub(super) expires_at: i64,
}

/// A first use.
struct Used {
    at: Timestamp,
    /// The nonce of the exchange, where the device has a key.
    nonce: Option<String>,
    proved_at: Timestamp,
    /// The hash of the token that was answered.
    successor: Option<[u8; 32]>,
}

impl Used {
    fn first(&self, connection: &Connection) -> Result<FirstUse, StoreError> {
        let is_answer_unused = is_unused(connection, self.successor)?;
        Ok(FirstUse { at: self.at, signed_at: self.proved_at, is_answer_unused })
    }

    fn is_same_request(&self, proved: &Proved) -> bool {
        let nonce = self.nonce.as_deref().unwrap_or_default();
        bool::from(nonce.as_bytes().ct_eq(proved.nonce.as_str().as_bytes()))
    }
}

pub(super) fn find(connection: &Connection, token: &Secret) -> Result<Option<Found>, StoreError> {
    let sql = "SELECT person_id, device_id, family_id, used_at, ended_at IS NOT NULL OR revoked_at IS NOT NULL,
                   expires_at, device_key, nonce, proved_at, successor
               FROM refresh_tokens JOIN families USING (family_id) JOIN devices USING (device_id)
               WHERE token_hash = ?1";
    let found = connection.prepare_cached(sql)?.query_row([token.hash()], |row| {
        let proved_at = Timestamp::from_millis(row.get::<_, Option<i64>>(8)?.unwrap_or(i64::MAX));
        let nonce = row.get(7)?;
        let successor = row.get(9)?;
        let used = row.get::<_, Option<i64>>(3)?.map(Timestamp::from_millis);
        let key = row.get::<_, Option<[u8; 32]>>(6)?;
        Ok(Found {
            caller: Caller {
                person: PersonId::new(row.get(0)?),
                device: DeviceId::new(row.get(1)?),
                sign_in: row.get(2)?,
            },
            key: key.as_ref().and_then(DeviceKey::from_stored),
            used: used.map(|at| Used { at, nonce, proved_at, successor }),
            ended: row.get(4)?,
            expires_at: row.get(5)?,
        })
    });
    Ok(found.optional()?)
}

fn end(connection: &Connection, sign_in: Uuid, now: Timestamp) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE families SET ended_at = ?2 WHERE family_id = ?1 AND ended_at IS NULL")?
        .execute(params![sign_in, now.millis()])?;
    Ok(())
}
