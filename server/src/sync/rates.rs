//! How many commands each device may still send: a bucket per device that refills steadily.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use kring_domain::DeviceId;

/// The commands a device may send each second, in the long run, where nothing else is set.
const PER_SECOND: u32 = 50;

/// The commands a device may send at once, after it has been silent, where nothing else is set.
const BURST: u32 = 5000;

/// From this many buckets on, full ones are thrown away: a full bucket says the same as none.
const SWEEP_FROM: usize = 4096;

/// The buckets of all devices, whichever way their commands come in.
#[derive(Debug)]
pub(crate) struct Rates {
    limit: Limit,
    buckets: Mutex<Buckets>,
}

#[derive(Clone, Copy, Debug)]
struct Limit {
    per_second: f64,
    burst: f64,
}

#[derive(Debug, Default)]
struct Buckets {
    of: HashMap<DeviceId, Bucket>,
    sweep_at: usize,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    commands: f64,
    at: Instant,
}

impl Default for Rates {
    fn default() -> Self {
        Self::new(PER_SECOND, BURST)
    }
}

impl Rates {
    /// Full buckets of `burst` commands, which refill by `per_second`.
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        let limit = Limit { per_second: per_second.into(), burst: burst.into() };
        Self { limit, buckets: Mutex::default() }
    }

    /// Takes up to `wanted` commands out of the device's bucket and says how many there were.
    pub(crate) fn take(&self, device: DeviceId, wanted: usize, now: Instant) -> usize {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.sweep(now, self.limit);
        let bucket = buckets.of.entry(device).or_insert(Bucket { commands: self.limit.burst, at: now });
        bucket.commands = bucket.at(now, self.limit);
        bucket.at = now;
        // Both are small whole numbers here.
        let taken = wanted.min(bucket.commands as usize);
        bucket.commands -= taken as f64;
        taken
    }
}

impl Buckets {
    fn sweep(&mut self, now: Instant, limit: Limit) {
        if self.of.len() >= self.sweep_at.max(SWEEP_FROM) {
            self.of.retain(|_, bucket| bucket.at(now, limit) < limit.burst);
            self.sweep_at = self.of.len() * 2;
            self.of.shrink_to(self.sweep_at);
        }
    }
}

impl Bucket {
    fn at(&self, now: Instant, limit: Limit) -> f64 {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        (self.commands + passed * limit.per_second).min(limit.burst)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_device_has_a_burst_and_then_a_steady_rate() {
        let (rates, start) = (Rates::default(), Instant::now());
        let device = |number| DeviceId::new(uuid::Uuid::from_u128(number));
        assert_eq!(rates.take(device(1), 4000, start), 4000);
        assert_eq!(rates.take(device(1), 4000, start), 1000);
        assert_eq!(rates.take(device(1), 1, start), 0);
        assert_eq!(rates.take(device(2), 1, start), 1);
        assert_eq!(rates.take(device(1), 1000, start + Duration::from_secs(2)), 100);
        assert_eq!(rates.take(device(1), 9000, start + Duration::from_secs(3600)), 5000);
    }

    #[test]
    fn devices_that_fell_silent_take_no_memory() {
        let (rates, start) = (Rates::default(), Instant::now());
        let device = |number| DeviceId::new(uuid::Uuid::from_u128(number));
        (0..5000).for_each(|number| assert_eq!(rates.take(device(number), 1, start), 1));
        let later = start + Duration::from_secs(60);
        (5000..20_000).for_each(|number| assert_eq!(rates.take(device(number), 1, later), 1));
        assert!(rates.buckets.lock().unwrap().of.len() <= 15_000);
    }
}
