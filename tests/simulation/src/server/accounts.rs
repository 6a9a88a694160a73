//! Who may speak with the server: codes, devices and refresh tokens, decided by the rules of the real one.
//!
//! What is decided here is durable at once, as a request over HTTP is answered behind its commit.

use std::collections::BTreeMap;

use kring_domain::{DeviceId, PersonId, Role, Timestamp};
use kring_sync::{ClaimUse, CodeUse, DeviceIdentity, FirstUse, ShownToken, Signature, Signed, TokenUse, is_recent};
use uuid::Uuid;

use crate::Broken;

/// The time that a refresh token lives, in milliseconds.
const TOKEN_TTL_MS: i64 = 90 * 86_400_000;

/// The most copies of one device in that time, in milliseconds.
const MAX_COPIES: usize = 10;
const WINDOW: i64 = 30 * 86_400_000;

/// What a device asks for, signed with its key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Request {
    /// To sign in with a code; only as this person, where it is their file.
    SignIn { code: u64, key: u64, nonce: u64, only: Option<PersonId> },
    /// To exchange a refresh token.
    Exchange { token: u64, key: u64, nonce: u64 },
    /// To become a device of its own, with a new key.
    Copy { token: u64, key: u64, new: u64 },
}

/// What it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A session, as this person on this device.
    Session(DeviceIdentity, u64),
    /// There are two of the token.
    Copied,
    /// The clock is wrong, or the request was made before.
    Clock,
    /// The code is not good.
    InvalidCode,
    /// The code is somebody else's, and stays good.
    OtherPerson,
    /// The sign-in has ended.
    SignedOut,
}

/// The purpose of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    /// One more device of a person.
    Device(PersonId),
    /// A membership for somebody new.
    Membership(PersonId, Role),
}

/// A code that was used for the first time: which, what it granted, on which device and with which key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) code: u64,
    pub(crate) grant: Grant,
    pub(crate) device: DeviceId,
    pub(crate) key: u64,
}

#[derive(Default)]
pub(crate) struct Accounts {
    codes: BTreeMap<u64, Grant>,
    used: BTreeMap<u64, UsedCode>,
    tokens: BTreeMap<u64, Token>,
    devices: BTreeMap<DeviceId, Known>,
    /// The last number that was given to a device or a token.
    last: u64,
    /// The codes that were used since somebody asked.
    entries: Vec<Entry>,
    broken: Broken,
}

struct UsedCode {
    device: DeviceIdentity,
    nonce: u64,
    at: Timestamp,
    signed_at: Timestamp,
    successor: u64,
}

/// An exchange of a token: its word, when it was signed, and the token that it was answered with.
type Exchange = (u64, Timestamp, u64);

struct Token {
    device: DeviceIdentity,
    expires_at: Timestamp,
    /// When it was used, and in which exchange, where it was not made void.
    used: Option<(Timestamp, Option<Exchange>)>,
}

struct Known {
    key: u64,
    has_ended: bool,
    made_at: Timestamp,
    /// The device of which it is a copy, when it has signed for that and with which token it was answered.
    copy_of: Option<(DeviceId, Timestamp)>,
}

impl Accounts {
    pub(crate) fn new(broken: Broken) -> Self {
        Self { broken, last: 1_000, ..Self::default() }
    }

    /// A device that is signed in from the beginning; its first refresh token.
    pub(crate) fn enrol(&mut self, device: DeviceIdentity, key: u64, now: Timestamp) -> u64 {
        self.devices.insert(device.device, Known { key, has_ended: false, made_at: now, copy_of: None });
        self.issue(device, now)
    }

    /// Makes a code.
    pub(crate) fn invite(&mut self, code: u64, grant: Grant) {
        self.codes.insert(code, grant);
    }

    /// Ends the sign-in of a device.
    pub(crate) fn end(&mut self, device: DeviceId) {
        self.devices.get_mut(&device).into_iter().for_each(|known| known.has_ended = true);
    }

