//! The documents: where each is, its snapshot and the entries after it.

use kring_domain::{Access, DocumentId, DocumentKind, Role, SpaceId};
use kring_sync::{ChainHash, Position, StoreOp, StoredDocument};
use rusqlite::{Connection, OptionalExtension, params};

use super::value::{number, parse, signed, uuid, word};
use super::{Store, StoreError, account, edits, log};

impl Store {
    /// Every document as it was kept.
    pub(crate) fn documents(&self) -> Result<Vec<StoredDocument>, StoreError> {
        let sql = "SELECT document_id, kind, space_id, role, access, known, generation, sequence, chain FROM documents";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut documents = Vec::new();
        while let Some(row) = rows.next()? {
            let document = DocumentId::new(uuid(row, 0)?);
            documents.push(StoredDocument {
                document,
                kind: parse(row.get(1)?)?,
                space: SpaceId::new(uuid(row, 2)?),
                role: parse(row.get(3)?)?,
                access: parse(row.get(4)?)?,
                known: row.get(5)?,
                position: Position { generation: number(row, 6)?, sequence: number(row, 7)? },
                chain_hash: row.get::<_, Option<[u8; 32]>>(8)?.map(ChainHash::from_stored),
                snapshot: self.snapshot(document)?,
                tail: self.tail(document)?,
                pending: edits::pending(&self.connection, document)?,
            });
        }
        Ok(documents)
    }

    fn snapshot(&self, document: DocumentId) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT bytes FROM snapshots WHERE document_id = ?1")?;
        Ok(statement.query_row([document.uuid().as_bytes()], |row| row.get(0)).optional()?)
    }
}

/// Writes one operation, inside the caller's transaction.
pub(super) fn apply(connection: &Connection, op: &StoreOp) -> Result<(), StoreError> {
    match op {
        StoreOp::PutDocument { document, kind, space, role, access, known } => {
            put_document(connection, *document, (*kind, *space), (*role, *access), *known)
        }
        StoreOp::PutSnapshot { document, position, snapshot, chain_hash } => {
            log::forget(connection, *document)?;
            put_snapshot(connection, *document, position.sequence, snapshot.as_deref())?;
            move_to(connection, *document, *position, *chain_hash)
        }
        StoreOp::Fold { document, position, snapshot } => {
            put_snapshot(connection, *document, position.sequence, Some(snapshot))?;
            log::trim(connection, *document, position.sequence)
        }
        StoreOp::Append { document, generation, entries, chain_hash } => {
            log::keep(connection, *document, entries)?;
            let Some(last) = entries.last() else { return Ok(()) };
            move_to(connection, *document, Position { generation: *generation, sequence: last.sequence }, *chain_hash)
        }
        StoreOp::PutPending { document, pending } => edits::put(connection, *document, pending),
        StoreOp::Settle { document, edit } => edits::settle(connection, *document, edit),
        StoreOp::Erase { document, things } => edits::erase(connection, *document, things),
        StoreOp::DropDocument { document } => drop_document(connection, *document),
        StoreOp::PutMembers(members) => account::put_members(connection, members),
        StoreOp::PutSpaceName { space, name } => account::put_space_name(connection, *space, name),
    }
}

fn put_document(
    connection: &Connection,
    document: DocumentId,
    (kind, space): (DocumentKind, SpaceId),
    (role, access): (Role, Access),
    known: bool,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO documents (document_id, space_id, kind, role, access, known, generation, sequence)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT DO UPDATE SET role = excluded.role, access = excluded.access, known = excluded.known";
    let document = document.uuid();
    let space = space.uuid();
    connection.prepare_cached(sql)?.execute(params![
        document.as_bytes(),
        space.as_bytes(),
        word(&kind),
        word(&role),
        word(&access),
        known,
        signed(Position::GENESIS.generation),
        signed(Position::GENESIS.sequence),
    ])?;
    Ok(())
}

