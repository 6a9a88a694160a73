//! What a device lacks, read from the log in pieces.

use axum::body::Bytes;
use kring_domain::DocumentId;
use kring_sync::{Base, CatchUp, EncodedEntry, ServerFrame, encode, encode_entries};
use rusqlite::Connection;

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
    /// Whether that is as far as the log was.
    pub(crate) is_last: bool,
}

/// Reads the next piece of a document for a device that is at `cursor`; of about `room` bytes, or one snapshot more.
pub(crate) fn next_piece(
    connection: &Connection,
    document: DocumentId,
    cursor: Option<Base>,
    room: usize,
) -> Result<Piece, LoadError> {
    let transaction = connection.unchecked_transaction()?;
    let Some(head) = table::head(&transaction, document)? else {
        return Ok(Piece { is_last: true, ..Piece::default() });
    };
    let here = Base { generation: head.at.generation, sequence: 0 };
    match CatchUp::decide(cursor, head.at, head.snapshot) {
        CatchUp::Current => Ok(Piece { frames: Vec::new(), reached: Some(head.at), is_last: true }),
        CatchUp::Entries { after } => {
            entries(&transaction, document, &head, Base { sequence: after, ..here }, room, Vec::new())
        }
        CatchUp::Snapshot => {
            let Some((sequence, bytes)) = table::snapshot(&transaction, document, here.generation)? else {
                return Err(LoadError::Damaged("snapshot"));
            };
            let room = room.saturating_sub(bytes.len());
            let frame = ServerFrame::Snapshot { document, generation: here.generation, sequence, bytes };
            entries(&transaction, document, &head, Base { sequence, ..here }, room, vec![encode(&frame).into()])
        }
        CatchUp::Ahead { after } => {
            let frame = ServerFrame::Missing { document, generation: here.generation, after };
            Ok(Piece { frames: vec![encode(&frame).into()], reached: Some(head.at), is_last: true })
        }
    }
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
    Ok(Piece { frames, reached: Some(reached), is_last: reached.sequence >= head.at.sequence })
}

fn frame(document: DocumentId, generation: u64, batch: &mut Vec<EncodedEntry>) -> Bytes {
    encode_entries(document, generation, std::mem::take(batch).iter()).into()
}
