use kring_domain::RefusalCode;

/// The state of an edit.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum EditState {
    /// Saved on this phone.
    SavedHere,
    /// Shared with everybody who may see it.
    Shared {
        /// Its place in the document's history.
        sequence: u64,
    },
    /// Not accepted, because of this.
    NotAccepted {
        /// A stable word.
        code: String,
        /// The field that is wrong, where one is.
        field: Option<String>,
    },
    /// Kept at the server until somebody judges it.
    Held {
        /// A stable word.
        code: String,
    },
}

/// How the phone stands with the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Connection {
    /// Not connected; edits are saved on the phone.
    Offline,
    /// On the way.
    Connecting,
    /// Connected: edits go out and come in at once.
    Online,
    /// Connected, but the network lets no socket through: edits go out and come in now and then.
    Polling,
    /// The server ended the sign-in: sign in again.
    SignedOut,
    /// Another server answers at the address of the person's: say so. Nothing on the phone changes.
    AnotherServer,
}

/// Something the app may want to show.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Event {
    /// A document reads differently now.
    DocumentChanged {
        /// The document.
        document: String,
    },
    /// An edit of this phone has come to its end.
    EditSettled {
        /// The document.
        document: String,
        /// The edit.
        id: String,
        /// The outcome.
        state: EditState,
    },
    /// The spaces and documents, or what the person may do in one, are different now.
    SpacesChanged,
    /// The people in the spaces are different now.
    MembersChanged,
    /// The person may no longer see a document; it has left this phone.
    AccessLost {
        /// The document.
        document: String,
    },
    /// Somebody else is doing something right now.
    Presence {
        /// The document.
        document: String,
        /// The person.
        person: String,
        /// The value as JSON.
        state: String,
    },
    /// The phone's clock differs from the server's by more than ten minutes: ask the person to set it.
    ClockOff {
        /// The number of seconds it is ahead; negative where it is behind.
        seconds: i64,
    },
    /// This phone was put back from a copy: it goes on as a device of its own, or the person has to sign in.
    Copied {
        /// True when it is signed in.
        is_signed_in: bool,
    },
    /// The connection to the server is different now.
    ConnectionChanged {
        /// The way in which it stands.
        connection: Connection,
    },
}

/// The stable word of a code, as on every wire.
pub(crate) fn word(code: RefusalCode) -> String {
    serde_json::to_value(code).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

impl From<kring_client::EditState> for EditState {
    fn from(state: kring_client::EditState) -> Self {
        match state {
            kring_client::EditState::SavedHere => Self::SavedHere,
            kring_client::EditState::Shared { sequence } => Self::Shared { sequence },
            kring_client::EditState::NotAccepted { code, field, .. } => Self::NotAccepted { code: word(code), field },
            kring_client::EditState::Held { code } => Self::Held { code: word(code) },
        }
    }
}

impl From<kring_client::Connection> for Connection {
    fn from(connection: kring_client::Connection) -> Self {
        match connection {
            kring_client::Connection::Offline => Self::Offline,
            kring_client::Connection::Connecting => Self::Connecting,
            kring_client::Connection::Online => Self::Online,
            kring_client::Connection::Polling => Self::Polling,
            kring_client::Connection::SignedOut => Self::SignedOut,
            kring_client::Connection::AnotherServer => Self::AnotherServer,
        }
    }
}

impl From<kring_client::Event> for Event {
    fn from(event: kring_client::Event) -> Self {
        use kring_client::Event as Told;
        match event {
            Told::DocumentChanged(document) => Self::DocumentChanged { document: document.to_string() },
            Told::EditSettled { document, id, state } => {
                Self::EditSettled { document: document.to_string(), id: id.to_string(), state: state.into() }
            }
            Told::SpacesChanged => Self::SpacesChanged,
            Told::MembersChanged => Self::MembersChanged,
            Told::AccessLost(document) => Self::AccessLost { document: document.to_string() },
            Told::Presence { document, person, state } => {
                Self::Presence { document: document.to_string(), person: person.to_string(), state: state.to_string() }
            }
            Told::ClockOff { seconds } => Self::ClockOff { seconds },
            Told::Copied { is_signed_in } => Self::Copied { is_signed_in },
            Told::ConnectionChanged(connection) => Self::ConnectionChanged { connection: connection.into() },
        }
    }
}
