//! Limits the commands of each device: a bucket per device that refills steadily.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use kring_domain::DeviceId;

/// The commands a device may send each second, in the long run, where nothing else is set.
const COMMANDS_PER_SECOND: u32 = 50;

/// The commands a device may send at once, after it has been silent, where nothing else is set.
const BURST_COMMANDS: u32 = 5000;

/// The time of the processor that is in the price of one command; most take a fiftieth of it.
const PRICE: Duration = Duration::from_millis(4);

/// From this many buckets on, full ones are thrown away: a full bucket says the same as none.
const SWEEP_FROM: usize = 4096;

type Limiter<C> = RateLimiter<DeviceId, HashMapStateStore<DeviceId>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// The buckets of all devices, whichever way their commands come in.
pub(crate) struct Rates<C: Clock = DefaultClock> {
    limiter: Limiter<C>,
    sweep_at: AtomicUsize,
}

impl Default for Rates {
    fn default() -> Self {
        Self::new(COMMANDS_PER_SECOND, BURST_COMMANDS)
    }
}

impl Rates {
    /// Full buckets of `burst` commands, which refill by `per_second`.
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        Self::with_clock(per_second, burst, DefaultClock::default())
    }
}

impl<C: Clock> Rates<C> {
    fn with_clock(per_second: u32, burst: u32, clock: C) -> Self {
        let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(per_second)).allow_burst(at_least_one(burst));
        let limiter = RateLimiter::new(quota, HashMapStateStore::default(), clock);
        Self { limiter, sweep_at: AtomicUsize::new(SWEEP_FROM) }
    }

    /// Takes up to `wanted` commands out of the device's bucket and says how many there were.
    pub(crate) fn take(&self, device: DeviceId, wanted: usize) -> usize {
        self.sweep();
        let all = u32::try_from(wanted).ok().and_then(NonZeroU32::new);
        let has_all = all.is_some_and(|all| matches!(self.limiter.check_key_n(&device, all), Ok(Ok(()))));
        if has_all { wanted } else { (0..wanted).take_while(|_| self.limiter.check_key(&device).is_ok()).count() }
    }

    /// Takes commands out of the device's bucket for the time that those it has sent took beyond their price, as far as
    /// there are any left.
    pub(crate) fn charge(&self, device: DeviceId, commands: usize, took: Duration) {
        let price = PRICE.saturating_mul(u32::try_from(commands).unwrap_or(u32::MAX));
        let excess = took.saturating_sub(price).as_micros() / PRICE.as_micros();
        let mut excess = u32::try_from(excess).unwrap_or(u32::MAX);
        while let Some(some) = NonZeroU32::new(excess) {
            if matches!(self.limiter.check_key_n(&device, some), Ok(Ok(()))) {
                return;
            }
            // It has less left than that: all of it, to the nearest half.
            excess /= 2;
        }
    }

    fn sweep(&self) {
        let count = self.limiter.len();
        if count >= self.sweep_at.load(Ordering::Relaxed) {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
            self.sweep_at.store((self.limiter.len() * 2).max(SWEEP_FROM), Ordering::Relaxed);
        }
    }
}

impl<C: Clock> fmt::Debug for Rates<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rates").field("devices", &self.limiter.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn device(number: u128) -> DeviceId {
        DeviceId::new(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn a_device_has_a_burst_and_then_a_steady_rate() {
        let clock = FakeRelativeClock::default();
        let rates = Rates::with_clock(COMMANDS_PER_SECOND, BURST_COMMANDS, clock.clone());
        assert_eq!(rates.take(device(1), 4000), 4000);
        assert_eq!(rates.take(device(1), 4000), 1000);
        assert_eq!(rates.take(device(1), 1), 0);
        assert_eq!(rates.take(device(2), 1), 1);
        clock.advance(Duration::from_secs(2));
        assert_eq!(rates.take(device(1), 1000), 100);
        clock.advance(Duration::from_secs(3600));
        assert_eq!(rates.take(device(1), 9000), 5000);
    }

    #[test]
    fn commands_that_take_long_cost_more() {
        let clock = FakeRelativeClock::default();
        let rates = Rates::with_clock(COMMANDS_PER_SECOND, BURST_COMMANDS, clock.clone());
        assert_eq!(rates.take(device(1), 100), 100);
        rates.charge(device(1), 100, Duration::from_millis(400));
        assert_eq!(rates.take(device(1), 5000), 4900, "that was in the price");
        clock.advance(Duration::from_secs(3600));
        assert_eq!(rates.take(device(1), 470), 470);
        rates.charge(device(1), 470, Duration::from_millis(470 * 24));
        assert_eq!(rates.take(device(1), 5000), 5000 - 470 - 470 * 5);
        clock.advance(Duration::from_secs(1));
        rates.charge(device(1), 1, Duration::from_secs(3600));
        assert!(rates.take(device(1), 100) < 25, "nothing is owed, and next to nothing is left");
        assert_eq!(rates.take(device(2), 1), 1);
    }

    #[test]
    fn devices_that_fell_silent_take_no_memory() {
        let clock = FakeRelativeClock::default();
        let rates = Rates::with_clock(COMMANDS_PER_SECOND, BURST_COMMANDS, clock.clone());
        (0..5000).for_each(|number| assert_eq!(rates.take(device(number), 1), 1));
        clock.advance(Duration::from_secs(60));
        (5000..20_000).for_each(|number| assert_eq!(rates.take(device(number), 1), 1));
        assert!(rates.limiter.len() <= 15_000, "{rates:?}");
    }
}
