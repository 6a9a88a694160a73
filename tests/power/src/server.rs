//! The real server under load, and what is left of it after a cut.

mod ask;
mod check;
mod load;
mod promise;

use std::path::Path;

use fastrand::Rng;

use crate::cuts::{Inspection, Report, cut};
use crate::disk::{Disk, Event, Honesty};
use crate::room::room;
use crate::told::{Answer, Told, after};
use promise::Promise;

/// A server that worked under load, and what it told.
pub struct Recording {
    events: Vec<Event>,
    answers: Vec<Answer<Promise>>,
}

/// How much there is to do, and on what disk.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// The interval at which each of the writers does something.
    pub rounds: usize,
    /// The seed from which the load is drawn; how its threads take turns is not.
    pub seed: u64,
    /// True when it goes on until a document that has grown long is rewritten, which is looked for every 15 seconds.
    pub compaction: bool,
    /// The answer of the disk to a sync.
    pub honesty: Honesty,
}

impl Recording {
    /// Starts a server on an empty directory, puts it under load, stops it and starts it again in the middle of that.
    ///
    /// # Panics
    ///
    /// When the server does not do what it is asked.
    pub fn of(load: Load) -> Self {
        let data = room();
        let copies = room();
        let disk = Disk::watch(data.path(), load.honesty).expect("it was just made");
        let told = Told::new(disk.clone());
        load::run(data.path(), copies.path(), &told, load, &mut Rng::with_seed(load.seed));
        Self { events: disk.stop(), answers: told.all() }
    }

    /// Returns how many answers were given.
    pub fn answers(&self) -> usize {
        self.answers.len()
    }

    /// Returns how many of the answers were that something is erased.
    pub fn erasures(&self) -> usize {
        self.erased().len()
    }

    /// Cuts the power so many times and looks at what is left each time.
    pub fn cut(&self, count: usize, seed: u64, progress: impl FnMut(&Report)) -> Report {
        cut(&self.events, count, seed, self, progress)
    }
}

impl Inspection for Recording {
    fn open(&self, left: &Path) -> Result<(), String> {
        check::open(left)
    }

    fn told(&self) -> Vec<usize> {
        self.answers.iter().map(|answer| answer.from).collect()
    }

    fn erased(&self) -> Vec<usize> {
        let erased = self.answers.iter().filter(|answer| matches!(answer.promise, Promise::Erased { .. }));
        erased.map(|answer| answer.from).collect()
    }

    fn check(&self, left: &Path, at: usize) -> Result<usize, String> {
        let promises: Vec<&Promise> = after(&self.answers, at).collect();
        check::check(left, &promises).map(|()| promises.len())
    }
}
