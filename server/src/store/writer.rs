//! The one writer, which commits for everybody who waits.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use super::{StoreError, purge};
use crate::fail;

/// The most jobs in one transaction; enough to share an fsync, few enough to answer soon.
const MAX_BATCH_JOBS: usize = 512;

/// The most jobs that wait; whoever comes after that waits in line.
const MAX_QUEUED_JOBS: usize = 4096;

/// Something to make durable.
pub trait Job: Send {
    /// Writes, inside a transaction that others share.
    ///
    /// # Errors
    ///
    /// An error here undoes this job alone.
    fn run(&mut self, connection: &Connection) -> Result<(), StoreError>;

    /// Returns whether it removes something of which nothing may stay in the write-ahead file.
    fn erases(&self) -> bool {
        false
    }

    /// Called once: after the commit is durable, or when this job or the commit has failed.
    fn finish(self: Box<Self>, outcome: Result<(), StoreError>);
}

/// The way to the writer; clones share it, and its thread ends when the last is dropped.
#[derive(Clone)]
pub(super) struct Writer {
    jobs: SyncSender<Box<dyn Job>>,
    state: Arc<WriterState>,
}

/// What whoever commits has in hand.
struct WriterState {
    connection: Mutex<Connection>,
    /// The number of jobs that were sent to the thread and are not durable yet.
    in_flight: AtomicUsize,
    /// True when the write-ahead file may hold what was erased.
    is_unclean: AtomicBool,
    /// True when the database file may.
    needs_vacuum: AtomicBool,
    /// Goes up when an fsync fails. What it should have kept may be gone although it can still be read, and the next
    /// fsync would not say so; only what is read from the disk after a start can be believed.
    untrusted: watch::Sender<bool>,
}

impl WriterState {
    /// Empties the write-ahead file where it has to be; a reader of an older state can put that off.
    fn clean(&self, connection: &Connection) {
        if self.needs_vacuum.load(Ordering::Acquire) {
            match purge::rewrite(connection) {
                Ok(()) => self.needs_vacuum.store(false, Ordering::Release),
                Err(error) => self.is_not_clean(&error),
            }
        }
        if self.is_unclean.load(Ordering::Acquire) {
            match purge::empty_log(connection) {
                Ok(is_empty) => self.is_unclean.store(!is_empty, Ordering::Release),
                Err(error) => self.is_not_clean(&error),
            }
        }
    }

    fn is_not_clean(&self, error: &StoreError) {
        tracing::warn!(%error, "what was erased is not gone from the files yet");
        self.doubt(error);
    }

    /// Takes nothing more where the disk did not keep what was written.
    fn doubt(&self, error: &StoreError) {
        if is_failed_sync(error) {
            tracing::error!("an fsync failed: nothing more is taken");
            self.untrusted.send_replace(true);
        }
    }

    fn is_untrusted(&self) -> bool {
        *self.untrusted.borrow()
    }
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (jobs, waiting) = sync_channel(MAX_QUEUED_JOBS);
        let state = Arc::new(WriterState {
            connection: Mutex::new(connection),
            in_flight: AtomicUsize::new(0),
            is_unclean: AtomicBool::new(false),
            needs_vacuum: AtomicBool::new(false),
            untrusted: watch::Sender::new(false),
        });
        let thread_state = Arc::clone(&state);
        thread::Builder::new()
            .name("kring-writer".into())
            .spawn(move || work(&thread_state, &waiting))
            .map_err(|error| StoreError::Open(Arc::new(error)))?;
        Ok(Self { jobs, state })
    }

    /// Hands over a job, from a thread that may block; jobs of one thread are committed in order.
    pub(super) fn submit(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        // On a quiet server waking the writer's thread takes longer than the commit, so whoever has the job commits
        // it. Where something is in flight it joins the queue, behind any earlier job of the same thread.
        if self.state.in_flight.load(Ordering::Acquire) == 0
            && let Ok(connection) = self.state.connection.try_lock()
        {
            commit(&self.state, &connection, vec![job]);
            return Ok(());
        }
        self.state.in_flight.fetch_add(1, Ordering::AcqRel);
        self.jobs.send(job).map_err(|_| {
            self.state.in_flight.fetch_sub(1, Ordering::AcqRel);
            StoreError::Closed
        })
    }

    /// Empties the write-ahead file where it may still hold what was erased, unless somebody writes just now.
    pub(super) fn clean(&self) {
        if let Ok(connection) = self.state.connection.try_lock() {
            self.state.clean(&connection);
        }
    }

    /// Returns when an fsync has failed.
    pub(super) async fn untrusted(&self) {
        // The sender lives as long as this does.
        let _ = self.state.untrusted.subscribe().wait_for(|untrusted| *untrusted).await;
    }

    pub(super) fn is_untrusted(&self) -> bool {
        self.state.is_untrusted()
    }

    /// Runs a change; one that `erases` is answered when nothing of it is in the write-ahead file any more.
    pub(super) async fn run<T, E>(
        &self,
        erases: bool,
        change: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + From<rusqlite::Error> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Change { change: Some(change), result: None, erases, answer });
        let jobs = self.jobs.clone();
        self.state.in_flight.fetch_add(1, Ordering::AcqRel);
        // A full queue blocks, which must not happen on a thread that serves sockets.
        let sent = match jobs.try_send(job) {
            Ok(()) => Ok(()),
            Err(std::sync::mpsc::TrySendError::Disconnected(_)) => Err(StoreError::Closed),
            Err(std::sync::mpsc::TrySendError::Full(job)) => {
                let task = tokio::task::spawn_blocking(move || jobs.send(job).map_err(|_| StoreError::Closed));
                task.await.unwrap_or(Err(StoreError::Closed))
            }
        };
        sent.inspect_err(|_| {
            self.state.in_flight.fetch_sub(1, Ordering::AcqRel);
        })?;
        answered.await.unwrap_or(Err(E::from(StoreError::Closed)))
    }
}

