//! How long the server lives: a signal that it stops, and a wait until everybody has.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// Tells long-lived connections that the server stops; clones share it.
#[derive(Clone)]
pub struct Lifetime {
    stopping: Arc<watch::Sender<bool>>,
}

impl Lifetime {
    /// The lifetime of a server that has just started.
    pub fn new() -> Self {
        Self { stopping: Arc::new(watch::Sender::new(false)) }
    }

    /// A share in the lifetime: the server waits, for a while, until it is dropped.
    pub fn share(&self) -> Share {
        Share { stopping: self.stopping.subscribe() }
    }

    /// Says that the server stops, and waits until every share is dropped or `patience` is over.
    pub async fn end(&self, patience: Duration) {
        self.stopping.send_replace(true);
        // Whoever has not ended by then is cut off; devices resume by their cursor.
        let _ = tokio::time::timeout(patience, self.stopping.closed()).await;
    }
}

impl Default for Lifetime {
    fn default() -> Self {
        Self::new()
    }
}

/// One connection's share in the lifetime of the server.
pub struct Share {
    stopping: watch::Receiver<bool>,
}

impl Share {
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
        let lifetime = Lifetime::new();
        let mut share = lifetime.share();
        let task = tokio::spawn(async move { share.stopping().await });
        lifetime.end(Duration::from_secs(60)).await;
        assert!(task.await.is_ok());
    }
}
