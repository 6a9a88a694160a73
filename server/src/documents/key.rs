//! The key that signs the log: with it a server knows its own entries again when devices bring them back.

use ed25519_dalek::SigningKey;
use kring_domain::ServerId;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::clock::now;
use crate::store::{Store, StoreError};

/// The key's row among the signing keys.
const PURPOSE: &str = "log";

/// The key that signs the log, made and stored where there is none yet.
///
/// # Errors
///
/// When the database cannot be read or written, or the system gives no randomness.
pub async fn log_key(store: &Store) -> Result<SigningKey, StoreError> {
    store.write(find_or_make).await
}

/// The id of the server whose log a key signs. A copy of the database has it too, so a restored server is the same one; a
/// change of the keys for access tokens does not touch it.
pub fn server_id(key: &SigningKey) -> ServerId {
    ServerId::new(Uuid::new_v5(&Uuid::nil(), key.verifying_key().as_bytes()))
}

/// The key that is stored; `None` where there is none yet.
pub(super) fn find_key(connection: &Connection) -> Result<Option<SigningKey>, StoreError> {
    let query = "SELECT secret FROM signing_keys WHERE purpose = ?1 ORDER BY created_at DESC LIMIT 1";
    let stored: Option<[u8; 32]> = connection.query_row(query, [PURPOSE], |row| row.get(0)).optional()?;
    Ok(stored.map(Zeroizing::new).map(|secret| SigningKey::from_bytes(&secret)))
}

fn find_or_make(connection: &Connection) -> Result<SigningKey, StoreError> {
    if let Some(key) = find_key(connection)? {
        return Ok(key);
    }
    let mut secret = Zeroizing::new([0; 32]);
    getrandom::fill(secret.as_mut()).map_err(|error| StoreError::Open(std::sync::Arc::new(error.into())))?;
    connection.execute(
        "INSERT INTO signing_keys (key_id, purpose, secret, created_at) VALUES (?1, ?2, ?3, ?4)",
        params![Uuid::now_v7().to_string(), PURPOSE, *secret, now().millis()],
    )?;
    Ok(SigningKey::from_bytes(&secret))
}
