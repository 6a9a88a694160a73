//! What devices are told: where they are, what they lack, and what is new.

use std::collections::BTreeMap;
use std::convert::Infallible;

use kring_domain::{Access, DocumentId, PersonId, Timestamp, genesis};
use kring_sync::{
    Base, CatchUp, Claim, DeviceIdentity, DocumentHead, Following, Member, Next, Reach, ServerFrame, Standing, Way,
};

use super::{Server, Session};
use crate::Broken;

/// What a device lacks of a document, and how far it is when it has that.
type Piece = (Vec<ServerFrame>, Reach);

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
            let (piece, reach) = self.next_piece(document, claim, None, now);
            places.insert(document, Following::greeted(claim, reach));
            frames.extend(piece);
        }
        self.sessions.insert(device.device, Session { identity: device, places });
        frames
    }

    /// Has every device look again at what its person may read, because consents have changed.
    pub(super) fn everybody_looks_again(&mut self, now: Timestamp) -> Vec<(DeviceIdentity, ServerFrame)> {
        let mut frames = Vec::new();
        for (_, Session { identity, places: before }) in std::mem::take(&mut self.sessions) {
            let claim = |(document, following): (&DocumentId, &Following)| Some((*document, following.claim()?));
            let told = self.greet(identity, &before.iter().filter_map(claim).collect(), now);
            let after = &self.sessions[&identity.device].places;
            let gone = before.keys().filter(|document| !after.contains_key(document));
            let gone = gone.map(|document| ServerFrame::Access { document: *document, access: Access::None });
            frames.extend(told.into_iter().chain(gone).map(|frame| (identity, frame)));
        }
        frames
    }

    /// Tells everybody who follows a document what has become of it since it was at `before`.
    pub(super) fn fan_out(
        &mut self,
        moved: &[(DocumentId, Base)],
        now: Timestamp,
    ) -> Vec<(DeviceIdentity, ServerFrame)> {
        let mut frames = Vec::new();
        let mut sessions = std::mem::take(&mut self.sessions);
        for Session { identity, places } in sessions.values_mut() {
            for (document, before) in moved {
                let head = self.kept.documents[document].head();
                let first = if head.generation == before.generation { before.sequence + 1 } else { 1 };
                let live = || vec![self.entries(*document, first - 1)];
                let Some(following) = places.get_mut(document) else {
                    if self.broken == Broken::TellsEverybody {
                        frames.extend(live().into_iter().map(|frame| (*identity, frame)));
                    }
                    continue;
                };
                let told = match following.next(first, head) {
                    Next::Send => live(),
                    Next::Skip => Vec::new(),
                    Next::CatchUp => self.catch_up(*document, following, now),
                };
                frames.extend(told.into_iter().map(|frame| (*identity, frame)));
            }
        }
        self.sessions = sessions;
        frames
    }

    /// Sends what a device lacks of one document.
    pub(super) fn catch_up(&self, document: DocumentId, following: &mut Following, now: Timestamp) -> Vec<ServerFrame> {
        let (frames, reach) = self.next_piece(document, following.claim(), following.answered(), now);
        if following.take(reach) { frames } else { Vec::new() }
    }

    fn next_piece(&self, document: DocumentId, claim: Option<Claim>, answered: Option<u64>, now: Timestamp) -> Piece {
        let durable = &self.kept.documents[&document];
        let head = durable.head();
        let was_restored = || Ok::<_, Infallible>(self.kept.recoveries.contains_key(&document));
        let Ok(standing) = Standing::of(claim, head, was_restored, |at| Ok(Some(durable.link(at.sequence))));
        let there = Reach { reached: Some(head), ahead_of: None };
        let ahead = Reach { reached: None, ahead_of: Some(head.sequence) };
        match standing.way(head, answered, self.is_waiting(document, now)) {
            Way::Lacking => (self.lacking(document, claim.map(|claim| claim.at)), there),
            Way::Ask => {
                let Base { generation, sequence: after } = head;
                (vec![ServerFrame::Missing { document, generation, after }], ahead)
            }
            Way::Wait => (Vec::new(), ahead),
            Way::Replace => (self.whole(document, true), there),
        }
    }

    fn lacking(&self, document: DocumentId, cursor: Option<Base>) -> Vec<ServerFrame> {
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
        let chain = Some(durable.link(sequence));
        let snapshot = ServerFrame::Snapshot { document, generation, sequence, bytes, chain, replaces };
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
            let Base { generation, sequence } = self.kept.documents[&document].head();
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
