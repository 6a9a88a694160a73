use automerge::transaction::Transactable;
use automerge::{ROOT, ReadDoc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::queue::{MAX_ACTIVE, Queue, Ranking};
use super::{ACTIONS, PlanView};
use crate::bounds::{MAX_ITEMS, list};
use crate::entity::{must_exist, put_json};
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
        self.action_ids.iter().try_for_each(|id| must_exist(document, ACTIONS, id, "action_ids"))
    }

    fn execute(&self, _context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let passed = Queue::of(&PlanView::new(&*transaction))
            .ids()
            .filter(|id| !self.action_ids.contains(id))
            .take(MAX_ITEMS)
            .collect();
        put_json(transaction, &ROOT, Ranking::KEY, &Ranking { first: self.action_ids.clone(), passed })
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let plan = PlanView::new(document);
        let titles: Vec<String> = self.action_ids.iter().map(|id| plan.title(*id, language)).collect();
        format!("{} {}", language.pick("heeft gekozen wat eerst komt:", "chose what comes first:"), titles.join(", "))
    }
}
