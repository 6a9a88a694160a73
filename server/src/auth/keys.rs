//! The keys that sign access tokens: the newest signs, every one of them is recognised.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use jsonwebtoken::{DecodingKey, EncodingKey};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::secret::random_bytes;
use crate::clock;
use crate::store::StoreError;

const PURPOSE: &str = "access_token";

pub(super) struct Keys {
    pub(super) signing_id: String,
    pub(super) signing: EncodingKey,
    known: BTreeMap<String, DecodingKey>,
}

impl Keys {
    pub(super) fn load_or_make(connection: &Connection) -> Result<Self, StoreError> {
        let mut stored = load(connection)?;
        if stored.is_empty() {
            stored.push(make(connection)?);
        }
        let known = stored.iter().map(|key| (key_id(key), DecodingKey::from_ed_der(key.verifying_key().as_bytes())));
        let known = known.collect();
        let newest = stored.first().ok_or_else(|| damaged("there is no signing key"))?;
        let pkcs8 = newest.to_pkcs8_der().map_err(|_| damaged("a signing key cannot be encoded"))?;
        Ok(Self { signing_id: key_id(newest), signing: EncodingKey::from_ed_der(pkcs8.as_bytes()), known })
    }

    pub(super) fn find(&self, key_id: &str) -> Option<&DecodingKey> {
        self.known.get(key_id)
    }
}

fn load(connection: &Connection) -> Result<Vec<SigningKey>, StoreError> {
    let sql = "SELECT secret FROM signing_keys WHERE purpose = ?1 ORDER BY created_at DESC, key_id";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([PURPOSE], |row| row.get::<_, [u8; 32]>(0))?;
    rows.map(|secret| Ok(SigningKey::from_bytes(&Zeroizing::new(secret?)))).collect()
}

fn make(connection: &Connection) -> Result<SigningKey, StoreError> {
    let secret = Zeroizing::new(random_bytes::<32>());
    let key = SigningKey::from_bytes(&secret);
    connection.execute(
        "INSERT INTO signing_keys (key_id, purpose, secret, created_at) VALUES (?1, ?2, ?3, ?4)",
        params![key_id(&key), PURPOSE, secret.as_slice(), clock::now().millis()],
    )?;
    Ok(key)
}

fn key_id(key: &SigningKey) -> String {
    let hash: [u8; 32] = Sha256::digest(key.verifying_key().as_bytes()).into();
    URL_SAFE_NO_PAD.encode(hash).chars().take(12).collect()
}

fn damaged(what: &'static str) -> StoreError {
    StoreError::Open(Arc::new(std::io::Error::other(what)))
}
