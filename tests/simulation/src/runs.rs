//! Commands of every kind that share a change do what they would do one after the other.

use std::collections::VecDeque;

use fastrand::Rng;
use kring_domain::{Author, CommandId, DeviceId, DocumentId, DocumentKind, Language, PersonId, Role, Timestamp};
use kring_sync::{Admission, Position, RawCommand, Submission};
use serde_json::Value;
use uuid::Uuid;

use crate::vocabulary::{COMMANDS, Vocabulary, person};

const PERSONS: u64 = 4;

/// The commands that were admitted, and those of them that shared a change with another.
#[derive(Default)]
struct Played {
    admitted: usize,
    shared: usize,
}

fn author(number: u64) -> Author {
    let role = [Role::Client, Role::Professional, Role::Member, Role::Member][number as usize];
    let device = DeviceId::new(Uuid::from_u64_pair(2, number));
    Author { device, person: PersonId::new(person(number)), role, has_client: true }
}

/// Returns what people read, questions included.
fn read(admission: &Admission) -> Value {
    let names = |person: PersonId| person.to_string();
    let model = kring_domain::read_model(admission.kind(), admission.document(), &names, Language::Dutch);
    serde_json::to_value(model).expect("a read model is plain data")
}

fn play(kind: DocumentKind, seed: u64) -> Played {
    let id = DocumentId::new(Uuid::from_u64_pair(3, 3));
    let mut one_by_one = Admission::new(id, kind);
    let mut in_runs = Admission::new(id, kind);
    let mut rng = Rng::with_seed(seed);
    let mut played = Played::default();
    let mut ends = vec![Position::GENESIS];
    let mut number = 1;
    for batch in 0..14 {
        let author = author(rng.u64(..PERSONS));
        let now = Timestamp::from_millis(1_770_000_000_000 + batch * 60_000);
        let mut commands = Vec::new();
        for _ in 0..rng.usize(1..10) {
            let base = (rng.u8(0..5) > 0).then(|| ends[ends.len().saturating_sub(rng.usize(1..4))]);
            let made_at = (rng.u8(0..3) > 0).then(|| Timestamp::from_millis(now.millis() - rng.i64(0..200_000)));
            let command = Vocabulary::get().command(kind, &format!("woord{number}"), number, PERSONS, &mut rng);
            let id = CommandId::new(Uuid::from_u64_pair(COMMANDS, number));
            commands.push(Submission { id, base, made_at, command: RawCommand::from_value(command) });
            number += 1;
        }
        let mut queue: VecDeque<Submission> = commands.clone().into();
        let mut verdicts = Vec::new();
        while !queue.is_empty() {
            let outcomes = in_runs.handle_next(&author, &mut queue, now);
            let count = outcomes.iter().filter(|outcome| outcome.admitted.is_some()).count();
            played.admitted += count;
            played.shared += if count > 1 { count } else { 0 };
            verdicts.extend(outcomes.into_iter().map(|outcome| outcome.verdict));
        }
        let single = |command| one_by_one.handle_submission(&author, command, now).verdict;
        let expected: Vec<_> = commands.into_iter().map(single).collect();
        assert_eq!(verdicts, expected, "{kind:?} with seed {seed}");
        assert_eq!(read(&in_runs), read(&one_by_one), "{kind:?} with seed {seed}");
        ends.push(in_runs.head());
    }
    played
}

#[test]
fn commands_of_every_kind_do_in_a_run_what_they_do_alone() {
    for &kind in DocumentKind::ALL {
        let mut all = Played::default();
        for seed in 0..25 {
            let Played { admitted, shared } = play(kind, seed);
            all.admitted += admitted;
            all.shared += shared;
        }
        assert!(all.admitted > 20, "{kind:?}: {} admitted", all.admitted);
        let is_alone = matches!(kind, DocumentKind::Consents | DocumentKind::PrivateTime);
        assert_eq!(all.shared == 0, is_alone, "{kind:?}: {} of {} in runs", all.shared, all.admitted);
    }
}
