use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CircleView, IDEAS};
use crate::because::{Because, Reason};
use crate::entity::{find, must_exist};
use crate::policy::{Condition, Policy, Rule};
use crate::{Author, Context, Edit, IdeaId, Language, Names, Refusal, Rewording, Text};

/// Changes the words of an idea; merges word by word with a concurrent edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditIdea {
    /// The idea.
    pub idea_id: IdeaId,
    /// The whole text as it should read.
    pub text: Text,
}

impl Edit for EditIdea {
    const NAME: &'static str = "edit_idea";
    const POLICY: Policy = Policy::NOBODY
        .client(Rule::Always)
        .representative(Rule::If(Condition::Author))
        .circle(Rule::If(Condition::Author))
        .professional(Rule::If(Condition::Author));

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_exist(document, IDEAS, self.idea_id, "idea_id")
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        CircleView::new(document).is_author(self.idea_id, author.person)
    }

    fn why_not(&self, _condition: Condition, _author: &Author, document: &impl ReadDoc) -> Because {
        Because::of_persons(
            Reason::MadeByOthers,
            CircleView::new(document).idea(self.idea_id).and_then(|idea| idea.author()),
        )
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        find(transaction, IDEAS, self.idea_id, "idea_id").map(|_| ())
    }

    fn rewords(&self) -> Option<Rewording<'_>> {
        Some(Rewording { section: IDEAS, id: self.idea_id.uuid(), field: "idea_id", text: &self.text })
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("heeft een idee herschreven:", "rewrote an idea:"), self.text)
    }
}
