//! Authentication: one-time codes, access tokens, refresh tokens and the sign-ins they belong to.
//!
//! A **sign-in** (in the database a *family*) is the chain of refresh tokens that began with one sign-in on one
//! device. Access tokens are signed and name their sign-in, so that ending it ends them too, at once. Whatever is
//! secret is made, checked and hidden here and nowhere else.

mod attempts;
mod code;
mod copied;
mod keys;
mod proof;
mod recognised;
mod refresh;
mod secret;
mod sign_ins;
mod ticket;
mod token;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use kring_domain::{DeviceId, PersonId, Timestamp};
use thiserror::Error;
use uuid::Uuid;

pub use attempts::Blocked;
pub use code::{CodeHash, OneTimeCode};
pub use copied::{Claimed, CopyClaim, claimed};
pub use keys::rotate_keys;
pub use proof::{DeviceKey, Proof, Proved, Unproved};
pub use refresh::{Refreshed, end_sign_ins_of, is_unused, issue, refresh, reissue, start_sign_in};
pub use secret::Secret;
pub use ticket::TICKET_TTL;

use crate::clock;
use crate::config::Config;
use crate::store::{Store, StoreError};
use {attempts::Attempts, keys::Keys, recognised::Recognised, sign_ins::SignIns, ticket::Tickets};

/// The longest that an access token can be told to live, in seconds: a day.
pub const MAX_TOKEN_TTL_S: u64 = 86_400;

/// Somebody who has proved who they are, and the sign-in they did it with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Caller {
    /// The person.
    pub person: PersonId,
    /// The device they use.
    pub device: DeviceId,
    /// The sign-in: a chain of refresh tokens that began with one sign-in.
    pub sign_in: Uuid,
}

/// Why somebody is not let in.
#[derive(Clone, Debug, Error)]
pub enum AuthError {
    /// There is no token, or it is not one of this server's.
    #[error("not signed in")]
    Unauthenticated,
    /// The access token was good, and its time is over.
    #[error("the access token has expired")]
    Expired,
    /// The sign-in was ended or the device signed out.
    #[error("the session has ended")]
    Ended,
    /// The database could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The checks of one server; clones share them.
#[derive(Clone)]
pub struct Auth {
    keys: Arc<Keys>,
    recognised: Arc<Recognised>,
    sign_ins: Arc<SignIns>,
    attempts: Arc<Attempts>,
    tickets: Arc<Tickets>,
    token_ttl: Duration,
}

impl Auth {
    /// Loads the signing keys, making the first one where there is none.
    ///
    /// # Errors
    ///
    /// When the database refuses or holds a key that is none.
    pub async fn open(store: &Store, config: &Config) -> Result<Self, StoreError> {
        let keys = Keys::open(store).await?;
        Ok(Self {
            keys: Arc::new(keys),
            recognised: Arc::default(),
            sign_ins: Arc::default(),
            attempts: Arc::new(Attempts::new(config.limits.wrong_codes, config.limits.wrong_codes_overall)),
            tickets: Arc::default(),
            token_ttl: config.access_token_ttl,
        })
    }

    /// Returns how long an access token lives from the moment it is made.
    pub fn token_ttl(&self) -> Duration {
        self.token_ttl
    }

    /// Makes an access token, signed with the newest key as far as this server has noticed.
    ///
    /// # Errors
    ///
    /// When signing fails, which a key that was loaded does not.
    pub fn access_token(&self, caller: Caller) -> Result<Secret, StoreError> {
        token::make(&self.keys.last(), caller, clock::now(), self.token_ttl)
    }

    /// Takes notice of keys that were changed beside this server.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn notice_keys(&self, store: &Store) -> Result<(), StoreError> {
        self.keys.current(store).await.map(drop)
    }

    /// Returns who holds this access token.
    ///
    /// # Errors
    ///
    /// When the token is not of this server, has expired, or its sign-in has ended.
    pub async fn caller(&self, store: &Store, access_token: &str) -> Result<Caller, AuthError> {
        let keys = self.keys.current(store).await?;
        let caller = self.recognised.caller(&keys, access_token, clock::now())?;
        if self.sign_ins.is_live(store, caller).await? { Ok(caller) } else { Err(AuthError::Ended) }
    }

    /// Makes a ticket that lets a browser open one WebSocket, where it cannot send a header.
    pub fn ticket(&self, caller: Caller) -> Secret {
        self.tickets.issue(caller)
    }

    /// Returns who a ticket was made for; it is used up.
    ///
    /// # Errors
    ///
    /// When the ticket is unknown, used or expired, or its sign-in has ended since.
    pub async fn redeem(&self, store: &Store, ticket: &str) -> Result<Caller, AuthError> {
        let caller = self.tickets.redeem(ticket).ok_or(AuthError::Unauthenticated)?;
        if self.sign_ins.is_live(store, caller).await? { Ok(caller) } else { Err(AuthError::Ended) }
    }

    /// Forgets a sign-in that was ended in the database, so that its access tokens end with it.
    pub fn sign_in_ended(&self, sign_in: Uuid) {
        self.sign_ins.forget(|caller| caller.sign_in == sign_in);
    }

    /// Forgets the sign-ins of a device that was signed out in the database.
    pub fn device_revoked(&self, device: DeviceId) {
        self.sign_ins.forget(|caller| caller.device == device);
    }

    /// Returns whether an address may try a code now.
    ///
    /// # Errors
    ///
    /// [`Blocked`] when too many codes from there were wrong; it says for how long.
    pub fn may_try(&self, address: IpAddr, now: Timestamp) -> Result<(), Blocked> {
        self.attempts.check(address, now)
    }

    /// Notes that an address tried a code that is not valid.
    pub fn wrong_code(&self, address: IpAddr, now: Timestamp) {
        self.attempts.note(address, now);
    }
}
