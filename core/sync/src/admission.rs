//! The server's half: one document's log, and the decision and execution of every command on it.
//!
//! An [`Admission`] does no IO. The shell makes what it returns durable before it tells anybody; if that fails, the
//! shell drops the `Admission` and restores it from what is stored.

mod generation;
mod log;
mod recover;
mod restore;

use automerge::transaction::CommitOptions;
use automerge::{Automerge, PatchLog, ReadDoc};
use kring_domain::{
    Author, Command, CommandId, Context, Decision, DocumentId, DocumentKind, ParseError, Refusal, RefusalCode,
    Timestamp, authorize, genesis, mentions,
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
    /// What the store keeps beside it.
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
        let base = self.base_of(submission.base)?;
        let is_older = submission.base.is_some_and(|base| base.generation < self.generation);
        let command = submission.command.parse()?;
        if command.kind() != self.kind {
            return Err(Stopped::Refused(Refusal::invalid("type")));
        }
        let command = command.resolved(author, &self.document);
        // Whatever its clock says, it is a command within the bounds of all commands.
        let at = submission.made_at.unwrap_or(now);
        if at.millis() - now.millis() > CLOCK_TOLERANCE_MS {
            return Err(Stopped::Held(RefusalCode::Clock));
        }
        let at = dating::clamp(at, self.seen_at(base), now);
        let context = Context { author: *author, command_id: submission.id, at, now };
        let (change, hash, parents, suggestion) = self.execute(&context, &command, base, is_older)?;
        let meta = self.log.append(hash, author.device, base, parents);
        let entry = Entry {
            sequence: self.log.head(),
            change,
            command_id: submission.id,
            person: author.person,
            device: author.device,
            at: now,
            role: author.role.name().to_owned(),
            command: command.name().to_owned(),
            base,
            suggestion,
            signature: Vec::new(),
        };
        self.chain_hash = self.chain_hash.next(&entry);
        Ok(Admitted { entry, meta, chain_hash: self.chain_hash, command })
    }

    /// When the latest edit was made that a device had seen at a base.
    fn seen_at(&self, base: u64) -> Option<Timestamp> {
        dating::seen(&self.document, &self.log.hashes_at(base))
    }

    /// The sequence number a base stands for in the present generation.
    fn base_of(&self, base: Option<Position>) -> Result<u64, Refusal> {
        let head = self.head();
        match base {
            None => Ok(head.sequence),
            Some(base) if base.generation == 0 || base > head => Err(Refusal::invalid("base")),
            Some(base) if base.generation < head.generation => Ok(0),
            Some(base) => Ok(base.sequence),
        }
    }

    fn execute(
        &mut self,
        context: &Context,
        command: &Command,
        base: u64,
        is_older: bool,
    ) -> Result<(Vec<u8>, automerge::ChangeHash, Vec<u64>, bool), Stopped> {
        let (authorized, suggestion) = match authorize(&context.author, command, &self.document) {
            Decision::Admit(authorized) => (authorized, false),
            Decision::Suggest(authorized) => (authorized, true),
            Decision::Hold(code) => return Err(Stopped::Held(code)),
            Decision::Refuse(refusal) => return Err(Stopped::Refused(refusal)),
        };
        let authorized = match self.log.heads_behind_own(base, context.author.device) {
            Some(heads) => authorized.seeing(self.log.hashes(&heads)),
            None if is_older => authorized.seeing_less(),
            None => authorized,
        };
        let parents = self.log.parents(base, context.author.device);
        let is_present = self.log.is_present(&parents);
        self.document.set_actor(context.author.actor());
        let options = CommitOptions::default().with_time(context.at.millis() / 1000);
        let mut transaction = if is_present {
            self.document.transaction()
        } else {
            let at = self.document.transaction_at(PatchLog::null(), &self.log.hashes(&parents));
            at.map_err(|_| Refusal::new(RefusalCode::Conflict))?
        };
        if let Err(refusal) = authorized.execute(context, &mut transaction) {
            transaction.rollback();
            return Err(Stopped::Refused(refusal));
        }
        let (hash, parents) = match transaction.commit_with(options).0 {
            Some(hash) => (hash, parents),
            // The edit changes nothing, like a heart that was taken back already; it is still an entry.
            None => {
                let options = CommitOptions::default().with_time(context.at.millis() / 1000);
                (self.document.empty_commit(options), self.log.present())
            }
        };
        let change = self.document.get_change_by_hash(&hash).ok_or(Refusal::new(RefusalCode::Conflict))?;
        Ok((change.raw_bytes().to_vec(), hash, parents, suggestion))
    }

    /// The verdict that was given to a command, if one was.
    pub fn verdict(&self, id: CommandId) -> Option<&Verdict> {
        self.log.verdict(id)
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
