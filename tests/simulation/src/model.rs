//! What must be true, told as simply as it can be. It sees commits, frames and stores, and knows nothing of how they
//! come about: no CRDT, no state machine, no cursor.

use std::collections::BTreeMap;

use automerge::ChangeHash;
use kring_domain::{Code, CommandId, DeviceId, DocumentId, DocumentKind, PersonId, Role};
use kring_sync::{Base, EditState, Entry, Judgement, ServerFrame, Verdict};
use serde_json::Value;

use crate::audience::may_read;
use crate::bytes::{contains, legible, mark, word};
use crate::failure::{Check, ensure};
use crate::sight::Sight;

/// Everything the model knows.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) kinds: BTreeMap<DocumentId, DocumentKind>,
    pub(crate) roster: BTreeMap<PersonId, Role>,
    /// The admitted commands of each generation of a document, in order.
    log: BTreeMap<(DocumentId, u64), Vec<CommandId>>,
    /// Where each admitted command is.
    places: BTreeMap<(DocumentId, CommandId), Base>,
    /// The heads of a document at each place.
    heads: BTreeMap<(DocumentId, Base), Vec<ChangeHash>>,
    /// What was answered.
    pub(crate) answers: BTreeMap<(DocumentId, CommandId), Verdict>,
    /// What each command was when it was made.
    pub(crate) made: BTreeMap<(DocumentId, CommandId), Value>,
    /// The commands about things that were erased, with the generation from which on nothing of them is left.
    erased: BTreeMap<DocumentId, Vec<(u64, CommandId)>>,
    /// The edits for which a device said that they are saved.
    promised: BTreeMap<DeviceId, BTreeMap<(DocumentId, CommandId), Value>>,
}

impl Model {
    fn may_read(&self, person: PersonId, document: DocumentId) -> bool {
        let role = self.roster.get(&person);
        role.is_some_and(|role| self.kinds.get(&document).is_some_and(|kind| may_read(*role, *kind)))
    }

    /// A document starts a generation, at its beginning.
    pub(crate) fn starts(&mut self, document: DocumentId, generation: u64, heads: Vec<ChangeHash>) {
        self.log.entry((document, generation)).or_default();
        self.heads.insert((document, Base { generation, sequence: 0 }), heads);
    }

    /// A device has told its person that an edit is saved.
    pub(crate) fn promised(&mut self, device: DeviceId, document: DocumentId, id: CommandId, command: Value) {
        self.promised.entry(device).or_default().insert((document, id), command);
    }

    /// The server has made a command durable.
    pub(crate) fn committed(&mut self, document: DocumentId, at: Base, id: CommandId, heads: Vec<ChangeHash>) -> Check {
        if at.sequence == 0 {
            // A command that erases is itself the start of a generation.
            let last = self.log.range((document, 0)..=(document, u64::MAX)).next_back().map(|((_, last), _)| *last);
            ensure(last == Some(at.generation - 1), || format!("{at:?} does not follow generation {last:?}"))?;
            self.starts(document, at.generation, heads);
            let about = self.places.keys().filter(|key| key.0 == document && self.is_about(key, &(document, id)));
            let gone: Vec<_> = about.map(|key| (at.generation, key.1)).collect();
            self.erased.entry(document).or_default().extend(gone);
        } else {
            let log = self.log.get_mut(&(document, at.generation)).ok_or("a commit to a generation nobody started")?;
            ensure(at.sequence == log.len() as u64 + 1, || format!("the log has a gap or goes back at {at:?}"))?;
            log.push(id);
            self.heads.insert((document, at), heads);
        }
        let before = self.places.insert((document, id), at);
        ensure(before.is_none(), || format!("command {id} is admitted twice, at {before:?} and at {at:?}"))
    }

    /// Whether a command is about the thing that another one names.
    fn is_about(&self, one: &(DocumentId, CommandId), other: &(DocumentId, CommandId)) -> bool {
        let named = self.made[other].as_object().into_iter().flatten().find(|(field, _)| field.ends_with("_id"));
        named.is_some_and(|(field, id)| self.made.get(one).is_some_and(|one| one.get(field) == Some(id)))
    }

    /// Nothing of what was erased is left in a document from that generation on.
    fn is_gone(&self, document: DocumentId, generation: u64, bytes: &[u8]) -> Check {
        let gone = self.erased.get(&document).into_iter().flatten().filter(|(from, _)| *from <= generation);
        gone.into_iter().try_for_each(|(_, id)| {
            let found = contains(bytes, &word(self.kinds[&document], id.uuid().as_u64_pair().1));
            ensure(!found, || format!("a text of {id} is left in generation {generation}, and was erased"))
        })
    }

    /// What the server's log holds after a restart is all that was committed.
    pub(crate) fn kept(&self, document: DocumentId, generation: u64, ids: &[CommandId]) -> Check {
        let same = self.log.get(&(document, generation)).is_some_and(|log| log == ids);
        ensure(same, || format!("the log of {document} is not what was committed"))
    }

