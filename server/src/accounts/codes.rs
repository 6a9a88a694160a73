//! One-time codes: what each of them grants, once.

use kring_domain::{ContactId, DeviceId, PersonId, Role, SpaceId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::{AccountError, members};
use crate::auth::{Caller, CodeHash};

/// The time that an invitation can be accepted, in milliseconds: 14 days.
pub const CODE_TTL_MS: i64 = 14 * 86_400_000;

/// The time that a code for one more device works, in milliseconds: 15 minutes.
pub const DEVICE_CODE_TTL_MS: i64 = 15 * 60_000;

/// The time that somebody can come back with a code, in milliseconds: 7 days.
pub const RETURN_CODE_TTL_MS: i64 = 7 * 86_400_000;

/// The purpose of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodePurpose {
    /// Become a professional, who may start spaces.
    Professional {
        /// The name for them.
        name: Option<String>,
    },
    /// Join a space.
    Join {
        /// The space.
        space: SpaceId,
        /// Their role in it.
        role: Role,
        /// The name for them.
        name: Option<String>,
    },
    /// Sign in one more device.
    Device {
        /// The owner of the device.
        person: PersonId,
    },
    /// Sign in somebody of a space on a new or emptied phone.
    Return {
        /// The space in which the code was made.
        space: SpaceId,
        /// The person who comes back.
        person: PersonId,
    },
}

/// Keeps a new code, and drops those whose time is over.
///
/// # Errors
///
/// When the database refuses.
pub fn keep_code(
    connection: &Connection,
    code: CodeHash,
    purpose: &CodePurpose,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), AccountError> {
    connection.prepare_cached("DELETE FROM codes WHERE expires_at <= ?1")?.execute([now.millis()])?;
    let (kind, space, role, person, name) = columns(purpose);
    connection
        .prepare_cached(
            "INSERT INTO codes (code_hash, purpose, space_id, role, person_id, name, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![code.bytes(), kind, space, role, person, name, expires_at.millis()])?;
    Ok(())
}

/// Keeps who made a code: it works while they are signed in where they made it and may give what it grants.
///
/// # Errors
///
/// When the database refuses.
pub fn note_maker(connection: &Connection, code: CodeHash, maker: Caller) -> Result<(), AccountError> {
    let sql = "UPDATE codes SET made_by = ?2, family_id = ?3 WHERE code_hash = ?1";
    connection.prepare_cached(sql)?.execute(params![code.bytes(), maker.person.uuid(), maker.sign_in])?;
    Ok(())
}

/// Keeps who on the network map an invitation is for.
///
/// # Errors
///
/// When the database refuses.
pub fn note_contact(connection: &Connection, code: CodeHash, contact: ContactId) -> Result<(), AccountError> {
    let sql = "UPDATE codes SET contact_id = ?2 WHERE code_hash = ?1";
    connection.prepare_cached(sql)?.execute(params![code.bytes(), contact.uuid()])?;
    Ok(())
}

/// The person whom a code would let in, as far as that is known before it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The space.
    pub space: SpaceId,
    /// As what; `None` for anybody who comes back.
    pub role: Option<Role>,
    /// The person who it is on the network map.
    pub contact: Option<ContactId>,
    /// The person who comes back.
    pub person: Option<PersonId>,
    /// Their role then called by whoever made the code.
    pub name: Option<String>,
    /// The person who made the code; `None` for the operator.
    pub maker: Option<Caller>,
}

/// The person whom a code would let in, without using it up; `None` for one that lets nobody into a space.
///
/// # Errors
///
/// When the database refuses.
pub fn expected(connection: &Connection, code: CodeHash, now: Timestamp) -> Result<Option<Expected>, AccountError> {
    let sql = "SELECT space_id, role, contact_id, person_id, name, made_by, device_id, family_id
               FROM codes LEFT JOIN families USING (family_id)
               WHERE code_hash = ?1 AND expires_at > ?2 AND space_id IS NOT NULL";
    let read = |row: &Row<'_>| {
        let maker: Option<Uuid> = row.get(5)?;
        let device: Option<Uuid> = row.get(6)?;
        let sign_in: Option<Uuid> = row.get(7)?;
        let maker = maker.zip(device).zip(sign_in).map(|((person, device), sign_in)| Caller {
            person: PersonId::new(person),
            device: DeviceId::new(device),
            sign_in,
        });
        Ok(Expected {
            space: SpaceId::new(row.get(0)?),
            role: row.get::<_, Option<String>>(1)?.and_then(|role| Role::from_name(&role)),
            contact: row.get::<_, Option<Uuid>>(2)?.map(ContactId::new),
            person: row.get::<_, Option<Uuid>>(3)?.map(PersonId::new),
            name: row.get(4)?,
            maker,
        })
    };
    Ok(connection.prepare_cached(sql)?.query_row(params![code.bytes(), now.millis()], read).optional()?)
}

