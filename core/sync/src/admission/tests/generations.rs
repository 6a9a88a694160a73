//! Erasing begins a new generation, and so does compacting.

use super::*;

fn idea(number: u64, text: &str) -> Value {
    json!({"type": "propose_idea", "idea_id": id(number), "text": text})
}

fn erase(number: u64) -> Value {
    json!({"type": "erase_idea", "idea_id": id(number)})
}

fn at(generation: u64, sequence: u64) -> Position {
    Position { generation, sequence }
}

/// Sends a command that was made somewhere.
fn send(circle: &mut Admission, who: &Author, number: u64, base: Position, command: Value) -> Outcome {
    circle.handle_submission(who, Submission { base: Some(base), ..submission(number, None, command) }, now())
}

fn code(outcome: &Outcome) -> (Judgement, Option<RefusalCode>) {
    (outcome.verdict.judgement, outcome.verdict.code)
}

#[test]
fn erasing_begins_a_generation_that_keeps_only_the_id() {
    let mut circle = circle();
    let linda = author(Role::Member, 2, 20);
    let emine = author(Role::Client, 3, 30);
    admit(&mut circle, &linda, 1, None, idea(7, "een geheim"));
    admit(&mut circle, &linda, 2, None, idea(8, "een kaart"));
    let outcome = send(&mut circle, &emine, 3, at(1, 1), erase(7));
    let generation = outcome.generation.unwrap();
    assert_eq!((generation.before, generation.at, circle.head()), (at(1, 3), at(2, 0), at(2, 0)));
    assert_eq!(outcome.verdict.position(), Some(at(2, 0)));
    let loaded = Automerge::load(&generation.snapshot).unwrap();
    assert!(!String::from_utf8_lossy(&loaded.save_nocompress()).contains("geheim"));
    let model = content(&circle);
    assert_eq!((&model["ideas"][0]["text"], model["ideas"].as_array().unwrap().len()), (&json!("een kaart"), 1));
    assert_eq!((&model["erasures"][0]["idea_id"], &model["erasures"][0]["complete"]), (&json!(id(7)), &json!(true)));
    // The id is spent, and what others still do to the idea finds nothing.
    assert_eq!(
        code(&send(&mut circle, &linda, 4, at(1, 1), idea(7, "weer"))),
        (Judgement::Rejected, Some(RefusalCode::DuplicateId))
    );
    let heart = json!({"type": "heart_idea", "idea_id": id(7)});
    assert_eq!(
        code(&send(&mut circle, &linda, 5, at(1, 1), heart)),
        (Judgement::Rejected, Some(RefusalCode::NotFound))
    );
}

#[test]
fn a_member_erases_their_own_idea_and_no_other() {
    let mut circle = circle();
    let linda = author(Role::Member, 2, 20);
    let emine = author(Role::Member, 3, 30);
    admit(&mut circle, &linda, 1, None, idea(7, "een kaart"));
    assert_eq!(
        code(&submit(&mut circle, &emine, 2, None, erase(7))),
        (Judgement::Rejected, Some(RefusalCode::Forbidden))
    );
    assert!(submit(&mut circle, &linda, 3, None, erase(7)).generation.is_some());
}

#[test]
fn verdicts_outlive_a_generation_and_a_retry_changes_nothing() {
    let mut circle = circle();
    let linda = author(Role::Member, 2, 20);
    let proposed = submit(&mut circle, &linda, 1, Some(0), idea(7, "een kaart"));
    let refused = submit(&mut circle, &linda, 2, Some(0), idea(7, "nog een"));
    let erased = submit(&mut circle, &linda, 3, Some(0), erase(7));
    circle.begin_generation().unwrap();
    for (number, command, before) in
        [(1, idea(7, "een kaart"), proposed), (2, idea(7, "nog een"), refused), (3, erase(7), erased)]
    {
        let again = submit(&mut circle, &linda, number, Some(0), command);
        assert!(again.repeated && again.admitted.is_none() && again.generation.is_none());
        assert_eq!(again.verdict, before.verdict);
    }
    assert_eq!(circle.head(), at(3, 0));
}

#[test]
fn an_older_base_counts_as_the_start_of_the_generation() {
    let mut circle = circle();
    let linda = author(Role::Member, 2, 20);
    let emine = author(Role::Client, 3, 30);
    admit(&mut circle, &linda, 1, None, idea(7, "een kaart"));
    admit(&mut circle, &linda, 2, None, idea(8, "een lied"));
    circle.begin_generation().unwrap();
    let edit = |text| json!({"type": "edit_idea", "idea_id": id(7), "text": text});
    send(&mut circle, &emine, 3, at(2, 0), edit("een mooie kaart"));
    // Linda was away and builds on her own command, both at the start of the generation.
    send(&mut circle, &linda, 4, at(1, 1), edit("een kaart naar Dennis"));
    send(&mut circle, &linda, 5, at(1, 1), edit("een kaart naar Dennis toe"));
    assert_eq!(content(&circle)["ideas"][0]["text"], "een mooie kaart naar Dennis toe");
    assert_eq!(circle.head(), at(2, 3));
    let ahead = send(&mut circle, &linda, 6, at(3, 0), edit("x"));
    assert_eq!(code(&ahead), (Judgement::Rejected, Some(RefusalCode::Invalid)));
}

