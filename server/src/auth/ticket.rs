//! Tickets: a browser cannot send a header with a WebSocket, so it gets a secret that works once, for seconds.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Caller, Secret};

/// The time that a ticket may be used.
pub const TICKET_TTL: Duration = Duration::from_secs(30);

/// The most tickets that wait to be used; beyond that the ones that have waited longest are void.
const MAX_WAITING: usize = 10_000;

#[derive(Default)]
pub(super) struct Tickets {
    waiting: Mutex<HashMap<[u8; 32], (Instant, Caller)>>,
}

impl Tickets {
    pub(super) fn issue(&self, caller: Caller) -> Secret {
        let ticket = Secret::random();
        let now = Instant::now();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MAX_WAITING {
            waiting.retain(|_, (made, _)| now.duration_since(*made) < TICKET_TTL);
        }
        if waiting.len() >= MAX_WAITING {
            let oldest = waiting.iter().min_by_key(|(_, (made, _))| *made).map(|(hash, _)| *hash);
            oldest.and_then(|hash| waiting.remove(&hash));
        }
        waiting.insert(ticket.hash(), (now, caller));
        ticket
    }

    pub(super) fn redeem(&self, ticket: &str) -> Option<Caller> {
        let hash = Secret::new(ticket.to_owned()).hash();
        let (made, caller) = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&hash)?;
        (made.elapsed() < TICKET_TTL).then_some(caller)
    }
}

#[cfg(test)]
mod tests {
    use kring_domain::{DeviceId, PersonId};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_ticket_works_once() {
        let caller = Caller {
            person: PersonId::new(Uuid::from_u128(1)),
            device: DeviceId::new(Uuid::from_u128(2)),
            sign_in: Uuid::from_u128(3),
        };
        let tickets = Tickets::default();
        let ticket = tickets.issue(caller);
        assert_eq!(tickets.redeem("another"), None);
        assert_eq!(tickets.redeem(ticket.expose()), Some(caller));
        assert_eq!(tickets.redeem(ticket.expose()), None);
    }
}
