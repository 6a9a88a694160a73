//! Queries of a connection: the answer to `hello`, and chunks of what a device lacks.

use std::sync::Arc;

use axum::body::Bytes;
use kring_domain::{DocumentId, PersonId, ServerId};
use kring_sync::{Claim, encode};

use crate::clock::now;
use crate::documents::Damaged;
use crate::documents::queries::LoadError;
use crate::sync::audit;
use crate::sync::catch_up::{CatchUpChunk, Room, next_chunk};
use crate::sync::connection::Connection;
use crate::sync::directory::{self, Directory, DocumentAccess, Page, Window};
use crate::sync::hub::Hub;

/// About how many bytes are read from the log at once.
pub(super) const CHUNK_BYTES: usize = 256 * 1024;

/// The answer to `hello`.
pub(super) struct Greeting {
    pub(super) welcome: Bytes,
    pub(super) chunks: Vec<(DocumentAccess, CatchUpChunk)>,
    /// The documents of which the access log tells already that the device gets something of them.
    pub(super) logged: Vec<DocumentId>,
    /// The position where the page ends, where more follows.
    pub(super) through: Option<DocumentId>,
    /// Everything that the person may read, in order of the documents' ids.
    pub(super) accesses: Vec<DocumentAccess>,
}

/// What queries of a connection have at hand.
pub(super) struct Reading<'a> {
    pub(super) database: &'a rusqlite::Connection,
    pub(super) hub: &'a Hub,
    pub(super) connection: &'a Arc<Connection>,
    pub(super) damaged: &'a Damaged,
    pub(super) server: ServerId,
}

impl Reading<'_> {
    pub(super) fn person(&self) -> PersonId {
        self.connection.person
    }

    pub(super) fn directory(&self) -> Result<Directory, LoadError> {
        Directory::read(self.database, self.person())
    }

    /// The next piece of a document; `None` where a consent that opened it has ended.
    pub(super) fn chunk(
        &self,
        access: &DocumentAccess,
        cursor: Option<Claim>,
        answered: Option<u64>,
        bytes: usize,
    ) -> Result<Option<CatchUpChunk>, LoadError> {
        let room = Room { bytes, packs: self.connection.packs() };
        let transaction = self.database.unchecked_transaction()?;
        self.piece_of_one_state(&transaction, access, cursor, answered, room)
    }

    /// The same, inside a transaction, so that consent and log are of one state.
    fn piece_of_one_state(
        &self,
        transaction: &rusqlite::Transaction<'_>,
        access: &DocumentAccess,
        cursor: Option<Claim>,
        answered: Option<u64>,
        room: Room,
    ) -> Result<Option<CatchUpChunk>, LoadError> {
        if access.is_by_consent() && directory::document_access(transaction, self.person(), access.document)?.is_none()
        {
            return Ok(None);
        }
        next_chunk(transaction, access.document, cursor, answered, room).map(Some)
    }

    /// Has the device told from now on of everything in the window that its person may read.
    fn subscribed(&self, window: Window) -> Result<(Directory, Page), LoadError> {
        loop {
            let rights = self.hub.rights();
            // In one transaction, of which SQLite takes the locks once.
            let transaction = self.database.unchecked_transaction()?;
            let directory = Directory::read(&transaction, self.person())?;
            let page = directory.page(&transaction, window)?;
            transaction.finish()?;
            self.hub.subscribe(self.connection, page.accesses.iter().map(|access| access.document));
            // A consent that ended in between has passed by a device that was not told of anything yet.
            if self.hub.rights() == rights {
                return Ok((directory, page));
            }
            self.hub.unsubscribe(self.connection, page.accesses.iter().map(|access| access.document));
        }
    }

    /// A piece of a document; of a damaged one nothing, so that its person can go on with the others.
    fn readable_chunk(
        &self,
        transaction: &rusqlite::Transaction<'_>,
        access: &DocumentAccess,
        cursor: Option<Claim>,
        bytes: usize,
    ) -> Result<Option<CatchUpChunk>, LoadError> {
        let room = Room { bytes, packs: self.connection.packs() };
        match self.piece_of_one_state(transaction, access, cursor, None, room) {
            Err(error) if error.is_damage() => {
                let document = access.document;
                tracing::error!(%document, %error, "a damaged document is left out");
                self.damaged.note(document);
                Ok(Some(CatchUpChunk { is_last: true, ..CatchUpChunk::default() }))
            }
            chunk => chunk,
        }
    }

    pub(super) fn greet(&self, window: Window, cursors: &[(DocumentId, Claim)]) -> Result<Greeting, LoadError> {
        // Before the logs are read: an entry that is not read below is then told of, and one that is both is left out.
        let (directory, page) = self.subscribed(window)?;
        let accesses = page.accesses.clone();
        let mut chunks = Vec::with_capacity(accesses.len());
        let mut logged = Vec::new();
        let mut room = CHUNK_BYTES;
        let transaction = self.database.unchecked_transaction()?;
        for access in accesses {
            let cursor = claimed(cursors, access.document);
            let chunk = match (room, cursor) {
                (0, Some(Claim { at, chain_hash: None })) => {
                    CatchUpChunk { reached: Some(at), ..CatchUpChunk::default() }
                }
                (0, None) => CatchUpChunk::default(),
                _ => match self.readable_chunk(&transaction, &access, cursor, room)? {
                    Some(chunk) => chunk,
                    None => continue,
                },
            };
            room = room.saturating_sub(chunk.frames.iter().map(Bytes::len).sum());
            if !chunk.frames.is_empty() && audit::is_logged(&transaction, self.connection.caller(), &access)? {
                logged.push(access.document);
            }
            chunks.push((access, chunk));
        }
        let through = page.through;
        let welcome = encode(&page.welcome(self.server, now())).into();
        Ok(Greeting { welcome, chunks, logged, through, accesses: directory.accesses })
    }
}

/// Returns what a device claims to have of a document; `cursors` are in order of the documents' ids.
pub(super) fn claimed(cursors: &[(DocumentId, Claim)], document: DocumentId) -> Option<Claim> {
    let index = cursors.binary_search_by_key(&document, |(document, _)| *document).ok()?;
    cursors.get(index).map(|(_, claim)| *claim)
}
