//! Sealing the end of each chain.

use ed25519_dalek::{Signer, SigningKey};
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::chain::AuditChainHash;
use crate::store::StoreError;

/// The most chains that are sealed in one go.
const BATCH: u32 = 200;

/// Returns whether there are chains that have grown since they were sealed.
///
/// # Errors
///
/// When the database cannot be read.
pub fn has_grown(connection: &Connection) -> Result<bool, StoreError> {
    Ok(connection.prepare_cached("SELECT 1 FROM access_heads WHERE sealed < lines")?.exists([])?)
}

/// Signs the end of the chains that have grown, some of them at a time.
///
/// A signature costs as much as keeping a line, so it is made for many lines at once and not for each.
///
/// # Errors
///
/// When the database refuses.
pub fn seal(connection: &Connection, key: &SigningKey) -> Result<(), StoreError> {
    let sql = "SELECT chain_id, lines, link FROM access_heads WHERE sealed < lines LIMIT ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([BATCH], |row| Ok((row.get(0)?, row.get(1)?, AuditChainHash(row.get(2)?))))?;
    let grown: Vec<(Uuid, i64, AuditChainHash)> = rows.collect::<Result<_, _>>()?;
    let mut update =
        connection.prepare_cached("UPDATE access_heads SET sealed = ?2, signature = ?3 WHERE chain_id = ?1")?;
    for (chain, lines, chain_hash) in &grown {
        let signature = key.sign(&chain_hash.sealed(*chain, *lines));
        update.execute(params![chain, lines, signature.to_bytes()])?;
    }
    Ok(())
}
