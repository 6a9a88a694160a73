//! Executing the edits that wait, for the view: each where it was made, those that can be in one change.

use std::collections::BTreeSet;

use automerge::{Automerge, ChangeHash, PatchLog};
use kring_domain::{Author, Command, Context, Decision, Timestamp, authorize, named_ids};
use uuid::Uuid;

use super::Pending;
use crate::dating;

/// What a device knows where it executes edits.
#[derive(Clone, Copy)]
pub(super) struct Here {
    /// The generation of the document.
    pub(super) generation: u64,
    /// The last time that the server told: a clock that was never set dates no edit before it.
    pub(super) known: Timestamp,
}

/// Executes waiting edits where they were made: at the heads of their base, and this device's own last change. The last
/// change of this device is what comes back.
///
/// What the server would refuse leaves no trace; the person hears of it with the verdict.
pub(super) fn execute_all<'a>(
    view: &mut Automerge,
    author: &Author,
    pending: impl Iterator<Item = &'a Pending>,
    own: Option<ChangeHash>,
    here: Here,
) -> Option<ChangeHash> {
    view.set_actor(author.actor());
    let mut own = own;
    let mut run = Run::default();
    for pending in pending {
        let Ok(command) = pending.submission.command.clone().parse() else { continue };
        let named = named_ids(pending.submission.command.value());
        if !run.takes(pending, &command, &named) {
            own = std::mem::take(&mut run).execute(view, author, own, here).or(own);
        }
        run.things.extend(named);
        run.edits.push((pending, command));
    }
    run.execute(view, author, own, here).or(own)
}

/// Edits that were made at one place and of which none needs what another one does.
#[derive(Default)]
struct Run<'a> {
    edits: Vec<(&'a Pending, Command)>,
    things: BTreeSet<Uuid>,
}

impl Run<'_> {
    /// Returns whether an edit can be executed with those that are here.
    fn takes(&self, pending: &Pending, command: &Command, named: &[Uuid]) -> bool {
        let Some((last, before)) = self.edits.last() else { return true };
        let is_same_place = last.heads == pending.heads && last.submission.base == pending.submission.base;
        let is_apart = !before.stands_alone() && !command.stands_alone();
        is_same_place && is_apart && !named.iter().any(|thing| self.things.contains(thing))
    }

    /// Executes them together, or one after the other where one of them makes no sense where it was made.
    fn execute(self, view: &mut Automerge, author: &Author, own: Option<ChangeHash>, here: Here) -> Option<ChangeHash> {
        if self.edits.len() > 1
            && let Ok(change) = together(view, author, &self.edits, own, here)
        {
            return change;
        }
        let mut own = own;
        for edit in &self.edits {
            own = together(view, author, std::slice::from_ref(edit), own, here).ok().flatten().or(own);
        }
        own
    }
}

/// One of some edits makes no sense where it was made.
struct NotThere;

fn together(
    view: &mut Automerge,
    author: &Author,
    edits: &[(&Pending, Command)],
    own: Option<ChangeHash>,
    here: Here,
) -> Result<Option<ChangeHash>, NotThere> {
    let Some((first, _)) = edits.first() else { return Ok(None) };
    let base: Vec<ChangeHash> = first.heads.iter().copied().map(ChangeHash).collect();
    let heads: Vec<ChangeHash> = base.iter().copied().chain(own).collect();
    let is_present = first.submission.base.is_none_or(|base| base.generation == here.generation);
    let is_known = is_present && heads.iter().all(|head| view.get_change_meta_by_hash(head).is_some());
    let seen = dating::seen(view, &heads).filter(|_| is_present);
    let mut admitted = Vec::with_capacity(edits.len());
    for (pending, command) in edits {
        let (Decision::Admit(authorized) | Decision::Suggest(authorized)) = authorize(author, command, view) else {
            continue;
        };
        let authorized = match own {
            _ if !is_known => authorized.seeing_less(),
            None if admitted.is_empty() => authorized,
            _ => authorized.seeing(base.clone()),
        };
        admitted.push((*pending, authorized));
    }
    if admitted.is_empty() {
        return Ok(None);
    }
    // A base of an older generation is gone, its first change aside; the edit then builds on the present state.
    let opened = if is_known { view.transaction_at(PatchLog::null(), &heads) } else { Ok(view.transaction()) };
    let mut transaction = opened.map_err(|_| NotThere)?;
    for (pending, authorized) in &admitted {
        let context = context(author, pending, seen, here.known);
        if authorized.execute(&context, &mut transaction).is_err() {
            transaction.rollback();
            return Err(NotThere);
        }
    }
    Ok(transaction.commit().0)
}

/// The circumstances of an edit, whose author had seen edits up to an instant, and a time that the server told.
fn context(author: &Author, pending: &Pending, seen: Option<Timestamp>, known: Timestamp) -> Context {
    let made_at = pending.submission.made_at.unwrap_or_default();
    let seen = match made_at < Timestamp::EARLIEST_EDIT && known >= Timestamp::EARLIEST_EDIT {
        true => seen.max(Some(known)),
        false => seen,
    };
    // A clock that says what cannot be true does not tell either what is in the future.
    let is_off = made_at < seen.unwrap_or(Timestamp::EARLIEST_EDIT);
    Context {
        author: *author,
        command_id: pending.submission.id,
        at: dating::clamp(made_at, seen, made_at.max(seen.unwrap_or_default())),
        now: if is_off { Timestamp::MAX } else { made_at },
    }
}