    /// Returns whether a token is too old.
    pub(crate) fn is_expired(&self, token: u64, now: Timestamp) -> bool {
        self.tokens.get(&token).is_some_and(|token| token.expires_at <= now)
    }

    /// Returns whether a token is too old, or the sign-in of its device was ended.
    fn is_over(&self, token: u64, now: Timestamp) -> bool {
        self.tokens.get(&token).is_none_or(|token| self.has_ended(token.device) || token.expires_at <= now)
    }

    /// The codes that were used for the first time since the last call.
    pub(crate) fn take_entries(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.entries)
    }

    /// Answers a request that a device has signed by its clock.
    pub(crate) fn answer(&mut self, request: Request, signed_at: Timestamp, now: Timestamp) -> Answer {
        match request {
            Request::SignIn { code, key, nonce, only } => self.sign_in((code, key, nonce), only, signed_at, now),
            Request::Exchange { token, key, nonce } => self.exchange(token, key, nonce, (signed_at, now)),
            Request::Copy { token, key, new } => self.copy(token, key, new, (signed_at, now)),
        }
    }

    fn sign_in(
        &mut self,
        (code, key, nonce): (u64, u64, u64),
        only: Option<PersonId>,
        at: Timestamp,
        now: Timestamp,
    ) -> Answer {
        if !is_recent(at, now) {
            return Answer::Clock;
        }
        if let Some(used) = self.used.get(&code) {
            let is_answer_unused = self.is_unused(used.successor);
            let first = FirstUse { at: used.at, signed_at: used.signed_at, is_answer_unused };
            let is_same_device = self.devices[&used.device.device].key == key;
            let signed = Signed { at, is_same_request: used.nonce == nonce };
            match first.code_with(is_same_device, signed, !self.has_ended(used.device), now) {
                CodeUse::Again => {}
                CodeUse::Invalid => return Answer::InvalidCode,
                CodeUse::WrongTime => return Answer::Clock,
            }
            let device = used.device;
            let lost = used.successor;
            self.void(lost, now);
            let successor = self.issue(device, now);
            self.used.get_mut(&code).into_iter().for_each(|used| (used.signed_at, used.successor) = (at, successor));
            return Answer::Session(device, successor);
        }
        let Some(grant) = self.codes.get(&code).copied() else { return Answer::InvalidCode };
        let (Grant::Device(person) | Grant::Membership(person, _)) = grant;
        if only.is_some_and(|only| only != person) {
            return Answer::OtherPerson;
        }
        if self.broken != Broken::TakesCodesTwice {
            self.codes.remove(&code);
        }
        let device = self.enrolled(person, key, None, now);
        let successor = self.issue(device, now);
        self.entries.push(Entry { code, grant, device: device.device, key });
        if ![Broken::ForgetsSignIns, Broken::TakesCodesTwice].contains(&self.broken) {
            self.used.insert(code, UsedCode { device, nonce, at: now, signed_at: at, successor });
        }
        Answer::Session(device, successor)
    }

    fn exchange(&mut self, token: u64, key: u64, nonce: u64, (at, now): (Timestamp, Timestamp)) -> Answer {
        let Some(found) = self.tokens.get(&token) else { return Answer::SignedOut };
        let device = found.device;
        let is_same_request = found.used.is_some_and(|(_, exchange)| exchange.is_some_and(|(word, ..)| word == nonce));
        let signature = match self.devices[&device.device].key == key {
            true => Signature::Good(Signed { at, is_same_request }),
            false => Signature::Wrong,
        };
        let used = found.used.map(|(at, exchange)| FirstUse {
            at,
            signed_at: exchange.map_or(Timestamp::MAX, |(_, signed_at, _)| signed_at),
            is_answer_unused: exchange.is_some_and(|(.., successor)| self.is_unused(successor)),
        });
        let lost = found.used.and_then(|(_, exchange)| exchange).map(|(.., successor)| successor);
        let first = used.map_or(now, |used| used.at);
        let is_over = self.is_over(token, now);
        let outcome = ShownToken { is_over, used }.shown_with(signature, now);
        match outcome {
            TokenUse::Again if self.broken == Broken::TakesLostForStolen => {
                self.end(device.device);
                return Answer::SignedOut;
            }
            TokenUse::First | TokenUse::Again => {}
            TokenUse::Stolen => {
                self.end(device.device);
                return Answer::SignedOut;
            }
            TokenUse::Copied => return Answer::Copied,
            TokenUse::Unsigned | TokenUse::Over => return Answer::SignedOut,
            TokenUse::WrongTime => return Answer::Clock,
        }
        lost.into_iter().for_each(|lost| self.void(lost, now));
        let successor = self.issue(device, now);
        let found = self.tokens.get_mut(&token).expect("it was found");
        found.used = Some((first, Some((nonce, at, successor))));
        Answer::Session(device, successor)
    }

    fn copy(&mut self, token: u64, key: u64, new: u64, (at, now): (Timestamp, Timestamp)) -> Answer {
        let Some(original) = self.tokens.get(&token).map(|token| token.device) else { return Answer::SignedOut };
        if self.devices[&original.device].key != key || self.is_over(token, now) {
            return Answer::SignedOut;
        }
        if !is_recent(at, now) {
            return Answer::Clock;
        }
        if self.broken == Broken::CopiesAreOne {
            return Answer::Session(original, self.issue(original, now));
        }
        let of_original = |known: &Known| known.copy_of.is_some_and(|(device, _)| device == original.device);
        let made = self.devices.iter().find(|(_, known)| of_original(known) && known.key == new && !known.has_ended);
        if let Some((device, signed_at)) = made.and_then(|(id, known)| Some((*id, known.copy_of?.1))) {
            let device = DeviceIdentity { device, ..original };
            let tokens = || self.tokens.values().filter(|token| token.device == device);
            let is_answer_unused = tokens().all(|token| token.used.is_none());
            match (FirstUse { at: signed_at, signed_at, is_answer_unused }).claim_signed(at) {
                ClaimUse::Again => {}
                ClaimUse::Over => return Answer::SignedOut,
                ClaimUse::WrongTime => return Answer::Clock,
            }
            self.tokens.retain(|_, token| token.device != device);
            let known = self.devices.get_mut(&device.device).expect("it was found");
            known.copy_of = Some((original.device, at));
            return Answer::Session(device, self.issue(device, now));
        }
        let is_late = |known: &&Known| of_original(known) && known.made_at.millis() > now.millis() - WINDOW;
        if self.devices.values().filter(is_late).count() >= MAX_COPIES {
            return Answer::SignedOut;
        }
        let device = self.enrolled(original.person, new, Some((original.device, at)), now);
        Answer::Session(device, self.issue(device, now))
    }

    fn enrolled(
        &mut self,
        person: PersonId,
        key: u64,
        copy_of: Option<(DeviceId, Timestamp)>,
        now: Timestamp,
    ) -> DeviceIdentity {
        self.last += 1;
        let device = DeviceId::new(Uuid::from_u64_pair(2, self.last));
        self.devices.insert(device, Known { key, has_ended: false, made_at: now, copy_of });
        DeviceIdentity { device, person }
    }

    fn issue(&mut self, device: DeviceIdentity, now: Timestamp) -> u64 {
        self.last += 1;
        let expires_at = Timestamp::from_millis(now.millis() + TOKEN_TTL_MS);
        self.tokens.insert(self.last, Token { device, expires_at, used: None });
        self.last
    }

    fn void(&mut self, token: u64, now: Timestamp) {
        let unused = self.tokens.get_mut(&token).filter(|token| token.used.is_none());
        unused.into_iter().for_each(|token| token.used = Some((now, None)));
    }

    fn is_unused(&self, token: u64) -> bool {
        self.tokens.get(&token).is_some_and(|token| token.used.is_none())
    }

    fn has_ended(&self, device: DeviceIdentity) -> bool {
        self.devices.get(&device.device).is_none_or(|known| known.has_ended)
    }
}
