//! How many requests one device may make.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use kring_domain::DeviceId;

use crate::config::Limits;

/// The most devices whose rate is remembered before those at rest are forgotten.
const MAX_REMEMBERED: usize = 10_000;

/// How much one device may ask of the server; clones share it.
#[derive(Clone)]
pub struct RequestLimit {
    devices: Arc<RateLimiter<DeviceId, HashMapStateStore<DeviceId>, DefaultClock>>,
}

impl RequestLimit {
    pub(crate) fn new(limits: &Limits) -> Self {
        let per_second = limits.requests_per_second.try_into().unwrap_or(NonZeroU32::MIN);
        let burst = limits.request_burst.try_into().unwrap_or(NonZeroU32::MIN);
        Self { devices: Arc::new(RateLimiter::hashmap(Quota::per_second(per_second).allow_burst(burst))) }
    }

    /// Counts a request of a device, or says how long it has to wait.
    pub(crate) fn check(&self, device: DeviceId) -> Result<(), Duration> {
        if self.devices.len() > MAX_REMEMBERED {
            self.devices.retain_recent();
        }
        self.devices.check_key(&device).map_err(|until| until.wait_time_from(DefaultClock::default().now()))
    }
}
