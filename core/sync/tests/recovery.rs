//! A server that has lost entries, and devices that have kept them.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use kring_domain::{Author, CommandId, DeviceId, DocumentId, DocumentKind, PersonId, Role, Timestamp};
use kring_sync::{
    Admission, ChainHash, Entry, EntryMeta, Judgement, Outcome, RawCommand, Readmitted, RecoverError, StoredLog,
    Submission, Verdict,
};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stretches of the log devices hold, and in whatever order they come and come again.
    #[test]
    fn any_devices_in_any_order_rebuild_what_they_have_between_them(
        batches in proptest::collection::vec(1..4_usize, 1..12),
        backup in any::<prop::sample::Index>(),
        stretches in proptest::collection::vec(any::<(prop::sample::Index, prop::sample::Index)>(), 0..6),
    ) {
        let lost = History::of(&batches);
        let all = lost.entries.len();
        let kept = backup.index(all + 1);
        let mut server = lost.restored(kept);
        let stretches: Vec<&[Entry]> = stretches
            .iter()
            .map(|(a, b)| {
                let a = a.index(all + 1);
                let b = b.index(all + 1);
                &lost.entries[a.min(b)..a.max(b)]
            })
            .collect();
        let mut back: Vec<Entry> = Vec::new();
        for _ in 0..=stretches.len() {
            for stretch in &stretches {
                match server.handle_recovered(stretch, is_signed) {
                    Ok(readmitted) => back.extend(readmitted.into_iter().map(|readmitted| readmitted.entry)),
                    Err(error) => prop_assert_eq!(error, RecoverError::Gap),
                }
            }
        }
        let reachable = lost.reachable(kept, &stretches);
        prop_assert_eq!(&back[..], &lost.entries[kept..reachable], "each once, in order, as it was");
        prop_assert_eq!(server.head().sequence, reachable as u64);
        prop_assert_eq!(server.chain_hash(), lost.links[reachable]);
        lost.goes_on_alike(server, reachable);
    }

    /// One byte, one entry or one place that is not as it was.
    #[test]
    fn what_was_tampered_with_is_refused(
        which in any::<prop::sample::Index>(),
        kind in 0..11_usize,
        byte in any::<prop::sample::Index>(),
    ) {
        let lost = History::of(&[2, 3, 1]);
        let mut entries = lost.entries.clone();
        let at = which.index(entries.len());
        let entry = &mut entries[at];
        match kind {
            0 => {
                let byte = byte.index(entry.change.len());
                entry.change[byte] ^= 1;
            }
            1 => entry.command_id = CommandId::new(Uuid::from_u128(77)),
            2 => entry.person = PersonId::new(Uuid::from_u128(77)),
            3 => entry.device = DeviceId::new(Uuid::from_u128(77)),
            4 => entry.at = Timestamp::from_millis(77),
            5 => entry.role = Role::Client.name().to_owned(),
            6 => entry.command.push('x'),
            7 => entry.base += 1,
            8 => entry.suggestion = !entry.suggestion,
            9 => entry.signature = vec![0; 32],
            _ => entry.sequence += 1,
        }
        let mut server = lost.restored(0);
        let before = server.snapshot();
        prop_assert!(server.handle_recovered(&entries, is_signed).is_err());
        prop_assert_eq!(server.head().sequence, 0);
        prop_assert_eq!(server.snapshot(), before, "nothing of it was parsed into the document");
    }
}

#[test]
fn foreign_or_unsigned_entries_are_not_recovered() {
    let lost = History::of(&[1, 1, 1]);
    let refused = |entries: &[Entry]| lost.restored(0).handle_recovered(entries, is_signed).err();
    let [one, two, three] = [0, 1, 2].map(|index| lost.entries[index].clone());
    assert_eq!(refused(&[two.clone(), one.clone()]), Some(RecoverError::Gap));
    assert_eq!(refused(&[one.clone(), three.clone()]), Some(RecoverError::Gap));
    assert_eq!(refused(&[one.clone(), one.clone()]), Some(RecoverError::Gap));
    let mut other = Admission::new(DocumentId::new(Uuid::from_u128(2)), DocumentKind::Circle);
    assert_eq!(other.handle_recovered(&lost.entries, is_signed), Err(RecoverError::NotOurs));
    let mut server = lost.restored(0);
    let unsigned = Entry { signature: Vec::new(), ..two };
    let taken = server.handle_recovered(&[one, unsigned], is_signed).unwrap();
    assert_eq!(taken.len(), 1, "nothing behind the last signature");
}

#[test]
fn signed_bytes_that_are_no_changes_end_one_document() {
    let lost = History::of(&[1]);
    let mut entry = lost.entries[0].clone();
    entry.change = vec![7; 300];
    entry.signature = signature(&ChainHash::start(document(), 1).next(&entry));
    let mut server = lost.restored(0);
    assert_eq!(server.handle_recovered(&[entry], is_signed), Err(RecoverError::Unreadable));
}

