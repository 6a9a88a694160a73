//! Entries as they are sent to a device that reads packed frames: a change is said once for all the entries that carry it.

use kring_domain::{CommandId, DeviceId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{DecodeError, Entry, bytes};

/// The most entries that carry one change; a server makes runs of half as many.
const MAX_ENTRIES: usize = 64;

/// The most bytes that the entries of one frame come to, with their changes.
const MAX_CARRIED_BYTES: usize = 32 << 20;

/// Consecutive entries that carry the same change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EntryRun {
    /// The number of the first.
    pub(super) sequence: u64,
    #[serde(with = "bytes")]
    pub(super) change: Vec<u8>,
    /// The ids of the commands, 16 bytes each.
    #[serde(with = "bytes")]
    pub(super) command_ids: Vec<u8>,
    /// Of each, its name.
    pub(super) commands: Vec<String>,
    /// Of each, the base.
    pub(super) bases: Vec<u64>,
    /// Which of them became suggestions, counted from 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) suggestions: Vec<usize>,
    #[serde(with = "bytes")]
    pub(super) person: Vec<u8>,
    #[serde(with = "bytes")]
    pub(super) device: Vec<u8>,
    pub(super) at: Timestamp,
    pub(super) role: String,
    /// That of the last.
    #[serde(with = "bytes", default)]
    pub(super) signature: Vec<u8>,
}

impl EntryRun {
    /// The runs of some entries, which follow each other.
    pub(super) fn of(entries: &[Entry]) -> Vec<Self> {
        entries.chunk_by(is_one_run).flat_map(|run| run.chunks(MAX_ENTRIES)).filter_map(Self::new).collect()
    }

    fn new(entries: &[Entry]) -> Option<Self> {
        let first = entries.first()?;
        let last = entries.last()?;
        let suggestions = entries.iter().enumerate().filter(|(_, entry)| entry.suggestion);
        Some(Self {
            sequence: first.sequence,
            change: first.change.clone(),
            command_ids: entries.iter().flat_map(|entry| entry.command_id.uuid().into_bytes()).collect(),
            commands: entries.iter().map(|entry| entry.command.clone()).collect(),
            bases: entries.iter().map(|entry| entry.base).collect(),
            suggestions: suggestions.map(|(index, _)| index).collect(),
            person: first.person.uuid().as_bytes().to_vec(),
            device: first.device.uuid().as_bytes().to_vec(),
            at: first.at,
            role: first.role.clone(),
            signature: last.signature.clone(),
        })
    }

    /// The entries again.
    fn entries(self) -> Option<Vec<Entry>> {
        let (ids, rest) = self.command_ids.as_chunks::<16>();
        let count = ids.len();
        let is_whole = rest.is_empty() && (1..=MAX_ENTRIES).contains(&count);
        if !is_whole || self.commands.len() != count || self.bases.len() != count {
            return None;
        }
        let person = PersonId::new(Uuid::from_slice(&self.person).ok()?);
        let device = DeviceId::new(Uuid::from_slice(&self.device).ok()?);
        let last = self.sequence.checked_add(count as u64 - 1)?;
        let each = (self.sequence..=last).zip(ids).zip(self.commands).zip(self.bases).enumerate();
        let entries = each.map(|(index, (((sequence, id), command), base))| Entry {
            sequence,
            change: self.change.clone(),
            command_id: CommandId::new(Uuid::from_bytes(*id)),
            person,
            device,
            at: self.at,
            role: self.role.clone(),
            command,
            base,
            suggestion: self.suggestions.contains(&index),
            signature: if sequence == last { self.signature.clone() } else { Vec::new() },
        });
        Some(entries.collect())
    }
}

/// The entries of some runs.
pub(super) fn entries(runs: Vec<EntryRun>) -> Result<Vec<Entry>, DecodeError> {
    let carried = |run: &EntryRun| run.change.len().saturating_mul(run.command_ids.len() / 16);
    if runs.iter().fold(0_usize, |sum, run| sum.saturating_add(carried(run))) > MAX_CARRIED_BYTES {
        return Err(DecodeError::TooLarge);
    }
    let mut entries = Vec::new();
    for run in runs {
        entries.extend(run.entries().ok_or(DecodeError::Malformed)?);
    }
    Ok(entries)
}

fn is_one_run(one: &Entry, next: &Entry) -> bool {
    let is_next = one.sequence.checked_add(1) == Some(next.sequence) && one.signature.is_empty();
    let is_of_same = (one.person, one.device, one.at) == (next.person, next.device, next.at) && one.role == next.role;
    is_next && is_of_same && one.change == next.change
}
