//! A document in memory, and what it has to make durable.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use ed25519_dalek::{Signature, SigningKey};
use kring_domain::{DocumentId, DocumentKind, Grants, Refusal, RefusalCode, Role, Timestamp};
use kring_sync::{
    Admission, Admitted, ChainHash, Entry, Generation, Judgement, Outcome, Position, RawCommand, RecoverError,
    Recovery, Verdict, encode_entries,
};

use super::audit_buffer::AuditBuffer;
use super::batch::{Answer, DocumentWrite};
use super::generation_change::{Erasure, GenerationChange};
use super::inbox::{OnCommit, Principal, RecoverReply, ReplyTo};
use super::pending_entry::{PendingEntry, sign};
use super::poison_flag::PoisonFlag;
use super::queries::{EntryRow, VerdictRow};
use super::work::{Lost, Work};
use crate::clock::now;
use crate::metrics::Counted;
use crate::sync::connection::Broadcast;

/// A stored snapshot is renewed when this many entries have come after it.
const SNAPSHOT_AFTER_ENTRIES: u64 = 64;

/// A document that leaves memory gets a new snapshot when this many entries have come after the stored one.
const EVICTION_SNAPSHOT_AFTER_ENTRIES: u64 = 32;

/// A document in memory.
pub(super) struct OpenDocument {
    admission: Admission,
    poison: Arc<PoisonFlag>,
    snapshot: u64,
    recovery: Option<Recovery>,
    pending: Option<PendingWrite>,
    audit: AuditBuffer,
    used: Instant,
    _counted: Counted,
}

/// What was done to a document in the present batch.
struct PendingWrite {
    before: Position,
    entries: Vec<PendingEntry>,
    principals: Vec<Principal>,
    verdicts: Vec<VerdictRow>,
    generation_change: Option<GenerationChange>,
    answers: Vec<Answer>,
    recovery_ends: Option<Timestamp>,
}

impl OpenDocument {
    /// Takes a document from the store, with the last entry in its stored snapshot.
    pub(super) fn new(admission: Admission, snapshot: u64, recovery: Option<Recovery>, counted: Counted) -> Self {
        let poison = Arc::default();
        let pending = None;
        let audit = AuditBuffer::default();
        let used = Instant::now();
        Self { admission, poison, snapshot, recovery, pending, audit, used, _counted: counted }
    }

    /// Decides about commands until an instant, about those of one change at least; says whether none is left. The answer
    /// is kept for when they are durable.
    ///
    /// # Errors
    ///
    /// Where what the first of the commands were executed on was lost since.
    pub(super) fn submit(&mut self, work: &mut Work, until: Instant, key: &SigningKey) -> Result<bool, Lost> {
        if !work.belongs_to(&self.poison) {
            return Err(Lost);
        }
        let before = self.admission.head();
        let pending = self.pending.get_or_insert_with(|| PendingWrite::at(before));
        if !pending.principals.contains(&work.principal) {
            pending.principals.push(work.principal);
        }
        let now = now();
        let is_recovering = self.recovery.is_some_and(|recovery| recovery.is_on(now));
        while let Some(next) = work.commands.front() {
            if is_recovering && self.admission.verdict(next.id).is_none() {
                work.verdicts.push(Verdict::rejected(next.id, Refusal::new(RefusalCode::Recovering)));
                work.commands.pop_front();
                continue;
            }
            let raw = next.command.clone();
            for outcome in self.admission.handle_next(&work.author, &mut work.commands, now) {
                work.verdicts.push(outcome.verdict.clone());
                self.audit.note_outcome(&work.author, &outcome, now);
                pending.take(outcome, &raw, (self.admission.id(), work.author.role), key);
            }
            if Instant::now() >= until && !work.commands.is_empty() {
                return Ok(false);
            }
        }
        if let Some(reply_to) = work.reply_to.take() {
            pending.answer(reply_to, std::mem::take(&mut work.verdicts));
        }
        Ok(true)
    }

