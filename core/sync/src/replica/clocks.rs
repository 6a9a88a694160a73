//! Compares this device's clock with the server's, and corrects the dates of edits.

use kring_domain::Timestamp;

use super::document::LocalDocument;
use super::{Event, Replica};

/// How far this device's clock may be from the server's before the person is told, in milliseconds.
const CLOCK_TOLERANCE_MS: i64 = 10 * 60 * 1000;

/// What a device knows about the time. Keep it with the device's store, so that it is known after a restart too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// How far this device's clock is ahead of the server's, in milliseconds, where that is worth a word.
    pub ahead: i64,
    /// The time that the server told last.
    pub server_time: Timestamp,
}

impl Clock {
    /// Returns what this device's clock says is `here`, when the server's says `server`.
    fn compared(server: Timestamp, here: Timestamp) -> Self {
        let ahead = here.millis().saturating_sub(server.millis());
        let is_off = ahead.saturating_abs() > CLOCK_TOLERANCE_MS;
        Self { ahead: if is_off { ahead } else { 0 }, server_time: server }
    }
}

impl Replica {
    /// Returns what this device knows about the time.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Takes over what was known about the time before a restart.
    pub fn set_clock(&mut self, clock: Clock) {
        self.clock = clock;
        self.documents.values_mut().for_each(LocalDocument::forget_view);
    }

    /// Notes what time the server has, heard elsewhere than in its greeting; `here` is the device's clock.
    pub fn hear_time(&mut self, server: Timestamp, here: Timestamp) {
        self.clock = Clock::compared(server, here);
    }

    /// Compares this device's clock with the server's, as the greeting is answered.
    pub(super) fn compare_clocks(&mut self, server: Timestamp, here: Timestamp) {
        self.clock = Clock::compared(server, here);
        let ahead = self.clock.ahead;
        if ahead != 0 {
            self.events.push_back(Event::ClockOff { ahead });
        }
        // Also where the clock is right by now, and was not when an edit was made.
        for (document, local) in &mut self.documents {
            if local.correct_dates(ahead, server) {
                self.events.push_back(Event::DocumentChanged(*document));
            }
        }
    }

    /// The time by which a new edit is dated: the device's clock, less what it was ahead of the server's when they last
    /// spoke, and never before that.
    ///
    /// What a clock says that was never set stays as it is: when the server is met, it tells how long ago that was.
    pub(super) fn corrected(&self, here: Timestamp) -> Timestamp {
        let notified = self.by_offset(here);
        if notified < Timestamp::EARLIEST_EDIT { notified } else { notified.max(self.clock.server_time) }
    }

    /// The time, as far as this device knows.
    pub(super) fn time(&self, here: Timestamp) -> Timestamp {
        self.by_offset(here).max(self.clock.server_time)
    }

    fn by_offset(&self, here: Timestamp) -> Timestamp {
        Timestamp::from_millis(here.millis().saturating_sub(self.clock.ahead))
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
    fn an_edit_of_an_unset_clock_is_dated_by_the_server() {
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
    fn what_is_known_about_the_time_outlives_a_restart() {
        let mut phone = phone();
        welcome(&mut phone, server(0), server(-300));
        let known = phone.clock();
        let mut phone = restarted(&mut phone);
        assert_eq!(phone.clock(), Clock::default());
        phone.set_clock(known);
        contact(&mut phone, 11, server(-300).plus_ms(5000), server(0).date());
        assert_eq!(phone.pending(network()).next().unwrap().submission.made_at, Some(server(0).plus_ms(5000)));
    }

    #[test]
    fn nothing_is_dated_before_the_last_time_that_is_known() {
        // Never set, set by the factory, a day behind; and right.
        for (here, made_at, shown) in [
            (Timestamp::from_millis(60_000), Timestamp::from_millis(60_000), server(0)),
            (server(-1900), server(0), server(0)),
            (server(-1), server(0), server(0)),
            (server(3), server(3), server(3)),
        ] {
            let mut phone = phone();
            welcome(&mut phone, server(0), server(0));
            let known = phone.clock();
            let mut phone = restarted(&mut phone);
            phone.set_clock(known);
            contact(&mut phone, 11, here, server(-3).date());
            assert_eq!(phone.pending(network()).next().unwrap().submission.made_at, Some(made_at), "{here}");
            let status = phone.status(SpaceId::new(uuid(3)), here, kring_domain::Language::Dutch).unwrap();
            assert_eq!(status.last_step_at.map(|at| at.date()), Some(shown.date()), "{here}");
            assert!(!status.standing_still, "{}", status.text);
        }
    }

    #[test]
    fn a_server_that_was_ahead_for_a_moment_is_forgotten() {
        let mut phone = phone();
        welcome(&mut phone, server(9_000), server(0));
        phone.hear_time(server(1), server(1));
        contact(&mut phone, 11, server(2), server(0).date());
        assert_eq!(phone.pending(network()).next().unwrap().submission.made_at, Some(server(2)));
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

    /// The same device with nothing but what its store kept of its documents.
    fn restarted(phone: &mut Replica) -> Replica {
        let mut again = Replica::new(phone.identity());
        again.create_space(SpaceId::new(uuid(3)), Role::Client);
        again
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
