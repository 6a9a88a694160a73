//! The owner of the file, the sign-in, the spaces and the people in them.

use kring_domain::{DeviceId, PersonId, Role, ServerId, SpaceId, Status, Timestamp};
use kring_sync::{Clock, DeviceIdentity, Member};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::value::{parse, uuid, word};
use super::{LocalSpace, Store, StoreError, sign_in};
use crate::account::{Account, Credentials};
use crate::device_key::{DeviceKey, NewDevice};
use crate::secret::Secret;

impl Store {
    /// The account; made with `new` where the file is new.
    pub(crate) fn account(&mut self, new: impl FnOnce() -> DeviceIdentity) -> Result<Account, StoreError> {
        let read = "SELECT person_id, device_id, server, server_id, is_copy FROM account";
        let row = self.connection.query_row(read, [], |row| {
            let identity =
                DeviceIdentity { person: PersonId::new(uuid(row, 0)?), device: DeviceId::new(uuid(row, 1)?) };
            let server_id = row.get::<_, Option<[u8; 16]>>(3)?.map(|bytes| ServerId::new(Uuid::from_bytes(bytes)));
            Ok(Account { identity, server: row.get(2)?, server_id, is_copy: row.get(4)? })
        });
        if let Some(account) = row.optional()? {
            return Ok(account);
        }
        let account = Account { identity: new(), server: None, server_id: None, is_copy: false };
        put_account(&self.connection, &account)?;
        Ok(account)
    }

    /// Keeps whose file this is, without a sign-in.
    pub(crate) fn put_identity(&mut self, account: &Account) -> Result<(), StoreError> {
        put_account(&self.connection, account)
    }

    /// The mark of the file that this database was last known to be in.
    pub(crate) fn file_id(&self) -> Result<Option<String>, StoreError> {
        let read = "SELECT file_mark FROM account";
        Ok(self.connection.query_row(read, [], |row| row.get(0)).optional()?.flatten())
    }

    /// Keeps which file this database is in.
    pub(crate) fn put_file_id(&mut self, file_id: &str) -> Result<(), StoreError> {
        self.connection.execute("UPDATE account SET file_mark = ?1", [file_id])?;
        Ok(())
    }

    /// Returns what is known about the time.
    pub(crate) fn clock(&self) -> Result<Clock, StoreError> {
        let read = "SELECT clock_ahead, server_time FROM account";
        let row = self.connection.query_row(read, [], |row| {
            Ok(Clock { ahead: row.get(0)?, server_time: Timestamp::from_millis(row.get(1)?) })
        });
        Ok(row.optional()?.unwrap_or_default())
    }

    /// Keeps what is known about the time.
    pub(crate) fn put_clock(&mut self, clock: Clock) -> Result<(), StoreError> {
        let sql = "UPDATE account SET clock_ahead = ?1, server_time = ?2";
        self.connection.execute(sql, params![clock.ahead, clock.server_time.millis()])?;
        Ok(())
    }

    /// Returns how it goes in a space, as the server told last.
    pub(crate) fn status(&self, space: SpaceId) -> Result<Option<Status>, StoreError> {
        let read = "SELECT status FROM statuses WHERE space_id = ?1";
        let row = self.connection.query_row(read, [space.uuid().as_bytes()], |row| row.get::<_, String>(0));
        let status = row.optional()?;
        // What another version wrote is asked for again.
        Ok(status.and_then(|status| serde_json::from_str(&status).ok()))
    }

    /// Keeps how it goes in a space.
    pub(crate) fn put_status(&mut self, space: SpaceId, status: &Status) -> Result<(), StoreError> {
        let status = serde_json::to_string(status).map_err(|_| StoreError::Damaged)?;
        let sql = "INSERT OR REPLACE INTO statuses (space_id, status) VALUES (?1, ?2)";
        self.connection.execute(sql, params![space.uuid().as_bytes(), status])?;
        Ok(())
    }

    /// Keeps what this phone is to become, before it asks for it.
    pub(crate) fn put_new_device(&mut self, new: &NewDevice) -> Result<(), StoreError> {
        let secret = new.key.expose();
        let sql = "UPDATE session SET new_key = ?1, new_nonce = ?2";
        self.connection.execute(sql, params![secret.as_slice(), new.nonce])?;
        Ok(())
    }

    /// Keeps which server the person's is.
    pub(crate) fn put_server_id(&mut self, server: ServerId) -> Result<(), StoreError> {
        self.connection.execute("UPDATE account SET server_id = ?1", [server.uuid().as_bytes()])?;
        Ok(())
    }

    /// The sign-in, where there is one.
    pub(crate) fn credentials(&self) -> Result<Option<Credentials>, StoreError> {
        credentials(&self.connection)
    }

