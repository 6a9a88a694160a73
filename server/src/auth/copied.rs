//! Two phones from one file: a phone that was put back from a copy goes on as a device of its own.
//!
//! It shows a refresh token of the file, used or not, and signs with the key of the file over that and over a new key that it
//! has made. The lines it signs are those of a proof with another first line, and the new key behind them:
//!
//! ```text
//! kring copy proof 1
//! the id of the device whose file it was
//! the SHA-256 of the refresh token's text, in URL-safe base64 without padding
//! the time of signing, as it is sent
//! the nonce
//! the public half of the new key, in URL-safe base64 without padding
//! ```
//!
//! Nothing changes for the device whose file it was: it may live on.

use kring_domain::Timestamp;
use rusqlite::Connection;

use super::proof::{DeviceKey, Proof, Unproved};
use super::refresh::find;
use super::{Caller, Secret};
use crate::store::StoreError;

/// The claim that a phone brings that was put back from a copy.
#[derive(Debug)]
pub struct CopyClaim {
    /// A refresh token of the file.
    pub token: Secret,
    /// The signature with the key of the file.
    pub proof: Proof,
    /// The key that the phone has made for itself.
    pub key: DeviceKey,
}

/// The outcome of a claim.
#[derive(Debug)]
pub enum Claimed {
    /// It was signed by this device, at this time.
    By(Caller, Timestamp),
    /// It was not signed with the device's key, or not now.
    Unproved(Unproved),
    /// The token is unknown or expired, its sign-in has ended, or it is of a device without a key.
    Refused,
}

/// Finds the device whose file was copied; changes nothing.
///
/// # Errors
///
/// When the database refuses.
pub fn claimed(connection: &Connection, claim: &CopyClaim, now: Timestamp) -> Result<Claimed, StoreError> {
    let Some(found) = find(connection, &claim.token)? else { return Ok(Claimed::Refused) };
    let Some(key) = found.key.filter(|key| *key != claim.key) else { return Ok(Claimed::Refused) };
    let proved = match claim.proof.check_copy(&key, found.caller.device, &claim.token, &claim.key) {
        Ok(proved) => proved,
        Err(unproved) => return Ok(Claimed::Unproved(unproved)),
    };
    if found.ended || found.expires_at <= now.millis() {
        return Ok(Claimed::Refused);
    }
    if !proved.is_recent(now) {
        return Ok(Claimed::Unproved(Unproved::Clock));
    }
    Ok(Claimed::By(found.caller, proved.at))
}
