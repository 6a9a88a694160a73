//! The frames of `kring.sync.v1`: one CBOR map each, `{"t": type, …}`, in a binary WebSocket message.

mod device;
mod encoded;
mod entry;
mod item_count;
mod packed;
mod run;
mod server;
mod spelling;

use ciborium::de;
use kring_domain::{Located, Strictly, fault};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

pub use device::{Cursor, DeviceFrame};
pub use encoded::{EncodedEntry, encode_entries};
pub use entry::Entry;
pub(crate) use entry::bytes;
pub use packed::{pack, pack_entries};
pub use server::{DocumentHead, Member, ServerFrame};
pub use spelling::Spellings;

/// The version of the protocol, as `hello` names it.
pub const PROTOCOL: u64 = 1;

/// The largest device frame, in bytes.
pub const MAX_FRAME_BYTES: usize = 1 << 20;

/// The most commands in one `submit`.
pub const MAX_COMMANDS: usize = 1000;

/// The deepest nesting of a frame; an honest one has less than ten levels.
const MAX_DEPTH: usize = 32;

/// The most items in what the server sends at once: each takes a hundred times the room of the byte it may come in. An
/// honest frame has a tenth of that.
const MAX_ITEMS: usize = 500_000;

/// Bytes that are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// More than is sent at once.
    #[error("frame too large")]
    TooLarge,
    /// Not CBOR, nested too deep, not of a known shape, or with something behind it.
    #[error("frame malformed")]
    Malformed,
}

/// Encodes a frame, or a list of frames.
pub fn encode(frame: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    #[expect(clippy::expect_used, reason = "writing to memory cannot fail and every frame has a CBOR form")]
    ciborium::into_writer(frame, &mut bytes).expect("frames are plain data and a Vec takes every write");
    bytes
}

/// What a device sent at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Message<T> {
    /// The frame, or the list of them.
    pub content: T,
    /// The number of bytes it takes where it is worked on: also what was behind deflate.
    pub size: usize,
    /// The encoded frames that were behind deflate.
    unpacked: Vec<Vec<u8>>,
}

impl<T> Message<T> {
    fn new(content: T, bytes: &[u8], unpacked: Vec<Vec<u8>>) -> Self {
        Self { content, size: bytes.len() + unpacked.iter().map(Vec::len).sum::<usize>(), unpacked }
    }

    /// The encoded frames: the bytes that came, and those that were behind deflate in them.
    pub fn frames_in<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        std::iter::once(bytes).chain(self.unpacked.iter().map(Vec::as_slice))
    }
}

/// Decodes a frame from a device: at most [`MAX_FRAME_BYTES`] bytes, at most [`MAX_COMMANDS`] commands.
///
/// # Errors
///
/// See [`DecodeError`].
pub fn decode_device_frame(bytes: &[u8]) -> Result<DeviceFrame, DecodeError> {
    decode_device_message(bytes).map(|message| message.content)
}

/// The same, with its size.
///
/// # Errors
///
/// See [`DecodeError`].
pub fn decode_device_message(bytes: &[u8]) -> Result<Message<DeviceFrame>, DecodeError> {
    let mut unpacked = Vec::new();
    let content = decode::<DeviceFrame>(bytes)?.unpacked(&mut unpacked)?;
    let message = Message::new(content, bytes, unpacked);
    message.content.within_bounds().then_some(message).ok_or(DecodeError::TooLarge)
}

/// Decodes the list of frames of a one-shot sync; [`MAX_FRAME_BYTES`] bytes in all.
///
/// # Errors
///
/// See [`DecodeError`].
pub fn decode_device_frames(bytes: &[u8]) -> Result<Vec<DeviceFrame>, DecodeError> {
    decode_device_messages(bytes).map(|message| message.content)
}

/// The same, with its size.
///
/// # Errors
///
/// See [`DecodeError`].
pub fn decode_device_messages(bytes: &[u8]) -> Result<Message<Vec<DeviceFrame>>, DecodeError> {
    let mut unpacked = Vec::new();
    let frames = decode::<Vec<DeviceFrame>>(bytes)?.into_iter().map(|frame| frame.unpacked(&mut unpacked));
    let content = frames.collect::<Result<Vec<_>, _>>()?;
    let message = Message::new(content, bytes, unpacked);
    message.content.iter().all(DeviceFrame::within_bounds).then_some(message).ok_or(DecodeError::TooLarge)
}

