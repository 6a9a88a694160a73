//! What must be true, told as simply as it can be. It sees commits, frames and stores, and knows nothing of how they
//! come about: no CRDT, no state machine, no cursor.
//!
//! A restored backup takes the server back to an earlier [`History`]. What is promised then: whatever the devices that
//! come back while it waits hold between them, without a gap, is in the log again at its old place, before anything
//! new. What no device held is gone. An edit that its own device was told is shared is in the log at rest, once, if
//! need be at a new place, or rests in its person's box; and all devices hold the one log that there is.

use std::collections::{BTreeMap, BTreeSet};

use kring_domain::{CommandId, DocumentId, DocumentKind, PersonId, RefusalCode, Role, outline};
use kring_sync::{EditState, Entry, Judgement, Position, ServerFrame, Verdict};
use serde_json::Value;

use crate::audience::{may_read, may_read_by_consent};
use crate::bytes::{contains, legible, mark, word};
use crate::failure::{Check, ensure};
use crate::point::Point;
use crate::server::Committed;
use crate::sight::Sight;

type Key = (DocumentId, CommandId);
type Texts = BTreeMap<DocumentId, String>;

/// Everything the model knows.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) kinds: BTreeMap<DocumentId, DocumentKind>,
    pub(crate) roster: BTreeMap<PersonId, Role>,
    /// What is so at the server, and what was so before backups were restored.
    pub(crate) now: History,
    lost: Vec<History>,
    /// What devices held when the last one was: whose, from which entry on and how far, and what is there.
    held: Vec<(PersonId, DocumentId, u64, Position, Point)>,
    /// What each command was when it was made.
    pub(crate) made: BTreeMap<Key, Value>,
    /// The position where each edit of a device was made.
    pub(crate) bases: BTreeMap<Key, Position>,
    /// The edits for which a device said that they are saved.
    pub(crate) promised: BTreeMap<usize, BTreeMap<Key, Value>>,
}

/// What a backup takes back.
#[derive(Clone, Default)]
pub(crate) struct History {
    /// The position where each admitted command is, where each log ends, and what is at each place.
    positions: BTreeMap<Key, Position>,
    ends: BTreeMap<DocumentId, Position>,
    points: BTreeMap<(DocumentId, Position), Point>,
    pub(crate) answers: BTreeMap<Key, Verdict>,
    /// The commands about things that were erased, with the generation from which on nothing of them is left.
    erased: BTreeMap<Key, u64>,
    /// The consents in force: the id of each, what it opens, and to whom.
    consents: Vec<(Value, Value, Value)>,
    /// The edits of people who have left that wait for a judge, or were let in or declined.
    pub(crate) late: BTreeMap<Key, Option<bool>>,
}

impl Model {
    fn may_read(&self, person: PersonId, document: DocumentId) -> bool {
        let (Some(role), Some(kind)) = (self.roster.get(&person), self.kinds.get(&document)) else { return false };
        let is_to = |to: &Value| *to == person.to_string() || *to == role.name();
        let is_open = self.now.consents.iter().any(|(_, opened, to)| *opened == kind.name() && is_to(to));
        may_read(*role, *kind) || is_open && may_read_by_consent(*role, *kind)
    }

    /// A document has come to a place.
    pub(crate) fn comes_to(&mut self, document: DocumentId, at: Position, point: Point) {
        self.now.ends.insert(document, at);
        self.now.points.insert((document, at), point);
    }

    /// Returns where a command was admitted.
    pub(crate) fn position(&self, key: &Key) -> Option<Position> {
        self.now.positions.get(key).copied()
    }

    /// Returns whether a command answers a suggestion.
    pub(crate) fn is_answer(&self, key: &Key) -> bool {
        self.made.get(key).is_some_and(|made| !made["suggestion_id"].is_null())
    }

