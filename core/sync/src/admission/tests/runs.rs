//! Runs: several commands in one change are decided about and read as one after the other.

use std::collections::VecDeque;

use super::*;

fn idea(number: u64) -> Value {
    json!({"type": "propose_idea", "idea_id": id(number), "text": format!("idee {number}")})
}

fn edit(number: u64, text: &str) -> Value {
    json!({"type": "edit_idea", "idea_id": id(number), "text": text})
}

/// Sends commands in one batch, numbered from `first` on.
fn batch(
    circle: &mut Admission,
    who: &Author,
    first: u64,
    base: Option<u64>,
    commands: impl IntoIterator<Item = Value>,
) -> Vec<Outcome> {
    let submissions = commands.into_iter().zip(first..);
    let mut queue: VecDeque<Submission> =
        submissions.map(|(command, number)| submission(number, base, command)).collect();
    let mut outcomes = Vec::new();
    while !queue.is_empty() {
        outcomes.extend(circle.handle_next(who, &mut queue, now()));
    }
    outcomes
}

fn changes(outcomes: &[Outcome]) -> Vec<&[u8]> {
    let mut changes: Vec<&[u8]> =
        outcomes.iter().filter_map(|outcome| Some(&outcome.admitted.as_ref()?.entry.change[..])).collect();
    changes.dedup();
    changes
}

#[test]
fn a_run_is_one_change_and_an_entry_for_each_command() {
    let mut circle = circle();
    let linda = author(Role::Member, 2, 20);
    let outcomes = batch(&mut circle, &linda, 1, Some(0), (1..=5).map(idea));
    let places: Vec<_> = outcomes.iter().map(|outcome| outcome.verdict.sequence).collect();
    assert_eq!(places, [1, 2, 3, 4, 5].map(Some));
    assert_eq!(changes(&outcomes).len(), 1);
    assert_eq!(content(&circle)["ideas"].as_array().unwrap().len(), 5);
    let entries: Vec<&Entry> = outcomes.iter().map(|outcome| &outcome.admitted.as_ref().unwrap().entry).collect();
    let chain_hash = entries.iter().fold(ChainHash::start(circle.id(), 1), |chain_hash, entry| chain_hash.next(entry));
    assert_eq!(chain_hash, circle.chain_hash());
    let again = batch(&mut circle, &linda, 1, Some(0), (1..=5).map(idea));
    assert!(again.iter().zip(&outcomes).all(|(again, first)| again.repeated && again.verdict == first.verdict));
}

/// A phone that reads no packed frames is sent the change with each entry, and the store keeps it with each.
#[test]
fn entries_of_a_run_carry_few_bytes_of_each_other() {
    for length in [10, 200, 1_000, 2_000] {
        let mut circle = circle();
        let message =
            |number: u64| json!({"type": "post_message", "message_id": id(number), "text": "x".repeat(length)});
        let outcomes = batch(&mut circle, &author(Role::Member, 2, 20), 1, None, (1..=60).map(message));
        let carried: Vec<usize> =
            outcomes.iter().map(|outcome| outcome.admitted.as_ref().unwrap().entry.change.len()).collect();
        assert!(carried.iter().all(|bytes| *bytes <= 8 * (length + 250)), "{length}: {carried:?}");
    }
}

#[test]
fn a_run_ends_before_what_it_has_touched() {
    let mut circle = circle();
    let linda = author(Role::Member, 2, 20);
    let joost = author(Role::Client, 3, 30);
    let heart = |number| json!({"type": "heart_idea", "idea_id": id(number)});
    for (first, commands, expected) in [
        (10, vec![idea(1), idea(2), edit(1, "beter"), idea(3), idea(4)], 2),
        (20, vec![edit(1, "a"), edit(1, "b"), edit(1, "c")], 3),
        (30, vec![heart(1), heart(2), heart(3)], 1),
        (40, vec![json!({"type": "withdraw_idea", "idea_id": id(4)}), edit(3, "x"), heart(4)], 2),
    ] {
        let outcomes = batch(&mut circle, &linda, first * 100, None, commands);
        assert_eq!(changes(&outcomes).len(), expected, "{first}");
    }
    let many = batch(&mut circle, &linda, 5000, None, (100..150).map(idea));
    assert!((2..=12).contains(&changes(&many).len()), "{} changes", changes(&many).len());
    let erase = json!({"type": "erase_idea", "idea_id": id(2)});
    let outcomes = batch(&mut circle, &joost, 9000, None, [heart(1), erase, heart(3)]);
    assert!(outcomes[1].generation.is_some() && outcomes[2].verdict.generation == Some(2));
    assert_eq!(changes(&outcomes).len(), 3);
}

#[test]
fn a_run_does_not_grow_by_the_texts_that_all_its_entries_carry() {
    let mut circle = circle();
    let linda = author(Role::Member, 2, 20);
    let text = |number| edit(number, &"lang verhaal ".repeat(150));
    batch(&mut circle, &linda, 1, None, (0..30).map(idea));
    let outcomes = batch(&mut circle, &linda, 100, None, (0..30).map(text));
    let carried: usize = outcomes.iter().map(|outcome| outcome.admitted.as_ref().unwrap().entry.change.len()).sum();
    let once: usize = changes(&outcomes).into_iter().map(<[u8]>::len).sum();
    assert!(carried <= once * 4, "{carried} bytes for {once}");
}

