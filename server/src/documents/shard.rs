//! One thread that writes the documents that fall to it.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use kring_domain::{Code, DocumentId, Refusal};
use kring_sync::{Entry, RecoverError, Submission, Verdict};
use tokio::sync::mpsc::Receiver;

use super::damaged::Damaged;
use super::inbox::{Brought, Look, Request};
use super::loaded::Loaded;
use super::pace::Pace;
use super::recovery;
use super::round::{Answer, Part, Round};
use super::table::{self, LoadError};
use super::work::{Lost, Waiting, Work};
use crate::clock::now;
use crate::metrics::Metrics;
use crate::store::{Store, StoreError};
use crate::sync::hub::Hub;

/// The most commands in one round, but for a batch that has more.
const ROUND: usize = 512;

/// The time that a round may take, but for the last document in it.
const ROUND_TIME: Duration = Duration::from_millis(25);

/// The time that a shard works on one document while others may wait for it; a single command can take longer.
const SLICE: Duration = Duration::from_millis(5);

/// The time that a document stays in memory while nobody works on it.
const IDLE: Duration = Duration::from_secs(60);

/// The time that nobody must have worked on a document before it is compacted, while it is not much too long.
const QUIET: Duration = Duration::from_secs(30);

/// The budget is looked at when this many documents have come into memory, and when a shard tends.
const ARRIVALS: usize = 16;

/// A writer of documents.
pub(super) struct Shard {
    store: Store,
    hub: Hub,
    metrics: Metrics,
    key: Arc<SigningKey>,
    budget: usize,
    /// The most entries of a generation; 0 for no bound.
    compact_after: u64,
    open: HashMap<DocumentId, Loaded>,
    touched: Vec<DocumentId>,
    parting: Vec<Part>,
    /// The commands that were not decided about within one slice.
    waiting: Waiting,
    pace: Arc<Pace>,
    damaged: Damaged,
    /// The documents that came into memory since the budget was last looked at.
    arrivals: usize,
}

impl Shard {
    /// A shard with nothing in memory; `budget` is in bytes, `compact_after` in entries.
    pub(super) fn new(
        store: Store,
        hub: Hub,
        metrics: Metrics,
        key: Arc<SigningKey>,
        budget: usize,
        compact_after: u64,
    ) -> Self {
        let open = HashMap::new();
        let touched = Vec::new();
        let parting = Vec::new();
        let pace = Arc::default();
        let waiting = Waiting::default();
        let damaged = Damaged::default();
        Self {
            store,
            hub,
            metrics,
            key,
            budget,
            compact_after,
            open,
            touched,
            parting,
            waiting,
            pace,
            damaged,
            arrivals: 0,
        }
    }

    /// The same shard, noting damaged documents on this list.
    pub(super) fn noting(self, damaged: Damaged) -> Self {
        Self { damaged, ..self }
    }

    /// Starts the thread, which ends when nobody can ask any more.
    pub(super) fn start(self, number: usize, inbox: Receiver<Request>) -> Result<(), StoreError> {
        let thread = std::thread::Builder::new().name(format!("kring-shard-{number}"));
        thread.spawn(move || self.work(inbox)).map_err(|error| StoreError::Open(Arc::new(error)))?;
        Ok(())
    }

    fn work(mut self, mut inbox: Receiver<Request>) {
        while let Some(first) = self.next(&mut inbox) {
            let began = Instant::now();
            let underway = self.pace.begin();
            let mut commands = first.map_or(0, |request| self.handle(request));
            while commands < ROUND
                && let Ok(request) = inbox.try_recv()
            {
                commands += self.handle(request);
            }
            self.go_on();
            let parts = self.finish_round();
            if !parts.is_empty() {
                let hub = self.hub.clone();
                let metrics = self.metrics.clone();
                // A store that is closed drops the round, and with it the other ends of all answers.
                let _ = self.store.submit(Box::new(Round { parts, hub, metrics, began, underway }));
            }
            if self.arrivals >= ARRIVALS {
                self.evict();
            }
        }
    }

    /// Waits for something to do; `Some(None)` where work waits and nobody asks for anything else. `None` when nobody
    /// can ask any more.
    fn next(&self, inbox: &mut Receiver<Request>) -> Option<Option<Request>> {
        if self.waiting.is_empty() {
            return inbox.blocking_recv().map(Some);
        }
        Some(inbox.try_recv().ok())
    }

    /// Gives each document that has work a slice of time, the one that has waited longest first.
    fn go_on(&mut self) {
        let began = Instant::now();
        for _ in 0..self.waiting.documents() {
            let Some(document) = self.waiting.begin() else { return };
            let until = Instant::now() + SLICE;
            while Instant::now() < until
                && let Some(work) = self.waiting.take(document)
            {
                self.work_on(document, work, until);
            }
            self.waiting.end(document);
            if began.elapsed() >= ROUND_TIME {
                return;
            }
        }
    }

    /// Does one thing and says how much it was.
    fn handle(&mut self, request: Request) -> usize {
        match request {
            Request::Submit { document, author, warrantor, commands, asker, room } => {
                let count = commands.len();
                self.waiting.push(document, Work::new((author, warrantor), commands, asker, room));
                count
            }
            Request::Recover { document, entries, answer, room } => {
                let count = entries.len();
                self.recover(document, &entries, answer);
                drop(room);
                count
            }
            Request::Look { document, look } => {
                self.look(document, look);
                1
            }
            Request::Tend => {
                self.store.clean();
                self.compact_one();
                self.let_go(|document, now| now.duration_since(document.used()) > IDLE);
                self.evict();
                1
            }
        }
    }

