//! The documents: each has one writer, a shard, which executes commands in memory and tells nobody anything before
//! the store has made it durable.
//!
//! ```text
//! submit ──▶ shard: execute, sign, encode ──▶ store: one commit for many ──▶ fan out, answer
//! ```

mod audit_buffer;
mod batch;
mod damaged;
pub(crate) mod erased;
pub(crate) mod generation_change;
pub(crate) mod history;
mod in_flight;
mod inbox;
mod key;
mod open_document;
mod pending_entry;
mod poison_flag;
pub(crate) mod queries;
mod receipt;
pub(crate) mod recovery;
mod shard;
pub mod verify;
mod work;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use kring_domain::{Author, DocumentId, PersonId, Role};
use kring_sync::{Admission, Entry, RecoverError, Submission, Verdict};
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::metrics::Metrics;
use crate::store::{Store, StoreError};
use crate::sync::connection::Connection;
use crate::sync::hub::Hub;
pub use damaged::Damaged;
use inbox::{Principal, ReplyTo, Request};
pub use key::{log_key, server_id};
pub use recovery::begin_recovery;
use shard::Shard;

/// The most requests that wait for one shard; whoever comes after that waits in line.
const MAX_INBOX_REQUESTS: usize = 1024;

/// The most bytes of frames that wait for all shards, in KiB.
const MAX_INBOX_KIB: usize = 32 * 1024;

/// The interval at which shards look for documents that nobody works on.
const TEND_EVERY: Duration = Duration::from_secs(15);

/// The thing that is asked could not be done now; it may be asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the documents are not available")]
pub struct Unavailable;

/// The writers of all documents; clones share them, and they end when the last is dropped.
#[derive(Clone)]
pub struct Documents {
    shards: Arc<[mpsc::Sender<Request>]>,
    room: Arc<Semaphore>,
    metrics: Metrics,
    damaged: Damaged,
}

impl Documents {
    /// Starts the writers, inside a Tokio runtime.
    ///
    /// `key` signs the log; `budget` is how many bytes of documents may stay in memory while nobody works on them, and
    /// `compact_after` how many entries a document may have before it is rewritten without its history, 0 for any
    /// number.
    ///
    /// # Errors
    ///
    /// [`StoreError::Open`] when the system does not give a thread.
    pub fn start(
        store: &Store,
        hub: &Hub,
        metrics: &Metrics,
        key: SigningKey,
        budget: usize,
        compact_after: u64,
    ) -> Result<Self, StoreError> {
        let count = std::thread::available_parallelism().map_or(2, |count| count.get().max(2));
        let key = Arc::new(key);
        let damaged = Damaged::default();
        let shards: Result<Vec<_>, StoreError> = (0..count)
            .map(|number| {
                let (requests, inbox) = mpsc::channel(MAX_INBOX_REQUESTS);
                let store = store.clone();
                let hub = hub.clone();
                let metrics = metrics.clone();
                let key = key.clone();
                let shard = Shard::new(store, hub, metrics, key, budget / count, compact_after);
                let shard = shard.noting(damaged.clone());
                shard.start(number, inbox)?;
                Ok(requests)
            })
            .collect();
        let shards: Arc<[_]> = shards?.into();
        shards.iter().map(mpsc::Sender::downgrade).for_each(|shard| drop(tokio::spawn(tend(shard))));
        Ok(Self { shards, room: Arc::new(Semaphore::new(MAX_INBOX_KIB)), metrics: metrics.clone(), damaged })
    }

    /// The documents that cannot be read.
    pub fn damaged(&self) -> &Damaged {
        &self.damaged
    }

    /// Submits commands, about `size` bytes of them, and answers when what became of them is durable.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when it could not be made durable or the stored document is damaged.
    pub async fn submit(
        &self,
        author: Author,
        document: DocumentId,
        commands: Vec<Submission>,
        size: usize,
    ) -> Result<Vec<Verdict>, Unavailable> {
        let principal = Principal { person: author.person, role: author.role, has_client: author.has_client };
        self.submit_as(author, principal, document, commands, size).await
    }

    /// Submits commands of somebody who has left, on the authority of somebody who is there.
    ///
    /// # Errors
    ///
    /// As [`Documents::submit`], and when the one who answers for it is not there in that role either.
    pub async fn submit_for_another(
        &self,
        author: Author,
        (person, role): (PersonId, Role),
        document: DocumentId,
        commands: Vec<Submission>,
    ) -> Result<Vec<Verdict>, Unavailable> {
        let principal = Principal { person, role, has_client: true };
        self.submit_as(author, principal, document, commands, 0).await
    }

