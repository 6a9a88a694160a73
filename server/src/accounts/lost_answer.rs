//! Signing in again because the answer was lost: the device that used a code gets what it was answered, for a day.
//!
//! Whoever has the code alone gets nothing: what is asked for again is signed with the key of the device that used it, with
//! the nonce that it chose then, and later than before.

use kring_domain::{DeviceId, PersonId, SpaceId, Timestamp};
use kring_sync::{CodeUse, FirstUse, GRACE_MS, Signed};
use rusqlite::{Connection, OptionalExtension, params};
use subtle::ConstantTimeEq;

use super::{AccountError, SignedIn, role_in};
use crate::auth::{self, Caller, CodeHash, DeviceKey, Proved, Secret, Unproved};

/// A sign-in that a device signed for.
pub(super) struct ProvedSignIn<'a> {
    pub(super) code: CodeHash,
    pub(super) key: &'a DeviceKey,
    pub(super) proved: &'a Proved,
}

/// Keeps what a sign-in was answered, and forgets those of which the time is over.
pub(super) fn keep_answer(
    connection: &Connection,
    sign_in: &ProvedSignIn<'_>,
    caller: Caller,
    space: Option<SpaceId>,
    answered: &Secret,
    now: Timestamp,
) -> Result<(), AccountError> {
    connection.prepare_cached("DELETE FROM sign_ins WHERE used_at < ?1")?.execute([now.millis() - GRACE_MS])?;
    let sql = "INSERT INTO sign_ins (code_hash, family_id, space_id, nonce, proved_at, used_at, successor)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    connection.prepare_cached(sql)?.execute(params![
        sign_in.code.bytes(),
        caller.sign_in,
        space.map(SpaceId::uuid),
        sign_in.proved.nonce(),
        sign_in.proved.at().millis(),
        now.millis(),
        answered.hash(),
    ])?;
    Ok(())
}

/// Answers a sign-in once more whose first answer was lost; `None` where the code was not used like this.
///
/// It joins nothing and makes nobody: who was removed meanwhile stays removed.
pub(super) fn answer_again(
    connection: &Connection,
    sign_in: &ProvedSignIn<'_>,
    signed_in: Option<Caller>,
    now: Timestamp,
) -> Result<Option<SignedIn>, AccountError> {
    let Some(kept) = find(connection, sign_in.code)? else { return Ok(None) };
    let is_same_device = kept.key.as_ref() == Some(sign_in.key.bytes())
        && signed_in.is_none_or(|caller| caller.device == kept.caller.device);
    let is_same_request: bool = kept.nonce.as_bytes().ct_eq(sign_in.proved.nonce().as_bytes()).into();
    let signed = Signed { at: sign_in.proved.at(), is_same_request };
    let first = FirstUse {
        at: Timestamp::from_millis(kept.used_at),
        signed_at: Timestamp::from_millis(kept.proved_at),
        is_answer_unused: auth::is_unused(connection, Some(kept.successor))?,
    };
    match first.code_with(is_same_device, signed, !kept.has_ended, now) {
        CodeUse::Again => {}
        CodeUse::Invalid => return Err(AccountError::InvalidCode),
        CodeUse::WrongTime => return Err(AccountError::Unproved(Unproved::Clock)),
    }
    let refresh_token = auth::reissue(connection, kept.caller.sign_in, kept.successor, now)?;
    let sql = "UPDATE sign_ins SET proved_at = ?2, successor = ?3 WHERE code_hash = ?1";
    let code = sign_in.code.bytes();
    let at = sign_in.proved.at().millis();
    connection.prepare_cached(sql)?.execute(params![code, at, refresh_token.hash()])?;
    let joined = match kept.space.map(|space| (space, role_in(connection, space, kept.caller.person))) {
        Some((space, Ok(role))) => Some((space, role)),
        None | Some((_, Err(AccountError::NotFound))) => None,
        Some((_, Err(error))) => return Err(error),
    };
    Ok(Some(SignedIn { caller: kept.caller, refresh_token, joined }))
}

struct Kept {
    caller: Caller,
    key: Option<[u8; 32]>,
    space: Option<SpaceId>,
    nonce: String,
    proved_at: i64,
    used_at: i64,
    successor: [u8; 32],
    has_ended: bool,
}

fn find(connection: &Connection, code: CodeHash) -> Result<Option<Kept>, AccountError> {
    let sql = "SELECT person_id, device_id, family_id, device_key, space_id, nonce, proved_at, used_at, successor,
                   ended_at IS NOT NULL OR revoked_at IS NOT NULL
               FROM sign_ins JOIN families USING (family_id) JOIN devices USING (device_id) WHERE code_hash = ?1";
    let kept = connection.prepare_cached(sql)?.query_row([code.bytes()], |row| {
        Ok(Kept {
            caller: Caller {
                person: PersonId::new(row.get(0)?),
                device: DeviceId::new(row.get(1)?),
                sign_in: row.get(2)?,
            },
            key: row.get(3)?,
            space: row.get::<_, Option<_>>(4)?.map(SpaceId::new),
            nonce: row.get(5)?,
            proved_at: row.get(6)?,
            used_at: row.get(7)?,
            successor: row.get(8)?,
            has_ended: row.get(9)?,
        })
    });
    Ok(kept.optional()?)
}
