//! A history as data: who takes part, and every step in order. The same story plays the same way every time, also
//! with steps left out.

mod aside;
mod step;

use fastrand::Rng;
use kring_domain::{DocumentKind, Role};
use kring_sync::MAX_COMMANDS;

pub use step::{Commit, Crash, Fate, Loss, Step};

use crate::vocabulary::{self, Vocabulary};

/// One of the devices of a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The owner of the device, by number.
    pub person: u64,
    /// The role of that person at the beginning.
    pub role: Role,
    /// How far its clock is ahead of the server's, in milliseconds.
    pub skew: i64,
}

/// A history to play.
#[derive(Clone, Debug)]
pub struct Story {
    /// The source.
    pub seed: u64,
    /// The devices.
    pub memberships: Vec<Membership>,
    /// The steps, each with its number in the story as it was first told.
    pub steps: Vec<(u64, Step)>,
}

const HOUR: i64 = 3_600_000;

/// The interval at which each thing happens, of a thousand.
const WEIGHTS: &[(u32, StepKind)] = &[
    (240, StepKind::Edit),
    (25, StepKind::Post),
    (190, StepKind::Up),
    (270, StepKind::Down),
    (120, StepKind::Commit),
    (50, StepKind::Connect),
    (20, StepKind::Morning),
    (30, StepKind::Calm),
    (14, StepKind::Cut),
    (8, StepKind::CrashDevice),
    (2, StepKind::CrashServer),
    (10, StepKind::Fold),
    (3, StepKind::Compact),
    (9, StepKind::Backup),
    (6, StepKind::Restore),
    (16, StepKind::Consent),
    (3, StepKind::Newer),
    (3, StepKind::ServerOfTomorrow),
    (4, StepKind::Rush),
    (3, StepKind::Wait),
    (3, StepKind::Clock),
    (3, StepKind::Partition),
    (3, StepKind::Remove),
    (6, StepKind::Return),
    (8, StepKind::Departure),
    (8, StepKind::Judge),
];

#[derive(Clone, Copy)]
enum StepKind {
    Edit,
    Post,
    Up,
    Down,
    Commit,
    Connect,
    Morning,
    Calm,
    Cut,
    CrashDevice,
    CrashServer,
    Fold,
    Compact,
    Backup,
    Restore,
    Consent,
    Newer,
    ServerOfTomorrow,
    Rush,
    Wait,
    Clock,
    Partition,
    Remove,
    Return,
    Departure,
    Judge,
}

impl Story {
    /// The story of a seed: everybody who can be in a space, several with two devices, and `steps` steps.
    pub fn tell(seed: u64, steps: usize) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut memberships = Vec::new();
        let members = [Role::Client, Role::Member, Role::Member, Role::Professional];
        let others = Role::ALL.into_iter().filter(|role| !members.contains(role));
        for (person, role) in members.into_iter().chain(others).enumerate() {
            // The first three kinds of people have a phone and a tablet.
            let devices = if [0, 1, 3].contains(&person) { 2 } else { 1 };
            memberships.extend((0..devices).map(|_| Membership { person: person as u64, role, skew: skew(&mut rng) }));
        }
        let mut teller = Teller {
            vocabulary: Vocabulary::get(),
            persons: memberships.last().map_or(0, |membership| membership.person + 1),
            memberships: &memberships,
            faults: [rng.f64() * 0.05, rng.f64() * 0.15, rng.f64() * 0.08, 0.02],
            rng,
        };
        let told = (1..=steps as u64).map(|number| (number, teller.step(number)));
        let begin = [(0, Step::Morning), (0, Step::Calm)];
        let mut copying = copying(seed, memberships.len());
        let mut aside = aside::Aside::new(seed, steps as u64, memberships.len());
        let steps = begin.into_iter().chain(told).flat_map(|(number, step)| {
            let copied = copying().map(|copied| (number, copied));
            [(number, step)].into_iter().chain(copied).chain(aside.next(number))
        });
        let steps = steps.collect();
        Self { seed, memberships, steps }
    }
}

/// In every other history files of devices are put aside and put back on other phones, now and then between the steps.
///
/// It draws from numbers of its own, so that the other histories stay what they were.
fn copying(seed: u64, devices: usize) -> impl FnMut() -> Option<Step> {
    let mut rng = Rng::with_seed(!seed);
    move || match rng.u8(..) {
        _ if seed.is_multiple_of(2) => None,
        0..4 => Some(Step::Keep { device: rng.usize(..devices) }),
        4..8 => Some(Step::Copy { device: rng.usize(..devices) }),
        _ => None,
    }
}

/// A clock off by minutes in most devices, by days in some.
fn skew(rng: &mut Rng) -> i64 {
    match rng.u8(0..10) {
        0 => rng.i64(-400 * 24..30 * 24) * HOUR,
        1..4 => rng.i64(-20..20) * HOUR,
        _ => rng.i64(-600_000..600_000),
    }
}

struct Teller<'a> {
    vocabulary: &'a Vocabulary,
    persons: u64,
    memberships: &'a [Membership],
    /// The interval at which a frame is lost, comes twice, overtakes another, or finds the device crashing.
    faults: [f64; 4],
    rng: Rng,
}

