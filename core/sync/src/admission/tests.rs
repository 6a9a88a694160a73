//! Commands are admitted, rejected or held.

mod generations;
mod runs;

use kring_domain::{DeviceId, Language, PersonId, Role, read_model};
use serde_json::{Value, json};

use super::*;
use crate::{Judgement, guard};

#[test]
fn two_edits_from_one_base_keep_both_their_words() {
    let mut circle = circle();
    let linda = author(Role::Member, 2, 20);
    let emine = author(Role::Client, 3, 30);
    admit(&mut circle, &linda, 1, None, json!({"type": "propose_idea", "idea_id": id(7), "text": "een kaart"}));
    let edit = |text| json!({"type": "edit_idea", "idea_id": id(7), "text": text});
    admit(&mut circle, &linda, 2, Some(1), edit("een mooie kaart"));
    admit(&mut circle, &emine, 3, Some(1), edit("een kaart naar Dennis"));
    assert_eq!(content(&circle)["ideas"][0]["text"], "een mooie kaart naar Dennis");
}

#[test]
fn a_device_builds_on_its_own_earlier_commands() {
    let mut circle = circle();
    let linda = author(Role::Member, 2, 20);
    let emine = author(Role::Member, 3, 30);
    let propose = |n| json!({"type": "propose_idea", "idea_id": id(n), "text": "idee"});
    admit(&mut circle, &linda, 1, Some(0), propose(11));
    admit(&mut circle, &emine, 2, Some(0), propose(12));
    // Linda has not heard back and goes on: heart and words on her own idea, still on base 0.
    admit(&mut circle, &linda, 3, Some(0), json!({"type": "heart_idea", "idea_id": id(11)}));
    admit(&mut circle, &linda, 4, Some(0), json!({"type": "edit_idea", "idea_id": id(11), "text": "beter idee"}));
    admit(&mut circle, &linda, 5, Some(2), json!({"type": "heart_idea", "idea_id": id(12)}));
    let content = content(&circle);
    assert_eq!(content["ideas"][0]["text"], "beter idee");
    assert_eq!(content["ideas"][0]["hearts"].as_array().unwrap().len(), 1);
    assert_eq!(content["ideas"][1]["hearts"].as_array().unwrap().len(), 1);
}

#[test]
fn a_retry_gets_the_recorded_answer_and_changes_nothing() {
    let mut circle = circle();
    let linda = author(Role::Member, 2, 20);
    let command = json!({"type": "propose_idea", "idea_id": id(7), "text": "een kaart"});
    let first = submit(&mut circle, &linda, 1, Some(0), command.clone());
    let second = submit(&mut circle, &linda, 1, Some(0), command);
    assert!(second.repeated && second.admitted.is_none());
    assert_eq!(first.verdict, second.verdict);
    assert_eq!(circle.head().sequence, 1);
}

