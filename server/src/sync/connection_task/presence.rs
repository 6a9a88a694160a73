//! What a person is doing at the moment, as the others who have the document open see it.

use std::time::Duration;

use kring_domain::{Access, DocumentId};
use kring_sync::{ServerFrame, encode};
use serde_json::Value;
use tokio::time::Instant;

use super::ConnectionTask;
use super::ending::Ending;

/// The largest presence state, in bytes of JSON.
const MAX_PRESENCE_BYTES: usize = 1024;

/// The interval at which a device may say what its person is doing.
const PRESENCE_EVERY: Duration = Duration::from_millis(100);

impl ConnectionTask {
    /// Tells the others who look at a document what this person is doing; too much of it is dropped.
    pub(super) fn relay(&mut self, document: DocumentId, state: &Value) -> Result<(), Ending> {
        let now = Instant::now();
        let is_early = self.presence_at.is_some_and(|last| now.duration_since(last) < PRESENCE_EVERY);
        if is_early || state.to_string().len() > MAX_PRESENCE_BYTES {
            return Ok(());
        }
        if self.find(document).is_some_and(|subscription| subscription.access.level() >= Access::Read) {
            self.presence_at = Some(now);
            let connection = &self.connected.connection;
            let frame = ServerFrame::Presence { document, person: connection.person, state: state.clone() };
            self.app.hub.relay(document, connection, &encode(&frame).into());
        }
        Ok(())
    }
}
