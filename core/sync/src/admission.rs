//! The server's half: one document's log, and the decision and execution of every command on it.
//!
//! An [`Admission`] does no IO. The shell makes what it returns durable before it tells anybody; if that fails, the
//! shell drops the `Admission` and restores it from what is stored.

mod generation;
mod log;
mod recover;
mod restore;
mod run;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{Automerge, ChangeHash, PatchLog, ReadDoc};
use kring_domain::{
    Author, Authorized, Command, CommandId, Context, Decision, DocumentId, DocumentKind, ParseError, Refusal,
    RefusalCode, Timestamp, authorize, genesis, mentions,
};

use crate::{ChainHash, Entry, Position, RawCommand, Submission, Verdict, dating};

pub use generation::Generation;
pub use log::EntryMeta;
use log::Log;
pub use recover::{Readmitted, RecoverError};
pub use restore::{RestoreError, StoredLog};

/// The time by which of the server a device's clock may be, in milliseconds.
const CLOCK_TOLERANCE_MS: i64 = 24 * 60 * 60 * 1000;

/// The most bytes of a command, as JSON, that is held: nobody of this version can look into it and see that it is too long.
const MAX_HELD_BYTES: usize = 16 * 1024;

/// One document at the server: its history, its present state and what was answered to whom.
pub struct Admission {
    id: DocumentId,
    kind: DocumentKind,
    generation: u64,
    document: Automerge,
    log: Log,
    chain_hash: ChainHash,
}

/// The outcome of one submission.
#[derive(Debug)]
pub struct Outcome {
    /// The answer to the device.
    pub verdict: Verdict,
    /// The new entry, where the command was admitted just now.
    pub admitted: Option<Admitted>,
    /// True when the same command was answered before; nothing is to be stored then.
    pub repeated: bool,
    /// The generation that begins because the command erases something. What was admitted is then no entry that
    /// anybody is sent: it ends the generation before, and the verdict's place is the start of the new one.
    pub generation: Option<Generation>,
}

/// An entry that was executed and is not durable yet.
#[derive(Debug)]
pub struct Admitted {
    /// The entry, not signed yet.
    pub entry: Entry,
    /// The data that the store keeps beside it.
    pub meta: EntryMeta,
    /// The chain hash of the chain that covers it.
    pub chain_hash: ChainHash,
    /// The command, parsed.
    pub command: Command,
}

impl Admission {
    /// A document that nobody has edited yet.
    pub fn new(id: DocumentId, kind: DocumentKind) -> Self {
        let document = genesis(kind);
        let log = Log::starting_at(document.get_heads());
        Self { id, kind, generation: 1, document, log, chain_hash: ChainHash::start(id, 1) }
    }

    /// The document's id.
    pub fn id(&self) -> DocumentId {
        self.id
    }

    /// The document's kind.
    pub fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// The state after all entries so far.
    pub fn document(&self) -> &Automerge {
        &self.document
    }

    /// Returns where the log is.
    pub fn head(&self) -> Position {
        Position { generation: self.generation, sequence: self.log.head() }
    }

    /// The chain hash of the last entry, or of the start of the generation.
    pub fn chain_hash(&self) -> ChainHash {
        self.chain_hash
    }

    /// The document as bytes for a new device: everything up to [`Self::head`].
    pub fn snapshot(&self) -> Vec<u8> {
        self.document.save()
    }

    /// A guess at the memory this document takes, in bytes, for a memory budget.
    ///
    /// Measured with automerge 0.12: about 90 KiB for an empty document and 140 bytes an entry on top, and the
    /// log's own marks and verdicts; those of earlier generations count as if their entries were still there.
    pub fn memory_bytes(&self) -> usize {
        90 * 1024 + self.log.verdicts() * 400
    }

