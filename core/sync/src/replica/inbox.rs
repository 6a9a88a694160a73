//! What the server's frames do to a device.

use kring_domain::{Access, Code, CommandId, DocumentId, Timestamp, mentions};

use super::document::Held;
use super::plausible;
use super::{EditState, Event, Pending, RETRY_AFTER, Replacement, Replica, ReplicaError, SettledEdit, StoreOp};
use crate::{Base, DocumentHead, Entry, Judgement, ServerFrame, Verdict};

impl Replica {
    /// Takes a frame from the server; `now` is the device's clock.
    ///
    /// # Errors
    ///
    /// Where the frame cannot be: close the connection and join again. What the person made is kept.
    pub fn handle_frame(&mut self, frame: ServerFrame, now: Timestamp) -> Result<(), ReplicaError> {
        match frame {
            ServerFrame::Welcome { server_time, documents, members, through, .. } => {
                plausible::welcome(&documents, &members)?;
                self.compare_clocks(server_time, now);
                return self.welcome(documents, members, through);
            }
            ServerFrame::Snapshot { document, generation, sequence, bytes, chain, replaces } => {
                let base = plausible::place(Base { generation, sequence })?;
                let snapshot = Replacement { base, bytes, chain, tail: Vec::new() };
                return if replaces { self.ask_own(document, snapshot) } else { self.snapshot(document, &snapshot) };
            }
            ServerFrame::Entries { document, generation, entries } => {
                return self.entries(document, generation, &entries);
            }
            ServerFrame::Verdicts { document, verdicts } => {
                verdicts.into_iter().for_each(|verdict| self.verdict(document, verdict, now));
            }
            ServerFrame::Access { document, access } => self.access(document, access),
            // Nobody waits for it, so one of any size but small is passed over.
            ServerFrame::Presence { state, .. } if !plausible::is_presence(&state) => {}
            ServerFrame::Presence { document, person, state } => {
                self.events.push_back(Event::Presence { document, person, state });
            }
            ServerFrame::Error { code } => {
                self.events.push_back(Event::Complaint(code.chars().take(plausible::MAX_WORD).collect()));
            }
            ServerFrame::Missing { document, generation, after } => {
                self.missing(document, Base { generation, sequence: after });
            }
            ServerFrame::Ping { n } => self.ping = Some(n),
            ServerFrame::Pong { .. } | ServerFrame::Unknown => {}
        }
        Ok(())
    }

    /// Takes over what `welcome` says of one document.
    pub(super) fn learn(&mut self, head: &DocumentHead) {
        if head.access < Access::Read {
            return self.drop_document(head.document);
        }
        let is_other = |held: &Held| (held.kind, held.space) != (head.kind, head.space);
        if self.documents.get(&head.document).is_some_and(is_other) {
            // An id is derived from space and kind, so what is here is right, or comes from a server that lied.
            if head.document != DocumentId::derive(head.space, head.kind) {
                return;
            }
            self.drop_document(head.document);
        }
        let new = || Held::new(head.document, (head.kind, head.space), (head.role, head.access), false);
        let held = self.documents.entry(head.document).or_insert_with(new);
        if (held.role, held.access, held.known) != (head.role, head.access, true) {
            held.role = head.role;
            held.access = head.access;
            held.known = true;
            held.forget_view();
            self.store.push(held.put(head.document));
            self.events.push_back(Event::DocumentsChanged);
        }
        let at = Base { generation: head.generation, sequence: head.sequence };
        held.awaits(at, self.catches_up_first);
    }

    fn snapshot(&mut self, document: DocumentId, snapshot: &Replacement) -> Result<(), ReplicaError> {
        let Some(held) = self.documents.get_mut(&document) else { return Ok(()) };
        if snapshot.base <= held.base() {
            return Ok(());
        }
        let before = held.base().generation;
        held.replace(&self.identity, snapshot)?;
        self.store.push(snapshot.put(document));
        let things = held.erased_things();
        if snapshot.base.generation > before && !things.is_empty() {
            self.store.push(StoreOp::Erase { document, things });
        }
        self.events.push_back(Event::DocumentChanged(document));
        self.settle_included(document);
        if self.catches_up_first {
            // What another device has shared of what waits is in the snapshot, and does not come by itself.
            self.wait_behind(document);
        }
        Ok(())
    }

