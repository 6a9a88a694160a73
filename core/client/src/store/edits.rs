//! The person's own edits: what waits, and how each came to its end.

use kring_domain::{Because, CommandId, DocumentId, RefusalCode, Timestamp, mentions, outline};
use kring_sync::{EditState, Pending, Position, RawCommand, SettledEdit, Submission};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::value::{number, parse, signed, uuid, word};
use super::{Store, StoreError};

/// The most shared edits of a document that are listed; its history has them all.
const LISTED: u32 = 200;

/// The least that are remembered, for a server that loses them.
const REMEMBERED: u32 = 5_000;

/// Those beyond are forgotten this many at a time.
const FORGOTTEN: i64 = 128;

pub(super) const SAVED_HERE: &str = "saved_here";
pub(super) const SHARED: &str = "shared";
pub(super) const NOT_ACCEPTED: &str = "not_accepted";
pub(super) const HELD: &str = "held";

const COLUMNS: &str = "document_id, command_id, made_at, command, state, shared_as, code, field";

/// An edit that the person made on this phone, and where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// The edit.
    pub id: CommandId,
    /// The document it is of.
    pub document: DocumentId,
    /// The location: saved here, shared, or not accepted and why.
    pub state: EditState,
    /// The command, with every text the person wrote.
    pub command: RawCommand,
    /// When it was made, by this phone's clock.
    pub made_at: Timestamp,
}

/// The edits to list.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Edits {
    /// All that are remembered of one document.
    Of(DocumentId),
    /// Those that were not accepted and not seen by the person yet, of every document.
    NotAccepted,
    /// Those that are not shared, for whatever reason, of every document.
    Unshared,
}

impl Store {
    /// Lists edits in the order in which they were made; of those that were shared the last ones.
    pub(crate) fn edits(&self, which: Edits) -> Result<Vec<Edit>, StoreError> {
        let (filter, value) = match which {
            Edits::Of(document) => (
                "document_id = ?1 AND (state <> 'shared' OR number > coalesce(
                    (SELECT number FROM edits WHERE state = 'shared' AND document_id = ?1
                     ORDER BY number DESC LIMIT 1 OFFSET ?2), 0))",
                rusqlite::types::Value::from(document.uuid().as_bytes().to_vec()),
            ),
            Edits::NotAccepted => ("state = ?1 AND ?2", rusqlite::types::Value::from(NOT_ACCEPTED.to_owned())),
            Edits::Unshared => ("state <> ?1 AND ?2", rusqlite::types::Value::from(SHARED.to_owned())),
        };
        let sql = format!("SELECT {COLUMNS} FROM edits WHERE {filter} ORDER BY number");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![value, LISTED])?;
        let mut edits = Vec::new();
        while let Some(row) = rows.next()? {
            edits.push(edit(row)?);
        }
        Ok(edits)
    }

    /// Forgets an edit that was not accepted, now that the person has seen it; false where there is none.
    pub(crate) fn acknowledge(&mut self, id: CommandId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM edits WHERE command_id = ?1 AND state = ?2";
        let gone = self.connection.prepare_cached(sql)?.execute(params![id.uuid().as_bytes(), NOT_ACCEPTED])?;
        self.empty_log();
        Ok(gone > 0)
    }

    /// An edit that was answered and is not shared.
    pub(crate) fn unshared(&self, id: CommandId) -> Result<Option<Edit>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM edits WHERE command_id = ?1 AND state IN (?2, ?3)");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![id.uuid().as_bytes(), NOT_ACCEPTED, HELD])?;
        rows.next()?.map(edit).transpose()
    }

    /// Forgets an edit that was answered and is not shared.
    pub(crate) fn forget(&mut self, id: CommandId) -> Result<(), StoreError> {
        let sql = "DELETE FROM edits WHERE command_id = ?1 AND state IN (?2, ?3)";
        self.connection.prepare_cached(sql)?.execute(params![id.uuid().as_bytes(), NOT_ACCEPTED, HELD])?;
        Ok(())
    }
}

/// The edits of a document that wait, in order.
pub(super) fn pending(connection: &Connection, document: DocumentId) -> Result<Vec<Pending>, StoreError> {
    let sql = "SELECT command_id, generation, sequence, heads, made_at, command FROM edits
        WHERE document_id = ?1 AND state = ?2 ORDER BY number";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![document.uuid().as_bytes(), SAVED_HERE])?;
    let mut pending = Vec::new();
    while let Some(row) = rows.next()? {
        let submission = Submission {
            id: CommandId::new(uuid(row, 0)?),
            base: Some(Position { generation: number(row, 1)?, sequence: number(row, 2)? }),
            made_at: Some(Timestamp::from_millis(row.get(4)?)),
            command: command(row.get(5)?)?,
        };
        let heads: Vec<u8> = row.get(3)?;
        let (heads, rest) = heads.as_chunks::<32>();
        if !rest.is_empty() {
            return Err(StoreError::Damaged);
        }
        pending.push(Pending { submission, heads: heads.to_vec() });
    }
    Ok(pending)
}

