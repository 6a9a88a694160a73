//! A new generation of a document on its way to be durable: what goes, and what stays of it.

use ed25519_dalek::SigningKey;
use kring_domain::{CommandId, DocumentId, PersonId, Refusal, RefusalCode, Role, Timestamp, mentions, outline};
use kring_sync::{Admitted, Entry, Generation, Position, Verdict};
use rusqlite::{Connection, Row, params};
use serde_json::Value;
use uuid::Uuid;

use super::queries::{LoadError, number, signed};
use super::receipt;
use crate::accounts::Review as Decision;
use crate::store::StoreError;

/// What takes the place of a document's log.
pub(crate) struct GenerationChange {
    pub(crate) generation: Generation,
    /// What was admitted in the same batch and will never be an entry.
    pub(crate) former: Vec<FormerRow>,
    pub(crate) erasures: Vec<Erasure>,
}

/// What stays of an entry when its generation ends.
pub(crate) struct FormerRow {
    pub(crate) position: Position,
    pub(crate) command_id: CommandId,
    pub(crate) is_suggestion: bool,
    pub(crate) at: Timestamp,
    pub(crate) person: PersonId,
    pub(crate) role: Role,
    /// The command as JSON.
    pub(crate) command: String,
}

/// Everything of the space that a document is in.
const IN_SPACE: &str = "document_id IN (SELECT document_id FROM documents WHERE space_id =
    (SELECT space_id FROM documents WHERE document_id = ?1))";

/// Something that was erased, and the proof of it.
pub(crate) struct Erasure {
    pub(crate) generation: u64,
    pub(crate) at: Timestamp,
    pub(crate) person: PersonId,
    /// The kind of the thing: `contact`, `idea` …
    pub(crate) what: String,
    pub(crate) thing: Uuid,
    pub(crate) chain_hash: [u8; 32],
    pub(crate) signature: Vec<u8>,
    pub(crate) public_key: Vec<u8>,
}

impl Erasure {
    /// Returns what a command erased, where it did, with a receipt by the key of the log.
    pub(crate) fn new(
        admitted: &Admitted,
        generation: &Generation,
        document: DocumentId,
        key: &SigningKey,
    ) -> Option<Self> {
        let number = generation.at.generation;
        let chain_hash = *generation.chain_hash.as_bytes();
        let name = admitted.command.name();
        Some(Self {
            generation: number,
            at: admitted.entry.at,
            person: admitted.entry.person,
            what: name.strip_prefix("erase_").unwrap_or(name).to_owned(),
            thing: admitted.command.erases()?,
            chain_hash,
            signature: receipt::sign(key, document, number, &chain_hash),
            public_key: key.verifying_key().to_bytes().to_vec(),
        })
    }
}

impl GenerationChange {
    /// Takes the place of another one that is not durable yet.
    pub(crate) fn replace(self, before: Option<Self>) -> Self {
        let Some(mut before) = before else { return self };
        before.former.extend(self.former);
        before.erasures.extend(self.erasures);
        Self { generation: self.generation, former: before.former, erasures: before.erasures }
    }

    /// Returns whether it erases something, of which nothing may stay in any file.
    pub(crate) fn erases(&self) -> bool {
        !self.erasures.is_empty()
    }

    /// Begins the generation where the log still ends at `before`; says whether it did.
    ///
    /// `head` and `chain_hash` are where the log is behind it, with what was admitted in the same batch.
    pub(crate) fn write(
        &self,
        connection: &Connection,
        document: DocumentId,
        before: Position,
        head: u64,
        chain_hash: &[u8; 32],
    ) -> Result<bool, StoreError> {
        let Position { generation, sequence } = before;
        let id = document.uuid();
        let moved = connection
            .prepare_cached(
                "UPDATE documents SET generation = ?4, sequence = ?5, chain = ?6, start_heads = ?7, start_link = ?8,
                     snapshot_sequence = 0
                 WHERE document_id = ?1 AND generation = ?2 AND sequence = ?3",
            )?
            .execute(params![
                id.as_bytes(),
                signed(generation),
                signed(sequence),
                signed(self.generation.at.generation),
                signed(head),
                chain_hash,
                self.generation.start.as_flattened(),
                self.generation.chain_hash.as_bytes(),
            ])?;
        if moved != 1 {
            return Ok(false);
        }
        for row in self.ending(connection, document)? {
            insert_former(connection, document, &row)?;
        }
        connection.prepare_cached("DELETE FROM entries WHERE document_id = ?1")?.execute([id.as_bytes()])?;
        for row in &self.former {
            insert_former(connection, document, row)?;
        }
        for erasure in &self.erasures {
            erasure.write(connection, document)?;
        }
        Ok(true)
    }

