//! Commands of a device: the verdicts on those that it may not send, and the way to the shard for the others.

use kring_domain::{DocumentId, RefusalCode};
use kring_sync::{DeliveryState, ServerFrame, Submission, encode};

use super::ConnectionTask;
use super::auditing::Subscription;
use super::ending::Ending;
use crate::sync::rate_limit::rate_limit;
use crate::sync::revoked_edits::hold_revoked;

impl ConnectionTask {
    /// Hands commands to the shard, and answers those that are refused or held before it.
    pub(super) async fn submit(
        &mut self,
        document: DocumentId,
        commands: Vec<Submission>,
        size: usize,
    ) -> Result<(), Ending> {
        if self.subscriptions.is_none() {
            let directory = Box::pin(self.read(|reading| reading.directory())).await?;
            let unasked = |access| Subscription::new(access, DeliveryState::default());
            self.subscriptions = Some(directory.accesses.into_iter().map(unasked).collect());
        }
        let access = self.find(document).map(|subscription| subscription.access);
        let connection = self.connected.connection.clone();
        // A person who was removed is told so, and nothing more of theirs is taken, however fast it came.
        if connection.is_closing() {
            return Ok(());
        }
        if access.is_none() {
            let person = connection.person;
            let device = connection.device;
            let held = Box::pin(hold_revoked(&self.app, person, device, document, commands)).await;
            let verdicts = held.map_err(|_| Ending::UNAVAILABLE)?;
            if verdicts.iter().any(|verdict| verdict.code == Some(RefusalCode::NotFound)) {
                Box::pin(self.log_refused(document)).await;
            }
            return self.send(vec![encode(&ServerFrame::Verdicts { document, verdicts }).into()]).await;
        }
        if self.find(document).is_some_and(|subscription| subscription.delivery.is_ahead()) {
            return Box::pin(self.put_off(document, commands)).await;
        }
        let limited = rate_limit(&self.app.hub, access.as_ref(), connection.device, connection.person, commands);
        if let Some((author, commands)) = limited.passed {
            let submitted = self.app.documents.submit_for(&connection, author, document, commands, size).await;
            submitted.map_err(|_| Ending::UNAVAILABLE)?;
        }
        if limited.refused.is_empty() {
            return Ok(());
        }
        let frame = encode(&ServerFrame::Verdicts { document, verdicts: limited.refused });
        self.send(vec![frame.into()]).await
    }
}
