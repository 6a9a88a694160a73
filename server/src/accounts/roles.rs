//! The role that a person has in a space.

use kring_domain::{PersonId, Role, SpaceId};
use rusqlite::{Connection, OptionalExtension, params};

use super::AccountError;

/// Returns what a person is in a space.
///
/// # Errors
///
/// [`AccountError::NotFound`] when they are not in it, or when the database refuses.
pub fn role_in(connection: &Connection, space: SpaceId, person: PersonId) -> Result<Role, AccountError> {
    let sql = "SELECT role FROM members WHERE space_id = ?1 AND person_id = ?2";
    let found: Option<String> =
        connection.prepare_cached(sql)?.query_row(params![space.uuid(), person.uuid()], |row| row.get(0)).optional()?;
    found.and_then(|role| Role::from_name(&role)).ok_or(AccountError::NotFound)
}

pub(super) fn has_client(connection: &Connection, space: SpaceId) -> Result<bool, AccountError> {
    let sql = "SELECT 1 FROM members WHERE space_id = ?1 AND role = 'client'";
    Ok(connection.prepare_cached(sql)?.exists([space.uuid()])?)
}
