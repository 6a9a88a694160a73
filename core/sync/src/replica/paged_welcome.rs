//! A welcome in pages: what somebody may see in thousands of spaces does not fit into one frame, nor do their cursors.
//!
//! The device greets with the cursors of its first documents and takes a page; then it greets behind where the page ends, and
//! so on. What a page tells is taken over at once. What is gone is known only behind the last page.

use std::collections::BTreeSet;
use std::ops::Bound;

use kring_domain::{DocumentId, SpaceId};

use super::{Event, Replica, ReplicaError, StoreOp};
use crate::{Cursor, DeviceFrame, DocumentHead, Member, PROTOCOL};

/// The most cursors of one greeting, well below what a server takes.
const MAX_CURSORS: usize = 4_000;

/// The most documents of one person, in all pages: more than those of 5,000 spaces.
const MAX_DOCUMENTS: usize = 50_000;

/// The most people in all spaces of one person, in all pages.
const MAX_MEMBERS: usize = 200_000;

/// The most bytes of their names.
const MAX_NAMES_BYTES: usize = 16 << 20;

/// The most pages of one welcome.
const MAX_PAGES: usize = 1_000;

/// The content that the pages so far have told.
#[derive(Debug, Default)]
pub(super) struct PagedWelcome {
    listed: BTreeSet<DocumentId>,
    named: BTreeSet<SpaceId>,
    members: Vec<Member>,
    names: usize,
    pages: usize,
}

impl Replica {
    /// Returns whether pages of a welcome are still to come.
    pub fn is_being_welcomed(&self) -> bool {
        self.paged_welcome.is_some()
    }

    /// The greeting that asks for the page behind a document.
    pub(super) fn hello(&self, after: Option<DocumentId>) -> DeviceFrame {
        let behind = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut local = self.documents.range((behind, Bound::Unbounded));
        let mut cursors: Vec<Cursor> = local.by_ref().take(MAX_CURSORS).map(|(id, local)| local.cursor(*id)).collect();
        let through = local.next().and(cursors.last()).map(|cursor| cursor.document);
        // What is sent in the same round is judged by where the device is.
        let is_outside =
            |id: &DocumentId| after.is_some_and(|after| *id <= after) || through.is_some_and(|end| *id > end);
        let waiting = self.documents.iter().filter(|(id, local)| is_outside(id) && local.pending().next().is_some());
        cursors.extend(waiting.take(MAX_CURSORS).map(|(id, local)| local.cursor(*id)));
        DeviceFrame::Hello {
            protocol: PROTOCOL,
            app: self.app.clone(),
            cursors,
            pages: true,
            after,
            through,
            packed: true,
        }
    }

    /// Takes a page of a welcome, or all of it.
    pub(super) fn welcome(
        &mut self,
        heads: Vec<DocumentHead>,
        members: Vec<Member>,
        through: Option<DocumentId>,
    ) -> Result<(), ReplicaError> {
        let mut paged_welcome = self.paged_welcome.take().unwrap_or_default();
        paged_welcome.listed.extend(heads.iter().map(|head| head.document));
        paged_welcome.names += members.iter().map(|member| member.name.len()).sum::<usize>();
        paged_welcome.members.extend(members);
        paged_welcome.pages += 1;
        if paged_welcome.is_too_much() {
            return Err(ReplicaError::Impossible);
        }
        for head in heads {
            if paged_welcome.named.insert(head.space) {
                self.store.push(StoreOp::PutSpaceName { space: head.space, name: head.space_name.clone() });
            }
            self.learn(&head);
        }
        match through {
            Some(through) => {
                self.paged_welcome = Some(paged_welcome);
                self.greeting = Some(self.hello(Some(through)));
            }
            None => self.end_welcome(paged_welcome),
        }
        Ok(())
    }

    /// All pages are here: what none of them lists is gone.
    fn end_welcome(&mut self, paged_welcome: PagedWelcome) {
        let PagedWelcome { listed, mut members, .. } = paged_welcome;
        self.welcomed = true;
        let gone: Vec<DocumentId> = self.known_documents().filter(|id| !listed.contains(id)).collect();
        gone.into_iter().for_each(|document| self.drop_document(document));
        // A page may have come twice, where rights have changed in between.
        let mut seen = BTreeSet::new();
        members.retain(|member| seen.insert((member.space, member.person_id)));
        if self.members != members {
            self.store.push(StoreOp::PutMembers(members.clone()));
            self.members = members;
            self.events.push_back(Event::MembersChanged);
        }
        self.find_clients();
    }
}

impl PagedWelcome {
    fn is_too_much(&self) -> bool {
        self.listed.len() > MAX_DOCUMENTS
            || self.members.len() > MAX_MEMBERS
            || self.names > MAX_NAMES_BYTES
            || self.pages > MAX_PAGES
    }
}

#[cfg(test)]
mod tests {
    use kring_domain::{Access, DeviceId, DocumentKind, PersonId, Role, Timestamp};
    use uuid::Uuid;

    use super::*;
    use crate::ServerFrame;
    use crate::replica::DeviceIdentity;

    /// A server of one person in many spaces, which pages like the real one.
    struct Server(Vec<DocumentHead>);

