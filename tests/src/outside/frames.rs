//! CBOR as JSON and back: byte strings, which JSON does not have, stand as `{"$bytes": "hexadecimal"}`.

use ciborium::Value as Cbor;
use serde_json::{Map, Number, Value};

const BYTES: &str = "$bytes";

/// A frame as bytes.
pub fn encode(frame: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(&to_cbor(frame), &mut bytes).expect("writing to memory does not fail");
    bytes
}

/// Bytes from the server as a frame, or as a list of frames.
#[track_caller]
pub fn decode(bytes: &[u8]) -> Value {
    let mut rest = bytes;
    let frame: Cbor = ciborium::from_reader(&mut rest).expect("the server sends CBOR");
    assert!(rest.is_empty(), "one value a message");
    to_json(frame)
}

/// Returns whether this is a byte string.
pub fn is_bytes(value: &Value) -> bool {
    value.get(BYTES).is_some()
}

/// A byte string's bytes.
pub fn bytes_of(value: &Value) -> Vec<u8> {
    let hexadecimal = value[BYTES].as_str().expect("a byte string").as_bytes();
    let digit = |byte: u8| (byte as char).to_digit(16).expect("hexadecimal") as u8;
    hexadecimal.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

fn to_cbor(value: &Value) -> Cbor {
    match value {
        Value::Object(map) if map.contains_key(BYTES) => Cbor::Bytes(bytes_of(value)),
        Value::Object(map) => {
            Cbor::Map(map.iter().map(|(key, value)| (Cbor::Text(key.clone()), to_cbor(value))).collect())
        }
        Value::Array(items) => Cbor::Array(items.iter().map(to_cbor).collect()),
        other => Cbor::serialized(other).expect("a plain value"),
    }
}

fn to_json(value: Cbor) -> Value {
    match value {
        Cbor::Null => Value::Null,
        Cbor::Bool(value) => Value::Bool(value),
        Cbor::Text(text) => Value::String(text),
        Cbor::Bytes(bytes) => {
            let hexadecimal: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            Value::Object(Map::from_iter([(BYTES.to_owned(), Value::String(hexadecimal))]))
        }
        Cbor::Integer(integer) => {
            let integer = i128::from(integer);
            let number = u64::try_from(integer).map(Number::from).or_else(|_| i64::try_from(integer).map(Number::from));
            Value::Number(number.expect("an integer of 64 bits"))
        }
        Cbor::Float(float) => Value::Number(Number::from_f64(float).expect("a finite number")),
        Cbor::Array(items) => Value::Array(items.into_iter().map(to_json).collect()),
        Cbor::Map(entries) => {
            let count = entries.len();
            let name = |key: Cbor| key.into_text().expect("names are text");
            let map: Map<String, Value> = entries.into_iter().map(|(key, value)| (name(key), to_json(value))).collect();
            assert_eq!(map.len(), count, "no name stands twice");
            Value::Object(map)
        }
        other => panic!("a plain CBOR value, not {other:?}"),
    }
}
