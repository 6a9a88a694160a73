//! Something that is to be kept in the access log.

use std::fmt;
use std::net::IpAddr;

use kring_domain::{DeviceId, DocumentId, PersonId, Role, SpaceId, Timestamp};
use uuid::Uuid;

use super::{Action, Outcome};
use crate::auth::Caller;

/// The detail of a sign-in on a phone that was put back from a copy.
pub const COPY: &str = "copy";

/// Something somebody did, or tried to do.
#[derive(Clone, Copy, Debug)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// In which space; `None` for what concerns the server.
    pub space: Option<SpaceId>,
    /// The person; `None` for the operator, and for anybody who is not known.
    pub person: Option<PersonId>,
    /// On which device.
    pub device: Option<DeviceId>,
    /// As what; `None` for anybody who has no place there.
    pub role: Option<Role>,
    /// The things that they did.
    pub action: Action,
    /// The outcome.
    pub outcome: Outcome,
    /// To which document.
    pub document: Option<DocumentId>,
    /// To whom, or to which device or space.
    pub about: Option<Uuid>,
    /// More of it, as a word: the command, the role of an invitation, the part that was looked at.
    pub detail: Option<&'static str>,
    /// From where, where no device is known.
    pub from: Option<AccessPoint>,
}

/// Roughly where a request came from: the network, never the address.
///
/// The log outlives the connection by years. Which address somebody had each time they looked would tell where they
/// were; the network is enough to see that a stranger tried. Who is signed in is known by their device instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessPoint(IpAddr);

impl AuditEntry {
    /// Returns what somebody who is signed in did in a space.
    pub fn new(at: Timestamp, space: SpaceId, caller: Caller, role: Role, action: Action) -> Self {
        Self {
            space: Some(space),
            person: Some(caller.person),
            device: Some(caller.device),
            role: Some(role),
            ..Self::of_server(at, action)
        }
    }

    /// Something that concerns the server and no space.
    pub fn of_server(at: Timestamp, action: Action) -> Self {
        Self {
            at,
            space: None,
            person: None,
            device: None,
            role: None,
            action,
            outcome: Outcome::Done,
            document: None,
            about: None,
            detail: None,
            from: None,
        }
    }

    /// The same, by somebody who is signed in.
    pub fn by(self, caller: Caller) -> Self {
        Self { person: Some(caller.person), device: Some(caller.device), ..self }
    }

    /// The same, to a document.
    pub fn on(self, document: DocumentId) -> Self {
        Self { document: Some(document), ..self }
    }

    /// The same, to a person, a device or a space.
    pub fn about(self, about: Uuid) -> Self {
        Self { about: Some(about), ..self }
    }

    /// The same, with a word more.
    pub fn with(self, detail: &'static str) -> Self {
        Self { detail: Some(detail), ..self }
    }

    /// The same, from somewhere.
    pub fn from(self, address: IpAddr) -> Self {
        Self { from: Some(AccessPoint::of(address)), ..self }
    }

    /// The same, that was not let.
    pub fn refused(self) -> Self {
        Self { outcome: Outcome::Refused, ..self }
    }

    /// Returns whether doing it again soon after makes no line of its own.
    pub(super) fn is_folded(&self) -> bool {
        self.action.is_folded() || self.outcome == Outcome::Refused
    }
}

impl AccessPoint {
    /// The network of an address: the first 24 bits, or 48 of the newer ones.
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4((address.to_bits() >> 8 << 8).into()),
            IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 80 << 80).into()),
        })
    }
}

impl fmt::Display for AccessPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.0, if self.0.is_ipv4() { 24 } else { 48 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_not_kept() {
        for (address, kept) in [
            ("192.0.2.77", "192.0.2.0/24"),
            ("::ffff:192.0.2.77", "192.0.2.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ] {
            assert_eq!(AccessPoint::of(address.parse().unwrap()).to_string(), kept);
        }
    }
}
