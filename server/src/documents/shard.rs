//! One thread that writes the documents that fall to it.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use kring_domain::{DocumentId, Refusal, RefusalCode};
use kring_sync::{Entry, RecoverError, Submission, Verdict};
use tokio::sync::mpsc::Receiver;

use super::batch::{Answer, Batch, DocumentWrite};
use super::damaged::Damaged;
use super::in_flight::InFlightLimit;
use super::inbox::{Evaluation, RecoverReply, Request};
use super::open_document::OpenDocument;
use super::queries::{self, LoadError};
use super::recovery;
use super::work::{Lost, Waiting, Work};
use crate::clock::now;
use crate::metrics::Metrics;
use crate::store::{Store, StoreError};
use crate::sync::hub::Hub;

/// The most commands in one batch, but for a batch that has more.
const MAX_BATCH_COMMANDS: usize = 512;

/// The time that a batch may take, but for the last document in it.
const ROUND_TIME: Duration = Duration::from_millis(25);

/// The time that a shard works on one document while others may wait for it; a single command can take longer.
const SLICE: Duration = Duration::from_millis(5);

/// The time that a document stays in memory while nobody works on it.
const EVICT_AFTER: Duration = Duration::from_secs(60);

/// The time that nobody must have worked on a document before it is compacted, while it is not much too long.
const COMPACT_AFTER_QUIET: Duration = Duration::from_secs(30);

/// The budget is looked at when this many documents have come into memory, and when a shard tends.
const EVICT_AFTER_ARRIVALS: usize = 16;

