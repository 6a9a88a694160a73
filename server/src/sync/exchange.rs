//! One round of sync without a connection: commands up, verdicts and what is lacking down.

use axum::body::Bytes;
use kring_domain::DocumentId;
use kring_sync::{Base, ServerFrame, Submission, encode};
use rusqlite::Connection;

use super::catch_up::next_piece;
use super::directory::{Directory, Place};
use super::looks::{received, refused};
use super::sift::sift;
use crate::app::App;
use crate::auth::Caller;
use crate::clock::now;
use crate::documents::Unavailable;
use crate::documents::table::LoadError;

/// About how many bytes one answer has at most; the device asks again for the rest, from where it is then.
const ROOM: usize = 2 * 1024 * 1024;

/// What a device brings to one round.
pub(crate) struct Round {
    pub(crate) cursors: Vec<(DocumentId, Base)>,
    pub(crate) submits: Vec<(DocumentId, Vec<Submission>)>,
    /// The bytes of it all.
    pub(crate) size: usize,
}

/// Does one round and answers with a CBOR array of frames: `welcome`, the verdicts, then what the device lacks.
pub(crate) async fn exchange(app: &App, caller: Caller, round: Round) -> Result<Vec<u8>, LoadError> {
    let mut frames = Vec::new();
    if !round.submits.is_empty() {
        let directory = app.store.read(move |connection| Directory::read(connection, caller.person)).await?;
        for (document, commands) in round.submits {
            frames.push(submit(app, caller, &directory, document, commands, round.size).await?);
        }
    }
    let cursors = round.cursors;
    let _turn = app.hub.turn().await;
    let (welcome, pieces, places) = app.store.read(move |connection| lacking(connection, caller, &cursors)).await?;
    app.store.write(move |connection| received(connection, caller, &places)).await?;
    let all: Vec<&Bytes> = std::iter::once(&welcome).chain(&frames).chain(&pieces).collect();
    Ok(array(&all))
}

async fn submit(
    app: &App,
    caller: Caller,
    directory: &Directory,
    document: DocumentId,
    commands: Vec<Submission>,
    size: usize,
) -> Result<Bytes, LoadError> {
    let place = directory.places.iter().find(|place| place.document == document);
    if place.is_none() {
        refused(app, caller, document).await;
    }
    let sifted = sift(&app.hub, place, caller.device, caller.person, commands);
    let mut verdicts = match sifted.passed {
        Some((author, commands)) => app.documents.submit(author, document, commands, size).await?,
        None => Vec::new(),
    };
    verdicts.extend(sifted.refused);
    Ok(encode(&ServerFrame::Verdicts { document, verdicts }).into())
}

fn lacking(
    connection: &Connection,
    caller: Caller,
    cursors: &[(DocumentId, Base)],
) -> Result<(Bytes, Vec<Bytes>, Vec<Place>), LoadError> {
    let directory = Directory::read(connection, caller.person)?;
    let (mut frames, mut places, mut room) = (Vec::new(), Vec::new(), ROOM);
    for place in &directory.places {
        if room == 0 {
            break;
        }
        let cursor = cursors.iter().find(|(document, _)| *document == place.document).map(|(_, base)| *base);
        let piece = next_piece(connection, place.document, cursor, room)?;
        room = room.saturating_sub(piece.frames.iter().map(Bytes::len).sum());
        if !piece.frames.is_empty() {
            places.push(*place);
        }
        frames.extend(piece.frames);
    }
    Ok((encode(&directory.welcome(now())).into(), frames, places))
}

/// A CBOR array (RFC 8949, major type 4) of items that are encoded already.
fn array(items: &[&Bytes]) -> Vec<u8> {
    let mut array = Vec::with_capacity(5 + items.iter().map(|item| item.len()).sum::<usize>());
    array.push(0x9a);
    array.extend_from_slice(&u32::try_from(items.len()).unwrap_or(u32::MAX).to_be_bytes());
    items.iter().for_each(|item| array.extend_from_slice(item));
    array
}

impl From<Unavailable> for LoadError {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}
