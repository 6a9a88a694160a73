//! The read log of this phone, as a chain, until the server has it and for a while after.

use kring_domain::{DeviceId, DocumentId, Timestamp};
use kring_sync::{DeviceIdentity, MAX_READ_EVENTS, ReadEvent, ReadLogChain};
use rusqlite::{Connection, OptionalExtension, params};

use super::value::{number, signed, uuid};
use super::{Store, StoreError};

/// The number of read events that are kept although the server has them: after a restore it asks for them again.
const MAX_KEPT_READS: i64 = 2_000;

/// Read events that the server has not been told of.
pub(crate) struct UnsentReads {
    /// The number that it was told of before these.
    pub(crate) after: u64,
    /// At most [`MAX_READ_EVENTS`], in order.
    pub(crate) events: Vec<ReadEvent>,
    /// The chain hash behind the last.
    pub(crate) chain_hash: [u8; 32],
}

impl Store {
    /// Keeps that a document was looked at.
    pub(crate) fn put_read_event(&mut self, identity: DeviceIdentity, event: &ReadEvent) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        let chain = chain(&transaction, identity)?;
        append(&transaction, chain, event)?;
        Ok(transaction.commit()?)
    }

    /// The next read events to tell of; `None` where the server has all.
    pub(crate) fn unsent_read_events(&mut self, identity: DeviceIdentity) -> Result<Option<UnsentReads>, StoreError> {
        let transaction = self.connection.transaction()?;
        chain(&transaction, identity)?;
        let after: i64 = transaction.query_row("SELECT told FROM look_chain", [], |row| row.get(0))?;
        let mut events = Vec::new();
        let mut last = None;
        {
            let sql = "SELECT at, document_id, link FROM looks WHERE number > ?1 ORDER BY number LIMIT ?2";
            let mut statement = transaction.prepare_cached(sql)?;
            let mut rows = statement.query(params![after, i64::try_from(MAX_READ_EVENTS).unwrap_or(i64::MAX)])?;
            while let Some(row) = rows.next()? {
                events.push(event(row)?);
                last = Some(row.get(2)?);
            }
        }
        transaction.commit()?;
        Ok(last.map(|chain_hash| UnsentReads { after: u64::try_from(after).unwrap_or(0), events, chain_hash }))
    }

    /// The server knows of this many read events, and this is the chain hash behind the last, where it says so; whether the phone can go on
    /// from there.
    pub(crate) fn put_acknowledged(&mut self, through: u64, chain_hash: Option<[u8; 32]>) -> Result<bool, StoreError> {
        let through = i64::try_from(through).unwrap_or(i64::MAX);
        let count: i64 = self.connection.query_row("SELECT count FROM look_chain", [], |row| row.get(0))?;
        let oldest: Option<i64> = self.connection.query_row("SELECT min(number) FROM looks", [], |row| row.get(0))?;
        if through > count || oldest.unwrap_or(count + 1) > through + 1 {
            return Ok(false);
        }
        let sql = "SELECT link FROM looks WHERE number = ?1";
        let ours: Option<[u8; 32]> = self.connection.query_row(sql, [through], |row| row.get(0)).optional()?;
        if ours.zip(chain_hash).is_some_and(|(ours, chain_hash)| ours != chain_hash) {
            return Ok(false);
        }
        let transaction = self.connection.transaction()?;
        transaction.execute("UPDATE look_chain SET told = ?1", [through])?;
        transaction.execute("DELETE FROM looks WHERE number <= ?1", [through - MAX_KEPT_READS])?;
        transaction.commit()?;
        Ok(true)
    }
}

/// A read log as it was in a damaged file, whole from what the server was told of to its end.
pub(super) struct Salvaged {
    device: DeviceId,
    acknowledged: i64,
    events: Vec<(i64, ReadEvent, [u8; 32])>,
    end: ReadLogChain,
}

