//! Edits of people who have left: what was made before waits for a judge, who lets it in or not.

use std::collections::{BTreeMap, BTreeSet};

use kring_domain::{Access, Author, Code, CommandId, DocumentId, PersonId, Refusal, Role, Timestamp, mentions};
use kring_sync::{DeviceIdentity, FormerSeat, Submission, Verdict};
use uuid::Uuid;

use super::{Server, Uncommitted};
use crate::Broken;
use crate::point::Point;

type Key = (DocumentId, CommandId);

/// What is kept of people who have left.
#[derive(Clone, Default)]
pub(super) struct Late {
    seats: BTreeMap<(DocumentId, PersonId), FormerSeat>,
    waiting: BTreeMap<Key, (DeviceIdentity, Role, Submission)>,
    /// All that ever waited.
    known: BTreeSet<Key>,
    erased: BTreeSet<(DocumentId, Uuid)>,
}

impl Late {
    /// A thing was erased for good: what waits about it finds nothing any more.
    pub(super) fn erase(&mut self, document: DocumentId, thing: Uuid) {
        self.erased.insert((document, thing));
        self.waiting.retain(|key, (.., late)| key.0 != document || !mentions(late.command.value(), thing));
    }

    /// Notes where somebody stands in every document that they write, because they leave now; or forgets it, because
    /// they are back.
    fn seat(&mut self, person: PersonId, seats: Option<Vec<(DocumentId, FormerSeat)>>) {
        self.seats.retain(|key, _| key.1 != person);
        let seats = seats.into_iter().flatten();
        self.seats.extend(seats.map(|(document, seat)| ((document, person), seat)));
    }

    /// An edit was judged.
    pub(super) fn done(&mut self, document: DocumentId, id: CommandId) {
        self.waiting.remove(&(document, id));
    }

    /// Returns what becomes of an edit of somebody who has left, as far as it is for them.
    fn hold(&mut self, from: DeviceIdentity, document: DocumentId, late: &Submission) -> Verdict {
        let key = (document, late.id);
        let not_found = Verdict::rejected(late.id, Refusal::new(Code::NotFound));
        let Some(seat) = self.seats.get(&(document, from.person)) else { return not_found };
        let command = late.command.value();
        if self.erased.iter().any(|(of, thing)| *of == document && mentions(command, *thing)) {
            return not_found;
        }
        if let Err(refusal) = seat.may_wait(late) {
            return Verdict::rejected(late.id, refusal);
        }
        if self.known.insert(key) {
            self.waiting.insert(key, (from, seat.role, late.clone()));
        }
        Verdict::held(late.id, Code::Revoked)
    }
}

impl Server {
    /// Gives somebody a role, or none; what their devices must be told at once.
    pub(crate) fn seat(
        &mut self,
        person: PersonId,
        role: Option<Role>,
        now: Timestamp,
    ) -> Vec<kring_sync::ServerFrame> {
        let before = self.readable(person);
        let former = self.kept.roster.get(&person).filter(|_| role.is_none()).map(|role| {
            let written = before.iter().filter(|document| self.access(person, **document) == Access::Write);
            let seat = |document: &DocumentId| {
                let durable = &self.kept.documents[document];
                (*document, FormerSeat { role: *role, left_at: now, head: durable.head(), kind: durable.kind })
            };
            written.map(seat).collect()
        });
        self.kept.late.seat(person, former);
        self.kept.roster.remove(&person);
        self.kept.roster.extend(role.map(|role| (person, role)));
        let gone = before.difference(&self.readable(person)).copied().collect::<Vec<_>>();
        let none = |document| kring_sync::ServerFrame::Access { document, access: Access::None };
        gone.into_iter().map(none).collect()
    }

