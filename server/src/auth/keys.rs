//! The keys that sign access tokens: the newest signs, and one that was replaced is still recognised until the last
//! token it can have signed has expired.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use ed25519_dalek::{SigningKey, VerifyingKey};
use jsonwebtoken::{DecodingKey, EncodingKey};
use kring_domain::Timestamp;
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use super::MAX_TOKEN_TTL_S;
use super::secret::random_bytes;
use crate::store::{Store, StoreError};

const PURPOSE: &str = "access_token";

/// The time that a server goes on with the keys it has read: after a rotation beside it, it signs with the new key within
/// this time.
const KEYS_STALE_AFTER: Duration = Duration::from_secs(5);

/// For how long a replaced key is still recognised, in milliseconds: the longest life of a token, and a minute in
/// which a server may not have noticed yet.
const KEY_OVERLAP_MS: i64 = (MAX_TOKEN_TTL_S as i64 + 60) * 1000;

/// The keys of a running server.
pub(super) struct Keys {
    known: Mutex<(Instant, Arc<KeySet>)>,
}

/// The keys at one moment.
pub(super) struct KeySet {
    pub(super) signing_id: String,
    pub(super) signing: EncodingKey,
    known: BTreeMap<String, (DecodingKey, Option<Timestamp>)>,
}

/// A stored key: one that was replaced has lost its secret and says until when it is recognised.
struct Stored {
    id: String,
    secret: Option<SigningKey>,
    public: VerifyingKey,
    until: Option<Timestamp>,
}

impl Keys {
    /// Reads the keys, making the first one where there is none.
    pub(super) async fn open(store: &Store) -> Result<Self, StoreError> {
        let set = store.write(|connection| {
            if load(connection)?.iter().all(|key| key.secret.is_none()) {
                make(connection, crate::clock::now())?;
            }
            KeySet::read(connection)
        });
        Ok(Self { known: Mutex::new((Instant::now(), Arc::new(set.await?))) })
    }

    /// The keys as they were last read.
    pub(super) fn last(&self) -> Arc<KeySet> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    /// The keys as they were in the database a moment ago.
    pub(super) async fn current(&self, store: &Store) -> Result<Arc<KeySet>, StoreError> {
        {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.0.elapsed() < KEYS_STALE_AFTER {
                return Ok(known.1.clone());
            }
            // Whoever comes meanwhile goes on with what is there, so that a crowd does not read all at once.
            known.0 = Instant::now();
        }
        let set = Arc::new(store.read(KeySet::read).await?);
        self.known.lock().unwrap_or_else(PoisonError::into_inner).1 = set.clone();
        Ok(set)
    }
}

impl KeySet {
    /// The key with this id, while it is recognised.
    pub(super) fn find(&self, id: &str, now: Timestamp) -> Option<&DecodingKey> {
        let (key, until) = self.known.get(id)?;
        until.is_none_or(|until| now < until).then_some(key)
    }

    fn read(connection: &Connection) -> Result<Self, StoreError> {
        Self::of(load(connection)?)
    }

    fn of(stored: Vec<Stored>) -> Result<Self, StoreError> {
        let newest = stored.iter().find_map(|key| Some((&key.id, key.secret.as_ref()?)));
        let (signing_id, secret) = newest.ok_or_else(|| damaged("there is no signing key"))?;
        let pkcs8 = secret.to_pkcs8_der().map_err(|_| damaged("a signing key cannot be encoded"))?;
        let signing_id = signing_id.clone();
        let signing = EncodingKey::from_ed_der(pkcs8.as_bytes());
        let known = stored.iter().map(|key| {
            let public = DecodingKey::from_ed_der(key.public.as_bytes());
            (key.id.clone(), (public, key.until))
        });
        Ok(Self { signing_id, signing, known: known.collect() })
    }
}

/// Makes a new signing key and returns its id.
///
/// The keys before it lose their secret, and are recognised until every token they can have signed has expired; with
/// `is_compromised` not even that.
///
/// # Errors
///
/// When the database refuses.
pub fn rotate_keys(connection: &Connection, now: Timestamp, is_compromised: bool) -> Result<String, StoreError> {
    connection.execute(
        "DELETE FROM signing_keys WHERE purpose = ?1 AND (?2 OR expires_at <= ?3)",
        params![PURPOSE, is_compromised, now.millis()],
    )?;
    let retire = "UPDATE signing_keys SET secret = x'', public = ?2, expires_at = ?3 WHERE key_id = ?1";
    for key in load(connection)?.iter().filter(|key| key.until.is_none()) {
        connection.execute(retire, params![key.id, key.public.as_bytes(), now.millis() + KEY_OVERLAP_MS])?;
    }
    make(connection, now)
}

fn load(connection: &Connection) -> Result<Vec<Stored>, StoreError> {
    let sql = "SELECT key_id, secret, public, expires_at FROM signing_keys WHERE purpose = ?1
               ORDER BY expires_at IS NULL DESC, created_at DESC, key_id";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([PURPOSE])?;
    let mut stored = Vec::new();
    while let Some(row) = rows.next()? {
        let mut secret = Zeroizing::new(row.get::<_, Vec<u8>>(1)?);
        let until = row.get::<_, Option<i64>>(3)?.map(Timestamp::from_millis);
        let key = <&[u8; 32]>::try_from(secret.as_slice()).ok().map(SigningKey::from_bytes);
        secret.zeroize();
        let public = match (&key, row.get::<_, Option<[u8; 32]>>(2)?) {
            (Some(key), _) => key.verifying_key(),
            (None, Some(public)) => VerifyingKey::from_bytes(&public).map_err(|_| damaged("a public key is none"))?,
            (None, None) => return Err(damaged("a signing key is empty")),
        };
        stored.push(Stored { id: row.get(0)?, secret: key.filter(|_| until.is_none()), public, until });
    }
    Ok(stored)
}

fn make(connection: &Connection, now: Timestamp) -> Result<String, StoreError> {
    let secret = Zeroizing::new(random_bytes::<32>());
    let key = SigningKey::from_bytes(&secret);
    let id = key_id(&key.verifying_key());
    connection.execute(
        "INSERT INTO signing_keys (key_id, purpose, secret, created_at) VALUES (?1, ?2, ?3, ?4)",
        params![id, PURPOSE, secret.as_slice(), now.millis()],
    )?;
    Ok(id)
}

fn key_id(key: &VerifyingKey) -> String {
    let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    URL_SAFE_NO_PAD.encode(hash).chars().take(12).collect()
}

fn damaged(what: &'static str) -> StoreError {
    StoreError::Open(Arc::new(std::io::Error::other(what)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Keys of which the first signs, each recognised until a moment or for ever.
    pub(crate) fn keys(secrets: &[([u8; 32], Option<Timestamp>)]) -> KeySet {
        let stored = secrets.iter().map(|(secret, until)| {
            let key = SigningKey::from_bytes(secret);
            let public = key.verifying_key();
            Stored { id: key_id(&public), secret: Some(key).filter(|_| until.is_none()), public, until: *until }
        });
        KeySet::of(stored.collect()).unwrap()
    }

    pub(crate) fn id_of(secret: [u8; 32]) -> String {
        key_id(&SigningKey::from_bytes(&secret).verifying_key())
    }
}