/// Takes the list out of a damaged file; nothing where nothing was looked at.
///
/// # Errors
///
/// [`StoreError::Damaged`] where what the server was not told of, or the chain hash before it, is not there as it was: nothing
/// can go on from such a list.
pub(super) fn salvage_read_log(
    connection: &Connection,
    identity: DeviceIdentity,
) -> Result<Option<Salvaged>, StoreError> {
    let read = "SELECT device_id, told, count, link FROM look_chain";
    let end = connection.query_row(read, [], |row| {
        let end = ReadLogChain { count: number(row, 2)?, chain_hash: row.get(3)? };
        Ok((DeviceId::new(uuid(row, 0)?), row.get(1)?, end))
    });
    let Some((device, acknowledged, end)) = end.optional()? else { return Ok(None) };
    let sql = "SELECT at, document_id, link, number FROM looks WHERE number >= ?1 ORDER BY number";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([acknowledged])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push((row.get(3)?, event(row)?, row.get(2)?));
    }
    let before = match events.first() {
        Some((number, _, chain_hash)) if *number == acknowledged => {
            ReadLogChain { count: u64::try_from(acknowledged).unwrap_or(0), chain_hash: *chain_hash }
        }
        _ if acknowledged == 0 => ReadLogChain::start(device, identity.person),
        _ => return Err(StoreError::Damaged),
    };
    let unsent = events.iter().filter(|(number, ..)| *number > acknowledged);
    let whole = unsent.fold(before, |chain, (_, event, _)| chain.next(event));
    if whole == end { Ok(Some(Salvaged { device, acknowledged, events, end })) } else { Err(StoreError::Damaged) }
}

/// Puts a list into a new file.
pub(super) fn put_read_log(connection: &Connection, list: &Salvaged) -> Result<(), StoreError> {
    let sql = "INSERT INTO look_chain (one, device_id, count, link, told) VALUES (1, ?1, ?2, ?3, ?4)";
    let count = signed(list.end.count);
    connection.execute(sql, params![list.device.uuid().as_bytes(), count, list.end.chain_hash, list.acknowledged])?;
    let mut statement =
        connection.prepare("INSERT INTO looks (number, document_id, at, link) VALUES (?1, ?2, ?3, ?4)")?;
    for (number, event, chain_hash) in &list.events {
        statement.execute(params![number, event.document.uuid().as_bytes(), event.at.millis(), chain_hash])?;
    }
    Ok(())
}

/// The chain of this device; of another than before it begins anew, with what the server has not been told of.
fn chain(connection: &Connection, identity: DeviceIdentity) -> Result<ReadLogChain, StoreError> {
    let sql = "SELECT device_id, count, link, told FROM look_chain";
    let found = connection.query_row(sql, [], |row| {
        let count = u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0);
        let chain = ReadLogChain { count, chain_hash: row.get(2)? };
        Ok((DeviceId::new(uuid(row, 0)?), chain, row.get::<_, i64>(3)?))
    });
    let acknowledged = match found.optional()? {
        Some((device, chain, _)) if device == identity.device => return Ok(chain),
        Some((.., acknowledged)) => acknowledged,
        None => 0,
    };
    let mut unsent = Vec::new();
    {
        let mut statement =
            connection.prepare("SELECT at, document_id FROM looks WHERE number > ?1 ORDER BY number")?;
        let mut rows = statement.query([acknowledged])?;
        while let Some(row) = rows.next()? {
            unsent.push(event(row)?);
        }
    }
    connection.execute("DELETE FROM looks", [])?;
    let mut chain = ReadLogChain::start(identity.device, identity.person);
    let sql = "INSERT INTO look_chain (one, device_id, count, link, told) VALUES (1, ?1, 0, ?2, 0)
        ON CONFLICT DO UPDATE SET device_id = excluded.device_id, count = 0, link = excluded.link, told = 0";
    connection.execute(sql, params![identity.device.uuid().as_bytes(), chain.chain_hash])?;
    for event in &unsent {
        chain = append(connection, chain, event)?;
    }
    Ok(chain)
}

