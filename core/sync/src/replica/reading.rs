//! Reads a device's documents in words, for the person who uses it.

use kring_domain::{
    Access, Author, Content, DocumentId, DocumentKind, Language, PersonId, ReadModel, Reader, Refusal, Role, SpaceId,
    Status, StatusRequest, StatusSources, Timestamp, first_names, read_model_for, status,
};

use super::Replica;
use crate::Member;

impl Replica {
    /// Returns what the person reads, in a language.
    pub fn read(&mut self, document: DocumentId, language: Language) -> Option<ReadModel> {
        let Self { documents, members, identity, clock, .. } = self;
        let local = documents.get_mut(&document)?;
        let context = Some(ReaderContext { space: local.space, author: local.author(identity) });
        let kind = local.kind;
        let view = local.view(identity, clock.server_time);
        Some(with_reader(members, context, language, |reader| read_model_for(kind, view, reader)))
    }

    /// Returns how it goes in a space, from the documents that the person may read; `None` where they read none of it.
    pub fn status(&mut self, space: SpaceId, now: Timestamp, language: Language) -> Option<Status> {
        let mut contents = Vec::new();
        let mut role = None;
        for kind in [DocumentKind::Network, DocumentKind::Plan, DocumentKind::Circle] {
            let id = DocumentId::derive(space, kind);
            let local = self.documents.get(&id).filter(|local| local.access >= Access::Read);
            let Some(local_role) = local.map(|local| local.role) else { continue };
            role = Some(local_role);
            contents.extend(self.read(id, language).map(|model| model.content));
        }
        let mut sources = StatusSources::default();
        for content in &contents {
            match content {
                Content::Network(network) => sources.network = Some(network),
                Content::Plan(plan) => sources.plan = Some(plan),
                Content::Circle(circle) => sources.circle = Some(circle),
                _ => {}
            }
        }
        let now = self.time(now);
        // A phone does not know when the server came to know the space.
        Some(status(sources, StatusRequest { now, began: None, role: role?, language }))
    }

    /// Why an edit of a document is refused, in words for the person; of a document that has left this device too.
    pub fn explain(&self, document: DocumentId, refusal: &Refusal, language: Language) -> String {
        let local = self.documents.get(&document);
        let context = local.map(|local| ReaderContext { space: local.space, author: local.author(&self.identity) });
        with_reader(&self.members, context, language, |reader| refusal.explain(reader))
    }
}

/// The role of the person where a document belongs.
#[derive(Clone, Copy)]
struct ReaderContext {
    space: SpaceId,
    author: Author,
}

/// Puts something into words for the person, with the people of the space called by their names.
fn with_reader<T>(
    members: &[Member],
    context: Option<ReaderContext>,
    language: Language,
    put: impl FnOnce(&Reader<'_>) -> T,
) -> T {
    let is_here = |member: &&Member| context.is_some_and(|context| context.space == member.space);
    let here = || members.iter().filter(is_here);
    let called = first_names(here().map(|member| (member.person_id, member.name.as_str())));
    let name = |person: PersonId| {
        called.get(&person).map_or_else(|| language.pick("iemand", "somebody").to_owned(), String::clone)
    };
    let client = here().find(|member| member.role == Role::Client);
    let reader = Reader::neutral(&name, language).about(client.map(|client| client.person_id));
    put(&context.map_or(reader, |context| reader.reading_as(context.author)))
}
