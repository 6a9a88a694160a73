//! A batch of writes to a shard's documents, on its way to be durable.

use std::sync::Arc;
use std::time::Instant;

use kring_domain::{DocumentId, Grants, SpaceId, Timestamp};
use kring_sync::{ChainHash, Position, ServerFrame, Verdict, encode};
use rusqlite::Connection as Database;

use super::generation_change::GenerationChange;
use super::in_flight::InFlightPermit;
use super::inbox::{OnCommit, Principal, ReplyTo};
use super::poison_flag::PoisonFlag;
use super::queries::{self, EntryRow, VerdictRow};
use super::recovery;
use crate::accounts::access_log::{self, AuditEntry};
use crate::accounts::replace_grants;
use crate::fail;
use crate::metrics::Metrics;
use crate::store::{Job, StoreError};
use crate::sync::connection::{Broadcast, Closing, Connection, Item};
use crate::sync::hub::Hub;

/// The work of one batch, committed together.
pub(super) struct Batch {
    pub(super) writes: Vec<DocumentWrite>,
    pub(super) hub: Hub,
    pub(super) metrics: Metrics,
    pub(super) began: Instant,
    pub(super) in_flight: InFlightPermit,
}

/// The work on one document.
pub(super) struct DocumentWrite {
    pub(super) document: DocumentId,
    pub(super) poison: Arc<PoisonFlag>,
    /// The position where the document's log was before.
    pub(super) before: Position,
    /// The chain hash of the last entry, where there are entries.
    pub(super) chain_hash: Option<ChainHash>,
    /// The person who must still be there for it to count.
    pub(super) principals: Vec<Principal>,
    pub(super) entries: Vec<EntryRow>,
    pub(super) verdicts: Vec<VerdictRow>,
    /// The grants of the consents in force from now on, where they have changed.
    pub(super) grants: Option<Grants>,
    /// The space whose rights have changed; known when they are stored.
    pub(super) space: Option<SpaceId>,
    /// The generation that begins before the entries.
    pub(super) generation_change: Option<GenerationChange>,
    pub(super) snapshot: Option<(Position, Vec<u8>)>,
    pub(super) broadcast: Option<Arc<Broadcast>>,
    pub(super) answers: Vec<Answer>,
    /// The audit entries of it.
    pub(super) audit: Vec<AuditEntry>,
    /// When the wait for what devices have ends, where that has changed.
    pub(super) recovery_ends: Option<Timestamp>,
    pub(super) has_failed: bool,
}

/// What somebody is told when the batch is durable.
pub(super) enum Answer {
    /// A connected device gets verdicts.
    Device(Arc<Connection>, Vec<Verdict>),
    /// Somebody who waits gets to see something.
    OnCommit(OnCommit),
}

impl Answer {
    /// The verdicts for whoever asked.
    pub(super) fn new(reply_to: ReplyTo, verdicts: Vec<Verdict>) -> Self {
        match reply_to {
            ReplyTo::Device(device) => Self::Device(device, verdicts),
            // Whoever asked may have gone away; what became of the commands stands.
            ReplyTo::Caller(answer) => Self::OnCommit(Box::new(move || drop(answer.send(verdicts)))),
        }
    }

    /// Tells.
    pub(super) fn give(self, document: DocumentId, metrics: &Metrics) {
        match self {
            Self::Device(device, verdicts) => {
                verdicts.iter().for_each(|verdict| metrics.verdict(verdict));
                let frame = device.packed(encode(&ServerFrame::Verdicts { document, verdicts }));
                device.push(Item::Frame(frame));
            }
            Self::OnCommit(on_commit) => on_commit(),
        }
    }

    /// Tells that there is no answer: a device comes back, and whoever waits sees the other end dropped.
    pub(super) fn fail(self) {
        if let Self::Device(device, _) = self {
            device.close(Closing::Unavailable);
        }
    }
}