fn append(connection: &Connection, chain: ReadLogChain, event: &ReadEvent) -> Result<ReadLogChain, StoreError> {
    let next = chain.next(event);
    let number = i64::try_from(next.count).unwrap_or(i64::MAX);
    let sql = "INSERT INTO looks (number, document_id, at, link) VALUES (?1, ?2, ?3, ?4)";
    let document = event.document.uuid();
    let values = params![number, document.as_bytes(), event.at.millis(), next.chain_hash];
    connection.prepare_cached(sql)?.execute(values)?;
    connection
        .prepare_cached("UPDATE look_chain SET count = ?1, link = ?2")?
        .execute(params![number, next.chain_hash])?;
    Ok(next)
}

fn event(row: &rusqlite::Row<'_>) -> Result<ReadEvent, StoreError> {
    Ok(ReadEvent { at: Timestamp::from_millis(row.get(0)?), document: DocumentId::new(uuid(row, 1)?) })
}

#[cfg(test)]
mod tests {
    use kring_domain::PersonId;
    use uuid::Uuid;

    use super::*;

    fn identity(device: u128) -> DeviceIdentity {
        DeviceIdentity { device: DeviceId::new(Uuid::from_u128(device)), person: PersonId::new(Uuid::from_u128(9)) }
    }

    fn event(number: i64) -> ReadEvent {
        ReadEvent { at: Timestamp::from_millis(number), document: DocumentId::new(Uuid::from_u128(1)) }
    }

    fn chain_hash(device: u128, events: &[i64]) -> [u8; 32] {
        let start = ReadLogChain::start(identity(device).device, identity(device).person);
        events.iter().fold(start, |chain, number| chain.next(&event(*number))).chain_hash
    }

    #[test]
    fn the_read_log_begins_anew_on_a_new_device() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kring.db");
        let mut store = Store::open(&path).unwrap();
        assert!(store.unsent_read_events(identity(1)).unwrap().is_none());
        for number in 1..=3 {
            store.put_read_event(identity(1), &event(number)).unwrap();
        }
        drop(store);
        let mut store = Store::open(&path).unwrap();
        let unsent = store.unsent_read_events(identity(1)).unwrap().unwrap();
        assert_eq!((unsent.after, unsent.events.len(), unsent.chain_hash), (0, 3, chain_hash(1, &[1, 2, 3])));
        assert!(
            store.put_acknowledged(3, Some(chain_hash(1, &[1, 2, 3]))).unwrap()
                && store.unsent_read_events(identity(1)).unwrap().is_none()
        );

        store.put_read_event(identity(1), &event(4)).unwrap();
        let unsent = store.unsent_read_events(identity(1)).unwrap().unwrap();
        assert_eq!((unsent.after, unsent.events.len(), unsent.chain_hash), (3, 1, chain_hash(1, &[1, 2, 3, 4])));
        assert!(store.put_acknowledged(1, None).unwrap(), "the server was restored from a backup");
        assert_eq!(store.unsent_read_events(identity(1)).unwrap().unwrap().events.len(), 3);
        assert!(!store.put_acknowledged(5, None).unwrap(), "the phone was");
        assert!(
            !store.put_acknowledged(2, Some(chain_hash(1, &[1, 9]))).unwrap(),
            "somebody else goes on from the same copy"
        );

        let unsent = store.unsent_read_events(identity(2)).unwrap().unwrap();
        assert_eq!((unsent.after, unsent.events.len(), unsent.chain_hash), (0, 3, chain_hash(2, &[2, 3, 4])));
    }

    #[test]
    fn what_the_server_has_is_kept_for_a_while_only() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = Store::open(&directory.path().join("kring.db")).unwrap();
        store.connection.execute_batch("PRAGMA synchronous = OFF").unwrap();
        for number in 1..=MAX_KEPT_READS + 100 {
            store.put_read_event(identity(1), &event(number)).unwrap();
        }
        assert!(store.put_acknowledged(u64::try_from(MAX_KEPT_READS).unwrap() + 100, None).unwrap());
        let count: i64 = store.connection.query_row("SELECT count(*) FROM looks", [], |row| row.get(0)).unwrap();
        assert_eq!(count, MAX_KEPT_READS);
        assert!(!store.put_acknowledged(50, None).unwrap(), "that far back there is nothing left");
    }
}