impl Teller<'_> {
    fn step(&mut self, number: u64) -> Step {
        let device = self.rng.usize(..self.memberships.len());
        match self.step_kind() {
            StepKind::Edit => {
                let (kind, command) = self.command(device, number);
                let crash = (self.rng.u8(0..40) == 0).then(|| self.crash());
                Step::Edit { device, kind, command, crash }
            }
            StepKind::Post => {
                let (kind, command) = self.command(device, number);
                // Some send an id that was used before, or name a base out of the air.
                let again = (self.rng.u8(0..4) == 0).then(|| self.rng.u64(1..=number));
                let base = self.rng.bool().then(|| self.rng.u64(..1000));
                Step::Post { device, kind, command, again, base }
            }
            StepKind::Up => Step::Up { device, fate: self.fate() },
            StepKind::Down => Step::Down { device, fate: self.fate() },
            StepKind::Commit => Step::Commit(match self.rng.u8(0..100) {
                0 => Commit::Fails,
                1 => Commit::DiesBefore,
                2 => Commit::DiesBehind,
                _ => Commit::Holds,
            }),
            StepKind::Connect => Step::Connect { device },
            StepKind::Morning => Step::Morning,
            StepKind::Calm => Step::Calm,
            StepKind::Cut => Step::Cut { device },
            StepKind::CrashDevice => Step::CrashDevice { device },
            StepKind::CrashServer => Step::CrashServer,
            StepKind::Fold => Step::Fold { kind: self.kind() },
            StepKind::Compact => Step::Compact { kind: self.kind() },
            StepKind::Backup => Step::Backup,
            StepKind::Restore => Step::Restore { seconds: [0, 60, 3_600][self.rng.usize(..3)] },
            StepKind::Consent => self.consent(number),
            StepKind::Newer => Step::Newer { device, kind: self.kind() },
            StepKind::ServerOfTomorrow => Step::ServerOfTomorrow { kind: self.kind() },
            StepKind::Rush => Step::Rush { device, commands: self.rng.usize(1..20).min(MAX_COMMANDS) },
            StepKind::Wait => Step::Wait { hours: self.rng.i64(1..24 * 40) },
            StepKind::Clock => Step::Clock { device, skew: skew(&mut self.rng) },
            StepKind::Partition => {
                Step::Partition { devices: (0..self.memberships.len()).filter(|_| self.rng.bool()).collect() }
            }
            // The client stays: a space without its client is deleted, which is another story.
            StepKind::Remove => Step::Remove { person: self.rng.u64(1..self.persons) },
            StepKind::Departure => self.departure(number),
            // Most often it is the client who judges.
            StepKind::Judge => Step::Judge {
                judge: if self.rng.bool() { 0 } else { self.rng.u64(..self.persons) },
                pick: self.rng.u64(..8),
                lets_in: self.rng.u8(0..3) > 0,
            },
            StepKind::Return => Step::Return { person: self.rng.u64(1..self.persons), role: self.role() },
        }
    }

    fn step_kind(&mut self) -> StepKind {
        let all: u32 = WEIGHTS.iter().map(|(weight, _)| weight).sum();
        let mut left = self.rng.u32(..all);
        let found = WEIGHTS.iter().find(|(weight, _)| {
            let is_it = left < *weight;
            left = left.saturating_sub(*weight);
            is_it
        });
        found.expect("the number is below the sum of the weights").1
    }

    /// A command for a document that the device's person can mostly see.
    fn command(&mut self, device: usize, number: u64) -> (DocumentKind, serde_json::Value) {
        let role = self.memberships[device].role;
        let seen: Vec<DocumentKind> = DocumentKind::ALL.iter().copied().filter(|kind| may_see(role, *kind)).collect();
        let kind = match seen.is_empty() || self.rng.u8(0..30) == 0 {
            true => self.kind(),
            false => seen[self.rng.usize(..seen.len())],
        };
        let word = crate::bytes::word(kind, number);
        (kind, self.vocabulary.command(kind, &word, number, self.persons, &mut self.rng))
    }

    /// Somebody makes an edit without coverage, and is taken out of the space before it is shared.
    fn departure(&mut self, number: u64) -> Step {
        let device = self.rng.usize(..self.memberships.len());
        let (kind, command) = self.command(device, number);
        Step::Depart { device, kind, command }
    }

    /// Somebody who speaks for the client opens a document to others, or closes it.
    fn consent(&mut self, number: u64) -> Step {
        let speaks = |membership: &Membership| matches!(membership.role, Role::Client | Role::Representative);
        let speakers: Vec<usize> =
            (0..self.memberships.len()).filter(|device| speaks(&self.memberships[*device])).collect();
        let device = speakers[self.rng.usize(..speakers.len())];
        let kind = DocumentKind::Consents;
        let command = vocabulary::consent(&crate::bytes::word(kind, number), self.persons, &mut self.rng);
        Step::Edit { device, kind, command, crash: None }
    }

    fn kind(&mut self) -> DocumentKind {
        DocumentKind::ALL[self.rng.usize(..DocumentKind::ALL.len())]
    }

    fn role(&mut self) -> Role {
        let roles: Vec<Role> = Role::ALL.into_iter().filter(|role| *role != Role::Client).collect();
        roles[self.rng.usize(..roles.len())]
    }

    fn crash(&mut self) -> Crash {
        if self.rng.bool() { Crash::BeforeStoring } else { Crash::AfterStoring }
    }

    fn fate(&mut self) -> Fate {
        let [loss, duplication, reordering, crash] = self.faults;
        let chance = self.rng.f64();
        if chance < loss {
            Fate::Lost
        } else if chance < loss + duplication {
            Fate::Twice
        } else if chance < loss + duplication + reordering {
            Fate::Overtaken
        } else if chance < loss + duplication + reordering + crash {
            Fate::Crash(self.crash())
        } else {
            Fate::Arrives
        }
    }
}

fn may_see(role: Role, kind: DocumentKind) -> bool {
    kind.access(role) >= kring_domain::Access::Read
}
