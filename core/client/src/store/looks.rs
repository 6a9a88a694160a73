//! What was looked at on this phone, as a chain, until the server has it and for a while after.

use kring_domain::{DeviceId, DocumentId, Timestamp};
use kring_sync::{DeviceIdentity, Look, LookChain, MAX_LOOKS};
use rusqlite::{Connection, OptionalExtension, params};

use super::value::{number, signed, uuid};
use super::{Store, StoreError};

/// The number of looks are kept that the server has: one that was restored from a backup asks for them again.
const KEPT: i64 = 2_000;

/// Looks that the server has not been told of.
pub(crate) struct Untold {
    /// The number of it was told of before these.
    pub(crate) after: u64,
    /// At most [`MAX_LOOKS`], in order.
    pub(crate) looks: Vec<Look>,
    /// The link behind the last.
    pub(crate) link: [u8; 32],
}

impl Store {
    /// Keeps that a document was looked at.
    pub(crate) fn put_look(&mut self, identity: DeviceIdentity, look: &Look) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        let chain = chain(&transaction, identity)?;
        append(&transaction, chain, look)?;
        Ok(transaction.commit()?)
    }

    /// The next looks to tell of; `None` where the server has all.
    pub(crate) fn untold_looks(&mut self, identity: DeviceIdentity) -> Result<Option<Untold>, StoreError> {
        let transaction = self.connection.transaction()?;
        chain(&transaction, identity)?;
        let after: i64 = transaction.query_row("SELECT told FROM look_chain", [], |row| row.get(0))?;
        let mut looks = Vec::new();
        let mut last = None;
        {
            let sql = "SELECT at, document_id, link FROM looks WHERE number > ?1 ORDER BY number LIMIT ?2";
            let mut statement = transaction.prepare_cached(sql)?;
            let mut rows = statement.query(params![after, i64::try_from(MAX_LOOKS).unwrap_or(i64::MAX)])?;
            while let Some(row) = rows.next()? {
                looks.push(look(row)?);
                last = Some(row.get(2)?);
            }
        }
        transaction.commit()?;
        Ok(last.map(|link| Untold { after: u64::try_from(after).unwrap_or(0), looks, link }))
    }

    /// The server knows of this many looks, and this is the link behind the last, where it says so; whether the phone can go on
    /// from there.
    pub(crate) fn put_told(&mut self, through: u64, link: Option<[u8; 32]>) -> Result<bool, StoreError> {
        let through = i64::try_from(through).unwrap_or(i64::MAX);
        let count: i64 = self.connection.query_row("SELECT count FROM look_chain", [], |row| row.get(0))?;
        let oldest: Option<i64> = self.connection.query_row("SELECT min(number) FROM looks", [], |row| row.get(0))?;
        if through > count || oldest.unwrap_or(count + 1) > through + 1 {
            return Ok(false);
        }
        let sql = "SELECT link FROM looks WHERE number = ?1";
        let ours: Option<[u8; 32]> = self.connection.query_row(sql, [through], |row| row.get(0)).optional()?;
        if ours.zip(link).is_some_and(|(ours, link)| ours != link) {
            return Ok(false);
        }
        let transaction = self.connection.transaction()?;
        transaction.execute("UPDATE look_chain SET told = ?1", [through])?;
        transaction.execute("DELETE FROM looks WHERE number <= ?1", [through - KEPT])?;
        transaction.commit()?;
        Ok(true)
    }
}

/// A list of looks as it was in a damaged file, whole from what the server was told of to its end.
pub(super) struct Salvaged {
    device: DeviceId,
    told: i64,
    looks: Vec<(i64, Look, [u8; 32])>,
    end: LookChain,
}

/// Takes the list out of a damaged file; nothing where nothing was looked at.
///
/// # Errors
///
/// [`StoreError::Damaged`] where what the server was not told of, or the link before it, is not there as it was: nothing
/// can go on from such a list.
pub(super) fn salvage(connection: &Connection, identity: DeviceIdentity) -> Result<Option<Salvaged>, StoreError> {
    let read = "SELECT device_id, told, count, link FROM look_chain";
    let end = connection.query_row(read, [], |row| {
        let end = LookChain { count: number(row, 2)?, link: row.get(3)? };
        Ok((DeviceId::new(uuid(row, 0)?), row.get(1)?, end))
    });
    let Some((device, told, end)) = end.optional()? else { return Ok(None) };
    let sql = "SELECT at, document_id, link, number FROM looks WHERE number >= ?1 ORDER BY number";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([told])?;
    let mut looks = Vec::new();
    while let Some(row) = rows.next()? {
        looks.push((row.get(3)?, look(row)?, row.get(2)?));
    }
    let before = match looks.first() {
        Some((number, _, link)) if *number == told => {
            LookChain { count: u64::try_from(told).unwrap_or(0), link: *link }
        }
        _ if told == 0 => LookChain::start(device, identity.person),
        _ => return Err(StoreError::Damaged),
    };
    let untold = looks.iter().filter(|(number, ..)| *number > told);
    let whole = untold.fold(before, |chain, (_, look, _)| chain.next(look));
    if whole == end { Ok(Some(Salvaged { device, told, looks, end })) } else { Err(StoreError::Damaged) }
}

/// Puts a list into a new file.
pub(super) fn put(connection: &Connection, list: &Salvaged) -> Result<(), StoreError> {
    let sql = "INSERT INTO look_chain (one, device_id, count, link, told) VALUES (1, ?1, ?2, ?3, ?4)";
    let count = signed(list.end.count);
    connection.execute(sql, params![list.device.uuid().as_bytes(), count, list.end.link, list.told])?;
    let mut statement =
        connection.prepare("INSERT INTO looks (number, document_id, at, link) VALUES (?1, ?2, ?3, ?4)")?;
    for (number, look, link) in &list.looks {
        statement.execute(params![number, look.document.uuid().as_bytes(), look.at.millis(), link])?;
    }
    Ok(())
}

