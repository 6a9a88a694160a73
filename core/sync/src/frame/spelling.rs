//! Ids of commands as a device wrote them: a program that compares the texts of ids finds its own in the verdicts.

use std::collections::BTreeMap;

use kring_domain::CommandId;
use serde::Deserialize;
use serde_json::Value;

use super::{MAX_COMMANDS, MAX_DEPTH, ServerFrame, decode_server_frame, encode};

/// The key of a command's id in CBOR: a text of two bytes.
const ID: [u8; 3] = [0x62, b'i', b'd'];

/// How an id usually begins: a text of 36 bytes.
const USUAL: [u8; 2] = [0x78, 36];

/// The ids that were not written as usual, of commands that wait for a verdict; at most [`MAX_COMMANDS`].
#[derive(Debug, Default)]
pub struct Spellings(BTreeMap<CommandId, String>);

/// The part of a frame that tells how its commands' ids are written.
#[derive(Deserialize)]
struct Submit {
    #[serde(default)]
    commands: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

impl Spellings {
    /// Takes the spellings off a frame, or a list of frames, that could be decoded.
    pub fn read(&mut self, bytes: &[u8]) {
        if !is_unusual(bytes) {
            return;
        }
        // A list of frames begins with a byte of major type 4.
        let frames: Vec<Submit> = match bytes.first().map(|byte| byte >> 5) {
            Some(4) => ciborium::de::from_reader_with_recursion_limit(bytes, MAX_DEPTH).unwrap_or_default(),
            _ => ciborium::de::from_reader_with_recursion_limit(bytes, MAX_DEPTH).into_iter().collect(),
        };
        for Named { id: text } in frames.into_iter().flat_map(|frame| frame.commands) {
            let Ok(id) = text.parse::<CommandId>() else { continue };
            if id.to_string() != text && self.0.len() < MAX_COMMANDS {
                self.0.insert(id, text);
            }
        }
    }

    /// Returns whether every id was written as usual.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The frame with the ids of its verdicts as they were written; `None` where it stays as it is.
    pub fn restore(&mut self, frame: &[u8]) -> Option<Vec<u8>> {
        let Ok(frame @ ServerFrame::Verdicts { .. }) = decode_server_frame(frame) else { return None };
        let mut json = serde_json::to_value(&frame).ok()?;
        let mut is_changed = false;
        for verdict in json.get_mut("verdicts").and_then(Value::as_array_mut).into_iter().flatten() {
            let Some(id) = verdict.get_mut("id") else { continue };
            let written = id.as_str().and_then(|id| self.0.remove(&id.parse().ok()?));
            if let Some(written) = written {
                *id = Value::String(written);
                is_changed = true;
            }
        }
        is_changed.then(|| encode(&json))
    }
}

/// Returns whether an id in a frame may be written in another way: a quick look, which takes some other texts for ids.
fn is_unusual(bytes: &[u8]) -> bool {
    let keys = bytes.windows(ID.len()).enumerate().filter(|(_, window)| *window == ID);
    keys.into_iter().any(|(at, _)| {
        let value = bytes.get(at + ID.len()..).unwrap_or_default();
        let text = value.strip_prefix(&USUAL).and_then(|text| text.get(..36));
        !text.is_some_and(|text| text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-')))
    })
}

#[cfg(test)]
mod tests {
    use kring_domain::DocumentId;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::{Position, Verdict};

    const USUAL_ID: &str = "0195f3a0-0000-7000-8000-00000000abcd";

    fn submit(id: &str) -> Value {
        let command = json!({"id": id, "command": {"type": "draw_dream", "id": "X"}});
        json!({"t": "submit", "document": USUAL_ID, "commands": [command]})
    }

    fn verdicts() -> Vec<u8> {
        let verdict = Verdict::admitted(USUAL_ID.parse().unwrap(), Position::GENESIS, false);
        encode(&ServerFrame::Verdicts { document: DocumentId::new(Uuid::nil()), verdicts: vec![verdict] })
    }

    fn answered(frame: &Value) -> Option<String> {
        let mut spellings = Spellings::default();
        spellings.read(&encode(frame));
        let restored = spellings.restore(&verdicts())?;
        let json: Value = ciborium::from_reader(&restored[..]).unwrap();
        assert_eq!(json["verdicts"][0]["verdict"], "admitted");
        assert!(spellings.is_empty() && spellings.restore(&verdicts()).is_none(), "it is written once");
        Some(json["verdicts"][0]["id"].as_str().unwrap().to_owned())
    }

    #[test]
    fn a_verdict_has_its_id_as_it_was_written() {
        for id in [
            USUAL_ID.to_uppercase(),
            USUAL_ID.replace('-', ""),
            format!("{{{USUAL_ID}}}"),
            format!("urn:uuid:{USUAL_ID}"),
        ] {
            assert_eq!(answered(&submit(&id)), Some(id.clone()));
            assert_eq!(answered(&json!([{"t": "hello", "protocol": 1}, submit(&id)])), Some(id));
        }
        assert_eq!(answered(&submit(USUAL_ID)), None);
        assert_eq!(answered(&json!([submit(USUAL_ID)])), None);
    }

    #[test]
    fn what_is_no_verdict_stays_as_it_is() {
        let mut spellings = Spellings::default();
        spellings.read(&encode(&submit(&USUAL_ID.to_uppercase())));
        assert_eq!(spellings.restore(&encode(&ServerFrame::Ping { n: 1 })), None);
        assert_eq!(spellings.restore(b"no frame"), None);
        spellings.read(&[0x62, b'i', b'd']);
        assert!(spellings.restore(&verdicts()).is_some());
    }
}
