//! Suggestions: what others would change of the client's own, kept as commands until the client answers.
//!
//! A network map has a section for them from its first moment. Documents of other kinds keep each at the root, under a
//! key of its own, because a section that two devices add at once would be two sections.

use automerge::transaction::Transactable;
use automerge::{ObjId, ROOT, ReadDoc};
use serde::Serialize;
use serde_json::Value;

use crate::entity::{Item, child, create};
use crate::question::{Question, still_chooses};
use crate::words::words;
use crate::{CardKind, Command, CommandId, Context, DocumentKind, Language, PersonId, Reader, Refusal, Timestamp};

/// The section of a network map.
pub(crate) const SECTION: &str = "suggestions";

/// How the keys at the root begin.
const PREFIX: &str = "suggestion ";

words! {
    /// The client's answer to a suggestion.
    SuggestionState in "suggestion_state" {
        /// Nothing yet.
        Open = "open": "nog geen antwoord", "no answer yet";
        /// Said yes.
        Accepted = "accepted": "ja gezegd", "said yes";
        /// Said no.
        Declined = "declined": "nee gezegd", "said no";
    }
}

/// A suggestion as plain data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeptSuggestion {
    /// The id of the command that made it.
    pub id: CommandId,
    /// Who suggests it.
    pub by: Option<PersonId>,
    /// When it was suggested.
    pub at: Timestamp,
    /// The command that it would be.
    pub command: Value,
    /// `open`, `accepted` or `declined`.
    pub state: String,
}

/// Keeps a command before the client, under its id.
pub(crate) fn keep(context: &Context, transaction: &mut impl Transactable, command: &Value) -> Result<ObjId, Refusal> {
    let (parent, key) = match child(transaction, &ROOT, SECTION) {
        Ok(section) => (section, context.command_id.to_string()),
        Err(_) => (ROOT, format!("{PREFIX}{}", context.command_id)),
    };
    let suggestion = create(transaction, &parent, key, context)?;
    transaction.put(&suggestion, "command", command.to_string())?;
    // What it is about, so that it goes when that is erased.
    if let Some(contact) = command.get("contact_id").and_then(Value::as_str) {
        transaction.put(&suggestion, "contact_id", contact)?;
    }
    transaction.put(&suggestion, "state", SuggestionState::Open.name())?;
    Ok(suggestion)
}

/// Every suggestion with its id, in the order in which they were made.
pub(crate) fn all<R: ReadDoc>(document: &R) -> Vec<(CommandId, Item<'_, R>)> {
    let items = match Item::section(document, SECTION) {
        Some(section) => section.maps(),
        None => Item::root(document).maps(),
    };
    let id = |key: &str| key.strip_prefix(PREFIX).unwrap_or(key).parse().ok();
    items.into_iter().filter_map(|(key, item)| Some((id(&key)?, item))).collect()
}

/// One suggestion.
pub(crate) fn find<R: ReadDoc>(document: &R, id: CommandId) -> Option<Item<'_, R>> {
    match Item::section(document, SECTION) {
        Some(section) => section.map(&id.to_string()),
        None => Item::root(document).map(&format!("{PREFIX}{id}")),
    }
}

/// The command that a suggestion would be; `None` for what this version cannot execute.
pub(crate) fn command<R: ReadDoc>(suggestion: &Item<'_, R>) -> Option<Command> {
    Command::parse(json(suggestion)?).ok().filter(Command::is_suggestible)
}

/// The same as JSON. What an older version kept is a contact with a ring and a quadrant.
pub(crate) fn json<R: ReadDoc>(suggestion: &Item<'_, R>) -> Option<Value> {
    if let Some(command) = suggestion.json("command") {
        return Some(command);
    }
    let mut command = serde_json::json!({ "type": "update_contact", "contact_id": suggestion.str("contact_id")? });
    let fields = command.as_object_mut()?;
    fields.extend(suggestion.int("ring").map(|ring| ("ring".to_owned(), ring.into())));
    fields.extend(suggestion.str("quadrant").map(|quadrant| ("quadrant".to_owned(), quadrant.into())));
    Some(command)
}

/// Whether a suggestion that waits would make the thing with an id.
pub(crate) fn would_make<R: ReadDoc>(document: &R, field: &str, id: &str) -> bool {
    let suggestions = all(document).into_iter().filter(|(_, item)| state(item) == SuggestionState::Open.name());
    let names = |command: Value| command.get(field).and_then(Value::as_str) == Some(id);
    suggestions.filter_map(|(_, item)| json(&item)).any(names)
}

