use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Idea, IdeaStatus};
use crate::entity::Entity;
use crate::policy::{Policy, Rule};
use crate::{CommandKind, Context, IdeaId, Language, Names, Refusal};

/// The three answers a client can give to an idea are one command each, with the same shape.
macro_rules! answers {
    ($($(#[$doc:meta])* $command:ident = $name:literal: $status:ident, $dutch:literal, $english:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $command {
            /// The idea.
            pub idea_id: IdeaId,
        }

        impl CommandKind for $command {
            const NAME: &'static str = $name;
            const POLICY: Policy = Policy::NOBODY.client(Rule::Always);
            const IS_CHOICE: bool = true;

            fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
                Idea::must_exist(document, self.idea_id)
            }

            /// When an idea is chosen is a step of its own: how it goes counts from it.
            fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
                let chosen_at = (IdeaStatus::$status == IdeaStatus::Chosen).then_some(context.at);
                let mut idea = Idea::open(transaction, self.idea_id)?;
                idea.put(Idea::chosen_at, chosen_at)?.put(Idea::status, IdeaStatus::$status).map(drop)
            }

            fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
                format!("{} {}", language.pick($dutch, $english), Idea::title(document, self.idea_id, language))
            }
        }
    )+};
}

answers! {
    /// Chooses an idea, to make an action of.
    ChooseIdea = "choose_idea": Chosen, "heeft gekozen:", "chose:";
    /// Puts an idea aside for later.
    ParkIdea = "park_idea": Parked, "heeft bewaard voor later:", "kept for later:";
    /// Says no to an idea; no reason is asked.
    DeclineIdea = "decline_idea": Declined, "heeft nee gezegd tegen", "said no to";
}