fn work(state: &WriterState, waiting: &Receiver<Box<dyn Job>>) {
    while let Ok(first) = waiting.recv() {
        let connection = state.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let jobs: Vec<Box<dyn Job>> =
            std::iter::once(first).chain(waiting.try_iter().take(MAX_BATCH_JOBS - 1)).collect();
        let count = jobs.len();
        commit(state, &connection, jobs);
        state.in_flight.fetch_sub(count, Ordering::AcqRel);
    }
}

fn commit(state: &WriterState, connection: &Connection, jobs: Vec<Box<dyn Job>>) {
    if state.is_untrusted() {
        jobs.into_iter().for_each(|job| job.finish(Err(StoreError::Untrusted)));
        return;
    }
    let run = |statement: &str| -> Result<(), StoreError> {
        connection.prepare_cached(statement)?.execute([])?;
        Ok(())
    };
    if let Err(error) = run("BEGIN IMMEDIATE") {
        jobs.into_iter().for_each(|job| job.finish(Err(error.clone())));
        return;
    }
    let mut ran = Vec::with_capacity(jobs.len());
    for mut job in jobs {
        let outcome = guarded(connection, |connection| job.run(connection));
        ran.push((job, outcome));
    }
    if ran.iter().any(|(job, outcome)| outcome.is_ok() && job.erases())
        && let Err(error) = purge::mark_pending_vacuum(connection)
    {
        tracing::warn!(%error, "should the server end just now, nobody would know that it has to clean");
    }
    fail::point("commit.before");
    let committed = run("COMMIT");
    fail::point("commit.after");
    if let Err(error) = &committed {
        state.doubt(error);
    }
    if committed.is_err() && !connection.is_autocommit() {
        // The next transaction must not inherit what this one could not keep.
        let _ = connection.execute_batch("ROLLBACK");
    }
    // Whoever is told that something is erased can rely on it.
    if committed.is_ok() && ran.iter().any(|(job, _)| job.erases()) {
        state.needs_vacuum.store(true, Ordering::Release);
        state.is_unclean.store(true, Ordering::Release);
        state.clean(connection);
    }
    for (job, outcome) in ran {
        job.finish(outcome.and_then(|()| committed.clone()));
    }
}

/// Returns whether the system could not say that what was written is on the disk.
fn is_failed_sync(error: &StoreError) -> bool {
    use rusqlite::ffi::{SQLITE_IOERR_DIR_FSYNC, SQLITE_IOERR_FSYNC};
    let StoreError::Database(error) = error else { return false };
    let failure = error.sqlite_error().map(|failure| failure.extended_code);
    failure.is_some_and(|code| [SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC].contains(&code))
}

/// Runs one job so that its failure undoes it alone.
fn guarded<T>(
    connection: &Connection,
    run: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    execute(connection, "SAVEPOINT job")?;
    let result = run(connection);
    if result.is_err() {
        execute(connection, "ROLLBACK TO job")?;
    }
    execute(connection, "RELEASE job")?;
    result
}

/// Executes a statement that comes with every job, compiled once.
fn execute(connection: &Connection, statement: &str) -> Result<(), StoreError> {
    connection.prepare_cached(statement)?.execute([])?;
    Ok(())
}

/// A change with an answer for whoever awaits it.
struct Change<F, T, E> {
    change: Option<F>,
    result: Option<Result<T, E>>,
    erases: bool,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Job for Change<F, T, E>
where
    F: FnOnce(&Connection) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let Some(change) = self.change.take() else { return Ok(()) };
        let result = change(connection);
        let undone = result.is_err();
        self.result = Some(result);
        // The caller gets its own error; the writer only has to know that there was one.
        if undone { Err(StoreError::Closed) } else { Ok(()) }
    }

    fn erases(&self) -> bool {
        self.erases
    }

    fn finish(self: Box<Self>, outcome: Result<(), StoreError>) {
        let result = match (self.result, outcome) {
            (Some(Ok(value)), Ok(())) => Ok(value),
            (Some(Err(error)), _) => Err(error),
            (_, Err(error)) => Err(E::from(error)),
            (None, Ok(())) => Err(E::from(StoreError::Closed)),
        };
        // Whoever asked may have gone away; the change stands.
        let _ = self.answer.send(result);
    }
}
