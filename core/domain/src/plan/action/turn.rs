use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Action;
use super::stage::{self, EventKind, Stage};
use crate::because::{Because, Reason};
use crate::entity::Entity;
use crate::plan::{Delegation, Evaluation};
use crate::policy::{Condition, Policy, Rule};
use crate::{ActionId, Author, CommandKind, Context, Language, Names, Refusal, RefusalCode};

/// The three turns an action can take are one command each, with the same shape.
macro_rules! turns {
    ($($(#[$doc:meta])* $command:ident = $name:literal: $kind:ident, $dutch:literal, $english:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $command {
            /// The action.
            pub action_id: ActionId,
        }

        impl CommandKind for $command {
            const NAME: &'static str = $name;
            const POLICY: Policy = Policy::NOBODY
                .client(Rule::Always)
                .representative(Rule::If(Condition::Delegated))
                .member(Rule::If(Condition::Delegated))
                .professional(Rule::If(Condition::Delegated));

            fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
                Action::must_exist(document, self.action_id)
            }

            fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
                Delegation::may_start(document, author.person)
            }

            fn why_not(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> Because {
                let was_given = Delegation::could_start(document, author.person);
                if was_given { Reason::RightTakenBack } else { Reason::ClientStarts }.into()
            }

            fn makes_sense(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
                must_make_sense(document, self.action_id, EventKind::$kind)
            }

            fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
                turn(transaction, self.action_id, EventKind::$kind, context)
            }

            fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
                let action = Action::quoted(document, self.action_id, language);
                format!("{} {action}", language.pick($dutch, $english))
            }
        }
    )+};
}

turns! {
    /// Starts an action.
    ActivateAction = "activate_action": Activated, "is begonnen met", "started";
    /// Stops an action before it is finished.
    StopAction = "stop_action": Stopped, "is gestopt met", "stopped";
    /// Says that an action is finished.
    FinishAction = "finish_action": Done, "is klaar met", "finished";
}

/// Returns whether the turn makes sense is asked where its sender stood in history, and not of the document of now: what somebody
/// else did meanwhile is for the reading to settle and refuses nobody's work.
fn turn(
    transaction: &mut impl Transactable,
    action_id: ActionId,
    kind: EventKind,
    context: &Context,
) -> Result<(), Refusal> {
    must_make_sense(&*transaction, action_id, kind)?;
    stage::happen(context, transaction, action_id, kind)
}

fn must_make_sense(document: &impl ReadDoc, action_id: ActionId, kind: EventKind) -> Result<(), Refusal> {
    let action = Action::existing(document, action_id)?;
    let is_done = matches!(Stage::of(&action), Stage::Ended(event) if event.is(EventKind::Done));
    if is_done && !Evaluation::is_any(&action) && kind != EventKind::Done {
        return Err(Refusal::new(RefusalCode::Conflict).because(Reason::LookBackFirst));
    }
    if kind == EventKind::Activated && Action::part_of_client(&action).is_none() {
        return Err(Refusal::invalid(Action::client_part.name()).because(Reason::OwnPartFirst));
    }
    Ok(())
}
