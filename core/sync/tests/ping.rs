//! Pings of the server are answered, the last one only.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use kring_domain::{DeviceId, PersonId, Timestamp};
use kring_sync::{DeviceFrame, DeviceIdentity, Replica, ServerFrame};
use uuid::Uuid;

fn phone() -> Replica {
    let device = DeviceId::new(Uuid::from_u128(20));
    Replica::new(DeviceIdentity { device, person: PersonId::new(Uuid::from_u128(2)) })
}

#[test]
fn the_last_ping_is_answered_behind_the_greeting() {
    let mut phone = phone();
    phone.handle_connected("a phone");
    for n in [1, 2] {
        phone.handle_frame(ServerFrame::Ping { n }, Timestamp::default()).expect("a ping is a frame");
    }
    assert!(matches!(phone.poll_frame(), Some(DeviceFrame::Hello { .. })));
    assert_eq!(phone.poll_frame(), Some(DeviceFrame::Pong { n: 2 }));
    assert_eq!(phone.poll_frame(), None);
}

#[test]
fn a_ping_of_a_lost_connection_is_not_answered() {
    let mut phone = phone();
    phone.handle_connected("a phone");
    phone.handle_frame(ServerFrame::Ping { n: 1 }, Timestamp::default()).expect("a ping is a frame");
    phone.handle_disconnected();
    phone.handle_connected("a phone");
    assert!(matches!(phone.poll_frame(), Some(DeviceFrame::Hello { .. })));
    assert_eq!(phone.poll_frame(), None);
}
