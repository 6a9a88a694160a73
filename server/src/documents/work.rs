//! Commands that a shard decides about, in slices: long work on one document lets others come in between.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use kring_domain::{Author, DocumentId};
use kring_sync::{Submission, Verdict};
use tokio::sync::OwnedSemaphorePermit;

use super::batch::Answer;
use super::inbox::{Principal, ReplyTo};
use super::poison_flag::PoisonFlag;

/// What the first commands of some work were executed on was lost: nobody knows which of them count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lost;

/// Commands of one author for one document, some of which may be decided about.
pub(super) struct Work {
    pub(super) author: Author,
    pub(super) principal: Principal,
    pub(super) commands: VecDeque<Submission>,
    /// The answers to those that were decided about.
    pub(super) verdicts: Vec<Verdict>,
    /// Whoever is answered when none is left.
    pub(super) reply_to: Option<ReplyTo>,
    /// The document in memory that the first commands were executed on.
    poison: Option<Arc<PoisonFlag>>,
    /// The room that the commands take among everything that waits.
    room: Vec<OwnedSemaphorePermit>,
}

impl Work {
    /// Work that has not begun.
    pub(super) fn new(
        (author, principal): (Author, Principal),
        commands: Vec<Submission>,
        reply_to: ReplyTo,
        room: OwnedSemaphorePermit,
    ) -> Self {
        let commands = commands.into();
        let verdicts = Vec::new();
        Self { author, principal, commands, verdicts, reply_to: Some(reply_to), poison: None, room: vec![room] }
    }

    /// Returns whether a document in memory is the one that the first commands were executed on; from now on it is.
    ///
    /// It stays in memory until the work is done.
    pub(super) fn belongs_to(&mut self, poison: &Arc<PoisonFlag>) -> bool {
        Arc::ptr_eq(self.poison.get_or_insert_with(|| poison.clone()), poison)
    }

    /// Takes later commands of the same device in, which is answered for all of them at once; gives them back where that
    /// is not so.
    fn join(&mut self, mut later: Self) -> Option<Self> {
        let number = |work: &Self| Some(work.reply_to.as_ref()?.device()?.number);
        let is_same = (self.author, self.principal) == (later.author, later.principal);
        if !is_same || self.has_begun() || number(self).is_none() || number(self) != number(&later) {
            return Some(later);
        }
        self.commands.append(&mut later.commands);
        self.room.append(&mut later.room);
        None
    }

    /// Returns whether some of the commands may have been executed.
    pub(super) fn has_begun(&self) -> bool {
        self.poison.is_some()
    }

    /// Tells that there is no answer.
    pub(super) fn fail(self) {
        self.reply_to.into_iter().for_each(|reply_to| Answer::new(reply_to, Vec::new()).fail());
    }
}

/// The work that waits for its next slice, by document, in the order in which it came.
#[derive(Default)]
pub(super) struct Waiting {
    work: HashMap<DocumentId, VecDeque<Work>>,
    /// The owner of the turn.
    order: VecDeque<DocumentId>,
}

impl Waiting {
    /// Returns whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Adds work behind what waits for the same document; commands of one device wait together, so that they can become
    /// one change.
    pub(super) fn push(&mut self, document: DocumentId, work: Work) {
        let waiting = self.work.entry(document).or_default();
        if waiting.is_empty() {
            self.order.push_back(document);
        }
        let last = waiting.iter_mut().rfind(|other| other.author.device == work.author.device);
        let apart = match last {
            Some(last) => last.join(work),
            None => Some(work),
        };
        waiting.extend(apart);
    }

    /// The document whose turn it is; give it back with [`Self::end`].
    pub(super) fn begin(&mut self) -> Option<DocumentId> {
        self.order.pop_front()
    }

    /// Takes the first work that waits for a document.
    pub(super) fn take(&mut self, document: DocumentId) -> Option<Work> {
        self.work.get_mut(&document)?.pop_front()
    }

    /// Puts work back that is not done, before what else waits for the document.
    pub(super) fn put_back(&mut self, document: DocumentId, work: Work) {
        self.work.entry(document).or_default().push_front(work);
    }

    /// The turn of a document is over; where it has more work it is the turn of all others first.
    pub(super) fn end(&mut self, document: DocumentId) {
        if self.work.get(&document).is_none_or(VecDeque::is_empty) {
            self.work.remove(&document);
        } else {
            self.order.push_back(document);
        }
    }
}

#[cfg(test)]
mod tests {
    use kring_domain::{CommandId, DeviceId, PersonId, Role};
    use kring_sync::RawCommand;
    use serde_json::Value;
    use tokio::sync::{Semaphore, oneshot};
    use uuid::Uuid;

    use super::*;
    use crate::sync::connection::Connection;

    fn document(number: u128) -> DocumentId {
        DocumentId::new(Uuid::from_u128(number))
    }

    /// Work of one command, of a device that is connected under a number, or asks over HTTP.
    fn work(device: u128, connection: Option<u64>, command: u128) -> Work {
        let id = Uuid::from_u128(device);
        let author =
            Author { device: DeviceId::new(id), person: PersonId::new(id), role: Role::Member, has_client: true };
        let reply_to = match connection {
            Some(number) => ReplyTo::Device(Arc::new(Connection::new(number, author.person, author.device, id))),
            None => ReplyTo::Caller(oneshot::channel().0),
        };
        let room = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        let id = CommandId::new(Uuid::from_u128(command));
        let command = Submission { id, base: None, made_at: None, command: RawCommand::from_value(Value::Null) };
        Work::new(
            (author, Principal { person: author.person, role: author.role, has_client: true }),
            vec![command],
            reply_to,
            room,
        )
    }

    fn turns(waiting: &mut Waiting) -> Vec<(u128, Vec<u128>)> {
        let mut turns = Vec::new();
        while let Some(document) = waiting.begin() {
            let work = waiting.take(document).unwrap();
            turns.push((document.uuid().as_u128(), work.commands.iter().map(|it| it.id.uuid().as_u128()).collect()));
            waiting.end(document);
        }
        turns
    }

    #[test]
    fn commands_of_one_connection_wait_together() {
        let mut waiting = Waiting::default();
        for (device, connection, command) in
            [(1, Some(7), 10), (2, Some(8), 20), (1, Some(7), 11), (1, None, 12), (1, Some(7), 13), (1, Some(9), 14)]
        {
            waiting.push(document(5), work(device, connection, command));
        }
        let expected = [vec![10, 11], vec![20], vec![12], vec![13], vec![14]];
        assert_eq!(turns(&mut waiting), expected.map(|commands| (5, commands)));
        assert!(waiting.is_empty() && waiting.work.is_empty());
    }

    #[test]
    fn documents_take_turns_and_work_that_has_begun_stays_first() {
        let mut waiting = Waiting::default();
        for (number, command) in [(5, 10), (6, 20), (5, 11)] {
            waiting.push(document(number), work(command, None, command));
        }
        let first = waiting.begin().unwrap();
        let mut begun = waiting.take(first).unwrap();
        assert!(begun.belongs_to(&Arc::default()) && begun.has_begun());
        assert!(!begun.belongs_to(&Arc::default()), "another document in memory");
        waiting.put_back(first, begun);
        waiting.end(first);
        waiting.push(document(5), work(10, None, 12));
        assert_eq!(turns(&mut waiting), [(6, vec![20]), (5, vec![10]), (5, vec![11]), (5, vec![12])]);
    }
}