    /// Takes the texts out of what is kept of commands about what was erased.
    pub(crate) fn outline(&self, connection: &Connection, document: DocumentId) -> Result<(), StoreError> {
        self.erasures.iter().try_for_each(|erasure| {
            erasure.outline_former(connection, document)?;
            erasure.refuse_held(connection, document)
        })
    }

    /// Returns what stays of the stored entries.
    fn ending(&self, connection: &Connection, document: DocumentId) -> Result<Vec<FormerRow>, StoreError> {
        let mut query = connection.prepare_cached(
            "SELECT generation, sequence, command_id, is_suggestion, role, entry, command FROM entries
             WHERE document_id = ?1 ORDER BY generation, sequence",
        )?;
        let mut rows = query.query([document.uuid().as_bytes()])?;
        let mut ending = Vec::new();
        while let Some(row) = rows.next()? {
            let bytes = row.get_ref(5)?.as_blob().map_err(rusqlite::Error::from)?;
            let entry: Entry = ciborium::from_reader(bytes).map_err(|_| rusqlite::Error::InvalidQuery)?;
            let role: String = row.get(4)?;
            ending.push(FormerRow {
                position: Position { generation: number(row, 0)?, sequence: number(row, 1)? },
                command_id: CommandId::new(Uuid::from_bytes(row.get(2)?)),
                is_suggestion: row.get(3)?,
                at: entry.at,
                person: entry.person,
                role: Role::from_name(&role).ok_or(rusqlite::Error::InvalidQuery)?,
                command: row.get(6)?,
            });
        }
        Ok(ending)
    }
}

