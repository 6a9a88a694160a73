//! Edits that were made within one tick of a clock keep their order.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use kring_domain::{Command, CommandId, DeviceId, DocumentId, DocumentKind, PersonId, Role, SpaceId, Timestamp};
use kring_sync::{DeviceIdentity, Replica};
use serde_json::json;
use uuid::Uuid;

#[test]
fn edits_within_one_tick_keep_their_order() {
    let device = DeviceId::new(Uuid::from_u128(20));
    let mut phone = Replica::new(DeviceIdentity { device, person: PersonId::new(Uuid::from_u128(2)) });
    let space = SpaceId::new(Uuid::from_u128(1));
    phone.create_space(space, Role::Client);
    let circle = DocumentId::derive(space, DocumentKind::Circle);
    let noon: Timestamp = "2026-04-01T12:00:00Z".parse().expect("a time");
    let set_back = noon.plus_days(-3);
    for (number, now) in [(1, noon), (2, noon), (3, noon), (4, set_back)] {
        let idea = json!({"type": "propose_idea", "idea_id": Uuid::from_u128(number), "text": "een kaart"});
        let command = Command::parse(idea).expect("a command of this version");
        phone.submit(circle, CommandId::new(Uuid::from_u128(number)), command, now).expect("a client may propose");
    }
    let instants: Vec<i64> = phone
        .pending(circle)
        .map(|pending| pending.submission.made_at.expect("a phone says when").millis() - noon.millis())
        .collect();
    assert_eq!(instants, [0, 1, 2, set_back.millis() - noon.millis()]);
}
