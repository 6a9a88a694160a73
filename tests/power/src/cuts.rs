//! The points at which the power goes, and the findings there.

use std::fmt;
use std::path::Path;

use fastrand::Rng;
use tempfile::TempDir;

use crate::disk::{Disk, Event, Honesty};
use crate::platter::{Platter, Policy};
use crate::room::room;

/// Of so many cuts, one is followed by another in the middle of opening what the first has left.
const TWICE: usize = 8;

/// The power goes.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// Before this place in the list of what was done.
    pub at: usize,
    /// The outcome of that which was not synced.
    pub policy: Policy,
    /// What decides between the possible.
    pub seed: u64,
    /// True when it goes again while what is left is opened.
    pub is_double: bool,
}

/// A cut after which something is not as it was told.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The cut.
    pub cut: Cut,
    /// What is not so.
    pub what: String,
}

/// What many cuts came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The number of things that were done to the files.
    pub done: usize,
    /// The number of those that were syncs.
    pub syncs: usize,
    /// The interval at which the power went.
    pub cuts: usize,
    /// The number of answers that were looked into, all cuts together.
    pub answers: usize,
    /// What was not as it was told.
    pub faults: Vec<Fault>,
}

/// Whoever opens what is left after a cut.
pub(crate) trait Inspection {
    /// Opens it, as after any start.
    fn open(&self, left: &Path) -> Result<(), String>;

    /// The places at which something was told.
    fn told(&self) -> Vec<usize>;

    /// Those of them at which every policy is tried.
    fn erased(&self) -> Vec<usize>;

    /// Opens it and looks whether everything is so that was told before this place; how much that was.
    fn check(&self, left: &Path, at: usize) -> Result<usize, String>;
}

/// Cuts the power so many times: a third around syncs, a third where something has just been told, the others
/// anywhere, but for those where something has just been erased.
///
/// `look` opens what is left of the directory.
pub(crate) fn cut(
    events: &[Event],
    count: usize,
    seed: u64,
    look: &impl Inspection,
    mut progress: impl FnMut(&Report),
) -> Report {
    let syncs = events.iter().filter(|event| matches!(event, Event::Sync(_))).count();
    let mut report = Report { done: events.len(), syncs, ..Report::default() };
    let mut platter = Platter::new(events);
    for cut in plan(events, look, count, seed) {
        platter.advance(cut.at);
        let mut rng = Rng::with_seed(cut.seed);
        let left = room();
        platter.leave(cut.policy, &mut rng, left.path()).expect("there is room for the files");
        let checked = match cut.is_double {
            false => look.check(left.path(), cut.at),
            true => twice(&left, &cut, &mut rng, look),
        };
        match checked {
            Ok(answers) => report.answers += answers,
            Err(what) => report.faults.push(Fault { cut, what }),
        }
        report.cuts += 1;
        progress(&report);
    }
    report
}

/// The power goes again at some place while what is left of the first cut is opened.
fn twice(left: &TempDir, cut: &Cut, rng: &mut Rng, look: &impl Inspection) -> Result<usize, String> {
    let disk = Disk::watch(left.path(), Honesty::Honest).expect("it was just made");
    let first = disk.position();
    let opened = look.open(left.path());
    let events = disk.stop();
    opened?;
    let mut platter = Platter::new(&events);
    platter.advance(rng.usize(first..=events.len()));
    let again = room();
    platter.leave(cut.policy, rng, again.path()).expect("there is room for the files");
    look.check(again.path(), cut.at).map_err(|what| format!("after a second cut: {what}"))
}

fn plan(events: &[Event], look: &impl Inspection, count: usize, seed: u64) -> Vec<Cut> {
    let mut rng = Rng::with_seed(seed);
    let is_sync = |place: &usize| matches!(events[*place], Event::Sync(_) | Event::SyncNames);
    let syncs = (0..events.len()).filter(is_sync).flat_map(|place| [place, place + 1]).collect();
    let mut cuts: Vec<(usize, Policy)> =
        look.erased().into_iter().flat_map(|place| Policy::ALL.map(|policy| (place, policy))).collect();
    let mut any = |rng: &mut Rng, place| cuts.push((place, rng.choice(Policy::ALL).unwrap_or(Policy::Nothing)));
    for mut some in [syncs, look.told()] {
        some.dedup();
        rng.shuffle(&mut some);
        some.into_iter().take(count / 3).for_each(|place| any(&mut rng, place));
    }
    while cuts.len() < count {
        cuts.push((rng.usize(..=events.len()), rng.choice(Policy::ALL).unwrap_or(Policy::Nothing)));
    }
    cuts.sort_by_key(|(place, _)| *place);
    let cut = |(number, (at, policy))| Cut { at, policy, seed: rng.u64(..), is_double: number % TWICE == TWICE - 1 };
    cuts.into_iter().enumerate().map(cut).collect()
}

impl Report {
    /// Ends the test where something was not as it was told.
    ///
    /// # Panics
    ///
    /// Then, with the first of it.
    pub fn assert_whole(&self) {
        if let Some(fault) = self.faults.first() {
            let others: Vec<String> = self.faults.iter().skip(1).take(9).map(|fault| format!("\n{fault}")).collect();
            panic!("{} of {} cuts lost something: {fault}{}", self.faults.len(), self.cuts, others.concat());
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cut: Cut { at, policy, seed, .. }, what } = self;
        write!(f, "{what} (cut at {at}, {policy:?}, seed {seed})")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { done, syncs, cuts, answers, faults } = self;
        write!(
            f,
            "{cuts} cuts in {done} writes, {syncs} of them syncs; {answers} answers were so afterwards; {} were not",
            faults.len()
        )
    }
}