    async fn submit_as(
        &self,
        author: Author,
        principal: Principal,
        document: DocumentId,
        commands: Vec<Submission>,
        size: usize,
    ) -> Result<Vec<Verdict>, Unavailable> {
        let (answer, answered) = oneshot::channel();
        self.hand_over((author, principal), document, commands, size, ReplyTo::Caller(answer)).await?;
        let verdicts = answered.await.map_err(|_| Unavailable)?;
        verdicts.iter().for_each(|verdict| self.metrics.verdict(verdict));
        Ok(verdicts)
    }

    /// Submits commands of a connected device, which is sent the verdicts, or closed where there are none to give.
    pub(crate) async fn submit_for(
        &self,
        connection: &Arc<Connection>,
        author: Author,
        document: DocumentId,
        commands: Vec<Submission>,
        size: usize,
    ) -> Result<(), Unavailable> {
        let principal = Principal { person: author.person, role: author.role, has_client: author.has_client };
        self.hand_over((author, principal), document, commands, size, ReplyTo::Device(connection.clone())).await
    }

    /// Takes entries back, about `size` bytes of them, that a device has kept and the server lost; answers when they
    /// are durable, or why they are not taken.
    ///
    /// # Errors
    ///
    /// As [`Documents::submit`].
    pub async fn recover(
        &self,
        document: DocumentId,
        entries: Vec<Entry>,
        size: usize,
    ) -> Result<Result<(), RecoverError>, Unavailable> {
        let (answer, answered) = oneshot::channel();
        let room = self.room_for(size).await?;
        let request = Request::Recover { document, entries, answer, room };
        self.shard(document)?.send(request).await.map_err(|_| Unavailable)?;
        answered.await.map_err(|_| Unavailable)
    }

    /// Has something read off a document, and answers when what was seen is durable; `None` where there is no such
    /// document.
    ///
    /// `evaluation` runs on the document's writer, so it should be quick.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when the stored document is damaged, or what was seen could not be made durable.
    pub async fn evaluate<T: Send + 'static>(
        &self,
        document: DocumentId,
        evaluation: impl FnOnce(&Admission) -> T + Send + 'static,
    ) -> Result<Option<T>, Unavailable> {
        let (answer, answered) = oneshot::channel();
        let evaluation = Box::new(move |admission: Option<&Admission>| {
            let seen = admission.map(evaluation);
            // Whoever asked may have gone away.
            Box::new(move || drop(answer.send(seen))) as Box<dyn FnOnce() + Send>
        });
        self.shard(document)?.send(Request::Evaluate { document, evaluation }).await.map_err(|_| Unavailable)?;
        answered.await.map_err(|_| Unavailable)
    }

    /// Has the writers do now what they otherwise do every few seconds: empty the write-ahead file where it still holds
    /// what was erased, rewrite documents that have grown too long, and let go of those that nobody works on.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when the writers have ended.
    pub async fn tend(&self) -> Result<(), Unavailable> {
        for shard in &*self.shards {
            shard.send(Request::Tend).await.map_err(|_| Unavailable)?;
        }
        Ok(())
    }

    async fn hand_over(
        &self,
        (author, principal): (Author, Principal),
        document: DocumentId,
        commands: Vec<Submission>,
        size: usize,
        reply_to: ReplyTo,
    ) -> Result<(), Unavailable> {
        let room = self.room_for(size).await?;
        let request = Request::Submit { document, author, principal, commands, reply_to, room };
        self.shard(document)?.send(request).await.map_err(|_| Unavailable)
    }

    /// Waits for room for this many bytes.
    async fn room_for(&self, size: usize) -> Result<OwnedSemaphorePermit, Unavailable> {
        let size = u32::try_from((size / 1024 + 1).min(MAX_INBOX_KIB)).map_err(|_| Unavailable)?;
        self.room.clone().acquire_many_owned(size).await.map_err(|_| Unavailable)
    }

    fn shard(&self, document: DocumentId) -> Result<&mpsc::Sender<Request>, Unavailable> {
        let mut hasher = DefaultHasher::new();
        document.hash(&mut hasher);
        let number = hasher.finish() % self.shards.len().max(1) as u64;
        self.shards.get(usize::try_from(number).unwrap_or(0)).ok_or(Unavailable)
    }
}

async fn tend(shard: mpsc::WeakSender<Request>) {
    loop {
        tokio::time::sleep(TEND_EVERY).await;
        let Some(shard) = shard.upgrade() else { return };
        if shard.send(Request::Tend).await.is_err() {
            return;
        }
    }
}