/// Adds an edit that waits, or has one that was settled wait again, in its old place.
pub(super) fn put(connection: &Connection, document: DocumentId, pending: &Pending) -> Result<(), StoreError> {
    let sql = "INSERT INTO edits (document_id, command_id, generation, sequence, heads, made_at, command, state)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (document_id, command_id) DO UPDATE SET generation = excluded.generation,
            sequence = excluded.sequence, heads = excluded.heads, state = excluded.state,
            shared_as = NULL, code = NULL, field = NULL";
    let Submission { id, base, made_at, command } = &pending.submission;
    let base = base.unwrap_or(Position::GENESIS);
    connection.prepare_cached(sql)?.execute(params![
        document.uuid().as_bytes(),
        id.uuid().as_bytes(),
        signed(base.generation),
        signed(base.sequence),
        pending.heads.as_flattened(),
        made_at.unwrap_or_default().millis(),
        command.json(),
        SAVED_HERE,
    ])?;
    Ok(())
}

/// Records how an edit came to its end.
pub(super) fn settle(connection: &Connection, document: DocumentId, edit: &SettledEdit) -> Result<(), StoreError> {
    let (state, shared_as, code, field) = columns(&edit.state);
    let sql = "UPDATE edits SET state = ?3, shared_as = ?4, code = ?5, field = ?6
        WHERE document_id = ?1 AND command_id = ?2 RETURNING number";
    let document = document.uuid();
    let id = edit.id.uuid();
    let values = params![document.as_bytes(), id.as_bytes(), state, shared_as.map(signed), code, field];
    let number: Option<i64> = connection.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?;
    if state == SHARED && number.is_some_and(|number| number % FORGOTTEN == 0) {
        let sql = "DELETE FROM edits WHERE state = ?2 AND document_id = ?1 AND number <= (SELECT number FROM edits
            WHERE state = ?2 AND document_id = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?3)";
        connection.prepare_cached(sql)?.execute(params![document.as_bytes(), SHARED, REMEMBERED])?;
    }
    Ok(())
}

/// Takes the texts out of settled edits that name something that was erased.
pub(super) fn erase(connection: &Connection, document: DocumentId, things: &[Uuid]) -> Result<(), StoreError> {
    let sql = "SELECT number, state, command FROM edits WHERE document_id = ?1 AND state IN (?2, ?3)";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![document.uuid().as_bytes(), SHARED, HELD], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    })?;
    let settled: Vec<_> = rows.collect::<Result<_, _>>()?;
    let shared = "UPDATE edits SET command = ?2 WHERE number = ?1";
    let held = "UPDATE edits SET state = ?2, code = ?3 WHERE number = ?1";
    for (number, state, json) in settled {
        let command = command(json)?;
        if !things.iter().any(|thing| mentions(command.value(), *thing)) {
            continue;
        }
        if state == SHARED {
            connection.prepare_cached(shared)?.execute(params![number, outline(command.value()).to_string()])?;
        } else {
            connection.prepare_cached(held)?.execute(params![number, NOT_ACCEPTED, word(&RefusalCode::NotFound)])?;
        }
    }
    Ok(())
}

/// Forgets the shared edits of a document that the person may no longer see; what was not shared stays theirs.
pub(super) fn forget_shared(connection: &Connection, document: DocumentId) -> Result<(), StoreError> {
    let sql = "DELETE FROM edits WHERE state = ?2 AND document_id = ?1";
    connection.prepare_cached(sql)?.execute(params![document.uuid().as_bytes(), SHARED])?;
    Ok(())
}