/// The field that makes a device's frame malformed, or a list of them, where one does: like one that is there twice.
pub fn field_at_fault(bytes: &[u8]) -> Option<String> {
    if bytes.len() > MAX_FRAME_BYTES {
        return None;
    }
    let error = match bytes.first().map(|byte| byte >> 5) {
        Some(4) => error_of::<Vec<DeviceFrame>>(bytes),
        _ => error_of::<DeviceFrame>(bytes),
    };
    error.as_deref().and_then(fault).map(str::to_owned)
}

fn error_of<T: DeserializeOwned>(bytes: &[u8]) -> Option<String> {
    match de::from_reader_with_recursion_limit::<Located<T>, _>(bytes, MAX_DEPTH) {
        Err(de::Error::Semantic(_, message)) => Some(message),
        _ => None,
    }
}

/// Decodes a frame from the server.
///
/// # Errors
///
/// See [`DecodeError`]; the transport bounds the size.
pub fn decode_server_frame(bytes: &[u8]) -> Result<ServerFrame, DecodeError> {
    let mut room = packed::MAX_ANSWER_BYTES;
    decode_counted::<ServerFrame>(bytes)?.unpacked(&mut room)
}

/// Decodes the list of frames that answers a one-shot sync.
///
/// # Errors
///
/// See [`DecodeError`]; the transport bounds the size.
pub fn decode_server_frames(bytes: &[u8]) -> Result<Vec<ServerFrame>, DecodeError> {
    let mut room = packed::MAX_ANSWER_BYTES;
    decode_counted::<Vec<ServerFrame>>(bytes)?.into_iter().map(|frame| frame.unpacked(&mut room)).collect()
}

/// Decodes what a device sent, strictly: what another program made of a frame must not be what is read here by chance.
fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    if bytes.len() > MAX_FRAME_BYTES {
        return Err(DecodeError::TooLarge);
    }
    decode_whole(bytes).map(|Strictly(value)| value)
}

fn decode_counted<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    if item_count::count_items(bytes) > MAX_ITEMS { Err(DecodeError::TooLarge) } else { decode_whole(bytes) }
}