    /// The server sends a frame to a person.
    pub(crate) fn sent(&mut self, to: PersonId, frame: &ServerFrame, bytes: &[u8]) -> Check {
        match frame {
            ServerFrame::Entries { document, generation, entries } => {
                for Entry { sequence, command_id, .. } in entries {
                    let at = Base { generation: *generation, sequence: *sequence };
                    let is_there = self.places.get(&(*document, *command_id)) == Some(&at);
                    ensure(is_there, || format!("an entry is sent that was not committed at {at:?}"))?;
                }
                self.is_gone(*document, *generation, bytes)?;
            }
            ServerFrame::Verdicts { document, verdicts } => {
                verdicts.iter().try_for_each(|verdict| self.answered(to, *document, verdict))?;
            }
            ServerFrame::Snapshot { document, generation, bytes, .. } => {
                let bytes = legible(bytes)?;
                self.unseen(to, &bytes)?;
                self.is_gone(*document, *generation, &bytes)?;
            }
            _ => {}
        }
        self.unseen(to, bytes)
    }

    /// No byte of a document goes to somebody who may not read it.
    fn unseen(&self, to: PersonId, bytes: &[u8]) -> Check {
        let hidden = self.kinds.iter().filter(|(document, _)| !self.may_read(to, **document));
        let found = hidden.map(|(_, kind)| kind).find(|kind| contains(bytes, &mark(**kind)));
        ensure(found.is_none(), || format!("a frame to {to} holds a text of {found:?}, which they may not read"))
    }

    /// The server answers a command of somebody who may see the document: the same every time, and nothing that is
    /// not so.
    fn answered(&mut self, to: PersonId, document: DocumentId, verdict: &Verdict) -> Check {
        let key = (document, verdict.id);
        if !self.may_read(to, document) {
            return Ok(());
        }
        if verdict.judgement == Judgement::Admitted {
            let place = self.places.get(&key).copied();
            ensure(place.is_some() && place == verdict.place(), || format!("told {verdict:?}, is at {place:?}"))?;
        }
        if !verdict.is_passing() {
            let before = self.answers.entry(key).or_insert_with(|| verdict.clone());
            ensure(before == verdict, || format!("first told {before:?}, then {verdict:?}"))?;
        }
        Ok(())
    }

    /// A device, after anything that happened to it.
    pub(crate) fn device(&self, sight: &Sight<'_>) -> Check {
        for (document, base, heads) in &sight.bases {
            let known = self.heads.get(&(*document, *base));
            ensure(known == Some(heads), || format!("what the device has at {base:?} is not what the log has there"))?;
        }
        for (document, bytes) in &sight.written {
            let other = self.kinds.iter().find(|(id, kind)| *id != document && contains(bytes, &mark(**kind)));
            ensure(other.is_none(), || format!("a device stores a text of {other:?} in {document}"))?;
        }
        for (key, command) in self.promised.get(&sight.identity.device).into_iter().flatten() {
            let waits = sight.waiting.get(key).copied();
            let ended = sight.ended.get(key).map(|edit| edit.command.value());
            ensure(waits.is_some() != ended.is_some(), || {
                format!("edit {} must wait or have ended: waits {}, ended {}", key.1, waits.is_some(), ended.is_some())
            })?;
            ensure(waits.or(ended) == Some(command), || format!("the text of edit {} is not what was written", key.1))?;
        }
        sight.ended.iter().try_for_each(|((document, id), edit)| self.ended(*document, *id, &edit.state))
    }

    /// How an edit ended on a device is how the server answered it.
    fn ended(&self, document: DocumentId, id: CommandId, state: &EditState) -> Check {
        let place = self.places.get(&(document, id)).map(|base| base.sequence);
        let answer = self.answers.get(&(document, id)).map(|verdict| verdict.judgement);
        let agrees = match state {
            EditState::SavedHere => false,
            EditState::Shared { sequence } => place == Some(*sequence),
            EditState::Held { .. } => answer == Some(Judgement::Held),
            // A device that is told to drop a document cannot know what became of its last edits.
            EditState::NotAccepted { code: Code::Revoked | Code::NotFound, .. } => true,
            EditState::NotAccepted { .. } => answer == Some(Judgement::Rejected),
        };
        ensure(agrees, || format!("edit {id} ended as {state:?}, but is at {place:?} and was answered {answer:?}"))
    }

    /// Everything has come to rest: everybody holds what they may read, all of it and nothing else, and reads the same.
    pub(crate) fn rest(
        &self,
        sight: &Sight<'_>,
        reads: &BTreeMap<DocumentId, String>,
        truth: &BTreeMap<DocumentId, String>,
    ) -> Check {
        ensure(sight.waiting.is_empty(), || format!("{} edits still wait", sight.waiting.len()))?;
        for document in self.kinds.keys() {
            let may = self.may_read(sight.identity.person, *document);
            let base = sight.bases.iter().find(|(id, ..)| id == document).map(|(_, base, _)| *base);
            let last = self.log.range((*document, 0)..=(*document, u64::MAX)).next_back();
            let head = last.map(|((_, generation), log)| Base { generation: *generation, sequence: log.len() as u64 });
            ensure(base == head.filter(|_| may), || format!("at rest a device is at {base:?}, the log at {head:?}"))?;
            let same = !may || reads.get(document) == truth.get(document);
            ensure(same, || format!("a device reads {:?}\nthe server {:?}", reads.get(document), truth.get(document)))?;
        }
        Ok(())
    }
}
