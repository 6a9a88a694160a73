//! The entries of a round, on their way to be stored.

use ed25519_dalek::{Signer, SigningKey};
use kring_domain::Role;
use kring_sync::{Admitted, Base, ChainHash, EncodedEntry, Entry, Mark, Readmitted};

use super::table::EntryRow;
use super::turn::FormerRow;

/// After about this many bytes of entries there is a signature, also within a batch: a device can prove what it has up
/// to the last signature only, and brings it in pieces.
const SIGNED_BYTES: usize = 64 * 1024;

/// An entry of the present round.
pub(super) struct Drafted {
    pub(super) entry: Entry,
    pub(super) mark: Mark,
    pub(super) link: ChainHash,
    pub(super) role: Role,
    /// The command as JSON.
    pub(super) command: String,
    /// True when it was made just now and is to be signed.
    pub(super) is_new: bool,
}

impl Drafted {
    /// An entry that was made just now.
    pub(super) fn new(admitted: Admitted, role: Role) -> Self {
        let Admitted { entry, mark, link, command } = admitted;
        // Commands are structs of strings, numbers and lists, which always have a JSON form.
        let command = serde_json::to_string(&command).unwrap_or_default();
        Self { entry, mark, link, role, command, is_new: true }
    }

    /// An entry that came back: its command is known by name only.
    pub(super) fn back(readmitted: Readmitted) -> Self {
        let Readmitted { entry, mark, link, role } = readmitted;
        let command = serde_json::json!({ "type": entry.command }).to_string();
        Self { entry, mark, link, role, command, is_new: false }
    }

    /// Returns what stays of it where it is never stored as an entry.
    pub(super) fn former(self, place: Base) -> FormerRow {
        let Self { entry, role, command, .. } = self;
        let Entry { command_id, suggestion: is_suggestion, at, person, .. } = entry;
        FormerRow { place, command_id, is_suggestion, at, person, role, command }
    }

    /// The entry as it is stored.
    pub(super) fn row(self) -> EntryRow {
        EntryRow {
            sequence: self.entry.sequence,
            command_id: self.entry.command_id,
            is_suggestion: self.entry.suggestion,
            role: self.role,
            mark: self.mark,
            entry: EncodedEntry::new(&self.entry),
            command: self.command,
            link: self.link,
        }
    }
}

/// Signs the last entry, and within a long batch one now and then.
pub(super) fn sign(entries: &mut [Drafted], key: &SigningKey) {
    let last = entries.len().saturating_sub(1);
    let mut unsigned = 0;
    for (index, drafted) in entries.iter_mut().enumerate() {
        unsigned += drafted.entry.change.len();
        if drafted.is_new && (index == last || unsigned >= SIGNED_BYTES) {
            drafted.entry.signature = key.sign(drafted.link.as_bytes()).to_bytes().to_vec();
        }
        if !drafted.entry.signature.is_empty() {
            unsigned = 0;
        }
    }
}