/// The chain of this device; of another than before it begins anew, with what the server has not been told of.
fn chain(connection: &Connection, identity: DeviceIdentity) -> Result<LookChain, StoreError> {
    let sql = "SELECT device_id, count, link, told FROM look_chain";
    let found = connection.query_row(sql, [], |row| {
        let count = u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0);
        let chain = LookChain { count, link: row.get(2)? };
        Ok((DeviceId::new(uuid(row, 0)?), chain, row.get::<_, i64>(3)?))
    });
    let told = match found.optional()? {
        Some((device, chain, _)) if device == identity.device => return Ok(chain),
        Some((.., told)) => told,
        None => 0,
    };
    let mut untold = Vec::new();
    {
        let mut statement =
            connection.prepare("SELECT at, document_id FROM looks WHERE number > ?1 ORDER BY number")?;
        let mut rows = statement.query([told])?;
        while let Some(row) = rows.next()? {
            untold.push(look(row)?);
        }
    }
    connection.execute("DELETE FROM looks", [])?;
    let mut chain = LookChain::start(identity.device, identity.person);
    let sql = "INSERT INTO look_chain (one, device_id, count, link, told) VALUES (1, ?1, 0, ?2, 0)
        ON CONFLICT DO UPDATE SET device_id = excluded.device_id, count = 0, link = excluded.link, told = 0";
    connection.execute(sql, params![identity.device.uuid().as_bytes(), chain.link])?;
    for look in &untold {
        chain = append(connection, chain, look)?;
    }
    Ok(chain)
}

fn append(connection: &Connection, chain: LookChain, look: &Look) -> Result<LookChain, StoreError> {
    let next = chain.next(look);
    let number = i64::try_from(next.count).unwrap_or(i64::MAX);
    let sql = "INSERT INTO looks (number, document_id, at, link) VALUES (?1, ?2, ?3, ?4)";
    let document = look.document.uuid();
    let values = params![number, document.as_bytes(), look.at.millis(), next.link];
    connection.prepare_cached(sql)?.execute(values)?;
    connection.prepare_cached("UPDATE look_chain SET count = ?1, link = ?2")?.execute(params![number, next.link])?;
    Ok(next)
}

fn look(row: &rusqlite::Row<'_>) -> Result<Look, StoreError> {
    Ok(Look { at: Timestamp::from_millis(row.get(0)?), document: DocumentId::new(uuid(row, 1)?) })
}

#[cfg(test)]
mod tests {
    use kring_domain::PersonId;
    use uuid::Uuid;

    use super::*;

    fn identity(device: u128) -> DeviceIdentity {
        DeviceIdentity { device: DeviceId::new(Uuid::from_u128(device)), person: PersonId::new(Uuid::from_u128(9)) }
    }

    fn look(number: i64) -> Look {
        Look { at: Timestamp::from_millis(number), document: DocumentId::new(Uuid::from_u128(1)) }
    }

    fn link(device: u128, looks: &[i64]) -> [u8; 32] {
        let start = LookChain::start(identity(device).device, identity(device).person);
        looks.iter().fold(start, |chain, number| chain.next(&look(*number))).link
    }

    #[test]
    fn the_list_goes_on_where_the_server_is_and_begins_anew_on_a_new_device() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kring.db");
        let mut store = Store::open(&path).unwrap();
        assert!(store.untold_looks(identity(1)).unwrap().is_none());
        for number in 1..=3 {
            store.put_look(identity(1), &look(number)).unwrap();
        }
        drop(store);
        let mut store = Store::open(&path).unwrap();
        let untold = store.untold_looks(identity(1)).unwrap().unwrap();
        assert_eq!((untold.after, untold.looks.len(), untold.link), (0, 3, link(1, &[1, 2, 3])));
        assert!(
            store.put_told(3, Some(link(1, &[1, 2, 3]))).unwrap() && store.untold_looks(identity(1)).unwrap().is_none()
        );

        store.put_look(identity(1), &look(4)).unwrap();
        let untold = store.untold_looks(identity(1)).unwrap().unwrap();
        assert_eq!((untold.after, untold.looks.len(), untold.link), (3, 1, link(1, &[1, 2, 3, 4])));
        assert!(store.put_told(1, None).unwrap(), "the server was restored from a backup");
        assert_eq!(store.untold_looks(identity(1)).unwrap().unwrap().looks.len(), 3);
        assert!(!store.put_told(5, None).unwrap(), "the phone was");
        assert!(!store.put_told(2, Some(link(1, &[1, 9]))).unwrap(), "somebody else goes on from the same copy");

        let untold = store.untold_looks(identity(2)).unwrap().unwrap();
        assert_eq!((untold.after, untold.looks.len(), untold.link), (0, 3, link(2, &[2, 3, 4])));
    }

    #[test]
    fn what_the_server_has_is_kept_for_a_while_only() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = Store::open(&directory.path().join("kring.db")).unwrap();
        store.connection.execute_batch("PRAGMA synchronous = OFF").unwrap();
        for number in 1..=KEPT + 100 {
            store.put_look(identity(1), &look(number)).unwrap();
        }
        assert!(store.put_told(u64::try_from(KEPT).unwrap() + 100, None).unwrap());
        let count: i64 = store.connection.query_row("SELECT count(*) FROM looks", [], |row| row.get(0)).unwrap();
        assert_eq!(count, KEPT);
        assert!(!store.put_told(50, None).unwrap(), "that far back there is nothing left");
    }
}
