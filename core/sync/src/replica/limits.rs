//! Limits that no honest server exceeds, whatever its people do: refused before anything is made of it.

use serde_json::Value;

use super::ReplicaError;
use crate::{DocumentHead, Member, Position};

/// The most documents in one page of a welcome.
const MAX_DOCUMENTS: usize = 4_096;

/// The most people in one page of a welcome.
const MAX_MEMBERS: usize = 20_000;

/// The longest name, in bytes; people give names of at most 200 characters.
const MAX_NAME_BYTES: usize = 1_000;

/// The largest state of somebody who is doing something, in bytes of JSON; a server relays a quarter of it.
const MAX_PRESENCE_BYTES: usize = 4_096;

/// The longest stable word, in characters.
pub(super) const MAX_WORD_CHARS: usize = 100;

/// The highest generation and sequence: what JSON can say exactly, and far from where counting on would overflow.
const MAX_POSITION: u64 = 1 << 53;

/// A greeting's answer that a phone can hold.
pub(super) fn check_welcome(documents: &[DocumentHead], members: &[Member]) -> Result<(), ReplicaError> {
    let is_name = |name: &str| name.len() <= MAX_NAME_BYTES;
    let is_within = documents.len() <= MAX_DOCUMENTS
        && members.len() <= MAX_MEMBERS
        && documents.iter().all(|head| is_name(&head.space_name) && head.generation <= MAX_POSITION)
        && members.iter().all(|member| is_name(&member.name));
    if is_within { Ok(()) } else { Err(ReplicaError::Impossible) }
}

/// A place that a log can come to.
pub(super) fn check_position(position: Position) -> Result<Position, ReplicaError> {
    let is_within = position.generation <= MAX_POSITION && position.sequence <= MAX_POSITION;
    if is_within { Ok(position) } else { Err(ReplicaError::Impossible) }
}

/// Returns whether a state is as small as it is meant to be.
pub(super) fn is_presence(state: &Value) -> bool {
    state.to_string().len() <= MAX_PRESENCE_BYTES
}

#[cfg(test)]
mod tests {
    use kring_domain::{Access, DeviceId, DocumentId, DocumentKind, PersonId, Role, SpaceId, Timestamp};
    use serde_json::json;
    use uuid::Uuid;

    use crate::replica::{DeviceIdentity, Event, Replica};
    use crate::{DocumentHead, Entry, Member, ReplicaError, ServerFrame};

    #[test]
    fn a_greeting_of_any_size_is_refused_and_changes_nothing() {
        let mut phone = phone();
        let many: Vec<DocumentHead> =
            (0..5_000).map(|number| head(SpaceId::new(Uuid::from_u128(number)), DocumentKind::Circle)).collect();
        let named = DocumentHead { space_name: "x".repeat(1_001), ..head(space(), DocumentKind::Circle) };
        let revoked_edits = DocumentHead { generation: u64::MAX, ..head(space(), DocumentKind::Circle) };
        let member = Member {
            space: space(),
            person_id: PersonId::new(Uuid::nil()),
            name: "y".repeat(1_001),
            role: Role::Client,
        };
        for (documents, members) in
            [(many, vec![]), (vec![named], vec![]), (vec![revoked_edits], vec![]), (vec![], vec![member])]
        {
            let welcome = ServerFrame::Welcome { server_time: now(), documents, members, server: None, through: None };
            assert_eq!(phone.handle_frame(welcome, now()), Err(ReplicaError::Impossible));
            assert_eq!(phone.documents().count(), 1);
            assert!(phone.poll_store().is_none());
        }
    }

    #[test]
    fn places_beyond_counting_are_refused() {
        let mut phone = phone();
        let document = head(space(), DocumentKind::Circle).document;
        let bytes = kring_domain::genesis(DocumentKind::Circle).save();
        for (generation, sequence) in [(u64::MAX, 1), (1, u64::MAX)] {
            let bytes = bytes.clone();
            let chain_hash = None;
            let replaces = false;
            let frame = ServerFrame::Snapshot { document, generation, sequence, bytes, chain_hash, replaces };
            assert_eq!(phone.handle_frame(frame, now()), Err(ReplicaError::Impossible));
        }
        let entries: Vec<Entry> = Vec::new();
        assert!(phone.handle_frame(ServerFrame::Entries { document, generation: u64::MAX, entries }, now()).is_err());
    }

    #[test]
    fn what_somebody_is_doing_is_small() {
        let mut phone = phone();
        while phone.poll_event().is_some() {}
        let document = head(space(), DocumentKind::Circle).document;
        for (state, is_told) in [(json!({"at": "idea"}), true), (json!("x".repeat(5_000)), false)] {
            let frame = ServerFrame::Presence { document, person: PersonId::new(Uuid::nil()), state };
            phone.handle_frame(frame, now()).unwrap();
            assert_eq!(phone.poll_event().is_some(), is_told);
        }
        phone.handle_frame(ServerFrame::Error { code: "z".repeat(1 << 20) }, now()).unwrap();
        assert_eq!(phone.poll_event(), Some(Event::Complaint("z".repeat(100))));
    }

    #[test]
    fn a_document_of_a_wrong_kind_gives_way() {
        let mut phone = phone();
        let right = head(space(), DocumentKind::Circle);
        let kind = |phone: &Replica| phone.documents().map(|(_, kind, ..)| kind).collect::<Vec<_>>();
        let wrong = DocumentHead { kind: DocumentKind::Network, ..right.clone() };
        welcome(&mut phone, wrong.clone());
        assert_eq!(kind(&phone), [DocumentKind::Circle], "what is right here stays");
        let mut fresh = Replica::new(phone.identity());
        welcome(&mut fresh, wrong);
        welcome(&mut fresh, right);
        assert_eq!(kind(&fresh), [DocumentKind::Circle], "the honest server is believed");
    }

    fn welcome(phone: &mut Replica, head: DocumentHead) {
        let frame = ServerFrame::Welcome {
            server_time: now(),
            documents: vec![head],
            members: vec![],
            server: None,
            through: None,
        };
        phone.handle_frame(frame, now()).unwrap();
    }

    /// A phone that holds a circle.
    fn phone() -> Replica {
        let identity =
            DeviceIdentity { device: DeviceId::new(Uuid::from_u128(1)), person: PersonId::new(Uuid::from_u128(2)) };
        let mut phone = Replica::new(identity);
        welcome(&mut phone, head(space(), DocumentKind::Circle));
        while phone.poll_store().is_some() {
            phone.handle_stored();
        }
        phone
    }

    fn head(space: SpaceId, kind: DocumentKind) -> DocumentHead {
        DocumentHead {
            document: DocumentId::derive(space, kind),
            kind,
            space,
            space_name: String::new(),
            role: Role::Client,
            access: Access::Write,
            generation: 1,
            sequence: 0,
        }
    }

    fn space() -> SpaceId {
        SpaceId::new(Uuid::from_u128(3))
    }

    fn now() -> Timestamp {
        "2026-04-01T12:00:00Z".parse().unwrap()
    }
}