#[test]
fn what_cannot_be_admitted_is_answered_with_a_reason() {
    let mut circle = circle();
    let linda = author(Role::Member, 2, 20);
    let backup = author(Role::Backup, 4, 40);
    let idea = json!({"type": "propose_idea", "idea_id": id(7), "text": "een kaart"});
    let unknown = json!({"type": "sing_song", "key": "c"});
    let choose = json!({"type": "choose_idea", "idea_id": id(7)});
    let long = json!({"type": "propose_idea", "idea_id": id(8), "text": "a".repeat(2001)});
    let code = |outcome: Outcome| (outcome.verdict.judgement, outcome.verdict.code.unwrap());
    assert_eq!(
        code(submit(&mut circle, &linda, 1, Some(9), idea.clone())),
        (Judgement::Rejected, RefusalCode::Invalid)
    );
    assert_eq!(
        code(submit(&mut circle, &backup, 2, None, idea.clone())),
        (Judgement::Rejected, RefusalCode::Forbidden)
    );
    assert_eq!(code(submit(&mut circle, &linda, 3, None, unknown)), (Judgement::Held, RefusalCode::UnknownCommand));
    assert_eq!(code(submit(&mut circle, &linda, 4, None, long)), (Judgement::Rejected, RefusalCode::TooLarge));
    admit(&mut circle, &linda, 5, None, idea.clone());
    assert_eq!(code(submit(&mut circle, &linda, 6, None, idea)), (Judgement::Rejected, RefusalCode::DuplicateId));
    assert_eq!(code(submit(&mut circle, &linda, 7, None, choose)), (Judgement::Rejected, RefusalCode::Forbidden));
    // A clock that is off lifts no bound, and what nobody can look into yet has one of its own.
    let text = |length: usize| json!({"type": "propose_idea", "idea_id": id(9), "text": "a".repeat(length)});
    let song = |length: usize| json!({"type": "sing_song", "key": "c".repeat(length)});
    for (number, command, expected) in [
        (8, text(2000), (Judgement::Held, RefusalCode::Clock)),
        (9, text(2001), (Judgement::Rejected, RefusalCode::TooLarge)),
        (10, json!({}), (Judgement::Rejected, RefusalCode::Invalid)),
        (11, song(16_000), (Judgement::Held, RefusalCode::UnknownCommand)),
        (12, song(17_000), (Judgement::Rejected, RefusalCode::TooLarge)),
    ] {
        let tomorrow = Submission { made_at: Some(now().plus_days(3)), ..submission(number, None, command) };
        assert_eq!(code(circle.handle_submission(&linda, tomorrow, now())), expected, "{number}");
    }
    assert_eq!(circle.head().sequence, 1);
}

#[test]
fn an_edit_with_an_impossible_date_is_dated_by_the_log() {
    let mut circle = circle();
    let linda = author(Role::Member, 2, 20);
    let day = |number| now().plus_days(number);
    let never = Timestamp::default();
    for (number, base, made_at, at, expected) in [
        (1, 0, never, day(0), day(0)),
        (2, 1, never, day(5), day(0)),
        (3, 1, day(2), day(5), day(2)),
        (4, 3, day(1), day(6), day(2)),
        (5, 0, day(-20), day(6), day(-20)),
        (6, 4, day(7), day(6), day(6)),
        (7, 0, Timestamp::from_millis(946_684_800_000), day(8), day(8)),
    ] {
        let idea = json!({"type": "propose_idea", "idea_id": id(100 + number), "text": "een kaart"});
        let late = Submission { made_at: Some(made_at), ..submission(number, Some(base), idea) };
        assert_eq!(circle.handle_submission(&linda, late, at).verdict.judgement, Judgement::Admitted);
        let ideas = content(&circle)["ideas"].clone();
        let found = ideas.as_array().unwrap().iter().find(|idea| idea["id"] == json!(id(100 + number))).unwrap();
        assert_eq!(found["at"], json!(expected), "{number}");
    }
}

#[test]
fn a_last_contact_is_no_matter_of_the_devices_clock() {
    let mut network = Admission::new(DocumentId::new(uuid::Uuid::from_u128(1)), DocumentKind::Network);
    let joost = author(Role::Client, 2, 20);
    for (number, date, expected) in [
        (1, now().date(), Judgement::Admitted),
        (2, now().plus_days(-400).date(), Judgement::Admitted),
        (3, now().plus_days(2).date(), Judgement::Rejected),
    ] {
        let contact =
            json!({"type": "add_contact", "contact_id": id(100 + number), "name": "Ria", "last_contact": date});
        let late = Submission { made_at: Some(Timestamp::default()), ..submission(number, None, contact) };
        assert_eq!(network.handle_submission(&joost, late, now()).verdict.judgement, expected, "{date}");
    }
}

