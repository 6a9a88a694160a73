//! What the server still has, held against what the phones were told.

use std::collections::BTreeMap;
use std::fmt;

use automerge::{Automerge, Change, ReadDoc};
use kring_domain::CommandId;
use kring_sync::{Entry, Position, ServerFrame, Submission};

use super::Witness;
use crate::load::Outcome;
use crate::load::people::{Person, Space};
use crate::load::server::Server;
use crate::load::thin::Thin;

/// The counts.
#[derive(Default)]
pub(super) struct Found {
    pub(super) answered: usize,
    pub(super) seen: usize,
    pub(super) unanswered: usize,
    pub(super) missing: usize,
    pub(super) changed: usize,
}

impl Found {
    pub(super) fn add(&mut self, other: &Found) {
        self.answered += other.answered;
        self.seen += other.seen;
        self.unanswered += other.unanswered;
        self.missing += other.missing;
        self.changed += other.changed;
    }

    /// Counts a thing that should be `expected`.
    fn hold<T: PartialEq>(&mut self, expected: &T, found: Option<&T>) {
        match found {
            None => self.missing += 1,
            Some(found) if found != expected => self.changed += 1,
            Some(_) => {}
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { answered, seen, unanswered, missing, changed } = self;
        write!(f, "{answered} answered, {seen} seen, {unanswered} under way: {missing} missing, {changed} changed")
    }
}

/// Reads the log again, and asks again about every command that was answered or that any phone had seen.
pub(super) async fn check(
    server: &Server,
    space: Space,
    people: &[Person],
    witnesses: Vec<Witness>,
    seeded: u64,
) -> Outcome<Found> {
    let first = people.first().ok_or("nobody is there to check")?;
    let log = Log::read(server, space, first, seeded).await?;
    let mut found = Found::default();
    let mut seen: BTreeMap<u64, &Entry> = BTreeMap::new();
    for (sequence, entry) in witnesses.iter().flat_map(|witness| &witness.seen) {
        // No two phones may have been told different things either.
        found.hold(&entry, Some(&*seen.entry(*sequence).or_insert(entry)));
    }
    found.seen = seen.len();
    for entry in seen.values() {
        found.hold(&true, log.holds(entry)?.as_ref());
    }
    let places: BTreeMap<CommandId, u64> = seen.values().map(|entry| (entry.command_id, entry.sequence)).collect();
    for (witness, person) in witnesses.iter().zip(people) {
        found.answered += witness.answered.len();
        found.unanswered += witness.sent.len() - witness.answered.len();
        let told = places.iter().filter(|(id, _)| witness.sent.contains_key(id)).chain(&witness.answered);
        let told: Vec<(CommandId, u64)> = told.map(|(id, sequence)| (*id, *sequence)).collect();
        let again = told.iter().filter_map(|(id, _)| witness.sent.get(id)).map(|command| (command.id, command.clone()));
        let answers = ask_again(server, space, person, again.collect()).await?;
        for (id, sequence) in told {
            found.hold(&sequence, answers.get(&id));
        }
    }
    Ok(found)
}

/// The log as a phone that was away during the burst gets it: a snapshot of the older part, entries behind it.
struct Log {
    snapshot: Option<(u64, Automerge)>,
    entries: BTreeMap<u64, Entry>,
}

impl Log {
    async fn read(server: &Server, space: Space, person: &Person, seeded: u64) -> Outcome<Self> {
        let at = Position { sequence: seeded, ..Position::GENESIS };
        let mut phone = Thin::connect(server.api.address(), &person.token, space.circle, Some(at)).await?;
        let mut log = Self { snapshot: None, entries: BTreeMap::new() };
        let mut is_welcome = false;
        while !is_welcome || phone.at.sequence < phone.head {
            match phone.receive().await? {
                ServerFrame::Welcome { .. } => is_welcome = true,
                ServerFrame::Snapshot { sequence, bytes, .. } => {
                    log.snapshot = Some((sequence, Automerge::load(&bytes)?));
                }
                ServerFrame::Entries { entries, .. } => {
                    log.entries.extend(entries.into_iter().map(|entry| (entry.sequence, entry)));
                }
                _ => {}
            }
        }
        phone.close().await;
        Ok(log)
    }

    /// Returns whether an entry is as it was; `None` where it is not there. In a snapshot its change is looked for.
    fn holds(&self, entry: &Entry) -> Outcome<Option<bool>> {
        if let Some(found) = self.entries.get(&entry.sequence) {
            return Ok(Some(found == entry));
        }
        let Some((sequence, document)) = &self.snapshot else { return Ok(None) };
        if entry.sequence > *sequence {
            return Ok(None);
        }
        let change = Change::from_bytes(entry.change.clone())?;
        Ok(document.get_change_by_hash(&change.hash()).map(|found| found.raw_bytes() == change.raw_bytes()))
    }
}

/// Sends commands once more, which must lead to the same answers: one that was lost would get a new place.
async fn ask_again(
    server: &Server,
    space: Space,
    person: &Person,
    commands: BTreeMap<CommandId, Submission>,
) -> Outcome<BTreeMap<CommandId, u64>> {
    let mut answers = BTreeMap::new();
    let count = commands.len();
    if count == 0 {
        return Ok(answers);
    }
    let mut phone = Thin::connect(server.api.address(), &person.token, space.circle, None).await?;
    phone.send(commands.into_values().collect()).await?;
    phone.flush().await?;
    while answers.len() < count {
        if let ServerFrame::Verdicts { verdicts, .. } = phone.receive().await? {
            answers.extend(verdicts.iter().filter_map(|verdict| Some((verdict.id, verdict.sequence?))));
        }
    }
    phone.close().await;
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use kring_domain::{DeviceId, PersonId, Timestamp};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_is_lost_or_altered_is_noticed() {
        let document = kring_domain::genesis(kring_domain::DocumentKind::Circle);
        let change = document.get_changes(&[]).remove(0).raw_bytes().to_vec();
        let entry = |sequence, change: &[u8]| Entry {
            sequence,
            change: change.to_vec(),
            command_id: CommandId::new(Uuid::from_u128(1)),
            person: PersonId::new(Uuid::from_u128(2)),
            device: DeviceId::new(Uuid::from_u128(3)),
            at: Timestamp::from_millis(0),
            role: "member".to_owned(),
            command: "propose_idea".to_owned(),
            base: 0,
            suggestion: false,
            signature: Vec::new(),
        };
        let other = kring_domain::genesis(kring_domain::DocumentKind::Plan);
        let strange = other.get_changes(&[]).remove(0).raw_bytes().to_vec();
        let snapshot = Automerge::load(&document.save()).unwrap();
        let log = Log { snapshot: Some((2, snapshot)), entries: BTreeMap::from([(3, entry(3, &change))]) };
        for (told, expected) in [
            (entry(2, &change), Some(true)),
            (entry(2, &strange), None),
            (entry(3, &change), Some(true)),
            (entry(3, &strange), Some(false)),
            (entry(4, &change), None),
        ] {
            assert_eq!(log.holds(&told).unwrap(), expected, "{}", told.sequence);
        }
        let mut found = Found::default();
        for answer in [None, Some(false), Some(true)] {
            found.hold(&true, answer.as_ref());
        }
        assert_eq!((found.missing, found.changed), (1, 1));
    }
}