    /// The server has made something durable: the next entry, or a generation. A command that erases is itself the
    /// start of a generation; one to compact has no command.
    pub(crate) fn committed(&mut self, new: Committed) -> Check {
        let Committed { document, at, id, by, point, base, is_back, is_suggestion } = new;
        let Position { generation, sequence } = self.now.ends[&document];
        let follows = [(generation, sequence + 1), (generation + 1, 0)].contains(&(at.generation, at.sequence));
        ensure(follows, || format!("the log has a gap or goes back at {at:?}"))?;
        self.comes_to(document, at, point);
        let Some((id, by)) = id.zip(by) else { return Ok(()) };
        let key = (document, id);
        let was_there = self.lost.iter().any(|lost| lost.positions.get(&key) == Some(&at));
        let may = self.roster.contains_key(&by) || self.now.late.get(&key) == Some(&Some(true));
        let may = if is_back { was_there } else { may };
        ensure(may, || format!("command {id} was not there, or is of who has left and nobody let it in"))?;
        let made = self.bases.get(&key).filter(|_| self.lost.is_empty()).zip(base);
        let is_there = made.is_none_or(|(at, base)| base == if at.generation == generation { at.sequence } else { 0 });
        ensure(is_there, || format!("command {id} is executed at {base:?}, and was made at {made:?}"))?;
        let done = self.carried_out(&key);
        let about = self.now.positions.keys().filter(|other| at.sequence == 0 && self.is_about(other, &done));
        let gone: Vec<_> = about.map(|other| (*other, at.generation)).collect();
        gone.into_iter().for_each(|(other, from)| _ = self.now.erased.entry(other).or_insert(from));
        if !is_suggestion {
            self.consent(&done, by);
        }
        let before = self.now.positions.insert(key, at);
        ensure(before.is_none(), || format!("command {id} is admitted twice, at {before:?} and at {at:?}"))
    }

    /// The suggested command that a yes carries out; any other command itself.
    fn carried_out(&self, key: &Key) -> Key {
        let yes =
            self.made.get(key).filter(|made| made["type"].as_str().is_some_and(|name| name.starts_with("accept_")));
        (key.0, yes.and_then(|yes| yes["suggestion_id"].as_str()?.parse().ok()).unwrap_or(key.1))
    }

    /// What a command does to the consents.
    fn consent(&mut self, key: &Key, by: PersonId) {
        let Some(command) = self.made.get(key).filter(|_| self.kinds[&key.0] == DocumentKind::Consents) else { return };
        let id = command["consent_id"].clone();
        let kind = command["compartment"].clone();
        let to = ["person_id", "role"].iter().map(|field| &command[field]).find(|to| !to.is_null()).cloned();
        let given = (id.clone(), kind, to.unwrap_or_else(|| by.to_string().into()));
        self.now.consents.retain(|(given, ..)| *given != id);
        self.now.consents.extend((command["type"] != "withdraw_consent").then_some(given));
    }

    /// Returns whether a command is about the thing that another one names.
    fn is_about(&self, one: &Key, other: &Key) -> bool {
        let named = self.made[other].as_object().into_iter().flatten().find(|(field, _)| field.ends_with("_id"));
        let names = |(field, id): (&String, &Value)| self.made.get(one).and_then(|one| one.get(field)) == Some(id);
        one.0 == other.0 && named.is_some_and(names)
    }

    /// Nothing of what was erased is left in a document from that generation on.
    fn is_gone(&self, document: DocumentId, generation: u64, bytes: &[u8]) -> Check {
        let mut gone = self.now.erased.iter().filter(|(key, from)| key.0 == document && **from <= generation);
        let word = |id: CommandId| word(self.kinds[&document], id.uuid().as_u64_pair().1);
        let found = gone.find(|((_, id), _)| contains(bytes, &word(*id)));
        ensure(found.is_none(), || format!("a text of {found:?} is left in generation {generation}, and was erased"))
    }

    /// Returns what the server's log holds after a restart is all that was committed.
    pub(crate) fn kept(&self, document: DocumentId, generation: u64, ids: &[CommandId]) -> Check {
        let at = |sequence| Some(Position { generation, sequence });
        let mut all = ids.iter().map(|id| self.now.positions.get(&(document, *id)).copied()).zip(1..);
        let is_same = all.all(|(position, number)| position == at(number))
            && at(ids.len() as u64) == self.now.ends.get(&document).copied();
        ensure(is_same, || format!("the log of {document} is not what was committed"))
    }