    /// Decides about commands until an instant; the rest waits for the next slice.
    fn work_on(&mut self, document: DocumentId, mut work: Work, until: Instant) {
        let key = self.key.clone();
        match self.load(document) {
            Ok(true) => {
                let began = Instant::now();
                let waited = work.commands.len();
                let mut done = Err(Lost);
                self.contained(document, |loaded| done = loaded.submit(&mut work, until, &key));
                let decided = waited - work.commands.len();
                self.hub.charge(work.author.device, decided, began.elapsed());
                match done {
                    Ok(true) => {}
                    Ok(false) => self.waiting.put_back(document, work),
                    Err(Lost) => work.fail(),
                }
            }
            Ok(false) if work.has_begun() => work.fail(),
            Ok(false) => {
                let not_found = |command: Submission| Verdict::rejected(command.id, Refusal::new(Code::NotFound));
                let verdicts = work.commands.into_iter().map(not_found).collect();
                if let Some(asker) = work.asker {
                    Answer::new(asker, verdicts).give(document, &self.metrics);
                }
            }
            Err(error) => {
                self.report(document, &error);
                work.fail();
            }
        }
    }

    fn recover(&mut self, document: DocumentId, entries: &[Entry], answer: Brought) {
        match self.load(document) {
            Ok(true) => {
                let key = self.key.clone();
                let mut outcome = Ok(());
                self.contained(document, |loaded| outcome = loaded.recover(entries, &key, answer, now()));
                if outcome.is_err() {
                    tracing::error!(%document, "entries that this server has signed cannot be read");
                    self.drop_broken(document);
                }
            }
            Ok(false) => {
                // Whoever brought them may have gone away.
                let _ = answer.send(Err(RecoverError::Gap));
            }
            Err(error) => self.report(document, &error),
        }
    }

    fn look(&mut self, document: DocumentId, look: Look) {
        match self.load(document) {
            Ok(true) => drop(self.contained(document, |loaded| loaded.reveal(|admission| look(Some(admission))))),
            Ok(false) => look(None)(),
            Err(error) => self.report(document, &error),
        }
    }

    /// Has a document in memory, fresh from the store where what was in memory is not what is stored.
    fn load(&mut self, document: DocumentId) -> Result<bool, LoadError> {
        if let Some(loaded) = self.open.get(&document) {
            if !loaded.is_broken() {
                return Ok(true);
            }
            self.drop_broken(document);
        }
        let stored = self.store.read_blocking(|connection| -> Result<_, LoadError> {
            Ok((table::load(connection, document)?, recovery::recovery(connection, document)?))
        })?;
        let (Some((admission, snapshot)), recovery) = stored else { return Ok(false) };
        self.damaged.clear(document);
        self.arrivals += 1;
        self.open.insert(document, Loaded::new(admission, snapshot, recovery, self.metrics.document()));
        Ok(true)
    }

    fn report(&self, document: DocumentId, error: &LoadError) {
        tracing::error!(%document, %error, "a document could not be loaded");
        if error.is_damage() {
            self.damaged.note(document);
        }
    }

    /// Works on a document in such a way that a defect costs this document its place in memory and nothing else;
    /// says whether the work was done.
    fn contained(&mut self, document: DocumentId, work: impl FnOnce(&mut Loaded)) -> bool {
        let Some(loaded) = self.open.get_mut(&document) else { return false };
        let is_done = catch_unwind(AssertUnwindSafe(|| work(loaded))).is_ok();
        if !is_done {
            tracing::error!(%document, "working on a document failed");
            self.drop_broken(document);
        } else if self.touched.last() != Some(&document) {
            self.touched.push(document);
        }
        is_done
    }

    fn drop_broken(&mut self, document: DocumentId) {
        if let Some(loaded) = self.open.remove(&document) {
            loaded.give_up();
        }
    }

    fn finish_round(&mut self) -> Vec<Part> {
        let mut parts = std::mem::take(&mut self.parting);
        let key = self.key.clone();
        for document in std::mem::take(&mut self.touched) {
            self.contained(document, |loaded| parts.extend(loaded.finish_round(&key)));
        }
        self.touched.clear();
        parts
    }

    /// Begins a new generation of one document that is due for it; the others wait for the next time, so that
    /// nobody's commands wait long.
    fn compact_one(&mut self) {
        let due = self.open.iter().find(|(_, loaded)| loaded.is_due(self.compact_after, QUIET, now()));
        if let Some(document) = due.map(|(document, _)| *document) {
            self.contained(document, Loaded::compact);
        }
    }

    /// Lets go of the documents that were used longest ago, where all of them take too much.
    fn evict(&mut self) {
        self.arrivals = 0;
        let weight: usize = self.open.values().map(Loaded::weight).sum();
        if weight <= self.budget {
            return;
        }
        let mut by_age: Vec<(Instant, usize)> =
            self.open.values().map(|loaded| (loaded.used(), loaded.weight())).collect();
        by_age.sort_unstable();
        let mut excess = weight - self.budget / 4 * 3;
        let mut last = None;
        for (used, weight) in by_age {
            if excess == 0 {
                break;
            }
            excess = excess.saturating_sub(weight);
            last = Some(used);
        }
        self.let_go(|document, _| last.is_some_and(|last| document.used() <= last));
    }

    fn let_go(&mut self, which: impl Fn(&Loaded, Instant) -> bool) {
        let now = Instant::now();
        let parting = &mut self.parting;
        self.open.retain(|_, loaded| {
            let goes = loaded.is_settled() && which(loaded, now);
            if goes {
                parting.extend(loaded.part_with());
            }
            !goes
        });
        if self.open.capacity() > 256 && self.open.len() < self.open.capacity() / 4 {
            self.open.shrink_to_fit();
        }
    }
}
