//! The status at every stage of the demo's story and at every threshold.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail where it stands")]

#[path = "support/history.rs"]
mod history;

use history::{Device, History, START, about, add_action, id};
use kring_domain::{
    Content, DocumentKind, Language, Phase, Role, Status, StatusRequest, StatusSources, Timestamp, read_model, status,
};
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
        self.status_for(Role::Client, now, language)
    }

    fn status_for(&self, role: Role, now: Timestamp, language: Language) -> Status {
        self.status_of(StatusRequest { now, began: None, role, language })
    }

    fn status_of(&self, request: StatusRequest) -> Status {
        let language = request.language;
        let [network, plan, circle] = &self.documents;
        let read = |history: &History| read_model(history.kind, &history.document, &history::called, language).content;
        match (read(network), read(plan), read(circle)) {
            (Content::Network(network), Content::Plan(plan), Content::Circle(circle)) => {
                let sources = StatusSources { network: Some(&network), plan: Some(&plan), circle: Some(&circle) };
                status(sources, request)
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
        assert_eq!(status.text.contains(&format!("Het is al {} weken stil.", day / 7)), standing_still);
        let backup = space.status_for(Role::Backup, at(day), Language::Dutch);
        assert_eq!(backup.text.contains("Vraag of er hulp nodig is."), day >= 56);
        assert_eq!(backup.next.is_some(), standing_still);
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

fn evaluate(number: u128, action: u128) -> Value {
    json!({ "type": "evaluate_action", "evaluation_id": id(number), "action_id": id(action), "next": "continue" })
}

fn choose(number: u128) -> Value {
    json!({ "type": "choose_idea", "idea_id": id(number) })
}

/// A space that looked back on its first action on day 100.
fn second_round() -> Space {
    let mut space = mapped();
    (1..=3).for_each(|number| space.on_day(10, idea(number)));
    space.on_day(12, choose(1));
    space.on_day(13, add_action(1));
    space.on_day(14, about("activate_action", 1));
    space.on_day(99, about("finish_action", 1));
    space.on_day(100, evaluate(1, 1));
    space
}

#[test]
fn ideas_and_choices_of_the_second_round_are_steps() {
    let mut space = second_round();
    space.check(149, Phase::GoingOn, false);
    (11..=22).for_each(|number| space.on_day(150, idea(number)));
    assert_eq!(space.check(150, Phase::Ideas, false).last_step_at, Some(at(150)));
    space.on_day(160, choose(11));
    space.on_day(160, choose(12));
    assert_eq!(space.check(173, Phase::Ideas, false).last_step_at, Some(at(160)));
    let status = space.check(190, Phase::Ideas, true);
    assert_eq!(status.text, "Het is al 4 weken stil. Zullen we er een actie van maken?");
}

#[test]
fn a_second_plan_that_is_not_started_waits_14_days() {
    let mut space = second_round();
    space.on_day(101, add_action(2));
    let status = space.check(114, Phase::Ideas, false);
    assert_eq!(status.text, "Er is een plan. Zullen we een actie starten?");
    space.check(115, Phase::Ideas, true);
}

#[test]
fn choosing_is_a_step_with_a_time() {
    let mut space = mapped();
    (1..=3).for_each(|number| space.on_day(10, idea(number)));
    space.on_day(23, choose(2));
    let status = space.check(24, Phase::Ideas, false);
    assert_eq!(status.last_step_at, Some(at(23)));
    space.check(37, Phase::Ideas, true);
}

#[test]
fn an_action_that_is_done_waits_for_a_look_back_beside_others() {
    let mut space = mapped();
    for number in [1, 2] {
        space.on_day(1, add_action(number));
        space.on_day(2, about("activate_action", number));
    }
    space.on_day(5, about("finish_action", 1));
    let status = space.check(6, Phase::Doing, false);
    assert_eq!(status.text, "We zijn bezig met 1 actie. Zullen we samen terugkijken?");
    space.check(18, Phase::Doing, false);
    let status = space.check(19, Phase::Doing, true);
    assert_eq!(status.next.as_deref(), Some("Zullen we samen terugkijken?"));
    space.on_day(19, evaluate(1, 1));
    let status = space.check(19, Phase::Doing, false);
    assert_eq!(status.next.as_deref(), Some("Welke stap doen we nu?"));
}

#[test]
fn only_a_stopped_action_is_no_idea() {
    let mut space = mapped();
    space.on_day(1, add_action(1));
    space.on_day(2, about("activate_action", 1));
    space.on_day(3, about("stop_action", 1));
    let status = space.check(4, Phase::Mapped, false);
    assert_eq!(status.text, "De cirkel is klaar. Zullen we een idee bedenken?");
}

#[test]
fn a_friend_who_is_back_is_a_step() {
    let mut space = mapped();
    let status = |word: &str| json!({ "type": "update_contact", "contact_id": id(1), "status": word });
    space.on_day(1, status("faded"));
    space.check(14, Phase::Mapped, true);
    space.on_day(20, status("active"));
    assert_eq!(space.check(21, Phase::Mapped, false).last_step_at, Some(at(20)));
    space.on_day(30, status("active"));
    space.check(34, Phase::Mapped, true);
}

#[test]
fn the_quiet_is_told_to_each_role_with_its_own_next_step() {
    let space = mapped();
    for (role, day, text) in [
        (Role::Client, 3, "De cirkel is klaar. Zullen we een idee bedenken?"),
        (Role::Client, 14, "Het is al 2 weken stil. Zullen we een idee bedenken?"),
        (Role::Professional, 14, "Het is al 2 weken stil. Zullen we een idee bedenken?"),
        (Role::Professional, 60, "Het is al 8 weken stil. Vraag of er hulp nodig is."),
        (Role::Client, 60, "Het is al 8 weken stil. Zullen we een idee bedenken?"),
        (Role::Member, 14, "Het is al 2 weken stil. Heb jij een idee?"),
        (Role::Backup, 3, "De cirkel is klaar."),
        (Role::Backup, 14, "De cirkel is klaar. Het is al 2 weken stil. Vraag eens hoe het gaat."),
        (Role::Backup, 56, "De cirkel is klaar. Het is al 8 weken stil. Vraag of er hulp nodig is."),
    ] {
        assert_eq!(space.status_for(role, at(day), Language::Dutch).text, text, "{role:?} on day {day}");
    }
}

#[test]
fn nothing_counts_from_before_the_space_was_made() {
    let mut space = Space::new();
    space.on_day(-20_000, contact(1, 0));
    let request = StatusRequest { now: at(40), began: Some(at(30)), role: Role::Client, language: Language::Dutch };
    let status = space.status_of(request);
    assert_eq!((status.last_step_at, status.standing_still), (Some(at(30)), false));
}

#[test]
fn who_reads_no_map_is_told_of_what_they_do_read() {
    let mut space = second_round();
    (11..=13).for_each(|number| space.on_day(150, idea(number)));
    let [_, plan, circle] = &space.documents;
    let read =
        |history: &History| read_model(history.kind, &history.document, &history::called, Language::Dutch).content;
    let contents = [read(plan), read(circle)];
    let [Content::Plan(plan), Content::Circle(circle)] = &contents else { panic!("a plan and a circle") };
    let sources = StatusSources { network: None, plan: Some(plan), circle: Some(circle) };
    let request = StatusRequest { now: at(151), began: None, role: Role::Member, language: Language::Dutch };
    let told = status(sources, request);
    assert_eq!((told.phase, told.text.as_str()), (Phase::Ideas, "Er zijn ideeën. Welk idee vind jij leuk?"));
    let nothing = status(StatusSources::default(), request);
    assert_eq!((nothing.phase, nothing.last_step_at), (Phase::GettingToKnow, None));
}

#[test]
fn the_words_are_plain_and_tell_of_nobody() {
    let mut space = mapped();
    space.on_day(1, idea(1));
    space.on_day(1, add_action(1));
    for (phase_day, role) in [1, 14, 60, 400].into_iter().flat_map(|day| Role::ALL.map(|role| (day, role))) {
        for language in [Language::Dutch, Language::English] {
            let text = space.status_for(role, at(phase_day), language).text;
            assert!(!text.contains("geen stap") && !text.contains("no step"), "a reproach: {text}");
            assert!(!text.contains("Geheim") && !text.contains("Actie 1") && !text.contains("Ik begin"), "{text}");
            for sentence in text.split_terminator(['.', '?']) {
                assert!(sentence.split_whitespace().count() <= 10, "too long: {sentence}");
            }
        }
    }
}
