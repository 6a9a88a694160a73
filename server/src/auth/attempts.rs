//! Wrong codes, counted per address over the last minute.
//!
//! A limiter that is asked on every attempt would also slow down a meeting where ten people sign in behind one
//! address. Only wrong codes count here, and while an address is blocked no code from it is looked up. (A limiter of a
//! library counts every question, so this one is our own.)
//!
//! A second count is of wrong codes from anywhere. A code has 80 bits and there are never more than some thousands of
//! them, so nobody guesses one either way; but a crowd of addresses that tries must not keep the database busy.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use kring_domain::Timestamp;

use crate::subnet::subnet;

/// The time that a wrong code counts, in milliseconds.
const WINDOW_MS: i64 = 60_000;

/// The most addresses that are remembered.
const MAX_ADDRESSES: usize = 20_000;

/// Too many codes from one address were wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// After how many seconds the address may try again; at least 1.
    pub retry_after: u64,
}

pub(super) struct Attempts {
    allowed: usize,
    allowed_overall: u32,
    wrong: Mutex<Wrong>,
}

#[derive(Default)]
struct Wrong {
    of: BTreeMap<IpAddr, VecDeque<Timestamp>>,
    /// The minute that is counted, and how many codes were wrong in it, wherever they came from.
    minute: i64,
    overall: u32,
}

impl Attempts {
    pub(super) fn new(allowed: u32, allowed_overall: u32) -> Self {
        Self { allowed: allowed.max(1) as usize, allowed_overall: allowed_overall.max(1), wrong: Mutex::default() }
    }

    pub(super) fn check(&self, address: IpAddr, now: Timestamp) -> Result<(), Blocked> {
        let wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.minute == minute(now) && wrong.overall >= self.allowed_overall {
            let wait = (minute(now) + 1) * WINDOW_MS - now.millis();
            return Err(Blocked { retry_after: u64::try_from(wait).unwrap_or(0).div_ceil(1000).max(1) });
        }
        let Some(times) = wrong.of.get(&subnet(address)) else { return Ok(()) };
        let recent = times.iter().filter(|time| is_recent(**time, now)).count();
        match times.iter().rev().nth(self.allowed - 1) {
            Some(first) if recent >= self.allowed => {
                let wait = first.millis() + WINDOW_MS - now.millis();
                Err(Blocked { retry_after: u64::try_from(wait).unwrap_or(0).div_ceil(1000).max(1) })
            }
            _ => Ok(()),
        }
    }

    pub(super) fn note(&self, address: IpAddr, now: Timestamp) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.minute != minute(now) {
            (wrong.minute, wrong.overall) = (minute(now), 0);
        }
        wrong.overall = wrong.overall.saturating_add(1);
        let wrong = &mut wrong.of;
        if wrong.len() >= MAX_ADDRESSES {
            wrong.retain(|_, times| times.back().is_some_and(|time| is_recent(*time, now)));
        }
        if wrong.len() >= MAX_ADDRESSES {
            // Whoever commands this many addresses is not slowed down by remembering one more of them.
            wrong.pop_first();
        }
        let times = wrong.entry(subnet(address)).or_default();
        times.push_back(now);
        if times.len() > self.allowed {
            times.pop_front();
        }
    }
}

fn minute(now: Timestamp) -> i64 {
    now.millis().div_euclid(WINDOW_MS)
}

fn is_recent(time: Timestamp, now: Timestamp) -> bool {
    now.millis() - time.millis() < WINDOW_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn the_sixth_attempt_of_a_minute_waits() {
        let attempts = Attempts::new(5, 1_000_000);
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        for second in 0..5 {
            assert_eq!(attempts.check(address, at(second)), Ok(()));
            attempts.note(address, at(second));
        }
        assert_eq!(attempts.check(address, at(10)), Err(Blocked { retry_after: 50 }));
        assert_eq!(attempts.check("192.0.2.2".parse().unwrap(), at(10)), Ok(()));
        assert_eq!(attempts.check(address, at(60)), Ok(()));
    }

    #[test]
    fn a_subnet_is_one_address() {
        let attempts = Attempts::new(1, 1_000_000);
        attempts.note("2001:db8::1".parse().unwrap(), at(0));
        assert!(attempts.check("2001:db8::2".parse().unwrap(), at(1)).is_err());
        assert!(attempts.check("2001:db8:0:1::2".parse().unwrap(), at(1)).is_ok());
    }

    #[test]
    fn a_crowd_of_addresses_is_one_attempt_after_the_other() {
        let attempts = Attempts::new(5, 100);
        for number in 0..100u32 {
            let address = IpAddr::V4(number.into());
            assert_eq!(attempts.check(address, at(60)), Ok(()));
            attempts.note(address, at(60));
        }
        let elsewhere: IpAddr = "192.0.2.2".parse().unwrap();
        assert_eq!(attempts.check(elsewhere, at(70)), Err(Blocked { retry_after: 50 }));
        assert_eq!(attempts.check(elsewhere, at(120)), Ok(()));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let attempts = Attempts::new(5, 1_000_000);
        for number in 0..(MAX_ADDRESSES as u32 + 100) {
            attempts.note(IpAddr::V4(number.into()), at(0));
        }
        assert_eq!(attempts.wrong.lock().unwrap().of.len(), MAX_ADDRESSES);
    }
}
