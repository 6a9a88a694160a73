//! Frames in few bytes: `{"t": "packed", "bytes": …}` holds one other frame behind deflate (RFC 1951).
//!
//! A device says in `hello` that it reads them, and a server that does answers with `packs` before anything else.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::bufread::DeflateDecoder;
use flate2::write::DeflateEncoder;
use kring_domain::DocumentId;
use serde::{Deserialize, Serialize};

use super::run::EntryRun;
use super::{DecodeError, DeviceFrame, Entry, MAX_FRAME_BYTES, ServerFrame, decode, decode_counted, encode, run};

/// The most bytes behind deflate that a device reads in one frame.
const MAX_UNPACKED_BYTES: usize = 8 << 20;

/// The most in all frames of one answer.
pub(super) const MAX_ANSWER_BYTES: usize = 32 << 20;

/// Shorter frames are sent as they are.
const MIN_PACKED_BYTES: usize = 512;

/// What the server packs as it is in no other frame.
#[derive(Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
enum Inner {
    /// `entries`, with each change once.
    Runs { document: DocumentId, generation: u64, runs: Vec<EntryRun> },
}

/// An encoded frame for a device that reads packed ones.
pub fn pack(frame: Vec<u8>) -> Vec<u8> {
    if frame.len() < MIN_PACKED_BYTES {
        return frame;
    }
    let packed = encode(&ServerFrame::Packed { bytes: deflate(&frame) });
    if packed.len() < frame.len() { packed } else { frame }
}

/// The `entries` frame for a device that reads packed ones.
pub fn pack_entries(document: DocumentId, generation: u64, entries: &[Entry]) -> Vec<u8> {
    let runs = Inner::Runs { document, generation, runs: EntryRun::of(entries) };
    encode(&ServerFrame::Packed { bytes: deflate(&encode(&runs)) })
}

impl DeviceFrame {
    /// The frame for a server that reads packed ones.
    pub fn packed(self) -> Self {
        let frame = encode(&self);
        if frame.len() < MIN_PACKED_BYTES { self } else { Self::Packed { bytes: deflate(&frame) } }
    }

    /// The frame in this one, where it is packed. `unpacked` are the encoded frames that were behind deflate so far, which
    /// have one bound together.
    pub(super) fn unpacked(self, unpacked: &mut Vec<Vec<u8>>) -> Result<Self, DecodeError> {
        let Self::Packed { bytes } = self else { return Ok(self) };
        let taken: usize = unpacked.iter().map(Vec::len).sum();
        let bytes = inflate(&bytes, MAX_FRAME_BYTES.saturating_sub(taken))?;
        let frame = match decode(&bytes)? {
            Self::Packed { .. } => return Err(DecodeError::Malformed),
            frame => frame,
        };
        unpacked.push(bytes);
        Ok(frame)
    }
}

impl ServerFrame {
    /// The frame in this one, where it is packed. `room` is how many bytes it may have, and is what is left of it then.
    pub(super) fn unpacked(self, room: &mut usize) -> Result<Self, DecodeError> {
        let Self::Packed { bytes } = self else { return Ok(self) };
        let bytes = inflate(&bytes, (*room).min(MAX_UNPACKED_BYTES))?;
        *room -= bytes.len();
        if let Ok(Inner::Runs { document, generation, runs }) = decode_counted(&bytes) {
            return Ok(Self::Entries { document, generation, entries: run::entries(runs)? });
        }
        match decode_counted(&bytes)? {
            Self::Packed { .. } => Err(DecodeError::Malformed),
            frame => Ok(frame),
        }
    }
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::new(5));
    #[expect(clippy::expect_used, reason = "writing to memory cannot fail")]
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("a Vec takes every write")
}

