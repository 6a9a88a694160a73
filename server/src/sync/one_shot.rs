//! One round of sync without a connection: commands up, verdicts and what is lacking down.

use axum::body::Bytes;
use kring_domain::{Access, DocumentId, Refusal, RefusalCode, ServerId};
use kring_sync::{Claim, Entry, ServerFrame, Spellings, Submission, Verdict, encode, pack};
use rusqlite::Connection;

use super::audit::{is_logged, received, refused};
use super::catch_up::{Room, has_diverged, log_end, next_chunk};
use super::directory::{Directory, DocumentAccess, Window};
use super::rate_limit::rate_limit;
use super::revoked_edits::hold_revoked;
use crate::app::App;
use crate::auth::Caller;
use crate::clock::now;
use crate::documents::Unavailable;
use crate::documents::queries::LoadError;

/// About how many bytes one answer has at most; the device asks again for the rest, from where it is then.
const MAX_ANSWER_BYTES: usize = 2 * 1024 * 1024;

/// The content of one round of a device.
pub(crate) struct OneShot {
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
    /// True when the device reads packed frames.
    pub(crate) packs: bool,
}

/// Does one round and answers with a CBOR array of frames: `welcome`, the verdicts, then what the device lacks.
pub(crate) async fn run_one_shot(app: &App, caller: Caller, one_shot: OneShot) -> Result<Vec<u8>, LoadError> {
    let mut frames: Vec<Bytes> = one_shot.pings.into_iter().map(|n| encode(&ServerFrame::Pong { n }).into()).collect();
    let mut answered = Vec::new();
    let window = one_shot.window;
    let cursors = one_shot.cursors;
    let mut spellings = one_shot.spellings;
    if !one_shot.submits.is_empty() || !one_shot.entries.is_empty() {
        let directory = app.store.read(move |connection| Directory::read(connection, caller.person)).await?;
        for (document, entries) in one_shot.entries {
            let cursor = cursor_of(&cursors, document);
            let (end, complaint) = take_back(app, &directory, (document, cursor), entries, one_shot.size).await?;
            answered.extend(end.map(|end| (document, end)));
            frames.extend(complaint);
        }
        for (document, commands) in one_shot.submits {
            let cursor = cursor_of(&cursors, document);
            let verdicts = submit(app, caller, &directory, (document, cursor), commands, one_shot.size).await?;
            let written = if spellings.is_empty() { None } else { spellings.restore(&verdicts) };
            let verdicts = written.unwrap_or(verdicts);
            frames.push(if one_shot.packs { pack(verdicts).into() } else { verdicts.into() });
        }
    }
    let _permit = app.hub.read_permit().await;
    let server = app.server;
    let packs = one_shot.packs;
    let lacking = app.store.read(move |connection| {
        let query = LackingQuery { caller, window, cursors: &cursors, answered: &answered, packs };
        lacking(connection, server, &query)
    });
    let (welcome, chunks, accesses) = lacking.await?;
    if !accesses.is_empty() {
        app.store.write(move |connection| received(connection, caller, &accesses)).await?;
    }
    let packs = one_shot.packs.then(|| Bytes::from(encode(&ServerFrame::Packs)));
    let all: Vec<&Bytes> = packs.iter().chain([&welcome]).chain(&frames).chain(&chunks).collect();
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
    let may = directory.find(document).is_some_and(|access| access.level() >= Access::Read);
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
) -> Result<Vec<u8>, LoadError> {
    let access = directory.find(document);
    if access.is_none() {
        let verdicts = hold_revoked(app, caller.person, caller.device, document, commands).await?;
        if verdicts.iter().any(|verdict| verdict.code == Some(RefusalCode::NotFound)) {
            refused(app, caller, document).await;
        }
        return Ok(encode(&ServerFrame::Verdicts { document, verdicts }));
    }
    if let (Some(_), Some(cursor)) = (access, cursor)
        && app.store.read(move |connection| has_diverged(connection, document, cursor)).await?
    {
        // They were made on what the server does not have.
        let again = |command: Submission| Verdict::rejected(command.id, Refusal::new(RefusalCode::Recovering));
        let verdicts = commands.into_iter().map(again).collect();
        return Ok(encode(&ServerFrame::Verdicts { document, verdicts }));
    }
    let limited = rate_limit(&app.hub, access, caller.device, caller.person, commands);
    let mut verdicts = match limited.passed {
        Some((author, commands)) => app.documents.submit(author, document, commands, size).await?,
        None => Vec::new(),
    };
    verdicts.extend(limited.refused);
    Ok(encode(&ServerFrame::Verdicts { document, verdicts }))
}

/// What a device says of itself in a round.
struct LackingQuery<'a> {
    caller: Caller,
    window: Window,
    cursors: &'a [(DocumentId, Claim)],
    answered: &'a [(DocumentId, u64)],
    packs: bool,
}

/// The welcome, what the device lacks, and the documents of which the access log does not tell yet that it gets something.
fn lacking(
    connection: &Connection,
    server: ServerId,
    query: &LackingQuery<'_>,
) -> Result<(Bytes, Vec<Bytes>, Vec<DocumentAccess>), LoadError> {
    // One state for what may be read and for what is read.
    let transaction = connection.unchecked_transaction()?;
    let page = Directory::read(&transaction, query.caller.person)?.page(&transaction, query.window)?;
    let mut frames = Vec::new();
    let mut accesses = Vec::new();
    let mut room = Room { bytes: MAX_ANSWER_BYTES, packs: query.packs };
    for access in &page.accesses {
        if room.bytes == 0 {
            break;
        }
        let cursor = cursor_of(query.cursors, access.document);
        let end = query.answered.iter().find(|(document, _)| *document == access.document).map(|(_, end)| *end);
        let chunk = next_chunk(&transaction, access.document, cursor, end, room)?;
        room.bytes = room.bytes.saturating_sub(chunk.frames.iter().map(Bytes::len).sum());
        if !chunk.frames.is_empty() && !is_logged(&transaction, query.caller, access)? {
            accesses.push(*access);
        }
        frames.extend(chunk.frames);
    }
    Ok((encode(&page.welcome(server, now())).into(), frames, accesses))
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