type StateColumns = (&'static str, Option<u64>, Option<String>, Option<String>);

fn columns(state: &EditState) -> StateColumns {
    match state {
        EditState::SavedHere => (SAVED_HERE, None, None, None),
        EditState::Shared { sequence } => (SHARED, Some(*sequence), None, None),
        EditState::NotAccepted { code, field, because } => {
            (NOT_ACCEPTED, None, Some(reason_words(code, because.as_ref())), field.clone())
        }
        EditState::Held { code } => (HELD, None, Some(word(code)), None),
    }
}

fn edit(row: &Row<'_>) -> Result<Edit, StoreError> {
    let words: String = row.get::<_, Option<String>>(6)?.unwrap_or_default();
    let code = || -> Result<RefusalCode, StoreError> { parse(first(&words)) };
    let state = match row.get_ref(4)?.as_str().map_err(|_| StoreError::Damaged)? {
        SAVED_HERE => EditState::SavedHere,
        SHARED => EditState::Shared { sequence: number(row, 5)? },
        NOT_ACCEPTED => EditState::NotAccepted { code: code()?, field: row.get(7)?, because: because(&words) },
        HELD => EditState::Held { code: code()? },
        _ => return Err(StoreError::Damaged),
    };
    Ok(Edit {
        id: CommandId::new(uuid(row, 1)?),
        document: DocumentId::new(uuid(row, 0)?),
        state,
        command: command(row.get(3)?)?,
        made_at: Timestamp::from_millis(row.get(2)?),
    })
}

/// The code and, behind it, the reason and those it is about: one column, which older files have with the code alone.
fn reason_words(code: &RefusalCode, because: Option<&Because>) -> String {
    let mut words = word(code);
    if let Some(Because { reason, about }) = because {
        let behind = std::iter::once(word(reason)).chain(about.iter().map(word));
        behind.for_each(|more| words.extend([" ", more.as_str()]));
    }
    words
}

/// The code among those words.
pub(super) fn first(words: &str) -> String {
    words.split(' ').next().unwrap_or_default().to_owned()
}

/// The reason among those words, where there is one.
pub(super) fn because(words: &str) -> Option<Because> {
    let mut words = words.split(' ').skip(1).map(str::to_owned);
    let reason = parse(words.next()?).ok()?;
    let about = words.take(Because::MOST_NAMED).filter_map(|word| parse(word).ok()).collect();
    Some(Because { reason, about })
}

pub(super) fn command(json: String) -> Result<RawCommand, StoreError> {
    serde_json::from_str(&json).map(RawCommand::from_value).map_err(|_| StoreError::Damaged)
}

#[cfg(test)]
mod tests {
    use kring_domain::{Answerer, PersonId, Reason, Role};
    use kring_sync::StoreOp;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_end_of_an_edit_is_listed_as_it_came() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = Store::open(&directory.path().join("kring.db")).unwrap();
        let states = [
            EditState::SavedHere,
            EditState::Shared { sequence: 12 },
            EditState::NotAccepted { code: RefusalCode::Invalid, field: Some("text".into()), because: None },
            EditState::NotAccepted {
                code: RefusalCode::Forbidden,
                field: None,
                because: Some(Because {
                    reason: Reason::StepOfOthers,
                    about: vec![Answerer::Person(PersonId::new(Uuid::from_u128(2))), Answerer::Role(Role::Client)],
                }),
            },
            EditState::not_accepted(RefusalCode::Revoked),
            EditState::Held { code: RefusalCode::UnknownCommand },
        ];
        for (number, state) in (1..).zip(&states) {
            store.apply(&[put_op(number), settle_op(number, state.clone())], &[]).unwrap();
        }
        let listed = store.edits(Edits::Of(document())).unwrap();
        assert_eq!(listed.iter().map(|edit| edit.state.clone()).collect::<Vec<_>>(), states);
        assert_eq!(listed[2].command.value()["text"], "bericht 3", "the text is kept");

        let boxed: Vec<_> = store.edits(Edits::NotAccepted).unwrap().iter().map(|edit| edit.id).collect();
        assert_eq!(boxed, [id(3), id(4), id(5)]);
        assert!(store.acknowledge(id(3)).unwrap());
        assert!(!store.acknowledge(id(3)).unwrap(), "once");
        assert!(!store.acknowledge(id(1)).unwrap(), "what waits is not for the box");
        assert_eq!(store.edits(Edits::NotAccepted).unwrap().len(), 2);
    }

    #[test]
    fn only_the_last_shared_edits_are_listed_and_unshared_ones_all() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = Store::open(&directory.path().join("kring.db")).unwrap();
        let refused = EditState::not_accepted(RefusalCode::Conflict);
        store.apply(&[put_op(1), settle_op(1, refused), put_op(2)], &[]).unwrap();
        let shared = (3..300u64).flat_map(|n| [put_op(n), settle_op(n, EditState::Shared { sequence: n })]);
        store.apply(&shared.collect::<Vec<_>>(), &[]).unwrap();
        let listed = store.edits(Edits::Of(document())).unwrap();
        assert_eq!(listed.len(), 202);
        assert_eq!([listed[0].id, listed[1].id, listed[2].id], [id(1), id(2), id(100)]);
        assert_eq!(store.shared_edits(document()).unwrap().len(), 297, "for a server that loses them");
        let shared = (300..6_000u64).flat_map(|n| [put_op(n), settle_op(n, EditState::Shared { sequence: n })]);
        store.apply(&shared.collect::<Vec<_>>(), &[]).unwrap();
        let remembered = store.shared_edits(document()).unwrap().len();
        assert!((5_000..5_300).contains(&remembered), "{remembered}");
        assert_eq!(store.edits(Edits::Of(document())).unwrap().len(), 202);
    }

    #[test]
    fn a_shared_edit_that_waits_again_keeps_its_place() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = Store::open(&directory.path().join("kring.db")).unwrap();
        let shared = |number| settle_op(number, EditState::Shared { sequence: number });
        store.apply(&[put_op(1), put_op(2), shared(1), put_op(1)], &[]).unwrap();
        let waiting = pending(&store.connection, document()).unwrap();
        assert_eq!(waiting.iter().map(|pending| pending.submission.id).collect::<Vec<_>>(), [id(1), id(2)]);
    }

    fn document() -> DocumentId {
        DocumentId::new(Uuid::from_u128(7))
    }

    fn id(number: u64) -> CommandId {
        CommandId::new(Uuid::from_u64_pair(1, number))
    }

    fn raw(number: u64) -> RawCommand {
        RawCommand::from_value(json!({"type": "post_message", "text": format!("bericht {number}")}))
    }

    fn put_op(number: u64) -> StoreOp {
        let submission = Submission { id: id(number), base: None, made_at: None, command: raw(number) };
        StoreOp::PutPending { document: document(), pending: Pending { submission, heads: vec![] } }
    }

    fn settle_op(number: u64, state: EditState) -> StoreOp {
        let edit = SettledEdit { id: id(number), state, command: raw(number), made_at: None };
        StoreOp::Settle { document: document(), edit }
    }

    #[test]
    fn nothing_of_what_was_erased_stays_in_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = Store::open(&directory.path().join("kring.db")).unwrap();
        let thing = Uuid::from_u128(70);
        let other = Uuid::from_u128(80);
        let secret = "geheim van een ander";
        let about = |number: u64, idea: Uuid, text: &str| {
            let command = RawCommand::from_value(json!({"type": "edit_idea", "idea_id": idea, "text": text}));
            let submission = Submission { id: id(number), base: None, made_at: None, command };
            StoreOp::PutPending { document: document(), pending: Pending { submission, heads: vec![] } }
        };
        let put = StoreOp::PutDocument {
            document: document(),
            kind: kring_domain::DocumentKind::Circle,
            space: kring_domain::SpaceId::new(Uuid::from_u128(3)),
            role: Role::Member,
            access: kring_domain::Access::Write,
            known: true,
        };
        let base = |generation, text: &str| StoreOp::PutSnapshot {
            document: document(),
            position: Position { generation, sequence: 0 },
            snapshot: Some(text.repeat(3_000).into_bytes()),
            chain_hash: None,
        };
        store.apply(&[put, base(1, secret)], &[]).unwrap();
        for number in 0..300 {
            let (idea, text) = if number % 3 == 0 { (other, "van mij") } else { (thing, secret) };
            let shared = settle_op(number, EditState::Shared { sequence: number });
            store.apply(&[about(number, idea, text), shared], &[]).unwrap();
        }
        let held = settle_op(1_000, EditState::Held { code: RefusalCode::Revoked });
        store.apply(&[about(1_000, thing, secret), held], &[]).unwrap();
        let is_there = |text: &str| {
            let files = std::fs::read_dir(directory.path()).unwrap();
            let mut files = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
            files.any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
        };
        assert!(is_there(secret));
        store.apply(&[base(2, "nieuw"), StoreOp::Erase { document: document(), things: vec![thing] }], &[]).unwrap();
        let unseen = store.edits(Edits::NotAccepted).unwrap();
        assert_eq!(unseen[0].state, EditState::not_accepted(RefusalCode::NotFound));
        assert_eq!(unseen[0].command.value()["text"], secret, "until the person has seen it");
        assert!(store.acknowledge(id(1_000)).unwrap());
        assert!(!is_there(secret), "while the file is open");
        assert!(is_there("van mij"), "what is about something else stays");
        let listed = store.edits(Edits::Of(document())).unwrap();
        let outlines = listed.iter().filter(|edit| edit.command.value()["idea_id"] == json!(thing));
        assert!(
            outlines.clone().count() > 0 && outlines.into_iter().all(|edit| edit.command.value().get("text").is_none())
        );
    }
}
