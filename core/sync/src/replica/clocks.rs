//! Whether this device's clock can be right.

use kring_domain::Timestamp;

use super::{Event, Replica};

/// How far this device's clock may be from the server's before the person is told, in milliseconds.
const TOLERANCE: i64 = 10 * 60 * 1000;

impl Replica {
    /// Compares this device's clock with the server's, as the greeting is answered.
    pub(super) fn compare_clocks(&mut self, server: Timestamp, here: Timestamp) {
        let ahead = here.millis().saturating_sub(server.millis());
        if ahead.saturating_abs() > TOLERANCE {
            self.events.push_back(Event::ClockOff { ahead });
        }
    }
}