/// Returns what is behind deflate, if that is at most `most` bytes: no more than that is ever made of them.
fn inflate(bytes: &[u8], most: usize) -> Result<Vec<u8>, DecodeError> {
    let mut inflated = Vec::new();
    let read = DeflateDecoder::new(bytes).take(most as u64 + 1).read_to_end(&mut inflated);
    match read {
        Ok(length) if length > most => Err(DecodeError::TooLarge),
        Ok(_) => Ok(inflated),
        Err(_) => Err(DecodeError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use kring_domain::{CommandId, DeviceId, PersonId, Timestamp};
    use uuid::Uuid;

    use super::*;
    use crate::{Verdict, decode_device_frame, decode_device_frames, decode_server_frame, decode_server_frames};

    #[test]
    fn packed_entries_are_the_same_entries() {
        let document = DocumentId::new(Uuid::from_u128(1));
        let mut entries: Vec<Entry> = (1..=200).map(entry).collect();
        entries[99].signature = vec![9; 64];
        entries[120].role = "a word of tomorrow".to_owned();
        let packed = pack_entries(document, 3, &entries);
        assert!(packed.len() < 200 * 40, "{} bytes for 200 entries", packed.len());
        assert_eq!(decode_server_frame(&packed), Ok(ServerFrame::Entries { document, generation: 3, entries }));
    }

    #[test]
    fn short_frames_stay_as_they_are_and_long_ones_come_back() {
        let document = DocumentId::new(Uuid::from_u128(1));
        for count in [1, 200] {
            let verdicts = (0..count)
                .map(|id| Verdict::held(CommandId::new(Uuid::from_u128(id)), kring_domain::RefusalCode::Clock));
            let frame = ServerFrame::Verdicts { document, verdicts: verdicts.collect() };
            let packed = pack(encode(&frame));
            assert_eq!(packed == encode(&frame), count == 1);
            assert_eq!(decode_server_frame(&packed), Ok(frame));
            let entries = (1..=u64::try_from(count).unwrap()).map(entry).collect();
            let frame = DeviceFrame::Entries { document, entries };
            assert_eq!(decode_device_frame(&encode(&frame.clone().packed())), Ok(frame));
        }
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused_at_its_bound() {
        let large = deflate(&vec![b'x'; 64 << 20]);
        assert!(large.len() < MAX_FRAME_BYTES / 4, "a small frame that stands for 64 MiB");
        let packed = encode(&DeviceFrame::Packed { bytes: large });
        assert_eq!(decode_device_frame(&packed), Err(DecodeError::TooLarge));
        assert_eq!(decode_server_frame(&packed), Err(DecodeError::TooLarge));
        // Many frames have one bound together.
        let frame =
            DeviceFrame::Presence { document: DocumentId::new(Uuid::nil()), state: "x".repeat(400 << 10).into() };
        let list = |count| encode(&vec![frame.clone().packed(); count]);
        assert_eq!(decode_device_frames(&list(2)).map(|frames| frames.len()), Ok(2));
        assert_eq!(decode_device_frames(&list(3)), Err(DecodeError::TooLarge));
    }

    #[test]
    fn hostile_packed_frames_are_refused() {
        let nested = DeviceFrame::Packed { bytes: deflate(&encode(&DeviceFrame::Packed { bytes: deflate(b"") })) };
        let torn = DeviceFrame::Packed { bytes: vec![0xff; 40] };
        let deep = DeviceFrame::Packed { bytes: deflate(&[vec![0x81; 100_000], vec![0]].concat()) };
        for frame in [nested, torn, deep] {
            assert_eq!(decode_device_frame(&encode(&frame)), Err(DecodeError::Malformed), "{frame:?}");
            assert!(decode_server_frame(&encode(&frame)).is_err());
            assert!(decode_server_frames(&encode(&[frame])).is_err());
        }
        let document = DocumentId::new(Uuid::from_u128(1));
        let run = EntryRun::of(&[entry(1), entry(2)]).remove(0);
        let wrong: [fn(&mut EntryRun); 5] = [
            |run| run.command_ids.clear(),
            |run| run.command_ids.truncate(20),
            |run| run.bases.clear(),
            |run| run.person.clear(),
            |run| run.sequence = u64::MAX,
        ];
        for spoil in wrong {
            let mut run = run.clone();
            spoil(&mut run);
            let inner = encode(&Inner::Runs { document, generation: 1, runs: vec![run] });
            let packed = encode(&ServerFrame::Packed { bytes: deflate(&inner) });
            assert!(decode_server_frame(&packed).is_err());
        }
        // Sixty-four entries each, that all carry half a megabyte.
        let mut run = run;
        (run.change, run.command_ids) = (vec![7; 1 << 19], vec![1; 16 * MOST_IDS]);
        (run.commands, run.bases) = (vec![String::new(); MOST_IDS], vec![0; MOST_IDS]);
        let inner = encode(&Inner::Runs { document, generation: 1, runs: vec![run; 4] });
        assert_eq!(
            decode_server_frame(&encode(&ServerFrame::Packed { bytes: deflate(&inner) })),
            Err(DecodeError::TooLarge)
        );
    }

    const MOST_IDS: usize = 64;

    /// Twenty entries carry one change.
    fn entry(sequence: u64) -> Entry {
        Entry {
            sequence,
            change: vec![u8::try_from(sequence.div_ceil(20) % 250).unwrap(); 300],
            command_id: CommandId::new(Uuid::from_u64_pair(7, sequence)),
            person: PersonId::new(Uuid::from_u128(2)),
            device: DeviceId::new(Uuid::from_u128(3)),
            at: Timestamp::from_millis(5),
            role: "member".to_owned(),
            command: if sequence.is_multiple_of(3) { "heart_idea" } else { "edit_idea" }.to_owned(),
            base: sequence / 7,
            suggestion: sequence.is_multiple_of(9),
            signature: vec![],
        }
    }
}
