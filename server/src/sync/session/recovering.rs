//! A device that has more than the log: it brings what the server has lost, or waits, or takes the log instead.

use kring_domain::{Code, DocumentId, Refusal};
use kring_sync::{Entry, ServerFrame, Submission, Verdict, encode};

use super::{Ending, Session, Watched};
use crate::sync::catch_up::{Claim, Piece};

/// What a device has beyond the log.
pub(super) struct Ahead {
    claim: Claim,
    /// The end of the log behind which it was last asked for entries.
    asked: u64,
    /// Whether it has answered that.
    is_answered: bool,
}

impl Ahead {
    /// Of a device with this claim, where this piece says that it is ahead.
    pub(super) fn of(claim: Claim, piece: &Piece) -> Option<Box<Self>> {
        piece.ahead_of.map(|asked| Box::new(Self { claim, asked, is_answered: false }))
    }
}

impl Watched {
    /// How far the device is: where it says, or where it was brought.
    pub(super) fn claim(&self) -> Option<Claim> {
        self.ahead.as_ref().map(|ahead| ahead.claim).or(self.sent.map(Claim::from))
    }

    /// The end of the log behind which the device has brought all it could.
    pub(super) fn answered(&self) -> Option<u64> {
        self.ahead.as_ref().filter(|ahead| ahead.is_answered).map(|ahead| ahead.asked)
    }

    /// Notes what comes of a piece; a question that is under way is not asked twice.
    pub(super) fn take(&mut self, piece: &mut Piece) {
        match (&mut self.ahead, piece.ahead_of) {
            (Some(ahead), Some(end)) if ahead.asked == end => piece.frames.clear(),
            (Some(ahead), Some(end)) => (ahead.asked, ahead.is_answered) = (end, false),
            (ahead, end) => {
                let claim = self.sent.map(Claim::from);
                *ahead = claim.and_then(|claim| Ahead::of(claim, piece)).filter(|_| end.is_some());
                self.sent = piece.reached;
            }
        }
    }
}

impl Session {
    /// Takes entries back from a device that was asked for them; those of anybody else are not looked at.
    pub(super) async fn take_back(
        &mut self,
        document: DocumentId,
        entries: Vec<Entry>,
        size: usize,
    ) -> Result<(), Ending> {
        if self.find(document).is_none_or(|watched| watched.ahead.is_none()) {
            return self.complain().await;
        }
        let taken = self.app.documents.recover(document, entries, size).await.map_err(|_| Ending::UNAVAILABLE)?;
        if let Some(ahead) = self.find(document).and_then(|watched| watched.ahead.as_mut()) {
            ahead.is_answered = true;
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
        let again = |command: Submission| Verdict::rejected(command.id, Refusal::new(Code::Recovering));
        let verdicts = commands.into_iter().map(again).collect();
        self.send(vec![encode(&ServerFrame::Verdicts { document, verdicts }).into()]).await
    }

    async fn complain(&mut self) -> Result<(), Ending> {
        self.send(vec![encode(&ServerFrame::Error { code: "invalid".to_owned() }).into()]).await
    }
}
