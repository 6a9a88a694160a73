//! Rounds over HTTP on a network that lets no socket through, at a growing distance, until a socket opens after all.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::Notify;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::shared::Shared;
use crate::{ClientError, Connection};

/// The distance to the next round after one that has moved something.
const FIRST: Duration = Duration::from_secs(2);

/// The longest distance.
const LONGEST: Duration = Duration::from_secs(60);

/// Edits that are made one after the other share a round.
const GATHER: Duration = Duration::from_millis(500);

/// What the loop over sockets and the loop over rounds tell each other.
#[derive(Default)]
pub(super) struct Fallback {
    /// Rung where a socket is blocked, or takes long to open.
    blocked: Notify,
    /// Rung where a round should be now.
    now: Notify,
    /// Rung where a socket is up.
    up: Notify,
    is_up: Cell<bool>,
    works: Cell<bool>,
}

impl Fallback {
    /// A socket does not open, or nothing comes over it.
    pub(super) fn begin(&self) {
        self.blocked.notify_one();
    }

    /// The app came to the front: no waiting for the next round.
    pub(super) fn hurry(&self) {
        self.now.notify_one();
    }

    /// The server has spoken over a socket: no rounds while it is up.
    pub(super) fn rest(&self) {
        self.is_up.set(true);
        self.works.set(false);
        self.up.notify_one();
    }

    /// The socket is gone.
    pub(super) fn socket_ended(&self) {
        self.is_up.set(false);
    }

    /// Returns whether rounds get through at present.
    pub(super) fn works(&self) -> bool {
        self.works.get()
    }
}

/// Makes rounds whenever sockets are blocked; ends where there is no sign-in any more.
pub(super) async fn run(shared: &Arc<Shared>, fallback: &Fallback) -> Connection {
    loop {
        fallback.blocked.notified().await;
        // What was rung before is about an earlier socket.
        let _ = fallback.up.notified().now_or_never();
        let _ = fallback.now.notified().now_or_never();
        let mut interval = PollInterval::default();
        while !fallback.is_up.get() {
            match poll_once(shared, fallback).await {
                Ok(has_moved) => {
                    if !fallback.is_up.get() {
                        fallback.works.set(true);
                        shared.set_connection(Connection::Polling);
                    }
                    interval.next(has_moved);
                }
                Err(ClientError::SignedOut) => return Connection::SignedOut,
                // The next socket that fails begins rounds anew.
                Err(error) => {
                    tracing::debug!(%error, "no round either");
                    if fallback.works.replace(false) && error != ClientError::AnotherServer {
                        shared.set_connection(Connection::Offline);
                    }
                    break;
                }
            }
            tokio::select! {
                () = sleep(interval.distance) => {}
                () = fallback.up.notified() => {}
                () = fallback.now.notified() => {}
                () = edited(shared) => {}
            }
        }
    }
}

/// One round, unless a socket is up meanwhile; whether it has moved something.
async fn poll_once(shared: &Arc<Shared>, fallback: &Fallback) -> Result<bool, ClientError> {
    let sync_lock = tokio::select! {
        sync_lock = Arc::clone(&shared.sync_lock).lock_owned() => sync_lock,
        () = fallback.up.notified() => return Ok(false),
    };
    let shared = Arc::clone(shared);
    let syncing = spawn_blocking(move || {
        let _lock = sync_lock;
        shared.sync()
    });
    syncing.await.unwrap_or(Err(ClientError::Closed))
}

/// Returns a little after the person has made an edit.
async fn edited(shared: &Shared) {
    shared.work.notified().await;
    sleep(GATHER).await;
}

/// The distance between rounds.
#[derive(Debug)]
struct PollInterval {
    distance: Duration,
}

impl Default for PollInterval {
    fn default() -> Self {
        Self { distance: FIRST }
    }
}

impl PollInterval {
    fn next(&mut self, has_moved: bool) {
        self.distance = if has_moved { FIRST } else { self.distance.saturating_mul(2).min(LONGEST) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_grow_apart_while_nothing_moves() {
        let mut interval = PollInterval::default();
        let distances = std::iter::repeat_with(|| {
            interval.next(false);
            interval.distance.as_secs()
        });
        assert_eq!(distances.take(7).collect::<Vec<_>>(), [4, 8, 16, 32, 60, 60, 60]);
        interval.next(true);
        assert_eq!(interval.distance, FIRST);
    }
}