    /// A backup was restored; the sessions have ended.
    pub(crate) fn restored(&mut self, backup: History, roster: BTreeMap<PersonId, Role>) {
        (self.roster, self.held) = (roster, Vec::new());
        self.lost.push(std::mem::replace(&mut self.now, backup));
    }

    /// What a device has of the history that was just lost.
    pub(crate) fn holds(&mut self, sight: &Sight<'_>) {
        let person = sight.identity.person;
        let lost = self.lost.last();
        let role = self.roster.get(&person);
        for (document, base, point) in &sight.bases {
            let may = role.is_some_and(|role| may_read(*role, self.kinds[document]));
            if may && lost.is_some_and(|lost| lost.points.get(&(*document, *base)) == Some(point)) {
                self.held.push((person, *document, sight.kept[document], *base, point.clone()));
            }
        }
    }

    /// Somebody's rights change, or what they hold is theirs no more.
    pub(crate) fn joined(&mut self, person: PersonId, role: Option<Role>) {
        self.held.retain(|(holder, ..)| *holder != person);
        self.roster.remove(&person);
        self.roster.extend(role.map(|role| (person, role)));
    }

    /// Everybody has come back to documents that still wait: what they hold that follows the log is in it.
    pub(crate) fn brought(&self, waiting: &[DocumentId]) -> Check {
        for (_, document, first, base, point) in self.held.iter().filter(|held| waiting.contains(&held.1)) {
            let here = (*document, self.now.ends[document]);
            let follows = here.1.generation == base.generation && *first <= here.1.sequence + 1;
            let is_here = |lost: &History| lost.points.get(&here) == self.now.points.get(&here);
            // After two restores there may be two histories, of which the one that came first counts.
            let is_other = !self.lost.last().is_some_and(is_here) && self.lost.iter().any(is_here);
            let is_back = self.now.points.get(&(*document, *base)) == Some(point);
            let is_fine = !follows || is_other || is_back;
            ensure(is_fine, || format!("a device holds {first} to {base:?}, the log is at {here:?}"))?;
        }
        Ok(())
    }

