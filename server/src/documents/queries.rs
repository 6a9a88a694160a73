//! The documents in the database.

use std::collections::{BTreeMap, BTreeSet};

use kring_domain::{CommandId, DocumentId, DocumentKind, PersonId, Role, SpaceId};
use kring_sync::{Admission, ChainHash, EncodedEntry, Entry, EntryMeta, Position, StoredLog, Verdict};
use rusqlite::{Connection, OptionalExtension, Row, params};
use thiserror::Error;
use uuid::Uuid;

use crate::accounts::AccountError;
use crate::store::StoreError;

/// Why a stored document is not in memory.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The database could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored is not a document.
    #[error("the stored document is damaged: {0}")]
    Damaged(&'static str),
    /// What is in memory could not be made durable.
    #[error("the documents are not available")]
    Unavailable,
}

impl LoadError {
    /// Returns whether what is stored is not what was written.
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            Self::Damaged(_) => true,
            Self::Store(error) => error.is_damage(),
            Self::Unavailable => false,
        }
    }
}

impl From<rusqlite::Error> for LoadError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<AccountError> for LoadError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Store(error) => Self::Store(error),
            _ => Self::Damaged("seats"),
        }
    }
}

/// A document's row.
pub(crate) struct Head {
    pub(crate) kind: DocumentKind,
    pub(crate) at: Position,
    /// The last entry in the stored snapshot; 0 where there is none.
    pub(crate) snapshot: u64,
    chain_hash: Option<[u8; 32]>,
    start: Option<Vec<u8>>,
}

/// An entry with all that is kept beside it.
pub(crate) struct EntryRow {
    pub(crate) sequence: u64,
    pub(crate) command_id: CommandId,
    pub(crate) is_suggestion: bool,
    pub(crate) role: Role,
    pub(crate) meta: EntryMeta,
    pub(crate) entry: EncodedEntry,
    pub(crate) command: String,
    pub(crate) chain_hash: ChainHash,
}

/// A verdict on a command that is no entry, and the command where it is held.
pub(crate) struct VerdictRow {
    pub(crate) verdict: Verdict,
    pub(crate) held: Option<String>,
}

/// Returns where a document is.
pub(crate) fn head(connection: &Connection, document: DocumentId) -> Result<Option<Head>, LoadError> {
    let mut query = connection.prepare_cached(
        "SELECT kind, generation, sequence, snapshot_sequence, chain, start_heads FROM documents
         WHERE document_id = ?1",
    )?;
    let head = query.query_row([document.uuid().as_bytes()], |row| {
        let kind: String = row.get(0)?;
        let at = Position { generation: number(row, 1)?, sequence: number(row, 2)? };
        let snapshot = number(row, 3)?;
        let chain_hash = row.get(4)?;
        let start = row.get(5)?;
        Ok(DocumentKind::from_name(&kind).map(|kind| Head { kind, at, snapshot, chain_hash, start }))
    });
    match head.optional()? {
        Some(None) => Err(LoadError::Damaged("kind")),
        Some(head) => Ok(head),
        None => Ok(None),
    }
}

/// The space that a document belongs to.
pub(crate) fn space_of(connection: &Connection, document: DocumentId) -> Result<Option<SpaceId>, StoreError> {
    let mut query = connection.prepare_cached("SELECT space_id FROM documents WHERE document_id = ?1")?;
    let space = query.query_row([document.uuid()], |row| Ok(SpaceId::new(row.get(0)?)));
    Ok(space.optional()?)
}

