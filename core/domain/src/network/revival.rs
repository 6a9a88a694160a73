//! A tie that is alive again after it had faded or was strained: a step forward, so it is kept when that was said.

use automerge::ReadDoc;

use super::{Contact, Status, own_words};
use crate::{ContactId, Context, Timestamp};

/// When a contact's tie comes alive again, where giving it a status says so.
pub(super) fn of(
    context: &Context,
    document: &impl ReadDoc,
    id: ContactId,
    status: Option<Status>,
) -> Option<Timestamp> {
    let before = own_words::shown(&Contact::one(document, id)?, Contact::status)?;
    let was_quiet = before == Status::Faded || before == Status::Strained;
    (was_quiet && status == Some(Status::Active)).then_some(context.at)
}