    /// Takes entries back that the server has lost, and keeps the answer for when they are durable.
    ///
    /// # Errors
    ///
    /// Where what is in memory has to be thrown away.
    pub(super) fn recover(
        &mut self,
        entries: &[Entry],
        key: &SigningKey,
        answer: RecoverReply,
        now: Timestamp,
    ) -> Result<(), RecoverError> {
        let before = self.admission.head();
        let is_signed = |chain_hash: &ChainHash, signature: &[u8]| {
            Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(chain_hash.as_bytes(), &signature).is_ok())
        };
        match self.admission.handle_recovered(entries, is_signed) {
            Ok(back) => {
                let pending = self.pending.get_or_insert_with(|| PendingWrite::at(before));
                if let Some(recovery) = self.recovery.as_mut().filter(|_| !back.is_empty()) {
                    pending.recovery_ends = Some(recovery.note_recovered(now));
                }
                pending.entries.extend(back.into_iter().map(PendingEntry::back));
                pending.answers.push(Answer::OnCommit(Box::new(move || {
                    // Whoever brought them may have gone away; they stand.
                    let _ = answer.send(Ok(()));
                })));
                Ok(())
            }
            Err(error) => {
                let _ = answer.send(Err(error));
                if error == RecoverError::Unreadable { Err(error) } else { Ok(()) }
            }
        }
    }

    /// Keeps what was seen of the document for when it is durable.
    pub(super) fn evaluate(&mut self, evaluation: impl FnOnce(&Admission) -> OnCommit) {
        let on_commit = evaluation(&self.admission);
        let before = self.admission.head();
        self.pending.get_or_insert_with(|| PendingWrite::at(before)).answers.push(Answer::OnCommit(on_commit));
    }

    /// Returns whether its history has grown so long that it should be rewritten, or holds what was erased.
    ///
    /// Where `bound` entries are too many it waits for a quiet moment, since devices that are under way count as
    /// being at the start afterwards; beyond twice as many it does not wait. A bound of 0 is none.
    pub(super) fn is_due(&self, bound: u64, quiet: Duration, now: Timestamp) -> bool {
        // What devices may still bring back belongs to the present generation.
        if self.recovery.is_some_and(|recovery| recovery.is_on(now)) {
            return false;
        }
        let length = self.admission.head().sequence;
        let is_long = bound > 0 && length >= bound && (length / 2 >= bound || self.used.elapsed() >= quiet);
        is_long || self.admission.kind().has_open_erasure(self.admission.document())
    }

    /// Begins a new generation with the document as it stands.
    pub(super) fn compact(&mut self) {
        let before = self.admission.head();
        if let Ok(generation) = self.admission.begin_generation() {
            self.pending.get_or_insert_with(|| PendingWrite::at(before)).begin(generation, Vec::new());
        }
    }

    /// Returns what has to be made durable, signed and encoded; `None` where there is nothing.
    pub(super) fn finish_batch(&mut self, key: &SigningKey) -> Option<DocumentWrite> {
        self.used = Instant::now();
        let mut pending = self.pending.take()?;
        let chain_hash = pending.entries.last().map(|last| last.chain_hash);
        sign(&mut pending.entries, key);
        let grants = (self.admission.kind() == DocumentKind::Consents && !pending.entries.is_empty())
            .then(|| Grants::of(self.admission.document()));
        let sent = pending.entries.iter().map(|pending_entry| pending_entry.entry.clone()).collect();
        let entries: Vec<EntryRow> = pending.entries.into_iter().map(PendingEntry::row).collect();
        let broadcast = self.broadcast(pending.generation_change.is_some(), &entries, sent).map(Arc::new);
        if pending.generation_change.is_some() {
            self.snapshot = 0;
        }
        let snapshot = self.new_snapshot(SNAPSHOT_AFTER_ENTRIES);
        Some(DocumentWrite {
            document: self.admission.id(),
            poison: self.poison.clone(),
            before: pending.before,
            chain_hash,
            principals: pending.principals,
            entries,
            verdicts: pending.verdicts,
            grants,
            space: None,
            generation_change: pending.generation_change,
            snapshot,
            broadcast,
            answers: pending.answers,
            audit: self.audit.take(),
            recovery_ends: pending.recovery_ends,
            has_failed: false,
        })
    }

    /// A last snapshot before the document leaves memory, where it is worth one.
    pub(super) fn eviction_write(&mut self) -> Option<DocumentWrite> {
        let before = self.admission.head();
        let snapshot = self.new_snapshot(EVICTION_SNAPSHOT_AFTER_ENTRIES)?;
        let document = self.admission.id();
        let poison = self.poison.clone();
        Some(DocumentWrite { snapshot: Some(snapshot), ..DocumentWrite::empty(document, poison, before) })
    }

    /// Returns whether what is in memory is not what is stored.
    pub(super) fn is_poisoned(&self) -> bool {
        self.poison.is_poisoned()
    }

    /// Gives up on what is in memory, because a failure left it in an unknown state; nobody is told anything.
    pub(super) fn give_up(self) {
        self.poison.poison();
        self.pending.into_iter().flat_map(|pending| pending.answers).for_each(Answer::fail);
    }

    /// Returns whether nothing of it is on its way to the store.
    pub(super) fn is_settled(&self) -> bool {
        self.pending.is_none() && Arc::strong_count(&self.poison) == 1
    }

    /// When somebody last worked on it.
    pub(super) fn used(&self) -> Instant {
        self.used
    }

    /// About how many bytes it takes.
    pub(super) fn memory_bytes(&self) -> usize {
        self.admission.memory_bytes()
    }

    /// Returns what the readers are told. A reader who is in an older generation is sent the snapshot of the new one first.
    fn broadcast(&self, starts_generation: bool, rows: &[EntryRow], entries: Vec<Entry>) -> Option<Broadcast> {
        let document = self.admission.id();
        let generation = self.admission.head().generation;
        if entries.is_empty() && !starts_generation {
            return None;
        }
        let frame = encode_entries(document, generation, rows.iter().map(|row| &row.entry));
        Some(Broadcast::new(document, generation, entries, Bytes::from(frame)))
    }

    fn new_snapshot(&mut self, tail: u64) -> Option<(Position, Vec<u8>)> {
        let head = self.admission.head();
        (head.sequence.saturating_sub(self.snapshot) > tail).then(|| {
            self.snapshot = head.sequence;
            (head, self.admission.snapshot())
        })
    }
}