impl Erasure {
    /// Keeps the receipt.
    fn write(&self, connection: &Connection, document: DocumentId) -> Result<(), StoreError> {
        connection
            .prepare_cached(
                "INSERT INTO erasures
                 (document_id, generation, at, person_id, what, thing_id, chain, signature, public_key)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                document.uuid().as_bytes(),
                signed(self.generation),
                self.at.millis(),
                self.person.uuid().as_bytes(),
                self.what,
                self.thing.as_bytes(),
                self.chain_hash,
                self.signature,
                self.public_key,
            ])?;
        Ok(())
    }

    /// Stored commands write their ids in one way only, so a search for the text finds them.
    fn outline_former(&self, connection: &Connection, document: DocumentId) -> Result<(), StoreError> {
        let mut query = connection.prepare_cached(
            "SELECT generation, sequence, command FROM former_entries WHERE document_id = ?1 AND instr(command, ?2)",
        )?;
        let about = query.query_map(params![document.uuid().as_bytes(), self.thing.to_string()], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?))
        })?;
        let about: Vec<_> = about.collect::<Result<_, _>>()?;
        let mut update = connection.prepare_cached(
            "UPDATE former_entries SET command = ?4 WHERE document_id = ?1 AND generation = ?2 AND sequence = ?3",
        )?;
        for (generation, sequence, command) in about {
            let outline = outline(&serde_json::from_str(&command).unwrap_or(Value::Null)).to_string();
            update.execute(params![document.uuid().as_bytes(), generation, sequence, outline])?;
        }
        Ok(())
    }

    /// Commands about the thing that are held find nothing any more, to whichever document of the space they were sent.
    fn refuse_held(&self, connection: &Connection, document: DocumentId) -> Result<(), StoreError> {
        let mut query = connection.prepare_cached(&format!(
            "SELECT command_id, held, document_id FROM verdicts WHERE {IN_SPACE} AND held IS NOT NULL"
        ))?;
        let held = query.query_map([document.uuid().as_bytes()], |row| {
            Ok((Uuid::from_bytes(row.get(0)?), row.get::<_, String>(1)?, Uuid::from_bytes(row.get(2)?)))
        })?;
        let held: Vec<(Uuid, String, Uuid)> = held.collect::<Result<_, _>>()?;
        let mut update = connection.prepare_cached(
            "UPDATE verdicts SET verdict = ?3, held = NULL WHERE document_id = ?1 AND command_id = ?2",
        )?;
        let mut forget =
            connection.prepare_cached("UPDATE verdicts SET held = NULL WHERE document_id = ?1 AND command_id = ?2")?;
        for (id, command, other) in held {
            let command: Value = serde_json::from_str(&command).unwrap_or(Value::Null);
            if !mentions(&command, self.thing) {
                continue;
            }
            if other != document.uuid() {
                // That document's own memory of the answer stays as it is.
                forget.execute([other.as_bytes(), id.as_bytes()])?;
            } else {
                let verdict = Verdict::rejected(CommandId::new(id), Refusal::new(RefusalCode::NotFound));
                // A verdict is plain data, which always has a JSON form.
                let verdict = serde_json::to_string(&verdict).unwrap_or_default();
                update.execute(params![other.as_bytes(), id.as_bytes(), verdict])?;
            }
        }
        self.decline_revoked(connection, document)
    }

    /// So do those of people who have left, that wait for a judge.
    fn decline_revoked(&self, connection: &Connection, document: DocumentId) -> Result<(), StoreError> {
        let mut query = connection
            .prepare_cached(&format!("SELECT number, submission FROM held WHERE {IN_SPACE} AND decision IS NULL"))?;
        let revoked = query.query_map([document.uuid().as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let revoked: Vec<(i64, String)> = revoked.collect::<Result<_, _>>()?;
        let mut update = connection.prepare_cached(
            "UPDATE held SET submission = '', decision = ?2, judged_by = ?3, judged_at = ?4 WHERE number = ?1",
        )?;
        for (number, submission) in revoked {
            let submission: Value = serde_json::from_str(&submission).unwrap_or(Value::Null);
            if mentions(&submission, self.thing) {
                let by = self.person.uuid();
                let at = self.at.millis();
                update.execute(params![number, Decision::Decline.name(), by.as_bytes(), at])?;
            }
        }
        Ok(())
    }
}

/// Returns whether a command names something that was erased from a document.
pub(crate) fn names_erased(connection: &Connection, document: DocumentId, command: &Value) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached("SELECT thing_id FROM erasures WHERE document_id = ?1")?;
    let mut things = query.query_map([document.uuid().as_bytes()], |row| Ok(Uuid::from_bytes(row.get(0)?)))?;
    things.try_fold(false, |found, thing| Ok(found || mentions(command, thing?)))
}

fn insert_former(connection: &Connection, document: DocumentId, row: &FormerRow) -> Result<(), StoreError> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO former_entries
         (document_id, generation, sequence, command_id, is_suggestion, at, person_id, role, command)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    insert.execute(params![
        document.uuid().as_bytes(),
        signed(row.position.generation),
        signed(row.position.sequence),
        row.command_id.uuid().as_bytes(),
        row.is_suggestion,
        row.at.millis(),
        row.person.uuid().as_bytes(),
        row.role.name(),
        row.command,
    ])?;
    Ok(())
}

/// Returns what was erased from a document, with the receipts, in the order in which it was.
pub(crate) fn erasures(connection: &Connection, document: DocumentId) -> Result<Vec<Erasure>, LoadError> {
    let mut query = connection.prepare_cached(
        "SELECT generation, at, person_id, what, thing_id, chain, signature, public_key FROM erasures
         WHERE document_id = ?1 ORDER BY generation",
    )?;
    let read = |row: &Row<'_>| {
        Ok(Erasure {
            generation: number(row, 0)?,
            at: Timestamp::from_millis(row.get(1)?),
            person: PersonId::new(Uuid::from_bytes(row.get(2)?)),
            what: row.get(3)?,
            thing: Uuid::from_bytes(row.get(4)?),
            chain_hash: row.get(5)?,
            signature: row.get(6)?,
            public_key: row.get(7)?,
        })
    };
    let erasures = query.query_map([document.uuid().as_bytes()], read)?;
    Ok(erasures.collect::<Result<_, _>>()?)
}
