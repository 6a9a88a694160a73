//! What this device made for documents that its person may no longer see. It is offered to the server once more, which
//! keeps what was made in time for somebody to judge; the texts stay with the person whatever comes of it.

use std::collections::VecDeque;

use kring_domain::{CommandId, DocumentId, Timestamp};

use super::{EditState, Event, RETRY_AFTER_MS, Replica, SettledEdit, StoreOp};
use crate::{DeviceFrame, Judgement, Submission, Verdict};

/// The most commands in one frame; there is no hurry.
const BATCH_COMMANDS: usize = 100;

/// The most commands that are offered; the texts of the others are with the person too.
const MAX_REVOKED: usize = 1_000;

/// The offers that were not answered yet. They are in memory alone: after a restart the texts are still there, and
/// nothing is offered by itself.
#[derive(Debug, Default)]
pub(super) struct RevokedEdits(VecDeque<RevokedEdit>);

#[derive(Debug)]
struct RevokedEdit {
    document: DocumentId,
    submission: Submission,
    sent: bool,
}

impl RevokedEdits {
    pub(super) fn add(&mut self, document: DocumentId, submissions: impl Iterator<Item = Submission>) {
        let room = MAX_REVOKED.saturating_sub(self.0.len());
        self.0.extend(submissions.take(room).map(|submission| RevokedEdit { document, submission, sent: false }));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Everything is offered again.
    pub(super) fn unsend(&mut self) {
        self.0.iter_mut().for_each(|edit| edit.sent = false);
    }

    /// The next offers, all of one document, marked as sent.
    pub(super) fn take_unsent(&mut self) -> Option<DeviceFrame> {
        let document = self.0.iter().find(|edit| !edit.sent)?.document;
        let unsent = self.0.iter_mut().filter(|edit| edit.document == document && !edit.sent).take(BATCH_COMMANDS);
        let commands = unsent.map(|edit| {
            edit.sent = true;
            edit.submission.clone()
        });
        Some(DeviceFrame::Submit { document, commands: commands.collect() })
    }

    fn take(&mut self, document: DocumentId, id: CommandId) -> Option<Submission> {
        let index = self.0.iter().position(|edit| edit.document == document && edit.submission.id == id)?;
        self.0.remove(index).map(|edit| edit.submission)
    }
}

impl Replica {
    /// The answer to an offer: held, where somebody will judge it; else the person knows already.
    pub(super) fn revoked_verdict(&mut self, document: DocumentId, verdict: &Verdict, now: Timestamp) {
        if verdict.is_passing() {
            self.revoked_edits.unsend();
            self.retry_at = Some(Timestamp::from_millis(now.millis() + RETRY_AFTER_MS));
            return;
        }
        let Some(submission) = self.revoked_edits.take(document, verdict.id) else { return };
        let state = match (verdict.judgement, verdict.code, verdict.sequence) {
            (Judgement::Held, Some(code), _) => EditState::Held { code },
            (Judgement::Admitted, _, Some(sequence)) => EditState::Shared { sequence },
            _ => return,
        };
        let id = submission.id;
        let command = submission.command;
        let made_at = submission.made_at;
        let edit = SettledEdit { id, state: state.clone(), command, made_at };
        self.store.push(StoreOp::Settle { document, edit });
        self.events.push_back(Event::EditSettled { document, id, state });
    }
}

#[cfg(test)]
mod tests {
    use kring_domain::{Access, Command, DeviceId, DocumentKind, PersonId, RefusalCode, Role, SpaceId};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::replica::DeviceIdentity;
    use crate::{DocumentHead, ServerFrame};

    #[test]
    fn unshared_edits_are_offered_once_more_after_a_removal() {
        let identity = DeviceIdentity { device: DeviceId::new(uuid(1)), person: PersonId::new(uuid(2)) };
        let mut phone = Replica::new(identity);
        let circle = DocumentId::derive(space(), DocumentKind::Circle);
        welcome(&mut phone, vec![head(circle)]);
        let first = CommandId::new(uuid(11));
        let second = CommandId::new(uuid(12));
        for (number, id) in [(21, first), (22, second)] {
            let idea = json!({"type": "propose_idea", "idea_id": uuid(number), "text": "idee"});
            phone.submit(circle, id, Command::parse(idea).unwrap(), now()).unwrap();
        }
        phone.handle_connected("test");
        welcome(&mut phone, vec![]);
        let settled = recovery_requests(&mut phone);
        let revoked = EditState::not_accepted(RefusalCode::Revoked);
        assert_eq!(settled, [(first, revoked.clone()), (second, revoked)]);
        assert!(phone.documents().next().is_none());

        let sent = std::iter::from_fn(|| phone.poll_frame()).collect::<Vec<_>>();
        let [DeviceFrame::Hello { .. }, DeviceFrame::Submit { document, commands }] = &sent[..] else {
            panic!("{sent:?}")
        };
        assert_eq!((*document, commands.len()), (circle, 2));
        let verdicts = vec![
            Verdict::held(first, RefusalCode::Revoked),
            Verdict::rejected(second, kring_domain::Refusal::new(RefusalCode::NotFound)),
        ];
        phone.handle_frame(ServerFrame::Verdicts { document: circle, verdicts }, now()).unwrap();
        assert_eq!(recovery_requests(&mut phone), [(first, EditState::Held { code: RefusalCode::Revoked })]);
        phone.handle_connected("test");
        while let Some(frame) = phone.poll_frame() {
            let is_again = matches!(&frame, DeviceFrame::Submit { commands, .. } if commands[0].id == first);
            assert!(!is_again, "what was answered is not offered again");
        }
    }

    fn welcome(phone: &mut Replica, documents: Vec<DocumentHead>) {
        phone
            .handle_frame(
                ServerFrame::Welcome { server_time: now(), documents, members: vec![], server: None, through: None },
                now(),
            )
            .unwrap();
    }

    fn recovery_requests(phone: &mut Replica) -> Vec<(CommandId, EditState)> {
        let mut settled = Vec::new();
        while let Some(batch) = phone.poll_store() {
            settled.extend(batch.into_iter().filter_map(|op| match op {
                StoreOp::Settle { edit, .. } => Some((edit.id, edit.state)),
                _ => None,
            }));
            phone.handle_stored();
        }
        settled
    }

    fn head(document: DocumentId) -> DocumentHead {
        DocumentHead {
            document,
            kind: DocumentKind::Circle,
            space: space(),
            space_name: String::new(),
            role: Role::Member,
            access: Access::Write,
            generation: 1,
            sequence: 0,
        }
    }

    fn space() -> SpaceId {
        SpaceId::new(uuid(3))
    }

    fn now() -> Timestamp {
        "2026-04-01T12:00:00Z".parse().unwrap()
    }

    fn uuid(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }
}
