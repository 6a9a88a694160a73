//! Documents that wait, after a backup was restored, for what devices still have.

use kring_domain::{DocumentId, Timestamp};
use kring_sync::Recovery;
use rusqlite::{Connection, OptionalExtension, params};

use crate::clock::now;
use crate::store::{Store, StoreError};

/// Returns whether a document was ever restored from a backup, so that devices may be on a history that ended then.
pub(crate) fn was_restored(connection: &Connection, document: DocumentId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM recovering WHERE document_id = ?1";
    Ok(connection.prepare_cached(sql)?.exists([document.uuid().as_bytes()])?)
}

/// Returns how long a document waits, or has waited; `None` where it was never restored.
pub(crate) fn recovery(connection: &Connection, document: DocumentId) -> Result<Option<Recovery>, StoreError> {
    let sql = "SELECT seconds, ends_at FROM recovering WHERE document_id = ?1 AND ends_at IS NOT NULL";
    let found = connection.prepare_cached(sql)?.query_row([document.uuid().as_bytes()], |row| {
        Ok(Recovery::new(row.get(0)?, Timestamp::from_millis(row.get(1)?)))
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
        connection.execute("UPDATE recovering SET ends_at = ?1 + seconds * 1000 WHERE ends_at IS NULL", [now])?;
        let waiting = "SELECT count(*) FROM recovering WHERE ends_at > ?1";
        Ok(usize::try_from(connection.query_row(waiting, [now], |row| row.get::<_, i64>(0))?).unwrap_or(0))
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

/// Marks every document of a restored backup, for good.
pub(crate) fn mark_restored(connection: &Connection, seconds: u32) -> Result<(), StoreError> {
    connection.execute("DELETE FROM recovering", [])?;
    let sql = "INSERT INTO recovering (document_id, seconds) SELECT document_id, ?1 FROM documents";
    connection.execute(sql, [seconds])?;
    Ok(())
}

/// Keeps when a document's wait ends.
pub(super) fn keep_end(connection: &Connection, document: DocumentId, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE recovering SET ends_at = ?2 WHERE document_id = ?1";
    connection.prepare_cached(sql)?.execute(params![document.uuid().as_bytes(), at.millis()])?;
    Ok(())
}
