//! Devices: what a person is signed in on.

use kring_domain::{DeviceId, PersonId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::AccountError;
use crate::auth::{self, DeviceKey};

/// A device that is signed in.
#[derive(Clone, Debug)]
pub struct DeviceRow {
    /// The device.
    pub device: DeviceId,
    /// The name that its owner gave it.
    pub name: String,
    /// When it signed in.
    pub created_at: Timestamp,
    /// The device whose file it was put back from, where it was.
    pub copy_of: Option<DeviceId>,
}

/// The devices a person is signed in on, the first one first.
///
/// # Errors
///
/// When the database refuses.
pub fn devices(connection: &Connection, person: PersonId) -> Result<Vec<DeviceRow>, AccountError> {
    let sql = "SELECT device_id, name, created_at, copy_of FROM devices
               WHERE person_id = ?1 AND revoked_at IS NULL ORDER BY created_at, device_id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([person.uuid()], |row| {
        Ok(DeviceRow {
            device: DeviceId::new(row.get(0)?),
            name: row.get(1)?,
            created_at: Timestamp::from_millis(row.get(2)?),
            copy_of: row.get::<_, Option<_>>(3)?.map(DeviceId::new),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Signs a person's device out, for good; again changes nothing.
///
/// # Errors
///
/// [`AccountError::NotFound`] for a device that is not theirs, or when the database refuses.
pub fn revoke_device(
    connection: &Connection,
    person: PersonId,
    device: DeviceId,
    now: Timestamp,
) -> Result<(), AccountError> {
    let sql = "UPDATE devices SET revoked_at = coalesce(revoked_at, ?3) WHERE device_id = ?1 AND person_id = ?2";
    let found = connection.prepare_cached(sql)?.execute(params![device.uuid(), person.uuid(), now.millis()])?;
    if found == 0 {
        return Err(AccountError::NotFound);
    }
    Ok(auth::end_sign_ins_of(connection, device, now)?)
}

/// The key that a device gave when it signed in, where it has one.
pub(super) fn key(connection: &Connection, device: DeviceId) -> Result<Option<DeviceKey>, AccountError> {
    let sql = "SELECT device_key FROM devices WHERE device_id = ?1";
    let found = connection.prepare_cached(sql)?.query_row([device.uuid()], |row| row.get::<_, Option<[u8; 32]>>(0));
    Ok(found.optional()?.flatten().as_ref().and_then(DeviceKey::from_stored))
}

pub(super) fn make(
    connection: &Connection,
    device: DeviceId,
    person: PersonId,
    name: &str,
    key: Option<&DeviceKey>,
    now: Timestamp,
) -> Result<(), AccountError> {
    let sql = "INSERT INTO devices (device_id, person_id, name, device_key, created_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    let key = key.map(DeviceKey::bytes);
    connection.prepare_cached(sql)?.execute(params![device.uuid(), person.uuid(), name, key, now.millis()])?;
    Ok(())
}
