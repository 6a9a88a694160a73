//! What the server still has, held against what the phones were told.

use std::collections::BTreeMap;
use std::fmt;

use kring_domain::CommandId;
use kring_sync::{Base, Entry, ServerFrame};

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

/// Reads the log again, and asks again about every command that was answered.
pub(super) async fn check(
    server: &Server,
    space: Space,
    people: &[Person],
    witnesses: Vec<Witness>,
    seeded: u64,
) -> Outcome<Found> {
    let first = people.first().ok_or("nobody is there to check")?;
    let log = log(server, space, first, seeded).await?;
    let places: BTreeMap<CommandId, u64> = log.values().map(|entry| (entry.command_id, entry.sequence)).collect();
    let mut found = Found::default();
    let mut seen: BTreeMap<u64, Entry> = BTreeMap::new();
    for (witness, person) in witnesses.into_iter().zip(people) {
        found.answered += witness.answered.len();
        found.unanswered += witness.sent.len() - witness.answered.len();
        let repeated = ask_again(server, space, person, &witness).await?;
        for (id, sequence) in &witness.answered {
            found.hold(sequence, places.get(id));
            found.hold(sequence, repeated.get(id));
        }
        for (sequence, entry) in witness.seen {
            // No two phones were told different things either.
            found.hold(&entry, Some(seen.entry(sequence).or_insert_with(|| entry.clone())));
        }
    }
    found.seen = seen.len();
    for (sequence, entry) in &seen {
        found.hold(entry, log.get(sequence));
    }
    Ok(found)
}

/// The log behind the ideas, as a phone that was away during the burst gets it.
async fn log(server: &Server, space: Space, person: &Person, seeded: u64) -> Outcome<BTreeMap<u64, Entry>> {
    let at = Base { sequence: seeded, ..Base::GENESIS };
    let mut phone = Thin::connect(server.api.address(), &person.token, space.circle, Some(at)).await?;
    let (mut log, mut is_welcome) = (BTreeMap::new(), false);
    while !is_welcome || phone.at.sequence < phone.head {
        match phone.receive().await? {
            ServerFrame::Welcome { .. } => is_welcome = true,
            ServerFrame::Entries { entries, .. } => {
                log.extend(entries.into_iter().map(|entry| (entry.sequence, entry)))
            }
            ServerFrame::Snapshot { .. } => return Err("a snapshot hides the log that is to be checked".into()),
            _ => {}
        }
    }
    phone.close().await;
    Ok(log)
}

/// Sends the answered commands once more, which must lead to the same answers.
async fn ask_again(
    server: &Server,
    space: Space,
    person: &Person,
    witness: &Witness,
) -> Outcome<BTreeMap<CommandId, u64>> {
    let mut phone = Thin::connect(server.api.address(), &person.token, space.circle, None).await?;
    let again: Vec<_> = witness.answered.keys().filter_map(|id| witness.sent.get(id).cloned()).collect();
    let mut answers = BTreeMap::new();
    if !again.is_empty() {
        phone.send(again).await?;
        phone.flush().await?;
    }
    while answers.len() < witness.answered.len() {
        if let ServerFrame::Verdicts { verdicts, .. } = phone.receive().await? {
            answers.extend(verdicts.iter().filter_map(|verdict| Some((verdict.id, verdict.sequence?))));
        }
    }
    phone.close().await;
    Ok(answers)
}
