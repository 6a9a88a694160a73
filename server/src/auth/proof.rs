//! Device keys: what a phone signs so that its refresh token is worth nothing to anybody else.
//!
//! The phone makes a key pair when it signs in and gives the server the public half. From then on `POST /v1/token` needs
//! a signature over these lines, each ended by a line feed but the last:
//!
//! ```text
//! kring token proof 1
//! the id of the device
//! the SHA-256 of the refresh token's text, in URL-safe base64 without padding
//! the time of signing, as it is sent
//! the nonce
//! ```
//!
//! The nonce is chosen for one exchange. When the answer is lost, the phone asks again with the same nonce and a later
//! time, and gets another pair in the place of the first.
//!
//! `POST /v1/sign-in` takes a proof as well, over the lines below, so that a lost answer to a sign-in is given again too:
//!
//! ```text
//! kring sign-in proof 1
//! the public half of the key, in URL-safe base64 without padding
//! the SHA-256 of the code's sixteen characters, without hyphens and in upper case, in the same base64
//! the time of signing, as it is sent
//! the nonce
//! ```

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};
use kring_domain::{DeviceId, Timestamp};
use serde::{Deserialize, Deserializer, de};

use super::{CodeHash, Secret};

/// The public half of a device's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceKey(VerifyingKey);

/// The claim that a phone brings to show that the refresh token is its own.
#[derive(Debug, Deserialize)]
pub struct Proof {
    at: String,
    nonce: Nonce,
    signature: Signed,
}

/// Chosen by the phone for one exchange: 16 to 64 characters of URL-safe base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Nonce(String);

/// A proof whose signature is the device's.
#[derive(Debug)]
pub struct Proved {
    pub(super) at: Timestamp,
    pub(super) nonce: Nonce,
}

/// Why a proof proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unproved {
    /// There is none, or it is not of this device and token.
    Wrong,
    /// It is, but was made too long ago, or in the future.
    Clock,
}

#[derive(Debug)]
struct Signed(Signature);

impl DeviceKey {
    /// The key as it is stored.
    pub fn bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The key that was stored as these bytes; `None` for bytes that are no key.
    pub fn from_stored(bytes: &[u8; 32]) -> Option<Self> {
        // With a key of small order there are signatures that fit every text.
        VerifyingKey::from_bytes(bytes).ok().filter(|key| !key.is_weak()).map(Self)
    }
}

impl Proof {
    /// Returns whether the device signed this for this token, and when.
    pub(super) fn check(&self, key: &DeviceKey, device: DeviceId, token: &Secret) -> Result<Proved, Unproved> {
        self.check_text(key, &signed_text(device, token, &self.at, &self.nonce.0))
    }

    /// Returns whether the holder of the key signed this for this code, about now.
    ///
    /// # Errors
    ///
    /// [`Unproved`] where the signature is of something else, or of another time.
    pub fn check_sign_in(&self, key: &DeviceKey, code: CodeHash, now: Timestamp) -> Result<Proved, Unproved> {
        let key_text = URL_SAFE_NO_PAD.encode(key.bytes());
        let code = URL_SAFE_NO_PAD.encode(code.bytes());
        let text = format!("kring sign-in proof 1\n{key_text}\n{code}\n{}\n{}", self.at, self.nonce.0);
        let proved = self.check_text(key, &text)?;
        if proved.is_recent(now) { Ok(proved) } else { Err(Unproved::Clock) }
    }

    /// Returns whether the device signed this for this token and another key, and when.
    pub(super) fn check_copy(
        &self,
        key: &DeviceKey,
        device: DeviceId,
        token: &Secret,
        new: &DeviceKey,
    ) -> Result<Proved, Unproved> {
        let token = URL_SAFE_NO_PAD.encode(token.hash());
        let new = URL_SAFE_NO_PAD.encode(new.bytes());
        let text = format!("kring copy proof 1\n{device}\n{token}\n{}\n{}\n{new}", self.at, self.nonce.0);
        self.check_text(key, &text)
    }

