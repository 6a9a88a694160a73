//! A tie that is alive again after it had faded or was strained: a step forward, so it is kept when that was said.

use automerge::transaction::Transactable;
use automerge::{ObjId, ScalarValue};

use super::{NetworkView, Status};
use crate::{ContactId, Context, Refusal};

pub(super) const KEY: &str = "revived_at";

/// Notes that a contact is about to get another status, where that says that the tie is alive again.
pub(super) fn note(
    context: &Context,
    transaction: &mut impl Transactable,
    contact_id: ContactId,
    contact: &ObjId,
    status: Option<Status>,
) -> Result<(), Refusal> {
    let before = NetworkView::new(&*transaction).contact(contact_id).and_then(|contact| contact.status());
    let was_quiet = [Status::Faded, Status::Strained].iter().any(|quiet| before.as_deref() == Some(quiet.name()));
    if was_quiet && status == Some(Status::Active) {
        transaction.put(contact, KEY, ScalarValue::Timestamp(context.at.millis()))?;
    }
    Ok(())
}