    /// Decides about one submission and executes it where it is admitted.
    ///
    /// `now` is the server's clock. A command id that was answered before gets the same answer and changes nothing.
    pub fn handle_submission(&mut self, author: &Author, submission: Submission, now: Timestamp) -> Outcome {
        let id = submission.id;
        if let Some(verdict) = self.log.verdict(id) {
            return Outcome { verdict: verdict.clone(), admitted: None, repeated: true, generation: None };
        }
        let raw = submission.command.clone();
        let (verdict, admitted, generation) = match self.admit(author, submission, now) {
            Ok(admitted) => {
                // Where the document cannot be written anew the erasure stays open, and is tried again later.
                // What is only suggested erases nothing yet.
                let erases = !admitted.entry.suggestion && admitted.command.erases().is_some();
                let generation = erases.then(|| self.begin_generation().ok()).flatten();
                (Verdict::admitted(id, self.head(), admitted.entry.suggestion), Some(admitted), generation)
            }
            // What names something that was erased is kept for nobody.
            Err(Stopped::Held(_)) if self.names_erased(&raw) => {
                (Verdict::rejected(id, Refusal::new(RefusalCode::NotFound)), None, None)
            }
            Err(Stopped::Held(_)) if raw.json().len() > MAX_HELD_BYTES => {
                (Verdict::rejected(id, Refusal::new(RefusalCode::TooLarge)), None, None)
            }
            Err(Stopped::Held(code)) => (Verdict::held(id, code), None, None),
            Err(Stopped::Refused(refusal)) => (Verdict::rejected(id, refusal), None, None),
        };
        self.log.record(verdict.clone());
        Outcome { verdict, admitted, repeated: false, generation }
    }

    fn names_erased(&self, command: &RawCommand) -> bool {
        let things = self.kind.erased_things(&self.document);
        things.into_iter().any(|thing| mentions(command.value(), thing))
    }

    fn admit(&mut self, author: &Author, submission: Submission, now: Timestamp) -> Result<Admitted, Stopped> {
        let next = self.read_command(author, submission, &[], now)?;
        let executed = self.execute(author, std::slice::from_ref(&next), now).map_err(|failed| failed.why)?;
        let admitted = self.append(author, vec![next], &executed, now).pop();
        admitted.ok_or(Stopped::Refused(Refusal::new(RefusalCode::Conflict)))
    }

    /// Reads a submission that is to be executed behind others of the same author, which are `ahead`.
    fn read_command(
        &self,
        author: &Author,
        submission: Submission,
        ahead: &[RunCommand],
        now: Timestamp,
    ) -> Result<RunCommand, Stopped> {
        let Submission { id, base, made_at, command } = submission;
        let is_older = base.is_some_and(|base| base.generation < self.generation);
        let base = match base {
            None => self.head().sequence + ahead.len() as u64,
            Some(base) => self.base_of(base)?,
        };
        let command = command.parse()?;
        if command.kind() != self.kind {
            return Err(Stopped::Refused(Refusal::invalid("type")));
        }
        let command = command.resolved(author, &self.document);
        // Whatever its clock says, it is a command within the bounds of all commands.
        let at = made_at.unwrap_or(now);
        if at.millis() - now.millis() > CLOCK_TOLERANCE_MS {
            return Err(Stopped::Held(RefusalCode::Clock));
        }
        let at = dating::clamp(at, self.seen_at(base, ahead), now);
        Ok(RunCommand { id, base, is_older, at, command })
    }

    /// When the latest edit was made that a device had seen at a base, which may be behind its commands `ahead`.
    fn seen_at(&self, base: u64, ahead: &[RunCommand]) -> Option<Timestamp> {
        match ahead.last().filter(|_| base > self.head().sequence) {
            // Whatever else there is, the command before this one builds on it.
            Some(last) => dating::as_seen(last.at),
            None => dating::seen(&self.document, &self.log.hashes_at(base)),
        }
    }

    /// The sequence number a base stands for in the present generation.
    fn base_of(&self, base: Position) -> Result<u64, Refusal> {
        let head = self.head();
        match base {
            base if base.generation == 0 || base > head => Err(Refusal::invalid("base")),
            base if base.generation < head.generation => Ok(0),
            base => Ok(base.sequence),
        }
    }