    pub(super) fn entries(
        &mut self,
        document: DocumentId,
        generation: u64,
        entries: &[Entry],
    ) -> Result<(), ReplicaError> {
        let Some(held) = self.documents.get_mut(&document) else { return Ok(()) };
        if let Some(replacement) = &mut held.replacement {
            if replacement.base.generation == generation {
                replacement.tail.extend_from_slice(entries);
            }
            return Ok(());
        }
        // What was under way when a new generation began is part of that.
        if generation < held.base().generation {
            return Ok(());
        }
        let known = held.base().sequence;
        let new = entries.iter().position(|entry| entry.sequence > known).unwrap_or(entries.len());
        let new = entries.get(new..).unwrap_or_default();
        let follows = new.iter().zip(known + 1..).all(|(entry, expected)| entry.sequence == expected);
        if generation != held.base().generation || !follows {
            return Err(ReplicaError::Gap);
        }
        if new.is_empty() {
            return Ok(());
        }
        let extended = held.extend(document, &self.identity, new);
        let folded = extended.and_then(|()| held.fold(document)).inspect_err(|_| {
            self.store.push(StoreOp::PutBase { document, base: Base::GENESIS, snapshot: None, chain: None });
        })?;
        self.store.push(StoreOp::Append { document, generation, entries: new.to_vec(), chain: held.chain() });
        if let Some(snapshot) = folded {
            self.store.push(StoreOp::Fold { document, base: held.base(), snapshot });
        }
        let is_foreign = |entry: &Entry| {
            entry.device != self.identity.device && held.pending().any(|edit| edit.submission.id == entry.command_id)
        };
        let is_shared_elsewhere = new.iter().any(is_foreign);
        for entry in new {
            self.settle(document, entry.command_id, EditState::Shared { sequence: entry.sequence });
        }
        if is_shared_elsewhere {
            self.wait_behind(document);
        }
        self.events.push_back(Event::DocumentChanged(document));
        Ok(())
    }

    /// Has what waits build on the base as it is: what was made before it was shared by another device, which the server does
    /// not take for this one's.
    fn wait_behind(&mut self, document: DocumentId) {
        let Some(held) = self.documents.get_mut(&document) else { return };
        held.wait_behind();
        let waiting: Vec<Pending> = held.pending().cloned().collect();
        self.store.extend(waiting.into_iter().map(|pending| StoreOp::PutPending { document, pending }));
    }

    fn verdict(&mut self, document: DocumentId, verdict: Verdict, now: Timestamp) {
        let Some(held) = self.documents.get_mut(&document) else {
            return self.parting_verdict(document, &verdict, now);
        };
        let code = verdict.code.unwrap_or(Code::Unknown);
        match (verdict.judgement, verdict.place()) {
            _ if verdict.is_passing() => {
                held.unsend_from(verdict.id);
                self.retry_at = Some(Timestamp::from_millis(now.millis() + RETRY_AFTER));
            }
            // The edit stays in the view until it has come in an entry or a snapshot.
            (Judgement::Admitted, Some(place)) => {
                if held.admit(verdict.id, place) {
                    let state = EditState::Shared { sequence: place.sequence };
                    self.events.push_back(Event::EditSettled { document, id: verdict.id, state });
                }
                self.settle_included(document);
            }
            (Judgement::Held, _) => self.settle(document, verdict.id, EditState::Held { code }),
            _ => self.settle(
                document,
                verdict.id,
                EditState::NotAccepted { code, field: verdict.field, because: verdict.because },
            ),
        }
    }

    fn access(&mut self, document: DocumentId, access: Access) {
        if access < Access::Read {
            return self.drop_document(document);
        }
        let Some(held) = self.documents.get_mut(&document) else { return };
        held.access = access;
        let put = held.put(document);
        self.store.push(put);
        self.events.push_back(Event::DocumentsChanged);
    }

    /// Drops a document; the person's own texts that were not shared stay, as not accepted.
    pub(super) fn drop_document(&mut self, document: DocumentId) {
        let Some(held) = self.documents.get(&document) else { return };
        let waiting: Vec<CommandId> = held.pending().map(|pending| pending.submission.id).collect();
        if held.known {
            self.parting.add(document, held.pending().map(|pending| pending.submission.clone()));
        }
        for id in waiting {
            self.settle(document, id, EditState::not_accepted(Code::Revoked));
        }
        self.documents.remove(&document);
        self.store.push(StoreOp::DropDocument { document });
        self.events.push_back(Event::AccessLost(document));
    }

    /// Ends the edits that came in a snapshot, without entries of their own.
    fn settle_included(&mut self, document: DocumentId) {
        let included = self.documents.get(&document).map(Held::included).unwrap_or_default();
        for (id, place) in included {
            self.settle(document, id, EditState::Shared { sequence: place.sequence });
        }
    }

    fn settle(&mut self, document: DocumentId, id: CommandId, state: EditState) {
        let settled = self.documents.get_mut(&document).and_then(|held| held.settle(id));
        let Some((Pending { submission, .. }, told)) = settled else { return };
        let command = submission.command;
        let made_at = submission.made_at;
        // What was shared before an erasure, and is heard of after it, is about nothing any more.
        let things = self.documents.get(&document).map(Held::erased_things).unwrap_or_default();
        let named: Vec<_> = things.into_iter().filter(|thing| mentions(command.value(), *thing)).collect();
        let erase = (matches!(state, EditState::Shared { .. }) && !named.is_empty())
            .then_some(StoreOp::Erase { document, things: named });
        let edit = SettledEdit { id, state: state.clone(), command, made_at };
        self.store.push(StoreOp::Settle { document, edit });
        self.store.extend(erase);
        self.events.push_back(Event::DocumentChanged(document));
        if !told {
            self.events.push_back(Event::EditSettled { document, id, state });
        }
    }
}
