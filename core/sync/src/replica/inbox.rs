//! Handles the server's frames on a device.

use kring_domain::{Access, CommandId, DocumentId, RefusalCode, Timestamp, mentions};

use super::document::LocalDocument;
use super::limits;
use super::{EditState, Event, Pending, RETRY_AFTER_MS, Replacement, Replica, ReplicaError, SettledEdit, StoreOp};
use crate::{DocumentHead, Entry, Judgement, Position, ServerFrame, Verdict};

impl Replica {
    /// Takes a frame from the server; `now` is the device's clock.
    ///
    /// # Errors
    ///
    /// Where the frame cannot be: close the connection and join again. What the person made is kept.
    pub fn handle_frame(&mut self, frame: ServerFrame, now: Timestamp) -> Result<(), ReplicaError> {
        match frame {
            ServerFrame::Welcome { server_time, documents, members, through, .. } => {
                limits::check_welcome(&documents, &members)?;
                self.compare_clocks(server_time, now);
                return self.welcome(documents, members, through);
            }
            ServerFrame::Snapshot { document, generation, sequence, bytes, chain_hash, replaces } => {
                let position = limits::check_position(Position { generation, sequence })?;
                let snapshot = Replacement { position, bytes, chain_hash, tail: Vec::new(), begins_anew: false };
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
            ServerFrame::Presence { state, .. } if !limits::is_presence(&state) => {}
            ServerFrame::Presence { document, person, state } => {
                self.events.push_back(Event::Presence { document, person, state });
            }
            ServerFrame::Error { code } => {
                self.events.push_back(Event::Complaint(code.chars().take(limits::MAX_WORD_CHARS).collect()));
            }
            ServerFrame::Missing { document, generation, after } => {
                self.missing(document, Position { generation, sequence: after });
            }
            ServerFrame::Ping { n } => self.ping = Some(n),
            ServerFrame::Packs => self.packs = true,
            ServerFrame::Pong { .. } | ServerFrame::Packed { .. } | ServerFrame::Unknown => {}
        }
        Ok(())
    }

    /// Takes over what `welcome` says of one document.
    pub(super) fn learn(&mut self, head: &DocumentHead) {
        if head.access < Access::Read {
            return self.drop_document(head.document);
        }
        let is_other = |local: &LocalDocument| (local.kind, local.space) != (head.kind, head.space);
        if self.documents.get(&head.document).is_some_and(is_other) {
            // An id is derived from space and kind, so what is here is right, or comes from a server that lied.
            if head.document != DocumentId::derive(head.space, head.kind) {
                return;
            }
            self.drop_document(head.document);
        }
        let new = || LocalDocument::new(head.document, (head.kind, head.space), (head.role, head.access), false);
        let local = self.documents.entry(head.document).or_insert_with(new);
        if (local.role, local.access, local.known) != (head.role, head.access, true) {
            local.role = head.role;
            local.access = head.access;
            local.known = true;
            local.forget_view();
            self.store.push(local.put(head.document));
            self.events.push_back(Event::DocumentsChanged);
        }
        let at = Position { generation: head.generation, sequence: head.sequence };
        local.awaits(at, self.catches_up_first);
    }

    fn snapshot(&mut self, document: DocumentId, snapshot: &Replacement) -> Result<(), ReplicaError> {
        let Some(local) = self.documents.get_mut(&document) else { return Ok(()) };
        if snapshot.position <= local.position() {
            return Ok(());
        }
        let before = local.position().generation;
        local.replace(&self.identity, snapshot)?;
        self.store.push(snapshot.put(document));
        let things = local.erased_things();
        if snapshot.position.generation > before && !things.is_empty() {
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
        let Some(local) = self.documents.get_mut(&document) else { return Ok(()) };
        if let Some(replacement) = &mut local.replacement {
            if replacement.position.generation == generation {
                replacement.tail.extend_from_slice(entries);
            }
            return Ok(());
        }
        // What was under way when a new generation began is part of that.
        if generation < local.position().generation {
            return Ok(());
        }
        let known = local.position().sequence;
        let new = entries.iter().position(|entry| entry.sequence > known).unwrap_or(entries.len());
        let new = entries.get(new..).unwrap_or_default();
        let follows = new.iter().zip(known + 1..).all(|(entry, expected)| entry.sequence == expected);
        if generation != local.position().generation || !follows {
            return Err(ReplicaError::Gap);
        }
        if new.is_empty() {
            return Ok(());
        }
        let extended = local.extend(document, &self.identity, new);
        let folded = match extended.and_then(|()| local.fold(document)) {
            Ok(folded) => folded,
            Err(error) => {
                self.begin_anew(document);
                return Err(error);
            }
        };
        self.store.push(StoreOp::Append {
            document,
            generation,
            entries: new.to_vec(),
            chain_hash: local.chain_hash(),
        });
        if let Some(snapshot) = folded {
            self.store.push(StoreOp::Fold { document, position: local.position(), snapshot });
        }
        let is_foreign = |entry: &Entry| {
            entry.device != self.identity.device && local.pending().any(|edit| edit.submission.id == entry.command_id)
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
        let Some(local) = self.documents.get_mut(&document) else { return };
        local.wait_behind();
        let waiting: Vec<Pending> = local.pending().cloned().collect();
        self.store.extend(waiting.into_iter().map(|pending| StoreOp::PutPending { document, pending }));
    }

    fn verdict(&mut self, document: DocumentId, verdict: Verdict, now: Timestamp) {
        let Some(local) = self.documents.get_mut(&document) else {
            return self.revoked_verdict(document, &verdict, now);
        };
        let code = verdict.code.unwrap_or(RefusalCode::Unknown);
        match (verdict.judgement, verdict.position()) {
            _ if verdict.is_passing() => {
                local.unsend_from(verdict.id);
                self.retry_at = Some(Timestamp::from_millis(now.millis() + RETRY_AFTER_MS));
            }
            // The edit stays in the view until it has come in an entry or a snapshot.
            (Judgement::Admitted, Some(position)) => {
                if local.admit(verdict.id, position) {
                    let state = EditState::Shared { sequence: position.sequence };
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
        let Some(local) = self.documents.get_mut(&document) else { return };
        local.access = access;
        let put = local.put(document);
        self.store.push(put);
        self.events.push_back(Event::DocumentsChanged);
    }

    /// Drops a document; the person's own texts that were not shared stay, as not accepted.
    pub(super) fn drop_document(&mut self, document: DocumentId) {
        let Some(local) = self.documents.get(&document) else { return };
        let waiting: Vec<CommandId> = local.pending().map(|pending| pending.submission.id).collect();
        if local.known {
            self.revoked_edits.add(document, local.pending().map(|pending| pending.submission.clone()));
        }
        for id in waiting {
            self.settle(document, id, EditState::not_accepted(RefusalCode::Revoked));
        }
        self.documents.remove(&document);
        self.store.push(StoreOp::DropDocument { document });
        self.events.push_back(Event::AccessLost(document));
    }

    /// Ends the edits that came in a snapshot, without entries of their own.
    fn settle_included(&mut self, document: DocumentId) {
        let included = self.documents.get(&document).map(LocalDocument::included).unwrap_or_default();
        for (id, position) in included {
            self.settle(document, id, EditState::Shared { sequence: position.sequence });
        }
    }

    fn settle(&mut self, document: DocumentId, id: CommandId, state: EditState) {
        let settled = self.documents.get_mut(&document).and_then(|local| local.settle(id));
        let Some((Pending { submission, .. }, notified)) = settled else { return };
        let command = submission.command;
        let made_at = submission.made_at;
        // What was shared before an erasure, and is heard of after it, is about nothing any more.
        let things = self.documents.get(&document).map(LocalDocument::erased_things).unwrap_or_default();
        let named: Vec<_> = things.into_iter().filter(|thing| mentions(command.value(), *thing)).collect();
        let erase = (matches!(state, EditState::Shared { .. }) && !named.is_empty())
            .then_some(StoreOp::Erase { document, things: named });
        let edit = SettledEdit { id, state: state.clone(), command, made_at };
        self.store.push(StoreOp::Settle { document, edit });
        self.store.extend(erase);
        self.events.push_back(Event::DocumentChanged(document));
        if !notified {
            self.events.push_back(Event::EditSettled { document, id, state });
        }
    }
}