    impl Server {
        fn new(spaces: u128) -> Self {
            let kinds = [DocumentKind::Circle, DocumentKind::Plan, DocumentKind::Network];
            let heads = (0..spaces).flat_map(|number| kinds.map(|kind| head(number, kind)));
            let mut heads: Vec<DocumentHead> = heads.collect();
            heads.sort_by_key(|head| head.document);
            Self(heads)
        }

        fn answer(&self, hello: &DeviceFrame, page: usize) -> ServerFrame {
            let DeviceFrame::Hello { after, through, pages: true, .. } = hello else { panic!("{hello:?}") };
            let behind = self.0.iter().filter(|head| after.is_none_or(|after| head.document > after));
            let mut window: Vec<DocumentHead> = Vec::new();
            let mut end = None;
            for head in behind {
                if through.is_some_and(|through| head.document > through) {
                    end = *through;
                    break;
                }
                if window.len() == page {
                    end = window.last().map(|head| head.document);
                    break;
                }
                window.push(head.clone());
            }
            let members = window.iter().filter(|head| head.kind == DocumentKind::Plan).map(|head| Member {
                space: head.space,
                person_id: PersonId::new(Uuid::nil()),
                name: "Ria".into(),
                role: Role::Member,
            });
            let members = members.collect();
            ServerFrame::Welcome { server_time: now(), documents: window, members, server: None, through: end }
        }
    }

    #[test]
    fn five_thousand_spaces_come_in_pages_and_cursors_go_in_pages() {
        let mut phone = phone();
        let server = Server::new(5_000);
        assert_eq!(connect(&mut phone, &server, 4_000), 4);
        assert_eq!((phone.documents().count(), phone.members().len()), (15_000, 5_000));
        assert_eq!(connect(&mut phone, &server, 9_000), 4, "now its cursors take as many greetings");
        let fewer = Server(server.0.iter().filter(|head| head.kind != DocumentKind::Plan).cloned().collect());
        connect(&mut phone, &fewer, 1_000);
        assert_eq!((phone.documents().count(), phone.members().len()), (10_000, 0), "what no page lists is gone");
        connect(&mut phone, &Server(Vec::new()), 1_000);
        assert_eq!(phone.documents().count(), 0);
    }

    #[test]
    fn nothing_is_sent_or_dropped_before_the_last_page() {
        let mut phone = phone();
        let server = Server::new(30);
        connect(&mut phone, &server, 100);
        let document = server.0.last().unwrap().document;
        let command = serde_json::json!({"type": "post_message", "message_id": Uuid::from_u128(9), "text": "hoi"});
        let circle = server.0.iter().rfind(|head| head.kind == DocumentKind::Circle).unwrap().document;
        let command = kring_domain::Command::parse(command).unwrap();
        let id = kring_domain::CommandId::new(Uuid::from_u128(8));
        phone.submit(circle, id, command, now()).unwrap();
        recovery_requests(&mut phone);
        phone.handle_connected("test");
        let mut hello = phone.poll_frame();
        while let Some(DeviceFrame::Hello { .. }) = &hello {
            assert!(phone.documents().any(|(id, ..)| id == document));
            let answer = server.answer(hello.as_ref().unwrap(), 7);
            phone.handle_frame(answer, now()).unwrap();
            recovery_requests(&mut phone);
            hello = phone.poll_frame();
        }
        assert!(matches!(hello, Some(DeviceFrame::Submit { .. })), "{hello:?}");
    }

    #[test]
    fn pages_without_end_are_refused() {
        let mut phone = phone();
        phone.handle_connected("test");
        let end = Some(head(1, DocumentKind::Plan).document);
        let page =
            ServerFrame::Welcome { server_time: now(), documents: vec![], members: vec![], server: None, through: end };
        let refused = (0..=MAX_PAGES).find(|_| phone.handle_frame(page.clone(), now()).is_err());
        assert_eq!(refused, Some(MAX_PAGES));
    }

    /// Greets until all pages are here; says how many greetings that took.
    fn connect(phone: &mut Replica, server: &Server, page: usize) -> usize {
        phone.handle_disconnected();
        phone.handle_connected("test");
        let mut greetings = 0;
        while let Some(hello) = phone.poll_frame() {
            assert!(crate::encode(&hello).len() < crate::MAX_FRAME_BYTES * 3 / 4);
            greetings += 1;
            phone.handle_frame(server.answer(&hello, page), now()).unwrap();
            recovery_requests(phone);
        }
        assert!(!phone.is_being_welcomed());
        greetings
    }

    fn recovery_requests(phone: &mut Replica) {
        while phone.poll_store().is_some() {
            phone.handle_stored();
        }
    }

    fn phone() -> Replica {
        let identity = DeviceIdentity { device: DeviceId::new(Uuid::from_u128(1)), person: PersonId::new(Uuid::nil()) };
        Replica::new(identity)
    }

    fn head(space: u128, kind: DocumentKind) -> DocumentHead {
        let space = SpaceId::new(Uuid::from_u128(space));
        DocumentHead {
            document: DocumentId::derive(space, kind),
            kind,
            space,
            space_name: String::new(),
            role: Role::Member,
            access: Access::Write,
            generation: 1,
            sequence: 0,
        }
    }

    fn now() -> Timestamp {
        "2026-04-01T12:00:00Z".parse().unwrap()
    }
}
