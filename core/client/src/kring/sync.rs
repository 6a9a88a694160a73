//! One round of sync over HTTP, for a moment in the background that the phone's system gives.

use kring_domain::Access;
use kring_sync::{Cursor, DeviceFrame, ServerFrame, decode_server_frames, encode};

use super::{Kring, beside};
use crate::shared::Shared;
use crate::{ClientError, clock};

/// The most rounds in one go; each carries what fits and gets what is new.
const MAX_ROUNDS: u32 = 50;

/// The most bytes in one round, below what a server takes.
const ROUND_BYTES: usize = 700 << 10;

/// How a sync went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncReport {
    /// How many edits of this phone were answered.
    pub answered: usize,
    /// How many edits still wait.
    pub waiting: usize,
}

impl Kring {
    /// Shares what waits and fetches what is new, and returns when there is nothing more to do.
    ///
    /// While [`Kring::connect`] is online this returns at once, since everything is on its way already.
    ///
    /// # Errors
    ///
    /// [`ClientError::Offline`], [`ClientError::SignedOut`] or [`ClientError::Server`]; what was done until then stays.
    pub async fn sync_once(&self) -> Result<SyncReport, ClientError> {
        let before = self.waiting();
        beside(self.shared(), Shared::sync).await?;
        let waiting = self.waiting();
        Ok(SyncReport { answered: before.saturating_sub(waiting), waiting })
    }
}

impl Shared {
    fn sync(&self) -> Result<(), ClientError> {
        let Ok(_line) = self.line.try_lock() else { return Ok(()) };
        self.finish_sign_in()?;
        self.share_local_spaces()?;
        self.share_looks()?;
        self.flush()?;
        let mut before = None;
        let _end = Disconnect(self);
        for _ in 0..MAX_ROUNDS {
            let is_behind = self.round()?;
            let after = self.progress();
            let state = self.state();
            let is_done = state.replica.is_quiet() && !is_behind;
            if !state.replica.is_bringing() && (is_done || before.as_ref() == Some(&after)) {
                break;
            }
            drop(state);
            before = Some(after);
        }
        Ok(())
    }

    /// Speaks with the server once; whether there is more to fetch.
    fn round(&self) -> Result<bool, ClientError> {
        let body = encode(&self.round_frames());
        let answer = self.authorized(|server, token| self.http.post_frames(server, token, &body))?;
        let frames = decode_server_frames(&answer).map_err(|error| ClientError::Server(error.to_string()))?;
        let heads = frames.iter().find_map(|frame| match frame {
            ServerFrame::Welcome { documents, .. } => Some(documents.clone()),
            _ => None,
        });
        let handled = frames.into_iter().try_for_each(|frame| self.state().replica.handle_frame(frame, clock::now()));
        self.flush()?;
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
        state.replica.handle_connected(&self.options.app);
        let mut frames = Vec::new();
        let mut bytes = 0;
        while bytes < ROUND_BYTES {
            let Some(frame) = state.replica.poll_frame() else { break };
            bytes += encode(&frame).len();
            frames.push(frame);
        }
        frames
    }

    /// What a round can move: how far each document is, and how many edits of it wait.
    fn progress(&self) -> Vec<(Option<Cursor>, usize)> {
        let state = self.state();
        let documents = state.replica.documents();
        documents.map(|(id, ..)| (state.replica.cursor(id), state.replica.pending(id).count())).collect()
    }
}

/// Takes the replica off the line when a sync ends, however it does.
struct Disconnect<'a>(&'a Shared);

impl Drop for Disconnect<'_> {
    fn drop(&mut self) {
        self.0.state().replica.handle_disconnected();
    }
}
