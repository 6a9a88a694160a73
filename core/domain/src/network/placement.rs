//! The location where a contact stands: ring and quadrant, always written together as one value.
//!
//! A placement is a map put anew at each move, so two concurrent moves stay two whole values and are never mixed
//! into a third that nobody chose.

use automerge::transaction::Transactable;
use automerge::{ObjId, ReadDoc};

use super::bounded::Ring;
use super::values::Quadrant;
use crate::entity::{Candidate, Item, create};
use crate::{ContactId, Context, PersonId, Refusal, Role, Timestamp, suggestion};

/// One placement, with who made it and when.
#[derive(Clone, Debug)]
pub(super) struct Placement {
    pub(super) ring: i64,
    pub(super) quadrant: Option<String>,
    pub(super) by: Option<PersonId>,
    pub(super) at: Timestamp,
}

/// The placement that shows, and those of others that were made concurrently and show as suggestions.
#[derive(Default)]
pub(super) struct Placements {
    pub(super) shown: Option<Placement>,
    pub(super) suggested: Vec<Placement>,
}

/// Reads the placements of a contact: the client's own judgement goes before anybody else's concurrent one, and
/// of two by the client the later admitted shows.
pub(super) fn placements<R: ReadDoc>(contact: &Item<'_, R>) -> Placements {
    let candidates = contact.map_candidates("placement");
    let own = candidates.iter().rposition(is_by_client);
    let shown = own.or(candidates.len().checked_sub(1));
    let shown_placement = shown.and_then(|index| candidates.get(index)).map(read);
    let suggested = candidates
        .iter()
        .filter(|candidate| own.is_some() && !is_by_client(candidate))
        .map(read)
        .filter(|other| shown_placement.as_ref() != Some(other))
        .collect();
    Placements { shown: shown_placement, suggested }
}

/// The placements of a contact that count: the client's own where there is one, or everybody's.
pub(super) fn counting<R: ReadDoc>(contact: &Item<'_, R>) -> Vec<Candidate<Placement>> {
    let mut candidates = contact.map_candidates("placement");
    if candidates.iter().any(is_by_client) {
        candidates.retain(is_by_client);
    }
    candidates.iter().map(|candidate| Candidate { value: read(candidate), author: candidate.author }).collect()
}

/// Placements are the same where the place is, whoever gave it and when.
impl PartialEq for Placement {
    fn eq(&self, other: &Self) -> bool {
        self.ring == other.ring && self.quadrant == other.quadrant
    }
}

fn is_by_client<R>(candidate: &Candidate<Item<'_, R>>) -> bool {
    candidate.author.is_some_and(|author| author.role == Role::Client)
}

fn read<R: ReadDoc>(candidate: &Candidate<Item<'_, R>>) -> Placement {
    let item = &candidate.value;
    let ring = item.int("ring").unwrap_or(0);
    Placement {
        ring: if (0..=4).contains(&ring) { ring } else { 0 },
        quadrant: item.str("quadrant"),
        by: item.by(),
        at: item.at(),
    }
}

/// A change of place: each part to set, to clear, or to leave.
#[derive(Clone, Debug, Default)]
pub(super) struct Move {
    pub(super) ring: Option<i64>,
    pub(super) quadrant: Option<Option<String>>,
}

impl Move {
    /// To a ring and a quadrant.
    pub(super) fn to(ring: Ring, quadrant: Quadrant) -> Self {
        Self { ring: Some(ring.number()), quadrant: Some(Some(quadrant.name().to_owned())) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ring.is_none() && self.quadrant.is_none()
    }

    /// Puts the contact there; what the move leaves open stays as it shows where the transaction is opened.
    pub(super) fn apply(
        self,
        context: &Context,
        transaction: &mut impl Transactable,
        contact: &ObjId,
        before: Option<Placement>,
    ) -> Result<(), Refusal> {
        let (ring, quadrant) = before.map(|place| (place.ring, place.quadrant)).unwrap_or_default();
        let placement = create(transaction, contact, "placement", context)?;
        transaction.put(&placement, "ring", self.ring.unwrap_or(ring))?;
        if let Some(quadrant) = self.quadrant.unwrap_or(quadrant) {
            transaction.put(&placement, "quadrant", quadrant)?;
        }
        Ok(())
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
            return Err(Refusal::invalid("quadrant"));
        }
        suggestion::keep_move(context, transaction, contact, self.ring, self.quadrant.flatten())
    }
}
