//! What devices are told: where they are, what they lack, and what is new.

use std::collections::BTreeMap;
use std::convert::Infallible;

use kring_domain::{Access, DocumentId, PersonId, Timestamp, genesis};
use kring_sync::{
    CatchUp, Claim, Delivered, Delivery, DeliveryState, DeviceIdentity, DocumentHead, Member, Position, Relation,
    ServerFrame, SyncAction,
};

use super::{Connection, Server};
use crate::Broken;

/// What a device lacks of a document, and how far it is when it has that.
type Piece = (Vec<ServerFrame>, Delivered);

impl Server {
    /// Answers `hello`: who is there and what there is, then what the device lacks.
    pub(super) fn greet(
        &mut self,
        device: DeviceIdentity,
        claims: &BTreeMap<DocumentId, Claim>,
        now: Timestamp,
    ) -> Vec<ServerFrame> {
        let mut frames = vec![self.welcome(device.person, now)];
        let mut places = BTreeMap::new();
        for document in self.readable(device.person) {
            let claim = claims.get(&document).copied();
            let (piece, delivered) = self.next_piece(document, claim, None, now);
            places.insert(document, DeliveryState::greeted(claim, delivered));
            frames.extend(piece);
        }
        self.connections.insert(device.device, Connection { identity: device, places });
        frames
    }

    /// Has every device look again at what its person may read, because consents have changed.
    pub(super) fn everybody_looks_again(&mut self, now: Timestamp) -> Vec<(DeviceIdentity, ServerFrame)> {
        let mut frames = Vec::new();
        for (_, Connection { identity, places: before }) in std::mem::take(&mut self.connections) {
            let claim = |(document, delivery): (&DocumentId, &DeliveryState)| Some((*document, delivery.claim()?));
            let told = self.greet(identity, &before.iter().filter_map(claim).collect(), now);
            let after = &self.connections[&identity.device].places;
            let gone = before.keys().filter(|document| !after.contains_key(document));
            let gone = gone.map(|document| ServerFrame::Access { document: *document, access: Access::None });
            frames.extend(told.into_iter().chain(gone).map(|frame| (identity, frame)));
        }
        frames
    }

    /// Tells everybody who follows a document what has become of it since it was at `before`.
    pub(super) fn fan_out(
        &mut self,
        moved: &[(DocumentId, Position)],
        now: Timestamp,
    ) -> Vec<(DeviceIdentity, ServerFrame)> {
        let mut frames = Vec::new();
        let mut connections = std::mem::take(&mut self.connections);
        for Connection { identity, places } in connections.values_mut() {
            for (document, before) in moved {
                let head = self.kept.documents[document].head();
                let first = if head.generation == before.generation { before.sequence + 1 } else { 1 };
                let live = || vec![self.entries(*document, first - 1)];
                let Some(delivery) = places.get_mut(document) else {
                    if self.broken == Broken::TellsEverybody {
                        frames.extend(live().into_iter().map(|frame| (*identity, frame)));
                    }
                    continue;
                };
                let told = match delivery.next(first, head) {
                    Delivery::Send => live(),
                    Delivery::Skip => Vec::new(),
                    Delivery::CatchUp => self.catch_up(*document, delivery, now),
                };
                frames.extend(told.into_iter().map(|frame| (*identity, frame)));
            }
        }
        self.connections = connections;
        frames
    }

    /// Sends what a device lacks of one document.
    pub(super) fn catch_up(
        &self,
        document: DocumentId,
        delivery: &mut DeliveryState,
        now: Timestamp,
    ) -> Vec<ServerFrame> {
        let (frames, delivered) = self.next_piece(document, delivery.claim(), delivery.answered(), now);
        if delivery.take(delivered) { frames } else { Vec::new() }
    }

    fn next_piece(&self, document: DocumentId, claim: Option<Claim>, answered: Option<u64>, now: Timestamp) -> Piece {
        let durable = &self.kept.documents[&document];
        let head = durable.head();
        let was_restored = || Ok::<_, Infallible>(self.kept.recoveries.contains_key(&document));
        let Ok(relation) = Relation::of(claim, head, was_restored, |at| Ok(Some(durable.chain_hash(at.sequence))));
        let there = Delivered { reached: Some(head), ahead_of: None };
        let ahead = Delivered { reached: None, ahead_of: Some(head.sequence) };
        match relation.next_action(head, answered, self.is_waiting(document, now)) {
            SyncAction::CatchUp => (self.lacking(document, claim.map(|claim| claim.at)), there),
            SyncAction::RequestEntries => {
                let Position { generation, sequence: after } = head;
                (vec![ServerFrame::Missing { document, generation, after }], ahead)
            }
            SyncAction::Wait => (Vec::new(), ahead),
            SyncAction::Replace => (self.whole(document, true), there),
        }
    }

    fn lacking(&self, document: DocumentId, cursor: Option<Position>) -> Vec<ServerFrame> {
        let durable = &self.kept.documents[&document];
        let folded = durable.folded();
        match CatchUp::decide(cursor, durable.head(), folded) {
            CatchUp::Current => Vec::new(),
            // Histories here are short; a snapshot is sent sooner than the real server does.
            CatchUp::Entries { after } if after >= folded => vec![self.entries(document, after)],
            CatchUp::Entries { .. } | CatchUp::Snapshot => self.whole(document, false),
            CatchUp::Ahead { .. } => panic!("a device that is ahead was found to be so before"),
        }
    }

    /// The stored snapshot and what follows it; it `replaces` what the device has where that is another history.
    fn whole(&self, document: DocumentId, replaces: bool) -> Vec<ServerFrame> {
        let durable = &self.kept.documents[&document];
        let generation = durable.head().generation;
        let sequence = durable.folded();
        let bytes = durable.log.snapshot.clone().unwrap_or_else(|| genesis(durable.kind).save());
        let chain_hash = Some(durable.chain_hash(sequence));
        let snapshot = ServerFrame::Snapshot { document, generation, sequence, bytes, chain_hash, replaces };
        let behind = (durable.head().sequence > sequence).then(|| self.entries(document, sequence));
        std::iter::once(snapshot).chain(behind).collect()
    }

    fn entries(&self, document: DocumentId, after: u64) -> ServerFrame {
        let durable = &self.kept.documents[&document];
        ServerFrame::Entries { document, generation: durable.head().generation, entries: durable.after(after) }
    }

    fn welcome(&self, person: PersonId, now: Timestamp) -> ServerFrame {
        let role = self.kept.roster.get(&person).copied();
        let head = |document: DocumentId| {
            let Position { generation, sequence } = self.kept.documents[&document].head();
            Some(DocumentHead {
                document,
                kind: self.kept.documents[&document].kind,
                space: self.space,
                space_name: "Joost".to_owned(),
                role: role?,
                access: self.access(person, document),
                generation,
                sequence,
            })
        };
        let documents: Vec<DocumentHead> = self.readable(person).into_iter().filter_map(head).collect();
        let visible = self.kept.roster.iter().filter(|_| !documents.is_empty());
        let members = visible.map(|(person, role)| Member {
            space: self.space,
            person_id: *person,
            name: format!("person {}", role.name()),
            role: *role,
        });
        ServerFrame::Welcome { server_time: now, members: members.collect(), documents, server: None, through: None }
    }
}
