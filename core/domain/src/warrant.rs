//! The decision about a command, and the proof that it was taken.

use automerge::ReadDoc;
use automerge::transaction::Transactable;

use crate::policy::Rule;
use crate::{Author, Code, Command, Context, Refusal};

/// What becomes of a command.
#[derive(Debug)]
pub enum Decision<'a> {
    /// It may be executed as it stands.
    Admit(Warrant<'a>),
    /// It may be executed as a suggestion for the client.
    Suggest(Warrant<'a>),
    /// It is kept for a person to judge.
    Hold(Code),
    /// It is not admitted.
    Refuse(Refusal),
}

/// A command that was authorised. Only [`authorize`] makes one, so a forgotten check does not compile.
#[derive(Debug)]
pub struct Warrant<'a> {
    command: &'a Command,
    suggestion: bool,
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
            Ok(()) => return Decision::Refuse(Refusal::new(Code::Forbidden)),
            Err(refusal) => return Decision::Refuse(refusal),
        },
        Rule::Never => return Decision::Refuse(Refusal::new(Code::Forbidden)),
    };
    if let Err(refusal) = command.check(document) {
        return Decision::Refuse(refusal);
    }
    let warrant = Warrant { command, suggestion };
    if suggestion { Decision::Suggest(warrant) } else { Decision::Admit(warrant) }
}

impl Warrant<'_> {
    /// Executes the command at the place in history where the transaction is opened.
    ///
    /// # Errors
    ///
    /// A refusal when the command makes no sense there; roll the transaction back.
    pub fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        if self.suggestion {
            self.command.suggest(context, transaction)
        } else {
            self.command.execute(context, transaction)
        }
    }

    /// Whether the command is executed as a suggestion for the client.
    pub fn is_suggestion(&self) -> bool {
        self.suggestion
    }
}
