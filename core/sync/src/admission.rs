//! The server's half: one document's log, and the decision and execution of every command on it.
//!
//! An [`Admission`] does no IO. The shell makes what it returns durable before it tells anybody; if that fails, the
//! shell drops the `Admission` and restores it from what is stored.

mod log;
mod recover;
mod restore;

use automerge::transaction::CommitOptions;
use automerge::{Automerge, PatchLog, ReadDoc};
use kring_domain::{
    Author, Code, Command, CommandId, Context, Decision, DocumentId, DocumentKind, ParseError, Refusal, Timestamp,
    authorize, genesis,
};

use crate::{Base, ChainHash, Entry, Submission, Verdict};

use log::Log;
pub use log::Mark;
pub use recover::{Readmitted, RecoverError};
pub use restore::{RestoreError, StoredLog};

/// How far ahead of the server a device's clock may be, in milliseconds.
const CLOCK_TOLERANCE: i64 = 24 * 60 * 60 * 1000;

/// One document at the server: its history, its present state and what was answered to whom.
pub struct Admission {
    id: DocumentId,
    kind: DocumentKind,
    generation: u64,
    document: Automerge,
    log: Log,
    chain: ChainHash,
}

/// What became of one submission.
#[derive(Debug)]
pub struct Outcome {
    /// The answer to the device.
    pub verdict: Verdict,
    /// The new entry, where the command was admitted just now.
    pub admitted: Option<Admitted>,
    /// Whether the same command was answered before; nothing is to be stored then.
    pub repeated: bool,
}

/// An entry that was executed and is not durable yet.
#[derive(Debug)]
pub struct Admitted {
    /// The entry, not signed yet.
    pub entry: Entry,
    /// What the store keeps beside it.
    pub mark: Mark,
    /// The link of the chain that covers it.
    pub link: ChainHash,
    /// The command, parsed.
    pub command: Command,
}

impl Admission {
    /// A document that nobody has edited yet.
    pub fn new(id: DocumentId, kind: DocumentKind) -> Self {
        let document = genesis(kind);
        let log = Log::starting_at(document.get_heads());
        Self { id, kind, generation: 1, document, log, chain: ChainHash::start(id, 1) }
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

    /// Where the log is.
    pub fn head(&self) -> Base {
        Base { generation: self.generation, sequence: self.log.head() }
    }

    /// The link of the last entry, or of the start of the generation.
    pub fn chain(&self) -> ChainHash {
        self.chain
    }

    /// The document as bytes for a new device: everything up to [`Self::head`].
    pub fn snapshot(&self) -> Vec<u8> {
        self.document.save()
    }

    /// A guess at the memory this document takes, in bytes, for a memory budget.
    ///
    /// Measured with automerge 0.12: about 90 KiB for an empty document and 140 bytes an entry on top, and the
    /// log's own marks and verdicts.
    pub fn weight(&self) -> usize {
        90 * 1024 + usize::try_from(self.log.head()).unwrap_or(usize::MAX / 1024) * 400
    }

    /// Decides about one submission and executes it where it is admitted.
    ///
    /// `now` is the server's clock. A command id that was answered before gets the same answer and changes nothing.
    pub fn handle_submission(&mut self, author: &Author, submission: Submission, now: Timestamp) -> Outcome {
        let id = submission.id;
        if let Some(verdict) = self.log.verdict(id) {
            return Outcome { verdict: verdict.clone(), admitted: None, repeated: true };
        }
        let (verdict, admitted) = match self.admit(author, submission, now) {
            Ok(admitted) => (Verdict::admitted(id, self.head(), admitted.entry.suggestion), Some(admitted)),
            Err(Stopped::Held(code)) => (Verdict::held(id, code), None),
            Err(Stopped::Refused(refusal)) => (Verdict::rejected(id, refusal), None),
        };
        self.log.record(verdict.clone());
        Outcome { verdict, admitted, repeated: false }
    }

    fn admit(&mut self, author: &Author, submission: Submission, now: Timestamp) -> Result<Admitted, Stopped> {
        let base = self.base_of(submission.base)?;
        let at = submission.made_at.unwrap_or(now);
        if at.millis() - now.millis() > CLOCK_TOLERANCE {
            return Err(Stopped::Held(Code::Clock));
        }
        let command = submission.command.parse()?;
        if command.kind() != self.kind {
            return Err(Stopped::Refused(Refusal::invalid("type")));
        }
        let context = Context { author: *author, command_id: submission.id, at: at.min(now) };
        let (change, hash, parents, suggestion) = self.execute(&context, &command, base)?;
        let mark = self.log.append(hash, author.device, base, parents);
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
        self.chain = self.chain.next(&entry);
        Ok(Admitted { entry, mark, link: self.chain, command })
    }

    /// The sequence number a base stands for in the present generation.
    fn base_of(&self, base: Option<Base>) -> Result<u64, Refusal> {
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
    ) -> Result<(Vec<u8>, automerge::ChangeHash, Vec<u64>, bool), Stopped> {
        let (warrant, suggestion) = match authorize(&context.author, command, &self.document) {
            Decision::Admit(warrant) => (warrant, false),
            Decision::Suggest(warrant) => (warrant, true),
            Decision::Hold(code) => return Err(Stopped::Held(code)),
            Decision::Refuse(refusal) => return Err(Stopped::Refused(refusal)),
        };
        let parents = self.log.parents(base, context.author.device);
        let is_present = self.log.is_present(&parents);
        self.document.set_actor(context.author.actor());
        let options = CommitOptions::default().with_time(context.at.millis() / 1000);
        let mut transaction = if is_present {
            self.document.transaction()
        } else {
            let at = self.document.transaction_at(PatchLog::null(), &self.log.hashes(&parents));
            at.map_err(|_| Refusal::new(Code::Conflict))?
        };
        if let Err(refusal) = warrant.execute(context, &mut transaction) {
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
        let change = self.document.get_change_by_hash(&hash).ok_or(Refusal::new(Code::Conflict))?;
        Ok((change.raw_bytes().to_vec(), hash, parents, suggestion))
    }

    /// The verdict that was given to a command, if one was.
    pub fn verdict(&self, id: CommandId) -> Option<&Verdict> {
        self.log.verdict(id)
    }
}

/// Why a submission does not become an entry.
enum Stopped {
    Held(Code),
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
            ParseError::Unknown => Self::Held(Code::UnknownCommand),
            ParseError::Invalid(refusal) => Self::Refused(refusal),
        }
    }
}