/// Returns what commands of this person were answered before; of anybody else's nothing is told.
pub(crate) fn verdicts_of(
    connection: &Connection,
    document: DocumentId,
    person: PersonId,
    ids: &BTreeSet<CommandId>,
) -> Result<BTreeMap<CommandId, Verdict>, LoadError> {
    let mut verdicts = BTreeMap::new();
    let sql = "SELECT verdict FROM verdicts WHERE document_id = ?1 AND command_id = ?2";
    let mut query = connection.prepare_cached(sql)?;
    for id in ids {
        let text = query.query_row(params![document.uuid(), id.uuid()], |row| row.get::<_, String>(0)).optional()?;
        if let Some(text) = text {
            verdicts.insert(*id, serde_json::from_str(&text).map_err(|_| LoadError::Damaged("verdict"))?);
        }
    }
    // Once over the log: it has no index by command, since its writer keeps that in memory.
    let sql = "SELECT command_id, generation, sequence, is_suggestion, entry FROM entries WHERE document_id = ?1";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query([document.uuid()])?;
    while let Some(row) = rows.next()? {
        let id = CommandId::new(row.get(0)?);
        if !ids.contains(&id) {
            continue;
        }
        let bytes = row.get_ref(4)?.as_blob().map_err(rusqlite::Error::from)?;
        let entry: Entry = ciborium::from_reader(bytes).map_err(|_| LoadError::Damaged("entry"))?;
        if entry.person == person {
            let at = Position { generation: number(row, 1)?, sequence: number(row, 2)? };
            verdicts.insert(id, Verdict::admitted(id, at, row.get(3)?));
        }
    }
    let sql = "SELECT command_id, generation, sequence, is_suggestion FROM former_entries
               WHERE document_id = ?1 AND person_id = ?2";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query(params![document.uuid(), person.uuid()])?;
    while let Some(row) = rows.next()? {
        let id = CommandId::new(row.get(0)?);
        if ids.contains(&id) {
            let at = Position { generation: number(row, 1)?, sequence: number(row, 2)? };
            verdicts.insert(id, Verdict::admitted(id, at, row.get(3)?));
        }
    }
    Ok(verdicts)
}

/// Returns whether somebody is in the document's space, in a role.
pub(crate) fn is_member(
    connection: &Connection,
    document: DocumentId,
    person: PersonId,
    role: Role,
) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT 1 FROM documents JOIN members USING (space_id) WHERE document_id = ?1 AND person_id = ?2 AND role = ?3",
    )?;
    Ok(query.exists(params![document.uuid(), person.uuid(), role.name()])?)
}

/// Returns whether the space of a document has a client.
pub(crate) fn has_client(connection: &Connection, document: DocumentId) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT 1 FROM documents JOIN members USING (space_id) WHERE document_id = ?1 AND role = 'client'",
    )?;
    Ok(query.exists([document.uuid()])?)
}

/// The document as its writer needs it, and the last entry in its stored snapshot.
pub(crate) fn load(connection: &Connection, document: DocumentId) -> Result<Option<(Admission, u64)>, LoadError> {
    let transaction = connection.unchecked_transaction()?;
    let Some(head) = head(&transaction, document)? else { return Ok(None) };
    let snapshot = snapshot(&transaction, document, head.at.generation)?;
    let covered = snapshot.as_ref().map_or(0, |(sequence, _)| *sequence);
    let mut stored = StoredLog {
        generation: head.at.generation,
        start: head.start.as_deref().unwrap_or_default().as_chunks::<32>().0.to_vec(),
        snapshot: snapshot.map(|(_, bytes)| bytes),
        chain_hash: head.chain_hash,
        ..StoredLog::default()
    };
    read_verdicts(&transaction, document, &mut stored)?;
    stored.verdicts.extend(former_verdicts(&transaction, document)?);
    read_metas(&transaction, document, head.at.generation, &mut stored)?;
    let from = Position { sequence: covered, ..head.at };
    each_entry(&transaction, document, from, |_, bytes| {
        let entry: Entry = ciborium::from_reader(bytes).map_err(|_| LoadError::Damaged("entry"))?;
        stored.tail.push(entry.change);
        Ok(true)
    })?;
    if stored.metas.len() as u64 != head.at.sequence {
        return Err(LoadError::Damaged("sequence"));
    }
    let admission = Admission::restore(document, head.kind, stored).map_err(|_| LoadError::Damaged("history"))?;
    Ok(Some((admission, covered)))
}

