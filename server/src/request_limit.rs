//! Limits the requests of one device, and of one address that does not say who it is.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use kring_domain::DeviceId;

use crate::config::Limits;
use crate::subnet::subnet;

/// The most devices, or addresses, whose rate is remembered before those at rest are forgotten.
const MAX_REMEMBERED: usize = 10_000;

/// How much may be asked of the server; clones share it.
#[derive(Clone)]
pub struct RequestLimit {
    devices: Arc<Limiter<DeviceId>>,
    anonymous: Arc<Limiter<IpAddr>>,
}

type Limiter<K> = RateLimiter<K, HashMapStateStore<K>, DefaultClock>;

impl RequestLimit {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            devices: Arc::new(limiter(limits.requests_per_second, limits.request_burst)),
            anonymous: Arc::new(limiter(limits.stranger_requests_per_second, limits.stranger_request_burst)),
        }
    }

    /// Counts a request of a device, or says how long it has to wait.
    pub(crate) fn check(&self, device: DeviceId) -> Result<(), Duration> {
        check(&self.devices, &device)
    }

    /// Counts a request that says nothing of who makes it, or says how long its address has to wait.
    pub(crate) fn check_anonymous(&self, address: IpAddr) -> Result<(), Duration> {
        check(&self.anonymous, &subnet(address))
    }
}

fn limiter<K: Hash + Eq + Clone>(per_second: u32, burst: u32) -> Limiter<K> {
    let at_least_one = |number: u32| number.try_into().unwrap_or(NonZeroU32::MIN);
    RateLimiter::hashmap(Quota::per_second(at_least_one(per_second)).allow_burst(at_least_one(burst)))
}

fn check<K: Hash + Eq + Clone>(limiter: &Limiter<K>, key: &K) -> Result<(), Duration> {
    if limiter.len() > MAX_REMEMBERED {
        limiter.retain_recent();
    }
    limiter.check_key(key).map_err(|until| until.wait_time_from(DefaultClock::default().now()))
}
