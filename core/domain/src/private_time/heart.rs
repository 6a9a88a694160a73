use automerge::ReadDoc;
use automerge::ScalarValue;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EVERYBODY, IDEAS, PrivateTimeView};
use crate::entity::{child, find, must_exist};
use crate::policy::Policy;
use crate::{Context, Edit, IdeaId, Language, Names, Refusal};

/// Gives an idea of private time the sender's heart; a person has one heart per idea.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeartPrivately {
    /// The idea.
    pub idea_id: IdeaId,
}

/// Takes the sender's heart back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnheartPrivately {
    /// The idea.
    pub idea_id: IdeaId,
}

impl Edit for HeartPrivately {
    const NAME: &'static str = "heart_privately";
    const POLICY: Policy = EVERYBODY;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_exist(document, IDEAS, self.idea_id, "idea_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let idea = find(transaction, IDEAS, self.idea_id, "idea_id")?;
        let hearts = child(transaction, &idea, "hearts")?;
        let at = ScalarValue::Timestamp(context.at.millis());
        Ok(transaction.put(&hearts, context.author.person.to_string(), at)?)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let idea = PrivateTimeView::new(document).title(self.idea_id, language);
        format!("{} {idea}", language.pick("gaf een hartje aan", "gave a heart to"))
    }
}

impl Edit for UnheartPrivately {
    const NAME: &'static str = "unheart_privately";
    const POLICY: Policy = EVERYBODY;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_exist(document, IDEAS, self.idea_id, "idea_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let idea = find(transaction, IDEAS, self.idea_id, "idea_id")?;
        let hearts = child(transaction, &idea, "hearts")?;
        Ok(transaction.delete(&hearts, context.author.person.to_string())?)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let idea = PrivateTimeView::new(document).title(self.idea_id, language);
        format!("{} {idea}", language.pick("nam een hartje terug van", "took a heart back from"))
    }
}
