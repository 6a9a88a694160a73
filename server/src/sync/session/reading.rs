//! What a session reads from the database: the answer to `hello`, and pieces of what a device lacks.

use std::sync::Arc;

use axum::body::Bytes;
use kring_domain::{DocumentId, PersonId, ServerId};
use kring_sync::{Claim, encode};

use crate::clock::now;
use crate::documents::Damaged;
use crate::documents::table::LoadError;
use crate::sync::catch_up::{Piece, next_piece};
use crate::sync::connection::Connection;
use crate::sync::directory::{self, Directory, Page, Place, Window};
use crate::sync::hub::Hub;
use crate::sync::looks;

/// About how many bytes are read from the log at once.
pub(super) const ROOM: usize = 256 * 1024;

/// The answer to `hello`.
pub(super) struct Greeting {
    pub(super) welcome: Bytes,
    pub(super) pieces: Vec<(Place, Piece)>,
    /// The documents of which the access log tells already that the device gets something of them.
    pub(super) told: Vec<DocumentId>,
    /// Where the page ends, where more follows.
    pub(super) through: Option<DocumentId>,
    /// Everything that the person may read, in order of the documents' ids.
    pub(super) places: Vec<Place>,
}

/// What queries of a session have at hand.
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
    pub(super) fn piece(
        &self,
        place: &Place,
        cursor: Option<Claim>,
        answered: Option<u64>,
        room: usize,
    ) -> Result<Option<Piece>, LoadError> {
        let transaction = self.database.unchecked_transaction()?;
        self.piece_of_one_state(&transaction, place, cursor, answered, room)
    }

    /// The same, inside a transaction, so that consent and log are of one state.
    fn piece_of_one_state(
        &self,
        transaction: &rusqlite::Transaction<'_>,
        place: &Place,
        cursor: Option<Claim>,
        answered: Option<u64>,
        room: usize,
    ) -> Result<Option<Piece>, LoadError> {
        if place.is_by_consent() && directory::place(transaction, self.person(), place.document)?.is_none() {
            return Ok(None);
        }
        next_piece(transaction, place.document, cursor, answered, room).map(Some)
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
            self.hub.subscribe(self.connection, page.places.iter().map(|place| place.document));
            // A consent that ended in between has passed by a device that was not told of anything yet.
            if self.hub.rights() == rights {
                return Ok((directory, page));
            }
            self.hub.unsubscribe(self.connection, page.places.iter().map(|place| place.document));
        }
    }

    /// A piece of a document; of a damaged one nothing, so that its person can go on with the others.
    fn readable_piece(
        &self,
        transaction: &rusqlite::Transaction<'_>,
        place: &Place,
        cursor: Option<Claim>,
        room: usize,
    ) -> Result<Option<Piece>, LoadError> {
        match self.piece_of_one_state(transaction, place, cursor, None, room) {
            Err(error) if error.is_damage() => {
                let document = place.document;
                tracing::error!(%document, %error, "a damaged document is left out");
                self.damaged.note(document);
                Ok(Some(Piece { is_last: true, ..Piece::default() }))
            }
            piece => piece,
        }
    }

    pub(super) fn greet(&self, window: Window, cursors: &[(DocumentId, Claim)]) -> Result<Greeting, LoadError> {
        // Before the logs are read: an entry that is not read below is then told of, and one that is both is left out.
        let (directory, page) = self.subscribed(window)?;
        let places = page.places.clone();
        let mut pieces = Vec::with_capacity(places.len());
        let mut told = Vec::new();
        let mut room = ROOM;
        let transaction = self.database.unchecked_transaction()?;
        for place in places {
            let cursor = claimed(cursors, place.document);
            let piece = match (room, cursor) {
                (0, Some(Claim { at, chain: None })) => Piece { reached: Some(at), ..Piece::default() },
                (0, None) => Piece::default(),
                _ => match self.readable_piece(&transaction, &place, cursor, room)? {
                    Some(piece) => piece,
                    None => continue,
                },
            };
            room = room.saturating_sub(piece.frames.iter().map(Bytes::len).sum());
            if !piece.frames.is_empty() && looks::is_told(&transaction, self.connection.caller(), &place)? {
                told.push(place.document);
            }
            pieces.push((place, piece));
        }
        let through = page.through;
        let welcome = encode(&page.welcome(self.server, now())).into();
        Ok(Greeting { welcome, pieces, told, through, places: directory.places })
    }
}

/// Returns what a device claims to have of a document; `cursors` are in order of the documents' ids.
pub(super) fn claimed(cursors: &[(DocumentId, Claim)], document: DocumentId) -> Option<Claim> {
    let index = cursors.binary_search_by_key(&document, |(document, _)| *document).ok()?;
    cursors.get(index).map(|(_, claim)| *claim)
}
