//! Edits of people who have left: what was made before waits for a judge, who lets it in or not.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use kring_domain::{Access, Author, CommandId, DocumentId, PersonId, Refusal, RefusalCode, Role, Timestamp, mentions};
use kring_sync::{DeviceIdentity, FormerMembership, Submission, Verdict};
use uuid::Uuid;

use super::{Server, Uncommitted};
use crate::Broken;
use crate::point::Point;

type Key = (DocumentId, CommandId);

/// The former memberships.
#[derive(Clone, Default)]
pub(super) struct RevokedEdits {
    memberships: BTreeMap<(DocumentId, PersonId), FormerMembership>,
    waiting: BTreeMap<Key, (DeviceIdentity, Role, Submission)>,
    /// All that ever waited.
    known: BTreeSet<Key>,
    erased: BTreeSet<(DocumentId, Uuid)>,
}

impl RevokedEdits {
    /// A thing was erased for good: what waits about it finds nothing any more.
    pub(super) fn erase(&mut self, document: DocumentId, thing: Uuid) {
        self.erased.insert((document, thing));
        self.waiting.retain(|key, (.., revoked)| key.0 != document || !mentions(revoked.command.value(), thing));
    }

    /// Notes where somebody stands in every document that they write, because they leave now; or forgets it, because
    /// they are back.
    fn membership(&mut self, person: PersonId, memberships: Option<Vec<(DocumentId, FormerMembership)>>) {
        self.memberships.retain(|key, _| key.1 != person);
        let memberships = memberships.into_iter().flatten();
        self.memberships.extend(memberships.map(|(document, membership)| ((document, person), membership)));
    }

    /// An edit was judged.
    pub(super) fn done(&mut self, document: DocumentId, id: CommandId) {
        self.waiting.remove(&(document, id));
    }

    /// Returns what becomes of an edit of somebody who has left, as far as it is for them.
    fn hold(&mut self, from: DeviceIdentity, document: DocumentId, revoked: &Submission) -> Verdict {
        let key = (document, revoked.id);
        let not_found = Verdict::rejected(revoked.id, Refusal::new(RefusalCode::NotFound));
        let Some(membership) = self.memberships.get(&(document, from.person)) else { return not_found };
        let command = revoked.command.value();
        if self.erased.iter().any(|(of, thing)| *of == document && mentions(command, *thing)) {
            return not_found;
        }
        if let Err(refusal) = membership.may_wait(revoked) {
            return Verdict::rejected(revoked.id, refusal);
        }
        if self.known.insert(key) {
            self.waiting.insert(key, (from, membership.role, revoked.clone()));
        }
        Verdict::held(revoked.id, RefusalCode::Revoked)
    }
}

impl Server {
    /// Gives somebody a role, or none; what their devices must be told at once.
    pub(crate) fn membership(
        &mut self,
        person: PersonId,
        role: Option<Role>,
        now: Timestamp,
    ) -> Vec<kring_sync::ServerFrame> {
        let before = self.readable(person);
        let former = self.kept.roster.get(&person).filter(|_| role.is_none()).map(|role| {
            let written = before.iter().filter(|document| self.access(person, **document) == Access::Write);
            let membership = |document: &DocumentId| {
                let durable = &self.kept.documents[document];
                (*document, FormerMembership { role: *role, left_at: now, head: durable.head(), kind: durable.kind })
            };
            written.map(membership).collect()
        });
        self.kept.revoked.membership(person, former);
        self.kept.roster.remove(&person);
        self.kept.roster.extend(role.map(|role| (person, role)));
        let gone = before.difference(&self.readable(person)).copied().collect::<Vec<_>>();
        let none = |document| kring_sync::ServerFrame::Access { document, access: Access::None };
        gone.into_iter().map(none).collect()
    }

