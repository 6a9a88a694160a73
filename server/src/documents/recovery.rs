//! The time after a backup was restored: a document takes nothing new while devices may still bring back what it had,
//! because whatever is admitted before is the beginning of another history.

use kring_domain::{DocumentId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::clock::now;
use crate::store::{Store, StoreError};

/// Once a device has brought something, the others get this part of the whole time to bring more.
const SHARE: i64 = 20;

/// How long a document waits for what devices have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recovery {
    seconds: i64,
    ends_at: Timestamp,
}

impl Recovery {
    /// Whether the document still waits.
    pub(crate) fn is_on(&self, now: Timestamp) -> bool {
        now < self.ends_at
    }

    /// A device has brought entries; says when the wait ends now.
    pub(super) fn brought(&mut self, now: Timestamp) -> Timestamp {
        let soon = Timestamp::from_millis(now.millis().saturating_add(self.seconds.saturating_mul(1000) / SHARE));
        self.ends_at = self.ends_at.min(soon);
        self.ends_at
    }
}

/// How long a document waits; `None` where it does not.
pub(crate) fn recovery(connection: &Connection, document: DocumentId) -> Result<Option<Recovery>, StoreError> {
    let sql = "SELECT seconds, ends_at FROM recovering WHERE document_id = ?1 AND ends_at IS NOT NULL";
    let found = connection.prepare_cached(sql)?.query_row([document.uuid().as_bytes()], |row| {
        Ok(Recovery { seconds: row.get(0)?, ends_at: Timestamp::from_millis(row.get(1)?) })
    });
    Ok(found.optional()?)
}

/// Has every document of a restored backup wait, from the first start of the server on.
///
/// # Errors
///
/// When the database refuses.
pub async fn begin_recovery(store: &Store) -> Result<(), StoreError> {
    let begun = store.write(|connection| -> Result<usize, StoreError> {
        let now = now().millis();
        connection.execute("DELETE FROM recovering WHERE ends_at <= ?1", [now])?;
        connection.execute("UPDATE recovering SET ends_at = ?1 + seconds * 1000 WHERE ends_at IS NULL", [now])?;
        let waiting = "SELECT count(*) FROM recovering";
        Ok(usize::try_from(connection.query_row(waiting, [], |row| row.get::<_, i64>(0))?).unwrap_or(0))
    });
    let documents = begun.await?;
    if documents > 0 {
        tracing::warn!(
            documents,
            "restored from a backup: nothing new is taken until devices have brought what is missing"
        );
    }
    Ok(())
}

/// Marks every document of a restored backup.
pub(crate) fn mark_restored(connection: &Connection, seconds: u32) -> Result<(), StoreError> {
    connection.execute("DELETE FROM recovering", [])?;
    if seconds > 0 {
        let sql = "INSERT INTO recovering (document_id, seconds) SELECT document_id, ?1 FROM documents";
        connection.execute(sql, [seconds])?;
    }
    Ok(())
}

/// Keeps when a document's wait ends.
pub(super) fn keep_end(connection: &Connection, document: DocumentId, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE recovering SET ends_at = ?2 WHERE document_id = ?1";
    connection.prepare_cached(sql)?.execute(params![document.uuid().as_bytes(), at.millis()])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_brings_something_shortens_the_wait_and_never_lengthens_it() {
        let at = Timestamp::from_millis;
        let mut recovery = Recovery { seconds: 600, ends_at: at(600_000) };
        assert!(recovery.is_on(at(0)) && recovery.is_on(at(599_999)) && !recovery.is_on(at(600_000)));
        assert_eq!(recovery.brought(at(10_000)), at(40_000));
        assert_eq!(recovery.brought(at(35_000)), at(40_000));
        assert!(!recovery.is_on(at(40_000)));
    }
}
