use automerge::transaction::Transactable;
use automerge::{ObjId, ReadDoc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::placement::Move;
use super::values::SuggestionState;
use super::{CONTACTS, NetworkView, SUGGESTIONS, presence};
use crate::entity::{Item, find, must_exist};
use crate::policy::{Policy, Rule};
use crate::{CommandId, ContactId, Context, Edit, Language, Names, Refusal};

/// Takes over a suggested place for a contact, as the client's own judgement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptSuggestion {
    /// The suggestion: the id of the command that made it.
    pub suggestion_id: CommandId,
}

/// Leaves the contact where it is; no reason is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclineSuggestion {
    /// The suggestion: the id of the command that made it.
    pub suggestion_id: CommandId,
}

impl Edit for AcceptSuggestion {
    const NAME: &'static str = "accept_suggestion";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        let (contact, _) = read(document, self.suggestion_id)?;
        must_exist(document, CONTACTS, contact, "suggestion_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let (contact_id, place) = read(transaction, self.suggestion_id)?;
        let contact = find(transaction, CONTACTS, contact_id, "suggestion_id")?;
        let before = NetworkView::new(transaction).placement(contact_id);
        presence::keep(context, transaction, &contact)?;
        place.apply(context, transaction, &contact, before)?;
        let suggestion = find(transaction, SUGGESTIONS, self.suggestion_id, "suggestion_id")?;
        answer(context, transaction, &suggestion, SuggestionState::Accepted)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let name = about(document, self.suggestion_id, language);
        match language {
            Language::Dutch => format!("nam het voorstel over {name} over"),
            Language::English => format!("accepted the suggestion about {name}"),
        }
    }
}

impl Edit for DeclineSuggestion {
    const NAME: &'static str = "decline_suggestion";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always);

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        must_exist(document, SUGGESTIONS, self.suggestion_id, "suggestion_id")
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let suggestion = find(transaction, SUGGESTIONS, self.suggestion_id, "suggestion_id")?;
        answer(context, transaction, &suggestion, SuggestionState::Declined)
    }

    fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        let name = about(document, self.suggestion_id, language);
        match language {
            Language::Dutch => format!("nam het voorstel over {name} niet over"),
            Language::English => format!("declined the suggestion about {name}"),
        }
    }
}

/// Notes the answer, and which command gave it: the same answer again is a change as well.
fn answer(
    context: &Context,
    transaction: &mut impl Transactable,
    suggestion: &ObjId,
    state: SuggestionState,
) -> Result<(), Refusal> {
    transaction.put(suggestion, "state", state.name())?;
    Ok(transaction.put(suggestion, "answered_by", context.command_id.to_string())?)
}

fn read(document: &impl ReadDoc, id: CommandId) -> Result<(ContactId, Move), Refusal> {
    let missing = || Refusal::not_found("suggestion_id");
    let suggestion = Item::find(document, SUGGESTIONS, id).ok_or_else(missing)?;
    let contact = suggestion.parsed("contact_id").ok_or_else(missing)?;
    Ok((contact, Move { ring: suggestion.int("ring"), quadrant: suggestion.str("quadrant").map(Some) }))
}

fn about(document: &impl ReadDoc, id: CommandId, language: Language) -> String {
    match read(document, id) {
        Ok((contact, _)) => NetworkView::new(document).name(contact, language),
        Err(_) => super::view::somebody(language),
    }
}
