//! Frames of a device, and the commands in them.

use std::collections::VecDeque;

use kring_domain::{Author, DocumentKind, Role};
use kring_sync::{Admission, DeviceFrame, Judgement, decode_device_frame, decode_device_frames, encode};

use crate::space;

pub(crate) fn target(bytes: &[u8]) {
    for frame in decode_device_frames(bytes).into_iter().flatten() {
        take(frame);
    }
    if let Ok(frame) = decode_device_frame(bytes) {
        take(frame);
    }
}

fn take(frame: DeviceFrame) {
    let again = encode(&frame);
    assert!(again.len() <= 40 * (1 << 20), "a frame does not grow without end");
    let DeviceFrame::Submit { commands, .. } = frame else { return };
    for &kind in DocumentKind::ALL {
        let mut admission = Admission::new(space::document(kind), kind);
        let mut queue: VecDeque<_> = commands.iter().cloned().collect();
        let mut answers = 0;
        while !queue.is_empty() {
            for outcome in admission.handle_next(&Author::example(Role::Client), &mut queue, space::now()) {
                let is_admitted = outcome.verdict.judgement == Judgement::Admitted;
                assert_eq!(outcome.admitted.is_some(), is_admitted && !outcome.repeated, "an entry for each admission");
                answers += 1;
            }
        }
        assert_eq!(answers, commands.len(), "an answer for each command");
        assert!(admission.head().sequence <= commands.len() as u64);
    }
}