    /// The server sends a frame to a person.
    pub(crate) fn sent(&mut self, to: PersonId, frame: &ServerFrame, bytes: &[u8]) -> Check {
        match frame {
            ServerFrame::Entries { document, generation, entries } => {
                let at = |sequence| Position { generation: *generation, sequence };
                let position = |entry: &Entry| self.now.positions.get(&(*document, entry.command_id)).copied();
                let other = entries.iter().find(|entry| position(entry) != Some(at(entry.sequence)));
                ensure(other.is_none(), || format!("an entry is sent that was not committed: {other:?}"))?;
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

    /// The server answers a command: the same every time, and nothing that is not so. To anybody who may not see the document it
    /// says no more than that it is held, for a judge where that is because they have left.
    fn answered(&mut self, to: PersonId, document: DocumentId, verdict: &Verdict) -> Check {
        let key = (document, verdict.id);
        let is_held = verdict.judgement == Judgement::Held;
        // Who is let in by a consent may have been answered a moment before.
        let by_role = self.roster.get(&to).is_some_and(|role| may_read(*role, self.kinds[&document]));
        if !self.may_read(to, document) || !by_role && verdict.code == Some(RefusalCode::NotFound) {
            let judged = (verdict.code != Some(RefusalCode::Revoked)).then_some(false);
            self.now.late.extend((is_held && !self.now.late.contains_key(&key)).then_some((key, judged)));
            return Ok(());
        }
        if verdict.judgement == Judgement::Admitted {
            let position = self.now.positions.get(&key).copied();
            ensure(position.is_some() && position == verdict.position(), || {
                format!("told {verdict:?}, is at {position:?}")
            })?;
        }
        if !verdict.is_passing() {
            let before = self.now.answers.entry(key).or_insert_with(|| verdict.clone());
            ensure(before == verdict, || format!("first told {before:?}, then {verdict:?}"))?;
        }
        Ok(())
    }

    /// The present history and those that were lost.
    fn histories(&self) -> impl Iterator<Item = &History> {
        std::iter::once(&self.now).chain(&self.lost)
    }

    /// A device, after anything that happened to it.
    pub(crate) fn device(&self, sight: &Sight<'_>) -> Check {
        for (document, base, point) in &sight.bases {
            let is_known = self.histories().any(|history| history.points.get(&(*document, *base)) == Some(point));
            ensure(is_known, || format!("what the device has at {base:?} is not what the log has there"))?;
        }
        for (document, bytes) in &sight.written {
            let other = self.kinds.iter().find(|(id, kind)| *id != document && contains(bytes, &mark(**kind)));
            ensure(other.is_none(), || format!("a device stores a text of {other:?} in {document}"))?;
        }
        for (key, command) in self.promised.get(&sight.phone).into_iter().flatten() {
            let waits = sight.waiting.get(key);
            let ended = sight.ended.get(key).map(|edit| edit.command.value());
            let is_once = waits.is_some() != ended.is_some();
            ensure(is_once, || format!("edit {key:?} must wait or have ended: {waits:?}, {ended:?}"))?;
            let text = waits.copied().or(ended);
            let erased = self.histories().any(|history| history.erased.contains_key(key));
            let is_it = text == Some(command) || erased && text == Some(&outline(command));
            ensure(is_it, || format!("the text of edit {key:?} is not what was written"))?;
        }
        let agrees = |key: &Key, state: &EditState| self.histories().any(|history| history.agrees(key, state));
        let wrong = sight.ended.iter().find(|(key, edit)| !agrees(key, &edit.state));
        ensure(wrong.is_none(), || format!("an edit did not end as it was answered: {wrong:?}"))
    }

    /// Returns what was told to be held is, until it is judged or what it is about may have been erased.
    pub(crate) fn keeps(&self, waiting: &BTreeSet<Key>) -> Check {
        let is_gone = |key: &Key| self.now.erased.keys().any(|(document, _)| *document == key.0);
        let mut held = self.now.late.iter().filter(|(key, judged)| judged.is_none() && !is_gone(key));
        let lost = held.find(|(key, _)| !waiting.contains(key));
        ensure(lost.is_none(), || format!("an edit that was held for a judge is nowhere: {lost:?}"))
    }

    /// Everything has come to rest: everybody holds what they may read, all of it and nothing else, and reads the same.
    pub(crate) fn rest(&self, sight: &Sight<'_>, reads: &Texts, truth: &Texts) -> Check {
        ensure(sight.waiting.is_empty(), || format!("{} edits still wait", sight.waiting.len()))?;
        for document in self.kinds.keys() {
            let may = self.may_read(sight.identity.person, *document);
            let base = sight.bases.iter().find(|(id, ..)| id == document).map(|(_, base, _)| *base);
            let head = self.now.ends[document];
            ensure(base == may.then_some(head), || format!("at rest a device is at {base:?}, the log at {head:?}"))?;
            let same = !may || reads.get(document) == truth.get(document);
            ensure(same, || format!("a device reads {:?}\nthe server {:?}", reads.get(document), truth.get(document)))?;
        }
        let gone = sight.shared.iter().find(|(key, state)| !self.now.agrees(key, state));
        ensure(gone.is_none(), || format!("an edit that was told is shared is not in the log: {gone:?}"))
    }
}

impl History {
    /// Returns how an edit ended on a device is how the server answered it.
    fn agrees(&self, key: &Key, state: &EditState) -> bool {
        let answer = self.answers.get(key).map(|verdict| verdict.judgement);
        match state {
            EditState::SavedHere => false,
            EditState::Shared { sequence } => {
                self.positions.get(key).is_some_and(|position| position.sequence == *sequence)
            }
            EditState::Held { .. } => answer == Some(Judgement::Held) || self.late.contains_key(key),
            // A device that is told to drop a document cannot know what became of its last edits.
            EditState::NotAccepted { code: RefusalCode::Revoked | RefusalCode::NotFound, .. } => true,
            EditState::NotAccepted { .. } => answer == Some(Judgement::Rejected),
        }
    }
}