/// How far the client is with a suggestion.
pub(crate) fn state<R: ReadDoc>(suggestion: &Item<'_, R>) -> String {
    suggestion.str("state").unwrap_or_else(|| SuggestionState::Open.name().to_owned())
}

/// Refuses an answer that makes no sense: there is no such suggestion, or what it would do is no longer possible.
pub(crate) fn check_accepted(document: &impl ReadDoc, id: CommandId) -> Result<(), Refusal> {
    let suggestion = find(document, id).ok_or_else(|| Refusal::not_found("suggestion_id"))?;
    let command = command(&suggestion).ok_or_else(|| Refusal::not_found("suggestion_id"))?;
    // Saying yes twice is no mistake, though the thing is there by now. A consent may have ended since, and a phone that
    // does not know of it would give it anew.
    let is_once = command.kind() == DocumentKind::Consents;
    match command.check(document) {
        Err(refusal) if is_once || state(&suggestion) != SuggestionState::Accepted.name() => Err(refusal),
        _ => Ok(()),
    }
}

/// Refuses an answer to what is not there.
pub(crate) fn check_declined(document: &impl ReadDoc, id: CommandId) -> Result<(), Refusal> {
    find(document, id).map(drop).ok_or_else(|| Refusal::not_found("suggestion_id"))
}

/// Says yes: notes the answer, and executes the command as the client's own.
pub(crate) fn accept(context: &Context, transaction: &mut impl Transactable, id: CommandId) -> Result<(), Refusal> {
    let suggestion = find(&*transaction, id).ok_or_else(|| Refusal::not_found("suggestion_id"))?;
    let command = command(&suggestion).ok_or_else(|| Refusal::not_found("suggestion_id"))?;
    let is_done = state(&suggestion) == SuggestionState::Accepted.name() && command.check(&*transaction).is_err();
    // The answer first: an erasure takes the suggestion with it.
    answer(context, transaction, id, SuggestionState::Accepted)?;
    if is_done { Ok(()) } else { command.execute(context, transaction) }
}

/// Says no.
pub(crate) fn decline(context: &Context, transaction: &mut impl Transactable, id: CommandId) -> Result<(), Refusal> {
    answer(context, transaction, id, SuggestionState::Declined)
}

/// Notes the answer, and which command gave it: the same answer again is a change as well.
fn answer(
    context: &Context,
    transaction: &mut impl Transactable,
    id: CommandId,
    state: SuggestionState,
) -> Result<(), Refusal> {
    let suggestion = match child(transaction, &ROOT, SECTION) {
        Ok(section) => child(transaction, &section, &id.to_string()),
        Err(_) => child(transaction, &ROOT, &format!("{PREFIX}{id}")),
    };
    let suggestion = suggestion.map_err(|_| Refusal::not_found("suggestion_id"))?;
    transaction.put(&suggestion, "state", state.name())?;
    Ok(transaction.put(&suggestion, "answered_by", context.command_id.to_string())?)
}

/// Every suggestion as plain data.
pub(crate) fn models(document: &impl ReadDoc) -> Vec<KeptSuggestion> {
    let kept = |(id, item): (CommandId, Item<'_, _>)| {
        Some(KeptSuggestion { id, by: item.by(), at: item.at(), command: json(&item)?, state: state(&item) })
    };
    all(document).into_iter().filter_map(kept).collect()
}

/// A question to the client per suggestion that waits and still makes sense.
pub(crate) fn questions(document: &impl ReadDoc, kind: DocumentKind, reader: &Reader<'_>) -> Vec<Question> {
    let open = all(document).into_iter().filter(|(_, item)| state(item) == SuggestionState::Open.name());
    let ask = |(id, item): (CommandId, Item<'_, _>)| {
        let command = command(&item).filter(|command| command.check(document).is_ok())?;
        let proposal = command.proposal(document, reader.names, reader.language);
        Some(question(kind, id, item.by(), &proposal, reader))
    };
    open.filter_map(ask).collect()
}

/// The question whether the client wants what somebody suggests, in sentences that stay short.
pub(crate) fn question(
    kind: DocumentKind,
    id: CommandId,
    by: Option<PersonId>,
    proposal: &str,
    reader: &Reader<'_>,
) -> Question {
    let language = reader.language;
    let (accept, decline) = answers(kind);
    asked(by, proposal, reader)
        .about([id])
        .answer(language.pick("Ja", "Yes"), serde_json::json!({ "type": accept, "suggestion_id": id }))
        .answer(
            language.pick("Nee, laat zo", "No, leave it"),
            serde_json::json!({ "type": decline, "suggestion_id": id }),
        )
}

