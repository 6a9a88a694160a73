//! Reads what a device lacks from the log, in chunks, and sees where it has more than the log, or another one.

mod frame_builder;

use axum::body::Bytes;
use kring_domain::DocumentId;
use kring_sync::{CatchUp, Claim, Delivered, Position, Relation, ServerFrame, SyncAction, encode};
use rusqlite::Connection;

use crate::clock::now;
use crate::documents::queries::{self, Head, LoadError};
use crate::documents::recovery::{recovery, was_restored};
use frame_builder::FrameBuilder;

/// What a device takes at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// About how many bytes.
    pub(crate) bytes: usize,
    /// True when it reads packed frames.
    pub(crate) packs: bool,
}

/// One piece of catching up.
#[derive(Debug, Default)]
pub(crate) struct CatchUpChunk {
    /// The frames to send.
    pub(crate) frames: Vec<Bytes>,
    /// How far the device is when it has these; `None` where there is no such document.
    pub(crate) reached: Option<Position>,
    /// True when that is as far as the log was.
    pub(crate) is_last: bool,
    /// The device has more than the log, which ends here.
    pub(crate) ahead_of: Option<u64>,
}

impl CatchUpChunk {
    /// Returns what comes of it.
    pub(crate) fn delivered(&self) -> Delivered {
        Delivered { reached: self.reached, ahead_of: self.ahead_of }
    }
}

/// Reads the next piece of a document for a device that is at `cursor`; of about `room` bytes, or one snapshot more.
///
/// `answered` is the end of the log behind which the device has brought all it could.
///
/// Inside a transaction of the caller, so that head and entries are of one state.
pub(crate) fn next_chunk(
    connection: &Connection,
    document: DocumentId,
    cursor: Option<Claim>,
    answered: Option<u64>,
    room: Room,
) -> Result<CatchUpChunk, LoadError> {
    let Some(head) = queries::head(connection, document)? else {
        return Ok(CatchUpChunk { is_last: true, ..CatchUpChunk::default() });
    };
    let relation = relation(connection, document, cursor, &head)?;
    let is_recovering = match relation {
        Relation::Prefix | Relation::Diverged => false,
        Relation::Ahead => recovery(connection, document)?.is_some_and(|recovery| recovery.is_on(now())),
    };
    match relation.next_action(head.at, answered, is_recovering) {
        SyncAction::CatchUp => lacking(connection, document, &head, cursor.map(|claim| claim.at), room),
        SyncAction::RequestEntries => {
            let Position { generation, sequence: after } = head.at;
            let missing = encode(&ServerFrame::Missing { document, generation, after }).into();
            Ok(CatchUpChunk { frames: vec![missing], ahead_of: Some(after), is_last: true, ..CatchUpChunk::default() })
        }
        SyncAction::Wait => {
            Ok(CatchUpChunk { ahead_of: Some(head.at.sequence), is_last: true, ..CatchUpChunk::default() })
        }
        SyncAction::Replace => whole(connection, document, &head, room, true),
    }
}

/// Returns whether a device has more than the log, or another history.
pub(crate) fn has_diverged(connection: &Connection, document: DocumentId, cursor: Claim) -> Result<bool, LoadError> {
    let Some(head) = queries::head(connection, document)? else { return Ok(false) };
    Ok(!matches!(relation(connection, document, Some(cursor), &head)?, Relation::Prefix))
}

/// The last entry of a document's log.
pub(crate) fn log_end(connection: &Connection, document: DocumentId) -> Result<Option<u64>, LoadError> {
    Ok(queries::head(connection, document)?.map(|head| head.at.sequence))
}

fn relation(
    connection: &Connection,
    document: DocumentId,
    cursor: Option<Claim>,
    head: &Head,
) -> Result<Relation, LoadError> {
    let was_restored = || Ok(was_restored(connection, document)?);
    Relation::of(cursor, head.at, was_restored, |at| queries::chain_hash(connection, document, at))
}

fn lacking(
    connection: &Connection,
    document: DocumentId,
    head: &Head,
    cursor: Option<Position>,
    room: Room,
) -> Result<CatchUpChunk, LoadError> {
    match CatchUp::decide(cursor, head.at, head.snapshot) {
        CatchUp::Entries { after } => {
            entries(connection, document, head, Position { sequence: after, ..head.at }, room, Vec::new())
        }
        CatchUp::Snapshot => whole(connection, document, head, room, false),
        CatchUp::Current | CatchUp::Ahead { .. } => {
            Ok(CatchUpChunk { reached: Some(head.at), is_last: true, ..CatchUpChunk::default() })
        }
    }
}

/// The stored snapshot and what follows it; it `replaces` what the device has where that is another history.
fn whole(
    connection: &Connection,
    document: DocumentId,
    head: &Head,
    room: Room,
    replaces: bool,
) -> Result<CatchUpChunk, LoadError> {
    let generation = head.at.generation;
    let (sequence, bytes) = match queries::snapshot(connection, document, generation)? {
        Some(stored) => stored,
        None if generation == Position::GENESIS.generation => (0, kring_domain::genesis(head.kind).save()),
        None => return Err(LoadError::Damaged("snapshot")),
    };
    let at = Position { generation, sequence };
    let chain_hash = queries::chain_hash(connection, document, at)?;
    let room = Room { bytes: room.bytes.saturating_sub(bytes.len()), ..room };
    let frame = ServerFrame::Snapshot { document, generation, sequence, bytes, chain_hash, replaces };
    entries(connection, document, head, at, room, vec![encode(&frame).into()])
}

fn entries(
    connection: &Connection,
    document: DocumentId,
    head: &Head,
    after: Position,
    room: Room,
    mut frames: Vec<Bytes>,
) -> Result<CatchUpChunk, LoadError> {
    if after == head.at {
        return Ok(CatchUpChunk { frames, reached: Some(after), is_last: true, ahead_of: None });
    }
    let generation = after.generation;
    let mut builder = FrameBuilder::new(room.packs);
    let mut reached = after;
    let mut total = 0;
    queries::each_entry(connection, document, after, |sequence, bytes| {
        if builder.is_full(bytes.len())
            && let Some(frame) = builder.take(document, generation)
        {
            total += frame.len();
            frames.push(frame);
        }
        if total >= room.bytes && reached != after {
            return Ok(false);
        }
        builder.add(bytes)?;
        reached.sequence = sequence;
        Ok(true)
    })?;
    frames.extend(builder.take(document, generation));
    let is_last = reached.sequence >= head.at.sequence;
    Ok(CatchUpChunk { frames, reached: Some(reached), is_last, ahead_of: None })
}
