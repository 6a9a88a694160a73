//! The wait before the next attempt to connect.

use std::time::Duration;

/// Waiting times that double from half a second to a minute, spread at random over the half below them so that
/// phones which lost the same server do not come back at the same moment.
#[derive(Clone, Debug)]
pub(crate) struct Backoff {
    random: fastrand::Rng,
    failures: u32,
}

impl Backoff {
    const FIRST: Duration = Duration::from_millis(500);
    const LONGEST: Duration = Duration::from_secs(60);
    /// A connection that lasts no longer has not worked, whatever was said on it.
    const STEADY: Duration = Duration::from_secs(2);

    /// Starts at the first wait; the same seed gives the same waits.
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: fastrand::Rng::with_seed(seed), failures: 0 }
    }

    /// The wait after one more failure: between half of the step and all of it.
    pub(crate) fn next_wait(&mut self) -> Duration {
        let step = Self::FIRST.saturating_mul(2u32.saturating_pow(self.failures)).min(Self::LONGEST);
        self.failures = self.failures.saturating_add(1);
        let half = step / 2;
        let spread = u64::try_from(half.as_millis()).unwrap_or(u64::MAX);
        half + Duration::from_millis(self.random.u64(0..=spread))
    }

    /// A connection has ended that was up for so long. Where it worked, the next wait is short again; a server that
    /// greets and hangs up is waited for ever longer.
    pub(crate) fn lasted(&mut self, time: Duration) {
        if time >= Self::STEADY {
            self.failures = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_to_a_minute_and_stay_within_their_step() {
        for seed in 0..50 {
            let mut backoff = Backoff::new(seed);
            let mut step = Backoff::FIRST;
            for _ in 0..40 {
                let wait = backoff.next_wait();
                assert!(wait >= step / 2 && wait <= step, "seed {seed}: {wait:?} for {step:?}");
                step = (step * 2).min(Backoff::LONGEST);
            }
            backoff.lasted(Backoff::STEADY);
            assert!(backoff.next_wait() <= Backoff::FIRST, "seed {seed}");
        }
    }

    #[test]
    fn a_server_that_hangs_up_is_waited_for_ever_longer() {
        let mut backoff = Backoff::new(3);
        for _ in 0..20 {
            backoff.next_wait();
            backoff.lasted(Duration::from_millis(1900));
        }
        assert!(backoff.next_wait() >= Backoff::LONGEST / 2);
        backoff.lasted(Duration::from_secs(2));
        assert!(backoff.next_wait() <= Backoff::FIRST);
    }

    #[test]
    fn phones_spread_out_and_a_seed_repeats_itself() {
        let waits = |seed| {
            let mut backoff = Backoff::new(seed);
            std::iter::repeat_with(|| backoff.next_wait()).take(8).collect::<Vec<_>>()
        };
        assert_eq!(waits(1), waits(1));
        let lasts: std::collections::BTreeSet<_> = (0..100).filter_map(|seed| waits(seed).last().copied()).collect();
        assert!(lasts.len() > 90, "{} of 100 phones wait a time of their own", lasts.len());
    }

    #[test]
    fn a_day_without_a_server_takes_two_thousand_attempts() {
        let mut backoff = Backoff::new(7);
        let mut now = Duration::ZERO;
        let mut attempts = 0;
        while now < Duration::from_secs(86_400) {
            now += backoff.next_wait();
            attempts += 1;
        }
        assert!((1440..2200).contains(&attempts), "{attempts}");
    }
}
