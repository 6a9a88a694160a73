//! The decision about a command, and the proof that it was taken.

use automerge::transaction::Transactable;
use automerge::{ChangeHash, ReadDoc};

use crate::because::Because;
use crate::policy::Rule;
use crate::shared_text::{self, Present};
use crate::{Author, Command, Context, Refusal, RefusalCode};

/// The outcome of a command.
#[derive(Debug)]
pub enum Decision<'a> {
    /// It may be executed as it stands.
    Admit(Authorized<'a>),
    /// It may be executed as a suggestion for the client.
    Suggest(Authorized<'a>),
    /// It is kept for a person to judge.
    Hold(RefusalCode),
    /// It is not admitted.
    Refuse(Refusal),
}

/// A command that was authorised. Only [`authorize`] makes one, so a forgotten check does not compile.
#[derive(Debug)]
pub struct Authorized<'a> {
    command: &'a Command,
    suggestion: bool,
    /// The text that the command gives new words, as it stands.
    present: Option<Present>,
    seen: Seen,
}

/// What the author of a command had seen of others' edits.
#[derive(Debug)]
pub(crate) enum Seen {
    /// All that the transaction has in scope.
    Scope,
    /// The document at these heads, and behind them the author's own edits that the transaction has in scope.
    Heads(Vec<ChangeHash>),
    /// A history that is gone: the scope has more than the author had seen, and nobody knows how much.
    Unknown,
}

/// Decides about a command on the document as it stands now.
///
/// The phone asks it to show a button or not, the server to admit an edit or not: it is the same function.
pub fn authorize<'a>(author: &Author, command: &'a Command, document: &impl ReadDoc) -> Decision<'a> {
    let suggestion = match command.policy().rule(author.role) {
        Rule::Always => command.becomes_suggestion(author, document),
        Rule::Suggest => true,
        // Whether the thing is there is said first, so that a condition about it cannot be a riddle.
        Rule::If(condition) => match command.check(document) {
            Ok(()) if command.holds(condition, author, document) => command.becomes_suggestion(author, document),
            Ok(()) => return forbidden(command.why_not(condition, author, document)),
            Err(refusal) => return Decision::Refuse(refusal),
        },
        Rule::Never => return forbidden(Because::of_policy(command.policy(), command.is_choice())),
    };
    if let Err(refusal) = command.check(document) {
        return Decision::Refuse(refusal);
    }
    let present = command.rewords().and_then(|edit| Present::of(document, &edit));
    // Where nobody can answer yet, things are done at once.
    let suggestion = suggestion && author.has_client;
    let authorized = Authorized { command, suggestion, present, seen: Seen::Scope };
    if suggestion { Decision::Suggest(authorized) } else { Decision::Admit(authorized) }
}

fn forbidden<'a>(because: Because) -> Decision<'a> {
    Decision::Refuse(Refusal::new(RefusalCode::Forbidden).because(because))
}

impl Authorized<'_> {
    /// Says what the author had seen of others, where the transaction's scope has own edits behind it.
    pub fn seeing(self, heads: Vec<ChangeHash>) -> Self {
        Self { seen: Seen::Heads(heads), ..self }
    }

    /// Says that the author had seen a history that is gone, and not all that the transaction has in scope.
    pub fn seeing_less(self) -> Self {
        Self { seen: Seen::Unknown, ..self }
    }

    /// Executes the command at the point in history where the transaction is opened.
    ///
    /// # Errors
    ///
    /// A refusal when the command makes no sense there; roll the transaction back.
    pub fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        if self.suggestion {
            self.command.suggest(context, transaction)
        } else {
            self.command.execute(context, transaction)?;
            match (self.command.rewords(), &self.present) {
                (Some(edit), Some(present)) => shared_text::write(&edit, present, &self.seen, context, transaction),
                _ => Ok(()),
            }
        }
    }

    /// Returns whether the command is executed as a suggestion for the client.
    pub fn is_suggestion(&self) -> bool {
        self.suggestion
    }
}
