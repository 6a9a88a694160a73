use kring_domain::{CommandId, DeviceId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

/// An admitted command as everybody who may read receives it: one Automerge change and where it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the generation, from 1, without gaps.
    pub sequence: u64,
    /// The change, made by the server.
    #[serde(with = "bytes")]
    pub change: Vec<u8>,
    /// The command it was made from.
    pub command_id: CommandId,
    /// The author of the command.
    pub person: PersonId,
    /// The device it was made on.
    pub device: DeviceId,
    /// When it was admitted.
    pub at: Timestamp,
    /// The role that the person had in the space, as a word: a device also keeps those that it does not know.
    #[serde(default)]
    pub role: String,
    /// The command's name.
    #[serde(default)]
    pub command: String,
    /// The number of entries of the generation the device had seen when it made the command.
    #[serde(default)]
    pub base: u64,
    /// True when it was admitted as a suggestion.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suggestion: bool,
    /// The server's signature over the chain of entries up to and including this one; empty inside a batch,
    /// whose last entry signs for all of it.
    #[serde(with = "bytes", default)]
    pub signature: Vec<u8>,
}

/// Byte strings as CBOR byte strings rather than lists of numbers.
pub(crate) mod bytes {
    use std::fmt;

    use serde::{Deserializer, Serializer, de};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;

        impl<'de> de::Visitor<'de> for Bytes {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a byte string")
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }

            fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
                Ok(bytes)
            }
        }

        deserializer.deserialize_byte_buf(Bytes)
    }
}