    /// Edits for a document that the person may not see: nothing, to whoever was never there.
    pub(super) fn come_late(&mut self, from: DeviceIdentity, document: DocumentId, late: Submission) {
        let durable = self.kept.documents.get(&document);
        let known = durable.and_then(|durable| durable.log.verdicts.iter().find(|verdict| verdict.id == late.id));
        let known = known.filter(|_| self.kept.late.seats.contains_key(&(document, from.person))).cloned();
        let verdict = known.unwrap_or_else(|| self.kept.late.hold(from, document, &late));
        self.answer(from, document, verdict, true);
    }

    /// The edits that wait for a judge.
    pub(crate) fn waiting(&self) -> BTreeSet<Key> {
        self.kept.late.waiting.keys().copied().collect()
    }

    /// Somebody lets an edit in that waits, or not; which one, and whether it is done with.
    pub(crate) fn judge(&mut self, judge: PersonId, pick: u64, lets_in: bool, now: Timestamp) -> Option<Key> {
        let may = matches!(self.kept.roster.get(&judge)?, Role::Client | Role::Representative | Role::Professional);
        let readable = self.readable(judge);
        let seen: Vec<&Key> = self.kept.late.waiting.keys().filter(|key| may && readable.contains(&key.0)).collect();
        let key = **seen.get(usize::try_from(pick).ok()? % seen.len().max(1))?;
        let is_judged = |change: &Uncommitted| matches!(change, Uncommitted::Judged { id, .. } if *id == key.1);
        if lets_in && self.is_waiting(key.0, now) || self.uncommitted.iter().any(is_judged) {
            return None;
        }
        if lets_in || self.broken == Broken::LetsEverythingIn {
            let (from, role, submission) = self.kept.late.waiting[&key].clone();
            let has_client = self.kept.roster.values().any(|role| *role == Role::Client);
            let author = Author { device: from.device, person: from.person, role, has_client };
            let (verdict, repeated) = self.execute(&author, key.0, submission, now);
            self.uncommitted.push(Uncommitted::Verdict { to: None, document: key.0, verdict, repeated });
            self.uncommitted.push(Uncommitted::Judged { document: key.0, id: key.1 });
        } else {
            self.kept.late.done(key.0, key.1);
        }
        Some(key)
    }

    /// Returns whether something of a person is on its way to be durable, which counts only while they are what they were.
    pub(crate) fn has_uncommitted_of(&self, person: PersonId) -> bool {
        self.uncommitted.iter().any(|change| match change {
            Uncommitted::Entry { entry, .. } => entry.person == person,
            Uncommitted::Generation { by, .. } => by.is_some_and(|(_, by)| by == person),
            _ => false,
        })
    }

    /// Has the document decide about a command; the answer to it.
    pub(super) fn execute(
        &mut self,
        author: &Author,
        document: DocumentId,
        submission: Submission,
        now: Timestamp,
    ) -> (Verdict, bool) {
        let mut submission = submission;
        if self.broken == Broken::ForgetsBases && submission.base.is_some() {
            let head = self.admission(document).head();
            let made_on = submission.base.replace(head).filter(|base| base.generation == head.generation);
            self.made_on.insert(submission.id, made_on.map_or(0, |base| base.sequence));
        }
        let admission = self.admission(document);
        let outcome = admission.handle_submission(author, submission, now);
        let point = Point::of(admission.document(), Some(admission.chain()));
        let verdict = outcome.verdict;
        let repeated = outcome.repeated;
        if let Some((generation, admitted)) = outcome.generation.zip(outcome.admitted.as_ref()) {
            let by = Some((verdict.id, author.person));
            let erased = admitted.command.erases();
            let generation = Box::new(generation);
            self.uncommitted.push(Uncommitted::Generation { document, generation, by, erased, point });
        } else if let Some(admitted) = outcome.admitted {
            let entry = admitted.entry;
            let mark = Box::new(admitted.mark);
            let link = admitted.link;
            self.uncommitted.push(Uncommitted::Entry { document, entry, mark, link, point, is_back: false });
        }
        (verdict, repeated)
    }
}
