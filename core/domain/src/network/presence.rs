//! Tells contacts on the map from those put away.
//!
//! Both putting away and every edit write one register. So the two at once leave two values behind, by which every
//! replica sees that somebody still worked on a contact that was put away: it comes back, with a question.
//!
//! Each write carries the id of its command, because Automerge leaves out a write of the value that is there already,
//! and an edit of a contact that is present would then leave no trace beside a concurrent putting away.

use automerge::transaction::Transactable;
use automerge::{ObjId, ReadDoc, ScalarValue};

use crate::entity::Item;
use crate::{Context, Refusal};

const KEY: &str = "presence";
const PRESENT: &str = "present";
const ARCHIVED: &str = "archived";

/// What the register holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Present,
    Archived,
    /// Put away by one, edited by another, neither knowing of the other.
    CameBack,
}

pub(super) fn of<R: ReadDoc>(contact: &Item<'_, R>) -> Presence {
    let candidates = contact.candidates(KEY);
    let archived = candidates.iter().filter(|candidate| is_archived(&candidate.value)).count();
    match archived {
        0 => Presence::Present,
        count if count == candidates.len() => Presence::Archived,
        _ => Presence::CameBack,
    }
}

fn is_archived(value: &ScalarValue) -> bool {
    value.as_str().is_some_and(|value| value.starts_with(ARCHIVED))
}

/// Notes that somebody works on the contact.
pub(super) fn keep(context: &Context, transaction: &mut impl Transactable, contact: &ObjId) -> Result<(), Refusal> {
    Ok(transaction.put(contact, KEY, format!("{PRESENT} {}", context.command_id))?)
}

/// Puts the contact away.
pub(super) fn archive(context: &Context, transaction: &mut impl Transactable, contact: &ObjId) -> Result<(), Refusal> {
    Ok(transaction.put(contact, KEY, format!("{ARCHIVED} {}", context.command_id))?)
}
