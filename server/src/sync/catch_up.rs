//! What a device lacks, read from the log in pieces; and where it has more than the log, or another one.

use axum::body::Bytes;
use kring_domain::DocumentId;
use kring_sync::{Base, CatchUp, Claim, EncodedEntry, Reach, ServerFrame, Standing, Way, encode, encode_entries};
use rusqlite::Connection;

use crate::clock::now;
use crate::documents::recovery::{recovery, was_restored};
use crate::documents::table::{self, Head, LoadError};

/// About how many bytes of entries go into one frame; small enough that no connection keeps a large buffer.
const FRAME: usize = 2 * 1024;

/// One piece of catching up.
#[derive(Debug, Default)]
pub(crate) struct Piece {
    /// What to send.
    pub(crate) frames: Vec<Bytes>,
    /// How far the device is when it has these; `None` where there is no such document.
    pub(crate) reached: Option<Base>,
    /// True when that is as far as the log was.
    pub(crate) is_last: bool,
    /// The device has more than the log, which ends here.
    pub(crate) ahead_of: Option<u64>,
}

impl Piece {
    /// Returns what comes of it.
    pub(crate) fn reach(&self) -> Reach {
        Reach { reached: self.reached, ahead_of: self.ahead_of }
    }
}

/// Reads the next piece of a document for a device that is at `cursor`; of about `room` bytes, or one snapshot more.
///
/// `answered` is the end of the log behind which the device has brought all it could.
///
/// Inside a transaction of the caller, so that head and entries are of one state.
pub(crate) fn next_piece(
    connection: &Connection,
    document: DocumentId,
    cursor: Option<Claim>,
    answered: Option<u64>,
    room: usize,
) -> Result<Piece, LoadError> {
    let Some(head) = table::head(connection, document)? else {
        return Ok(Piece { is_last: true, ..Piece::default() });
    };
    let standing = standing(connection, document, cursor, &head)?;
    let is_recovering = match standing {
        Standing::On | Standing::Apart => false,
        Standing::Ahead => recovery(connection, document)?.is_some_and(|recovery| recovery.is_on(now())),
    };
    match standing.way(head.at, answered, is_recovering) {
        Way::Lacking => lacking(connection, document, &head, cursor.map(|claim| claim.at), room),
        Way::Ask => {
            let Base { generation, sequence: after } = head.at;
            let missing = encode(&ServerFrame::Missing { document, generation, after }).into();
            Ok(Piece { frames: vec![missing], ahead_of: Some(after), is_last: true, ..Piece::default() })
        }
        Way::Wait => Ok(Piece { ahead_of: Some(head.at.sequence), is_last: true, ..Piece::default() }),
        Way::Replace => whole(connection, document, &head, room, true),
    }
}

/// Returns whether a device has more than the log, or another history.
pub(crate) fn is_apart(connection: &Connection, document: DocumentId, cursor: Claim) -> Result<bool, LoadError> {
    let Some(head) = table::head(connection, document)? else { return Ok(false) };
    Ok(!matches!(standing(connection, document, Some(cursor), &head)?, Standing::On))
}

/// The last entry of a document's log.
pub(crate) fn log_end(connection: &Connection, document: DocumentId) -> Result<Option<u64>, LoadError> {
    Ok(table::head(connection, document)?.map(|head| head.at.sequence))
}

fn standing(
    connection: &Connection,
    document: DocumentId,
    cursor: Option<Claim>,
    head: &Head,
) -> Result<Standing, LoadError> {
    let was_restored = || Ok(was_restored(connection, document)?);
    Standing::of(cursor, head.at, was_restored, |at| table::link(connection, document, at))
}

fn lacking(
    connection: &Connection,
    document: DocumentId,
    head: &Head,
    cursor: Option<Base>,
    room: usize,
) -> Result<Piece, LoadError> {
    match CatchUp::decide(cursor, head.at, head.snapshot) {
        CatchUp::Entries { after } => {
            entries(connection, document, head, Base { sequence: after, ..head.at }, room, Vec::new())
        }
        CatchUp::Snapshot => whole(connection, document, head, room, false),
        CatchUp::Current | CatchUp::Ahead { .. } => {
            Ok(Piece { reached: Some(head.at), is_last: true, ..Piece::default() })
        }
    }
}

/// The stored snapshot and what follows it; it `replaces` what the device has where that is another history.
fn whole(
    connection: &Connection,
    document: DocumentId,
    head: &Head,
    room: usize,
    replaces: bool,
) -> Result<Piece, LoadError> {
    let generation = head.at.generation;
    let (sequence, bytes) = match table::snapshot(connection, document, generation)? {
        Some(stored) => stored,
        None if generation == Base::GENESIS.generation => (0, kring_domain::genesis(head.kind).save()),
        None => return Err(LoadError::Damaged("snapshot")),
    };
    let at = Base { generation, sequence };
    let chain = table::link(connection, document, at)?;
    let room = room.saturating_sub(bytes.len());
    let frame = ServerFrame::Snapshot { document, generation, sequence, bytes, chain, replaces };
    entries(connection, document, head, at, room, vec![encode(&frame).into()])
}

fn entries(
    connection: &Connection,
    document: DocumentId,
    head: &Head,
    after: Base,
    room: usize,
    mut frames: Vec<Bytes>,
) -> Result<Piece, LoadError> {
    if after == head.at {
        return Ok(Piece { frames, reached: Some(after), is_last: true, ahead_of: None });
    }
    let mut batch = Vec::new();
    let mut size = 0;
    let mut total = 0;
    let mut reached = after;
    table::each_entry(connection, document, after, |sequence, bytes| {
        if size + bytes.len() > FRAME && !batch.is_empty() {
            frames.push(frame(document, after.generation, &mut batch));
            total += std::mem::take(&mut size);
        }
        if total >= room && reached != after {
            return Ok(false);
        }
        batch.push(EncodedEntry::from_stored(bytes.to_vec()));
        size += bytes.len();
        reached.sequence = sequence;
        Ok(true)
    })?;
    if !batch.is_empty() {
        frames.push(frame(document, after.generation, &mut batch));
    }
    let is_last = reached.sequence >= head.at.sequence;
    Ok(Piece { frames, reached: Some(reached), is_last, ahead_of: None })
}

fn frame(document: DocumentId, generation: u64, batch: &mut Vec<EncodedEntry>) -> Bytes {
    encode_entries(document, generation, std::mem::take(batch).iter()).into()
}
