//! What state an action is in, derived from its events.

use automerge::ReadDoc;
use automerge::transaction::Transactable;

use super::{Action, ActionState};
use crate::entity::{Entity, Item, Key};
use crate::words::Word;
use crate::{ActionId, CommandId, Context, Refusal, Role, Timestamp};

/// The key of an action's events, by the command that made each happen.
pub(super) const EVENTS: &str = "events";

/// The key of what happened.
const KIND: Key<String> = Key::new("kind");

/// The key of what whoever made it happen was in the space.
const ROLE: Key<Word<Role>> = Key::new("role");

/// What can happen to an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum EventKind {
    Activated,
    Done,
    Stopped,
}

impl EventKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Activated => "activated",
            Self::Done => ActionState::Done.name(),
            Self::Stopped => ActionState::Stopped.name(),
        }
    }
}

/// Something that happened to an action.
#[derive(Clone, Debug)]
pub(in crate::plan) struct Event {
    /// The command that made it happen.
    id: CommandId,
    /// What happened; a kind from a newer version is kept as it is.
    kind: String,
    pub(super) by_client: bool,
    pub(super) at: Timestamp,
}

impl Event {
    fn of<R: ReadDoc>(id: CommandId, event: &Item<'_, R>) -> Option<Self> {
        let by_client = event.get(ROLE).is_some_and(|role| role == Role::Client);
        Some(Self { id, kind: event.get(KIND)?, by_client, at: event.at() })
    }

    pub(in crate::plan) fn is(&self, kind: EventKind) -> bool {
        self.kind == kind.name()
    }
}

/// Where an action stands by itself, apart from how many others are active.
#[derive(Clone, Debug)]
pub(in crate::plan) enum Stage {
    /// Nothing has happened yet.
    Draft,
    /// It was activated, but it has lost the client's own part.
    PartMissing,
    /// It was activated.
    Running(Event),
    /// It is done, stopped, or whatever a newer version can say of it.
    Ended(Event),
}

impl Stage {
    pub(in crate::plan) fn of<R: ReadDoc>(action: &Item<'_, R>) -> Self {
        match decisive(action) {
            None => Self::Draft,
            Some(event) if !event.is(EventKind::Activated) => Self::Ended(event),
            Some(_) if Action::part_of_client(action).is_none() => Self::PartMissing,
            Some(event) => Self::Running(event),
        }
    }
}

/// The state that shows where the action is among the first.
pub(super) fn state<R: ReadDoc>(action: &Item<'_, R>) -> Word<ActionState> {
    match Stage::of(action) {
        Stage::Draft | Stage::PartMissing => ActionState::Draft.into(),
        Stage::Running(_) => ActionState::Active.into(),
        Stage::Ended(event) => Word::of(&event.kind),
    }
}

/// When an action was done, where it is.
pub(super) fn done_at<R: ReadDoc>(action: &Item<'_, R>) -> Option<Timestamp> {
    match Stage::of(action) {
        Stage::Ended(event) if event.is(EventKind::Done) => Some(event.at),
        _ => None,
    }
}

/// When an action was last activated.
pub(super) fn activated_at<R: ReadDoc>(action: &Item<'_, R>) -> Option<Timestamp> {
    match decisive(action) {
        Some(event) if event.is(EventKind::Activated) => Some(event.at),
        _ => events(action).iter().rev().find(|event| event.is(EventKind::Activated)).map(|event| event.at),
    }
}

/// Notes that something happened to an action, and points its state to it.
pub(super) fn happen(
    context: &Context,
    transaction: &mut impl Transactable,
    id: ActionId,
    kind: EventKind,
) -> Result<(), Refusal> {
    let mut event = Action::open(transaction, id)?.into_map(EVENTS)?.create(context, context.command_id)?;
    event.put(KIND, kind.name().to_owned())?.put(ROLE, context.author.role)?;
    Action::open(transaction, id)?.put(Action::state, context.command_id).map(drop)
}

/// The event that decides between those that happened last without knowing of each other.
///
/// That the client is done stands against anything concurrent. Otherwise the last admitted one decides; of
/// concurrent activations the client's counts, then the earliest, so that the place in the queue does not
/// depend on who had coverage first.
fn decisive<R: ReadDoc>(action: &Item<'_, R>) -> Option<Event> {
    let last = last_events(action);
    if let Some(done) = last.iter().rev().find(|event| event.by_client && event.is(EventKind::Done)) {
        return Some(done.clone());
    }
    let winner = last.last()?;
    if winner.is(EventKind::Activated) {
        let activations = last.iter().filter(|event| event.is(EventKind::Activated));
        return activations.min_by_key(|event| (!event.by_client, event.at, event.id)).cloned();
    }
    Some(winner.clone())
}

/// The concurrent values of the state, the one that was admitted last at the end.
fn last_events<R: ReadDoc>(action: &Item<'_, R>) -> Vec<Event> {
    let Some(events) = action.map(EVENTS) else { return Vec::new() };
    let states = action.each(Action::state).into_iter().map(|state| state.value);
    states.filter_map(|id| Event::of(id, &events.map(&id.to_string())?)).collect()
}

fn events<R: ReadDoc>(action: &Item<'_, R>) -> Vec<Event> {
    let events = action.map(EVENTS).map(|events| events.maps()).unwrap_or_default();
    events.iter().filter_map(|(id, event)| Event::of(id.parse().ok()?, event)).collect()
}
