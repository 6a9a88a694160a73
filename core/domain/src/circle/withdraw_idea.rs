use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CircleView, IDEAS, IdeaStatus, OWN_UNCHOSEN_OR_CLIENT};
use crate::because::{Because, Reason};
use crate::entity::{find, must_exist};
use crate::policy::{Condition, Policy};
use crate::{Author, Context, Edit, IdeaId, Language, Names, Refusal};

/// Takes an idea back: it stays in the list as withdrawn. Once the client has chosen it, only the client may.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawIdea {
    /// The idea.
    pub idea_id: IdeaId,
}

impl Edit for WithdrawIdea {
    const NAME: &'static str = "withdraw_idea";
    const POLICY: Policy = OWN_UNCHOSEN_OR_CLIENT;

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

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let idea = find(transaction, IDEAS, self.idea_id, "idea_id")?;
        Ok(transaction.put(&idea, "status", IdeaStatus::Withdrawn.name())?)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let idea = CircleView::new(document).title(self.idea_id, language);
        format!("{} {idea}", language.pick("heeft teruggenomen:", "took back:"))
    }
}
