//! One round of sync without a connection: commands up, verdicts and what is lacking down.

use axum::body::Bytes;
use kring_domain::{Access, Code, DocumentId, Refusal, ServerId};
use kring_sync::{Claim, Entry, ServerFrame, Spellings, Submission, Verdict, encode};
use rusqlite::Connection;

use super::catch_up::{is_apart, log_end, next_piece};
use super::directory::{Directory, Place, Window};
use super::late::hold_late;
use super::looks::{is_told, received, refused};
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
    /// The part of what the person may read that the answer is about.
    pub(crate) window: Window,
    /// In order of the documents' ids.
    pub(crate) cursors: Vec<(DocumentId, Claim)>,
    /// What the server has lost.
    pub(crate) entries: Vec<(DocumentId, Vec<Entry>)>,
    pub(crate) submits: Vec<(DocumentId, Vec<Submission>)>,
    pub(crate) pings: Vec<u64>,
    /// The ids of the commands that are written in another way.
    pub(crate) spellings: Spellings,
    /// The bytes of it all.
    pub(crate) size: usize,
}

/// Does one round and answers with a CBOR array of frames: `welcome`, the verdicts, then what the device lacks.
pub(crate) async fn exchange(app: &App, caller: Caller, round: Round) -> Result<Vec<u8>, LoadError> {
    let mut frames: Vec<Bytes> = round.pings.into_iter().map(|n| encode(&ServerFrame::Pong { n }).into()).collect();
    let mut answered = Vec::new();
    let window = round.window;
    let cursors = round.cursors;
    let mut spellings = round.spellings;
    if !round.submits.is_empty() || !round.entries.is_empty() {
        let directory = app.store.read(move |connection| Directory::read(connection, caller.person)).await?;
        for (document, entries) in round.entries {
            let cursor = cursor_of(&cursors, document);
            let (end, complaint) = take_back(app, &directory, (document, cursor), entries, round.size).await?;
            answered.extend(end.map(|end| (document, end)));
            frames.extend(complaint);
        }
        for (document, commands) in round.submits {
            let cursor = cursor_of(&cursors, document);
            let verdicts = submit(app, caller, &directory, (document, cursor), commands, round.size).await?;
            let written = if spellings.is_empty() { None } else { spellings.restore(&verdicts) };
            frames.push(written.map_or(verdicts, Bytes::from));
        }
    }
    let _turn = app.hub.turn().await;
    let server = app.server;
    let lacking = app.store.read(move |connection| {
        let mine = Mine { caller, window, cursors: &cursors, answered: &answered };
        lacking(connection, server, &mine)
    });
    let (welcome, pieces, places) = lacking.await?;
    if !places.is_empty() {
        app.store.write(move |connection| received(connection, caller, &places)).await?;
    }
    let all: Vec<&Bytes> = std::iter::once(&welcome).chain(&frames).chain(&pieces).collect();
    Ok(array(&all))
}

/// Takes entries back from a device that is ahead; the end of the log before, and a complaint where they are refused.
async fn take_back(
    app: &App,
    directory: &Directory,
    (document, cursor): (DocumentId, Option<Claim>),
    entries: Vec<Entry>,
    size: usize,
) -> Result<(Option<u64>, Option<Bytes>), LoadError> {
    let complaint = || Some(encode(&ServerFrame::Error { code: "invalid".to_owned() }).into());
    let may = directory.find(document).is_some_and(|place| place.access() >= Access::Read);
    let Some(cursor) = cursor.filter(|_| may) else { return Ok((None, complaint())) };
    let end = app.store.read(move |connection| log_end(connection, document)).await?;
    if end.is_none_or(|end| cursor.at.sequence <= end) {
        return Ok((None, complaint()));
    }
    match app.documents.recover(document, entries, size).await? {
        Ok(()) => Ok((end, None)),
        Err(error) => {
            tracing::warn!(%document, %error, "entries of a device are refused");
            Ok((end, complaint()))
        }
    }
}

async fn submit(
    app: &App,
    caller: Caller,
    directory: &Directory,
    (document, cursor): (DocumentId, Option<Claim>),
    commands: Vec<Submission>,
    size: usize,
) -> Result<Bytes, LoadError> {
    let place = directory.find(document);
    if place.is_none() {
        let verdicts = hold_late(app, caller.person, caller.device, document, commands).await?;
        if verdicts.iter().any(|verdict| verdict.code == Some(Code::NotFound)) {
            refused(app, caller, document).await;
        }
        return Ok(encode(&ServerFrame::Verdicts { document, verdicts }).into());
    }
    if let (Some(_), Some(cursor)) = (place, cursor)
        && app.store.read(move |connection| is_apart(connection, document, cursor)).await?
    {
        // They were made on what the server does not have.
        let again = |command: Submission| Verdict::rejected(command.id, Refusal::new(Code::Recovering));
        let verdicts = commands.into_iter().map(again).collect();
        return Ok(encode(&ServerFrame::Verdicts { document, verdicts }).into());
    }
    let sifted = sift(&app.hub, place, caller.device, caller.person, commands);
    let mut verdicts = match sifted.passed {
        Some((author, commands)) => app.documents.submit(author, document, commands, size).await?,
        None => Vec::new(),
    };
    verdicts.extend(sifted.refused);
    Ok(encode(&ServerFrame::Verdicts { document, verdicts }).into())
}

/// What a device says of itself in a round.
struct Mine<'a> {
    caller: Caller,
    window: Window,
    cursors: &'a [(DocumentId, Claim)],
    answered: &'a [(DocumentId, u64)],
}

/// The welcome, what the device lacks, and the documents of which the access log does not tell yet that it gets something.
fn lacking(
    connection: &Connection,
    server: ServerId,
    mine: &Mine<'_>,
) -> Result<(Bytes, Vec<Bytes>, Vec<Place>), LoadError> {
    // One state for what may be read and for what is read.
    let transaction = connection.unchecked_transaction()?;
    let page = Directory::read(&transaction, mine.caller.person)?.page(&transaction, mine.window)?;
    let mut frames = Vec::new();
    let mut places = Vec::new();
    let mut room = ROOM;
    for place in &page.places {
        if room == 0 {
            break;
        }
        let cursor = cursor_of(mine.cursors, place.document);
        let end = mine.answered.iter().find(|(document, _)| *document == place.document).map(|(_, end)| *end);
        let piece = next_piece(&transaction, place.document, cursor, end, room)?;
        room = room.saturating_sub(piece.frames.iter().map(Bytes::len).sum());
        if !piece.frames.is_empty() && !is_told(&transaction, mine.caller, place)? {
            places.push(*place);
        }
        frames.extend(piece.frames);
    }
    Ok((encode(&page.welcome(server, now())).into(), frames, places))
}

fn cursor_of(cursors: &[(DocumentId, Claim)], document: DocumentId) -> Option<Claim> {
    let index = cursors.binary_search_by_key(&document, |(document, _)| *document).ok()?;
    cursors.get(index).map(|(_, claim)| *claim)
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
