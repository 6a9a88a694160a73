//! The access log is told what a device is sent, before it is sent.

use std::time::Duration;

use axum::body::Bytes;
use kring_domain::DocumentId;
use kring_sync::Following;
use tokio::time::Instant;

use super::{Ending, Session};
use crate::sync::directory::Place;
use crate::sync::looks;

/// The access log is told that a device is sent something of a document, and not again within this time.
const TELL_EVERY: Duration = Duration::from_secs(600);

/// The interval at which a device's refused attempts are looked at; they come as fast as it sends.
const REFUSED_EVERY: Duration = Duration::from_secs(60);

/// A document that the device may read.
pub(super) struct Watched {
    pub(super) place: Place,
    /// How far the device is.
    pub(super) following: Following,
    /// When the access log was last told that the device is sent something of it.
    pub(super) told: Option<Instant>,
    /// True when something of it is about to be sent that the log does not tell of yet.
    pub(super) is_untold: bool,
}

impl Watched {
    pub(super) fn new(place: Place, following: Following) -> Self {
        Self { place, following, told: None, is_untold: false }
    }

    /// Notes that the log tells already that the device is sent something of it.
    pub(super) fn is_told(&mut self) {
        self.told = Some(Instant::now());
    }

    /// Notes that something of it is about to be sent, and says whether the log is to be told.
    fn sending(&mut self) -> bool {
        let now = Instant::now();
        if self.told.is_none_or(|told| now.duration_since(told) >= TELL_EVERY) {
            (self.told, self.is_untold) = (Some(now), true);
        }
        self.is_untold
    }
}

impl Session {
    /// Notes that something of a document is about to be sent.
    pub(super) fn sending(&mut self, document: DocumentId) {
        self.is_untold |= self.find(document).is_some_and(Watched::sending);
    }

    /// Tells the access log that the device sent commands for a document that its person may not see.
    pub(super) async fn tell_refused(&mut self, document: DocumentId) {
        if self.refused_at.is_none_or(|last| last.elapsed() >= REFUSED_EVERY) {
            self.refused_at = Some(Instant::now());
            looks::refused(&self.app, self.connected.connection.caller(), document).await;
        }
    }

    /// Tells the access log what is about to be sent, and only then sends it.
    pub(super) async fn tell_and_send(&mut self, frames: Vec<Bytes>) -> Result<(), Ending> {
        if self.is_untold {
            Box::pin(self.tell()).await?;
        }
        self.send(frames).await
    }

    async fn tell(&mut self) -> Result<(), Ending> {
        let caller = self.connected.connection.caller();
        let untold = self.places.iter_mut().flatten().filter(|watched| watched.is_untold);
        let places: Vec<Place> = untold
            .map(|watched| {
                watched.is_untold = false;
                watched.place
            })
            .collect();
        self.is_untold = false;
        let told = self.app.store.write(move |database| looks::received(database, caller, &places));
        told.await.map_err(|error| {
            tracing::error!(%error, "the access log could not be told");
            Ending::UNAVAILABLE
        })
    }
}