/// The stored snapshot of a generation, and the last entry in it.
pub(crate) fn snapshot(
    connection: &Connection,
    document: DocumentId,
    generation: u64,
) -> Result<Option<(u64, Vec<u8>)>, LoadError> {
    let mut query = connection
        .prepare_cached("SELECT sequence, bytes FROM snapshots WHERE document_id = ?1 AND generation = ?2")?;
    let found = query
        .query_row(params![document.uuid().as_bytes(), signed(generation)], |row| Ok((number(row, 0)?, row.get(1)?)));
    Ok(found.optional()?)
}

/// The chain hash at the end of a document's log.
pub(crate) fn head_chain_hash(connection: &Connection, document: DocumentId) -> Result<Option<ChainHash>, LoadError> {
    let Some(head) = head(connection, document)? else { return Ok(None) };
    let start = || ChainHash::start(document, head.at.generation);
    Ok(Some(head.chain_hash.map_or_else(start, ChainHash::from_stored)))
}

/// The chain hash of an entry, or of the start of its generation; `None` where it is not known.
pub(crate) fn chain_hash(
    connection: &Connection,
    document: DocumentId,
    at: Position,
) -> Result<Option<ChainHash>, LoadError> {
    if at == Position::GENESIS {
        return Ok(Some(ChainHash::start(document, at.generation)));
    }
    if at.sequence == 0 {
        let mut query =
            connection.prepare_cached("SELECT start_link FROM documents WHERE document_id = ?1 AND generation = ?2")?;
        let chain_hash: Option<Option<[u8; 32]>> =
            query.query_row(params![document.uuid().as_bytes(), signed(at.generation)], |row| row.get(0)).optional()?;
        return Ok(chain_hash.flatten().map(ChainHash::from_stored));
    }
    let mut query = connection
        .prepare_cached("SELECT link FROM entries WHERE document_id = ?1 AND generation = ?2 AND sequence = ?3")?;
    let generation = signed(at.generation);
    let sequence = signed(at.sequence);
    let chain_hash: Option<Option<[u8; 32]>> =
        query.query_row(params![document.uuid().as_bytes(), generation, sequence], |row| row.get(0)).optional()?;
    Ok(chain_hash.flatten().map(ChainHash::from_stored))
}

/// Hands over the encoded entries after a base, in order, until there are no more or `take` has enough.
pub(crate) fn each_entry(
    connection: &Connection,
    document: DocumentId,
    after: Position,
    mut take: impl FnMut(u64, &[u8]) -> Result<bool, LoadError>,
) -> Result<(), LoadError> {
    let mut query = connection.prepare_cached(
        "SELECT sequence, entry FROM entries WHERE document_id = ?1 AND generation = ?2 AND sequence > ?3
         ORDER BY sequence",
    )?;
    let mut rows =
        query.query(params![document.uuid().as_bytes(), signed(after.generation), signed(after.sequence)])?;
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        if !take(number(row, 0)?, bytes)? {
            break;
        }
    }
    Ok(())
}

/// Moves a document's head, where it still is at `before`; says whether it was.
pub(crate) fn advance(
    connection: &Connection,
    document: DocumentId,
    before: Position,
    sequence: u64,
    chain_hash: &[u8; 32],
) -> Result<bool, StoreError> {
    let mut update = connection.prepare_cached(
        "UPDATE documents SET sequence = ?4, chain = ?5 WHERE document_id = ?1 AND generation = ?2 AND sequence = ?3",
    )?;
    let generation = signed(before.generation);
    let expected = signed(before.sequence);
    Ok(update.execute(params![document.uuid().as_bytes(), generation, expected, signed(sequence), chain_hash])? == 1)
}

/// Returns whether a document's head is at `expected`.
pub(crate) fn is_at(connection: &Connection, document: DocumentId, expected: Position) -> Result<bool, StoreError> {
    let mut query = connection
        .prepare_cached("SELECT 1 FROM documents WHERE document_id = ?1 AND generation = ?2 AND sequence = ?3")?;
    Ok(query.exists(params![document.uuid().as_bytes(), signed(expected.generation), signed(expected.sequence)])?)
}

