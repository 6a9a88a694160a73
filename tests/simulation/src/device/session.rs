//! How a device stands with the server, as its file keeps it: every word is kept before it is sent.

use kring_domain::{PersonId, Timestamp};
use kring_sync::DeviceIdentity;

use crate::server::{Answer, Request};

/// The time that an access token is good, in milliseconds.
const FRESH: i64 = 15 * 60_000;

/// What a file says about who uses it.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// The person who the file says it is.
    pub(crate) identity: DeviceIdentity,
    /// True when it has ever been somebody's.
    is_known: bool,
    key: u64,
    token: Option<u64>,
    /// Until when the access token is good.
    fresh_until: Timestamp,
    /// The word of an exchange that has no answer yet.
    exchange: Option<u64>,
    /// The key of the device that a copy is to become, where that has no answer yet.
    new_key: Option<u64>,
    /// The code, the key and the word of a sign-in that has no answer yet.
    sign_in: Option<(u64, u64, u64)>,
    /// True when the file is not where it was, so that its phone may live on.
    is_suspect: bool,
}

impl Session {
    /// A device that is signed in.
    pub(crate) fn signed_in(identity: DeviceIdentity, key: u64, token: u64, now: Timestamp) -> Self {
        let mut session = Self::fresh(identity);
        session.take_over(key, token, now);
        session
    }

    /// A device that nobody knows yet.
    pub(crate) fn fresh(identity: DeviceIdentity) -> Self {
        Self {
            identity,
            is_known: false,
            key: 0,
            token: None,
            fresh_until: Timestamp::default(),
            exchange: None,
            new_key: None,
            sign_in: None,
            is_suspect: false,
        }
    }

    /// The file is put back on another phone.
    pub(crate) fn is_put_back(&mut self) {
        self.is_suspect = self.token.is_some();
    }

    /// Returns whether what the phone is to become has no answer yet.
    pub(crate) fn is_becoming(&self) -> bool {
        self.new_key.is_some() || self.sign_in.is_some()
    }

    /// Returns whether it can speak with the server now.
    pub(crate) fn is_open(&self, now: Timestamp) -> bool {
        self.token.is_some() && !self.is_suspect && self.new_key.is_none() && now < self.fresh_until
    }

    /// Returns whether the file has been somebody's.
    pub(crate) fn is_known(&self) -> bool {
        self.is_known
    }

    /// Returns whether there is a sign-in, as far as the phone knows.
    pub(crate) fn is_signed_in(&self) -> bool {
        self.token.is_some()
    }

    /// Its access token is good no longer.
    pub(crate) fn expire(&mut self) {
        self.fresh_until = Timestamp::default();
    }

    pub(crate) fn token(&self) -> Option<u64> {
        self.token
    }

    /// The person types a code.
    pub(crate) fn begin(&mut self, code: u64, fresh: u64) {
        self.sign_in = Some((code, fresh, fresh));
    }

    /// The code of the sign-in that has no answer yet.
    pub(crate) fn code(&self) -> Option<u64> {
        self.sign_in.map(|(code, ..)| code)
    }

    /// Returns what it has to ask for before it can speak; kept before it is sent. `fresh` is a number that nobody else has.
    pub(crate) fn request(&mut self, fresh: u64) -> Option<Request> {
        if let Some((code, key, nonce)) = self.sign_in {
            let only: Option<PersonId> = self.is_known.then_some(self.identity.person);
            return Some(Request::SignIn { code, key, nonce, only });
        }
        let token = self.token?;
        let key = self.key;
        if self.is_suspect || self.new_key.is_some() {
            return Some(Request::Copy { token, key, new: *self.new_key.get_or_insert(fresh) });
        }
        Some(Request::Exchange { token, key, nonce: *self.exchange.get_or_insert(fresh) })
    }

    /// The answer arrives; whether this is another device now.
    pub(crate) fn answered(&mut self, request: Request, answer: Answer, now: Timestamp) -> bool {
        match (answer, request) {
            (Answer::Session(identity, token), request) => {
                let key = match request {
                    Request::SignIn { key, .. } | Request::Exchange { key, .. } => key,
                    Request::Copy { new, .. } => new,
                };
                let is_other = self.identity != identity;
                self.identity = identity;
                self.take_over(key, token, now);
                is_other
            }
            (Answer::InvalidCode | Answer::OtherPerson, _) => {
                self.sign_in = None;
                false
            }
            (Answer::Copied, _) => {
                self.is_suspect = true;
                false
            }
            (Answer::SignedOut, _) => {
                (self.token, self.exchange, self.new_key, self.is_suspect) = (None, None, None, false);
                false
            }
            (Answer::Clock, _) => false,
        }
    }

    fn take_over(&mut self, key: u64, token: u64, now: Timestamp) {
        (self.is_known, self.key, self.token) = (true, key, Some(token));
        (self.exchange, self.new_key, self.sign_in, self.is_suspect) = (None, None, None, false);
        self.fresh_until = Timestamp::from_millis(now.millis() + FRESH);
    }
}
