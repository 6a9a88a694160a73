use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CircleView, IDEAS, OWN_UNCHOSEN_OR_CLIENT};
use crate::because::{Because, Reason};
use crate::entity::{find, must_exist, section};
use crate::erasure::note;
use crate::policy::{Condition, Policy};
use crate::{Author, Context, Edit, Effect, IdeaId, Language, Names, Refusal};

/// Removes an idea for good, its hearts and its history included: a new generation of the circle begins.
///
/// Once the client has chosen it, only the client may.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseIdea {
    /// The idea.
    pub idea_id: IdeaId,
}

impl Edit for EraseIdea {
    const NAME: &'static str = "erase_idea";
    const POLICY: Policy = OWN_UNCHOSEN_OR_CLIENT;
    const EFFECT: Effect = Effect::Erases;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_exist(document, IDEAS, self.idea_id, "idea_id")
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        CircleView::new(document).is_author_until_chosen(self.idea_id, author.person)
    }

    fn why_not(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> Because {
        let circle = CircleView::new(document);
        match circle.is_author(self.idea_id, author.person) {
            true => Reason::AlreadyChosen.into(),
            false => {
                Because::of_persons(Reason::MadeByOthers, circle.idea(self.idea_id).and_then(|idea| idea.author()))
            }
        }
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        find(transaction, IDEAS, self.idea_id, "idea_id")?;
        let ideas = section(transaction, IDEAS)?;
        transaction.delete(&ideas, self.idea_id.to_string())?;
        note(context, transaction, &self.idea_id.to_string()).map(drop)
    }

    fn erases(&self) -> Option<Uuid> {
        Some(self.idea_id.uuid())
    }

    /// Without the text: the words outlive the idea.
    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        language.pick("heeft een idee voorgoed gewist", "erased an idea for good").to_owned()
    }
}
