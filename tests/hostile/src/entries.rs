//! Entries that a device brings to a server that has lost them.

use kring_domain::DocumentKind;
use kring_sync::{Admission, DeviceFrame, decode_device_frame, encode};
use serde_json::json;

use crate::space;

/// The bytes are a list of entries. Every other signature is taken for good, so that what is behind the check is
/// reached as well: a server that has lost its own history must not die of it.
pub(crate) fn target(bytes: &[u8]) {
    let document = space::document(DocumentKind::Circle);
    let mut frame = encode(&json!({"t": "entries", "document": document}));
    // A map of three: the entries come behind what is there.
    frame[0] = 0xa3;
    frame.extend(encode(&"entries"));
    frame.extend_from_slice(bytes);
    let Ok(DeviceFrame::Entries { entries, .. }) = decode_device_frame(&frame) else { return };
    let mut admission = Admission::new(document, DocumentKind::Circle);
    let before = admission.head();
    let taken =
        admission.handle_recovered(&entries, |_, signature| signature.first().is_some_and(|byte| byte % 2 == 0));
    match taken {
        Ok(taken) => {
            assert_eq!(admission.head().sequence, before.sequence + taken.len() as u64, "what was taken is in the log");
            let loaded = automerge::Automerge::load(&admission.snapshot());
            loaded.expect("what was taken back can be stored and loaded");
        }
        Err(kring_sync::RecoverError::Unreadable) => {}
        Err(_) => assert_eq!(admission.head(), before, "what is refused changes nothing"),
    }
}
