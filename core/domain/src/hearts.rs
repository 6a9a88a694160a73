//! Hearts: a person gives an idea one, or takes it back, in whichever document the idea is.

use automerge::transaction::Transactable;
use automerge::{ReadDoc, ScalarValue};

use crate::entity::{Item, Writer};
use crate::{Context, PersonId, Refusal};

/// The key of an idea's map of hearts by person.
const HEARTS: &str = "hearts";

/// The people who gave an idea a heart, in order of their ids.
pub(crate) fn of<R: ReadDoc>(idea: &Item<'_, R>) -> Vec<PersonId> {
    let hearts = idea.map(HEARTS).map(|hearts| hearts.keys()).unwrap_or_default();
    hearts.iter().filter_map(|person| person.parse().ok()).collect()
}

/// Makes the map of a new idea.
pub(crate) fn begin(idea: &mut Writer<'_, impl Transactable>) -> Result<(), Refusal> {
    idea.begin(HEARTS).map(drop)
}

/// Gives an idea the heart of whoever sends the command.
pub(crate) fn give(context: &Context, idea: Writer<'_, impl Transactable>) -> Result<(), Refusal> {
    let at = ScalarValue::Timestamp(context.at.millis());
    idea.into_map(HEARTS)?.set(context.author.person, at)
}

/// Takes it back.
pub(crate) fn take(context: &Context, idea: Writer<'_, impl Transactable>) -> Result<(), Refusal> {
    idea.into_map(HEARTS)?.delete(&context.author.person.to_string())
}

/// The two commands of a document's hearts, for ideas with a `title`.
macro_rules! hearts {
    ($Idea:ident, $policy:expr;
     $(#[$give_docs:meta])* $Give:ident = $give:literal;
     $(#[$take_docs:meta])* $Take:ident = $take:literal;) => {
        $crate::hearts::hearts! {
            @command $Idea, $policy, give, "heeft een hartje gegeven aan", "gave a heart to";
            $(#[$give_docs])* $Give = $give;
        }
        $crate::hearts::hearts! {
            @command $Idea, $policy, take, "heeft een hartje teruggenomen van", "took a heart back from";
            $(#[$take_docs])* $Take = $take;
        }
    };
    (@command $Idea:ident, $policy:expr, $write:ident, $dutch:literal, $english:literal;
     $(#[$docs:meta])* $Command:ident = $name:literal;) => {
        $(#[$docs])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $Command {
            /// The idea.
            pub idea_id: $crate::IdeaId,
        }

        impl $crate::CommandKind for $Command {
            const NAME: &'static str = $name;
            const POLICY: $crate::policy::Policy = $policy;

            fn check(&self, document: &impl automerge::ReadDoc) -> Result<(), $crate::Refusal> {
                <$Idea as $crate::entity::Entity>::must_exist(document, self.idea_id)
            }

            fn execute(
                &self,
                context: &$crate::Context,
                transaction: &mut impl automerge::transaction::Transactable,
            ) -> Result<(), $crate::Refusal> {
                $crate::hearts::$write(context, <$Idea as $crate::entity::Entity>::open(transaction, self.idea_id)?)
            }

            fn words(
                &self,
                document: &impl automerge::ReadDoc,
                _names: $crate::Names<'_>,
                language: $crate::Language,
            ) -> String {
                format!("{} {}", language.pick($dutch, $english), $Idea::title(document, self.idea_id, language))
            }
        }
    };
}

pub(crate) use hearts;