    fn check_text(&self, key: &DeviceKey, text: &str) -> Result<Proved, Unproved> {
        let at: Timestamp = self.at.parse().map_err(|_| Unproved::Wrong)?;
        key.0.verify_strict(text.as_bytes(), &self.signature.0).map_err(|_| Unproved::Wrong)?;
        Ok(Proved { at, nonce: self.nonce.clone() })
    }
}

impl Proved {
    /// When the device signed.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The word of the exchange.
    pub fn nonce(&self) -> &str {
        self.nonce.as_str()
    }

    /// Returns whether it was signed about now.
    pub(super) fn is_recent(&self, now: Timestamp) -> bool {
        kring_sync::is_recent(self.at, now)
    }
}

impl Nonce {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

fn signed_text(device: DeviceId, token: &Secret, at: &str, nonce: &str) -> String {
    let token = URL_SAFE_NO_PAD.encode(token.hash());
    format!("kring token proof 1\n{device}\n{token}\n{at}\n{nonce}")
}

impl<'de> Deserialize<'de> for DeviceKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = decoded::<32, D>(deserializer)?;
        Self::from_stored(&bytes).ok_or_else(|| de::Error::custom("not a public key of Ed25519"))
    }
}

impl<'de> Deserialize<'de> for Signed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Signature::from_bytes(&decoded::<64, D>(deserializer)?)))
    }
}

impl<'de> Deserialize<'de> for Nonce {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        match text.len() {
            16..=64 if is_plain => Ok(Self(text)),
            _ => Err(de::Error::custom("not a nonce of 16 to 64 characters")),
        }
    }
}

fn decoded<'de, const N: usize, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; N], D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| de::Error::custom("not URL-safe base64"))?;
    bytes.try_into().map_err(|_| de::Error::custom("of another length"))
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer, SigningKey};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    const AT: &str = "2026-03-02T12:00:00Z";
    const NONCE: &str = "0123456789abcdef";

    fn proof(key: &SigningKey, text: &str) -> Proof {
        let signature = URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes()).to_bytes());
        serde_json::from_value(json!({"at": AT, "nonce": NONCE, "signature": signature})).unwrap()
    }

    #[test]
    fn a_proof_is_good_for_one_key_device_token_time_and_nonce() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let other = SigningKey::from_bytes(&[2; 32]);
        let public = DeviceKey::from_stored(key.verifying_key().as_bytes()).unwrap();
        let device = |number| DeviceId::new(Uuid::from_u128(number));
        let token = |text: &str| Secret::new(text.to_owned());
        let text = signed_text(device(1), &token("a"), AT, NONCE);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "00000000-0000-0000-0000-000000000001");
        assert_eq!(lines[2], "ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs", "the SHA-256 of `a`");
        assert!(proof(&key, &text).check(&public, device(1), &token("a")).is_ok());
        for (what, proof) in [
            ("another key", proof(&other, &text)),
            ("another device", proof(&key, &signed_text(device(2), &token("a"), AT, NONCE))),
            ("another token", proof(&key, &signed_text(device(1), &token("b"), AT, NONCE))),
            ("another time", proof(&key, &signed_text(device(1), &token("a"), "2026-03-02T12:00:01Z", NONCE))),
            ("another nonce", proof(&key, &signed_text(device(1), &token("a"), AT, "0123456789abcdeg"))),
        ] {
            let checked = proof.check(&public, device(1), &token("a"));
            assert_eq!(checked.err(), Some(Unproved::Wrong), "{what}");
        }
    }

    #[test]
    fn what_is_no_key_or_nonce_does_not_parse() {
        assert!(serde_json::from_value::<DeviceKey>(json!(URL_SAFE_NO_PAD.encode([0; 32]))).is_err(), "a weak key");
        for key in ["", "AAAA", &"A".repeat(44), "é"] {
            assert!(serde_json::from_value::<DeviceKey>(json!(key)).is_err(), "{key}");
        }
        for nonce in ["", "short", "0123456789abcde\n", &"a".repeat(65)] {
            assert!(serde_json::from_value::<Nonce>(json!(nonce)).is_err(), "{nonce}");
        }
    }
}
