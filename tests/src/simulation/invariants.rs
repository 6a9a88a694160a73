//! What must hold after every step, and once everything has come to rest.

use std::collections::BTreeSet;

use kring_domain::{Access, Language};
use kring_sync::EditState;

use super::{Device, Server, story};

/// Checked after every step.
pub(super) fn always(server: &Server, device: &mut Device) {
    let person = device.identity().person;
    for (document, kind) in server.documents().collect::<Vec<_>>() {
        let Some(cursor) = device.replica().cursor(document) else { continue };
        let mut heads = device.replica().base(document).expect("a document with a cursor").get_heads();
        heads.sort_unstable();
        let prefix = server.heads(document, cursor.sequence);
        assert_eq!(Some(&heads[..]), prefix, "the base is a prefix of the log of {kind}, at {cursor:?}");
        if server.role(person).is_some() {
            assert!(server.access(person, document) >= Access::Read, "{person} holds {kind} and may not read it");
        }
    }
    for (document, stored) in device.stored() {
        let (_, kind) = server.documents().find(|(id, _)| id == document).expect("a document of the space");
        for other in kring_domain::DocumentKind::ALL.iter().filter(|other| **other != kind) {
            let foreign = stored.tail.iter().any(|change| contains(change, story::secret(*other)));
            assert!(!foreign, "{kind} on a device holds a text of {other}");
        }
    }
    for (document, id) in device.promised().to_vec() {
        let waits = device.replica().pending(document).any(|pending| pending.submission.id == id);
        let ended = device.settled().contains_key(&(document, id));
        assert!(waits != ended, "a promised edit either waits or has ended, and is never lost: {id}");
    }
}

/// The log itself: nothing twice, nothing that was promised missing.
pub(super) fn log(server: &Server) {
    for (document, kind) in server.documents() {
        let ids: BTreeSet<_> = server.entries(document).iter().map(|entry| entry.command_id).collect();
        assert_eq!(ids.len(), server.entries(document).len(), "{kind} holds a command twice");
    }
    for ((document, id), sequence) in server.told() {
        let index = usize::try_from(*sequence - 1).expect("a place in a log that fits in memory");
        let entry = server.entries(*document).get(index);
        assert_eq!(entry.map(|entry| entry.command_id), Some(*id), "an admitted command is where it was said to be");
    }
}

/// A frame on its way to a device carries nothing its person may not read.
pub(super) fn frame(server: &Server, device: &Device, bytes: &[u8]) {
    let person = device.identity().person;
    for (document, kind) in server.documents() {
        if server.access(person, document) < Access::Read {
            assert!(!contains(bytes, story::secret(kind)), "a frame to {person} holds a text of {kind}");
        }
    }
}

/// Once everything has come to rest: everybody who may read sees the same, and nothing waits.
pub(super) fn at_rest(server: &mut Server, devices: &mut [Device]) {
    for (document, kind) in server.documents().collect::<Vec<_>>() {
        let sequence = server.entries(document).len() as u64;
        let truth = read(server.admission(document).document(), kind);
        for device in devices.iter_mut() {
            let may = server.access(device.identity().person, document) >= Access::Read;
            let cursor = device.replica().cursor(document);
            assert_eq!(cursor.map(|cursor| cursor.sequence), may.then_some(sequence), "{kind} has arrived");
            if let Some(view) = device.replica().view(document) {
                assert_eq!(read(view, kind), truth, "everybody sees the same {kind}");
            }
        }
    }
    for device in devices {
        assert!(device.replica().is_quiet(), "nothing waits");
        for ((document, id), state) in device.settled() {
            if let EditState::Shared { sequence } = state {
                let index = usize::try_from(*sequence - 1).expect("a place in a log that fits in memory");
                assert_eq!(server.entries(*document)[index].command_id, *id, "what is shared is in the log");
            }
        }
    }
}

fn read(document: &automerge::Automerge, kind: kring_domain::DocumentKind) -> String {
    let model = kring_domain::read_model(kind, document, &|person| person.to_string(), Language::Dutch);
    serde_json::to_string(&model).expect("a read model has a JSON form")
}

fn contains(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}