/// Puts a snapshot in the place of the one before; `folded` is the last entry in it.
fn put_snapshot(
    connection: &Connection,
    document: DocumentId,
    folded: u64,
    snapshot: Option<&[u8]>,
) -> Result<(), StoreError> {
    let id = document.uuid();
    connection.prepare_cached("DELETE FROM snapshots WHERE document_id = ?1")?.execute([id.as_bytes()])?;
    if let Some(bytes) = snapshot {
        let sql = "INSERT INTO snapshots (document_id, bytes) VALUES (?1, ?2)";
        connection.prepare_cached(sql)?.execute(params![id.as_bytes(), bytes])?;
    }
    let sql = "UPDATE documents SET folded = ?2 WHERE document_id = ?1";
    connection.prepare_cached(sql)?.execute(params![id.as_bytes(), signed(folded)])?;
    Ok(())
}

fn move_to(
    connection: &Connection,
    document: DocumentId,
    position: Position,
    chain_hash: Option<ChainHash>,
) -> Result<(), StoreError> {
    let sql = "UPDATE documents SET generation = ?2, sequence = ?3, chain = ?4 WHERE document_id = ?1";
    let generation = signed(position.generation);
    let sequence = signed(position.sequence);
    let chain_hash = chain_hash.as_ref().map(ChainHash::as_bytes);
    connection.prepare_cached(sql)?.execute(params![document.uuid().as_bytes(), generation, sequence, chain_hash])?;
    Ok(())
}

fn drop_document(connection: &Connection, document: DocumentId) -> Result<(), StoreError> {
    let sql = "DELETE FROM documents WHERE document_id = ?1";
    connection.prepare_cached(sql)?.execute([document.uuid().as_bytes()])?;
    edits::forget_shared(connection, document)?;
    account::forget_left_spaces(connection)
}

#[cfg(test)]
mod tests {
    use kring_domain::{CommandId, DeviceId, PersonId, Timestamp};
    use kring_sync::{Entry, Pending, RawCommand, Submission};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_was_applied_is_there_after_a_reopen() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kring.db");
        let mut store = Store::open(&path).unwrap();
        let position = |generation, sequence| Position { generation, sequence };
        store.apply(&[put(), PENDING(1), PENDING(2), append_op(1, 1..=3)], &[]).unwrap();
        let reopened = |store: Store| {
            drop(store);
            Store::open(&path).unwrap()
        };
        let mut store = reopened(store);
        let stored = only(&store);
        assert_eq!((stored.position, stored.snapshot.clone(), stored.tail.len()), (position(1, 3), None, 3));
        assert_eq!(stored.pending, [pending(1), pending(2)]);

