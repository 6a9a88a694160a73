//! The placement of a contact: ring and quadrant, always written together as one value.
//!
//! A placement is a map put anew at each move, so two concurrent moves stay two whole values and are never mixed
//! into a third that nobody chose.

use automerge::ReadDoc;
use automerge::transaction::Transactable;

use super::bounded::Ring;
use super::values::Quadrant;
use crate::entity::{Candidate, Item, Key, Writer};
use crate::words::Word;
use crate::{ContactId, Context, PersonId, Refusal, Role, Timestamp, suggestion};

/// One placement, with who made it and when.
#[derive(Clone, Debug)]
pub(super) struct Placement {
    pub(super) ring: i64,
    pub(super) quadrant: Option<Word<Quadrant>>,
    pub(super) by: Option<PersonId>,
    pub(super) at: Timestamp,
}

/// The key of a contact's placement.
const PLACEMENT: &str = "placement";

/// The keys of a placement; the copies of a snapshot have them too.
pub(crate) const RING: Key<i64> = Key::new("ring");
pub(crate) const QUADRANT: Key<Word<Quadrant>> = Key::new("quadrant");

/// The placement that shows: the client's own judgement goes before anybody else's concurrent one, and of two by the
/// client the later admitted shows.
pub(super) fn shown<R: ReadDoc>(contact: &Item<'_, R>) -> Option<Placement> {
    counting(contact).pop().map(|candidate| candidate.value)
}

/// The placements of others that were made concurrently with the client's, and differ from the one that shows.
pub(super) fn suggested<R: ReadDoc>(contact: &Item<'_, R>) -> Vec<Placement> {
    let candidates = all(contact);
    let Some(shown) = shown(contact).filter(|_| candidates.iter().any(is_by_client)) else { return Vec::new() };
    let others = candidates.into_iter().filter(|candidate| !is_by_client(candidate));
    others.map(|candidate| candidate.value).filter(|other| *other != shown).collect()
}

/// The placements of a contact that count: the client's own where there is one, or everybody's.
pub(super) fn counting<R: ReadDoc>(contact: &Item<'_, R>) -> Vec<Candidate<Placement>> {
    let mut candidates = all(contact);
    if candidates.iter().any(is_by_client) {
        candidates.retain(is_by_client);
    }
    candidates
}

fn all<R: ReadDoc>(contact: &Item<'_, R>) -> Vec<Candidate<Placement>> {
    let candidates = contact.map_candidates(PLACEMENT).into_iter();
    candidates.map(|candidate| Candidate { value: read(&candidate.value), author: candidate.author }).collect()
}

/// Placements are the same where the place is, whoever gave it and when.
impl PartialEq for Placement {
    fn eq(&self, other: &Self) -> bool {
        self.ring == other.ring && self.quadrant == other.quadrant
    }
}

fn is_by_client(candidate: &Candidate<Placement>) -> bool {
    candidate.author.is_some_and(|author| author.role == Role::Client)
}

fn read<R: ReadDoc>(item: &Item<'_, R>) -> Placement {
    let ring = item.get(RING).filter(|ring| (0..=4).contains(ring)).unwrap_or(0);
    Placement { ring, quadrant: item.get(QUADRANT), by: item.by(), at: item.at() }
}

/// A change of place: each part to set, to clear, or to leave.
#[derive(Clone, Debug, Default)]
pub(super) struct Move {
    pub(super) ring: Option<i64>,
    pub(super) quadrant: Option<Option<Word<Quadrant>>>,
}

impl Move {
    /// To a ring and a quadrant.
    pub(super) fn to(ring: Ring, quadrant: Quadrant) -> Self {
        Self { ring: Some(ring.number()), quadrant: Some(Some(quadrant.into())) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ring.is_none() && self.quadrant.is_none()
    }

    /// Puts the contact there; what the move leaves open stays as it shows where the transaction is opened.
    pub(super) fn apply(
        self,
        context: &Context,
        contact: &mut Writer<'_, impl Transactable>,
        before: Option<Placement>,
    ) -> Result<(), Refusal> {
        let (ring, quadrant) = before.map(|place| (place.ring, place.quadrant)).unwrap_or_default();
        let mut placement = contact.make(context, PLACEMENT)?;
        placement.put(RING, self.ring.unwrap_or(ring))?;
        placement.put(QUADRANT, self.quadrant.unwrap_or(quadrant)).map(drop)
    }

    /// Puts the move before the client, under the id of the command that made it.
    pub(super) fn suggest(
        self,
        context: &Context,
        transaction: &mut impl Transactable,
        contact: ContactId,
    ) -> Result<(), Refusal> {
        // Without a quadrant is no place that anybody can suggest.
        if self.quadrant == Some(None) {
            return Err(Refusal::invalid(QUADRANT.name()));
        }
        suggestion::keep_move(context, transaction, contact, self.ring, self.quadrant.flatten())
    }
}
