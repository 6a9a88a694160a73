//! The entries of one frame, as a device reads them.

use axum::body::Bytes;
use kring_domain::DocumentId;
use kring_sync::{EncodedEntry, Entry, encode_entries, pack_entries};

use crate::documents::queries::LoadError;

/// About how many bytes of entries go into one frame; small enough that no connection keeps a large buffer.
const FRAME_BYTES: usize = 2 * 1024;

/// As many go into a packed frame, which takes a fraction of it; a change counts once for all the entries that carry it.
const PACKED_FRAME_BYTES: usize = 8 * FRAME_BYTES;

/// About how many bytes an entry has besides its change.
const ENTRY_BYTES: usize = 300;

/// Entries that follow each other.
pub(super) enum FrameBuilder {
    /// For any device, as they are stored.
    Plain { entries: Vec<EncodedEntry>, bytes: usize },
    /// For a device that reads packed frames.
    Packed { entries: Vec<Entry>, bytes: usize },
}

impl FrameBuilder {
    pub(super) fn new(packs: bool) -> Self {
        match packs {
            true => Self::Packed { entries: Vec::new(), bytes: 0 },
            false => Self::Plain { entries: Vec::new(), bytes: 0 },
        }
    }

    /// Adds an entry as it is stored.
    pub(super) fn add(&mut self, stored: &[u8]) -> Result<(), LoadError> {
        let entry = EncodedEntry::from_stored(stored.to_vec());
        match self {
            Self::Plain { entries, bytes } => {
                entries.push(entry);
                *bytes += stored.len();
            }
            Self::Packed { entries, bytes } => {
                let entry = entry.decode().map_err(|_| LoadError::Damaged("entry"))?;
                let is_carried = entries.last().is_some_and(|last| last.change == entry.change);
                *bytes += if is_carried { ENTRY_BYTES } else { ENTRY_BYTES + entry.change.len() };
                entries.push(entry);
            }
        }
        Ok(())
    }

    /// Returns whether an entry of so many bytes goes into another frame.
    pub(super) fn is_full(&self, next: usize) -> bool {
        match self {
            Self::Plain { bytes, .. } => *bytes + next > FRAME_BYTES,
            Self::Packed { bytes, .. } => *bytes >= PACKED_FRAME_BYTES,
        }
    }

    /// Makes the frame, where there is an entry; the next one begins empty.
    pub(super) fn take(&mut self, document: DocumentId, generation: u64) -> Option<Bytes> {
        match std::mem::replace(self, Self::new(matches!(self, Self::Packed { .. }))) {
            Self::Plain { entries, .. } if !entries.is_empty() => {
                Some(encode_entries(document, generation, entries.iter()).into())
            }
            Self::Packed { entries, .. } if !entries.is_empty() => {
                Some(pack_entries(document, generation, &entries).into())
            }
            _ => None,
        }
    }
}
