//! The sign-in that was begun and has no answer yet.

use rusqlite::{Connection, OptionalExtension, params};
use zeroize::Zeroizing;

use super::{Store, StoreError};
use crate::account::PendingSignIn;
use crate::device_key::DeviceKey;
use crate::secret::Secret;

impl Store {
    /// The sign-in that has no answer yet, where there is one.
    pub(crate) fn pending_sign_in(&self) -> Result<Option<PendingSignIn>, StoreError> {
        pending_sign_in(&self.connection)
    }

    /// Keeps a sign-in before it is sent, in the place of one that was begun before.
    pub(crate) fn put_pending_sign_in(&mut self, pending: &PendingSignIn) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO sign_in (one, server, code, device_name, display_name, device_key, nonce)
            VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)";
        let key = pending.key.as_ref().map(DeviceKey::expose);
        let key = key.as_ref().map(|secret| secret.as_slice());
        let PendingSignIn { server, code, device_name, display_name, nonce, .. } = pending;
        self.connection.execute(sql, params![server, code.expose(), device_name, display_name, key, nonce])?;
        Ok(())
    }

    /// Forgets the sign-in that was begun.
    pub(crate) fn drop_pending_sign_in(&mut self) -> Result<(), StoreError> {
        drop_pending_sign_in(&self.connection)
    }
}

pub(super) fn pending_sign_in(connection: &Connection) -> Result<Option<PendingSignIn>, StoreError> {
    let sql = "SELECT server, code, device_name, display_name, device_key, nonce FROM sign_in";
    let row = connection.query_row(sql, [], |row| {
        let secret = row.get::<_, Option<[u8; 32]>>(4)?.map(Zeroizing::new);
        Ok(PendingSignIn {
            server: row.get(0)?,
            code: Secret::new(row.get(1)?),
            device_name: row.get(2)?,
            display_name: row.get(3)?,
            key: secret.map(|secret| DeviceKey::from_secret(&secret)),
            nonce: row.get(5)?,
        })
    });
    Ok(row.optional()?)
}

pub(super) fn drop_pending_sign_in(connection: &Connection) -> Result<(), StoreError> {
    connection.execute("DELETE FROM sign_in", [])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_that_was_begun_is_there_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kring.db");
        let mut store = Store::open(&path).unwrap();
        assert_eq!(store.pending_sign_in().unwrap(), None);
        let pending = |nonce: &str| PendingSignIn {
            server: "https://kring.example".into(),
            code: Secret::new("K7QM-2XAB-90TV-ZZ4E".into()),
            device_name: "telefoon".into(),
            display_name: None,
            key: Some(DeviceKey::generate().unwrap()),
            nonce: nonce.into(),
        };
        store.put_pending_sign_in(&pending("first")).unwrap();
        let second = pending("second");
        store.put_pending_sign_in(&second).unwrap();
        drop(store);
        let mut store = Store::open(&path).unwrap();
        assert_eq!(store.pending_sign_in().unwrap(), Some(second));
        store.drop_pending_sign_in().unwrap();
        assert_eq!(store.pending_sign_in().unwrap(), None);
    }
}
