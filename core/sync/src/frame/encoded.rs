//! Entries in the form in which they are stored and sent, so that fan-out copies bytes and encodes nothing.

use kring_domain::DocumentId;

use super::{DecodeError, Entry, decode_whole, encode};

/// One entry as CBOR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedEntry(Vec<u8>);

impl EncodedEntry {
    /// Encodes an entry.
    pub fn new(entry: &Entry) -> Self {
        Self(encode(entry))
    }

    /// Takes bytes that an [`EncodedEntry`] was stored as.
    pub fn from_stored(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The entry.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Malformed`] for bytes that are no entry.
    pub fn decode(&self) -> Result<Entry, DecodeError> {
        decode_whole(&self.0)
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The `entries` frame around entries that are encoded already.
pub fn encode_entries<'a>(
    document: DocumentId,
    generation: u64,
    entries: impl ExactSizeIterator<Item = &'a EncodedEntry> + Clone,
) -> Vec<u8> {
    let size: usize = entries.clone().map(|entry| entry.0.len()).sum();
    let mut frame = Vec::with_capacity(size + 96);
    frame.push(0xa4); // a map of four pairs
    for text in ["t", "entries", "document", &document.to_string(), "generation"] {
        frame.extend(encode(&text));
    }
    frame.extend(encode(&generation));
    frame.extend(encode(&"entries"));
    array_header(&mut frame, entries.len());
    for entry in entries {
        frame.extend_from_slice(&entry.0);
    }
    frame
}

/// The head of a CBOR array (RFC 8949, major type 4) of up to 2³² − 1 items.
fn array_header(frame: &mut Vec<u8>, length: usize) {
    match u32::try_from(length).unwrap_or(u32::MAX) {
        short @ 0..=23 => frame.push(0x80 | short.to_be_bytes()[3]),
        long => {
            frame.push(0x9a);
            frame.extend_from_slice(&long.to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use kring_domain::{CommandId, DeviceId, PersonId, Timestamp};

    use super::*;
    use crate::frame::{ServerFrame, decode_server_frame};

    #[test]
    fn composed_frames_decode_like_encoded_ones() {
        for count in [0, 1, 23, 24, 300] {
            let entries: Vec<Entry> = (1..=count).map(entry).collect();
            let encoded: Vec<EncodedEntry> = entries.iter().map(EncodedEntry::new).collect();
            let document = DocumentId::new(uuid(1));
            let frame = decode_server_frame(&encode_entries(document, 3, encoded.iter()));
            assert_eq!(frame, Ok(ServerFrame::Entries { document, generation: 3, entries }));
        }
    }

    fn entry(sequence: u64) -> Entry {
        Entry {
            sequence,
            change: vec![7; 40],
            command_id: CommandId::new(uuid(sequence)),
            person: PersonId::new(uuid(2)),
            device: DeviceId::new(uuid(3)),
            at: Timestamp::from_millis(5),
            role: "member".to_owned(),
            command: "propose_idea".to_owned(),
            base: sequence - 1,
            suggestion: sequence.is_multiple_of(2),
            signature: vec![],
        }
    }

    fn uuid(number: u64) -> uuid::Uuid {
        uuid::Uuid::from_u64_pair(0, number)
    }
}
