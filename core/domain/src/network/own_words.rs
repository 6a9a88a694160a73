//! The client's own words about a contact: of values that were set concurrently, theirs stands.

use automerge::transaction::Transactable;
use automerge::{ReadDoc, ScalarValue};
use serde_json::Value as Json;

use super::placement::{Move, QUADRANT, RING};
use super::{Contact, UpdateContact};
use crate::entity::{Candidate, Entity, Item, Key, Value};
use crate::{CommandKind, ContactId, Context, Refusal, Role, suggestion};

/// The fields in which the client's value stands against any concurrent one.
const KEYS: [&str; 3] = [Contact::wish.name(), Contact::desired_ring.name(), Contact::status.name()];

/// Returns whether a field is the client's own to say.
pub(super) fn is_own(key: &str) -> bool {
    KEYS.contains(&key)
}

/// Returns whether the client has said what counts: others' concurrent values are then suggestions.
pub(super) fn is_settled(key: &str, candidates: &[Candidate<ScalarValue>]) -> bool {
    KEYS.contains(&key) && candidates.iter().any(is_by_client)
}

/// The values of a field that count: those of the client where the client has said what counts, or everybody's.
pub(super) fn counting<R: ReadDoc>(contact: &Item<'_, R>, key: &str) -> Vec<Candidate<ScalarValue>> {
    let mut candidates = contact.candidates(key);
    if is_settled(key, &candidates) {
        candidates.retain(is_by_client);
    }
    candidates
}

/// The value that shows: the last that the client set, or the last that anybody did.
pub(super) fn shown<V: Value, R: ReadDoc>(contact: &Item<'_, R>, key: Key<V>) -> Option<V> {
    V::read(shown_scalar(contact, key.name())?)
}

/// The same as it is stored.
pub(super) fn shown_scalar<R: ReadDoc>(contact: &Item<'_, R>, key: &str) -> Option<ScalarValue> {
    let mut candidates = contact.candidates(key);
    let own = candidates.iter().rposition(is_by_client).filter(|_| KEYS.contains(&key));
    let shown = own.or(candidates.len().checked_sub(1))?;
    Some(candidates.swap_remove(shown).value)
}

/// The values of others that were set concurrently with the client's, and differ from the one that shows.
pub(super) fn suggested<R: ReadDoc>(contact: &Item<'_, R>, key: &str) -> Vec<Candidate<ScalarValue>> {
    let candidates = contact.candidates(key);
    if !is_settled(key, &candidates) {
        return Vec::new();
    }
    let shown = shown_scalar(contact, key);
    let differs = |candidate: &Candidate<ScalarValue>| {
        !is_by_client(candidate) && shown.as_ref().is_none_or(|shown| *shown != candidate.value)
    };
    candidates.into_iter().filter(differs).collect()
}

/// Puts before the client what somebody else's command says of the client's own.
pub(super) fn suggest(
    context: &Context,
    transaction: &mut impl Transactable,
    contact: ContactId,
    place: Move,
    mut command: Json,
) -> Result<(), Refusal> {
    let Some(fields) = command.as_object_mut().filter(|fields| fields.keys().any(|key| is_own(key))) else {
        return place.suggest(context, transaction, contact);
    };
    // Without a quadrant is no place that anybody can suggest.
    if place.quadrant == Some(None) {
        return Err(Refusal::invalid(QUADRANT.name()));
    }
    fields.retain(|key, _| [Contact::ID, RING.name(), QUADRANT.name()].contains(&key.as_str()) || is_own(key));
    fields.insert("type".to_owned(), UpdateContact::NAME.into());
    suggestion::keep(context, transaction, &command)
}

fn is_by_client(candidate: &Candidate<ScalarValue>) -> bool {
    candidate.author.is_some_and(|author| author.role == Role::Client)
}
