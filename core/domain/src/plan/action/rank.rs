use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Action;
use super::queue::{MAX_ACTIVE, Queue, RANKING, Ranking};
use crate::bounds::{MAX_ITEMS, list};
use crate::entity::{Entity, Writer};
use crate::policy::{Policy, Rule};
use crate::{ActionId, CommandKind, Context, Language, Names, Refusal};

/// Chooses which active actions come first; the others wait.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RankActions {
    /// The actions that come first: 1 to 3, in this order, each once.
    #[serde(deserialize_with = "list")]
    #[schemars(length(min = 1, max = 3), extend("uniqueItems" = true))]
    pub action_ids: Vec<ActionId>,
}

impl CommandKind for RankActions {
    const NAME: &'static str = "rank_actions";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always);
    const IS_CHOICE: bool = true;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        let mut distinct = self.action_ids.clone();
        distinct.sort_unstable();
        distinct.dedup();
        if !(1..=MAX_ACTIVE).contains(&self.action_ids.len()) || distinct.len() < self.action_ids.len() {
            return Err(Refusal::invalid("action_ids"));
        }
        match self.action_ids.iter().all(|id| Action::item(document, *id).is_some()) {
            true => Ok(()),
            false => Err(Refusal::not_found("action_ids")),
        }
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let passed =
            Queue::of(&*transaction).ids().filter(|id| !self.action_ids.contains(id)).take(MAX_ITEMS).collect();
        let ranking = Ranking { first: self.action_ids.clone(), passed };
        Writer::root(transaction).put(RANKING, ranking).map(drop)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let titles: Vec<String> = self.action_ids.iter().map(|id| Action::quoted(document, *id, language)).collect();
        format!("{} {}", language.pick("heeft gekozen wat eerst komt:", "chose what comes first:"), titles.join(", "))
    }
}