/// The same question without its answers.
pub(crate) fn asked(by: Option<PersonId>, proposal: &str, reader: &Reader<'_>) -> Question {
    let language = reader.language;
    let person = reader.called(by);
    let begin = match language {
        Language::Dutch => format!("{person} stelt iets voor."),
        Language::English if person == "You" => "You suggest something.".to_owned(),
        Language::English => format!("{person} suggests something."),
    };
    let agree = language.pick("Vind jij dat ook?", "Do you agree?");
    Question::new(CardKind::Suggestion, format!("{begin} {proposal} {agree}"))
        .onlookers(format!("{begin} {proposal} {}", still_chooses(reader)))
}

/// The commands that answer a suggestion in a document of a kind.
const fn answers(kind: DocumentKind) -> (&'static str, &'static str) {
    match kind {
        DocumentKind::Plan => ("accept_plan_suggestion", "decline_plan_suggestion"),
        DocumentKind::Consents => ("accept_consent_suggestion", "decline_consent_suggestion"),
        _ => ("accept_suggestion", "decline_suggestion"),
    }
}

/// The two commands with which the client answers the suggestions of a document.
macro_rules! suggestion_answers {
    ($(#[$accept_docs:meta])* $Accept:ident = $accept:literal, $effect:ident;
     $(#[$decline_docs:meta])* $Decline:ident = $decline:literal;) => {
        $(#[$accept_docs])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $Accept {
            /// The suggestion: the id of the command that made it.
            pub suggestion_id: $crate::CommandId,
        }

        $(#[$decline_docs])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $Decline {
            /// The suggestion: the id of the command that made it.
            pub suggestion_id: $crate::CommandId,
        }

        impl $crate::Edit for $Accept {
            const NAME: &'static str = $accept;
            const POLICY: $crate::policy::Policy = $crate::policy::Policy::NOBODY.client($crate::policy::Rule::Always);
            const IS_CHOICE: bool = true;
            const EFFECT: $crate::Effect = $crate::Effect::$effect;

            fn check(&self, document: &impl automerge::ReadDoc) -> Result<(), $crate::Refusal> {
                $crate::suggestion::check_accepted(document, self.suggestion_id)
            }

            fn execute(
                &self,
                context: &$crate::Context,
                transaction: &mut impl automerge::transaction::Transactable,
            ) -> Result<(), $crate::Refusal> {
                $crate::suggestion::accept(context, transaction, self.suggestion_id)
            }

            fn resolved(&self, document: &impl automerge::ReadDoc) -> Option<$crate::Command> {
                let suggestion = $crate::suggestion::find(document, self.suggestion_id)?;
                $crate::suggestion::command(&suggestion).filter(|command| command.erases().is_some())
            }

            fn words(
                &self,
                document: &impl automerge::ReadDoc,
                names: $crate::Names<'_>,
                language: $crate::Language,
            ) -> String {
                $crate::suggestion::answer_words(document, self.suggestion_id, true, names, language)
            }
        }

        impl $crate::Edit for $Decline {
            const NAME: &'static str = $decline;
            const POLICY: $crate::policy::Policy = $crate::policy::Policy::NOBODY.client($crate::policy::Rule::Always);
            const IS_CHOICE: bool = true;

            fn check(&self, document: &impl automerge::ReadDoc) -> Result<(), $crate::Refusal> {
                $crate::suggestion::check_declined(document, self.suggestion_id)
            }

            fn execute(
                &self,
                context: &$crate::Context,
                transaction: &mut impl automerge::transaction::Transactable,
            ) -> Result<(), $crate::Refusal> {
                $crate::suggestion::decline(context, transaction, self.suggestion_id)
            }

            fn words(
                &self,
                document: &impl automerge::ReadDoc,
                names: $crate::Names<'_>,
                language: $crate::Language,
            ) -> String {
                $crate::suggestion::answer_words(document, self.suggestion_id, false, names, language)
            }
        }
    };
}

pub(crate) use suggestion_answers;

/// The answer in words that follow the client's name.
pub(crate) fn answer_words(
    document: &impl ReadDoc,
    id: CommandId,
    is_yes: bool,
    names: crate::Names<'_>,
    language: Language,
) -> String {
    let command = find(document, id).and_then(|item| command(&item));
    let proposal = command.map(|command| command.proposal(document, names, language));
    let said = match is_yes {
        true => language.pick("heeft ja gezegd tegen een voorstel", "said yes to a suggestion"),
        false => language.pick("heeft nee gezegd tegen een voorstel", "said no to a suggestion"),
    };
    match proposal {
        Some(proposal) => format!("{said}. {proposal}"),
        None => said.to_owned(),
    }
}
