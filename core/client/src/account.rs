//! The owner of the phone, and its sign-in at the server.

use kring_domain::{PersonId, ServerId, Timestamp};
use kring_sync::DeviceIdentity;

use crate::device_key::{DeviceKey, NewDevice};
use crate::secret::Secret;

/// The owner of the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    /// The person and the device: proposed by the phone, decided by the server.
    pub(crate) identity: DeviceIdentity,
    /// The server of the last sign-in; none while there was none.
    pub(crate) server: Option<String>,
    /// The identity of the server; none while it has not said so.
    pub(crate) server_id: Option<ServerId>,
    /// True when this device goes on from a copy of another's file.
    pub(crate) is_copy: bool,
}

impl Account {
    pub(crate) fn person(&self) -> PersonId {
        self.identity.person
    }
}

/// A sign-in that was begun: what was sent, or is going to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PendingSignIn {
    pub(crate) server: String,
    /// The code in groups of four.
    pub(crate) code: Secret,
    pub(crate) device_name: String,
    pub(crate) display_name: Option<String>,
    /// The key that it is signed with; none where a device without a key joins one more space.
    pub(crate) key: Option<DeviceKey>,
    /// The word by which the server knows that it is the same sign-in.
    pub(crate) nonce: String,
}

/// A sign-in at the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) access_token: Secret,
    pub(crate) refresh_token: Secret,
    /// From this moment on the access token is exchanged before it is used.
    pub(crate) refresh_at: Timestamp,
    /// The key that the server knows this device by; none in a sign-in from before there were keys.
    pub(crate) key: Option<DeviceKey>,
    /// The word of an exchange that was begun and has no answer yet.
    pub(crate) refresh_nonce: Option<String>,
    /// What this phone becomes, where it was put back from a copy and has no answer yet.
    pub(crate) new_device: Option<NewDevice>,
}

impl Credentials {
    /// A sign-in from tokens that arrived at `now`, the access token living for `expires_in` seconds.
    pub(crate) fn new(access_token: Secret, refresh_token: Secret, expires_in: u64, now: Timestamp) -> Self {
        // A minute ahead, or a quarter of a life that is shorter than four minutes.
        let margin = (expires_in / 4).min(60);
        let seconds = i64::try_from(expires_in.saturating_sub(margin)).unwrap_or(i64::MAX);
        let refresh_at = Timestamp::from_millis(now.millis().saturating_add(seconds.saturating_mul(1000)));
        Self { access_token, refresh_token, refresh_at, key: None, refresh_nonce: None, new_device: None }
    }

    /// The same sign-in, of a device with this key.
    pub(crate) fn with_key(self, key: Option<DeviceKey>) -> Self {
        Self { key, ..self }
    }

    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.refresh_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_exchanged_ahead_of_their_end() {
        let now = Timestamp::from_millis(1_000_000);
        let secret = || Secret::new("token".into());
        for (expires_in, fresh_for) in [(900, 840), (8, 6), (1, 1), (0, 0)] {
            let credentials = Credentials::new(secret(), secret(), expires_in, now);
            assert_eq!(credentials.refresh_at.millis() - now.millis(), fresh_for * 1000, "{expires_in}");
        }
        assert!(!Credentials::new(secret(), secret(), 0, now).is_fresh(now));
        assert!(Credentials::new(secret(), secret(), u64::MAX, now).is_fresh(now));
    }
}
