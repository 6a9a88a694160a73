use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Idea;
use crate::bounds::{Slug, list};
use crate::circle::{EVERYBODY, must_be_new};
use crate::entity::Entity;
use crate::policy::Policy;
use crate::{CommandKind, Context, IdeaId, Language, Name, Names, Refusal, Text, hearts};

/// Puts an idea before the circle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeIdea {
    /// The new idea's id.
    pub idea_id: IdeaId,
    /// The idea, in the author's words.
    pub text: Text,
    /// The interests and talents it fits, at most 100.
    #[serde(default, deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    pub fits: Vec<Name>,
    /// One of the twelve strategies to expand a network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Slug>,
    /// One of the seven activities for the existing network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<Slug>,
    /// The effort that it takes: 1 (simple) to 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 3))]
    pub complexity: Option<u8>,
}

impl CommandKind for ProposeIdea {
    const NAME: &'static str = "propose_idea";
    const POLICY: Policy = EVERYBODY;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        if self.complexity.is_some_and(|complexity| !(1..=3).contains(&complexity)) {
            return Err(Refusal::invalid(Idea::complexity.name()));
        }
        must_be_new::<Idea>(document, self.idea_id)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let mut idea = Idea::create(context, transaction, self.idea_id)?;
        idea.text(&self.text)?.put(Idea::fits, &self.fits)?;
        idea.put(Idea::strategy, &self.strategy)?.put(Idea::activity, &self.activity)?;
        idea.put(Idea::complexity, self.complexity)?;
        hearts::begin(&mut idea)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        format!("{} “{}”", language.pick("heeft bedacht:", "proposed:"), self.text)
    }
}
