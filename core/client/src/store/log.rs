//! Entries kept whole for a server that loses them, and the person's own edits after they were shared.

use kring_domain::{CommandId, DocumentId, Timestamp};
use kring_sync::{EncodedEntry, Entry, OwnEdit, Position};
use rusqlite::{Connection, params};

use super::edits::{SHARED, command};
use super::value::{signed, uuid};
use super::{Store, StoreError};

/// The number of entries of a document that are kept behind the snapshot.
const MAX_KEPT_ENTRIES: u64 = 20_000;

impl Store {
    /// The kept entries of a document that follow a place without a gap, of about `room` bytes.
    pub(crate) fn entries_after(
        &self,
        document: DocumentId,
        after: Position,
        room: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let sql = "SELECT entry FROM entries JOIN documents USING (document_id)
            WHERE document_id = ?1 AND generation = ?2 AND entries.sequence > ?3 ORDER BY entries.sequence";
        let mut statement = self.connection.prepare_cached(sql)?;
        let generation = signed(after.generation);
        let sequence = signed(after.sequence);
        let mut rows = statement.query(params![document.uuid().as_bytes(), generation, sequence])?;
        let (mut entries, mut size): (Vec<Entry>, usize) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let bytes: Vec<u8> = row.get(0)?;
            size += bytes.len();
            if size > room && !entries.is_empty() {
                break;
            }
            let entry = decode(bytes)?;
            if entry.sequence != after.sequence + entries.len() as u64 + 1 {
                break;
            }
            entries.push(entry);
        }
        Ok(entries)
    }

    /// The edits of a document that were shared and are remembered, in the order in which they were made.
    pub(crate) fn shared_edits(&self, document: DocumentId) -> Result<Vec<OwnEdit>, StoreError> {
        let sql =
            "SELECT command_id, made_at, command FROM edits WHERE document_id = ?1 AND state = ?2 ORDER BY number";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![document.uuid().as_bytes(), SHARED])?;
        let mut edits = Vec::new();
        while let Some(row) = rows.next()? {
            let id = CommandId::new(uuid(row, 0)?);
            let made_at = Some(Timestamp::from_millis(row.get(1)?));
            edits.push(OwnEdit { id, command: command(row.get(2)?)?, made_at });
        }
        Ok(edits)
    }

    /// The changes of a document behind its snapshot.
    pub(super) fn tail(&self, document: DocumentId) -> Result<Vec<Vec<u8>>, StoreError> {
        let sql = "SELECT entry FROM entries JOIN documents USING (document_id)
            WHERE document_id = ?1 AND entries.sequence > folded ORDER BY entries.sequence";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([document.uuid().as_bytes()])?;
        let mut changes = Vec::new();
        while let Some(row) = rows.next()? {
            changes.push(decode(row.get(0)?)?.change);
        }
        Ok(changes)
    }
}

/// Keeps entries that follow those that are here.
pub(super) fn keep(connection: &Connection, document: DocumentId, entries: &[Entry]) -> Result<(), StoreError> {
    let sql = "INSERT INTO entries (document_id, sequence, entry) VALUES (?1, ?2, ?3)";
    let mut statement = connection.prepare_cached(sql)?;
    for entry in entries {
        let encoded = EncodedEntry::new(entry);
        statement.execute(params![document.uuid().as_bytes(), signed(entry.sequence), encoded.as_bytes()])?;
    }
    Ok(())
}

/// Drops the entries that are too far behind a place.
pub(super) fn trim(connection: &Connection, document: DocumentId, at: u64) -> Result<(), StoreError> {
    let sql = "DELETE FROM entries WHERE document_id = ?1 AND sequence <= ?2";
    let last = signed(at.saturating_sub(MAX_KEPT_ENTRIES));
    connection.prepare_cached(sql)?.execute(params![document.uuid().as_bytes(), last])?;
    Ok(())
}

/// Drops every entry of a document.
pub(super) fn forget(connection: &Connection, document: DocumentId) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM entries WHERE document_id = ?1")?.execute([document.uuid().as_bytes()])?;
    Ok(())
}

fn decode(bytes: Vec<u8>) -> Result<Entry, StoreError> {
    EncodedEntry::from_stored(bytes).decode().map_err(|_| StoreError::Damaged)
}