impl Job for Batch {
    fn run(&mut self, database: &Database) -> Result<(), StoreError> {
        for write in &mut self.writes {
            match write.write(database) {
                // A part that is out of date has written nothing, so the others go on.
                Ok(is_current) => write.has_failed = !is_current,
                Err(error) => {
                    // Later jobs of the same transaction must not build on this one.
                    self.writes.iter().for_each(|write| write.poison.poison());
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn erases(&self) -> bool {
        self.writes.iter().any(|write| write.generation_change.as_ref().is_some_and(GenerationChange::erases))
    }

    fn finish(self: Box<Self>, outcome: Result<(), StoreError>) {
        if let Err(error) = &outcome {
            tracing::error!(%error, documents = self.writes.len(), "commands could not be made durable");
        }
        self.metrics.commit(self.began.elapsed());
        // Before anybody is told of anything: an entry of this batch may follow the end of the consent to read it.
        let is_done = |write: &&DocumentWrite| outcome.is_ok() && !write.has_failed;
        let changed = self.writes.iter().filter(is_done).filter_map(|write| write.space);
        changed.for_each(|space| self.hub.rights_changed(space));
        for write in self.writes {
            if outcome.is_ok() && !write.has_failed {
                write.succeed(&self.hub, &self.metrics);
            } else {
                write.fail();
            }
        }
        drop(self.in_flight);
    }
}

impl DocumentWrite {
    /// A part that does nothing yet.
    pub(super) fn empty(document: DocumentId, poison: Arc<PoisonFlag>, before: Position) -> Self {
        Self {
            document,
            poison,
            before,
            chain_hash: None,
            principals: Vec::new(),
            entries: Vec::new(),
            verdicts: Vec::new(),
            grants: None,
            space: None,
            generation_change: None,
            snapshot: None,
            broadcast: None,
            answers: Vec::new(),
            audit: Vec::new(),
            recovery_ends: None,
            has_failed: false,
        }
    }

    /// Writes, unless what was in memory is not what is stored; says whether it was.
    fn write(&mut self, database: &Database) -> Result<bool, StoreError> {
        if self.poison.is_poisoned() || !self.has_authority(database)? || !self.advance(database)? {
            self.poison.poison();
            return Ok(false);
        }
        let generation = self
            .generation_change
            .as_ref()
            .map_or(self.before.generation, |generation_change| generation_change.generation.at.generation);
        for row in &self.entries {
            queries::insert_entry(database, self.document, generation, row)?;
        }
        for row in &self.verdicts {
            queries::insert_verdict(database, self.document, row)?;
        }
        if let Some(generation_change) = &self.generation_change {
            generation_change.outline(database, self.document)?;
            queries::replace_snapshot(
                database,
                self.document,
                generation_change.generation.at,
                &generation_change.generation.snapshot,
            )?;
        }
        for entry in &self.audit {
            access_log::record_at_document(database, self.document, entry)?;
        }
        if let Some(at) = self.recovery_ends {
            recovery::keep_end(database, self.document, at)?;
        }
        if let Some(grants) = &self.grants {
            self.space = queries::space_of(database, self.document)?;
            self.space.map_or(Ok(()), |space| replace_grants(database, space, grants))?;
        }
        if let Some((at, bytes)) = &self.snapshot {
            fail::point("snapshot.before");
            queries::replace_snapshot(database, self.document, *at, bytes)?;
        }
        Ok(true)
    }

    /// Somebody may have been removed while their commands were on the way.
    fn has_authority(&self, database: &Database) -> Result<bool, StoreError> {
        for Principal { person, role, has_client } in &self.principals {
            if !queries::is_member(database, self.document, *person, *role)? {
                return Ok(false);
            }
            // What was done at once, because nobody could be asked, is asked of a client who has come since.
            if !has_client && queries::has_client(database, self.document)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Moves the log's head, where it still is where it was before; says whether it was.
    fn advance(&self, database: &Database) -> Result<bool, StoreError> {
        let document = self.document;
        let before = self.before;
        let last = self.entries.last().map(|last| last.sequence);
        match (&self.generation_change, &self.chain_hash, last) {
            (Some(generation_change), chain_hash, last) => {
                let chain_hash = chain_hash.unwrap_or(generation_change.generation.chain_hash);
                generation_change.write(database, document, before, last.unwrap_or(0), chain_hash.as_bytes())
            }
            (None, Some(chain_hash), Some(last)) => {
                queries::advance(database, document, before, last, chain_hash.as_bytes())
            }
            (None, ..) => queries::is_at(database, document, before),
        }
    }

    fn succeed(self, hub: &Hub, metrics: &Metrics) {
        fail::point("fan-out.before");
        if let Some(broadcast) = &self.broadcast {
            hub.fan_out(broadcast);
        }
        fail::point("answer.before");
        self.answers.into_iter().for_each(|answer| answer.give(self.document, metrics));
    }

    fn fail(self) {
        self.poison.poison();
        self.answers.into_iter().for_each(Answer::fail);
    }
}
