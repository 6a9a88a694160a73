//! What waits is executed on the device with the function that the server uses.

use automerge::{Automerge, ChangeHash, PatchLog};
use kring_domain::{Author, Context, Decision, Timestamp, authorize};

use super::Pending;
use crate::dating;

/// Executes a waiting edit where it was made: the heads of its base, and this device's own last change.
///
/// A clock that was never set dates it no earlier than `known`, the last time that the server told.
///
/// What the server would refuse leaves no trace; the person hears of it with the verdict.
pub(super) fn execute(
    view: &mut Automerge,
    author: &Author,
    pending: &Pending,
    own: Option<ChangeHash>,
    (generation, known): (u64, Timestamp),
) -> Option<ChangeHash> {
    let command = pending.submission.command.clone().parse().ok()?;
    let base: Vec<ChangeHash> = pending.heads.iter().copied().map(ChangeHash).collect();
    let heads: Vec<ChangeHash> = base.iter().copied().chain(own).collect();
    let is_present = pending.submission.base.is_none_or(|base| base.generation == generation);
    let is_known = is_present && heads.iter().all(|head| view.get_change_meta_by_hash(head).is_some());
    let made_at = pending.submission.made_at.unwrap_or_default();
    let seen = dating::seen(view, &heads).filter(|_| is_present);
    let seen = match made_at < Timestamp::EARLIEST_EDIT && known >= Timestamp::EARLIEST_EDIT {
        true => seen.max(Some(known)),
        false => seen,
    };
    // A clock that says what cannot be true does not tell either what is in the future.
    let is_off = made_at < seen.unwrap_or(Timestamp::EARLIEST_EDIT);
    let context = Context {
        author: *author,
        command_id: pending.submission.id,
        at: dating::clamp(made_at, seen, made_at.max(seen.unwrap_or_default())),
        now: if is_off { Timestamp::MAX } else { made_at },
    };
    let (Decision::Admit(authorized) | Decision::Suggest(authorized)) = authorize(author, &command, view) else {
        return None;
    };
    let authorized = match own {
        _ if !is_known => authorized.seeing_less(),
        Some(_) => authorized.seeing(base),
        None => authorized,
    };
    view.set_actor(author.actor());
    // A base of an older generation is gone, its first change aside; the edit then builds on the present state.
    let mut transaction =
        if is_known { view.transaction_at(PatchLog::null(), &heads).ok()? } else { view.transaction() };
    match authorized.execute(&context, &mut transaction) {
        Ok(()) => transaction.commit().0,
        Err(_) => {
            transaction.rollback();
            None
        }
    }
}
