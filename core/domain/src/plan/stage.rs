//! The state of an action, derived from its events.

use automerge::ReadDoc;

use super::ActionView;
use crate::entity::Item;
use crate::{CommandId, Role, Timestamp};

/// The events of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventKind {
    Activated,
    Done,
    Stopped,
}

impl EventKind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Activated => "activated",
            Self::Done => "done",
            Self::Stopped => "stopped",
        }
    }
}

/// Something that happened to an action.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// The command that made it happen.
    pub(super) id: CommandId,
    /// What happened; a kind from a newer version is kept as it is.
    pub(super) kind: String,
    pub(super) by_client: bool,
    pub(super) at: Timestamp,
}

impl Event {
    fn of<R: ReadDoc>(id: &str, item: &Item<'_, R>) -> Option<Self> {
        Some(Self {
            id: id.parse().ok()?,
            kind: item.str("kind")?,
            by_client: item.str("role").as_deref() == Some(Role::Client.name()),
            at: item.at(),
        })
    }

    pub(super) fn is(&self, kind: EventKind) -> bool {
        self.kind == kind.name()
    }
}

/// The location where an action stands by itself, apart from how many others are active.
#[derive(Clone, Debug)]
pub(super) enum Stage {
    /// Nothing has happened yet.
    Draft,
    /// It was activated, but it has lost the client's own part.
    PartMissing,
    /// It was activated.
    Running(Event),
    /// It is done, stopped, or whatever a newer version can say of it.
    Ended(Event),
}

impl<R: ReadDoc> ActionView<'_, R> {
    pub(super) fn stage(&self) -> Stage {
        match self.decisive() {
            None => Stage::Draft,
            Some(event) if !event.is(EventKind::Activated) => Stage::Ended(event),
            Some(_) if self.client_part().is_none() => Stage::PartMissing,
            Some(event) => Stage::Running(event),
        }
    }

    /// When it was last activated.
    pub(super) fn activated_at(&self) -> Option<Timestamp> {
        match self.decisive() {
            Some(event) if event.is(EventKind::Activated) => Some(event.at),
            _ => self.events().iter().rev().find(|event| event.is(EventKind::Activated)).map(|event| event.at),
        }
    }

    /// The event that decides between those that happened last without knowing of each other.
    ///
    /// That the client is done stands against anything concurrent. Otherwise the last admitted one decides; of
    /// concurrent activations the client's counts, then the earliest, so that the place in the queue does not
    /// depend on who had coverage first.
    fn decisive(&self) -> Option<Event> {
        let last = self.last_events();
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
    fn last_events(&self) -> Vec<Event> {
        let Some(events) = self.item.map("events") else { return Vec::new() };
        let states = self.item.candidates("state").into_iter();
        states
            .filter_map(|state| {
                let id = state.value.into_string().ok()?;
                Event::of(&id, &events.map(&id)?)
            })
            .collect()
    }

    fn events(&self) -> Vec<Event> {
        let events = self.item.map("events").map(|events| events.maps()).unwrap_or_default();
        events.iter().filter_map(|(id, item)| Event::of(id, item)).collect()
    }
}
