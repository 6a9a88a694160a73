//! Suggestions: what others would change of the client's own, kept as commands until the client answers.
//!
//! A network map has a section for them from its first moment. Documents of other kinds keep each at the root, under a
//! key of its own, because a section that two devices add at once would be two sections.

use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::entity::{Entity, Item, Key, Listed, Shown, Writer};
use crate::erasure::Paths;
use crate::labels::{Labeller, Lists};
use crate::network::{Contact, QUADRANT, Quadrant, RING, UpdateContact};
use crate::question::{Question, still_chooses};
use crate::words::{Word, Words, words};
use crate::{
    CardKind, Command, CommandId, CommandKind, ContactId, Context, DocumentKind, Language, PersonId, Reader, Refusal,
    Timestamp,
};

/// The section of a network map.
pub(crate) const SECTION: &str = "suggestions";

/// The way in which the keys at the root begin.
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
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct KeptSuggestion {
    /// The id of the command that made it.
    pub id: CommandId,
    /// The person who suggests it.
    pub by: Option<PersonId>,
    /// When it was suggested.
    pub at: Timestamp,
    /// The command that it would be.
    pub command: Value,
    /// The client's answer.
    pub state: Word<SuggestionState>,
}

impl Listed for KeptSuggestion {
    fn list<R: ReadDoc>(document: &R) -> Vec<Self> {
        let kept = |(id, item): (CommandId, Item<'_, R>)| {
            Some(Self { id, by: item.by(), at: item.at(), command: json(&item)?, state: state(&item) })
        };
        all(document).into_iter().filter_map(kept).collect()
    }

    fn labels(&self, labels: &mut Labeller<'_>) {
        self.state.labels(STATE.name(), labels);
    }

    fn lists(lists: &mut Lists) {
        lists.add(SuggestionState::LIST);
    }
}

/// The key of the client's answer.
pub(crate) const STATE: Key<Word<SuggestionState>> = Key::new("state");

/// The key of the command that gave it.
const ANSWERED_BY: Key<CommandId> = Key::new("answered_by");

/// The key of the command that a suggestion would be, as JSON.
const COMMAND: Key<String> = Key::new("command");

/// The key of the contact that it is about, so that it goes when that is erased.
pub(crate) const CONTACT: Key<String> = Key::new(Contact::ID);

/// Keeps a command before the client, under its id.
pub(crate) fn keep(context: &Context, transaction: &mut impl Transactable, command: &Value) -> Result<(), Refusal> {
    let mut suggestion = match has_section(transaction) {
        true => Writer::root(transaction).into_map(SECTION)?.create(context, context.command_id)?,
        false => Writer::root(transaction).create(context, format!("{PREFIX}{}", context.command_id))?,
    };
    let contact = command.get(CONTACT.name()).and_then(Value::as_str).map(str::to_owned);
    suggestion.put(COMMAND, command.to_string())?.put(CONTACT, contact)?;
    suggestion.put(STATE, SuggestionState::Open).map(drop)
}

/// Keeps a move of a contact before the client, in the form that older versions read.
pub(crate) fn keep_move(
    context: &Context,
    transaction: &mut impl Transactable,
    contact: ContactId,
    ring: Option<i64>,
    quadrant: Option<Word<Quadrant>>,
) -> Result<(), Refusal> {
    let mut suggestion = Writer::root(transaction).into_map(SECTION)?.create(context, context.command_id)?;
    suggestion.put(CONTACT, contact.to_string())?.put(RING, ring)?.put(QUADRANT, quadrant)?;
    suggestion.put(STATE, SuggestionState::Open).map(drop)
}

/// Tells whether a document has a section for suggestions.
fn has_section(document: &impl ReadDoc) -> bool {
    Item::section(document, SECTION).is_some()
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

/// The same as JSON. What an older version kept is a contact with the keys of a placement.
pub(crate) fn json<R: ReadDoc>(suggestion: &Item<'_, R>) -> Option<Value> {
    if let Some(command) = suggestion.get(COMMAND) {
        return serde_json::from_str(&command).ok();
    }
    let mut command = Map::new();
    command.insert("type".to_owned(), UpdateContact::NAME.into());
    command.insert(CONTACT.name().to_owned(), suggestion.get(CONTACT)?.into());
    command.extend(suggestion.get(RING).map(|ring| (RING.name().to_owned(), ring.into())));
    command.extend(suggestion.get(QUADRANT).map(|quadrant| (QUADRANT.name().to_owned(), quadrant.name().into())));
    Some(command.into())
}

/// Everywhere a contact is mentioned in the suggestions of a network map.
pub(crate) fn traces(document: &impl ReadDoc, contact: &str) -> Paths {
    let suggestions = Item::section(document, SECTION).map(|section| section.maps()).unwrap_or_default().into_iter();
    let about = suggestions.filter(|(_, item)| item.get(CONTACT).as_deref() == Some(contact));
    about.map(|(key, _)| vec![SECTION.to_owned(), key]).collect()
}

/// Returns whether a suggestion that waits would make the thing with an id.
pub(crate) fn would_make<R: ReadDoc>(document: &R, field: &str, id: &str) -> bool {
    let suggestions = all(document).into_iter().filter(|(_, item)| state(item) == SuggestionState::Open);
    let names = |command: Value| command.get(field).and_then(Value::as_str) == Some(id);
    suggestions.filter_map(|(_, item)| json(&item)).any(names)
}

/// Returns how far the client is with a suggestion.
pub(crate) fn state<R: ReadDoc>(suggestion: &Item<'_, R>) -> Word<SuggestionState> {
    suggestion.get(STATE).unwrap_or(Word::Known(SuggestionState::Open))
}

/// Refuses an answer that makes no sense: there is no such suggestion, or what it would do is no longer possible.
pub(crate) fn check_accepted(document: &impl ReadDoc, id: CommandId) -> Result<(), Refusal> {
    let suggestion = find(document, id).ok_or_else(|| Refusal::not_found("suggestion_id"))?;
    let command = command(&suggestion).ok_or_else(|| Refusal::not_found("suggestion_id"))?;
    // Saying yes twice is no mistake, though the thing is there by now. A consent may have ended since, and a phone that
    // does not know of it would give it anew.
    let is_once = command.kind() == DocumentKind::Consents;
    match command.check(document) {
        Err(refusal) if is_once || state(&suggestion) != SuggestionState::Accepted => Err(refusal),
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
    let is_done = state(&suggestion) == SuggestionState::Accepted && command.check(&*transaction).is_err();
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
    let mut suggestion = match has_section(transaction) {
        true => Writer::root(transaction).into_map(SECTION)?.into_entity(id, "suggestion_id")?,
        false => Writer::root(transaction).into_entity(format!("{PREFIX}{id}"), "suggestion_id")?,
    };
    suggestion.put(STATE, state)?.put(ANSWERED_BY, context.command_id).map(drop)
}

/// A question to the client per suggestion that waits and still makes sense.
pub(crate) fn questions(document: &impl ReadDoc, kind: DocumentKind, reader: &Reader<'_>) -> Vec<Question> {
    let open = all(document).into_iter().filter(|(_, item)| state(item) == SuggestionState::Open);
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

        impl $crate::CommandKind for $Accept {
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

        impl $crate::CommandKind for $Decline {
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
