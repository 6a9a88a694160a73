//! The phone's own key: without its signature the refresh token is worth nothing.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use kring_domain::{DeviceId, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::ClientError;
use crate::secret::Secret;

/// A key pair; its secret half is wiped from memory with the last clone.
#[derive(Clone)]
pub(crate) struct DeviceKey(Arc<SigningKey>);

impl DeviceKey {
    /// A new key pair.
    pub(crate) fn generate() -> Result<Self, ClientError> {
        Ok(Self::from_secret(&*random::<32>()?))
    }

    /// The key pair with this secret half.
    pub(crate) fn from_secret(secret: &[u8; 32]) -> Self {
        Self(Arc::new(SigningKey::from_bytes(secret)))
    }

    /// The secret half, for the store.
    pub(crate) fn expose(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public half, for the server.
    pub(crate) fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.verifying_key().as_bytes())
    }

    /// The proof that a refresh token is this device's, for one exchange.
    pub(crate) fn prove(&self, device: DeviceId, token: &Secret, at: Timestamp, nonce: &str) -> Value {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(token.expose().as_bytes()));
        self.signed(&format!("kring token proof 1\n{device}\n{hash}"), at, nonce)
    }

    /// The proof that a sign-in with a code, which is in groups, is this device's.
    pub(crate) fn prove_sign_in(&self, code: &Secret, at: Timestamp, nonce: &str) -> Value {
        let mut digest = Sha256::new();
        code.expose().split('-').for_each(|group| digest.update(group));
        let hash = URL_SAFE_NO_PAD.encode(digest.finalize());
        self.signed(&format!("kring sign-in proof 1\n{}\n{hash}", self.public()), at, nonce)
    }

    /// The proof that a phone with a copy of this device's file becomes another device.
    pub(crate) fn prove_copy(&self, device: DeviceId, token: &Secret, at: Timestamp, new: &NewDevice) -> Value {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(token.expose().as_bytes()));
        let nonce = &new.nonce;
        let key = new.key.public();
        self.sign(&format!("kring copy proof 1\n{device}\n{hash}\n{at}\n{nonce}\n{key}"), at, nonce)
    }

    fn signed(&self, what: &str, at: Timestamp, nonce: &str) -> Value {
        self.sign(&format!("{what}\n{at}\n{nonce}"), at, nonce)
    }

    fn sign(&self, text: &str, at: Timestamp, nonce: &str) -> Value {
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(text.as_bytes()).to_bytes());
        json!({"at": at, "nonce": nonce, "signature": signature})
    }
}

/// What a phone needs to become a device of its own, kept until it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewDevice {
    /// The key that it will have.
    pub(crate) key: DeviceKey,
    /// The word of the request, the same while it has no answer.
    pub(crate) nonce: String,
}

impl NewDevice {
    /// A new key and a new word.
    pub(crate) fn generate() -> Result<Self, ClientError> {
        Ok(Self { key: DeviceKey::generate()?, nonce: nonce()? })
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceKey(…)")
    }
}

impl PartialEq for DeviceKey {
    fn eq(&self, other: &Self) -> bool {
        self.expose().ct_eq(&*other.expose()).into()
    }
}

impl Eq for DeviceKey {}

/// A word for one exchange of tokens, which nobody else comes to.
pub(crate) fn nonce() -> Result<String, ClientError> {
    Ok(URL_SAFE_NO_PAD.encode(*random::<18>()?))
}

fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, ClientError> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(&mut *bytes).map_err(|error| ClientError::Storage(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_shows_its_public_half_alone() {
        let key = DeviceKey::generate().unwrap();
        let secret = URL_SAFE_NO_PAD.encode(*key.expose());
        let proof =
            key.prove(DeviceId::new(uuid::Uuid::nil()), &Secret::new("token".into()), Timestamp::default(), "n");
        for shown in [format!("{key:?}"), key.public(), proof.to_string()] {
            assert!(!shown.contains(&secret) && !shown.contains("token"), "{shown}");
        }
        assert_eq!(DeviceKey::from_secret(&key.expose()), key);
        assert_ne!(DeviceKey::generate().unwrap(), key);
        assert_ne!(nonce().unwrap(), nonce().unwrap());
    }
}
