//! Tells contacts on the map from those put away.
//!
//! Both putting away and every edit write one register. So the two at once leave two values behind, by which every
//! replica sees that somebody still worked on a contact that was put away: it comes back, with a question.
//!
//! Each write carries the id of its command, because Automerge leaves out a write of the value that is there already,
//! and an edit of a contact that is present would then leave no trace beside a concurrent putting away.

use automerge::ReadDoc;
use automerge::transaction::Transactable;

use crate::entity::{Item, Key, Writer};
use crate::{Context, Refusal};

const PRESENCE: Key<String> = Key::new("presence");
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
    let candidates = contact.each(PRESENCE);
    let archived = candidates.iter().filter(|candidate| candidate.value.starts_with(ARCHIVED)).count();
    match archived {
        0 => Presence::Present,
        count if count == candidates.len() => Presence::Archived,
        _ => Presence::CameBack,
    }
}

/// Notes that somebody works on the contact.
pub(super) fn keep(context: &Context, contact: &mut Writer<'_, impl Transactable>) -> Result<(), Refusal> {
    contact.put(PRESENCE, format!("{PRESENT} {}", context.command_id)).map(drop)
}

/// Puts the contact away.
pub(super) fn archive(context: &Context, contact: &mut Writer<'_, impl Transactable>) -> Result<(), Refusal> {
    contact.put(PRESENCE, format!("{ARCHIVED} {}", context.command_id)).map(drop)
}
