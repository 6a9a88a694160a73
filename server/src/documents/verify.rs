//! Verifies stored logs: each entry behind the one before it, under this server's signature.

use ed25519_dalek::{Signature, SigningKey};
use kring_domain::{DocumentId, DocumentKind};
use kring_sync::{ChainHash, EncodedEntry, Position};
use rusqlite::Connection;
use serde::Serialize;
use thiserror::Error;
use uuid::Uuid;

use super::key::find_key;
use super::queries;
pub use super::queries::LoadError;

/// The end of a document's log.
#[derive(Clone, Debug, Serialize)]
pub struct LogHead {
    document: DocumentId,
    kind: DocumentKind,
    generation: u64,
    sequence: u64,
}

impl LogHead {
    /// Returns how many entries the present generation has.
    pub fn entries(&self) -> u64 {
        self.sequence
    }
}

/// A log that is not whole.
#[derive(Debug, Error)]
pub enum LogError {
    /// It cannot be read at all.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// It is not what this server wrote.
    #[error("the log of document {document} is damaged at entry {sequence}: {what}")]
    Damaged {
        /// The document.
        document: DocumentId,
        /// The entry.
        sequence: u64,
        /// The fault.
        what: &'static str,
    },
}

impl From<rusqlite::Error> for LogError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Load(error.into())
    }
}

/// Returns whether two databases were written by one server: their logs are signed by one key.
pub(crate) fn are_of_one_server(one: &Connection, other: &Connection) -> Result<bool, LogError> {
    let key =
        |connection| Ok::<_, LogError>(find_key(connection).map_err(LoadError::from)?.map(|key| key.verifying_key()));
    let one = key(one)?;
    let other = key(other)?;
    Ok(one.is_some() && one == other)
}

/// Returns where every log ends.
pub fn log_heads(connection: &Connection) -> Result<Vec<LogHead>, LogError> {
    let mut query = connection.prepare("SELECT document_id FROM documents ORDER BY document_id")?;
    let documents = query.query_map([], |row| row.get(0).map(Uuid::from_bytes))?;
    let mut heads = Vec::new();
    for document in documents {
        let document = DocumentId::new(document?);
        let Some(head) = queries::head(connection, document)? else { continue };
        let Position { generation, sequence } = head.at;
        heads.push(LogHead { document, kind: head.kind, generation, sequence });
    }
    Ok(heads)
}

/// Reads every log from its start to its end, and checks each chain hash and each signature.
pub fn verify_logs(connection: &Connection) -> Result<Vec<LogHead>, LogError> {
    let heads = log_heads(connection)?;
    let key = find_key(connection).map_err(LoadError::from)?;
    for head in &heads {
        verify(connection, head, key.as_ref())?;
        // Behind an erasure the snapshot is all that there is of a document.
        queries::load(connection, head.document)?;
    }
    Ok(heads)
}

fn verify(connection: &Connection, head: &LogHead, key: Option<&SigningKey>) -> Result<(), LogError> {
    let document = head.document;
    let damaged = |sequence, what| LogError::Damaged { document, sequence, what };
    let start = Position { generation: head.generation, sequence: 0 };
    let first = queries::chain_hash(connection, document, start)?;
    let Some(mut chain_hash): Option<ChainHash> = first else { return Err(damaged(0, "where it begins is not known")) };
    let mut expected = 1;
    let mut is_signed = true;
    let mut fault = None;
    queries::each_entry(connection, document, start, |sequence, bytes| {
        let Ok(entry) = EncodedEntry::from_stored(bytes.to_vec()).decode() else {
            fault = Some((sequence, "not an entry"));
            return Ok(false);
        };
        chain_hash = chain_hash.next(&entry);
        is_signed = !entry.signature.is_empty();
        let is_good = |key: &SigningKey| {
            let signature = Signature::from_slice(&entry.signature);
            signature.is_ok_and(|signature| key.verify(chain_hash.as_bytes(), &signature).is_ok())
        };
        if entry.sequence != expected || sequence != expected {
            fault = Some((expected, "it is missing"));
        } else if is_signed && !key.is_some_and(is_good) {
            fault = Some((sequence, "the signature is not good"));
        }
        expected += 1;
        Ok(fault.is_none())
    })?;
    match fault {
        Some((sequence, what)) => Err(damaged(sequence, what)),
        None if expected != head.sequence + 1 => Err(damaged(expected, "it is missing")),
        None if !is_signed => Err(damaged(head.sequence, "the last entry is not signed")),
        None if queries::head_chain_hash(connection, document)? != Some(chain_hash) => {
            Err(damaged(head.sequence, "the chain ends elsewhere"))
        }
        None => Ok(()),
    }
}
