//! Wrong codes, counted per address over the last minute.
//!
//! A limiter that is asked on every attempt would also slow down a meeting where ten people sign in behind one
//! address. Only wrong codes count here, and while an address is blocked no code from it is looked up.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use kring_domain::Timestamp;

/// How long a wrong code counts, in milliseconds.
const WINDOW: i64 = 60_000;

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
    wrong: Mutex<BTreeMap<IpAddr, VecDeque<Timestamp>>>,
}

impl Attempts {
    pub(super) fn new(allowed: u32) -> Self {
        Self { allowed: allowed.max(1) as usize, wrong: Mutex::default() }
    }

    pub(super) fn check(&self, address: IpAddr, now: Timestamp) -> Result<(), Blocked> {
        let wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(times) = wrong.get(&network(address)) else { return Ok(()) };
        let recent = times.iter().filter(|time| is_recent(**time, now)).count();
        match times.iter().rev().nth(self.allowed - 1) {
            Some(first) if recent >= self.allowed => {
                let wait = first.millis() + WINDOW - now.millis();
                Err(Blocked { retry_after: u64::try_from(wait).unwrap_or(0).div_ceil(1000).max(1) })
            }
            _ => Ok(()),
        }
    }

    pub(super) fn note(&self, address: IpAddr, now: Timestamp) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.len() >= MAX_ADDRESSES {
            wrong.retain(|_, times| times.back().is_some_and(|time| is_recent(*time, now)));
        }
        if wrong.len() >= MAX_ADDRESSES {
            // Whoever commands this many addresses is not slowed down by remembering one more of them.
            wrong.pop_first();
        }
        let times = wrong.entry(network(address)).or_default();
        times.push_back(now);
        if times.len() > self.allowed {
            times.pop_front();
        }
    }
}

fn is_recent(time: Timestamp, now: Timestamp) -> bool {
    now.millis() - time.millis() < WINDOW
}

/// One household has one IPv4 address, but 2⁶⁴ of the newer ones.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn the_sixth_attempt_of_a_minute_waits() {
        let attempts = Attempts::new(5);
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
    fn a_household_is_one_address() {
        let attempts = Attempts::new(1);
        attempts.note("2001:db8::1".parse().unwrap(), at(0));
        assert!(attempts.check("2001:db8::2".parse().unwrap(), at(1)).is_err());
        assert!(attempts.check("2001:db8:0:1::2".parse().unwrap(), at(1)).is_ok());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let attempts = Attempts::new(5);
        for number in 0..(MAX_ADDRESSES as u32 + 100) {
            attempts.note(IpAddr::V4(number.into()), at(0));
        }
        assert_eq!(attempts.wrong.lock().unwrap().len(), MAX_ADDRESSES);
    }
}
