//! Reads a damaged file row by row, as far as it can be read.

mod table;

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use kring_domain::{CommandId, DeviceId, DocumentId, PersonId, RefusalCode, ServerId, SpaceId, Timestamp};
use kring_sync::{DeviceIdentity, EditState, Pending, Position, RawCommand, SettledEdit, StoreOp, Submission};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, Row};
use serde_json::{Value, json};
use uuid::Uuid;

use super::account;
use super::edits::{HELD, NOT_ACCEPTED, SAVED_HERE, SHARED, because, first};
use super::files::{remove, with_suffix};
use super::value::{number, parse, uuid};
use super::{DatabaseFile, LocalSpace, Store, StoreError, read_log, sign_in};
use crate::account::{Account, Credentials, PendingSignIn};
use table::Table;

/// The size of a page, which is SQLite's default.
const PAGE: usize = 4096;

/// The finds of a rescue.
#[derive(Default)]
pub(crate) struct Salvaged {
    pub(crate) account: Option<Account>,
    pub(crate) credentials: Option<Credentials>,
    pending_sign_in: Option<PendingSignIn>,
    pub(crate) spaces: Vec<LocalSpace>,
    /// [`StoreOp::PutDocument`] for each document.
    documents: Vec<(DocumentId, StoreOp)>,
    edits: Vec<Found>,
    read_log: Option<read_log::Salvaged>,
}

/// An edit that was not shared.
struct Found {
    document: DocumentId,
    pending: Pending,
    end: Option<EditState>,
}

impl Salvaged {
    /// Reads what can be read; of a file that is no database at all, nothing.
    ///
    /// # Errors
    ///
    /// Where it may be readable another time: somebody else has it open, or the disk is full.
    pub(crate) fn read(file: DatabaseFile<'_>) -> Result<Self, StoreError> {
        if let Some(connection) = connect(file)? {
            return Ok(Self::of(connection, file));
        }
        let fresh = with_suffix(file.path(), ".fresh");
        let copy = with_suffix(file.path(), ".head");
        // What a rescue left that was cut off.
        remove(&fresh);
        remove(&copy);
        let found = with_new_head(file, &fresh, &copy).and_then(|is_made| {
            let connection = if is_made { connect(file.at(&copy))? } else { None };
            Ok(connection.map(|connection| Self::of(connection, file.at(&copy))).unwrap_or_default())
        });
        remove(&fresh);
        remove(&copy);
        found
    }

    fn of(connection: Connection, file: DatabaseFile<'_>) -> Self {
        let one = |sql: &str| connection.prepare(sql).ok();
        let account = one("SELECT person_id, device_id, server FROM account")
            .and_then(|mut query| query.query_row([], owner).ok());
        // A column of its own: the file may be of a version that did not have it.
        let server_id = one("SELECT server_id FROM account")
            .and_then(|mut query| query.query_row([], |row| row.get::<_, Option<[u8; 16]>>(0)).ok().flatten());
        let server_id = server_id.map(|bytes| ServerId::new(Uuid::from_bytes(bytes)));
        let is_copy =
            one("SELECT is_copy FROM account").and_then(|mut query| query.query_row([], |row| row.get(0)).ok());
        let is_copy = is_copy.unwrap_or(false);
        let account = account.map(|account| Account { server_id, is_copy, ..account });
        let identity = account.as_ref().map(|account| account.identity);
        let read_log = identity.map_or(Ok(None), |identity| read_log::salvage_read_log(&connection, identity));
        // Without its read log the server takes nothing more from a device: it signs in anew, as another.
        let credentials = read_log.is_ok().then(|| account::credentials(&connection).ok().flatten()).flatten();
        Self {
            account,
            credentials,
            pending_sign_in: sign_in::pending_sign_in(&connection).ok().flatten(),
            read_log: read_log.ok().flatten(),
            spaces: each(&connection, "SELECT space_id, name FROM spaces WHERE is_local = 1", space),
            documents: each(
                &connection,
                "SELECT document_id, kind, space_id, role, access, known FROM documents",
                document,
            ),
            edits: Table { connection, file }.edits(),
        }
    }

