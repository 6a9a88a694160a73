//! The action of somebody, and how it ended.

use kring_domain::Effect;

/// The action of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Started the space.
    Created,
    /// Made an invitation, or a code for one more device.
    Invited,
    /// Came in.
    Joined,
    /// Made a code with which somebody comes back on a new phone.
    InvitedBack,
    /// Came back on a new phone with such a code.
    CameBack,
    /// Sent somebody away.
    Removed,
    /// Went.
    Left,
    /// Looked at a document, at its history or at who is in the space.
    Read,
    /// Looked at it on a phone, which told so later.
    ReadOnDevice,
    /// Got what was new in a document onto a phone.
    Received,
    /// Looked at how it goes.
    Status,
    /// Looked at the access log.
    ReadLog,
    /// Wrote in a document.
    Wrote,
    /// Changed who may do or see what: a consent, a delegation.
    ChangedRights,
    /// Erased something for good.
    Erased,
    /// Took a copy of everything they may read.
    Exported,
    /// Signed in on a device.
    SignedIn,
    /// Signed a device out for good.
    RevokedDevice,
    /// Brought a list of what was looked at on a phone that does not fit what it had told before.
    BrokenReadLog,
    /// Took a backup of the server.
    BackedUp,
    /// Put a backup back.
    Restored,
    /// Changed the key that signs access tokens.
    RotatedKeys,
}

/// The outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It was done.
    #[default]
    Done,
    /// They were not let.
    Refused,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 22] = [
        Self::Created,
        Self::Invited,
        Self::Joined,
        Self::InvitedBack,
        Self::CameBack,
        Self::Removed,
        Self::Left,
        Self::Read,
        Self::ReadOnDevice,
        Self::Received,
        Self::Status,
        Self::ReadLog,
        Self::Wrote,
        Self::ChangedRights,
        Self::Erased,
        Self::Exported,
        Self::SignedIn,
        Self::RevokedDevice,
        Self::BrokenReadLog,
        Self::BackedUp,
        Self::Restored,
        Self::RotatedKeys,
    ];

    /// The action of a command in a document, by the command's declared effect.
    pub const fn of_effect(effect: Effect) -> Self {
        match effect {
            Effect::Writes => Self::Wrote,
            Effect::ChangesRights => Self::ChangedRights,
            Effect::Erases => Self::Erased,
        }
    }

    /// Returns whether doing it again soon after makes no line of its own.
    pub const fn is_folded(self) -> bool {
        matches!(self, Self::Read | Self::Received | Self::Status | Self::ReadLog | Self::Wrote)
    }

    /// The action as a word of the protocol.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Invited => "invited",
            Self::Joined => "joined",
            Self::InvitedBack => "invited_back",
            Self::CameBack => "came_back",
            Self::Removed => "removed",
            Self::Left => "left",
            Self::Read => "read",
            Self::ReadOnDevice => "read_on_device",
            Self::Received => "received",
            Self::Status => "status",
            Self::ReadLog => "read_log",
            Self::Wrote => "wrote",
            Self::ChangedRights => "changed_rights",
            Self::Erased => "erased",
            Self::Exported => "exported",
            Self::SignedIn => "signed_in",
            Self::RevokedDevice => "revoked_device",
            Self::BrokenReadLog => "broken_read_log",
            Self::BackedUp => "backed_up",
            Self::Restored => "restored",
            Self::RotatedKeys => "rotated_keys",
        }
    }

    /// The action with this name; `None` for one of another version.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

impl Outcome {
    /// The outcome as a word of the protocol.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for action in Action::ALL {
            assert_eq!(Action::from_name(action.name()), Some(action));
        }
    }
}
