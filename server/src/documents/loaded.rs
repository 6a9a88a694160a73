//! A document in memory, and what it has to make durable.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use ed25519_dalek::{Signature, SigningKey};
use kring_domain::{Code, DocumentId, DocumentKind, Grants, Refusal, Role, Timestamp};
use kring_sync::{
    Admission, Admitted, Base, ChainHash, Entry, Generation, Judgement, Outcome, RawCommand, RecoverError, Recovery,
    Verdict, encode_entries,
};

use super::deeds::Deeds;
use super::drafted::{Drafted, sign};
use super::inbox::{Asker, Brought, Reveal, Warrantor};
use super::lineage::Lineage;
use super::round::{Answer, Part};
use super::table::{EntryRow, VerdictRow};
use super::turn::{Erasure, Turn};
use super::work::{Lost, Work};
use crate::clock::now;
use crate::metrics::Counted;
use crate::sync::connection::Live;

/// A stored snapshot is renewed when this many entries have come after it.
const LONG_TAIL: u64 = 64;

/// A document that leaves memory gets a new snapshot when this many entries have come after the stored one.
const IDLE_TAIL: u64 = 32;

/// A document in memory.
pub(super) struct Loaded {
    admission: Admission,
    lineage: Arc<Lineage>,
    snapshot: u64,
    recovery: Option<Recovery>,
    draft: Option<Draft>,
    deeds: Deeds,
    used: Instant,
    _counted: Counted,
}

/// What was done to a document in the present round.
struct Draft {
    before: Base,
    entries: Vec<Drafted>,
    warrantors: Vec<Warrantor>,
    verdicts: Vec<VerdictRow>,
    turn: Option<Turn>,
    answers: Vec<Answer>,
    recovery_ends: Option<Timestamp>,
}

impl Loaded {
    /// Takes a document from the store, with the last entry in its stored snapshot.
    pub(super) fn new(admission: Admission, snapshot: u64, recovery: Option<Recovery>, counted: Counted) -> Self {
        let lineage = Arc::default();
        let draft = None;
        let deeds = Deeds::default();
        let used = Instant::now();
        Self { admission, lineage, snapshot, recovery, draft, deeds, used, _counted: counted }
    }