#[test]
fn the_chain_of_a_generation_covers_its_snapshot() {
    let chain_hash = |text: &str, is_compacted: bool| {
        let mut circle = circle();
        admit(&mut circle, &author(Role::Member, 2, 20), 1, None, idea(7, text));
        if is_compacted {
            circle.begin_generation().unwrap();
        }
        let generation = circle.begin_generation().unwrap();
        let last = ChainHash::start(circle.id(), 1);
        assert_ne!(generation.chain_hash, last.begin(circle.id(), generation.at.generation, &generation.snapshot));
        (generation.chain_hash, generation.snapshot)
    };
    let one = chain_hash("een kaart", false);
    let other = chain_hash("een lied", false);
    let twice = chain_hash("een kaart", true);
    assert_ne!(one.0, other.0);
    assert_eq!(one.1, twice.1, "compacting twice changes nothing but the number");
    assert_ne!(one.0, twice.0);
}

#[test]
fn a_later_generation_is_restored_as_it_was() {
    let mut circle = circle();
    let linda = author(Role::Member, 2, 20);
    let emine = author(Role::Client, 3, 30);
    let mut stored = StoredLog::default();
    stored.verdicts.push(submit(&mut circle, &linda, 1, None, idea(7, "een kaart")).verdict);
    stored.verdicts.push(submit(&mut circle, &linda, 2, None, idea(8, "een lied")).verdict);
    let outcome = submit(&mut circle, &emine, 3, None, erase(7));
    stored.verdicts.push(outcome.verdict);
    let generation = outcome.generation.unwrap();
    (stored.generation, stored.start) = (2, generation.start);
    (stored.snapshot, stored.chain_hash) = (Some(generation.snapshot), Some(*generation.chain_hash.as_bytes()));
    let document = circle.id();
    let kind = circle.kind();
    let restored = |stored: &StoredLog| Admission::restore(document, kind, stored.clone());
    let fresh = restored(&stored).unwrap();
    assert_eq!((fresh.head(), content(&fresh)), (at(2, 0), content(&circle)));
    let heart = json!({"type": "heart_idea", "idea_id": id(8)});
    let admitted = submit(&mut circle, &linda, 4, Some(1), heart.clone()).admitted.unwrap();
    stored.tail.push(admitted.entry.change.clone());
    stored.metas.push(admitted.meta.clone());
    stored.chain_hash = Some(*admitted.chain_hash.as_bytes());
    let mut again = restored(&stored).unwrap();
    let edit = json!({"type": "edit_idea", "idea_id": id(8), "text": "een vrolijk lied"});
    let here = send(&mut circle, &emine, 5, at(1, 1), edit.clone()).admitted.unwrap();
    let there = send(&mut again, &emine, 5, at(1, 1), edit).admitted.unwrap();
    assert_eq!((here.entry, here.meta, here.chain_hash), (there.entry, there.meta, there.chain_hash));
    stored.chain_hash = None;
    assert!(restored(&stored).is_err());
}

#[test]
fn a_suggested_erasure_erases_nothing_until_the_client_says_yes() {
    let mut map = Admission::new(DocumentId::new(uuid::Uuid::from_u128(1)), DocumentKind::Network);
    let ria = author(Role::Representative, 2, 20);
    let joost = author(Role::Client, 3, 30);
    admit(&mut map, &joost, 1, None, json!({"type": "add_contact", "contact_id": id(7), "name": "Ali"}));
    let erase = json!({"type": "erase_contact", "contact_id": id(7)});
    let suggested = submit(&mut map, &ria, 2, None, erase);
    assert_eq!(code(&suggested), (Judgement::Admitted, Some(RefusalCode::Suggested)));
    assert!(suggested.generation.is_none());
    assert_eq!((map.head(), &content(&map)["contacts"][0]["name"]), (at(1, 2), &json!("Ali")));
    let yes = json!({"type": "accept_suggestion", "suggestion_id": suggested.verdict.id});
    assert_eq!(code(&submit(&mut map, &ria, 3, None, yes.clone())).0, Judgement::Rejected);
    let accepted = submit(&mut map, &joost, 4, None, yes);
    assert_eq!(accepted.generation.unwrap().at, at(2, 0));
    assert_eq!(accepted.admitted.unwrap().command.name(), "erase_contact");
    assert_eq!(content(&map)["contacts"], json!([]));
    let loaded = String::from_utf8_lossy(&map.document().save_nocompress()).into_owned();
    assert!(!loaded.contains("Ali"));
}
