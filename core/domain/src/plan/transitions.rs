use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stage::{EventKind, Stage};
use super::{ACTIONS, PlanView};
use crate::because::{Because, Reason};
use crate::entity::{child, create, find, must_exist};
use crate::policy::{Condition, Policy, Rule};
use crate::{ActionId, Author, CommandKind, Context, Language, Names, Refusal, RefusalCode};

/// The three turns an action can take are one command each, with the same shape.
macro_rules! transitions {
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
                must_exist(document, ACTIONS, self.action_id, "action_id")
            }

            fn holds(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> bool {
                PlanView::new(document).may_start(author.person)
            }

            fn why_not(&self, _condition: Condition, author: &Author, document: &impl ReadDoc) -> Because {
                let was_given = PlanView::new(document).had_right_to_start(author.person);
                if was_given { Reason::RightTakenBack } else { Reason::ClientStarts }.into()
            }

            fn makes_sense(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
                must_make_sense(document, self.action_id, EventKind::$kind)
            }

            fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
                transition(transaction, self.action_id, EventKind::$kind, context)
            }

            fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
                let action = PlanView::new(document).title(self.action_id, language);
                format!("{} {action}", language.pick($dutch, $english))
            }
        }
    )+};
}

transitions! {
    /// Starts an action.
    ActivateAction = "activate_action": Activated, "is begonnen met", "started";
    /// Stops an action before it is finished.
    StopAction = "stop_action": Stopped, "is gestopt met", "stopped";
    /// Says that an action is finished.
    FinishAction = "finish_action": Done, "is klaar met", "finished";
}

/// Notes the event and points the action's state to it.
///
/// Whether the turn makes sense is asked here, where its sender stood in history, and not of the document of now:
/// what somebody else did meanwhile is for the reading to settle and refuses nobody's work.
fn transition(
    transaction: &mut impl Transactable,
    action_id: ActionId,
    kind: EventKind,
    context: &Context,
) -> Result<(), Refusal> {
    must_make_sense(&*transaction, action_id, kind)?;
    let action = find(transaction, ACTIONS, action_id, "action_id")?;
    let events = child(transaction, &action, "events")?;
    let event = create(transaction, &events, context.command_id, context)?;
    transaction.put(&event, "kind", kind.name())?;
    transaction.put(&event, "role", context.author.role.name())?;
    Ok(transaction.put(&action, "state", context.command_id.to_string())?)
}

fn must_make_sense(document: &impl ReadDoc, action_id: ActionId, kind: EventKind) -> Result<(), Refusal> {
    let action = PlanView::new(document).action(action_id).ok_or_else(|| Refusal::not_found("action_id"))?;
    let done = matches!(action.stage(), Stage::Ended(event) if event.is(EventKind::Done));
    if done && !action.is_evaluated() && kind != EventKind::Done {
        return Err(Refusal::new(RefusalCode::Conflict).because(Reason::LookBackFirst));
    }
    if kind == EventKind::Activated && action.client_part().is_none() {
        return Err(Refusal::invalid("client_part").because(Reason::OwnPartFirst));
    }
    Ok(())
}
