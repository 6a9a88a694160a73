//! What a shard did to its documents in one go, on its way to be durable.

use std::sync::Arc;
use std::time::Instant;

use kring_domain::{DocumentId, Grants, SpaceId, Timestamp};
use kring_sync::{Base, ChainHash, ServerFrame, Verdict, encode};
use rusqlite::Connection as Database;

use super::inbox::{Asker, Reveal, Warrantor};
use super::lineage::Lineage;
use super::pace::Underway;
use super::recovery;
use super::table::{self, EntryRow, VerdictRow};
use super::turn::Turn;
use crate::accounts::access_log::{self, Line};
use crate::accounts::replace_grants;
use crate::fail;
use crate::metrics::Metrics;
use crate::store::{Job, StoreError};
use crate::sync::connection::{Closing, Connection, Item, Live};
use crate::sync::hub::Hub;

/// The work of one round, committed together.
pub(super) struct Round {
    pub(super) parts: Vec<Part>,
    pub(super) hub: Hub,
    pub(super) metrics: Metrics,
    pub(super) began: Instant,
    pub(super) underway: Underway,
}

/// The work on one document.
pub(super) struct Part {
    pub(super) document: DocumentId,
    pub(super) lineage: Arc<Lineage>,
    /// Where the document's log was before.
    pub(super) before: Base,
    /// The link of the last entry, where there are entries.
    pub(super) chain: Option<ChainHash>,
    /// Who must still be there for it to count.
    pub(super) warrantors: Vec<Warrantor>,
    pub(super) entries: Vec<EntryRow>,
    pub(super) verdicts: Vec<VerdictRow>,
    /// What the consents in force open from now on, where they have changed.
    pub(super) grants: Option<Grants>,
    /// The space whose rights have changed; known when they are stored.
    pub(super) space: Option<SpaceId>,
    /// The generation that begins before the entries.
    pub(super) turn: Option<Turn>,
    pub(super) snapshot: Option<(Base, Vec<u8>)>,
    pub(super) live: Option<Arc<Live>>,
    pub(super) answers: Vec<Answer>,
    /// What of it goes into the access log.
    pub(super) deeds: Vec<Line>,
    /// When the wait for what devices have ends, where that has changed.
    pub(super) recovery_ends: Option<Timestamp>,
    pub(super) has_failed: bool,
}

/// What somebody is told when the round is durable.
pub(super) enum Answer {
    /// A connected device gets verdicts.
    Device(Arc<Connection>, Vec<Verdict>),
    /// Somebody who waits gets to see something.
    Reveal(Reveal),
}

impl Answer {
    /// The verdicts for whoever asked.
    pub(super) fn new(asker: Asker, verdicts: Vec<Verdict>) -> Self {
        match asker {
            Asker::Device(device) => Self::Device(device, verdicts),
            // Whoever asked may have gone away; what became of the commands stands.
            Asker::Caller(answer) => Self::Reveal(Box::new(move || drop(answer.send(verdicts)))),
        }
    }

    /// Tells.
    pub(super) fn give(self, document: DocumentId, metrics: &Metrics) {
        match self {
            Self::Device(device, verdicts) => {
                verdicts.iter().for_each(|verdict| metrics.verdict(verdict));
                let frame = encode(&ServerFrame::Verdicts { document, verdicts });
                device.push(Item::Frame(frame.into()));
            }
            Self::Reveal(reveal) => reveal(),
        }
    }

    /// Tells that there is no answer: a device comes back, and whoever waits sees the other end dropped.
    pub(super) fn fail(self) {
        if let Self::Device(device, _) = self {
            device.close(Closing::Unavailable);
        }
    }
}

