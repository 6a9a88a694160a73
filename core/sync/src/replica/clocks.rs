//! Whether this device's clock can be right, and the dates of edits where it is not.

use kring_domain::Timestamp;

use super::{Event, Replica};

/// How far this device's clock may be from the server's before the person is told, in milliseconds.
const TOLERANCE: i64 = 10 * 60 * 1000;

impl Replica {
    /// Compares this device's clock with the server's, as the greeting is answered.
    pub(super) fn compare_clocks(&mut self, server: Timestamp, here: Timestamp) {
        let ahead = here.millis().saturating_sub(server.millis());
        let is_off = ahead.saturating_abs() > TOLERANCE;
        self.ahead = if is_off { ahead } else { 0 };
        if is_off {
            self.events.push_back(Event::ClockOff { ahead });
        }
        // Also where the clock is right by now, and was not when an edit was made.
        for (document, held) in &mut self.documents {
            if held.correct_dates(self.ahead, server) {
                self.events.push_back(Event::DocumentChanged(*document));
            }
        }
    }

    /// The time, as far as this device knows: its clock, less what it was ahead of the server's when they last spoke.
    pub(super) fn corrected(&self, here: Timestamp) -> Timestamp {
        Timestamp::from_millis(here.millis().saturating_sub(self.ahead))
    }
}

#[cfg(test)]
mod tests {
    use kring_domain::{
        Access, Command, CommandId, DeviceId, DocumentId, DocumentKind, PersonId, ReadModel, Role, SpaceId,
    };
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::replica::DeviceIdentity;
    use crate::{DeviceFrame, DocumentHead, ServerFrame};

    #[test]
    fn an_edit_of_a_clock_that_was_never_set_is_dated_when_the_server_is_met() {
        let mut phone = phone();
        welcome(&mut phone, server(0), server(0));
        let never = Timestamp::from_millis(60_000);
        contact(&mut phone, 11, never, server(0).plus_days(-3).date());
        assert_eq!(read(&mut phone)["contacts"][0]["name"], "Ria");
        welcome(&mut phone, server(5), Timestamp::from_millis(120_000));
        assert_eq!(sent(&mut phone), [server(5).plus_ms(-60_000)]);
    }

    #[test]
    fn an_edit_from_a_future_that_is_not_yet_is_dated_now() {
        let mut phone = phone();
        welcome(&mut phone, server(0), server(0));
        let far = server(26_000);
        contact(&mut phone, 11, far, server(0).date());
        welcome(&mut phone, server(1), far.plus_ms(1000));
        assert_eq!(sent(&mut phone), [server(1).plus_ms(-1000)]);
    }

    #[test]
    fn a_device_that_knows_what_its_clock_is_off_dates_right() {
        let mut phone = phone();
        welcome(&mut phone, server(0), server(-300));
        contact(&mut phone, 11, server(-300).plus_ms(5000), server(0).date());
        assert_eq!(sent(&mut phone), [server(0).plus_ms(5000)]);
    }

    #[test]
    fn an_edit_that_can_have_been_made_then_keeps_its_date() {
        let mut phone = phone();
        welcome(&mut phone, server(0), server(0));
        contact(&mut phone, 11, server(2), server(0).date());
        welcome(&mut phone, server(9), server(9));
        assert_eq!(sent(&mut phone), [server(2)]);
    }

    fn server(day: i64) -> Timestamp {
        Timestamp::from_millis(1_772_452_800_000).plus_days(day)
    }

    trait Later {
        fn plus_ms(self, milliseconds: i64) -> Self;
    }

    impl Later for Timestamp {
        fn plus_ms(self, milliseconds: i64) -> Self {
            Self::from_millis(self.millis() + milliseconds)
        }
    }

    fn phone() -> Replica {
        Replica::new(DeviceIdentity { device: DeviceId::new(uuid(1)), person: PersonId::new(uuid(2)) })
    }

    fn network() -> DocumentId {
        DocumentId::derive(SpaceId::new(uuid(3)), DocumentKind::Network)
    }

    fn contact(phone: &mut Replica, number: u64, at: Timestamp, last_contact: kring_domain::Date) {
        let command = json!({
            "type": "add_contact", "contact_id": uuid(number + 100), "name": "Ria", "last_contact": last_contact,
        });
        phone.submit(network(), CommandId::new(uuid(number)), Command::parse(command).unwrap(), at).unwrap();
    }

    fn welcome(phone: &mut Replica, server_time: Timestamp, here: Timestamp) {
        phone.handle_connected("test");
        let head = DocumentHead {
            document: network(),
            kind: DocumentKind::Network,
            space: SpaceId::new(uuid(3)),
            space_name: String::new(),
            role: Role::Client,
            access: Access::Write,
            generation: 1,
            sequence: 0,
        };
        phone
            .handle_frame(
                ServerFrame::Welcome {
                    server_time,
                    documents: vec![head],
                    members: vec![],
                    server: None,
                    through: None,
                },
                here,
            )
            .unwrap();
    }

    fn read(phone: &mut Replica) -> Value {
        let ReadModel { content, .. } = phone.read(network(), kring_domain::Language::Dutch).unwrap();
        serde_json::to_value(content).unwrap()
    }

    /// When the edits that are sent say that they were made.
    fn sent(phone: &mut Replica) -> Vec<Timestamp> {
        while phone.poll_store().is_some() {
            phone.handle_stored();
        }
        let mut made = Vec::new();
        while let Some(frame) = phone.poll_frame() {
            if let DeviceFrame::Submit { commands, .. } = frame {
                made.extend(commands.into_iter().filter_map(|command| command.made_at));
            }
        }
        made
    }

    fn uuid(number: u64) -> Uuid {
        Uuid::from_u64_pair(0, number)
    }
}
