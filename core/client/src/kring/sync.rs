//! One round of sync over HTTP, for a moment in the background that the phone's system gives.

use std::pin::pin;
use std::sync::Arc;

use futures_util::future::{Either, select};
use kring_domain::Access;
use kring_sync::{Cursor, DeviceFrame, ServerFrame, decode_server_frames, encode};
use tokio::sync::OwnedMutexGuard;

use super::{Kring, run_blocking};
use crate::shared::{Disconnect, Shared};
use crate::{ClientError, Connection, clock};

/// The most rounds in one go; each carries what fits and gets what is new.
const MAX_ROUNDS: u32 = 50;

/// The most bytes in one round, below what a server takes.
const ROUND_BYTES: usize = 700 << 10;

/// The outcome of a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncReport {
    /// The number of edits of this phone that were answered.
    pub answered: usize,
    /// The number of edits still wait.
    pub waiting: usize,
}

impl Kring {
    /// Shares what waits and fetches what is new, and returns when there is nothing more to do.
    ///
    /// While [`Kring::connect`] is online this returns at once, since everything is on its way already. While its
    /// handshake hangs, or its socket is silent, this goes first.
    ///
    /// # Errors
    ///
    /// [`ClientError::Offline`], [`ClientError::AnotherServer`], [`ClientError::SignedOut`] or [`ClientError::Server`]; what was done until then stays.
    pub async fn sync_once(&self) -> Result<SyncReport, ClientError> {
        let before = self.waiting();
        if let Some(sync_lock) = self.shared().take_sync_lock().await {
            let sync = move |shared: &Shared| {
                let _lock = sync_lock;
                shared.sync().map(drop)
            };
            run_blocking(self.shared(), sync).await?;
        }
        let waiting = self.waiting();
        Ok(SyncReport { answered: before.saturating_sub(waiting), waiting })
    }
}

impl Shared {
    /// The right to speak for the replica; `None` while a socket is up, on which everything is on its way already.
    ///
    /// A socket over which the server has not spoken yet gives way.
    async fn take_sync_lock(&self) -> Option<OwnedMutexGuard<()>> {
        if let Ok(sync_lock) = Arc::clone(&self.sync_lock).try_lock_owned() {
            return Some(sync_lock);
        }
        let mut sync_lock = pin!(Arc::clone(&self.sync_lock).lock_owned());
        loop {
            let mut events_ready = pin!(self.events_ready.notified());
            events_ready.as_mut().enable();
            if self.state().connection == Connection::Online {
                return None;
            }
            self.give_way.notify_one();
            if let Either::Left((sync_lock, _)) = select(sync_lock.as_mut(), events_ready).await {
                return Some(sync_lock);
            }
        }
    }

    /// Shares what waits and fetches what is new, and says whether anything has moved; the caller holds the sync lock. Blocks.
    pub(crate) fn sync(&self) -> Result<bool, ClientError> {
        self.finish_sign_in()?;
        self.share_local_spaces()?;
        self.upload_read_log()?;
        self.flush()?;
        let first = self.progress();
        let mut before = None;
        let _end = Disconnect(self);
        for _ in 0..MAX_ROUNDS {
            let is_behind = self.pages()?;
            let after = self.progress();
            let state = self.state();
            let is_done = state.replica.is_quiet() && !is_behind;
            if !state.replica.has_entries_to_upload() && (is_done || before.as_ref() == Some(&after)) {
                break;
            }
            drop(state);
            before = Some(after);
        }
        if self.state().connection == Connection::AnotherServer {
            self.set_connection(Connection::Offline);
        }
        Ok(first != self.progress())
    }

    /// Speaks with the server until it has told of everything; whether there is more to fetch.
    fn pages(&self) -> Result<bool, ClientError> {
        self.state().replica.handle_connected(&self.options.app);
        let mut is_behind = false;
        loop {
            is_behind |= self.round()?;
            if !self.state().replica.is_being_welcomed() {
                return Ok(is_behind);
            }
        }
    }

    /// Speaks with the server once; whether there is more to fetch of what it has told of.
    fn round(&self) -> Result<bool, ClientError> {
        let body = encode(&self.round_frames());
        let answer = self.authorized(|server, token| self.http.post_frames(server, token, &body))?;
        let frames = decode_server_frames(&answer).map_err(|error| ClientError::Server(error.to_string()))?;
        let heads = frames.iter().find_map(|frame| match frame {
            ServerFrame::Welcome { documents, .. } => Some(documents.clone()),
            _ => None,
        });
        self.meet(&frames)?;
        let handled = frames.into_iter().try_for_each(|frame| self.state().replica.handle_frame(frame, clock::now()));
        self.flush()?;
        self.keep_time()?;
        handled.map_err(|error| ClientError::Server(error.to_string()))?;
        let state = self.state();
        let mut readable = heads.into_iter().flatten().filter(|head| head.access >= Access::Read);
        Ok(readable.any(|head| {
            let cursor = state.replica.cursor(head.document);
            cursor.is_none_or(|cursor| (cursor.generation, cursor.sequence) < (head.generation, head.sequence))
        }))
    }

    fn round_frames(&self) -> Vec<DeviceFrame> {
        let mut state = self.state();
        let mut frames = Vec::new();
        let mut bytes = 0;
        while bytes < ROUND_BYTES {
            let Some(frame) = state.replica.poll_frame() else { break };
            bytes += encode(&frame).len();
            frames.push(frame);
        }
        frames
    }

    /// Returns what a round can move: how far each document is, and how many edits of it wait.
    fn progress(&self) -> Vec<(Option<Cursor>, usize)> {
        let state = self.state();
        let documents = state.replica.documents();
        documents.map(|(id, ..)| (state.replica.cursor(id), state.replica.pending(id).count())).collect()
    }
}
