//! Entries that the server has lost, back from a device that kept them.

use kring_domain::Role;
use thiserror::Error;

use super::{Admission, EntryMeta};
use crate::{ChainHash, Entry, Position, Verdict, guard};

/// An entry that is part of the log again, and is not durable yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readmitted {
    /// The entry as it was, its signature included.
    pub entry: Entry,
    /// The data that the store keeps beside it.
    pub meta: EntryMeta,
    /// The chain hash of the chain that covers it.
    pub chain_hash: ChainHash,
    /// The role that the person had.
    pub role: Role,
}

/// Why entries are not taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RecoverError {
    /// They do not follow the log.
    #[error("the entries do not follow the log")]
    Gap,
    /// This server did not sign them behind its log: forged, altered, or of another history.
    #[error("the entries are not of this log")]
    NotOurs,
    /// They are signed, and yet no changes of this document, which has to be thrown away.
    #[error("the entries cannot be read")]
    Unreadable,
}

impl Admission {
    /// Takes entries back that this server has signed, in order, as they were; those that are here are passed over,
    /// and so are those behind the last signature.
    ///
    /// `is_signed` says whether bytes are this server's signature over a chain hash. Nothing of an entry is parsed before
    /// its signature was found good; the work is one hash of all bytes and one check for each signature.
    ///
    /// # Errors
    ///
    /// See [`RecoverError`]; nothing is taken then.
    pub fn handle_recovered(
        &mut self,
        entries: &[Entry],
        is_signed: impl Fn(&ChainHash, &[u8]) -> bool,
    ) -> Result<Vec<Readmitted>, RecoverError> {
        let signed = self.signed(entries, is_signed)?;
        let changes = signed.iter().map(|(entry, ..)| entry.change.as_slice());
        let applied = guard::apply(&mut self.document, changes).map_err(|_| RecoverError::Unreadable)?;
        let mut readmitted = Vec::with_capacity(signed.len());
        for ((entry, chain_hash, role), change) in signed.into_iter().zip(applied) {
            let heads = self.log.heads_after(change.hash, &change.parents);
            let meta = EntryMeta { hash: change.hash, device: entry.device, base: entry.base, heads };
            self.log.push(meta.clone());
            let position = Position { sequence: entry.sequence, ..self.head() };
            self.log.record(Verdict::admitted(entry.command_id, position, entry.suggestion));
            self.chain_hash = chain_hash;
            readmitted.push(Readmitted { entry: entry.clone(), meta, chain_hash, role });
        }
        // What can be applied and not stored would end the document at the next start.
        let is_good = self.is_as_promised() && guard::save(&self.document).is_ok();
        is_good.then_some(readmitted).ok_or(RecoverError::Unreadable)
    }

    /// The entries behind the log up to the last signature, each with its chain hash; every signature was found good.
    fn signed<'a>(
        &self,
        entries: &'a [Entry],
        is_signed: impl Fn(&ChainHash, &[u8]) -> bool,
    ) -> Result<Vec<(&'a Entry, ChainHash, Role)>, RecoverError> {
        let head = self.head().sequence;
        let mut chain_hash = self.chain_hash;
        let mut signed = Vec::new();
        let mut run = Vec::new();
        for (entry, expected) in entries.iter().skip_while(|entry| entry.sequence <= head).zip(head + 1..) {
            if entry.sequence != expected {
                return Err(RecoverError::Gap);
            }
            chain_hash = chain_hash.next(entry);
            let role = Role::from_name(&entry.role).ok_or(RecoverError::NotOurs)?;
            run.push((entry, chain_hash, role));
            if !entry.signature.is_empty() {
                if !is_signed(&chain_hash, &entry.signature) {
                    return Err(RecoverError::NotOurs);
                }
                signed.append(&mut run);
            }
        }
        Ok(signed)
    }

    /// Returns whether the document's heads are those that the log says.
    pub(super) fn is_as_promised(&self) -> bool {
        let mut promised = self.log.hashes(&self.log.present());
        let mut found = self.document.get_heads();
        promised.sort_unstable();
        found.sort_unstable();
        promised == found
    }
}
