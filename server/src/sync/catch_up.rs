//! What a device lacks, read from the log in pieces; and where it has more than the log, or another one.

use axum::body::Bytes;
use kring_domain::DocumentId;
use kring_sync::{Base, CatchUp, ChainHash, Cursor, EncodedEntry, ServerFrame, encode, encode_entries};
use rusqlite::Connection;

use crate::clock::now;
use crate::documents::recovery::recovery;
use crate::documents::table::{self, Head, LoadError};

/// About how many bytes of entries go into one frame; small enough that no connection keeps a large buffer.
const FRAME: usize = 2 * 1024;

/// How far a device is, and how sure that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) at: Base,
    /// The link that the device has there; `None` where the server has brought it there itself.
    pub(crate) chain: Option<ChainHash>,
}

/// One piece of catching up.
#[derive(Debug, Default)]
pub(crate) struct Piece {
    /// What to send.
    pub(crate) frames: Vec<Bytes>,
    /// How far the device is when it has these; `None` where there is no such document.
    pub(crate) reached: Option<Base>,
    /// Whether that is as far as the log was.
    pub(crate) is_last: bool,
    /// The device has more than the log, which ends here.
    pub(crate) ahead_of: Option<u64>,
}

/// How a device stands to the log.
enum Standing {
    /// On it, as far as can be seen.
    On,
    /// Beyond its end.
    Ahead,
    /// On another history.
    Apart,
}

impl From<Base> for Claim {
    fn from(at: Base) -> Self {
        Self { at, chain: None }
    }
}

impl From<Cursor> for Claim {
    fn from(Cursor { generation, sequence, chain, .. }: Cursor) -> Self {
        Self { at: Base { generation, sequence }, chain }
    }
}

/// Reads the next piece of a document for a device that is at `cursor`; of about `room` bytes, or one snapshot more.
///
/// A device that is ahead is asked for what it has. Where it has answered that already for the log as it is,
/// `answered`, it waits while the document recovers; after that the log counts.
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
    match standing(connection, document, cursor, &head)? {
        Standing::On => lacking(connection, document, &head, cursor.map(|claim| claim.at), room),
        Standing::Ahead if answered != Some(head.at.sequence) => {
            let Base { generation, sequence: after } = head.at;
            let missing = encode(&ServerFrame::Missing { document, generation, after }).into();
            Ok(Piece { frames: vec![missing], ahead_of: Some(after), is_last: true, ..Piece::default() })
        }
        Standing::Ahead if recovery(connection, document)?.is_some_and(|recovery| recovery.is_on(now())) => {
            Ok(Piece { ahead_of: Some(head.at.sequence), is_last: true, ..Piece::default() })
        }
        Standing::Ahead | Standing::Apart => whole(connection, document, &head, room, true),
    }
}

/// Whether a device has more than the log, or another history.
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
    let Some(Claim { at, chain }) = cursor else { return Ok(Standing::On) };
    if at.generation != head.at.generation {
        return Ok(if at.generation > head.at.generation { Standing::Apart } else { Standing::On });
    }
    if at.sequence > head.at.sequence {
        return Ok(Standing::Ahead);
    }
    let Some(chain) = chain else { return Ok(Standing::On) };
    let is_here = table::link(connection, document, at)?.is_none_or(|link| link == chain);
    Ok(if is_here { Standing::On } else { Standing::Apart })
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
    let (mut batch, mut size, mut total, mut reached) = (Vec::new(), 0, 0, after);
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
