//! Access tokens: short-lived JWTs, signed with EdDSA and nothing else.

use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use kring_domain::{DeviceId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::keys::KeySet;
use super::{AuthError, Caller, Secret};
use crate::store::StoreError;

const ISSUER: &str = "kring";
const AUDIENCE: &str = "kring";

/// The type that the header names (RFC 9068), so that no other token signed with the same key passes for one of these.
const TYPE: &str = "at+jwt";

/// By how many seconds the clock that made a token may be ahead of this one. At its end a token gets no such grace:
/// nobody is told of a longer life than `expires_in`, and a device whose token ends early has a refresh token.
const MAX_CLOCK_SKEW_S: i64 = 5;

/// The most bytes of a token that are looked at; ours have about 500.
const MAX_TOKEN_BYTES: usize = 2048;

#[derive(Clone, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: PersonId,
    device: DeviceId,
    #[serde(rename = "family")]
    sign_in: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: Uuid,
}

pub(super) fn make(keys: &KeySet, caller: Caller, now: Timestamp, ttl: Duration) -> Result<Secret, StoreError> {
    let iat = now.millis() / 1000;
    let claims = Claims {
        iss: ISSUER.into(),
        aud: AUDIENCE.into(),
        sub: caller.person,
        device: caller.device,
        sign_in: caller.sign_in,
        iat,
        nbf: iat,
        exp: iat.saturating_add(i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX)),
        jti: Uuid::now_v7(),
    };
    let token = encode(&header(&keys.signing_id), &claims, &keys.signing);
    token.map(Secret::new).map_err(|error| StoreError::Open(Arc::new(std::io::Error::other(error))))
}

/// What a token says whose signature is good.
#[derive(Clone, Debug)]
pub(super) struct Token {
    key: String,
    caller: Caller,
    begins_s: i64,
    ends_s: i64,
}

impl Token {
    /// Returns who holds it, where it is good now and its key is still recognised.
    pub(super) fn holder(&self, keys: &KeySet, now: Timestamp) -> Result<Caller, AuthError> {
        let seconds = now.millis() / 1000;
        if keys.find(&self.key, now).is_none() || self.begins_s > seconds.saturating_add(MAX_CLOCK_SKEW_S) {
            return Err(AuthError::Unauthenticated);
        }
        if self.ends_s <= seconds { Err(AuthError::Expired) } else { Ok(self.caller) }
    }
}

/// Reads a token and checks its signature; when it is good is for [`Token::holder`] to say.
pub(super) fn check(keys: &KeySet, token: &str, now: Timestamp) -> Result<Token, AuthError> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(AuthError::Unauthenticated);
    }
    let header = decode_header(token).map_err(|_| AuthError::Unauthenticated)?;
    // A header that names an extension it calls critical must not be taken by who does not know it (RFC 7515, 4.1.11).
    if header.typ.as_deref() != Some(TYPE) || header.alg != Algorithm::EdDSA || header.crit.is_some() {
        return Err(AuthError::Unauthenticated);
    }
    let id = header.kid.ok_or(AuthError::Unauthenticated)?;
    let key = keys.find(&id, now).ok_or(AuthError::Unauthenticated)?;
    let claims = decode::<Claims>(token, key, &validation()).map_err(|_| AuthError::Unauthenticated)?.claims;
    let caller = Caller { person: claims.sub, device: claims.device, sign_in: claims.sign_in };
    Ok(Token { key: id, caller, begins_s: claims.nbf.max(claims.iat), ends_s: claims.exp })
}

fn header(key: &str) -> Header {
    Header { kid: Some(key.to_owned()), typ: Some(TYPE.to_owned()), ..Header::new(Algorithm::EdDSA) }
}

fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    // The times are looked at above, against a clock that is an argument.
    validation.validate_exp = false;
    validation
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use ed25519_dalek::pkcs8::EncodePrivateKey;
    use jsonwebtoken::EncodingKey;
    use serde_json::{Value, json};

    use super::*;
    use crate::auth::keys::tests::{id_of, keys};

    /// Returns who holds a token, looked at once.
    fn check(keys: &KeySet, token: &str, now: Timestamp) -> Result<Caller, AuthError> {
        super::check(keys, token, now)?.holder(keys, now)
    }

    const OLD: [u8; 32] = [1; 32];
    const NEW: [u8; 32] = [2; 32];
    const NOW: i64 = 1_700_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn caller() -> Caller {
        let id = Uuid::from_u128;
        Caller { person: PersonId::new(id(1)), device: DeviceId::new(id(2)), sign_in: id(3) }
    }

    fn claims() -> Value {
        let Caller { person, device, sign_in } = caller();
        json!({"iss": "kring", "aud": "kring", "sub": person, "device": device, "family": sign_in, "iat": NOW,
               "nbf": NOW, "exp": NOW + 900, "jti": Uuid::nil()})
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = claims();
        claims[name] = value;
        claims
    }

    fn signed(secret: [u8; 32], header: &Header, claims: &Value) -> String {
        let key = SigningKey::from_bytes(&secret).to_pkcs8_der().unwrap();
        encode(header, claims, &EncodingKey::from_ed_der(key.as_bytes())).unwrap()
    }

    #[test]
    fn a_token_says_who_for_as_long_as_it_was_told() {
        let keys = keys(&[(NEW, None)]);
        let token = make(&keys, caller(), at(NOW), Duration::from_secs(900)).unwrap();
        let check = |seconds| check(&keys, token.expose(), at(seconds));
        for seconds in [NOW - MAX_CLOCK_SKEW_S, NOW, NOW + 899] {
            assert!(check(seconds).is_ok_and(|found| found == caller()), "{}", seconds - NOW);
        }
        assert!(matches!(check(NOW - MAX_CLOCK_SKEW_S - 1), Err(AuthError::Unauthenticated)), "it is not valid yet");
        assert!(matches!(check(NOW + 900), Err(AuthError::Expired)));
    }

    #[test]
    fn a_replaced_key_is_recognised_for_a_while() {
        let keys = keys(&[(NEW, None), (OLD, Some(at(NOW + 100)))]);
        let old = signed(OLD, &header(&id_of(OLD)), &claims());
        assert!(check(&keys, &old, at(NOW + 99)).is_ok());
        assert!(matches!(check(&keys, &old, at(NOW + 100)), Err(AuthError::Unauthenticated)));
        let made = make(&keys, caller(), at(NOW), Duration::from_secs(900)).unwrap();
        assert_eq!(decode_header(made.expose()).unwrap().kid, Some(id_of(NEW)));
    }

    #[test]
    fn nothing_else_passes_for_a_token() {
        let keys = keys(&[(NEW, None), (OLD, Some(at(NOW + 100)))]);
        let good = header(&id_of(NEW));
        assert!(check(&keys, &signed(NEW, &good, &claims()), at(NOW)).is_ok(), "the test signs as the server does");
        for (what, secret, header, claims) in [
            ("another key", [9; 32], good.clone(), claims()),
            ("the other key's id", NEW, header(&id_of(OLD)), claims()),
            ("an unknown id", NEW, header("another"), claims()),
            ("no id", NEW, Header { kid: None, ..good.clone() }, claims()),
            ("another type", NEW, Header { typ: Some("JWT".into()), ..good.clone() }, claims()),
            ("no type", NEW, Header { typ: None, ..good.clone() }, claims()),
            ("a critical extension", NEW, Header { crit: Some(vec!["x".into()]), ..good.clone() }, claims()),
            ("another audience", NEW, good.clone(), with("aud", json!("another"))),
            ("another issuer", NEW, good.clone(), with("iss", json!("another"))),
            ("no audience", NEW, good.clone(), with("aud", Value::Null)),
            ("no end", NEW, good.clone(), with("exp", Value::Null)),
            ("no beginning", NEW, good.clone(), with("nbf", Value::Null)),
            ("not valid yet", NEW, good.clone(), with("nbf", json!(NOW + MAX_CLOCK_SKEW_S + 1))),
            ("made in the future", NEW, good.clone(), with("iat", json!(NOW + MAX_CLOCK_SKEW_S + 1))),
            ("an end that is no number", NEW, good.clone(), with("exp", json!("later"))),
        ] {
            let refused = check(&keys, &signed(secret, &header, &claims), at(NOW));
            assert!(matches!(refused, Err(AuthError::Unauthenticated)), "{what}: {refused:?}");
        }
        // The public key as the secret of a symmetric algorithm: the oldest trick with these tokens.
        let public = SigningKey::from_bytes(&NEW).verifying_key();
        let symmetric = Header { alg: Algorithm::HS256, ..good };
        let forged = encode(&symmetric, &claims(), &EncodingKey::from_secret(public.as_bytes())).unwrap();
        assert!(matches!(check(&keys, &forged, at(NOW)), Err(AuthError::Unauthenticated)));
    }
}