    /// Writes it into a new file.
    pub(crate) fn write(mut self, store: &mut Store) -> Result<(), StoreError> {
        if let Some(account) = &self.account {
            match &self.credentials {
                Some(credentials) => store.sign_in(account, credentials)?,
                None => store.put_identity(account)?,
            }
        }
        if let Some(pending) = &self.pending_sign_in {
            store.put_pending_sign_in(pending)?;
        }
        if let Some(read_log) = &self.read_log {
            read_log::put_read_log(&store.connection, read_log)?;
        }
        self.name_spaces();
        let known: Vec<DocumentId> = self.documents.iter().map(|(document, _)| *document).collect();
        let mut ops: Vec<StoreOp> = self.documents.into_iter().map(|(_, op)| op).collect();
        for Found { document, pending, end } in self.edits {
            let Submission { id, made_at, command, .. } = pending.submission.clone();
            ops.push(StoreOp::PutPending { document, pending });
            let lost = || EditState::not_accepted(RefusalCode::Unknown);
            // Where nobody knows any more what it was an edit of, it cannot be sent; its text is kept.
            if let Some(state) = end.or_else(|| (!known.contains(&document)).then(lost)) {
                ops.push(StoreOp::Settle { document, edit: SettledEdit { id, state, command, made_at } });
            }
        }
        store.apply(&ops, &self.spaces)
    }
}

impl Salvaged {
    /// A space that was made here and lost its name gets another: without one it would never be shared.
    fn name_spaces(&mut self) {
        let unnamed = self.documents.iter().filter_map(|(_, op)| match op {
            StoreOp::PutDocument { space, known: false, .. } => Some(*space),
            _ => None,
        });
        for id in unnamed.collect::<BTreeSet<SpaceId>>() {
            if self.spaces.iter().all(|space| space.id != id) {
                self.spaces.push(LocalSpace { id, name: "Kring".to_owned() });
            }
        }
    }
}

/// Opens a damaged file; `None` where nothing of it can be read.
fn connect(file: DatabaseFile<'_>) -> Result<Option<Connection>, StoreError> {
    let opened = file.connect().and_then(|connection| {
        // What the file was like is kept for whoever wants to look at it.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE; PRAGMA cell_size_check = ON;")?;
        let tables = "SELECT count(*) FROM sqlite_schema WHERE name = 'edits'";
        let is_readable = connection.query_row(tables, [], |row| row.get::<_, i64>(0))? == 1;
        Ok(is_readable.then_some(connection))
    });
    match opened {
        Err(StoreError::InUse) => Err(StoreError::InUse),
        Err(StoreError::Database(error)) if error.sqlite_error_code() == Some(ErrorCode::DiskFull) => Err(error.into()),
        opened => Ok(opened.ok().flatten()),
    }
}

/// Makes a copy whose first page, which says where everything is, is that of a new file; without that of an encrypted file
/// nothing of it can be read. Says whether there is one now.
fn with_new_head(file: DatabaseFile<'_>, fresh: &Path, copy: &Path) -> Result<bool, StoreError> {
    let Some(mut bytes) = fs::read(file.path()).ok().filter(|_| !file.is_locked()) else { return Ok(false) };
    drop(Store::open(fresh)?);
    let mut head = fs::read(fresh)?;
    head.truncate(PAGE);
    let pages = u32::try_from(bytes.len() / PAGE).unwrap_or(u32::MAX);
    let (Some(whole), Some(count)) = (bytes.get_mut(..PAGE), head.get_mut(28..32)) else { return Ok(false) };
    count.copy_from_slice(&pages.to_be_bytes());
    head.get_mut(32..40).into_iter().for_each(|free| free.fill(0));
    whole.copy_from_slice(&head);
    fs::write(copy, bytes)?;
    match fs::copy(with_suffix(file.path(), "-wal"), with_suffix(copy, "-wal")) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(true),
    }
}