        let snapshot = Some(vec![7; 9000]);
        let new_base =
            StoreOp::PutSnapshot { document: document(), position: position(2, 0), snapshot, chain_hash: None };
        store.apply(&[new_base, append_op(2, 1..=2)], &[]).unwrap();
        let store = reopened(store);
        let stored = only(&store);
        assert_eq!(
            (stored.position, stored.snapshot, stored.tail),
            (position(2, 2), Some(vec![7; 9000]), vec![vec![1], vec![2]])
        );
        assert_eq!(stored.pending.len(), 2, "what waits outlives a generation");
    }

    #[test]
    fn a_batch_is_kept_whole_or_not_at_all() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = Store::open(&directory.path().join("kring.db")).unwrap();
        store.apply(&[put()], &[]).unwrap();
        assert!(store.apply(&[PENDING(1), append_op(1, 1..=2), append_op(1, 2..=2)], &[]).is_err());
        let stored = only(&store);
        assert_eq!((stored.position.sequence, stored.tail.len(), stored.pending.len()), (0, 0, 0));
    }

    #[test]
    fn entries_are_kept_behind_a_snapshot_up_to_a_bound() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = Store::open(&directory.path().join("kring.db")).unwrap();
        let position = |sequence| Position { generation: 1, sequence };
        let fold =
            |sequence| StoreOp::Fold { document: document(), position: position(sequence), snapshot: vec![1; 50] };
        store.apply(&[put(), append_op(1, 1..=30), fold(20)], &[]).unwrap();
        let stored = only(&store);
        assert_eq!((stored.position, stored.tail.len()), (position(30), 10));
        let kept = |store: &Store, after, room| store.entries_after(document(), after, room).unwrap();
        assert_eq!(kept(&store, position(5), usize::MAX), (6..=30).map(entry).collect::<Vec<_>>());
        assert_eq!(kept(&store, position(5), 0), [entry(6)], "one at least");
        assert_eq!(kept(&store, Position { generation: 2, sequence: 5 }, usize::MAX), []);
        store.apply(&[append_op(1, 31..=20_030), fold(20_030)], &[]).unwrap();
        assert_eq!(kept(&store, position(5), usize::MAX), [], "there is a gap behind it");
        assert_eq!(kept(&store, position(30), usize::MAX).len(), 20_000);
        let joined =
            StoreOp::PutSnapshot { document: document(), position: position(30_000), snapshot: None, chain_hash: None };
        store.apply(&[joined], &[]).unwrap();
        assert_eq!(kept(&store, position(20_029), usize::MAX), []);
    }

    #[test]
    fn a_dropped_document_leaves_no_byte_in_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kring.db");
        let mut store = Store::open(&path).unwrap();
        let secret = b"geheim van een ander".to_vec();
        let entries = vec![Entry { change: secret.clone(), ..entry(1) }];
        let append = StoreOp::Append { document: document(), generation: 1, entries, chain_hash: None };
        store.apply(&[put(), append], &[]).unwrap();
        store.apply(&[StoreOp::DropDocument { document: document() }], &[]).unwrap();
        assert!(store.documents().unwrap().is_empty());
        for entry in std::fs::read_dir(directory.path()).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        }
    }

    const PENDING: fn(u128) -> StoreOp =
        |number| StoreOp::PutPending { document: document(), pending: pending(number) };

    fn document() -> DocumentId {
        DocumentId::new(Uuid::from_u128(7))
    }

    fn only(store: &Store) -> StoredDocument {
        let mut documents = store.documents().unwrap();
        assert_eq!(documents.len(), 1);
        documents.remove(0)
    }

    fn put() -> StoreOp {
        StoreOp::PutDocument {
            document: document(),
            kind: DocumentKind::Circle,
            space: SpaceId::new(Uuid::from_u128(3)),
            role: Role::Member,
            access: Access::Write,
            known: true,
        }
    }

    fn append_op(generation: u64, sequences: std::ops::RangeInclusive<u64>) -> StoreOp {
        StoreOp::Append { document: document(), generation, entries: sequences.map(entry).collect(), chain_hash: None }
    }

    fn entry(sequence: u64) -> Entry {
        Entry {
            sequence,
            change: vec![u8::try_from(sequence % 256).unwrap()],
            command_id: CommandId::new(Uuid::from_u64_pair(3, sequence)),
            person: PersonId::new(Uuid::from_u128(1)),
            device: DeviceId::new(Uuid::from_u128(2)),
            at: Timestamp::from_millis(5),
            role: "member".into(),
            command: "post_message".into(),
            base: 0,
            suggestion: false,
            signature: vec![9; 64],
        }
    }

    fn pending(number: u128) -> Pending {
        let submission = Submission {
            id: CommandId::new(Uuid::from_u128(number)),
            base: Some(Position { generation: 1, sequence: 3 }),
            made_at: Some(Timestamp::from_millis(1_000)),
            command: RawCommand::from_value(json!({"type": "post_message", "text": "hoi"})),
        };
        Pending { submission, heads: vec![[4; 32], [5; 32]] }
    }
}
