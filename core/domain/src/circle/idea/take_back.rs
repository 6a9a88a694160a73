use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Idea, IdeaStatus};
use crate::because::{Because, Reason};
use crate::entity::Entity;
use crate::policy::{Condition, Policy, Rule};
use crate::{Author, CommandKind, Context, Effect, IdeaId, Language, Names, Refusal};

/// The row of what people may do with their own ideas until the client has chosen them, and the client with any.
const POLICY: Policy = Policy::NOBODY
    .client(Rule::Always)
    .representative(Rule::If(Condition::AuthorUntilChosen))
    .circle(Rule::If(Condition::AuthorUntilChosen))
    .professional(Rule::If(Condition::AuthorUntilChosen));

/// Takes an idea back: it stays in the list as withdrawn. Once the client has chosen it, only the client may.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawIdea {
    /// The idea.
    pub idea_id: IdeaId,
}

/// Removes an idea for good, its hearts and its history included: a new generation of the circle begins.
///
/// Once the client has chosen it, only the client may.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseIdea {
    /// The idea.
    pub idea_id: IdeaId,
}

impl CommandKind for WithdrawIdea {
    const NAME: &'static str = "withdraw_idea";
    const POLICY: Policy = POLICY;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        Idea::must_exist(document, self.idea_id)
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        may_take_back(author, document, self.idea_id)
    }

    fn why_not(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> Because {
        why_not(author, document, self.idea_id)
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        Idea::open(transaction, self.idea_id)?.put(Idea::status, IdeaStatus::Withdrawn).map(drop)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let idea = Idea::title(document, self.idea_id, language);
        format!("{} {idea}", language.pick("heeft teruggenomen:", "took back:"))
    }
}

impl CommandKind for EraseIdea {
    const NAME: &'static str = "erase_idea";
    const POLICY: Policy = POLICY;
    const EFFECT: Effect = Effect::Erases;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        Idea::must_exist(document, self.idea_id)
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        may_take_back(author, document, self.idea_id)
    }

    fn why_not(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> Because {
        why_not(author, document, self.idea_id)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        Idea::erase(context, transaction, self.idea_id)
    }

    fn erases(&self) -> Option<Uuid> {
        Some(self.idea_id.uuid())
    }

    /// Without the text: the words outlive the idea.
    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        language.pick("heeft een idee voorgoed gewist", "erased an idea for good").to_owned()
    }
}

/// Tells whether an idea is the author's, and the client has not chosen it.
fn may_take_back(author: &Author, document: &impl ReadDoc, id: IdeaId) -> bool {
    Idea::item(document, id)
        .is_some_and(|idea| idea.by() == Some(author.person) && Idea::status_of(&idea) != IdeaStatus::Chosen)
}

fn why_not(author: &Author, document: &impl ReadDoc, id: IdeaId) -> Because {
    match Idea::author(document, id) {
        Some(person) if person == author.person => Reason::AlreadyChosen.into(),
        person => Because::of_persons(Reason::MadeByOthers, person),
    }
}
