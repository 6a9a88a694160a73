//! The access log is told what a device is sent, before it is sent.

use std::time::Duration;

use axum::body::Bytes;
use kring_domain::DocumentId;
use kring_sync::DeliveryState;
use tokio::time::Instant;

use super::{ConnectionTask, Ending};
use crate::sync::audit;
use crate::sync::directory::DocumentAccess;

/// The access log is told that a device is sent something of a document, and not again within this time.
const LOG_AGAIN_AFTER: Duration = Duration::from_secs(600);

/// The interval at which a device's refused attempts are looked at; they come as fast as it sends.
const LOG_REFUSED_AFTER: Duration = Duration::from_secs(60);

/// A document that the device may read.
pub(super) struct Subscription {
    pub(super) access: DocumentAccess,
    /// How far the device is.
    pub(super) delivery: DeliveryState,
    /// When the access log was last told that the device is sent something of it.
    pub(super) logged_at: Option<Instant>,
    /// True when something of it is about to be sent that the log does not tell of yet.
    pub(super) is_unlogged: bool,
}

impl Subscription {
    pub(super) fn new(access: DocumentAccess, delivery: DeliveryState) -> Self {
        Self { access, delivery, logged_at: None, is_unlogged: false }
    }

    /// Notes that the log tells already that the device is sent something of it.
    pub(super) fn is_logged(&mut self) {
        self.logged_at = Some(Instant::now());
    }

    /// Notes that something of it is about to be sent, and says whether the log is to be told.
    fn sending(&mut self) -> bool {
        let now = Instant::now();
        if self.logged_at.is_none_or(|at| now.duration_since(at) >= LOG_AGAIN_AFTER) {
            (self.logged_at, self.is_unlogged) = (Some(now), true);
        }
        self.is_unlogged
    }
}

impl ConnectionTask {
    /// Notes that something of a document is about to be sent.
    pub(super) fn sending(&mut self, document: DocumentId) {
        self.is_unlogged |= self.find(document).is_some_and(Subscription::sending);
    }

    /// Tells the access log that the device sent commands for a document that its person may not see.
    pub(super) async fn log_refused(&mut self, document: DocumentId) {
        if self.refused_at.is_none_or(|last| last.elapsed() >= LOG_REFUSED_AFTER) {
            self.refused_at = Some(Instant::now());
            audit::refused(&self.app, self.connected.connection.caller(), document).await;
        }
    }

    /// Tells the access log what is about to be sent, and only then sends it.
    pub(super) async fn log_and_send(&mut self, frames: Vec<Bytes>) -> Result<(), Ending> {
        if self.is_unlogged {
            Box::pin(self.log_sent()).await?;
        }
        self.send(frames).await
    }

    async fn log_sent(&mut self) -> Result<(), Ending> {
        let caller = self.connected.connection.caller();
        let unlogged = self.subscriptions.iter_mut().flatten().filter(|subscription| subscription.is_unlogged);
        let accesses: Vec<DocumentAccess> = unlogged
            .map(|subscription| {
                subscription.is_unlogged = false;
                subscription.access
            })
            .collect();
        self.is_unlogged = false;
        let logged = self.app.store.write(move |database| audit::received(database, caller, &accesses));
        logged.await.map_err(|error| {
            tracing::error!(%error, "the access log could not be told");
            Ending::UNAVAILABLE
        })
    }
}