/// Makes earlier codes worthless with which a person was to come back to a space: only the newest works.
///
/// # Errors
///
/// When the database refuses.
pub fn drop_return_codes(connection: &Connection, space: SpaceId, person: PersonId) -> Result<(), AccountError> {
    let sql = "DELETE FROM codes WHERE purpose = 'return' AND space_id = ?1 AND person_id = ?2";
    connection.prepare_cached(sql)?.execute(params![space.uuid(), person.uuid()])?;
    Ok(())
}

/// Uses a code up, for what it grants.
pub(super) fn take(connection: &Connection, code: CodeHash, now: Timestamp) -> Result<CodePurpose, AccountError> {
    let sql = "DELETE FROM codes WHERE code_hash = ?1 AND expires_at > ?2
               RETURNING purpose, space_id, role, person_id, name, made_by, family_id";
    let read = |row: &Row<'_>| Ok((purpose_of(row)?, row.get("made_by")?, row.get("family_id")?));
    let found: Option<(Option<CodePurpose>, Option<Uuid>, Option<Uuid>)> =
        connection.prepare_cached(sql)?.query_row(params![code.bytes(), now.millis()], read).optional()?;
    let (purpose, maker, sign_in) = found.ok_or(AccountError::InvalidCode)?;
    let purpose = purpose.ok_or(AccountError::InvalidCode)?;
    // A code of the operator's has no maker.
    if let Some((maker, sign_in)) = maker.zip(sign_in)
        && !is_still_good(connection, &purpose, PersonId::new(maker), sign_in)?
    {
        return Err(AccountError::InvalidCode);
    }
    Ok(purpose)
}

/// Returns whether who made a code is signed in there still, and may still give what it grants.
fn is_still_good(
    connection: &Connection,
    purpose: &CodePurpose,
    maker: PersonId,
    sign_in: Uuid,
) -> Result<bool, AccountError> {
    let sql = "SELECT 1 FROM families JOIN devices USING (device_id)
               WHERE family_id = ?1 AND ended_at IS NULL AND revoked_at IS NULL";
    if !connection.prepare_cached(sql)?.exists([sign_in])? {
        return Ok(false);
    }
    let may_give = match purpose {
        CodePurpose::Join { space, role, .. } => members::invite(connection, *space, maker, *role),
        CodePurpose::Return { space, person } => members::invite_back(connection, *space, maker, *person),
        CodePurpose::Professional { .. } | CodePurpose::Device { .. } => return Ok(true),
    };
    match may_give {
        Err(AccountError::NotFound | AccountError::Forbidden) => Ok(false),
        // That there is a client by now is told when the code is used.
        Ok(_) | Err(AccountError::Conflict(_)) => Ok(true),
        Err(error) => Err(error),
    }
}

type Columns<'a> = (&'static str, Option<Uuid>, Option<&'static str>, Option<Uuid>, Option<&'a str>);

fn columns(purpose: &CodePurpose) -> Columns<'_> {
    match purpose {
        CodePurpose::Professional { name } => ("professional", None, None, None, name.as_deref()),
        CodePurpose::Join { space, role, name } => {
            ("join", Some(space.uuid()), Some(role.name()), None, name.as_deref())
        }
        CodePurpose::Device { person } => ("device", None, None, Some(person.uuid()), None),
        CodePurpose::Return { space, person } => ("return", Some(space.uuid()), None, Some(person.uuid()), None),
    }
}

fn purpose_of(row: &Row<'_>) -> rusqlite::Result<Option<CodePurpose>> {
    let kind: String = row.get("purpose")?;
    let space: Option<Uuid> = row.get("space_id")?;
    let role: Option<String> = row.get("role")?;
    let person: Option<Uuid> = row.get("person_id")?;
    let name: Option<String> = row.get("name")?;
    let role = role.and_then(|role| Role::from_name(&role));
    Ok(match (kind.as_str(), space, role, person) {
        ("professional", ..) => Some(CodePurpose::Professional { name }),
        ("join", Some(space), Some(role), _) => Some(CodePurpose::Join { space: SpaceId::new(space), role, name }),
        ("return", Some(space), _, Some(person)) => {
            Some(CodePurpose::Return { space: SpaceId::new(space), person: PersonId::new(person) })
        }
        ("device", _, _, Some(person)) => Some(CodePurpose::Device { person: PersonId::new(person) }),
        _ => None,
    })
}