#[test]
fn what_is_refused_in_a_batch_costs_the_others_nothing() {
    let mut circle = circle();
    let linda = author(Role::Member, 2, 20);
    let choose = json!({"type": "choose_idea", "idea_id": id(1)});
    let commands = [idea(1), idea(2), choose, idea(2), json!({"type": "sing"}), idea(3), idea(1), idea(4)];
    let outcomes = batch(&mut circle, &linda, 1, Some(0), commands);
    let admitted: Vec<_> = outcomes.iter().map(|outcome| outcome.verdict.sequence).collect();
    assert_eq!(admitted, [Some(1), Some(2), None, None, None, Some(3), None, Some(4)]);
    assert_eq!(outcomes[2].verdict.code, Some(RefusalCode::Forbidden));
    assert_eq!(outcomes[3].verdict.code, Some(RefusalCode::DuplicateId));
}

#[test]
fn a_place_inside_a_run_is_the_end_of_it() {
    let mut circle = circle();
    let linda = author(Role::Member, 2, 20);
    let joost = author(Role::Client, 3, 30);
    batch(&mut circle, &linda, 1, Some(0), (1..=5).map(idea));
    // Joost knows of the first entry, which carries the whole run.
    admit(&mut circle, &joost, 11, Some(1), edit(4, "idee 4 is goed"));
    admit(&mut circle, &joost, 12, Some(3), edit(5, "idee 5 is goed"));
    let content = content(&circle);
    assert_eq!(
        (&content["ideas"][3]["text"], &content["ideas"][4]["text"]),
        (&json!("idee 4 is goed"), &json!("idee 5 is goed"))
    );
    assert!(circle.is_as_promised());
}

#[test]
fn batches_are_decided_about_as_one_after_the_other() {
    let mut changed = 0;
    let mut admitted = 0;
    for seed in 0..150 {
        let mut dice = Dice(seed * 2 + 1);
        let mut one_by_one = circle();
        let mut in_runs = circle();
        let mut ends = vec![0];
        for number in 0..12 {
            let role = [Role::Client, Role::Member, Role::Professional][dice.roll(3)];
            let device = 20 + dice.roll(3) as u128;
            let who = author(role, device, device);
            let commands: Vec<Submission> = (0..1 + dice.roll(9))
                .map(|place| {
                    let base = (dice.roll(4) > 0).then(|| ends[ends.len().saturating_sub(1 + dice.roll(3))]);
                    let id = number * 100 + if dice.roll(12) == 0 { 0 } else { place as u64 };
                    submission(id, base, command(&mut dice))
                })
                .collect();
            let mut queue: VecDeque<Submission> = commands.clone().into();
            let mut outcomes = Vec::new();
            while !queue.is_empty() {
                outcomes.extend(in_runs.handle_next(&who, &mut queue, now()));
            }
            changed += changes(&outcomes).len();
            admitted += outcomes.iter().filter(|outcome| outcome.admitted.is_some()).count();
            let verdicts: Vec<Verdict> = outcomes.into_iter().map(|outcome| outcome.verdict).collect();
            let expected: Vec<Verdict> = commands
                .into_iter()
                .map(|command| one_by_one.handle_submission(&who, command, now()).verdict)
                .collect();
            assert_eq!(verdicts, expected, "seed {seed}");
            assert!(in_runs.is_as_promised());
            if in_runs.head().generation > 1 {
                break;
            }
            ends.push(in_runs.head().sequence);
        }
        assert_eq!(content(&in_runs), content(&one_by_one), "seed {seed}");
    }
    assert!(changed * 10 < admitted * 9, "{changed} changes for {admitted} commands: too few runs to show anything");
}

/// A command on one of a few ideas, often refused.
fn command(dice: &mut Dice) -> Value {
    let idea_id = id(dice.roll(8) as u64);
    let kinds =
        ["propose_idea", "propose_idea", "edit_idea", "heart_idea", "unheart_idea", "choose_idea", "withdraw_idea"];
    match (kinds[dice.roll(kinds.len())], dice.roll(20)) {
        (_, 0) => json!({"type": "erase_idea", "idea_id": idea_id}),
        (_, 1) => json!({"type": "post_message", "message_id": id(50 + dice.roll(4) as u64), "text": idea_id}),
        (kind @ ("propose_idea" | "edit_idea"), _) => {
            json!({"type": kind, "idea_id": idea_id, "text": format!("woord {} en {}", dice.roll(9), dice.roll(9))})
        }
        (kind, _) => json!({"type": kind, "idea_id": idea_id}),
    }
}

/// Numbers that look random, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

#[test]
fn a_restored_run_goes_on_where_it_was() {
    let mut circle = circle();
    let linda = author(Role::Member, 2, 20);
    let joost = author(Role::Client, 3, 30);
    let outcomes = batch(&mut circle, &linda, 1, Some(0), (1..=5).map(idea));
    let mut stored = StoredLog { chain_hash: Some(*circle.chain_hash().as_bytes()), ..StoredLog::default() };
    for outcome in outcomes {
        let admitted = outcome.admitted.unwrap();
        stored.tail.push(admitted.entry.change);
        stored.metas.push(admitted.meta);
        stored.verdicts.push(outcome.verdict);
    }
    let mut restored = Admission::restore(circle.id(), circle.kind(), stored).unwrap();
    let here = submit(&mut circle, &joost, 30, Some(2), edit(4, "beter")).admitted.unwrap();
    let there = submit(&mut restored, &joost, 30, Some(2), edit(4, "beter")).admitted.unwrap();
    assert_eq!((here.entry, here.meta, here.chain_hash), (there.entry, there.meta, there.chain_hash));
}