    /// Decides about commands until an instant, about one at least; says whether none is left. The answer
    /// is kept for when they are durable.
    ///
    /// # Errors
    ///
    /// Where what the first of the commands were executed on was lost since.
    pub(super) fn submit(&mut self, work: &mut Work, until: Instant, key: &SigningKey) -> Result<bool, Lost> {
        if !work.belongs_to(&self.lineage) {
            return Err(Lost);
        }
        let before = self.admission.head();
        let draft = self.draft.get_or_insert_with(|| Draft::at(before));
        if !draft.warrantors.contains(&work.warrantor) {
            draft.warrantors.push(work.warrantor);
        }
        let now = now();
        let is_recovering = self.recovery.is_some_and(|recovery| recovery.is_on(now));
        while let Some(next) = work.commands.pop_front() {
            if is_recovering && self.admission.verdict(next.id).is_none() {
                work.verdicts.push(Verdict::rejected(next.id, Refusal::new(Code::Recovering)));
                continue;
            }
            let raw = next.command.clone();
            let outcome = self.admission.handle_submission(&work.author, next, now);
            work.verdicts.push(outcome.verdict.clone());
            self.deeds.note_outcome(&work.author, &outcome, now);
            draft.take(outcome, &raw, (self.admission.id(), work.author.role), key);
            if Instant::now() >= until && !work.commands.is_empty() {
                return Ok(false);
            }
        }
        if let Some(asker) = work.asker.take() {
            draft.answer(asker, std::mem::take(&mut work.verdicts));
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
        answer: Brought,
        now: Timestamp,
    ) -> Result<(), RecoverError> {
        let before = self.admission.head();
        let is_signed = |link: &ChainHash, signature: &[u8]| {
            Signature::from_slice(signature).is_ok_and(|signature| key.verify(link.as_bytes(), &signature).is_ok())
        };
        match self.admission.handle_recovered(entries, is_signed) {
            Ok(back) => {
                let draft = self.draft.get_or_insert_with(|| Draft::at(before));
                if let Some(recovery) = self.recovery.as_mut().filter(|_| !back.is_empty()) {
                    draft.recovery_ends = Some(recovery.brought(now));
                }
                draft.entries.extend(back.into_iter().map(Drafted::back));
                draft.answers.push(Answer::Reveal(Box::new(move || {
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
    pub(super) fn reveal(&mut self, look: impl FnOnce(&Admission) -> Reveal) {
        let reveal = look(&self.admission);
        let before = self.admission.head();
        self.draft.get_or_insert_with(|| Draft::at(before)).answers.push(Answer::Reveal(reveal));
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
            self.draft.get_or_insert_with(|| Draft::at(before)).begin(generation, Vec::new());
        }
    }

    /// Returns what has to be made durable, signed and encoded; `None` where there is nothing.
    pub(super) fn finish_round(&mut self, key: &SigningKey) -> Option<Part> {
        self.used = Instant::now();
        let mut draft = self.draft.take()?;
        let chain = draft.entries.last().map(|last| last.link);
        sign(&mut draft.entries, key);
        let grants = (self.admission.kind() == DocumentKind::Consents && !draft.entries.is_empty())
            .then(|| Grants::of(self.admission.document()));
        let entries: Vec<EntryRow> = draft.entries.into_iter().map(Drafted::row).collect();
        let live = self.live(draft.turn.is_some(), &entries).map(Arc::new);
        if draft.turn.is_some() {
            self.snapshot = 0;
        }
        let snapshot = self.new_snapshot(LONG_TAIL);
        Some(Part {
            document: self.admission.id(),
            lineage: self.lineage.clone(),
            before: draft.before,
            chain,
            warrantors: draft.warrantors,
            entries,
            verdicts: draft.verdicts,
            grants,
            space: None,
            turn: draft.turn,
            snapshot,
            live,
            answers: draft.answers,
            deeds: self.deeds.take(),
            recovery_ends: draft.recovery_ends,
            has_failed: false,
        })
    }

    /// A last snapshot before the document leaves memory, where it is worth one.
    pub(super) fn part_with(&mut self) -> Option<Part> {
        let before = self.admission.head();
        let snapshot = self.new_snapshot(IDLE_TAIL)?;
        let document = self.admission.id();
        let lineage = self.lineage.clone();
        Some(Part { snapshot: Some(snapshot), ..Part::empty(document, lineage, before) })
    }

    /// Returns whether what is in memory is not what is stored.
    pub(super) fn is_broken(&self) -> bool {
        self.lineage.is_broken()
    }

    /// Gives up on what is in memory, because a failure left it in an unknown state; nobody is told anything.
    pub(super) fn give_up(self) {
        self.lineage.break_off();
        self.draft.into_iter().flat_map(|draft| draft.answers).for_each(Answer::fail);
    }

    /// Returns whether nothing of it is on its way to the store.
    pub(super) fn is_settled(&self) -> bool {
        self.draft.is_none() && Arc::strong_count(&self.lineage) == 1
    }

    /// When somebody last worked on it.
    pub(super) fn used(&self) -> Instant {
        self.used
    }

    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> usize {
        self.admission.weight()
    }

    /// Returns what the readers are told. A reader who is in an older generation is sent the snapshot of the new one first.
    fn live(&self, turns: bool, entries: &[EntryRow]) -> Option<Live> {
        let document = self.admission.id();
        let generation = self.admission.head().generation;
        let ends = entries.first().zip(entries.last()).map(|(first, last)| (first.sequence, last.sequence));
        let (first, last) = ends.or(turns.then_some((0, 0)))?;
        let encoded = entries.iter().map(|row| &row.entry);
        let frame = Bytes::from(encode_entries(document, generation, encoded));
        Some(Live { document, generation, first, last, frame })
    }

    fn new_snapshot(&mut self, tail: u64) -> Option<(Base, Vec<u8>)> {
        let head = self.admission.head();
        (head.sequence.saturating_sub(self.snapshot) > tail).then(|| {
            self.snapshot = head.sequence;
            (head, self.admission.snapshot())
        })
    }
}

impl Draft {
    fn at(before: Base) -> Self {
        Self {
            before,
            entries: Vec::new(),
            warrantors: Vec::new(),
            verdicts: Vec::new(),
            turn: None,
            answers: Vec::new(),
            recovery_ends: None,
        }
    }

    /// Keeps what became of a command, which came as `raw`.
    fn take(&mut self, outcome: Outcome, raw: &RawCommand, (document, role): (DocumentId, Role), key: &SigningKey) {
        let Outcome { verdict, admitted, repeated, generation } = outcome;
        match (admitted, generation) {
            (Some(admitted), Some(generation)) => self.erase(document, generation, admitted, role, key),
            (Some(admitted), None) => self.entries.push(Drafted::new(admitted, role)),
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
        let turn = self.begin(generation, erasures.into_iter().collect());
        turn.former.push(Drafted::new(admitted, role).former(at));
    }

    /// Lets a generation begin behind what was admitted in this round so far.
    fn begin(&mut self, generation: Generation, erasures: Vec<Erasure>) -> &mut Turn {
        let place = |sequence| Base { sequence, ..generation.before };
        let former = self.entries.drain(..).map(|drafted| {
            let place = place(drafted.entry.sequence);
            drafted.former(place)
        });
        let former = former.collect();
        let before = self.turn.take();
        self.turn.insert(Turn { generation, former, erasures }.replace(before))
    }

    /// One frame of verdicts for each device, however many it has sent.
    fn answer(&mut self, asker: Asker, mut verdicts: Vec<Verdict>) {
        let number = asker.device().map(|device| device.number);
        let known = self.answers.iter_mut().find_map(|answer| match answer {
            Answer::Device(device, known) if Some(device.number) == number => Some(known),
            _ => None,
        });
        match known {
            Some(known) => known.append(&mut verdicts),
            None => self.answers.push(Answer::new(asker, verdicts)),
        }
    }
}