    /// Keeps the outcome of a sign-in, which has its answer now.
    pub(crate) fn sign_in(&mut self, account: &Account, credentials: &Credentials) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        put_account(&transaction, account)?;
        put_credentials(&transaction, credentials)?;
        sign_in::drop_pending_sign_in(&transaction)?;
        Ok(transaction.commit()?)
    }

    /// Keeps a new pair of tokens in the place of the old one.
    pub(crate) fn put_credentials(&mut self, credentials: &Credentials) -> Result<(), StoreError> {
        put_credentials(&self.connection, credentials)
    }

    /// Keeps the word of an exchange of tokens, before it is begun.
    pub(crate) fn put_refresh_nonce(&mut self, refresh_nonce: &str) -> Result<(), StoreError> {
        self.connection.execute("UPDATE session SET exchange = ?1", [refresh_nonce])?;
        Ok(())
    }

    /// Forgets the sign-in.
    pub(crate) fn sign_out(&mut self) -> Result<(), StoreError> {
        self.connection.execute("DELETE FROM session", [])?;
        Ok(())
    }

    /// The spaces by name, and whether the server does not know them yet.
    pub(crate) fn spaces(&self) -> Result<Vec<(SpaceId, String, bool)>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT space_id, name, is_local FROM spaces ORDER BY name")?;
        let rows = statement.query_map([], |row| Ok((SpaceId::new(uuid(row, 0)?), row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The server knows a space now.
    pub(crate) fn put_known_space(&mut self, space: SpaceId) -> Result<(), StoreError> {
        let sql = "UPDATE spaces SET is_local = 0 WHERE space_id = ?1";
        self.connection.prepare_cached(sql)?.execute([space.uuid().as_bytes()])?;
        Ok(())
    }

    /// The people in all spaces.
    pub(crate) fn members(&self) -> Result<Vec<Member>, StoreError> {
        let sql = "SELECT space_id, person_id, name, role FROM members ORDER BY space_id, number";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut members = Vec::new();
        while let Some(row) = rows.next()? {
            let role: Role = parse(row.get(3)?)?;
            let space = SpaceId::new(uuid(row, 0)?);
            let person_id = PersonId::new(uuid(row, 1)?);
            members.push(Member { space, person_id, name: row.get(2)?, role });
        }
        Ok(members)
    }
}

/// The sign-in in a file, where there is one.
pub(super) fn credentials(connection: &Connection) -> Result<Option<Credentials>, StoreError> {
    let read = "SELECT access_token, refresh_token, refresh_at, device_key, exchange FROM session";
    let new_device = new_device(connection);
    let row = connection.query_row(read, [], |row| {
        let secret = row.get::<_, Option<[u8; 32]>>(3)?.map(Zeroizing::new);
        Ok(Credentials {
            key: secret.map(|secret| DeviceKey::from_secret(&secret)),
            refresh_nonce: row.get(4)?,
            new_device: new_device.clone(),
            access_token: Secret::new(row.get(0)?),
            refresh_token: Secret::new(row.get(1)?),
            refresh_at: Timestamp::from_millis(row.get(2)?),
        })
    });
    Ok(row.optional()?)
}

/// Returns what a phone is to become that was put back from a copy. A file of an older version has no such columns.
fn new_device(connection: &Connection) -> Option<NewDevice> {
    let mut read = connection.prepare("SELECT new_key, new_nonce FROM session WHERE new_key IS NOT NULL").ok()?;
    let found = read.query_row([], |row| {
        let secret = Zeroizing::new(row.get::<_, [u8; 32]>(0)?);
        Ok(NewDevice { key: DeviceKey::from_secret(&secret), nonce: row.get(1)? })
    });
    found.ok()
}

pub(super) fn put_local_space(connection: &Connection, space: &LocalSpace) -> Result<(), StoreError> {
    let sql = "INSERT INTO spaces (space_id, name, is_local) VALUES (?1, ?2, 1) ON CONFLICT DO NOTHING";
    connection.prepare_cached(sql)?.execute(params![space.id.uuid().as_bytes(), space.name])?;
    Ok(())
}

pub(super) fn put_space_name(connection: &Connection, space: SpaceId, name: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO spaces (space_id, name, is_local) VALUES (?1, ?2, 0)
        ON CONFLICT DO UPDATE SET name = excluded.name, is_local = 0";
    connection.prepare_cached(sql)?.execute(params![space.uuid().as_bytes(), name])?;
    Ok(())
}

pub(super) fn put_members(connection: &Connection, members: &[Member]) -> Result<(), StoreError> {
    connection.execute("DELETE FROM members", [])?;
    let sql = "INSERT INTO members (space_id, person_id, number, name, role) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO NOTHING";
    let mut statement = connection.prepare_cached(sql)?;
    for (number, member) in (0i64..).zip(members) {
        let space = member.space.uuid();
        let person = member.person_id.uuid();
        let role = word(&member.role);
        statement.execute(params![space.as_bytes(), person.as_bytes(), number, member.name, role])?;
    }
    forget_left_spaces(connection)
}

/// Forgets the names of spaces that the person is no longer in and of which nothing is left here.
pub(super) fn forget_left_spaces(connection: &Connection) -> Result<(), StoreError> {
    let sql = "DELETE FROM spaces WHERE is_local = 0
        AND space_id NOT IN (SELECT space_id FROM documents)
        AND space_id NOT IN (SELECT space_id FROM members WHERE person_id = (SELECT person_id FROM account))";
    connection.prepare_cached(sql)?.execute([])?;
    let sql = "DELETE FROM statuses WHERE space_id NOT IN
        (SELECT space_id FROM members WHERE person_id = (SELECT person_id FROM account))";
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

fn put_account(connection: &Connection, account: &Account) -> Result<(), StoreError> {
    let sql = "INSERT INTO account (one, person_id, device_id, server, server_id, is_copy)
        VALUES (1, ?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO UPDATE SET person_id = excluded.person_id, device_id = excluded.device_id,
            server = excluded.server, server_id = excluded.server_id,
            is_copy = excluded.is_copy";
    let server_id = account.server_id.map(|server| *server.uuid().as_bytes());
    let DeviceIdentity { person, device } = account.identity;
    let person = person.uuid();
    let device = device.uuid();
    connection
        .execute(sql, params![person.as_bytes(), device.as_bytes(), account.server, server_id, account.is_copy])?;
    Ok(())
}

fn put_credentials(connection: &Connection, credentials: &Credentials) -> Result<(), StoreError> {
    let sql = "INSERT INTO session (one, access_token, refresh_token, refresh_at, device_key, exchange)
        VALUES (1, ?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO UPDATE SET access_token = excluded.access_token, refresh_token = excluded.refresh_token,
            refresh_at = excluded.refresh_at, device_key = excluded.device_key, exchange = excluded.exchange,
            new_key = NULL, new_nonce = NULL";
    let access = credentials.access_token.expose();
    let refresh = credentials.refresh_token.expose();
    let key = credentials.key.as_ref().map(DeviceKey::expose);
    let key = key.as_ref().map(|secret| secret.as_slice());
    connection
        .execute(sql, params![access, refresh, credentials.refresh_at.millis(), key, credentials.refresh_nonce])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_and_session_are_there_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kring.db");
        let mut store = Store::open(&path).unwrap();
        let mut account = store.account(|| identity(1)).unwrap();
        assert_eq!(store.account(|| identity(9)).unwrap(), account, "made once");
        assert_eq!(store.credentials().unwrap(), None);
        account.identity = identity(2);
        account.server = Some("https://kring.example".into());
        account.server_id = Some(ServerId::new(Uuid::from_u128(5)));
        let credentials = |text: &str| {
            Credentials::new(Secret::new(text.into()), Secret::new(text.into()), 900, Timestamp::from_millis(5_000))
        };
        store.sign_in(&account, &credentials("first")).unwrap();
        let key = Some(DeviceKey::generate().unwrap());
        let second = credentials("second").with_key(key);
        store.put_credentials(&second).unwrap();
        store.put_refresh_nonce("begun").unwrap();
        account.server_id = Some(ServerId::new(Uuid::from_u128(6)));
        store.put_server_id(ServerId::new(Uuid::from_u128(6))).unwrap();
        drop(store);
        let mut store = Store::open(&path).unwrap();
        assert_eq!(store.account(|| identity(9)).unwrap(), account);
        assert_eq!(store.credentials().unwrap(), Some(Credentials { refresh_nonce: Some("begun".into()), ..second }));
        store.sign_out().unwrap();
        assert_eq!(store.credentials().unwrap(), None);
    }

    #[test]
    fn a_space_that_was_left_is_forgotten_and_one_made_here_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = Store::open(&directory.path().join("kring.db")).unwrap();
        let account = store.account(|| identity(1)).unwrap();
        let space = |number| SpaceId::new(Uuid::from_u128(number));
        let local = LocalSpace { id: space(1), name: "thuis".into() };
        store.apply(&[], &[local]).unwrap();
        put_space_name(&store.connection, space(2), "werk").unwrap();
        let me = Member { space: space(2), person_id: account.person(), name: "Anna".into(), role: Role::Backup };
        put_members(&store.connection, std::slice::from_ref(&me)).unwrap();
        assert_eq!(store.members().unwrap(), [me]);
        assert_eq!(store.spaces().unwrap(), [(space(1), "thuis".into(), true), (space(2), "werk".into(), false)]);
        put_members(&store.connection, &[]).unwrap();
        assert_eq!(store.spaces().unwrap(), [(space(1), "thuis".into(), true)]);
        store.put_known_space(space(1)).unwrap();
        assert_eq!(store.spaces().unwrap(), [(space(1), "thuis".into(), false)]);
    }

    fn identity(number: u128) -> DeviceIdentity {
        let uuid = Uuid::from_u128(number);
        DeviceIdentity { device: DeviceId::new(uuid), person: PersonId::new(uuid) }
    }
}