/// Appends an entry.
pub(crate) fn insert_entry(
    connection: &Connection,
    document: DocumentId,
    generation: u64,
    row: &EntryRow,
) -> Result<(), StoreError> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO entries
         (document_id, generation, sequence, command_id, is_suggestion, role, mark, entry, command, link)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    insert.execute(params![
        document.uuid().as_bytes(),
        signed(generation),
        signed(row.sequence),
        row.command_id.uuid().as_bytes(),
        row.is_suggestion,
        row.role.name(),
        row.meta.to_bytes(),
        row.entry.as_bytes(),
        row.command,
        row.chain_hash.as_bytes(),
    ])?;
    Ok(())
}

/// Records the verdict on a command that is no entry.
pub(crate) fn insert_verdict(
    connection: &Connection,
    document: DocumentId,
    row: &VerdictRow,
) -> Result<(), StoreError> {
    let mut insert = connection
        .prepare_cached("INSERT INTO verdicts (document_id, command_id, verdict, held) VALUES (?1, ?2, ?3, ?4)")?;
    // A verdict is plain data, which always has a JSON form.
    let verdict = serde_json::to_string(&row.verdict).unwrap_or_default();
    insert.execute(params![document.uuid().as_bytes(), row.verdict.id.uuid().as_bytes(), verdict, row.held])?;
    Ok(())
}

/// Replaces the stored snapshot.
pub(crate) fn replace_snapshot(
    connection: &Connection,
    document: DocumentId,
    at: Position,
    bytes: &[u8],
) -> Result<(), StoreError> {
    let generation = signed(at.generation);
    let sequence = signed(at.sequence);
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO snapshots (document_id, generation, sequence, bytes) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![document.uuid().as_bytes(), generation, sequence, bytes])?;
    connection
        .prepare_cached("UPDATE documents SET snapshot_sequence = ?2 WHERE document_id = ?1")?
        .execute(params![document.uuid().as_bytes(), sequence])?;
    Ok(())
}

/// A count as SQLite keeps it.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A count out of a row.
pub(crate) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(|number| u64::try_from(number).unwrap_or(0))
}

fn read_metas(
    connection: &Connection,
    document: DocumentId,
    generation: u64,
    stored: &mut StoredLog,
) -> Result<(), LoadError> {
    let mut query = connection.prepare_cached(
        "SELECT sequence, command_id, is_suggestion, mark FROM entries WHERE document_id = ?1 AND generation = ?2
         ORDER BY sequence",
    )?;
    let mut rows = query.query(params![document.uuid().as_bytes(), signed(generation)])?;
    while let Some(row) = rows.next()? {
        let meta = row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
        stored.metas.push(EntryMeta::from_bytes(meta).ok_or(LoadError::Damaged("mark"))?);
        stored.verdicts.push(Verdict::admitted(
            CommandId::new(Uuid::from_bytes(row.get(1)?)),
            Position { generation, sequence: number(row, 0)? },
            row.get(2)?,
        ));
    }
    Ok(())
}

fn read_verdicts(connection: &Connection, document: DocumentId, stored: &mut StoredLog) -> Result<(), LoadError> {
    let mut query = connection.prepare_cached("SELECT verdict FROM verdicts WHERE document_id = ?1")?;
    let mut rows = query.query([document.uuid().as_bytes()])?;
    while let Some(row) = rows.next()? {
        let text = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        stored.verdicts.push(serde_json::from_str(text).map_err(|_| LoadError::Damaged("verdict"))?);
    }
    Ok(())
}

/// The verdicts on the commands of earlier generations, and on those that began one.
fn former_verdicts(connection: &Connection, document: DocumentId) -> Result<Vec<Verdict>, LoadError> {
    let mut query = connection.prepare_cached(
        "SELECT command_id, generation, sequence, is_suggestion FROM former_entries WHERE document_id = ?1",
    )?;
    let verdicts = query.query_map([document.uuid().as_bytes()], |row| {
        let position = Position { generation: number(row, 1)?, sequence: number(row, 2)? };
        Ok(Verdict::admitted(CommandId::new(Uuid::from_bytes(row.get(0)?)), position, row.get(3)?))
    })?;
    Ok(verdicts.collect::<Result<_, _>>()?)
}