fn decode_whole<T: DeserializeOwned>(mut bytes: &[u8]) -> Result<T, DecodeError> {
    let value = de::from_reader_with_recursion_limit(&mut bytes, MAX_DEPTH).map_err(|_| DecodeError::Malformed)?;
    if bytes.is_empty() { Ok(value) } else { Err(DecodeError::Malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_frame_is_a_map_with_text_ids() {
        let frame = json!({"t": "hello", "protocol": 1, "app": "test", "cursors": [
            {"document": "0195f3a0-0000-7000-8000-000000000001", "generation": 1, "sequence": 7}]});
        let Ok(DeviceFrame::Hello { protocol: 1, cursors, .. }) = decode_device_frame(&encode(&frame)) else {
            panic!("a hello");
        };
        assert_eq!(cursors[0].sequence, 7);
        let value: ciborium::Value = ciborium::from_reader(&encode(&cursors[0])[..]).unwrap();
        assert!(value.as_map().unwrap().iter().any(|(_, value)| value.is_text()));
    }

    #[test]
    fn whole_numbers_of_a_frame_may_be_floats() {
        let id = "0195f3a0-0000-7000-8000-000000000001";
        let cursor = json!({"document": id, "generation": 1.0, "sequence": 7.0});
        let hello = json!({"t": "hello", "protocol": 1.0, "cursors": [cursor]});
        let Ok(DeviceFrame::Hello { protocol: 1, cursors, .. }) = decode_device_frame(&encode(&hello)) else {
            panic!("a hello");
        };
        assert_eq!(cursors[0].sequence, 7);
        let position = json!({"type": "place_contact", "ring": 2.0, "share": 2.5});
        let command = json!({"id": id, "base": {"generation": 1.0, "sequence": 0.0}, "command": position});
        let submit = json!([{"t": "submit", "document": id, "commands": [command]}]);
        let frames = decode_device_frames(&encode(&submit)).unwrap();
        let [DeviceFrame::Submit { commands, .. }] = &frames[..] else { panic!("a submit") };
        assert_eq!(commands[0].base, Some(crate::Position::GENESIS));
        assert_eq!(*commands[0].command.value(), json!({"type": "place_contact", "ring": 2, "share": 2.5}));
        let half = json!({"t": "hello", "protocol": 1.5});
        assert_eq!(decode_device_frame(&encode(&half)), Err(DecodeError::Malformed));
    }

    #[test]
    fn a_repeated_key_of_a_frame_is_malformed() {
        // {"t": "presence", "document": …, "state": {"a": 1, "a": 1}}, and the same with another name at the end.
        let frame = |second: u8| {
            let mut bytes = vec![0xa3];
            for text in ["t", "presence", "document", "0195f3a0-0000-7000-8000-000000000001", "state"] {
                bytes.extend(encode(&text));
            }
            bytes.extend([0xa2, 0x61, b'a', 1, 0x61, second, 1]);
            bytes
        };
        assert!(decode_device_frame(&frame(b'b')).is_ok());
        assert_eq!(field_at_fault(&frame(b'b')), None);
        assert_eq!(decode_device_frame(&frame(b'a')), Err(DecodeError::Malformed));
        assert_eq!(field_at_fault(&frame(b'a')).as_deref(), Some("state.a"));
        let list = [vec![0x81], frame(b'a')].concat();
        assert_eq!(field_at_fault(&list).as_deref(), Some("[0].state.a"));
    }

    #[test]
    fn what_a_newer_server_adds_is_passed_over() {
        let id = "0195f3a0-0000-7000-8000-000000000001";
        let head = |kind: &str, role: &str| {
            json!({"document": id, "kind": kind, "space": id, "role": role, "access": "read", "generation": 1,
                   "sequence": 0, "of_tomorrow": [1]})
        };
        let welcome = json!({"t": "welcome", "server_time": "2026-03-02T12:00:00Z", "of_tomorrow": {"a": 1},
            "documents": [head("kind_of_tomorrow", "client"), head("plan", "role_of_tomorrow"), head("plan", "member")],
            "members": [{"space": id, "person_id": id, "name": "Ria", "role": "role_of_tomorrow"}]});
        let Ok(ServerFrame::Welcome { documents, members, .. }) = decode_server_frame(&encode(&welcome)) else {
            panic!("a welcome");
        };
        assert_eq!((documents.len(), members.len()), (1, 0));
        let song = json!({"t": "song", "verses": [1, 2]});
        assert_eq!(decode_server_frame(&encode(&song)), Ok(ServerFrame::Unknown));
    }

    #[test]
    fn what_would_take_a_hundred_times_its_room_is_refused_unread() {
        // A frame of a later version, with a list that this one would keep for a moment.
        let mut bytes = vec![0xa2, 0x61, b't', 0x64, b's', b'o', b'n', b'g', 0x61, b'v', 0x9a];
        bytes.extend((4_u32 << 20).to_be_bytes());
        bytes.resize(bytes.len() + (4 << 20), 0);
        assert_eq!(decode_server_frame(&bytes), Err(DecodeError::TooLarge));
        let list = [&[0x81][..], &bytes].concat();
        assert_eq!(decode_server_frames(&list), Err(DecodeError::TooLarge));
    }

    #[test]
    fn hostile_bytes_are_refused_within_bounds() {
        let deep = [vec![0x81; 100_000], vec![0x00]].concat();
        let claims = [0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        let claimed_text = [0x7b, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0x61];
        let trailing = [encode(&json!({"t": "presence", "document": "x"})), vec![0]].concat();
        for bytes in [&deep[..], &claims, &claimed_text, &trailing, &[], &[0xff], &[0xa1, 0x61]] {
            assert_eq!(decode_device_frame(bytes), Err(DecodeError::Malformed));
            assert!(decode_server_frame(bytes).is_err());
        }
        assert_eq!(decode_device_frame(&vec![0; MAX_FRAME_BYTES + 1]), Err(DecodeError::TooLarge));
    }
}