/// The rows of a small table, up to the first that cannot be read.
fn each<T>(connection: &Connection, sql: &str, read: fn(&Row<'_>) -> Result<T, StoreError>) -> Vec<T> {
    let mut found = Vec::new();
    let Ok(mut query) = connection.prepare(sql) else { return found };
    let Ok(mut rows) = query.query([]) else { return found };
    while let Ok(Some(row)) = rows.next() {
        found.extend(read(row));
    }
    found
}

/// An edit that was not shared, whatever of it can be read.
fn edit(row: &Row<'_>) -> Option<Found> {
    let state = row.get_ref(8).ok().and_then(|state| state.as_str().ok().map(str::to_owned)).unwrap_or_default();
    let words = || row.get::<_, String>(9).unwrap_or_default();
    let code = || parse(first(&words())).unwrap_or(RefusalCode::Unknown);
    let field = || row.get(10).ok().flatten();
    let mut end = match state.as_str() {
        SHARED => return None,
        SAVED_HERE => None,
        HELD => Some(EditState::Held { code: code() }),
        NOT_ACCEPTED => Some(EditState::NotAccepted { code: code(), field: field(), because: because(&words()) }),
        _ => Some(EditState::not_accepted(RefusalCode::Unknown)),
    };
    let text = String::from_utf8_lossy(row.get_ref(7).ok()?.as_bytes().ok()?).into_owned();
    let command = serde_json::from_str::<Value>(&text).ok().filter(Value::is_object);
    let command = command.unwrap_or_else(|| {
        // It cannot be sent any more, but a person can still read what they wrote.
        end = Some(EditState::not_accepted(RefusalCode::Unknown));
        json!({ "type": "unreadable", "text": text })
    });
    let document = uuid(row, 1).unwrap_or_default();
    let id = uuid(row, 2).unwrap_or_else(|_| Uuid::now_v7());
    let heads: Vec<u8> = row.get(5).unwrap_or_default();
    let base = Position { generation: number(row, 3).unwrap_or(1), sequence: number(row, 4).unwrap_or(0) };
    let submission = Submission {
        id: CommandId::new(id),
        base: Some(base),
        made_at: row.get(6).ok().map(Timestamp::from_millis),
        command: RawCommand::from_value(command),
    };
    let pending = Pending { submission, heads: heads.as_chunks::<32>().0.to_vec() };
    Some(Found { document: DocumentId::new(document), pending, end })
}

fn owner(row: &Row<'_>) -> Result<Account, rusqlite::Error> {
    let identity = DeviceIdentity { person: PersonId::new(uuid(row, 0)?), device: DeviceId::new(uuid(row, 1)?) };
    Ok(Account { identity, server: row.get(2)?, server_id: None, is_copy: false })
}

fn space(row: &Row<'_>) -> Result<LocalSpace, StoreError> {
    Ok(LocalSpace { id: SpaceId::new(uuid(row, 0)?), name: row.get(1)? })
}

fn document(row: &Row<'_>) -> Result<(DocumentId, StoreOp), StoreError> {
    let document = DocumentId::new(uuid(row, 0)?);
    let op = StoreOp::PutDocument {
        document,
        kind: parse(row.get(1)?)?,
        space: SpaceId::new(uuid(row, 2)?),
        role: parse(row.get(3)?)?,
        access: parse(row.get(4)?)?,
        known: row.get(5)?,
    };
    Ok((document, op))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_use_is_not_taken_for_unreadable() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kring.db");
        let store = Store::open(&path).unwrap();
        assert!(matches!(Salvaged::read((&path).into()), Err(StoreError::InUse)));
        drop(store);
        assert!(Salvaged::read((&path).into()).is_ok());
    }
}