#[test]
fn a_restored_document_goes_on_where_it_was() {
    let mut circle = circle();
    let linda = author(Role::Member, 2, 20);
    let emine = author(Role::Member, 3, 30);
    let mut stored = StoredLog::default();
    for n in 1..=20u64 {
        let who = if n % 2 == 0 { &linda } else { &emine };
        let command = json!({"type": "propose_idea", "idea_id": id(100 + n), "text": format!("idee {n}")});
        let outcome = submit(&mut circle, who, n, Some(n / 2), command);
        let admitted = outcome.admitted.unwrap();
        assert_eq!(EntryMeta::from_bytes(&admitted.meta.to_bytes()), Some(admitted.meta.clone()));
        stored.metas.push(admitted.meta);
        stored.verdicts.push(outcome.verdict);
        stored.chain_hash = Some(*admitted.chain_hash.as_bytes());
        if n > 10 {
            stored.tail.push(admitted.entry.change);
        } else {
            stored.snapshot = Some(circle.snapshot());
        }
    }
    let mut restored = Admission::restore(circle.id(), circle.kind(), stored.clone()).unwrap();
    assert_eq!(content(&restored), content(&circle));
    let heart = json!({"type": "heart_idea", "idea_id": id(103)});
    let here = submit(&mut circle, &linda, 30, Some(3), heart.clone()).admitted.unwrap();
    let there = submit(&mut restored, &linda, 30, Some(3), heart).admitted.unwrap();
    assert_eq!((here.entry, here.meta, here.chain_hash), (there.entry, there.meta, there.chain_hash));
    stored.tail.pop();
    assert!(Admission::restore(circle.id(), circle.kind(), stored).is_err());
}

/// A member who writes the same letter again and again makes a document that is small, and large in memory: more than a
/// device would take from a stranger. The server wrote it itself.
#[test]
fn a_server_loads_whatever_it_has_admitted() {
    let mut circle = circle();
    let linda = author(Role::Member, 2, 20);
    let idea = |n| json!({"type": "propose_idea", "idea_id": id(1000 + n), "text": "a".repeat(2000)});
    let metas = (1..=230).map(|n| submit(&mut circle, &linda, n, None, idea(n)).admitted.unwrap().meta).collect();
    assert!(guard::load(&circle.snapshot()).is_err(), "or the test shows nothing");
    let chain_hash = Some(*circle.chain_hash().as_bytes());
    let stored = StoredLog { snapshot: Some(circle.snapshot()), metas, chain_hash, ..StoredLog::default() };
    let restored = Admission::restore(circle.id(), circle.kind(), stored).unwrap();
    assert_eq!(restored.head(), circle.head());
}

fn circle() -> Admission {
    Admission::new(DocumentId::new(uuid::Uuid::from_u128(1)), DocumentKind::Circle)
}

fn author(role: Role, person: u128, device: u128) -> Author {
    let uuid = uuid::Uuid::from_u128;
    Author { device: DeviceId::new(uuid(device)), person: PersonId::new(uuid(person)), role, has_client: true }
}

fn id(number: u64) -> String {
    uuid::Uuid::from_u64_pair(5, number).to_string()
}

fn now() -> Timestamp {
    "2026-04-01T12:00:00Z".parse().unwrap()
}

fn submission(number: u64, sequence: Option<u64>, command: Value) -> Submission {
    Submission {
        id: CommandId::new(uuid::Uuid::from_u64_pair(9, number)),
        base: sequence.map(|sequence| Position { generation: 1, sequence }),
        made_at: None,
        command: RawCommand::from_value(command),
    }
}

fn submit(circle: &mut Admission, who: &Author, number: u64, base: Option<u64>, command: Value) -> Outcome {
    circle.handle_submission(who, submission(number, base, command), now())
}

fn admit(circle: &mut Admission, who: &Author, number: u64, base: Option<u64>, command: Value) {
    let outcome = submit(circle, who, number, base, command);
    assert_eq!(outcome.verdict.judgement, Judgement::Admitted, "{:?}", outcome.verdict);
}

fn content(circle: &Admission) -> Value {
    let model = read_model(circle.kind(), circle.document(), &|person| person.to_string(), Language::Dutch);
    serde_json::to_value(model.content).unwrap()
}
