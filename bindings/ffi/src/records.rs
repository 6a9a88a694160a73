use crate::EditState;

/// The person who uses a file.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Identity {
    /// The person.
    pub person: String,
    /// This phone.
    pub device: String,
    /// The server of the last sign-in.
    pub server: Option<String>,
    /// True when there is a sign-in, as far as the phone knows.
    pub is_signed_in: bool,
}

/// The outcome of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct SignedIn {
    /// The person, as the server knows them.
    pub person: String,
    /// This phone, as the server knows it.
    pub device: String,
    /// The space that was joined, where the code was an invitation.
    pub space: Option<String>,
    /// As what: `client`, `member`, `professional` or `backup`.
    pub role: Option<String>,
}

/// A code for somebody else, or for another device of the same person; for one use.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Invitation {
    /// The code, to be typed.
    pub code: String,
    /// The code as a link, to be sent or shown as a QR code.
    pub url: String,
    /// Until when it can be used, RFC 3339.
    pub expires_at: String,
}

/// A space as the phone knows it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Space {
    /// The space.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The role of the person in it.
    pub role: String,
    /// True when it was made here and the server does not know it yet.
    pub is_local: bool,
}

/// A document on the phone.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Document {
    /// The document.
    pub id: String,
    /// The kind of its content: `network`, `plan` or `circle`.
    pub kind: String,
    /// The space it belongs to.
    pub space: String,
    /// True when the person may edit it at all; `may` tells for one command.
    pub is_writable: bool,
}

/// Somebody in a space.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Member {
    /// The person.
    pub person: String,
    /// The name.
    pub name: String,
    /// Their role in the space.
    pub role: String,
    /// True when to offer `invite_back` for them.
    pub may_invite_back: bool,
}

/// The receipt for an edit: it is saved on the phone.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Receipt {
    /// The edit.
    pub id: String,
    /// The location.
    pub state: EditState,
}

/// An edit of this phone.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Edit {
    /// The edit.
    pub id: String,
    /// The document.
    pub document: String,
    /// The location.
    pub state: EditState,
    /// The command as JSON, with every text the person wrote.
    pub command: String,
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// The location, in words for the person; for one that was not accepted, why.
    pub explanation: String,
}

/// The way in which it goes in a space.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Status {
    /// How far the client is: a stable word, like `mapping` or `doing`.
    pub phase: String,
    /// When the last step forward was made, RFC 3339; none where none was made yet.
    pub last_step_at: Option<String>,
    /// True when the last step is so long ago that somebody should look.
    pub standing_still: bool,
    /// The same in words, the next step included.
    pub text: String,
    /// One next step, as a kind question.
    pub next: Option<String>,
}

impl From<kring_domain::Status> for Status {
    fn from(status: kring_domain::Status) -> Self {
        Self {
            phase: status.phase.name().to_owned(),
            last_step_at: status.last_step_at.map(|at| at.to_string()),
            standing_still: status.standing_still,
            text: status.text,
            next: status.next,
        }
    }
}

/// The prospect of an edit.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Permission {
    /// It is made as it stands.
    Allowed,
    /// It becomes a suggestion, which the client answers.
    BecomesSuggestion,
    /// It is refused.
    Refused {
        /// A stable word, like `forbidden` or `not_found`.
        code: String,
        /// Why, in words for the person.
        explanation: String,
    },
}

/// The outcome of a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct SyncReport {
    /// The number of edits of this phone that were answered.
    pub answered: u64,
    /// The number of edits still wait.
    pub waiting: u64,
}

impl Edit {
    /// An edit as the person reads it.
    pub(crate) fn of(kring: &kring_client::Kring, edit: kring_client::Edit) -> Self {
        let explanation = kring.explain_edit(&edit);
        Self {
            explanation,
            id: edit.id.to_string(),
            document: edit.document.to_string(),
            state: edit.state.into(),
            command: edit.command.json(),
            made_at: edit.made_at.to_string(),
        }
    }
}

impl From<kring_client::Invitation> for Invitation {
    fn from(invitation: kring_client::Invitation) -> Self {
        Self { code: invitation.code, url: invitation.url, expires_at: invitation.expires_at.to_string() }
    }
}
