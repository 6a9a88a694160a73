//! Signals that the server stops, and waits until everybody has.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// Tells long-lived connections that the server stops; clones share it.
#[derive(Clone)]
pub struct Shutdown {
    stopping: Arc<watch::Sender<bool>>,
}

impl Shutdown {
    /// The lifetime of a server that has just started.
    pub fn new() -> Self {
        Self { stopping: Arc::new(watch::Sender::new(false)) }
    }

    /// A share in the lifetime: the server waits, for a while, until it is dropped.
    pub fn guard(&self) -> ShutdownGuard {
        ShutdownGuard { stopping: self.stopping.subscribe() }
    }

    /// Says that the server stops, and waits until every share is dropped or `timeout` is over.
    pub async fn end(&self, timeout: Duration) {
        self.stopping.send_replace(true);
        // Whoever has not ended by then is cut off; devices resume by their cursor.
        let _ = tokio::time::timeout(timeout, self.stopping.closed()).await;
    }
}

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}

/// One connection's share in the lifetime of the server.
pub struct ShutdownGuard {
    stopping: watch::Receiver<bool>,
}

impl ShutdownGuard {
    /// Returns when the server is stopping.
    pub async fn stopping(&mut self) {
        // An error means that the server is gone altogether, which is stopping too.
        let _ = self.stopping.wait_for(|stopping| *stopping).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_end_waits_for_every_share() {
        let shutdown = Shutdown::new();
        let mut guard = shutdown.guard();
        let task = tokio::spawn(async move { guard.stopping().await });
        shutdown.end(Duration::from_secs(60)).await;
        assert!(task.await.is_ok());
    }
}