#[test]
fn a_retry_of_what_came_back_gets_its_old_answer() {
    let lost = History::of(&[2, 2]);
    let mut server = lost.restored(1);
    server.handle_recovered(&lost.entries, is_signed).unwrap();
    let again = submit(&mut server, 2, &person(2));
    assert!(again.repeated && again.admitted.is_none());
    assert_eq!(again.verdict, lost.verdicts[2]);
}

/// A log, its signatures as a server makes them: one for a batch.
struct History {
    admission: Admission,
    entries: Vec<Entry>,
    metas: Vec<EntryMeta>,
    verdicts: Vec<Verdict>,
    /// The start first.
    links: Vec<ChainHash>,
}

impl History {
    fn of(batches: &[usize]) -> Self {
        let admission = Admission::new(document(), DocumentKind::Circle);
        let links = vec![admission.chain_hash()];
        let entries = Vec::new();
        let metas = Vec::new();
        let verdicts = Vec::new();
        let mut history = Self { admission, entries, metas, verdicts, links };
        for batch in batches {
            for _ in 0..*batch {
                history.add();
            }
            let chain_hash = history.links.last().unwrap();
            history.entries.last_mut().unwrap().signature = signature(chain_hash);
        }
        history
    }

    fn add(&mut self) {
        let number = self.entries.len() as u64;
        let Outcome { verdict, admitted, .. } = submit(&mut self.admission, number, &person(number));
        let admitted = admitted.expect("everybody may propose");
        self.entries.push(admitted.entry);
        self.metas.push(admitted.meta);
        self.verdicts.push(verdict);
        self.links.push(admitted.chain_hash);
    }

    /// The server as it was after `kept` entries.
    fn restored(&self, kept: usize) -> Admission {
        let stored = StoredLog {
            tail: self.entries[..kept].iter().map(|entry| entry.change.clone()).collect(),
            metas: self.metas[..kept].to_vec(),
            verdicts: self.verdicts[..kept].to_vec(),
            chain_hash: (kept > 0).then(|| *self.links[kept].as_bytes()),
            ..StoredLog::default()
        };
        Admission::restore(document(), DocumentKind::Circle, stored).unwrap()
    }

    /// Returns how far the stretches reach without a gap, up to a signature.
    fn reachable(&self, kept: usize, stretches: &[&[Entry]]) -> usize {
        let mut reached = kept;
        loop {
            let next = |stretch: &&[Entry]| {
                let first = usize::try_from(stretch.first()?.sequence).unwrap() - 1;
                let signed = stretch.iter().rposition(|entry| !entry.signature.is_empty())? + 1;
                (first <= reached && first + signed > reached).then_some(first + signed)
            };
            match stretches.iter().filter_map(next).max() {
                Some(further) => reached = further,
                None => return reached,
            }
        }
    }

    /// A server that got its entries back admits the next command exactly as one that never lost them.
    fn goes_on_alike(&self, mut recovered: Admission, at: usize) {
        let mut whole = self.restored(at);
        let next = |server: &mut Admission| submit(server, 900, &person(1)).admitted.unwrap();
        let one = next(&mut recovered);
        let other = next(&mut whole);
        assert_eq!((one.entry, one.meta, one.chain_hash), (other.entry, other.meta, other.chain_hash));
    }
}

/// A command of one of three people, who each lag behind the log by a few entries.
fn submit(server: &mut Admission, number: u64, author: &Author) -> Outcome {
    let idea =
        json!({"type": "propose_idea", "idea_id": Uuid::from_u64_pair(5, number), "text": format!("idee {number}")});
    let submission = Submission {
        id: CommandId::new(Uuid::from_u64_pair(9, number)),
        base: Some(kring_sync::Position { generation: 1, sequence: server.head().sequence * 2 / 3 }),
        made_at: None,
        command: RawCommand::from_value(idea),
    };
    let outcome = server.handle_submission(author, submission, Timestamp::from_millis(1_772_452_800_000));
    assert_eq!(outcome.verdict.judgement, Judgement::Admitted);
    outcome
}

fn person(number: u64) -> Author {
    let uuid = |section| Uuid::from_u64_pair(section, number % 3);
    Author { device: DeviceId::new(uuid(20)), person: PersonId::new(uuid(30)), role: Role::Member, has_client: true }
}

fn document() -> DocumentId {
    DocumentId::new(Uuid::from_u128(1))
}

/// Stands for a signature: what only this server could make out of a chain hash.
fn signature(chain_hash: &ChainHash) -> Vec<u8> {
    chain_hash.as_bytes().iter().map(|byte| byte ^ 0xa5).collect()
}

fn is_signed(chain_hash: &ChainHash, bytes: &[u8]) -> bool {
    signature(chain_hash) == bytes
}

#[test]
fn what_is_kept_beside_an_entry_is_found_again() {
    let lost = History::of(&[3, 4]);
    let back: Vec<Readmitted> = lost.restored(2).handle_recovered(&lost.entries, is_signed).unwrap();
    let metas: Vec<EntryMeta> = back.iter().map(|readmitted| readmitted.meta.clone()).collect();
    assert_eq!(metas, lost.metas[2..]);
    assert!(back.iter().all(|readmitted| readmitted.role == Role::Member));
}
