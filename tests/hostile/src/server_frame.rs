//! Frames of a server, which may be broken or lying.

use kring_sync::{decode_server_frame, decode_server_frames};

use crate::space::{self, Phone};

pub(crate) fn target(bytes: &[u8]) {
    let frames = decode_server_frames(bytes).into_iter().flatten().chain(decode_server_frame(bytes));
    let mut phone = Phone::new();
    phone.replica.handle_connected("hostile");
    for frame in frames {
        let _ = phone.replica.handle_frame(frame, space::now());
        phone.holds();
    }
}