impl Job for Round {
    fn run(&mut self, database: &Database) -> Result<(), StoreError> {
        for part in &mut self.parts {
            match part.write(database) {
                // A part that is out of date has written nothing, so the others go on.
                Ok(is_current) => part.has_failed = !is_current,
                Err(error) => {
                    // Later jobs of the same transaction must not build on this one.
                    self.parts.iter().for_each(|part| part.lineage.break_off());
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn erases(&self) -> bool {
        self.parts.iter().any(|part| part.turn.as_ref().is_some_and(Turn::erases))
    }

    fn finish(self: Box<Self>, outcome: Result<(), StoreError>) {
        if let Err(error) = &outcome {
            tracing::error!(%error, documents = self.parts.len(), "commands could not be made durable");
        }
        self.metrics.commit(self.began.elapsed());
        // Before anybody is told of anything: an entry of this round may follow the end of the consent to read it.
        let is_done = |part: &&Part| outcome.is_ok() && !part.has_failed;
        let changed = self.parts.iter().filter(is_done).filter_map(|part| part.space);
        changed.for_each(|space| self.hub.rights_changed(space));
        for part in self.parts {
            if outcome.is_ok() && !part.has_failed {
                part.succeed(&self.hub, &self.metrics);
            } else {
                part.fail();
            }
        }
        drop(self.underway);
    }
}

impl Part {
    /// A part that does nothing yet.
    pub(super) fn empty(document: DocumentId, lineage: Arc<Lineage>, before: Base) -> Self {
        Self {
            document,
            lineage,
            before,
            chain: None,
            warrantors: Vec::new(),
            entries: Vec::new(),
            verdicts: Vec::new(),
            grants: None,
            space: None,
            turn: None,
            snapshot: None,
            live: None,
            answers: Vec::new(),
            deeds: Vec::new(),
            recovery_ends: None,
            has_failed: false,
        }
    }

    /// Writes, unless what was in memory is not what is stored; says whether it was.
    fn write(&mut self, database: &Database) -> Result<bool, StoreError> {
        if self.lineage.is_broken() || !self.is_warranted(database)? || !self.advance(database)? {
            self.lineage.break_off();
            return Ok(false);
        }
        let generation = self.turn.as_ref().map_or(self.before.generation, |turn| turn.generation.at.generation);
        for row in &self.entries {
            table::insert_entry(database, self.document, generation, row)?;
        }
        for row in &self.verdicts {
            table::insert_verdict(database, self.document, row)?;
        }
        if let Some(turn) = &self.turn {
            turn.outline(database, self.document)?;
            table::replace_snapshot(database, self.document, turn.generation.at, &turn.generation.snapshot)?;
        }
        for line in &self.deeds {
            access_log::record_at_document(database, self.document, line)?;
        }
        if let Some(at) = self.recovery_ends {
            recovery::keep_end(database, self.document, at)?;
        }
        if let Some(grants) = &self.grants {
            self.space = table::space_of(database, self.document)?;
            self.space.map_or(Ok(()), |space| replace_grants(database, space, grants))?;
        }
        if let Some((at, bytes)) = &self.snapshot {
            fail::point("snapshot.before");
            table::replace_snapshot(database, self.document, *at, bytes)?;
        }
        Ok(true)
    }

    /// Somebody may have been removed while their commands were on the way.
    fn is_warranted(&self, database: &Database) -> Result<bool, StoreError> {
        for Warrantor { person, role, has_client } in &self.warrantors {
            if !table::is_seated(database, self.document, *person, *role)? {
                return Ok(false);
            }
            // What was done at once, because nobody could be asked, is asked of a client who has come since.
            if !has_client && table::has_client(database, self.document)? {
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
        match (&self.turn, &self.chain, last) {
            (Some(turn), chain, last) => {
                let chain = chain.unwrap_or(turn.generation.link);
                turn.write(database, document, before, last.unwrap_or(0), chain.as_bytes())
            }
            (None, Some(chain), Some(last)) => table::advance(database, document, before, last, chain.as_bytes()),
            (None, ..) => table::is_at(database, document, before),
        }
    }

    fn succeed(self, hub: &Hub, metrics: &Metrics) {
        fail::point("fan-out.before");
        if let Some(live) = &self.live {
            hub.fan_out(live);
        }
        fail::point("answer.before");
        self.answers.into_iter().for_each(|answer| answer.give(self.document, metrics));
    }

    fn fail(self) {
        self.lineage.break_off();
        self.answers.into_iter().for_each(Answer::fail);
    }
}