    /// Executes commands of one author in one change, at what the first was made on. Each is decided about on the
    /// document as it stands before them, so none may depend on what another one does.
    ///
    /// Where they would make too large a change together, the last are left out.
    fn execute(&mut self, author: &Author, run: &[RunCommand], now: Timestamp) -> Result<Executed, Failed> {
        let mut permits = Vec::with_capacity(run.len());
        for (number, next) in run.iter().enumerate() {
            match authorize(author, &next.command, &self.document) {
                Decision::Admit(authorized) | Decision::Suggest(authorized) => {
                    permits.push(self.seeing(authorized, author, next, number as u64));
                }
                Decision::Hold(code) => return Err(Failed { index: number, why: Stopped::Held(code) }),
                Decision::Refuse(refusal) => return Err(Failed { index: number, why: refusal.into() }),
            }
        }
        let base = run.first().map_or(0, |first| first.base);
        let parents = self.log.parents(base, author.device);
        let is_present = self.log.is_present(&parents);
        self.document.set_actor(author.actor());
        let mut transaction = if is_present {
            self.document.transaction()
        } else {
            let at = self.document.transaction_at(PatchLog::null(), &self.log.hashes(&parents));
            at.map_err(|_| Failed::conflict())?
        };
        let mut suggestions = Vec::with_capacity(run.len());
        let mut last = Timestamp::default();
        for (number, (authorized, next)) in permits.iter().zip(run).enumerate() {
            if number > 0 && transaction.pending_ops() * (number + 1) > run::MAX_CARRIED_OPERATIONS {
                break;
            }
            let context = Context { author: *author, command_id: next.id, at: next.at, now };
            if let Err(refusal) = authorized.execute(&context, &mut transaction) {
                transaction.rollback();
                return Err(Failed { index: number, why: refusal.into() });
            }
            suggestions.push(authorized.is_suggestion());
            last = next.at;
        }
        let options = || CommitOptions::default().with_time(last.millis() / 1000);
        let (hash, parents) = match transaction.commit_with(options()).0 {
            Some(hash) => (hash, parents),
            // The edit changes nothing, like a heart that was taken back already; it is still an entry.
            None => (self.document.empty_commit(options()), self.log.present()),
        };
        let change = self.document.get_change_by_hash(&hash);
        let change = change.ok_or_else(Failed::conflict)?;
        Ok(Executed { change: change.raw_bytes().to_vec(), hash, parents, suggestions })
    }

    /// Says what the author of a command had seen, which is executed behind `ahead` others of theirs in one change.
    fn seeing<'a>(&self, authorized: Authorized<'a>, author: &Author, next: &RunCommand, ahead: u64) -> Authorized<'a> {
        let behind = self.head().sequence + ahead;
        let heads = match ahead {
            0 => self.log.heads_behind_own(next.base, author.device),
            _ => (next.base < behind).then(|| self.log.heads_at(next.base)),
        };
        match heads {
            Some(heads) => authorized.seeing(self.log.hashes(&heads)),
            None if next.is_older => authorized.seeing_less(),
            None => authorized,
        }
    }

    /// Adds the entries of commands that were executed together.
    fn append(&mut self, author: &Author, run: Vec<RunCommand>, executed: &Executed, now: Timestamp) -> Vec<Admitted> {
        let mut parents = executed.parents.clone();
        let append = |(next, suggestion): (RunCommand, &bool)| {
            let meta = self.log.append(executed.hash, author.device, next.base, &parents);
            let sequence = self.log.head();
            parents = vec![sequence];
            let entry = Entry {
                sequence,
                change: executed.change.clone(),
                command_id: next.id,
                person: author.person,
                device: author.device,
                at: now,
                role: author.role.name().to_owned(),
                command: next.command.name().to_owned(),
                base: next.base,
                suggestion: *suggestion,
                signature: Vec::new(),
            };
            self.chain_hash = self.chain_hash.next(&entry);
            Admitted { entry, meta, chain_hash: self.chain_hash, command: next.command }
        };
        run.into_iter().zip(&executed.suggestions).map(append).collect()
    }

    /// The verdict that was given to a command, if one was.
    pub fn verdict(&self, id: CommandId) -> Option<&Verdict> {
        self.log.verdict(id)
    }
}

/// A submission that was read, to be executed alone or in a run.
struct RunCommand {
    id: CommandId,
    /// The entry that it was made behind.
    base: u64,
    /// True when that was in an older generation, of which nothing is left.
    is_older: bool,
    /// When it was made, never later than now.
    at: Timestamp,
    command: Command,
}

/// Commands that are one change of the document.
struct Executed {
    change: Vec<u8>,
    hash: ChangeHash,
    /// The entries that it was made behind.
    parents: Vec<u64>,
    /// Of each command, whether it became a suggestion.
    suggestions: Vec<bool>,
}

/// Commands that are none, of which the document keeps no trace.
struct Failed {
    /// The first of them that cannot be executed.
    index: usize,
    why: Stopped,
}

impl Failed {
    /// Automerge does not open or make the change.
    fn conflict() -> Self {
        Self { index: 0, why: Refusal::new(RefusalCode::Conflict).into() }
    }
}

/// Why a submission does not become an entry.
enum Stopped {
    Held(RefusalCode),
    Refused(Refusal),
}

impl From<Refusal> for Stopped {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<ParseError> for Stopped {
    fn from(error: ParseError) -> Self {
        match error {
            ParseError::Unknown => Self::Held(RefusalCode::UnknownCommand),
            ParseError::Invalid(refusal) => Self::Refused(refusal),
        }
    }
}

#[cfg(test)]
mod tests;
