//! The author of an edit, in a form that travels inside every operation of the document.

use automerge::{ActorId, ObjId};
use uuid::Uuid;

use crate::{DeviceId, PersonId, Role};

/// The device, the person and the role behind an edit.
///
/// It is the Automerge actor of the change: 16 bytes of device, 16 of person and one of role. Any value in a
/// document thus tells who wrote it and as what, which decides between concurrent values without a table beside
/// the document. Somebody whose role changes goes on as another actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Author {
    /// The device the edit was made on.
    pub device: DeviceId,
    /// The person who made it.
    pub person: PersonId,
    /// The role of the person in the space at the time.
    pub role: Role,
    /// True when the space has a client, who answers suggestions: before that others change things at once.
    pub has_client: bool,
}

impl Author {
    /// The actor under which this author's changes are made.
    pub fn actor(&self) -> ActorId {
        let mut bytes = Vec::with_capacity(33);
        bytes.extend_from_slice(self.device.uuid().as_bytes());
        bytes.extend_from_slice(self.person.uuid().as_bytes());
        bytes.push(number(self.role));
        ActorId::from(bytes)
    }

    /// Reads the author back from an actor; `None` for the actor of a genesis change or of a newer version.
    pub fn from_actor(actor: &ActorId) -> Option<Self> {
        let (device, rest) = actor.to_bytes().split_first_chunk::<16>()?;
        let (person, rest) = rest.split_first_chunk::<16>()?;
        let role = Role::ALL.into_iter().find(|role| rest == [number(*role)])?;
        Some(Self {
            device: DeviceId::new(Uuid::from_bytes(*device)),
            person: PersonId::new(Uuid::from_bytes(*person)),
            role,
            has_client: true,
        })
    }

    /// The same author in a space that has a client, or has none yet.
    pub fn beside_client(self, has_client: bool) -> Self {
        Self { has_client: has_client || self.role == Role::Client, ..self }
    }

    /// Returns who wrote the value with this operation id.
    pub fn of(operation: &ObjId) -> Option<Self> {
        match operation {
            ObjId::Root => None,
            ObjId::Id(_, actor, _) => Self::from_actor(actor),
        }
    }

    /// An author for examples and tests; the same for the same role.
    pub fn example(role: Role) -> Self {
        let number = u128::from(number(role));
        Self {
            device: DeviceId::new(Uuid::from_u128(0xd0 + number)),
            person: PersonId::new(Uuid::from_u128(number)),
            role,
            has_client: true,
        }
    }
}

/// The byte that stands for a role in an actor, in documents of every version.
const fn number(role: Role) -> u8 {
    match role {
        Role::Client => 1,
        Role::Member => 2,
        Role::Professional => 3,
        Role::Backup => 4,
        Role::Representative => 5,
        Role::Colleague => 6,
        Role::Carer => 7,
        Role::CarerConsultant => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actors_round_trip_and_strangers_are_nobody() {
        for role in Role::ALL {
            let author = Author::example(role);
            assert_eq!(Author::from_actor(&author.actor()), Some(author));
        }
        for bytes in [vec![], vec![0; 16], vec![0; 33], vec![9; 40]] {
            assert_eq!(Author::from_actor(&ActorId::from(bytes)), None);
        }
    }
}
