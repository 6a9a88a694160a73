//! Checking that nothing was changed, removed, swapped or added behind the server's back.

use std::collections::BTreeMap;

use ed25519_dalek::{Signature, VerifyingKey};
use rusqlite::Connection;
use serde::Serialize;
use uuid::Uuid;

use super::chain::{AuditChainHash, COLUMNS, ChainedEntry};
use crate::store::StoreError;

/// The findings about one chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The space; the id of zeros for the chain of the server.
    pub chain: Uuid,
    /// The number of lines.
    pub lines: i64,
    /// Up to which line a signature vouches for it.
    pub sealed: i64,
    /// The fault; `None` for a chain that is whole.
    pub fault: Option<Fault>,
}

/// The fault with a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// At this place another line is expected: one was removed, added or moved.
    Gap {
        /// The place where it shows.
        position: i64,
    },
    /// This line does not say what it said, or one before it.
    Altered {
        /// The place where it shows.
        position: i64,
    },
    /// The chain does not end where it is noted to end.
    End {
        /// The number of lines there should be.
        expected: i64,
    },
    /// The seal is not of this server, or not for this chain.
    Seal,
}

/// The noted end of a chain.
struct Head {
    lines: i64,
    chain_hash: AuditChainHash,
    sealed: i64,
    signature: Option<[u8; 64]>,
}

/// Goes through every chain, from the first line to the last.
///
/// # Errors
///
/// When the database cannot be read.
pub fn verify(connection: &Connection, key: &VerifyingKey) -> Result<Vec<Report>, StoreError> {
    let heads = heads(connection)?;
    let mut chains: BTreeMap<Uuid, Option<&Head>> = heads.iter().map(|(chain, head)| (*chain, Some(head))).collect();
    let mut statement = connection.prepare("SELECT DISTINCT space_id FROM access_log")?;
    for chain in statement.query_map([], |row| row.get::<_, Option<Uuid>>(0))? {
        chains.entry(chain?.unwrap_or_default()).or_default();
    }
    chains.into_iter().map(|(chain, head)| walk(connection, chain, head, key)).collect()
}

fn walk(connection: &Connection, chain: Uuid, head: Option<&Head>, key: &VerifyingKey) -> Result<Report, StoreError> {
    let sql = format!("SELECT link, {COLUMNS} FROM access_log WHERE space_id IS ?1 ORDER BY position, number");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([Some(chain).filter(|chain| !chain.is_nil())])?;
    let mut lines = 0;
    let mut chain_hash = AuditChainHash::start(chain);
    let mut fault = None;
    let mut at_seal = None;
    while let Some(row) = rows.next()? {
        lines += 1;
        // What is not of the right form was written by somebody else.
        let Ok(line) = ChainedEntry::read(row, 1) else {
            fault = fault.or(Some(Fault::Altered { position: lines }));
            continue;
        };
        chain_hash = chain_hash.next(&line);
        if line.position != lines {
            fault = fault.or(Some(Fault::Gap { position: lines }));
        }
        if row.get::<_, [u8; 32]>(0).ok() != Some(chain_hash.0) {
            fault = fault.or(Some(Fault::Altered { position: lines }));
        }
        if head.is_some_and(|head| head.sealed == lines) {
            at_seal = Some(chain_hash);
        }
    }
    let fault = fault.or_else(|| end_fault(chain, lines, chain_hash, at_seal, head, key));
    Ok(Report { chain, lines, sealed: head.map_or(0, |head| head.sealed), fault })
}

fn end_fault(
    chain: Uuid,
    lines: i64,
    chain_hash: AuditChainHash,
    at_seal: Option<AuditChainHash>,
    head: Option<&Head>,
    key: &VerifyingKey,
) -> Option<Fault> {
    let Some(head) = head else { return Some(Fault::End { expected: 0 }) };
    if head.lines != lines || head.chain_hash != chain_hash {
        return Some(Fault::End { expected: head.lines });
    }
    if head.sealed == 0 {
        return None;
    }
    let (Some(sealed), Some(signature)) = (at_seal, head.signature) else { return Some(Fault::Seal) };
    let message = sealed.sealed(chain, head.sealed);
    key.verify_strict(&message, &Signature::from_bytes(&signature)).err().map(|_| Fault::Seal)
}

fn heads(connection: &Connection) -> Result<BTreeMap<Uuid, Head>, StoreError> {
    let mut statement = connection.prepare("SELECT chain_id, lines, link, sealed, signature FROM access_heads")?;
    let rows = statement.query_map([], |row| {
        let head = Head {
            lines: row.get(1)?,
            chain_hash: AuditChainHash(row.get(2)?),
            sealed: row.get(3)?,
            signature: row.get(4)?,
        };
        Ok((row.get(0)?, head))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
