//! A device that has more than the log: it brings what the server has lost, or waits, or takes the log instead.

use kring_domain::{DocumentId, Refusal, RefusalCode};
use kring_sync::{Entry, ServerFrame, Submission, Verdict, encode};

use super::{ConnectionTask, Ending};

impl ConnectionTask {
    /// Takes entries back from a device that was asked for them; those of anybody else are not looked at.
    pub(super) async fn take_back(
        &mut self,
        document: DocumentId,
        entries: Vec<Entry>,
        size: usize,
    ) -> Result<(), Ending> {
        if self.find(document).is_none_or(|subscription| !subscription.delivery.is_ahead()) {
            return self.complain().await;
        }
        let taken = self.app.documents.recover(document, entries, size).await.map_err(|_| Ending::UNAVAILABLE)?;
        if let Some(subscription) = self.find(document) {
            subscription.delivery.has_answered();
        }
        if let Err(error) = taken {
            tracing::warn!(%document, %error, "entries of a device are refused");
            self.complain().await?;
        }
        self.catch_up(document).await
    }

    /// Has a device that is ahead send commands again later: they were made on what the server does not have.
    pub(super) async fn put_off(&mut self, document: DocumentId, commands: Vec<Submission>) -> Result<(), Ending> {
        self.catch_up(document).await?;
        let again = |command: Submission| Verdict::rejected(command.id, Refusal::new(RefusalCode::Recovering));
        let verdicts = commands.into_iter().map(again).collect();
        self.send(vec![encode(&ServerFrame::Verdicts { document, verdicts }).into()]).await
    }

    async fn complain(&mut self) -> Result<(), Ending> {
        self.send(vec![encode(&ServerFrame::Error { code: "invalid".to_owned() }).into()]).await
    }
}
