//! Access tokens: short-lived JWTs, signed with EdDSA and nothing else.

use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use kring_domain::{DeviceId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{AuthError, Caller, Secret, keys::Keys};
use crate::store::StoreError;

const ISSUER: &str = "kring";
const AUDIENCE: &str = "kring";

/// The most bytes of a token that are looked at; ours have about 500.
const MAX_LENGTH: usize = 2048;

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: PersonId,
    device: DeviceId,
    family: Uuid,
    iat: u64,
    exp: u64,
    jti: Uuid,
}

pub(super) fn make(keys: &Keys, caller: Caller, now: Timestamp, ttl: Duration) -> Result<Secret, StoreError> {
    let iat = u64::try_from(now.millis() / 1000).unwrap_or(0);
    let claims = Claims {
        iss: ISSUER.into(),
        aud: AUDIENCE.into(),
        sub: caller.person,
        device: caller.device,
        family: caller.family,
        iat,
        exp: iat.saturating_add(ttl.as_secs()),
        jti: Uuid::now_v7(),
    };
    let header = Header { kid: Some(keys.signing_id.clone()), ..Header::new(Algorithm::EdDSA) };
    let token = encode(&header, &claims, &keys.signing);
    token.map(Secret::new).map_err(|error| StoreError::Open(Arc::new(std::io::Error::other(error))))
}

pub(super) fn check(keys: &Keys, token: &str) -> Result<Caller, AuthError> {
    if token.len() > MAX_LENGTH {
        return Err(AuthError::Unauthenticated);
    }
    let header = decode_header(token).map_err(|_| AuthError::Unauthenticated)?;
    let key = header.kid.and_then(|kid| keys.find(&kid)).ok_or(AuthError::Unauthenticated)?;
    let claims = decode::<Claims>(token, key, &validation()).map_err(|error| match error.kind() {
        ErrorKind::ExpiredSignature => AuthError::Expired,
        _ => AuthError::Unauthenticated,
    })?;
    let Claims { sub, device, family, .. } = claims.claims;
    Ok(Caller { person: sub, device, family })
}

fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    // Nobody is told of a longer life than `expires_in`; a device whose token ends early has a refresh token.
    validation.leeway = 0;
    validation
}