#[cfg(test)]
mod tests {
    use kring_domain::{DeviceId, Language, PersonId, Role, read_model};
    use serde_json::{Value, json};

    use super::*;
    use crate::{Judgement, RawCommand};

    #[test]
    fn two_devices_that_edit_one_idea_from_the_same_base_both_keep_their_words() {
        let mut circle = circle();
        let (linda, emine) = (author(Role::Member, 2, 20), author(Role::Client, 3, 30));
        admit(&mut circle, &linda, 1, None, json!({"type": "propose_idea", "idea_id": id(7), "text": "een kaart"}));
        let edit = |text| json!({"type": "edit_idea", "idea_id": id(7), "text": text});
        admit(&mut circle, &linda, 2, Some(1), edit("een mooie kaart"));
        admit(&mut circle, &emine, 3, Some(1), edit("een kaart naar Dennis"));
        assert_eq!(content(&circle)["ideas"][0]["text"], "een mooie kaart naar Dennis");
    }

    #[test]
    fn a_device_builds_on_its_own_earlier_commands_whatever_its_base() {
        let mut circle = circle();
        let (linda, emine) = (author(Role::Member, 2, 20), author(Role::Member, 3, 30));
        let propose = |n| json!({"type": "propose_idea", "idea_id": id(n), "text": "idee"});
        admit(&mut circle, &linda, 1, Some(0), propose(11));
        admit(&mut circle, &emine, 2, Some(0), propose(12));
        // Linda has not heard back and goes on: heart and words on her own idea, still on base 0.
        admit(&mut circle, &linda, 3, Some(0), json!({"type": "heart_idea", "idea_id": id(11)}));
        admit(&mut circle, &linda, 4, Some(0), json!({"type": "edit_idea", "idea_id": id(11), "text": "beter idee"}));
        admit(&mut circle, &linda, 5, Some(2), json!({"type": "heart_idea", "idea_id": id(12)}));
        let content = content(&circle);
        assert_eq!(content["ideas"][0]["text"], "beter idee");
        assert_eq!(content["ideas"][0]["hearts"].as_array().unwrap().len(), 1);
        assert_eq!(content["ideas"][1]["hearts"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn a_retry_gets_the_recorded_answer_and_changes_nothing() {
        let mut circle = circle();
        let linda = author(Role::Member, 2, 20);
        let command = json!({"type": "propose_idea", "idea_id": id(7), "text": "een kaart"});
        let first = submit(&mut circle, &linda, 1, Some(0), command.clone());
        let second = submit(&mut circle, &linda, 1, Some(0), command);
        assert!(second.repeated && second.admitted.is_none());
        assert_eq!(first.verdict, second.verdict);
        assert_eq!(circle.head().sequence, 1);
    }

    #[test]
    fn what_cannot_be_admitted_is_answered_with_a_reason() {
        let mut circle = circle();
        let (linda, backup) = (author(Role::Member, 2, 20), author(Role::Backup, 4, 40));
        let idea = json!({"type": "propose_idea", "idea_id": id(7), "text": "een kaart"});
        let unknown = json!({"type": "sing_song", "key": "c"});
        let choose = json!({"type": "choose_idea", "idea_id": id(7)});
        let long = json!({"type": "propose_idea", "idea_id": id(8), "text": "a".repeat(2001)});
        let code = |outcome: Outcome| (outcome.verdict.judgement, outcome.verdict.code.unwrap());
        assert_eq!(code(submit(&mut circle, &linda, 1, Some(9), idea.clone())), (Judgement::Rejected, Code::Invalid));
        assert_eq!(code(submit(&mut circle, &backup, 2, None, idea.clone())), (Judgement::Rejected, Code::Forbidden));
        assert_eq!(code(submit(&mut circle, &linda, 3, None, unknown)), (Judgement::Held, Code::UnknownCommand));
        assert_eq!(code(submit(&mut circle, &linda, 4, None, long)), (Judgement::Rejected, Code::TooLarge));
        admit(&mut circle, &linda, 5, None, idea.clone());
        assert_eq!(code(submit(&mut circle, &linda, 6, None, idea)), (Judgement::Rejected, Code::DuplicateId));
        assert_eq!(code(submit(&mut circle, &linda, 7, None, choose)), (Judgement::Rejected, Code::Forbidden));
        let tomorrow = Submission { made_at: Some(now().plus_days(3)), ..submission(8, None, json!({})) };
        assert_eq!(code(circle.handle_submission(&linda, tomorrow, now())), (Judgement::Held, Code::Clock));
        assert_eq!(circle.head().sequence, 1);
    }

    #[test]
    fn a_restored_document_goes_on_where_it_was() {
        let mut circle = circle();
        let (linda, emine) = (author(Role::Member, 2, 20), author(Role::Member, 3, 30));
        let mut stored = StoredLog::default();
        for n in 1..=20u64 {
            let who = if n % 2 == 0 { &linda } else { &emine };
            let command = json!({"type": "propose_idea", "idea_id": id(100 + n), "text": format!("idee {n}")});
            let outcome = submit(&mut circle, who, n, Some(n / 2), command);
            let admitted = outcome.admitted.unwrap();
            assert_eq!(Mark::from_bytes(&admitted.mark.to_bytes()), Some(admitted.mark.clone()));
            stored.marks.push(admitted.mark);
            stored.verdicts.push(outcome.verdict);
            stored.chain = Some(*admitted.link.as_bytes());
            if n > 10 {
                stored.tail.push(admitted.entry.change);
            } else {
                stored.snapshot = Some(circle.snapshot());
            }
        }
        let mut restored = Admission::restore(circle.id(), circle.kind(), stored.clone()).unwrap();
        assert_eq!(content(&restored), content(&circle));
        let heart = json!({"type": "heart_idea", "idea_id": id(103)});
        let here = submit(&mut circle, &linda, 30, Some(3), heart.clone()).admitted.unwrap();
        let there = submit(&mut restored, &linda, 30, Some(3), heart).admitted.unwrap();
        assert_eq!((here.entry, here.mark, here.link), (there.entry, there.mark, there.link));
        stored.tail.pop();
        assert!(Admission::restore(circle.id(), circle.kind(), stored).is_err());
    }

    fn circle() -> Admission {
        Admission::new(DocumentId::new(uuid::Uuid::from_u128(1)), DocumentKind::Circle)
    }

    fn author(role: Role, person: u128, device: u128) -> Author {
        let uuid = uuid::Uuid::from_u128;
        Author { device: DeviceId::new(uuid(device)), person: PersonId::new(uuid(person)), role }
    }

    fn id(number: u64) -> String {
        uuid::Uuid::from_u64_pair(5, number).to_string()
    }

    fn now() -> Timestamp {
        "2026-04-01T12:00:00Z".parse().unwrap()
    }

    fn submission(number: u64, sequence: Option<u64>, command: Value) -> Submission {
        Submission {
            id: CommandId::new(uuid::Uuid::from_u64_pair(9, number)),
            base: sequence.map(|sequence| Base { generation: 1, sequence }),
            made_at: None,
            command: RawCommand::from_value(command),
        }
    }

    fn submit(circle: &mut Admission, who: &Author, number: u64, base: Option<u64>, command: Value) -> Outcome {
        circle.handle_submission(who, submission(number, base, command), now())
    }

    fn admit(circle: &mut Admission, who: &Author, number: u64, base: Option<u64>, command: Value) {
        let outcome = submit(circle, who, number, base, command);
        assert_eq!(outcome.verdict.judgement, Judgement::Admitted, "{:?}", outcome.verdict);
    }

    fn content(circle: &Admission) -> Value {
        let model = read_model(circle.kind(), circle.document(), &|person| person.to_string(), Language::Dutch);
        serde_json::to_value(model.content).unwrap()
    }
}
