//! What a device holds in words, for the person who uses it.

use kring_domain::{Author, DocumentId, Language, PersonId, ReadModel, Reader, Refusal, Role, SpaceId, read_model_for};

use super::{DeviceIdentity, Replica};
use crate::Member;

impl Replica {
    /// What the person reads, in a language.
    pub fn read(&mut self, document: DocumentId, language: Language) -> Option<ReadModel> {
        let Self { documents, members, identity, .. } = self;
        let held = documents.get_mut(&document)?;
        let membership = Some(Membership { space: held.space, role: held.role });
        let kind = held.kind;
        let view = held.view(identity);
        Some(with_reader(members, identity, membership, language, |reader| read_model_for(kind, view, reader)))
    }

    /// Why an edit of a document is refused, in words for the person; of a document that has left this device too.
    pub fn explain(&self, document: DocumentId, refusal: &Refusal, language: Language) -> String {
        let held = self.documents.get(&document);
        let membership = held.map(|held| Membership { space: held.space, role: held.role });
        with_reader(&self.members, &self.identity, membership, language, |reader| refusal.explain(reader))
    }
}

/// What the person is where a document belongs.
#[derive(Clone, Copy)]
struct Membership {
    space: SpaceId,
    role: Role,
}

/// Puts something into words for the person, with the people of the space called by their names.
fn with_reader<T>(
    members: &[Member],
    identity: &DeviceIdentity,
    membership: Option<Membership>,
    language: Language,
    put: impl FnOnce(&Reader<'_>) -> T,
) -> T {
    let is_here = |member: &&Member| membership.is_some_and(|membership| membership.space == member.space);
    let name = |person: PersonId| {
        let member = members.iter().filter(is_here).find(|member| member.person_id == person);
        member.map_or_else(|| language.pick("iemand", "somebody").to_owned(), |member| member.name.clone())
    };
    let client = members.iter().filter(is_here).find(|member| member.role == Role::Client);
    let reader = Reader::neutral(&name, language).about(client.map(|client| client.person_id));
    put(&match membership {
        Some(Membership { role, .. }) => {
            reader.reading_as(Author { device: identity.device, person: identity.person, role })
        }
        None => reader,
    })
}
