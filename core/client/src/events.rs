//! Events, in a queue that a slow reader cannot fill.

use std::collections::VecDeque;

use kring_domain::{CommandId, DocumentId, Language, PersonId, PhoneProblem};
use kring_sync::EditState;
use serde_json::Value;

/// The most events that wait for a reader; beyond that the oldest go, since each can be asked for again.
const MAX_WAITING: usize = 1024;

/// Something the app may want to show.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A document reads differently now.
    DocumentChanged(DocumentId),
    /// An edit of this phone was shared, or was not accepted.
    EditSettled {
        /// The document.
        document: DocumentId,
        /// The edit.
        id: CommandId,
        /// The outcome.
        state: EditState,
    },
    /// The spaces and documents, or what the person may do in one, are different now.
    SpacesChanged,
    /// The people in the spaces are different now.
    MembersChanged,
    /// The person may no longer see a document; it has left this phone.
    AccessLost(DocumentId),
    /// Somebody else is doing something right now.
    Presence {
        /// The document.
        document: DocumentId,
        /// The person.
        person: PersonId,
        /// Anything small.
        state: Value,
    },
    /// The phone's clock differs from the server's by more than ten minutes: edits made now may be held, or stand in
    /// the wrong place. Ask the person to set it.
    ClockOff {
        /// The number of seconds it is ahead; negative where it is behind.
        seconds: i64,
    },
    /// This phone was put back from a copy of its file. Where it could show who it was, it goes on as a device of its own;
    /// otherwise the person has to sign in. Nothing that was written is lost.
    Copied {
        /// True when it is signed in.
        is_signed_in: bool,
    },
    /// The connection to the server is different now.
    ConnectionChanged(Connection),
}

impl Event {
    /// Returns what happened, in words for the person, where it is something to tell by itself.
    pub const fn explain(&self, language: Language) -> Option<&'static str> {
        match self {
            Self::Copied { is_signed_in: true } => Some(language.pick(
                "Deze telefoon is teruggezet. Alles gaat gewoon door.",
                "This phone was restored. Everything goes on.",
            )),
            Self::Copied { is_signed_in: false } => Some(language.pick(
                "Deze telefoon is teruggezet. Meld je opnieuw aan. Wat je schreef blijft.",
                "This phone was restored. Please sign in again. What you wrote stays.",
            )),
            _ => None,
        }
    }
}

/// How the phone stands with the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connection {
    /// Not connected; edits are saved on the phone.
    #[default]
    Offline,
    /// On the way.
    Connecting,
    /// Connected: edits go out and come in at once.
    Online,
    /// Connected, but the network lets no socket through: edits go out and come in now and then.
    Polling,
    /// The server ended the sign-in: sign in again.
    SignedOut,
    /// Another server answers at the address of the person's: say so. Everything stays on the phone, and goes on by itself
    /// when the right one is back.
    AnotherServer,
}

impl Connection {
    /// Returns how it stands, in words for the person.
    pub const fn explain(self, language: Language) -> &'static str {
        match self {
            Self::Offline => language.pick(
                "Geen verbinding. Alles blijft op deze telefoon.",
                "No connection. Everything stays on this phone.",
            ),
            Self::Connecting => language.pick("We zoeken verbinding.", "We are connecting."),
            Self::Online => language.pick("Verbonden.", "Connected."),
            Self::Polling => {
                language.pick("Verbonden. Delen duurt hier iets langer.", "Connected. Sharing is a bit slower here.")
            }
            Self::SignedOut => language.pick("Meld je opnieuw aan.", "Please sign in again."),
            Self::AnotherServer => PhoneProblem::AnotherServer.explain(language),
        }
    }
}

/// The events that wait, without repeating what would be read only once.
#[derive(Debug, Default)]
pub(crate) struct Events {
    waiting: VecDeque<Event>,
}

impl Events {
    pub(crate) fn push(&mut self, event: Event) {
        let is_repeatable = matches!(event, Event::EditSettled { .. } | Event::Presence { .. });
        if !is_repeatable && self.waiting.contains(&event) {
            return;
        }
        if matches!(event, Event::ConnectionChanged(_)) {
            self.waiting.retain(|waiting| !matches!(waiting, Event::ConnectionChanged(_)));
        }
        if self.waiting.len() >= MAX_WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back(event);
    }

    pub(crate) fn pop(&mut self) -> Option<Event> {
        self.waiting.pop_front()
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }
}

/// Returns what a replica tells, as far as it is for the person; a complaint of the server goes to the log.
pub(crate) fn from_replica(event: kring_sync::Event) -> Option<Event> {
    use kring_sync::Event as ReplicaEvent;
    Some(match event {
        ReplicaEvent::DocumentChanged(document) => Event::DocumentChanged(document),
        ReplicaEvent::EditSettled { document, id, state } => Event::EditSettled { document, id, state },
        ReplicaEvent::DocumentsChanged => Event::SpacesChanged,
        ReplicaEvent::MembersChanged => Event::MembersChanged,
        ReplicaEvent::AccessLost(document) => Event::AccessLost(document),
        ReplicaEvent::Presence { document, person, state } => Event::Presence { document, person, state },
        ReplicaEvent::ClockOff { ahead } => Event::ClockOff { seconds: ahead / 1000 },
        ReplicaEvent::Complaint(code) => {
            tracing::warn!(%code, "the server complains");
            return None;
        }
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_is_read_once_waits_once_and_the_queue_is_bounded() {
        let mut events = Events::default();
        let document = |number| DocumentId::new(Uuid::from_u64_pair(1, number));
        for number in [1, 2, 1, 2] {
            events.push(Event::DocumentChanged(document(number)));
        }
        events.push(Event::ConnectionChanged(Connection::Connecting));
        events.push(Event::ConnectionChanged(Connection::Online));
        let mut read = Vec::new();
        while let Some(event) = events.pop() {
            read.push(event);
        }
        let changed = |number| Event::DocumentChanged(document(number));
        assert_eq!(read, [changed(1), changed(2), Event::ConnectionChanged(Connection::Online)]);

        for number in 0..5000 {
            events.push(changed(number));
        }
        assert_eq!(events.waiting.len(), MAX_WAITING);
        assert_eq!(events.pop(), Some(changed(5000 - 1024)));
    }
}
