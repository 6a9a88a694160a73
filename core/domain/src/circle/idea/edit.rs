use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Idea;
use crate::because::{Because, Reason};
use crate::circle::OWN_OR_CLIENT;
use crate::entity::Entity;
use crate::policy::{Condition, Policy};
use crate::{Author, CommandKind, Context, IdeaId, Language, Names, Refusal, Rewording, Text};

/// Changes the words of an idea; merges word by word with a concurrent edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditIdea {
    /// The idea.
    pub idea_id: IdeaId,
    /// The whole text as it should read.
    pub text: Text,
}

impl CommandKind for EditIdea {
    const NAME: &'static str = "edit_idea";
    const POLICY: Policy = OWN_OR_CLIENT;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        Idea::must_exist(document, self.idea_id)
    }

    fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
        Idea::author(document, self.idea_id) == Some(author.person)
    }

    fn why_not(&self, _condition: Condition, _author: &Author, document: &impl ReadDoc) -> Because {
        Because::of_persons(Reason::MadeByOthers, Idea::author(document, self.idea_id))
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        Idea::open(transaction, self.idea_id).map(drop)
    }

    fn rewords(&self) -> Option<Rewording<'_>> {
        Some(Idea::rewording(self.idea_id.uuid(), &self.text))
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("heeft een idee herschreven:", "rewrote an idea:"), self.text)
    }
}