    /// Edits for a document that the person may not see: nothing, to whoever was never there.
    pub(super) fn submit_revoked(&mut self, from: DeviceIdentity, document: DocumentId, revoked: Submission) {
        let durable = self.kept.documents.get(&document);
        let known = durable.and_then(|durable| durable.log.verdicts.iter().find(|verdict| verdict.id == revoked.id));
        let known = known.filter(|_| self.kept.revoked.memberships.contains_key(&(document, from.person))).cloned();
        let verdict = known.unwrap_or_else(|| self.kept.revoked.hold(from, document, &revoked));
        self.answer(from, document, verdict, true);
    }

    /// The edits that wait for a judge.
    pub(crate) fn waiting(&self) -> BTreeSet<Key> {
        self.kept.revoked.waiting.keys().copied().collect()
    }

    /// Somebody lets an edit in that waits, or not; which one, and whether it is done with.
    pub(crate) fn judge(&mut self, judge: PersonId, pick: u64, lets_in: bool, now: Timestamp) -> Option<Key> {
        let may = matches!(self.kept.roster.get(&judge)?, Role::Client | Role::Representative | Role::Professional);
        let readable = self.readable(judge);
        let seen: Vec<&Key> = self.kept.revoked.waiting.keys().filter(|key| may && readable.contains(&key.0)).collect();
        let key = **seen.get(usize::try_from(pick).ok()? % seen.len().max(1))?;
        let is_judged = |change: &Uncommitted| matches!(change, Uncommitted::Judged { id, .. } if *id == key.1);
        if lets_in && self.is_waiting(key.0, now) || self.uncommitted.iter().any(is_judged) {
            return None;
        }
        if lets_in || self.broken == Broken::LetsEverythingIn {
            let (from, role, submission) = self.kept.revoked.waiting[&key].clone();
            let has_client = self.kept.roster.values().any(|role| *role == Role::Client);
            let author = Author { device: from.device, person: from.person, role, has_client };
            let (verdict, repeated) = self.execute(&author, key.0, submission, now);
            self.uncommitted.push(Uncommitted::Verdict { to: None, document: key.0, verdict, repeated });
            self.uncommitted.push(Uncommitted::Judged { document: key.0, id: key.1 });
        } else {
            self.kept.revoked.done(key.0, key.1);
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
        let mut answers = self.execute_all(author, document, vec![submission], now);
        answers.pop().expect("a command is answered")
    }

    /// Has the document decide about commands of one author, as one change where they can be; the answers to them.
    pub(super) fn execute_all(
        &mut self,
        author: &Author,
        document: DocumentId,
        submissions: Vec<Submission>,
        now: Timestamp,
    ) -> Vec<(Verdict, bool)> {
        let mut queue: VecDeque<Submission> = submissions.into();
        if self.broken == Broken::ForgetsBases {
            for submission in queue.iter_mut().filter(|submission| submission.base.is_some()) {
                let head = self.admission(document).head();
                let made_on = submission.base.replace(head).filter(|base| base.generation == head.generation);
                self.made_on.insert(submission.id, made_on.map_or(0, |base| base.sequence));
            }
        }
        let mut answers = Vec::new();
        loop {
            let admission = self.admission(document);
            let outcomes = admission.handle_next(author, &mut queue, now);
            if outcomes.is_empty() {
                return answers;
            }
            let here = Point::of(admission.document(), Some(admission.chain_hash()));
            for outcome in outcomes {
                answers.push((outcome.verdict.clone(), outcome.repeated));
                if let Some((generation, admitted)) = outcome.generation.zip(outcome.admitted.as_ref()) {
                    let by = Some((outcome.verdict.id, author.person));
                    let erased = admitted.command.erases();
                    let generation = Box::new(generation);
                    let point = here.clone();
                    self.uncommitted.push(Uncommitted::Generation { document, generation, by, erased, point });
                } else if let Some(admitted) = outcome.admitted {
                    let entry = admitted.entry;
                    let meta = Box::new(admitted.meta);
                    let chain_hash = admitted.chain_hash;
                    let point = here.at(chain_hash);
                    self.uncommitted.push(Uncommitted::Entry {
                        document,
                        entry,
                        meta,
                        chain_hash,
                        point,
                        is_back: false,
                    });
                }
            }
        }
    }
}
