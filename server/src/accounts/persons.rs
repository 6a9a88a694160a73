//! Persons: an id, a name, and whether they start spaces for others.

use kring_domain::{PersonId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::AccountError;

/// Returns whether a person is a professional, who may start spaces.
///
/// # Errors
///
/// When the database refuses.
pub fn is_professional(connection: &Connection, person: PersonId) -> Result<bool, AccountError> {
    let sql = "SELECT is_professional FROM persons WHERE person_id = ?1";
    let found = connection.prepare_cached(sql)?.query_row([person.uuid()], |row| row.get(0)).optional()?;
    Ok(found.unwrap_or(false))
}

pub(super) fn make(connection: &Connection, person: PersonId, name: &str, now: Timestamp) -> Result<(), AccountError> {
    connection
        .prepare_cached("INSERT INTO persons (person_id, name, is_professional, created_at) VALUES (?1, ?2, 0, ?3)")?
        .execute(params![person.uuid(), name, now.millis()])?;
    Ok(())
}

pub(super) fn exists(connection: &Connection, person: PersonId) -> Result<bool, AccountError> {
    Ok(connection.prepare_cached("SELECT 1 FROM persons WHERE person_id = ?1")?.exists([person.uuid()])?)
}

pub(super) fn make_professional(connection: &Connection, person: PersonId) -> Result<(), AccountError> {
    connection
        .prepare_cached("UPDATE persons SET is_professional = 1 WHERE person_id = ?1")?
        .execute([person.uuid()])?;
    Ok(())
}

/// Gives a name to somebody whose name went with their last space.
pub(super) fn name_if_nameless(connection: &Connection, person: PersonId, name: &str) -> Result<(), AccountError> {
    connection
        .prepare_cached("UPDATE persons SET name = ?2 WHERE person_id = ?1 AND name = ''")?
        .execute(params![person.uuid(), name])?;
    Ok(())
}

/// Forgets the name of a person who is in no space any more, and those of their devices.
///
/// The sign-in stays: their phone has to hear that the space is gone, and may be invited again.
pub(super) fn clear_name_if_orphaned(connection: &Connection, person: PersonId) -> Result<(), AccountError> {
    let sql = "UPDATE persons SET name = ''
               WHERE person_id = ?1 AND NOT is_professional
                 AND NOT EXISTS (SELECT 1 FROM members WHERE members.person_id = ?1)";
    if connection.prepare_cached(sql)?.execute([person.uuid()])? > 0 {
        connection.prepare_cached("UPDATE devices SET name = '' WHERE person_id = ?1")?.execute([person.uuid()])?;
        connection.prepare_cached("DELETE FROM codes WHERE person_id = ?1")?.execute([person.uuid()])?;
    }
    Ok(())
}