/// A writer of documents.
pub(super) struct Shard {
    store: Store,
    hub: Hub,
    metrics: Metrics,
    key: Arc<SigningKey>,
    budget: usize,
    /// The most entries of a generation; 0 for no bound.
    compact_after: u64,
    open: HashMap<DocumentId, OpenDocument>,
    touched: Vec<DocumentId>,
    evicted: Vec<DocumentWrite>,
    /// The commands that were not decided about within one slice.
    waiting: Waiting,
    in_flight_limit: Arc<InFlightLimit>,
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
        let evicted = Vec::new();
        let in_flight_limit = Arc::default();
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
            evicted,
            waiting,
            in_flight_limit,
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
            let in_flight = self.in_flight_limit.begin();
            let mut commands = first.map_or(0, |request| self.handle(request));
            while commands < MAX_BATCH_COMMANDS
                && let Ok(request) = inbox.try_recv()
            {
                commands += self.handle(request);
            }
            self.go_on();
            let writes = self.finish_batch();
            if !writes.is_empty() {
                let hub = self.hub.clone();
                let metrics = self.metrics.clone();
                // A store that is closed drops the batch, and with it the other ends of all answers.
                let _ = self.store.submit(Box::new(Batch { writes, hub, metrics, began, in_flight }));
            }
            if self.arrivals >= EVICT_AFTER_ARRIVALS {
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

    /// Gives documents that have work a slice of time each, the one that has waited longest first, for as long as a batch may
    /// take.
    fn go_on(&mut self) {
        let began = Instant::now();
        while began.elapsed() < ROUND_TIME
            && let Some(document) = self.waiting.begin()
        {
            let until = Instant::now() + SLICE;
            while Instant::now() < until
                && let Some(work) = self.waiting.take(document)
            {
                self.work_on(document, work, until);
            }
            self.waiting.end(document);
        }
    }

    /// Does one thing and says how much it was.
    fn handle(&mut self, request: Request) -> usize {
        match request {
            Request::Submit { document, author, principal, commands, reply_to, room } => {
                let count = commands.len();
                self.waiting.push(document, Work::new((author, principal), commands, reply_to, room));
                count
            }
            Request::Recover { document, entries, answer, room } => {
                let count = entries.len();
                self.recover(document, &entries, answer);
                drop(room);
                count
            }
            Request::Evaluate { document, evaluation } => {
                self.evaluate(document, evaluation);
                1
            }
            Request::Tend => {
                self.store.clean();
                self.compact_one();
                self.let_go(|document, now| now.duration_since(document.used()) > EVICT_AFTER);
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
                let began = cpu_time();
                let waited = work.commands.len();
                let mut done = Err(Lost);
                self.contained(document, |open| done = open.submit(&mut work, until, &key));
                let decided = waited - work.commands.len();
                self.hub.charge(work.author.device, decided, cpu_time().saturating_sub(began));
                match done {
                    Ok(true) => {}
                    Ok(false) => self.waiting.put_back(document, work),
                    Err(Lost) => work.fail(),
                }
            }
            Ok(false) if work.has_begun() => work.fail(),
            Ok(false) => {
                let not_found =
                    |command: Submission| Verdict::rejected(command.id, Refusal::new(RefusalCode::NotFound));
                let verdicts = work.commands.into_iter().map(not_found).collect();
                if let Some(reply_to) = work.reply_to {
                    Answer::new(reply_to, verdicts).give(document, &self.metrics);
                }
            }
            Err(error) => {
                self.report(document, &error);
                work.fail();
            }
        }
    }

    fn recover(&mut self, document: DocumentId, entries: &[Entry], answer: RecoverReply) {
        match self.load(document) {
            Ok(true) => {
                let key = self.key.clone();
                let mut outcome = Ok(());
                self.contained(document, |open| outcome = open.recover(entries, &key, answer, now()));
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

    fn evaluate(&mut self, document: DocumentId, evaluation: Evaluation) {
        match self.load(document) {
            Ok(true) => drop(self.contained(document, |open| open.evaluate(|admission| evaluation(Some(admission))))),
            Ok(false) => evaluation(None)(),
            Err(error) => self.report(document, &error),
        }
    }

    /// Has a document in memory, fresh from the store where what was in memory is not what is stored.
    fn load(&mut self, document: DocumentId) -> Result<bool, LoadError> {
        if let Some(open) = self.open.get(&document) {
            if !open.is_poisoned() {
                return Ok(true);
            }
            self.drop_broken(document);
        }
        let stored = self.store.read_blocking(|connection| -> Result<_, LoadError> {
            Ok((queries::load(connection, document)?, recovery::recovery(connection, document)?))
        })?;
        let (Some((admission, snapshot)), recovery) = stored else { return Ok(false) };
        self.damaged.clear(document);
        self.arrivals += 1;
        self.open.insert(document, OpenDocument::new(admission, snapshot, recovery, self.metrics.document()));
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
    fn contained(&mut self, document: DocumentId, work: impl FnOnce(&mut OpenDocument)) -> bool {
        let Some(open) = self.open.get_mut(&document) else { return false };
        let is_done = catch_unwind(AssertUnwindSafe(|| work(open))).is_ok();
        if !is_done {
            tracing::error!(%document, "working on a document failed");
            self.drop_broken(document);
        } else if self.touched.last() != Some(&document) {
            self.touched.push(document);
        }
        is_done
    }

    fn drop_broken(&mut self, document: DocumentId) {
        if let Some(open) = self.open.remove(&document) {
            open.give_up();
        }
    }

    fn finish_batch(&mut self) -> Vec<DocumentWrite> {
        let mut writes = std::mem::take(&mut self.evicted);
        let key = self.key.clone();
        for document in std::mem::take(&mut self.touched) {
            self.contained(document, |open| writes.extend(open.finish_batch(&key)));
        }
        self.touched.clear();
        writes
    }

    /// Begins a new generation of one document that is due for it; the others wait for the next time, so that
    /// nobody's commands wait long.
    fn compact_one(&mut self) {
        let due = self.open.iter().find(|(_, open)| open.is_due(self.compact_after, COMPACT_AFTER_QUIET, now()));
        if let Some(document) = due.map(|(document, _)| *document) {
            self.contained(document, OpenDocument::compact);
        }
    }

    /// Lets go of the documents that were used longest ago, where all of them take too much.
    fn evict(&mut self) {
        self.arrivals = 0;
        let memory_bytes: usize = self.open.values().map(OpenDocument::memory_bytes).sum();
        if memory_bytes <= self.budget {
            return;
        }
        let mut by_age: Vec<(Instant, usize)> =
            self.open.values().map(|open| (open.used(), open.memory_bytes())).collect();
        by_age.sort_unstable();
        let mut excess = memory_bytes - self.budget / 4 * 3;
        let mut last = None;
        for (used, memory_bytes) in by_age {
            if excess == 0 {
                break;
            }
            excess = excess.saturating_sub(memory_bytes);
            last = Some(used);
        }
        self.let_go(|document, _| last.is_some_and(|last| document.used() <= last));
    }

    fn let_go(&mut self, which: impl Fn(&OpenDocument, Instant) -> bool) {
        let now = Instant::now();
        let evicted = &mut self.evicted;
        self.open.retain(|_, open| {
            let goes = open.is_settled() && which(open, now);
            if goes {
                evicted.extend(open.eviction_write());
            }
            !goes
        });
        if self.open.capacity() > 256 && self.open.len() < self.open.capacity() / 4 {
            self.open.shrink_to_fit();
        }
    }
}

/// The processor's time that this thread has taken: on a busy machine a command takes longer and costs no more.
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}
