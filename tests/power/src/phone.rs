//! The real phone, with and without a server, and what is left of its file after a cut.

mod check;
mod life;

use std::path::Path;

use fastrand::Rng;
use kring_client::EditState;
use kring_domain::{CommandId, DocumentId, SpaceId};

use crate::cuts::{Inspection, Report, cut};
use crate::disk::{Disk, Event, Honesty};
use crate::room::room;
use crate::running::Running;
use crate::told::{Answer, Told, after};

/// The file of somebody who shares what they make.
const ANNA: &str = "anna.kring";

/// The file of somebody who never does, and who empties it.
const BRAM: &str = "bram.kring";

/// Of so many places of a cut, one is followed by a sync with the server, which has lost nothing.
const SYNC_EVERY: usize = 5;

/// Something a phone has told its person.
#[derive(Clone, Debug)]
enum Promise {
    /// A space that was made here is here.
    Space { file: &'static str, space: SpaceId },
    /// An edit is saved.
    Saved { file: &'static str, document: DocumentId, edit: CommandId },
    /// An edit has become this, and stays it.
    Ended { file: &'static str, document: DocumentId, edit: CommandId, state: EditState },
    /// The person is signed in.
    SignedIn { file: &'static str },
    /// Nothing with this word in it is in the file or beside it.
    Erased { file: &'static str, word: String },
}

/// Two phones that lived, and what they told.
pub struct Recording {
    events: Vec<Event>,
    answers: Vec<Answer<Promise>>,
    /// The server of the one that shares; it goes on.
    server: Running,
    _data: tempfile::TempDir,
}

impl Recording {
    /// Has two phones live on a disk that says this of a sync.
    ///
    /// # Panics
    ///
    /// When a phone does not do what it is asked.
    pub fn of(edits: usize, seed: u64, honesty: Honesty) -> Self {
        let files = room();
        let data = room();
        let server = Running::start(data.path());
        let disk = Disk::watch(files.path(), honesty).expect("it was just made");
        let told = Told::new(disk.clone());
        life::live(files.path(), &server, &told, edits, &mut Rng::with_seed(seed));
        Self { events: disk.stop(), answers: told.all(), server, _data: data }
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
        [ANNA, BRAM].into_iter().try_for_each(|file| check::open(left, file).map(|kring| kring.close()))
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
        let with_sync = at.is_multiple_of(SYNC_EVERY);
        if with_sync {
            self.server.forget_copies();
        }
        check::check(left, &promises, with_sync).map(|()| promises.len())
    }
}
