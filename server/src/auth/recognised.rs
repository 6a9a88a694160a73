//! Access tokens whose signature was found good, so that the next request with the same token costs none.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use kring_domain::Timestamp;
use sha2::{Digest, Sha256};

use super::keys::KeySet;
use super::token::{Token, check};
use super::{AuthError, Caller};

/// The most tokens that are recognised; beyond that their signatures are checked again.
const MAX_RECOGNISED: usize = 10_000;

/// Tokens by the hash of all their bytes, signature included.
#[derive(Default)]
pub(super) struct Recognised {
    known: Mutex<HashMap<[u8; 32], Token>>,
}

impl Recognised {
    /// Returns who holds a token. Its signature is checked once, its time and its key at every use.
    pub(super) fn caller(&self, keys: &KeySet, token: &str, now: Timestamp) -> Result<Caller, AuthError> {
        let hash: [u8; 32] = Sha256::digest(token).into();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned();
        if let Some(known) = known {
            return known.holder(keys, now);
        }
        let token = check(keys, token, now)?;
        let caller = token.holder(keys, now)?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_RECOGNISED {
            known.clear();
        }
        known.insert(hash, token);
        Ok(caller)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kring_domain::{DeviceId, PersonId};
    use uuid::Uuid;

    use super::*;
    use crate::auth::keys::tests::keys;
    use crate::auth::token::make;

    const OLD: [u8; 32] = [1; 32];
    const NEW: [u8; 32] = [2; 32];
    const NOW: i64 = 1_700_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn caller(number: u128) -> Caller {
        let id = Uuid::from_u128;
        Caller { person: PersonId::new(id(number)), device: DeviceId::new(id(number)), sign_in: id(number) }
    }

    #[test]
    fn a_recognised_token_ends_with_its_time() {
        let keys = keys(&[(NEW, None)]);
        let recognised = Recognised::default();
        let token = make(&keys, caller(1), at(NOW), Duration::from_secs(900)).unwrap();
        for seconds in [NOW, NOW + 899, NOW - 5] {
            assert!(recognised.caller(&keys, token.expose(), at(seconds)).is_ok_and(|found| found == caller(1)));
        }
        assert!(matches!(recognised.caller(&keys, token.expose(), at(NOW + 900)), Err(AuthError::Expired)));
        assert!(matches!(recognised.caller(&keys, token.expose(), at(NOW - 6)), Err(AuthError::Unauthenticated)));
    }

    #[test]
    fn a_recognised_token_ends_with_its_key() {
        let recognised = Recognised::default();
        let before = keys(&[(OLD, None)]);
        let token = make(&before, caller(1), at(NOW), Duration::from_secs(900)).unwrap();
        assert!(recognised.caller(&before, token.expose(), at(NOW)).is_ok());
        let retired = keys(&[(NEW, None), (OLD, Some(at(NOW + 100)))]);
        assert!(recognised.caller(&retired, token.expose(), at(NOW + 99)).is_ok());
        let ended = recognised.caller(&retired, token.expose(), at(NOW + 100));
        assert!(matches!(ended, Err(AuthError::Unauthenticated)));
        let removed = recognised.caller(&keys(&[(NEW, None)]), token.expose(), at(NOW));
        assert!(matches!(removed, Err(AuthError::Unauthenticated)));
    }

    #[test]
    fn what_resembles_a_recognised_token_is_checked() {
        let keys = keys(&[(NEW, None)]);
        let recognised = Recognised::default();
        let token = make(&keys, caller(1), at(NOW), Duration::from_secs(900)).unwrap();
        assert!(recognised.caller(&keys, token.expose(), at(NOW)).is_ok());
        let (signed, _) = token.expose().rsplit_once('.').unwrap();
        let other = make(&keys, caller(2), at(NOW), Duration::from_secs(900)).unwrap();
        let (_, signature) = other.expose().rsplit_once('.').unwrap();
        let forged = recognised.caller(&keys, &format!("{signed}.{signature}"), at(NOW));
        assert!(matches!(forged, Err(AuthError::Unauthenticated)));
    }

    #[test]
    fn recognised_tokens_are_bounded() {
        let keys = keys(&[(NEW, None)]);
        let recognised = Recognised::default();
        let filler = check(&keys, make(&keys, caller(1), at(NOW), Duration::from_secs(9)).unwrap().expose(), at(NOW));
        let filler = filler.unwrap();
        for number in 0..MAX_RECOGNISED as u64 {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&number.to_be_bytes());
            recognised.known.lock().unwrap().insert(hash, filler.clone());
        }
        let token = make(&keys, caller(2), at(NOW), Duration::from_secs(900)).unwrap();
        assert!(recognised.caller(&keys, token.expose(), at(NOW)).is_ok_and(|found| found == caller(2)));
        assert!(recognised.known.lock().unwrap().len() <= MAX_RECOGNISED);
    }
}
