//! How it goes, at every stage of the demo's story and at every threshold.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail where it stands")]

#[path = "support/history.rs"]
mod history;

use history::{Device, History, START, about, add_action, id};
use kring_domain::{Content, DocumentKind, Language, Phase, Role, Status, Timestamp, read_model, status};
use serde_json::{Value, json};

/// The three documents of a space, edited by the client only.
struct Space {
    documents: [History; 3],
    joost: [Device; 3],
}

impl Space {
    fn new() -> Self {
        let documents = [DocumentKind::Network, DocumentKind::Plan, DocumentKind::Circle].map(History::new);
        Self { documents, joost: [1, 2, 3].map(|number| Device::new(number, 1, Role::Client)) }
    }

    fn on_day(&mut self, day: i64, command: Value) {
        let kind = kring_domain::Command::parse(command.clone()).unwrap().kind();
        let index = self.documents.iter().position(|document| document.kind == kind).unwrap();
        self.documents[index].send_at(&mut self.joost[index], command, at(day)).unwrap();
    }

    fn status_at(&self, now: Timestamp, language: Language) -> Status {
        let [network, plan, circle] = &self.documents;
        let read = |history: &History| read_model(history.kind, &history.document, &history::called, language).content;
        match (read(network), read(plan), read(circle)) {
            (Content::Network(network), Content::Plan(plan), Content::Circle(circle)) => {
                status(&network, &plan, &circle, now, language)
            }
            other => panic!("three documents of three kinds, not {other:?}"),
        }
    }

    #[track_caller]
    fn check(&self, day: i64, phase: Phase, standing_still: bool) -> Status {
        let status = self.status_at(at(day), Language::Dutch);
        assert_eq!((status.phase, status.standing_still), (phase, standing_still), "on day {day}");
        status
    }
}

fn at(day: i64) -> Timestamp {
    START.parse::<Timestamp>().unwrap().plus_days(day)
}

fn contact(number: u128, ring: u8) -> Value {
    json!({
        "type": "add_contact", "contact_id": id(number), "name": "Geheim", "ring": ring, "quadrant": "family",
    })
}

fn idea(number: u128) -> Value {
    json!({ "type": "propose_idea", "idea_id": id(number), "text": "Geheim" })
}

fn mapped() -> Space {
    let mut space = Space::new();
    space.on_day(0, contact(1, 2));
    space.on_day(0, json!({ "type": "take_snapshot", "snapshot_id": id(1), "label": "start" }));
    space
}

#[test]
fn the_phases_follow_the_story() {
    let mut space = Space::new();
    space.check(500, Phase::GettingToKnow, false);
    assert_eq!(space.status_at(at(500), Language::Dutch).last_step_at, None);
    space.on_day(0, contact(1, 2));
    space.on_day(0, contact(2, 0));
    space.check(0, Phase::Mapping, false);
    space.on_day(1, json!({ "type": "place_contact", "contact_id": id(2), "ring": 3, "quadrant": "society" }));
    space.check(1, Phase::Mapping, false);
    space.on_day(2, json!({ "type": "take_snapshot", "snapshot_id": id(1), "label": "start" }));
    space.check(2, Phase::Mapped, false);
    space.on_day(3, contact(3, 0));
    space.check(3, Phase::Mapped, false);
    space.on_day(4, idea(1));
    space.on_day(4, idea(2));
    space.check(4, Phase::Mapped, false);
    space.on_day(5, json!({ "type": "choose_idea", "idea_id": id(1) }));
    space.check(5, Phase::Ideas, false);
    space.on_day(6, add_action(1));
    space.check(6, Phase::Ideas, false);
    space.on_day(7, about("activate_action", 1));
    space.check(7, Phase::Doing, false);
    space.on_day(8, about("finish_action", 1));
    assert_eq!(space.check(8, Phase::Evaluating, false).last_step_at, Some(at(8)));
    let look = json!({ "type": "evaluate_action", "evaluation_id": id(1), "action_id": id(1), "next": "continue" });
    space.on_day(9, look);
    space.check(98, Phase::GoingOn, false);
    space.check(99, Phase::GoingOn, true);
    space.on_day(99, add_action(2));
    space.on_day(99, about("activate_action", 2));
    space.check(99, Phase::Doing, false);
}

#[test]
fn a_map_without_a_next_step_stands_still_after_14_days() {
    let space = mapped();
    for (day, standing_still) in [(0, false), (13, false), (14, true), (27, true), (28, true), (56, true)] {
        let status = space.check(day, Phase::Mapped, standing_still);
        assert_eq!(status.text.contains("Vraag of er hulp nodig is."), day >= 56);
        assert_eq!(status.text.contains(&format!("{day} dagen")), standing_still);
    }
}

#[test]
fn ideas_stand_still_after_14_days_even_when_more_of_them_come() {
    let mut space = mapped();
    (1..=3).for_each(|number| space.on_day(10, idea(number)));
    space.on_day(20, idea(4));
    space.check(23, Phase::Ideas, false);
    space.check(24, Phase::Ideas, true);
    space.on_day(24, add_action(1));
    space.check(24, Phase::Ideas, false);
}

#[test]
fn actions_stand_still_after_21_days_without_anything_done() {
    let mut space = mapped();
    space.on_day(1, add_action(1));
    space.on_day(1, json!({ "type": "add_step", "action_id": id(1), "step_id": id(10), "text": "Geheim" }));
    space.on_day(2, about("activate_action", 1));
    space.check(22, Phase::Doing, false);
    space.check(23, Phase::Doing, true);
    space.on_day(23, json!({ "type": "tick_step", "action_id": id(1), "step_id": id(10) }));
    space.check(43, Phase::Doing, false);
    space.check(44, Phase::Doing, true);
}

#[test]
fn a_step_by_a_clock_that_is_ahead_counts_as_made_now() {
    let mut space = mapped();
    space.on_day(400, contact(2, 1));
    let status = space.check(5, Phase::Mapped, false);
    assert_eq!(status.last_step_at, Some(at(5)));
}

#[test]
fn the_words_are_plain_and_tell_of_nobody() {
    let mut space = mapped();
    space.on_day(1, idea(1));
    space.on_day(1, add_action(1));
    for phase_day in [1, 60] {
        for language in [Language::Dutch, Language::English] {
            let text = space.status_at(at(phase_day), language).text;
            assert!(!text.contains("Geheim") && !text.contains("Actie 1") && !text.contains("Ik begin"), "{text}");
            for sentence in text.split_terminator('.') {
                assert!(sentence.split_whitespace().count() <= 10, "too long: {sentence}");
            }
        }
    }
}