impl PendingWrite {
    fn at(before: Position) -> Self {
        Self {
            before,
            entries: Vec::new(),
            principals: Vec::new(),
            verdicts: Vec::new(),
            generation_change: None,
            answers: Vec::new(),
            recovery_ends: None,
        }
    }

    /// Keeps what became of a command, which is `raw` where it is the only one of its change.
    fn take(&mut self, outcome: Outcome, raw: &RawCommand, (document, role): (DocumentId, Role), key: &SigningKey) {
        let Outcome { verdict, admitted, repeated, generation } = outcome;
        match (admitted, generation) {
            (Some(admitted), Some(generation)) => self.erase(document, generation, admitted, role, key),
            (Some(admitted), None) => self.entries.push(PendingEntry::new(admitted, role)),
            (None, _) if repeated => {}
            (None, _) => {
                let held = (verdict.judgement == Judgement::Held).then(|| raw.json());
                self.verdicts.push(VerdictRow { verdict, held });
            }
        }
    }

    /// A command erased something, and a generation begins without it.
    fn erase(
        &mut self,
        document: DocumentId,
        generation: Generation,
        admitted: Admitted,
        role: Role,
        key: &SigningKey,
    ) {
        let at = generation.at;
        let erasures = Erasure::new(&admitted, &generation, document, key);
        let generation_change = self.begin(generation, erasures.into_iter().collect());
        generation_change.former.push(PendingEntry::new(admitted, role).former(at));
    }

    /// Lets a generation begin behind what was admitted in this batch so far.
    fn begin(&mut self, generation: Generation, erasures: Vec<Erasure>) -> &mut GenerationChange {
        let position = |sequence| Position { sequence, ..generation.before };
        let former = self.entries.drain(..).map(|pending_entry| {
            let position = position(pending_entry.entry.sequence);
            pending_entry.former(position)
        });
        let former = former.collect();
        let before = self.generation_change.take();
        self.generation_change.insert(GenerationChange { generation, former, erasures }.replace(before))
    }

    /// One frame of verdicts for each device, however many it has sent.
    fn answer(&mut self, reply_to: ReplyTo, mut verdicts: Vec<Verdict>) {
        let number = reply_to.device().map(|device| device.number);
        let known = self.answers.iter_mut().find_map(|answer| match answer {
            Answer::Device(device, known) if Some(device.number) == number => Some(known),
            _ => None,
        });
        match known {
            Some(known) => known.append(&mut verdicts),
            None => self.answers.push(Answer::new(reply_to, verdicts)),
        }
    }
}
